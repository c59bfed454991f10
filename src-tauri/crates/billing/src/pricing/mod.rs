//! Rating: usage and a price in, an amount and its proof out (rules, section 6). One pure function family; invoices,
//! previews, what-if and the console's overage all call it.
//!
//! Not invoices: which lines there are and in which order is decided where they are drafted. Every sum and product is
//! exact or an error; every division and rounding is named.

pub mod adjust;
pub mod credit;
pub mod line;
pub mod model;
pub mod progressive;
pub mod proof;
pub mod proration;
pub mod quantity;
pub mod split;

pub use line::{Commitment, Phase, RatedLine, line};
pub use model::{Span, Use, rate};
pub use proof::{Proof, Rated, Rule, Step};

use crate::exact::Inexact;
use crate::money::MoneyError;

/// The version of these rules, stored with each line; the same inputs give the same proof under the same version.
pub const RULE_VERSION: u32 = 1;

/// Why nothing was rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// An amount needs more digits than there are.
    #[error("the amount does not fit: it needs more digits than a 96-bit decimal, or more than 64 bits of minor units")]
    Overflow,
    /// Days below 0, or a period without days.
    #[error("{days} of {period_days} days are no part of a period")]
    Days {
        /// Days of the part.
        days: i64,
        /// Days of the period.
        period_days: i64,
    },
    /// A figure below 0 where none can be.
    #[error("{0} is negative")]
    Negative(&'static str),
    /// Weights that add up to nothing.
    #[error("nothing to split by: the weights add up to 0")]
    NoWeights,
    /// Two currencies.
    #[error(transparent)]
    Money(MoneyError),
}

impl RateError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Days { .. } => "days_out_of_range",
            Self::Negative(_) => "negative",
            Self::NoWeights => "no_weights",
            Self::Money(_) => "money",
        }
    }
}

impl From<Inexact> for RateError {
    fn from(_: Inexact) -> Self {
        Self::Overflow
    }
}

impl From<MoneyError> for RateError {
    fn from(error: MoneyError) -> Self {
        if error == MoneyError::Overflow { Self::Overflow } else { Self::Money(error) }
    }
}
