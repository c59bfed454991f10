//! Runs of invoices from the window.

use super::Answer;
use crate::console::{Console, Shown};
use operations::bill;
use operations::wire::{Progress, RunPreview, RunReport, RunRequest};
use tauri::State;
use tauri::ipc::Channel;

/// What a run would do.
#[tauri::command]
#[specta::specta]
pub async fn run_preview(console: State<'_, Console>, request: RunRequest) -> Answer<RunPreview> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(bill::run_preview(&store, &host, &request).await?)
}

/// Makes drafts and, where asked for, finalizes, with progress.
#[tauri::command]
#[specta::specta]
pub async fn invoice_run(
    console: State<'_, Console>,
    request: RunRequest,
    on_progress: Channel<Progress>,
) -> Answer<RunReport> {
    let Shown { store, host, .. } = console.shown()?;
    let running = console.invoice_run.begin()?;
    let told = move |progress: Progress| {
        // A page that has gone away does not stop a run.
        let _ = on_progress.send(progress);
    };
    Ok(bill::run(&store, &host, &request, &told, &running.stop).await?)
}

/// Stops the run; what was finalized stays, the next run goes on.
#[tauri::command]
#[specta::specta]
pub async fn invoice_run_cancel(console: State<'_, Console>) -> Answer<()> {
    console.invoice_run.cancel();
    Ok(())
}
