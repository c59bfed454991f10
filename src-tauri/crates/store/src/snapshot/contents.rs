//! What is in a snapshot's database: the whole schema, its own consistency, what it says of itself, every hash.

use super::Told;
use super::cell::{self, Cell};
use super::digest::{DayRow, Days, OfTable};
use super::examine::Problem;
use super::export::digest_of;
use super::manifest::{Manifest, TableDigest};
use super::schema::{self, Schema, Table, known, objects};
use crate::connect::sqlite_immutable_options;
use crate::error::{Result, StoreError};
use crate::events::{EventRecord, EventRow};
use billing::ids::{MeterId, TenantId};
use billing::time::Day;
use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, FromRow as _, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;
use tokio::sync::mpsc;

/// Problems of one kind that are named.
const NAMED: usize = 20;
/// Rows of the ledger that are hashed at a time.
const HASHED_AT_ONCE: usize = 512;
/// Events between two reports of progress.
const REPORT_EVERY: u64 = 20_000;

/// What was seen.
#[derive(Default)]
pub(crate) struct Seen {
    pub problems: Vec<Problem>,
    pub manifest: Option<Manifest>,
}

impl Seen {
    fn wrong(&mut self, code: &'static str, place: impl Into<String>, sentence: impl Into<String>) {
        if self.problems.iter().filter(|problem| problem.code == code).count() < NAMED {
            self.problems.push(Problem::new(code, place, sentence));
        }
    }
}

/// Checks a database. What cannot be read is a problem like any other.
pub(crate) async fn check(file: &Path, told: &Told) -> Seen {
    let mut seen = Seen::default();
    if let Err(error) = look(file, told, &mut seen).await {
        seen.wrong("snapshot_damaged", "the database", format!("it cannot be read: {error}"));
    }
    seen
}

async fn look(file: &Path, told: &Told, seen: &mut Seen) -> Result<()> {
    let schema = known().await?;
    // The file is a private copy of hundreds of megabytes, of which the check of its own consistency reads each page often.
    let options = sqlite_immutable_options(file).pragma("cache_size", "-262144");
    let (mut conn, mut other) = (options.connect().await?, options.connect().await?);
    let looked = look_in(&mut conn, &mut other, schema, told, seen).await;
    // Connections that only looked have nothing to lose.
    let _closed = (conn.close().await, other.close().await);
    looked
}

async fn look_in(
    conn: &mut SqliteConnection,
    other: &mut SqliteConnection,
    schema: &Schema,
    told: &Told,
    seen: &mut Seen,
) -> Result<()> {
    let differences = schema.differences(&objects(conn).await?);
    if !differences.is_empty() {
        for difference in differences {
            seen.wrong("snapshot_foreign", "its schema", difference);
        }
        return Ok(());
    }
    told("checking the database", 0, None);
    // One processor is at SQLite's own check while another one hashes.
    let (faults, hashed) = tokio::join!(
        sqlx::query_as::<_, (String,)>("pragma integrity_check(5)").fetch_all(other),
        all_hashes(conn, schema, told, seen)
    );
    for (fault,) in faults?.into_iter().filter(|(fault,)| fault != "ok") {
        seen.wrong("snapshot_damaged", "the database", format!("SQLite says: {}", fault.escape_debug()));
    }
    hashed
}

async fn all_hashes(conn: &mut SqliteConnection, schema: &Schema, told: &Told, seen: &mut Seen) -> Result<()> {
    let Some(manifest) = manifest(conn, seen).await? else { return Ok(()) };
    hashes(conn, schema, &manifest, told, seen).await?;
    seen.manifest = Some(manifest);
    Ok(())
}

async fn manifest(conn: &mut SqliteConnection, seen: &mut Seen) -> Result<Option<Manifest>> {
    let text: Option<(String,)> = sqlx::query_as("select manifest from snapshot_manifest").fetch_optional(conn).await?;
    let read = text.map_or_else(|| Err("it has no manifest".to_owned()), |(text,)| Manifest::of_text(&text));
    match read {
        Ok(manifest) if manifest.schema == schema::version() => Ok(Some(manifest)),
        Ok(manifest) => {
            let (found, known) = (manifest.schema, schema::version());
            let sentence = format!("it has schema {found}, and this program reads schema {known}");
            seen.wrong("snapshot_format", "its manifest", sentence);
            Ok(None)
        }
        Err(sentence) => {
            seen.wrong("snapshot_format", "its manifest", sentence);
            Ok(None)
        }
    }
}

async fn hashes(
    conn: &mut SqliteConnection,
    schema: &Schema,
    manifest: &Manifest,
    told: &Told,
    seen: &mut Seen,
) -> Result<()> {
    let said: BTreeMap<&str, &TableDigest> =
        manifest.tables.iter().map(|digest| (digest.name.as_str(), digest)).collect();
    for table in schema.tables.iter().filter(|table| table.name != "snapshot_manifest") {
        let found = if table.name == "usage_events" {
            ledger(conn, table, schema, manifest, told, seen).await?
        } else {
            digest_of(conn, table).await?
        };
        let told_rows = match table.name.as_str() {
            "usage_events" => manifest.events,
            "tenants" => manifest.tenants,
            _ => found.rows,
        };
        if told_rows != found.rows {
            let sentence = format!("it says {told_rows} rows of {} and has {}", table.name, found.rows);
            seen.wrong("snapshot_damaged", "its manifest", sentence);
        }
        match said.get(table.name.as_str()) {
            Some(digest) if **digest == found => {}
            Some(digest) => {
                let sentence =
                    format!("the {} rows of {} are not the {} that were written", found.rows, table.name, digest.rows);
                seen.wrong("snapshot_damaged", format!("table {}", table.name), sentence);
            }
            None => seen.wrong("snapshot_format", "its manifest", format!("it says nothing about {}", table.name)),
        }
    }
    let info: (Vec<u8>,) = sqlx::query_as("select ledger_id from ledger_info").fetch_one(conn).await?;
    if info.0 != manifest.ledger_id.uuid().as_bytes() {
        seen.wrong("snapshot_damaged", "its manifest", "it names another ledger than its database does");
    }
    Ok(())
}

/// Every event: its leaf from its row, and the hashes of its day.
async fn ledger(
    conn: &mut SqliteConnection,
    table: &Table,
    schema: &Schema,
    manifest: &Manifest,
    told: &Told,
    seen: &mut Seen,
) -> Result<TableDigest> {
    let width = table.columns.len();
    let (mut cells, mut events) = (Vec::with_capacity(width * HASHED_AT_ONCE), 0_u64);
    let (send, waiting) = mpsc::channel(4);
    let hashing = OfLedger::new(table)?;
    let hashing = tokio::task::spawn_blocking(move || hashing.all(waiting, width));
    let select = table.select("");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *conn);
    while let Some(row) = rows.try_next().await? {
        cell::of_sqlite(&row, &mut cells)?;
        if cells.len() >= width * HASHED_AT_ONCE {
            let full = std::mem::replace(&mut cells, Vec::with_capacity(width * HASHED_AT_ONCE));
            // It ends early only with an error, which comes below.
            if send.send(full).await.is_err() {
                break;
            }
        }
        events += 1;
        if events.is_multiple_of(REPORT_EVERY) {
            told("recomputing hashes", events, Some(manifest.events));
        }
        let event = EventRow::from_row(&row).map_err(StoreError::from).and_then(EventRecord::try_from);
        match event {
            Ok(event) if event.is_as_written() => {}
            Ok(event) => {
                let (key, day) = (&event.usage.key, event.assignment.day);
                let place = format!("{} on {day}, event {} of {}", key.tenant, key.key, key.source);
                seen.wrong("snapshot_damaged", place.clone(), format!("{place}: the row is not as it was written"));
            }
            Err(error) => {
                seen.wrong("snapshot_damaged", "the ledger", format!("event {events} cannot be read: {error}"))
            }
        }
    }
    drop(rows);
    let _ended = send.send(cells).await;
    drop(send);
    let (digest, computed) = hashing.await.map_err(StoreError::corrupt)??;
    compare_days(conn, schema, computed, seen).await?;
    Ok(digest)
}

/// The hashes of the ledger's rows, made on a thread of their own.
struct OfLedger {
    digest: OfTable,
    days: Days,
}

impl OfLedger {
    fn new(table: &Table) -> Result<Self> {
        Ok(Self { digest: OfTable::new(&table.name), days: Days::new(table)? })
    }

    fn all(mut self, mut waiting: mpsc::Receiver<Vec<Cell>>, width: usize) -> Result<(TableDigest, Vec<DayRow>)> {
        let mut computed = Vec::new();
        while let Some(cells) = waiting.blocking_recv() {
            for row in cells.chunks(width) {
                self.digest.add(row);
                self.days.add(row)?;
            }
            computed.append(&mut self.days.take());
        }
        computed.append(&mut self.days.finish());
        Ok((self.digest.finish(), computed))
    }
}

/// The stored rows of `snapshot_days` against those of the events, both in order of their key.
async fn compare_days(
    conn: &mut SqliteConnection,
    schema: &Schema,
    computed: Vec<Vec<Cell>>,
    seen: &mut Seen,
) -> Result<()> {
    let Some(table) = schema.tables.iter().find(|table| table.name == "snapshot_days") else { return Ok(()) };
    let mut computed = computed.into_iter().peekable();
    let select = table.select("");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let mut stored = Vec::with_capacity(table.columns.len());
        cell::of_sqlite(&row, &mut stored)?;
        while let Some(extra) = computed.next_if(|day| key(day) < key(&stored)) {
            seen.wrong("snapshot_damaged", place(&extra), format!("{}: events that were not written", place(&extra)));
        }
        match computed.next_if(|day| key(day) == key(&stored)) {
            Some(day) if day == stored => {}
            Some(_) => {
                let sentence = format!("{}: the events are not those that were written", place(&stored));
                seen.wrong("snapshot_damaged", place(&stored), sentence);
            }
            None => {
                let sentence = format!("{}: the events that were written are missing", place(&stored));
                seen.wrong("snapshot_damaged", place(&stored), sentence);
            }
        }
    }
    for extra in computed {
        seen.wrong("snapshot_damaged", place(&extra), format!("{}: events that were not written", place(&extra)));
    }
    Ok(())
}

/// Tenant, day, meter.
fn key(row: &[Cell]) -> (&[u8], i64, &[u8]) {
    let blob = |place: usize| if let Some(Cell::Blob(bytes)) = row.get(place) { bytes.as_slice() } else { &[] };
    let day = if let Some(Cell::Integer(day)) = row.get(1) { *day } else { 0 };
    (blob(0), day, blob(2))
}

fn place(row: &[Cell]) -> String {
    let (tenant, day, meter) = key(row);
    let id = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).unwrap_or_default();
    let day = i32::try_from(day).ok().and_then(|number| Day::from_number(number).ok());
    let day = day.map_or_else(|| "an impossible day".to_owned(), |day| day.to_string());
    format!("{} on {day}, {}", TenantId::from_uuid(id(tenant)), MeterId::from_uuid(id(meter)))
}
