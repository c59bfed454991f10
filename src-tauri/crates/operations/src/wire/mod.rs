//! Everything that crosses to a face: plain data, the same for the window's IPC and the command line's `--json`.
//!
//! Amounts and quantities are decimal strings, instants RFC 3339 in UTC with a zone beside them where a person reads
//! them, days `yyyy-mm-dd`, ids with their prefix. TypeScript is generated from these types. No Tauri here.

mod audit;
mod bill;
mod change;
mod connection;
mod dispute;
mod error;
mod event;
mod import;
mod invoice;
mod job;
mod overview;
mod quarantine;
mod quota;
mod sample;
mod since;
mod snapshot;
mod stats;
mod status;
mod tenant;

pub use audit::*;
pub use bill::*;
pub use change::*;
pub use connection::*;
pub use dispute::*;
pub use error::*;
pub use event::*;
pub use import::*;
pub use invoice::*;
pub use job::*;
pub use overview::*;
pub use quarantine::*;
pub use quota::*;
pub use sample::*;
pub use since::*;
pub use snapshot::*;
pub use stats::*;
pub use status::*;
pub use tenant::*;
