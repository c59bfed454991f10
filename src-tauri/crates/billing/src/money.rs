//! Money: minor units of a currency in a 64-bit integer; unrounded amounts are decimals until a line is rounded once.
//!
//! Two currencies never add up. No conversion, no float.

use iso_currency::Currency as Iso;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why an amount or a currency was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a currency of ISO 4217 with minor units.
    #[error("'{0}' is not an ISO 4217 currency such as USD")]
    NotACurrency(String),
    /// Beyond 64 bits of minor units.
    #[error("the amount does not fit into 64 bits of minor units")]
    Overflow,
    /// An operation on two currencies.
    #[error("{0} and {1} cannot be added: totals are kept per currency")]
    MixedCurrencies(Currency, Currency),
}

/// An ISO 4217 currency that has minor units (no metals, no test codes).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Iso);

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(Iso::USD);

    /// The three-letter code in capitals.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits of the minor unit: JPY 0, USD 2, KWD 3.
    pub fn digits(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Takes the code in capitals or small letters.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::NotACurrency(text.chars().take(20).collect());
        let iso = Iso::from_code(&text.to_ascii_uppercase()).ok_or_else(unknown)?;
        if iso.exponent().is_some() { Ok(Self(iso)) } else { Err(unknown()) }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units of a currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// From minor units.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Rounds an unrounded amount once, half away from zero (rules, section 5.2).
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let digits = currency.digits();
        let mut kept = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        kept.rescale(digits);
        if kept.scale() != digits {
            return Err(MoneyError::Overflow);
        }
        let minor = i64::try_from(kept.mantissa()).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor, currency })
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount as a decimal in major units.
    pub fn decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.digits())
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`] or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

impl fmt::Display for Money {
    /// The amount in major units with all digits of the currency, without its code: `10.13`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.decimal(), f)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency)
    }
}

/// Provider cost of an event: 10^-9 of the currency unit (rules, section 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Billionths of the currency unit.
    pub nano: i64,
    /// The currency.
    pub currency: Currency,
}

impl Cost {
    /// From a decimal, rounded half to even at nine digits, with what was rounded off.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<(Self, Decimal), MoneyError> {
        let mut kept = amount.round_dp_with_strategy(9, RoundingStrategy::MidpointNearestEven);
        let rest = amount.checked_sub(kept).ok_or(MoneyError::Overflow)?;
        kept.rescale(9);
        if kept.scale() != 9 {
            return Err(MoneyError::Overflow);
        }
        let nano = i64::try_from(kept.mantissa()).map_err(|_| MoneyError::Overflow)?;
        Ok((Self { nano, currency }, rest))
    }

    /// The cost as a decimal in major units.
    pub fn decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.nano), 9)
    }
}
