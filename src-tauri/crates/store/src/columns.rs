//! Large reads: all rows of a statement as ONE row that has an array for each column.
//!
//! A driver takes some microseconds for each row, most of it for its bookkeeping; a list of ten thousand tenants has a
//! hundred thousand rows behind it. As arrays (of PostgreSQL's own, JSON on SQLite) they cost a tenth. Decoding is as
//! strict as that of rows: everything is checked by its type.

use crate::codec::{At, Id, OnDay, RowId, RowWord, Word};
use crate::error::StoreError;
use billing::time::{Day, Timestamp};
use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use sqlx::error::BoxDynError;
use sqlx::{ColumnIndex, Database, Decode, FromRow, Postgres, Row, Sqlite, Type};
use std::marker::PhantomData;
use uuid::Uuid;

/// One column of all rows.
pub(crate) struct Column<T>(pub Vec<T>);

/// What can stand in a [`Column`].
pub(crate) trait Cell: Sized {
    /// The type of an element of PostgreSQL's array.
    type Element;
    /// An element of SQLite's JSON.
    type Json<'a>: Deserialize<'a>;

    /// From an element in PostgreSQL's binary form; none is null.
    fn of_binary(bytes: Option<&[u8]>) -> Result<Self, BoxDynError>;
    fn of_json(stored: Self::Json<'_>) -> Result<Self, BoxDynError>;
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
    ($([$($t:ident: $bound:ident)?] $cell:ty: $element:ty | $json:ty = $of_binary:expr, $of_json:expr;)+) => {$(
        impl$(<$t: $bound>)? Cell for $cell {
            type Element = $element;
            type Json<'a> = $json;

            fn of_binary(bytes: Option<&[u8]>) -> Result<Self, BoxDynError> {
                let of: fn(&[u8]) -> Result<Self, BoxDynError> = $of_binary;
                of(bytes.ok_or("a value is missing")?)
            }

            fn of_json<'a>(stored: Self::Json<'a>) -> Result<Self, BoxDynError> {
                let of: fn($json) -> Result<Self, BoxDynError> = $of_json;
                of(stored)
            }
        }
    )+};
}

cells! {
    [] i64: i64 | i64 = |bytes| Ok(Self::from_be_bytes(bytes.try_into()?)), Ok;
    [] i32: i32 | i32 = |bytes| Ok(Self::from_be_bytes(bytes.try_into()?)), Ok;
    [] String: String | String = |bytes| Ok(std::str::from_utf8(bytes)?.to_owned()), Ok;
    [] At: DateTime<Utc> | i64 = instant, |micros| Ok(Self(Timestamp::from_micros(micros)?));
    [] OnDay: i32 | i32 = |bytes| Ok(Self(Day::from_number(i32::of_binary(Some(bytes))?)?)), |number| Ok(Self(Day::from_number(number)?));
    [T: RowId] Id<T>: Uuid | Hex = |bytes| Ok(Self(T::of_uuid(Uuid::from_slice(bytes)?))), |id| Ok(Self(T::of_uuid(id.0.ok_or("an id is missing")?)));
    [T: RowWord] Word<T>: String | &'a str = |bytes| Ok(Self(std::str::from_utf8(bytes)?.parse()?)), |text| Ok(Self(text.parse()?));
}

/// Microseconds since 2000, as PostgreSQL counts.
fn instant(bytes: &[u8]) -> Result<At, BoxDynError> {
    const YEAR_2000_MICROS: i64 = 946_684_800_000_000;
    let micros = i64::of_binary(Some(bytes))?.checked_add(YEAR_2000_MICROS).ok_or("an instant out of range")?;
    Ok(At(Timestamp::from_micros(micros)?))
}

/// A cell that may be null.
macro_rules! nullable {
    ($([$($t:ident: $bound:ident)?] $cell:ty: $json:ty = $of_json:expr;)+) => {$(
        impl$(<$t: $bound>)? Cell for Option<$cell> {
            type Element = <$cell as Cell>::Element;
            type Json<'a> = $json;

            fn of_binary(bytes: Option<&[u8]>) -> Result<Self, BoxDynError> {
                bytes.map(|bytes| <$cell>::of_binary(Some(bytes))).transpose()
            }

            fn of_json<'a>(stored: Self::Json<'a>) -> Result<Self, BoxDynError> {
                let of: fn($json) -> Result<Self, BoxDynError> = $of_json;
                of(stored)
            }
        }
    )+};
}

nullable! {
    [] i64: Option<i64> = Ok;
    [] String: Option<String> = Ok;
    [] At: Option<i64> = |at| at.map(At::of_json).transpose();
    [T: RowId] Id<T>: Hex = |id| Ok(id.0.map(|id| Id(T::of_uuid(id))));
}

impl<T: Cell> Type<Postgres> for Column<T>
where
    Vec<T::Element>: Type<Postgres>,
{
    fn type_info() -> <Postgres as Database>::TypeInfo {
        <Vec<T::Element> as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &<Postgres as Database>::TypeInfo) -> bool {
        <Vec<T::Element> as Type<Postgres>>::compatible(ty)
    }
}

/// The driver's own decoding of arrays asks for the type of each element anew, which takes longer than all the rest.
impl<'r, T: Cell> Decode<'r, Postgres> for Column<T> {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        array(value.as_bytes()?).map(Self)
    }
}

/// PostgreSQL's binary form of an array: dimensions, flags, type of elements; for its dimension length and first index;
/// for each element its length, -1 for null, and bytes.
fn array<T: Cell>(bytes: &[u8]) -> Result<Vec<T>, BoxDynError> {
    let mut rest = bytes;
    let dimensions = int(&mut rest)?;
    let (_flags, _element) = (int(&mut rest)?, int(&mut rest)?);
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    let (length, _first) = (int(&mut rest)?, int(&mut rest)?);
    if dimensions != 1 {
        return Err("an array of several dimensions".into());
    }
    // Each element takes four bytes at least: a length that lies reserves no more than what was sent.
    let mut cells = Vec::with_capacity(usize::try_from(length)?.min(rest.len() / 4));
    for _ in 0..length {
        let size = int(&mut rest)?;
        let bytes = if size == -1 { None } else { Some(take(&mut rest, usize::try_from(size)?)?) };
        cells.push(T::of_binary(bytes)?);
    }
    Ok(cells)
}

fn int(rest: &mut &[u8]) -> Result<i32, BoxDynError> {
    i32::of_binary(Some(take(rest, 4)?))
}

fn take<'b>(rest: &mut &'b [u8], size: usize) -> Result<&'b [u8], BoxDynError> {
    let (taken, left) = rest.split_at_checked(size).ok_or("an array that ends too soon")?;
    *rest = left;
    Ok(taken)
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
        Ok(serde_json::from_str(text)?)
    }
}

impl<'de, T: Cell> Deserialize<'de> for Column<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells<T>(PhantomData<T>);
        impl<'de, T: Cell> Visitor<'de> for Cells<T> {
            type Value = Column<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("the values of a column")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Column<T>, A::Error> {
                let mut cells = Vec::new();
                while let Some(value) = values.next_element()? {
                    cells.push(T::of_json(value).map_err(serde::de::Error::custom)?);
                }
                Ok(Column(cells))
            }
        }
        deserializer.deserialize_seq(Cells(PhantomData))
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
    (A a, B b, C c, D d, E e, F f, G g, H h, I i)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j)
}

/// Rows of a large read. Many are decoded by another thread, while the database is at the next statement.
#[derive(Debug)]
pub enum Decoding<T> {
    /// They are few, and decoded.
    Done(Vec<T>),
    /// They are being decoded.
    Begun(tokio::task::JoinHandle<Result<Vec<T>, StoreError>>),
}

/// Fewer rows than this are not worth another thread.
const MANY_ROWS: i64 = 500;

impl<T: Send + 'static> Decoding<T> {
    /// The rows, once they are decoded.
    ///
    /// # Errors
    /// What the database gave, when it is not what it should be.
    pub async fn rows(self) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Done(rows) => Ok(rows),
            Self::Begun(task) => match task.await {
                Ok(rows) => rows,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(StoreError::Refused("the work was stopped".to_owned())),
            },
        }
    }

    /// From the one row of an [`in_columns!`] statement, whose last column is the number of rows.
    pub(crate) fn of<R, S>(stored: S, map: fn(R) -> Result<T, StoreError>) -> Result<Self, StoreError>
    where
        S: Row + Send + 'static,
        R: Columns<Stored: for<'r> FromRow<'r, S>> + 'static,
        usize: ColumnIndex<S>,
        i64: for<'r> Decode<'r, S::Database> + Type<S::Database>,
    {
        let count: i64 = stored.try_get(stored.len().saturating_sub(1))?;
        let decode = move || R::rows(R::Stored::from_row(&stored)?)?.into_iter().map(map).collect();
        Ok(if count < MANY_ROWS { Self::Done(decode()?) } else { Self::Begun(tokio::task::spawn_blocking(decode)) })
    }
}

/// All rows of an [`in_columns!`] statement, each mapped by a function.
macro_rules! columns {
    ($read:expr, $row:ty, $sql:expr, $map:expr $(, $bind:expr)* $(,)?) => {{
        let text = $read.text($sql);
        match &mut $read.conn {
            $crate::conn::Conn::Postgres(tx) => sqlx::query(text)$(.bind($bind))*.fetch_one(&mut **tx).await
                .map_err(|error| $read.failed(error))
                .and_then(|stored| $crate::columns::Decoding::of::<$row, _>(stored, $map)),
            $crate::conn::Conn::Sqlite(tx) => sqlx::query(text)$(.bind($bind))*.fetch_one(&mut **tx).await
                .map_err(|error| $read.failed(error))
                .and_then(|stored| $crate::columns::Decoding::of::<$row, _>(stored, $map)),
        }
    }};
}

pub(crate) use {columns, in_columns};

#[cfg(test)]
mod tests {
    use super::*;

    /// An array as PostgreSQL sends it.
    fn sent(dimensions: i32, length: i32, elements: &[Option<&[u8]>]) -> Vec<u8> {
        let mut bytes: Vec<u8> = [dimensions, 0, 20, length, 1].iter().flat_map(|int| int.to_be_bytes()).collect();
        for element in elements {
            let size = element.map_or(-1, |element| i32::try_from(element.len()).unwrap());
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend_from_slice(element.unwrap_or_default());
        }
        bytes
    }

    #[test]
    fn an_array_is_read_as_it_was_sent() {
        let (one, most) = (1_i64.to_be_bytes(), i64::MAX.to_be_bytes());
        let bytes = sent(1, 3, &[Some(&one), None, Some(&most)]);
        assert_eq!(array::<Option<i64>>(&bytes).unwrap(), [Some(1), None, Some(i64::MAX)], "a null is none");
        assert!(array::<i64>(&bytes).is_err(), "a null where there must be a value");
        assert_eq!(array::<i64>(&sent(0, 0, &[])[..12]).unwrap(), Vec::<i64>::new(), "an empty one has no dimension");
        assert_eq!(array::<String>(&sent(1, 1, &[Some("é".as_bytes())])).unwrap(), ["é"], "text");
    }

    #[test]
    fn an_array_that_is_none_is_an_error() {
        let one = 1_i64.to_be_bytes();
        let whole = sent(1, 1, &[Some(&one)]);
        for end in 0..whole.len() {
            assert!(array::<i64>(&whole[..end]).is_err(), "cut after {end} bytes");
        }
        assert!(array::<i64>(&sent(2, 1, &[Some(&one)])).is_err(), "two dimensions");
        assert!(array::<i64>(&sent(1, i32::MAX, &[Some(&one)])).is_err(), "more elements than were sent");
        assert!(array::<i64>(&sent(1, -1, &[])).is_err(), "a negative length");
        assert!(array::<i64>(&sent(1, 1, &[Some(&one[..7])])).is_err(), "seven bytes are no number");
        assert!(array::<String>(&sent(1, 1, &[Some(b"\xff")])).is_err(), "bytes that are no text");
        assert!(array::<At>(&sent(1, 1, &[Some(&i64::MAX.to_be_bytes())])).is_err(), "infinity is no instant");
    }

    #[test]
    fn json_is_checked_by_its_type() {
        let numbers: Column<Option<i64>> = serde_json::from_str("[1,null,9223372036854775807]").unwrap();
        assert_eq!(numbers.0, [Some(1), None, Some(i64::MAX)], "all 64 bits");
        for wrong in ["[1.5]", "[\"1\"]", "[null]", "[9223372036854775808]", "{}", "[1"] {
            assert!(serde_json::from_str::<Column<i64>>(wrong).is_err(), "{wrong} is no column of numbers");
        }
        assert!(serde_json::from_str::<Column<Word<billing::time::Zone>>>("[\"Mars/Base\"]").is_err(), "no such zone");
    }
}
