//! The events behind a line of an invoice, in order of time: those of a meter that happened in one period and are billed
//! in one, free ones and corrections among them.
//!
//! The period in which they happened bounds the time, so that the index of tenant, meter and time answers. What the line
//! makes of them is not known here.

use super::events::{EventLine, LineRow, line};
use crate::codec::{At, Id, OnDay};
use crate::conn::{Read, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{MeterId, PeriodId, TenantId};
use billing::time::{Day, Interval, Timestamp};

/// Which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineScope {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The period in which they happened.
    pub period: PeriodId,
    /// When that is.
    pub interval: Interval,
    /// The period in which they are billed; none for what a credit note has settled.
    pub billed: Option<PeriodId>,
    /// The first day.
    pub from: Day,
    /// The first day after them.
    pub to: Day,
}

/// A place in the order of pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinePosition {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// What the billable ones add, at the meter's scale.
    pub units: i64,
    /// Billable ones.
    pub events: u64,
    /// Free ones.
    pub free: u64,
    /// Corrections among both.
    pub corrections: u64,
}

/// The conditions of a scope; `$3` is where to begin, an instant of the period.
macro_rules! scope {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " from usage_events where tenant_id = $1 and meter_id = $2 and occurred_at >= $3 and occurred_at < $4 and period_id = $5 and billed_period_id is not distinct from $6 and day >= $7 and day < $8 ",
            $rest
        )
    };
}

statements! {
    PAGE = sql(crate::sql::Sql::same(scope!(
        "select tenant_id, source, event_key, meter_id, quantity, billable, classification, occurred_at, received_at, day, provider, cost_nano, cost_currency",
        "and (occurred_at, source, event_key) > ($3, $9, $10) order by occurred_at, source, event_key limit $11"
    )));
    COUNTS = sql(crate::sql::Sql::same(scope!(
        "select cast(coalesce(sum(contribution) filter (where billable), 0) as bigint), count(*) filter (where billable), count(*) filter (where not billable), count(*) filter (where classification = 'correction')",
        ""
    )));
    DUPLICATES = sql(crate::sql::Sql::same(concat!(
        "select cast(coalesce(sum(duplicates), 0) as bigint) from imports where import_id in (",
        scope!("select distinct import_id", "and import_id is not null"),
        ")"
    )));
}

/// Events after a position, at most `limit`.
///
/// # Errors
/// What the database gave.
pub async fn page(
    read: &mut Read,
    scope: &LineScope,
    after: Option<&LinePosition>,
    limit: u32,
) -> Result<Vec<EventLine>> {
    // No source is empty, so nothing is before this.
    let begin = after.map_or(scope.interval.start, |after| after.occurred_at.max(scope.interval.start));
    let (source, key) = after.map_or(("", ""), |after| (after.source.as_str(), after.key.as_str()));
    let found = rows!(
        read,
        LineRow,
        PAGE,
        Id(scope.tenant),
        Id(scope.meter),
        At(begin),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        OnDay(scope.from),
        OnDay(scope.to),
        source,
        key,
        i64::from(limit),
    )?;
    Ok(found.into_iter().map(line).collect())
}

/// How many events there are, and what they add up to.
///
/// # Errors
/// [`StoreError::Overflow`] for a sum that does not fit.
pub async fn counts(read: &mut Read, scope: &LineScope) -> Result<LineCounts> {
    let (units, events, free, corrections) = row!(
        read,
        (i64, i64, i64, i64),
        COUNTS,
        Id(scope.tenant),
        Id(scope.meter),
        At(scope.interval.start),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        OnDay(scope.from),
        OnDay(scope.to),
    )?;
    let count = |count: i64| u64::try_from(count).map_err(StoreError::corrupt);
    Ok(LineCounts { units, events: count(events)?, free: count(free)?, corrections: count(corrections)? })
}

/// Rows that the imports behind these events dropped, because their keys were there already. An import counts them for all
/// of its tenants together.
///
/// # Errors
/// What the database gave.
pub async fn duplicates(read: &mut Read, scope: &LineScope) -> Result<u64> {
    let (dropped,) = row!(
        read,
        (i64,),
        DUPLICATES,
        Id(scope.tenant),
        Id(scope.meter),
        At(scope.interval.start),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        OnDay(scope.from),
        OnDay(scope.to),
    )?;
    u64::try_from(dropped).map_err(StoreError::corrupt)
}
