//! Rows of a ledger into the tables of a snapshot: one task reads and decodes, another hashes and inserts.

use super::Told;
use super::cell::{self, Cell};
use super::digest::{DayRow, Days, OfTable};
use super::manifest::TableDigest;
use super::schema::Table;
use crate::conn::{Conn, Read};
use crate::error::{Result, StoreError};
use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::sync::mpsc;

/// Rows that are inserted by one statement.
const ROWS_AT_ONCE: usize = 48;
/// The table of events.
const LEDGER: &str = "usage_events";
/// Pieces of rows that wait to be inserted.
const WAITING: usize = 32;
/// Rows between two reports of progress.
const REPORT_EVERY: u64 = 20_000;

/// What goes from the reader to the writer.
pub(crate) enum Piece {
    /// The rows that follow are of this table.
    Table(Table),
    /// Some rows, value behind value.
    Rows(Vec<Cell>),
}

/// The reader's end.
pub(crate) struct Feed {
    pieces: mpsc::Sender<Piece>,
    pending: Vec<Cell>,
    full: usize,
}

/// Both ends.
pub(crate) fn feed() -> (Feed, mpsc::Receiver<Piece>) {
    let (pieces, waiting) = mpsc::channel(WAITING);
    (Feed { pieces, pending: Vec::new(), full: 0 }, waiting)
}

impl Feed {
    /// Begins a table.
    pub async fn table(&mut self, table: &Table) -> Result<()> {
        self.flush().await?;
        self.full = table.columns.len() * ROWS_AT_ONCE;
        self.send(Piece::Table(table.clone())).await
    }

    /// Reads the rows of a statement. Gives their number.
    pub async fn rows(&mut self, read: &mut Read, select: &str, lists: &[&str]) -> Result<u64> {
        let done = self.stream(read, select, lists).await;
        match done {
            Ok(rows) => Ok(rows),
            Err(Streamed::Database(error)) => Err(read.failed(error)),
            Err(Streamed::Store(error)) => Err(error),
        }
    }

    async fn stream(&mut self, read: &mut Read, select: &str, lists: &[&str]) -> Result<u64, Streamed> {
        let mut rows = 0;
        match &mut read.conn {
            Conn::Postgres(tx) => {
                let mut query = sqlx::query(AssertSqlSafe(select.to_owned()));
                for list in lists {
                    query = query.bind(*list);
                }
                let (mut stream, mut stored) = (query.fetch(&mut **tx), None);
                while let Some(row) = stream.try_next().await? {
                    if stored.is_none() {
                        stored = Some(cell::stored(&row)?);
                    }
                    cell::of_postgres(&row, stored.as_deref().unwrap_or_default(), &mut self.pending)?;
                    rows += 1;
                    self.flush_when_full().await?;
                }
            }
            Conn::Sqlite(tx) => {
                let mut query = sqlx::query(AssertSqlSafe(select.to_owned()));
                for list in lists {
                    query = query.bind(*list);
                }
                let mut stream = query.fetch(&mut **tx);
                while let Some(row) = stream.try_next().await? {
                    cell::of_sqlite(&row, &mut self.pending)?;
                    rows += 1;
                    self.flush_when_full().await?;
                }
            }
        }
        Ok(rows)
    }

    async fn flush_when_full(&mut self) -> Result<()> {
        if self.pending.len() >= self.full { self.flush().await } else { Ok(()) }
    }

    /// Sends what waits.
    pub async fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let rows = std::mem::replace(&mut self.pending, Vec::with_capacity(self.full));
        self.send(Piece::Rows(rows)).await
    }

    async fn send(&self, piece: Piece) -> Result<()> {
        // The writer ends early only with an error, which is the one that counts.
        self.pieces.send(piece).await.map_err(|_| StoreError::Refused("the writer has ended".to_owned()))
    }
}

enum Streamed {
    Database(sqlx::Error),
    Store(StoreError),
}

impl From<sqlx::Error> for Streamed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Streamed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was written.
#[derive(Default)]
pub(crate) struct Written {
    pub tables: Vec<TableDigest>,
    pub events: u64,
    pub tenants: u64,
}

/// What is to be inserted, hashed already.
enum Hashed {
    Table(Table),
    Rows(Vec<Cell>),
    Days(Vec<DayRow>),
    Digest(TableDigest),
}

/// Hashes what comes on a thread of its own, and inserts it until the reader is done.
pub(crate) async fn write(
    conn: &mut SqliteConnection,
    waiting: mpsc::Receiver<Piece>,
    days_table: &Table,
    total: Option<u64>,
    told: &Told,
) -> Result<Written> {
    let (send, mut hashed) = mpsc::channel(WAITING);
    let hashing = tokio::task::spawn_blocking(move || hash_all(waiting, &send));
    let mut written = Written::default();
    let mut insert: Option<(Table, Insert)> = None;
    let days_insert = Insert::new(days_table);
    while let Some(piece) = hashed.recv().await {
        match piece {
            Hashed::Table(table) => insert = Some((table.clone(), Insert::new(&table))),
            Hashed::Days(days) => days_insert.rows(conn, days.into_iter().flatten().collect()).await?,
            Hashed::Rows(rows) => {
                let Some((table, insert)) = &insert else { return Err(StoreError::corrupt("rows of no table")) };
                let events = if table.name == LEDGER { (rows.len() / table.columns.len()) as u64 } else { 0 };
                insert.rows(conn, rows).await?;
                let before = written.events;
                written.events += events;
                if written.events / REPORT_EVERY > before / REPORT_EVERY {
                    told("writing events", written.events, total);
                }
            }
            Hashed::Digest(digest) => {
                if digest.name == "tenants" {
                    written.tenants = digest.rows;
                }
                written.tables.push(digest);
            }
        }
    }
    hashing.await.map_err(StoreError::corrupt)??;
    Ok(written)
}

/// The table whose rows come.
struct Current {
    digest: OfTable,
    days: Option<Days>,
    width: usize,
}

impl Current {
    fn new(table: &Table) -> Result<Self> {
        let days = if table.name == LEDGER { Some(Days::new(table)?) } else { None };
        Ok(Self { digest: OfTable::new(&table.name), days, width: table.columns.len() })
    }

    /// Hashes rows. Gives the days that are complete.
    fn add(&mut self, rows: &[Cell]) -> Result<Vec<DayRow>> {
        for row in rows.chunks(self.width) {
            self.digest.add(row);
            if let Some(days) = &mut self.days {
                days.add(row)?;
            }
        }
        Ok(self.days.as_mut().map(Days::take).unwrap_or_default())
    }

    fn finish(self) -> [Hashed; 2] {
        [Hashed::Days(self.days.map(Days::finish).unwrap_or_default()), Hashed::Digest(self.digest.finish())]
    }
}

fn hash_all(mut waiting: mpsc::Receiver<Piece>, hashed: &mpsc::Sender<Hashed>) -> Result<()> {
    // Who inserts ends early only with an error, which is the one that counts.
    let send = |piece| hashed.blocking_send(piece).map_err(|_| StoreError::Refused("the writer has ended".to_owned()));
    let mut current: Option<Current> = None;
    while let Some(piece) = waiting.blocking_recv() {
        match piece {
            Piece::Table(table) => {
                for last in current.take().into_iter().flat_map(Current::finish) {
                    send(last)?;
                }
                current = Some(Current::new(&table)?);
                send(Hashed::Table(table))?;
            }
            Piece::Rows(rows) => {
                let Some(current) = &mut current else { return Err(StoreError::corrupt("rows of no table")) };
                let days = current.add(&rows)?;
                send(Hashed::Rows(rows))?;
                send(Hashed::Days(days))?;
            }
        }
    }
    current.into_iter().flat_map(Current::finish).try_for_each(send)
}

/// Inserts few rows of a table.
pub(crate) async fn insert_all(conn: &mut SqliteConnection, table: &Table, rows: Vec<Vec<Cell>>) -> Result<()> {
    let insert = Insert::new(table);
    let cells: Vec<Cell> = rows.into_iter().flatten().collect();
    insert.rows(conn, cells).await
}

/// The statement that inserts rows of a table.
struct Insert {
    head: String,
    one: String,
    width: usize,
    whole: String,
}

impl Insert {
    fn new(table: &Table) -> Self {
        let width = table.columns.len();
        let one = format!("({})", vec!["?"; width].join(","));
        let head = format!("insert into {} ({}) values ", table.name, table.columns.join(", "));
        let whole = format!("{head}{}", vec![one.as_str(); ROWS_AT_ONCE].join(","));
        Self { head, one, width, whole }
    }

    async fn rows(&self, conn: &mut SqliteConnection, cells: Vec<Cell>) -> Result<()> {
        let mut cells = cells.into_iter().peekable();
        while cells.peek().is_some() {
            let part: Vec<Cell> = cells.by_ref().take(self.width * ROWS_AT_ONCE).collect();
            let rows = part.len() / self.width;
            let is_whole = rows == ROWS_AT_ONCE;
            let text = if is_whole {
                self.whole.clone()
            } else {
                format!("{}{}", self.head, vec![self.one.as_str(); rows].join(","))
            };
            let mut query = sqlx::query(AssertSqlSafe(text)).persistent(is_whole);
            for cell in part {
                query = cell::bind(query, cell);
            }
            query.execute(&mut *conn).await?;
        }
        Ok(())
    }
}
