//! Case notes beside a snapshot: the file itself is never changed, so what people write while they look at it is kept in
//! a text file next to it, `NAME.notes`, a JSON object a line.
//!
//! A note is one line that is appended and synced, so two people can write at once and a kill costs at most the line that
//! was being written. Each names the snapshot by its fingerprint: notes of another file are not shown. Anybody can write
//! into that file; what stands in it is never part of a figure.

use crate::error::{OperationError, Result};
use billing::ids::TenantId;
use billing::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use store::{Store, Target};

/// The longest file of notes.
const MAX_BYTES: u64 = 1024 * 1024;

/// A note as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseNote {
    snapshot: String,
    pub at: String,
    pub actor: String,
    tenant_id: String,
    pub text: String,
}

/// The notes of an open snapshot.
pub(crate) struct CaseNotes {
    file: PathBuf,
    fingerprint: String,
}

impl CaseNotes {
    /// Of a snapshot; none of a database, which keeps its notes itself.
    pub fn of(store: &Store) -> Option<Self> {
        let (Some(fingerprint), Target::Sqlite(path)) = (store.fingerprint(), store.target()) else { return None };
        let mut file = path.clone().into_os_string();
        file.push(".notes");
        Some(Self { file: file.into(), fingerprint: fingerprint.to_owned() })
    }

    /// The notes about a tenant, the newest first.
    ///
    /// # Errors
    /// `notes_refused` when the file is no ordinary one or too long; `notes_damaged` with the line that is no note.
    pub fn about(&self, tenant: TenantId) -> Result<Vec<CaseNote>> {
        let Some(text) = self.text()? else { return Ok(Vec::new()) };
        let tenant = tenant.to_string();
        let mut found = Vec::new();
        // What does not end as a note does is what a kill left of one.
        for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| line.ends_with('}')) {
            let note: CaseNote = serde_json::from_str(line).map_err(|error| {
                let sentence = format!("Line {number} of {} is no case note.", self.file.display());
                OperationError::failed("notes_damaged", sentence).field("file").line(number).because(error)
            })?;
            if note.snapshot == self.fingerprint && note.tenant_id == tenant {
                found.push(note);
            }
        }
        found.reverse();
        Ok(found)
    }

    /// Writes a note about a tenant.
    ///
    /// # Errors
    /// As [`CaseNotes::about`], `notes_full`; `cannot_write`.
    pub fn add(&self, tenant: TenantId, text: &str, actor: &str, at: Timestamp) -> Result<()> {
        let before = self.text()?.unwrap_or_default();
        let note = CaseNote {
            snapshot: self.fingerprint.clone(),
            at: at.to_string(),
            actor: actor.to_owned(),
            tenant_id: tenant.to_string(),
            text: text.to_owned(),
        };
        // What a kill left of a line stays a line of its own.
        let mut line = if before.is_empty() || before.ends_with('\n') { String::new() } else { "\n".to_owned() };
        line += &serde_json::to_string(&note).map_err(|error| self.cannot_write().because(error))?;
        line.push('\n');
        if before.len() as u64 + line.len() as u64 > MAX_BYTES {
            let sentence = format!("{} holds as many notes as it may: 1 MiB.", self.file.display());
            return Err(OperationError::refused("notes_full", sentence).field("file"));
        }
        let append = || {
            let mut file = File::options().append(true).create(true).open(&self.file)?;
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        append().map_err(|error| self.cannot_write().because(error))
    }

    fn text(&self) -> Result<Option<String>> {
        match self.file.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(about) if about.is_file() && about.len() <= MAX_BYTES => {}
            _ => return Err(self.refused()),
        }
        let mut text = String::new();
        let read = File::open(&self.file).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
        match read {
            Ok(length) if length as u64 <= MAX_BYTES => Ok(Some(text)),
            Ok(_) => Err(self.refused()),
            Err(error) => Err(self.refused().because(error)),
        }
    }

    fn refused(&self) -> OperationError {
        let sentence = format!("{} is not a file of case notes: a text of at most 1 MiB.", self.file.display());
        OperationError::refused("notes_refused", sentence).field("file")
    }

    fn cannot_write(&self) -> OperationError {
        let sentence = format!("The note could not be written to {}.", self.file.display());
        OperationError::failed("cannot_write", sentence).field("file")
    }

    /// Where they are kept.
    pub fn file(&self) -> &Path {
        &self.file
    }
}
