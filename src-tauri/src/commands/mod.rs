//! What the page may call. Each command unpacks, calls one operation and maps the error.

pub mod change;
pub mod chart;
pub mod import;
pub mod look;
pub mod open;

use operations::wire::WireError;

/// What every command answers.
pub type Answer<T> = Result<T, WireError>;
