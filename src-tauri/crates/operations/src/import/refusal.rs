//! Why a row was not read: a stable code, a sentence, the field at fault.
//!
//! Not the error of a use case: one bad row never ends an import.

use billing::put_aside::{PutAside, Reason};

/// Stable codes of rows that cannot be read, beside those of [`Reason`]; `docs/import.md` lists them.
pub mod code {
    /// No time of the mapping's format, one that its zone skips, or an end before the beginning.
    pub const BAD_TIME: &str = "bad_time";
    /// No number that can be kept exactly.
    pub const BAD_QUANTITY: &str = "bad_quantity";
    /// The same of a cost.
    pub const BAD_COST: &str = "bad_cost";
    /// No currency.
    pub const BAD_CURRENCY: &str = "bad_currency";
    /// A word that the mapping does not know.
    pub const BAD_CLASSIFICATION: &str = "bad_classification";
    /// Neither yes nor no.
    pub const BAD_BILLABLE: &str = "bad_billable";
    /// No tenant.
    pub const MISSING_TENANT: &str = "missing_tenant";
    /// No time.
    pub const MISSING_TIME: &str = "missing_time";
    /// No key.
    pub const MISSING_KEY: &str = "missing_key";
    /// No meter.
    pub const MISSING_METER: &str = "missing_meter";
    /// No quantity.
    pub const MISSING_QUANTITY: &str = "missing_quantity";
    /// A cost without currency.
    pub const MISSING_CURRENCY: &str = "missing_currency";
    /// No `[[meter]]` entry takes the row.
    pub const NO_METER: &str = "no_meter";
    /// More or fewer fields than the header.
    pub const FIELD_COUNT: &str = "field_count";
    /// A quote that is not closed, or text after one that is.
    pub const BAD_QUOTE: &str = "bad_quote";
    /// Bytes that are no UTF-8.
    pub const NOT_UTF8: &str = "not_utf8";
    /// A zero byte or character.
    pub const ZERO_CHARACTER: &str = "zero_character";
    /// No JSON, or no object.
    pub const NOT_JSON: &str = "not_json";
    /// A CloudEvent without what every one has.
    pub const BAD_EVENT: &str = "bad_event";
    /// A quantity, or a cost, that no event can have.
    pub const TOO_LARGE: &str = "too_large";
    /// No number of a document.
    pub const MISSING_NUMBER: &str = "missing_number";
    /// No amount of a line.
    pub const MISSING_AMOUNT: &str = "missing_amount";
    /// No amount, price or tax that can be kept exactly.
    pub const BAD_AMOUNT: &str = "bad_amount";
    /// A word that is no status.
    pub const BAD_STATUS: &str = "bad_status";
    /// Rows of one document that name two tenants, two currencies, or two kinds of document.
    pub const CONTRADICTION: &str = "contradiction";
    /// A row that could be taken, of a document that could not.
    pub const INCOMPLETE_DOCUMENT: &str = "incomplete_document";
    /// A line whose document is not in the file of documents.
    pub const UNKNOWN_DOCUMENT: &str = "unknown_document";
}

/// Why a row or one of its events is put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub sentence: String,
    /// The column or member at fault.
    pub field: Option<String>,
}

impl Refusal {
    /// From a code and a sentence.
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), field: None }
    }

    /// What is wrong in a way that has no code of its own.
    pub fn malformed(sentence: impl Into<String>) -> Self {
        Self::new(Reason::Malformed.as_str(), sentence)
    }

    /// A field that must be there and is not.
    pub fn missing(what: &str) -> Self {
        let code = match what {
            "tenant" => code::MISSING_TENANT,
            "time" => code::MISSING_TIME,
            "key" => code::MISSING_KEY,
            "meter" => code::MISSING_METER,
            "quantity" => code::MISSING_QUANTITY,
            "currency" => code::MISSING_CURRENCY,
            "number" => code::MISSING_NUMBER,
            "amount" => code::MISSING_AMOUNT,
            _ => Reason::Malformed.as_str(),
        };
        Self::new(code, format!("the row names no {what}"))
    }

    /// A counter of the tenant that would not fit into 64 bits with this event.
    pub fn overflow() -> Self {
        Self::new(Reason::Overflow.as_str(), "with it a counter of its tenant would not fit into 64 bits")
    }

    /// A text beyond its limit.
    pub fn too_long(what: &str, max_bytes: usize) -> Self {
        Self::new(Reason::TooLong.as_str(), format!("the {what} is longer than {max_bytes} bytes"))
    }

    /// A row beyond its limit.
    pub fn too_long_row() -> Self {
        Self::new(Reason::TooLong.as_str(), "the row is longer than 1 MiB; it was cut")
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl From<PutAside> for Refusal {
    fn from(put_aside: PutAside) -> Self {
        Self::new(put_aside.code.as_str(), put_aside.sentence)
    }
}
