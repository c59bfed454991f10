//! Verification: every cache recounted from the ledger, every leaf recomputed. It changes nothing.

use crate::error::{OperationError, Result};
use crate::wire::{Drift, Verification};
use billing::time::Timestamp;
use store::Store;

/// Recounts everything from the ledger.
///
/// # Errors
/// When the database fails; differences are no errors.
pub async fn verify(store: &Store, at: Timestamp) -> Result<Verification> {
    verify_with(store, at, |_| {}).await
}

/// As [`verify`]; `progress` is told the number of events seen so far, now and then.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with(
    store: &Store,
    at: Timestamp,
    progress: impl Fn(u64) + Send + Sync + 'static,
) -> Result<Verification> {
    let found = store
        .read(move |read| Box::pin(async move { Ok::<_, OperationError>(store::verify::run(read, &progress).await?) }))
        .await?;
    let drift = |drift: store::verify::Drift| Drift {
        reason: drift.reason.as_str().to_owned(),
        tenant_id: drift.tenant.map(|tenant| tenant.to_string()),
        place: drift.place,
        cached: drift.cached,
        ledger: drift.ledger,
    };
    Ok(Verification {
        as_of: at.to_string(),
        ledger_events: found.ledger_events,
        leaves_checked: found.leaves_checked,
        caches_compared: found.caches_compared,
        details_erased: found.details_erased,
        drift: found.drift.into_iter().map(drift).collect(),
        drift_count: found.drift_count,
    })
}
