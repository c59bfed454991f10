//! Use above what is included, and what it costs so far: rating by the billing crate, fed with facts.
//!
//! Sums and counts of a period are rated in segments where the plan changed inside it, each under its plan version
//! with the overrides that held at its end (rules, section 6). A day meter pays for what each day exceeds; a level
//! meter for the peak (or average, or end) of the days so far. The minimum of a price is left out: it is due on the
//! last invoice of a period, not before.

use super::figures::{Standing, Use, add_up, level_at_end, overflow};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, PlanVersionId};
use billing::level::Limits;
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::Money;
use billing::price::{Model, Price};
use billing::pricing::quantity::{level_basis, over_level};
use billing::pricing::segment::{self, rate_segments};
use billing::pricing::{self, Phase, RateError};
use billing::quantity::Quantity;
use billing::time::Day;
use rust_decimal::Decimal;
use store::look::standing::{Held, RunningPeriod};

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
    let decimal = |units| Quantity::new(units, meter.scale).decimal();
    let above = match (meter.aggregation, meter.reset) {
        (Aggregation::Level, _) => match price {
            Some(price) => level_above(meter, limits, price, period, standing)?,
            None => decimal(limits.overage(use_now.billable)),
        },
        (_, Reset::Day) => decimal(days_above(meter, period, standing)?),
        (Aggregation::Sum | Aggregation::Count, _) => {
            // Nearly all tenants have one entitlement in the period, which is one segment.
            if standing.subscription.held.len() > 1 {
                let segments = segments(period, standing);
                if segments.len() > 1 {
                    return in_segments(meter, use_now, &segments, period, standing);
                }
            }
            decimal(limits.overage(use_now.billable))
        }
        (Aggregation::Max, _) => decimal(limits.overage(use_now.billable)),
    };
    let amount = price.map(|price| line_amount(price, &priced_use(meter, above, price, standing), standing));
    Ok(Overage { quantity: above, amount: amount.transpose()? })
}

/// What a use costs so far, as one line.
pub(super) fn line_amount(price: &Price, used: &pricing::Use, standing: &Standing<'_>) -> Result<Money> {
    let currency = standing.version.fee.currency();
    // Nearly all meters are within what is included: only a flat amount of a first tier is due for nothing.
    if matches!(price.terms().model, Model::PerUnit(_)) && *used == pricing::Use::Quantity(Decimal::ZERO) {
        return Ok(Money::from_minor(0, currency));
    }
    Ok(pricing::line(price, None, used, Phase::Running, currency).map_err(not_rated)?.amount)
}

pub(super) fn not_rated(error: RateError) -> OperationError {
    OperationError::failed("not_rated", "Use could not be rated under its plan.").because(error)
}

/// What a price is applied to: the quantity, or for percentage models the events of the period.
pub(super) fn priced_use(meter: &Meter, above: Decimal, price: &Price, standing: &Standing<'_>) -> pricing::Use {
    if !matches!(price.terms().model, Model::Percentage(_)) {
        return pricing::Use::Quantity(above);
    }
    let period = standing.subscription.period.map(|period| period.id);
    let events = standing.facts.events.iter();
    let own = events.filter(|event| event.meter == meter.id && Some(event.period) == period);
    let quantities: Vec<Decimal> = own.map(|event| Quantity::new(event.contribution, meter.scale).decimal()).collect();
    pricing::Use::Events(above_included(quantities, above))
}

/// Events without what is included: it covers the first ones, and the part of the next one that it reaches into.
fn above_included(mut events: Vec<Decimal>, above: Decimal) -> Vec<Decimal> {
    let total: Decimal = events.iter().copied().sum();
    let mut free = (total - above).max(Decimal::ZERO);
    for event in &mut events {
        let covered = free.min(*event).max(Decimal::ZERO);
        free -= covered;
        *event -= covered;
    }
    events
}

/// The sum over days of what each exceeds, under what held on that day. Days after today are not looked at.
fn days_above(meter: &Meter, period: RunningPeriod, standing: &Standing<'_>) -> Result<i64> {
    let mut above = 0_i64;
    for day in standing.facts.days_of(meter.id).chunk_by(|one, other| one.day == other.day) {
        let number = day[0].day;
        if number < period.span.first_day || number >= period.span.end_day || number > standing.today.day {
            continue;
        }
        let excess = limits_on(number, meter.id, standing).overage(add_up(meter.aggregation, day.iter())?.billable);
        above = above.checked_add(excess).ok_or_else(overflow)?;
    }
    Ok(above)
}

/// What held on a local day: the last entitlement that began by then.
fn limits_on(day: Day, meter: MeterId, standing: &Standing<'_>) -> Limits {
    let began = |held: &&Held| Day::of(held.valid_from, held.zone).is_ok_and(|first| first <= day);
    let held = match standing.subscription.held.as_slice() {
        [only] => only,
        several => several.iter().rev().find(began).unwrap_or(standing.held),
    };
    let version = standing.catalog.version(held.plan_version).unwrap_or(standing.version);
    version.limits(meter, &held.overrides).limits
}

/// What of a level is billed above what is included, from its values at the end of each day of the period so far.
fn level_above(
    meter: &Meter,
    limits: Limits,
    price: &Price,
    period: RunningPeriod,
    standing: &Standing<'_>,
) -> Result<Decimal> {
    let last = standing.today.day;
    let days = usize::try_from(period.span.first_day.days_until(last) + 1).unwrap_or(0);
    let mut value = level_at_end(standing.facts, meter.id, last)?.billable;
    let mut values = vec![value; days];
    // Backwards: the value at the end of the day before is less what moved on the day.
    let moved = standing.facts.days_of(meter.id);
    for day in moved.chunk_by(|one, other| one.day == other.day).rev() {
        let number = day[0].day;
        if number > last || number < period.span.first_day {
            continue;
        }
        value = value.checked_sub(add_up(Aggregation::Level, day.iter())?.billable).ok_or_else(overflow)?;
        let before = usize::try_from(period.span.first_day.days_until(number)).unwrap_or(0);
        values[..before].fill(value);
    }
    let basis = level_basis(&values, price.terms().level_billing, meter.scale).map_err(not_rated)?;
    over_level(basis, limits.included, meter.scale).map_err(not_rated)
}

/// A part of a period under one plan version.
#[derive(Debug, Clone, Copy)]
struct Segment<'a> {
    /// The last entitlement of the segment: its overrides hold for all of it.
    held: &'a Held,
    /// The first day.
    from: Day,
    /// The first day after it.
    to: Day,
}

/// The segments of the running period, the oldest first. A segment that was replaced on its first day is none: the
/// day of a change belongs to what was changed to.
fn segments<'a>(period: RunningPeriod, standing: &Standing<'a>) -> Vec<Segment<'a>> {
    let (first, end) = (period.span.first_day, period.span.end_day);
    let mut segments: Vec<Segment<'a>> = Vec::with_capacity(1);
    for held in &standing.subscription.held {
        let began = Day::of(held.valid_from, held.zone).unwrap_or(first);
        let from = if segments.is_empty() { first } else { began.max(first) };
        if from > standing.today.day || from >= end {
            continue;
        }
        while segments.last().is_some_and(|last| last.from >= from) {
            segments.pop();
        }
        if let Some(last) = segments.last_mut() {
            if last.held.plan_version == held.plan_version {
                last.held = held;
                continue;
            }
            last.to = from;
        }
        segments.push(Segment { held, from, to: end });
    }
    segments
}

fn in_segments(
    meter: &Meter,
    use_now: Use,
    segments: &[Segment<'_>],
    period: RunningPeriod,
    standing: &Standing<'_>,
) -> Result<Overage> {
    let mut parts = Vec::with_capacity(segments.len());
    let mut left = use_now.billable;
    for (index, segment) in segments.iter().enumerate() {
        // The last segment takes the rest, so that late events of other days are in it and the segments add up.
        let used = if index + 1 == segments.len() { left } else { used_in(meter, segment, standing)? };
        left = left.checked_sub(used).ok_or_else(overflow)?;
        let version = standing.catalog.version(segment.held.plan_version).unwrap_or(standing.version);
        parts.push(segment::Segment {
            price: version.prices.get(&meter.id),
            included: version.limits(meter.id, &segment.held.overrides).limits.included,
            used,
            days: segment.from.days_until(segment.to),
        });
    }
    let currency = standing.version.fee.currency();
    let rated = rate_segments(&parts, period.span.days(), meter.scale, currency).map_err(not_rated)?;
    let mut total = Overage::NONE;
    for segment in rated {
        total.quantity += Quantity::new(segment.overage, meter.scale).decimal();
        let Some(line) = segment.line else { continue };
        let sum = total.amount.unwrap_or(Money::from_minor(0, currency)).checked_add(line.amount);
        total.amount = Some(sum.map_err(|error| overflow().because(error))?);
    }
    Ok(total)
}

fn used_in(meter: &Meter, segment: &Segment<'_>, standing: &Standing<'_>) -> Result<i64> {
    let version: Option<PlanVersionId> = Some(segment.held.plan_version);
    let days = standing.facts.days_of(meter.id).iter();
    // A day on which the plan changed has use under both versions; each segment takes its own.
    let own = days.filter(|day| day.plan_version == version && segment.from <= day.day && day.day <= segment.to);
    Ok(add_up(meter.aggregation, own)?.billable)
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
