//! How a draft becomes a document: its number, its days, who must look at it first, and as what it is issued (rules,
//! sections 7.1, 7.3, 7.8 and 7.9).
//!
//! Not the sequence of numbers, which the store keeps under a lock.

use super::content::{Content, Issue};
use super::settings::{Account, Approval, Settings};
use super::state::Hold;
use crate::exact;
use crate::meter::text_enum;
use crate::money::Money;
use crate::pricing::RateError;
use crate::time::{Day, TimeError, Timestamp, Zone};
use rust_decimal::Decimal;

text_enum! {
    /// As what a draft is issued, by the sign of its total.
    IssuedAs {
        /// An invoice with something to pay.
        Invoice = "invoice",
        /// An invoice over nothing: it is paid at once.
        PaidInvoice = "paid_invoice",
        /// A credit note: more was given back than charged.
        CreditNote = "credit_note",
    }
}

impl IssuedAs {
    /// Of a total in minor units: 0 is issued, a negative total becomes a credit note (rules, section 7.8).
    pub const fn of(total_minor: i64) -> Self {
        match total_minor {
            ..0 => Self::CreditNote,
            0 => Self::PaidInvoice,
            1.. => Self::Invoice,
        }
    }
}

/// The most characters of a series.
pub const MAX_SERIES_CHARS: usize = 12;

/// Whether a text may be a series: 1 to 12 capital letters and digits, so that numbers read well and sort.
pub fn is_series(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (1..=MAX_SERIES_CHARS).contains(&text.len()) && text.bytes().all(allowed)
}

/// The place of a document within its series: `INV-2026-000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a> {
    /// The series.
    pub series: &'a str,
    /// The year of the issue day.
    pub year: i32,
    /// The number within series and year, from 1.
    pub seq: i64,
}

impl std::fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:04}-{:06}", self.series, self.year, self.seq)
    }
}

/// The year of a day, which numbers begin anew with.
pub const fn year_of(day: Day) -> i32 {
    day.number() / 10_000
}

/// When an invoice is issued and due: the day of an instant in the seller's zone, and that day plus the terms, 30 days where
/// nobody said otherwise.
///
/// # Errors
/// [`TimeError::OutOfRange`].
pub fn days(at: Timestamp, seller_zone: Zone, terms_days: u32) -> Result<(Day, Day), TimeError> {
    let day = Day::of(at, seller_zone)?;
    Ok((day, day.plus_days(i64::from(terms_days))?))
}

/// The terms of a tenant, in days.
pub fn terms_days(account: &Account, settings: &Settings) -> u32 {
    account.terms_days.unwrap_or(settings.terms_days)
}

/// A draft with its number and days: what is hashed and kept.
///
/// # Errors
/// [`TimeError::OutOfRange`].
pub fn issued(
    draft: Content,
    number: String,
    at: Timestamp,
    seller_zone: Zone,
    terms_days: u32,
) -> Result<Content, TimeError> {
    let (day, due) = days(at, seller_zone, terms_days)?;
    Ok(Content { issue: Some(Issue { number, at, day, due: Some(due) }), ..draft })
}

/// Whether a person approves a total before it is issued: as the account says, or from the amount of the settings on.
pub fn needs_approval(account: &Account, settings: &Settings, total: Money) -> bool {
    match account.approval {
        Approval::Always => true,
        Approval::Never => false,
        Approval::Settings => settings.approval_from.is_some_and(|from| total.decimal() >= from),
    }
}

/// Whether the runaway brake stops a total: at least `brake_from`, and at least `brake_factor` times the mean of the last
/// (at most three) totals. Without an earlier invoice there is nothing to compare with and it does not stop. Exact: nothing
/// is divided.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn brakes(total: Money, last_minor: &[i64], settings: &Settings) -> Result<bool, RateError> {
    let last = &last_minor[..last_minor.len().min(3)];
    if last.is_empty() || total.decimal() < settings.brake_from {
        return Ok(false);
    }
    let sum = exact::sum(last.iter().map(|minor| Decimal::from(*minor)))?;
    let times = exact::mul(Decimal::from(total.minor()), Decimal::from(last.len()))?;
    Ok(times >= exact::mul(sum, settings.brake_factor)?)
}

/// Why a run leaves a draft to a person; the brake first, because it says more.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn hold(
    account: &Account,
    settings: &Settings,
    total: Money,
    last_minor: &[i64],
) -> Result<Option<Hold>, RateError> {
    if brakes(total, last_minor, settings)? {
        return Ok(Some(Hold::Brake));
    }
    Ok(needs_approval(account, settings, total).then_some(Hold::Approval))
}

text_enum! {
    /// How old what is open is, by days after the day on which it was due.
    Age {
        /// Not due yet, or due today.
        Current = "current",
        /// 1 to 30 days.
        To30 = "to_30",
        /// 31 to 60 days.
        To60 = "to_60",
        /// 61 to 90 days.
        To90 = "to_90",
        /// More.
        Above90 = "above_90",
    }
}

impl Age {
    /// On a day.
    pub fn of(due: Day, today: Day) -> Self {
        match due.days_until(today) {
            ..=0 => Self::Current,
            1..=30 => Self::To30,
            31..=60 => Self::To60,
            61..=90 => Self::To90,
            _ => Self::Above90,
        }
    }
}
