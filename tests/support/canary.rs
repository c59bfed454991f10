//! Looking for a secret where it must not be: in files and in what programs say, in five encodings.

use anyhow::Result;
use std::fmt::Write;
use std::path::Path;

/// The five ways in which a text may have been written down: as it is, in base64 (which depends on what stands before
/// it), in hexadecimal, as part of an address, as JSON.
pub fn encodings(secret: &str) -> Vec<(&'static str, String)> {
    let bytes = secret.as_bytes();
    let hexadecimal = bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let url = bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    });
    let json = serde_json::to_string(secret).expect("a text is JSON");
    let json = json.trim_matches('"').to_owned();
    let mut all = vec![("raw", secret.to_owned()), ("hex", hexadecimal), ("url", url), ("json", json)];
    all.extend((0..3).map(|before| ("base64", base64(&bytes[before..]))));
    all
}

/// Without its last group, which depends on what stands behind it.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = bytes.chunks_exact(3);
    whole.fold(String::new(), |mut text, three| {
        let number = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        text.extend([18, 12, 6, 0].map(|shift| char::from(LETTERS[(number >> shift) as usize & 63])));
        text
    })
}

fn holds(hay: &[u8], needle: &str) -> bool {
    let (needle, first) = (needle.as_bytes(), needle.as_bytes()[0]);
    let begins = hay.iter().enumerate().filter(|(_, byte)| **byte == first);
    begins.map(|(place, _)| &hay[place..]).any(|rest| rest.starts_with(needle))
}

/// In which encoding a secret is in some bytes; none when it is not there.
pub fn found_in(bytes: &[u8], secret: &str) -> Option<&'static str> {
    let lower = bytes.to_ascii_lowercase();
    let is_there = |(name, text): &(&str, String)| holds(if *name == "hex" { &lower } else { bytes }, text);
    encodings(secret).into_iter().find(is_there).map(|(name, _)| name)
}

/// Searches all files of a folder; says in which ones the secret is, and how many were searched.
///
/// # Errors
/// When a file cannot be read.
pub fn search(folder: &Path, secret: &str, found: &mut Vec<String>) -> Result<usize> {
    let mut looked_at = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let kind = std::fs::symlink_metadata(&path)?;
        if kind.is_dir() {
            looked_at += search(&path, secret, found)?;
        } else if kind.is_file() {
            looked_at += 1;
            found.extend(found_in(&std::fs::read(&path)?, secret).map(|how| format!("{} ({how})", path.display())));
        }
    }
    Ok(looked_at)
}

/// Processes of this machine that have the secret among their arguments or in their environment.
///
/// # Errors
/// Where there is no /proc.
pub fn processes(secret: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let folder = entry?.path();
        for file in ["cmdline", "environ"] {
            // It may have ended meanwhile.
            let text = std::fs::read(folder.join(file)).unwrap_or_default();
            found.extend(found_in(&text, secret).map(|how| format!("{}/{file} ({how})", folder.display())));
        }
    }
    Ok(found)
}
