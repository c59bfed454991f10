//! A file that is whole or not there (promise 17): written beside its place, synced, renamed, and the rename synced. A
//! program that ends in between leaves the file that was there before, and at worst a hidden part file beside it.

use crate::error::{OperationError, Result};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use store::leftovers::{self, PART};

/// Writes a file whole or not at all; one that is there is replaced.
///
/// # Errors
/// `cannot_write` when the folder is not there, may not be written, or is full; then the file is what it was.
pub fn whole_file(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, bytes).map_err(|error| {
        let sentence = format!("{} could not be written.", path.display());
        OperationError::failed("cannot_write", sentence).field("file").because(error)
    })
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.is_dir() {
        return Err(std::io::Error::other("it is a folder"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART.0).suffix(PART.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What a new file of this user gets; the mask of the process still takes off.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    leftovers::sweep_parts(folder);
    let mut part = builder.tempfile_in(folder)?;
    leftovers::hold(part.as_file());
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    part.persist(path)?;
    // Windows has no handle on a folder to sync; there a rename is in the journal.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    const CHILD: &str = "COUNTINGHOUSE_WHOLE_FILE_CHILD";
    const BYTES: usize = 2 * 1024 * 1024;

    fn parts(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().filter(|file| is_part(&file.as_ref().unwrap().file_name())).count()
    }

    fn is_part(name: &std::ffi::OsStr) -> bool {
        name.to_string_lossy().starts_with(PART.0)
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        whole_file(&path, b"one").unwrap();
        whole_file(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two", "the later one");
        assert_eq!(parts(folder.path()), 0, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let error = whole_file(&folder.path().join("missing/a.csv"), b"x").unwrap_err();
        assert_eq!(error.code(), "cannot_write", "no folder");
        assert!(whole_file(folder.path(), b"x").is_err(), "a folder is no file");
        assert_eq!(parts(folder.path()), 0, "nothing is left");
    }

    /// The other half of the next test: writes one content after another until it is killed or the disk is full.
    #[test]
    fn child_that_writes() {
        let Some(path) = std::env::var_os(CHILD) else { return };
        let path = Path::new(&path);
        for fill in (0..=u8::MAX).cycle() {
            if let Err(error) = whole_file(path, &vec![fill; BYTES]) {
                println!("refused {}", error.code());
                return;
            }
            println!("wrote");
        }
    }

    fn child(path: &Path, limit: &str) -> Command {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new("bash");
        let script = format!("trap '' XFSZ; {limit} exec \"$0\" --exact file::tests::child_that_writes --nocapture");
        command.args(["-c", &script]).arg(program).env(CHILD, path).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    #[test]
    fn a_kill_at_any_moment_leaves_a_whole_file() {
        let rounds = if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 400 } else { 25 };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.xlsx");
        let mut killed_in_writing = 0;
        for round in 0..rounds {
            let mut process = child(&path, "").spawn().unwrap();
            std::thread::sleep(Duration::from_micros(20_000 + round * 7_919 % 40_000));
            process.kill().unwrap();
            process.wait().unwrap();
            killed_in_writing += parts(folder.path());
            for file in std::fs::read_dir(folder.path()).unwrap() {
                let file = file.unwrap();
                if is_part(&file.file_name()) {
                    std::fs::remove_file(file.path()).unwrap();
                }
            }
            if let Ok(bytes) = std::fs::read(&path) {
                assert_eq!(bytes.len(), BYTES, "round {round}: the file is whole");
                assert!(bytes.iter().all(|byte| *byte == bytes[0]), "round {round}: and of one writing");
            }
        }
        assert!(path.exists() && killed_in_writing > 0, "kills came while it wrote: {killed_in_writing} of {rounds}");
    }

    /// A limit on the size of files stands for a full disk: the write fails in its middle with an error.
    #[test]
    fn a_disk_that_is_full_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        std::fs::write(&path, b"before").unwrap();
        let output = child(&path, "ulimit -f 64;").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("refused cannot_write"), "the caller hears of it: {said}");
        assert_eq!(std::fs::read(&path).unwrap(), b"before", "the file that was there stays");
        assert_eq!(parts(folder.path()), 0, "and nothing half is left beside it");
    }
}
