//! Use by day and month, of one tenant and of the company: what charts and tables of history show.
//!
//! Months are folded from days here, in SQL: a month is the first six digits of its day.

use crate::codec::{Id, OnDay, Word};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::sums::{halves, whole};
use billing::ids::{MeterId, TenantId};
use billing::money::Currency;
use billing::time::Day;

/// Use of a meter on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterDay {
    /// The meter.
    pub meter: MeterId,
    /// The local day.
    pub day: Day,
    /// All use: the sum, the largest of a `max` meter, the movement of a level.
    pub all: i64,
    /// Billable use.
    pub billable: i64,
}

/// Use of a meter in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterMonth {
    /// The month as `yyyymm`.
    pub month: i32,
    /// The meter.
    pub meter: MeterId,
    /// Events.
    pub events: i64,
    /// All use, as for a day. 128 bits: sums over many days or tenants never stop a screen.
    pub all: i128,
    /// Billable use.
    pub billable: i128,
}

/// Provider cost of a meter in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthCost {
    /// The month as `yyyymm`.
    pub month: i32,
    /// The meter.
    pub meter: MeterId,
    /// The currency.
    pub currency: Currency,
    /// Billionths of the currency unit.
    pub nano: i128,
}

/// Use of a meter over days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterTotal {
    /// The meter.
    pub meter: MeterId,
    /// Events.
    pub events: i64,
    /// All use, as for a day. 128 bits: sums over many days or tenants never stop a screen.
    pub all: i128,
    /// Billable use.
    pub billable: i128,
}

/// Use in groups: events, then all and billable use, each as the maximum (none but of a `max` meter) and the halves of the
/// sum.
macro_rules! uses {
    ($groups:literal, $rest:literal) => {
        concat!(
            "select ",
            $groups,
            ", cast(sum(d.events) as bigint), case when m.aggregation = 'max' then max(d.quantity) end, ",
            halves!("d.quantity"),
            ", case when m.aggregation = 'max' then max(d.billable) end, ",
            halves!("d.billable"),
            " ",
            $rest
        )
    };
}

macro_rules! costs {
    ($from:literal) => {
        concat!(
            "select day / 100, meter_id, currency, ",
            halves!("cost_nano"),
            " from ",
            $from,
            " group by day / 100, meter_id, currency order by day / 100, meter_id, currency"
        )
    };
}

macro_rules! company_months {
    () => {
        concat!(
            "select day / 100, meter_id, cast(sum(events) as bigint), ",
            halves!("quantity"),
            ", ",
            halves!("billable"),
            " from (
            select day, meter_id, events, quantity, billable from company_days where day >= $1
            union all select day, meter_id, events, quantity, billable from company_day_deltas where day >= $1) both_parts
            group by day / 100, meter_id order by day / 100, meter_id"
        )
    };
}

statements! {
    SERIES = "select d.meter_id, d.day,
            cast(case when m.aggregation = 'max' then max(d.quantity) else sum(d.quantity) end as bigint),
            cast(case when m.aggregation = 'max' then max(d.billable) else sum(d.billable) end as bigint)
        from usage_days d join meters m on m.meter_id = d.meter_id
        where d.tenant_id = $1 and d.day >= $2
        group by d.meter_id, d.day, m.aggregation order by d.meter_id, d.day";
    MONTHS = pair(
        uses!("d.day / 100, d.meter_id", "from usage_days d join meters m on m.meter_id = d.meter_id
            where d.tenant_id = $1 and d.day >= $2
            group by d.day / 100, d.meter_id, m.aggregation order by d.day / 100, d.meter_id"),
        uses!("d.day / 100, d.meter_id", "from usage_days d join meters m on m.meter_id = d.meter_id
            where d.tenant_id = $1 and d.day >= $2
            group by d.day / 100, d.meter_id, m.aggregation order by d.day / 100, d.meter_id")
    );
    MONTH_COSTS = pair(
        costs!("usage_days where tenant_id = $1 and day >= $2 and currency <> ''"),
        costs!("usage_days where tenant_id = $1 and day >= $2 and currency <> ''")
    );
    TOTALS = pair(
        uses!("d.meter_id", "from usage_days d join meters m on m.meter_id = d.meter_id
            where d.tenant_id = $1 and d.day >= $2 group by d.meter_id, m.aggregation order by d.meter_id"),
        uses!("d.meter_id", "from usage_days d join meters m on m.meter_id = d.meter_id
            where d.tenant_id = $1 and d.day >= $2 group by d.meter_id, m.aggregation order by d.meter_id")
    );
    // What appends added since the last fold counts as much as what was folded.
    COMPANY_DAYS = "select day, cast(sum(events) as bigint) from (
            select day, events from company_days where day >= $1
            union all select day, events from company_day_deltas where day >= $1) both_parts
        group by day order by day";
    COMPANY_MONTHS = pair(company_months!(), company_months!());
    COMPANY_MONTH_COSTS = pair(
        costs!("(select day, meter_id, currency, cost_nano from company_days where day >= $1 and currency <> ''
            union all
            select day, meter_id, currency, cost_nano from company_day_deltas where day >= $1 and currency <> '') both_parts"),
        costs!("(select day, meter_id, currency, cost_nano from company_days where day >= $1 and currency <> ''
            union all
            select day, meter_id, currency, cost_nano from company_day_deltas where day >= $1 and currency <> '') both_parts")
    );
}

/// Use of a tenant by meter and day, from a day on.
///
/// # Errors
/// When the database fails, or a sum does not fit into 64 bits.
pub async fn series(read: &mut Read, tenant: TenantId, from: Day) -> Result<Vec<MeterDay>> {
    let found = rows!(read, (Id<MeterId>, OnDay, i64, i64), SERIES, Id(tenant), OnDay(from))?;
    let day = |(meter, day, all, billable): (Id<MeterId>, OnDay, i64, i64)| MeterDay {
        meter: meter.0,
        day: day.0,
        all,
        billable,
    };
    Ok(found.into_iter().map(day).collect())
}

/// A maximum where there is one, otherwise the sum.
fn use_of(max: Option<i64>, upper: i64, lower: i64) -> i128 {
    max.map_or_else(|| whole((upper, lower)), i128::from)
}

type MonthRow = (i32, Id<MeterId>, i64, Option<i64>, i64, i64, Option<i64>, i64, i64);

fn month(row: MonthRow) -> MeterMonth {
    let (month, meter, events, all, upper, lower, billable, billable_upper, billable_lower) = row;
    let (all, billable) = (use_of(all, upper, lower), use_of(billable, billable_upper, billable_lower));
    MeterMonth { month, meter: meter.0, events, all, billable }
}

type CostRow = (i32, Id<MeterId>, Word<Currency>, i64, i64);

fn cost((month, meter, currency, upper, lower): CostRow) -> MonthCost {
    MonthCost { month, meter: meter.0, currency: currency.0, nano: whole((upper, lower)) }
}

/// Use of a tenant by month and meter, from a day on.
///
/// # Errors
/// When the database fails.
pub async fn months(read: &mut Read, tenant: TenantId, from: Day) -> Result<Vec<MeterMonth>> {
    Ok(rows!(read, MonthRow, MONTHS, Id(tenant), OnDay(from))?.into_iter().map(month).collect())
}

/// Provider cost of a tenant by month, meter and currency.
///
/// # Errors
/// When the database fails.
pub async fn month_costs(read: &mut Read, tenant: TenantId, from: Day) -> Result<Vec<MonthCost>> {
    Ok(rows!(read, CostRow, MONTH_COSTS, Id(tenant), OnDay(from))?.into_iter().map(cost).collect())
}

type TotalRow = (Id<MeterId>, i64, Option<i64>, i64, i64, Option<i64>, i64, i64);

/// Use of a tenant by meter, from a day on or since the beginning.
///
/// # Errors
/// When the database fails.
pub async fn totals(read: &mut Read, tenant: TenantId, from: Option<Day>) -> Result<Vec<MeterTotal>> {
    let found = rows!(read, TotalRow, TOTALS, Id(tenant), from.map_or(0, Day::number))?;
    let total = |row: TotalRow| {
        let (meter, events, all, upper, lower, billable, billable_upper, billable_lower) = row;
        let (all, billable) = (use_of(all, upper, lower), use_of(billable, billable_upper, billable_lower));
        MeterTotal { meter: meter.0, events, all, billable }
    };
    Ok(found.into_iter().map(total).collect())
}

/// Events of the company by day, from a day on; days without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn company_days(read: &mut Read, from: Day) -> Result<Vec<(Day, u64)>> {
    let found = rows!(read, (OnDay, i64), COMPANY_DAYS, OnDay(from))?;
    found.into_iter().map(|(day, events)| Ok((day.0, u64::try_from(events).map_err(StoreError::corrupt)?))).collect()
}

type CompanyMonthRow = (i32, Id<MeterId>, i64, i64, i64, i64, i64);

/// Use of the company by month and meter, from a day on. Meters of `max` and `level` are not among the company's days.
///
/// # Errors
/// When the database fails.
pub async fn company_months(read: &mut Read, from: Day) -> Result<Vec<MeterMonth>> {
    let found = rows!(read, CompanyMonthRow, COMPANY_MONTHS, OnDay(from))?;
    let month = |(month, meter, events, upper, lower, billable_upper, billable_lower): CompanyMonthRow| MeterMonth {
        month,
        meter: meter.0,
        events,
        all: whole((upper, lower)),
        billable: whole((billable_upper, billable_lower)),
    };
    Ok(found.into_iter().map(month).collect())
}

/// Provider cost of the company by month, meter and currency.
///
/// # Errors
/// When the database fails.
pub async fn company_month_costs(read: &mut Read, from: Day) -> Result<Vec<MonthCost>> {
    Ok(rows!(read, CostRow, COMPANY_MONTH_COSTS, OnDay(from))?.into_iter().map(cost).collect())
}
