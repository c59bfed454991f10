//! Saving files of invoices and of the audit log where the person chooses; none when they think better of it.

use super::Answer;
use super::billing::{logo, view};
use super::open::picked;
use crate::console::{Console, Shown};
use documents::Files;
use operations::document::Documents;
use operations::error::OperationError;
use operations::file::whole_file;
use operations::host::Host;
use operations::pack::{Shown as Evidence, write_pack};
use operations::wire::{AuditFilter, ExportFormat, ExportKind, ExportRequest, Exported};
use operations::{bill, dispute, explain, export};
use std::path::PathBuf;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// Saves an invoice as a PDF file.
#[tauri::command]
#[specta::specta]
pub async fn save_invoice_pdf(
    app: AppHandle,
    console: State<'_, Console>,
    invoice_id: String,
) -> Answer<Option<String>> {
    let on_screen = console.shown()?;
    let shown = view(&on_screen, &invoice_id).await?;
    let name = shown.row.number.as_deref().unwrap_or("draft");
    let Some(path) = asked(&app, name, "pdf").await? else { return Ok(None) };
    let bytes = Files
        .invoice_pdf(&shown, logo(&on_screen.store).await?.as_ref())
        .map_err(|error| OperationError::failed("document_failed", error.to_string()))?;
    whole_file(&path, &bytes)?;
    Ok(Some(path.display().to_string()))
}

/// Saves a credit note as a PDF file; it is named by its id.
#[tauri::command]
#[specta::specta]
pub async fn save_credit_note_pdf(
    app: AppHandle,
    console: State<'_, Console>,
    credit_note_id: String,
    number: String,
) -> Answer<Option<String>> {
    let store = console.store()?;
    let id = export::credit_note_named(&store, &credit_note_id).await?;
    let Some(path) = asked(&app, &number, "pdf").await? else { return Ok(None) };
    whole_file(&path, &export::credit_note_pdf(&store, &Files, id).await?)?;
    Ok(Some(path.display().to_string()))
}

/// Saves the evidence pack of an invoice, or of a dispute about it.
#[tauri::command]
#[specta::specta]
pub async fn save_pack(
    app: AppHandle,
    console: State<'_, Console>,
    invoice_id: String,
    dispute_id: Option<String>,
) -> Answer<Option<String>> {
    let on_screen = console.shown()?;
    let (store, now) = (&on_screen.store, on_screen.host.now());
    let shown = view(&on_screen, &invoice_id).await?;
    let id = bill::invoice_named(store, &invoice_id).await?;
    let explanation = explain::explain(store, id, None, now).await?;
    let case = match &dispute_id {
        Some(dispute_id) => Some(dispute::dispute(store, now, dispute_id).await?),
        None => None,
    };
    let name = format!("{}-evidence", shown.row.number.as_deref().unwrap_or("draft"));
    let Some(path) = asked(&app, &name, "zip").await? else { return Ok(None) };
    let of = Evidence { invoice: &shown, explanation: &explanation, dispute: case.as_ref() };
    Ok(Some(write_pack(store, &Files, of, &path).await?.file))
}

/// Writes what a filter passes into a table.
#[tauri::command]
#[specta::specta]
pub async fn export_invoices(
    app: AppHandle,
    console: State<'_, Console>,
    request: ExportRequest,
) -> Answer<Option<Exported>> {
    let Some(path) = asked(&app, proposed(request.kind), extension(request.format)).await? else { return Ok(None) };
    let Shown { store, host, .. } = console.shown()?;
    Ok(Some(export::export_invoices(&store, &Files, &host, &request, &path).await?))
}

/// Writes the records of the audit log that a filter passes into a table.
#[tauri::command]
#[specta::specta]
pub async fn export_audit(
    app: AppHandle,
    console: State<'_, Console>,
    filter: AuditFilter,
    format: ExportFormat,
) -> Answer<Option<Exported>> {
    let Some(path) = asked(&app, "audit-log", extension(format)).await? else { return Ok(None) };
    Ok(Some(export::export_audit(&console.store()?, &Files, &filter, format, &path).await?))
}

const fn extension(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Xlsx => "xlsx",
    }
}

const fn proposed(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Invoices => "invoices",
        ExportKind::Lines => "invoice-lines",
        ExportKind::CreditNotes => "credit-notes",
        ExportKind::Payments => "payments",
        ExportKind::Events => "invoiced-events",
        ExportKind::Ageing => "open-amounts",
        ExportKind::Journal => "journal",
    }
}

/// Where the person wants the file. A number of an imported invoice may hold what no file name does.
pub async fn asked(app: &AppHandle, name: &str, extension: &str) -> Answer<Option<PathBuf>> {
    let name: String = name
        .chars()
        .map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' })
        .collect();
    let dialog = app.dialog().file().add_filter(extension.to_uppercase(), &[extension]);
    let dialog = dialog.set_file_name(format!("{name}.{extension}"));
    picked(|done| dialog.save_file(done)).await
}
