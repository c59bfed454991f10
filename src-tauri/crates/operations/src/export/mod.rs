//! Exports: invoices and what belongs to them, and the audit log, as tables for a spreadsheet or the books, whole files or none.
//!
//! Everything of one file is read at one moment. Not how a file is written: that is what [`crate::document`] asks for.

mod ageing;
mod asked;
mod audit;
mod bad_debt;
mod behind;
mod credit_notes;
mod events;
mod invoices;
mod journal;
mod lines;
pub(crate) mod payments;
mod print;
mod table;

pub use audit::export_audit;
pub(crate) use behind::{counts_by_day, is_use, share, taker, uses};
pub(crate) use print::{credit_document, logo};
pub use print::{credit_note, credit_note_named, credit_note_pdf, explanation_pdf, invoice_pdf};
pub use table::MAX_ROWS;
pub(crate) use table::{Table, maybe, some, too_many};

use crate::document::{Documents, NotWritten, Sheet};
use crate::error::{OperationError, Result};
use crate::file::whole_file;
use crate::host::Host;
use crate::wire::{ExportFormat, ExportKind, ExportRequest, Exported};
use billing::time::Timestamp;
use futures::FutureExt;
use std::path::Path;
use store::{Read, Store};

/// Writes a table of what the filter passes. Amounts have all digits of their currency, the currency stands beside them.
/// Void invoices are in the tables with their status; the journal leaves them out.
///
/// # Errors
/// The field at fault; `too_many_rows` beyond [`MAX_ROWS`]; `not_filterable` for a filter that the kind has not;
/// `cannot_write`; what the store says.
pub async fn export_invoices(
    store: &Store,
    documents: &dyn Documents,
    host: &dyn Host,
    request: &ExportRequest,
    path: &Path,
) -> Result<Exported> {
    let (at, wanted) = (host.now(), request.clone());
    let sheet = store.read(move |read| async move { sheet(read, &wanted, at).await }.boxed()).await?;
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let bytes = match request.format {
        ExportFormat::Csv => documents.csv(&sheet),
        ExportFormat::Xlsx => documents.xlsx(&sheet),
    };
    save(path, &bytes.map_err(not_written)?, rows)
}

async fn sheet(read: &mut Read, request: &ExportRequest, at: Timestamp) -> Result<Sheet> {
    let asked = asked::Asked::new(read, &request.filter, at).await?;
    match request.kind {
        ExportKind::Invoices => invoices::sheet(read, &asked).await,
        ExportKind::Lines => lines::sheet(read, &asked).await,
        ExportKind::CreditNotes => credit_notes::sheet(read, &asked).await,
        ExportKind::Payments => payments::sheet(read, &asked).await,
        ExportKind::Events => events::sheet(read, &asked).await,
        ExportKind::Ageing => ageing::sheet(read, &asked, at).await,
        ExportKind::Journal => journal::sheet(read, &asked).await,
    }
}

/// Writes a file whole or not at all, and says how large it is.
///
/// # Errors
/// `cannot_write`.
pub fn save(path: &Path, bytes: &[u8], rows: u32) -> Result<Exported> {
    whole_file(path, bytes)?;
    Ok(Exported { file: path.display().to_string(), rows, bytes: bytes.len() as u64 })
}

pub(crate) fn not_written(error: NotWritten) -> OperationError {
    OperationError::failed("document_failed", error.to_string())
}
