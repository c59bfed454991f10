//! Snapshots and review: what is in a file is what was in the ledger, what was changed in it is found, nothing is written.

mod differs;
mod figures;
mod hostile;
mod kills;
mod moved;
mod notes;
mod reseal;
mod review;
mod screens;

use operations::host::FixedHost;
use operations::snapshot;
use operations::wire::{SnapshotRequest, SnapshotWritten};
use std::path::{Path, PathBuf};
use store::Store;
use support::World;
use tokio_util::sync::CancellationToken;

/// A folder with a snapshot in it.
struct Kept {
    folder: tempfile::TempDir,
    written: SnapshotWritten,
}

impl Kept {
    fn file(&self) -> PathBuf {
        self.folder.path().join("a.chsnapshot")
    }
}

/// Writes a snapshot at the world's time.
async fn keep(store: &Store, world: &World, request: &SnapshotRequest) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let written = write(store, world, request, &folder.path().join("a.chsnapshot")).await.unwrap();
    Kept { folder, written }
}

async fn write(
    store: &Store,
    world: &World,
    request: &SnapshotRequest,
    file: &Path,
) -> operations::error::Result<SnapshotWritten> {
    let host = FixedHost::with_series(world.now, 0x5a);
    snapshot::export(store, &host, request, file, |_| {}, &CancellationToken::new()).await
}

async fn open(file: &Path) -> operations::error::Result<Store> {
    snapshot::open(file, |_| {}).await
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
