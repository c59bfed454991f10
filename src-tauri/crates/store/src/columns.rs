//! Large reads: all rows of a statement as ONE row that has an array for each column.
//!
//! A driver takes some microseconds for each row, most of it for its bookkeeping; a list of ten thousand tenants has a
//! hundred thousand rows behind it. As arrays (of PostgreSQL's own, JSON on SQLite) they cost a tenth. Decoding is as
//! strict as that of rows: everything is checked by its type.

use crate::codec::{At, Id, OnDay, RowId, RowWord, Word};
use crate::error::StoreError;
use billing::time::{Day, Timestamp};
use chrono::{DateTime, Utc};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Visitor};
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Postgres, Sqlite, Type};
use uuid::Uuid;

/// One column of all rows.
pub(crate) struct Column<T>(pub Vec<T>);

/// What can stand in a [`Column`].
pub(crate) trait Cell: Sized {
    /// An element of PostgreSQL's array.
    type Postgres;
    /// An element of SQLite's JSON.
    type Json: DeserializeOwned;

    fn of_postgres(stored: Self::Postgres) -> Result<Self, BoxDynError>;
    fn of_json(stored: Self::Json) -> Result<Self, BoxDynError>;
}

/// An id as `hex` writes it; null is empty.
pub(crate) struct Hex(Option<Uuid>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HexVisitor;
        impl Visitor<'_> for HexVisitor {
            type Value = Hex;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an id in hexadecimal digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hex, E> {
                if text.is_empty() {
                    return Ok(Hex(None));
                }
                Uuid::try_parse(text).map(|id| Hex(Some(id))).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(HexVisitor)
    }
}

macro_rules! cells {
    ($([$($t:ident: $bound:ident)?] $cell:ty: $postgres:ty | $json:ty = $of_postgres:expr, $of_json:expr;)+) => {$(
        impl$(<$t: $bound>)? Cell for $cell {
            type Postgres = $postgres;
            type Json = $json;

            fn of_postgres(stored: $postgres) -> Result<Self, BoxDynError> {
                let of: fn($postgres) -> Result<Self, BoxDynError> = $of_postgres;
                of(stored)
            }

            fn of_json(stored: $json) -> Result<Self, BoxDynError> {
                let of: fn($json) -> Result<Self, BoxDynError> = $of_json;
                of(stored)
            }
        }
    )+};
}

cells! {
    [] i64: i64 | i64 = Ok, Ok;
    [] i32: i32 | i32 = Ok, Ok;
    [] String: String | String = Ok, Ok;
    [] At: DateTime<Utc> | i64 = |utc| Ok(Self(Timestamp::from_utc(utc)?)), |micros| Ok(Self(Timestamp::from_micros(micros)?));
    [] OnDay: i32 | i32 = |number| Ok(Self(Day::from_number(number)?)), |number| Ok(Self(Day::from_number(number)?));
    [T: RowId] Id<T>: Uuid | Hex = |id| Ok(Self(T::of_uuid(id))), |id| Ok(Self(T::of_uuid(id.0.ok_or("an id is missing")?)));
    [T: RowWord] Word<T>: String | String = |text| Ok(Self(text.parse()?)), |text| Ok(Self(text.parse()?));
    [] Option<i64>: Option<i64> | Option<i64> = Ok, Ok;
    [] Option<String>: Option<String> | Option<String> = Ok, Ok;
    [] Option<At>: Option<DateTime<Utc>> | Option<i64> = |at| at.map(At::of_postgres).transpose(), |at| at.map(At::of_json).transpose();
    [T: RowId] Option<Id<T>>: Option<Uuid> | Hex = |id| Ok(id.map(|id| Id(T::of_uuid(id)))), |id| Ok(id.0.map(|id| Id(T::of_uuid(id))));
}

impl<T: Cell> Type<Postgres> for Column<T>
where
    Vec<T::Postgres>: Type<Postgres>,
{
    fn type_info() -> <Postgres as Database>::TypeInfo {
        <Vec<T::Postgres> as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &<Postgres as Database>::TypeInfo) -> bool {
        <Vec<T::Postgres> as Type<Postgres>>::compatible(ty)
    }
}

impl<'r, T: Cell> Decode<'r, Postgres> for Column<T>
where
    Vec<T::Postgres>: Decode<'r, Postgres>,
{
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let stored = <Vec<T::Postgres> as Decode<'r, Postgres>>::decode(value)?;
        stored.into_iter().map(T::of_postgres).collect::<Result<_, _>>().map(Self)
    }
}

impl<T: Cell> Type<Sqlite> for Column<T> {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <str as Type<Sqlite>>::type_info()
    }

    fn compatible(ty: &<Sqlite as Database>::TypeInfo) -> bool {
        <str as Type<Sqlite>>::compatible(ty)
    }
}

impl<'r, T: Cell> Decode<'r, Sqlite> for Column<T> {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'r, Sqlite>>::decode(value)?;
        let stored: Vec<T::Json> = serde_json::from_str(text)?;
        stored.into_iter().map(T::of_json).collect::<Result<_, _>>().map(Self)
    }
}

/// The statement that gives the rows of another one as arrays, and their number:
/// `in_columns!("select ...", id "tenant_id", raw "name")`, with `id` for those that are UUIDs.
macro_rules! in_columns {
    (@sqlite id $column:literal) => { concat!("json_group_array(hex(", $column, ")), ") };
    (@sqlite raw $column:literal) => { concat!("json_group_array(", $column, "), ") };
    ($rows:expr, $($kind:ident $column:literal),+ $(,)?) => {
        $crate::sql::Sql::pair(
            concat!(
                "select ", $("coalesce(array_agg(", $column, "), '{}'), ",)+
                "count(*) from (", $rows, ") of_rows",
            ),
            concat!(
                "select ", $($crate::columns::in_columns!(@sqlite $kind $column),)+
                "count(*) from (", $rows, ") of_rows",
            ),
        )
    };
}

/// A row whose columns can be read as arrays: a tuple of cells.
pub(crate) trait Columns: Sized {
    /// The one row of arrays, and the number of rows.
    type Stored;

    fn rows(stored: Self::Stored) -> Result<Vec<Self>, StoreError>;
}

macro_rules! tuples {
    ($(($($cell:ident $name:ident),+))+) => {$(
        impl<$($cell: Cell),+> Columns for ($($cell,)+) {
            type Stored = ($(Column<$cell>,)+ i64);

            fn rows(stored: Self::Stored) -> Result<Vec<Self>, StoreError> {
                let ($($name,)+ count) = stored;
                $(let mut $name = $name.0.into_iter();)+
                let short = || StoreError::corrupt("columns of different length");
                let mut rows = Vec::with_capacity(usize::try_from(count).map_err(StoreError::corrupt)?);
                for _ in 0..count {
                    rows.push(($($name.next().ok_or_else(short)?,)+));
                }
                Ok(rows)
            }
        }
    )+};
}

tuples! {
    (A a, B b)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g, H h)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j)
}

/// All rows of an [`in_columns!`] statement.
macro_rules! columns {
    ($read:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::conn::row!($read, <$row as $crate::columns::Columns>::Stored, $sql $(, $bind)*)
            .and_then(<$row as $crate::columns::Columns>::rows)
    };
}

pub(crate) use {columns, in_columns};
