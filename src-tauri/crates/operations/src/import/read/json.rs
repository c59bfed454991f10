//! JSON records: one object per line, or CloudEvents in structured JSON (one, a batch, or one after another).
//!
//! `serde_json` reads the objects; numbers keep their text, so that no digit is lost. The bounds of CloudEvents are
//! found here, because a batch may be larger than memory.

use super::lines::{Line, Lines, without_end};
use super::{MAX_RECORD_BYTES, NULL, Origin, Record, members, origin, origin_names};
use crate::error::Result;
use crate::import::mapping::Format;
use crate::import::refusal::{Refusal, code};
use serde_json::Value;
use std::io::BufRead;

/// Reads JSON.
pub struct JsonReader<R> {
    lines: Lines<R>,
    format: Format,
    columns: Vec<String>,
    in_batch: bool,
}

/// Follows an object through bytes.
#[derive(Default)]
struct Depth {
    open: usize,
    in_string: bool,
    escaped: bool,
}

impl Depth {
    /// Whether the outermost object ends with this byte.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.open += 1,
            b'}' | b']' => {
                self.open = self.open.saturating_sub(1);
                return self.open == 0;
            }
            _ => {}
        }
        false
    }
}

/// A record's place, its bytes, and whether they can be an object.
struct Piece {
    line: u64,
    offset: u64,
    raw: Vec<u8>,
    sound: Result<(), Refusal>,
}

impl<R: BufRead> JsonReader<R> {
    pub fn new(lines: Lines<R>, format: Format, columns: &[String]) -> Self {
        // A batch may be one line of any length; a record of JSON Lines is a line.
        let lines = if format == Format::Cloudevents { lines.in_pieces() } else { lines };
        Self { lines, format, columns: columns.to_vec(), in_batch: false }
    }

    pub fn next_record(&mut self) -> Result<Option<Record>> {
        let piece = match self.format {
            Format::Cloudevents => self.next_event()?,
            Format::Jsonl | Format::Csv => self.next_line()?,
        };
        Ok(piece.map(|piece| self.record(piece)))
    }

    fn record(&self, piece: Piece) -> Record {
        let Piece { line, offset, raw, sound } = piece;
        let value = sound.and_then(|()| object(&raw)).and_then(|value| match self.format {
            Format::Cloudevents => check_event(&value).map(|()| value),
            Format::Jsonl | Format::Csv => Ok(value),
        });
        let origin = value.as_ref().ok().and_then(|value| self.origin(value));
        let cells = value.and_then(|value| self.columns.iter().map(|name| cell(&value, name)).collect());
        Record { line, offset, raw, origin, cells }
    }

    fn origin(&self, value: &Value) -> Option<Origin> {
        let names = origin_names(self.format);
        let text = |name: &str| cell(value, name).ok().flatten();
        origin(&text(names.file)?, &text(names.line)?)
    }

    fn next_line(&mut self) -> Result<Option<Piece>> {
        while let Some(line) = self.lines.next_line()? {
            if line.bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let sound = if line.overlong { Err(Refusal::too_long_row()) } else { Ok(()) };
            let raw = without_end(&line.bytes).to_vec();
            return Ok(Some(Piece { line: line.number, offset: line.offset, raw, sound }));
        }
        Ok(None)
    }

    fn next_event(&mut self) -> Result<Option<Piece>> {
        while let Some(line) = self.lines.next_line()? {
            let mut skipped = 0;
            for byte in &line.bytes {
                match byte {
                    b'[' if !self.in_batch => self.in_batch = true,
                    b']' if self.in_batch => self.in_batch = false,
                    b',' if self.in_batch => {}
                    byte if byte.is_ascii_whitespace() => {}
                    _ => break,
                }
                skipped += 1;
            }
            if skipped < line.bytes.len() {
                return self.event(rest_of(line, skipped)).map(Some);
            }
        }
        Ok(None)
    }

    /// The object that begins with a line or a piece of one; what follows it there comes again.
    fn event(&mut self, first: Line) -> Result<Piece> {
        let (number, offset) = (first.number, first.offset);
        let broken = |line: &Line, refusal: Refusal| {
            let raw = without_end(&line.bytes).to_vec();
            Piece { line: number, offset, raw, sound: Err(refusal) }
        };
        if first.bytes.first() != Some(&b'{') {
            return Ok(broken(&first, Refusal::new(code::NOT_JSON, "there is no JSON object here")));
        }
        let mut depth = Depth::default();
        let mut lines: Vec<Line> = Vec::new();
        let mut length = 0;
        let mut next = Some(first);
        while let Some(mut line) = next {
            if let Some(end) = line.bytes.iter().position(|byte| depth.ends_with(*byte)) {
                let rest = rest_of(line.clone(), end + 1);
                line.bytes.truncate(end + 1);
                lines.push(line);
                self.lines.give_back(std::iter::once(rest).filter(|rest| !rest.bytes.is_empty()));
                let raw: Vec<u8> = lines.into_iter().flat_map(|line| line.bytes).collect();
                return Ok(Piece { line: number, offset, raw, sound: Ok(()) });
            }
            length += line.bytes.len();
            let is_one_line = line.number == number;
            lines.push(line);
            if length > MAX_RECORD_BYTES && is_one_line {
                self.skip_object(number, depth)?;
                return Ok(broken(&lines[0], Refusal::too_long_row()));
            }
            next = if length > MAX_RECORD_BYTES { None } else { self.lines.next_line()? };
        }
        // The object never ends, or is too long: its first line is refused and reading goes on after that.
        let rest = lines.split_off(1);
        self.lines.give_back(rest.into_iter());
        let refusal = if length > MAX_RECORD_BYTES {
            Refusal::too_long_row()
        } else {
            Refusal::new(code::NOT_JSON, "the JSON object does not end")
        };
        Ok(broken(&lines[0], refusal))
    }
}

impl<R: BufRead> JsonReader<R> {
    /// Passes over the rest of an object that is too long, within its line.
    fn skip_object(&mut self, number: u64, mut depth: Depth) -> Result<()> {
        while let Some(line) = self.lines.next_line()? {
            if line.number != number {
                self.lines.give_back(std::iter::once(line));
                break;
            }
            if let Some(end) = line.bytes.iter().position(|byte| depth.ends_with(*byte)) {
                let rest = rest_of(line, end + 1);
                self.lines.give_back(std::iter::once(rest).filter(|rest| !rest.bytes.is_empty()));
                break;
            }
        }
        Ok(())
    }
}

fn rest_of(mut line: Line, from: usize) -> Line {
    line.bytes.drain(..from);
    line.offset += from as u64;
    line
}

fn object(raw: &[u8]) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(raw).map_err(|_| Refusal::new(code::NOT_UTF8, "the row is not UTF-8"))?;
    let not_json = |sentence: String| Refusal::new(code::NOT_JSON, sentence);
    let value: Value = serde_json::from_str(text).map_err(|error| not_json(format!("the row is not JSON: {error}")))?;
    if !value.is_object() {
        return Err(not_json("the row is JSON, but no object".to_owned()));
    }
    // Which of two equal names counts would be a guess.
    members::check(text).map_err(|error| Refusal::malformed(error.to_string()))?;
    Ok(value)
}

/// What the CloudEvents specification requires of every event.
fn check_event(value: &Value) -> Result<(), Refusal> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("specversion") != "1.0" {
        return Err(Refusal::new(code::BAD_EVENT, "the event's specversion is not 1.0").field("specversion"));
    }
    for name in ["id", "source", "type"] {
        if text(name).is_empty() {
            return Err(Refusal::new(code::BAD_EVENT, format!("the event has no {name}")).field(name));
        }
    }
    if value.get("data_base64").is_some() {
        return Err(Refusal::new(code::BAD_EVENT, "the event's data is binary").field("data_base64"));
    }
    Ok(())
}

/// A member's text; objects and lists as compact JSON, null as [`NULL`].
fn cell(value: &Value, name: &str) -> Result<Option<String>, Refusal> {
    let found = if name.starts_with('/') { value.pointer(name) } else { value.get(name) };
    let text = match found {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(NULL.to_owned())),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.contains('\0') {
        return Err(Refusal::new(code::ZERO_CHARACTER, "a text holds a zero character").field(name));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn all(format: Format, text: &str, columns: &[&str]) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut reader = JsonReader::new(Lines::new(text.as_bytes()).unwrap(), format, &columns);
        let mut records = Vec::new();
        while let Some(record) = reader.next_record().unwrap() {
            let cells = record.cells.map(|cells| cells.into_iter().map(Option::unwrap_or_default).collect());
            records.push((record.line, cells.map_err(|refusal| refusal.code)));
        }
        records
    }

    #[test]
    fn numbers_keep_their_text_and_pointers_reach_inside() {
        let text = "{\"q\":9007199254740993.1234567890123456789,\"m\":{\"tags\":[\"x\",{\"y\":1}]}}\n\n{\"q\":null}";
        let records = all(Format::Jsonl, text, &["q", "/m/tags/0", "/m/tags/1"]);
        let first = vec!["9007199254740993.1234567890123456789".to_owned(), "x".into(), "{\"y\":1}".into()];
        assert_eq!(records[0], (1, Ok(first)), "no digit is lost");
        assert_eq!(
            records[1],
            (3, Ok(vec![NULL.to_owned(), String::new(), String::new()])),
            "null is not absent, blank lines are no rows"
        );
    }

    #[rstest]
    #[case::cut_off("{\"q\":1", "not_json")]
    #[case::a_list("[1]", "not_json")]
    #[case::a_number("1", "not_json")]
    #[case::not_a_number("{\"q\":NaN}", "not_json")]
    #[case::zero("{\"q\":\"\\u0000\"}", "zero_character")]
    #[case::half_a_pair("{\"q\":\"\\ud800\"}", "not_json")]
    #[case::two_objects("{\"q\":1}{\"q\":2}", "not_json")]
    #[case::a_member_twice("{\"q\":1,\"q\":2}", "malformed")]
    fn a_bad_line_is_refused_and_the_next_is_read(#[case] line: &str, #[case] code: &'static str) {
        let records = all(Format::Jsonl, &format!("{line}\n{{\"q\":2}}\n"), &["q"]);
        assert_eq!(records, vec![(1, Err(code)), (2, Ok(vec!["2".into()]))], "{line}");
    }

    #[test]
    fn deep_nesting_is_refused_and_not_a_crash() {
        let text = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(all(Format::Jsonl, &text, &["a"])[0].1, Err("not_json"), "a hostile line costs itself");
    }

    fn event(id: &str, quantity: u32) -> String {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"/s\",\"type\":\"t\",\"data\":{{\"q\":{quantity}}}}}"
        )
    }

    #[rstest]
    #[case::one(event("a", 1), 1)]
    #[case::a_batch(format!("[\n  {},\n  {}\n]\n", event("a", 1), event("b", 1)), 2)]
    #[case::a_batch_on_one_line(format!("[{},{}]", event("a", 1), event("b", 1)), 2)]
    #[case::one_per_line(format!("{}\n{}\n", event("a", 1), event("b", 1)), 2)]
    #[case::an_empty_batch("[]".to_owned(), 0)]
    #[case::pretty(event("a", 1).replace(',', ",\n  "), 1)]
    fn cloud_events_come_in_any_structured_form(#[case] text: String, #[case] count: usize) {
        let records = all(Format::Cloudevents, &text, &["/data/q"]);
        assert_eq!(records.len(), count, "{text}");
        assert!(records.iter().all(|(_, cells)| cells == &Ok(vec!["1".to_owned()])), "each is read whole: {records:?}");
    }

    #[test]
    fn a_batch_on_one_line_may_be_longer_than_a_record() {
        let events: Vec<String> = (0..20_000).map(|number| event(&number.to_string(), 1)).collect();
        let text = format!("[{}]", events.join(","));
        assert!(text.len() > MAX_RECORD_BYTES, "the line is longer than any record");
        let records = all(Format::Cloudevents, &text, &["id"]);
        assert_eq!(records.len(), events.len(), "no event is lost where pieces meet");
        for (number, (line, cells)) in records.into_iter().enumerate() {
            assert_eq!((line, cells), (1, Ok(vec![number.to_string()])), "each is whole");
        }
    }

    #[test]
    fn an_event_that_is_too_long_costs_itself() {
        let long = event("a", 1).replace("\"t\"", &format!("\"{}\"", "t".repeat(3 * MAX_RECORD_BYTES)));
        let records = all(Format::Cloudevents, &format!("[{long},{}]\n{}", event("b", 2), event("c", 3)), &["/data/q"]);
        let expected = vec![(1, Err("too_long")), (1, Ok(vec!["2".into()])), (2, Ok(vec!["3".into()]))];
        assert_eq!(records, expected, "reading goes on after it");
        let endless = format!("{}\n{}", &long[..long.len() - 1], event("b", 2));
        let records = all(Format::Cloudevents, &endless, &["/data/q"]);
        assert_eq!(records, vec![(1, Err("too_long")), (2, Ok(vec!["2".into()]))], "no further than its line");
    }

    #[test]
    fn an_event_that_does_not_end_costs_its_line() {
        let text = format!("{{\"specversion\":\"1.0\",\n{}\n", event("b", 2));
        let records = all(Format::Cloudevents, &text, &["/data/q"]);
        assert_eq!(records, vec![(1, Err("not_json")), (2, Ok(vec!["2".into()]))], "reading goes on after it");
    }

    #[test]
    fn what_is_no_cloud_event_is_refused() {
        let twice = event("a", 1).replace("\"q\":1", "\"q\":1,\"q\":1");
        assert_eq!(all(Format::Cloudevents, &twice, &["id"])[0].1, Err("malformed"), "a member comes twice inside");
        let text = "{\"specversion\":\"0.1\"}\n{\"specversion\":\"1.0\",\"id\":\"a\"}\nnonsense\n";
        let codes: Vec<_> =
            all(Format::Cloudevents, text, &["id"]).into_iter().map(|(_, cells)| cells.is_err()).collect();
        assert_eq!(codes, vec![true, true, true], "each line is refused on its own");
    }
}
