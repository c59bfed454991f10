//! Snapshots: one SQLite file that holds a consistent copy of a ledger, or of a part of it, for review without the
//! database.
//!
//! - [`export`] copies everything of one moment into a part file, seals it, reads it again and gives it its name.
//! - [`open`] takes a private copy of the main file alone, finds every bit that changed, compares the whole schema with
//!   the known text, recomputes every hash, and only then gives a [`crate::Store`] that looks at it, immutably.
//! - [`verify`] does the same and says everything that is wrong, and where.
//!
//! Not a backup (that is the database's) and no proof against whoever makes a whole file anew: for that, compare
//! fingerprints (docs/adr/0014).

mod cell;
mod contents;
mod copy;
mod digest;
mod examine;
mod export;
mod manifest;
mod opened;
mod pack;
mod remade;
mod schema;
mod scope;
mod seal;
mod waited;

pub use examine::{Limits, Problem, Verified};
pub use export::{ExportRequest, Exported, export};
pub use manifest::{FORMAT, Manifest, TableDigest};
pub use opened::{is_snapshot, open, verify};
pub use scope::{DayRange, Scope};
pub use seal::Packing;

pub(crate) use export::STATEMENTS;
pub(crate) use opened::OpenSnapshot;

/// Told how far long work is: what is done now, units done, units in all.
pub type Told = std::sync::Arc<dyn Fn(&'static str, u64, Option<u64>) + Send + Sync>;

/// Tells nobody.
pub fn untold() -> Told {
    std::sync::Arc::new(|_, _, _| ())
}
