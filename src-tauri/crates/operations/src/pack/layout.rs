//! The container, byte by byte: what stands beside the packed files is what this program writes there, so that no bit of a
//! pack is one that nobody looks at.

use super::archive::Refused;
use std::io::{Read, Seek, SeekFrom};

/// 2.0, the version that deflate needs.
const VERSION: u16 = 20;
const DEFLATED: u16 = 8;
/// 1 January 1980: packs have no clock.
const DATE: u16 = 0x21;
/// A plain file that everybody may read, written by Unix.
const UNIX: u16 = 3 << 8;
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// What the container says of a file.
pub(super) struct Entry {
    pub name: String,
    pub crc: u32,
    pub packed: u64,
    pub size: u64,
}

impl Entry {
    /// What a head and the list at the end both say.
    fn common(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(26);
        for field in [VERSION, 0, DEFLATED, 0, DATE] {
            bytes.extend(field.to_le_bytes());
        }
        for field in [self.crc, u32::try_from(self.packed).ok()?, u32::try_from(self.size).ok()?] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(u16::try_from(self.name.len()).ok()?.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        Some(bytes)
    }

    fn head(&self) -> Option<Vec<u8>> {
        Some([b"PK\x03\x04", &self.common()?[..], self.name.as_bytes()].concat())
    }

    fn listed(&self, offset: u32) -> Option<Vec<u8>> {
        let mut bytes = b"PK\x01\x02".to_vec();
        bytes.extend((UNIX | VERSION).to_le_bytes());
        bytes.extend(self.common()?);
        bytes.extend([0; 6]);
        bytes.extend(ATTRIBUTES.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend(self.name.as_bytes());
        Some(bytes)
    }
}

/// Compares everything but the packed bytes with what this program writes for such files.
pub(super) fn check(reader: &mut (impl Read + Seek), entries: &[Entry]) -> Result<(), Refused> {
    let beside = || Refused("The zip file holds something beside its files.".to_owned());
    let damaged = |error: std::io::Error| Refused(format!("The zip file is damaged: {error}."));
    let mut at = 0_u64;
    let mut list = Vec::new();
    for entry in entries {
        let expected = entry.head().ok_or_else(beside)?;
        let mut found = vec![0; expected.len()];
        reader.seek(SeekFrom::Start(at)).map_err(damaged)?;
        reader.read_exact(&mut found).map_err(damaged)?;
        if found != expected {
            return Err(beside());
        }
        list.extend(u32::try_from(at).ok().and_then(|at| entry.listed(at)).ok_or_else(beside)?);
        at += expected.len() as u64 + entry.packed;
    }
    let files = u16::try_from(entries.len()).map_err(|_| beside())?;
    let (length, start) = (u32::try_from(list.len()), u32::try_from(at));
    let (Ok(length), Ok(start)) = (length, start) else { return Err(beside()) };
    list.extend(b"PK\x05\x06");
    for field in [0, 0, files, files] {
        list.extend(field.to_le_bytes());
    }
    list.extend(length.to_le_bytes());
    list.extend(start.to_le_bytes());
    list.extend(0_u16.to_le_bytes());
    let mut found = Vec::with_capacity(list.len() + 1);
    reader.seek(SeekFrom::Start(at)).map_err(damaged)?;
    // One byte more than there must be.
    reader.take(list.len() as u64 + 1).read_to_end(&mut found).map_err(damaged)?;
    if found == list { Ok(()) } else { Err(beside()) }
}
