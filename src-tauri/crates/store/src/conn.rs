//! One connection in one transaction: [`Read`] looks, [`Write`] also changes.
//!
//! Each is an enum over the engines inside, never a pool, so that a function that takes one cannot step outside its
//! transaction. The macros run one text on either engine. A transaction that is dropped unfinished is rolled back.

use crate::error::{Result, StoreError};
use crate::limits::{Caches, locked};
use crate::sql::Sql;
use crate::target::Engine;
use sqlx::{Postgres, Sqlite, Transaction};
use std::any::{Any, TypeId};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// The connection behind a transaction.
pub(crate) enum Conn {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

/// A transaction that looks. All that it reads is of one point in time: on PostgreSQL it is `repeatable read`.
pub struct Read {
    pub(crate) conn: Conn,
    /// Set once a statement failed because another transaction was in the way: the whole may be run again.
    pub(crate) contended: bool,
    pub(crate) caches: Arc<Caches>,
    /// Another transaction at the same point in time.
    pub(crate) twin: Option<Box<Self>>,
}

/// A transaction that changes. It derefs to [`Read`], so that whatever looks can also look from within a change.
pub struct Write(pub(crate) Read);

impl Read {
    /// The engine.
    pub const fn engine(&self) -> Engine {
        match self.conn {
            Conn::Postgres(_) => Engine::Postgres,
            Conn::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// Of [`crate::Store::read_much`]: another connection in a transaction at the same point in time, so that two
    /// statements can run at once. None when there is none to spare.
    pub fn twin(&mut self) -> Option<Self> {
        self.twin.take().map(|twin| *twin)
    }

    /// What was kept of this type since the store was opened.
    pub fn kept<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let kept = locked(&self.caches.shelf).get(&TypeId::of::<T>()).map(Arc::clone);
        kept.and_then(|kept| kept.downcast().ok())
    }

    /// Keeps something for the next look, in the place of what was kept of its type. Whoever keeps it must find out
    /// whether it still holds.
    pub fn keep<T: Any + Send + Sync>(&self, what: Arc<T>) {
        locked(&self.caches.shelf).insert(TypeId::of::<T>(), what);
    }

    /// Notes a failed statement and turns it into an error of the store.
    pub(crate) fn failed(&mut self, error: sqlx::Error) -> StoreError {
        self.contended |= StoreError::is_contention(&error);
        StoreError::from(error)
    }

    /// The text of a statement for this engine.
    pub(crate) const fn text(&self, sql: Sql) -> &'static str {
        sql.on(self.engine())
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self.conn {
            Conn::Postgres(tx) => tx.commit().await,
            Conn::Sqlite(tx) => tx.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.conn {
            Conn::Postgres(tx) => tx.rollback().await,
            Conn::Sqlite(tx) => tx.rollback().await,
        }
    }
}

impl Deref for Write {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.0
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.0
    }
}

/// Runs one call of sqlx on either engine: `on_engine!(read, |conn| query.execute(conn))`.
macro_rules! on_engine {
    ($read:expr, |$conn:ident| $call:expr) => {{
        let done = match &mut $read.conn {
            $crate::conn::Conn::Postgres(tx) => {
                let $conn = &mut **tx;
                $call.await
            }
            $crate::conn::Conn::Sqlite(tx) => {
                let $conn = &mut **tx;
                $call.await
            }
        };
        done.map_err(|error| $read.failed(error))
    }};
}

/// All rows of a statement.
macro_rules! rows {
    ($read:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let text = $read.text($sql);
        $crate::conn::on_engine!($read, |conn| sqlx::query_as::<_, $row>(text)$(.bind($bind))*.fetch_all(conn))
    }};
}

/// The only row of a statement, or none.
macro_rules! maybe_row {
    ($read:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let text = $read.text($sql);
        $crate::conn::on_engine!($read, |conn| sqlx::query_as::<_, $row>(text)$(.bind($bind))*.fetch_optional(conn))
    }};
}

/// The only row of a statement that always has one.
macro_rules! row {
    ($read:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let text = $read.text($sql);
        $crate::conn::on_engine!($read, |conn| sqlx::query_as::<_, $row>(text)$(.bind($bind))*.fetch_one(conn))
    }};
}

/// Runs a statement and gives the number of rows that it changed.
macro_rules! execute {
    ($write:expr, $sql:expr $(, $bind:expr)* $(,)?) => {{
        let text = $write.text($sql);
        let done = match &mut $write.conn {
            $crate::conn::Conn::Postgres(tx) => {
                sqlx::query(text)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::conn::Conn::Sqlite(tx) => {
                sqlx::query(text)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| $write.failed(error))
    }};
}

/// Runs a block for each row of a statement, holding one at a time. `continue` and `?` work in the block.
macro_rules! stream_rows {
    ($read:expr, $row:ty, $sql:expr, [$($bind:expr),*], |$one:pat_param| $block:block) => {{
        let text = $read.text($sql);
        let done: std::result::Result<(), sqlx::Error> = match &mut $read.conn {
            $crate::conn::Conn::Postgres(tx) => {
                let mut stream = sqlx::query_as::<_, $row>(text)$(.bind($bind))*.fetch(&mut **tx);
                loop {
                    match futures::TryStreamExt::try_next(&mut stream).await {
                        Ok(Some($one)) => $block,
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
            $crate::conn::Conn::Sqlite(tx) => {
                let mut stream = sqlx::query_as::<_, $row>(text)$(.bind($bind))*.fetch(&mut **tx);
                loop {
                    match futures::TryStreamExt::try_next(&mut stream).await {
                        Ok(Some($one)) => $block,
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        done.map_err(|error| $read.failed(error))?;
    }};
}

/// Inserts many rows: `insert_rows!(write, "insert into t (a, b)", 2, rows, |row| [row.a, row.b], " on conflict ...")`.
/// Gives the number of rows that were written.
macro_rules! insert_rows {
    ($write:expr, $insert:literal, $columns:literal, $rows:expr, |$row:ident| [$($bind:expr),+ $(,)?], $tail:literal) => {{
        let mut written = 0_u64;
        // Engines bound the number of parameters: 65,535 and 32,766. SQLite is no faster beyond some hundred.
        let size = match $write.engine() {
            $crate::target::Engine::Postgres => 30_000 / $columns,
            $crate::target::Engine::Sqlite => 3_000 / $columns,
        };
        for chunk in $rows.chunks(size) {
            let done = match &mut $write.conn {
                $crate::conn::Conn::Postgres(tx) => {
                    let mut builder = sqlx::QueryBuilder::<sqlx::Postgres>::new(concat!($insert, " "));
                    builder.push_values(chunk, |mut values, $row| { $(values.push_bind($bind);)+ });
                    builder.push($tail);
                    let persistent = chunk.len() == 1;
                    builder.build().persistent(persistent).execute(&mut **tx).await.map(|done| done.rows_affected())
                }
                $crate::conn::Conn::Sqlite(tx) => {
                    let mut builder = sqlx::QueryBuilder::<sqlx::Sqlite>::new(concat!($insert, " "));
                    builder.push_values(chunk, |mut values, $row| { $(values.push_bind($bind);)+ });
                    builder.push($tail);
                    let persistent = chunk.len() == 1 || chunk.len() == size;
                    builder.build().persistent(persistent).execute(&mut **tx).await.map(|done| done.rows_affected())
                }
            };
            written += done.map_err(|error| $write.failed(error))?;
        }
        written
    }};
}

pub(crate) use {execute, insert_rows, maybe_row, on_engine, row, rows, stream_rows};
