//! The quantity that is priced: billable use above the allowance (rules, section 6, "q").
//!
//! Not the price, and not which days and which allowance: that is [`crate::invoice::metered`]. For level meters the basis
//! is a peak, an average or an end of the values at the end of each day.

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
