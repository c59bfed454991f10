//! What faces ask with, as text, turned into what it names: instants, ids, codes.

use super::catalog::Catalog;
use super::load::out_of_range;
use crate::error::{OperationError, Result};
use billing::ids::TenantId;
use billing::meter::Meter;
use billing::time::Timestamp;
use store::Store;

/// A time with a zone.
pub(super) fn time(field: &str, text: &str) -> Result<Timestamp> {
    text.parse().map_err(|error: billing::time::TimeError| match error {
        billing::time::TimeError::OutOfRange => out_of_range(error).field(field),
        error => OperationError::wrong_use("not_a_time", format!("{error}.")).field(field),
    })
}

/// A time that somebody asked for, of a store that may stand at a moment: nothing is known of what came later.
///
/// # Errors
/// `beyond_moment`.
pub fn within_moment(store: &Store, at: Timestamp) -> Result<Timestamp> {
    match store.moment() {
        Some(moment) if at > moment => {
            let sentence = format!("What is looked at stands at {moment}: nothing is known of later times.");
            Err(OperationError::wrong_use("beyond_moment", sentence).field("at"))
        }
        _ => Ok(at),
    }
}

/// A tenant by its id.
pub(super) fn tenant_id(text: &str) -> Result<TenantId> {
    text.parse().map_err(|error: billing::ids::InvalidId| {
        OperationError::wrong_use("not_a_tenant_id", format!("{error}.")).field("tenant_id")
    })
}

/// A meter by its code.
pub(super) fn meter<'a>(catalog: &'a Catalog, code: &str) -> Result<&'a Meter> {
    let unknown = || {
        let shown: String = code.chars().take(80).collect();
        OperationError::not_found("unknown_meter", format!("There is no meter '{shown}'.")).field("meter")
    };
    catalog.meter_by_code(code).ok_or_else(unknown)
}
