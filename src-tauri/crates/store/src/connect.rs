//! Pools of connections: settings of each engine, set field by field.
//!
//! Not a URL and not the environment. sqlx reads PG* variables when options are made; whatever a field can override is
//! overridden, and where none can, a variable that is set is an error.

use crate::error::{Result, StoreError};
use crate::reach::{self, ConnectProblem};
use crate::target::{Access, Certificates, PostgresServer, PostgresTarget, Target, TlsMode};
use futures::FutureExt;
use secrecy::ExposeSecret;
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, SqlitePool};
use std::path::Path;
use std::time::Duration;

/// The oldest SQLite that never corrupts a WAL.
pub(crate) const OLDEST_SQLITE: &str = "3.51.3";
const CONNECTIONS: u32 = 8;
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(30);
const WAIT_FOR_LOCK: Duration = Duration::from_secs(30);
/// How long an idle connection is taken to be alive without asking.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Settings that change what a connection reads or trusts and that no field of the options can take back.
const REFUSED_VARIABLES: [&str; 4] = ["PGOPTIONS", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"];
/// The same for an encrypted line: these replace the authorities that the system trusts.
const REFUSED_WITH_TLS: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The pools of a store.
pub(crate) enum Pools {
    Postgres(PgPool),
    Sqlite {
        /// One connection: SQLite has one writer, and waiting here is fairer than in its busy handler.
        writer: SqlitePool,
        /// Several; in memory it is the writer's.
        readers: SqlitePool,
    },
}

/// Makes the pools and a first connection.
pub(crate) async fn pools(target: &Target, access: Access) -> Result<Pools> {
    match target {
        Target::Postgres(target) => Ok(Pools::Postgres(postgres_pool(target, access).await?)),
        Target::Sqlite(path) => sqlite_file(path, access).await,
        Target::SqliteMemory => {
            let options = sqlite_options().in_memory(true).filename(":memory:");
            let pool = sqlite_pool(1).idle_timeout(None).max_lifetime(None).connect_with(options).await?;
            check_sqlite(&pool).await?;
            Ok(Pools::Sqlite { writer: pool.clone(), readers: pool })
        }
    }
}

pub(crate) fn postgres_options(target: &PostgresTarget) -> Result<PgConnectOptions> {
    let encrypted = target.tls.certificates().is_some();
    let refused = REFUSED_VARIABLES.iter().chain(REFUSED_WITH_TLS.iter().filter(|_| encrypted));
    if let Some(name) = refused.into_iter().find(|name| std::env::var_os(name).is_some()) {
        return Err(StoreError::Connect {
            problem: ConnectProblem::Environment,
            sentence: format!("the environment sets {name}, which would change the connection: unset it"),
            cause: None,
        });
    }
    let PostgresTarget { server, port, database, user, password, tls, limits: _ } = target;
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(*port)
        .database(database)
        .username(user)
        // An empty password, so that neither PGPASSWORD nor a password file stands in for none.
        .password(password.as_ref().map_or("", |password| password.expose_secret()))
        .application_name("countinghouse");
    options = match server {
        PostgresServer::Host(host) => options.host(host),
        PostgresServer::SocketFolder(folder) => options.host("localhost").socket(folder),
    };
    Ok(match tls {
        TlsMode::Off => options.ssl_mode(PgSslMode::Disable),
        TlsMode::VerifyCa(certificates) => with_certificates(options.ssl_mode(PgSslMode::VerifyCa), certificates),
        TlsMode::VerifyFull(certificates) => with_certificates(options.ssl_mode(PgSslMode::VerifyFull), certificates),
    })
}

fn with_certificates(mut options: PgConnectOptions, certificates: &Certificates) -> PgConnectOptions {
    if let Some(root) = &certificates.root {
        options = options.ssl_root_cert(root);
    }
    match &certificates.client {
        Some(client) => options.ssl_client_cert(&client.certificate).ssl_client_key(&client.key),
        None => options,
    }
}

async fn postgres_pool(target: &PostgresTarget, access: Access) -> Result<PgPool> {
    reach::connects(target).await?;
    let read_only = access == Access::ReadOnly;
    let statement_ms = target.limits.statement.map_or(0, |limit| limit.as_millis()).to_string();
    let options = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        // Two look at once where much is read: see `twin`.
        .min_connections(2)
        .acquire_timeout(target.limits.connect)
        .test_before_acquire(false)
        .after_connect(move |conn, _| {
            let statement_ms = statement_ms.clone();
            async move {
                // Sessions run in UTC; a plan is never worth compiling here; no reader waits for ever.
                sqlx::raw_sql(
                    "set time zone 'UTC'; set jit = off; set lock_timeout = '30s'; set client_min_messages = warning;
                     set idle_in_transaction_session_timeout = '10min'; set search_path = public, pg_temp",
                )
                .execute(&mut *conn)
                .await?;
                sqlx::query("select set_config('statement_timeout', $1, false)")
                    .bind(statement_ms)
                    .execute(&mut *conn)
                    .await?;
                if read_only {
                    sqlx::raw_sql("set default_transaction_read_only = on").execute(&mut *conn).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .before_acquire(find_alive);
    Ok(options.connect_with(postgres_options(target)?).await?)
}

/// Finds a connection that the server has closed. One that was used just now is taken as it is.
fn find_alive(
    conn: &mut PgConnection,
    kept: PoolConnectionMetadata,
) -> futures::future::BoxFuture<'_, std::result::Result<bool, sqlx::Error>> {
    async move { Ok(kept.idle_for < TRUSTED_FOR || conn.ping().await.is_ok()) }.boxed()
}

fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        // Without it `or replace` deletes past the delete triggers; the insert triggers refuse it on any connection.
        .pragma("recursive_triggers", "on")
        // What is erased is overwritten, not only let go: a name must not be left in a free page.
        .pragma("secure_delete", "on")
        .pragma("trusted_schema", "off")
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-65536")
        .busy_timeout(WAIT_FOR_LOCK)
        .row_buffer_size(1024)
}

fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT_FOR_CONNECTION)
        .test_before_acquire(false)
}

/// Two look at once where much is read, and a third sees whether anybody commits meanwhile: see `twin`.
fn reader_pool() -> SqlitePoolOptions {
    sqlite_pool(4).min_connections(3)
}

async fn sqlite_file(path: &Path, access: Access) -> Result<Pools> {
    let create = access == Access::Create;
    if !create && !path.exists() {
        return Err(StoreError::NotFound(format!("database file {}", path.display())));
    }
    if path.is_dir() {
        return Err(StoreError::NotADatabase { path: path.to_owned(), what: "a folder" });
    }
    sqlite_pools(path, access).await.map_err(|error| match error {
        StoreError::Database(error) if StoreError::is_not_a_database(&error) => {
            StoreError::NotADatabase { path: path.to_owned(), what: "another kind of file" }
        }
        error => error,
    })
}

async fn sqlite_pools(path: &Path, access: Access) -> Result<Pools> {
    let create = access == Access::Create;
    let options = sqlite_options().filename(path);
    if access == Access::ReadOnly {
        // Whoever closes a database last folds what a killed writer left beside it into the file: not who only looks.
        // Without such a rest there is nothing to fold, and a connection that may write takes its own files away again.
        let options = options.read_only(has_rest(path)).pragma("query_only", "on");
        let readers = reader_pool().connect_with(options).await?;
        check_sqlite(&readers).await?;
        return Ok(Pools::Sqlite { writer: readers.clone(), readers });
    }
    let options = options.create_if_missing(create).journal_mode(SqliteJournalMode::Wal);
    let writer = sqlite_pool(1).connect_with(options.clone().pragma("wal_autocheckpoint", "4000")).await?;
    check_sqlite(&writer).await?;
    let readers = reader_pool().connect_with(options.create_if_missing(false).pragma("query_only", "on")).await?;
    Ok(Pools::Sqlite { writer, readers })
}

/// Whether a log or a journal lies beside a database.
fn has_rest(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        Path::new(&name).exists()
    })
}

/// How a file that nobody changes is looked at: no lock, no journal, no log beside it, no change.
pub(crate) fn sqlite_immutable_options(path: &Path) -> SqliteConnectOptions {
    sqlite_options()
        .filename(path)
        .read_only(true)
        .immutable(true)
        .pragma("query_only", "on")
        .pragma("cell_size_check", "on")
        .pragma("mmap_size", "0")
}

/// Pools that look at a file that nobody changes.
pub(crate) async fn sqlite_immutable(path: &Path) -> Result<Pools> {
    let readers = reader_pool().connect_with(sqlite_immutable_options(path)).await?;
    check_sqlite(&readers).await?;
    Ok(Pools::Sqlite { writer: readers.clone(), readers })
}

/// The library must be one that keeps a WAL whole, and the settings must have taken.
async fn check_sqlite(pool: &SqlitePool) -> Result<()> {
    let mut conn: PoolConnection<sqlx::Sqlite> = pool.acquire().await?;
    // Reads the file for the first time, so what is no database is found here.
    let _schema: i64 = sqlx::query_scalar("pragma schema_version").fetch_one(&mut *conn).await?;
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut *conn).await?;
    let parts = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    if parts(&version) < parts(OLDEST_SQLITE) {
        return Err(StoreError::Refused(format!(
            "SQLite {version} can corrupt a file; {OLDEST_SQLITE} or newer is needed"
        )));
    }
    Ok(())
}
