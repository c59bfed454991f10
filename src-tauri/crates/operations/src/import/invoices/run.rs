//! The whole import of a file of invoices: read it, take its documents batch by batch, report.

use super::build::Layouts;
use super::mapping::InvoiceMapping;
use super::preset;
use super::read::{self, Source, Spooled};
use super::row::RowLayout;
use super::spool::{Part, Spool};
use super::take::Taker;
use super::tally::InvoiceTally;
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::import::Told;
use crate::import::aside::PutAsideFile;
use crate::import::catalog::{Catalog, Stamp};
use crate::import::feed::Input;
use crate::import::identity::{self, Identity};
use crate::import::ledger::{Ids, Ledger};
use crate::import::read::Reader;
use crate::wire::{InvoiceImportReport, InvoiceImportRequest, Progress};
use billing::ids::ImportId;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use store::imports::{self, ImportCounts, ImportRecord, ImportStatus};
use store::{Store, StoreError, audit};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

const BUFFER_BYTES: usize = 256 * 1024;

/// An import that failed after it had begun to take documents: what was taken stays, so it is reported all the same.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub error: OperationError,
    /// What was taken and put aside until then; none where nothing was begun, or all was rolled back.
    pub report: Option<Box<InvoiceImportReport>>,
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
    request: &InvoiceImportRequest,
    told: Told<'_>,
    stop: &CancellationToken,
) -> Result<InvoiceImportReport> {
    run_and_tell(store, host, request, told, stop).await.map_err(|failure| failure.error)
}

/// Imports a file of invoices, or only looks at it.
///
/// A bad row is never an error: the report counts it. A stop is none either: what was taken stays, and the same file
/// goes on from there.
///
/// # Errors
/// `unknown_mapping`, `invalid_mapping`, `unknown_shape`, `no_documents`, `unreadable_file`, `missing_column` and the like
/// for the files as a whole; `document_too_large`; what the store gave.
pub async fn run_and_tell(
    store: &Store,
    host: &dyn Host,
    request: &InvoiceImportRequest,
    told: Told<'_>,
    stop: &CancellationToken,
) -> Result<InvoiceImportReport, Failure> {
    let (send, receive) = unbounded_channel();
    let started_at = host.now();
    let job = Job::new(host, request, stop.clone(), send)?;
    let done = match request {
        InvoiceImportRequest { dry_run: true, .. } => {
            told_while(receive, told, Box::pin(job.run(Ledger::Look(store.clone())))).await
        }
        InvoiceImportRequest { all_or_nothing: true, .. } => {
            told_while(receive, told, Box::pin(whole(store, job))).await
        }
        _ => told_while(receive, told, Box::pin(job.run(Ledger::Each(store.clone())))).await,
    };
    let elapsed = host.now().micros().saturating_sub(started_at.micros()) / 1_000;
    let elapsed_ms = u64::try_from(elapsed).unwrap_or(0);
    match done {
        Ok(report) => Ok(InvoiceImportReport { elapsed_ms, ..report }),
        Err(Failure { error, report }) => {
            let report = report.map(|report| Box::new(InvoiceImportReport { elapsed_ms, ..*report }));
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
    Nothing(Box<InvoiceImportReport>),
}

impl From<StoreError> for RolledBack {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes the whole file in one transaction, or nothing of it.
async fn whole(store: &Store, job: Job) -> Result<InvoiceImportReport, Failure> {
    let done = store
        .write_once(move |write| {
            Box::pin(async move {
                let report = job.run(Ledger::Whole(write)).await.map_err(|failed| RolledBack::Failed(failed.error))?;
                let is_whole = report.refused + report.conflicts == 0 && !report.stopped;
                if is_whole { Ok(report) } else { Err(RolledBack::Nothing(Box::new(report))) }
            })
        })
        .await;
    match done {
        Ok(report) => Ok(report),
        Err(RolledBack::Failed(error)) => Err(error.into()),
        Err(RolledBack::Nothing(report)) => Ok(InvoiceImportReport {
            import_id: None,
            documents: 0,
            invoices: 0,
            credit_notes: 0,
            lines: 0,
            tenants_created: 0,
            totals: Vec::new(),
            invoice_totals: Vec::new(),
            credit_totals: Vec::new(),
            rounded_off: Vec::new(),
            differences: Vec::new(),
            ..*report
        }),
    }
}

/// An import with all that it needs, owned, so that it can run inside one transaction.
struct Job {
    mapping: InvoiceMapping,
    layouts: Layouts,
    path: PathBuf,
    file: File,
    documents: Option<File>,
    stamp: Stamp,
    import: ImportId,
    ids: Ids,
    stop: CancellationToken,
    progress: UnboundedSender<Progress>,
}

impl Job {
    fn new(
        host: &dyn Host,
        request: &InvoiceImportRequest,
        stop: CancellationToken,
        progress: UnboundedSender<Progress>,
    ) -> Result<Self> {
        let mappings = preset::load(&request.map)?;
        let path = PathBuf::from(&request.file);
        let file = identity::open(&path)?;
        let mapping = preset::fitting(mappings, &file)?;
        let documents = match (&request.documents, &mapping.documents) {
            (None, _) => None,
            (Some(documents), Some(_)) => Some(identity::open(&PathBuf::from(documents))?),
            (Some(_), None) => {
                let sentence = "The file holds documents already: the mapping joins it with no other file.";
                return Err(OperationError::wrong_use("no_documents", sentence).field("documents"));
            }
        };
        Ok(Self {
            layouts: layouts(&mapping, request, documents.is_some())?,
            path,
            file,
            documents,
            stamp: Stamp { actor: host.actor().to_string(), source: mapping.name.clone(), at: host.now() },
            mapping,
            import: ImportId::from_uuid(host.new_uuid()),
            ids: Ids::new(host.new_uuid()),
            stop,
            progress,
        })
    }

    fn tell(&self, phase: &str, done: u64, total: Option<u64>) {
        // Nobody listens any more when the face has gone away; that stops nothing.
        let _ = self.progress.send(Progress { phase: phase.to_owned(), done, total });
    }

    async fn run(mut self, mut ledger: Ledger<'_>) -> Result<InvoiceImportReport, Failure> {
        let identity = self.identify().await?;
        let catalog = Catalog::load(&mut ledger, self.mapping.create.clone()).await?;
        let sources = self.sources(&identity)?;
        let is_look = ledger.is_look();
        if !is_look {
            self.begin(&mut ledger, &identity).await?;
        }
        let aside = self.aside(&sources).filter(|_| !is_look);
        let ids = std::mem::replace(&mut self.ids, Ids::new(uuid::Uuid::nil()));
        let mut taker = Taker {
            ledger,
            catalog,
            ids,
            stamp: self.stamp.clone(),
            import: Some(self.import).filter(|_| !is_look),
            identity: identity.hash,
            layouts: self.layouts.clone(),
            tally: InvoiceTally::default(),
            aside,
            looked: HashSet::new(),
        };
        let done = self.take_all(&mut taker, sources, identity.bytes).await;
        self.end(taker, done).await
    }

    /// Hashes the file on a thread of its own.
    async fn identify(&self) -> Result<Identity> {
        let mut file = self.file.try_clone().map_err(unreadable)?;
        let (stop, progress) = (self.stop.clone(), self.progress.clone());
        joined(tokio::task::spawn_blocking(move || {
            identity::identify(&mut file, &[], &stop, |done, total| {
                let _ = progress.send(Progress { phase: "reading the file".to_owned(), done, total: Some(total) });
            })
        }))
        .await
    }

    /// Both files, opened; what is appended to the first while it is imported waits for the next import.
    fn sources(&self, identity: &Identity) -> Result<Vec<Source>> {
        let delimiter = u8::try_from(self.mapping.csv.delimiter).unwrap_or(b',');
        let mut sources = Vec::new();
        if let Some((file, layout)) = self.documents.as_ref().zip(self.layouts.documents.as_ref()) {
            let bytes = file.metadata().map_err(unreadable)?.len();
            let input = open(file, bytes, &self.mapping, layout)?;
            sources.push(Source { input, part: Part::Document, identity: identity.hash, delimiter });
        }
        let input = open(&self.file, identity.bytes, &self.mapping, &self.layouts.rows)?;
        sources.push(Source { input, part: Part::Row, identity: identity.hash, delimiter });
        Ok(sources)
    }

    fn aside(&self, sources: &[Source]) -> Option<PutAsideFile> {
        let (format, delimiter) = (self.mapping.format, self.mapping.csv.delimiter);
        let header = sources.last()?.input.header();
        Some(PutAsideFile::new(&self.path, format, delimiter, header))
    }

    async fn begin(&mut self, ledger: &mut Ledger<'_>, identity: &Identity) -> Result<()> {
        let record = ImportRecord {
            id: self.import,
            source: self.stamp.source.clone(),
            file_name: self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            file_bytes: identity.bytes,
            file_hash: identity.hash,
            identity: identity.hash,
            keyless: false,
            backfill: false,
            status: ImportStatus::Running,
            counts: ImportCounts::default(),
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

    async fn take_all(&self, taker: &mut Taker<'_>, sources: Vec<Source>, bytes: u64) -> Result<()> {
        let spooled =
            Spooled { spool: Spool::default(), tally: std::mem::take(&mut taker.tally), aside: taker.aside.take() };
        let (spooled, read) = self.spool(spooled, sources, bytes).await?;
        taker.tally = spooled.tally;
        taker.aside = spooled.aside;
        read?;
        let mut groups = spooled.spool.finish()?;
        let phase = if taker.ledger.is_look() { "checking documents" } else { "taking documents" };
        while !self.stop.is_cancelled() && taker.next_batch(&mut groups).await? {
            let counts = taker.tally.counts();
            self.tell(phase, counts.accepted + counts.duplicates + counts.conflicts, None);
        }
        Ok(())
    }

    /// Reads the files on a thread of its own. What was found comes back also when the disk fails.
    async fn spool(&self, mut spooled: Spooled, mut sources: Vec<Source>, bytes: u64) -> Result<(Spooled, Result<()>)> {
        let (layouts, stop, progress) = (self.layouts.clone(), self.stop.clone(), self.progress.clone());
        joined(tokio::task::spawn_blocking(move || {
            let told = |done: u64| {
                let _ = progress.send(Progress { phase: "reading rows".to_owned(), done, total: Some(bytes) });
            };
            let mut read = Ok(());
            for source in &mut sources {
                read = read.and_then(|()| read::spool(source, &layouts, &mut spooled, &stop, &told));
            }
            Ok((spooled, read))
        }))
        .await
    }

    /// Notes how the import ended, gives the put-aside file its name, and reports.
    async fn end(&self, mut taker: Taker<'_>, done: Result<()>) -> Result<InvoiceImportReport, Failure> {
        let stopped = done.is_ok() && self.stop.is_cancelled();
        let (status, action) = match (&done, stopped) {
            (Err(_), _) => (ImportStatus::Failed, "import.fail"),
            (Ok(()), true) => (ImportStatus::Stopped, "import.stop"),
            (Ok(()), false) => (ImportStatus::Done, "import.finish"),
        };
        // Where all is rolled back there is nothing to correct.
        let is_kept = done.is_ok() || !taker.ledger.is_whole();
        let refused_file = match taker.aside.take().filter(|_| is_kept).map(PutAsideFile::finish).transpose() {
            Ok(file) => file.flatten(),
            Err(error) if done.is_ok() => return Err(error.into()),
            Err(_) => None,
        };
        if let Some(import) = taker.import {
            let (counts, at) = (taker.tally.counts(), self.stamp.at);
            let noted = Arc::new([taker.stamp.audit(&mut taker.ids, action, import)]);
            let recorded = taker.ledger.write(move |write| {
                Box::pin(async move {
                    imports::update(write, import, status, counts, Some(at)).await?;
                    Ok(audit::record(write, noted.as_slice()).await?)
                })
            });
            // The first error is the one to tell.
            let recorded = recorded.await;
            if done.is_ok() {
                recorded?;
            }
        }
        let is_look = taker.import.is_none();
        let report = InvoiceImportReport {
            import_id: taker.import.map(|import| import.to_string()),
            dry_run: is_look,
            stopped,
            tenants_created: taker.catalog.tenants_created,
            refused_file: refused_file.map(|path| path.display().to_string()),
            ..taker.tally.report(&self.stamp.source)
        };
        match done {
            Ok(()) => Ok(report),
            Err(error) => Err(Failure { error, report: Some(Box::new(report)).filter(|_| is_kept && !is_look) }),
        }
    }
}

/// How rows are read, with what the request says about documents that name no tenant.
fn layouts(mapping: &InvoiceMapping, request: &InvoiceImportRequest, joined: bool) -> Result<Layouts> {
    if request.tenant.is_some() && request.refuse_blank_tenants {
        let sentence = "Either documents without tenant are refused, or they are of the tenant that is named.";
        return Err(OperationError::wrong_use("tenant_twice", sentence).field("tenant"));
    }
    if let Some(name) = &request.tenant
        && (name.is_empty()
            || name.len() > crate::import::interpret::limits::TENANT
            || name.chars().any(char::is_control))
    {
        let sentence = "A tenant's name has 1 to 200 bytes and no control characters.";
        return Err(OperationError::wrong_use("unknown_tenant", sentence).field("tenant"));
    }
    let fallback = |mut layout: RowLayout| {
        let said = request.tenant.clone().or(layout.fallback.take());
        layout.fallback = said.filter(|_| !request.refuse_blank_tenants);
        layout
    };
    let documents = mapping.documents.as_ref().filter(|_| joined);
    Ok(Layouts {
        rows: fallback(RowLayout::of_file(mapping)?),
        documents: documents.map(|rule| RowLayout::of_documents(mapping, rule)).transpose()?.map(fallback),
    })
}

fn unreadable(error: std::io::Error) -> OperationError {
    OperationError::failed("unreadable_file", "The file could not be read.").field("file").because(error)
}

fn open(file: &File, bytes: u64, mapping: &InvoiceMapping, layout: &RowLayout) -> Result<Input> {
    let mut file = file.try_clone().map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let input = BufReader::with_capacity(BUFFER_BYTES, file.take(bytes));
    Reader::new(input, mapping.format, &mapping.csv, &layout.names, &layout.optional)
}

/// Waits for work on a thread of its own.
async fn joined<R>(task: tokio::task::JoinHandle<Result<R>>) -> Result<R> {
    match task.await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(identity::stopped()),
    }
}
