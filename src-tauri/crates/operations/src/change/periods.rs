//! Billing periods that are not stored yet: made by the job, and by whoever writes use into one (rules, section 4.1).

use crate::error::{OperationError, Result};
use crate::host::Host;
use billing::ids::{AuditId, PeriodId, TenantId};
use billing::period::{Period, PeriodStatus};
use billing::time::Timestamp;
use billing::timeline::{Timeline, TimelineParts};
use futures::FutureExt;
use store::audit::AuditRecord;
use store::periods::PeriodRecord;
use store::{Read, Store, Write};

/// Ids that are held ready for one tenant: enough for years of missed jobs.
const IDS_READY: usize = 64;
/// Tenants of one transaction of the job.
const TENANTS_AT_ONCE: u32 = 200;

/// What the job did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct PeriodsExtended {
    /// Tenants that got a period.
    pub tenants: u64,
    /// Periods that were stored.
    pub periods: u64,
}

/// Ids for periods that may be missing: the transaction may run again, and must make the same.
pub(crate) fn ids(host: &dyn Host) -> Vec<PeriodId> {
    (0..IDS_READY).map(|_| PeriodId::from_uuid(host.new_uuid())).collect()
}

fn missing(timeline: &Timeline, until: Timestamp, ids: &[PeriodId]) -> Result<Vec<Period>> {
    let new = timeline.missing_periods(until).map_err(|error| {
        OperationError::failed("out_of_range", "A billing period would lie beyond the years that are kept.")
            .because(error)
    })?;
    if new.len() > ids.len() {
        let message = "More billing periods are missing than one entry may make; run the job that extends periods.";
        return Err(OperationError::refused("period_missing", message));
    }
    let period = |(new, id): (&billing::timeline::NewPeriod, &PeriodId)| Period {
        id: *id,
        subscription: new.subscription,
        seq: new.seq,
        span: new.span,
        status: PeriodStatus::Open,
    };
    Ok(new.iter().zip(ids).map(period).collect())
}

/// The timeline as it will be once its missing periods are stored; for previews, which write nothing.
pub(crate) async fn with_missing(
    read: &mut Read,
    timeline: &Timeline,
    until: Timestamp,
    ids: &[PeriodId],
) -> Result<Timeline> {
    let tenant = timeline.tenant();
    let mut periods: Vec<Period> =
        store::periods::of_tenants(read, &[tenant]).await?.into_iter().map(|record| record.period).collect();
    periods.extend(missing(timeline, until, ids)?);
    let parts = TimelineParts {
        tenant,
        zone: timeline.zone(),
        currency: timeline.currency(),
        version: timeline.version(),
        grace_days: timeline.grace_days(),
        subscriptions: timeline.subscriptions().to_vec(),
        entitlements: timeline.entitlements().to_vec(),
        periods,
    };
    Timeline::new(parts).map_err(|error| {
        OperationError::failed("out_of_range", "A billing period would lie beyond the years that are kept.")
            .because(error)
    })
}

/// Stores the missing periods of a tenant; gives how many.
pub(crate) async fn store_missing(
    write: &mut Write,
    tenant: TenantId,
    until: Timestamp,
    ids: &[PeriodId],
) -> Result<u64> {
    let Some(timeline) = store::timelines::load(write, &[tenant]).await?.remove(&tenant) else { return Ok(0) };
    let records: Vec<PeriodRecord> =
        missing(&timeline, until, ids)?.into_iter().map(|period| PeriodRecord { tenant, period }).collect();
    if records.is_empty() { Ok(0) } else { Ok(store::periods::insert(write, &records).await?) }
}

/// Makes sure that the current and the next period of every running subscription are stored. Run as often as one
/// likes; a missed day is caught up.
///
/// # Errors
/// What the store says.
pub async fn extend_periods(store: &Store, host: &dyn Host) -> Result<PeriodsExtended> {
    let now = host.now();
    let mut done = PeriodsExtended::default();
    let mut after = None;
    loop {
        let page = store
            .read(move |read| {
                async move { store::periods::tenants_to_extend(read, now, after, TENANTS_AT_ONCE).await }.boxed()
            })
            .await?;
        let Some(last) = page.last().copied() else { return Ok(done) };
        let ready: Vec<(TenantId, Vec<PeriodId>)> = page.into_iter().map(|tenant| (tenant, ids(host))).collect();
        let record = AuditRecord {
            id: AuditId::from_uuid(host.new_uuid()),
            at: now,
            actor: host.actor().as_str().to_owned(),
            action: "periods.extend".to_owned(),
            tenant: None,
            subject: "billing_periods".to_owned(),
            before: None,
            after: None,
            reason: "Running subscriptions need their next periods.".to_owned(),
        };
        let made = store
            .write(move |write| {
                let (ready, record) = (ready.clone(), record.clone());
                async move {
                    let mut made = PeriodsExtended::default();
                    for (tenant, ids) in &ready {
                        let periods = store_missing(write, *tenant, now, ids).await?;
                        made.periods += periods;
                        made.tenants += u64::from(periods > 0);
                    }
                    if made.periods > 0 {
                        let counts = [("tenants", made.tenants.to_string()), ("periods", made.periods.to_string())];
                        let after = Some(super::canonical(&counts));
                        store::audit::record(write, &[AuditRecord { after, ..record }]).await?;
                    }
                    Ok::<_, OperationError>(made)
                }
                .boxed()
            })
            .await?;
        done.tenants += made.tenants;
        done.periods += made.periods;
        after = Some(last);
    }
}
