//! Figures and rows in the form that faces show: text, codes, ids with their prefix.
//!
//! Nothing is computed here.

use super::catalog::Catalog;
use super::facts::TenantFacts;
use super::figures::{MeterFigures, TenantFigures};
use super::overage;
use crate::wire;
use billing::level::{Level, Percent};
use billing::meter::Meter;
use billing::money::Currency;
use billing::quantity::decimal_text;

/// The level on the wire.
pub(super) const fn level(level: Level) -> wire::Level {
    match level {
        Level::Normal => wire::Level::Normal,
        Level::Warning => wire::Level::Warning,
        Level::Alert => wire::Level::Alert,
    }
}

pub(super) fn percent(percent: Option<Percent>) -> Option<String> {
    percent.map(|percent| percent.to_string())
}

/// Units at the meter's scale as a decimal.
pub(super) fn quantity(units: impl Into<i128>, meter: &Meter) -> String {
    decimal_text(units.into(), meter.scale)
}

/// A sentence with a capital first letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(characters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// The most cells of a list row.
const CELLS: usize = 4;

/// A row of the tenants list.
pub(super) fn tenant_row(facts: &TenantFacts, figures: &TenantFigures, catalog: &Catalog) -> wire::TenantRow {
    let main = main_subscription(facts, figures);
    let plan = main.and_then(|(_, version)| version).and_then(|version| catalog.plan_of(version));
    let cells = figures.meters.iter().filter_map(|meter| cell(meter, catalog)).take(CELLS).collect();
    let ends = figures.running.iter().filter_map(|running| running.period);
    wire::TenantRow {
        tenant_id: facts.card.id.to_string(),
        name: facts.card.name.clone(),
        outside_id: facts.card.outside_id.clone(),
        country: facts.card.country.clone(),
        status: main.map_or("none", |(status, _)| status).to_owned(),
        family: plan.map(|plan| plan.family.clone()),
        plan: plan.map(|plan| plan.name.clone()),
        currency: facts.card.currency.code().to_owned(),
        zone: facts.card.zone.name().to_owned(),
        level: level(figures.level),
        percent: percent(figures.percent),
        meters: cells,
        meter_count: u32::try_from(figures.meters.len()).unwrap_or(u32::MAX),
        overage: figures.overage_in(facts.card.currency).to_string(),
        period_end: ends.map(|period| period.span.interval.end).min().map(|end| end.to_string()),
    }
}

/// The subscription that stands for a tenant where only one fits: the oldest running one, or the last one that ended.
pub(super) fn main_subscription(
    facts: &TenantFacts,
    figures: &TenantFigures,
) -> Option<(&'static str, Option<billing::ids::PlanVersionId>)> {
    if let Some(running) = figures.running.first() {
        let card = facts.subscriptions.iter().find(|subscription| subscription.card.id == running.id)?;
        return Some((card.card.status.as_str(), Some(running.plan_version)));
    }
    let last = facts.subscriptions.last()?;
    let version = last.held.last().map(|held| held.plan_version);
    Some((billing::timeline::SubscriptionStatus::Cancelled.as_str(), version))
}

fn cell(figures: &MeterFigures, catalog: &Catalog) -> Option<wire::MeterCell> {
    let meter = catalog.meter(figures.meter)?;
    Some(wire::MeterCell {
        meter: meter.code.clone(),
        used: quantity(figures.used, meter),
        base: figures.limits.base().map(|base| quantity(base, meter)),
        percent: percent(figures.percent),
        level: level(figures.level),
    })
}

/// A meter of a tenant, whole.
pub(super) fn meter_usage(
    figures: &MeterFigures,
    tenant: &TenantFigures,
    catalog: &Catalog,
    currency: Currency,
) -> Option<wire::MeterUsage> {
    let meter = catalog.meter(figures.meter)?;
    let running = tenant.running.iter().find(|running| Some(running.id) == figures.subscription);
    let version = running.and_then(|running| catalog.version(running.plan_version));
    let price = version.and_then(|version| version.prices.get(&meter.id));
    let amount = |units| quantity(units, meter);
    Some(wire::MeterUsage {
        meter: meter.code.clone(),
        name: meter.name.clone(),
        unit: meter.unit.clone(),
        aggregation: meter.aggregation.to_string(),
        reset: meter.reset.to_string(),
        used: amount(figures.used),
        used_all: amount(figures.used_all),
        included: figures.limits.included.map(amount),
        cap: figures.limits.cap.map(amount),
        percent: percent(figures.percent),
        level: level(figures.level),
        remaining: figures.remaining.map(amount),
        resets_at: figures.resets_at.map(|at| at.to_string()),
        overage: figures.overage.normalize().to_string(),
        overage_amount: figures.amount.map(|amount| amount.to_string()),
        currency: version.map_or(currency, |version| version.fee.currency()).code().to_owned(),
        price: price.map(|price| overage::in_words(price, meter)),
        override_id: figures.override_id.map(|id| id.to_string()),
    })
}
