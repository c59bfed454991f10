//! Rows of a ledger into the tables of a snapshot: one task reads and decodes, another hashes and inserts.

use super::Told;
use super::cell::{self, Cell};
use super::digest::{Days, OfTable};
use super::manifest::TableDigest;
use super::schema::Table;
use crate::conn::{Conn, Read};
use crate::error::{Result, StoreError};
use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tokio::sync::mpsc;

/// Rows that are inserted by one statement.
const ROWS_AT_ONCE: usize = 48;
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
pub(crate) struct Written {
    pub tables: Vec<TableDigest>,
    pub events: u64,
    pub tenants: u64,
}

/// Inserts what comes until the reader is done.
pub(crate) async fn write(
    conn: &mut SqliteConnection,
    mut waiting: mpsc::Receiver<Piece>,
    days_table: &Table,
    total: Option<u64>,
    told: &Told,
) -> Result<Written> {
    let mut written = Written { tables: Vec::new(), events: 0, tenants: 0 };
    let mut current: Option<Current> = None;
    while let Some(piece) = waiting.recv().await {
        match piece {
            Piece::Table(table) => {
                if let Some(done) = current.take() {
                    finish(conn, done, days_table, &mut written).await?;
                }
                current = Some(Current::new(table)?);
            }
            Piece::Rows(rows) => {
                let Some(current) = &mut current else { return Err(StoreError::corrupt("rows of no table")) };
                let before = written.events;
                current.add(conn, rows, days_table, &mut written).await?;
                if written.events / REPORT_EVERY > before / REPORT_EVERY {
                    told("writing events", written.events, total);
                }
            }
        }
    }
    if let Some(done) = current.take() {
        finish(conn, done, days_table, &mut written).await?;
    }
    Ok(written)
}

async fn finish(conn: &mut SqliteConnection, current: Current, days: &Table, written: &mut Written) -> Result<()> {
    if let Some(rows) = current.days {
        insert_all(conn, days, rows.finish()).await?;
    }
    let digest = current.digest.finish();
    if digest.name == "tenants" {
        written.tenants = digest.rows;
    }
    written.tables.push(digest);
    Ok(())
}

/// The table whose rows come.
struct Current {
    insert: Insert,
    digest: OfTable,
    days: Option<Days>,
    width: usize,
}

impl Current {
    fn new(table: Table) -> Result<Self> {
        let days = if table.name == "usage_events" { Some(Days::new(&table)?) } else { None };
        Ok(Self { insert: Insert::new(&table), digest: OfTable::new(&table.name), days, width: table.columns.len() })
    }

    async fn add(
        &mut self,
        conn: &mut SqliteConnection,
        rows: Vec<Cell>,
        days_table: &Table,
        written: &mut Written,
    ) -> Result<()> {
        for row in rows.chunks(self.width) {
            self.digest.add(row);
            if let Some(days) = &mut self.days {
                days.add(row)?;
                written.events += 1;
            }
        }
        let days = self.days.as_mut().map(Days::take).unwrap_or_default();
        self.insert.rows(conn, rows).await?;
        insert_all(conn, days_table, days).await
    }
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
