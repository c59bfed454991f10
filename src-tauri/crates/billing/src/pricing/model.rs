//! The six models: how a quantity becomes an amount, with every step (rules, section 6).
//!
//! Not minimum and maximum of a period, which are in [`mod@super::line`], nor the quantity above the allowance, which is
//! in [`super::quantity`]. Products are formed before they are divided, and divided once, so that 59,000 seconds at
//! 0.03 a minute are 29.50 and not 29.4999.

use super::RateError;
use super::proof::{Rated, Rule, Step};
use crate::exact;
use crate::price::{
    Graduated, GraduatedPercentage, Model, Package, PackageRounding, Percentage, Price, PriceTerms, ZeroUse,
};
use crate::quantity::Scale;
use rust_decimal::{Decimal, RoundingStrategy};

const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// What is priced, in the meter's own unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// One quantity; the model `percentage` takes it as one event.
    Quantity(Decimal),
    /// Quantities of events in order of (occurred_at, source, key); other models take their sum.
    Events(Vec<Decimal>),
    /// An average of days, not divided yet: a quotient that does not end would be cut before it is priced, and a tie of the
    /// amount be lost with it.
    UnitDays {
        /// The sum over the days.
        unit_days: Decimal,
        /// The days, above 0.
        days: i64,
    },
}

impl Use {
    /// The quantity, or the sum of the events.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn total(&self) -> Result<Decimal, RateError> {
        match self {
            Self::Quantity(quantity) => Ok(*quantity),
            Self::Events(events) => Ok(exact::sum(events.iter().copied())?),
            Self::UnitDays { unit_days, days } => Ok(exact::div(*unit_days, Decimal::from(*days))?),
        }
    }

    fn events(&self) -> &[Decimal] {
        match self {
            Self::Quantity(quantity) | Self::UnitDays { unit_days: quantity, .. } => std::slice::from_ref(quantity),
            Self::Events(events) => events,
        }
    }

    /// What is priced, and how many meter's units make one priced unit of it: of unit-days, as many more as there are days.
    fn parts(&self, per: Decimal) -> Result<(Decimal, Decimal), RateError> {
        match self {
            Self::Quantity(_) | Self::Events(_) => Ok((self.total()?, per)),
            Self::UnitDays { unit_days, days } => Ok((*unit_days, exact::mul(per, Decimal::from(*days))?)),
        }
    }
}

/// How much of a period a price covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// All of it.
    Whole,
    /// Some whole days of it, after a plan change: upper bounds of tiers are prorated and rounded down to the scale
    /// of the meter.
    Part {
        /// Days that the price holds for.
        days: i64,
        /// Days of the period.
        period_days: i64,
        /// Scale of the meter.
        scale: Scale,
    },
}

/// Rates a use above the allowance. A use below 0 counts as none, but for `per_unit`, where it takes off.
///
/// # Errors
/// [`RateError::Overflow`] when an amount does not fit exactly; [`RateError::Days`] for an impossible span.
pub fn rate(price: &Price, used: &Use, span: Span) -> Result<Rated, RateError> {
    let PriceTerms { model, per, .. } = price.terms();
    let (quantity, per) = used.parts(*per)?;
    match model {
        Model::PerUnit(figures) => {
            let amount = exact::div(exact::mul(quantity, figures.unit_amount)?, per)?;
            let step = Step::new(Rule::Units, amount).of(quantity, figures.unit_amount, per);
            Ok(Rated::from_steps(vec![step])?)
        }
        Model::Graduated(figures) => graduated(figures, per, quantity, span),
        Model::Volume(figures) => volume(figures, per, quantity, span),
        Model::Package(figures) => package(figures, per, quantity),
        Model::Percentage(figures) => percentage(figures, per, used.events()),
        Model::GraduatedPercentage(figures) => graduated_percentage(figures, per, quantity, span),
    }
}

/// The upper bound of a tier in the meter's unit.
fn bound(up_to: Option<Decimal>, per: Decimal, span: Span) -> Result<Option<Decimal>, RateError> {
    let Some(up_to) = up_to else { return Ok(None) };
    let whole = exact::mul(up_to, per)?;
    Ok(Some(match span {
        Span::Whole => whole,
        Span::Part { days, period_days, scale } => prorate_down(whole, days, period_days, scale)?,
    }))
}

/// A quantity times days over days of the period, rounded down to a scale.
fn prorate_down(quantity: Decimal, days: i64, period_days: i64, scale: Scale) -> Result<Decimal, RateError> {
    super::proration::check_days(days, period_days)?;
    let part = exact::div(exact::mul(quantity, Decimal::from(days))?, Decimal::from(period_days))?;
    Ok(part.round_dp_with_strategy(u32::from(scale.digits()), RoundingStrategy::ToZero))
}

/// What one tier prices, whatever it prices it by.
struct Part {
    bound: Option<Decimal>,
    price: Decimal,
    flat: Decimal,
}

/// Prices a quantity tier by tier. The quotients are differences of running quotients, so that they add up to the
/// quotient of the whole and nothing is divided twice.
fn by_tier(
    parts: &[Part],
    at_zero: ZeroUse,
    quantity: Decimal,
    divisor: Decimal,
    rule: Rule,
) -> Result<Rated, RateError> {
    if quantity <= Decimal::ZERO {
        return flat_at_zero(parts.first().map_or(Decimal::ZERO, |part| part.flat), at_zero);
    }
    let mut steps = Vec::new();
    let (mut lower, mut product, mut divided) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for (index, part) in parts.iter().enumerate() {
        let upper = part.bound.map_or(quantity, |bound| bound.min(quantity)).max(lower);
        // Proration can leave a later tier without room; nothing enters it.
        if upper > lower || index == 0 {
            let inside = exact::sub(upper, lower)?;
            product = exact::add(product, exact::mul(inside, part.price)?)?;
            let running = exact::div(product, divisor)?;
            let amount = exact::sub(running, divided)?;
            steps.push(Step::new(rule, amount).of(inside, part.price, divisor).in_tier(index));
            if !part.flat.is_zero() {
                steps.push(Step::new(Rule::TierFlat, part.flat).in_tier(index));
            }
            (lower, divided) = (upper, running);
        }
        if upper >= quantity {
            break;
        }
    }
    Ok(Rated::from_steps(steps)?)
}

fn flat_at_zero(flat: Decimal, at_zero: ZeroUse) -> Result<Rated, RateError> {
    let steps = match at_zero {
        ZeroUse::FirstFlat if !flat.is_zero() => vec![Step::new(Rule::TierFlat, flat).in_tier(0)],
        ZeroUse::FirstFlat | ZeroUse::Nothing => Vec::new(),
    };
    Ok(Rated::from_steps(steps)?)
}

fn graduated(figures: &Graduated, per: Decimal, quantity: Decimal, span: Span) -> Result<Rated, RateError> {
    let part = |tier: &crate::price::Tier| {
        bound(tier.up_to, per, span).map(|bound| Part { bound, price: tier.unit_amount, flat: tier.flat_amount })
    };
    let parts: Vec<Part> = figures.tiers.iter().map(part).collect::<Result<_, _>>()?;
    by_tier(&parts, figures.at_zero, quantity, per, Rule::TierUnits)
}

fn graduated_percentage(
    figures: &GraduatedPercentage,
    per: Decimal,
    quantity: Decimal,
    span: Span,
) -> Result<Rated, RateError> {
    let part = |tier: &crate::price::RateTier| {
        bound(tier.up_to, per, span).map(|bound| Part { bound, price: tier.rate_percent, flat: tier.flat_amount })
    };
    let parts: Vec<Part> = figures.tiers.iter().map(part).collect::<Result<_, _>>()?;
    by_tier(&parts, figures.at_zero, quantity, exact::mul(per, HUNDRED)?, Rule::TierPercent)
}

fn volume(figures: &Graduated, per: Decimal, quantity: Decimal, span: Span) -> Result<Rated, RateError> {
    if quantity <= Decimal::ZERO {
        return flat_at_zero(figures.tiers.first().map_or(Decimal::ZERO, |tier| tier.flat_amount), figures.at_zero);
    }
    for (index, tier) in figures.tiers.iter().enumerate() {
        if bound(tier.up_to, per, span)?.is_some_and(|bound| bound < quantity) {
            continue;
        }
        let amount = exact::div(exact::mul(quantity, tier.unit_amount)?, per)?;
        let mut steps = vec![Step::new(Rule::TierUnits, amount).of(quantity, tier.unit_amount, per).in_tier(index)];
        if !tier.flat_amount.is_zero() {
            steps.push(Step::new(Rule::TierFlat, tier.flat_amount).in_tier(index));
        }
        return Ok(Rated::from_steps(steps)?);
    }
    unreachable!("a price was checked to end in an unbounded tier")
}

fn package(figures: &Package, per: Decimal, quantity: Decimal) -> Result<Rated, RateError> {
    let size = exact::mul(figures.size, per)?;
    let paid = exact::sub(quantity, exact::mul(figures.free, per)?)?.max(Decimal::ZERO);
    let rest = paid.checked_rem(size).ok_or(RateError::Overflow)?;
    let whole = exact::div(exact::sub(paid, rest)?, size)?;
    let count = match figures.rounding {
        PackageRounding::Up if !rest.is_zero() => exact::add(whole, Decimal::ONE)?,
        PackageRounding::Up | PackageRounding::Down => whole,
    };
    let amount = exact::mul(count, figures.amount)?;
    Ok(Rated::from_steps(vec![Step::new(Rule::Packages, amount).of(count, figures.amount, Decimal::ONE)])?)
}

/// What is left of a free allowance while events run it down. It ends when its events or its amount are used up,
/// whichever comes first; a figure of 0 sets no allowance, as an absent one does.
struct Allowance {
    events: Option<u64>,
    amount: Option<Decimal>,
}

impl Allowance {
    fn of(figures: &Percentage) -> Self {
        let events = figures.free_events.filter(|events| *events > 0);
        Self { events, amount: figures.free_amount.filter(|amount| !amount.is_zero()) }
    }

    fn end(&mut self) {
        (self.events, self.amount) = (None, None);
    }

    /// How much of an event it covers; it runs down by that.
    fn cover(&mut self, event: Decimal) -> Result<Decimal, RateError> {
        if self.events.is_none() && self.amount.is_none() {
            return Ok(Decimal::ZERO);
        }
        if let Some(amount) = self.amount {
            if event > amount {
                self.end();
                return Ok(amount);
            }
            self.amount = Some(exact::sub(amount, event)?);
        }
        self.events = self.events.map(|events| events - 1);
        if self.events == Some(0) || self.amount.is_some_and(|amount| amount.is_zero()) {
            self.end();
        }
        Ok(event)
    }
}

fn percentage(figures: &Percentage, per: Decimal, events: &[Decimal]) -> Result<Rated, RateError> {
    let divisor = exact::mul(per, HUNDRED)?;
    // The allowance is in priced units, the events are in the meter's.
    let mut allowance = Allowance::of(figures);
    allowance.amount = allowance.amount.map(|amount| exact::mul(amount, per)).transpose()?;
    let mut paying = Paying { figures, divisor, product: Decimal::ZERO, divided: Decimal::ZERO, steps: Vec::new() };
    for (index, event) in events.iter().enumerate() {
        let event = (*event).max(Decimal::ZERO);
        let free = allowance.cover(event)?;
        if !free.is_zero() {
            let step = Step { quantity: Some(free), ..Step::new(Rule::FreeEvent, Decimal::ZERO) };
            paying.steps.push(step.of_event(index));
        }
        let paid = exact::sub(event, free)?;
        if !paid.is_zero() {
            paying.pay(paid, index)?;
        }
    }
    Ok(Rated::from_steps(paying.steps)?)
}

/// Events that pay. As in tiers, quotients are differences of running quotients, so that many events lose no more than one.
struct Paying<'a> {
    figures: &'a Percentage,
    divisor: Decimal,
    product: Decimal,
    divided: Decimal,
    steps: Vec<Step>,
}

impl Paying<'_> {
    /// An event that pays: its percentage and one fixed fee, within the least and the most of an event.
    fn pay(&mut self, paid: Decimal, index: usize) -> Result<(), RateError> {
        let Percentage { rate_percent, fixed_amount, event_minimum, event_maximum, .. } = *self.figures;
        let product = exact::mul(paid, rate_percent)?;
        // Compared as products: a quotient that was cut could fall on the other side of a bound.
        let at = |bound: Decimal| Ok::<_, RateError>(exact::mul(exact::sub(bound, fixed_amount)?, self.divisor)?);
        let bound = match (event_minimum, event_maximum) {
            (Some(minimum), _) if product < at(minimum)? => Some((Rule::EventMinimum, minimum)),
            (_, Some(maximum)) if product > at(maximum)? => Some((Rule::EventMaximum, maximum)),
            _ => None,
        };
        let share = match bound {
            // What a bound replaces is no part of the running quotient.
            Some(_) => exact::div(product, self.divisor)?,
            None => self.next(product)?,
        };
        let step = Step::new(Rule::EventPercent, share).of(paid, rate_percent, self.divisor);
        self.steps.push(step.of_event(index));
        if !fixed_amount.is_zero() {
            self.steps.push(Step::new(Rule::EventFee, fixed_amount).of_event(index));
        }
        if let Some((rule, bound)) = bound {
            let change = exact::sub(bound, exact::add(share, fixed_amount)?)?;
            self.steps.push(Step::new(rule, change).of_event(index));
        }
        Ok(())
    }

    fn next(&mut self, product: Decimal) -> Result<Decimal, RateError> {
        self.product = exact::add(self.product, product)?;
        let running = exact::div(self.product, self.divisor)?;
        let share = exact::sub(running, self.divided)?;
        self.divided = running;
        Ok(share)
    }
}
