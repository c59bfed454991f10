//! What an operation needs of documents: sheets and printed pages as plain data, and the trait that writes them.
//!
//! Operations decides what is on a document; how it is set is the implementation's, which the faces pass in.

use crate::error::{OperationError, Result};
use crate::wire::{CreditNoteRow, Explanation, InvoiceTax, InvoiceView, PartyFields};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a column holds, so that a workbook gives it the right form and harmless text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text; never a formula.
    Text,
    /// Money in major units; the currency stands in a column of its own.
    Amount,
    /// A decimal quantity.
    Quantity,
    /// A whole number.
    Integer,
    /// `yyyy-mm-dd`.
    Day,
    /// RFC 3339 in UTC.
    Instant,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub name: &'static str,
    /// What it holds.
    pub kind: CellKind,
}

/// A table to export. Every row has a cell for each column; an empty cell is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, as exact text.
    pub rows: Vec<Vec<Option<String>>>,
}

/// What a spreadsheet may take for the beginning of a formula; the wide forms count in Asian locales.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text of a CSV cell that no spreadsheet runs. What begins like a formula, also after spaces, gets an apostrophe in
/// front, and so does what begins with an apostrophe: taking one away gives the text back in every case.
pub fn harmless(text: &str) -> String {
    let inner = text.trim_start_matches(|character: char| character.is_whitespace() && !TRIGGERS.contains(&character));
    let is_risky = text.starts_with('\'') || inner.starts_with(TRIGGERS);
    if is_risky { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`harmless`] was given.
pub fn original(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// A printed credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditDocument {
    /// Number, dates, amounts.
    pub row: CreditNoteRow,
    /// Who credits.
    pub seller: PartyFields,
    /// Who is credited.
    pub buyer: PartyFields,
    /// What is credited: description, quantity, net amount.
    pub lines: Vec<(String, Option<String>, String)>,
    /// Tax per rate.
    pub taxes: Vec<InvoiceTax>,
    /// SHA-256 of the canonical content.
    pub hash: String,
}

/// A picture at the head of documents: a PNG that was read to its end, so that it fails when it is set and never when an
/// invoice is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo(Vec<u8>);

impl Logo {
    /// The largest file, in bytes.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The longest side, in pixels.
    pub const MAX_SIDE: u32 = 2_000;

    /// From base64 as the settings hold it.
    ///
    /// # Errors
    /// `bad_logo` for what is not base64, no PNG, damaged or too large.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bad = |sentence: &str| OperationError::wrong_use("bad_logo", sentence).field("logo");
        if text.len() > Self::MAX_BYTES.div_ceil(3) * 4 {
            return Err(bad("The logo is larger than 256 KiB."));
        }
        let bytes = STANDARD.decode(text).map_err(|error| bad("The logo is not base64.").because(error))?;
        let mut decoder = png::Decoder::new(bytes.as_slice());
        decoder.set_limits(png::Limits { bytes: 64 * 1024 * 1024 });
        let broken = |error| bad("The logo is not a PNG file, or it is damaged.").because(error);
        let mut reader = decoder.read_info().map_err(broken)?;
        let (width, height) = reader.info().size();
        if width.max(height) > Self::MAX_SIDE {
            return Err(bad("The logo is more than 2,000 pixels wide or high."));
        }
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).map_err(broken)?;
        reader.finish().map_err(broken)?;
        Ok(Self(bytes))
    }

    /// The PNG file.
    pub fn png(&self) -> &[u8] {
        &self.0
    }
}

/// Why a document was not written; one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotWritten(pub String);

/// Writes documents.
pub trait Documents: Send + Sync {
    /// Comma-separated text in UTF-8; cells that a program could take for a formula are made harmless.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn csv(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten>;

    /// A workbook; amounts are numbers with all digits of their currency.
    ///
    /// # Errors
    /// [`NotWritten`]; more rows than a worksheet has.
    fn xlsx(&self, sheet: &Sheet) -> Result<Vec<u8>, NotWritten>;

    /// An invoice as it was issued, or a draft marked as such.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn invoice_pdf(&self, invoice: &InvoiceView, logo: Option<&Logo>) -> Result<Vec<u8>, NotWritten>;

    /// A credit note.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn credit_pdf(&self, credit: &CreditDocument, logo: Option<&Logo>) -> Result<Vec<u8>, NotWritten>;

    /// The explanation of an invoice.
    ///
    /// # Errors
    /// [`NotWritten`].
    fn explanation_pdf(&self, explanation: &Explanation) -> Result<Vec<u8>, NotWritten>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let pixels = vec![7; width as usize * height as usize];
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        file
    }

    fn refusal(bytes: &[u8]) -> String {
        Logo::from_base64(&STANDARD.encode(bytes)).unwrap_err().to_string()
    }

    #[test]
    fn no_text_begins_like_a_formula_and_all_come_back() {
        let hostile = [
            "=HYPERLINK(\"http://x\",\"y\")",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =cmd|' /C calc'!A0",
            "\u{a0}=1",
            "＝1+1",
            "＠x",
            "'s-Hertogenbosch",
            "'=1",
            " plain",
        ];
        for text in hostile {
            let cell = harmless(text);
            let first = cell.trim_start().chars().next();
            assert!(!first.is_some_and(|first| "=+-@＝＋－＠".contains(first)), "{text:?} became {cell:?}");
            assert!(!cell.starts_with(['\t', '\r', '\n']), "{text:?} became {cell:?}");
            assert_eq!(original(&cell), text, "re-import gives the text back");
        }
        assert_eq!(harmless("plain"), "plain", "what is harmless stays as it is");
        assert_eq!(harmless("1-2"), "1-2", "only the beginning counts");
    }

    #[test]
    fn a_png_is_taken_as_it_is() {
        let file = png(120, 40);
        let logo = Logo::from_base64(&STANDARD.encode(&file)).unwrap();
        assert_eq!(logo.png(), file, "the settings and the document hold the same picture");
    }

    #[test]
    fn what_could_not_be_printed_is_refused_when_it_is_set() {
        let file = png(120, 40);
        assert!(refusal(&file[..file.len() - 20]).contains("damaged"), "a file that ends early");
        let mut flipped = file.clone();
        flipped[20] ^= 1;
        assert!(refusal(&flipped).contains("damaged"), "its own checks do not fit");
        assert!(refusal(b"<svg/>").contains("not a PNG"), "another type");
        assert!(refusal(&png(2_001, 1)).contains("2,000 pixels"), "a small file of a huge picture");
        assert!(refusal(&vec![0; Logo::MAX_BYTES + 3]).contains("256 KiB"), "a large file");
        assert_eq!(Logo::from_base64("%").unwrap_err().code(), "bad_logo", "not base64");
    }
}
