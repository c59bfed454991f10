//! The use of one meter in one period, segment by segment: what was used, what was included, what is above it, and what that
//! costs (rules, section 6). ONE function, [`portions`]: invoices, previews and the console's running overage all call it.
//!
//! - Sums and counts are taken by the plan version of their events; the last segment takes the rest, so that the segments
//!   always add up to the counter.
//! - A day meter pays for what each day exceeds, under what held on that day.
//! - A level meter pays for the peak, average or end of its days, a `max` meter for its largest event. Where the plan changed,
//!   each segment counts as many days as it has: both the basis and what is included are taken times days over days, rounded
//!   down to the meter's scale, so that holding what is included never costs anything.
//!
//! What is included and the bounds of tiers are prorated among the segments of a plan change only: a period that is short
//! because the subscription began or ended inside of it has the whole allowance, as the console shows it.

use super::facts::{DayUse, EventUse, MeterUse};
use super::segment::{Days, Held, Segment};
use crate::exact;
use crate::ids::PlanVersionId;
use crate::level::Limits;
use crate::meter::{Aggregation, Meter, Reset};
use crate::plan::PlanVersion;
use crate::price::{LevelBilling, Model, Price};
use crate::pricing::quantity::{level_basis, over_period};
use crate::pricing::{Commitment, Phase, RateError, Rated, Rule, Span, Step, Use, line, proration, rate};
use crate::quantity::Quantity;
use crate::time::Day;
use rust_decimal::{Decimal, RoundingStrategy};

/// A segment with its plan version and what that gives of the meter.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The segment.
    pub segment: Segment<'a>,
    /// Its plan version.
    pub version: &'a PlanVersion,
}

/// What is looked at of one meter in one period.
#[derive(Debug, Clone, Copy)]
pub struct Metered<'a> {
    /// The meter.
    pub meter: &'a Meter,
    /// The segments, the oldest first; at least one.
    pub terms: &'a [Terms<'a>],
    /// What held day by day, with its plan version: only day meters look at it.
    pub held: &'a [(Held<'a>, &'a PlanVersion)],
    /// The days of the stored period. Use on days after the last segment, when the subscription had ended that day, is that
    /// segment's.
    pub period: Days,
    /// The first day whose end is not known yet; levels are not looked at from there on.
    pub until: Day,
}

/// What one segment comes to, before it is rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion<'a> {
    /// Its place among the segments.
    pub index: usize,
    /// Use, in the meter's unit.
    pub used: Decimal,
    /// What was included for its days; none is unlimited. Of a day meter for each day.
    pub included: Option<Decimal>,
    /// What is priced: use above what was included.
    pub quantity: Decimal,
    /// What it costs; none without a price.
    pub priced: Option<Priced<'a>>,
}

/// What a quantity costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced<'a> {
    /// The price.
    pub price: &'a Price,
    /// The amount without minimum and maximum, not rounded.
    pub rated: Rated,
    /// The most of the segment, prorated where the plan changed and not rounded; none without a maximum.
    pub maximum: Option<Rated>,
}

impl Priced<'_> {
    /// Within the maximum, not rounded.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn capped(&self) -> Result<Rated, RateError> {
        let maximum = self.maximum.as_ref().map(|maximum| maximum.amount);
        line::committed(self.rated.clone(), Commitment { minimum: None, maximum }, Phase::Running)
    }

    /// Within the maximum, rounded once: what is billed before any minimum, in major units.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn billed(&self, digits: u32) -> Result<Rated, RateError> {
        line::rounded(self.capped()?, digits)
    }
}

/// The portions of a use, one for each segment.
///
/// # Errors
/// [`RateError::Overflow`] where a sum does not fit.
pub fn portions<'a>(metered: &Metered<'a>, used: &MeterUse) -> Result<Vec<Portion<'a>>, RateError> {
    (0..metered.terms.len()).map(|index| metered.portion(index, used)).collect()
}

/// What one segment used, before it is priced.
struct Above {
    used: Decimal,
    included: Option<Decimal>,
    priced: Use,
}

impl<'a> Metered<'a> {
    fn portion(&self, index: usize, used: &MeterUse) -> Result<Portion<'a>, RateError> {
        let Terms { segment, version } = self.terms[index];
        let price = version.prices.get(&self.meter.id);
        let limits = version.limits(self.meter.id, segment.holding.overrides).limits;
        let above = match (self.meter.aggregation, self.meter.reset) {
            (Aggregation::Level, _) => self.of_level(index, limits, price, used)?,
            (_, Reset::Day) => self.of_days(index, limits, price, used)?,
            (Aggregation::Max, _) => self.of_largest(index, limits, used)?,
            (Aggregation::Sum | Aggregation::Count, _) => self.of_sum(index, limits, price, used)?,
        };
        let quantity = above.priced.total()?;
        let priced = price.map(|price| self.price(index, price, &above.priced)).transpose()?;
        Ok(Portion { index, used: above.used, included: above.included, quantity, priced })
    }

    fn price(&self, index: usize, price: &'a Price, used: &Use) -> Result<Priced<'a>, RateError> {
        let rated = rate(price, used, self.span(index))?;
        let maximum = price.terms().maximum.map(|most| self.part_of(index, most)).transpose()?;
        Ok(Priced { price, rated, maximum })
    }

    /// Days of a segment and of all of them, where there are several.
    fn share(&self, index: usize) -> Option<(i64, i64)> {
        let all: i64 = self.terms.iter().map(|terms| terms.segment.days()).sum();
        (self.terms.len() > 1).then(|| (self.terms[index].segment.days(), all))
    }

    fn span(&self, index: usize) -> Span {
        match self.share(index) {
            Some((days, period_days)) => Span::Part { days, period_days, scale: self.meter.scale },
            None => Span::Whole,
        }
    }

    /// An amount of the whole period for the days of a segment.
    fn part_of(&self, index: usize, amount: Decimal) -> Result<Rated, RateError> {
        match self.share(index) {
            Some((days, all)) => proration::prorate(amount, days, all),
            None => Ok(Rated::from_steps(vec![Step::new(Rule::Charge, amount)])?),
        }
    }

    /// Units of the whole period for the days of a segment, rounded down to the meter's scale.
    fn units_of(&self, index: usize, units: i64) -> Result<i64, RateError> {
        match self.share(index) {
            Some((days, all)) => proration::prorate_units(units, days, all),
            None => Ok(units),
        }
    }

    fn decimal(&self, units: i64) -> Decimal {
        Quantity::new(units, self.meter.scale).decimal()
    }

    const fn is_last(&self, index: usize) -> bool {
        index + 1 == self.terms.len()
    }

    /// Whether use of a day under a plan version is of a segment other than the last. A day on which the plan changed has use
    /// under both versions; each segment takes its own.
    fn is_own(&self, index: usize, day: Day, version: Option<PlanVersionId>) -> bool {
        let segment = &self.terms[index].segment;
        version == Some(segment.holding.plan_version) && segment.from <= day && day <= segment.to
    }

    /// The segment that takes use of a day under a plan version: the last one takes what is of no other.
    fn taker(&self, day: Day, version: Option<PlanVersionId>) -> usize {
        let last = self.terms.len() - 1;
        (0..last).find(|index| self.is_own(*index, day, version)).unwrap_or(last)
    }

    fn of_sum(&self, index: usize, limits: Limits, price: Option<&Price>, used: &MeterUse) -> Result<Above, RateError> {
        let included = limits.included.map(|units| self.units_of(index, units)).transpose()?;
        if by_event(price) {
            let own = used.events.iter().filter(|event| self.taker(event.day, event.plan_version) == index);
            return self.of_events(own, included);
        }
        let units = self.sum_of(index, used)?;
        let above = self.decimal(over_period(units, included)?);
        Ok(self.above(units, included, Use::Quantity(above)))
    }

    fn sum_of(&self, index: usize, used: &MeterUse) -> Result<i64, RateError> {
        if self.terms.len() == 1 {
            return Ok(used.units);
        }
        let of_others = |day: &&DayUse| self.taker(day.day, day.plan_version) != self.terms.len() - 1;
        let own = |day: &&DayUse| self.taker(day.day, day.plan_version) == index;
        if self.is_last(index) {
            let others = add_up(used.days.iter().filter(of_others))?;
            return used.units.checked_sub(others).ok_or(RateError::Overflow);
        }
        add_up(used.days.iter().filter(own))
    }

    /// Events without what is included: it covers the first ones, and the part of the next one that it reaches into.
    fn of_events<'e>(
        &self,
        events: impl Iterator<Item = &'e EventUse>,
        included: Option<i64>,
    ) -> Result<Above, RateError> {
        let (mut units, mut above) = (0_i64, Vec::new());
        let mut free = included;
        for event in events {
            units = units.checked_add(event.units).ok_or(RateError::Overflow)?;
            above.push(self.decimal(uncovered(event.units, &mut free)));
        }
        Ok(self.above(units, included, Use::Events(above)))
    }

    /// Day meters: what each day exceeds.
    fn of_days(
        &self,
        index: usize,
        limits: Limits,
        price: Option<&Price>,
        used: &MeterUse,
    ) -> Result<Above, RateError> {
        let Days { from, to } = self.days_of(index);
        let is_own = |day: Day| from <= day && day < to && day < self.until;
        if by_event(price) {
            let own: Vec<&EventUse> = used.events.iter().filter(|event| is_own(event.day)).collect();
            return self.of_days_by_event(&own, limits);
        }
        let mut own: Vec<&DayUse> = used.days.iter().filter(|day| is_own(day.day)).collect();
        own.sort_by_key(|day| day.day);
        let (mut units, mut above) = (0_i64, 0_i64);
        for day in own.chunk_by(|one, other| one.day == other.day) {
            let used_then = self.put_together(day.iter().copied())?;
            let over = over_period(used_then, self.included_on(day[0].day))?;
            units = units.checked_add(used_then).ok_or(RateError::Overflow)?;
            above = above.checked_add(over).ok_or(RateError::Overflow)?;
        }
        Ok(self.above(units, limits.included, Use::Quantity(self.decimal(above))))
    }

    fn of_days_by_event(&self, own: &[&EventUse], limits: Limits) -> Result<Above, RateError> {
        let (mut units, mut above) = (0_i64, Vec::with_capacity(own.len()));
        let mut left = std::collections::BTreeMap::new();
        for event in own {
            units = units.checked_add(event.units).ok_or(RateError::Overflow)?;
            let free = left.entry(event.day).or_insert_with(|| self.included_on(event.day));
            above.push(self.decimal(uncovered(event.units, free)));
        }
        Ok(self.above(units, limits.included, Use::Events(above)))
    }

    /// The days of use that a segment takes of meters that count by day.
    fn days_of(&self, index: usize) -> Days {
        let Segment { from, to, .. } = self.terms[index].segment;
        Days { from, to: if self.is_last(index) { self.period.to } else { to } }
    }

    /// What is included on a day: the last holding that began by then says it.
    fn included_on(&self, day: Day) -> Option<i64> {
        let found = self.held.iter().rev().find(|(held, _)| held.from <= day).or(self.held.first());
        found.and_then(|(held, version)| version.limits(self.meter.id, held.holding.overrides).limits.included)
    }

    fn put_together<'u>(&self, days: impl Iterator<Item = &'u DayUse>) -> Result<i64, RateError> {
        match self.meter.aggregation {
            Aggregation::Max => Ok(days.map(|day| day.units).max().unwrap_or(0)),
            Aggregation::Sum | Aggregation::Count | Aggregation::Level => add_up(days),
        }
    }

    fn of_largest(&self, index: usize, limits: Limits, used: &MeterUse) -> Result<Above, RateError> {
        let own = |day: &&DayUse| self.taker(day.day, day.plan_version) == index;
        let largest = match self.terms.len() {
            1 => used.units,
            _ => used.days.iter().filter(own).map(|day| day.units).max().unwrap_or(0),
        };
        let units = self.units_of(index, largest)?;
        let included = limits.included.map(|units| self.units_of(index, units)).transpose()?;
        Ok(self.above(units, included, Use::Quantity(self.decimal(over_period(units, included)?))))
    }

    fn of_level(
        &self,
        index: usize,
        limits: Limits,
        price: Option<&Price>,
        used: &MeterUse,
    ) -> Result<Above, RateError> {
        let billing = price.map_or(LevelBilling::Peak, |price| price.terms().level_billing);
        let values = self.end_of_days(index, used)?;
        let basis = self.basis(index, &values, billing)?;
        let included = limits.included.map(|units| self.units_of(index, units)).transpose()?.map(|it| self.decimal(it));
        let priced = match included {
            None => Use::Quantity(Decimal::ZERO),
            Some(included) if billing == LevelBilling::Average && self.share(index).is_none() && !values.is_empty() => {
                let days = i64::try_from(values.len()).map_err(|_| RateError::Overflow)?;
                let free = exact::mul(included, Decimal::from(days))?;
                Use::UnitDays { unit_days: exact::sub(self.unit_days(&values)?, free)?.max(Decimal::ZERO), days }
            }
            Some(included) => Use::Quantity(exact::sub(basis, included)?.max(Decimal::ZERO)),
        };
        Ok(Above { used: basis, included, priced })
    }

    fn unit_days(&self, values: &[i64]) -> Result<Decimal, RateError> {
        Ok(exact::sum(values.iter().map(|units| self.decimal(*units)))?)
    }

    /// What of a level is billed, times days over days where the plan changed; divided once.
    fn basis(&self, index: usize, values: &[i64], billing: LevelBilling) -> Result<Decimal, RateError> {
        let scale = self.meter.scale;
        let Some((days, all)) = self.share(index) else { return level_basis(values, billing, scale) };
        let part = match billing {
            LevelBilling::Average if !values.is_empty() => {
                let unit_days = self.unit_days(values)?;
                let known = i64::try_from(values.len()).map_err(|_| RateError::Overflow)?;
                let divisor = exact::mul(Decimal::from(known), Decimal::from(all))?;
                exact::div(exact::mul(unit_days, Decimal::from(days))?, divisor)?
            }
            LevelBilling::Average | LevelBilling::Peak | LevelBilling::End => {
                proration::prorate(level_basis(values, billing, scale)?, days, all)?.amount
            }
        };
        Ok(part.round_dp_with_strategy(u32::from(scale.digits()), RoundingStrategy::ToZero))
    }

    /// The values of a level at the end of each day of a segment, as far as they are known.
    fn end_of_days(&self, index: usize, used: &MeterUse) -> Result<Vec<i64>, RateError> {
        let Segment { from, to, .. } = self.terms[index].segment;
        let to = to.min(self.until);
        let count = usize::try_from(from.days_until(to)).unwrap_or(0);
        let (mut opening, mut moved) = (used.opening, vec![0_i64; count]);
        for day in used.days.iter().filter(|day| self.period.from <= day.day && day.day < to) {
            let place = match usize::try_from(from.days_until(day.day)) {
                Ok(place) if place < count => &mut moved[place],
                _ => &mut opening,
            };
            *place = place.checked_add(day.units).ok_or(RateError::Overflow)?;
        }
        let mut value = opening;
        for movement in &mut moved {
            value = value.checked_add(*movement).ok_or(RateError::Overflow)?;
            *movement = value;
        }
        Ok(moved)
    }

    fn above(&self, units: i64, included: Option<i64>, priced: Use) -> Above {
        Above { used: self.decimal(units), included: included.map(|units| self.decimal(units)), priced }
    }
}

/// What of an event is not covered by what is left free, which runs down; none is unlimited.
fn uncovered(units: i64, free: &mut Option<i64>) -> i64 {
    match free {
        Some(free) => {
            let covered = (*free).min(units).max(0);
            *free -= covered;
            units - covered
        }
        None => 0,
    }
}

fn by_event(price: Option<&Price>) -> bool {
    price.is_some_and(|price| matches!(price.terms().model, Model::Percentage(_)))
}

fn add_up<'u>(days: impl Iterator<Item = &'u DayUse>) -> Result<i64, RateError> {
    days.map(|day| day.units).try_fold(0_i64, |sum, units| sum.checked_add(units)).ok_or(RateError::Overflow)
}
