//! Finding the invoice that a request names, and asking whether something may be done with it.

use crate::change::asked;
use crate::error::{OperationError, Result};
use billing::ids::InvoiceId;
use billing::invoice::{Action, Settings};
use billing::money::{Currency, Money};
use billing::time::{Day, Timestamp, Zone};
use store::invoices::{InvoiceRecord, one};
use store::{Read, Write};

/// The invoice of an id.
pub(crate) async fn invoice(read: &mut Read, id: InvoiceId) -> Result<InvoiceRecord> {
    one::find(read, id)
        .await?
        .ok_or_else(|| OperationError::not_found("unknown_invoice", "There is no such invoice.").field("invoice_id"))
}

/// The invoice of an id, with its tenant and itself locked until the transaction ends.
pub(crate) async fn locked(write: &mut Write, id: InvoiceId) -> Result<InvoiceRecord> {
    let tenant = invoice(write, id).await?.tenant;
    store::tenants::lock(write, tenant).await?;
    Ok(one::lock(write, tenant, id).await?)
}

/// Whether something may be done with an invoice now.
pub(crate) fn may(invoice: &InvoiceRecord, action: Action) -> Result<()> {
    // Whether another one stands for it only matters to issuing it again.
    invoice
        .standing(false)
        .allows(action)
        .map_err(|refused| OperationError::refused(refused.code(), refused.to_string()).field("invoice_id"))
}

/// What people call an invoice.
pub(crate) fn number(invoice: &InvoiceRecord) -> String {
    invoice.issued.as_ref().map_or_else(|| "the draft".to_owned(), |issued| issued.number.clone())
}

/// Minor units in major units.
pub(crate) fn shown(minor: i64, currency: Currency) -> String {
    Money::from_minor(minor, currency).to_string()
}

/// The zone of issue dates.
pub(crate) fn seller_zone(settings: &Settings) -> Result<Zone> {
    settings.zone.parse().map_err(|error: billing::time::TimeError| {
        OperationError::failed("bad_settings", "The settings name no time zone for issue dates.").because(error)
    })
}

/// The seller's day at an instant.
pub(crate) async fn seller_day(read: &mut Read, at: Timestamp) -> Result<Day> {
    let settings = store::billing_settings::read(read).await?;
    Day::of(at, seller_zone(&settings)?).map_err(out_of_range)
}

pub(crate) fn out_of_range(error: billing::time::TimeError) -> OperationError {
    OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
}

/// A day of a request.
pub(crate) fn day(field: &str, text: &str) -> Result<Day> {
    let text = asked::text(field, text, 40)?;
    text.parse().map_err(|error: billing::time::TimeError| {
        OperationError::wrong_use("malformed", "Give the day as 2026-01-31.").field(field).because(error)
    })
}

/// The invoice that a person means: by its number or its id.
///
/// # Errors
/// `unknown_invoice`; `ambiguous_invoice` for a number that several series have.
pub async fn invoice_named(store: &store::Store, text: &str) -> Result<InvoiceId> {
    let text: String = text.trim().chars().take(200).collect();
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let number = text.clone();
    let found = store
        .read(move |read| Box::pin(async move { Ok::<_, OperationError>(one::by_number(read, &number).await?) }))
        .await?;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            let message = format!("There is no invoice '{text}'.");
            Err(OperationError::not_found("unknown_invoice", message).field("invoice"))
        }
        _ => {
            let message = format!("Several invoices have the number '{text}'; name one by its id.");
            Err(OperationError::wrong_use("ambiguous_invoice", message).field("invoice"))
        }
    }
}
