//! A pack of a stored invoice: reads what belongs to it and puts it together.

use super::assemble::{About, assemble, readme};
use super::events::{row, sheet};
use super::manifest::{CreditEntry, hex};
use super::{EVENTS, EXPLANATION, INVOICE, PAYMENTS};
use crate::bill::found;
use crate::document::{CellKind, CreditDocument, Documents, Logo, Sheet};
use crate::error::{OperationError, Result};
use crate::export::{MAX_ROWS, Table, credit_document, logo, maybe, not_written, payments, save, some, too_many, uses};
use crate::wire::{DisputeView, Explanation, Exported, InvoiceView};
use billing::ids::{InvoiceId, MeterId};
use billing::meter::Meter;
use futures::FutureExt;
use std::collections::HashMap;
use std::path::Path;
use store::audit::AuditRecord;
use store::credit_notes::{self, CreditNoteRecord};
use store::invoices::InvoiceRecord;
use store::payments::{ListedPayment, PaymentFilter};
use store::{Read, Store};

/// Audit records of one thing.
const MAX_AUDIT: u32 = 10_000;
/// Payments of one invoice.
const MAX_PAYMENTS: u32 = 10_000;

/// What a face has read already.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'s> {
    /// The invoice.
    pub invoice: &'s InvoiceView,
    /// Its explanation, all lines.
    pub explanation: &'s Explanation,
    /// The dispute that the pack is for.
    pub dispute: Option<&'s DisputeView>,
}

/// What is read for a pack, at one moment.
struct Evidence {
    ledger: String,
    invoice: InvoiceRecord,
    events: Sheet,
    payments: Vec<ListedPayment>,
    credits: Vec<(CreditNoteRecord, CreditDocument)>,
    audit: Vec<AuditRecord>,
    logo: Option<Logo>,
}

/// Writes the pack of an issued invoice.
///
/// # Errors
/// `not_issued` for a draft; `not_of_invoice` for an explanation or a dispute of another one; `too_many_rows`;
/// `document_failed`; `cannot_write`; what the store says.
pub async fn write_pack(store: &Store, documents: &dyn Documents, shown: Shown<'_>, path: &Path) -> Result<Exported> {
    let id: InvoiceId = crate::change::asked::id("invoice_id", &shown.invoice.row.invoice_id)?;
    let wanted = &shown.invoice.row.invoice_id;
    let of_another = shown.dispute.is_some_and(|dispute| dispute.row.invoice_id.as_ref() != Some(wanted));
    if shown.explanation.invoice_id != *wanted || of_another {
        let sentence = "The explanation or the dispute is of another invoice.";
        return Err(OperationError::wrong_use("not_of_invoice", sentence).field("invoice_id"));
    }
    let dispute = shown.dispute.map(|dispute| dispute.row.dispute_id.clone());
    let evidence = store.read(move |read| async move { read_all(read, id, dispute).await }.boxed()).await?;
    let about = about(&evidence, shown)?;
    let mut files = vec![("readme.txt".to_owned(), readme(&about))];
    files.extend(printed(documents, &evidence, shown)?);
    files.extend(tables(documents, &evidence, shown)?);
    let rows = u32::try_from(files.len() + 2).unwrap_or(u32::MAX);
    save(path, &assemble(about, files)?, rows)
}

async fn read_all(read: &mut Read, id: InvoiceId, dispute: Option<String>) -> Result<Evidence> {
    let invoice = found::invoice(read, id).await?;
    let tenant = invoice.tenant;
    let mut credits = Vec::new();
    let mut subjects = vec![id.to_string()];
    for note in credit_notes::of_invoice(read, tenant, id).await? {
        subjects.push(note.id.to_string());
        let printed = credit_document(read, &note).await?;
        credits.push((note, printed));
    }
    let filter = PaymentFilter { tenant: Some(tenant), invoice: Some(id), ..PaymentFilter::default() };
    let payments = store::payments::page(read, &filter, None, MAX_PAYMENTS).await?;
    subjects.extend(payments.iter().map(|listed| listed.payment.id.to_string()));
    subjects.extend(dispute);
    let mut audit = Vec::new();
    for subject in &subjects {
        audit.extend(store::evidence::audit(read, tenant, subject, MAX_AUDIT).await?);
    }
    audit.sort_by_key(|record| (record.at, record.id));
    Ok(Evidence {
        ledger: store::ledger::info(read).await?.id.to_string(),
        events: events(read, &invoice).await?,
        invoice,
        payments,
        credits,
        audit,
        logo: logo(read).await?,
    })
}

async fn events(read: &mut Read, invoice: &InvoiceRecord) -> Result<Sheet> {
    let meters: HashMap<MeterId, Meter> =
        store::meters::all(read).await?.into_iter().map(|meter| (meter.id, meter)).collect();
    let content = invoice.document()?;
    let mut table = sheet();
    for uses in uses(invoice.tenant, &content, &meters) {
        let limit = u32::try_from(MAX_ROWS - table.rows.len() + 1).unwrap_or(u32::MAX);
        for event in store::evidence::behind(read, uses.wanted, limit).await? {
            let line = uses.line_of(event.assignment.day, event.assignment.plan_version);
            table.rows.push(row(line, uses.meter, &event));
        }
        if table.rows.len() > MAX_ROWS {
            return Err(too_many());
        }
    }
    Ok(table)
}

fn about(evidence: &Evidence, shown: Shown<'_>) -> Result<About> {
    let Some(issued) = &evidence.invoice.issued else {
        let sentence = "A draft can still change; a pack is made of an issued invoice.";
        return Err(OperationError::refused("not_issued", sentence).field("invoice_id"));
    };
    let credit = |(index, (note, _)): (usize, &(CreditNoteRecord, CreditDocument))| CreditEntry {
        number: note.number.clone(),
        file: credit_file(index, "json"),
        hash: hex(&note.hash),
    };
    Ok(About {
        ledger_id: evidence.ledger.clone(),
        as_of: shown.explanation.as_of.clone(),
        rule_version: shown.explanation.rule_version,
        tenant_id: evidence.invoice.tenant.to_string(),
        invoice_id: evidence.invoice.id.to_string(),
        invoice: issued.number.clone(),
        invoice_hash: hex(&issued.hash),
        dispute: shown.dispute.map(|dispute| dispute.row.number.clone()),
        credit_notes: evidence.credits.iter().enumerate().map(credit).collect(),
    })
}

fn credit_file(index: usize, extension: &str) -> String {
    format!("credit-note-{}.{extension}", index + 1)
}

fn printed(documents: &dyn Documents, evidence: &Evidence, shown: Shown<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    let picture = evidence.logo.as_ref();
    let invoice = documents.invoice_pdf(shown.invoice, picture).map_err(not_written)?;
    let explanation = documents.explanation_pdf(shown.explanation).map_err(not_written)?;
    let mut files = vec![("invoice.pdf".to_owned(), invoice), ("explanation.pdf".to_owned(), explanation)];
    for (index, (note, document)) in evidence.credits.iter().enumerate() {
        files.push((credit_file(index, "pdf"), documents.credit_pdf(document, picture).map_err(not_written)?));
        files.push((credit_file(index, "json"), note.content.clone().into_bytes()));
    }
    Ok(files)
}

fn tables(documents: &dyn Documents, evidence: &Evidence, shown: Shown<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    let csv = |sheet: &Sheet| documents.csv(sheet).map_err(not_written);
    let mut files = vec![
        (INVOICE.to_owned(), evidence.invoice.content.clone().into_bytes()),
        (EXPLANATION.to_owned(), json(shown.explanation)?),
        ("explanation.csv".to_owned(), csv(&steps(shown.explanation)?)?),
        (EVENTS.to_owned(), csv(&evidence.events)?),
        ("audit.csv".to_owned(), csv(&audit(&evidence.audit)?)?),
        (PAYMENTS.to_owned(), csv(&payments::table(&evidence.payments)?)?),
    ];
    if let Some(dispute) = shown.dispute {
        files.push(("dispute.json".to_owned(), json(dispute)?));
    }
    Ok(files)
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| OperationError::failed("cannot_pack", "The pack could not be put together.").because(error))
}

/// The steps of every line.
fn steps(explanation: &Explanation) -> Result<Sheet> {
    const COLUMNS: [(&str, CellKind); 11] = [
        ("line", CellKind::Integer),
        ("description", CellKind::Text),
        ("step", CellKind::Integer),
        ("rule", CellKind::Text),
        ("tier", CellKind::Integer),
        ("event", CellKind::Integer),
        ("quantity", CellKind::Quantity),
        ("price", CellKind::Quantity),
        ("divisor", CellKind::Quantity),
        ("amount", CellKind::Amount),
        ("currency", CellKind::Text),
    ];
    let mut table = Table::new("Steps", &COLUMNS);
    for explained in &explanation.lines {
        for (step, place) in explained.line.steps.iter().zip(1_u32..) {
            table.push([
                some(explained.line.no),
                some(&explained.line.description),
                some(place),
                some(&step.rule),
                maybe(step.tier),
                maybe(step.event),
                step.quantity.clone(),
                step.price.clone(),
                step.divisor.clone(),
                some(&step.amount),
                some(&explanation.currency),
            ])?;
        }
    }
    Ok(table.finish())
}

/// Who did what.
fn audit(records: &[AuditRecord]) -> Result<Sheet> {
    const COLUMNS: [(&str, CellKind); 8] = [
        ("at", CellKind::Instant),
        ("actor", CellKind::Text),
        ("action", CellKind::Text),
        ("subject", CellKind::Text),
        ("reason", CellKind::Text),
        ("before", CellKind::Text),
        ("after", CellKind::Text),
        ("audit_id", CellKind::Text),
    ];
    let mut table = Table::new("Audit", &COLUMNS);
    for record in records {
        table.push([
            some(record.at),
            some(&record.actor),
            some(&record.action),
            some(&record.subject),
            some(&record.reason),
            record.before.clone(),
            record.after.clone(),
            some(record.id),
        ])?;
    }
    Ok(table.finish())
}
