//! Disputes on screen: the list, and one with everything that belongs to it.

use super::{called, found};
use crate::bill::found::shown;
use crate::change::asked;
use crate::error::{OperationError, Result};
use crate::look;
use crate::timeline;
use crate::wire::{self, DisputeItem, DisputePage, DisputeRow, DisputeView, NoteRow};
use billing::event::EventKey;
use billing::ids::DisputeId;
use billing::time::{Day, Timestamp, Zone};
use futures::FutureExt;
use std::collections::HashMap;
use store::disputes::{self, DisputeFilter, DisputeItemRecord, DisputePosition, DisputeStatus, ListedDispute};
use store::look::happenings::About;
use store::{Read, Store};

/// Rows of a page.
const PAGE: usize = 200;

/// A page of disputes: undecided ones by deadline first.
///
/// # Errors
/// The field at fault, `bad_cursor`; when the database fails.
pub async fn disputes(
    store: &Store,
    at: Timestamp,
    filter: &wire::DisputeFilter,
    cursor: Option<&str>,
) -> Result<DisputePage> {
    let filter = DisputeFilter {
        statuses: filter.status.as_deref().map_or_else(|| Ok(Vec::new()), statuses)?,
        tenant: filter.tenant_id.as_deref().map(|id| asked::id("tenant_id", id)).transpose()?,
        invoice: filter.invoice_id.as_deref().map(|id| asked::id("invoice_id", id)).transpose()?,
    };
    let after = cursor.map(position).transpose()?;
    store
        .read(move |read| {
            async move {
                let mut found = disputes::page(read, &filter, after, u32::try_from(PAGE + 1).unwrap_or(200)).await?;
                let more = found.len() > PAGE;
                found.truncate(PAGE);
                let next = found.last().filter(|_| more).map(|last| {
                    let DisputePosition { rank, order, number } = last.position();
                    format!("{rank}\n{order}\n{number}")
                });
                let zones = zones(read, &found).await?;
                let rows = found.iter().map(|listed| dispute_row(listed, at, &zones)).collect::<Result<_>>()?;
                Ok(DisputePage { as_of: at.to_string(), rows, next })
            }
            .boxed()
        })
        .await
}

fn statuses(text: &str) -> Result<Vec<DisputeStatus>> {
    if text == "undecided" {
        return Ok(vec![DisputeStatus::Open, DisputeStatus::Waiting]);
    }
    let status = text.parse().map_err(|_| {
        let message = "A dispute is open, waiting, decided, or undecided: one of the first two.";
        OperationError::wrong_use("unknown_status", message).field("status")
    })?;
    Ok(vec![status])
}

fn position(text: &str) -> Result<DisputePosition> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
    };
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().and_then(|part| part.parse::<i64>().ok()).ok_or_else(bad);
    let rank = i32::try_from(part()?).map_err(|_| bad())?;
    Ok(DisputePosition { rank, order: part()?, number: part()? })
}

/// Deadlines are days of the tenants' zones.
type Zones = HashMap<billing::ids::TenantId, Zone>;

async fn zones(read: &mut Read, found: &[ListedDispute]) -> Result<Zones> {
    let mut zones = Zones::new();
    for listed in found {
        let tenant = listed.dispute.tenant;
        if !zones.contains_key(&tenant)
            && let Some(known) = store::tenants::by_id(read, tenant).await?
        {
            zones.insert(tenant, known.zone);
        }
    }
    Ok(zones)
}

/// A dispute as faces show it.
fn dispute_row(listed: &ListedDispute, at: Timestamp, zones: &Zones) -> Result<DisputeRow> {
    let dispute = &listed.dispute;
    let zone = zones.get(&dispute.tenant).copied().unwrap_or(Zone::UTC);
    let today = Day::of(at, zone).map_err(crate::bill::found::out_of_range)?;
    let is_open = dispute.status != DisputeStatus::Decided;
    Ok(DisputeRow {
        dispute_id: dispute.id.to_string(),
        number: called(dispute.number),
        tenant_id: dispute.tenant.to_string(),
        tenant: listed.tenant_name.clone(),
        invoice_id: dispute.invoice.map(|id| id.to_string()),
        invoice_number: listed.invoice_number.clone(),
        status: dispute.status.as_str().to_owned(),
        claim: dispute.claim.clone(),
        claimed: dispute.claimed_minor.map(|minor| shown(minor, dispute.currency)),
        currency: dispute.currency.code().to_owned(),
        deadline: dispute.deadline.map(|day| day.to_string()),
        is_late: is_open && dispute.deadline.is_some_and(|deadline| today > deadline),
        opened_at: dispute.opened_at.to_string(),
        opened_by: dispute.opened_by.clone(),
        decision: dispute.decided.as_ref().map(|decided| decided.decision.as_str().to_owned()),
        decided_at: dispute.decided.as_ref().map(|decided| decided.at.to_string()),
    })
}

/// The disputes about an invoice, for a look at it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn about_invoice(
    read: &mut Read,
    invoice: billing::ids::InvoiceId,
    at: Timestamp,
) -> Result<Vec<DisputeRow>> {
    let filter = DisputeFilter { invoice: Some(invoice), ..DisputeFilter::default() };
    let found = disputes::page(read, &filter, None, u32::try_from(PAGE).unwrap_or(200)).await?;
    let zones = zones(read, &found).await?;
    found.iter().map(|listed| dispute_row(listed, at, &zones)).collect()
}

/// The dispute that a person means: by id, or by what people call it, such as `D-17`.
///
/// # Errors
/// `unknown_dispute`; when the database fails.
pub async fn find_dispute(store: &Store, text: &str) -> Result<DisputeId> {
    let text: String = text.trim().chars().take(80).collect();
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let digits = text.strip_prefix("D-").or_else(|| text.strip_prefix("d-")).unwrap_or(&text);
    let unknown = || {
        let message = format!("There is no dispute '{text}'; name it by its number, such as D-17.");
        OperationError::not_found("unknown_dispute", message).field("dispute_id")
    };
    let number: i64 = digits.parse().map_err(|_| unknown())?;
    let found = store
        .read(move |read| async move { Ok::<_, OperationError>(disputes::by_number(read, number).await?) }.boxed())
        .await?;
    found.map(|dispute| dispute.id).ok_or_else(unknown)
}

/// One dispute, whole.
///
/// # Errors
/// `unknown_dispute`; when the database fails.
pub async fn dispute(store: &Store, at: Timestamp, id: &str) -> Result<DisputeView> {
    let id: DisputeId = asked::id("dispute_id", id)?;
    store.read(move |read| async move { view(read, id, at).await }.boxed()).await
}

async fn view(read: &mut Read, id: DisputeId, at: Timestamp) -> Result<DisputeView> {
    let dispute = found(read, id).await?;
    let tenant = asked::tenant(read, dispute.tenant).await?;
    let invoice = match dispute.invoice {
        None => None,
        Some(invoice) => store::invoices::one::by_id(read, dispute.tenant, invoice).await?,
    };
    let items = disputes::items(read, dispute.tenant, id).await?;
    let items = shown_items(read, &items, invoice.as_ref()).await?;
    let notes = store::notes::of_dispute(read, dispute.tenant, id).await?;
    let credit_note = match dispute.decided.as_ref().and_then(|decided| decided.credit_note) {
        None => None,
        Some(note) => store::credit_notes::find(read, note).await?,
    };
    let timeline = timeline::about(read, dispute.tenant, About::Dispute(id)).await?;
    let (decision_reason, decided_by) =
        dispute.decided.clone().map_or((None, None), |decided| (Some(decided.reason), Some(decided.by)));
    let zones = Zones::from([(tenant.id, tenant.zone)]);
    let invoice_number = invoice.and_then(|invoice| invoice.issued).map(|issued| issued.number);
    let listed = ListedDispute { dispute, tenant_name: tenant.name, invoice_number };
    Ok(DisputeView {
        as_of: at.to_string(),
        row: dispute_row(&listed, at, &zones)?,
        items,
        notes: notes
            .into_iter()
            .map(|note| NoteRow { at: note.at.to_string(), actor: note.actor, text: note.body })
            .collect(),
        decision_reason,
        decided_by,
        credit_note_id: credit_note.as_ref().map(|note| note.id.to_string()),
        credit_note_number: credit_note.map(|note| note.number),
        timeline,
    })
}

async fn shown_items(
    read: &mut Read,
    items: &[DisputeItemRecord],
    invoice: Option<&store::invoices::InvoiceRecord>,
) -> Result<Vec<DisputeItem>> {
    let key = |item: &DisputeItemRecord| {
        let (source, key) = item.event.clone()?;
        Some(EventKey { tenant: item.tenant, source, key })
    };
    let keys: Vec<EventKey> = items.iter().filter_map(key).collect();
    let mut events = look::event_rows(read, &keys).await?;
    let document = invoice.map(store::invoices::InvoiceRecord::document).transpose()?;
    let row = |item: &DisputeItemRecord| {
        let line_no = item.line.map(|(_, line)| line);
        let lines = document.iter().flat_map(|document| &document.lines);
        let line = lines.clone().find(|line| Some(line.no) == line_no);
        DisputeItem {
            no: item.no,
            line_no,
            line: line.map(|line| line.description.clone()),
            amount: line.zip(invoice).map(|(line, invoice)| shown(line.amount_minor, invoice.currency)),
            event: key(item).and_then(|key| events.remove(&key)),
            note: item.note.clone(),
        }
    };
    Ok(items.iter().map(row).collect())
}
