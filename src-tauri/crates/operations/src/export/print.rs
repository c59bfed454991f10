//! Printed documents of what is stored, as bytes: a face shows them or saves them with [`crate::file::whole_file`].

use super::not_written;
use crate::bill::found;
use crate::bill::shown::party;
use crate::document::{CreditDocument, Documents, Logo};
use crate::error::{OperationError, Result};
use crate::wire::{CreditNoteRow, Explanation, InvoiceTax, InvoiceView};
use billing::ids::CreditNoteId;
use billing::invoice::CreditContent;
use futures::FutureExt;
use store::credit_notes::{self, CreditNoteRecord};
use store::{Read, Store};

/// The longest number that is looked for.
const MAX_NAME_CHARS: usize = 200;

/// An invoice or a draft, with the logo of the settings.
///
/// # Errors
/// `document_failed`; what the store says.
pub async fn invoice_pdf(store: &Store, documents: &dyn Documents, invoice: &InvoiceView) -> Result<Vec<u8>> {
    let logo = store.read(|read| async move { logo(read).await }.boxed()).await?;
    documents.invoice_pdf(invoice, logo.as_ref()).map_err(not_written)
}

/// A credit note, with the logo of the settings.
///
/// # Errors
/// `unknown_credit_note`; `document_failed`; what the store says.
pub async fn credit_note_pdf(store: &Store, documents: &dyn Documents, id: CreditNoteId) -> Result<Vec<u8>> {
    let (credit, logo) = credit_note(store, id).await?;
    documents.credit_pdf(&credit, logo.as_ref()).map_err(not_written)
}

/// What a credit note says, and the logo of the settings.
///
/// # Errors
/// `unknown_credit_note`; what the store says.
pub async fn credit_note(store: &Store, id: CreditNoteId) -> Result<(CreditDocument, Option<Logo>)> {
    store
        .read(move |read| {
            async move {
                let unknown = || OperationError::not_found("unknown_credit_note", "There is no such credit note.");
                let note = credit_notes::find(read, id).await?.ok_or_else(unknown)?;
                Ok::<_, OperationError>((credit_document(read, &note).await?, logo(read).await?))
            }
            .boxed()
        })
        .await
}

/// The explanation of an invoice.
///
/// # Errors
/// `document_failed`.
pub fn explanation_pdf(documents: &dyn Documents, explanation: &Explanation) -> Result<Vec<u8>> {
    documents.explanation_pdf(explanation).map_err(not_written)
}

/// The picture of the settings.
pub(crate) async fn logo(read: &mut Read) -> Result<Option<Logo>> {
    let settings = store::billing_settings::read(read).await?;
    settings.logo.as_deref().map(Logo::from_base64).transpose()
}

/// What is on a credit note.
pub(crate) async fn credit_document(read: &mut Read, note: &CreditNoteRecord) -> Result<CreditDocument> {
    let content = note.document()?;
    let tenant = store::tenants::by_id(read, note.tenant).await?;
    let money = |minor| found::shown(minor, note.currency);
    let row = CreditNoteRow {
        credit_note_id: note.id.to_string(),
        number: note.number.clone(),
        tenant_id: note.tenant.to_string(),
        tenant: tenant.map_or_else(String::new, |tenant| tenant.name),
        origin: note.origin.to_string(),
        invoice_id: note.invoice.map(|id| id.to_string()),
        invoice_number: content.invoice.clone(),
        dispute_id: note.dispute.map(|id| id.to_string()),
        issue_day: note.issue_day.to_string(),
        currency: note.currency.code().to_owned(),
        net: money(note.net_minor),
        tax: money(note.tax_minor),
        total: money(note.total_minor),
        reason: note.reason.clone(),
        actor: note.actor.clone(),
    };
    let lines = content.lines.iter().map(|line| {
        let quantity = line.quantity.map(|quantity| quantity.normalize().to_string());
        (line.description.clone(), quantity, money(line.amount_minor))
    });
    Ok(CreditDocument {
        row,
        seller: party(&content.seller),
        buyer: party(&content.buyer),
        lines: lines.collect(),
        taxes: taxes(&content, money),
        hash: crate::pack::hex(&note.hash),
    })
}

fn taxes(content: &CreditContent, money: impl Fn(i64) -> String) -> Vec<InvoiceTax> {
    let tax = |tax: &billing::invoice::TaxLine| InvoiceTax {
        percent: tax.percent.normalize().to_string(),
        net: money(tax.net_minor),
        amount: money(tax.amount_minor),
    };
    content.taxes.iter().map(tax).collect()
}

/// The credit note of a number or an id.
///
/// # Errors
/// `unknown_credit_note`; `ambiguous_credit_note` where two sources gave the same number.
pub async fn credit_note_named(store: &Store, text: &str) -> Result<CreditNoteId> {
    let text: String = text.trim().chars().take(MAX_NAME_CHARS).collect();
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let number = text.clone();
    let found = store
        .read(move |read| async move { Ok::<_, OperationError>(credit_notes::by_number(read, &number).await?) }.boxed())
        .await?;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            let sentence = format!("There is no credit note '{text}'.");
            Err(OperationError::not_found("unknown_credit_note", sentence).field("number"))
        }
        _ => {
            let sentence = format!("Several credit notes have the number '{text}'; name one by its id.");
            Err(OperationError::wrong_use("ambiguous_credit_note", sentence).field("number"))
        }
    }
}
