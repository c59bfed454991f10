//! Which file is this? Its length and hash, and the earlier import that it continues (rules, section 2.2).
//!
//! A file without keys takes the keys of its rows from the hash of the first file of its chain: a file that begins
//! with the bytes of an earlier import, a renamed copy among them, gives the same keys. Never the file's name.

use crate::error::{OperationError, Result};
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// The largest file, in bytes: 1 TiB.
pub const MAX_FILE_BYTES: u64 = 1 << 40;
const CHUNK_BYTES: usize = 1 << 18;

/// What an earlier import with the same mapping knows about its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// The hash of the first file of its chain.
    pub identity: [u8; 32],
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Its length; what is appended while it is imported waits for the next import.
    pub bytes: u64,
    /// Its SHA-256.
    pub hash: [u8; 32],
    /// The hash of the first file of its chain; its own when it continues none.
    pub identity: [u8; 32],
    /// How many of its first bytes an earlier import had.
    pub continued_bytes: u64,
}

/// Opens a file that can be imported.
///
/// # Errors
/// `unreadable_file`, `not_a_file`, `file_too_large`.
pub fn open(path: &Path) -> Result<std::fs::File> {
    let unreadable = |error| {
        let sentence = format!("The file {} could not be opened.", path.display());
        OperationError::wrong_use("unreadable_file", sentence).field("file").because(error)
    };
    let data = std::fs::metadata(path).map_err(unreadable)?;
    if !data.is_file() {
        let sentence = format!("{} is no regular file: its rows could not be read again after a stop.", path.display());
        return Err(OperationError::wrong_use("not_a_file", sentence).field("file"));
    }
    if data.len() > MAX_FILE_BYTES {
        return Err(
            OperationError::wrong_use("file_too_large", "The file is larger than 1 TiB: split it.").field("file")
        );
    }
    std::fs::File::open(path).map_err(unreadable)
}

/// Reads a file once and tells what it is.
///
/// # Errors
/// `unreadable_file`, `file_too_large`, `stopped`.
pub fn identify(
    file: &mut std::fs::File,
    earlier: &[Earlier],
    stop: &CancellationToken,
    mut progress: impl FnMut(u64, u64),
) -> Result<Identity> {
    let unreadable =
        |error| OperationError::failed("unreadable_file", "The file could not be read.").field("file").because(error);
    let total = file.metadata().map_err(unreadable)?.len();
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut marks: Vec<&Earlier> =
        earlier.iter().filter(|earlier| earlier.bytes > 0 && earlier.bytes <= total).collect();
    marks.sort_by_key(|earlier| earlier.bytes);
    let mut marks = marks.into_iter().peekable();
    let mut hasher = Sha256::new();
    let mut read_bytes = 0;
    let mut continued: Option<&Earlier> = None;
    let mut chunk = vec![0; CHUNK_BYTES];
    while read_bytes < total {
        if stop.is_cancelled() {
            return Err(stopped());
        }
        let next_mark = marks.peek().map_or(total, |mark| mark.bytes);
        let wanted = usize::try_from(next_mark - read_bytes).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        let count = file.read(&mut chunk[..wanted]).map_err(unreadable)?;
        if count == 0 {
            return Err(
                OperationError::failed("file_changed", "The file became shorter while it was read.").field("file")
            );
        }
        hasher.update(&chunk[..count]);
        read_bytes += count as u64;
        while let Some(mark) = marks.next_if(|mark| mark.bytes == read_bytes) {
            let so_far: [u8; 32] = hasher.clone().finalize().into();
            if so_far == mark.hash {
                continued = Some(mark);
            }
        }
        progress(read_bytes, total);
    }
    let hash: [u8; 32] = hasher.finalize().into();
    Ok(Identity {
        bytes: total,
        hash,
        identity: continued.map_or(hash, |earlier| earlier.identity),
        continued_bytes: continued.map_or(0, |earlier| earlier.bytes),
    })
}

/// What a stopped import says where nothing was begun yet.
pub fn stopped() -> OperationError {
    OperationError::refused("stopped", "The import was stopped before it took anything.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn identity_of(bytes: &[u8], earlier: &[Earlier]) -> Identity {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        identify(&mut file, earlier, &CancellationToken::new(), |_, _| {}).unwrap()
    }

    fn known(identity: Identity) -> Earlier {
        Earlier { bytes: identity.bytes, hash: identity.hash, identity: identity.identity }
    }

    #[test]
    fn a_file_continues_what_it_begins_with() {
        let first = identity_of(b"a,b\n1,2\n", &[]);
        assert_eq!((first.identity, first.continued_bytes), (first.hash, 0), "a new file is its own identity");
        let copy = identity_of(b"a,b\n1,2\n", &[known(first)]);
        assert_eq!((copy.identity, copy.continued_bytes), (first.hash, 8), "a renamed copy is the same file");
        let grown = identity_of(b"a,b\n1,2\n3,4\n", &[known(first)]);
        assert_eq!((grown.identity, grown.continued_bytes), (first.hash, 8), "a grown file continues the first");
        let again = identity_of(b"a,b\n1,2\n3,4\n5,6\n", &[known(first), known(grown)]);
        assert_eq!((again.identity, again.continued_bytes), (first.hash, 12), "a chain has one identity");
    }

    #[test]
    fn other_bytes_are_another_file() {
        let first = identity_of(b"a,b\n1,2\n", &[]);
        let other = identity_of(b"a,b\n1,3\n5,6\n", &[known(first)]);
        assert_eq!((other.identity, other.continued_bytes), (other.hash, 0), "one changed byte is another file");
        let shorter = identity_of(b"a,b\n", &[known(first)]);
        assert_eq!(shorter.continued_bytes, 0, "a shorter file does not continue a longer one");
    }

    #[test]
    fn a_long_file_is_compared_at_every_mark() {
        let long = vec![b'x'; 3 * CHUNK_BYTES + 17];
        let first = identity_of(&long[..CHUNK_BYTES + 5], &[]);
        let same_length = Earlier { hash: [0; 32], ..known(first) };
        let whole = identity_of(&long, &[same_length, known(first)]);
        assert_eq!(whole.continued_bytes, CHUNK_BYTES as u64 + 5, "two imports of one length are both compared");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(open(folder.path()).unwrap_err().code(), "not_a_file", "a folder has no rows");
        assert_eq!(open(&folder.path().join("none")).unwrap_err().code(), "unreadable_file", "it is not there");
    }
}
