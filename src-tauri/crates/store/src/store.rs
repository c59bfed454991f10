//! A connected database: open it, look, write.
//!
//! Not the statements: those are beside the tables that they are about.

use crate::conn::{Conn, Read, Write};
use crate::connect::{Pools, pools};
use crate::error::{Result, StoreError};
use crate::limits::{Caches, locked};
use crate::migrate;
use crate::pinned::Pin;
use crate::reach::{self, Reached};
use crate::snapshot::{Manifest, OpenSnapshot};
use crate::target::{Access, Engine, PostgresTarget, Target};
use crate::twin;
use billing::time::Timestamp;
use futures::future::BoxFuture;
use std::any::{Any, TypeId};
use std::sync::Arc;
use std::time::Duration;

/// On PostgreSQL: all that it reads is of one point in time.
pub(crate) const BEGIN_READ: &str = "begin isolation level repeatable read read only";
/// How often a transaction that lost a race is run before that is an error.
const ATTEMPTS: u32 = 4;

/// A connected database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pools: Pools,
    access: Access,
    target: Target,
    caches: Arc<Caches>,
    standing: Standing,
}

/// Whether what is looked at goes on.
pub(crate) enum Standing {
    /// Each look sees the newest.
    Live,
    /// All looks see one moment of a database.
    Pinned(Pin),
    /// All looks see a snapshot file.
    Snapshot(Box<OpenSnapshot>),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.inner.target)
    }
}

impl Store {
    /// Connects to a database that holds a ledger of exactly this program's schema. It never migrates.
    ///
    /// # Errors
    /// [`StoreError::NotMigrated`], [`StoreError::SchemaOlder`], [`StoreError::SchemaNewer`],
    /// [`StoreError::SchemaDiffers`], [`StoreError::NotFound`] for a file, or what the connection gave.
    pub async fn open(target: &Target, access: Access) -> Result<Self> {
        let store = Self::connect(target, access).await?;
        store.check_schema().await?;
        Ok(store)
    }

    /// Connects without looking at the schema, to migrate.
    ///
    /// # Errors
    /// What the connection gave.
    pub async fn connect(target: &Target, access: Access) -> Result<Self> {
        let pools = pools(target, access).await?;
        Ok(Self::of(pools, access, target.clone(), Standing::Live))
    }

    pub(crate) fn of(pools: Pools, access: Access, target: Target, standing: Standing) -> Self {
        Self { inner: Arc::new(Inner { pools, access, target, caches: Arc::default(), standing }) }
    }

    pub(crate) fn of_snapshot(pools: Pools, target: Target, opened: OpenSnapshot) -> Self {
        Self::of(pools, Access::ReadOnly, target, Standing::Snapshot(Box::new(opened)))
    }

    /// What the snapshot says about itself; none when it is a database.
    pub fn snapshot(&self) -> Option<&Manifest> {
        match &self.inner.standing {
            Standing::Snapshot(opened) => Some(&opened.manifest),
            Standing::Live | Standing::Pinned(_) => None,
        }
    }

    /// The root of the seal of the snapshot; none when it is a database.
    pub fn fingerprint(&self) -> Option<&str> {
        match &self.inner.standing {
            Standing::Snapshot(opened) => Some(&opened.fingerprint),
            Standing::Live | Standing::Pinned(_) => None,
        }
    }

    /// The moment that all looks see; none when each sees the newest.
    pub fn moment(&self) -> Option<Timestamp> {
        match &self.inner.standing {
            Standing::Live => None,
            Standing::Pinned(pin) => Some(pin.at),
            Standing::Snapshot(opened) => Some(opened.manifest.as_of),
        }
    }

    /// Checks that the database holds exactly this program's schema.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn check_schema(&self) -> Result<()> {
        self.read(|read| Box::pin(migrate::check_schema(read))).await
    }

    /// Connects once to a PostgreSQL server, as far as it goes, and keeps nothing.
    pub async fn reach(target: &PostgresTarget) -> Reached {
        reach::reach(target).await
    }

    /// Asks whether the database still answers, waiting `limit` at most.
    ///
    /// # Errors
    /// [`StoreError::ConnectionLost`].
    pub async fn answers(&self, limit: Duration) -> Result<()> {
        let asked = self.read(|read| Box::pin(crate::ledger::schema_version(read)));
        match tokio::time::timeout(limit, asked).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) => Ok(()),
            Err(_) => Err(StoreError::ConnectionLost(sqlx::Error::PoolTimedOut)),
        }
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        match self.inner.pools {
            Pools::Postgres(_) => Engine::Postgres,
            Pools::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// Where the database is; its `Display` holds no secret.
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// What the connection may do.
    pub fn access(&self) -> Access {
        self.inner.access
    }

    /// Looks at one point in time: everything that `work` reads is of the same moment. Dropping the future stops it.
    ///
    /// # Errors
    /// Those of `work` and of the connection.
    pub async fn read<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: for<'c> FnOnce(&'c mut Read) -> BoxFuture<'c, Result<R, E>> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.read_from(work, |inner| Box::pin(async move { inner.begin_read().await })).await
    }

    /// Whether something of this type is kept: see [`Read::kept`].
    pub fn keeps<T: Any>(&self) -> bool {
        locked(&self.inner.caches.shelf).contains_key(&TypeId::of::<T>())
    }

    /// As [`Store::read`] for work that reads so much that it may use two connections: see [`Read::twin`].
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_much<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: for<'c> FnOnce(&'c mut Read) -> BoxFuture<'c, Result<R, E>> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.read_from(work, |inner| Box::pin(async move { twin::begin(&inner).await })).await
    }

    async fn read_from<R, E, F>(
        &self,
        work: F,
        begin: fn(Arc<Inner>) -> BoxFuture<'static, Result<Read>>,
    ) -> Result<R, E>
    where
        F: for<'c> FnOnce(&'c mut Read) -> BoxFuture<'c, Result<R, E>> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        // The begin in a task of its own, which nothing cancels: halfway it would leave a transaction in its connection.
        let task = tokio::spawn(async move {
            let begun = tokio::spawn(begin(inner));
            let mut read = joined(begun.await)?;
            let done = work(&mut read).await?;
            read.rollback().await.map_err(StoreError::from)?;
            Ok(done)
        });
        AbortOnDrop(task).join().await
    }

    /// Changes, all or nothing: commits when `work` succeeds. When another transaction was in the way (a deadlock, a
    /// serialization failure) everything is run again, three times at most. Dropping the future does not stop it.
    ///
    /// # Errors
    /// Those of `work` and of the connection; [`StoreError::ReadOnly`], [`StoreError::CommitUnclear`].
    pub async fn write<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: for<'c> FnOnce(&'c mut Write) -> BoxFuture<'c, Result<R, E>> + Clone + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move {
            let mut attempt = 1;
            loop {
                match inner.attempt(work.clone()).await {
                    Attempt::Done(done) => return Ok(done),
                    Attempt::Failed(error) => return Err(error),
                    Attempt::Contended(error) if attempt == ATTEMPTS => return Err(error),
                    Attempt::Contended(_) => attempt += 1,
                }
            }
        });
        joined(task.await)
    }

    /// As [`Store::write`] for work that cannot be run twice; a lost race is [`StoreError::Contended`].
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_once<R, E, F>(&self, work: F) -> Result<R, E>
    where
        F: for<'c> FnOnce(&'c mut Write) -> BoxFuture<'c, Result<R, E>> + Send + 'static,
        R: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move {
            match inner.attempt(work).await {
                Attempt::Done(done) => Ok(done),
                Attempt::Failed(error) | Attempt::Contended(error) => Err(error),
            }
        });
        joined(task.await)
    }

    /// Takes what was erased out of the files, too: the write-ahead log of SQLite keeps older pages until it is folded
    /// into the file and cut. Says whether that was done; another program that reads at this moment prevents it, and
    /// then the next call does it. On PostgreSQL the server's vacuum does this.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn forget_erased(&self) -> Result<bool> {
        let Pools::Sqlite { writer, .. } = &self.inner.pools else { return Ok(true) };
        let mut conn = writer.acquire().await?;
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(&mut *conn).await?;
        Ok(busy == 0)
    }

    /// Closes the connections; SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        if let Standing::Pinned(pin) = &self.inner.standing {
            pin.release().await;
        }
        match &self.inner.pools {
            Pools::Postgres(pool) => pool.close().await,
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

enum Attempt<R, E> {
    Done(R),
    Failed(E),
    Contended(E),
}

impl Inner {
    async fn attempt<R, E, F>(&self, work: F) -> Attempt<R, E>
    where
        F: for<'c> FnOnce(&'c mut Write) -> BoxFuture<'c, Result<R, E>> + Send,
        E: From<StoreError>,
    {
        let mut write = match self.begin_write().await {
            Ok(write) => write,
            Err(error) => return Attempt::Failed(error.into()),
        };
        match work(&mut write).await {
            Ok(done) => match write.0.commit().await {
                Ok(()) => Attempt::Done(done),
                Err(error) if StoreError::is_contention(&error) => Attempt::Contended(StoreError::Contended.into()),
                // The database answered: it is not in. Otherwise nobody knows.
                Err(error) if error.as_database_error().is_some() => Attempt::Failed(StoreError::from(error).into()),
                Err(error) => Attempt::Failed(StoreError::CommitUnclear(error).into()),
            },
            Err(error) => {
                let contended = write.contended;
                // A failed roll-back means a broken connection, which rolls back by itself.
                let _rolled_back = write.0.rollback().await;
                if contended { Attempt::Contended(error) } else { Attempt::Failed(error) }
            }
        }
    }

    pub(crate) async fn begin_read(&self) -> Result<Read> {
        let conn = match &self.pools {
            Pools::Postgres(pool) => match &self.standing {
                Standing::Pinned(pin) => Conn::Postgres(pin.begin(pool).await?),
                Standing::Live | Standing::Snapshot(_) => Conn::Postgres(pool.begin_with(BEGIN_READ).await?),
            },
            Pools::Sqlite { readers, .. } => Conn::Sqlite(readers.begin_with("begin").await?),
        };
        Ok(self.reading(conn))
    }

    pub(crate) fn reading(&self, conn: Conn) -> Read {
        Read { conn, contended: false, caches: Arc::clone(&self.caches), twin: None }
    }

    pub(crate) async fn begin_write(&self) -> Result<Write> {
        if self.access == Access::ReadOnly {
            return Err(StoreError::ReadOnly);
        }
        let conn = match &self.pools {
            Pools::Postgres(pool) => Conn::Postgres(pool.begin_with("begin").await?),
            Pools::Sqlite { writer, .. } => Conn::Sqlite(writer.begin_with("begin immediate").await?),
        };
        Ok(Write(self.reading(conn)))
    }
}

/// A task that stops with the future that waits for it.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<R, E: From<StoreError>> AbortOnDrop<Result<R, E>> {
    async fn join(mut self) -> Result<R, E> {
        joined((&mut self.0).await)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn joined<R, E: From<StoreError>>(done: std::result::Result<Result<R, E>, tokio::task::JoinError>) -> Result<R, E> {
    match done {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(StoreError::Refused("the work was stopped".to_owned()).into()),
    }
}
