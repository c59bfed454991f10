//! What the looking commands share: times, levels and empty cells.

use crate::context::Context;
use billing::time::Timestamp;
use operations::error::{OperationError, Result};
use operations::look::within_moment;
use operations::open::Store;
use operations::wire::Level;

/// The time that was asked for, or now. Of a snapshot nothing later than its moment.
pub fn moment(context: &Context, store: &Store, at: Option<&str>) -> Result<Timestamp> {
    let Some(text) = at else { return Ok(context.host.now()) };
    let at = text.parse().map_err(|error: billing::time::TimeError| {
        OperationError::wrong_use("not_a_time", "Give the time as 2026-01-31T08:00:00Z.").field("at").because(error)
    })?;
    within_moment(store, at)
}

/// The word of a level.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Normal => "NORMAL",
        Level::Warning => "WARNING",
        Level::Alert => "ALERT",
    }
}

/// What may be absent.
pub fn cell(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

/// A limit, where absent means that there is none.
pub fn limit(text: Option<&str>) -> String {
    text.unwrap_or("unlimited").to_owned()
}
