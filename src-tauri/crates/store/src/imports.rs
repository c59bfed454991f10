//! Imports: which files were read, how far, and what they touched.
//!
//! A file whose first bytes are those of an earlier import continues it: the caller hashes the beginning of its file at
//! each of the lengths that [`candidates`] gives.

use crate::codec::{At, Id, Word, at, hash32, row_words};
use crate::conn::{Read, Write, execute, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{ImportId, MeterId, TenantId};
use billing::meter::UnknownWord;
use billing::time::Timestamp;

/// How an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportStatus {
    /// At work, or killed while at work.
    Running,
    /// Through.
    Done,
    /// A person stopped it; what was taken stays.
    Stopped,
    /// It failed; what was taken stays.
    Failed,
}

impl ImportStatus {
    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for ImportStatus {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord {
            text: text.chars().take(80).collect(),
            expected: &["running", "done", "stopped", "failed"],
        };
        let all = [Self::Running, Self::Done, Self::Stopped, Self::Failed];
        all.into_iter().find(|status| status.as_str() == text).ok_or_else(unknown)
    }
}
row_words!(ImportStatus);

/// Rows of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Data rows read.
    pub rows_read: u64,
    /// Events accepted.
    pub accepted: u64,
    /// Events known already.
    pub duplicates: u64,
    /// Events whose key is known with other content.
    pub conflicts: u64,
    /// Events put into quarantine for another reason.
    pub quarantined: u64,
    /// Rows that could not be read.
    pub refused: u64,
}

/// An import as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its identity.
    pub id: ImportId,
    /// The mapping's name.
    pub source: String,
    /// The file's name, without its folder.
    pub file_name: String,
    /// Length of the file.
    pub file_bytes: u64,
    /// SHA-256 of the file.
    pub file_hash: [u8; 32],
    /// SHA-256 of the first file of the chain that it continues; its own where it is the first. Keyless rows take
    /// their keys from it.
    pub identity: [u8; 32],
    /// Whether its rows have no keys of their own.
    pub keyless: bool,
    /// Whether it was a backfill.
    pub backfill: bool,
    /// How it stands.
    pub status: ImportStatus,
    /// Its rows.
    pub counts: ImportCounts,
    /// Who started it.
    pub actor: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// What an import took of one tenant and meter, by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportRange {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The first event.
    pub from: Timestamp,
    /// The last event.
    pub to: Timestamp,
    /// How many.
    pub events: u64,
}

statements! {
    CANDIDATES = "select import_id, source, file_name, file_bytes, file_hash, identity, keyless, backfill, status, rows_read, accepted, duplicates, conflicts, quarantined, refused, actor, started_at, finished_at
        from imports where source = $1 and file_bytes <= $2 order by file_bytes desc, started_at";
    LARGER = "select distinct identity from imports where source = $1 and file_bytes > $2 and keyless";
    NEWEST = "select import_id, source, file_name, file_bytes, file_hash, identity, keyless, backfill, status, rows_read, accepted, duplicates, conflicts, quarantined, refused, actor, started_at, finished_at
        from imports order by started_at desc, import_id limit $1";
    UPDATE = "update imports set status = $2, rows_read = $3, accepted = $4, duplicates = $5, conflicts = $6, quarantined = $7, refused = $8, finished_at = $9 where import_id = $1";
    // Who waits here sees what the others have taken. Transactions of SQLite wait for each other anyway.
    LOCK_KEYLESS = pair("select pg_advisory_xact_lock(4341710)", "select 1");
    SETTLED = "select import_id from imports where keyless and status <> 'running'";
    MEANWHILE = pair(
        "select r.import_id, r.tenant_id, r.meter_id, r.occurred_from, r.occurred_to, r.events
           from imports i join import_ranges r on r.import_id = i.import_id
          where i.keyless and i.identity <> $1
            and i.import_id not in (select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb)))
          order by r.import_id, r.tenant_id, r.meter_id",
        "select r.import_id, r.tenant_id, r.meter_id, r.occurred_from, r.occurred_to, r.events
           from imports i join import_ranges r on r.import_id = i.import_id
          where i.keyless and i.identity <> $1 and i.import_id not in (select unhex(value) from json_each($2))
          order by r.import_id, r.tenant_id, r.meter_id"
    );
    OVERLAPS = in_ids("select r.import_id, r.tenant_id, r.meter_id, r.occurred_from, r.occurred_to, r.events
        from import_ranges r join imports i on i.import_id = r.import_id
        where r.tenant_id ", " and i.keyless and i.identity <> $2 order by r.import_id, r.tenant_id, r.meter_id");
}

#[derive(sqlx::FromRow)]
struct ImportRow {
    import_id: Id<ImportId>,
    source: String,
    file_name: String,
    file_bytes: i64,
    file_hash: Vec<u8>,
    identity: Vec<u8>,
    keyless: bool,
    backfill: bool,
    status: Word<ImportStatus>,
    rows_read: i64,
    accepted: i64,
    duplicates: i64,
    conflicts: i64,
    quarantined: i64,
    refused: i64,
    actor: String,
    started_at: At,
    finished_at: Option<At>,
}

fn stored(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|_| StoreError::Overflow("a count of rows".to_owned()))
}

fn counted(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(StoreError::corrupt)
}

fn import(row: ImportRow) -> Result<ImportRecord> {
    Ok(ImportRecord {
        id: row.import_id.0,
        source: row.source,
        file_name: row.file_name,
        file_bytes: counted(row.file_bytes)?,
        file_hash: hash32(&row.file_hash)?,
        identity: hash32(&row.identity)?,
        keyless: row.keyless,
        backfill: row.backfill,
        status: row.status.0,
        counts: ImportCounts {
            rows_read: counted(row.rows_read)?,
            accepted: counted(row.accepted)?,
            duplicates: counted(row.duplicates)?,
            conflicts: counted(row.conflicts)?,
            quarantined: counted(row.quarantined)?,
            refused: counted(row.refused)?,
        },
        actor: row.actor,
        started_at: row.started_at.0,
        finished_at: at(row.finished_at),
    })
}

/// Notes the start of an import.
///
/// # Errors
/// What the database gave.
pub async fn start(write: &mut Write, record: &ImportRecord) -> Result<()> {
    let rows = [(record, stored(record.file_bytes)?)];
    insert_rows!(
        write,
        "insert into imports (import_id, source, file_name, file_bytes, file_hash, identity, keyless, backfill, status, rows_read, accepted, duplicates, conflicts, quarantined, refused, actor, started_at)",
        17,
        rows,
        |row| [
            Id(row.0.id),
            row.0.source.as_str(),
            row.0.file_name.as_str(),
            row.1,
            &row.0.file_hash[..],
            &row.0.identity[..],
            row.0.keyless,
            row.0.backfill,
            Word(row.0.status),
            0_i64,
            0_i64,
            0_i64,
            0_i64,
            0_i64,
            0_i64,
            row.0.actor.as_str(),
            At(row.0.started_at),
        ],
        ""
    );
    Ok(())
}

/// Notes how an import stands: after each batch, in its transaction, and at its end.
///
/// # Errors
/// What the database gave.
pub async fn update(
    write: &mut Write,
    id: ImportId,
    status: ImportStatus,
    counts: ImportCounts,
    finished_at: Option<Timestamp>,
) -> Result<()> {
    execute!(
        write,
        UPDATE,
        Id(id),
        Word(status),
        stored(counts.rows_read)?,
        stored(counts.accepted)?,
        stored(counts.duplicates)?,
        stored(counts.conflicts)?,
        stored(counts.quarantined)?,
        stored(counts.refused)?,
        finished_at.map(At),
    )?;
    Ok(())
}

/// Widens what an import has touched by what a batch of it took.
///
/// # Errors
/// What the database gave.
pub async fn widen_ranges(write: &mut Write, id: ImportId, ranges: &[ImportRange]) -> Result<()> {
    let mut rows = Vec::with_capacity(ranges.len());
    for range in ranges {
        rows.push((range, stored(range.events)?));
    }
    insert_rows!(
        write,
        "insert into import_ranges (import_id, tenant_id, meter_id, occurred_from, occurred_to, events)",
        6,
        rows,
        |row| [Id(id), Id(row.0.tenant), Id(row.0.meter), At(row.0.from), At(row.0.to), row.1],
        " on conflict (import_id, tenant_id, meter_id) do update set events = import_ranges.events + excluded.events,
          occurred_from = case when excluded.occurred_from < import_ranges.occurred_from then excluded.occurred_from else import_ranges.occurred_from end,
          occurred_to = case when excluded.occurred_to > import_ranges.occurred_to then excluded.occurred_to else import_ranges.occurred_to end"
    );
    Ok(())
}

/// Earlier imports of a source that a file of this length could be or continue, the longest first.
///
/// # Errors
/// What the database gave.
pub async fn candidates(read: &mut Read, source: &str, file_bytes: u64) -> Result<Vec<ImportRecord>> {
    let found = rows!(read, ImportRow, CANDIDATES, source, stored(file_bytes)?)?;
    found.into_iter().map(import).collect()
}

/// The identities of keyless imports of a source whose files were larger: a file of this length could be their beginning.
///
/// # Errors
/// What the database gave.
pub async fn larger(read: &mut Read, source: &str, file_bytes: u64) -> Result<Vec<[u8; 32]>> {
    let found = rows!(read, (Vec<u8>,), LARGER, source, stored(file_bytes)?)?;
    found.iter().map(|(identity,)| hash32(identity)).collect()
}

/// The newest imports.
///
/// # Errors
/// What the database gave.
pub async fn newest(read: &mut Read, limit: u32) -> Result<Vec<ImportRecord>> {
    let found = rows!(read, ImportRow, NEWEST, i64::from(limit))?;
    found.into_iter().map(import).collect()
}

/// What keyless imports of other files have touched of these tenants: the caller compares it with its own ranges.
///
/// # Errors
/// What the database gave.
pub async fn keyless_ranges(
    read: &mut Read,
    tenants: &[TenantId],
    identity: [u8; 32],
) -> Result<Vec<(ImportId, ImportRange)>> {
    let list = crate::codec::json_ids(tenants.iter().copied());
    let found = rows!(read, RangeRow, OVERLAPS, list.as_str(), &identity[..])?;
    found.into_iter().map(range).collect()
}

type RangeRow = (Id<ImportId>, Id<TenantId>, Id<MeterId>, At, At, i64);

fn range((import, tenant, meter, from, to, events): RangeRow) -> Result<(ImportId, ImportRange)> {
    let range = ImportRange { tenant: tenant.0, meter: meter.0, from: from.0, to: to.0, events: counted(events)? };
    Ok((import.0, range))
}

/// Keyless imports that take nothing more.
///
/// # Errors
/// What the database gave.
pub async fn settled_keyless(read: &mut Read) -> Result<Vec<ImportId>> {
    Ok(rows!(read, (Id<ImportId>,), SETTLED)?.into_iter().map(|(import,)| import.0).collect())
}

/// Lets one transaction of keyless imports in at a time. To be taken before any other lock.
///
/// # Errors
/// What the database gave.
pub async fn lock_keyless(write: &mut Write) -> Result<()> {
    execute!(write, LOCK_KEYLESS)?;
    Ok(())
}

/// What keyless imports of other files have touched, without those that were settled.
///
/// # Errors
/// What the database gave.
pub async fn keyless_ranges_but(
    read: &mut Read,
    settled: &[ImportId],
    identity: [u8; 32],
) -> Result<Vec<(ImportId, ImportRange)>> {
    let list = crate::codec::json_ids(settled.iter().copied());
    let found = rows!(read, RangeRow, MEANWHILE, &identity[..], list.as_str())?;
    found.into_iter().map(range).collect()
}
