//! Reads and interprets a file on a thread of its own, and hands it on in chunks of bounded size.
//!
//! Two chunks wait at most: a slow database slows the reading down instead of filling the memory.

use super::identity::Identity;
use super::interpret::{Reading, interpret};
use super::layout::Layout;
use super::mapping::Mapping;
use super::read::{Origin, Reader};
use super::refusal::Refusal;
use crate::error::{OperationError, Result};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Take};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Events after which a chunk is handed on.
const CHUNK_EVENTS: usize = 10_000;
/// Bytes after which a chunk is handed on.
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// A row of the file, interpreted.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its line in this file.
    pub line: u64,
    /// The file and line where it was first read; this file unless it is a put-aside file.
    pub origin: Origin,
    /// Whether this is a put-aside file's row.
    pub is_second_try: bool,
    /// The byte at which it begins.
    pub offset: u64,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// What it says.
    pub reading: Result<Reading, Refusal>,
}

/// Some rows.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// The rows, those that the filter leaves out not among them.
    pub rows: Vec<Row>,
    /// Data rows read.
    pub read: u64,
    /// Rows left out by the filter.
    pub skipped: u64,
    /// Bytes of the file that are read by now.
    pub done_bytes: u64,
}

/// The part of a file that was identified; what was appended since is not read.
pub type Input = Reader<BufReader<Take<File>>>;

/// Opens a file from its beginning.
///
/// # Errors
/// As [`Reader::new`].
pub fn open(file: &File, identity: &Identity, mapping: &Mapping, layout: &Layout) -> Result<Input> {
    let unreadable = |error| OperationError::failed("unreadable_file", "The file could not be read.").because(error);
    let mut file = file.try_clone().map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let input = BufReader::with_capacity(BUFFER_BYTES, file.take(identity.bytes));
    Reader::new(input, mapping.format, &mapping.csv, &layout.names, &mapping.optional)
}

/// Reads the next chunk; empty at the end.
///
/// # Errors
/// `unreadable_file`.
pub fn next_chunk(input: &mut Input, layout: &Layout, identity: &Identity, stop: &CancellationToken) -> Result<Chunk> {
    let mut chunk = Chunk::default();
    let (mut events, mut bytes) = (0, 0);
    while events < CHUNK_EVENTS && bytes < CHUNK_BYTES && !stop.is_cancelled() {
        let Some(record) = input.next_record()? else { break };
        chunk.read += 1;
        chunk.done_bytes = record.offset + record.raw.len() as u64;
        let reading = record.cells.and_then(|cells| interpret(layout, &cells));
        events += match &reading {
            Ok(Reading::Skipped) => {
                chunk.skipped += 1;
                continue;
            }
            Ok(Reading::Drafts(drafts)) => drafts.len(),
            Err(_) => 1,
        };
        bytes += record.raw.len();
        chunk.rows.push(Row {
            line: record.line,
            origin: record.origin.unwrap_or(Origin { file: identity.identity, line: record.line }),
            is_second_try: record.origin.is_some(),
            offset: record.offset,
            raw: record.raw,
            reading,
        });
    }
    Ok(chunk)
}

/// Starts the thread.
pub fn start(
    mut input: Input,
    layout: Arc<Layout>,
    identity: Identity,
    stop: CancellationToken,
) -> mpsc::Receiver<Result<Chunk>> {
    let (send, receive) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        loop {
            let chunk = next_chunk(&mut input, &layout, &identity, &stop);
            // An empty chunk is the end, an error the last word; a closed channel means that nobody wants more.
            if chunk.as_ref().is_ok_and(|chunk| chunk.read == 0) {
                return;
            }
            let is_last = chunk.is_err();
            if send.blocking_send(chunk).is_err() || is_last {
                return;
            }
        }
    });
    receive
}
