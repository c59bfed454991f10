//! A plan change inside a period: segments, each rated under what held in it (rules, section 6).
//!
//! `included` and the bounds of tiers are prorated by whole days; amounts are not, and minimum and maximum are of the
//! whole period, so they are not settled here.

use super::RateError;
use super::line::{RatedLine, finish, rounded};
use super::model::{Span, Use, rate};
use super::proration::prorate_units;
use super::quantity::over_period;
use crate::exact;
use crate::money::Currency;
use crate::price::Price;
use crate::quantity::{Quantity, Scale};

/// Some whole days of a period under one entitlement.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// The price; none where use above the allowance costs nothing.
    pub price: Option<&'a Price>,
    /// What the plan includes for a whole period; none is unlimited.
    pub included: Option<i64>,
    /// Billable use of these days.
    pub used: i64,
    /// Days of the segment.
    pub days: i64,
}

/// A segment with what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedSegment {
    /// What was included for its days; none is unlimited.
    pub included: Option<i64>,
    /// Use above that.
    pub overage: i64,
    /// Its line; none without a price.
    pub line: Option<RatedLine>,
}

/// Rates the segments of one meter and period. The days must add up to the period.
///
/// # Errors
/// [`RateError::Days`] where they do not; [`RateError::Overflow`].
pub fn rate_segments(
    segments: &[Segment<'_>],
    period_days: i64,
    scale: Scale,
    currency: Currency,
) -> Result<Vec<RatedSegment>, RateError> {
    let days: i64 = segments.iter().map(|segment| segment.days).sum();
    if days != period_days {
        return Err(RateError::Days { days, period_days });
    }
    segments.iter().map(|segment| rate_segment(segment, period_days, scale, currency)).collect()
}

fn rate_segment(
    segment: &Segment<'_>,
    period_days: i64,
    scale: Scale,
    currency: Currency,
) -> Result<RatedSegment, RateError> {
    let included = segment.included.map(|units| prorate_units(units, segment.days, period_days)).transpose()?;
    let overage = over_period(segment.used, included)?;
    let line = segment.price.map(|price| {
        let span = Span::Part { days: segment.days, period_days, scale };
        let rated = rate(price, &Use::Quantity(Quantity::new(overage, scale).decimal()), span)?;
        let unrounded = rated.amount;
        finish(rounded(rated, currency.digits())?, unrounded, currency)
    });
    Ok(RatedSegment { included, overage, line: line.transpose()? })
}

/// The sum of segment lines in minor units; each was rounded once.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn total(segments: &[RatedSegment]) -> Result<rust_decimal::Decimal, RateError> {
    let lines = segments.iter().filter_map(|segment| segment.line.as_ref());
    Ok(exact::sum(lines.map(|line| line.amount.decimal()))?)
}
