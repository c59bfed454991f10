//! What the page may call. Each command unpacks, calls one operation and maps the error.

pub mod billing;
pub mod change;
pub mod chart;
pub mod connection;
pub mod import;
pub mod look;
pub mod open;
pub mod run;
pub mod save;
pub mod snapshot;

use crate::console::Shown;
use ::billing::ids::{InvalidId, TenantId};
use ::billing::time::{TimeError, Timestamp};
use operations::error::OperationError;
use operations::host::Host;
use operations::wire::WireError;

/// What every command answers.
pub type Answer<T> = Result<T, WireError>;

/// The moment that a screen is about: now, or one that the person chose; of a snapshot nothing later than its own.
fn moment(Shown { store, host, .. }: &Shown, at: Option<String>) -> Answer<Timestamp> {
    let Some(at) = at else { return Ok(host.now()) };
    let at = at.parse().map_err(|error: TimeError| {
        OperationError::wrong_use("invalid_time", error.to_string()).field("at").to_wire()
    })?;
    Ok(operations::look::within_moment(store, at)?)
}

/// A tenant as the page names it.
fn tenant(id: &str) -> Answer<TenantId> {
    id.parse().map_err(|error: InvalidId| {
        OperationError::wrong_use("invalid_id", error.to_string()).field("tenant_id").to_wire()
    })
}
