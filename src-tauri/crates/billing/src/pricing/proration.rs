//! Proration: parts of a period by whole local days, end exclusive (rules, section 6).
//!
//! Not the days themselves: [`crate::period::PeriodSpan::days`] and [`crate::time::Day::days_until`] count them. Not
//! for one-time fees.

use super::RateError;
use super::proof::{Rated, Rule, Step};
use crate::exact;
use rust_decimal::{Decimal, RoundingStrategy};

/// Rounds half away from zero.
pub fn half_away(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// Refuses days below 0 and periods without days.
///
/// # Errors
/// [`RateError::Days`].
pub const fn check_days(days: i64, period_days: i64) -> Result<(), RateError> {
    if days < 0 || period_days <= 0 { Err(RateError::Days { days, period_days }) } else { Ok(()) }
}

/// As [`check_days`], and refuses a part that is longer than its period.
///
/// # Errors
/// [`RateError::Days`].
pub const fn check_part(days: i64, period_days: i64) -> Result<(), RateError> {
    if days > period_days { Err(RateError::Days { days, period_days }) } else { check_days(days, period_days) }
}

/// An amount times days over days of the period, not rounded.
///
/// # Errors
/// [`RateError::Days`] or [`RateError::Overflow`].
pub fn prorate(amount: Decimal, days: i64, period_days: i64) -> Result<Rated, RateError> {
    check_days(days, period_days)?;
    let (days, period_days) = (Decimal::from(days), Decimal::from(period_days));
    let part = exact::div(exact::mul(amount, days)?, period_days)?;
    Ok(Rated::from_steps(vec![Step::new(Rule::Proration, part).of(days, amount, period_days)])?)
}

/// Units of an allowance times days over days of the period, rounded down to a whole unit of the meter's scale:
/// 1,000 included, 15 of 31 days: 483.
///
/// # Errors
/// [`RateError::Days`].
pub fn prorate_units(units: i64, days: i64, period_days: i64) -> Result<i64, RateError> {
    check_days(days, period_days)?;
    let part = i128::from(units) * i128::from(days);
    i64::try_from(part.div_euclid(i128::from(period_days))).map_err(|_| RateError::Overflow)
}

/// What is due now when a price changes inside a period: the rest of the period at the new price less the rest at
/// the old one, each rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Amount of the whole period before.
    pub old_amount: Decimal,
    /// Amount of the whole period after.
    pub new_amount: Decimal,
    /// Days from the change to the end of the period.
    pub remaining_days: i64,
    /// Days of the period.
    pub period_days: i64,
    /// Digits of the currency.
    pub digits: u32,
    /// What limits the credit, where something was paid already.
    pub paid: Option<Paid>,
}

/// What was paid for the period and given back of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// Paid for the period.
    pub paid: Decimal,
    /// Credits given earlier.
    pub earlier_credits: Decimal,
}

impl Paid {
    /// A credit never exceeds what was paid less earlier credits, and is never below 0.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn cap(self, credit: Decimal) -> Result<Decimal, RateError> {
        let left = exact::sub(self.paid, self.earlier_credits)?.max(Decimal::ZERO);
        Ok(credit.clamp(Decimal::ZERO, left))
    }
}

impl Change {
    /// Credit and charge; the amount is the charge less the credit.
    ///
    /// # Errors
    /// [`RateError::Days`] or [`RateError::Overflow`].
    pub fn rate(&self) -> Result<Rated, RateError> {
        let part = |amount| {
            Ok::<_, RateError>(half_away(prorate(amount, self.remaining_days, self.period_days)?.amount, self.digits))
        };
        let mut credit = part(self.old_amount)?;
        if let Some(paid) = self.paid {
            credit = paid.cap(credit)?;
        }
        let charge = part(self.new_amount)?;
        Ok(Rated::from_steps(vec![Step::new(Rule::Credit, -credit), Step::new(Rule::Charge, charge)])?)
    }
}
