//! Quarantine: what was put aside, why, and what to do about it.

use super::DetailPair;
use serde::{Deserialize, Serialize};

/// Which rows; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct QuarantineFilter {
    /// `waiting`, `accepted` or `dismissed`.
    pub state: Option<String>,
    /// A reason code.
    pub reason: Option<String>,
    /// One tenant.
    pub tenant_id: Option<String>,
}

/// A row that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct QuarantineRow {
    /// Its id.
    pub quarantine_id: String,
    /// The tenant where it is known.
    pub tenant_id: Option<String>,
    /// The tenant's name, or what the row said.
    pub tenant_name: Option<String>,
    /// Source.
    pub source: String,
    /// Key, where the row had or got one.
    pub key: Option<String>,
    /// Line of the file.
    #[specta(type = Option<u32>)]
    pub line: Option<u64>,
    /// Stable reason code: `conflict`, `too_late`, `in_future`, `no_subscription`, `below_zero`, `closed_period`,
    /// `malformed`, and so on.
    pub reason: String,
    /// The reason in a sentence.
    pub sentence: String,
    /// What a person can do about it.
    pub advice: String,
    /// When it was put aside.
    pub received_at: String,
    /// `waiting`, `accepted` or `dismissed`.
    pub state: String,
    /// What the row said.
    pub fields: Vec<DetailPair>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why.
    pub decision_reason: Option<String>,
}

/// Rows of one reason that wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ReasonCount {
    /// Reason code.
    pub reason: String,
    /// Rows that wait.
    #[specta(type = u32)]
    pub waiting: u64,
}

/// A page of the quarantine, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct QuarantinePage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<QuarantineRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// Waiting rows per reason.
    pub reasons: Vec<ReasonCount>,
}

/// What a person decided about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineDecision {
    /// Try to take it again under today's subscriptions and periods.
    Retry,
    /// It stays out, for a reason.
    Dismiss,
}
