//! A tenant's use over time: by day for charts, by calendar month for the table of a year.

use super::catalog::Catalog;
use super::load::{self, out_of_range, plus_days};
use super::shown;
use super::tenants::unknown_tenant;
use crate::error::{OperationError, Result};
use crate::wire::{CurrencyAmount, MeterSeries, MonthFigure, TimeSeries};
use billing::ids::{MeterId, TenantId};
use billing::meter::{Aggregation, Meter};
use billing::quantity::{Scale, decimal_text};
use billing::time::{Day, Timestamp, Zone};
use std::collections::{BTreeMap, HashMap};
use store::look::days::{self, MeterDay, MeterMonth, MonthCost};
use store::look::standing::{LevelTotal, Scope, level_totals};
use store::{Read, Store};

/// The most days of a series.
pub const MAX_DAYS: u32 = 400;

/// A tenant's use by local day, the last `days` days up to today.
///
/// # Errors
/// `unknown_tenant`, `too_many_days`; when the database fails.
pub async fn tenant_series(store: &Store, tenant: TenantId, at: Timestamp, days: u32) -> Result<TimeSeries> {
    if days == 0 || days > MAX_DAYS {
        let message = format!("A series has 1 to {MAX_DAYS} days, not {days}.");
        return Err(OperationError::wrong_use("too_many_days", message).field("days"));
    }
    store.read(move |read| Box::pin(async move { series_in(read, tenant, days, at).await })).await
}

async fn series_in(read: &mut Read, tenant: TenantId, days: u32, at: Timestamp) -> Result<TimeSeries> {
    let catalog = load::catalog(read).await?;
    let zone = zone_of(read, tenant).await?;
    let today = Day::of(at, zone).map_err(out_of_range)?;
    let first = plus_days(today, 1 - i64::from(days))?;
    let found = days::series(read, tenant, first).await?;
    let levels = level_totals(read, Scope::Tenants(&[tenant])).await?.rows().await?;
    let all_days: Vec<Day> = (0..i64::from(days)).map(|offset| plus_days(first, offset)).collect::<Result<_>>()?;
    let mut series = Vec::new();
    for meter in catalog.meters() {
        let own: Vec<&MeterDay> = found.iter().filter(|day| day.meter == meter.id).collect();
        let total = levels.iter().find(|total| total.meter == meter.id);
        if own.is_empty() && total.is_none() {
            continue;
        }
        let values = match total {
            Some(total) if meter.aggregation == Aggregation::Level => levels_by_day(total, &own, &all_days),
            _ => uses_by_day(&own, &all_days),
        };
        series.push(MeterSeries {
            meter: meter.code.clone(),
            name: meter.name.clone(),
            unit: meter.unit.clone(),
            aggregation: meter.aggregation.to_string(),
            all: values.iter().map(|(all, _)| shown::quantity(*all, meter)).collect(),
            billable: values.iter().map(|(_, billable)| shown::quantity(*billable, meter)).collect(),
        });
    }
    let days = all_days.iter().map(Day::to_string).collect();
    Ok(TimeSeries { as_of: at.to_string(), zone: zone.name().to_owned(), days, series })
}

pub(super) async fn zone_of(read: &mut Read, tenant: TenantId) -> Result<Zone> {
    let found = store::tenants::by_id(read, tenant).await?;
    found.map(|tenant| tenant.zone).ok_or_else(|| unknown_tenant(tenant))
}

fn uses_by_day(own: &[&MeterDay], days: &[Day]) -> Vec<(i64, i64)> {
    let by_day: HashMap<Day, (i64, i64)> = own.iter().map(|day| (day.day, (day.all, day.billable))).collect();
    days.iter().map(|day| by_day.get(day).copied().unwrap_or_default()).collect()
}

/// The total at the end of each day: backwards from the total now, less what moved after the day.
fn levels_by_day(total: &LevelTotal, own: &[&MeterDay], days: &[Day]) -> Vec<(i64, i64)> {
    let mut moved = own.iter().rev().peekable();
    let (mut all, mut billable) = (total.all, total.billable);
    let mut values: Vec<(i64, i64)> = Vec::with_capacity(days.len());
    for day in days.iter().rev() {
        while let Some(later) = moved.next_if(|later| later.day > *day) {
            (all, billable) = (all.saturating_sub(later.all), billable.saturating_sub(later.billable));
        }
        values.push((all, billable));
    }
    values.reverse();
    values
}

/// A tenant's use of the last 12 calendar months, the running one included, oldest first.
///
/// # Errors
/// `unknown_tenant`; when the database fails.
pub async fn tenant_months(store: &Store, tenant: TenantId, at: Timestamp) -> Result<Vec<MonthFigure>> {
    store.read(move |read| Box::pin(async move { months_in(read, tenant, at).await })).await
}

pub(super) async fn months_in(read: &mut Read, tenant: TenantId, at: Timestamp) -> Result<Vec<MonthFigure>> {
    let catalog = load::catalog(read).await?;
    let today = Day::of(at, zone_of(read, tenant).await?).map_err(out_of_range)?;
    let from = months_before(today, 11)?;
    let mut months = days::months(read, tenant, from).await?;
    let costs = days::month_costs(read, tenant, from).await?;
    let levels = level_totals(read, Scope::Tenants(&[tenant])).await?.rows().await?;
    levels_at_month_end(&mut months, &levels);
    Ok(month_figures(&months, &costs, &catalog))
}

/// Turns movements of level meters into the total at the end of each month: backwards from the total now.
fn levels_at_month_end(months: &mut [MeterMonth], levels: &[LevelTotal]) {
    for total in levels {
        let (mut all, mut billable) = (i128::from(total.all), i128::from(total.billable));
        for month in months.iter_mut().rev().filter(|month| month.meter == total.meter) {
            let moved = (month.all, month.billable);
            (month.all, month.billable) = (all, billable);
            (all, billable) = (all - moved.0, billable - moved.1);
        }
    }
}

/// The first day of the month that lies a number of months before the one of a day.
pub(super) fn months_before(day: Day, months: i32) -> Result<Day> {
    let index = day.number() / 10_000 * 12 + day.number() / 100 % 100 - 1 - months;
    Day::from_number(index.div_euclid(12) * 10_000 + (index.rem_euclid(12) + 1) * 100 + 1).map_err(out_of_range)
}

pub(super) fn month_figures(months: &[MeterMonth], costs: &[MonthCost], catalog: &Catalog) -> Vec<MonthFigure> {
    let mut by_meter: BTreeMap<(i32, MeterId), Vec<CurrencyAmount>> = BTreeMap::new();
    for cost in costs {
        let amount = decimal_text(cost.nano, Scale::BILLIONTHS);
        let list = by_meter.entry((cost.month, cost.meter)).or_default();
        list.push(CurrencyAmount { currency: cost.currency.code().to_owned(), amount });
    }
    let figure = |month: &MeterMonth| {
        let meter: &Meter = catalog.meter(month.meter)?;
        Some(MonthFigure {
            month: format!("{:04}-{:02}", month.month / 100, month.month % 100),
            meter: meter.code.clone(),
            events: u64::try_from(month.events).unwrap_or(0),
            quantity: shown::quantity(month.all, meter),
            billable: shown::quantity(month.billable, meter),
            cost: by_meter.remove(&(month.month, month.meter)).unwrap_or_default(),
        })
    };
    months.iter().filter_map(figure).collect()
}
