//! Prices: the six models with their figures, checked when they are made, so that rating never meets a wrong one.
//!
//! Not rating: that is [`crate::pricing`]. Decimals are strings in JSON; unknown fields are refused.

use crate::exact::{optional_text, text};
use crate::meter::text_enum;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Why a price was refused. Each names the field at fault, as a path into the price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// A figure below 0.
    #[error("{field}: {value} is negative")]
    Negative {
        /// The field.
        field: String,
        /// What was given.
        value: Decimal,
    },
    /// A figure that must be above 0.
    #[error("{field}: {value} is not above 0")]
    NotPositive {
        /// The field.
        field: String,
        /// What was given.
        value: Decimal,
    },
    /// No tier at all.
    #[error("tiers: a tiered price needs at least one tier")]
    NoTiers,
    /// The last tier has an upper bound, so larger quantities would have no price.
    #[error("tiers[{index}].up_to: the last tier must be without an upper bound")]
    NoUnboundedTier {
        /// The place of the last tier, from 0.
        index: usize,
    },
    /// A tier before the last has no upper bound.
    #[error("tiers[{index}].up_to: only the last tier is without an upper bound")]
    UnboundedTooEarly {
        /// The place of the tier, from 0.
        index: usize,
    },
    /// An upper bound that is not above the one before.
    #[error("tiers[{index}].up_to: upper bounds must rise from tier to tier")]
    NotRising {
        /// The place of the tier, from 0.
        index: usize,
    },
    /// More tiers than a price may have.
    #[error("tiers: a price has at most {limit} tiers")]
    TooManyTiers {
        /// The limit.
        limit: usize,
    },
    /// A lower bound above its upper bound.
    #[error("{field}: the minimum is above the maximum")]
    MinimumAboveMaximum {
        /// The field of the minimum.
        field: String,
    },
}

impl PriceError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Negative { .. } => "price_negative",
            Self::NotPositive { .. } => "price_not_positive",
            Self::NoTiers => "price_without_tiers",
            Self::NoUnboundedTier { .. } => "price_without_unbounded_tier",
            Self::UnboundedTooEarly { .. } => "price_unbounded_too_early",
            Self::NotRising { .. } => "price_tiers_not_rising",
            Self::TooManyTiers { .. } => "price_too_many_tiers",
            Self::MinimumAboveMaximum { .. } => "price_minimum_above_maximum",
        }
    }

    /// The field at fault.
    pub fn field(&self) -> String {
        match self {
            Self::Negative { field, .. } | Self::NotPositive { field, .. } | Self::MinimumAboveMaximum { field } => {
                field.clone()
            }
            Self::NoTiers | Self::TooManyTiers { .. } => "tiers".to_owned(),
            Self::NoUnboundedTier { index } | Self::UnboundedTooEarly { index } | Self::NotRising { index } => {
                format!("tiers[{index}].up_to")
            }
        }
    }
}

/// A tier with an amount per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Upper bound, inclusive, in priced units; none for the last tier.
    #[serde(with = "optional_text", default)]
    pub up_to: Option<Decimal>,
    /// Amount per priced unit in major units.
    #[serde(with = "text")]
    pub unit_amount: Decimal,
    /// Amount once the tier is entered, in major units.
    #[serde(with = "text", default)]
    pub flat_amount: Decimal,
}

/// A tier with a rate in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateTier {
    /// Upper bound, inclusive; none for the last tier.
    #[serde(with = "optional_text", default)]
    pub up_to: Option<Decimal>,
    /// Percent of the part in this tier.
    #[serde(with = "text")]
    pub rate_percent: Decimal,
    /// Amount once the tier is entered, in major units.
    #[serde(with = "text", default)]
    pub flat_amount: Decimal,
}

text_enum! {
    /// How many packages a part of one counts as.
    PackageRounding {
        /// A package that was begun is paid whole.
        Up = "up",
        /// A package that was begun is free.
        Down = "down",
    }
}

text_enum! {
    /// What is due for no use at all.
    ZeroUse {
        /// The first tier's flat amount.
        FirstFlat = "first_flat",
        /// Nothing.
        Nothing = "nothing",
    }
}

/// How a quantity becomes an amount (rules, section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Quantity times an amount.
    PerUnit(PerUnit),
    /// Each tier prices its own part.
    Graduated(Graduated),
    /// The tier that holds the quantity prices all of it.
    Volume(Graduated),
    /// Packages that are paid whole.
    Package(Package),
    /// A percentage of each event's amount.
    Percentage(Percentage),
    /// Each tier takes a percentage of its own part.
    GraduatedPercentage(GraduatedPercentage),
}

/// Figures of `per_unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerUnit {
    /// Amount per priced unit in major units.
    #[serde(with = "text")]
    pub unit_amount: Decimal,
}

/// Figures of `graduated` and `volume`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graduated {
    /// The tiers, rising; the last one unbounded.
    pub tiers: Vec<Tier>,
    /// What is due for no use.
    #[serde(default = "first_flat")]
    pub at_zero: ZeroUse,
}

/// Figures of `graduated_percentage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraduatedPercentage {
    /// The tiers, rising; the last one unbounded.
    pub tiers: Vec<RateTier>,
    /// What is due for no use.
    #[serde(default = "first_flat")]
    pub at_zero: ZeroUse,
}

const fn first_flat() -> ZeroUse {
    ZeroUse::FirstFlat
}

/// Figures of `package`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Priced units of one package.
    #[serde(with = "text")]
    pub size: Decimal,
    /// Amount per package in major units.
    #[serde(with = "text")]
    pub amount: Decimal,
    /// Priced units that are taken off before packages are counted.
    #[serde(with = "text", default)]
    pub free: Decimal,
    /// What a part of a package counts as.
    #[serde(default = "up")]
    pub rounding: PackageRounding,
}

const fn up() -> PackageRounding {
    PackageRounding::Up
}

/// Figures of `percentage`, which is applied event by event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Percentage {
    /// Percent of each event's amount.
    #[serde(with = "text")]
    pub rate_percent: Decimal,
    /// Fee of each event that pays, in major units.
    #[serde(with = "text", default)]
    pub fixed_amount: Decimal,
    /// Events that are free; the allowance ends when this or `free_amount` is used up. None sets no such end.
    #[serde(default)]
    pub free_events: Option<u64>,
    /// Amount that is free. None sets no such end.
    #[serde(with = "optional_text", default)]
    pub free_amount: Option<Decimal>,
    /// Least that a paying event pays.
    #[serde(with = "optional_text", default)]
    pub event_minimum: Option<Decimal>,
    /// Most that an event pays.
    #[serde(with = "optional_text", default)]
    pub event_maximum: Option<Decimal>,
}

text_enum! {
    /// Who invoices the overage of a price (rules, section 7.10).
    InvoicedBy {
        /// This product, on its own invoice.
        Here = "here",
        /// Stripe; on our invoice it is a memo line outside the total.
        Stripe = "stripe",
    }
}

text_enum! {
    /// What of a level meter is billed (rules, section 2.8).
    LevelBilling {
        /// The highest of the end-of-day values.
        Peak = "peak",
        /// Unit-days divided by days.
        Average = "average",
        /// The value at the end of the period.
        End = "end",
    }
}

/// A price of a meter: a model and what goes around it. Checked: a value of this type can be rated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PriceTerms", into = "PriceTerms")]
pub struct Price(PriceTerms);

/// The figures of a price, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTerms {
    /// How the quantity becomes an amount.
    pub model: Model,
    /// Units of the meter that make one priced unit: 60 prices a meter of seconds by the minute.
    #[serde(with = "text", default = "one")]
    pub per: Decimal,
    /// Least amount per period in major units.
    #[serde(with = "optional_text", default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Decimal>,
    /// Most per period in major units.
    #[serde(with = "optional_text", default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
    /// What of a level meter is billed.
    #[serde(default = "peak")]
    pub level_billing: LevelBilling,
    /// Who invoices it.
    #[serde(default = "here")]
    pub invoiced_by: InvoicedBy,
}

const fn one() -> Decimal {
    Decimal::ONE
}

const fn peak() -> LevelBilling {
    LevelBilling::Peak
}

const fn here() -> InvoicedBy {
    InvoicedBy::Here
}

impl PriceTerms {
    /// A model with nothing around it: priced by the meter's own unit, no minimum or maximum, invoiced here.
    pub const fn of(model: Model) -> Self {
        Self { model, per: one(), minimum: None, maximum: None, level_billing: peak(), invoiced_by: here() }
    }
}

impl TryFrom<PriceTerms> for Price {
    type Error = PriceError;

    fn try_from(terms: PriceTerms) -> Result<Self, PriceError> {
        Self::new(terms)
    }
}

impl From<Price> for PriceTerms {
    fn from(price: Price) -> Self {
        price.0
    }
}

impl Price {
    /// Tiers that a price may have.
    pub const MAX_TIERS: usize = 1_000;

    /// Checks the figures.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn new(terms: PriceTerms) -> Result<Self, PriceError> {
        positive("per", terms.per)?;
        range("minimum", terms.minimum, terms.maximum)?;
        match &terms.model {
            Model::PerUnit(figures) => not_negative("unit_amount", figures.unit_amount)?,
            Model::Graduated(figures) | Model::Volume(figures) => {
                rising(figures.tiers.iter().map(|tier| tier.up_to))?;
                for (index, tier) in figures.tiers.iter().enumerate() {
                    not_negative(&format!("tiers[{index}].unit_amount"), tier.unit_amount)?;
                    not_negative(&format!("tiers[{index}].flat_amount"), tier.flat_amount)?;
                }
            }
            Model::GraduatedPercentage(figures) => {
                rising(figures.tiers.iter().map(|tier| tier.up_to))?;
                for (index, tier) in figures.tiers.iter().enumerate() {
                    not_negative(&format!("tiers[{index}].rate_percent"), tier.rate_percent)?;
                    not_negative(&format!("tiers[{index}].flat_amount"), tier.flat_amount)?;
                }
            }
            Model::Package(figures) => {
                positive("size", figures.size)?;
                not_negative("amount", figures.amount)?;
                not_negative("free", figures.free)?;
            }
            Model::Percentage(figures) => {
                not_negative("rate_percent", figures.rate_percent)?;
                not_negative("fixed_amount", figures.fixed_amount)?;
                if let Some(free) = figures.free_amount {
                    not_negative("free_amount", free)?;
                }
                range("event_minimum", figures.event_minimum, figures.event_maximum)?;
            }
        }
        Ok(Self(terms))
    }

    /// The checked figures.
    pub const fn terms(&self) -> &PriceTerms {
        &self.0
    }
}

fn not_negative(field: &str, value: Decimal) -> Result<(), PriceError> {
    if value < Decimal::ZERO { Err(PriceError::Negative { field: field.to_owned(), value }) } else { Ok(()) }
}

fn positive(field: &str, value: Decimal) -> Result<(), PriceError> {
    if value <= Decimal::ZERO { Err(PriceError::NotPositive { field: field.to_owned(), value }) } else { Ok(()) }
}

fn range(field: &str, minimum: Option<Decimal>, maximum: Option<Decimal>) -> Result<(), PriceError> {
    if let Some(minimum) = minimum {
        not_negative(field, minimum)?;
    }
    if let Some(maximum) = maximum {
        not_negative(&field.replace("minimum", "maximum"), maximum)?;
    }
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) if minimum > maximum => {
            Err(PriceError::MinimumAboveMaximum { field: field.to_owned() })
        }
        _ => Ok(()),
    }
}

fn rising(bounds: impl ExactSizeIterator<Item = Option<Decimal>>) -> Result<(), PriceError> {
    let count = bounds.len();
    if count == 0 {
        return Err(PriceError::NoTiers);
    }
    if count > Price::MAX_TIERS {
        return Err(PriceError::TooManyTiers { limit: Price::MAX_TIERS });
    }
    let mut below = None;
    for (index, bound) in bounds.enumerate() {
        let last = index + 1 == count;
        match bound {
            None if last => {}
            None => return Err(PriceError::UnboundedTooEarly { index }),
            Some(_) if last => return Err(PriceError::NoUnboundedTier { index }),
            Some(bound) => {
                not_negative(&format!("tiers[{index}].up_to"), bound)?;
                if below.is_some_and(|below| bound <= below) {
                    return Err(PriceError::NotRising { index });
                }
                below = Some(bound);
            }
        }
    }
    Ok(())
}
