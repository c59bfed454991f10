//! Writing a snapshot: what was asked for, checked, then the store's export; stopped within a moment.

use super::{shown, telling};
use crate::change::asked;
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Progress, SnapshotRequest, SnapshotWritten};
use billing::ids::TenantId;
use billing::time::Day;
use std::path::Path;
use store::Store;
use store::snapshot::{DayRange, ExportRequest, Packing, Scope};
use tokio_util::sync::CancellationToken;

/// Tenants that a request may name.
const MAX_TENANTS: usize = 10_000;

/// Writes a snapshot: whole, or nothing has its name. One that is there is replaced.
///
/// # Errors
/// The field at fault; `not_found` for a tenant; `stopped`; what the store says.
pub async fn export(
    store: &Store,
    host: &dyn Host,
    request: &SnapshotRequest,
    path: &Path,
    told: impl Fn(Progress) + Send + Sync + 'static,
    stop: &CancellationToken,
) -> Result<SnapshotWritten> {
    let wanted = ExportRequest {
        scope: scope(request)?,
        as_of: store.moment().unwrap_or_else(|| host.now()),
        actor: host.actor().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        packing: if request.packed { Packing::Zstd } else { Packing::Plain },
    };
    if let Some(manifest) = store.snapshot()
        && !manifest.scope.is_all()
        && wanted.scope.tenants.is_none()
    {
        let sentence = "This snapshot holds a part of its ledger: name tenants, so that the next one says so, too.";
        return Err(OperationError::wrong_use("scope_of_snapshot", sentence).field("tenant_ids"));
    }
    let written = tokio::select! {
        written = store::snapshot::export(store, wanted, path, telling(told)) => written?,
        () = stop.cancelled() => {
            return Err(OperationError::refused("stopped", "Stopped: no file was written."));
        }
    };
    Ok(SnapshotWritten {
        file: path.display().to_string(),
        bytes: written.bytes,
        about: shown(&written.manifest, &written.fingerprint),
    })
}

fn scope(request: &SnapshotRequest) -> Result<Scope> {
    if request.tenant_ids.len() > MAX_TENANTS {
        return Err(asked::too_long("tenant_ids", MAX_TENANTS, "tenants"));
    }
    let mut tenants: Vec<TenantId> =
        request.tenant_ids.iter().map(|id| asked::id("tenant_ids", id)).collect::<Result<_>>()?;
    tenants.sort_unstable();
    tenants.dedup();
    let days = match (&request.from, &request.to) {
        (None, None) => None,
        (Some(from), Some(to)) => Some(days(day("from", from)?, day("to", to)?)?),
        (Some(_), None) => return Err(both("to")),
        (None, Some(_)) => return Err(both("from")),
    };
    Ok(Scope { tenants: (!tenants.is_empty()).then_some(tenants), days })
}

fn both(field: &str) -> OperationError {
    OperationError::wrong_use("empty", "Give both days, or none.").field(field)
}

fn days(from: Day, to: Day) -> Result<DayRange> {
    if from >= to {
        return Err(OperationError::wrong_use("empty", "The range ends after it begins.").field("to"));
    }
    Ok(DayRange { from, to })
}

fn day(field: &str, text: &str) -> Result<Day> {
    text.trim().parse().map_err(|error: billing::time::TimeError| {
        OperationError::wrong_use("malformed", "Give the day as 2026-01-31.").field(field).because(error)
    })
}
