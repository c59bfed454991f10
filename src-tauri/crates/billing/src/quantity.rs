//! Quantities: a 64-bit integer at the scale of a meter, exact or refused.
//!
//! Not money, and never a float: what does not fit is an error that names it.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most units (at the meter's scale) that one event may count, in either direction: 10^17. Counters are 64 bits
/// wide, so the 92nd event of this size is the first that a counter of one tenant cannot hold. Without a limit one bad
/// row would fill it.
pub const MAX_EVENT_UNITS: i64 = 100_000_000_000_000_000;

/// Why a quantity was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a decimal number, or one with more digits than are kept exactly.
    #[error("'{0}' is not a decimal number of at most 28 digits")]
    NotANumber(String),
    /// More decimal digits than the meter has; a mapping may state a rounding.
    #[error("{value} has more than {scale} decimal digits")]
    TooManyDigits {
        /// What was given.
        value: String,
        /// The digits of the meter.
        scale: u8,
    },
    /// Beyond 64 bits at the meter's scale.
    #[error("the quantity does not fit into 64 bits at the scale of its meter")]
    Overflow,
    /// A scale above 9.
    #[error("a scale is 0 to 9 decimal digits, not {0}")]
    InvalidScale(u8),
}

/// The number of decimal digits of a meter, 0 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Scale(u8);

impl Scale {
    /// Whole units.
    pub const ZERO: Self = Self(0);
    /// Billionths, as provider costs are kept.
    pub const BILLIONTHS: Self = Self(9);

    /// From a number of digits.
    ///
    /// # Errors
    /// [`QuantityError::InvalidScale`] above 9.
    pub const fn new(digits: u8) -> Result<Self, QuantityError> {
        if digits > 9 { Err(QuantityError::InvalidScale(digits)) } else { Ok(Self(digits)) }
    }

    /// The number of digits.
    pub const fn digits(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Scale {
    type Error = QuantityError;

    fn try_from(digits: u8) -> Result<Self, QuantityError> {
        Self::new(digits)
    }
}

impl From<Scale> for u8 {
    fn from(scale: Scale) -> Self {
        scale.0
    }
}

/// An exact quantity: `units` at 10^-`scale` of the meter's unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quantity {
    units: i64,
    scale: Scale,
}

impl Quantity {
    /// From stored units at a scale.
    pub const fn new(units: i64, scale: Scale) -> Self {
        Self { units, scale }
    }

    /// From a decimal that must be exact at the scale.
    ///
    /// # Errors
    /// [`QuantityError::TooManyDigits`] or [`QuantityError::Overflow`].
    pub fn exact(value: Decimal, scale: Scale) -> Result<Self, QuantityError> {
        let (quantity, rest) = Self::rounded(value, scale)?;
        if rest.is_zero() {
            return Ok(quantity);
        }
        Err(QuantityError::TooManyDigits { value: value.to_string(), scale: scale.digits() })
    }

    /// From a decimal, rounded half to even at the scale, with what was rounded off (`value` less the result).
    ///
    /// # Errors
    /// [`QuantityError::Overflow`].
    pub fn rounded(value: Decimal, scale: Scale) -> Result<(Self, Decimal), QuantityError> {
        let digits = u32::from(scale.digits());
        let mut kept = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven);
        let rest = value.checked_sub(kept).ok_or(QuantityError::Overflow)?;
        kept.rescale(digits);
        if kept.scale() != digits {
            return Err(QuantityError::Overflow);
        }
        let units = i64::try_from(kept.mantissa()).map_err(|_| QuantityError::Overflow)?;
        Ok((Self { units, scale }, rest))
    }

    /// The stored units.
    pub const fn units(self) -> i64 {
        self.units
    }

    /// The scale.
    pub const fn scale(self) -> Scale {
        self.scale
    }

    /// The quantity as a decimal in the meter's unit.
    pub fn decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.units), u32::from(self.scale.digits()))
    }
}

/// Units at a scale as a decimal without trailing zeros, also for sums that no event and no counter can have.
pub fn decimal_text(units: i128, scale: Scale) -> String {
    if let Ok(units) = i64::try_from(units) {
        return Quantity::new(units, scale).to_string();
    }
    let digits = u32::from(scale.digits());
    let one = 10_i128.pow(digits);
    let sign = if units < 0 { "-" } else { "" };
    let whole = (units / one).unsigned_abs();
    let fraction = format!("{:0width$}", (units % one).unsigned_abs(), width = digits as usize);
    let fraction = if digits == 0 { "" } else { fraction.trim_end_matches('0') };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Parses a decimal number as files have it: plain or with an exponent, no spaces, no grouping.
///
/// # Errors
/// [`QuantityError::NotANumber`], also for what a 96-bit decimal cannot hold exactly.
pub fn parse_decimal(text: &str) -> Result<Decimal, QuantityError> {
    exact_decimal(text).ok_or_else(|| QuantityError::NotANumber(text.chars().take(80).collect()))
}

fn exact_decimal(text: &str) -> Option<Decimal> {
    // The library takes underscores and rounds what an exponent makes too long; both would change what was said.
    if text.contains('_') {
        return None;
    }
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else { return Decimal::from_str_exact(text).ok() };
    let digits = Decimal::from_str_exact(digits).ok()?.normalize();
    let exponent: i32 = exponent.parse().ok()?;
    if digits.is_zero() {
        return Some(Decimal::ZERO);
    }
    let scale = i32::try_from(digits.scale()).ok()?.checked_sub(exponent)?;
    match u32::try_from(scale) {
        Ok(scale) => Decimal::try_from_i128_with_scale(digits.mantissa(), scale).ok(),
        Err(_) => {
            let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
            Decimal::try_from_i128_with_scale(digits.mantissa().checked_mul(factor)?, 0).ok()
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.decimal().normalize(), f)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
