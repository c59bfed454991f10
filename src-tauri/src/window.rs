//! The window itself: arguments, plugins, what is opened first.

use crate::console::{Console, Folders};
use crate::{bindings, commands};
use anyhow::{Context, Result, bail};
use std::time::Instant;
use tauri::Manager;

/// What the program was started with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The address of the database to open instead of the last one. A file without `--db` is one that arrived: the
    /// desktop passes it so when somebody opens it there.
    pub database: Option<String>,
}

/// Reads the arguments.
///
/// # Errors
/// Anything but `--db FILE|URL`, or one file as the desktop passes it when somebody opens one.
pub fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut arguments = Arguments::default();
    while let Some(argument) = given.next() {
        match argument.strip_prefix("--db").map(|rest| rest.strip_prefix('=')) {
            Some(Some(value)) => arguments.database = Some(value.to_owned()),
            Some(None) if argument == "--db" => {
                arguments.database = Some(given.next().context("--db needs a file or an address")?);
            }
            _ if !argument.starts_with('-') && arguments.database.is_none() => {
                arguments.database = Some(Console::as_arrived(&argument));
            }
            _ => bail!("unknown argument '{argument}': the program takes FILE, --db FILE or --db URL"),
        }
    }
    Ok(arguments)
}

/// A file as another start of the program named it, from the folder that it was started in. An address is as it is.
fn within(folder: &str, address: String) -> String {
    let place = Console::arrived(&address);
    let path = std::path::Path::new(folder).join(place.unwrap_or(&address));
    match (path.is_file(), place) {
        (true, Some(_)) => Console::as_arrived(&path.display().to_string()),
        (true, None) => path.display().to_string(),
        (false, _) => address,
    }
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When the desktop refuses the window.
pub fn open(arguments: Arguments) -> Result<()> {
    let started = Instant::now();
    let builder = bindings::builder();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, given, folder| {
            let named = self::arguments(given.into_iter().skip(1)).ok().and_then(|named| named.database);
            if let Some(address) = named {
                commands::open::open_soon(app, within(&folder, address));
            }
            if let Some(window) = app.get_webview_window("main") {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .on_window_event(|window, event| {
            let tauri::WindowEvent::DragDrop(tauri::DragDropEvent::Drop { paths, .. }) = event else { return };
            if let [file] = paths.as_slice() {
                commands::open::open_soon(window.app_handle(), Console::as_arrived(&file.display().to_string()));
            }
        })
        .invoke_handler(builder.invoke_handler())
        .setup(move |app| {
            let folders = Folders { data: app.path().app_local_data_dir()?, config: app.path().app_config_dir()? };
            let first = arguments.database.or_else(|| folders.last_database());
            app.manage(Console::new(folders, started));
            let handle = app.handle().clone();
            // The window does not wait for a server or a keyring; the page asks and is told when it is there.
            tauri::async_runtime::spawn(async move { commands::open::open_first(&handle, first).await });
            // A program that was killed has left copies of whole ledgers.
            std::thread::spawn(operations::snapshot::sweep);
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("the window could not be opened")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments> {
        arguments(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_database_may_be_named_and_nothing_else() {
        assert_eq!(parse(&[]).unwrap().database, None, "without arguments the last database opens");
        for words in [&["--db", "a file.sqlite"][..], &["--db=a file.sqlite"][..]] {
            assert_eq!(parse(words).unwrap().database.as_deref(), Some("a file.sqlite"), "for {words:?}");
        }
        let double_clicked = parse(&["a file.sqlite"]).unwrap().database.unwrap();
        assert_eq!(Console::arrived(&double_clicked), Some("a file.sqlite"), "what nobody chose is known for it");
        for words in [&["--db"][..], &["--dbx", "y"][..], &["a", "b"][..], &["--verbose"][..]] {
            assert!(parse(words).is_err(), "{words:?} is wrong use");
        }
    }

    #[test]
    fn what_arrived_stays_what_arrived_in_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.sqlite"), "").unwrap();
        let (folder, whole) =
            (folder.path().display().to_string(), folder.path().join("a.sqlite").display().to_string());
        assert_eq!(within(&folder, Console::as_arrived("a.sqlite")), Console::as_arrived(&whole), "double-clicked");
        assert_eq!(within(&folder, "a.sqlite".to_owned()), whole, "named with --db");
        assert_eq!(within(&folder, "postgres://h/d".to_owned()), "postgres://h/d", "an address is as it is");
    }
}
