//! The fee of a period: in arrears by the days of each plan, in advance for the period after, with what a plan change or the
//! end of the subscription gives back (rules, section 6, "Proration").

use super::content::{Content, Line, LineKind, PartOfPeriod};
use super::draft::Drafting;
use super::error::DraftError;
use super::facts::{FeePaid, NextPeriod, PeriodFacts};
use super::frame::{self, Frame, Source};
use super::line::{Amount, Subject, of_days, turned};
use super::metered::Terms;
use super::segment::Days;
use crate::ids::{EntitlementId, PeriodId};
use crate::money::Money;
use crate::plan::{FeeTiming, PlanVersion};
use crate::pricing::{RateError, Rule, Step};
use crate::time::Day;

/// The fee lines: what is given back of a fee that was charged in advance, what this period costs and was not charged yet,
/// and the next period's fee where its plan is billed in advance and the subscription goes on. The first invoice of an
/// `advance` plan therefore has two: nothing came before it that could have charged the first period.
pub(super) fn lines(drafting: &Drafting<'_>) -> Result<Vec<Line>, DraftError> {
    let mut lines = Vec::with_capacity(2);
    if let Some(paid) = drafting.facts.fee_paid {
        lines.extend(given_back(drafting, paid)?);
    }
    for terms in &drafting.frame.terms {
        if let Some(days) = uncovered(terms, drafting.facts.fee_paid) {
            lines.push(charged(drafting, terms, days)?);
        }
    }
    if let Some(next) = drafting.facts.next {
        lines.extend(in_advance(drafting, next)?);
    }
    Ok(lines)
}

/// What a segment costs by its days, rounded: what a minimum is compared with, whenever it is invoiced.
pub(super) fn of_segment(drafting: &Drafting<'_>, terms: &Terms<'_>) -> Result<Amount, RateError> {
    let fee = of_days(terms.version.fee.decimal(), terms.segment.days(), drafting.frame.whole_days)?;
    Amount::of(fee, drafting.facts.currency)
}

/// The days of a segment that were not charged in advance under its plan version.
fn uncovered(terms: &Terms<'_>, paid: Option<FeePaid>) -> Option<Days> {
    let (from, to) = (terms.segment.from, terms.segment.to);
    let covered_to = match paid {
        // A fee in advance is for days from the first one of the period on.
        Some(paid) if paid.plan_version == terms.version.id => paid.to,
        _ => from,
    };
    let from = from.max(covered_to.min(to));
    (from < to || paid.is_none()).then_some(Days { from, to })
}

fn charged(drafting: &Drafting<'_>, terms: &Terms<'_>, days: Days) -> Result<Line, DraftError> {
    let fee = of_days(terms.version.fee.decimal(), days.from.days_until(days.to), drafting.frame.whole_days)?;
    let subject = Subject {
        description: drafting.plan_name(terms.version),
        plan_version: Some(terms.version.id),
        entitlement: terms.segment.holding.entitlement,
        part: Some(drafting.frame.part(days)),
        ..Subject::default()
    };
    Ok(Amount::of(fee, drafting.facts.currency)?.line(LineKind::Fee, subject, drafting.facts.currency)?)
}

/// The days that were charged in advance and are not held under that plan version any more; the credit never exceeds what
/// was paid for them less earlier credits.
fn given_back(drafting: &Drafting<'_>, paid: FeePaid) -> Result<Option<Line>, DraftError> {
    let version = drafting.version(paid.plan_version)?;
    let kept = |terms: &&Terms<'_>| terms.version.id == paid.plan_version;
    let used: i64 = drafting.frame.terms.iter().filter(kept).map(|terms| overlap(terms, paid)).sum();
    let unused = paid.from.days_until(paid.to) - used;
    if unused <= 0 {
        return Ok(None);
    }
    let currency = drafting.facts.currency;
    let mut credit = Amount::of(turned(of_days(version.fee.decimal(), unused, drafting.frame.whole_days)?)?, currency)?;
    let most = Money::from_minor(paid.creditable_minor.max(0), currency).decimal();
    let above = -credit.rounded.amount - most;
    if above > rust_decimal::Decimal::ZERO {
        credit = credit.and(Step::new(Rule::CreditCap, above))?;
    }
    // The days after the last one that was used; of a plan that was left and taken up again they need not be in a row.
    let last = drafting.frame.terms.iter().rev().find(kept).map_or(paid.from, |terms| terms.segment.to.min(paid.to));
    let days = if last < paid.to { Days { from: last, to: paid.to } } else { Days { from: paid.from, to: paid.to } };
    let subject = Subject {
        description: format!("{}, unused", drafting.plan_name(version)),
        plan_version: Some(version.id),
        part: Some(drafting.frame.part(days)),
        ..Subject::default()
    };
    Ok(Some(credit.line(LineKind::Fee, subject, currency)?))
}

fn overlap(terms: &Terms<'_>, paid: FeePaid) -> i64 {
    let (from, to) = (terms.segment.from.max(paid.from), terms.segment.to.min(paid.to));
    from.days_until(to).max(0)
}

/// The fee of the period after: of its whole anchor period by days, where it is short or the subscription is known to end
/// inside of it. What an issued invoice charged is made again from the days and the plan that it charged: what became of
/// them later is settled on that period's own invoice.
fn in_advance(drafting: &Drafting<'_>, next: NextPeriod) -> Result<Option<Line>, DraftError> {
    if let Some(Charged { plan_version, from, to, .. }) = next.charged {
        let of_days = frame::of_days(&drafting.facts.period.entitlements, next.span)?;
        let version = drafting.version(plan_version)?;
        let part = PartOfPeriod { period: next.id, from, to, of_days };
        return ahead(drafting, version, part, None).map(Some);
    }
    let PeriodFacts { subscription, entitlements, .. } = &drafting.facts.period;
    // The plan of its first day, as far as it is known: a later change is settled on its own invoice.
    let until = next.span.first_day.plus_days(1)?;
    let source = Source { id: next.id, span: next.span, subscription: *subscription, entitlements };
    let frame = Frame::new(source, until, drafting.catalog, drafting.facts.currency)?;
    let Some(Terms { segment, version }) = frame.terms.first().copied() else { return Ok(None) };
    if version.fee_timing != FeeTiming::Advance || segment.days() == 0 {
        return Ok(None);
    }
    let part = frame.part(Days { from: segment.from, to: segment.to });
    ahead(drafting, version, part, segment.holding.entitlement).map(Some)
}

/// The fee of some days to come.
fn ahead(
    drafting: &Drafting<'_>,
    version: &PlanVersion,
    part: PartOfPeriod,
    entitlement: Option<EntitlementId>,
) -> Result<Line, DraftError> {
    let currency = drafting.facts.currency;
    let fee = of_days(version.fee.decimal(), part.from.days_until(part.to), part.of_days)?;
    let subject = Subject {
        description: format!("{}, in advance", drafting.plan_name(version)),
        plan_version: Some(version.id),
        entitlement,
        part: Some(part),
        ..Subject::default()
    };
    Ok(Amount::of(fee, currency)?.line(LineKind::Fee, subject, currency)?)
}

/// What an invoice charged in advance for a later period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// The line.
    pub line: u32,
    /// The plan version whose fee it was.
    pub plan_version: crate::ids::PlanVersionId,
    /// The first day that it was for.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
    /// What was charged after the coupons of the invoice, in minor units.
    pub amount_minor: i64,
}

/// Finds what an invoice charged in advance for a period; none where it did not. Coupons took their share of the line: the
/// amount times the net over what the invoice came to before coupons, rounded down.
pub fn charged_for(invoice: &Content, period: PeriodId) -> Option<Charged> {
    let own = invoice.part.as_ref().map(|part| part.period);
    let is_in_advance = |line: &&Line| {
        line.kind == LineKind::Fee
            && line.part.as_ref().is_some_and(|part| part.period == period && own != Some(period))
    };
    let line = invoice.lines.iter().find(is_in_advance)?;
    let part = line.part.as_ref()?;
    let coupons: i128 = sum(invoice.lines.iter().filter(|line| line.kind == LineKind::Coupon));
    let before = i128::from(invoice.net_minor) - coupons;
    let share = match before {
        1.. => (i128::from(line.amount_minor) * i128::from(invoice.net_minor)).div_euclid(before),
        _ => i128::from(line.amount_minor),
    };
    let amount_minor = i64::try_from(share.clamp(0, i128::from(line.amount_minor.max(0)))).ok()?;
    Some(Charged { line: line.no, plan_version: line.plan_version?, from: part.from, to: part.to, amount_minor })
}

fn sum<'l>(lines: impl Iterator<Item = &'l Line>) -> i128 {
    lines.map(|line| i128::from(line.amount_minor)).sum()
}
