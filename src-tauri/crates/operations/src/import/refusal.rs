//! Why a row was not read: a stable code, a sentence, the field at fault.
//!
//! Not the error of a use case: one bad row never ends an import.

use billing::put_aside::{PutAside, Reason};

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

    /// What is not a value of its field.
    pub fn malformed(sentence: impl Into<String>) -> Self {
        Self::new(Reason::Malformed.as_str(), sentence)
    }

    /// A field that must be there and is not.
    pub fn missing(what: &str) -> Self {
        Self::malformed(format!("the row names no {what}"))
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
