//! Databases to measure in: a ledger of the program, and bare connections to one for the limits.

use anyhow::{Context, Result};
use billing::ids::LedgerId;
use billing::time::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use store::ledger::LedgerEnvironment;
use store::{Access, Engine, NewLedger, PostgresServer, PostgresTarget, Store, Target, TlsMode};
use support::postgres::{self, Database};
use tempfile::TempDir;
use uuid::Uuid;

/// A database that is gone when it is removed.
pub struct Place {
    /// The program's way to it.
    pub store: Store,
    target: Target,
    database: Option<Database>,
    /// Holds the SQLite file.
    _folder: Option<TempDir>,
}

/// A connection past the program.
pub enum Bare {
    /// To PostgreSQL.
    Postgres(PgConnection),
    /// To SQLite.
    Sqlite(SqliteConnection),
}

impl Place {
    /// An empty ledger.
    pub async fn new(engine: Engine) -> Result<Self> {
        let (target, database, folder) = match engine {
            Engine::Postgres => {
                let database = postgres::fresh_database();
                let target = Target::Postgres(PostgresTarget {
                    server: PostgresServer::SocketFolder(database.socket_folder.clone()),
                    port: database.port,
                    database: database.name.clone(),
                    user: postgres::SUPERUSER.to_owned(),
                    password: None,
                    tls: TlsMode::Off,
                    limits: store::TimeLimits::default(),
                });
                (target, Some(database), None)
            }
            Engine::Sqlite => {
                let folder = tempfile::tempdir()?;
                (Target::Sqlite(folder.path().join("bench.db")), None, Some(folder))
            }
        };
        let store = Store::connect(&target, Access::Create).await?;
        let ledger = NewLedger {
            id: LedgerId::from_uuid(Uuid::from_u64_pair(1, 1)),
            name: "Benchmark".to_owned(),
            environment: LedgerEnvironment::Development,
            at: "2026-01-01T00:00:00Z".parse::<Timestamp>()?,
            backup: "none: the database was empty".to_owned(),
        };
        store.migrate(ledger).await?;
        Ok(Self { store, target, database, _folder: folder })
    }

    /// The name of the engine.
    pub fn engine(&self) -> &'static str {
        match self.store.engine() {
            Engine::Postgres => "PostgreSQL",
            Engine::Sqlite => "SQLite",
        }
    }

    /// The SQLite file.
    pub fn file(&self) -> Option<&std::path::Path> {
        match &self.target {
            Target::Sqlite(path) => Some(path),
            _ => None,
        }
    }

    /// The program's way to it anew, as after a start.
    pub async fn open(&self) -> Result<Store> {
        Ok(Store::open(&self.target, Access::ReadWrite).await?)
    }

    /// A connection past the program, with the program's settings for durability.
    pub async fn bare(&self) -> Result<Bare> {
        match &self.target {
            Target::Postgres(target) => {
                let PostgresServer::SocketFolder(folder) = &target.server else { anyhow::bail!("not a socket") };
                let options = PgConnectOptions::new_without_pgpass()
                    .socket(folder)
                    .port(target.port)
                    .database(&target.database)
                    .username(&target.user)
                    .ssl_mode(PgSslMode::Disable);
                let mut conn = options.connect().await?;
                sqlx::raw_sql("set time zone 'UTC'; set jit = off").execute(&mut conn).await?;
                Ok(Bare::Postgres(conn))
            }
            Target::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("cache_size", "-65536")
                    .pragma("wal_autocheckpoint", "4000");
                Ok(Bare::Sqlite(options.connect().await?))
            }
            Target::SqliteMemory => anyhow::bail!("a database in memory has one connection"),
        }
    }

    /// What a database does by itself some minutes after a load. PostgreSQL collects statistics and marks visible pages;
    /// SQLite knows nothing of its rows until somebody analyzes them, which nobody does.
    pub async fn settle(&self) -> Result<()> {
        match self.bare().await? {
            Bare::Postgres(mut conn) => {
                sqlx::raw_sql("vacuum analyze").execute(&mut conn).await?;
                conn.close().await?;
            }
            Bare::Sqlite(mut conn) => {
                sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&mut conn).await?;
                conn.close().await?;
            }
        }
        Ok(())
    }

    /// Closes it and frees its room on the disk.
    pub async fn remove(self) -> Result<()> {
        self.store.close().await;
        if let Some(database) = &self.database {
            let drop = format!("drop database {} with (force)", database.name);
            postgres::cluster().sql("postgres", &drop).context("the database of a benchmark")?;
        }
        Ok(())
    }
}
