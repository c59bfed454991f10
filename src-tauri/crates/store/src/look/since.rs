//! Events that came in after something was issued: of one period, by when they were received.

use crate::codec::{At, Id, OnDay, id};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{MeterId, PeriodId, TenantId};
use billing::time::{Day, Interval, Timestamp};

/// Of what, and after what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinceScope {
    /// The tenant.
    pub tenant: TenantId,
    /// The period in which they happened.
    pub period: PeriodId,
    /// When that is.
    pub interval: Interval,
    /// They were received after this.
    pub after: Timestamp,
}

/// An event that came in later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinceEvent {
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
    /// The meter.
    pub meter: MeterId,
    /// What it adds to its counters, at the meter's scale.
    pub contribution: i64,
    /// Whether it is billed.
    pub billable: bool,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was received.
    pub received_at: Timestamp,
    /// The tenant's local day.
    pub day: Day,
    /// The period in which it is billed; none for what a credit note has settled, or nobody bills.
    pub billed: Option<PeriodId>,
}

statements! {
    EVENTS = "select source, event_key, meter_id, contribution, billable, occurred_at, received_at, day, billed_period_id from usage_events
        where tenant_id = $1 and period_id = $2 and occurred_at >= $3 and occurred_at < $4 and received_at > $5
        order by received_at, source, event_key limit $6";
    BILLED = "select distinct billed_period_id from usage_events
        where tenant_id = $1 and period_id = $2 and occurred_at >= $3 and occurred_at < $4 and received_at > $5 and billed_period_id is not null
        order by billed_period_id";
}

type Row = (String, String, Id<MeterId>, i64, bool, At, At, OnDay, Option<Id<PeriodId>>);

/// The first of them, by when they were received.
///
/// # Errors
/// What the database gave.
pub async fn events(read: &mut Read, scope: &SinceScope, limit: u32) -> Result<Vec<SinceEvent>> {
    let SinceScope { tenant, period, interval, after } = *scope;
    let (start, end) = (At(interval.start), At(interval.end));
    let found = rows!(read, Row, EVENTS, Id(tenant), Id(period), start, end, At(after), i64::from(limit))?;
    let of = |(source, key, meter, contribution, billable, occurred, received, day, billed): Row| SinceEvent {
        source,
        key,
        meter: meter.0,
        contribution,
        billable,
        occurred_at: occurred.0,
        received_at: received.0,
        day: day.0,
        billed: id(billed),
    };
    Ok(found.into_iter().map(of).collect())
}

/// The periods in which they are billed, all of them.
///
/// # Errors
/// What the database gave.
pub async fn billed(read: &mut Read, scope: &SinceScope) -> Result<Vec<PeriodId>> {
    let SinceScope { tenant, period, interval, after } = *scope;
    let (start, end) = (At(interval.start), At(interval.end));
    let found = rows!(read, (Id<PeriodId>,), BILLED, Id(tenant), Id(period), start, end, At(after))?;
    Ok(found.into_iter().map(|(period,)| period.0).collect())
}
