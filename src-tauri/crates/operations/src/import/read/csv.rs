//! CSV records: RFC 4180 with any delimiter, quoted line ends, CRLF.
//!
//! `csv_core` takes the fields apart. The bounds of records are found here, because a record's own bytes are kept for
//! the put-aside file, its length is bounded, and a quote that is never closed must cost one row and not the rest of
//! the file.

use super::lines::{Line, Lines, without_end};
use super::{MAX_COLUMNS, MAX_RECORD_BYTES, Origin, Record, origin, origin_names};
use crate::error::{OperationError, Result};
use crate::import::mapping::{CsvRule, Format};
use crate::import::refusal::{Refusal, code};
use std::io::BufRead;

/// Reads CSV.
pub struct CsvReader<R> {
    lines: Lines<R>,
    delimiter: u8,
    parser: csv_core::Reader,
    header: Vec<u8>,
    width: usize,
    /// For each name asked for, the column that has it.
    columns: Vec<Option<usize>>,
    origin_columns: Option<(usize, usize)>,
    fields: Fields,
}

#[derive(Default)]
struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Fields {
    fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

/// How the bytes of a record end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scan {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
    /// Text after a closing quote.
    Garbage,
}

impl<R: BufRead> CsvReader<R> {
    pub fn new(mut lines: Lines<R>, rule: &CsvRule, names: &[String], optional: &[String]) -> Result<Self> {
        let delimiter = u8::try_from(rule.delimiter).unwrap_or(b',');
        let first = lines.next_line()?;
        let mut reader = Self {
            lines,
            delimiter,
            parser: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            header: Vec::new(),
            width: 0,
            columns: Vec::new(),
            origin_columns: None,
            fields: Fields::default(),
        };
        let first = first.into_iter();
        reader.lines.give_back(first);
        let header = reader.read_header(rule)?;
        reader.bind(&header, names, optional)?;
        Ok(reader)
    }

    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The names of the columns: the first record, or those of the mapping where the file has no header. A put-aside
    /// file always has one.
    fn read_header(&mut self, rule: &CsvRule) -> Result<Vec<String>> {
        let bad = |sentence: String| OperationError::wrong_use("invalid_header", sentence).field("file").line(1);
        let Some((lines, bounds)) = self.next_bounds()? else {
            return Err(OperationError::wrong_use("empty_file", "The file has no rows.").field("file"));
        };
        let raw = joined(&lines);
        bounds.map_err(|refusal| bad(format!("The header cannot be read: {}.", refusal.sentence)))?;
        self.split(&raw).map_err(|refusal| bad(format!("The header cannot be read: {}.", refusal.sentence)))?;
        let mut names = Vec::with_capacity(self.fields.count);
        for index in 0..self.fields.count {
            let name =
                std::str::from_utf8(self.fields.get(index)).map_err(|_| bad("The header is not UTF-8.".into()))?;
            names.push(name.trim().to_owned());
        }
        let is_put_aside = names.first().is_some_and(|name| name == origin_names(Format::Csv).line);
        if !rule.columns.is_empty() && !is_put_aside {
            self.lines.give_back(lines.into_iter());
            names.clone_from(&rule.columns);
            self.header = self.joined_header(&names);
        } else {
            self.header = without_end(&raw).to_vec();
        }
        if names.len() > MAX_COLUMNS {
            return Err(bad(format!("The file has more than {MAX_COLUMNS} columns.")));
        }
        Ok(names)
    }

    fn joined_header(&self, names: &[String]) -> Vec<u8> {
        let mut header = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                header.push(self.delimiter);
            }
            super::super::aside::push_quoted(&mut header, name);
        }
        header
    }

    fn bind(&mut self, header: &[String], names: &[String], optional: &[String]) -> Result<()> {
        self.width = header.len();
        let position = |name: &str| header.iter().position(|column| column == name);
        for name in names {
            let found = position(name);
            if found.is_none() && !optional.contains(name) {
                let shown = header.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
                let sentence = format!("The file has no column '{name}', which the mapping needs. It has: {shown}.");
                return Err(OperationError::wrong_use("missing_column", sentence).field(name).line(1));
            }
            if header.iter().filter(|column| *column == name).count() > 1 {
                let sentence = format!("The file has several columns '{name}'.");
                return Err(OperationError::wrong_use("ambiguous_column", sentence).field(name).line(1));
            }
            self.columns.push(found);
        }
        let names = origin_names(Format::Csv);
        self.origin_columns = position(names.file).zip(position(names.line));
        Ok(())
    }

    pub fn next_record(&mut self) -> Result<Option<Record>> {
        let Some((lines, bounds)) = self.next_bounds()? else { return Ok(None) };
        let (line, offset) = (lines[0].number, lines[0].offset);
        let raw = joined(&lines);
        let cells = bounds.and_then(|()| self.split(&raw)).and_then(|()| self.cells());
        let origin = if cells.is_ok() { self.origin() } else { None };
        let raw = without_end(&raw).to_vec();
        Ok(Some(Record { line, offset, raw, origin, cells }))
    }

    fn origin(&self) -> Option<Origin> {
        let (file, line) = self.origin_columns?;
        let text = |index: usize| std::str::from_utf8(self.fields.get(index)).ok();
        origin(text(file)?, text(line)?)
    }

    fn cells(&self) -> Result<Vec<Option<String>>, Refusal> {
        if self.fields.count != self.width {
            let (found, expected) = (self.fields.count, self.width);
            return Err(Refusal::new(code::FIELD_COUNT, format!("the row has {found} fields, the header {expected}")));
        }
        let cell = |column: &Option<usize>| match column {
            None => Ok(None),
            Some(index) => match std::str::from_utf8(self.fields.get(*index)) {
                Ok(text) => Ok(Some(text.to_owned())),
                Err(_) => Err(Refusal::new(code::NOT_UTF8, format!("field {} is not UTF-8", index + 1))),
            },
        };
        self.columns.iter().map(cell).collect()
    }

    /// Takes a record's bytes apart.
    fn split(&mut self, raw: &[u8]) -> Result<(), Refusal> {
        if raw.contains(&0) {
            return Err(Refusal::new(code::ZERO_CHARACTER, "the row holds a zero byte"));
        }
        let fields = &mut self.fields;
        fields.text.resize(raw.len() + 1, 0);
        fields.ends.resize(MAX_COLUMNS + 1, 0);
        self.parser.reset();
        let (result, read, written, ends) = self.parser.read_record(raw, &mut fields.text, &mut fields.ends);
        let (mut result, mut read, mut ends) = (result, read, ends);
        if result == csv_core::ReadRecordResult::InputEmpty {
            // No line end at the end of the file: an empty input says that the record is complete.
            let (last, more, _, more_ends) =
                self.parser.read_record(&[], &mut fields.text[written..], &mut fields.ends[ends..]);
            (result, read, ends) = (last, read + more, ends + more_ends);
        }
        fields.count = ends;
        match result {
            csv_core::ReadRecordResult::Record if raw[read..].iter().all(|byte| matches!(byte, b'\r' | b'\n')) => {
                Ok(())
            }
            csv_core::ReadRecordResult::OutputEndsFull => {
                Err(Refusal::new(code::FIELD_COUNT, format!("the row has more than {MAX_COLUMNS} fields")))
            }
            _ => Err(Refusal::malformed("the row has a carriage return in the middle")),
        }
    }

    /// The lines of the next record, blank ones left out, and whether its quotes are well formed.
    #[expect(clippy::type_complexity, reason = "a pair of what was read and whether it is sound")]
    fn next_bounds(&mut self) -> Result<Option<(Vec<Line>, Result<(), Refusal>)>> {
        let first = loop {
            match self.lines.next_line()? {
                None => return Ok(None),
                Some(line) if without_end(&line.bytes).is_empty() => {}
                Some(line) => break line,
            }
        };
        let mut state =
            if first.overlong { Scan::Garbage } else { scan(Scan::FieldStart, &first.bytes, self.delimiter) };
        let mut length = first.bytes.len();
        let mut lines = vec![first];
        if lines[0].overlong {
            return Ok(Some((lines, Err(Refusal::too_long_row()))));
        }
        while state == Scan::Quoted {
            let next = if length > MAX_RECORD_BYTES { None } else { self.lines.next_line()? };
            let Some(line) = next else {
                let rest = lines.split_off(1);
                self.lines.give_back(rest.into_iter());
                return Ok(Some((lines, Err(Refusal::new(code::BAD_QUOTE, "a quote is opened and not closed")))));
            };
            state = scan(state, &line.bytes, self.delimiter);
            length += line.bytes.len();
            lines.push(line);
        }
        let bounds = match state {
            Scan::Garbage => Err(Refusal::new(code::BAD_QUOTE, "there is text after a closing quote")),
            _ => Ok(()),
        };
        Ok(Some((lines, bounds)))
    }
}

fn joined(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.bytes.iter().copied()).collect()
}

/// Follows quotes through bytes. `Garbage` stays, so that one look at the end suffices.
fn scan(start: Scan, bytes: &[u8], delimiter: u8) -> Scan {
    if start == Scan::FieldStart && !bytes.contains(&b'"') {
        return Scan::Plain;
    }
    let mut state = start;
    let mut garbage = false;
    for byte in bytes {
        state = match (state, *byte) {
            (Scan::Quoted, b'"') => Scan::QuoteInQuoted,
            (Scan::Quoted, _) => Scan::Quoted,
            (Scan::FieldStart, b'"') | (Scan::QuoteInQuoted, b'"') => Scan::Quoted,
            (_, byte) if byte == delimiter => Scan::FieldStart,
            (state, b'\r' | b'\n') => state,
            (Scan::QuoteInQuoted, _) => {
                garbage = true;
                Scan::Plain
            }
            _ => Scan::Plain,
        };
    }
    if garbage && state != Scan::Quoted { Scan::Garbage } else { state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn reader<'t>(text: &'t [u8], names: &[&str]) -> Result<CsvReader<&'t [u8]>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        CsvReader::new(Lines::new(text)?, &CsvRule::default(), &names, &[])
    }

    /// Line and cells of each record, or line and code.
    fn all(text: &[u8]) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut reader = reader(text, &["a", "b"]).unwrap();
        let mut records = Vec::new();
        while let Some(record) = reader.next_record().unwrap() {
            let cells = record.cells.map(|cells| cells.into_iter().map(Option::unwrap_or_default).collect());
            records.push((record.line, cells.map_err(|refusal| refusal.code)));
        }
        records
    }

    fn good(line: u64, a: &str, b: &str) -> (u64, Result<Vec<String>, &'static str>) {
        (line, Ok(vec![a.to_owned(), b.to_owned()]))
    }

    #[rstest]
    #[case::plain(b"a,b\n1,2\n3,4\n", vec![good(2, "1", "2"), good(3, "3", "4")])]
    #[case::no_last_line_end(b"a,b\n1,2", vec![good(2, "1", "2")])]
    #[case::crlf_and_blank_lines(b"a,b\r\n\r\n1,2\r\n\r\n", vec![good(3, "1", "2")])]
    #[case::byte_order_mark(b"\xEF\xBB\xBFa,b\n1,2\n", vec![good(2, "1", "2")])]
    #[case::quoted_line_end(b"a,b\n\"x\ny\",2\n3,4\n", vec![good(2, "x\ny", "2"), good(4, "3", "4")])]
    #[case::doubled_quotes(b"a,b\n\"say \"\"hi\"\"\",2\n", vec![good(2, "say \"hi\"", "2")])]
    #[case::a_quote_inside_is_text(b"a,b\n5\" pipe,2\n", vec![good(2, "5\" pipe", "2")])]
    #[case::empty_last_field(b"a,b\n1,\n", vec![good(2, "1", "")])]
    #[case::ragged(b"a,b\n1\n1,2,3\n3,4\n", vec![(2, Err("field_count")), (3, Err("field_count")), good(4, "3", "4")])]
    #[case::open_quote(b"a,b\n\"1,2\n3,4\n5,6\n", vec![(2, Err("bad_quote")), good(3, "3", "4"), good(4, "5", "6")])]
    #[case::text_after_quote(b"a,b\n\"1\"x,2\n3,4\n", vec![(2, Err("bad_quote")), good(3, "3", "4")])]
    #[case::not_utf8(b"a,b\n\xFF,2\n3,4\n", vec![(2, Err("not_utf8")), good(3, "3", "4")])]
    #[case::zero_byte(b"a,b\n\0,2\n3,4\n", vec![(2, Err("zero_character")), good(3, "3", "4")])]
    #[case::lone_carriage_return(b"a,b\n1\r5,2\n3,4\n", vec![(2, Err("malformed")), good(3, "3", "4")])]
    #[case::open_quote_at_the_end(b"a,b\n1,2\n\"3,4", vec![good(2, "1", "2"), (3, Err("bad_quote"))])]
    fn every_row_is_read_or_refused_with_its_line(
        #[case] text: &[u8],
        #[case] expected: Vec<(u64, Result<Vec<String>, &'static str>)>,
    ) {
        assert_eq!(all(text), expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn an_overlong_row_costs_only_itself() {
        let mut text = b"a,b\n1,".to_vec();
        text.extend(vec![b'x'; MAX_RECORD_BYTES]);
        text.extend_from_slice(b"\n3,4\n");
        assert_eq!(all(&text), vec![(2, Err("too_long")), good(3, "3", "4")], "the next row is whole");
    }

    #[test]
    fn missing_and_ambiguous_columns_are_refused_for_the_whole_file() {
        let code = |text: &'static [u8]| reader(text, &["a", "b"]).err().unwrap().code();
        assert_eq!(code(b"a,c\n1,2\n"), "missing_column", "the mapping needs b");
        assert_eq!(code(b"a,b,b\n1,2,3\n"), "ambiguous_column", "nobody can know which b is meant");
        assert_eq!(code(b"\n\n"), "empty_file", "there is no header");
    }

    #[test]
    fn columns_may_be_named_by_the_mapping() {
        let rule = CsvRule { columns: vec!["a".into(), "b".into()], ..CsvRule::default() };
        let names = ["b".to_owned()];
        let mut reader = CsvReader::new(Lines::new(&b"1,2\n"[..]).unwrap(), &rule, &names, &[]).unwrap();
        let record = reader.next_record().unwrap().unwrap();
        assert_eq!((record.line, record.cells.unwrap()), (1, vec![Some("2".into())]), "the first line is data");
        assert_eq!(reader.header(), b"\"a\",\"b\"", "a put-aside file gets a header");
    }

    #[test]
    fn a_put_aside_file_says_where_its_rows_came_from() {
        let text = format!("put_aside_line,put_aside_reason,put_aside_file,a,b\n7,malformed,{},1,2\n", "ab".repeat(32));
        let mut reader = reader(text.as_bytes(), &["a", "b"]).unwrap();
        let origin = reader.next_record().unwrap().unwrap().origin;
        assert_eq!(origin, Some(Origin { file: [0xab; 32], line: 7 }), "a corrected row keeps its identity");
    }
}
