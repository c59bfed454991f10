//! A part of a transaction that can be undone while the rest of it stays. One at a time: they do not nest.

use crate::conn::{Write, execute};
use crate::error::Result;
use crate::sql::statements;

statements! {
    BEGIN = "savepoint part";
    KEEP = "release savepoint part";
    UNDO = "rollback to savepoint part";
}

/// Begins a part.
///
/// # Errors
/// What the database gave.
pub async fn begin(write: &mut Write) -> Result<()> {
    execute!(write, BEGIN)?;
    Ok(())
}

/// Ends a part: it stays, if the transaction commits.
///
/// # Errors
/// What the database gave.
pub async fn keep(write: &mut Write) -> Result<()> {
    execute!(write, KEEP)?;
    Ok(())
}

/// Undoes a part and ends it.
///
/// # Errors
/// What the database gave.
pub async fn undo(write: &mut Write) -> Result<()> {
    execute!(write, UNDO)?;
    keep(write).await
}
