//! What belongs to an invoice beside its own content: payments, credit notes, disputes, and its line of time.

use super::lists::{credit_note_row, payment_row};
use crate::error::Result;
use crate::timeline;
use crate::wire::{CreditNoteRow, DisputeRow, PaymentRow, TimelineEntry};
use billing::time::Timestamp;
use store::Read;
use store::credit_notes::{self, CreditNoteFilter};
use store::invoices::InvoiceRecord;
use store::look::happenings::About;
use store::payments::{self, PaymentFilter};

/// The most rows of each.
const MOST: u32 = 200;

/// What belongs to an invoice, each newest first, at most 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutInvoice {
    /// Payments.
    pub payments: Vec<PaymentRow>,
    /// Credit notes.
    pub credit_notes: Vec<CreditNoteRow>,
    /// Disputes about it.
    pub disputes: Vec<DisputeRow>,
    /// Everything that happened to it.
    pub timeline: Vec<TimelineEntry>,
}

/// What belongs to an invoice, within a look at it.
///
/// # Errors
/// When the database fails.
pub async fn about_invoice(read: &mut Read, invoice: &InvoiceRecord, at: Timestamp) -> Result<AboutInvoice> {
    let (tenant, id) = (Some(invoice.tenant), Some(invoice.id));
    let filter = PaymentFilter { tenant, invoice: id, ..PaymentFilter::default() };
    let paid = payments::page(read, &filter, None, MOST).await?;
    let filter = CreditNoteFilter { tenant, invoice: id, ..CreditNoteFilter::default() };
    let credited = credit_notes::page(read, &filter, None, MOST).await?;
    Ok(AboutInvoice {
        payments: paid.iter().map(payment_row).collect(),
        credit_notes: credited.iter().map(credit_note_row).collect(),
        disputes: crate::dispute::about_invoice(read, invoice.id, at).await?,
        timeline: timeline::about(read, invoice.tenant, About::Invoice(invoice.id)).await?,
    })
}
