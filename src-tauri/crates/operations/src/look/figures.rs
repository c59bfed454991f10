//! The figures of a tenant: use, limits, percentage, level, what is left, when it resets, overage and its price.
//!
//! ONE pure function, [`figures`], gives them from plain facts, and every list, page, command and statistic calls it, so
//! that no two screens can say different things. It neither reads nor asks for the time. Projections are apart, in
//! [`super::projection`]: they are estimates, and nothing here is.
//!
//! A past instant shows the whole day and the whole period that contain it.

use super::catalog::Catalog;
use super::facts::{SubscriptionFacts, TenantFacts};
use super::overage::{self, Overage};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, OverrideId, SubscriptionId};
use billing::level::{Level, Limits, Percent};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::Money;
use billing::plan::{EffectiveLimits, PlanVersion};
use billing::time::{Day, Timestamp, Zone};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use store::look::standing::{DayUse, Held, RunningPeriod};

/// An instant and the local days that it falls on, computed once per zone.
#[derive(Debug)]
pub struct Moment {
    at: Timestamp,
    days: HashMap<Zone, Today>,
}

/// The local day that holds an instant.
#[derive(Debug, Clone, Copy)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// When the next one begins.
    pub ends_at: Timestamp,
}

impl Moment {
    /// Of an instant.
    pub fn new(at: Timestamp) -> Self {
        Self { at, days: HashMap::new() }
    }

    /// The instant.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The local day in a zone.
    ///
    /// # Errors
    /// At the end of time.
    pub fn today(&mut self, zone: Zone) -> Result<Today> {
        if let Some(today) = self.days.get(&zone) {
            return Ok(*today);
        }
        let day = Day::of(self.at, zone).map_err(out_of_range)?;
        let ends_at = day.plus_days(1).and_then(|next| next.start(zone)).map_err(out_of_range)?;
        self.days.insert(zone, Today { day, ends_at });
        Ok(Today { day, ends_at })
    }
}

fn out_of_range(error: billing::time::TimeError) -> OperationError {
    OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
}

/// A sum of stored figures that does not fit.
pub(super) fn overflow() -> OperationError {
    OperationError::failed("overflow", "A sum of use does not fit into 64 bits.")
}

/// The figures of one meter. Units at the meter's scale, but for the overage, which is in the meter's unit: an
/// average of a level need not be whole units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterFigures {
    /// The meter.
    pub meter: MeterId,
    /// The subscription that it belongs to; none before any.
    pub subscription: Option<SubscriptionId>,
    /// What holds now.
    pub limits: Limits,
    /// The override in force.
    pub override_id: Option<OverrideId>,
    /// Billable use of the running period or day; the total of a level meter.
    pub used: i64,
    /// All use.
    pub used_all: i64,
    /// The percentage of the base.
    pub percent: Option<Percent>,
    /// The level.
    pub level: Level,
    /// What is left of the base.
    pub remaining: Option<i64>,
    /// When the use starts again at zero.
    pub resets_at: Option<Timestamp>,
    /// Billable use above what is included, over the whole period.
    pub overage: Decimal,
    /// That overage in money; none without a price.
    pub amount: Option<Money>,
}

/// A running subscription as figures see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningSubscription {
    /// The subscription.
    pub id: SubscriptionId,
    /// The plan version that holds now.
    pub plan_version: billing::ids::PlanVersionId,
    /// Its fee.
    pub fee: Money,
    /// Its running period.
    pub period: Option<RunningPeriod>,
}

/// The figures of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantFigures {
    /// The running subscriptions, the oldest first.
    pub running: Vec<RunningSubscription>,
    /// Its meters: those with an allowance, a price or use. The highest percentage first.
    pub meters: Vec<MeterFigures>,
    /// The highest level.
    pub level: Level,
    /// The percentage of its first meter: the highest, or none where what is not included was used.
    pub percent: Option<Percent>,
    /// Overage so far per currency; lines are rounded once each.
    pub owed: Vec<Money>,
    /// Its sums do not fit: nothing of it is in any figure of the company.
    pub is_left_out: bool,
}

impl TenantFigures {
    /// The overage in a currency.
    pub fn overage_in(&self, currency: billing::money::Currency) -> Money {
        let found = self.owed.iter().find(|owed| owed.currency() == currency);
        found.copied().unwrap_or(Money::from_minor(0, currency))
    }
}

/// Orders by what a person must see first: use of what has a base of 0, then the highest percentage, then the rest.
pub fn most_urgent_first(one: (Level, Option<Percent>), other: (Level, Option<Percent>)) -> Ordering {
    let rank = |(level, percent): (Level, Option<Percent>)| match percent {
        Some(percent) => (1, Some(percent)),
        None if level == Level::Alert => (2, None),
        None => (0, None),
    };
    rank(other).cmp(&rank(one))
}

/// Everything that one meter of a running subscription is computed from.
pub(super) struct Standing<'a> {
    /// All facts of the tenant.
    pub facts: &'a TenantFacts,
    /// The subscription.
    pub subscription: &'a SubscriptionFacts,
    /// What holds now.
    pub held: &'a Held,
    /// Its plan version.
    pub version: &'a PlanVersion,
    /// The plan versions of the entitlements before.
    pub catalog: &'a Catalog,
    /// Its local day.
    pub today: Today,
}

/// The figures of a tenant at an instant.
///
/// # Errors
/// When a meter or a plan version is not in the catalog, or a sum does not fit into 64 bits.
pub fn figures(facts: &TenantFacts, catalog: &Catalog, moment: &mut Moment) -> Result<TenantFigures> {
    let mut running = Vec::with_capacity(1);
    let mut meters: Vec<MeterFigures> = Vec::new();
    let at = moment.at();
    for subscription in facts.subscriptions.iter().filter(|subscription| runs(subscription, at)) {
        let Some(held) = held_at(subscription, at) else { continue };
        let version = catalog.version(held.plan_version).ok_or_else(|| unknown("plan version", held.plan_version))?;
        let today = moment.today(held.zone)?;
        let standing = Standing { facts, subscription, held, version, catalog, today };
        running.push(RunningSubscription {
            id: subscription.card.id,
            plan_version: held.plan_version,
            fee: version.fee,
            period: subscription.period,
        });
        for meter in meters_of(&standing) {
            // A meter that another subscription covers belongs to that one.
            let known = meters.iter().position(|known| known.meter == meter);
            match known {
                None => meters.push(meter_figures(meter, &standing)?),
                Some(place) if version.covers(meter) => meters[place] = meter_figures(meter, &standing)?,
                Some(_) => {}
            }
        }
    }
    if running.is_empty() {
        meters = without_subscription(facts, catalog, moment)?;
    } else {
        uncovered_levels(facts, catalog, moment, &mut meters)?;
    }
    total(running, meters)
}

/// What a list shows of a tenant whose figures do not fit: its subscriptions, and an alert that a person looks at it.
/// Its own page says the error.
///
/// # Errors
/// As [`figures`], but for sums.
pub fn without_sums(facts: &TenantFacts, catalog: &Catalog, at: Timestamp) -> Result<TenantFigures> {
    let mut running = Vec::with_capacity(1);
    for subscription in facts.subscriptions.iter().filter(|subscription| runs(subscription, at)) {
        let Some(held) = held_at(subscription, at) else { continue };
        let version = catalog.version(held.plan_version).ok_or_else(|| unknown("plan version", held.plan_version))?;
        running.push(RunningSubscription {
            id: subscription.card.id,
            plan_version: held.plan_version,
            fee: version.fee,
            period: subscription.period,
        });
    }
    Ok(TenantFigures {
        running,
        meters: Vec::new(),
        level: Level::Alert,
        percent: None,
        owed: Vec::new(),
        is_left_out: true,
    })
}

fn total(running: Vec<RunningSubscription>, mut meters: Vec<MeterFigures>) -> Result<TenantFigures> {
    meters.sort_by(|one, other| {
        most_urgent_first((one.level, one.percent), (other.level, other.percent)).then(one.meter.cmp(&other.meter))
    });
    let mut owed: BTreeMap<billing::money::Currency, Money> = BTreeMap::new();
    for amount in meters.iter().filter_map(|meter| meter.amount) {
        let sum = owed.entry(amount.currency()).or_insert(Money::from_minor(0, amount.currency()));
        *sum = sum.checked_add(amount).map_err(|error| overflow().because(error))?;
    }
    Ok(TenantFigures {
        running,
        level: meters.iter().map(|meter| meter.level).max().unwrap_or(Level::Normal),
        percent: meters.first().and_then(|meter| meter.percent),
        meters,
        owed: owed.into_values().collect(),
        is_left_out: false,
    })
}

fn runs(subscription: &SubscriptionFacts, at: Timestamp) -> bool {
    let card = &subscription.card;
    card.started_at <= at && card.ended_at.is_none_or(|ended_at| at < ended_at)
}

/// The last entitlement that began by then, or the first one for the rest of the day on which it all began.
fn held_at(subscription: &SubscriptionFacts, at: Timestamp) -> Option<&Held> {
    let begun = subscription.held.partition_point(|held| held.valid_from <= at);
    subscription.held.get(begun.saturating_sub(1))
}

fn unknown(what: &str, id: impl std::fmt::Display) -> OperationError {
    OperationError::failed("unknown_reference", format!("The database names a {what} that it does not hold: {id}."))
}

/// The meters of the plan, and those that were used in the running period without being in the plan.
fn meters_of(standing: &Standing<'_>) -> Vec<MeterId> {
    let version = standing.version;
    let mut meters: Vec<MeterId> = version.allowances.keys().chain(version.prices.keys()).copied().collect();
    meters.extend(standing.subscription.counters.iter().map(|counter| counter.meter));
    meters.sort_unstable();
    meters.dedup();
    meters
}

fn meter_figures(id: MeterId, standing: &Standing<'_>) -> Result<MeterFigures> {
    let meter = standing.catalog.meter(id).ok_or_else(|| unknown("meter", id))?;
    let EffectiveLimits { limits, override_id } = standing.version.limits(id, &standing.held.overrides);
    let use_now = reading(meter, standing)?;
    let above = overage::overage(meter, limits, use_now, standing)?;
    let resets_at = match (meter.aggregation, meter.reset) {
        (Aggregation::Level, _) | (_, Reset::Never) => None,
        (_, Reset::Day) => Some(standing.today.ends_at),
        (_, Reset::Period) => standing.subscription.period.map(|period| period.span.interval.end),
    };
    let place = Place { subscription: Some(standing.subscription.card.id), override_id, resets_at };
    Ok(assemble(meter, limits, use_now, place, above))
}

struct Place {
    subscription: Option<SubscriptionId>,
    override_id: Option<OverrideId>,
    resets_at: Option<Timestamp>,
}

fn assemble(meter: &Meter, limits: Limits, use_now: Use, place: Place, overage: Overage) -> MeterFigures {
    MeterFigures {
        meter: meter.id,
        subscription: place.subscription,
        limits,
        override_id: place.override_id,
        used: use_now.billable,
        used_all: use_now.all,
        percent: limits.percent(use_now.billable),
        level: limits.level(use_now.billable),
        remaining: limits.remaining(use_now.billable),
        resets_at: place.resets_at,
        overage: overage.quantity,
        amount: overage.amount,
    }
}

/// All and billable use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Use {
    /// All of it.
    pub all: i64,
    /// What limits and prices look at.
    pub billable: i64,
}

/// What the percentage is of: the day, the period, or the total at the end of the day.
fn reading(meter: &Meter, standing: &Standing<'_>) -> Result<Use> {
    match (meter.aggregation, meter.reset) {
        (Aggregation::Level, _) => level_at_end(standing.facts, meter.id, standing.today.day),
        (aggregation, Reset::Day) => {
            let days = standing.facts.days_of(meter.id).iter().filter(|day| day.day == standing.today.day);
            add_up(aggregation, days)
        }
        _ => {
            let counter = standing.subscription.counters.iter().find(|counter| counter.meter == meter.id);
            Ok(counter.map_or(Use::default(), |counter| Use { all: counter.all, billable: counter.billable }))
        }
    }
}

/// Days put together: the largest of a `max` meter, the sum of all others.
pub(super) fn add_up<'a>(aggregation: Aggregation, days: impl Iterator<Item = &'a DayUse>) -> Result<Use> {
    let mut total = Use::default();
    for day in days {
        if day.all == DayUse::BEYOND || day.billable == DayUse::BEYOND {
            return Err(overflow());
        }
        total = if aggregation == Aggregation::Max {
            Use { all: total.all.max(day.all), billable: total.billable.max(day.billable) }
        } else {
            Use {
                all: total.all.checked_add(day.all).ok_or_else(overflow)?,
                billable: total.billable.checked_add(day.billable).ok_or_else(overflow)?,
            }
        };
    }
    Ok(total)
}

/// The total of a level meter at the end of a day: today's total less what moved on later days.
pub(super) fn level_at_end(facts: &TenantFacts, meter: MeterId, day: Day) -> Result<Use> {
    let total = facts.levels.iter().find(|total| total.meter == meter);
    let total = total.map_or(Use::default(), |total| Use { all: total.all, billable: total.billable });
    let later = add_up(Aggregation::Level, facts.days_of(meter).iter().filter(|moved| moved.day > day))?;
    Ok(Use {
        all: total.all.checked_sub(later.all).ok_or_else(overflow)?,
        billable: total.billable.checked_sub(later.billable).ok_or_else(overflow)?,
    })
}

/// Level meters with a total that no plan covers.
fn uncovered_levels(
    facts: &TenantFacts,
    catalog: &Catalog,
    moment: &mut Moment,
    meters: &mut Vec<MeterFigures>,
) -> Result<()> {
    for total in &facts.levels {
        if meters.iter().any(|known| known.meter == total.meter) {
            continue;
        }
        let meter = catalog.meter(total.meter).ok_or_else(|| unknown("meter", total.meter))?;
        let use_now = level_at_end(facts, meter.id, moment.today(facts.card.zone)?.day)?;
        // A total of nothing is made before the first event, and also where that one is refused.
        if use_now != Use::default() {
            let place = Place { subscription: None, override_id: None, resets_at: None };
            meters.push(assemble(meter, Limits::UNLIMITED, use_now, place, Overage::NONE));
        }
    }
    Ok(())
}

/// Without a subscription nothing is limited and nothing is owed: the use of the tenant's local month.
fn without_subscription(facts: &TenantFacts, catalog: &Catalog, moment: &mut Moment) -> Result<Vec<MeterFigures>> {
    let mut meters = Vec::new();
    uncovered_levels(facts, catalog, moment, &mut meters)?;
    let today = moment.today(facts.card.zone)?.day;
    let resets_at = month_after(today).and_then(|day| day.start(facts.card.zone)).map_err(out_of_range)?;
    let mut used: Vec<MeterId> = facts.days.iter().map(|day| day.meter).collect();
    used.dedup();
    for id in used {
        let meter = catalog.meter(id).ok_or_else(|| unknown("meter", id))?;
        if meter.aggregation == Aggregation::Level {
            continue;
        }
        let month = facts.days_of(id).iter().filter(|day| day.day.month_number() == today.month_number());
        let use_now = add_up(meter.aggregation, month)?;
        if use_now != Use::default() {
            let place = Place { subscription: None, override_id: None, resets_at: Some(resets_at) };
            meters.push(assemble(meter, Limits::UNLIMITED, use_now, place, Overage::NONE));
        }
    }
    Ok(meters)
}

/// The first day of the month after the one of a day.
fn month_after(day: Day) -> std::result::Result<Day, billing::time::TimeError> {
    let (year, month) = (day.number() / 10_000, day.number() / 100 % 100);
    Day::from_number(if month == 12 { (year + 1) * 10_000 + 101 } else { year * 10_000 + (month + 1) * 100 + 1 })
}

#[cfg(test)]
mod tests;
