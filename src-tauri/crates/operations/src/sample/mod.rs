//! The sample company: four plan families, some 260 tenants in thirty countries, thirteen months of usage up to now.
//!
//! Made from a seed and an instant, so that the same two give the same company. It is written through the ordinary
//! append, event by event in the order of arrival, as if the company had lived: what is late, wrong or unknown goes to
//! quarantine, alerts are raised when a level is crossed. Its language-model usage is a real trace (`trace`).
//! Not a fixture for tests: those build what they need.

mod accounts;
mod books;
mod catalogue;
mod company;
mod create;
mod incidents;
mod months;
mod names;
mod random;
mod trace;
mod usage;
mod write;

pub use catalogue::meter_code;
pub use create::{SEED, SampleOrder, create, create_from};

/// Why the sample could not be made. None of these can happen for a clock that stands within the years 1902 to 9998.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A time beyond the years that are kept.
    #[error("the sample would reach beyond the years 1900 to 9999")]
    Time,
    /// A plan that is not in the catalogue.
    #[error("the sample names a plan that it does not have")]
    Plan,
    /// A figure that does not fit.
    #[error("a figure of the sample does not fit: {0}")]
    Figure(String),
}

impl SampleError {
    fn impossible(error: impl std::fmt::Display) -> Self {
        Self::Figure(error.to_string())
    }
}

macro_rules! impossible {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for SampleError {
            fn from(error: $error) -> Self {
                Self::impossible(error)
            }
        }
    )+};
}
impossible!(
    billing::time::TimeError,
    billing::period::PeriodError,
    billing::money::MoneyError,
    std::num::TryFromIntError,
);

type Made<T> = Result<T, SampleError>;
