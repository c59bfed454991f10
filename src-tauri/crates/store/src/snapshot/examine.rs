//! Looks at a snapshot file as at something a stranger sent: form first, then every bit, then schema and hashes.
//!
//! It reads the main file alone, follows no link, takes no more bytes and no more time than it is given, and gives SQLite
//! only a private copy that nobody else can change meanwhile.

use super::Told;
use super::contents;
use super::export::fingerprint;
use super::manifest::Manifest;
use super::pack::unpack;
use super::seal::{BLOCK, Blocks, Packing, Tail, compare, stored_hashes, tail};
use super::waited::{Waited, while_waited};
use crate::error::Result;
use crate::leftovers::{PrivateFolder, SNAPSHOT};
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// Bytes between two reports of progress.
const REPORT_EVERY: u64 = 16 * 1024 * 1024;

/// What opening may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file, and of the database in it.
    pub bytes: u64,
    /// Time for everything.
    pub time: Duration,
}

impl Default for Limits {
    /// 64 GiB and an hour.
    fn default() -> Self {
        Self { bytes: 64 << 30, time: Duration::from_secs(3_600) }
    }
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable code in snake_case.
    pub code: &'static str,
    /// Where: bytes of the file, a table, or tenant, day and meter. Empty when it is the file as a whole.
    pub place: String,
    /// The sentence for people.
    pub sentence: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { code, place: place.into(), sentence: sentence.into() }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What is wrong; nothing in an untouched file.
    pub problems: Vec<Problem>,
    /// What the file says about itself, where that could be read.
    pub manifest: Option<Manifest>,
    /// The root of its seal, where it has one.
    pub fingerprint: Option<String>,
    /// Its length.
    pub bytes: u64,
}

/// Where the copy that SQLite reads lies.
pub(crate) enum Place {
    /// In a folder of its own within this one.
    Private(PathBuf),
    /// The file itself, which nobody else knows yet; a packed one is unpacked within this folder.
    AsItIs(PathBuf),
}

/// How far a file is looked at that is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// No further: SQLite never sees it.
    UntilWrong,
    /// As far as it can be read, to say which tenants and days are touched.
    Everything,
}

/// As [`Verified`], with the database that was read.
pub(crate) struct Examined {
    pub problems: Vec<Problem>,
    pub manifest: Option<Manifest>,
    pub fingerprint: Option<String>,
    pub bytes: u64,
    /// The copy, gone when it is dropped.
    pub copy: Option<Copied>,
}

/// A private copy of a snapshot's database.
pub(crate) struct Copied {
    pub file: PathBuf,
    _folder: Option<PrivateFolder>,
    _unpacked: Option<NamedTempFile>,
}

/// Examines a file.
///
/// # Errors
/// When the copy cannot be written. What is wrong with the file is no error.
pub(crate) async fn examine(path: &Path, place: Place, depth: Depth, limits: Limits, told: &Told) -> Result<Examined> {
    let begun = Instant::now();
    let (owned, told_there) = (path.to_owned(), Arc::clone(told));
    let until = begun + limits.time;
    let mut found = while_waited(move |waited| bits(&owned, &place, limits, until, &told_there, waited)).await?;
    if depth == Depth::UntilWrong && !found.problems.is_empty() {
        return Ok(found);
    }
    let Some(copy) = &found.copy else { return Ok(found) };
    let left = until.saturating_duration_since(Instant::now());
    match tokio::time::timeout(left, contents::check(&copy.file, told)).await {
        Ok(seen) => {
            found.problems.extend(seen.problems);
            found.manifest = seen.manifest;
        }
        Err(_) => found.problems.push(too_slow(limits)),
    }
    Ok(found)
}

fn too_slow(limits: Limits) -> Problem {
    let sentence = format!("it could not be verified within {} s", limits.time.as_secs());
    Problem::new("snapshot_too_slow", "", sentence)
}

fn refused(problem: Problem, bytes: u64) -> Examined {
    Examined { problems: vec![problem], manifest: None, fingerprint: None, bytes, copy: None }
}

/// Form and bits.
fn bits(path: &Path, place: &Place, limits: Limits, until: Instant, told: &Told, waited: &Waited) -> Result<Examined> {
    let mut file = match regular(path, limits) {
        Ok(file) => file,
        Err(problem) => return Ok(refused(problem, 0)),
    };
    let bytes = file.metadata()?.len();
    let Some(tail) = tail(&mut file)? else {
        let sentence = "it does not end as a snapshot of this program does: it was cut, continued, or is none";
        return Ok(refused(Problem::new("not_a_snapshot", format!("the end of {bytes} bytes"), sentence), bytes));
    };
    if tail.file_bytes() != Some(bytes) {
        let sentence = format!("it has {bytes} bytes, and its end says {}", tail.file_bytes().unwrap_or(u64::MAX));
        return Ok(refused(Problem::new("snapshot_damaged", "its length", sentence), bytes));
    }
    if tail.unpacked > limits.bytes {
        return Ok(refused(too_large(tail.unpacked, limits), bytes));
    }
    let stored = stored_hashes(&mut file, &tail)?;
    let mut blocks =
        Hashing { file: &mut file, blocks: Blocks::default(), done: 0, body: tail.body, until, told, waited };
    blocks.file.seek(SeekFrom::Start(0))?;
    let copied = copy(&mut blocks, &tail, place, path);
    // What the copy did not read (a frame that ends early) is hashed, too.
    io::copy(&mut blocks, &mut io::sink()).or_else(|error| if is_late(&error) { Ok(0) } else { Err(error) })?;
    if Instant::now() >= until {
        return Ok(refused(too_slow(limits), bytes));
    }
    let found = blocks.blocks.finish();
    let mut problems = damaged(&tail, &stored, &found);
    let copy = match copied {
        Ok(copy) => Some(copy),
        Err(error) if problems.is_empty() && tail.packing == Packing::Plain => return Err(error.into()),
        Err(error) if problems.is_empty() && is_full(&error) => return Err(error.into()),
        Err(error) => {
            problems.push(Problem::new(
                "snapshot_damaged",
                "the packed body",
                format!("it cannot be unpacked: {error}"),
            ));
            None
        }
    };
    Ok(Examined { problems, manifest: None, fingerprint: Some(fingerprint(&tail.root)), bytes, copy })
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::PermissionDenied
    )
}

fn is_late(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut
}

fn damaged(tail: &Tail, stored: &[u8], found: &[u8]) -> Vec<Problem> {
    let (is_whole, wrong) = compare(tail, stored, found);
    let mut problems: Vec<Problem> = wrong
        .into_iter()
        .take(20)
        .map(|(from, to)| {
            let place = format!("bytes {from} to {}", to - 1);
            Problem::new("snapshot_damaged", place.clone(), format!("{place} are not what was written"))
        })
        .collect();
    if !is_whole {
        let sentence = "its seal does not fit: the hashes at its end are not those that were written";
        problems.push(Problem::new("snapshot_damaged", "the seal", sentence));
    }
    problems
}

fn too_large(bytes: u64, limits: Limits) -> Problem {
    let sentence = format!("it has {bytes} bytes, and at most {} are opened", limits.bytes);
    Problem::new("snapshot_too_large", "", sentence)
}

/// Files that SQLite would look at beside a database.
const SIDECARS: [&str; 3] = ["-wal", "-journal", "-shm"];

/// Opens a file that is one: no link, no device, nothing beside it.
fn regular(path: &Path, limits: Limits) -> Result<File, Problem> {
    let unreadable = |error: io::Error| Problem::new("snapshot_unreadable", "", format!("it cannot be read: {error}"));
    let named = std::fs::symlink_metadata(path).map_err(unreadable)?;
    if named.file_type().is_symlink() {
        return Err(Problem::new("snapshot_link", "", "it is a link: open the file that it leads to"));
    }
    if !named.is_file() {
        return Err(Problem::new("snapshot_not_a_file", "", "it is no file"));
    }
    if named.len() > limits.bytes {
        return Err(too_large(named.len(), limits));
    }
    for sidecar in SIDECARS {
        let mut name = path.as_os_str().to_owned();
        name.push(sidecar);
        if std::fs::symlink_metadata(&name).is_ok() {
            let beside = Path::new(&name).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let sentence =
                format!("{beside} lies beside it: a snapshot is one file, and another could change what it says");
            return Err(Problem::new("snapshot_sidecar", beside, sentence));
        }
    }
    let file = File::open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    if !is_same(&named, &opened) {
        return Err(Problem::new("snapshot_unreadable", "", "it was exchanged while it was opened"));
    }
    Ok(file)
}

#[cfg(unix)]
fn is_same(named: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(named: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    named.len() == opened.len() && opened.is_file()
}

/// The body of a file; what is read of it is hashed on the way.
struct Hashing<'a> {
    file: &'a mut File,
    blocks: Blocks,
    done: u64,
    body: u64,
    until: Instant,
    told: &'a Told,
    waited: &'a Waited,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.waited.check()?;
        if Instant::now() >= self.until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it takes too long"));
        }
        let left = usize::try_from(self.body - self.done).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..left])?;
        self.blocks.update(&buffer[..read]);
        let before = self.done;
        self.done += read as u64;
        if self.done / REPORT_EVERY > before / REPORT_EVERY {
            (self.told)("comparing every byte", self.done, Some(self.body));
        }
        Ok(read)
    }
}

/// The database of a snapshot where SQLite reads it.
fn copy(body: &mut Hashing<'_>, tail: &Tail, place: &Place, path: &Path) -> io::Result<Copied> {
    match (place, tail.packing) {
        (Place::AsItIs(_), Packing::Plain) => Ok(Copied { file: path.to_owned(), _folder: None, _unpacked: None }),
        (Place::AsItIs(folder), Packing::Zstd) => {
            let (prefix, suffix) = super::export::PART;
            let mut unpacked = tempfile::Builder::new().prefix(prefix).suffix(suffix).tempfile_in(folder)?;
            unpack(body, unpacked.as_file_mut(), tail.unpacked)?;
            Ok(Copied { file: unpacked.path().to_owned(), _folder: None, _unpacked: Some(unpacked) })
        }
        (Place::Private(folder), packing) => {
            let folder = PrivateFolder::new(SNAPSHOT, folder)?;
            let file = folder.path().join("snapshot.sqlite");
            let mut copy = new_file(&file)?;
            match packing {
                Packing::Plain => copy_plain(body, &mut copy)?,
                Packing::Zstd => unpack(body, &mut copy, tail.unpacked)?,
            }
            copy.flush()?;
            Ok(Copied { file, _folder: Some(folder), _unpacked: None })
        }
    }
}

fn copy_plain(body: &mut Hashing<'_>, copy: &mut File) -> io::Result<()> {
    let mut buffer = vec![0; 4 * BLOCK];
    loop {
        let read = body.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        copy.write_all(&buffer[..read])?;
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
