//! Statistics of one tenant for scripts and reports (requirements C3, D7, E3): its figures against its limits, the
//! last days, twelve months, all time, and a sentence for each meter past 80 % or 100 %.

use super::catalog::Catalog;
use super::figures::{MeterFigures, TenantFigures};
use super::history::{self, MAX_DAYS};
use super::load::{out_of_range, plus_days};
use super::page::{self, RECENT};
use super::tenants::{One, one};
use super::{events, shown};
use crate::error::{OperationError, Result};
use crate::wire::{CurrencyAmount, LevelMessage, MeterStats, TenantStats};
use billing::ids::{MeterId, TenantId};
use billing::level::Level;
use billing::time::{Day, Timestamp};
use std::collections::HashMap;
use store::look::days::{self, MeterTotal};
use store::look::events::EventFilter;
use store::{Read, Store};

/// Statistics of one tenant; `last_days` local days, today included.
///
/// # Errors
/// `unknown_tenant`, `too_many_days`; when the database fails.
pub async fn stats(store: &Store, tenant: TenantId, at: Timestamp, last_days: u32) -> Result<TenantStats> {
    if last_days == 0 || last_days > MAX_DAYS {
        let message = format!("Statistics cover 1 to {MAX_DAYS} days, not {last_days}.");
        return Err(OperationError::wrong_use("too_many_days", message).field("days"));
    }
    store.read(move |read| Box::pin(async move { stats_in(read, tenant, at, last_days).await })).await
}

async fn stats_in(read: &mut Read, tenant: TenantId, at: Timestamp, last_days: u32) -> Result<TenantStats> {
    let One { catalog, facts, figures } = one(read, tenant, at).await?;
    let today = Day::of(at, facts.card.zone).map_err(out_of_range)?;
    let from = plus_days(today, 1 - i64::from(last_days))?;
    let recently: HashMap<MeterId, MeterTotal> =
        days::totals(read, tenant, Some(from)).await?.into_iter().map(|total| (total.meter, total)).collect();
    let lifetime = days::totals(read, tenant, None).await?;
    let months = history::months_in(read, tenant, at).await?;
    let filter = EventFilter { tenant: Some(tenant), to: at.plus_micros(1).ok(), ..EventFilter::default() };
    let recent = events::lines(read, &catalog, &filter, None, RECENT).await?.rows;
    let plans = figures.running.iter().filter_map(|running| catalog.plan_of(running.plan_version));
    let amount = |owed: &billing::money::Money| CurrencyAmount {
        currency: owed.currency().to_string(),
        amount: owed.to_string(),
    };
    Ok(TenantStats {
        as_of: at.to_string(),
        tenant_id: tenant.to_string(),
        name: facts.card.name.clone(),
        zone: facts.card.zone.name().to_owned(),
        status: shown::main_subscription(&facts, &figures).map_or("none", |(status, _)| status).to_owned(),
        plans: plans.map(|plan| plan.name.clone()).collect(),
        days: last_days,
        meters: meters(&figures, &recently, &catalog),
        alerts: figures.meters.iter().filter_map(|meter| message(meter, &catalog)).collect(),
        overage_cost: figures.owed.iter().map(amount).collect(),
        lifetime: lifetime.iter().filter_map(|total| page::lifetime(total, &facts, &catalog)).collect(),
        months,
        recent,
    })
}

fn meters(figures: &TenantFigures, recently: &HashMap<MeterId, MeterTotal>, catalog: &Catalog) -> Vec<MeterStats> {
    let row = |figures: &MeterFigures| {
        let meter = catalog.meter(figures.meter)?;
        let days = recently.get(&meter.id);
        Some(MeterStats {
            meter: meter.code.clone(),
            name: meter.name.clone(),
            unit: meter.unit.clone(),
            count: shown::quantity(figures.used, meter),
            limit: figures.limits.base().map(|base| shown::quantity(base, meter)),
            percentage: shown::percent(figures.percent),
            level: shown::level(figures.level),
            overage: figures.overage.normalize().to_string(),
            overage_cost: figures.amount.map(|amount| amount.to_string()),
            resets_at: figures.resets_at.map(|at| at.to_string()),
            events_in_days: days.and_then(|days| u64::try_from(days.events).ok()).unwrap_or(0),
            quantity_in_days: shown::quantity(days.map_or(0, |days| days.all), meter),
            billable_in_days: shown::quantity(days.map_or(0, |days| days.billable), meter),
        })
    };
    figures.meters.iter().filter_map(row).collect()
}

/// A sentence for a meter at WARNING or ALERT.
fn message(figures: &MeterFigures, catalog: &Catalog) -> Option<LevelMessage> {
    if figures.level == Level::Normal {
        return None;
    }
    let meter = catalog.meter(figures.meter)?;
    let used = shown::quantity(figures.used, meter);
    let base = shown::quantity(figures.limits.base().unwrap_or(0), meter);
    let message = match figures.percent {
        Some(percent) => format!("{} is at {percent} %: {used} of {base} {}.", meter.name, meter.unit),
        None => format!("{} is not included, and {used} {} were used.", meter.name, meter.unit),
    };
    Some(LevelMessage { meter: meter.code.clone(), level: shown::level(figures.level), message })
}
