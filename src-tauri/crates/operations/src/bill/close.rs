//! Closing periods whose days of grace are over (rules, section 7.4).
//!
//! Ingest refuses them by the clock already; the status says so in the database, under the lock that waits for ingest that is
//! running, so that whoever drafts afterwards has all of it.

use super::gather::Ground;
use crate::error::{OperationError, Result};
use crate::host::Host;
use billing::ids::{AuditId, TenantId};
use billing::period::PeriodStatus;
use billing::time::Timestamp;
use futures::FutureExt;
use std::collections::BTreeSet;
use store::audit::AuditRecord;
use store::facts::{PeriodOf, due};
use store::{Read, Store, Write};

/// Periods of one transaction.
const PERIODS_AT_ONCE: usize = 500;

/// Closes all periods whose grace is over; gives how many. Run as often as one likes.
///
/// # Errors
/// What the store says.
pub async fn close_periods(store: &Store, host: &dyn Host) -> Result<u64> {
    let at = host.now();
    let over = store.read(move |read| async move { over(read, at).await }.boxed()).await?;
    let mut closed = 0;
    for periods in over.chunks(PERIODS_AT_ONCE) {
        let record = AuditRecord {
            id: AuditId::from_uuid(host.new_uuid()),
            at,
            actor: host.actor().as_str().to_owned(),
            action: "periods.close".to_owned(),
            tenant: None,
            subject: "billing_periods".to_owned(),
            before: None,
            after: None,
            reason: "Their days of grace are over.".to_owned(),
        };
        let periods = periods.to_vec();
        closed += store
            .write(move |write| {
                let (periods, record) = (periods.clone(), record.clone());
                async move { close(write, &periods, record).await }.boxed()
            })
            .await?;
    }
    Ok(closed)
}

/// Open periods whose grace is over.
async fn over(read: &mut Read, at: Timestamp) -> Result<Vec<PeriodOf>> {
    let ground = Ground::read(read).await?;
    let grace_days = i64::from(ground.settings.grace_days);
    let open = due::open_periods(read, at).await?;
    let tenants: Vec<TenantId> = open.iter().map(|it| it.tenant).collect::<BTreeSet<_>>().into_iter().collect();
    let timelines = store::timelines::load(read, &tenants).await?;
    let mut over = Vec::new();
    for due in open {
        let Some(timeline) = timelines.get(&due.tenant) else { continue };
        let Some(period) = timeline.period(due.period) else { continue };
        let held = timeline.entitlement_at(due.subscription, period.span.interval.start);
        let zone = held.map_or_else(|| timeline.zone(), |held| held.zone);
        if period.span.closes_at(grace_days, zone).map_err(super::found::out_of_range)? <= at {
            over.push((due.tenant, due.period));
        }
    }
    Ok(over)
}

async fn close(write: &mut Write, periods: &[PeriodOf], record: AuditRecord) -> Result<u64> {
    let statuses = due::lock(write, periods).await?;
    let open: Vec<PeriodOf> =
        periods.iter().copied().filter(|period| statuses.get(period) == Some(&PeriodStatus::Open)).collect();
    if open.is_empty() {
        return Ok(0);
    }
    let closed = due::set_status(write, &open, PeriodStatus::Closed).await?;
    let after = Some(crate::change::canonical(&[("periods", closed.to_string())]));
    store::audit::record(write, &[AuditRecord { after, ..record }]).await?;
    Ok::<_, OperationError>(closed)
}
