//! Snapshots and review: writing a file, comparing with one, holding a moment.

use super::Answer;
use super::open::{self, picked};
use super::save::asked;
use crate::console::{Console, Shown};
use documents::Files;
use operations::error::OperationError;
use operations::open::Login;
use operations::snapshot::{self, EXTENSION};
use operations::target::Target;
use operations::wire::{DatabaseStatus, Difference, Exported, Progress, SnapshotRequest, SnapshotWritten, WireError};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;

/// Writes a snapshot where the person chooses; none when they think better of it.
#[tauri::command]
#[specta::specta]
pub async fn snapshot_export(
    app: AppHandle,
    console: State<'_, Console>,
    request: SnapshotRequest,
    on_progress: Channel<Progress>,
) -> Answer<Option<SnapshotWritten>> {
    let Shown { store, host, .. } = console.shown()?;
    let Some(path) = asked(&app, "snapshot", EXTENSION).await? else { return Ok(None) };
    let running = console.snapshot.begin()?;
    let told = move |progress: Progress| {
        // A page that has gone away does not stop an export.
        let _ = on_progress.send(progress);
    };
    Ok(Some(snapshot::export(&store, &host, &request, &path, told, &running.stop).await?))
}

/// Stops the export that runs; no file is written.
#[tauri::command]
#[specta::specta]
pub async fn snapshot_cancel(console: State<'_, Console>) -> Answer<()> {
    console.snapshot.cancel();
    Ok(())
}

/// Compares what is open with a snapshot that the person chooses, the earlier first; none when they think better of it.
#[tauri::command]
#[specta::specta]
pub async fn snapshot_difference(app: AppHandle, console: State<'_, Console>) -> Answer<Option<Difference>> {
    let Shown { store, host, .. } = console.shown()?;
    let dialog = app.dialog().file().add_filter("Snapshot", &[EXTENSION]);
    let Some(path) = picked(|done| dialog.pick_file(done)).await? else { return Ok(None) };
    let other = snapshot::open(&path, open::telling(&app)).await?;
    let found = snapshot::difference_in_time(&other, &store, &host).await?;
    console.keep_difference(found.clone());
    Ok(Some(found))
}

/// Saves the difference that was found last as a table.
#[tauri::command]
#[specta::specta]
pub async fn save_difference(app: AppHandle, console: State<'_, Console>) -> Answer<Option<Exported>> {
    let found = console
        .difference()
        .ok_or_else(|| OperationError::not_found("no_difference", "There is no difference yet to save.").to_wire())?;
    let Some(path) = asked(&app, "difference", "csv").await? else { return Ok(None) };
    Ok(Some(snapshot::save_difference(&found, &Files, &path)?))
}

/// Holds this moment for all screens, or holds it anew; nothing can be written meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn review_begin(console: State<'_, Console>) -> Answer<DatabaseStatus> {
    let address = console.address()?;
    if let Some(id) = Console::saved_id(&address) {
        console.show_saved(console.connections.review(&console.host, id).await?);
    } else {
        let place = Console::arrived(&address).unwrap_or(&address);
        let target: Target = place.parse().map_err(WireError::from)?;
        let store = operations::open::review(Login::new(target, None), &console.host).await?;
        console.show(store, &address);
    }
    open::status(&console).await
}

/// Lets time go on.
#[tauri::command]
#[specta::specta]
pub async fn review_end(app: AppHandle, console: State<'_, Console>) -> Answer<DatabaseStatus> {
    let address = console.address()?;
    open::show(&app, &console, &address).await?;
    open::status(&console).await
}
