//! Why an invoice could not be drafted.

use crate::ids::{MeterId, PlanVersionId};
use crate::money::Currency;
use crate::pricing::RateError;
use crate::time::TimeError;

/// Why an invoice could not be drafted. A run notes it and goes on with the next tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Nothing of the subscription held in the period, and nothing is late.
    #[error("the subscription did not hold in this period, and nothing came late")]
    NothingHeld,
    /// No entitlement says what held.
    #[error("no entitlement of the subscription says what held in this period")]
    NoEntitlement,
    /// A meter that the catalog does not hold.
    #[error("meter {0} is not known here")]
    UnknownMeter(MeterId),
    /// A plan version that the catalog does not hold.
    #[error("plan version {0} is not known here")]
    UnknownVersion(PlanVersionId),
    /// A plan version in another currency than the invoice.
    #[error("plan version {version} is in {found}, the invoice in {expected}: totals are kept per currency")]
    MixedCurrencies {
        /// The plan version.
        version: PlanVersionId,
        /// Its currency.
        found: Currency,
        /// The invoice's.
        expected: Currency,
    },
    /// A plan of years in periods of months, or the other way round: its fee would be another one.
    #[error("plan version {0} is of another length than the billing period")]
    MixedIntervals(PlanVersionId),
    /// An amount could not be rated.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// A day outside the years that are kept.
    #[error(transparent)]
    Time(#[from] TimeError),
}

impl DraftError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingHeld => "nothing_held",
            Self::NoEntitlement => "no_entitlement",
            Self::UnknownMeter(_) => "unknown_meter",
            Self::UnknownVersion(_) => "unknown_plan_version",
            Self::MixedCurrencies { .. } => "mixed_currencies",
            Self::MixedIntervals(_) => "mixed_intervals",
            Self::Rate(error) => error.code(),
            Self::Time(_) => "out_of_range",
        }
    }
}

impl From<crate::exact::Inexact> for DraftError {
    fn from(error: crate::exact::Inexact) -> Self {
        Self::Rate(error.into())
    }
}

impl From<crate::money::MoneyError> for DraftError {
    fn from(error: crate::money::MoneyError) -> Self {
        Self::Rate(error.into())
    }
}
