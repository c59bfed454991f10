//! The implementation of what operations asks of documents.

use crate::{pdf, sheet};
use operations::document::{CreditDocument, Documents, Logo, NotWritten, Sheet};
use operations::wire::{Explanation, InvoiceView};

/// Writes documents as bytes; the same input gives the same bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files;

impl Documents for Files {
    fn csv(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten> {
        sheet::csv::write(sheet)
    }

    fn xlsx(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten> {
        sheet::xlsx::write(sheet)
    }

    fn invoice_pdf(&self, invoice: &InvoiceView, logo: Option<&Logo>) -> Result<Vec<u8>, NotWritten> {
        pdf::invoice::print(invoice, logo)
    }

    fn credit_pdf(&self, credit: &CreditDocument, logo: Option<&Logo>) -> Result<Vec<u8>, NotWritten> {
        pdf::credit::print(credit, logo)
    }

    fn explanation_pdf(&self, explanation: &Explanation) -> Result<Vec<u8>, NotWritten> {
        pdf::explanation::print(explanation)
    }
}
