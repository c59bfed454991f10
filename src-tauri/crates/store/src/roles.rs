//! Roles of a PostgreSQL cluster: the owner migrates, the writer appends, the reader looks.

use crate::conn::Write;
use crate::error::Result;

/// Gives the roles what they may, where they exist.
pub(crate) async fn grant(_write: &mut Write) -> Result<()> {
    Ok(())
}
