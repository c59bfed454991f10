//! Packing by zstd, and unpacking that writes no more than the seal says.

use super::Told;
use crate::error::Result;
use std::fs::File;
use std::io::{self, Read, Write};

const LEVEL: i32 = 6;
const BUFFER: usize = 256 * 1024;
const REPORT_EVERY: u64 = 16 * 1024 * 1024;

/// Packs a whole file.
pub(crate) fn pack(from: &mut File, to: &mut File, bytes: u64, told: &Told) -> Result<()> {
    let mut encoder = zstd::Encoder::new(to, LEVEL)?;
    encoder.include_checksum(true)?;
    let (mut buffer, mut done) = (vec![0; BUFFER], 0);
    loop {
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
