//! What finance and support do, as use cases: import, look, enter, override, erase, rate, verify.
//!
//! Operations knows neither Tauri nor a terminal; what it needs from outside is a trait.

pub mod bench;
pub mod bill;
pub mod change;
pub mod connect;
pub mod dispute;
pub mod document;
pub mod error;
pub mod explain;
pub mod export;
pub mod file;
pub mod host;
pub mod import;
pub mod jobs;
pub mod late;
pub mod look;
pub mod notes;
pub mod open;
pub mod pack;
pub mod rate;
pub mod sample;
pub mod since;
pub mod snapshot;
pub mod target;
pub mod timeline;
pub mod wire;
