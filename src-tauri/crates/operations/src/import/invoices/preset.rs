//! Mappings of invoices that come along. One name may have several, for the shapes of file that one system writes.

use super::mapping::InvoiceMapping;
use crate::error::{OperationError, Result};
use crate::import::mapping::{CsvRule, Format};
use crate::import::preset;
use crate::import::read::Reader;
use crate::wire;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};

/// Their texts.
const TEXTS: [&str; 5] = [
    include_str!("presets/uci-online-retail.toml"),
    include_str!("presets/stripe-invoices.toml"),
    include_str!("presets/stripe-invoice-lines.toml"),
    include_str!("presets/stripe-credit-notes.toml"),
    include_str!("presets/stripe-credit-note-lines.toml"),
];

fn parsed() -> Vec<InvoiceMapping> {
    TEXTS.iter().map(|text| InvoiceMapping::parse(text).expect("a test parses each preset")).collect()
}

/// The presets, for screens: each name once.
pub fn presets() -> Vec<wire::Preset> {
    let shown = |mapping: InvoiceMapping| wire::Preset {
        needs_tenant: false,
        format: mapping.format.as_str().to_owned(),
        name: mapping.name,
        title: mapping.title,
        description: mapping.description,
    };
    parsed().into_iter().filter(|mapping| !mapping.title.is_empty()).map(shown).collect()
}

/// The mappings of a preset's name, or of a file's path; a preset wins.
///
/// # Errors
/// `unknown_mapping` or `invalid_mapping`.
pub fn load(name: &str) -> Result<Vec<InvoiceMapping>> {
    let presets: Vec<_> = parsed().into_iter().filter(|mapping| mapping.name == name).collect();
    if !presets.is_empty() {
        return Ok(presets);
    }
    Ok(vec![InvoiceMapping::parse(&preset::text_of_file(name)?)?])
}

/// The one of some mappings that a file takes, by its columns.
///
/// # Errors
/// `unknown_shape` where several mappings are there and none fits; what is wrong with the file.
pub fn fitting(mappings: Vec<InvoiceMapping>, file: &File) -> Result<InvoiceMapping> {
    let (mut all, several) =
        (mappings.into_iter(), OperationError::wrong_use("unknown_mapping", "There is no mapping."));
    let Some(first) = all.next() else { return Err(several) };
    if first.when.columns.is_empty() && first.when.without.is_empty() || first.format != Format::Csv {
        return Ok(first);
    }
    let name = first.name.clone();
    let columns = columns(file, &first.csv)?;
    let has = |name: &String| columns.contains(name);
    let fits = |mapping: &InvoiceMapping| mapping.when.columns.iter().all(has) && !mapping.when.without.iter().any(has);
    std::iter::once(first).chain(all).find(fits).ok_or_else(|| {
        let shown = columns.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
        let sentence = format!("'{name}' reads no file with these columns: {shown}.");
        OperationError::wrong_use("unknown_shape", sentence).field("file").line(1)
    })
}

/// The names of a CSV file's columns.
fn columns(file: &File, rule: &CsvRule) -> Result<Vec<String>> {
    let unreadable = |error| OperationError::failed("unreadable_file", "The file could not be read.").because(error);
    let mut file = file.try_clone().map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let reader = Reader::new(BufReader::new(file), Format::Csv, rule, &[], &[])?;
    let header = reader.header().unwrap_or_default();
    let mut split = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(rule.delimiter).unwrap_or(b','))
        .has_headers(false)
        .from_reader(header);
    let names = split.records().next().transpose().ok().flatten().unwrap_or_default();
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn each_preset_is_valid_and_found_by_its_name() {
        let names: Vec<_> = presets().into_iter().map(|preset| preset.name).collect();
        assert_eq!(names, ["uci-online-retail", "stripe-invoices"], "scripts rely on these names");
        for name in names {
            assert_eq!(load(&name).unwrap()[0].name, name, "a preset is found by its name");
        }
        assert_eq!(load("no-such-preset").unwrap_err().code(), "unknown_mapping", "it is neither preset nor file");
    }

    #[test]
    fn a_file_of_stripe_is_told_by_its_columns() {
        let shape = |header: &str| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(header.as_bytes()).unwrap();
            fitting(load("stripe-invoices").unwrap(), &file)
                .map(|mapping| (mapping.documents.is_some(), mapping.rules.credit_note.is_some_and(|rule| rule.always)))
        };
        assert_eq!(shape("id,total,amount_due,invoice_id\n").unwrap(), (false, false), "invoices");
        assert_eq!(shape("\u{feff}amount,invoice_id,id\r\n").unwrap(), (true, false), "lines of invoices");
        assert_eq!(shape("id,invoice_id,total,amount\n").unwrap(), (false, true), "credit notes");
        assert_eq!(shape("credit_note_id,\"amount\"\n").unwrap(), (true, true), "lines of credit notes");
        assert_eq!(shape("a,b\n").unwrap_err().code(), "unknown_shape", "nothing of Stripe");
    }
}
