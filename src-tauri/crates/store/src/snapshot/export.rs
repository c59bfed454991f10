//! Writes a snapshot: everything of one moment into a hidden part file beside its place, which gets its name only once it
//! was read again and found whole.
//!
//! A program that ends in between leaves the file that was there before, and at worst the part file. Nothing of the
//! source is changed.

use super::cell;
use super::copy::{self, Feed, Written, insert_all};
use super::digest::OfTable;
use super::examine::{Depth, Limits, Place, examine};
use super::manifest::{FORMAT, Manifest, TableDigest, hex};
use super::remade;
use super::schema::{self, Schema, Table, known};
use super::scope::{Rule, Scope, condition, rule};
use super::seal::{Packing, seal};
use super::waited::while_waited;
use super::{Told, pack};
use crate::codec::{Id, OnDay, json_ids};
use crate::conn::{Read, row, rows};
use crate::error::{Result, StoreError};
use crate::ledger::{self, LedgerInfo};
use crate::leftovers;
use crate::sql::statements;
use crate::store::Store;
use crate::target::Engine;
use billing::ids::{PeriodId, TenantId};
use billing::time::Timestamp;
use futures::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;

/// In the header of the database: what else looks at it can tell what it is. "CHsn".
pub(crate) const APPLICATION_ID: u32 = 0x4348_736e;
/// Tenants whose events are read by one statement.
const TENANTS_AT_ONCE: usize = 32;
pub(crate) use crate::leftovers::PART;

statements! {
    EVENTS_OF_ALL = "select cast(coalesce(sum(events), 0) as bigint) from usage_days";
    EVENTS_OF = in_ids("select cast(coalesce(sum(events), 0) as bigint) from usage_days where tenant_id ", "");
    LEDGER_EVENTS = "select count(*) from usage_events";
    // Periods that overlap the days, and those of late use that is billed in them: it is rated above what was billed before.
    PERIODS_IN = "select period_id from billing_periods where first_day < $2 and end_day > $1
        union
        select e.period_id from usage_events e join billing_periods p on p.tenant_id = e.tenant_id and p.period_id = e.billed_period_id
         where e.billed_period_id <> e.period_id and p.first_day < $2 and p.end_day > $1";
}

/// What to write.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// What goes in.
    pub scope: Scope,
    /// The moment.
    pub as_of: Timestamp,
    /// Who writes it.
    pub actor: String,
    /// The program's version.
    pub program: String,
    /// Whether the file is packed.
    pub packing: Packing,
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Exported {
    /// What the file says about itself.
    pub manifest: Manifest,
    /// The root of its seal: two files with one root are the same file.
    pub fingerprint: String,
    /// Its length.
    pub bytes: u64,
}

/// Writes a snapshot. Dropping the future stops it; then nothing has the file's name.
///
/// # Errors
/// [`StoreError::NotFound`] for a tenant of the scope that is not there; what the database or the file system gave.
pub async fn export(store: &Store, request: ExportRequest, path: &Path, told: Told) -> Result<Exported> {
    let folder = folder_of(path)?;
    let schema = known().await?;
    let request = Arc::new(request);
    let part = part_in(&folder)?;
    let manifest = fill(store, &request, schema, part.path(), &told).await?;
    let sealed = finish(part, request.packing, &folder, &told).await?;
    let found =
        examine(sealed.path(), Place::AsItIs(folder.clone()), Depth::UntilWrong, Limits::default(), &told).await?;
    if let Some(problem) = found.problems.into_iter().next() {
        return Err(StoreError::corrupt(format!("the snapshot that was just written: {}", problem.sentence)));
    }
    let fingerprint = found.fingerprint.unwrap_or_default();
    let bytes = sealed.as_file().metadata()?.len();
    sealed.persist(path).map_err(|error| error.error)?;
    // Windows has no handle on a folder to sync; there a rename is in the journal.
    if cfg!(unix) {
        File::open(&folder)?.sync_all()?;
    }
    Ok(Exported { manifest, fingerprint, bytes })
}

fn folder_of(path: &Path) -> Result<PathBuf> {
    if path.is_dir() {
        return Err(StoreError::Refused(format!("{} is a folder", path.display())));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Ok(folder.to_owned())
}

/// Readable by nobody else.
fn part_in(folder: &Path) -> Result<NamedTempFile> {
    leftovers::sweep_parts(folder);
    let part = tempfile::Builder::new().prefix(PART.0).suffix(PART.1).tempfile_in(folder)?;
    leftovers::hold(part.as_file());
    Ok(part)
}

/// Seals the part file, packed where asked for.
async fn finish(part: NamedTempFile, packing: Packing, folder: &Path, told: &Told) -> Result<NamedTempFile> {
    let (folder, told) = (folder.to_owned(), Arc::clone(told));
    while_waited(move |waited| {
        let unpacked = part.as_file().metadata()?.len();
        let mut sealed = match packing {
            Packing::Plain => part,
            Packing::Zstd => {
                let mut packed = part_in(&folder)?;
                pack::pack(&mut File::open(part.path())?, packed.as_file_mut(), unpacked, &told, waited)?;
                packed
            }
        };
        told("sealing", 0, None);
        seal(sealed.as_file_mut(), unpacked, packing, waited)?;
        Ok(sealed)
    })
    .await
}

/// Copies the rows into the part file and writes its manifest.
async fn fill(
    store: &Store,
    request: &Arc<ExportRequest>,
    schema: &'static Schema,
    part: &Path,
    told: &Told,
) -> Result<Manifest> {
    let total = expected(store, &request.scope).await?;
    let mut conn = writing(part).await?;
    sqlx::raw_sql("begin").execute(&mut conn).await?;
    schema.create(&mut conn, "table").await?;
    schema.record(&mut conn, request.as_of).await?;
    let (feed, waiting) = copy::feed();
    let days = table(schema, "snapshot_days")?.clone();
    let told_by_writer = Arc::clone(told);
    let writer = tokio::spawn(async move {
        let written = copy::write(&mut conn, waiting, &days, total, &told_by_writer).await;
        (conn, written)
    });
    let asked = Arc::clone(request);
    let seen = store.read(move |read| Box::pin(async move { read_all(read, schema, &asked, feed).await })).await;
    let (mut conn, written) = writer.await.map_err(|error| StoreError::Refused(error.to_string()))?;
    // Who reads hears only that who writes has ended; why is what counts.
    let written = written?;
    let seen = seen?;
    if let Some(events) = seen.events.filter(|events| *events != written.events) {
        return Err(StoreError::corrupt(format!(
            "{} of {events} events are of tenants that there are",
            written.events
        )));
    }
    told("making indexes", written.events, total);
    let manifest = complete(&mut conn, request, schema, store.target().to_string(), seen.info, written).await?;
    conn.close().await?;
    Ok(manifest)
}

fn table<'s>(schema: &'s Schema, name: &str) -> Result<&'s Table> {
    let found = schema.tables.iter().find(|table| table.name == name);
    found.ok_or_else(|| StoreError::corrupt(format!("there is no table {name}")))
}

/// A database that nobody else opens and that is thrown away unless everything goes well.
async fn writing(part: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(part)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("locking_mode", "exclusive")
        .pragma("application_id", APPLICATION_ID.to_string())
        .pragma("temp_store", "memory")
        // Indexes are sorted on another processor, too.
        .pragma("threads", "2")
        .pragma("cache_size", "-131072");
    Ok(options.connect().await?)
}

async fn expected(store: &Store, scope: &Scope) -> Result<Option<u64>> {
    if scope.days.is_some() {
        return Ok(None);
    }
    let tenants = scope.tenants.clone();
    let sum = store
        .read(move |read| {
            Box::pin(async move {
                let (sum,) = match tenants {
                    None => row!(read, (i64,), EVENTS_OF_ALL)?,
                    Some(tenants) => row!(read, (i64,), EVENTS_OF, json_ids(tenants).as_str())?,
                };
                Ok::<_, StoreError>(sum)
            })
        })
        .await?;
    Ok(u64::try_from(sum).ok())
}

/// What the reader has seen.
struct Seen {
    info: LedgerInfo,
    /// Events in the ledger, where all go in.
    events: Option<u64>,
}

async fn read_all(read: &mut Read, schema: &Schema, request: &ExportRequest, mut feed: Feed) -> Result<Seen> {
    let info = ledger::info(read).await?;
    let scope = &request.scope;
    let tenants = tenants_of(read, scope).await?;
    let lists = Lists { tenants: json_ids(tenants.iter().copied()), periods: periods_of(read, scope).await? };
    for table in &schema.tables {
        let rule = rule(&table.name)?;
        let Some(condition) = condition(rule, scope) else { continue };
        feed.table(table).await?;
        if table.name == "usage_events" {
            events(read, &mut feed, table, rule, scope, &tenants, &lists.periods).await?;
        } else {
            let (select, binds) =
                lists.fill(&table.select_within(&condition, scope, read.engine()), read.engine(), scope);
            feed.rows(read, &select, &binds).await?;
        }
    }
    feed.flush().await?;
    let events = if scope.is_all() { u64::try_from(row!(read, (i64,), LEDGER_EVENTS)?.0).ok() } else { None };
    Ok(Seen { info, events })
}

/// The ledger: some tenants at a time, each in order of source and key.
async fn events(
    read: &mut Read,
    feed: &mut Feed,
    table: &Table,
    rule: Rule,
    scope: &Scope,
    tenants: &[TenantId],
    periods: &str,
) -> Result<()> {
    for some in tenants.chunks(TENANTS_AT_ONCE) {
        let of_some = Scope { tenants: Some(some.to_vec()), days: scope.days };
        let condition = condition(rule, &of_some).unwrap_or_default();
        let lists = Lists { tenants: json_ids(some.iter().copied()), periods: periods.to_owned() };
        let (select, binds) = lists.fill(&table.select(&condition), read.engine(), scope);
        feed.rows(read, &select, &binds).await?;
    }
    Ok(())
}

/// The tenants of a scope, in order of their ids.
async fn tenants_of(read: &mut Read, scope: &Scope) -> Result<Vec<TenantId>> {
    let mut all = Vec::new();
    loop {
        let page = crate::tenants::page_of_ids(read, all.last().copied(), 5_000).await?;
        let is_last = page.len() < 5_000;
        all.extend(page);
        if is_last {
            break;
        }
    }
    let Some(wanted) = &scope.tenants else { return Ok(all) };
    if let Some(missing) = wanted.iter().find(|tenant| !all.contains(tenant)) {
        return Err(StoreError::NotFound(format!("tenant {missing}")));
    }
    Ok(wanted.clone())
}

/// The periods of a scope as a list; empty where it has no range.
async fn periods_of(read: &mut Read, scope: &Scope) -> Result<String> {
    let Some(days) = scope.days else { return Ok(String::new()) };
    let found = rows!(read, (Id<PeriodId>,), PERIODS_IN, OnDay(days.from), OnDay(days.to))?;
    Ok(json_ids(found.into_iter().map(|(period,)| period.0)))
}

/// Ids that conditions look at, as JSON.
struct Lists {
    tenants: String,
    periods: String,
}

impl Lists {
    /// Puts parameters into the place of what a condition names. Days are numbers, and stand in the text.
    fn fill(&self, select: &str, engine: Engine, scope: &Scope) -> (String, Vec<&str>) {
        let mut text = select.to_owned();
        if let Some(days) = scope.days {
            let (from, to) = (days.from.number().to_string(), days.to.number().to_string());
            text = text.replace("{from}", &from).replace("{to}", &to);
        }
        let mut binds = Vec::new();
        for (name, list) in [("{tenants}", self.tenants.as_str()), ("{periods}", self.periods.as_str())] {
            if !text.contains(name) {
                continue;
            }
            binds.push(list);
            let place = binds.len();
            let ids = match engine {
                Engine::Postgres => {
                    format!("select cast(value as uuid) from jsonb_array_elements_text(cast(${place} as jsonb))")
                }
                Engine::Sqlite => format!("select unhex(value) from json_each(${place})"),
            };
            // An array that is made first is looked up; PostgreSQL reads the whole ledger to join a list.
            let is_looked_up = name == "{tenants}" && engine == Engine::Postgres;
            let within = if is_looked_up { format!("= any(array({ids}))") } else { format!("in ({ids})") };
            text = text.replace(name, &within);
        }
        (text, binds)
    }
}

/// Everything that follows the rows: remade caches, digests, manifest, indexes, triggers.
async fn complete(
    conn: &mut SqliteConnection,
    request: &ExportRequest,
    schema: &Schema,
    source: String,
    info: LedgerInfo,
    written: Written,
) -> Result<Manifest> {
    remade::make(conn, &request.scope).await?;
    let mut tables = written.tables;
    for table in &schema.tables {
        let is_known = tables.iter().any(|digest| digest.name == table.name);
        if !is_known && table.name != "snapshot_manifest" {
            tables.push(digest_of(conn, table).await?);
        }
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let manifest = Manifest {
        format: FORMAT,
        program: request.program.clone(),
        schema: schema::version(),
        ledger_id: info.id,
        ledger_name: info.name,
        environment: info.environment.as_str().to_owned(),
        source,
        as_of: request.as_of,
        actor: request.actor.clone(),
        scope: request.scope.clone(),
        tenants: written.tenants,
        events: written.events,
        tables,
    };
    let row = vec![cell::Cell::Integer(1), cell::Cell::Text(manifest.to_text()?)];
    insert_all(conn, table(schema, "snapshot_manifest")?, vec![row]).await?;
    schema.create(conn, "index").await?;
    schema.create(conn, "trigger").await?;
    sqlx::raw_sql("commit").execute(conn).await?;
    Ok(manifest)
}

/// The hash of a table's rows as they stand in a snapshot.
pub(crate) async fn digest_of(conn: &mut SqliteConnection, table: &Table) -> Result<TableDigest> {
    let mut digest = OfTable::new(&table.name);
    let mut cells = Vec::with_capacity(table.columns.len());
    let select = table.select("");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        cells.clear();
        cell::of_sqlite(&row, &mut cells)?;
        digest.add(&cells);
    }
    Ok(digest.finish())
}

/// The root of a seal as people compare it.
pub(crate) fn fingerprint(root: &[u8; 32]) -> String {
    hex(root)
}
