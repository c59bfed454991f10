//! What surrounds one event: what repeats it, its details, the counters that it went into.
//!
//! The event itself is in [`crate::events`].

use crate::codec::{At, Id, OnDay, at};
use crate::conn::{Read, maybe_row, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::event::EventKey;
use billing::ids::{MeterId, PeriodId, TenantId};
use billing::time::{Day, Timestamp};

/// Details of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDetails {
    /// Canonical JSON; none once erased.
    pub body: Option<String>,
    /// When they were erased.
    pub erased_at: Option<Timestamp>,
}

/// A counter row that an event went into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterNow {
    /// All use.
    pub all: i64,
    /// Billable use.
    pub billable: i64,
}

statements! {
    CHILDREN = "select event_key from usage_events
        where tenant_id = $1 and source = $2 and parent_key = $3 order by occurred_at, event_key limit 100";
    DETAILS = "select body, erased_at from event_details where tenant_id = $1 and source = $2 and event_key = $3";
    PERIOD_COUNTER = "select quantity, billable from period_counters
        where tenant_id = $1 and period_id = $2 and meter_id = $3";
    DAY_COUNTER = "select coalesce(cast(case when $4 = 'max' then max(quantity) else sum(quantity) end as bigint), 0),
            coalesce(cast(case when $4 = 'max' then max(billable) else sum(billable) end as bigint), 0)
        from usage_days where tenant_id = $1 and day = $2 and meter_id = $3";
    LEVEL_TOTAL = "select quantity, billable from level_totals where tenant_id = $1 and meter_id = $2";
    // Tiers of stored memories are in the action of events of level meters.
    TIERS = "select v.action, cast(sum(v.quantity) as bigint),
            cast(sum(case when v.quantity > 0 then 1 when v.quantity < 0 then -1 else 0 end) as bigint)
        from meters m join usage_events v on v.tenant_id = $1 and v.meter_id = m.meter_id
        where m.aggregation = 'level' and v.occurred_at <= $2 and v.action in ('STM', 'ITM', 'LTM')
        group by v.action";
}

/// Keys of the events that repeat or correct an event, in their order; at most 100.
///
/// # Errors
/// When the database fails.
pub async fn children(read: &mut Read, key: &EventKey) -> Result<Vec<String>> {
    let found = rows!(read, (String,), CHILDREN, Id(key.tenant), key.source.as_str(), key.key.as_str())?;
    Ok(found.into_iter().map(|(key,)| key).collect())
}

/// The details of an event; none when it came without.
///
/// # Errors
/// When the database fails.
pub async fn details(read: &mut Read, key: &EventKey) -> Result<Option<StoredDetails>> {
    let row =
        maybe_row!(read, (Option<String>, Option<At>), DETAILS, Id(key.tenant), key.source.as_str(), key.key.as_str())?;
    Ok(row.map(|(body, erased_at)| StoredDetails { body, erased_at: at(erased_at) }))
}

/// The counter of a period as it stands now.
///
/// # Errors
/// When the database fails.
pub async fn period_counter(
    read: &mut Read,
    tenant: TenantId,
    period: PeriodId,
    meter: MeterId,
) -> Result<Option<CounterNow>> {
    let row = maybe_row!(read, (i64, i64), PERIOD_COUNTER, Id(tenant), Id(period), Id(meter))?;
    Ok(row.map(|(all, billable)| CounterNow { all, billable }))
}

/// The use of a local day as it stands now, over all its rows.
///
/// # Errors
/// When the database fails.
pub async fn day_counter(
    read: &mut Read,
    tenant: TenantId,
    day: Day,
    meter: &billing::meter::Meter,
) -> Result<CounterNow> {
    let aggregation = meter.aggregation.as_str();
    let row = maybe_row!(read, (i64, i64), DAY_COUNTER, Id(tenant), OnDay(day), Id(meter.id), aggregation)?;
    let (all, billable) = row.unwrap_or_default();
    Ok(CounterNow { all, billable })
}

/// The running total of a level meter as it stands now.
///
/// # Errors
/// When the database fails.
pub async fn level_total(read: &mut Read, tenant: TenantId, meter: MeterId) -> Result<Option<CounterNow>> {
    let row = maybe_row!(read, (i64, i64), LEVEL_TOTAL, Id(tenant), Id(meter))?;
    Ok(row.map(|(all, billable)| CounterNow { all, billable }))
}

/// What a tenant holds in one tier of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// `STM`, `ITM` or `LTM`.
    pub name: String,
    /// Bytes held.
    pub bytes: i64,
    /// Memories held: stored less freed.
    pub count: i64,
}

/// Stored memories by tier at an instant, from the movements of the tenant's level meters.
///
/// # Errors
/// When the database fails.
pub async fn tiers(read: &mut Read, tenant: TenantId, until: Timestamp) -> Result<Vec<Tier>> {
    let found = rows!(read, (String, i64, i64), TIERS, Id(tenant), At(until))?;
    Ok(found.into_iter().map(|(name, bytes, count)| Tier { name, bytes, count }).collect())
}
