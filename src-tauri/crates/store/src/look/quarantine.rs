//! Rows that were put aside, as pages. Newest first in the order (received_at, id).

use crate::codec::{At, Id, at, id};
use crate::conn::{Conn, Read, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{ImportId, MeterId, QuarantineId, TenantId};
use billing::time::Timestamp;
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// Which rows; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutAsideFilter {
    /// `waiting`, `accepted` or `dismissed`.
    pub state: Option<String>,
    /// Reason codes, one of them; empty for any.
    pub reasons: Vec<String>,
    /// One tenant.
    pub tenant: Option<TenantId>,
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PutAsidePosition {
    /// When it was put aside.
    pub received_at: Timestamp,
    /// Its id.
    pub id: QuarantineId,
}

/// A row that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct PutAsideRow {
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
    body: String,
    received_at: At,
    state: String,
    decided_at: Option<At>,
    decided_by: Option<String>,
    decision_reason: Option<String>,
}

/// A row that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAsideLine {
    /// Its id.
    pub id: QuarantineId,
    /// The tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// What the row called it.
    pub tenant_text: Option<String>,
    /// The meter, where it is known.
    pub meter: Option<MeterId>,
    /// The source.
    pub source: String,
    /// The key.
    pub key: Option<String>,
    /// The line of its file.
    pub line: Option<u64>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Reason code.
    pub reason: String,
    /// The reason in a sentence.
    pub sentence: String,
    /// What the row said, canonical JSON.
    pub body: String,
    /// When it was put aside.
    pub received_at: Timestamp,
    /// `waiting`, `accepted` or `dismissed`.
    pub state: String,
    /// When that was decided.
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why.
    pub decision_reason: Option<String>,
}

statements! {
    ONE = "select quarantine_id, tenant_id, tenant_text, meter_id, source, event_key, line, import_id, reason,
            sentence, body, received_at, state, decided_at, decided_by, decision_reason
        from quarantine where quarantine_id = $1";
    // Bounded, so that a broken import of millions of rows does not make every screen count them.
    WAITING = "select reason, count(*) from
            (select reason from quarantine where state = 'waiting' limit $1) waiting
        group by reason order by count(*) desc, reason";
}

/// The most waiting rows that are counted.
pub const COUNTED: i64 = 100_000;

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(
            "select quarantine_id, tenant_id, tenant_text, meter_id, source, event_key, line, import_id, reason, \
             sentence, body, received_at, state, decided_at, decided_by, decision_reason from quarantine where 1 = 1",
        );
        if let Some(state) = &$filter.state {
            query.push(" and state = ").push_bind(state.clone());
        }
        if !$filter.reasons.is_empty() {
            query.push(" and reason in (");
            let mut list = query.separated(", ");
            for reason in &$filter.reasons {
                list.push_bind(reason.clone());
            }
            query.push(")");
        }
        if let Some(tenant) = $filter.tenant {
            query.push(" and tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(PutAsidePosition { received_at, id }) = $after {
            query.push(" and (received_at, quarantine_id) < (").push_bind(At(received_at));
            query.push(", ").push_bind(Id(id)).push(")");
        }
        query.push(" order by received_at desc, quarantine_id desc limit ").push_bind($limit);
        query
    }};
}

/// Rows after a position, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &PutAsideFilter,
    after: Option<PutAsidePosition>,
    limit: u32,
) -> Result<Vec<PutAsideLine>> {
    let limit = i64::from(limit);
    let found: std::result::Result<Vec<PutAsideRow>, _> = match &mut read.conn {
        Conn::Postgres(tx) => page_query!(Postgres, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
        Conn::Sqlite(tx) => page_query!(Sqlite, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
    };
    found.map_err(|error| read.failed(error))?.into_iter().map(line).collect()
}

/// A row by its id.
///
/// # Errors
/// When the database fails.
pub async fn one(read: &mut Read, id: QuarantineId) -> Result<Option<PutAsideLine>> {
    maybe_row!(read, PutAsideRow, ONE, Id(id))?.map(line).transpose()
}

fn line(row: PutAsideRow) -> Result<PutAsideLine> {
    Ok(PutAsideLine {
        id: row.quarantine_id.0,
        tenant: id(row.tenant_id),
        tenant_text: row.tenant_text,
        meter: id(row.meter_id),
        source: row.source,
        key: row.event_key,
        line: row.line.map(u64::try_from).transpose().map_err(StoreError::corrupt)?,
        import: id(row.import_id),
        reason: row.reason,
        sentence: row.sentence,
        body: row.body,
        received_at: row.received_at.0,
        state: row.state,
        decided_at: at(row.decided_at),
        decided_by: row.decided_by,
        decision_reason: row.decision_reason,
    })
}

/// How many rows wait, by reason, the most first; at most [`COUNTED`] are counted.
///
/// # Errors
/// When the database fails.
pub async fn waiting(read: &mut Read) -> Result<Vec<(String, u64)>> {
    let found = rows!(read, (String, i64), WAITING, COUNTED)?;
    found.into_iter().map(|(reason, rows)| Ok((reason, u64::try_from(rows).map_err(StoreError::corrupt)?))).collect()
}
