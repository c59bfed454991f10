//! The audit log as pages. Newest first in the order (at, id).

use crate::codec::{At, Id, id};
use crate::conn::{Conn, Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{AuditId, TenantId};
use billing::time::Timestamp;
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// Which records; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Who acted.
    pub actor: Option<String>,
    /// The code of what was done.
    pub action: Option<String>,
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPosition {
    /// When it was recorded.
    pub at: Timestamp,
    /// Its id.
    pub id: AuditId,
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    audit_id: Id<AuditId>,
    at: At,
    actor: String,
    database_user: Option<String>,
    action: String,
    tenant_id: Option<Id<TenantId>>,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    reason: String,
}

/// A record as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who: the account of the operating system.
    pub actor: String,
    /// The login that wrote it; none on SQLite and for older records.
    pub database_user: Option<String>,
    /// What, a code.
    pub action: String,
    /// The tenant, where it is about one.
    pub tenant: Option<TenantId>,
    /// What it is about.
    pub subject: String,
    /// Before, canonical JSON.
    pub before: Option<String>,
    /// After, canonical JSON.
    pub after: Option<String>,
    /// Why.
    pub reason: String,
}

statements! {
    // From one value to the next by its index: a log of millions has some dozens of each.
    ACTIONS = "with recursive found(value) as (
            select min(action) from audit_log
            union all select (select min(action) from audit_log where action > found.value)
                from found where found.value is not null)
        select value from found where value is not null limit $1";
    ACTORS = "with recursive found(value) as (
            select min(actor) from audit_log
            union all select (select min(actor) from audit_log where actor > found.value)
                from found where found.value is not null)
        select value from found where value is not null limit $1";
}

/// The most values of a filter.
const MOST_VALUES: i64 = 500;

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(
            "select audit_id, at, actor, database_user, action, tenant_id, subject, before, after, reason \
             from audit_log where 1 = 1",
        );
        if let Some(actor) = &$filter.actor {
            query.push(" and actor = ").push_bind(actor.clone());
        }
        if let Some(action) = &$filter.action {
            query.push(" and action = ").push_bind(action.clone());
        }
        if let Some(tenant) = $filter.tenant {
            query.push(" and tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(from) = $filter.from {
            query.push(" and at >= ").push_bind(At(from));
        }
        if let Some(to) = $filter.to {
            query.push(" and at < ").push_bind(At(to));
        }
        if let Some(AuditPosition { at, id }) = $after {
            query.push(" and (at, audit_id) < (").push_bind(At(at));
            query.push(", ").push_bind(Id(id)).push(")");
        }
        query.push(" order by at desc, audit_id desc limit ").push_bind($limit);
        query
    }};
}

/// Records after a position, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &AuditFilter,
    after: Option<AuditPosition>,
    limit: u32,
) -> Result<Vec<AuditLine>> {
    let limit = i64::from(limit);
    let found: std::result::Result<Vec<Row>, _> = match &mut read.conn {
        Conn::Postgres(tx) => page_query!(Postgres, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
        Conn::Sqlite(tx) => page_query!(Sqlite, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
    };
    Ok(found.map_err(|error| read.failed(error))?.into_iter().map(line).collect())
}

fn line(row: Row) -> AuditLine {
    AuditLine {
        id: row.audit_id.0,
        at: row.at.0,
        actor: row.actor,
        database_user: row.database_user,
        action: row.action,
        tenant: id(row.tenant_id),
        subject: row.subject,
        before: row.before,
        after: row.after,
        reason: row.reason,
    }
}

/// Codes of what was done, in their order.
///
/// # Errors
/// When the database fails.
pub async fn actions(read: &mut Read) -> Result<Vec<String>> {
    Ok(rows!(read, (String,), ACTIONS, MOST_VALUES)?.into_iter().map(|(value,)| value).collect())
}

/// Who acted, in their order.
///
/// # Errors
/// When the database fails.
pub async fn actors(read: &mut Read) -> Result<Vec<String>> {
    Ok(rows!(read, (String,), ACTORS, MOST_VALUES)?.into_iter().map(|(value,)| value).collect())
}
