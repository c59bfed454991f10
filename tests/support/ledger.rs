//! A fresh, migrated ledger on one of the engines.

use crate::postgres::{self, SUPERUSER};
use anyhow::{Context, Result};
use billing::ids::LedgerId;
use sqlx::Connection as _;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use store::ledger::LedgerEnvironment;
use store::{Access, NewLedger, PostgresServer, PostgresTarget, Store, Target, TlsMode};
use tempfile::TempDir;
use uuid::Uuid;

/// Where a ledger is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A SQLite file.
    SqliteFile,
    /// SQLite in memory.
    SqliteMemory,
    /// A database of the private cluster.
    Postgres,
}

/// A fresh ledger. Keep it while you use its store.
#[derive(Debug)]
pub struct Ledger {
    /// Open for writing.
    pub store: Store,
    /// Where it is.
    pub target: Target,
    /// The folder, of a SQLite file.
    folder: Option<TempDir>,
}

/// What a test's ledger is called.
pub fn new_ledger() -> NewLedger {
    NewLedger {
        id: LedgerId::from_uuid(Uuid::from_u128(0x1ed)),
        name: "Test ledger".to_owned(),
        environment: LedgerEnvironment::Development,
        at: crate::at("2026-01-01T00:00:00Z"),
        backup: "none: a test".to_owned(),
    }
}

/// A database of the private cluster, as one of its roles.
pub fn postgres_target(database: &str, user: &str) -> Target {
    Target::Postgres(PostgresTarget {
        server: PostgresServer::SocketFolder(postgres::cluster().socket_folder()),
        port: postgres::PORT,
        database: database.to_owned(),
        user: user.to_owned(),
        password: None,
        tls: TlsMode::Off,
        limits: store::TimeLimits::default(),
    })
}

impl Ledger {
    /// A fresh ledger of a kind.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn new(kind: Kind) -> Result<Self> {
        match kind {
            Kind::SqliteMemory => Self::migrated(Target::SqliteMemory, None).await,
            Kind::SqliteFile => {
                let folder = TempDir::new()?;
                let target = Target::Sqlite(folder.path().join("ledger.sqlite"));
                Self::migrated(target, Some(folder)).await
            }
            Kind::Postgres => {
                let template = template().await?;
                let name = fresh_name();
                let made = format!("create database {name} template {template}");
                postgres::cluster().sql("postgres", &made)?;
                let target = postgres_target(&name, SUPERUSER);
                let store = Store::open(&target, Access::ReadWrite).await?;
                Ok(Self { store, target, folder: None })
            }
        }
    }

    async fn migrated(target: Target, folder: Option<TempDir>) -> Result<Self> {
        let store = Store::connect(&target, Access::Create).await?;
        store.migrate(new_ledger()).await?;
        store.check_schema().await?;
        Ok(Self { store, target, folder })
    }

    /// The SQLite file.
    pub fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("ledger.sqlite"))
    }

    /// The name of the PostgreSQL database.
    pub fn database(&self) -> Option<&str> {
        match &self.target {
            Target::Postgres(target) => Some(&target.database),
            _ => None,
        }
    }

    /// What a statement of two columns gives, past everything that the program does; none where it lives in memory.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn raw(&self, statement: &str) -> Result<Option<Vec<(String, i64)>>> {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        if let Some(database) = self.database() {
            let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
                .socket(postgres::cluster().socket_folder())
                .port(postgres::PORT)
                .database(database)
                .username(SUPERUSER);
            let mut conn = sqlx::PgConnection::connect_with(&options).await?;
            return Ok(Some(sqlx::query_as(statement).fetch_all(&mut conn).await?));
        }
        let Some(file) = self.file() else { return Ok(None) };
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut conn = sqlx::SqliteConnection::connect_with(&options).await?;
        Ok(Some(sqlx::query_as(statement).fetch_all(&mut conn).await?))
    }

    /// What `--db` takes; none where it lives in memory.
    pub fn address(&self) -> Option<String> {
        match self.database() {
            Some(database) => {
                let folder = postgres::cluster().socket_folder();
                Some(format!("postgres://{SUPERUSER}@/{database}?host={}&port={}", folder.display(), postgres::PORT))
            }
            None => self.file().map(|file| file.display().to_string()),
        }
    }

    /// Another store on the same ledger; the same one where it lives in memory.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn reopen(&self, access: Access) -> Result<Store> {
        match self.target {
            Target::SqliteMemory => Ok(self.store.clone()),
            _ => Ok(Store::open(&self.target, access).await?),
        }
    }
}

fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("ledger_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The database that ledgers are copied from: copying one is ten times faster than migrating. Made by the first test
/// process that asks; its name changes with the schema.
async fn template() -> Result<String> {
    let cluster = postgres::cluster();
    let name = format!("ledger_template_{}", store::migrate::schema_hash());
    let lock = lock_file(&cluster.socket_folder())?;
    lock.lock().context("another test process makes the template")?;
    let there = cluster.sql("postgres", &format!("select count(*) from pg_database where datname = '{name}'"))?;
    if there == "0" {
        let unfinished = format!("{name}_unfinished");
        cluster.sql("postgres", &format!("drop database if exists {unfinished}; create database {unfinished}"))?;
        let store = Store::connect(&postgres_target(&unfinished, SUPERUSER), Access::ReadWrite).await?;
        store.make_roles().await?;
        store.migrate(new_ledger()).await?;
        store.close().await;
        cluster.sql("postgres", &format!("alter database {unfinished} rename to {name}"))?;
    }
    Ok(name)
}

fn lock_file(socket_folder: &Path) -> Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!(
        "{}.template",
        socket_folder.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy()
    ));
    OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(|| path.display().to_string())
}
