//! Migrations: the same numbers and names for both engines, in one transaction, recorded with where the backup is.
//!
//! Not undone: a downgrade would lose events; the way back is the backup. [`crate::roles`] makes the roles of a cluster.

use crate::codec::{At, Id};
use crate::conn::{Conn, Read, execute, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::{Sql, statements};
use crate::store::Store;
use crate::target::{Engine, Target};
use billing::ids::LedgerId;
use billing::time::Timestamp;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// A step of the schema.
struct Migration {
    number: u32,
    name: &'static str,
    sql: Sql,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)+) => {
        const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sql: Sql::pair(
                include_str!(concat!("../../../../migrations/postgres/", $name, ".sql")),
                include_str!(concat!("../../../../migrations/sqlite/", $name, ".sql")),
            ),
        }),+];
    };
}
migrations! {
    1 "0001_ledger";
    2 "0002_event_order";
    3 "0003_invoices";
    4 "0004_audit";
}

statements! {
    TABLE_THERE = pair(
        "select count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relname = 'schema_migrations'",
        "select count(*) from sqlite_master where type = 'table' and name = 'schema_migrations'"
    );
    SNAPSHOT_THERE = pair(
        "select cast(0 as bigint)",
        "select count(*) from sqlite_master where name = 'snapshot_manifest'"
    );
    APPLIED = "select number, hash from schema_migrations order by number";
    RECORD = "insert into schema_migrations (number, name, hash, backup, applied_at) values ($1, $2, $3, $4, $5)";
    INFO_THERE = "select count(*) from ledger_info";
    NEW_INFO = "insert into ledger_info (singleton, ledger_id, name, environment, created_at) values (1, $1, $2, $3, $4)";
}

const NEW_TABLE: Sql = Sql::pair(
    "create table if not exists schema_migrations (
        number     integer     not null primary key,
        name       text        not null,
        hash       bytea       not null, -- SHA-256 of the file: a changed migration is found
        backup     text        not null, -- where the backup made before is, as the person said
        applied_at timestamptz not null
    )",
    "create table if not exists schema_migrations (
        number     integer not null primary key,
        name       text    not null,
        hash       blob    not null, -- SHA-256 of the file: a changed migration is found
        backup     text    not null, -- where the backup made before is
        applied_at integer not null
    ) strict",
);

/// What a new ledger is called, and who it is.
#[derive(Debug, Clone)]
pub struct NewLedger {
    /// Its identity; used only when the database holds no ledger yet.
    pub id: LedgerId,
    /// Its name in the top bar.
    pub name: String,
    /// `sample`, `production`, `staging` or `development`.
    pub environment: crate::ledger::LedgerEnvironment,
    /// Now.
    pub at: Timestamp,
    /// Where the backup of PostgreSQL is, in words; SQLite files are copied by the program.
    pub backup: String,
}

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The newest migration before; 0 for an empty database.
    pub from: u32,
    /// The newest migration now.
    pub to: u32,
    /// The copy of the SQLite file that was made before.
    pub backup_file: Option<PathBuf>,
}

/// A step that a migration would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStep {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// What it does: the first comment of its file.
    pub summary: String,
}

/// What a migration would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationPlan {
    /// The newest migration in the database; 0 for an empty one.
    pub from: u32,
    /// The newest migration of this program.
    pub to: u32,
    /// The steps between them, in their order.
    pub steps: Vec<MigrationStep>,
    /// The copy of the SQLite file that would be made before.
    pub backup_file: Option<PathBuf>,
}

/// What a migration of an empty database would do.
pub fn whole_plan(engine: Engine) -> MigrationPlan {
    MigrationPlan { from: 0, to: newest(), steps: steps_after(0, engine), backup_file: None }
}

fn steps_after(applied: usize, engine: Engine) -> Vec<MigrationStep> {
    let step = |migration: &Migration| MigrationStep {
        number: migration.number,
        name: migration.name,
        summary: summary(migration.sql.on(engine)),
    };
    MIGRATIONS[applied..].iter().map(step).collect()
}

/// The copy of a SQLite file from before a migration.
fn backup_name(path: &Path, from: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".before-{:04}", from + 1));
    PathBuf::from(name)
}

/// The first sentence of a migration's comment, without its full stop.
fn summary(text: &str) -> String {
    let comment = text.lines().map_while(|line| line.strip_prefix("--"));
    let words: Vec<&str> = comment.flat_map(str::split_whitespace).collect();
    words.join(" ").split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// The newest migration that this program knows.
pub const fn newest() -> u32 {
    MIGRATIONS[MIGRATIONS.len() - 1].number
}

/// A short text that changes with the schema: for tests that keep a migrated database to copy from.
pub fn schema_hash() -> String {
    let mut hash = Sha256::new();
    for migration in MIGRATIONS {
        hash.update(migration.sql.postgres);
        hash.update(migration.sql.sqlite);
    }
    hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the database holds a ledger of any version.
pub(crate) async fn is_migrated(read: &mut Read) -> Result<bool> {
    Ok(!applied(read).await?.is_empty())
}

impl Store {
    /// Brings the schema up to this program's, all in one transaction. A SQLite file that holds something is copied
    /// and checked before. Does nothing when the schema is this program's already.
    ///
    /// # Errors
    /// [`StoreError::SchemaNewer`], [`StoreError::SchemaDiffers`], or what the database gave; then nothing changed.
    pub async fn migrate(&self, ledger: NewLedger) -> Result<Migrated> {
        let found = self.read(|read| Box::pin(applied(read))).await?;
        check_applied(&found, self.engine())?;
        let from = found.last().map_or(0, |applied| applied.number);
        if from == newest() {
            return Ok(Migrated { from, to: from, backup_file: None });
        }
        let backup_file = match self.target() {
            Target::Sqlite(path) if from > 0 => Some(self.back_up(path, from).await?),
            _ => None,
        };
        let backup = backup_file.as_ref().map_or_else(|| ledger.backup.clone(), |file| file.display().to_string());
        self.write_once(move |write| Box::pin(async move { apply(write, &ledger, &backup).await })).await?;
        Ok(Migrated { from, to: newest(), backup_file })
    }

    /// What [`Store::migrate`] would do, from reads alone.
    ///
    /// # Errors
    /// [`StoreError::SchemaNewer`], [`StoreError::SchemaDiffers`], or what the database gave.
    pub async fn migration_plan(&self) -> Result<MigrationPlan> {
        let found = self.read(|read| Box::pin(applied(read))).await?;
        check_applied(&found, self.engine())?;
        let from = found.last().map_or(0, |applied| applied.number);
        let steps = steps_after(found.len(), self.engine());
        let backup_file = match self.target() {
            Target::Sqlite(path) if from > 0 && !steps.is_empty() => Some(backup_name(path, from)),
            _ => None,
        };
        Ok(MigrationPlan { from, to: newest(), steps, backup_file })
    }

    async fn back_up(&self, path: &Path, from: u32) -> Result<PathBuf> {
        let backup = backup_name(path, from);
        if backup.exists() {
            return Err(StoreError::Refused(format!("the backup {} exists already: move it away", backup.display())));
        }
        let crate::connect::Pools::Sqlite { writer, .. } = &self.inner.pools else { return Ok(backup) };
        let mut conn = writer.acquire().await?;
        sqlx::query("vacuum into $1").bind(backup.display().to_string()).execute(&mut *conn).await?;
        drop(conn);
        let copy = Self::connect(&Target::Sqlite(backup.clone()), crate::target::Access::ReadOnly).await?;
        let sound = copy
            .read(|read| {
                Box::pin(async move {
                    let found: (String,) = row!(read, (String,), Sql::same("pragma integrity_check(1)"))?;
                    Ok::<_, StoreError>(found.0)
                })
            })
            .await?;
        copy.close().await;
        if sound == "ok" { Ok(backup) } else { Err(StoreError::corrupt(sound)) }
    }
}

struct Applied {
    number: u32,
    hash: Vec<u8>,
}

async fn applied(read: &mut Read) -> Result<Vec<Applied>> {
    let (there,) = row!(read, (i64,), TABLE_THERE)?;
    if there == 0 {
        return Ok(Vec::new());
    }
    let found = rows!(read, (i32, Vec<u8>), APPLIED)?;
    let applied = |(number, hash)| {
        let number = u32::try_from(number).map_err(|_| StoreError::corrupt("a negative migration"))?;
        Ok(Applied { number, hash })
    };
    found.into_iter().map(applied).collect()
}

fn hash_of(migration: &Migration, engine: Engine) -> Vec<u8> {
    Sha256::digest(migration.sql.on(engine)).to_vec()
}

/// What is in the database must be a beginning of what the program has.
fn check_applied(found: &[Applied], engine: Engine) -> Result<()> {
    if let Some(last) = found.last().filter(|last| last.number > newest()) {
        return Err(StoreError::SchemaNewer { found: last.number, known: newest() });
    }
    for (index, applied) in found.iter().enumerate() {
        let known = MIGRATIONS.get(index).filter(|known| known.number == applied.number);
        if known.is_none_or(|known| hash_of(known, engine) != applied.hash) {
            return Err(StoreError::SchemaDiffers { number: applied.number });
        }
    }
    Ok(())
}

pub(crate) async fn check_schema(read: &mut Read) -> Result<()> {
    let (snapshot,) = row!(read, (i64,), SNAPSHOT_THERE)?;
    if snapshot > 0 {
        // Both ends of a snapshot say what it is. One that says so at neither was changed, and is not to be believed.
        return Err(StoreError::Refused("this file is what is left of a snapshot, and no database".to_owned()));
    }
    let found = applied(read).await?;
    check_applied(&found, read.engine())?;
    match found.last() {
        None => Err(StoreError::NotMigrated),
        Some(last) if last.number < newest() => Err(StoreError::SchemaOlder { found: last.number, known: newest() }),
        Some(_) => Ok(()),
    }
}

async fn apply(write: &mut crate::conn::Write, ledger: &NewLedger, backup: &str) -> Result<()> {
    if write.engine() == Engine::Postgres {
        // Two programs that migrate at once: the second waits, and then finds nothing to do.
        execute!(write, LOCK_SCHEMA)?;
    }
    script(write, NEW_TABLE).await?;
    let found = applied(write).await?;
    check_applied(&found, write.engine())?;
    for migration in &MIGRATIONS[found.len()..] {
        script(write, migration.sql).await?;
        let number = i32::try_from(migration.number).map_err(StoreError::corrupt)?;
        let hash = hash_of(migration, write.engine());
        execute!(write, RECORD, number, migration.name, hash, backup, At(ledger.at))?;
    }
    let (there,) = row!(write, (i64,), INFO_THERE)?;
    if there == 0 {
        let environment = ledger.environment.as_str();
        execute!(write, NEW_INFO, Id(ledger.id), ledger.name.as_str(), environment, At(ledger.at))?;
    }
    crate::roles::grant(write).await
}

const LOCK_SCHEMA: Sql = Sql::same("select pg_advisory_xact_lock(4341707)");

/// Runs a script of several statements.
pub(crate) async fn script(write: &mut crate::conn::Write, sql: Sql) -> Result<()> {
    let text = write.text(sql);
    let done = match &mut write.conn {
        Conn::Postgres(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(|_| ()),
        Conn::Sqlite(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(|_| ()),
    };
    done.map_err(|error| write.failed(error))
}
