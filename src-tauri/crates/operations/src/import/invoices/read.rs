//! The first pass: both files are read once, on a thread of their own, and their rows go into the spool.
//!
//! A row that cannot be read is put aside at once. Where its document can still be told, the spool learns that the document
//! is incomplete.

use super::build::Layouts;
use super::row::RowLayout;
use super::spool::{Part, Piece, Spool};
use super::tally::InvoiceTally;
use crate::error::Result;
use crate::import::aside::{PutAsideFile, PutAsideRow};
use crate::import::feed::Input;
use crate::import::read::{Origin, Record};
use crate::import::refusal::Refusal;
use crate::import::tally::Verdict;
use tokio_util::sync::CancellationToken;

/// Rows after which progress is told.
const TOLD_ROWS: u64 = 5_000;

/// A file on its way into the spool.
pub struct Source {
    /// Its rows.
    pub input: Input,
    /// Which of the two it is.
    pub part: Part,
    /// Its hash: where rows were first read, but in a put-aside file.
    pub identity: [u8; 32],
    /// One ASCII character.
    pub delimiter: u8,
}

/// What the first pass leaves.
pub struct Spooled {
    /// The rows.
    pub spool: Spool,
    /// Counts and problems.
    pub tally: InvoiceTally,
    /// Where rows are put aside; none in a look.
    pub aside: Option<PutAsideFile>,
}

/// Reads a file into the spool.
///
/// # Errors
/// `unreadable_file`, `no_temporary_space`, `file_too_large`, `cannot_write_put_aside`.
pub fn spool(
    source: &mut Source,
    layouts: &Layouts,
    spooled: &mut Spooled,
    stop: &CancellationToken,
    told: &dyn Fn(u64),
) -> Result<()> {
    let layout = match source.part {
        Part::Document => layouts.documents.as_ref().unwrap_or(&layouts.rows),
        Part::Row => &layouts.rows,
    };
    while !stop.is_cancelled() {
        let Some(record) = source.input.next_record()? else { break };
        spooled.tally.rows.counts.rows_read += 1;
        if spooled.tally.rows.counts.rows_read.is_multiple_of(TOLD_ROWS) {
            told(record.offset);
        }
        take(source, layout, spooled, record)?;
    }
    Ok(())
}

fn take(source: &Source, layout: &RowLayout, spooled: &mut Spooled, record: Record) -> Result<()> {
    let Record { line, raw, origin, cells, .. } = record;
    let part = source.part;
    let read = cells.and_then(|cells| {
        if !layout.passes(&cells) {
            return Ok(None);
        }
        let key = layout.key(&cells)?;
        Ok(Some(Piece { key, part, line, origin, cells: Some(cells), raw: raw.clone() }))
    });
    match read {
        Ok(None) => spooled.tally.rows.skipped += 1,
        Ok(Some(piece)) => spooled.spool.push(piece)?,
        Err(refusal) => {
            let key = rescued(source, layout, &raw);
            put_aside(spooled, source, line, origin, &raw, refusal)?;
            if let Some(key) = key {
                spooled.spool.push(Piece { key, part, line, origin, cells: None, raw: Vec::new() })?;
            }
        }
    }
    Ok(())
}

fn put_aside(
    spooled: &mut Spooled,
    source: &Source,
    line: u64,
    origin: Option<Origin>,
    raw: &[u8],
    refusal: Refusal,
) -> Result<()> {
    if source.part == Part::Row
        && let Some(aside) = &mut spooled.aside
    {
        let (first_line, file) = origin.map_or((line, source.identity), |origin| (origin.line, origin.file));
        aside.add(&PutAsideRow { line: first_line, file, raw, refusal: &refusal })?;
    }
    spooled.tally.refuse(line, &Verdict::Refused(refusal));
    Ok(())
}

/// What document a row is of that cannot be read: CSV is taken apart again with a replacement for what is no text.
fn rescued(source: &Source, layout: &RowLayout, raw: &[u8]) -> Option<String> {
    let header = source.input.header()?;
    let text = [&String::from_utf8_lossy(header), "\n", &String::from_utf8_lossy(raw).replace('\0', "")].concat();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(source.delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records().flatten();
    let (names, row) = (records.next()?, records.next()?);
    let cell = |name: &String| {
        let column = names.iter().position(|column| column.trim() == name)?;
        row.get(column).map(str::to_owned)
    };
    let cells: Vec<Option<String>> = layout.names.iter().map(cell).collect();
    layout.key(&cells).ok()
}
