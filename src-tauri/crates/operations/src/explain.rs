//! Why an amount is what it is: total, lines, tiers and steps, counters, events (issue of explaining; rules, section 7.6).
//!
//! Each line is made again from the ledger itself, not from its caches, under the plan version, entitlement and rules that
//! it was made under; what is left between both is shown. Nothing is written, so it works on a snapshot and on a draft. An
//! imported invoice is explained by its own lines.

mod counter;
mod events;

use crate::bill::as_issued;
use crate::bill::found;
use crate::bill::gather::{Assumed, Basis, Gathered, Ground, Key, gather};
use crate::bill::shown::{self, Names};
use crate::bill::view;
use crate::error::{OperationError, Result};
use crate::look::load_catalog;
use crate::wire::{ExplainedLine, Explanation, InvoiceLine, InvoiceTax, LineEvents};
use billing::exact;
use billing::ids::InvoiceId;
use billing::invoice::{Content, Explained, Line, Recomputed, explain as recompute};
use billing::money::{Currency, Money};
use billing::pricing::{RULE_VERSION, Rule};
use billing::time::Timestamp;
use futures::FutureExt;
use store::invoices::InvoiceRecord;
use store::snapshot::DayRange;
use store::{Read, Store};

/// Explains an invoice, or one line of it: the line and the first events behind it.
///
/// # Errors
/// `unknown_invoice`, `unknown_line`; `not_in_snapshot`; `other_rules` where the program does not have the rules of the invoice any more; what
/// the store says.
pub async fn explain(store: &Store, id: InvoiceId, line: Option<u32>, at: Timestamp) -> Result<Explanation> {
    let days = store.snapshot().and_then(|manifest| manifest.scope.days);
    store
        .read(move |read| {
            async move {
                if let Some(days) = days {
                    is_within(read, id, days).await?;
                }
                explain_in(read, id, line, at).await
            }
            .boxed()
        })
        .await
}

/// A snapshot of some billing periods holds all invoices of its tenants, and the use behind those of these periods.
pub(crate) async fn is_within(read: &mut Read, id: InvoiceId, days: DayRange) -> Result<()> {
    let invoice = found::invoice(read, id).await?;
    let Some(period) = invoice.period else { return Ok(()) };
    let periods = store::periods::of_tenants(read, &[invoice.tenant]).await?;
    let span = periods.iter().find(|record| record.period.id == period).map(|record| record.period.span);
    if span.is_some_and(|span| span.first_day < days.to && span.end_day > days.from) {
        return Ok(());
    }
    let sentence = "The use behind this invoice is not in this snapshot: it holds other billing periods.";
    Err(OperationError::refused("not_in_snapshot", sentence).field("invoice_id"))
}

/// Further events behind a line, in order of time.
///
/// # Errors
/// `unknown_invoice`, `unknown_line`, `bad_cursor`; what the store says.
pub async fn line_events(
    store: &Store,
    id: InvoiceId,
    line: u32,
    cursor: Option<&str>,
    at: Timestamp,
) -> Result<LineEvents> {
    let after = cursor.map(events::position).transpose()?;
    store
        .read(move |read| {
            async move {
                let ground = Ground::read(read).await?;
                let (invoice, content) = stored(read, &ground, id, at).await?;
                let line = content.lines.iter().find(|own| own.no == line).ok_or_else(unknown_line)?;
                let all: Vec<&Line> = content.lines.iter().collect();
                let catalog = load_catalog(read).await?;
                match events::scope(read, &invoice, (line, &all), &catalog).await? {
                    Some(scope) => events::page(read, &scope, after.as_ref(), &catalog).await,
                    None => Ok(LineEvents { rows: Vec::new(), next: None }),
                }
            }
            .boxed()
        })
        .await
}

fn unknown_line() -> OperationError {
    OperationError::not_found("unknown_line", "The invoice has no such line.").field("line")
}

/// The invoice: a draft as it is today, anything else as it was issued.
async fn stored(read: &mut Read, ground: &Ground, id: InvoiceId, at: Timestamp) -> Result<(InvoiceRecord, Content)> {
    let invoice = found::invoice(read, id).await?;
    view::as_of_now(read, ground, invoice, at).await
}

async fn explain_in(read: &mut Read, id: InvoiceId, wanted: Option<u32>, at: Timestamp) -> Result<Explanation> {
    let mut ground = Ground::read(read).await?;
    let (invoice, content) = stored(read, &ground, id, at).await?;
    let explained = recomputed(read, &mut ground, &invoice, &content, at).await?;
    let names = Names(&ground.catalog);
    let catalog = load_catalog(read).await?;
    let mut lines = Vec::new();
    let all: Vec<&Line> = explained.lines.iter().filter_map(then_or_now).collect();
    let within = Within { invoice: &invoice, content: &content, all: &all, names: &names, catalog: &catalog };
    for pair in explained.lines.iter().filter(|pair| is_wanted(pair, wanted)) {
        lines.push(one(read, &within, pair).await?);
    }
    if wanted.is_some() && lines.is_empty() {
        return Err(unknown_line());
    }
    let tenant = store::tenants::by_id(read, invoice.tenant).await?;
    let money = |minor| Money::from_minor(minor, content.currency).to_string();
    Ok(Explanation {
        as_of: at.to_string(),
        invoice_id: invoice.id.to_string(),
        number: invoice.issued.as_ref().map(|issued| issued.number.clone()),
        tenant_id: invoice.tenant.to_string(),
        tenant: tenant.map(|tenant| tenant.name).unwrap_or_default(),
        zone: content.zone.map(|zone| zone.name().to_owned()),
        currency: content.currency.code().to_owned(),
        rule_version: content.rule_version,
        hash: invoice.issued.as_ref().map(|issued| crate::bill::view::hex(&issued.hash)),
        total: money(content.total_minor),
        recomputed: money(explained.total_minor),
        residue: money(explained.residue_minor),
        lines,
        taxes: taxes(&content),
    })
}

/// The lines of an invoice beside what the ledger itself gives for them today.
///
/// # Errors
/// As [`explain`].
pub(crate) async fn recomputed(
    read: &mut Read,
    ground: &mut Ground,
    invoice: &InvoiceRecord,
    content: &Content,
    at: Timestamp,
) -> Result<Explained> {
    ground.basis = Basis::Ledger;
    let (Some(subscription), Some(period)) = (invoice.subscription, invoice.period) else { return by_itself(content) };
    let key = Key { tenant: invoice.tenant, subscription, period };
    let mut gathered = gather(read, ground, &[key], at, &Assumed::default()).await?;
    if let Some(gathered) = gathered.last_mut() {
        as_issued(read, ground, invoice, &mut gathered.facts).await?;
    }
    by_ledger(content, gathered.pop(), ground)
}

fn taxes(content: &Content) -> Vec<InvoiceTax> {
    shown::taxes(content)
}

fn is_wanted(pair: &Recomputed, wanted: Option<u32>) -> bool {
    wanted.is_none_or(|no| pair.stored.as_ref().is_some_and(|line| line.no == no))
}

/// Drafted again from the ledger.
fn by_ledger(content: &Content, gathered: Option<Gathered>, ground: &Ground) -> Result<Explained> {
    let gone = || OperationError::failed("corrupt", "The period of the invoice is not there any more.");
    let facts = gathered.ok_or_else(gone)?.facts;
    recompute(content, &facts, &ground.catalog, &ground.settings).map_err(|error| {
        let sentence = format!("It could not be made again from the ledger: {error}.");
        OperationError::refused(error.code(), sentence).field("invoice_id")
    })
}

/// An imported one: quantity x price of each line, rounded once, or the amount as it was given.
fn by_itself(content: &Content) -> Result<Explained> {
    let overflow = || OperationError::failed("overflow", "A sum of the invoice does not fit into 64 bits.");
    let mut lines = Vec::with_capacity(content.lines.len());
    let (mut total, mut stored) = (0_i64, 0_i64);
    for line in &content.lines {
        let now = again(line, content.currency).ok_or_else(overflow)?;
        total = total.checked_add(now.amount_minor).ok_or_else(overflow)?;
        stored = stored.checked_add(line.amount_minor).ok_or_else(overflow)?;
        let residue_minor = now.amount_minor.checked_sub(line.amount_minor).ok_or_else(overflow)?;
        lines.push(Recomputed { stored: Some(line.clone()), now: Some(now), residue_minor });
    }
    let tax = content.taxes.iter().try_fold(0_i64, |sum, tax| sum.checked_add(tax.amount_minor));
    let total_minor = tax.and_then(|tax| total.checked_add(tax)).ok_or_else(overflow)?;
    let residue_minor = total_minor.checked_sub(content.total_minor).ok_or_else(overflow)?;
    debug_assert_eq!(content.rule_version, RULE_VERSION, "imports write the rules of today");
    Ok(Explained { lines, taxes: content.taxes.clone(), total_minor, residue_minor })
}

fn again(line: &Line, currency: Currency) -> Option<Line> {
    let mut amount = rust_decimal::Decimal::ZERO;
    for step in line.proof.steps.iter().filter(|step| step.rule != Rule::Rounding) {
        let part = match (step.rule, step.quantity, step.price) {
            (Rule::Units, Some(quantity), Some(price)) => exact::mul(quantity, price).ok()?,
            _ => step.amount,
        };
        amount = exact::add(amount, part).ok()?;
    }
    let amount_minor = Money::rounded(amount, currency).ok()?.minor();
    Some(Line { unrounded: amount, amount_minor, ..line.clone() })
}

/// As it was invoiced, or as it would be today.
fn then_or_now(pair: &Recomputed) -> Option<&Line> {
    pair.stored.as_ref().or(pair.now.as_ref())
}

/// What a line is explained within.
struct Within<'w> {
    invoice: &'w InvoiceRecord,
    content: &'w Content,
    all: &'w [&'w Line],
    names: &'w Names<'w>,
    catalog: &'w crate::look::catalog::Catalog,
}

async fn one(read: &mut Read, within: &Within<'_>, pair: &Recomputed) -> Result<ExplainedLine> {
    let Within { invoice, content, all, names, catalog } = *within;
    let money = |minor| Money::from_minor(minor, content.currency).to_string();
    let nothing = || OperationError::failed("corrupt", "A line that is neither then nor now.");
    let line = then_or_now(pair).ok_or_else(nothing)?;
    let mut shown = shown::line(line, content, names);
    if pair.stored.is_none() {
        // There would be one today and there was none then.
        shown = InvoiceLine { no: 0, amount: money(0), ..shown };
    }
    let scope = events::scope(read, invoice, (line, all), catalog).await?;
    let (counter, first) = match &scope {
        None => (None, LineEvents { rows: Vec::new(), next: None }),
        Some(scope) => {
            let counter = counter::counter(read, scope, pair, catalog).await?;
            (counter, events::page(read, scope, None, catalog).await?)
        }
    };
    Ok(ExplainedLine {
        line: shown,
        recomputed: money(pair.now.as_ref().map_or(0, |now| now.amount_minor)),
        residue: money(pair.residue_minor),
        counter,
        events: first.rows,
        next: first.next,
    })
}
