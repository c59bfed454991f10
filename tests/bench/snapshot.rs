//! A snapshot: writing it against bare inserts of the same rows, opening it, and the first screen behind it.

use crate::figure::{Figure, Measured, Report, Target};
use crate::place::Place;
use anyhow::{Context, Result};
use billing::time::Timestamp;
use futures::TryStreamExt;
use operations::host::FixedHost;
use operations::wire::SnapshotRequest;
use operations::{look, snapshot};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Rows that a bare statement inserts.
const ROWS_AT_ONCE: usize = 64;
/// Statements whose rows are read before they run.
const STATEMENTS_AT_ONCE: usize = 100;

/// Writes a snapshot of the place, opens it, and looks.
pub async fn measure(place: &Place, at: Timestamp, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bench.chsnapshot");
    let host = FixedHost::at(at);
    let begun = Instant::now();
    let (request, stop) = (SnapshotRequest::default(), CancellationToken::new());
    let written = snapshot::export(&place.store, &host, &request, &file, |_| {}, &stop).await?;
    let export = begun.elapsed();
    let events = written.about.events;
    let bare = bare_inserts(&file, &folder.path().join("bare.sqlite")).await?;
    report.add(Figure {
        name: "snapshot export, verified".to_owned(),
        place: place.engine(),
        value: Measured::rate(events, export),
        limit: Some((
            Measured::rate(events, bare),
            "bare SQLite inserts of the same rows into the same tables and indexes",
        )),
        target: Target::RatioAtLeast(0.6),
    });
    let transferred = transfer(&file, &folder.path().join("transferred.sqlite")).await?;
    report.add(Figure {
        name: "snapshot export, verified".to_owned(),
        place: place.engine(),
        value: Measured::rate(events, export),
        limit: Some((Measured::rate(events, transferred), "SQLite's own transfer of whole tables, file to file")),
        target: Target::Stated,
    });
    let begun = Instant::now();
    let store = snapshot::open(&file, |_| {}).await?;
    let opened = begun.elapsed();
    let begun = Instant::now();
    look::overview(&store, at).await?;
    let looked = begun.elapsed();
    let figure = |name: &str, value, target| Figure {
        name: name.to_owned(),
        place: place.engine(),
        value: Measured::time(value),
        limit: None,
        target,
    };
    report.add(figure("snapshot: every bit and hash verified", opened, Target::Stated));
    report.add(figure(
        "snapshot: the first screen once it is verified",
        looked,
        Target::AtMost(Measured::time(Duration::from_millis(500))),
    ));
    store.close().await;
    Ok(())
}

/// A database with the tables and indexes of a snapshot, which is attached as `source`.
async fn twin_of(snapshot: &Path, file: &Path) -> Result<(SqliteConnection, Vec<String>)> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .pragma("cache_size", "-131072");
    let mut conn = options.connect().await?;
    sqlx::query("attach $1 as source").bind(snapshot.display().to_string()).execute(&mut conn).await?;
    let made: Vec<(String,)> = sqlx::query_as(
        "select sql from source.sqlite_schema where type in ('table', 'index') and name not like 'sqlite_%' and sql is not null",
    )
    .fetch_all(&mut conn)
    .await?;
    for (sql,) in made {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
    }
    let names: Vec<(String,)> =
        sqlx::query_as("select name from source.sqlite_schema where type = 'table' and name not like 'sqlite_%'")
            .fetch_all(&mut conn)
            .await?;
    Ok((conn, names.into_iter().map(|(name,)| name).collect()))
}

/// The rows of a snapshot as a program inserts them: one transaction, many rows a statement, every value bound. Reading
/// them is not in the time.
async fn bare_inserts(snapshot: &Path, file: &Path) -> Result<Duration> {
    let (mut conn, names) = twin_of(snapshot, file).await?;
    let mut source = SqliteConnectOptions::new().filename(snapshot).read_only(true).immutable(true).connect().await?;
    let mut taken = Duration::ZERO;
    sqlx::raw_sql("begin").execute(&mut conn).await?;
    for name in names {
        let mut rows = sqlx::query(AssertSqlSafe(format!("select * from {name}"))).fetch(&mut source);
        let mut is_last = false;
        while !is_last {
            let mut read = Vec::with_capacity(ROWS_AT_ONCE * STATEMENTS_AT_ONCE);
            while read.len() < ROWS_AT_ONCE * STATEMENTS_AT_ONCE && !is_last {
                match rows.try_next().await? {
                    Some(row) => read.push(Value::of(&row)?),
                    None => is_last = true,
                }
            }
            let begun = Instant::now();
            insert(&mut conn, &name, read).await.context(name.clone())?;
            taken += begun.elapsed();
        }
    }
    let begun = Instant::now();
    sqlx::raw_sql("commit").execute(&mut conn).await?;
    taken += begun.elapsed();
    conn.close().await?;
    Ok(taken)
}

async fn insert(conn: &mut SqliteConnection, table: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    let mut rows = rows.into_iter().peekable();
    while let Some(width) = rows.peek().map(Vec::len) {
        let some: Vec<Vec<Value>> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        let row = format!("({})", vec!["?"; width].join(","));
        let text = format!("insert into main.{table} values {}", vec![row.as_str(); some.len()].join(","));
        let mut query = sqlx::query(AssertSqlSafe(text)).persistent(some.len() == ROWS_AT_ONCE);
        for value in some.into_iter().flatten() {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Integer(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Blob(bytes) => query.bind(bytes),
            };
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// A value of any table.
enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    fn of(row: &SqliteRow) -> Result<Vec<Self>> {
        let of = |place| {
            let value = row.try_get_raw(place)?;
            // What is null has the type of its column.
            if value.is_null() {
                return Ok(Self::Null);
            }
            Ok(match value.type_info().name() {
                "TEXT" => Self::Text(row.try_get_unchecked(place)?),
                "BLOB" => Self::Blob(row.try_get_unchecked(place)?),
                _ => Self::Integer(row.try_get_unchecked(place)?),
            })
        };
        (0..row.len()).map(of).collect()
    }
}

/// Whole tables from file to file by SQLite itself, which then binds no value and, since both schemas are alike, decodes
/// no row: what nothing that reads another database can reach.
async fn transfer(snapshot: &Path, file: &Path) -> Result<Duration> {
    let (mut conn, names) = twin_of(snapshot, file).await?;
    let begun = Instant::now();
    sqlx::raw_sql("begin").execute(&mut conn).await?;
    for name in names {
        let copy = format!("insert into main.{name} select * from source.{name}");
        sqlx::raw_sql(AssertSqlSafe(copy)).execute(&mut conn).await.context(name)?;
    }
    sqlx::raw_sql("commit").execute(&mut conn).await?;
    let taken = begun.elapsed();
    conn.close().await?;
    Ok(taken)
}
