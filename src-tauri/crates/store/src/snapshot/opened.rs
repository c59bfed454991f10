//! A snapshot on screen: verified before a number is shown, then looked at without any way to change it.

use super::Told;
use super::examine::{Depth, Examined, Limits, Place, Verified, examine};
use super::export::APPLICATION_ID;
use super::seal::tail;
use crate::connect::sqlite_immutable;
use crate::error::{Result, StoreError};
use crate::store::Store;
use crate::target::Target;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether a file is a snapshot, or was one before it was changed: by its end, or by its beginning.
///
/// # Errors
/// When it cannot be read.
pub fn is_snapshot(path: &Path) -> io::Result<bool> {
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    if tail(&mut file)?.is_some() {
        return Ok(true);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::with_capacity(100);
    file.take(100).read_to_end(&mut head)?;
    let is_ours = head.get(68..72) == Some(&APPLICATION_ID.to_be_bytes()[..]);
    Ok(head.starts_with(&ZSTD) || head.starts_with(b"SQLite format 3\0") && is_ours)
}

/// Says everything that is wrong with a file, and where. Copies what it reads into a folder of its own within `private`.
///
/// # Errors
/// When the copy cannot be written; what is wrong with the file is no error.
pub async fn verify(path: &Path, private: &Path, limits: Limits, told: &Told) -> Result<Verified> {
    let Examined { problems, manifest, fingerprint, bytes, .. } =
        examine(path, Place::Private(private.to_owned()), Depth::Everything, limits, told).await?;
    Ok(Verified { problems, manifest, fingerprint, bytes })
}

/// Opens a snapshot that is untouched. The store looks at a private copy within `private`, gone with the store.
///
/// # Errors
/// [`StoreError::Snapshot`] with everything that is wrong.
pub async fn open(path: &Path, private: &Path, limits: Limits, told: &Told) -> Result<Store> {
    let Examined { problems, manifest, fingerprint, copy, .. } =
        examine(path, Place::Private(private.to_owned()), Depth::UntilWrong, limits, told).await?;
    let (Some(manifest), Some(copy), Some(fingerprint), true) = (manifest, copy, fingerprint, problems.is_empty())
    else {
        return Err(StoreError::Snapshot { path: path.to_owned(), problems });
    };
    let pools = sqlite_immutable(&copy.file).await?;
    Ok(Store::of_snapshot(pools, Target::Sqlite(path.to_owned()), OpenSnapshot { manifest, fingerprint, copy }))
}

/// A snapshot that is open.
pub(crate) struct OpenSnapshot {
    pub manifest: super::Manifest,
    pub fingerprint: String,
    /// Kept for as long as the store.
    #[expect(dead_code, reason = "dropping it removes the private copy")]
    pub copy: super::examine::Copied,
}
