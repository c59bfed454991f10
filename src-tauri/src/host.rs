//! What the operations need from a desktop: the clock, new ids and who sits there.

use billing::time::Timestamp;
use operations::host::{Actor, Host};
use uuid::Uuid;

/// The operating system under the window.
#[derive(Debug, Clone, Copy, Default)]
pub struct DesktopHost;

impl Host for DesktopHost {
    #[expect(clippy::disallowed_methods, reason = "a face is the edge, where the clock is read")]
    fn now(&self) -> Timestamp {
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
