//! What a row in quarantine said, as it is stored: a JSON list of names and texts, enough to take it again.
//!
//! The names are stable. A row that could not be interpreted has one entry, `row`, with its text.

use super::interpret::Draft;
use crate::error::{OperationError, Result};

/// The longest text that is kept of a row that could not be interpreted, in bytes.
const MAX_ROW_BYTES: usize = 16 * 1024;
/// What begins the names of metadata.
pub const METADATA: &str = "metadata.";

/// Names and texts of an event that was interpreted.
pub fn of_draft(draft: &Draft) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(20);
    let mut add = |name: &str, text: Option<String>| pairs.extend(text.map(|text| (name.to_owned(), text)));
    add("tenant", draft.tenant.clone());
    add("tenant_name", draft.tenant_name.clone());
    add("meter", Some(draft.meter.clone()));
    add("quantity", Some(draft.quantity.to_string()));
    add("unit", draft.unit.clone());
    add("occurred_at", Some(draft.occurred_at.to_string()));
    add("classification", Some(draft.classification.to_string()));
    add("parent", draft.parent.clone());
    add("billable", draft.billable.map(|billable| billable.to_string()));
    add("billable_reason", draft.billable_reason.clone());
    add("cost", draft.cost.map(|(cost, rest)| (cost.decimal() + rest).normalize().to_string()));
    add("currency", draft.cost.map(|(cost, _)| cost.currency.to_string()));
    add("provider", Some(draft.provider.clone()).filter(|text| !text.is_empty()));
    add("action", Some(draft.action.clone()).filter(|text| !text.is_empty()));
    for (name, subject) in ["user", "client", "session", "resource"].iter().zip(&draft.subjects) {
        add(name, subject.clone());
    }
    for (name, text) in &draft.metadata {
        add(&format!("{METADATA}{name}"), Some(text.clone()));
    }
    pairs
}

/// The text of a row that could not be interpreted.
pub fn of_raw(raw: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(MAX_ROW_BYTES)]).replace('\0', "\u{FFFD}");
    vec![("row".to_owned(), text)]
}

/// The stored form.
pub fn encode(pairs: &[(String, String)]) -> String {
    serde_json::to_string(pairs).expect("pairs of texts always serialize")
}

/// Reads the stored form.
///
/// # Errors
/// `corrupt` for what this module did not write.
pub fn decode(body: &str) -> Result<Vec<(String, String)>> {
    serde_json::from_str(body).map_err(|error| {
        OperationError::failed("corrupt", "A row in quarantine does not hold what an import writes.").because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        let pairs = of_raw(b"a,\xFFb\0");
        assert_eq!(decode(&encode(&pairs)).unwrap(), pairs, "the row can be shown and taken again");
        assert_eq!(pairs[0].1, "a,\u{FFFD}b\u{FFFD}", "PostgreSQL takes neither bad UTF-8 nor a zero");
        assert_eq!(decode("{}").unwrap_err().code(), "corrupt", "anything else is a fault of the database");
    }
}
