//! Packing by zstd, and unpacking that writes no more than the seal says.

use super::Told;
use super::waited::Waited;
use crate::error::Result;
use std::fs::File;
use std::io::{self, Read, Write};

const LEVEL: i32 = 6;
const BUFFER: usize = 256 * 1024;
const REPORT_EVERY: u64 = 16 * 1024 * 1024;

/// Packs a whole file, as long as somebody waits for it.
pub(crate) fn pack(from: &mut File, to: &mut File, bytes: u64, told: &Told, waited: &Waited) -> Result<()> {
    let mut encoder = zstd::Encoder::new(to, LEVEL)?;
    encoder.include_checksum(true)?;
    let (mut buffer, mut done) = (vec![0; BUFFER], 0);
    loop {
        waited.check()?;
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        encoder.write_all(&buffer[..read])?;
        let before = done;
        done += read as u64;
        if done / REPORT_EVERY > before / REPORT_EVERY {
            told("packing", done, Some(bytes));
        }
    }
    encoder.finish()?;
    Ok(())
}

/// Unpacks one frame into a file. More than `bytes`, or fewer, is an error: a small file may unpack to all of a disk.
pub(crate) fn unpack(packed: impl Read, to: &mut File, bytes: u64) -> io::Result<()> {
    let mut decoder = zstd::Decoder::new(packed)?.single_frame();
    decoder.window_log_max(27)?;
    let mut limited = decoder.take(bytes.saturating_add(1));
    let copied = io::copy(&mut limited, to)?;
    if copied != bytes {
        return Err(io::Error::other(format!("it does not unpack to the {bytes} bytes that it says")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::untold;
    use super::super::waited::tests::{always, never};
    use super::*;
    use std::io::Seek as _;

    #[test]
    fn packing_that_nobody_waits_for_stops() {
        let mut from = tempfile::tempfile().unwrap();
        from.write_all(&[7; 3 * BUFFER]).unwrap();
        let (mut to, bytes) = (tempfile::tempfile().unwrap(), 3 * BUFFER as u64);
        from.rewind().unwrap();
        pack(&mut from, &mut to, bytes, &untold(), &never()).unwrap_err();
        assert_eq!(to.metadata().unwrap().len(), 0, "before its first piece");
        pack(&mut from, &mut to, bytes, &untold(), &always()).unwrap();
        let mut again = tempfile::tempfile().unwrap();
        to.rewind().unwrap();
        unpack(&to, &mut again, bytes).unwrap();
    }
}
