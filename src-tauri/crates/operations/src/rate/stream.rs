//! Lines of any length from a reader, answered one after another in bounded memory.

use super::{MAX_LINE_BYTES, RateOutcome, rate_bytes, too_long};
use std::io::{BufRead, ErrorKind, Result};

/// The answers to the lines of a reader.
#[derive(Debug)]
pub struct Outcomes<R> {
    input: R,
    line: Vec<u8>,
    begun: bool,
}

/// What some editors put at the beginning of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Answers each line of a reader; blank lines have no answer. Only a failing reader ends it early.
pub const fn outcomes<R: BufRead>(input: R) -> Outcomes<R> {
    Outcomes { input, line: Vec::new(), begun: false }
}

/// What was read.
enum Read {
    /// A line is in the buffer.
    Line,
    /// A line was too long and was skipped.
    TooLong,
    /// Nothing is left.
    End,
}

impl<R: BufRead> Outcomes<R> {
    /// Reads up to the next line end, keeping no more than the longest line allowed.
    fn read(&mut self) -> Result<Read> {
        self.line.clear();
        let (mut any, mut too_long) = (false, false);
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            too_long |= self.line.len() + part.len() > MAX_LINE_BYTES;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(match (any, too_long) {
            (false, _) => Read::End,
            (true, true) => Read::TooLong,
            (true, false) => Read::Line,
        })
    }
}

impl<R: BufRead> Iterator for Outcomes<R> {
    type Item = Result<RateOutcome>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Err(error) => return Some(Err(error)),
                Ok(Read::End) => return None,
                Ok(Read::TooLong) => return Some(Ok(too_long())),
                Ok(Read::Line) => {
                    let is_first = !std::mem::replace(&mut self.begun, true);
                    let line = self.line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(&self.line);
                    if let Some(outcome) = rate_bytes(line) {
                        return Some(Ok(outcome));
                    }
                }
            }
        }
    }
}
