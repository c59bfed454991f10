//! The list of a pack's files with their hashes, and the hash of the list itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a pack is of, and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of this form.
    pub format: u32,
    /// The ledger that it was taken from.
    pub ledger_id: String,
    /// When the ledger was read, UTC.
    pub as_of: String,
    /// The version of the rules of rating.
    pub rule_version: u32,
    /// The tenant.
    pub tenant_id: String,
    /// The invoice.
    pub invoice_id: String,
    /// Its number.
    pub invoice: String,
    /// SHA-256 of the invoice's canonical content, as the ledger keeps it.
    pub invoice_hash: String,
    /// The dispute that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<String>,
    /// Credit notes by the number that their files begin with, with the hash that the ledger keeps.
    pub credit_notes: Vec<CreditEntry>,
    /// Every other file.
    pub files: Vec<FileEntry>,
}

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditEntry {
    /// Its number.
    pub number: String,
    /// Its canonical content.
    pub file: String,
    /// SHA-256 of that.
    pub hash: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// The version that is written today.
    pub const FORMAT: u32 = 1;

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).expect("plain data with text keys always serializes");
        text.push('\n');
        text.into_bytes()
    }
}

/// The file that keeps the list's own hash, in the form of `sha256sum`.
pub(crate) fn seal(manifest: &[u8]) -> Vec<u8> {
    format!("{}  {}\n", hex(&Sha256::digest(manifest)), super::MANIFEST).into_bytes()
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
