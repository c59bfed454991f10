//! Snapshots and review: a file for whoever looks without the database, and what changed between two states.
//!
//! The file itself is the store's matter. Here: what a person asks for, checked; progress; and the difference.

pub(crate) mod case_notes;
mod difference;
mod money;
mod sheet;
mod terms;
mod write;

pub use difference::{difference, difference_in_time};
pub use sheet::save_difference;
pub use write::export;

use crate::error::Result;
use crate::wire::{Progress, SnapshotAbout, SnapshotProblem, SnapshotVerified};
use std::path::Path;
use std::sync::Arc;
use store::Store;
use store::snapshot::{Limits, Manifest, Told};

/// What snapshot files are called.
pub const EXTENSION: &str = "chsnapshot";

/// Whether a file is called as a snapshot is.
pub fn is_named_snapshot(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// Whether a file is a snapshot, or was one before it was changed, or says so by its name: who cuts off everything else
/// must not have it opened as a database that nobody verified. What cannot be read is none: opening says why.
pub fn is_snapshot(path: &Path) -> bool {
    is_named_snapshot(path) && path.exists() || store::snapshot::is_snapshot(path).unwrap_or(false)
}

/// Takes away private copies that a killed program left.
pub fn sweep() {
    store::leftovers::sweep_folders(&std::env::temp_dir());
}

/// Opens a snapshot once it is verified.
///
/// # Errors
/// `snapshot_damaged`, `snapshot_foreign`, `snapshot_link` and so on: what is wrong with it first.
pub async fn open(path: &Path, told: impl Fn(Progress) + Send + Sync + 'static) -> Result<Store> {
    Ok(store::snapshot::open(path, &std::env::temp_dir(), Limits::default(), &telling(told)).await?)
}

/// Says everything that is wrong with a file.
///
/// # Errors
/// When the private copy cannot be written; what is wrong with the file is no error.
pub async fn verify(path: &Path, told: impl Fn(Progress) + Send + Sync + 'static) -> Result<SnapshotVerified> {
    let found = store::snapshot::verify(path, &std::env::temp_dir(), Limits::default(), &telling(told)).await?;
    let problem = |problem: store::snapshot::Problem| SnapshotProblem {
        code: problem.code.to_owned(),
        place: problem.place,
        message: sentence(&problem.sentence),
    };
    let fingerprint = found.fingerprint.unwrap_or_default();
    Ok(SnapshotVerified {
        file: path.display().to_string(),
        untouched: found.problems.is_empty(),
        bytes: found.bytes,
        fingerprint: (!fingerprint.is_empty()).then(|| fingerprint.clone()),
        problems: found.problems.into_iter().map(problem).collect(),
        about: found.manifest.map(|manifest| shown(&manifest, &fingerprint)),
    })
}

/// Whether it is the very file that somebody named by its fingerprint: who makes a whole file anew cannot make that one.
pub fn compare_fingerprint(mut found: SnapshotVerified, wanted: &str) -> SnapshotVerified {
    let own = found.fingerprint.as_deref().unwrap_or_default();
    if !own.eq_ignore_ascii_case(wanted.trim()) {
        found.untouched = false;
        found.problems.push(SnapshotProblem {
            code: "snapshot_other".to_owned(),
            place: String::new(),
            message: "It is another file: its fingerprint is not the one that was given.".to_owned(),
        });
    }
    found
}

fn sentence(text: &str) -> String {
    crate::change::sentence(text)
}

/// What the open snapshot says about itself; none for a database.
pub fn about(store: &Store) -> Option<SnapshotAbout> {
    store.snapshot().map(|manifest| shown(manifest, store.fingerprint().unwrap_or_default()))
}

fn shown(manifest: &Manifest, fingerprint: &str) -> SnapshotAbout {
    SnapshotAbout {
        format: manifest.format,
        program: manifest.program.clone(),
        ledger_id: manifest.ledger_id.to_string(),
        ledger_name: manifest.ledger_name.clone(),
        ledger_environment: manifest.environment.clone(),
        source: manifest.source.clone(),
        as_of: manifest.as_of.to_string(),
        written_by: manifest.actor.clone(),
        tenants: manifest.tenants,
        events: manifest.events,
        all_tenants: manifest.scope.tenants.is_none(),
        from: manifest.scope.days.map(|days| days.from.to_string()),
        to: manifest.scope.days.map(|days| days.to.to_string()),
        fingerprint: fingerprint.to_owned(),
    }
}

/// The store's form of progress.
fn telling(told: impl Fn(Progress) + Send + Sync + 'static) -> Told {
    Arc::new(move |phase, done, total| told(Progress { phase: phase.to_owned(), done, total }))
}
