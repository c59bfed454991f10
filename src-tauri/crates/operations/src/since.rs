//! An invoice and today: events that came in after its issue, lines that would be others, where late use is billed, what
//! happened to it, and what all that comes to.
//!
//! What a line would be today is what [`crate::explain`] makes of it: the same function, from the ledger. Late use that a
//! later invoice bills leaves this one as it is; its amounts are those of the later document or draft.

mod sheet;

pub use sheet::save_since;

use crate::bill::about_invoice;
use crate::bill::found;
use crate::bill::gather::{Assumed, Ground, Key, gather};
use crate::error::{OperationError, Result};
use crate::explain;
use crate::look::catalog::Catalog;
use crate::look::load_catalog;
use crate::wire::{BilledIn, InvoiceSince, SinceCounts, SinceEvent, SinceLater, SinceLine};
use billing::ids::{InvoiceId, PeriodId};
use billing::invoice::{Content, DraftError, Line, LineKind, Recomputed, draft};
use billing::money::{Currency, Money};
use billing::quantity::Quantity;
use billing::time::Timestamp;
use billing::timeline::Timeline;
use futures::FutureExt;
use store::invoices::InvoiceRecord;
use store::look::since::{self as rows, SinceScope};
use store::{Read, Store};

/// Events that are listed.
const LISTED: usize = 1_000;

/// What changed since an invoice was issued.
///
/// # Errors
/// `unknown_invoice`; `not_issued` for a draft; `not_in_snapshot` and `other_rules` as [`crate::explain::explain`]; the code
/// of what cannot be drafted; what the store says.
pub async fn invoice_difference(store: &Store, id: InvoiceId, at: Timestamp) -> Result<InvoiceSince> {
    let days = store.snapshot().and_then(|manifest| manifest.scope.days);
    store
        .read(move |read| {
            async move {
                if let Some(days) = days {
                    explain::is_within(read, id, days).await?;
                }
                since(read, id, at).await
            }
            .boxed()
        })
        .await
}

async fn since(read: &mut Read, id: InvoiceId, at: Timestamp) -> Result<InvoiceSince> {
    let invoice = found::invoice(read, id).await?;
    let Some(issued) = invoice.issued.clone() else {
        let sentence =
            "It is a draft, which is made anew each time it is looked at: only an issued invoice can differ.";
        return Err(OperationError::refused("not_issued", sentence).field("invoice_id"));
    };
    let content = invoice.document()?;
    let mut ground = Ground::read(read).await?;
    let explained = explain::recomputed(read, &mut ground, &invoice, &content, at).await?;
    let catalog = load_catalog(read).await?;
    let happened = about_invoice(read, &invoice, at).await?.timeline;
    let after = |entry: &crate::wire::TimelineEntry| entry.at.parse().is_ok_and(|at: Timestamp| at > issued.at);
    let happened: Vec<_> = happened.into_iter().filter(after).collect();
    let lines: Vec<SinceLine> = explained
        .lines
        .iter()
        .filter(|pair| is_other(pair))
        .map(|pair| line(pair, content.currency, &catalog))
        .collect();
    let late = late(read, &ground, &invoice, &catalog, issued.at, at).await?;
    let tenant = store::tenants::by_id(read, invoice.tenant).await?;
    let money = |minor| Money::from_minor(minor, content.currency).to_string();
    let count = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
    Ok(InvoiceSince {
        as_of: at.to_string(),
        invoice_id: invoice.id.to_string(),
        number: issued.number,
        tenant_id: invoice.tenant.to_string(),
        tenant: tenant.map(|tenant| tenant.name).unwrap_or_default(),
        currency: content.currency.code().to_owned(),
        issued_at: issued.at.to_string(),
        issued: money(content.total_minor),
        today: money(explained.total_minor),
        difference: money(explained.residue_minor),
        billed_later: money(late.sum_minor),
        credited: money(invoice.credited_minor),
        counts: SinceCounts {
            events: count(late.events.len()),
            lines: count(lines.len()),
            later: count(late.later.len()),
            happened: count(happened.len()),
        },
        events: late.events.into_iter().take(LISTED).collect(),
        lines,
        later: late.later,
        happened,
    })
}

/// Whether a line would be another one today.
fn is_other(pair: &Recomputed) -> bool {
    let used = |line: &Option<Line>| line.as_ref().and_then(|line| line.used);
    pair.residue_minor != 0 || used(&pair.stored) != used(&pair.now)
}

fn line(pair: &Recomputed, currency: Currency, catalog: &Catalog) -> SinceLine {
    let either = pair.stored.as_ref().or(pair.now.as_ref());
    let meter = either.and_then(|line| line.meter).and_then(|meter| catalog.meter(meter));
    let used = |line: &Option<Line>| line.as_ref().and_then(|line| line.used).map(|used| used.normalize().to_string());
    let amount = |line: &Option<Line>| line.as_ref().map_or(0, |line| line.amount_minor);
    let money = |minor| Money::from_minor(minor, currency).to_string();
    SinceLine {
        no: pair.stored.as_ref().map_or(0, |line| line.no),
        description: either.map(|line| line.description.clone()).unwrap_or_default(),
        meter: meter.map(|meter| meter.code.clone()),
        used_then: used(&pair.stored),
        used_now: used(&pair.now),
        issued: money(amount(&pair.stored)),
        today: money(amount(&pair.now)),
        difference: money(pair.residue_minor),
    }
}

/// What came in after the issue.
#[derive(Default)]
struct Late {
    /// At most one more than are listed.
    events: Vec<SinceEvent>,
    later: Vec<SinceLater>,
    sum_minor: i64,
}

async fn late(
    read: &mut Read,
    ground: &Ground,
    invoice: &InvoiceRecord,
    catalog: &Catalog,
    issued_at: Timestamp,
    at: Timestamp,
) -> Result<Late> {
    let Some(own) = invoice.period else { return Ok(Late::default()) };
    let timelines = store::timelines::load(read, &[invoice.tenant]).await?;
    let Some(timeline) = timelines.get(&invoice.tenant) else { return Ok(Late::default()) };
    let Some(period) = timeline.period(own) else { return Ok(Late::default()) };
    let scope = SinceScope { tenant: invoice.tenant, period: own, interval: period.span.interval, after: issued_at };
    let limit = u32::try_from(LISTED + 1).unwrap_or(u32::MAX);
    let found = rows::events(read, &scope, limit).await?;
    let events = found.into_iter().map(|event| shown(event, own, catalog)).collect();
    let mut late = Late { events, ..Late::default() };
    for billed in rows::billed(read, &scope).await?.into_iter().filter(|billed| *billed != own) {
        charged(read, ground, timeline, own, billed, at, &mut late).await?;
    }
    Ok(late)
}

fn shown(event: rows::SinceEvent, own: PeriodId, catalog: &Catalog) -> SinceEvent {
    let meter = catalog.meter(event.meter);
    SinceEvent {
        source: event.source,
        key: event.key,
        meter: meter.map_or_else(|| event.meter.to_string(), |meter| meter.code.clone()),
        unit: meter.map(|meter| meter.unit.clone()).unwrap_or_default(),
        adds: meter.map_or_else(
            || event.contribution.to_string(),
            |meter| Quantity::new(event.contribution, meter.scale).to_string(),
        ),
        billable: event.billable,
        day: event.day.to_string(),
        occurred_at: event.occurred_at.to_string(),
        received_at: event.received_at.to_string(),
        billed: match event.billed {
            _ if !event.billable => BilledIn::Nowhere,
            None => BilledIn::Nowhere,
            Some(billed) if billed == own => BilledIn::Here,
            Some(_) => BilledIn::Later,
        },
    }
}

/// The lines of a later period for use of this one: of its document, or of the draft as it is today.
async fn charged(
    read: &mut Read,
    ground: &Ground,
    timeline: &Timeline,
    own: PeriodId,
    billed: PeriodId,
    at: Timestamp,
    late: &mut Late,
) -> Result<()> {
    let Some(period) = timeline.period(billed) else { return Ok(()) };
    let key = Key { tenant: timeline.tenant(), subscription: period.subscription, period: billed };
    let Some(gathered) = gather(read, ground, &[key], at, &Assumed::default()).await?.pop() else { return Ok(()) };
    let existing = gathered.existing.as_ref();
    let content: Content = match existing.filter(|invoice| invoice.issued.is_some()) {
        Some(invoice) => invoice.document()?,
        None => match draft(&gathered.facts, &ground.catalog, &ground.settings) {
            Ok(content) => content,
            Err(DraftError::NothingHeld) => return Ok(()),
            Err(error) => {
                let sentence = format!("The period that bills what came late could not be drafted: {error}.");
                return Err(OperationError::refused(error.code(), sentence).field("invoice_id"));
            }
        },
    };
    let is_of_own =
        |line: &&Line| line.kind == LineKind::Late && line.part.as_ref().is_some_and(|part| part.period == own);
    for line in content.lines.iter().filter(is_of_own) {
        late.sum_minor = late
            .sum_minor
            .checked_add(line.amount_minor)
            .ok_or_else(|| OperationError::failed("overflow", "What came late comes to more than 64 bits hold."))?;
        late.later.push(SinceLater {
            invoice_id: existing.map(|invoice| invoice.id.to_string()),
            number: existing.and_then(|invoice| invoice.issued.as_ref()).map(|issued| issued.number.clone()),
            first_day: period.span.first_day.to_string(),
            description: line.description.clone(),
            amount: Money::from_minor(line.amount_minor, content.currency).to_string(),
        });
    }
    Ok(())
}
