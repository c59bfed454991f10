//! Importing usage from the window.

use super::Answer;
use super::open::picked;
use crate::console::Console;
use operations::import;
use operations::wire::{ImportReport, ImportRequest, Preset, Progress};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// The mappings that come along.
#[tauri::command]
#[specta::specta]
pub async fn presets() -> Answer<Vec<Preset>> {
    Ok(import::presets())
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
    let store = console.store()?;
    let running = console.import.begin()?;
    let told = move |progress: Progress| {
        // A page that has gone away does not stop an import.
        let _ = on_progress.send(progress);
    };
    Ok(import::run(&store, &console.host, &request, &told, &running.stop).await?)
}

/// Stops the import that runs; what was taken stays.
#[tauri::command]
#[specta::specta]
pub async fn import_cancel(console: State<'_, Console>) -> Answer<()> {
    console.import.cancel();
    Ok(())
}
