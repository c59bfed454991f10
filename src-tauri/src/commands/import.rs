//! Importing usage, invoices and payments from the window.

use super::Answer;
use super::open::picked;
use crate::console::{Console, Shown};
use operations::import::invoices;
use operations::wire::{
    ImportReport, ImportRequest, InvoiceImportReport, InvoiceImportRequest, PaymentsImportRequest, PaymentsImported,
    Preset, Progress,
};
use operations::{bill, import};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// The mappings that come along.
#[tauri::command]
#[specta::specta]
pub async fn presets() -> Answer<Vec<Preset>> {
    Ok(import::presets())
}

/// The mappings of invoices that come along.
#[tauri::command]
#[specta::specta]
pub async fn invoice_presets() -> Answer<Vec<Preset>> {
    Ok(invoices::presets())
}

/// Asks the person for a file; none when they think better of it.
#[tauri::command]
#[specta::specta]
pub async fn choose_file(app: AppHandle) -> Answer<Option<String>> {
    let dialog = app.dialog().file();
    Ok(picked(|done| dialog.pick_file(done)).await?.map(|path| path.display().to_string()))
}

/// Imports a file or only looks at it, with progress.
#[tauri::command]
#[specta::specta]
pub async fn import_run(
    console: State<'_, Console>,
    request: ImportRequest,
    on_progress: Channel<Progress>,
) -> Answer<ImportReport> {
    let Shown { store, host, .. } = console.shown()?;
    let running = console.import.begin()?;
    let told = move |progress: Progress| {
        // A page that has gone away does not stop an import.
        let _ = on_progress.send(progress);
    };
    Ok(import::run(&store, &host, &request, &told, &running.stop).await?)
}

/// Imports invoices and credit notes of another system or only looks at them, with progress.
#[tauri::command]
#[specta::specta]
pub async fn invoice_import_run(
    console: State<'_, Console>,
    request: InvoiceImportRequest,
    on_progress: Channel<Progress>,
) -> Answer<InvoiceImportReport> {
    let Shown { store, host, .. } = console.shown()?;
    let running = console.import.begin()?;
    let told = move |progress: Progress| {
        // A page that has gone away does not stop an import.
        let _ = on_progress.send(progress);
    };
    Ok(invoices::run(&store, &host, &request, &told, &running.stop).await?)
}

/// Takes a file of payments or only looks at it.
#[tauri::command]
#[specta::specta]
pub async fn payments_import_run(
    console: State<'_, Console>,
    request: PaymentsImportRequest,
) -> Answer<PaymentsImported> {
    let Shown { store, host, .. } = console.shown()?;
    let running = console.import.begin()?;
    Ok(bill::import_payments(&store, &host, &request, &running.stop).await?)
}

/// Stops the import that runs; what was taken stays.
#[tauri::command]
#[specta::specta]
pub async fn import_cancel(console: State<'_, Console>) -> Answer<()> {
    console.import.cancel();
    Ok(())
}
