//! What has changed since a look: so that a list that is shown again and again reads only what is new.
//!
//! Use comes only by the ledger, whose rows stay in the order in which they were written, and everything else that
//! moves a tenant's figures raises its timeline version.

use crate::codec::{At, Id, at};
use crate::columns::{columns, in_columns};
use crate::conn::{Read, row, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::TenantId;
use billing::time::Timestamp;
use std::collections::HashMap;

statements! {
    // Whatever commits after this snapshot has a number from its first running transaction on. Numbers beyond its end
    // are those of another cluster, whose ledger was restored into this one.
    MARK = pair(
        "select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)",
        "select coalesce(max(rowid), 0) from usage_events"
    );
    WRITTEN = pair(
        "select tenant_id, count(*) from (
             select tenant_id from usage_events
              where written_xid >= cast(cast(cast($1 as bigint) as text) as xid8)
                and written_xid < pg_snapshot_xmax(pg_current_snapshot()) limit $2
         ) written group by tenant_id",
        "select tenant_id, count(*) from (
             select tenant_id from usage_events where rowid > $1 limit $2
         ) written group by tenant_id"
    );
    VERSIONS = sql(in_columns!(
        "select tenant_id, timeline_version from tenants", id "tenant_id", raw "timeline_version"
    ));
    NEXT_ENTITLEMENT = "select min(valid_from) from entitlements where valid_from > $1";
}

/// A place in the order in which the ledger is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(i64);

/// The place up to which this transaction sees the ledger whole.
///
/// # Errors
/// When the database fails.
pub async fn mark(read: &mut Read) -> Result<Mark> {
    Ok(Mark(row!(read, (i64,), MARK)?.0))
}

/// The tenants of what was written since a mark, perhaps with some of just before it. None when that is as many events
/// as `most`: then reading everything is cheaper.
///
/// # Errors
/// When the database fails.
pub async fn written(read: &mut Read, since: Mark, most: u32) -> Result<Option<Vec<TenantId>>> {
    let found = rows!(read, (Id<TenantId>, i64), WRITTEN, since.0, i64::from(most))?;
    let events: i64 = found.iter().map(|(_, events)| events).sum();
    let tenants = found.into_iter().map(|(tenant, _)| tenant.0).collect();
    Ok((events < i64::from(most)).then_some(tenants))
}

/// The version of the timeline of every tenant.
///
/// # Errors
/// When the database fails.
pub async fn timeline_versions(read: &mut Read) -> Result<HashMap<TenantId, i64>> {
    let version = |(tenant, version): (Id<TenantId>, i64)| Ok((tenant.0, version));
    let found = columns!(read, (Id<TenantId>, i64), VERSIONS, version)?;
    Ok(found.rows().await?.into_iter().collect())
}

/// When, after an instant, an entitlement that is already written begins to hold.
///
/// # Errors
/// When the database fails.
pub async fn next_entitlement(read: &mut Read, after: Timestamp) -> Result<Option<Timestamp>> {
    Ok(at(row!(read, (Option<At>,), NEXT_ENTITLEMENT, At(after))?.0))
}
