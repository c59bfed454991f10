//! Use above what is included, and what it costs so far: the rating of invoices ([`billing::invoice::metered`]), fed with
//! the facts of a list.
//!
//! The same function gives the lines of the period's invoice, so that the two say the same. The minimum of a price is left
//! out: it is due on the last invoice of a period, not before. Late use of an earlier period stands in the counter here and is
//! rated under that period's plan there.

use super::figures::{Standing, Use, level_at_end, overflow};
use crate::error::{OperationError, Result};
use billing::ids::MeterId;
use billing::invoice::metered::{Metered, Portion, Terms, portions};
use billing::invoice::segment::{self, Days, Holding};
use billing::invoice::{DayUse, EventUse, MeterUse};
use billing::level::Limits;
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::Money;
use billing::plan::PlanVersion;
use billing::price::{Model, Price};
use billing::pricing::RateError;
use billing::time::TimeError;
use rust_decimal::Decimal;
use store::look::standing::{DayUse as StoredDay, Held, RunningPeriod};

/// Use above what is included, with its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overage {
    /// In the meter's unit.
    pub quantity: Decimal,
    /// Each line rounded once; none without a price.
    pub amount: Option<Money>,
}

impl Overage {
    /// Nothing, and nothing to pay.
    pub const NONE: Self = Self { quantity: Decimal::ZERO, amount: None };
}

/// The overage of a meter in the running period.
pub(super) fn overage(meter: &Meter, limits: Limits, use_now: Use, standing: &Standing<'_>) -> Result<Overage> {
    let Some(period) = standing.subscription.period else { return Ok(Overage::NONE) };
    let price = standing.version.prices.get(&meter.id);
    if is_within(meter, limits, use_now, standing) && is_free_within(price) {
        let amount = price.map(|_| Money::from_minor(0, standing.version.fee.currency()));
        return Ok(Overage { quantity: Decimal::ZERO, amount });
    }
    let until = standing.today.day.plus_days(1).map_err(out_of_range)?;
    let stored = Days { from: period.span.first_day, to: period.span.end_day };
    let ended_at = standing.subscription.card.ended_at;
    let days = segment::days_held(period.span, ended_at, standing.held.zone).map_err(out_of_range)?;
    let holdings: Vec<Holding<'_>> = standing.subscription.held.iter().map(holding).collect();
    let held = segment::held(&holdings, days, until).map_err(out_of_range)?;
    let version = |holding: Holding<'_>| standing.catalog.version(holding.plan_version).unwrap_or(standing.version);
    let terms: Vec<Terms<'_>> = segment::segments(&held, days)
        .into_iter()
        .map(|segment| Terms { segment, version: version(segment.holding) })
        .collect();
    if terms.is_empty() {
        return Ok(Overage::NONE);
    }
    let held: Vec<(segment::Held<'_>, &PlanVersion)> =
        held.into_iter().map(|held| (held, version(held.holding))).collect();
    let metered = Metered { meter, terms: &terms, held: &held, period: stored, until };
    let used = meter_use(meter, use_now, period, terms.len(), standing)?;
    add_up(&portions(&metered, &used).map_err(not_rated)?, standing)
}

/// Nearly all meters have one entitlement in the period and are within what it includes: ten thousand of them are not rated.
fn is_within(meter: &Meter, limits: Limits, use_now: Use, standing: &Standing<'_>) -> bool {
    let is_counted = meter.aggregation != Aggregation::Level && meter.reset != Reset::Day;
    is_counted && standing.subscription.held.len() == 1 && limits.overage(use_now.billable) == 0
}

/// Only a flat amount of a first tier is due for nothing.
fn is_free_within(price: Option<&Price>) -> bool {
    price.is_none_or(|price| matches!(price.terms().model, Model::PerUnit(_)))
}

fn add_up(portions: &[Portion<'_>], standing: &Standing<'_>) -> Result<Overage> {
    let currency = standing.version.fee.currency();
    let mut total = Overage::NONE;
    for portion in portions {
        total.quantity =
            billing::exact::add(total.quantity, portion.quantity).map_err(|error| not_rated(error.into()))?;
        let Some(priced) = &portion.priced else { continue };
        let billed = priced.billed(currency.digits()).map_err(not_rated)?;
        let line = Money::rounded(billed.amount, currency).map_err(|error| overflow().because(error))?;
        let sum = total.amount.unwrap_or(Money::from_minor(0, currency)).checked_add(line);
        total.amount = Some(sum.map_err(|error| overflow().because(error))?);
    }
    Ok(total)
}

/// The use of a meter as rating takes it: days only where it looks at them.
fn meter_use(
    meter: &Meter,
    use_now: Use,
    period: RunningPeriod,
    segments: usize,
    standing: &Standing<'_>,
) -> Result<MeterUse> {
    let is_level = meter.aggregation == Aggregation::Level;
    let opening = match period.span.first_day.plus_days(-1) {
        Ok(before) if is_level => level_at_end(standing.facts, meter.id, before)?.billable,
        _ => 0,
    };
    let mut days = Vec::new();
    if is_level || meter.reset == Reset::Day || segments > 1 {
        let inside = |day: &&StoredDay| period.span.first_day <= day.day && day.day < period.span.end_day;
        for day in standing.facts.days_of(meter.id).iter().filter(inside) {
            if day.billable == StoredDay::BEYOND {
                return Err(overflow());
            }
            days.push(DayUse { day: day.day, plan_version: day.plan_version, units: day.billable });
        }
    }
    Ok(MeterUse { meter: meter.id, units: use_now.billable, opening, days, events: events(meter.id, period, standing) })
}

/// The events that are billed in the period, in order.
fn events(meter: MeterId, period: RunningPeriod, standing: &Standing<'_>) -> Vec<EventUse> {
    let own = standing.facts.events.iter().filter(|event| event.meter == meter && event.period == period.id);
    own.map(|own| EventUse { day: own.day, plan_version: own.plan_version, units: own.contribution }).collect()
}

fn holding(held: &Held) -> Holding<'_> {
    Holding {
        valid_from: held.valid_from,
        seq: held.seq,
        zone: held.zone,
        plan_version: held.plan_version,
        overrides: &held.overrides,
        entitlement: None,
    }
}

pub(super) fn not_rated(error: RateError) -> OperationError {
    OperationError::failed("not_rated", "Use could not be rated under its plan.").because(error)
}

fn out_of_range(error: TimeError) -> OperationError {
    OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
}

/// The unit price of a meter in words.
pub(super) fn in_words(price: &Price, meter: &Meter) -> String {
    let terms = price.terms();
    let unit = if terms.per == Decimal::ONE { meter.unit.clone() } else { format!("{} {}", terms.per, meter.unit) };
    match &terms.model {
        Model::PerUnit(figures) => format!("{} per {unit}", figures.unit_amount),
        Model::Package(figures) => format!("{} per package of {} x {unit}", figures.amount, figures.size),
        Model::Percentage(figures) => format!("{} %", figures.rate_percent),
        Model::Graduated(_) => "graduated".to_owned(),
        Model::Volume(_) => "volume".to_owned(),
        Model::GraduatedPercentage(_) => "graduated percentage".to_owned(),
    }
}
