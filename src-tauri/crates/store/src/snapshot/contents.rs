//! What is in a snapshot's database: the whole schema, its own consistency, what it says of itself, every hash.

use super::Told;
use super::cell::{self, Cell};
use super::digest::{Days, OfTable};
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

/// Problems of one kind that are named.
const NAMED: usize = 20;
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
    let mut conn = sqlite_immutable_options(file).connect().await?;
    let looked = look_in(&mut conn, schema, told, seen).await;
    // A connection that only looked has nothing to lose.
    let _closed = conn.close().await;
    looked
}

async fn look_in(conn: &mut SqliteConnection, schema: &Schema, told: &Told, seen: &mut Seen) -> Result<()> {
    let differences = schema.differences(&objects(conn).await?);
    if !differences.is_empty() {
        for difference in differences {
            seen.wrong("snapshot_foreign", "its schema", difference);
        }
        return Ok(());
    }
    told("checking the database", 0, None);
    let faults: Vec<(String,)> = sqlx::query_as("pragma integrity_check(5)").fetch_all(&mut *conn).await?;
    for (fault,) in faults.into_iter().filter(|(fault,)| fault != "ok") {
        seen.wrong("snapshot_damaged", "the database", format!("SQLite says: {}", fault.escape_debug()));
    }
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
    let (mut digest, mut days) = (OfTable::new(&table.name), Days::new(table)?);
    let (mut cells, mut events) = (Vec::with_capacity(table.columns.len()), 0_u64);
    let mut computed = Vec::new();
    let select = table.select("");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *conn);
    while let Some(row) = rows.try_next().await? {
        cells.clear();
        cell::of_sqlite(&row, &mut cells)?;
        digest.add(&cells);
        days.add(&cells)?;
        computed.append(&mut days.take());
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
    computed.append(&mut days.finish());
    compare_days(conn, schema, computed, seen).await?;
    Ok(digest.finish())
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
