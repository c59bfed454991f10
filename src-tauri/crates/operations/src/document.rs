//! What an operation needs of documents: sheets and printed pages as plain data, and the trait that writes them.
//!
//! Operations decides what is on a document; how it is set is the implementation's, which the faces pass in.

use crate::wire::{CreditNoteRow, Explanation, InvoiceTax, InvoiceView, PartyFields};

/// What a column holds, so that a workbook gives it the right form and harmless text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text; never a formula.
    Text,
    /// Money in major units; the currency stands in a column of its own.
    Amount,
    /// A decimal quantity.
    Quantity,
    /// A whole number.
    Integer,
    /// `yyyy-mm-dd`.
    Day,
    /// RFC 3339 in UTC.
    Instant,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub name: &'static str,
    /// What it holds.
    pub kind: CellKind,
}

/// A table to export. Every row has a cell for each column; an empty cell is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, as exact text.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A printed credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditDocument {
    /// Number, dates, amounts.
    pub row: CreditNoteRow,
    /// Who credits.
    pub seller: PartyFields,
    /// Who is credited.
    pub buyer: PartyFields,
    /// What is credited: description, quantity, net amount.
    pub lines: Vec<(String, Option<String>, String)>,
    /// Tax per rate.
    pub taxes: Vec<InvoiceTax>,
    /// SHA-256 of the canonical content.
    pub hash: String,
}

/// Why a document was not written; one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotWritten(pub String);

/// Writes documents.
pub trait Documents: Send + Sync {
    /// Comma-separated text in UTF-8; cells that a program could take for a formula are made harmless.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn csv(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten>;

    /// A workbook; amounts are numbers with all digits of their currency.
    ///
    /// # Errors
    /// [`NotWritten`]; more rows than a worksheet has.
    fn xlsx(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten>;

    /// An invoice, or a draft marked as such.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn invoice_pdf(&self, invoice: &InvoiceView) -> Result<Vec<u8>, NotWritten>;

    /// A credit note.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn credit_pdf(&self, credit: &CreditDocument) -> Result<Vec<u8>, NotWritten>;

    /// The explanation of an invoice.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn explanation_pdf(&self, explanation: &Explanation) -> Result<Vec<u8>, NotWritten>;
}
