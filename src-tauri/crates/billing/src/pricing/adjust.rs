//! What is put on or taken off a line: coupons, tax, the true-up to a minimum (rules, section 6).
//!
//! Each is rounded on its own, half away from zero. The order among them is the invoice's.

use super::RateError;
use super::proof::{Rated, Rule, Step};
use super::proration::{half_away, prorate};
use crate::exact;
use rust_decimal::Decimal;

const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// A discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coupon {
    /// A percentage off.
    Percent(Decimal),
    /// An amount off.
    Fixed(Decimal),
}

/// How much a coupon takes off a price: never more than the price, never below 0, rounded where digits are given.
///
/// # Errors
/// [`RateError::Negative`] for a negative coupon; [`RateError::Overflow`].
pub fn discount(price: Decimal, coupon: Coupon, digits: Option<u32>) -> Result<Rated, RateError> {
    let most = price.max(Decimal::ZERO);
    let (off, step) = match coupon {
        Coupon::Percent(percent) if percent < Decimal::ZERO => return Err(RateError::Negative("percent_off")),
        Coupon::Fixed(amount) if amount < Decimal::ZERO => return Err(RateError::Negative("amount_off")),
        Coupon::Percent(percent) => {
            let off = exact::div(exact::mul(most, percent)?, HUNDRED)?;
            (off, Step::new(Rule::Discount, off.min(most)).of(most, percent, HUNDRED))
        }
        Coupon::Fixed(amount) => (amount, Step::new(Rule::Discount, amount.min(most))),
    };
    // A price with more digits than its currency is not exceeded by rounding up either.
    let kept = digits.map_or(off, |digits| half_away(off.min(most), digits));
    let rated = Rated::from_steps(vec![step])?;
    let change = exact::sub(kept.min(most), rated.amount)?;
    Ok(if change.is_zero() { rated } else { rated.and(Step::new(Rule::Rounding, change))? })
}

/// Coupons one after another on what the ones before left, each rounded. The amount is what is left of the price.
///
/// # Errors
/// [`RateError::Negative`] or [`RateError::Overflow`].
pub fn discounted(price: Decimal, coupons: &[Coupon], digits: u32) -> Result<Rated, RateError> {
    let mut left = Rated::from_steps(vec![Step::new(Rule::Charge, price)])?;
    for coupon in coupons {
        let off = discount(left.amount, *coupon, Some(digits))?.amount;
        left = left.and(Step::new(Rule::Discount, -off))?;
    }
    Ok(left)
}

/// Tax on a net amount, exclusive, rounded once where digits are given.
///
/// # Errors
/// [`RateError::Negative`] for a negative rate; [`RateError::Overflow`].
pub fn tax(net: Decimal, percent: Decimal, digits: Option<u32>) -> Result<Rated, RateError> {
    if percent < Decimal::ZERO {
        return Err(RateError::Negative("tax_percent"));
    }
    let amount = exact::div(exact::mul(net, percent)?, HUNDRED)?;
    let rated = Rated::from_steps(vec![Step::new(Rule::Tax, amount).of(net, percent, HUNDRED)])?;
    match digits {
        Some(digits) => super::line::rounded(rated, digits),
        None => Ok(rated),
    }
}

/// What is missing to a minimum: round(minimum x days / period days) - round(billed), not below 0.
///
/// # Errors
/// [`RateError::Days`] or [`RateError::Overflow`].
pub fn true_up(minimum: Decimal, part: Option<(i64, i64)>, billed: Decimal, digits: u32) -> Result<Rated, RateError> {
    let due = match part {
        Some((days, period_days)) => prorate(minimum, days, period_days)?,
        None => Rated::from_steps(vec![Step::new(Rule::Charge, minimum)])?,
    };
    let due = super::line::rounded(due, digits)?;
    let billed = half_away(billed, digits);
    // More billed than the minimum leaves nothing due, not a credit.
    let taken = billed.min(due.amount);
    Ok(if taken.is_zero() { due } else { due.and(Step::new(Rule::Before, -taken))? })
}

/// A credit note for the unused days of a period: net rounded, tax on the net rounded (rules, section 7.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// Net.
    pub net: Rated,
    /// Tax.
    pub tax: Rated,
}

impl CreditNote {
    /// For so many unused days.
    ///
    /// # Errors
    /// [`RateError::Days`], [`RateError::Negative`] or [`RateError::Overflow`].
    pub fn unused(amount: Decimal, part: (i64, i64), tax_percent: Decimal, digits: u32) -> Result<Self, RateError> {
        let net = super::line::rounded(prorate(amount, part.0, part.1)?, digits)?;
        let tax = tax(net.amount, tax_percent, Some(digits))?;
        Ok(Self { net, tax })
    }

    /// Net and tax together.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn total(&self) -> Result<Rated, RateError> {
        let steps = self.net.proof.steps.iter().chain(&self.tax.proof.steps).cloned().collect();
        Ok(Rated::from_steps(steps)?)
    }
}
