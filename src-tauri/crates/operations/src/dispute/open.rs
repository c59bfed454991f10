//! A new dispute: what a tenant claims, with the lines and events in question.

use super::{MAX_TEXT_CHARS, called};
use crate::bill::found::{self, day, number, shown};
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, DisputeRequest};
use billing::event::EventKey;
use billing::ids::{DisputeId, InvoiceId, TenantId};
use billing::invoice::Action;
use billing::money::Currency;
use billing::time::Day;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::disputes::{self, DisputeItemRecord, DisputeRecord, DisputeStatus};
use store::invoices::{InvoiceRecord, series};
use store::tenants::Tenant;
use store::{Read, Store, Write};

/// Lines in question.
const MAX_LINES: usize = 500;
/// Events in question.
const MAX_EVENTS: usize = 200;
/// The longest reason of the audit log, which takes it from the claim.
const MAX_REASON_CHARS: usize = 1_000;

/// What opening a dispute would do.
///
/// # Errors
/// The field at fault; `unknown_tenant`, `unknown_invoice`, `no_such_line`, `unknown_event`.
pub async fn dispute_open_preview(store: &Store, host: &dyn Host, request: &DisputeRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { Ok(prepare(read, &wanted).await?.change) }.boxed()).await
}

/// Opens it, if that still does what the preview said. The number is the first effect.
///
/// # Errors
/// As [`dispute_open_preview`]; `preview_outdated`, `read_only`.
pub async fn dispute_open_act(store: &Store, host: &dyn Host, request: &DisputeRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { open(write, &wanted, &shown).await }.boxed()
        })
        .await
}

/// A request, checked as far as it can be without the database.
#[derive(Debug)]
struct Wanted {
    tenant: TenantId,
    invoice: Option<InvoiceId>,
    claim: String,
    claimed: Option<String>,
    deadline: Option<Day>,
    lines: BTreeSet<u32>,
    events: BTreeSet<EventKey>,
    id: DisputeId,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &DisputeRequest) -> Result<Self> {
        let tenant = asked::id("tenant_id", &request.tenant_id)?;
        let claim = asked::text("claim", &request.claim, MAX_TEXT_CHARS)?;
        let reason: String = claim.chars().take(MAX_REASON_CHARS).collect();
        let too_many = |field: &str, most: usize| {
            let message = format!("Name {most} at most.");
            Err(OperationError::wrong_use("too_many", message).field(field))
        };
        if request.lines.len() > MAX_LINES {
            return too_many("lines", MAX_LINES);
        }
        if request.events.len() > MAX_EVENTS {
            return too_many("events", MAX_EVENTS);
        }
        let mut events = BTreeSet::new();
        for (index, event) in request.events.iter().enumerate() {
            let source = asked::source(&format!("events[{index}].source"), &event.source)?;
            let key = asked::key(&format!("events[{index}].key"), &event.key)?;
            events.insert(EventKey { tenant, source, key });
        }
        Ok(Self {
            tenant,
            invoice: request.invoice_id.as_deref().map(|id| asked::id("invoice_id", id)).transpose()?,
            claim,
            claimed: request.claimed.clone(),
            deadline: request.deadline.as_deref().map(|text| day("deadline", text)).transpose()?,
            lines: request.lines.iter().copied().collect(),
            events,
            id: DisputeId::from_uuid(host.new_uuid()),
            act: Act::new(host, &reason)?,
        })
    }

    fn items(&self, invoice: Option<&InvoiceRecord>) -> Vec<DisputeItemRecord> {
        let lines = self.lines.iter().filter_map(|line| Some((Some((invoice?.id, *line)), None)));
        let events = self.events.iter().map(|event| (None, Some((event.source.clone(), event.key.clone()))));
        let item = |(no, (line, event))| DisputeItemRecord {
            tenant: self.tenant,
            dispute: self.id,
            no,
            line,
            event,
            note: String::new(),
        };
        (1_u32..).zip(lines.chain(events)).map(item).collect()
    }
}

struct Prepared {
    change: Change,
    invoice: Option<InvoiceRecord>,
    currency: Currency,
    claimed_minor: Option<i64>,
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<Prepared> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let invoice = match wanted.invoice {
        None => None,
        Some(id) => Some(invoice_of(read, &tenant, id).await?),
    };
    check_lines(wanted, invoice.as_ref())?;
    check_events(read, wanted).await?;
    let currency = invoice.as_ref().map_or(tenant.currency, |invoice| invoice.currency);
    let claimed_minor = wanted.claimed.as_deref().map(|text| asked::amount("claimed", text, currency)).transpose()?;
    let change = preview(wanted, &tenant, invoice.as_ref(), claimed_minor, currency);
    Ok(Prepared { change, invoice, currency, claimed_minor })
}

/// An invoice of this tenant; that of another one is not there for it.
async fn invoice_of(read: &mut Read, tenant: &Tenant, id: InvoiceId) -> Result<InvoiceRecord> {
    let invoice = store::invoices::one::by_id(read, tenant.id, id).await?.ok_or_else(|| {
        OperationError::not_found("unknown_invoice", "This tenant has no such invoice.").field("invoice_id")
    })?;
    found::may(&invoice, Action::Dispute)?;
    Ok(invoice)
}

fn check_lines(wanted: &Wanted, invoice: Option<&InvoiceRecord>) -> Result<()> {
    let Some(invoice) = invoice else {
        if wanted.lines.is_empty() {
            return Ok(());
        }
        let message = "Name the invoice whose lines are in question.";
        return Err(OperationError::wrong_use("empty", message).field("invoice_id"));
    };
    let document = invoice.document()?;
    let is_there = |line: &&u32| document.lines.iter().any(|other| other.no == **line);
    if let Some(line) = wanted.lines.iter().find(|line| !is_there(line)) {
        let message = format!("The invoice has no line {line}.");
        return Err(OperationError::wrong_use("no_such_line", message).field("lines"));
    }
    Ok(())
}

async fn check_events(read: &mut Read, wanted: &Wanted) -> Result<()> {
    let keys: Vec<EventKey> = wanted.events.iter().cloned().collect();
    let known = store::events::by_keys(read, &keys).await?;
    if let Some(missing) = keys.iter().find(|key| !known.contains_key(key)) {
        let key: String = missing.key.chars().take(80).collect();
        let message = format!("This tenant has no event '{key}' of that source.");
        return Err(OperationError::not_found("unknown_event", message).field("events"));
    }
    Ok(())
}

fn preview(
    wanted: &Wanted,
    tenant: &Tenant,
    invoice: Option<&InvoiceRecord>,
    claimed_minor: Option<i64>,
    currency: Currency,
) -> Change {
    let about = invoice.map_or_else(String::new, |invoice| format!(" about invoice {}", number(invoice)));
    let none = || "none".to_owned();
    let mut effects = vec![
        effect("Dispute", "", "the next number", ""),
        effect("Claim", "", wanted.claim.clone(), ""),
        effect("Claimed back", "", claimed_minor.map_or_else(none, |minor| shown(minor, currency)), currency.code()),
        effect("To be decided by", "", wanted.deadline.map_or_else(none, |day| day.to_string()), ""),
    ];
    if !wanted.lines.is_empty() {
        let lines: Vec<String> = wanted.lines.iter().map(u32::to_string).collect();
        effects.push(effect("Lines in question", "", lines.join(", "), ""));
    }
    if !wanted.events.is_empty() {
        effects.push(effect("Events in question", "0", wanted.events.len().to_string(), "events"));
    }
    let mut warnings = Vec::new();
    if let (Some(invoice), Some(claimed)) = (invoice, claimed_minor)
        && claimed > invoice.standing(false).creditable_minor()
    {
        warnings.push("More is claimed than is left of the invoice to credit.".to_owned());
    }
    change(format!("Open a dispute of {}{about}", tenant.name), effects, warnings)
}

async fn open(write: &mut Write, wanted: &Wanted, shown_before: &str) -> Result<Change> {
    asked::tenant(write, wanted.tenant).await?;
    store::tenants::lock(write, wanted.tenant).await?;
    let Prepared { mut change, invoice, currency, claimed_minor } = prepare(write, wanted).await?;
    still_as_shown(&change, shown_before)?;
    let number = series::take(write, disputes::SERIES, disputes::YEAR, 1).await?;
    let record = DisputeRecord {
        tenant: wanted.tenant,
        id: wanted.id,
        number,
        invoice: invoice.as_ref().map(|invoice| invoice.id),
        currency,
        claimed_minor,
        claim: wanted.claim.clone(),
        status: DisputeStatus::Open,
        deadline: wanted.deadline,
        opened_at: wanted.act.at,
        opened_by: wanted.act.actor.clone(),
        decided: None,
    };
    disputes::insert(write, &record, &wanted.items(invoice.as_ref())).await?;
    let text = |value: Option<String>| value.unwrap_or_default();
    let recorded = Recorded {
        action: "dispute.open",
        tenant: Some(wanted.tenant),
        subject: wanted.id.to_string(),
        before: None,
        after: Some(canonical(&[
            ("number", called(number)),
            ("invoice", text(record.invoice.map(|id| id.to_string()))),
            ("claimed", text(claimed_minor.map(|minor| shown(minor, currency)))),
            ("deadline", text(wanted.deadline.map(|day| day.to_string()))),
        ])),
    };
    wanted.act.record(write, recorded).await?;
    if let Some(first) = change.effects.first_mut() {
        first.after = called(number);
    }
    Ok(change)
}
