//! Size of a stored memory, and sizes as people read them (rules, section 9).

/// Dimensions of an embedding.
pub const EMBEDDING_DIMENSIONS: u64 = 384;
/// Bytes of one dimension: a 32-bit number.
pub const BYTES_PER_DIMENSION: u64 = 4;
/// Bytes that the row itself takes.
pub const ROW_OVERHEAD: u64 = 162;

/// A memory as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory<'a> {
    /// Its text.
    pub text: &'a str,
    /// Dimensions of its embedding; 0 without one.
    pub dimensions: u64,
    /// Its tags as JSON.
    pub tags_json: &'a str,
    /// Its metadata as JSON.
    pub metadata_json: &'a str,
}

impl Memory<'_> {
    /// Bytes: UTF-8 of the text, 4 for each dimension, the JSON of tags and metadata, and the row. None beyond 64 bits.
    pub fn bytes(&self) -> Option<u64> {
        let length = |text: &str| u64::try_from(text.len()).ok();
        self.dimensions
            .checked_mul(BYTES_PER_DIMENSION)?
            .checked_add(length(self.text)?)?
            .checked_add(length(self.tags_json)?)?
            .checked_add(length(self.metadata_json)?)?
            .checked_add(ROW_OVERHEAD)
    }
}

/// A size in B, KB, MB or GB of 1,024, with one decimal rounded down above bytes: `1023 B`, `1.5 KB`.
pub fn human_bytes(bytes: i64) -> String {
    let sign = if bytes < 0 { "-" } else { "" };
    let size = bytes.unsigned_abs();
    let units = [("GB", 1_u64 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    let Some((unit, one)) = units.into_iter().find(|(_, one)| size >= *one) else { return format!("{sign}{size} B") };
    format!("{sign}{}.{} {unit}", size / one, size % one * 10 / one)
}
