//! What the operations need from a desktop: the clock, new ids and who sits there.

use billing::time::Timestamp;
use operations::host::{Actor, Host};
use operations::open::Store;
use uuid::Uuid;

/// The operating system under the window, and the moment at which the time of a snapshot or a review stands. It is fixed
/// once made: a clock that several databases share would give one of them the time of another.
#[derive(Debug, Clone, Copy, Default)]
pub struct DesktopHost {
    moment: Option<Timestamp>,
}

impl DesktopHost {
    /// The time of what a store shows.
    pub fn of(store: &Store) -> Self {
        Self { moment: store.moment() }
    }
}

impl Host for DesktopHost {
    fn now(&self) -> Timestamp {
        self.moment.unwrap_or_else(|| self.now_of_people())
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
