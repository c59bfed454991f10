//! Readers: a file as a stream of records with line numbers, whatever its format.
//!
//! A record that cannot be read is handed on as such, with its line and its bytes; it never ends the reading and is
//! never dropped. Memory is bounded by [`MAX_RECORD_BYTES`], whatever the file holds. What the cells mean is not
//! known here.

mod csv;
mod json;
mod lines;
mod members;

pub use members::check as check_members;

use super::mapping::{CsvRule, Format};
use super::refusal::Refusal;
use crate::error::Result;
use std::io::BufRead;

/// The longest record, in bytes, line ends included.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// The cell of a member that is null: a text that no file can hold. Whether it means the same as an absent member is
/// known where the cells are interpreted.
pub const NULL: &str = "\0";
/// The most columns.
pub const MAX_COLUMNS: usize = 2_000;

/// Names that a put-aside file adds to each row: where the row came from, so that a corrected one keeps its identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginNames {
    /// The line of the first file.
    pub line: &'static str,
    /// Why the row was put aside.
    pub reason: &'static str,
    /// The identity of the first file.
    pub file: &'static str,
    /// The bytes of a row that could not be kept as it was.
    pub raw: &'static str,
}

/// The names in CSV and JSON Lines, and those in CloudEvents, whose attributes are small letters only.
pub const fn origin_names(format: Format) -> OriginNames {
    match format {
        Format::Csv | Format::Jsonl => OriginNames {
            line: "put_aside_line",
            reason: "put_aside_reason",
            file: "put_aside_file",
            raw: "put_aside_raw",
        },
        Format::Cloudevents => {
            OriginNames { line: "putasideline", reason: "putasidereason", file: "putasidefile", raw: "putasideraw" }
        }
    }
}

/// Where a row of a put-aside file was first read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The identity of that file.
    pub file: [u8; 32],
    /// The line in it.
    pub line: u64,
}

/// One record of a file.
#[derive(Debug, Clone)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The byte at which it begins, from 0.
    pub offset: u64,
    /// Its bytes without the last line end; cut where the record is too long.
    pub raw: Vec<u8>,
    /// Where it was first read, in a put-aside file.
    pub origin: Option<Origin>,
    /// The cells that the mapping asked for, in its order; none where the record has nothing.
    pub cells: Result<Vec<Option<String>>, Refusal>,
}

/// Reads a file of any format.
pub enum Reader<R> {
    /// Comma-separated values.
    Csv(Box<csv::CsvReader<R>>),
    /// JSON Lines or CloudEvents.
    Json(json::JsonReader<R>),
}

impl<R: BufRead> Reader<R> {
    /// Begins to read: looks at the first bytes, and at the header of a CSV file.
    ///
    /// `columns` are the names that are asked for; those in `optional` may be missing.
    ///
    /// # Errors
    /// `unreadable_file`, `not_text`, `empty_file`, `missing_column`, `ambiguous_column`.
    pub fn new(input: R, format: Format, rule: &CsvRule, columns: &[String], optional: &[String]) -> Result<Self> {
        let lines = lines::Lines::new(input)?;
        match format {
            Format::Csv => {
                csv::CsvReader::new(lines, rule, columns, optional).map(|reader| Self::Csv(Box::new(reader)))
            }
            Format::Jsonl | Format::Cloudevents => Ok(Self::Json(json::JsonReader::new(lines, format, columns))),
        }
    }

    /// The next record; none at the end of the file.
    ///
    /// # Errors
    /// `unreadable_file` when the disk fails.
    pub fn next_record(&mut self) -> Result<Option<Record>> {
        match self {
            Self::Csv(reader) => reader.next_record(),
            Self::Json(reader) => reader.next_record(),
        }
    }

    /// The header of a CSV file as it stands there, without its line end.
    pub fn header(&self) -> Option<&[u8]> {
        match self {
            Self::Csv(reader) => Some(reader.header()),
            Self::Json(_) => None,
        }
    }
}

/// The origin that two cells of a put-aside file name; none unless both are what that file writes.
fn origin(file: &str, line: &str) -> Option<Origin> {
    let line = line.trim().parse().ok().filter(|line| *line > 0)?;
    let text = file.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Origin { file: bytes, line })
}
