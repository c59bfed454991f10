//! From files to a pack: the list of hashes, its own hash, the container.

use super::archive;
use super::manifest::{CreditEntry, FileEntry, Manifest, hex, seal};
use super::{MANIFEST, SEAL};
use crate::error::{OperationError, Result};
use sha2::{Digest, Sha256};

/// What a pack is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// The ledger.
    pub ledger_id: String,
    /// When it was read.
    pub as_of: String,
    /// Version of the rules.
    pub rule_version: u32,
    /// The tenant.
    pub tenant_id: String,
    /// The invoice.
    pub invoice_id: String,
    /// Its number.
    pub invoice: String,
    /// The hash that the ledger keeps of it.
    pub invoice_hash: String,
    /// What people call the dispute.
    pub dispute: Option<String>,
    /// Its credit notes.
    pub credit_notes: Vec<CreditEntry>,
}

/// The pack: the same files give the same bytes.
///
/// # Errors
/// `cannot_pack`.
pub(crate) fn assemble(about: About, mut files: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>> {
    let entry = |(name, bytes): &(String, Vec<u8>)| FileEntry {
        name: name.clone(),
        bytes: bytes.len() as u64,
        sha256: hex(&Sha256::digest(bytes)),
    };
    let About { ledger_id, as_of, rule_version, tenant_id, invoice_id, invoice, invoice_hash, dispute, credit_notes } =
        about;
    let manifest = Manifest {
        format: Manifest::FORMAT,
        ledger_id,
        as_of,
        rule_version,
        tenant_id,
        invoice_id,
        invoice,
        invoice_hash,
        dispute,
        credit_notes,
        files: files.iter().map(entry).collect(),
    };
    let list = manifest.bytes();
    files.push((SEAL.to_owned(), seal(&list)));
    files.push((MANIFEST.to_owned(), list));
    archive::write(&files)
        .map_err(|error| OperationError::failed("cannot_pack", "The pack could not be put together.").because(error))
}

/// What the pack is, for somebody who has never seen one.
pub(crate) fn readme(about: &About) -> Vec<u8> {
    let dispute = about.dispute.as_ref().map_or_else(String::new, |number| {
        format!("  dispute.json          the dispute {number}: claim, lines and events in question, notes, decision\n")
    });
    let text = format!(
        "Evidence for invoice {number}\n\
         \n\
         Made from ledger {ledger} as it was at {as_of}, under version {rules} of the rules.\n\
         \n\
         What is in it\n\
         \n\
         \u{20} invoice.pdf           the invoice as it was issued\n\
         \u{20} invoice.json          the same as data: the bytes that its hash is of\n\
         \u{20} explanation.pdf       every amount with its steps, and the first events behind it\n\
         \u{20} explanation.csv       the steps as a table\n\
         \u{20} explanation.json      the explanation as data\n\
         \u{20} events.csv            every event behind the lines, with all that its hash in the ledger covers\n\
         \u{20} audit.csv             who did what with the invoice, its credit notes and payments, and why\n\
         \u{20} payments.csv          what was paid\n\
         \u{20} credit-note-*         credit notes, as PDF and as data\n\
         {dispute}\
         \u{20} manifest.json         length and SHA-256 of every file\n\
         \u{20} manifest.sha256       SHA-256 of the list itself\n\
         \n\
         How to check it\n\
         \n\
         With the program, without any database:\n\
         \n\
         \u{20}   countinghouse-cli verify FILE.zip\n\
         \n\
         It compares every hash, adds up the steps of each line, the lines, the tax and the total, computes the hash of\n\
         each event again and counts the events of each line. Without the program: sha256sum -c manifest.sha256 checks the\n\
         list, and sha256sum of a file gives what the list says of it.\n\
         \n\
         The SHA-256 of invoice.json is {hash}.\n\
         It stands at the foot of the printed invoice. If the two are equal, this is that invoice.\n\
         \n\
         Text in the tables that a spreadsheet could take for a formula begins with an apostrophe, which is not part of it.\n\
         Details of events that were erased at the request of a person are not in the pack; their salted hash still is.\n\
         A level (such as storage) is billed by its state and not by a sum: its events are checked one by one, and what it\n\
         was before the period is not in the pack.\n",
        number = about.invoice,
        ledger = about.ledger_id,
        as_of = about.as_of,
        rules = about.rule_version,
        hash = about.invoice_hash,
    );
    text.into_bytes()
}
