//! The seal at the end of a snapshot file: a hash for each block of the body, and a tail with the hash of all of them.
//!
//! ```text
//! body                the SQLite database, or what zstd made of it
//! 32 bytes a block    SHA-256 of each 64 KiB of the body
//! 80 bytes            magic 24, length of the body 8, length unpacked 8, size of a block 4, packing 4, root 32
//! ```
//!
//! The root is the SHA-256 of everything in the tail before it and of all block hashes. So no bit of the file can change
//! unnoticed: one of the body changes its block's hash, one of a hash or of the tail changes the root, one of the root is
//! not what the rest gives, and more or fewer bytes are not the length that the tail says. It is no signature: who makes
//! the whole file anew makes a seal that fits (docs/adr/0014). SQLite reads no further than its header says, so
//! that the file opens in any program that reads SQLite.

use super::waited::Waited;
use crate::error::{Result, StoreError};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64 * 1024;
/// The last bytes of every snapshot file begin with this.
pub(crate) const MAGIC: &[u8; 24] = b"countinghouse.snapshot.1";
/// Bytes of the tail.
pub(crate) const TAIL: u64 = 80;
const HASH: u64 = 32;

/// How the body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// It is the SQLite database.
    Plain,
    /// It is one zstd frame.
    Zstd,
}

impl Packing {
    const fn number(self) -> u32 {
        match self {
            Self::Plain => 0,
            Self::Zstd => 1,
        }
    }

    const fn of_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Plain),
            1 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// What the tail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tail {
    /// Bytes of the body.
    pub body: u64,
    /// Bytes of the database.
    pub unpacked: u64,
    pub packing: Packing,
    pub root: [u8; 32],
}

impl Tail {
    fn head(&self) -> [u8; 48] {
        let mut head = [0; 48];
        head[..24].copy_from_slice(MAGIC);
        head[24..32].copy_from_slice(&self.body.to_be_bytes());
        head[32..40].copy_from_slice(&self.unpacked.to_be_bytes());
        head[40..44].copy_from_slice(&u32::try_from(BLOCK).unwrap_or(u32::MAX).to_be_bytes());
        head[44..48].copy_from_slice(&self.packing.number().to_be_bytes());
        head
    }

    fn root_of(&self, hashes: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.head()).chain_update(hashes).finalize().into()
    }

    /// What the last 80 bytes say; none when they are no tail of this format.
    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let long =
            |from: usize| bytes.get(from..from + 8).and_then(|part| part.try_into().ok()).map(u64::from_be_bytes);
        let short =
            |from: usize| bytes.get(from..from + 4).and_then(|part| part.try_into().ok()).map(u32::from_be_bytes);
        let is_this = bytes.get(..24)? == MAGIC && usize::try_from(short(40)?).ok()? == BLOCK;
        let packing = Packing::of_number(short(44)?)?;
        let root = bytes.get(48..80)?.try_into().ok()?;
        is_this.then_some(Self { body: long(24)?, unpacked: long(32)?, packing, root })
    }

    /// Bytes that the whole file has.
    pub const fn file_bytes(&self) -> Option<u64> {
        let hashes = self.body.div_ceil(BLOCK as u64).saturating_mul(HASH);
        match self.body.checked_add(hashes) {
            Some(bytes) => bytes.checked_add(TAIL),
            None => None,
        }
    }
}

/// Hashes what goes through it, block by block.
#[derive(Default)]
pub(crate) struct Blocks {
    hashes: Vec<u8>,
    block: Sha256,
    filled: usize,
    body: u64,
}

impl Blocks {
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.body += bytes.len() as u64;
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.block.update(part);
            self.filled += part.len();
            bytes = rest;
            if self.filled == BLOCK {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.hashes.extend_from_slice(&self.block.finalize_reset());
        self.filled = 0;
    }

    /// The hashes of all blocks.
    pub fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.close();
        }
        self.hashes
    }
}

/// Writes the seal behind a body that stands alone in its file, as long as somebody waits for it. Gives the tail.
pub(crate) fn seal(file: &mut File, unpacked: u64, packing: Packing, waited: &Waited) -> io::Result<Tail> {
    file.seek(SeekFrom::Start(0))?;
    let mut blocks = Blocks::default();
    let mut buffer = vec![0; BLOCK];
    loop {
        waited.check()?;
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        blocks.update(&buffer[..read]);
    }
    let body = blocks.body;
    let hashes = blocks.finish();
    let mut tail = Tail { body, unpacked, packing, root: [0; 32] };
    tail.root = tail.root_of(&hashes);
    file.seek(SeekFrom::End(0))?;
    file.write_all(&hashes)?;
    file.write_all(&tail.head())?;
    file.write_all(&tail.root)?;
    file.sync_all()?;
    Ok(tail)
}

/// The tail of a file; none when it has no such ending.
pub(crate) fn tail(file: &mut File) -> io::Result<Option<Tail>> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(from) = length.checked_sub(TAIL) else { return Ok(None) };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = [0; 80];
    file.read_exact(&mut bytes)?;
    Ok(Tail::of_bytes(&bytes))
}

/// The stored hashes of the blocks.
pub(crate) fn stored_hashes(file: &mut File, tail: &Tail) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(tail.body))?;
    let bytes = tail.body.div_ceil(BLOCK as u64) * HASH;
    let mut hashes = vec![0; usize::try_from(bytes).map_err(StoreError::corrupt)?];
    file.read_exact(&mut hashes)?;
    Ok(hashes)
}

/// A stretch of the body that is not what was written, in bytes: from, and up to.
pub(crate) type Stretch = (u64, u64);

/// Whether the seal fits: the root, and each block. Neighbouring blocks are one stretch.
pub(crate) fn compare(tail: &Tail, stored: &[u8], found: &[u8]) -> (bool, Vec<Stretch>) {
    let mut wrong: Vec<Stretch> = Vec::new();
    let blocks = stored.chunks(32).zip(found.chunks(32));
    for (number, _) in (0_u64..).zip(blocks).filter(|(_, (stored, found))| stored != found) {
        let from = number * BLOCK as u64;
        let to = (from + BLOCK as u64).min(tail.body);
        match wrong.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => wrong.push((from, to)),
        }
    }
    (tail.root_of(stored) == tail.root, wrong)
}

#[cfg(test)]
mod tests {
    use super::super::waited::tests::always;
    use super::*;

    fn sealed(body: &[u8]) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(body).unwrap();
        seal(&mut file, body.len() as u64, Packing::Plain, &always()).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// As opening does it.
    fn fits(bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let Some(tail) = tail(&mut file).unwrap() else { return false };
        if tail.file_bytes() != Some(bytes.len() as u64) {
            return false;
        }
        let stored = stored_hashes(&mut file, &tail).unwrap();
        let mut blocks = Blocks::default();
        blocks.update(&bytes[..usize::try_from(tail.body).unwrap()]);
        let (root, wrong) = compare(&tail, &stored, &blocks.finish());
        root && wrong.is_empty()
    }

    #[test]
    fn every_single_bit_is_kept() {
        let body: Vec<u8> = (0..300_u16).map(|number| number.to_be_bytes()[1]).collect();
        let whole = sealed(&body);
        assert!(fits(&whole), "what was sealed fits");
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!fits(&changed), "bit {bit} of {} is noticed", whole.len() * 8);
        }
    }

    #[test]
    fn more_and_fewer_bytes_are_noticed() {
        let whole = sealed(&[7; 3 * BLOCK + 5]);
        assert!(fits(&whole), "blocks and a rest");
        for length in [0, 1, 79, 80, whole.len() - 1, whole.len() / 2] {
            assert!(!fits(&whole[..length]), "the first {length} bytes are not the file");
        }
        assert!(!fits(&[&whole[..], &[0]].concat()), "a byte too many");
        assert!(!fits(&[&whole[..BLOCK], &whole[2 * BLOCK..]].concat()), "a block that was taken out");
    }

    #[test]
    fn a_change_is_located() {
        let mut body = vec![1; 4 * BLOCK];
        let whole = sealed(&body);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&whole).unwrap();
        let tail = tail(&mut file).unwrap().unwrap();
        let stored = stored_hashes(&mut file, &tail).unwrap();
        body[BLOCK + 7] ^= 1;
        body[2 * BLOCK + 9] ^= 1;
        let mut blocks = Blocks::default();
        blocks.update(&body);
        let (root, wrong) = compare(&tail, &stored, &blocks.finish());
        let block = BLOCK as u64;
        assert!(root, "the seal itself is whole");
        assert_eq!(wrong, vec![(block, 3 * block)], "two neighbouring blocks are one stretch");
    }
}
