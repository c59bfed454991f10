//! Where the running period is heading: overage at its end if use goes on at its mean pace.
//!
//! An estimate, labelled as one wherever it is shown and never invoiced; the arithmetic is exact all the same. Sums and
//! counts are scaled from the time that has passed to the whole period, rounded down; the overage of a day meter is
//! scaled as it is; a level and a maximum stay what they are. Before one day has passed nothing is scaled.

use super::catalog::Catalog;
use super::facts::TenantFacts;
use super::figures::{MeterFigures, TenantFigures, overflow};
use super::overage::not_rated;
use crate::error::Result;
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Currency, Money};
use billing::price::{Model, Price};
use billing::pricing::{self, Phase};
use billing::quantity::Quantity;
use billing::time::{Interval, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// The overage of a tenant at the end of its running periods, per currency.
///
/// # Errors
/// When an amount does not fit.
pub fn projected(facts: &TenantFacts, figures: &TenantFigures, catalog: &Catalog, at: Timestamp) -> Result<Vec<Money>> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    for meter in &figures.meters {
        let Some(amount) = meter.amount else { continue };
        let amount = projected_amount(meter, amount, figures, catalog, at)?;
        let sum = sums.entry(amount.currency()).or_insert(Money::from_minor(0, amount.currency()));
        *sum = sum.checked_add(amount).map_err(|error| overflow().because(error))?;
    }
    debug_assert!(facts.subscriptions.len() >= figures.running.len(), "figures are of these facts");
    Ok(sums.into_values().collect())
}

fn projected_amount(
    figures: &MeterFigures,
    amount: Money,
    tenant: &TenantFigures,
    catalog: &Catalog,
    at: Timestamp,
) -> Result<Money> {
    let running = tenant.running.iter().find(|running| Some(running.id) == figures.subscription);
    let version = running.and_then(|running| catalog.version(running.plan_version));
    let price = version.and_then(|version| version.prices.get(&figures.meter));
    let period = running.and_then(|running| running.period);
    let (Some(price), Some(period), Some(meter)) = (price, period, catalog.meter(figures.meter)) else {
        return Ok(amount);
    };
    let interval = period.span.interval;
    if at.micros() - interval.start.micros() < DAY_MICROS || at >= interval.end {
        return Ok(amount);
    }
    let used = match (meter.aggregation, meter.reset) {
        (Aggregation::Level | Aggregation::Max, _) => return Ok(amount),
        (_, Reset::Day) => scaled(figures.overage, meter, interval, at)?,
        _ => {
            let used = Quantity::new(figures.used, meter.scale).decimal();
            let used = Quantity::exact(scaled(used, meter, interval, at)?, meter.scale);
            let above = figures.limits.overage(used.map_err(|error| overflow().because(error))?.units());
            Quantity::new(above, meter.scale).decimal()
        }
    };
    let line = rated(price, used, amount, interval, at)?;
    // A plan change inside the period rates in segments; the estimate must not fall below what is owed already.
    Ok(if line.minor() < amount.minor() { amount } else { line })
}

fn rated(price: &Price, used: Decimal, amount: Money, interval: Interval, at: Timestamp) -> Result<Money> {
    if matches!(price.terms().model, Model::Percentage(_)) {
        // The events to come are not known: their amounts are taken to be like those so far.
        let (passed, whole) = lengths(interval, at);
        let minor = i128::from(amount.minor()) * i128::from(whole) / i128::from(passed);
        let minor = i64::try_from(minor).map_err(|error| overflow().because(error))?;
        return Ok(Money::from_minor(minor, amount.currency()));
    }
    let line = pricing::line(price, None, &pricing::Use::Quantity(used), Phase::Running, amount.currency());
    Ok(line.map_err(not_rated)?.amount)
}

fn lengths(interval: Interval, at: Timestamp) -> (i64, i64) {
    (at.micros() - interval.start.micros(), interval.end.micros() - interval.start.micros())
}

/// A quantity of the time passed as one of the whole period, rounded down to the scale of the meter.
fn scaled(quantity: Decimal, meter: &Meter, interval: Interval, at: Timestamp) -> Result<Decimal> {
    let (passed, whole) = lengths(interval, at);
    let digits = u32::from(meter.scale.digits());
    let mut units = quantity.round_dp_with_strategy(digits, RoundingStrategy::ToNegativeInfinity);
    units.rescale(digits);
    let units = units
        .mantissa()
        .checked_mul(i128::from(whole))
        .map(|product| product.div_euclid(i128::from(passed)))
        .and_then(|units| i64::try_from(units).ok())
        .ok_or_else(overflow)?;
    Ok(Quantity::new(units, meter.scale).decimal())
}
