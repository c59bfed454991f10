//! Physical lines of a file, each bounded in length, with numbers and offsets.
//!
//! Knows no quotes and no JSON.

use super::MAX_RECORD_BYTES;
use crate::error::{OperationError, Result};
use std::collections::VecDeque;
use std::io::BufRead;

/// A line with its line end, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// The byte at which it begins, from 0.
    pub offset: u64,
    /// Its bytes; cut when it is longer than a record may be, or a piece of them.
    pub bytes: Vec<u8>,
    /// Whether bytes were cut.
    pub overlong: bool,
}

/// Bytes of a piece of a line.
const PIECE_BYTES: usize = 1 << 16;

/// Reads lines, and takes back those that were read too far.
pub struct Lines<R> {
    input: R,
    number: u64,
    offset: u64,
    in_pieces: bool,
    /// Whether the next bytes belong to the line of those before.
    goes_on: bool,
    returned: VecDeque<Line>,
}

impl<R: BufRead> Lines<R> {
    /// Looks at the first bytes: skips a byte order mark, and refuses what is no UTF-8 text.
    pub fn new(mut input: R) -> Result<Self> {
        let start = input.fill_buf().map_err(unreadable)?;
        let not_text = |what: &str| {
            let sentence = format!("The file is {what}: unpack it or save it as UTF-8 text first.");
            Err(OperationError::wrong_use("not_text", sentence).field("file"))
        };
        let skipped = match start {
            [] => return Err(OperationError::wrong_use("empty_file", "The file is empty.").field("file")),
            [0xEF, 0xBB, 0xBF, ..] => 3,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return not_text("written in UTF-16"),
            [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] => return not_text("compressed"),
            _ => 0,
        };
        input.consume(skipped);
        let offset = skipped as u64;
        Ok(Self { input, number: 0, offset, in_pieces: false, goes_on: false, returned: VecDeque::new() })
    }

    /// Gives a long line in pieces of one number, and cuts nothing: for who finds the ends of records in it.
    pub fn in_pieces(self) -> Self {
        Self { in_pieces: true, ..self }
    }

    /// The next line; none at the end.
    pub fn next_line(&mut self) -> Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let number = if self.goes_on { self.number } else { self.number + 1 };
        let mut line = Line { number, offset: self.offset, bytes: Vec::new(), overlong: false };
        let mut read_bytes = 0;
        let mut is_piece = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            if chunk.is_empty() {
                break;
            }
            let chunk = if self.in_pieces { &chunk[..chunk.len().min(PIECE_BYTES - line.bytes.len())] } else { chunk };
            let end = chunk.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = end.unwrap_or(chunk.len());
            let room = MAX_RECORD_BYTES.saturating_sub(line.bytes.len()).min(taken);
            line.bytes.extend_from_slice(&chunk[..room]);
            line.overlong |= room < taken;
            self.input.consume(taken);
            read_bytes += taken as u64;
            is_piece = end.is_none() && self.in_pieces && line.bytes.len() == PIECE_BYTES;
            if end.is_some() || is_piece {
                break;
            }
        }
        if read_bytes == 0 {
            return Ok(None);
        }
        self.number = number;
        self.goes_on = is_piece;
        self.offset += read_bytes;
        Ok(Some(line))
    }

    /// Takes back lines that were read too far; they come again in the same order.
    pub fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.returned.push_front(line);
        }
    }
}

/// A line without its line end.
pub fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

pub(super) fn unreadable(error: std::io::Error) -> OperationError {
    OperationError::failed("unreadable_file", "The file could not be read.").field("file").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_numbers_and_offsets_whatever_ends_them() {
        let mut lines = Lines::new(&b"\xEF\xBB\xBFa\r\n\nbc"[..]).unwrap();
        let mut seen = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            seen.push((line.number, line.offset, without_end(&line.bytes).to_vec()));
        }
        let expected = vec![(1, 3, b"a".to_vec()), (2, 6, b"".to_vec()), (3, 7, b"bc".to_vec())];
        assert_eq!(seen, expected, "the byte order mark is skipped and the last line needs no end");
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_whole() {
        let mut text = vec![b'x'; MAX_RECORD_BYTES + 10];
        text.extend_from_slice(b"\nnext\n");
        let mut lines = Lines::new(std::io::BufReader::with_capacity(4096, &text[..])).unwrap();
        let first = lines.next_line().unwrap().unwrap();
        assert!(first.overlong && first.bytes.len() == MAX_RECORD_BYTES, "memory is bounded");
        assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"next\n", "reading goes on after it");
    }

    #[test]
    fn a_long_line_in_pieces_is_whole() {
        let mut text = vec![b'x'; 2 * PIECE_BYTES + 10];
        text.extend_from_slice(b"\nnext\n");
        let mut lines = Lines::new(std::io::BufReader::with_capacity(4096, &text[..])).unwrap().in_pieces();
        let mut seen = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            assert!(!line.overlong, "nothing is cut");
            seen.push((line.number, line.offset, line.bytes.len()));
        }
        let second = PIECE_BYTES as u64;
        let expected =
            [(1, 0, PIECE_BYTES), (1, second, PIECE_BYTES), (1, 2 * second, 11), (2, 2 * second + 11, "next\n".len())];
        assert_eq!(seen, expected, "pieces of one line have one number");
    }

    #[test]
    fn what_is_no_text_is_refused_at_once() {
        for bytes in [&b"\xFF\xFEa\0"[..], b"\x1F\x8B\x08", b"PK\x03\x04", b"\x28\xB5\x2F\xFD"] {
            assert_eq!(Lines::new(bytes).err().unwrap().code(), "not_text", "{bytes:?} is no UTF-8 text");
        }
        assert_eq!(Lines::new(&b""[..]).err().unwrap().code(), "empty_file", "an empty file is a mistake");
    }
}
