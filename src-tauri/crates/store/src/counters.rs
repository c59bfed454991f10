//! The caches of one tenant, read: period counters, days, levels. Append is the only writer.

use crate::codec::{Id, OnDay, Word};
use crate::conn::{Read, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::Classification;
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::money::{Cost, Currency};
use billing::time::Day;
use uuid::Uuid;

/// Use of a meter in a billed period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodCounter {
    /// The meter.
    pub meter: MeterId,
    /// Events.
    pub events: u64,
    /// All use.
    pub quantity: i64,
    /// Billable use.
    pub billable: i64,
}

/// The running total of a level meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelTotal {
    /// All use.
    pub quantity: i64,
    /// Billable use.
    pub billable: i64,
}

/// Use of a day, by meter, plan version, provider, classification and currency of the cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageDay {
    /// The tenant's local day.
    pub day: Day,
    /// The meter.
    pub meter: MeterId,
    /// The plan version; none before any subscription.
    pub plan_version: Option<PlanVersionId>,
    /// The provider, may be empty.
    pub provider: String,
    /// The classification.
    pub classification: Classification,
    /// Events.
    pub events: u64,
    /// All use.
    pub quantity: i64,
    /// Billable use.
    pub billable: i64,
    /// Provider cost.
    pub cost: Option<Cost>,
}

statements! {
    OF_PERIOD = "select meter_id, events, quantity, billable from period_counters where tenant_id = $1 and period_id = $2 order by meter_id";
    LEVEL = "select quantity, billable from level_totals where tenant_id = $1 and meter_id = $2";
    DAYS = "select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
        from usage_days where tenant_id = $1 and day between $2 and $3
        order by day, meter_id, plan_version_id, provider, classification, currency";
}

type DayRow = (OnDay, Id<MeterId>, Uuid, String, Word<Classification>, String, i64, i64, i64, i64);

/// The counters of a period.
///
/// # Errors
/// What the database gave.
pub async fn of_period(read: &mut Read, tenant: TenantId, period: PeriodId) -> Result<Vec<PeriodCounter>> {
    let found = rows!(read, (Id<MeterId>, i64, i64, i64), OF_PERIOD, Id(tenant), Id(period))?;
    let counter = |(meter, events, quantity, billable): (Id<MeterId>, i64, i64, i64)| {
        let events = u64::try_from(events).map_err(StoreError::corrupt)?;
        Ok(PeriodCounter { meter: meter.0, events, quantity, billable })
    };
    found.into_iter().map(counter).collect()
}

/// The total of a level meter.
///
/// # Errors
/// What the database gave.
pub async fn level(read: &mut Read, tenant: TenantId, meter: MeterId) -> Result<Option<LevelTotal>> {
    let found = maybe_row!(read, (i64, i64), LEVEL, Id(tenant), Id(meter))?;
    Ok(found.map(|(quantity, billable)| LevelTotal { quantity, billable }))
}

/// The days of a tenant, both ends included.
///
/// # Errors
/// What the database gave.
pub async fn days(read: &mut Read, tenant: TenantId, from: Day, to: Day) -> Result<Vec<UsageDay>> {
    let found = rows!(read, DayRow, DAYS, Id(tenant), OnDay(from), OnDay(to))?;
    found.into_iter().map(usage_day).collect()
}

fn usage_day(row: DayRow) -> Result<UsageDay> {
    let (day, meter, plan_version, provider, classification, currency, events, quantity, billable, cost_nano) = row;
    let cost = if currency.is_empty() {
        None
    } else {
        let currency: Currency = currency.parse().map_err(StoreError::corrupt)?;
        Some(Cost { nano: cost_nano, currency })
    };
    Ok(UsageDay {
        day: day.0,
        meter: meter.0,
        plan_version: (!plan_version.is_nil()).then(|| PlanVersionId::from_uuid(plan_version)),
        provider,
        classification: classification.0,
        events: u64::try_from(events).map_err(StoreError::corrupt)?,
        quantity,
        billable,
        cost,
    })
}
