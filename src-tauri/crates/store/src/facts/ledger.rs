//! Use by the ledger itself, event by event: where a price goes by events, and where caches do not tell.

use super::{Asked, json};
use crate::codec::{At, Id, OnDay, Word, id};
use crate::conn::{Read, row, rows};
use crate::error::Result;
use crate::sql::{Sql, statements};
use billing::event::Classification;
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::invoice::recount::Counted;
use billing::time::Interval;
use billing::time::Timestamp;

/// Billable events that are wanted of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventsWanted {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The period in which they happened.
    pub period: PeriodId,
    /// When that is.
    pub interval: Interval,
}

/// A billable event as far as invoices look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The period in which it happened.
    pub period: PeriodId,
    /// The period in which it is billed; none where a credit note has settled it.
    pub billed: Option<PeriodId>,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// What counts of it.
    pub counted: Counted,
}

statements! {
    EVENTS = sql(Sql::pair(
        "select e.tenant_id, e.meter_id, e.period_id, e.billed_period_id, e.source, e.event_key, e.parent_key, e.classification, e.day, e.plan_version_id, e.contribution, e.received_at
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, p uuid, m uuid, a bigint, b bigint)
           join usage_events e on e.tenant_id = w.t and e.meter_id = w.m and e.period_id = w.p
            and e.occurred_at >= timestamptz 'epoch' + w.a * interval '1 microsecond'
            and e.occurred_at < timestamptz 'epoch' + w.b * interval '1 microsecond'
          where e.billable
          order by e.tenant_id, e.meter_id, e.occurred_at, e.source, e.event_key",
        "select e.tenant_id, e.meter_id, e.period_id, e.billed_period_id, e.source, e.event_key, e.parent_key, e.classification, e.day, e.plan_version_id, e.contribution, e.received_at
           from json_each($1) w cross join usage_events e on e.tenant_id = unhex(w.value->>'t') and e.meter_id = unhex(w.value->>'m')
            and e.period_id = unhex(w.value->>'p') and e.occurred_at >= w.value->>'a' and e.occurred_at < w.value->>'b'
          where e.billable
          order by e.tenant_id, e.meter_id, e.occurred_at, e.source, e.event_key"
    ));
    OPENING = "select cast(coalesce(sum(contribution), 0) as bigint) from usage_events
        where tenant_id = $1 and meter_id = $2 and occurred_at < $3 and billable";
}

/// What a level came to before an instant, by all billable events before it.
///
/// # Errors
/// [`crate::StoreError::Overflow`] for a sum that does not fit.
pub async fn opening(read: &mut Read, tenant: TenantId, meter: MeterId, before: Timestamp) -> Result<i64> {
    Ok(row!(read, (i64,), OPENING, Id(tenant), Id(meter), At(before))?.0)
}

#[derive(sqlx::FromRow)]
struct EventRow {
    tenant_id: Id<TenantId>,
    meter_id: Id<MeterId>,
    period_id: Id<PeriodId>,
    billed_period_id: Option<Id<PeriodId>>,
    source: String,
    event_key: String,
    parent_key: Option<String>,
    classification: Word<Classification>,
    day: OnDay,
    plan_version_id: Option<Id<PlanVersionId>>,
    contribution: i64,
    received_at: At,
}

/// Billable events of meters in periods, whatever period they are billed in, if any, by tenant, meter, time, source and key.
///
/// # Errors
/// What the database gave.
pub async fn events(read: &mut Read, wanted: &[EventsWanted]) -> Result<Vec<EventOf>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let asked = |it: &EventsWanted| {
        let Interval { start, end } = it.interval;
        Asked::of(it.tenant).meter(it.meter).period(it.period).between(start.micros(), end.micros())
    };
    let list = json(wanted.iter().map(asked))?;
    let event = |row: EventRow| EventOf {
        tenant: row.tenant_id.0,
        meter: row.meter_id.0,
        period: row.period_id.0,
        billed: id(row.billed_period_id),
        received_at: row.received_at.0,
        counted: Counted {
            source: row.source,
            key: row.event_key,
            parent: row.parent_key,
            classification: row.classification.0,
            day: row.day.0,
            plan_version: id(row.plan_version_id),
            contribution: row.contribution,
        },
    };
    Ok(rows!(read, EventRow, EVENTS, list.as_str())?.into_iter().map(event).collect())
}
