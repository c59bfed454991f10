//! What a snapshot says about itself: of which ledger, from where, as of when, what is in it, and the hashes of it.

use super::scope::Scope;
use crate::error::{Result, StoreError};
use billing::ids::LedgerId;
use billing::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The longest manifest that is read: a scope of ten thousand tenants has room.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The tables that a snapshot has beside those of a ledger.
pub(crate) const OWN_TABLES: &str = "\
create table snapshot_manifest (
    singleton integer not null primary key check (singleton = 1), -- makes a second row impossible
    manifest  text    not null -- JSON: of which ledger, from where, as of when, what is in it
) strict;
create table snapshot_days (
    tenant_id    blob    not null,
    day          integer not null, -- the tenant's local day
    meter_id     blob    not null,
    events       integer not null,
    quantity     text    not null, -- sums as decimal text: those of a meter's maxima may exceed 64 bits
    contribution text    not null,
    hash         blob    not null check (length(hash) = 32), -- SHA-256 of the leaves in order of source and key
    primary key (tenant_id, day, meter_id)
) strict, without rowid;";

/// What a snapshot says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the file's format.
    pub format: u32,
    /// The program's version that wrote it.
    pub program: String,
    /// The newest migration of its schema.
    pub schema: u32,
    /// The ledger.
    pub ledger_id: LedgerId,
    /// Its name.
    pub ledger_name: String,
    /// Its environment's word.
    pub environment: String,
    /// Where it was read from; never a secret.
    pub source: String,
    /// Everything in it is of this moment.
    pub as_of: Timestamp,
    /// Who wrote it.
    pub actor: String,
    /// What is in it.
    pub scope: Scope,
    /// Tenants in it.
    pub tenants: u64,
    /// Events in it.
    pub events: u64,
    /// The rows of each table, in order of name.
    pub tables: Vec<TableDigest>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDigest {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of them in order of their key, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// As it is stored.
    pub(crate) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(StoreError::corrupt)
    }

    /// From what is stored.
    pub(crate) fn of_text(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("its manifest has {} bytes", text.len()));
        }
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| format!("its manifest cannot be read: {error}"))?;
        if head.format != FORMAT {
            return Err(format!("it has format {}, and this program knows format {FORMAT}", head.format));
        }
        serde_json::from_str(text).map_err(|error| format!("its manifest cannot be read: {error}"))
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
