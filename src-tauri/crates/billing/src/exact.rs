//! Exact decimal arithmetic: sums and products that keep every digit or say that they cannot, and one division that
//! names its rounding.
//!
//! `rust_decimal` rounds silently where a result needs more than 28 digits; money must not, so every place that
//! computes an amount goes through here.

use crate::quantity::parse_decimal;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serializer};

/// Digits after the point that an inexact quotient keeps.
const QUOTIENT_DIGITS: i64 = 18;

/// The largest mantissa of a decimal: 96 bits.
const LARGEST_MANTISSA: u128 = (1 << 96) - 1;

/// A result that a 96-bit decimal cannot hold exactly, or a division by zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount needs more digits than a 96-bit decimal holds")]
pub struct Inexact;

/// The exact sum.
///
/// # Errors
/// [`Inexact`] when a digit would be lost.
pub fn add(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    let (left, right) = (left.normalize(), right.normalize());
    let sum = left.checked_add(right).ok_or(Inexact)?;
    let needed = left.scale().max(right.scale());
    // A sum at a smaller scale is only exact where nothing was cut off: zero operands keep the other one's scale.
    if sum.scale() == needed || left.is_zero() || right.is_zero() { Ok(sum) } else { Err(Inexact) }
}

/// The exact difference.
///
/// # Errors
/// [`Inexact`] when a digit would be lost.
pub fn sub(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    add(left, -right)
}

/// The exact product.
///
/// # Errors
/// [`Inexact`] when a digit would be lost.
pub fn mul(left: Decimal, right: Decimal) -> Result<Decimal, Inexact> {
    let (left, right) = (left.normalize(), right.normalize());
    if left.is_zero() || right.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let product = left.checked_mul(right).ok_or(Inexact)?;
    if product.scale() == left.scale() + right.scale() { Ok(product.normalize()) } else { Err(Inexact) }
}

/// The quotient: exact where it ends within the digits kept, otherwise cut towards zero, so that rounding it later,
/// half away from zero or towards zero, gives what rounding the true value would give.
///
/// # Errors
/// [`Inexact`] for a zero divisor or a result beyond 96 bits.
pub fn div(dividend: Decimal, divisor: Decimal) -> Result<Decimal, Inexact> {
    if divisor.is_zero() {
        return Err(Inexact);
    }
    let (dividend, divisor) = (dividend.normalize(), divisor.normalize());
    let (top, bottom) = (dividend.mantissa().unsigned_abs(), divisor.mantissa().unsigned_abs());
    // Long division, digit by digit: the remainder stays below the divisor's 96 bits, so ten times it fits.
    let mut mantissa = top / bottom;
    let mut rest = top % bottom;
    let mut scale = i64::from(dividend.scale()) - i64::from(divisor.scale());
    while scale < 0 || (rest != 0 && scale < QUOTIENT_DIGITS) {
        if mantissa > LARGEST_MANTISSA / 10 {
            break;
        }
        rest *= 10;
        mantissa = mantissa * 10 + rest / bottom;
        rest %= bottom;
        scale += 1;
    }
    let scale = u32::try_from(scale).map_err(|_| Inexact)?;
    let mantissa = i128::try_from(mantissa).map_err(|_| Inexact)?;
    let sign = if dividend.is_sign_negative() == divisor.is_sign_negative() { 1 } else { -1 };
    Ok(Decimal::try_from_i128_with_scale(sign * mantissa, scale).map_err(|_| Inexact)?.normalize())
}

/// The exact sum of many.
///
/// # Errors
/// [`Inexact`] when a digit would be lost.
pub fn sum(parts: impl IntoIterator<Item = Decimal>) -> Result<Decimal, Inexact> {
    parts.into_iter().try_fold(Decimal::ZERO, add)
}

/// Decimals as strings in JSON, exact in both directions; for `#[serde(with = "text")]`.
pub mod text {
    use super::{Decimal, Deserialize, Deserializer, Serializer, parse_decimal};

    /// Writes the decimal without trailing zeros.
    ///
    /// # Errors
    /// What the serializer says.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&value.normalize())
    }

    /// Reads a decimal string; a JSON number is refused, because it may have lost digits on its way.
    ///
    /// # Errors
    /// What is not a decimal that 96 bits hold exactly.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse_decimal(&text).map_err(serde::de::Error::custom)
    }
}

/// Optional decimals as strings in JSON; for `#[serde(with = "optional_text")]`.
pub mod optional_text {
    use super::{Decimal, Deserialize, Deserializer, Serializer, parse_decimal};

    /// Writes the decimal without trailing zeros, or null.
    ///
    /// # Errors
    /// What the serializer says.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(&value.normalize()),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a decimal string or null.
    ///
    /// # Errors
    /// What is neither null nor a decimal that 96 bits hold exactly.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse_decimal(&text).map_err(serde::de::Error::custom)).transpose()
    }
}

/// Stored units (64-bit integers) as strings in JSON, or null for "no limit"; for `#[serde(with = "optional_units")]`.
pub mod optional_units {
    use super::{Deserialize, Deserializer, Serializer};

    /// Writes the units as a string, or null.
    ///
    /// # Errors
    /// What the serializer says.
    pub fn serialize<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a string of digits or null.
    ///
    /// # Errors
    /// What is neither null nor a 64-bit integer as a string.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
