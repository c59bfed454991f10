//! Discounts: first those on the lines of a meter, then those on what the invoice came to, one after another, each rounded
//! (rules, section 6).

use super::content::{Line, LineKind};
use super::draft::Drafting;
use super::error::DraftError;
use super::facts::CouponFacts;
use super::line::{Amount, Subject, turned};
use crate::money::Money;
use crate::pricing::{RateError, adjust};

/// The lines of discounts and coupons on lines that are there already.
pub(super) fn lines(drafting: &Drafting<'_>, before: &[Line]) -> Result<Vec<Line>, DraftError> {
    let own = applying(drafting);
    let mut found: Vec<Line> = Vec::new();
    for (coupon, id) in own.iter().filter_map(|coupon| coupon.meter.map(|meter| (coupon, meter))) {
        let of_meter = |line: &&Line| line.counts() && line.meter == Some(id);
        let base = sum(before.iter().chain(&found).filter(of_meter))?;
        let description = format!("Discount {}, {}", coupon.code, drafting.meter(id)?.name);
        let subject = Subject { description, meter: Some(id), ..Subject::default() };
        found.extend(line(drafting, coupon, base, LineKind::Discount, subject)?);
    }
    for coupon in own.iter().filter(|coupon| coupon.meter.is_none()) {
        let base = sum(before.iter().chain(&found).filter(|line| line.counts()))?;
        let subject = Subject { description: format!("Coupon {}", coupon.code), ..Subject::default() };
        found.extend(line(drafting, coupon, base, LineKind::Coupon, subject)?);
    }
    Ok(found)
}

/// The discounts of this invoice, in order: those of its currency whose interval holds the start of the period (of a first
/// period the instant at which the subscription began).
fn applying<'a>(drafting: &Drafting<'a>) -> Vec<&'a CouponFacts> {
    let period = &drafting.facts.period;
    let start = period.span.interval.start.max(period.subscription.started_at);
    let applies = |coupon: &&CouponFacts| {
        coupon.currency == drafting.facts.currency
            && coupon.valid_from <= start
            && coupon.valid_to.is_none_or(|valid_to| start < valid_to)
    };
    let mut own: Vec<&CouponFacts> = drafting.facts.coupons.iter().filter(applies).collect();
    own.sort_by_key(|coupon| (coupon.ordinal, coupon.id));
    own
}

/// What a coupon takes off a base, which it never exceeds; none where it takes nothing.
fn line(
    drafting: &Drafting<'_>,
    coupon: &CouponFacts,
    base_minor: i64,
    kind: LineKind,
    subject: Subject,
) -> Result<Option<Line>, DraftError> {
    let currency = drafting.facts.currency;
    let base = Money::from_minor(base_minor, currency).decimal();
    let unrounded = -adjust::discount(base, coupon.off, None)?.amount;
    let off = turned(adjust::discount(base, coupon.off, Some(currency.digits()))?)?;
    if off.amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(Amount { unrounded, rounded: off }.line(kind, subject, currency)?))
}

/// The sum of lines in minor units.
pub(super) fn sum<'l>(lines: impl Iterator<Item = &'l Line>) -> Result<i64, RateError> {
    let mut sum = 0_i64;
    for line in lines {
        sum = sum.checked_add(line.amount_minor).ok_or(RateError::Overflow)?;
    }
    Ok(sum)
}
