//! A snapshot: writing it against bare inserts of the same rows, opening it, and the first screen behind it.

use crate::figure::{Figure, Measured, Report, Target};
use crate::place::Place;
use anyhow::{Context, Result};
use billing::time::Timestamp;
use operations::host::FixedHost;
use operations::wire::SnapshotRequest;
use operations::{look, snapshot};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

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

/// The rows of a snapshot into a database with the same schema, table by table.
async fn bare_inserts(snapshot: &Path, file: &Path) -> Result<Duration> {
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
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await?;
    }
    let names: Vec<(String,)> =
        sqlx::query_as("select name from source.sqlite_schema where type = 'table' and name not like 'sqlite_%'")
            .fetch_all(&mut conn)
            .await?;
    let begun = Instant::now();
    sqlx::raw_sql("begin").execute(&mut conn).await?;
    for (name,) in names {
        let copy = format!("insert into main.{name} select * from source.{name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(copy)).execute(&mut conn).await.context(name)?;
    }
    sqlx::raw_sql("commit").execute(&mut conn).await?;
    let taken = begun.elapsed();
    conn.close().await?;
    Ok(taken)
}
