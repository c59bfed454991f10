//! The lines of use: one for each meter and segment, what a maximum takes off, what is missing to a minimum, and what
//! somebody else invoices (rules, section 6).
//!
//! A meter of the plan that was used has its line also where nothing is due, so that a person sees the use beside 0.00; one
//! that was not used and costs nothing has none, nor has a meter that the plan does not name.

use super::content::{Line, LineKind};
use super::draft::Drafting;
use super::error::DraftError;
use super::facts::MeterUse;
use super::fee;
use super::line::{Amount, Subject, of_days};
use super::metered::{Portion, Priced, portions};
use crate::exact;
use crate::meter::Meter;
use crate::money::Currency;
use crate::price::InvoicedBy;
use crate::pricing::adjust::true_up;
use crate::pricing::line::rounded;
use crate::pricing::{Phase, RateError, Rule, Step};
use rust_decimal::Decimal;

/// Lines by kind, as they come about.
#[derive(Debug, Default)]
pub(super) struct UseLines {
    pub usage: Vec<Line>,
    pub maximum: Vec<Line>,
    pub minimum: Vec<Line>,
    pub memo: Vec<Line>,
    /// What each segment was billed for use of this period so far, in major units.
    pub billed: Vec<Decimal>,
}

/// The lines of all meters that the plans of the period name, by the meter's code.
pub(super) fn lines(drafting: &Drafting<'_>) -> Result<UseLines, DraftError> {
    let mut lines = UseLines { billed: vec![Decimal::ZERO; drafting.frame.terms.len()], ..UseLines::default() };
    for meter in drafting.meters()? {
        let nothing = MeterUse::none(meter.id);
        let metered = drafting.frame.metered(meter);
        let find = |all: &[MeterUse]| all.iter().find(|used| used.meter == meter.id).cloned();
        let now = portions(&metered, &find(&drafting.facts.used).unwrap_or(nothing))?;
        let before = match find(&drafting.facts.billed) {
            Some(before) => Some(portions(&metered, &before)?),
            None => None,
        };
        for (index, portion) in now.iter().enumerate() {
            let before = before.as_ref().map(|before| &before[index]);
            of_segment(drafting, meter, portion, before, &mut lines)?;
        }
    }
    lines.minimum.extend(of_plans(drafting, &lines.billed)?);
    Ok(lines)
}

fn of_segment(
    drafting: &Drafting<'_>,
    meter: &Meter,
    now: &Portion<'_>,
    before: Option<&Portion<'_>>,
    lines: &mut UseLines,
) -> Result<(), DraftError> {
    let terms = &drafting.frame.terms[now.index];
    if !terms.version.covers(meter.id) {
        return Ok(());
    }
    let currency = drafting.facts.currency;
    let subject = subject(drafting, meter, now, before)?;
    let Some(priced) = &now.priced else {
        lines.usage.extend(used_for_nothing(subject, currency)?);
        return Ok(());
    };
    let earlier = before.and_then(|before| before.priced.as_ref());
    if priced.price.terms().invoiced_by == InvoicedBy::Stripe {
        let amount = less(within(priced, currency)?, earlier.map(|it| within(it, currency)))?;
        lines.memo.extend(shown(amount, LineKind::Memo, subject, currency)?);
        return Ok(());
    }
    let amount = less(bare(priced, currency)?, earlier.map(|it| bare(it, currency)))?;
    lines.usage.extend(shown(amount, LineKind::Usage, subject, currency)?);
    lines.maximum.extend(maximum(drafting, meter, now, earlier)?);
    let billed = priced.billed(currency.digits())?.amount;
    let minimum = minimum(drafting, meter, now, billed)?;
    let with_minimum = match &minimum {
        Some(line) => exact::add(billed, line.proof.total()?)?,
        None => billed,
    };
    lines.billed[now.index] = exact::add(lines.billed[now.index], with_minimum)?;
    lines.minimum.extend(minimum);
    Ok(())
}

/// The amount without minimum and maximum.
fn bare(priced: &Priced<'_>, currency: Currency) -> Result<Amount, RateError> {
    Amount::of(priced.rated.clone(), currency)
}

/// The amount within its maximum.
fn within(priced: &Priced<'_>, currency: Currency) -> Result<Amount, RateError> {
    Ok(Amount { unrounded: priced.capped()?.amount, rounded: priced.billed(currency.digits())? })
}

fn less(now: Amount, before: Option<Result<Amount, RateError>>) -> Result<Amount, RateError> {
    match before {
        Some(before) => now.less(&before?),
        None => Ok(now),
    }
}

/// A line of use, unless there is neither use nor an amount.
fn shown(amount: Amount, kind: LineKind, subject: Subject, currency: Currency) -> Result<Option<Line>, RateError> {
    let is_used = subject.used.is_some_and(|used| !used.is_zero());
    if !is_used && amount.rounded.amount.is_zero() {
        return Ok(None);
    }
    amount.line(kind, subject, currency).map(Some)
}

fn used_for_nothing(subject: Subject, currency: Currency) -> Result<Option<Line>, RateError> {
    shown(Amount::nothing(), LineKind::Usage, subject, currency)
}

fn subject(
    drafting: &Drafting<'_>,
    meter: &Meter,
    now: &Portion<'_>,
    before: Option<&Portion<'_>>,
) -> Result<Subject, RateError> {
    let terms = &drafting.frame.terms[now.index];
    let (used, quantity) = match before {
        Some(before) => (exact::sub(now.used, before.used)?, exact::sub(now.quantity, before.quantity)?),
        None => (now.used, now.quantity),
    };
    Ok(Subject {
        description: meter.name.clone(),
        meter: Some(meter.id),
        unit: Some(meter.unit.clone()),
        plan_version: Some(terms.version.id),
        entitlement: terms.segment.holding.entitlement,
        part: Some(drafting.frame.share(now.index)),
        used: Some(used),
        included: now.included,
        quantity: Some(quantity),
    })
}

/// What a segment's use exceeds its maximum by, taken off: the maximum for its days less what the use came to.
fn maximum(
    drafting: &Drafting<'_>,
    meter: &Meter,
    now: &Portion<'_>,
    before: Option<&Priced<'_>>,
) -> Result<Option<Line>, DraftError> {
    let currency = drafting.facts.currency;
    let above = |priced: Option<&Priced<'_>>| priced.map_or_else(|| Ok(Amount::nothing()), |it| above(it, currency));
    let amount = above(now.priced.as_ref())?.less(&above(before)?)?;
    if amount.rounded.amount.is_zero() {
        return Ok(None);
    }
    let subject = around(drafting, meter, now.index, "Maximum", drafting.frame.share(now.index));
    Ok(Some(amount.line(LineKind::Maximum, subject, currency)?))
}

/// The maximum less the amount, where the amount is more; both rounded first.
fn above(priced: &Priced<'_>, currency: Currency) -> Result<Amount, RateError> {
    let Some(maximum) = &priced.maximum else { return Ok(Amount::nothing()) };
    let bare = bare(priced, currency)?;
    let most = Amount::of(maximum.clone(), currency)?;
    if bare.rounded.amount <= most.rounded.amount {
        return Ok(Amount::nothing());
    }
    let less = Step::new(Rule::Before, -bare.rounded.amount);
    Ok(Amount { unrounded: exact::sub(most.unrounded, bare.unrounded)?, rounded: most.rounded.and(less)? })
}

/// What is missing to the minimum of a price, by the days of its segment; only on the last invoice of a period.
fn minimum(
    drafting: &Drafting<'_>,
    meter: &Meter,
    now: &Portion<'_>,
    billed: Decimal,
) -> Result<Option<Line>, DraftError> {
    let least = now.priced.as_ref().and_then(|priced| priced.price.terms().minimum);
    let Some(least) = least.filter(|_| drafting.facts.phase == Phase::Final) else { return Ok(None) };
    let segment = drafting.frame.terms[now.index].segment;
    let part = drafting.frame.part(segment.whole());
    let subject = around(drafting, meter, now.index, "Minimum", part);
    Ok(missing(drafting, now.index, least, billed)?
        .map(|amount| amount.line(LineKind::Minimum, subject, drafting.facts.currency))
        .transpose()?)
}

/// What is missing to the minimum of each plan: its fee by days and the lines of its segment count towards it, whenever the
/// fee is invoiced; the next period's fee and late use of others do not.
fn of_plans(drafting: &Drafting<'_>, billed: &[Decimal]) -> Result<Vec<Line>, DraftError> {
    let mut lines = Vec::new();
    if drafting.facts.phase != Phase::Final {
        return Ok(lines);
    }
    for (index, terms) in drafting.frame.terms.iter().enumerate() {
        let Some(least) = terms.version.minimum else { continue };
        let fee = fee::of_segment(drafting, terms)?.rounded.amount;
        let Some(amount) = missing(drafting, index, least.decimal(), exact::add(fee, billed[index])?)? else {
            continue;
        };
        let subject = Subject {
            description: format!("Minimum, {}", drafting.plan_name(terms.version)),
            plan_version: Some(terms.version.id),
            entitlement: terms.segment.holding.entitlement,
            part: Some(drafting.frame.part(terms.segment.whole())),
            ..Subject::default()
        };
        lines.push(amount.line(LineKind::Minimum, subject, drafting.facts.currency)?);
    }
    Ok(lines)
}

/// A minimum for the days of a segment less what was billed; none where nothing is missing.
fn missing(
    drafting: &Drafting<'_>,
    index: usize,
    least: Decimal,
    billed: Decimal,
) -> Result<Option<Amount>, RateError> {
    let currency = drafting.facts.currency;
    let days = drafting.frame.terms[index].segment.days();
    let whole_days = drafting.frame.whole_days;
    let part = (days != whole_days).then_some((days, whole_days));
    let rounded = true_up(least, part, billed, currency.digits())?;
    if rounded.amount.is_zero() {
        return Ok(None);
    }
    let unrounded = exact::sub(of_days(least, days, whole_days)?.amount, billed)?;
    Ok(Some(Amount { unrounded, rounded }))
}

/// What a line around the price of a meter is about.
fn around(
    drafting: &Drafting<'_>,
    meter: &Meter,
    index: usize,
    word: &str,
    part: super::content::PartOfPeriod,
) -> Subject {
    let terms = &drafting.frame.terms[index];
    Subject {
        description: format!("{word}, {}", meter.name),
        meter: Some(meter.id),
        plan_version: Some(terms.version.id),
        entitlement: terms.segment.holding.entitlement,
        part: Some(part),
        ..Subject::default()
    }
}

/// The amount within minimum and maximum of the segment, rounded: what use of a whole period comes to when nothing of it is
/// shown apart, as late use.
pub(super) fn settled(
    priced: &Priced<'_>,
    days: i64,
    whole_days: i64,
    currency: Currency,
) -> Result<Amount, RateError> {
    let capped = priced.capped()?;
    let least = match priced.price.terms().minimum {
        Some(least) => of_days(least, days, whole_days)?.amount,
        None => return Amount::of(capped, currency),
    };
    let missing = exact::sub(least, capped.amount)?;
    let settled = if missing > Decimal::ZERO { capped.and(Step::new(Rule::Minimum, missing))? } else { capped };
    Ok(Amount { unrounded: settled.amount, rounded: rounded(settled, currency.digits())? })
}
