//! Files that hold a whole ledger for a while: private copies to look at, and part files of exports. A program that was
//! killed cannot take them away, so the next one does.
//!
//! Who uses one holds a lock on it, which ends with the process. What nobody holds is a leftover.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// What the folders of private copies begin with: of snapshots and of reviews.
const FOLDERS: [&str; 2] = [SNAPSHOT, REVIEW];
pub(crate) const SNAPSHOT: &str = "countinghouse-snapshot-";
pub(crate) const REVIEW: &str = "countinghouse-review-";
/// What part files begin and end with.
pub const PART: (&str, &str) = (".countinghouse-", ".part");
/// The file within a folder that is locked.
const IN_USE: &str = "in-use";
/// Between making a file and locking it there is a moment: what is younger is not even tried, since who tries it holds it.
const YOUNG: Duration = Duration::from_secs(60);

/// A folder that only this user may enter, gone when it is dropped.
pub(crate) struct PrivateFolder {
    // Before the folder: some systems do not remove what is locked.
    _in_use: File,
    folder: TempDir,
}

impl PrivateFolder {
    /// Makes one, after taking away those that were left.
    pub fn new(prefix: &str, within: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(within)?;
        sweep_folders(within);
        let mut made = tempfile::Builder::new();
        made.prefix(prefix);
        // Whatever the account's mask allows: who may enter could put another file into its place.
        #[cfg(unix)]
        made.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = made.tempdir_in(within)?;
        let in_use = File::create_new(folder.path().join(IN_USE))?;
        hold(&in_use);
        Ok(Self { _in_use: in_use, folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Says for as long as the file is open that somebody uses it. Where files cannot be locked nothing is ever taken for left.
pub fn hold(file: &File) {
    let _ = file.try_lock();
}

/// Removes the private copies within a folder that a program left. What is not this user's stays.
pub fn sweep_folders(within: &Path) {
    each(
        within,
        |name| FOLDERS.iter().any(|prefix| name.starts_with(prefix)),
        |path, about| {
            let is_left = || match File::open(path.join(IN_USE)) {
                Ok(file) => file.try_lock().is_ok(),
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if about.is_dir() && is_old(about) && is_left() {
                let _ = std::fs::remove_dir_all(path);
            }
        },
    );
}

/// Removes the part files within a folder that an export left.
pub fn sweep_parts(within: &Path) {
    each(
        within,
        |name| name.starts_with(PART.0) && name.ends_with(PART.1),
        |path, about| {
            let is_left = || File::open(path).is_ok_and(|file| file.try_lock().is_ok());
            if about.is_file() && is_old(about) && is_left() {
                let _ = std::fs::remove_file(path);
            }
        },
    );
}

fn is_old(about: &Metadata) -> bool {
    about.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > YOUNG))
}

/// Looks at each entry with such a name, without following links. What cannot be looked at is somebody else's.
fn each(within: &Path, is_named: impl Fn(&str) -> bool, look: impl Fn(&Path, &Metadata)) {
    for entry in std::fs::read_dir(within).into_iter().flatten().flatten() {
        if !entry.file_name().to_str().is_some_and(&is_named) {
            continue;
        }
        if let Ok(about) = std::fs::symlink_metadata(entry.path()) {
            look(&entry.path(), &about);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(path: &Path) {
        let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::open(path).unwrap().set_modified(long_ago).unwrap();
    }

    #[test]
    fn copies_that_nobody_uses_any_more_are_taken_away_and_no_others() {
        let within = tempfile::tempdir().unwrap();
        let folder = |name: &str| within.path().join(name);
        let used = PrivateFolder::new(SNAPSHOT, within.path()).unwrap();
        // As a killed program leaves it: the file is there, the lock is gone.
        for name in ["countinghouse-snapshot-killed", "countinghouse-review-killed"] {
            std::fs::create_dir(folder(name)).unwrap();
            std::fs::write(folder(name).join(IN_USE), "").unwrap();
            std::fs::write(folder(name).join("snapshot.sqlite"), "a whole ledger").unwrap();
            age(&folder(name));
        }
        // Another program has made its file and not locked it yet.
        std::fs::create_dir(folder("countinghouse-review-not-locked-yet")).unwrap();
        std::fs::write(folder("countinghouse-review-not-locked-yet").join(IN_USE), "").unwrap();
        for name in ["countinghouse-review-being-made", "countinghouse-review-of-an-older-program", "something-else"] {
            std::fs::create_dir(folder(name)).unwrap();
        }
        age(&folder("countinghouse-review-of-an-older-program"));
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder("something-else"), folder("countinghouse-snapshot-link")).unwrap();
        let next = PrivateFolder::new(REVIEW, within.path()).unwrap();
        assert!(used.path().exists() && next.path().exists(), "what is in use stays");
        let left = |name: &str| folder(name).exists();
        assert!(!left("countinghouse-snapshot-killed") && !left("countinghouse-review-killed"), "copies are gone");
        assert!(!left("countinghouse-review-of-an-older-program"), "and one without a lock that is old");
        assert!(left("countinghouse-review-being-made"), "one that is being made at this moment stays");
        assert!(left("countinghouse-review-not-locked-yet"), "however far it is");
        assert!(left("something-else"), "and what has another name, whatever leads to it");
        let (one, other) = (used.path().to_owned(), next.path().to_owned());
        drop((used, next));
        assert!(!one.exists() && !other.exists(), "who ends takes the own copy away");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_enters_a_private_copy() {
        use std::os::unix::fs::PermissionsExt as _;
        let within = tempfile::tempdir().unwrap();
        let made = PrivateFolder::new(SNAPSHOT, within.path()).unwrap();
        assert_eq!(std::fs::metadata(made.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn part_files_that_nobody_writes_any_more_are_taken_away() {
        let within = tempfile::tempdir().unwrap();
        let file = |name: &str| within.path().join(name);
        for name in [".countinghouse-killed.part", ".countinghouse-new.part", ".countinghouse-held.part", "a.part"] {
            std::fs::write(file(name), "half a ledger").unwrap();
        }
        for name in [".countinghouse-killed.part", ".countinghouse-held.part", "a.part"] {
            age(&file(name));
        }
        let writes = File::options().append(true).open(file(".countinghouse-held.part")).unwrap();
        hold(&writes);
        sweep_parts(within.path());
        assert!(!file(".countinghouse-killed.part").exists(), "half an export is gone");
        for name in [".countinghouse-new.part", ".countinghouse-held.part", "a.part"] {
            assert!(file(name).exists(), "{name} is being written, or is somebody else's");
        }
    }
}
