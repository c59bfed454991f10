//! The real surroundings: the only place of this face that reads the clock and makes ids.

use billing::time::Timestamp;
use operations::host::{Actor, Host};
use std::sync::OnceLock;
use uuid::Uuid;

/// The operating system, and the moment of a snapshot once one is open: its screens are of that time, whenever one looks.
#[derive(Debug, Default)]
pub struct SystemHost {
    moment: OnceLock<Timestamp>,
}

impl SystemHost {
    /// From now on it is this moment.
    pub fn stand_at(&self, moment: Timestamp) {
        // A second database of one command, as of `snapshot diff`, does not move the first one's time.
        let _ = self.moment.set(moment);
    }
}

impl Host for SystemHost {
    fn now(&self) -> Timestamp {
        self.moment.get().copied().unwrap_or_else(|| self.now_of_people())
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
