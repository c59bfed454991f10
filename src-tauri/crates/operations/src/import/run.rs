//! The whole import: identify the file, check it, take it chunk by chunk, report.

use super::aside::PutAsideFile;
use super::beginning;
use super::catalog::{Catalog, Stamp};
use super::feed::{self, Input};
use super::identity::{self, Earlier, Identity};
use super::layout::Layout;
use super::ledger::{Ids, Ledger};
use super::mapping::Mapping;
use super::overlap::{self, Settled};
use super::simulate::Simulated;
use super::step::Keyless;
use super::take::{Frame, Taker};
use super::tally::Tally;
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{ImportReport, ImportRequest, Progress};
use billing::ids::{ImportId, TenantId};
use billing::time::Timestamp;
use billing::timeline::Lateness;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, ImportRecord, ImportStatus};
use store::{Store, StoreError, audit, tenants};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// Hears how far an import is.
pub type Told<'t> = &'t (dyn Fn(Progress) + Send + Sync);

/// An import that failed after it had begun to take rows: what was taken stays, so it is reported all the same.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub error: OperationError,
    /// What was taken and put aside until then; none where nothing was begun, or all was rolled back.
    pub report: Option<Box<ImportReport>>,
}

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        Self { error, report: None }
    }
}

/// As [`run_and_tell`], for callers that show the error alone.
///
/// # Errors
/// As [`run_and_tell`].
pub async fn run(
    store: &Store,
    host: &dyn Host,
    request: &ImportRequest,
    told: Told<'_>,
    stop: &CancellationToken,
) -> Result<ImportReport> {
    run_and_tell(store, host, request, told, stop).await.map_err(|failure| failure.error)
}

/// Imports a file, or only looks at it.
///
/// A bad row is never an error: the report counts it. A stop is none either: what was taken stays, and the same file
/// goes on from there.
///
/// # Errors
/// `unknown_mapping`, `invalid_mapping`, `unreadable_file`, `missing_column` and the like for the file as a whole;
/// `overlap`; `unknown_tenant`; what the store gave.
pub async fn run_and_tell(
    store: &Store,
    host: &dyn Host,
    request: &ImportRequest,
    told: Told<'_>,
    stop: &CancellationToken,
) -> Result<ImportReport, Failure> {
    let (send, receive) = unbounded_channel();
    let started_at = host.now();
    let job = Job::new(host, request, stop.clone(), send)?;
    let done = match request {
        ImportRequest { dry_run: true, .. } => told_while(receive, told, job.run(Ledger::Look(store.clone()))).await,
        ImportRequest { all_or_nothing: true, .. } => told_while(receive, told, whole(store, job)).await,
        _ => told_while(receive, told, job.run(Ledger::Each(store.clone()))).await,
    };
    let elapsed = host.now().micros().saturating_sub(started_at.micros()) / 1_000;
    let elapsed_ms = u64::try_from(elapsed).unwrap_or(0);
    match done {
        Ok(report) => Ok(ImportReport { elapsed_ms, ..report }),
        Err(Failure { error, report }) => {
            let report = report.map(|report| Box::new(ImportReport { elapsed_ms, ..*report }));
            Err(Failure { error, report })
        }
    }
}

/// Waits for work and passes on how far it is.
async fn told_while<R>(
    mut receive: UnboundedReceiver<Progress>,
    told: Told<'_>,
    work: impl Future<Output = Result<R, Failure>>,
) -> Result<R, Failure> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            Some(progress) = receive.recv() => told(progress),
            done = &mut work => return done,
        }
    }
}

/// Why a transaction over the whole file did not commit.
enum RolledBack {
    Failed(OperationError),
    /// Rows were put aside: nothing is taken.
    Nothing(Box<ImportReport>),
}

impl From<StoreError> for RolledBack {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes the whole file in one transaction, or nothing of it.
async fn whole(store: &Store, job: Job) -> Result<ImportReport, Failure> {
    let done = store
        .write_once(move |write| {
            Box::pin(async move {
                let report = job.run(Ledger::Whole(write)).await.map_err(|failed| RolledBack::Failed(failed.error))?;
                let is_whole = report.refused + report.quarantined + report.conflicts == 0 && !report.stopped;
                if is_whole { Ok(report) } else { Err(RolledBack::Nothing(Box::new(report))) }
            })
        })
        .await;
    match done {
        Ok(report) => Ok(report),
        Err(RolledBack::Failed(error)) => Err(error.into()),
        Err(RolledBack::Nothing(report)) => Ok(ImportReport {
            import_id: None,
            accepted: 0,
            tenants_created: 0,
            meters_created: 0,
            totals: Vec::new(),
            cost: Vec::new(),
            ..*report
        }),
    }
}

/// An import with all that it needs, owned, so that it can run inside one transaction.
struct Job {
    request: ImportRequest,
    mapping: Mapping,
    layout: Arc<Layout>,
    path: PathBuf,
    file: File,
    stamp: Stamp,
    import: ImportId,
    ids: Ids,
    stop: CancellationToken,
    progress: UnboundedSender<Progress>,
}

impl Job {
    fn new(
        host: &dyn Host,
        request: &ImportRequest,
        stop: CancellationToken,
        progress: UnboundedSender<Progress>,
    ) -> Result<Self> {
        let mapping = super::load(&request.map)?;
        if mapping.tenant.from.is_some() && request.tenant.is_some() {
            let sentence = "The mapping takes the tenant from the file: leave --tenant out.";
            return Err(OperationError::wrong_use("tenant_twice", sentence).field("tenant"));
        }
        let path = PathBuf::from(&request.file);
        Ok(Self {
            layout: Arc::new(Layout::new(&mapping)?),
            file: identity::open(&path)?,
            path,
            stamp: Stamp { actor: host.actor().to_string(), source: mapping.name.clone(), at: host.now() },
            import: ImportId::from_uuid(host.new_uuid()),
            ids: Ids::new(host.new_uuid()),
            request: request.clone(),
            mapping,
            stop,
            progress,
        })
    }

    fn tell(&self, phase: &str, done: u64, total: u64) {
        // Nobody listens any more when the face has gone away; that stops nothing.
        let _ = self.progress.send(Progress { phase: phase.to_owned(), done, total: Some(total) });
    }

    async fn run(mut self, mut ledger: Ledger<'_>) -> Result<ImportReport, Failure> {
        let identity = self.identify(&mut ledger).await?;
        let mut catalog = Catalog::load(&mut ledger, self.mapping.create.clone()).await?;
        let tenant = self.named_tenant(&mut ledger, &mut catalog).await?;
        let identity = self.beginning(&mut ledger, tenant, identity).await?;
        let settled = if self.mapping.has_key() || self.request.allow_overlap {
            None
        } else {
            self.check_overlap(&mut ledger, tenant, &identity).await?
        };
        // Opened last: all handles of the file share one position.
        let input = feed::open(&self.file, &identity, &self.mapping, &self.layout)?;
        let is_look = ledger.is_look();
        if !is_look {
            self.begin(&mut ledger, &identity).await?;
        }
        let (format, delimiter) = (self.mapping.format, self.mapping.csv.delimiter);
        let aside = PutAsideFile::new(&self.path, format, delimiter, input.header());
        let frame = Frame {
            stamp: self.stamp.clone(),
            import: Some(self.import).filter(|_| !is_look),
            tenant,
            lateness: if self.request.backfill { Lateness::Backfill } else { Lateness::Checked },
            keyless: (!self.mapping.has_key()).then_some(Keyless { identity: identity.identity, settled }),
        };
        let ids = std::mem::replace(&mut self.ids, Ids::new(uuid::Uuid::nil()));
        let (tally, simulated) = (Tally::default(), Simulated::default());
        let aside = Some(aside).filter(|_| !is_look);
        let mut taker = Taker { ledger, catalog, ids, frame, tally, aside, simulated };
        let done = self.take_all(&mut taker, input, identity).await;
        self.end(taker, done).await
    }

    /// Hashes the file on a thread of its own.
    async fn identify(&self, ledger: &mut Ledger<'_>) -> Result<Identity> {
        let unreadable =
            |error| OperationError::failed("unreadable_file", "The file could not be read.").because(error);
        let bytes = self.file.metadata().map_err(unreadable)?.len();
        let source = self.stamp.source.clone();
        let earlier: Vec<Earlier> = ledger
            .read(move |read| Box::pin(async move { Ok(imports::candidates(read, &source, bytes).await?) }))
            .await?
            .into_iter()
            // Nothing has a key from a file without rows, and every file with its header begins with it.
            .filter(|import| import.status != ImportStatus::Done || import.counts.rows_read > 0)
            .map(|import| Earlier { bytes: import.file_bytes, hash: import.file_hash, identity: import.identity })
            .collect();
        let (mut file, stop, progress) =
            (self.file.try_clone().map_err(unreadable)?, self.stop.clone(), self.progress.clone());
        joined(tokio::task::spawn_blocking(move || {
            identity::identify(&mut file, &earlier, &stop, |done, total| {
                let _ = progress.send(Progress { phase: "reading the file".to_owned(), done, total: Some(total) });
            })
        }))
        .await
    }

    /// Whether a file without keys is the beginning of one that was imported: then its rows have that one's keys.
    async fn beginning(
        &self,
        ledger: &mut Ledger<'_>,
        tenant: Option<TenantId>,
        identity: Identity,
    ) -> Result<Identity> {
        if self.mapping.has_key() || identity.continued_bytes > 0 {
            return Ok(identity);
        }
        let file = beginning::Candidate {
            file: &self.file,
            mapping: &self.mapping,
            layout: &self.layout,
            identity,
            tenant,
            stamp: &self.stamp,
            stop: &self.stop,
        };
        beginning::of_earlier(ledger, &file).await
    }

    /// The tenant that the import names, by id, outside id or name; made where the mapping says so.
    async fn named_tenant(&mut self, ledger: &mut Ledger<'_>, catalog: &mut Catalog) -> Result<Option<TenantId>> {
        let Some(name) = self.request.tenant.clone() else { return Ok(None) };
        let unknown = |sentence: String| OperationError::wrong_use("unknown_tenant", sentence).field("tenant");
        if name.is_empty() || name.len() > super::interpret::limits::TENANT || name.chars().any(char::is_control) {
            return Err(unknown("A tenant's name has 1 to 200 bytes and no control characters.".to_owned()));
        }
        let wanted = name.clone();
        let found = ledger
            .read(move |read| {
                Box::pin(async move {
                    if let Ok(id) = wanted.parse::<TenantId>() {
                        return Ok(tenants::by_id(read, id).await?.into_iter().collect());
                    }
                    match tenants::by_outside_id(read, &wanted).await? {
                        Some(tenant) => Ok(vec![tenant]),
                        None => Ok(tenants::by_name(read, &wanted).await?),
                    }
                })
            })
            .await?;
        match found.as_slice() {
            [tenant] => return Ok(Some(tenant.id)),
            [] if self.mapping.create.tenants => {}
            [] => return Err(unknown(format!("There is no tenant '{name}'."))),
            _ => return Err(unknown(format!("Several tenants are called '{name}': name one by its id."))),
        }
        let wanted = BTreeMap::from([(name.clone(), Some(name.clone()))]);
        catalog.meet_tenants(ledger, &mut self.ids, &self.stamp, wanted).await?;
        Ok(catalog.tenant(&name))
    }

    async fn check_overlap(
        &self,
        ledger: &mut Ledger<'_>,
        tenant: Option<TenantId>,
        identity: &Identity,
    ) -> Result<Option<Settled>> {
        if identity.continued_bytes == identity.bytes {
            return Ok(None);
        }
        self.tell("checking for overlap", 0, identity.bytes);
        let mut input = feed::open(&self.file, identity, &self.mapping, &self.layout)?;
        let (layout, identity, stop) = (Arc::clone(&self.layout), *identity, self.stop.clone());
        let source = self.stamp.source.clone();
        let covered = joined(tokio::task::spawn_blocking(move || {
            overlap::covered(&mut input, &layout, &identity, &source, &stop)
        }))
        .await?;
        if self.stop.is_cancelled() {
            return Err(identity::stopped());
        }
        overlap::check(ledger, covered, tenant, identity.identity).await.map(Some)
    }

    async fn begin(&mut self, ledger: &mut Ledger<'_>, identity: &Identity) -> Result<()> {
        let file_name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let record = ImportRecord {
            id: self.import,
            source: self.stamp.source.clone(),
            file_name,
            file_bytes: identity.bytes,
            file_hash: identity.hash,
            identity: identity.identity,
            keyless: !self.mapping.has_key(),
            backfill: self.request.backfill,
            status: ImportStatus::Running,
            counts: imports::ImportCounts::default(),
            actor: self.stamp.actor.clone(),
            started_at: self.stamp.at,
            finished_at: None,
        };
        let noted = self.stamp.audit(&mut self.ids, "import.start", self.import);
        let rows = Arc::new((record, [noted]));
        ledger
            .write(move |write| {
                Box::pin(async move {
                    imports::start(write, &rows.0).await?;
                    Ok(audit::record(write, &rows.1).await?)
                })
            })
            .await
    }

    async fn take_all(&self, taker: &mut Taker<'_>, input: Input, identity: Identity) -> Result<()> {
        let mut chunks = feed::start(input, Arc::clone(&self.layout), identity, self.stop.clone());
        while let Some(chunk) = chunks.recv().await {
            if self.stop.is_cancelled() {
                break;
            }
            let chunk = chunk?;
            let done_bytes = chunk.done_bytes;
            taker.take(chunk).await?;
            self.tell(if taker.ledger.is_look() { "checking rows" } else { "taking rows" }, done_bytes, identity.bytes);
        }
        Ok(())
    }

    /// Notes how the import ended, gives the put-aside file its name, and reports.
    async fn end(&self, mut taker: Taker<'_>, done: Result<()>) -> Result<ImportReport, Failure> {
        let stopped = done.is_ok() && self.stop.is_cancelled();
        let status = match (&done, stopped) {
            (Err(_), _) => ImportStatus::Failed,
            (Ok(()), true) => ImportStatus::Stopped,
            (Ok(()), false) => ImportStatus::Done,
        };
        // After a failure, too: those rows are in quarantine. But where all is rolled back there is nothing to correct.
        let is_kept = done.is_ok() || !taker.ledger.is_whole();
        let refused_file = match taker.aside.take().filter(|_| is_kept).map(PutAsideFile::finish).transpose() {
            Ok(file) => file.flatten(),
            Err(error) if done.is_ok() => return Err(error.into()),
            Err(_) => None,
        };
        if let Some(import) = taker.frame.import {
            let (counts, at) = (taker.tally.counts, self.stamp.at);
            let noted = taker.frame.stamp.audit(&mut taker.ids, finish_action(status), import);
            let noted = Arc::new([noted]);
            let recorded =
                taker.ledger.write(move |write| Box::pin(note_end(write, import, status, counts, at, noted)));
            // The first error is the one to tell.
            let recorded = recorded.await;
            if done.is_ok() {
                recorded?;
            }
        }
        let is_look = taker.frame.import.is_none();
        let mut report = taker.tally.report(&self.stamp.source);
        report.import_id = taker.frame.import.map(|import| import.to_string());
        report.dry_run = is_look;
        report.stopped = stopped;
        report.tenants_created = taker.catalog.tenants_created;
        report.meters_created = taker.catalog.meters_created;
        report.refused_file = refused_file.map(|path| path.display().to_string());
        match done {
            Ok(()) => Ok(report),
            Err(error) => Err(Failure { error, report: Some(Box::new(report)).filter(|_| is_kept && !is_look) }),
        }
    }
}

const fn finish_action(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Failed => "import.fail",
        ImportStatus::Stopped => "import.stop",
        ImportStatus::Done | ImportStatus::Running => "import.finish",
    }
}

async fn note_end(
    write: &mut store::Write,
    import: ImportId,
    status: ImportStatus,
    counts: imports::ImportCounts,
    at: Timestamp,
    noted: Arc<[audit::AuditRecord; 1]>,
) -> Result<()> {
    imports::update(write, import, status, counts, Some(at)).await?;
    Ok(audit::record(write, noted.as_slice()).await?)
}

/// Waits for work on a thread of its own.
async fn joined<R>(task: tokio::task::JoinHandle<Result<R>>) -> Result<R> {
    match task.await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(identity::stopped()),
    }
}
