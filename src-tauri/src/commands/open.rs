//! Opening a database: the last one, the sample company, or a file that the person chooses.

use super::Answer;
use crate::console::{Console, Shown};
use crate::host::DesktopHost;
use crate::locale;
use billing::time::Timestamp;
use operations::connect::described;
use operations::error::OperationError;
use operations::host::Host;
use operations::open::{self, Access, Came, Store, described_as_arrived};
use operations::snapshot::EXTENSION;
use operations::target::Target;
use operations::wire::{DatabaseStatus, Progress, Session, WireError};
use operations::{look, sample, snapshot};
use std::path::{Path, PathBuf};
use tauri::{AppHandle, Emitter, Manager, State};
use tauri_plugin_dialog::{DialogExt, FilePath};

/// Opens what the program was started with, or what was open last, or the sample company where it exists already.
/// A failure is no reason not to show the window: the page asks for the status and shows it.
pub async fn open_first(app: &AppHandle, named: Option<String>) {
    let console = app.state::<Console>();
    let sample = console.folders().sample();
    if let Some(address) = named.or_else(|| sample.exists().then(|| sample.display().to_string())) {
        if snapshot::is_snapshot(Path::new(Console::arrived(&address).unwrap_or(&address))) {
            // Verifying takes its time: the window is there meanwhile.
            return open_soon(app, address);
        }
        if let Err(error) = show(app, &console, &address).await {
            tracing::warn!("{address} could not be opened: {}", error.message);
            console.failed(error, &address);
        }
    }
    console.first_tried();
}

/// Opens what was dropped on the window, or what a second start of the program named; the page hears of it by
/// `database-opened` or `database-refused`.
pub fn open_soon(app: &AppHandle, address: String) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let console = app.state::<Console>();
        match show(&app, &console, &address).await {
            Ok(()) => {
                let _ = app.emit("database-opened", ());
            }
            Err(error) => {
                tracing::warn!("{address} could not be opened: {}", error.message);
                if console.store().is_err() {
                    console.failed(error.clone(), &address);
                }
                let _ = app.emit("database-refused", error);
            }
        }
        console.first_tried();
    });
}

/// How far opening is, as `opening-progress` events; once it is over, whatever came of it, `opening-ended`.
pub fn telling(app: &AppHandle) -> impl Fn(Progress) + Send + Sync + 'static {
    let until = Until(app.clone());
    move |progress| {
        let _ = until.0.emit("opening-progress", progress);
    }
}

/// Tells the page that what it was told the progress of is over, when it is dropped.
struct Until(AppHandle);

impl Drop for Until {
    fn drop(&mut self) {
        let _ = self.0.emit("opening-ended", ());
    }
}

/// Opens a database and puts it on screen.
pub async fn show(app: &AppHandle, console: &Console, address: &str) -> Answer<()> {
    if let Some(id) = Console::saved_id(address) {
        console.show_saved(console.connections.open(&console.host, id, None, Access::ReadWrite).await?);
        return Ok(());
    }
    let (place, came) = match Console::arrived(address) {
        Some(place) => (place, Came::Arrived),
        None => (address, Came::Chosen),
    };
    let target: Target = place.parse().map_err(WireError::from)?;
    let store = open::open_named(target, came, &console.host, telling(app)).await?;
    let now = DesktopHost::of(&store).now();
    console.show(store.clone(), address);
    read_ahead(store, now);
    Ok(())
}

/// Reads the figures of the first screen while its page is still being loaded: the store keeps them, and the page's own
/// look reads only what has changed since. A failure is the page's to show.
fn read_ahead(store: Store, now: Timestamp) {
    tauri::async_runtime::spawn(async move {
        let _ = look::overview(&store, now).await;
    });
}

/// What the top bar says.
pub async fn status(console: &Console) -> Answer<DatabaseStatus> {
    let Shown { store, host, profile, arrived } = console.shown()?;
    let status = look::database_status(&store, host.now()).await?;
    Ok(match profile {
        Some(profile) => described(status, &profile),
        None if arrived => described_as_arrived(status),
        None => status,
    })
}

/// What the page needs before its first picture.
#[tauri::command]
#[specta::specta]
pub async fn session(console: State<'_, Console>) -> Answer<Session> {
    Ok(Session {
        locale: locale::system(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        actor: console.host.actor().to_string(),
    })
}

/// What the top bar says, as soon as the first database is open or cannot be; `no_database` where there is none.
#[tauri::command]
#[specta::specta]
pub async fn database_status(console: State<'_, Console>) -> Answer<DatabaseStatus> {
    console.after_first_try().await;
    status(&console).await
}

/// Tries once more to open what could not be opened at the start.
#[tauri::command]
#[specta::specta]
pub async fn open_again(app: AppHandle, console: State<'_, Console>) -> Answer<DatabaseStatus> {
    if let Some(address) = console.address_that_failed()
        && let Err(error) = show(&app, &console, &address).await
    {
        tracing::warn!("{address} could not be opened again: {}", error.message);
        console.failed(error.clone(), &address);
        return Err(error);
    }
    status(&console).await
}

/// Opens the sample company; makes it first, with `sample-progress` events, where there is none.
#[tauri::command]
#[specta::specta]
pub async fn open_sample(app: AppHandle, console: State<'_, Console>) -> Answer<DatabaseStatus> {
    let path = console.folders().sample();
    if !path.exists() {
        std::fs::create_dir_all(&console.folders().data).map_err(|error| {
            OperationError::failed("cannot_write", "The folder of the program's data could not be made.")
                .because(error)
                .to_wire()
        })?;
        let app = app.clone();
        let told = move |progress: Progress| {
            let _ = app.emit("sample-progress", progress);
        };
        sample::create(&path, &console.host, &told).await?;
    }
    show(&app, &console, &path.display().to_string()).await?;
    status(&console).await
}

/// Opens a SQLite file that the person chooses; none when they think better of it.
#[tauri::command]
#[specta::specta]
pub async fn open_database(app: AppHandle, console: State<'_, Console>) -> Answer<Option<DatabaseStatus>> {
    let dialog = app.dialog().file().add_filter("Billing database or snapshot", &["sqlite", "db", EXTENSION]);
    let Some(path) = picked(|done| dialog.pick_file(done)).await? else { return Ok(None) };
    show(&app, &console, &path.display().to_string()).await?;
    status(&console).await.map(Some)
}

/// What a dialog of the desktop answered, without blocking a thread.
pub async fn picked(ask: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Answer<Option<PathBuf>> {
    let (send, answer) = tokio::sync::oneshot::channel();
    ask(Box::new(move |path| {
        let _ = send.send(path);
    }));
    let Ok(Some(path)) = answer.await else { return Ok(None) };
    path.into_path().map(Some).map_err(|error| {
        OperationError::wrong_use("not_a_file", "Choose a file of this machine.").because(error).to_wire()
    })
}
