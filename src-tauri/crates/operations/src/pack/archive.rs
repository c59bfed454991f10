//! The container: written the same for the same files, and read as if somebody had forged it.

use super::layout;
use super::manifest::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Files of a pack.
const MAX_FILES: usize = 2_000;
/// All files together, unpacked. What is packed tighter than this allows is a bomb.
const MAX_TOTAL_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// A file that is read as a whole.
const MAX_DOCUMENT_BYTES: u64 = 128 * 1024 * 1024;
/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Why a container was not read further: one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub String);

fn refused<T>(sentence: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(sentence.into()))
}

/// Packs files in their order, without a clock.
pub(crate) fn write(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let options = options();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// As [`layout`] expects it.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
}

/// A container whose names, types and sizes were looked at.
pub(crate) struct Archive<R> {
    zip: ZipArchive<R>,
    files: BTreeMap<String, usize>,
}

impl<R: Read + Seek> Archive<R> {
    /// Looks at everything that can be told without unpacking.
    pub fn open(reader: R) -> Result<Self, Refused> {
        let mut zip = ZipArchive::new(reader).map_err(|error| Refused(format!("This is not a zip file: {error}.")))?;
        if zip.len() > MAX_FILES {
            return refused(format!("The zip file has {} files, and a pack has at most {MAX_FILES}.", zip.len()));
        }
        if zip.has_duplicate_names() {
            return refused("The zip file has two files of one name.");
        }
        if zip.offset() != 0 || !zip.comment().is_empty() {
            return refused("The zip file holds something beside its files.");
        }
        let overlaps =
            zip.has_overlapping_files().map_err(|error| Refused(format!("The zip file is damaged: {error}.")))?;
        if overlaps {
            return refused("Files of the zip file lie over each other.");
        }
        let (mut files, mut entries) = (BTreeMap::new(), Vec::new());
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let file =
                zip.by_index_raw(index).map_err(|error| Refused(format!("The zip file is damaged: {error}.")))?;
            let name = plain_name(file.name_raw())?;
            if file.is_dir() || file.is_symlink() {
                return refused(format!("{name} in the zip file is not a plain file."));
            }
            if file.encrypted() {
                return refused(format!("{name} in the zip file is encrypted."));
            }
            if file.compression() != CompressionMethod::Deflated {
                return refused(format!("{name} in the zip file is packed in a way that packs do not use."));
            }
            total = total.saturating_add(file.size());
            if total > MAX_TOTAL_BYTES {
                return refused("The files of the zip file come to more than 2 GiB.");
            }
            let (crc, packed, size) = (file.crc32(), file.compressed_size(), file.size());
            entries.push(layout::Entry { name: name.clone(), crc, packed, size });
            files.insert(name, index);
        }
        let mut reader = zip.into_inner();
        layout::check(&mut reader, &entries)?;
        let zip = ZipArchive::new(reader).map_err(|error| Refused(format!("The zip file is damaged: {error}.")))?;
        Ok(Self { zip, files })
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Length and hash of a file.
    pub fn digest(&mut self, name: &str) -> Result<(u64, String), Refused> {
        let mut hasher = Sha256::new();
        let bytes = self.read(name, MAX_TOTAL_BYTES, |chunk| hasher.update(chunk))?;
        Ok((bytes, hex(&hasher.finalize())))
    }

    /// A file as a whole.
    pub fn document(&mut self, name: &str) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        self.read(name, MAX_DOCUMENT_BYTES, |chunk| bytes.extend_from_slice(chunk))?;
        Ok(bytes)
    }

    /// Goes through a file with a reader that ends at the limit of a pack.
    pub fn stream<T>(&mut self, name: &str, read: impl FnOnce(&mut dyn Read) -> T) -> Result<T, Refused> {
        let Some(index) = self.files.get(name).copied() else { return refused(format!("{name} is missing.")) };
        let file = self.zip.by_index(index).map_err(|error| damaged(name, &error))?;
        Ok(read(&mut file.take(MAX_TOTAL_BYTES)))
    }

    fn read(&mut self, name: &str, limit: u64, mut take: impl FnMut(&[u8])) -> Result<u64, Refused> {
        let Some(index) = self.files.get(name).copied() else { return refused(format!("{name} is missing.")) };
        let mut file = self.zip.by_index(index).map_err(|error| damaged(name, &error))?;
        // What the head says is not believed: a bomb says less than it is.
        let mut chunk = vec![0; CHUNK];
        let mut bytes = 0_u64;
        loop {
            let read = file.read(&mut chunk).map_err(|error| damaged(name, &error))?;
            if read == 0 {
                return Ok(bytes);
            }
            bytes += read as u64;
            if bytes > limit {
                return refused(format!("{name} is larger than a file of a pack may be."));
            }
            take(&chunk[..read]);
        }
    }
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> Refused {
    Refused(format!("{name} is damaged: {error}."))
}

/// A name that stays inside: small letters, digits, hyphen and dot, in at most one folder.
fn plain_name(raw: &[u8]) -> Result<String, Refused> {
    let shown: String = String::from_utf8_lossy(raw).chars().take(60).flat_map(char::escape_default).collect();
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
    };
    match std::str::from_utf8(raw) {
        Ok(name) if name.len() <= 100 && name.split('/').count() <= 2 && name.split('/').all(is_plain) => {
            Ok(name.to_owned())
        }
        _ => refused(format!("'{shown}' is not a name of a file in a pack.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let files: Vec<_> = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        write(&files).unwrap()
    }

    fn refusal(bytes: Vec<u8>) -> String {
        match Archive::open(Cursor::new(bytes)) {
            Ok(_) => "taken".to_owned(),
            Err(refused) => refused.0,
        }
    }

    #[test]
    fn the_same_files_give_the_same_container() {
        let one = zipped(&[("a.txt", b"1"), ("b/c.txt", b"2")]);
        assert_eq!(one, zipped(&[("a.txt", b"1"), ("b/c.txt", b"2")]), "no clock in it");
        let mut archive = Archive::open(Cursor::new(one)).unwrap();
        assert_eq!(archive.names().collect::<Vec<_>>(), ["a.txt", "b/c.txt"]);
        assert_eq!(archive.document("b/c.txt").unwrap(), b"2");
        assert_eq!(archive.document("x").unwrap_err().0, "x is missing.");
    }

    #[test]
    fn names_that_lead_outside_are_refused() {
        for name in
            ["../x", "/etc/passwd", "a/../../x", "c:\\x", "a\\b", ".hidden", "a//b", "a/b/c", "A.txt", "x\u{0}y", "é"]
        {
            let said = refusal(zipped(&[(name, b"x")]));
            assert!(said.contains("is not a name of a file"), "{name:?}: {said}");
        }
        assert!(refusal(zipped(&[(&"n".repeat(101), b"x")])).contains("is not a name"), "a long one");
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refusal(zip.finish().unwrap().into_inner()).contains("not a plain file"), "a link");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_directory("folder", SimpleFileOptions::default()).unwrap();
        assert!(refusal(zip.finish().unwrap().into_inner()).contains("not a"), "a folder");
        assert!(refusal(b"PK\x03\x04 nothing".to_vec()).contains("not a zip file"), "no container at all");
        assert!(refusal(Vec::new()).contains("not a zip file"), "nothing");
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        // The writer makes none: two names of one length become one afterwards.
        let mut bytes = zipped(&[("aa.txt", b"1"), ("ab.txt", b"2")]);
        let places: Vec<usize> =
            bytes.windows(6).enumerate().filter(|(_, it)| *it == b"ab.txt").map(|(at, _)| at).collect();
        assert_eq!(places.len(), 2, "in the file's head and in the directory");
        for place in places {
            bytes[place + 1] = b'a';
        }
        let said = refusal(bytes);
        assert!(said.contains("two files of one name") || said.contains("uplicate"), "{said}");
    }

    #[test]
    fn nothing_stands_beside_the_files() {
        let (one, other) = (&b"1"[..], &b"22"[..]);
        let whole = zipped(&[("a.txt", one), ("b/c.txt", other)]);
        let packed = |name: &str| {
            let at = whole.windows(name.len()).position(|it| it == name.as_bytes()).unwrap() + name.len();
            at..at
                + usize::try_from(u32::from_le_bytes(whole[at - name.len() - 12..][..4].try_into().unwrap())).unwrap()
        };
        let packed = [packed("a.txt"), packed("b/c.txt")];
        for place in (0..whole.len()).filter(|place| !packed.iter().any(|it| it.contains(place))) {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[place] ^= 1 << bit;
                assert_ne!(refusal(changed), "taken", "bit {bit} of byte {place} is looked at");
            }
        }
        for more in [&b"x"[..], &[0; 100]] {
            assert_ne!(refusal([&whole, more].concat()), "taken", "behind the end");
            assert_ne!(refusal([more, &whole].concat()), "taken", "before the beginning");
        }
        assert_ne!(refusal(whole[..whole.len() - 1].to_vec()), "taken", "cut");
        assert_eq!(refusal(whole), "taken");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("bomb.json", options()).unwrap();
        let zeros = vec![0; 1024 * 1024];
        for _ in 0..130 {
            zip.write_all(&zeros).unwrap();
        }
        let mut archive = Archive::open(Cursor::new(zip.finish().unwrap().into_inner())).unwrap();
        let said = archive.document("bomb.json").unwrap_err().0;
        assert!(said.contains("larger than a file of a pack"), "{said}");
        let many: Vec<_> = (0..=MAX_FILES).map(|index| (format!("f{index}"), Vec::new())).collect();
        assert!(refusal(write(&many).unwrap()).contains("at most 2000"), "too many files");
    }
}
