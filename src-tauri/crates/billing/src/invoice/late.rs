//! Late use: what an earlier period costs with it less what it cost before, under the plan versions of that period (rules,
//! section 7.5).
//!
//! Minimum and maximum of each price take part in both, so that use which a minimum has paid for already costs nothing. The
//! minimum of the plan does not: the fee and the other meters of that period are not looked at again.

use super::content::{Line, LineKind};
use super::draft::Drafting;
use super::error::DraftError;
use super::facts::{Catalog, LateUse};
use super::frame::Frame;
use super::line::{Amount, Subject};
use super::metered::{Portion, Priced, portions};
use super::usage::settled;
use crate::exact;
use crate::meter::Meter;
use crate::money::Currency;
use crate::price::InvoicedBy;
use crate::pricing::RateError;

/// The lines of late use, by the meter's code and the period that they are from; memo lines among them.
pub(super) fn lines(drafting: &Drafting<'_>) -> Result<Vec<Line>, DraftError> {
    proposed(&drafting.facts.late, drafting.catalog, drafting.facts.currency)
}

/// What late use would cost, as lines without a place: by the meter's code and the period that they are from; memo lines
/// among them. One that costs nothing and counts nothing has no line.
///
/// # Errors
/// What is unknown, or does not go together.
pub fn proposed(late: &[LateUse], catalog: &Catalog, currency: Currency) -> Result<Vec<Line>, DraftError> {
    let mut order = Vec::with_capacity(late.len());
    for late in late {
        let id = late.with.meter;
        order.push((catalog.meters.get(&id).ok_or(DraftError::UnknownMeter(id))?, late));
    }
    let key = |(meter, late): &(&Meter, &LateUse)| (meter.code.clone(), late.period.span.first_day, late.period.id);
    order.sort_by_key(key);
    let mut lines = Vec::new();
    for (meter, late) in order {
        let until = late.period.span.end_day;
        let frame = Frame::new((&late.period).into(), until, catalog, currency)?;
        let metered = frame.metered(meter);
        let mut settled = Vec::with_capacity(late.settled.len());
        for use_ in &late.settled {
            settled.push((portions(&metered, &use_.before)?, portions(&metered, &use_.with)?));
        }
        let before = portions(&metered, &late.before)?;
        for (at, (before, with)) in before.iter().zip(&portions(&metered, &late.with)?).enumerate() {
            let settled = settled.iter().filter_map(|(before, with)| before.get(at).zip(with.get(at)));
            lines.extend(line(currency, &frame, meter, (before, with), settled)?);
        }
    }
    Ok(lines)
}

type Step<'a, 'b> = (&'a Portion<'b>, &'a Portion<'b>);

fn line<'a, 'b: 'a>(
    currency: Currency,
    frame: &Frame<'_>,
    meter: &Meter,
    (before, with): Step<'a, 'b>,
    settled: impl Iterator<Item = Step<'a, 'b>>,
) -> Result<Option<Line>, DraftError> {
    let terms = &frame.terms[with.index];
    let days = (terms.segment.days(), frame.whole_days);
    let cost = |(before, with): Step<'a, 'b>| amount(with, days, currency)?.less(&amount(before, days, currency)?);
    let (mut used, mut quantity) = (exact::sub(with.used, before.used)?, exact::sub(with.quantity, before.quantity)?);
    let mut amount = cost((before, with))?;
    for step in settled {
        let (before, with) = step;
        used = exact::sub(used, exact::sub(with.used, before.used)?)?;
        quantity = exact::sub(quantity, exact::sub(with.quantity, before.quantity)?)?;
        amount = amount.less(&cost(step)?)?;
    }
    if !terms.version.covers(meter.id) || (used.is_zero() && amount.rounded.amount.is_zero()) {
        return Ok(None);
    }
    let is_memo = with.priced.as_ref().is_some_and(is_invoiced_elsewhere);
    let (first, last) = (frame.stored.from, frame.stored.to.plus_days(-1)?);
    let subject = Subject {
        description: format!("{}, late, from {first} to {last}", meter.name),
        meter: Some(meter.id),
        unit: Some(meter.unit.clone()),
        plan_version: Some(terms.version.id),
        entitlement: terms.segment.holding.entitlement,
        part: Some(frame.share(with.index)),
        used: Some(used),
        included: with.included,
        quantity: Some(quantity),
    };
    let kind = if is_memo { LineKind::Memo } else { LineKind::Late };
    Ok(Some(amount.line(kind, subject, currency)?))
}

fn amount(portion: &Portion<'_>, days: (i64, i64), currency: Currency) -> Result<Amount, RateError> {
    match &portion.priced {
        Some(priced) => settled(priced, days.0, days.1, currency),
        None => Ok(Amount::nothing()),
    }
}

fn is_invoiced_elsewhere(priced: &Priced<'_>) -> bool {
    priced.price.terms().invoiced_by == InvoicedBy::Stripe
}
