//! The quantity that is priced: billable use above the allowance (rules, section 6, "q").
//!
//! Not the price. For day meters the allowance is each day's own; for level meters the basis is a peak, an average or
//! an end of the values at the end of each day.

use super::RateError;
use crate::exact;
use crate::price::LevelBilling;
use crate::quantity::Scale;
use rust_decimal::Decimal;

/// max(use - included, 0); 0 when unlimited. Units at the meter's scale.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn over_period(used: i64, included: Option<i64>) -> Result<i64, RateError> {
    match included {
        Some(included) if used > included => used.checked_sub(included).ok_or(RateError::Overflow),
        _ => Ok(0),
    }
}

/// The sum over local days of max(use of the day - included, 0): 1,000 a day, days of 1,500 and 200 give 500.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn over_days(days: impl IntoIterator<Item = i64>, included: Option<i64>) -> Result<i64, RateError> {
    days.into_iter()
        .try_fold(0_i64, |sum, used| sum.checked_add(over_period(used, included)?).ok_or(RateError::Overflow))
}

/// What of a level meter is billed, from its values at the end of each day of the period, as a decimal in the
/// meter's unit. No days are no use.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn level_basis(end_of_day: &[i64], billing: LevelBilling, scale: Scale) -> Result<Decimal, RateError> {
    let decimal = |units: i64| Decimal::from_i128_with_scale(i128::from(units), u32::from(scale.digits()));
    let (Some(peak), Some(end)) = (end_of_day.iter().max(), end_of_day.last()) else { return Ok(Decimal::ZERO) };
    match billing {
        LevelBilling::Peak => Ok(decimal(*peak)),
        LevelBilling::End => Ok(decimal(*end)),
        LevelBilling::Average => {
            let unit_days = exact::sum(end_of_day.iter().map(|units| decimal(*units)))?;
            let days = i64::try_from(end_of_day.len()).map_err(|_| RateError::Overflow)?;
            Ok(exact::div(unit_days, Decimal::from(days))?)
        }
    }
}

/// max(basis - included, 0) of a level meter; 0 when unlimited. `included` is in units at the meter's scale.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn over_level(basis: Decimal, included: Option<i64>, scale: Scale) -> Result<Decimal, RateError> {
    let Some(included) = included else { return Ok(Decimal::ZERO) };
    let included = Decimal::from_i128_with_scale(i128::from(included), u32::from(scale.digits()));
    Ok(exact::sub(basis, included)?.max(Decimal::ZERO))
}
