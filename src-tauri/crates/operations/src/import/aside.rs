//! The put-aside file: rows that were not taken, as they were, each with its line and the reason.
//!
//! It has the format of the input, so that a corrected copy goes through the same mapping; the row keeps the identity
//! of its first file and line, so that a keyless row which was taken after all is known again. It is written beside
//! the input under a temporary name and appears whole or not at all.

use super::mapping::Format;
use super::read::{OriginNames, check_members, origin_names};
use super::refusal::Refusal;
use crate::error::{OperationError, Result};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How many names are tried before giving up.
const MAX_NAMES: u32 = 10_000;

/// Writes a put-aside file.
pub struct PutAsideFile {
    input: PathBuf,
    folder: PathBuf,
    format: Format,
    delimiter: u8,
    header: Option<Vec<u8>>,
    file: Option<BufWriter<NamedTempFile>>,
}

/// A row that is put aside.
pub struct PutAsideRow<'r> {
    /// The line of its first file.
    pub line: u64,
    /// The identity of its first file.
    pub file: [u8; 32],
    /// Its bytes.
    pub raw: &'r [u8],
    /// Why.
    pub refusal: &'r Refusal,
}

impl PutAsideFile {
    /// Prepares a file beside the input; nothing is written until the first row.
    ///
    /// `header` is the header of a CSV file, which may be one of an earlier put-aside file.
    pub fn new(input: &Path, format: Format, delimiter: char, header: Option<&[u8]>) -> Self {
        let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self {
            input: input.to_owned(),
            folder: folder.to_owned(),
            format,
            delimiter: u8::try_from(delimiter).unwrap_or(b','),
            header: header.map(<[u8]>::to_vec),
            file: None,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `cannot_write_put_aside`.
    pub fn add(&mut self, row: &PutAsideRow<'_>) -> Result<()> {
        let names = origin_names(self.format);
        let mut bytes = Vec::with_capacity(row.raw.len() + 200);
        if self.file.is_none() {
            let made = tempfile::Builder::new().prefix(".put-aside-").tempfile_in(&self.folder);
            self.file = Some(BufWriter::new(made.map_err(|error| cannot_write(&self.folder, error))?));
            if let Some(header) = &self.header {
                push_header(&mut bytes, header, self.delimiter, &names);
            }
        }
        match self.format {
            Format::Csv => self.push_csv(&mut bytes, row, &names),
            Format::Jsonl | Format::Cloudevents => push_json(&mut bytes, row, &names),
        }
        let file = self.file.as_mut().expect("it was opened above");
        file.write_all(&bytes).map_err(|error| cannot_write(&self.folder, error))
    }

    fn push_csv(&self, bytes: &mut Vec<u8>, row: &PutAsideRow<'_>, names: &OriginNames) {
        let again = self.header.as_ref().is_some_and(|header| header.starts_with(names.line.as_bytes()));
        // A row of a put-aside file has the three cells already: they are left out here and written anew.
        let rest = if again { after_fields(row.raw, self.delimiter, 3) } else { row.raw };
        bytes.extend_from_slice(row.line.to_string().as_bytes());
        bytes.push(self.delimiter);
        push_quoted(bytes, &reason_text(row.refusal));
        bytes.push(self.delimiter);
        bytes.extend_from_slice(hex(&row.file).as_bytes());
        bytes.push(self.delimiter);
        bytes.extend_from_slice(rest);
        bytes.push(b'\n');
    }

    /// Gives the file its name and returns it; none when no row was put aside. A file with the same content from an
    /// earlier import is left as it is.
    ///
    /// # Errors
    /// `cannot_write_put_aside`.
    pub fn finish(self) -> Result<Option<PathBuf>> {
        let Some(file) = self.file else { return Ok(None) };
        let failed = |error| cannot_write(&self.folder, error);
        let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        for number in 1..MAX_NAMES {
            let path = self.folder.join(name(&self.input, number));
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(Some(path)),
                Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => file = refused.file,
                Err(refused) => return Err(failed(refused.error)),
            }
            if same_content(&mut file, &path).map_err(failed)? {
                return Ok(Some(path));
            }
        }
        Err(failed(std::io::Error::other("too many put-aside files stand beside the input")))
    }
}

fn cannot_write(folder: &Path, error: std::io::Error) -> OperationError {
    let sentence = format!("The rows that were put aside could not be written to {}.", folder.display());
    OperationError::failed("cannot_write_put_aside", sentence).because(error)
}

/// `usage.put-aside.csv`, `usage.put-aside-2.csv` and so on.
fn name(input: &Path, number: u32) -> String {
    let stem = input.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.split(".put-aside").next().unwrap_or_default().to_owned();
    let extension = input.extension().map(|text| format!(".{}", text.to_string_lossy())).unwrap_or_default();
    let number = if number == 1 { String::new() } else { format!("-{number}") };
    format!("{stem}.put-aside{number}{extension}")
}

fn same_content(file: &mut NamedTempFile, path: &Path) -> std::io::Result<bool> {
    let other = std::fs::File::open(path)?;
    if other.metadata()?.len() != file.as_file().metadata()?.len() {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut ours = std::io::BufReader::new(file.as_file_mut()).bytes();
    let mut theirs = std::io::BufReader::new(other).bytes();
    loop {
        match (ours.next().transpose()?, theirs.next().transpose()?) {
            (None, None) => return Ok(true),
            (one, two) if one != two => return Ok(false),
            _ => {}
        }
    }
}

fn push_header(bytes: &mut Vec<u8>, header: &[u8], delimiter: u8, names: &OriginNames) {
    if !header.starts_with(names.line.as_bytes()) {
        for name in [names.line, names.reason, names.file] {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(delimiter);
        }
    }
    bytes.extend_from_slice(header);
    bytes.push(b'\n');
}

fn reason_text(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.code, refusal.sentence)
}

/// Appends a CSV field in quotes.
pub(super) fn push_quoted(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    for character in text.chars().filter(|character| !matches!(character, '\r' | '\n' | '\0')) {
        if character == '"' {
            bytes.push(b'"');
        }
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    bytes.push(b'"');
}

/// What follows the first fields of a CSV row.
fn after_fields(raw: &[u8], delimiter: u8, count: usize) -> &[u8] {
    let mut left = count;
    let mut in_quotes = false;
    for (at, byte) in raw.iter().enumerate() {
        match *byte {
            b'"' => in_quotes = !in_quotes,
            byte if byte == delimiter && !in_quotes => {
                left -= 1;
                if left == 0 {
                    return &raw[at + 1..];
                }
            }
            _ => {}
        }
    }
    &[]
}

/// A JSON row with three more members; one that is no object becomes the text of a member.
fn push_json(bytes: &mut Vec<u8>, row: &PutAsideRow<'_>, names: &OriginNames) {
    let read = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(row.raw).ok();
    // Of a member that comes twice a map keeps one: the row stays as it was.
    let once = std::str::from_utf8(row.raw).is_ok_and(|text| check_members(text).is_ok());
    let mut object = match read.filter(|_| once) {
        Some(object) => object,
        None => {
            let text = String::from_utf8_lossy(row.raw).into_owned();
            serde_json::Map::from_iter([(names.raw.to_owned(), text.into())])
        }
    };
    object.insert(names.line.to_owned(), row.line.into());
    object.insert(names.reason.to_owned(), reason_text(row.refusal).into());
    object.insert(names.file.to_owned(), hex(&row.file).into());
    bytes.extend_from_slice(serde_json::Value::Object(object).to_string().as_bytes());
    bytes.push(b'\n');
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every text");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::CsvRule;
    use crate::import::read::Reader;

    /// The first line and the cells of each row.
    type Rows = Vec<(Option<u64>, Option<Vec<Option<String>>>)>;

    fn read_back(path: &Path, format: Format, columns: &[&str]) -> Rows {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let input = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        let mut reader = Reader::new(input, format, &CsvRule::default(), &columns, &[]).unwrap();
        let mut rows = Vec::new();
        while let Some(record) = reader.next_record().unwrap() {
            rows.push((record.origin.map(|origin| origin.line), record.cells.ok()));
        }
        rows
    }

    fn put_aside(folder: &Path, format: Format, header: Option<&[u8]>, raws: &[&[u8]]) -> Option<PathBuf> {
        let mut file = PutAsideFile::new(&folder.join("usage.csv"), format, ',', header);
        let refusal = Refusal::malformed("he said \"no\",\nand left");
        for (index, raw) in raws.iter().enumerate() {
            file.add(&PutAsideRow { line: index as u64 + 2, file: [7; 32], raw, refusal: &refusal }).unwrap();
        }
        file.finish().unwrap()
    }

    #[test]
    fn a_csv_row_comes_back_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = put_aside(folder.path(), Format::Csv, Some(b"a,b"), &[b"1,\"x,y\"", b"only one"]).unwrap();
        assert_eq!(path.file_name().unwrap(), "usage.put-aside.csv", "it stands beside the input");
        let rows = read_back(&path, Format::Csv, &["a", "b"]);
        assert_eq!(rows[0], (Some(2), Some(vec![Some("1".into()), Some("x,y".into())])), "the same mapping reads it");
        assert_eq!(rows[1].1, None, "a ragged row is ragged still: nothing was invented");
    }

    #[test]
    fn a_json_row_comes_back_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let raws: [&[u8]; 3] = [b"{\"q\":1.50}", b"{broken", b"{\"q\":1,\"q\":2}"];
        let path = put_aside(folder.path(), Format::Jsonl, None, &raws).unwrap();
        let rows = read_back(&path, Format::Jsonl, &["q", "put_aside_raw"]);
        assert_eq!(rows[0], (Some(2), Some(vec![Some("1.50".into()), None])), "the digits are the same");
        assert_eq!(rows[1].1.as_ref().unwrap()[1].as_deref(), Some("{broken"), "what is no object is kept as text");
        let twice = rows[2].1.as_ref().unwrap()[1].as_deref();
        assert_eq!(twice, Some("{\"q\":1,\"q\":2}"), "neither of two members is lost");
    }

    #[test]
    fn an_edited_file_is_never_overwritten_and_the_same_rows_make_no_second_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |raw: &[u8]| put_aside(folder.path(), Format::Csv, Some(b"a"), &[raw]).unwrap();
        let first = write(b"1");
        assert_eq!(write(b"1"), first, "the same content needs no second file");
        std::fs::write(&first, "edited by hand").unwrap();
        let second = write(b"1");
        assert_ne!(second, first, "work of a person is not overwritten");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file stays");
    }

    #[test]
    fn nothing_put_aside_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(put_aside(folder.path(), Format::Csv, Some(b"a"), &[]), None, "there is nothing to correct");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the folder stays as it was");
    }

    #[test]
    fn a_row_that_is_put_aside_twice_keeps_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let header = b"put_aside_line,put_aside_reason,put_aside_file,a";
        let raw = format!("9,\"old, reason\",{},1", "07".repeat(32));
        let path = put_aside(folder.path(), Format::Csv, Some(header), &[raw.as_bytes()]).unwrap();
        let rows = read_back(&path, Format::Csv, &["a"]);
        assert_eq!(rows, vec![(Some(2), Some(vec![Some("1".into())]))], "the three cells are written anew, once");
    }
}
