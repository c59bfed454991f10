//! Use by the caches: period counters, days, and what a level came to before a day.

use super::{Asked, PeriodOf, asked, json, periods_json};
use crate::codec::{Id, OnDay};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::time::Day;
use uuid::Uuid;

/// What a period's counter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The period in which it is billed.
    pub period: PeriodId,
    /// The meter.
    pub meter: MeterId,
    /// Billable units.
    pub units: i64,
}

/// Days that are wanted of a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysWanted {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The first day.
    pub from: Day,
    /// The first day after them.
    pub to: Day,
}

/// A row of a day; there may be several of one day and plan version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The day.
    pub day: Day,
    /// The plan version; none before any subscription.
    pub plan_version: Option<PlanVersionId>,
    /// Billable units.
    pub units: i64,
}

/// What a level came to before a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The day.
    pub before: Day,
    /// Billable units.
    pub units: i64,
}

statements! {
    COUNTERS = sql(asked!("select c.tenant_id, c.period_id, c.meter_id, c.billable", "period_counters c", "on c.tenant_id = w.t and c.period_id = w.p"));
    DAYS = sql(asked!("select d.tenant_id, d.meter_id, d.day, d.plan_version_id, d.billable", "usage_days d", "on d.tenant_id = w.t and d.meter_id = w.m and d.day >= w.a and d.day < w.b"));
    OPENINGS = sql(asked!("select w.t, w.m, cast(w.a as integer), cast(sum(d.billable) as bigint)", "usage_days d", "on d.tenant_id = w.t and d.meter_id = w.m and d.day < w.a group by w.t, w.m, w.a"));
}

/// The counters of periods.
///
/// # Errors
/// What the database gave.
pub async fn counters(read: &mut Read, periods: &[PeriodOf]) -> Result<Vec<CounterOf>> {
    type Row = (Id<TenantId>, Id<PeriodId>, Id<MeterId>, i64);
    let list = periods_json(periods)?;
    let found = rows!(read, Row, COUNTERS, list.as_str())?;
    let counter =
        |(tenant, period, meter, units): Row| CounterOf { tenant: tenant.0, period: period.0, meter: meter.0, units };
    Ok(found.into_iter().map(counter).collect())
}

/// The days of meters.
///
/// # Errors
/// What the database gave.
pub async fn days(read: &mut Read, wanted: &[DaysWanted]) -> Result<Vec<DayOf>> {
    type Row = (Id<TenantId>, Id<MeterId>, OnDay, Uuid, i64);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let asked = |it: &DaysWanted| {
        Asked::of(it.tenant).meter(it.meter).between(i64::from(it.from.number()), i64::from(it.to.number()))
    };
    let list = json(wanted.iter().map(asked))?;
    let found = rows!(read, Row, DAYS, list.as_str())?;
    let day = |(tenant, meter, day, version, units): Row| DayOf {
        tenant: tenant.0,
        meter: meter.0,
        day: day.0,
        plan_version: (!version.is_nil()).then(|| PlanVersionId::from_uuid(version)),
        units,
    };
    Ok(found.into_iter().map(day).collect())
}

/// What levels came to before days; one without any use before is left out.
///
/// # Errors
/// [`crate::StoreError::Overflow`] for a sum that does not fit.
pub async fn openings(read: &mut Read, wanted: &[(TenantId, MeterId, Day)]) -> Result<Vec<OpeningOf>> {
    type Row = (Id<TenantId>, Id<MeterId>, OnDay, i64);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let asked = |(tenant, meter, before): &(TenantId, MeterId, Day)| {
        Asked::of(*tenant).meter(*meter).between(i64::from(before.number()), 0)
    };
    let list = json(wanted.iter().map(asked))?;
    let found = rows!(read, Row, OPENINGS, list.as_str())?;
    let opening =
        |(tenant, meter, before, units): Row| OpeningOf { tenant: tenant.0, meter: meter.0, before: before.0, units };
    Ok(found.into_iter().map(opening).collect())
}
