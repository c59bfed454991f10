//! Rows of any table of either engine, value by value, as SQLite stores them.
//!
//! The only reader of this crate that takes types from the database: a copy must hold what is there, also what this
//! program would never have written. Everything that looks at a copy reads it by the types of its own statements.

use crate::error::{Result, StoreError};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column as _, Decode, Row, Sqlite, TypeInfo as _, ValueRef as _};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// Which of the stored forms a column of PostgreSQL has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stored {
    Uuid,
    Bytes,
    Instant,
    Flag,
    Int2,
    Int4,
    Int8,
    Text,
}

/// The stored forms of a row's columns.
pub(crate) fn stored(row: &PgRow) -> Result<Vec<Stored>> {
    let of = |name: &str| {
        Ok(match name {
            "UUID" => Stored::Uuid,
            "BYTEA" => Stored::Bytes,
            "TIMESTAMPTZ" => Stored::Instant,
            "BOOL" => Stored::Flag,
            "INT2" => Stored::Int2,
            "INT4" => Stored::Int4,
            "INT8" => Stored::Int8,
            "TEXT" | "VARCHAR" => Stored::Text,
            other => return Err(StoreError::corrupt(format!("a column of type {other}"))),
        })
    };
    row.columns().iter().map(|column| of(column.type_info().name())).collect()
}

/// The values of a row of PostgreSQL, put behind those of the rows before.
pub(crate) fn of_postgres(row: &PgRow, stored: &[Stored], cells: &mut Vec<Cell>) -> Result<()> {
    for (place, form) in stored.iter().enumerate() {
        cells.push(match form {
            Stored::Uuid => blob(row.try_get::<Option<uuid::Uuid>, _>(place)?.map(|id| id.as_bytes().to_vec())),
            Stored::Bytes => blob(row.try_get(place)?),
            Stored::Instant => integer(row.try_get::<Option<DateTime<Utc>>, _>(place)?.map(|at| at.timestamp_micros())),
            Stored::Flag => integer(row.try_get::<Option<bool>, _>(place)?.map(i64::from)),
            Stored::Int2 => integer(row.try_get::<Option<i16>, _>(place)?.map(i64::from)),
            Stored::Int4 => integer(row.try_get::<Option<i32>, _>(place)?.map(i64::from)),
            Stored::Int8 => integer(row.try_get(place)?),
            Stored::Text => row.try_get::<Option<String>, _>(place)?.map_or(Cell::Null, Cell::Text),
        });
    }
    Ok(())
}

fn blob(bytes: Option<Vec<u8>>) -> Cell {
    bytes.map_or(Cell::Null, Cell::Blob)
}

fn integer(number: Option<i64>) -> Cell {
    number.map_or(Cell::Null, Cell::Integer)
}

/// The values of a row of SQLite, put behind those of the rows before.
pub(crate) fn of_sqlite(row: &SqliteRow, cells: &mut Vec<Cell>) -> Result<()> {
    for place in 0..row.len() {
        let value = row.try_get_raw(place)?;
        if value.is_null() {
            cells.push(Cell::Null);
            continue;
        }
        let form = value.type_info().into_owned();
        let cell = match form.name() {
            "INTEGER" | "BOOLEAN" => Decode::<Sqlite>::decode(value).map(Cell::Integer),
            "TEXT" => Decode::<Sqlite>::decode(value).map(Cell::Text),
            "BLOB" => Decode::<Sqlite>::decode(value).map(Cell::Blob),
            other => return Err(StoreError::corrupt(format!("a value of type {other}"))),
        };
        cells.push(cell.map_err(StoreError::corrupt)?);
    }
    Ok(())
}

/// A statement with one more parameter.
pub(crate) fn bind<'q>(query: Query<'q, Sqlite, SqliteArguments>, cell: Cell) -> Query<'q, Sqlite, SqliteArguments> {
    match cell {
        Cell::Null => query.bind(None::<i64>),
        Cell::Integer(number) => query.bind(number),
        Cell::Text(text) => query.bind(text),
        Cell::Blob(bytes) => query.bind(bytes),
    }
}

/// Adds a row to a hash: each value with a tag and its length before it, so that no two rows share an encoding.
pub(crate) fn hash_row(row: &[Cell], buffer: &mut Vec<u8>, hash: &mut Sha256) {
    buffer.clear();
    let mut part = |tag: u8, bytes: &[u8]| {
        buffer.push(tag);
        buffer.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        buffer.extend_from_slice(bytes);
    };
    for cell in row {
        match cell {
            Cell::Null => part(0, &[]),
            Cell::Integer(number) => part(1, &number.to_be_bytes()),
            Cell::Text(text) => part(2, text.as_bytes()),
            Cell::Blob(bytes) => part(3, bytes),
        }
    }
    hash.update(&*buffer);
}
