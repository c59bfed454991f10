//! What one durable event cannot beat: one row of the size of an event, put into a bare table and committed.

use crate::place::{Bare, Place};
use anyhow::Result;
use std::time::{Duration, Instant};

/// About what the ledger's row of an event takes.
const BODY: [u8; 300] = [1; 300];
const TABLE: &str = "create table bare_rows (number bigint primary key, body bytea not null)";
const TABLE_OF_SQLITE: &str = "create table bare_rows (number integer primary key, body blob not null) strict";
const INSERT: &str = "insert into bare_rows (number, body) values ($1, $2)";

/// A database of its own with a table of one key and one column.
pub struct BareRows {
    place: Place,
    conn: Bare,
}

impl BareRows {
    /// On the engine of a place, with its settings for durability.
    pub async fn beside(place: &Place) -> Result<Self> {
        let place = Place::new(place.store.engine()).await?;
        let mut conn = place.bare().await?;
        match &mut conn {
            Bare::Postgres(conn) => sqlx::query(TABLE).execute(conn).await.map(|_| ())?,
            Bare::Sqlite(conn) => sqlx::query(TABLE_OF_SQLITE).execute(conn).await.map(|_| ())?,
        }
        Ok(Self { place, conn })
    }

    /// Puts in one row: a statement that is its own transaction.
    pub async fn insert(&mut self, number: u64) -> Result<Duration> {
        let number = i64::try_from(number)?;
        let begun = Instant::now();
        match &mut self.conn {
            Bare::Postgres(conn) => sqlx::query(INSERT).bind(number).bind(&BODY[..]).execute(conn).await.map(|_| ())?,
            Bare::Sqlite(conn) => sqlx::query(INSERT).bind(number).bind(&BODY[..]).execute(conn).await.map(|_| ())?,
        }
        Ok(begun.elapsed())
    }

    /// Frees its room on the disk.
    pub async fn remove(self) -> Result<()> {
        drop(self.conn);
        self.place.remove().await
    }
}
