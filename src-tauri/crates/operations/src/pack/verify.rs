//! The check of a pack, from the file alone.

use super::archive::{Archive, Refused};
use super::check::{self, Found};
use super::manifest::{Manifest, hex, seal};
use super::{EVENTS, EXPLANATION, INVOICE, MANIFEST, PAYMENTS, SEAL};
use crate::error::{OperationError, Result};
use crate::wire::PackVerification;
use billing::invoice::{Content, CreditContent};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// Checks a pack: every file against the list, the list against its own hash, the invoice against the hash that stands on it,
/// every amount against its steps, every sum against its parts, every event against the ledger's hash of it, and the events
/// together against the lines. What does not fit is no error but a sentence.
///
/// # Errors
/// `cannot_read` when there is no such file.
pub fn verify(path: &Path) -> Result<PackVerification> {
    let file = File::open(path).and_then(|file| if file.metadata()?.is_file() { Ok(file) } else { Err(no_file()) });
    let file = file.map_err(|error| {
        OperationError::wrong_use("cannot_read", format!("{} could not be read.", path.display()))
            .field("file")
            .because(error)
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(verify_reader(name, BufReader::new(file)))
}

fn no_file() -> std::io::Error {
    std::io::Error::other("it is not a file")
}

pub(super) fn verify_reader<R: Read + Seek>(file: String, reader: R) -> PackVerification {
    let mut found = Found::default();
    let files = match whole(reader, &mut found) {
        Ok(files) => files,
        Err(Refused(sentence)) => {
            found.problem(sentence);
            0
        }
    };
    let (lines, events) = (found.lines, found.events);
    let problems = found.finish();
    PackVerification { file, fits: problems.is_empty(), files, lines, events, problems }
}

fn whole<R: Read + Seek>(reader: R, found: &mut Found) -> std::result::Result<u32, Refused> {
    let mut archive = Archive::open(reader)?;
    let bytes = archive.document(MANIFEST)?;
    found
        .expect(archive.document(SEAL)? == seal(&bytes), || "The list of files does not have its own hash.".to_owned());
    let manifest: Manifest = json(MANIFEST, &bytes)?;
    if manifest.format != Manifest::FORMAT {
        let found = manifest.format;
        return Err(Refused(format!("The pack has form {found}, which this program does not know.")));
    }
    let files = hashes(&mut archive, &manifest, found)?;
    contents(&mut archive, &manifest, found)?;
    Ok(files)
}

/// Compares every file with the list; files that the list does not name are no part of the pack.
fn hashes<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &Manifest,
    found: &mut Found,
) -> std::result::Result<u32, Refused> {
    let there: BTreeSet<String> = archive.names().map(str::to_owned).collect();
    let mut listed: BTreeSet<&str> = [MANIFEST, SEAL].into();
    let mut files = 0;
    for entry in &manifest.files {
        if !listed.insert(&entry.name) {
            found.problem(format!("The list names {} twice.", entry.name));
            continue;
        }
        match archive.digest(&entry.name) {
            Ok((bytes, sha256)) => {
                files += 1;
                found.expect(bytes == entry.bytes && sha256 == entry.sha256, || {
                    format!("{} is not the file that was packed: its hash differs.", entry.name)
                });
            }
            Err(Refused(sentence)) => found.problem(sentence),
        }
    }
    for name in there.iter().filter(|name| !listed.contains(name.as_str())) {
        found.problem(format!("{name} is not in the list of files."));
    }
    Ok(files)
}

/// Reads what the files say and checks that it adds up.
fn contents<R: Read + Seek>(
    archive: &mut Archive<R>,
    manifest: &Manifest,
    found: &mut Found,
) -> std::result::Result<(), Refused> {
    let bytes = archive.document(INVOICE)?;
    let invoice: Content = json(INVOICE, &bytes)?;
    found.expect(invoice.canonical().as_bytes() == bytes, || "The invoice is not in its canonical form.".to_owned());
    let hash = hex(&Sha256::digest(&bytes));
    found.expect(hash == manifest.invoice_hash, || {
        "The invoice does not have the hash that it was issued with.".to_owned()
    });
    let number = invoice.issue.as_ref().map(|issue| issue.number.as_str());
    found.expect(number == Some(manifest.invoice.as_str()), || "The list names another invoice.".to_owned());
    check::invoice::check(&invoice, found);
    let mut credits = Vec::new();
    for entry in &manifest.credit_notes {
        let bytes = archive.document(&entry.file)?;
        let credit: CreditContent = json(&entry.file, &bytes)?;
        let fits = credit.canonical().as_bytes() == bytes && hex(&Sha256::digest(&bytes)) == entry.hash;
        found.expect(fits && credit.issue.number == entry.number, || {
            format!("Credit note {} does not have the hash that it was issued with.", entry.number)
        });
        check::credit::check(&credit, &invoice, found);
        credits.push(credit);
    }
    check::credit::together(&credits, &invoice, found);
    let explained: check::explanation::Explained = json(EXPLANATION, &archive.document(EXPLANATION)?)?;
    check::explanation::check(&explained, &invoice, &hash, found);
    archive.stream(PAYMENTS, |table| check::payments::check(table, &invoice, found))?;
    let levels = explained.levels();
    archive.stream(EVENTS, |table| check::events::check(table, &invoice, &levels, found))
}

fn json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> std::result::Result<T, Refused> {
    serde_json::from_slice(bytes).map_err(|error| Refused(format!("{name} cannot be read: {error}.")))
}
