//! Admit: "may this much more be used?", answered and recorded at once.
//!
//! The counter is locked, looked at and added to in one transaction, so of two racers for the last unit one wins. The
//! lock is the counter's own row, which every append of that tenant, meter and period updates.

use crate::append::{AlertChange, Alerting, Batch, NewEvent, Outcome, append, known};
use crate::codec::{Id, OnDay};
use crate::conn::{Read, Write, execute, maybe_row, row};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::{limits, meters};
use billing::event::EventKey;
use billing::ids::{EntitlementId, MeterId, PeriodId, TenantId};
use billing::leaf::fingerprint;
use billing::level::{Admission, Limits};
use billing::meter::{Aggregation, Meter, Reset};
use billing::time::{Day, Timestamp};

statements! {
    LOCK_COUNTER = "insert into period_counters (tenant_id, period_id, meter_id, events, quantity, billable) values ($1, $2, $3, 0, 0, 0)
        on conflict (tenant_id, period_id, meter_id) do update set events = period_counters.events";
    LOCK_LEVEL = "insert into level_totals (tenant_id, meter_id, quantity, billable) values ($1, $2, 0, 0)
        on conflict (tenant_id, meter_id) do update set quantity = level_totals.quantity";
    USED_IN_PERIOD = "select billable from period_counters where tenant_id = $1 and period_id = $2 and meter_id = $3";
    USED_ON_DAY = "select cast(coalesce(sum(billable), 0) as bigint), coalesce(max(billable), 0) from usage_days where tenant_id = $1 and day = $2 and meter_id = $3";
    USED_LEVEL = "select billable from level_totals where tenant_id = $1 and meter_id = $2";
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admitted {
    /// It is recorded, now or by an earlier call with the same key and content.
    Recorded {
        /// Use afterwards.
        used: i64,
        /// What held.
        limits: Limits,
        /// Whether an earlier call had recorded it.
        earlier: bool,
        /// Alerts that it raised.
        alerts: Vec<AlertChange>,
    },
    /// It would go above the cap; nothing is recorded.
    Refused {
        /// Use as it stands.
        used: i64,
        /// What holds.
        limits: Limits,
        /// The cap.
        cap: i64,
        /// What is left below it.
        left: i64,
    },
    /// It could not be recorded for another reason: a conflict, a stale timeline, a closed or missing period, a level
    /// below 0.
    NotRecorded(Outcome),
}

/// Where the use of an event is counted.
#[derive(Debug, Clone, Copy)]
struct Counter {
    tenant: TenantId,
    meter: MeterId,
    period: PeriodId,
    day: Day,
}

/// Records a use if it stays within the cap. The same key again gives the same answer and counts once.
///
/// # Errors
/// [`StoreError::NotFound`] for an event without a period or entitlement, or what the database gave.
pub async fn admit(write: &mut Write, event: NewEvent, received_at: Timestamp) -> Result<Admitted> {
    let key = event.usage.key.clone();
    let meter = meters::cached(write, event.usage.meter).await?;
    let meter = meter.ok_or_else(|| StoreError::NotFound(format!("meter {}", event.usage.meter)))?;
    let none = || StoreError::NotFound("subscription at that time".to_owned());
    let counter = Counter {
        tenant: key.tenant,
        meter: meter.id,
        period: event.assignment.billed_period.ok_or_else(none)?,
        day: event.assignment.day,
    };
    let entitlement = event.assignment.entitlement.ok_or_else(none)?;
    let limits = limits_of(write, counter, entitlement).await?;

    lock(write, counter, &meter).await?;
    let used = used(write, counter, &meter).await?;
    if let Some(known) = known(write, &[&key]).await?.get(&key) {
        let same = *known == fingerprint(&event.usage);
        return Ok(if same {
            Admitted::Recorded { used, limits, earlier: true, alerts: Vec::new() }
        } else {
            Admitted::NotRecorded(Outcome::Conflict)
        });
    }
    let asked = if event.assignment.billable { event.assignment.contribution } else { 0 };
    // A maximum grows only by what is above it.
    let asked = if meter.aggregation == Aggregation::Max { asked.saturating_sub(used).max(0) } else { asked };
    if let Admission::Refused { cap, left } = limits.admit(used, asked) {
        return Ok(Admitted::Refused { used, limits, cap, left });
    }
    record(write, event, received_at, &key, counter, &meter, limits).await
}

async fn record(
    write: &mut Write,
    event: NewEvent,
    received_at: Timestamp,
    key: &EventKey,
    counter: Counter,
    meter: &Meter,
    limits: Limits,
) -> Result<Admitted> {
    debug_assert_eq!(&event.usage.key, key, "the event that was asked about is the one that is recorded");
    let batch = Batch { received_at, import: None, alerting: Alerting::Raise, events: vec![event] };
    let appended = append(write, &batch).await?;
    match appended.outcomes.first().copied() {
        Some(outcome @ (Outcome::Accepted | Outcome::Duplicate)) => Ok(Admitted::Recorded {
            used: used(write, counter, meter).await?,
            limits,
            earlier: outcome == Outcome::Duplicate,
            alerts: appended.alerts,
        }),
        outcome => Ok(Admitted::NotRecorded(outcome.unwrap_or(Outcome::Stale))),
    }
}

async fn limits_of(read: &mut Read, counter: Counter, entitlement: EntitlementId) -> Result<Limits> {
    let found = limits::effective(read, &[(counter.tenant, entitlement, counter.meter)]).await?;
    let missing = || StoreError::NotFound(format!("entitlement {entitlement}"));
    found.get(&(entitlement, counter.meter)).copied().ok_or_else(missing)
}

async fn lock(write: &mut Write, counter: Counter, meter: &Meter) -> Result<()> {
    if meter.aggregation == Aggregation::Level {
        execute!(write, LOCK_LEVEL, Id(counter.tenant), Id(counter.meter))?;
    } else {
        execute!(write, LOCK_COUNTER, Id(counter.tenant), Id(counter.period), Id(counter.meter))?;
    }
    Ok(())
}

async fn used(read: &mut Read, counter: Counter, meter: &Meter) -> Result<i64> {
    if meter.aggregation == Aggregation::Level {
        let found = maybe_row!(read, (i64,), USED_LEVEL, Id(counter.tenant), Id(counter.meter))?;
        return Ok(found.map_or(0, |(used,)| used));
    }
    if meter.reset == Reset::Day {
        let (sum, max) =
            row!(read, (i64, i64), USED_ON_DAY, Id(counter.tenant), OnDay(counter.day), Id(counter.meter))?;
        return Ok(if meter.aggregation == Aggregation::Max { max } else { sum });
    }
    let found = maybe_row!(read, (i64,), USED_IN_PERIOD, Id(counter.tenant), Id(counter.period), Id(counter.meter))?;
    Ok(found.map_or(0, |(used,)| used))
}
