//! Lists of credit notes and payments, as pages, newest first.

use super::found::{day, shown};
use crate::change::asked;
use crate::error::{OperationError, Result};
use crate::wire;
use billing::invoice::Origin;
use billing::time::{Day, Timestamp};
use futures::FutureExt;
use store::Store;
use store::credit_notes::{self, CreditNoteFilter, CreditNotePosition, ListedCreditNote};
use store::payments::{self, ListedPayment, PaymentFilter, PaymentPosition};

/// Rows of a page.
const PAGE: usize = 200;

/// A page of credit notes, newest first.
///
/// # Errors
/// The field at fault, `bad_cursor`; when the database fails.
pub async fn credit_notes(
    store: &Store,
    at: Timestamp,
    filter: &wire::CreditNoteFilter,
    cursor: Option<&str>,
) -> Result<wire::CreditNotePage> {
    let filter = CreditNoteFilter {
        tenant: filter.tenant_id.as_deref().map(|id| asked::id("tenant_id", id)).transpose()?,
        invoice: filter.invoice_id.as_deref().map(|id| asked::id("invoice_id", id)).transpose()?,
        from: filter.from.as_deref().map(|text| day("from", text)).transpose()?,
        to: filter.to.as_deref().map(|text| day("to", text)).transpose()?,
        origin: filter.origin.as_deref().map(origin).transpose()?,
    };
    let after = cursor.map(credit_note_position).transpose()?;
    store
        .read(move |read| {
            async move {
                let mut found = credit_notes::page(read, &filter, after, limit()).await?;
                let more = found.len() > PAGE;
                found.truncate(PAGE);
                let next = found
                    .last()
                    .filter(|_| more)
                    .map(|last| format!("{}\n{}\n{}", last.note.issue_day.number(), last.note.tenant, last.note.id));
                let rows = found.iter().map(credit_note_row).collect();
                Ok(wire::CreditNotePage { as_of: at.to_string(), rows, next })
            }
            .boxed()
        })
        .await
}

/// A page of payments, newest first.
///
/// # Errors
/// The field at fault, `bad_cursor`; when the database fails.
pub async fn payments(
    store: &Store,
    at: Timestamp,
    filter: &wire::PaymentFilter,
    cursor: Option<&str>,
) -> Result<wire::PaymentPage> {
    let instant = |field: &str, text: &Option<String>| {
        text.as_deref().map(|text| asked::instant(field, Some(text), at)).transpose()
    };
    let filter = PaymentFilter {
        tenant: filter.tenant_id.as_deref().map(|id| asked::id("tenant_id", id)).transpose()?,
        invoice: filter.invoice_id.as_deref().map(|id| asked::id("invoice_id", id)).transpose()?,
        from: instant("from", &filter.from)?,
        to: instant("to", &filter.to)?,
    };
    let after = cursor.map(payment_position).transpose()?;
    store
        .read(move |read| {
            async move {
                let mut found = payments::page(read, &filter, after, limit()).await?;
                let more = found.len() > PAGE;
                found.truncate(PAGE);
                let next = found.last().filter(|_| more).map(|last| {
                    let payment = &last.payment;
                    format!("{}\n{}\n{}", payment.received_at.micros(), payment.tenant, payment.id)
                });
                let rows = found.iter().map(payment_row).collect();
                Ok(wire::PaymentPage { as_of: at.to_string(), rows, next })
            }
            .boxed()
        })
        .await
}

fn limit() -> u32 {
    u32::try_from(PAGE + 1).unwrap_or(u32::MAX)
}

fn origin(text: &str) -> Result<Origin> {
    text.parse().map_err(|error: billing::meter::UnknownWord| {
        OperationError::wrong_use("malformed", format!("{error}.")).field("origin")
    })
}

/// A credit note as faces show it.
pub(super) fn credit_note_row(listed: &ListedCreditNote) -> wire::CreditNoteRow {
    let note = &listed.note;
    let money = |minor: i64| shown(minor, note.currency);
    wire::CreditNoteRow {
        credit_note_id: note.id.to_string(),
        number: note.number.clone(),
        tenant_id: note.tenant.to_string(),
        tenant: listed.tenant_name.clone(),
        origin: note.origin.to_string(),
        invoice_id: note.invoice.map(|id| id.to_string()),
        invoice_number: listed.invoice_number.clone(),
        dispute_id: note.dispute.map(|id| id.to_string()),
        issue_day: note.issue_day.to_string(),
        currency: note.currency.code().to_owned(),
        net: money(note.net_minor),
        tax: money(note.tax_minor),
        total: money(note.total_minor),
        reason: note.reason.clone(),
        actor: note.actor.clone(),
    }
}

/// A payment as faces show it.
pub(super) fn payment_row(listed: &ListedPayment) -> wire::PaymentRow {
    let payment = &listed.payment;
    wire::PaymentRow {
        payment_id: payment.id.to_string(),
        tenant_id: payment.tenant.to_string(),
        tenant: listed.tenant_name.clone(),
        invoice_id: payment.invoice.to_string(),
        invoice_number: listed.invoice_number.clone(),
        received_at: payment.received_at.to_string(),
        method: payment.method.clone(),
        reference: payment.reference.clone(),
        amount: shown(payment.amount_minor, payment.currency),
        applied: shown(payment.applied_minor, payment.currency),
        currency: payment.currency.code().to_owned(),
        actor: payment.actor.clone(),
        note: payment.note.clone(),
    }
}

fn bad_cursor() -> OperationError {
    OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
}

fn parts(text: &str) -> Result<[&str; 3]> {
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().ok_or_else(bad_cursor);
    Ok([part()?, part()?, part()?])
}

fn credit_note_position(text: &str) -> Result<CreditNotePosition> {
    let [day, tenant, id] = parts(text)?;
    let day = day.parse().ok().and_then(|number| Day::from_number(number).ok()).ok_or_else(bad_cursor)?;
    let (tenant, id) = (tenant.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?);
    Ok(CreditNotePosition { day, tenant, id })
}

fn payment_position(text: &str) -> Result<PaymentPosition> {
    let [micros, tenant, id] = parts(text)?;
    let received_at = micros.parse().ok().and_then(|micros| Timestamp::from_micros(micros).ok());
    let (tenant, id) = (tenant.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?);
    Ok(PaymentPosition { received_at: received_at.ok_or_else(bad_cursor)?, tenant, id })
}
