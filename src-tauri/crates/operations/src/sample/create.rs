//! Makes the file of the sample company: beside its place under another name, then renamed, so that it is there whole
//! or not at all.

use super::company::Company;
use super::write::{self, Tally};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Progress, SampleReport};
use billing::ids::LedgerId;
use billing::time::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::ledger::LedgerEnvironment;
use store::{Access, NewLedger, Store, Target};
use tempfile::TempPath;

/// The seed of the sample that everybody sees.
pub const SEED: u32 = 2023;

/// What makes one sample company differ from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleOrder {
    /// The seed.
    pub seed: u32,
    /// Up to when there is usage.
    pub now: Timestamp,
}

/// Makes the usual sample company as it is now.
///
/// # Errors
/// As [`create_from`].
pub async fn create(file: &Path, host: &dyn Host, progress: &(dyn Fn(Progress) + Send + Sync)) -> Result<SampleReport> {
    create_from(file, SampleOrder { seed: SEED, now: host.now_of_people() }, progress).await
}

/// Makes a sample company. Dropping the future leaves nothing behind.
///
/// # Errors
/// `file_exists` when the file is there already, `cannot_write` for its folder, and what the store says.
pub async fn create_from(
    file: &Path,
    order: SampleOrder,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<SampleReport> {
    let started = std::time::Instant::now();
    let unfinished = Unfinished::beside(file)?;
    progress(Progress { phase: "inventing the company".to_owned(), done: 0, total: None });
    let company = tokio::task::spawn_blocking(move || Company::new(u64::from(order.seed), order.now)).await;
    let company = company.map_err(impossible)?.map_err(impossible)?;
    let company = Arc::new(company);
    let store = Store::connect(&Target::Sqlite(unfinished.path.clone()), Access::Create).await?;
    let done = fill(&store, &company, order, progress).await;
    store.close().await;
    let tally = done?;
    unfinished.finish(file)?;
    Ok(SampleReport {
        file: file.display().to_string(),
        seed: order.seed,
        now: order.now.to_string(),
        tenants: u32::try_from(company.accounts.len()).unwrap_or(u32::MAX),
        events: tally.accepted,
        put_aside: tally.put_aside,
        alerts: tally.alerts,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

async fn fill(
    store: &Store,
    company: &Arc<Company>,
    order: SampleOrder,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Tally> {
    let ledger = NewLedger {
        id: LedgerId::from_uuid(company.random.stream("ledger", 0).uuid()),
        name: "Sample company".to_owned(),
        environment: LedgerEnvironment::Sample,
        at: order.now,
        backup: "none: the database was empty".to_owned(),
    };
    store.migrate(ledger).await?;
    write::write(store, company, progress).await
}

/// A file that is being made; deleted with what SQLite keeps beside it unless it is finished.
struct Unfinished {
    /// None once it is finished.
    file: Option<TempPath>,
    path: PathBuf,
}

impl Unfinished {
    fn beside(file: &Path) -> Result<Self> {
        if file.exists() {
            return Err(exists(file));
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let cannot = |error| {
            let message = format!("No file can be written in {}.", folder.display());
            OperationError::failed("cannot_write", message).field("out").because(error)
        };
        let made = tempfile::Builder::new().prefix(".sample-").suffix(".unfinished").tempfile_in(folder);
        let file = made.map_err(cannot)?.into_temp_path();
        Ok(Self { path: file.to_path_buf(), file: Some(file) })
    }

    /// Gives the file its name; one that appeared there meanwhile is not overwritten.
    fn finish(mut self, file: &Path) -> Result<()> {
        let Some(made) = self.file.take() else { return Ok(()) };
        made.persist_noclobber(file).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(file),
            _ => OperationError::failed("cannot_write", format!("{} could not be written.", file.display()))
                .field("out")
                .because(error.error),
        })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for ending in ["-wal", "-shm"] {
            let mut companion = self.path.as_os_str().to_owned();
            companion.push(ending);
            // Usually there is none: the last connection that closes removes them.
            let _ = std::fs::remove_file(companion);
        }
    }
}

fn exists(file: &Path) -> OperationError {
    let message = format!("{} exists already; the sample company only goes into a new file.", file.display());
    OperationError::refused("file_exists", message).field("out")
}

fn impossible(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OperationError {
    OperationError::failed("sample_impossible", "The sample company could not be made.").because(error)
}
