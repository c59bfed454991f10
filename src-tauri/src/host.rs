//! What the operations need from a desktop: the clock, new ids and who sits there.

use billing::time::Timestamp;
use operations::host::{Actor, Host};
use std::sync::{PoisonError, RwLock};
use uuid::Uuid;

/// The operating system under the window, and the moment that is on screen while a snapshot or a review is.
#[derive(Debug, Default)]
pub struct DesktopHost {
    moment: RwLock<Option<Timestamp>>,
}

impl DesktopHost {
    /// From now on it is this moment; without one time goes on.
    pub fn stand_at(&self, moment: Option<Timestamp>) {
        *self.moment.write().unwrap_or_else(PoisonError::into_inner) = moment;
    }
}

impl Host for DesktopHost {
    fn now(&self) -> Timestamp {
        let moment = *self.moment.read().unwrap_or_else(PoisonError::into_inner);
        moment.unwrap_or_else(|| self.now_of_people())
    }

    #[expect(clippy::disallowed_methods, reason = "a face is the edge, where the clock is read")]
    fn now_of_people(&self) -> Timestamp {
        Timestamp::from_utc(chrono::Utc::now()).expect("the clock of this machine stands between 1900 and 9999")
    }

    #[expect(clippy::disallowed_methods, reason = "a face is the edge, where ids are made")]
    fn new_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn actor(&self) -> Actor {
        Actor::new(&whoami::username().unwrap_or_default())
    }
}
