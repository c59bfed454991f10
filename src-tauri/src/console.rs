//! The state behind the window: the database that is open, and the import that runs.

use crate::host::DesktopHost;
use operations::connect::{Connections, Opened, Profile, settings_file};
use operations::error::OperationError;
use operations::open::Store;
use operations::wire::WireError;
use providers::keyring::SystemKeyring;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// The state behind the window.
pub struct Console {
    /// Clock, ids, actor.
    pub host: DesktopHost,
    /// The saved connections.
    pub connections: Connections,
    folders: Folders,
    shown: RwLock<Result<Shown, WireError>>,
    import: Mutex<Option<CancellationToken>>,
    started: Instant,
    first_figures: AtomicBool,
}

/// The database on screen, and the saved connection that opened it, where one did.
#[derive(Clone)]
struct Shown {
    store: Store,
    profile: Option<Profile>,
}

/// What names a saved connection among the databases that were open last.
const SAVED: &str = "connection:";

/// Where the program keeps its files.
#[derive(Debug, Clone)]
pub struct Folders {
    /// The sample company lies here.
    pub data: PathBuf,
    /// The name of the last database lies here.
    pub config: PathBuf,
}

impl Folders {
    /// The file of the sample company.
    pub fn sample(&self) -> PathBuf {
        self.data.join("sample-company.sqlite")
    }

    fn last(&self) -> PathBuf {
        self.config.join("last-database.txt")
    }

    /// The database that was open last. Not the sample company where its file is gone: then it is made again.
    pub fn last_database(&self) -> Option<String> {
        let last = std::fs::read_to_string(self.last()).ok().map(|text| text.trim().to_owned())?;
        let sample = self.sample();
        let is_gone = last == sample.display().to_string() && !sample.exists();
        (!last.is_empty() && !is_gone).then_some(last)
    }

    /// Remembers the database that is open now, whole or not at all.
    pub fn remember(&self, address: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.config)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.config)?;
        std::io::Write::write_all(&mut file, address.as_bytes())?;
        file.persist(self.last())?;
        Ok(())
    }
}

impl Console {
    /// Nothing is open yet.
    pub fn new(folders: Folders, started: Instant) -> Self {
        Self {
            host: DesktopHost,
            connections: Connections::new(settings_file(&folders.config), Arc::new(SystemKeyring)),
            folders,
            shown: RwLock::new(Err(OperationError::refused("no_database", "No database is open yet.").to_wire())),
            import: Mutex::new(None),
            started,
            first_figures: AtomicBool::new(false),
        }
    }

    /// Where files lie.
    pub const fn folders(&self) -> &Folders {
        &self.folders
    }

    /// The open database.
    ///
    /// # Errors
    /// `no_database` when none is open yet, or why the first one could not be opened.
    pub fn store(&self) -> Result<Store, WireError> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone().map(|shown| shown.store)
    }

    /// The saved connection that opened the database on screen; none for a file or an address.
    pub fn profile(&self) -> Option<Profile> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).as_ref().ok()?.profile.clone()
    }

    /// Keeps why a database could not be opened, for the page to show.
    pub fn failed(&self, error: WireError) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Err(error);
    }

    /// Puts another database on screen.
    pub fn show(&self, store: Store, address: &str) {
        tracing::info!("opened database {address}");
        self.put(Shown { store, profile: None }, address);
    }

    /// Puts the database of a saved connection on screen.
    pub fn show_saved(&self, Opened { store, profile }: Opened) {
        tracing::info!("opened connection {}", profile.id);
        let address = format!("{SAVED}{}", profile.id);
        self.put(Shown { store, profile: Some(profile) }, &address);
    }

    fn put(&self, shown: Shown, address: &str) {
        if let Err(error) = self.folders.remember(address) {
            tracing::warn!("the last database could not be remembered: {error}");
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Ok(shown);
    }

    /// The id of the saved connection that an address of [`Folders::last_database`] names; none for another.
    pub fn saved_id(address: &str) -> Option<&str> {
        address.strip_prefix(SAVED)
    }

    /// Notes once how long the first figures took, for people who measure.
    pub fn figures_shown(&self) {
        if !self.first_figures.swap(true, Ordering::Relaxed) {
            tracing::info!("first figures after {} ms", self.started.elapsed().as_millis());
        }
    }

    /// Takes the place of the one import that may run.
    ///
    /// # Errors
    /// `import_running` when one runs.
    pub fn begin_import(&self) -> Result<CancellationToken, WireError> {
        let mut import = self.import.lock().unwrap_or_else(PoisonError::into_inner);
        if import.is_some() {
            return Err(OperationError::refused("import_running", "An import is running already.").to_wire());
        }
        Ok(import.insert(CancellationToken::new()).clone())
    }

    /// Gives the place back.
    pub fn end_import(&self) {
        *self.import.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asks the running import to stop.
    pub fn cancel_import(&self) {
        if let Some(token) = &*self.import.lock().unwrap_or_else(PoisonError::into_inner) {
            token.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Folders;

    #[test]
    fn a_sample_company_that_is_gone_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders { data: folder.path().join("data"), config: folder.path().join("config") };
        assert_eq!(folders.last_database(), None, "nothing was open yet");
        let sample = folders.sample().display().to_string();
        folders.remember(&sample).unwrap();
        assert_eq!(folders.last_database(), None, "its file is not there");
        std::fs::create_dir_all(&folders.data).unwrap();
        std::fs::write(folders.sample(), "a file").unwrap();
        assert_eq!(folders.last_database(), Some(sample), "its file is there");
        folders.remember("/a/file/that/is/gone.sqlite").unwrap();
        let last = folders.last_database();
        assert_eq!(last.as_deref(), Some("/a/file/that/is/gone.sqlite"), "of any other file the window says so");
    }
}
