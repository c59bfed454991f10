//! Quarantine: rows that were put aside, why, and what was decided. It claims no keys.
//!
//! Pages of it for screens are in the looks.

use crate::codec::{At, Id, Word, at, id, json_ids, row_words};
use crate::conn::{Read, Write, execute, insert_rows, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{ImportId, MeterId, QuarantineId, TenantId};
use billing::meter::UnknownWord;
use billing::time::Timestamp;
use std::collections::HashSet;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuarantineState {
    /// For a person.
    Waiting,
    /// It was taken after all.
    Accepted,
    /// It stays out.
    Dismissed,
}

impl QuarantineState {
    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Dismissed => "dismissed",
        }
    }
}

impl std::str::FromStr for QuarantineState {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "accepted" => Ok(Self::Accepted),
            "dismissed" => Ok(Self::Dismissed),
            _ => Err(UnknownWord {
                text: text.chars().take(80).collect(),
                expected: &["waiting", "accepted", "dismissed"],
            }),
        }
    }
}
row_words!(QuarantineState);

/// A row that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRecord {
    /// Derived from the row by the caller, so that an import that is repeated adds none.
    pub id: QuarantineId,
    /// The tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// What the row called it.
    pub tenant_text: Option<String>,
    /// The meter, where it is known.
    pub meter: Option<MeterId>,
    /// The source.
    pub source: String,
    /// The key, where it had or got one.
    pub key: Option<String>,
    /// Line of the file.
    pub line: Option<u64>,
    /// The import.
    pub import: Option<ImportId>,
    /// A stable code.
    pub reason: String,
    /// The reason for people.
    pub sentence: String,
    /// The field at fault.
    pub field: Option<String>,
    /// What the row said, canonical JSON; enough to take it again.
    pub body: String,
    /// When it happened, where that was readable.
    pub occurred_at: Option<Timestamp>,
    /// When it was put aside.
    pub received_at: Timestamp,
    /// Where it stands.
    pub state: QuarantineState,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// What a person decided about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

statements! {
    BY_ID = "select quarantine_id, tenant_id, tenant_text, meter_id, source, event_key, line, import_id, reason, sentence, field, body, occurred_at, received_at, state, decided_at, decided_by, decision_reason from quarantine where quarantine_id = $1";
    THERE = in_ids("select quarantine_id from quarantine where quarantine_id ", "");
    DECIDE = "update quarantine set state = $2, decided_at = $3, decided_by = $4, decision_reason = $5 where quarantine_id = $1 and state = 'waiting'";
}

#[derive(sqlx::FromRow)]
pub(crate) struct QuarantineRow {
    quarantine_id: Id<QuarantineId>,
    tenant_id: Option<Id<TenantId>>,
    tenant_text: Option<String>,
    meter_id: Option<Id<MeterId>>,
    source: String,
    event_key: Option<String>,
    line: Option<i64>,
    import_id: Option<Id<ImportId>>,
    reason: String,
    sentence: String,
    field: Option<String>,
    body: String,
    occurred_at: Option<At>,
    received_at: At,
    state: Word<QuarantineState>,
    decided_at: Option<At>,
    decided_by: Option<String>,
    decision_reason: Option<String>,
}

impl From<QuarantineRow> for QuarantineRecord {
    fn from(row: QuarantineRow) -> Self {
        let decision = row.decided_at.map(|at| Decision {
            at: at.0,
            by: row.decided_by.unwrap_or_default(),
            reason: row.decision_reason.unwrap_or_default(),
        });
        Self {
            id: row.quarantine_id.0,
            tenant: id(row.tenant_id),
            tenant_text: row.tenant_text,
            meter: id(row.meter_id),
            source: row.source,
            key: row.event_key,
            line: row.line.and_then(|line| u64::try_from(line).ok()),
            import: id(row.import_id),
            reason: row.reason,
            sentence: row.sentence,
            field: row.field,
            body: row.body,
            occurred_at: at(row.occurred_at),
            received_at: row.received_at.0,
            state: row.state.0,
            decision,
        }
    }
}

/// Puts rows aside; those that are there already (by id) are left as they are. Gives how many were new.
///
/// # Errors
/// What the database gave.
pub async fn insert(write: &mut Write, records: &[QuarantineRecord]) -> Result<u64> {
    if records.is_empty() {
        return Ok(0);
    }
    let there = rows!(write, (Id<QuarantineId>,), THERE, json_ids(records.iter().map(|record| record.id)))?;
    let mut there: HashSet<QuarantineId> = there.into_iter().map(|(id,)| id.0).collect();
    let mut lines = Vec::with_capacity(records.len());
    // PostgreSQL has other writers, so it is asked again by the insert; on SQLite a trigger refuses what is there.
    for record in records.iter().filter(|record| there.insert(record.id)) {
        let line = record.line.map(i64::try_from).transpose().map_err(StoreError::corrupt)?;
        lines.push((record, line));
    }
    Ok(insert_rows!(
        write,
        "insert into quarantine (quarantine_id, tenant_id, tenant_text, meter_id, source, event_key, line, import_id, reason, sentence, field, body, occurred_at, received_at, state)",
        15,
        lines,
        |row| [
            Id(row.0.id),
            row.0.tenant.map(Id),
            row.0.tenant_text.as_deref(),
            row.0.meter.map(Id),
            row.0.source.as_str(),
            row.0.key.as_deref(),
            row.1,
            row.0.import.map(Id),
            row.0.reason.as_str(),
            row.0.sentence.as_str(),
            row.0.field.as_deref(),
            row.0.body.as_str(),
            row.0.occurred_at.map(At),
            At(row.0.received_at),
            "waiting",
        ],
        " on conflict (quarantine_id) do nothing"
    ))
}

/// A row.
///
/// # Errors
/// What the database gave.
pub async fn by_id(read: &mut Read, quarantine: QuarantineId) -> Result<Option<QuarantineRecord>> {
    Ok(maybe_row!(read, QuarantineRow, BY_ID, Id(quarantine))?.map(QuarantineRecord::from))
}

/// Notes a decision about a row that waits; says whether it was still waiting.
///
/// # Errors
/// What the database gave.
pub async fn decide(
    write: &mut Write,
    quarantine: QuarantineId,
    state: QuarantineState,
    decision: &Decision,
) -> Result<bool> {
    let decided = execute!(
        write,
        DECIDE,
        Id(quarantine),
        Word(state),
        At(decision.at),
        decision.by.as_str(),
        decision.reason.as_str(),
    )?;
    Ok(decided > 0)
}
