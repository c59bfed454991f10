//! Brings the rows of each document together, wherever they stand in the file: an external sort by document and line.
//!
//! Rows are sorted in memory up to [`SORT_BYTES`] and written to nameless temporary files beyond that, which are merged
//! when they are read back. So a file may be larger than memory, up to [`SORT_BYTES`] x [`MAX_RUNS`]; the temporary files
//! are gone with the process, however it ends. Not what rows mean.

use crate::error::{OperationError, Result};
use crate::import::read::Origin;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// Bytes of rows that are sorted in memory.
pub const SORT_BYTES: usize = 32 * 1024 * 1024;
/// Temporary files that are merged at once.
pub const MAX_RUNS: usize = 500;
/// The most rows of one document.
pub const MAX_ROWS: usize = 100_000;
/// What a row costs beside its bytes.
const ROW_BYTES: usize = 200;

/// Which of the two files a row is from. A document's own row comes before its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The file of documents.
    Document,
    /// The file itself.
    Row,
}

/// A row on its way to its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What the rows of a document have in common.
    pub key: String,
    /// Which file it is from.
    pub part: Part,
    /// Its line there.
    pub line: u64,
    /// Where it was first read, in a put-aside file.
    pub origin: Option<Origin>,
    /// Its cells; none of a row that was put aside already, so that its document is incomplete.
    pub cells: Option<Vec<Option<String>>>,
    /// Its bytes.
    pub raw: Vec<u8>,
}

type Head<'p> = (&'p str, bool, u64, Option<([u8; 32], u64)>, Option<&'p [Option<String>]>);
type OwnedHead = (String, bool, u64, Option<([u8; 32], u64)>, Option<Vec<Option<String>>>);

impl Piece {
    fn order(&self) -> (&str, Part, u64) {
        (&self.key, self.part, self.line)
    }

    fn size(&self) -> usize {
        let cells = self.cells.iter().flatten().flatten().map(String::len).sum::<usize>();
        ROW_BYTES + self.key.len() + self.raw.len() + cells + 24 * self.cells.as_ref().map_or(0, Vec::len)
    }

    fn write(&self, to: &mut impl Write) -> std::io::Result<()> {
        let origin = self.origin.map(|origin| (origin.file, origin.line));
        let head: Head<'_> = (&self.key, self.part == Part::Row, self.line, origin, self.cells.as_deref());
        for bytes in [&serde_json::to_vec(&head)?, &self.raw] {
            let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
            to.write_all(&length.to_be_bytes())?;
            to.write_all(bytes)?;
        }
        Ok(())
    }

    fn read(from: &mut impl Read) -> std::io::Result<Self> {
        let mut part = || {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            let mut bytes = vec![0; usize::try_from(u32::from_be_bytes(length)).map_err(std::io::Error::other)?];
            from.read_exact(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        };
        let (head, raw) = (part()?, part()?);
        let (key, is_row, line, origin, cells): OwnedHead = serde_json::from_slice(&head)?;
        let part = if is_row { Part::Row } else { Part::Document };
        Ok(Self { key, part, line, origin: origin.map(|(file, line)| Origin { file, line }), cells, raw })
    }
}

fn no_space(error: std::io::Error) -> OperationError {
    OperationError::failed("no_temporary_space", "The rows could not be sorted in the temporary folder.").because(error)
}

/// Collects rows.
#[derive(Debug, Default)]
pub struct Spool {
    rows: Vec<Piece>,
    bytes: usize,
    runs: Vec<(File, u64)>,
    sort_bytes: Option<usize>,
}

impl Spool {
    /// One that sorts only so much in memory.
    #[cfg(test)]
    fn sorting(bytes: usize) -> Self {
        Self { sort_bytes: Some(bytes), ..Self::default() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `no_temporary_space`, `file_too_large`.
    pub fn push(&mut self, piece: Piece) -> Result<()> {
        self.bytes += piece.size();
        self.rows.push(piece);
        if self.bytes >= self.sort_bytes.unwrap_or(SORT_BYTES) { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        if self.runs.len() == MAX_RUNS {
            let sentence = "The file is too large to bring the rows of its documents together: split it by document.";
            return Err(OperationError::wrong_use("file_too_large", sentence).field("file"));
        }
        self.rows.sort_by(|one, other| one.order().cmp(&other.order()));
        let mut file = BufWriter::new(tempfile::tempfile().map_err(no_space)?);
        for piece in &self.rows {
            piece.write(&mut file).map_err(no_space)?;
        }
        let mut file = file.into_inner().map_err(|error| no_space(error.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(no_space)?;
        let count = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        self.runs.push((file, count));
        self.rows.clear();
        self.bytes = 0;
        Ok(())
    }

    /// The documents, in order of what their rows have in common.
    ///
    /// # Errors
    /// `no_temporary_space`.
    pub fn finish(mut self) -> Result<Groups> {
        self.rows.sort_by(|one, other| one.order().cmp(&other.order()));
        let mut groups = Groups { sources: Vec::new(), heap: BinaryHeap::new() };
        groups.sources.push(Source::Memory(self.rows.into_iter()));
        groups.sources.extend(self.runs.into_iter().map(|(file, left)| Source::Run(BufReader::new(file), left)));
        for index in 0..groups.sources.len() {
            groups.refill(index)?;
        }
        Ok(groups)
    }
}

enum Source {
    Memory(std::vec::IntoIter<Piece>),
    Run(BufReader<File>, u64),
}

impl Source {
    fn next(&mut self) -> Result<Option<Piece>> {
        match self {
            Self::Memory(rows) => Ok(rows.next()),
            Self::Run(_, 0) => Ok(None),
            Self::Run(file, left) => {
                *left -= 1;
                Piece::read(file).map(Some).map_err(no_space)
            }
        }
    }
}

/// The next row of a source.
struct Next {
    piece: Piece,
    source: usize,
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.piece.order() == other.piece.order()
    }
}

impl Eq for Next {}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.piece.order().cmp(&other.piece.order())
    }
}

/// Documents, each with its rows in the order of the file.
pub struct Groups {
    sources: Vec<Source>,
    heap: BinaryHeap<Reverse<Next>>,
}

impl Groups {
    fn refill(&mut self, source: usize) -> Result<()> {
        if let Some(piece) = self.sources[source].next()? {
            self.heap.push(Reverse(Next { piece, source }));
        }
        Ok(())
    }

    /// The rows of the next document; empty at the end.
    ///
    /// # Errors
    /// `no_temporary_space`; `document_too_large`.
    pub fn next_group(&mut self) -> Result<Vec<Piece>> {
        let mut group: Vec<Piece> = Vec::new();
        while let Some(Reverse(next)) = self.heap.peek() {
            if group.first().is_some_and(|first| first.key != next.piece.key) {
                break;
            }
            if group.len() == MAX_ROWS {
                let sentence = format!("The document '{}' has more than {MAX_ROWS} rows.", next.piece.key);
                let wrong = OperationError::wrong_use("document_too_large", sentence).field("file");
                return Err(wrong.line(next.piece.line));
            }
            let Some(Reverse(next)) = self.heap.pop() else { break };
            group.push(next.piece);
            self.refill(next.source)?;
        }
        Ok(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(key: &str, part: Part, line: u64) -> Piece {
        let cells = (!line.is_multiple_of(3)).then(|| vec![Some(format!("{key}{line}")), None]);
        let origin = line.is_multiple_of(2).then_some(Origin { file: [9; 32], line: line + 5 });
        Piece { key: key.to_owned(), part, line, origin, cells, raw: vec![0, 255, b'\n'] }
    }

    fn grouped(sort_bytes: usize) -> Vec<Vec<Piece>> {
        let mut spool = Spool::sorting(sort_bytes);
        for line in 2..60 {
            spool.push(piece(["b", "a", "c"][usize::try_from(line % 3).unwrap()], Part::Row, line)).unwrap();
        }
        spool.push(piece("c", Part::Document, 99)).unwrap();
        let mut groups = spool.finish().unwrap();
        let mut all = Vec::new();
        loop {
            match groups.next_group().unwrap() {
                group if group.is_empty() => return all,
                group => all.push(group),
            }
        }
    }

    #[test]
    fn rows_of_a_document_come_together_in_the_order_of_the_file() {
        let all = grouped(SORT_BYTES);
        let keys: Vec<&str> = all.iter().map(|group| group[0].key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "c"], "one group per document");
        assert_eq!(all[2][0].part, Part::Document, "the document's own row comes first");
        let lines: Vec<u64> = all[0].iter().map(|piece| piece.line).collect();
        assert!(lines.is_sorted() && lines.len() == 19, "the others as they stand: {lines:?}");
    }

    #[test]
    fn what_does_not_fit_into_memory_is_grouped_the_same() {
        assert_eq!(grouped(1_000), grouped(SORT_BYTES), "runs on disk give every row back, to the byte");
    }
}
