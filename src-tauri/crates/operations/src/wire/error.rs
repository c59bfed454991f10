//! The error that every face shows.

use serde::Serialize;

/// What went wrong, for people and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct WireError {
    /// A stable code in snake_case; faces decide by it.
    pub code: String,
    /// One sentence: what happened and what to do.
    pub message: String,
    /// The field at fault, where there is one.
    pub field: Option<String>,
    /// The line of the input at fault, where there is one.
    #[specta(type = Option<u32>)]
    pub line: Option<u64>,
    /// Technical detail to copy; never a secret.
    pub detail: Option<String>,
}
