//! The state behind the window: the database that is open, and the long work that runs.

use crate::host::DesktopHost;
use operations::connect::{Connections, Opened, Profile, settings_file};
use operations::error::OperationError;
use operations::open::Store;
use operations::wire::{Difference, WireError};
use providers::keyring::SystemKeyring;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The state behind the window.
pub struct Console {
    /// Clock, ids, actor of the people: what is on screen has its own.
    pub host: DesktopHost,
    /// The saved connections.
    pub connections: Connections,
    folders: Folders,
    shown: RwLock<Result<Shown, WireError>>,
    /// The import that may run.
    pub import: OneAtATime,
    /// The run of invoices that may run.
    pub invoice_run: OneAtATime,
    /// The snapshot that may be written.
    pub snapshot: OneAtATime,
    address: RwLock<Option<String>>,
    failed: RwLock<Option<String>>,
    difference: Mutex<Option<Difference>>,
    started: Instant,
    /// Whether the first database is open or cannot be.
    first: watch::Sender<bool>,
    first_figures: AtomicBool,
}

/// The database on screen with its own clock, and the saved connection that opened it, where one did. A command takes all
/// of it at once: whatever is put on screen later moves neither the store nor the time of what runs already.
#[derive(Clone)]
pub struct Shown {
    /// The database.
    pub store: Store,
    /// Its time: of now, or the moment of a snapshot or a review.
    pub host: DesktopHost,
    /// The saved connection; none for a file or an address.
    pub profile: Option<Profile>,
    /// Whether nobody chose it: it was double-clicked or dropped.
    pub arrived: bool,
}

/// What names a saved connection among the databases that were open last.
const SAVED: &str = "connection:";
/// What names a file that was double-clicked or dropped, so that it stays one that nobody chose at the next start, too.
const ARRIVED: &str = "look:";

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
            host: DesktopHost::default(),
            connections: Connections::new(settings_file(&folders.config), Arc::new(SystemKeyring)),
            folders,
            shown: RwLock::new(Err(OperationError::refused("no_database", "No database is open yet.").to_wire())),
            import: OneAtATime::new("import_running", "An import is running already."),
            invoice_run: OneAtATime::new("run_running", "A run of invoices is running already."),
            snapshot: OneAtATime::new("snapshot_running", "A snapshot is being written already."),
            address: RwLock::default(),
            failed: RwLock::default(),
            difference: Mutex::default(),
            started,
            first: watch::Sender::new(false),
            first_figures: AtomicBool::new(false),
        }
    }

    /// Where files lie.
    pub const fn folders(&self) -> &Folders {
        &self.folders
    }

    /// The open database and its time.
    ///
    /// # Errors
    /// `no_database` when none is open yet, or why the first one could not be opened.
    pub fn shown(&self) -> Result<Shown, WireError> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The open database, for looks that no time is needed for.
    ///
    /// # Errors
    /// As [`Console::shown`].
    pub fn store(&self) -> Result<Store, WireError> {
        self.shown().map(|shown| shown.store)
    }

    /// Keeps why a database could not be opened, for the page to show, and which one, to try it again.
    pub fn failed(&self, error: WireError, address: &str) {
        *self.failed.write().unwrap_or_else(PoisonError::into_inner) = Some(address.to_owned());
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Err(error);
    }

    /// The address of what could not be opened at the start; none once something is open.
    pub fn address_that_failed(&self) -> Option<String> {
        self.failed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first database is open, or cannot be.
    pub fn first_tried(&self) {
        self.first.send_replace(true);
    }

    /// Waits until the first database is open, or cannot be.
    pub async fn after_first_try(&self) {
        // The sender lives as long as this.
        let mut told = self.first.subscribe();
        let _tried = told.wait_for(|tried| *tried).await.is_ok();
    }

    /// Puts another database on screen.
    pub fn show(&self, store: Store, address: &str) {
        tracing::info!("opened database {address}");
        self.put(store, None, address);
    }

    /// Puts the database of a saved connection on screen.
    pub fn show_saved(&self, Opened { store, profile, not_noted }: Opened) {
        if let Some(error) = not_noted {
            tracing::warn!("{error}");
        }
        tracing::info!("opened connection {}", profile.id);
        let address = format!("{SAVED}{}", profile.id);
        self.put(store, Some(profile), &address);
    }

    fn put(&self, store: Store, profile: Option<Profile>, address: &str) {
        if let Err(error) = self.folders.remember(address) {
            tracing::warn!("the last database could not be remembered: {error}");
        }
        let arrived = Self::arrived(address).is_some();
        let shown = Shown { host: DesktopHost::of(&store), store, profile, arrived };
        *self.failed.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self.address.write().unwrap_or_else(PoisonError::into_inner) = Some(address.to_owned());
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Ok(shown);
    }

    /// The id of the saved connection that an address of [`Folders::last_database`] names; none for another.
    pub fn saved_id(address: &str) -> Option<&str> {
        address.strip_prefix(SAVED)
    }

    /// The address of what was double-clicked or dropped.
    pub fn as_arrived(place: &str) -> String {
        format!("{ARRIVED}{place}")
    }

    /// The place that such an address names; none for another.
    pub fn arrived(address: &str) -> Option<&str> {
        address.strip_prefix(ARRIVED)
    }

    /// The address of what is on screen.
    ///
    /// # Errors
    /// `no_database`.
    pub fn address(&self) -> Result<String, WireError> {
        let address = self.address.read().unwrap_or_else(PoisonError::into_inner).clone();
        address.ok_or_else(|| OperationError::refused("no_database", "No database is open yet.").to_wire())
    }

    /// Keeps the difference that was found last, to save it.
    pub fn keep_difference(&self, found: Difference) {
        *self.difference.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }

    /// The difference that was found last.
    pub fn difference(&self) -> Option<Difference> {
        self.difference.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes once how long the first figures took, for people who measure.
    pub fn figures_shown(&self) {
        if !self.first_figures.swap(true, Ordering::Relaxed) {
            tracing::info!("first figures after {} ms", self.started.elapsed().as_millis());
        }
    }
}

/// Long work of which this window does one at a time.
pub struct OneAtATime {
    code: &'static str,
    sentence: &'static str,
    running: Mutex<Option<CancellationToken>>,
}

impl OneAtATime {
    const fn new(code: &'static str, sentence: &'static str) -> Self {
        Self { code, sentence, running: Mutex::new(None) }
    }

    fn place(&self) -> MutexGuard<'_, Option<CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place until what it gives is dropped.
    ///
    /// # Errors
    /// The code, when it is taken.
    pub fn begin(&self) -> Result<Running<'_>, WireError> {
        let mut place = self.place();
        if place.is_some() {
            return Err(OperationError::refused(self.code, self.sentence).to_wire());
        }
        let stop = place.insert(CancellationToken::new()).clone();
        Ok(Running { work: self, stop })
    }

    /// Asks what runs to stop.
    pub fn cancel(&self) {
        if let Some(token) = &*self.place() {
            token.cancel();
        }
    }
}

/// The place of long work; dropping it gives the place back, also when the work fails.
pub struct Running<'a> {
    work: &'a OneAtATime,
    /// Cancelled when a person asks the work to stop.
    pub stop: CancellationToken,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *self.work.place() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{Console, Folders, OneAtATime};
    use crate::host::DesktopHost;
    use operations::host::Host;
    use operations::open::{Access, Login, MigrateRequest, migrate, open, review};
    use operations::target::Target;
    use std::time::Instant;

    fn folders(folder: &tempfile::TempDir) -> Folders {
        Folders { data: folder.path().join("data"), config: folder.path().join("config") }
    }

    #[tokio::test]
    async fn what_is_opened_later_moves_no_clock_of_what_runs() {
        let folder = tempfile::tempdir().unwrap();
        let (console, people) = (Console::new(folders(&folder), Instant::now()), DesktopHost::default());
        let file = folder.path().join("books.sqlite");
        let login = || Login::new(Target::File(file.clone()), None);
        let request =
            MigrateRequest { name: "Books".to_owned(), environment: "development".parse().unwrap(), backup: None };
        migrate(login(), request, &people).await.unwrap();
        console.show(open(login(), Access::ReadWrite, &people).await.unwrap(), "books.sqlite");
        // A run takes what is on screen, and goes on while somebody opens a review.
        let run = console.shown().unwrap();
        console.show(review(login(), &people).await.unwrap(), "books.sqlite");
        let looked = console.shown().unwrap();
        let moment = looked.store.moment().expect("a review stands at a moment");
        assert_eq!(looked.host.now(), moment, "screens of the review are of its moment");
        assert!(looked.host.now_of_people() > moment, "people live on");
        assert!(run.host.now() > moment, "what the run writes now happened now, not at the moment of the review");
        assert!(console.host.now() > moment, "and whatever is opened next is opened now");
        assert_eq!(run.store.moment(), None, "the run still has the live ledger");
        run.store.close().await;
    }

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

    #[test]
    fn long_work_has_one_place_that_comes_back() {
        let work = OneAtATime::new("import_running", "An import is running already.");
        let running = work.begin().unwrap();
        assert_eq!(work.begin().err().unwrap().code, "import_running", "a second one would read the same file");
        work.cancel();
        assert!(running.stop.is_cancelled(), "who runs is told");
        drop(running);
        assert!(!work.begin().unwrap().stop.is_cancelled(), "the next one starts afresh");
        work.cancel();
    }
}
