//! Tenants: who is billed, and the version of what held for them.

use crate::codec::{At, Id, Word, json_ids};
use crate::conn::{Read, Write, execute, insert_rows, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::target::Engine;
use billing::ids::TenantId;
use billing::money::Currency;
use billing::time::{Timestamp, Zone};
use std::collections::HashMap;

/// A tenant as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its identity.
    pub id: TenantId,
    /// What people call it; not unique.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its id in the company's own systems; unique.
    pub outside_id: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// The zone of its days and periods.
    pub zone: Zone,
    /// The currency of its invoices.
    pub currency: Currency,
    /// When it was made.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct TenantRow {
    tenant_id: Id<TenantId>,
    name: String,
    email: Option<String>,
    outside_id: Option<String>,
    country: Option<String>,
    zone: Word<Zone>,
    currency: Word<Currency>,
    created_at: At,
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Self {
        Self {
            id: row.tenant_id.0,
            name: row.name,
            email: row.email,
            outside_id: row.outside_id,
            country: row.country,
            zone: row.zone.0,
            currency: row.currency.0,
            created_at: row.created_at.0,
        }
    }
}

statements! {
    BY_ID = "select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants where tenant_id = $1";
    BY_NAME = "select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants where name = $1 order by tenant_id limit 2";
    BY_OUTSIDE_ID = "select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants where outside_id = $1";
    IDS_BY_OUTSIDE_ID = in_texts("select outside_id, tenant_id from tenants where outside_id ", "");
    NAMES = in_ids("select tenant_id, name from tenants where tenant_id ", "");
    PAGE_BY_NAME = "select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants
        where (name, tenant_id) > ($1, $2) or $1 is null order by name, tenant_id limit $3";
    ALL_IDS = "select tenant_id from tenants where tenant_id > $1 or $1 is null order by tenant_id limit $2";
    LOCK = pair("select tenant_id from tenants where tenant_id = $1 for update", "select tenant_id from tenants where tenant_id = $1");
    LOCK_PERIODS = pair(
        "select period_id from billing_periods where tenant_id = $1 order by period_id for update",
        "select period_id from billing_periods where tenant_id = $1"
    );
    RAISE_VERSION = "update tenants set timeline_version = timeline_version + 1 where tenant_id = $1";
    SET_ZONE = "update tenants set zone = $2 where tenant_id = $1";
}

/// The text that the search looks in: folded here, because the engines fold differently.
pub fn search_text(name: &str, email: Option<&str>, outside_id: Option<&str>) -> String {
    let mut text = name.to_lowercase();
    for part in [email, outside_id].into_iter().flatten() {
        text.push('\n');
        text.push_str(&part.to_lowercase());
    }
    text
}

/// Adds tenants.
///
/// # Errors
/// [`StoreError::Constraint`] for an outside id that exists.
pub async fn insert(write: &mut Write, tenants: &[Tenant]) -> Result<()> {
    insert_rows!(
        write,
        "insert into tenants (tenant_id, name, search, email, outside_id, country, zone, currency, created_at)",
        9,
        tenants,
        |tenant| [
            Id(tenant.id),
            tenant.name.as_str(),
            search_text(&tenant.name, tenant.email.as_deref(), tenant.outside_id.as_deref()),
            tenant.email.as_deref(),
            tenant.outside_id.as_deref(),
            tenant.country.as_deref(),
            Word(tenant.zone),
            Word(tenant.currency),
            At(tenant.created_at),
        ],
        ""
    );
    Ok(())
}

/// A tenant.
///
/// # Errors
/// What the database gave.
pub async fn by_id(read: &mut Read, id: TenantId) -> Result<Option<Tenant>> {
    Ok(maybe_row!(read, TenantRow, BY_ID, Id(id))?.map(Tenant::from))
}

/// The tenant with an outside id.
///
/// # Errors
/// What the database gave.
pub async fn by_outside_id(read: &mut Read, outside_id: &str) -> Result<Option<Tenant>> {
    Ok(maybe_row!(read, TenantRow, BY_OUTSIDE_ID, outside_id)?.map(Tenant::from))
}

/// Tenants of exactly this name: none, one, or the first two of several, so that the caller can say "ambiguous".
///
/// # Errors
/// What the database gave.
pub async fn by_name(read: &mut Read, name: &str) -> Result<Vec<Tenant>> {
    Ok(rows!(read, TenantRow, BY_NAME, name)?.into_iter().map(Tenant::from).collect())
}

/// The ids of tenants by their outside ids; unknown ones are left out.
///
/// # Errors
/// What the database gave.
pub async fn ids_by_outside_id(read: &mut Read, outside_ids: &[String]) -> Result<HashMap<String, TenantId>> {
    let list = serde_json::to_string(outside_ids).map_err(StoreError::corrupt)?;
    let found = rows!(read, (String, Id<TenantId>), IDS_BY_OUTSIDE_ID, list.as_str())?;
    Ok(found.into_iter().map(|(outside_id, id)| (outside_id, id.0)).collect())
}

/// The names of tenants; unknown ones are left out.
///
/// # Errors
/// What the database gave.
pub async fn names(read: &mut Read, tenants: &[TenantId]) -> Result<HashMap<TenantId, String>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, String), NAMES, list.as_str())?;
    Ok(found.into_iter().map(|(tenant, name)| (tenant.0, name)).collect())
}

/// Ids of tenants in order, after one of them: pages for jobs that go through all.
///
/// # Errors
/// What the database gave.
pub async fn page_of_ids(read: &mut Read, after: Option<TenantId>, limit: u32) -> Result<Vec<TenantId>> {
    let found = rows!(read, (Id<TenantId>,), ALL_IDS, after.map(Id), i64::from(limit))?;
    Ok(found.into_iter().map(|(id,)| id.0).collect())
}

/// Tenants by name, after one of them.
///
/// # Errors
/// What the database gave.
pub async fn page_by_name(read: &mut Read, after: Option<(String, TenantId)>, limit: u32) -> Result<Vec<Tenant>> {
    let (name, id) = after.map_or((None, None), |(name, id)| (Some(name), Some(Id(id))));
    let found = rows!(read, TenantRow, PAGE_BY_NAME, name.as_deref(), id, i64::from(limit))?;
    Ok(found.into_iter().map(Tenant::from).collect())
}

/// Locks a tenant against changes and other holders of this lock until the transaction ends: who decides by a counter
/// and then writes takes it first. Ingest does not wait for it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock(write: &mut Write, id: TenantId) -> Result<()> {
    if rows!(write, (Id<TenantId>,), LOCK, Id(id))?.is_empty() {
        return Err(StoreError::NotFound(format!("tenant {id}")));
    }
    Ok(())
}

/// Takes the locks that a change of what held for a tenant needs, and raises its timeline's version: ingest that is
/// running is waited for, ingest that has resolved against the old version comes back as stale, and a list that was kept
/// reads the tenant again.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn begin_change(write: &mut Write, id: TenantId) -> Result<()> {
    if rows!(write, (Id<TenantId>,), LOCK, Id(id))?.is_empty() {
        return Err(StoreError::NotFound(format!("tenant {id}")));
    }
    if write.engine() == Engine::Postgres {
        rows!(write, (Id<billing::ids::PeriodId>,), LOCK_PERIODS, Id(id))?;
    }
    execute!(write, RAISE_VERSION, Id(id))?;
    Ok(())
}

/// Gives a tenant another zone; periods already stored keep theirs. Call [`begin_change`] first.
///
/// # Errors
/// What the database gave.
pub async fn set_zone(write: &mut Write, id: TenantId, zone: Zone) -> Result<()> {
    execute!(write, SET_ZONE, Id(id), Word(zone))?;
    Ok(())
}
