//! Saved connections: the list, the form, the test, and opening one.

use super::{Answer, open};
use crate::console::Console;
use operations::open::Access;
use operations::wire::{
    ConnectionForm, ConnectionRemoved, ConnectionRow, ConnectionTest, DatabaseStatus, SecretInput, SecretText,
};
use std::time::Duration;
use tauri::State;

/// How long the database may take to say that it is there.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// All saved connections, the one that was opened last first.
#[tauri::command]
#[specta::specta]
pub async fn connections(console: State<'_, Console>) -> Answer<Vec<ConnectionRow>> {
    Ok(console.connections.list()?)
}

/// Saves a connection; its password goes where the person said.
#[tauri::command]
#[specta::specta]
pub async fn connection_add(
    console: State<'_, Console>,
    form: ConnectionForm,
    secret: Option<SecretInput>,
) -> Answer<ConnectionRow> {
    Ok(console.connections.add(&console.host, form, secret).await?)
}

/// Changes a saved connection.
#[tauri::command]
#[specta::specta]
pub async fn connection_edit(
    console: State<'_, Console>,
    connection_id: String,
    form: ConnectionForm,
    secret: Option<SecretInput>,
) -> Answer<ConnectionRow> {
    Ok(console.connections.edit(&connection_id, form, secret).await?)
}

/// Saves a copy under another name, without the password.
#[tauri::command]
#[specta::specta]
pub async fn connection_duplicate(
    console: State<'_, Console>,
    connection_id: String,
    name: String,
) -> Answer<ConnectionRow> {
    Ok(console.connections.duplicate(&console.host, &connection_id, &name).await?)
}

/// Takes a connection away, and its password out of the keyring.
#[tauri::command]
#[specta::specta]
pub async fn connection_remove(console: State<'_, Console>, connection_id: String) -> Answer<ConnectionRemoved> {
    Ok(console.connections.remove(&connection_id).await?)
}

/// Looks step by step whether a connection works as the form stands.
#[tauri::command]
#[specta::specta]
pub async fn connection_test(
    console: State<'_, Console>,
    connection_id: Option<String>,
    form: ConnectionForm,
    secret: Option<SecretText>,
) -> Answer<ConnectionTest> {
    Ok(console.connections.test(&console.host, connection_id.as_deref(), form, secret).await?)
}

/// Opens a saved connection, with the password that is kept or the one that is given.
#[tauri::command]
#[specta::specta]
pub async fn connection_open(
    console: State<'_, Console>,
    connection_id: String,
    secret: Option<SecretInput>,
) -> Answer<DatabaseStatus> {
    let opened = console.connections.open(&console.host, &connection_id, secret, Access::ReadWrite).await?;
    console.show_saved(opened);
    open::status(&console).await
}

/// Whether the database on screen still answers; `connection_lost` when not.
#[tauri::command]
#[specta::specta]
pub async fn connection_alive(console: State<'_, Console>) -> Answer<()> {
    Ok(operations::open::answers(&console.store()?, ANSWER_LIMIT).await?)
}
