//! Two transactions at one point in time, so that what reads much is read by two connections at once.
//!
//! PostgreSQL hands its snapshot on. SQLite has no such thing, but tells whether anybody has committed between two
//! moments: where nobody has, what began between them sees the same. Nothing waits for a second connection: only one
//! that is idle is taken, and without one everything is read by the first.

use crate::conn::{Conn, Read};
use crate::connect::Pools;
use crate::error::{Result, StoreError};
use crate::store::{BEGIN_READ, Inner};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

/// The first statement of a transaction fixes its point in time.
const COMMITS_SEEN: &str = "pragma data_version";

/// Begins to look, with a twin where one can be had.
pub(crate) async fn begin(inner: &Inner) -> Result<Read> {
    match &inner.pools {
        Pools::Postgres(pool) => on_postgres(inner, pool).await,
        Pools::Sqlite { readers, .. } => on_sqlite(inner, readers).await,
    }
}

async fn on_postgres(inner: &Inner, pool: &PgPool) -> Result<Read> {
    let mut read = inner.begin_read().await?;
    let Conn::Postgres(tx) = &mut read.conn else { return Ok(read) };
    let (snapshot,): (String,) = sqlx::query_as("select pg_export_snapshot()").fetch_one(&mut **tx).await?;
    if !snapshot.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return Err(StoreError::corrupt("a snapshot's name"));
    }
    let begin = format!("{BEGIN_READ}; set transaction snapshot '{snapshot}'");
    // The idle one may be broken. That costs the twin, and not the look.
    if let Ok(Some(tx)) = pool.try_begin_with(AssertSqlSafe(begin)).await {
        read.twin = Some(Box::new(inner.reading(Conn::Postgres(tx))));
    }
    Ok(read)
}

async fn on_sqlite(inner: &Inner, readers: &SqlitePool) -> Result<Read> {
    let Some(mut witness) = readers.try_acquire() else { return inner.begin_read().await };
    let (before,): (i64,) = sqlx::query_as(COMMITS_SEEN).fetch_one(&mut *witness).await?;
    let Some(one) = readers.try_begin_with("begin").await? else {
        drop(witness);
        return inner.begin_read().await;
    };
    let mut read = inner.reading(Conn::Sqlite(one));
    look_once(&mut read).await?;
    let Some(other) = readers.try_begin_with("begin").await? else { return Ok(read) };
    let mut twin = inner.reading(Conn::Sqlite(other));
    look_once(&mut twin).await?;
    let (after,): (i64,) = sqlx::query_as(COMMITS_SEEN).fetch_one(&mut *witness).await?;
    if before == after {
        read.twin = Some(Box::new(twin));
    }
    Ok(read)
}

async fn look_once(read: &mut Read) -> Result<()> {
    let Conn::Sqlite(tx) = &mut read.conn else { return Ok(()) };
    let _seen: (i64,) = sqlx::query_as(COMMITS_SEEN).fetch_one(&mut **tx).await?;
    Ok(())
}
