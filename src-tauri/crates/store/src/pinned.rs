//! Review of a database: every look of a session sees one moment, until it is pinned anew. Nothing can be written.
//!
//! PostgreSQL keeps the moment for as long as one transaction that exported it lives; every look begins at it, `repeatable
//! read read only`. SQLite has no such thing for several connections: a private copy of the file is looked at instead,
//! made by one statement, so that whoever writes is not held up for as long as somebody looks.

use crate::connect::{Pools, pools, sqlite_immutable};
use crate::error::{Result, StoreError};
use crate::leftovers::{PrivateFolder, REVIEW};
use crate::migrate;
use crate::store::{BEGIN_READ, Standing, Store};
use crate::target::{Access, Target};
use billing::time::Timestamp;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};
use std::path::Path;
use tokio::sync::Mutex;

/// One moment of a database.
pub(crate) struct Pin {
    pub at: Timestamp,
    kept: Kept,
}

enum Kept {
    Postgres {
        /// The exported snapshot's name.
        name: String,
        /// What keeps it.
        holder: Mutex<Option<Transaction<'static, Postgres>>>,
    },
    /// Holds the copy.
    Copy { _folder: PrivateFolder },
}

/// The transaction that keeps the moment waits for as long as somebody looks.
const WAITS: &str = "set local idle_in_transaction_session_timeout = 0";

impl Pin {
    /// A transaction at the moment.
    pub async fn begin(&self, pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
        let Kept::Postgres { name, holder } = &self.kept else {
            return Err(StoreError::corrupt("a copy has no transaction"));
        };
        let begin = format!("{BEGIN_READ}; set transaction snapshot '{name}'");
        match pool.begin_with(AssertSqlSafe(begin)).await {
            Ok(transaction) => Ok(transaction),
            Err(error) => {
                // Whether the moment is gone or the server: the transaction that keeps it says so.
                let is_held = match holder.lock().await.as_mut() {
                    Some(transaction) => sqlx::query("select 1").execute(&mut **transaction).await.is_ok(),
                    None => false,
                };
                let lost = "the moment of this review is lost, because its connection broke: refresh";
                Err(if is_held { error.into() } else { StoreError::Refused(lost.to_owned()) })
            }
        }
    }

    /// Gives the connection back that keeps the moment: a pool waits for all of them when it is closed.
    pub async fn release(&self) {
        if let Kept::Postgres { holder, .. } = &self.kept
            && let Some(transaction) = holder.lock().await.take()
        {
            // A broken connection has let go already.
            let _ = transaction.rollback().await;
        }
    }
}

impl Store {
    /// Opens a database for review: every look sees the moment `at`, which is now, and nothing can be written. Refreshing
    /// is opening again. A copy of a SQLite file lies in a folder of its own within `private`, gone with the store.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_pinned(target: &Target, at: Timestamp, private: &Path) -> Result<Self> {
        match pools(target, Access::ReadOnly).await? {
            Pools::Postgres(pool) => {
                let kept = keep(&pool).await?;
                let standing = Standing::Pinned(Pin { at, kept });
                let store = Self::of(Pools::Postgres(pool), Access::ReadOnly, target.clone(), standing);
                store.check_schema().await?;
                Ok(store)
            }
            Pools::Sqlite { readers, .. } => {
                let (pools, folder) = copied(&readers, private).await?;
                readers.close().await;
                let standing = Standing::Pinned(Pin { at, kept: Kept::Copy { _folder: folder } });
                let store = Self::of(pools, Access::ReadOnly, target.clone(), standing);
                store.read(|read| Box::pin(migrate::check_schema(read))).await?;
                Ok(store)
            }
        }
    }
}

async fn keep(pool: &PgPool) -> Result<Kept> {
    let mut holder = pool.begin_with(BEGIN_READ).await?;
    sqlx::raw_sql(WAITS).execute(&mut *holder).await?;
    let (name,): (String,) = sqlx::query_as("select pg_export_snapshot()").fetch_one(&mut *holder).await?;
    if !name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return Err(StoreError::corrupt("a snapshot's name"));
    }
    Ok(Kept::Postgres { name, holder: Mutex::new(Some(holder)) })
}

async fn copied(readers: &sqlx::SqlitePool, private: &Path) -> Result<(Pools, PrivateFolder)> {
    let folder = PrivateFolder::new(REVIEW, private)?;
    let file = folder.path().join("review.sqlite");
    let mut conn = readers.acquire().await?;
    // It writes the copy and nothing else.
    sqlx::raw_sql("pragma query_only = off").execute(&mut *conn).await?;
    let copied = sqlx::query("vacuum into $1").bind(file.display().to_string()).execute(&mut *conn).await;
    sqlx::raw_sql("pragma query_only = on").execute(&mut *conn).await?;
    copied?;
    drop(conn);
    Ok((sqlite_immutable(&file).await?, folder))
}
