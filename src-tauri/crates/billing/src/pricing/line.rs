//! A line: what a use costs within a period, after the minimum and maximum of its price, rounded once, less what
//! earlier lines of the period billed (rules, section 6).

use super::RateError;
use super::model::{Span, Use, rate};
use super::proof::{Proof, Rated, Rule, Step};
use super::proration::half_away;
use crate::exact;
use crate::money::{Currency, Money};
use crate::price::Price;
use rust_decimal::Decimal;

/// Least and most of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Commitment {
    /// Least; settled on the last line of the period only.
    pub minimum: Option<Decimal>,
    /// Most; holds for every line.
    pub maximum: Option<Decimal>,
}

impl Commitment {
    /// That of a price.
    pub const fn of(price: &Price) -> Self {
        let terms = price.terms();
        Self { minimum: terms.minimum, maximum: terms.maximum }
    }
}

/// Whether more lines of the period follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// They may.
    Running,
    /// This is the last one: the minimum is due.
    Final,
}

/// A line in minor units, with how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedLine {
    /// What is billed.
    pub amount: Money,
    /// The same before rounding.
    pub unrounded: Decimal,
    /// Steps that add up to what is billed, rounding included.
    pub proof: Proof,
}

/// A whole period's amount so far: the rated use within its maximum, and, when the period is over, its minimum.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn committed(rated: Rated, commitment: Commitment, phase: Phase) -> Result<Rated, RateError> {
    let mut rated = rated;
    if let Some(maximum) = commitment.maximum.filter(|maximum| rated.amount > *maximum) {
        let over = exact::sub(maximum, rated.amount)?;
        rated = rated.and(Step::new(Rule::Maximum, over))?;
    }
    if phase == Phase::Final
        && let Some(minimum) = commitment.minimum.filter(|minimum| rated.amount < *minimum)
    {
        let missing = exact::sub(minimum, rated.amount)?;
        rated = rated.and(Step::new(Rule::Minimum, missing))?;
    }
    Ok(rated)
}

/// Rounds half away from zero to a number of digits, as a step.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn rounded(rated: Rated, digits: u32) -> Result<Rated, RateError> {
    let kept = half_away(rated.amount, digits);
    let change = exact::sub(kept, rated.amount)?;
    Ok(if change.is_zero() { rated } else { rated.and(Step::new(Rule::Rounding, change))? })
}

/// A cumulative amount less the one before. It may be negative. Where both were rounded, differences add up to the
/// rounded whole.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn difference(now: Rated, before: &Rated) -> Result<Rated, RateError> {
    if before.amount.is_zero() {
        return Ok(now);
    }
    Ok(now.and(Step::new(Rule::Before, -before.amount))?)
}

/// The line of a use: what the period costs with it, less what it cost before.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn line(
    price: &Price,
    before: Option<&Use>,
    now: &Use,
    phase: Phase,
    currency: Currency,
) -> Result<RatedLine, RateError> {
    let commitment = Commitment::of(price);
    let whole = committed(rate(price, now, Span::Whole)?, commitment, phase)?;
    let mut unrounded = whole.amount;
    let mut total = rounded(whole, currency.digits())?;
    if let Some(before) = before {
        let earlier = committed(rate(price, before, Span::Whole)?, commitment, Phase::Running)?;
        unrounded = exact::sub(unrounded, earlier.amount)?;
        total = difference(total, &rounded(earlier, currency.digits())?)?;
    }
    finish(total, unrounded, currency)
}

fn finish(total: Rated, unrounded: Decimal, currency: Currency) -> Result<RatedLine, RateError> {
    let amount = Money::rounded(total.amount, currency)?;
    debug_assert_eq!(amount.decimal(), total.amount, "a total is rounded before it becomes money");
    Ok(RatedLine { amount, unrounded, proof: total.proof })
}
