//! A part of a transaction that can be undone while the rest of it stays. One at a time: they do not nest.

use crate::conn::{Write, execute};
use crate::error::Result;
use crate::sql::statements;

statements! {
    BEGIN = "savepoint part";
    KEEP = "release savepoint part";
    UNDO = "rollback to savepoint part";
}

/// A part that was begun.
#[derive(Debug)]
pub struct Part {
    /// Whether there was a staging table before it.
    staged: bool,
}

/// Begins a part.
///
/// # Errors
/// What the database gave.
pub async fn begin(write: &mut Write) -> Result<Part> {
    execute!(write, BEGIN)?;
    Ok(Part { staged: write.staged })
}

/// Ends a part: it stays, if the transaction commits.
///
/// # Errors
/// What the database gave.
pub async fn keep(write: &mut Write, _: Part) -> Result<()> {
    execute!(write, KEEP)?;
    Ok(())
}

/// Undoes a part and ends it.
///
/// # Errors
/// What the database gave.
pub async fn undo(write: &mut Write, part: Part) -> Result<()> {
    execute!(write, UNDO)?;
    write.staged = part.staged;
    keep(write, part).await
}
