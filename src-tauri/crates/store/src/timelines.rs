//! Timelines of many tenants at once, in five statements however many there are.

use crate::codec::{Id, Word, json_ids};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::{billing_settings, periods, subscriptions};
use billing::ids::TenantId;
use billing::money::Currency;
use billing::time::Zone;
use billing::timeline::{Timeline, TimelineParts};
use std::collections::HashMap;

/// Tenants per round of statements: bounds what is held at once.
const TENANTS_AT_ONCE: usize = 2_000;

statements! {
    TENANTS = in_ids("select tenant_id, zone, currency, timeline_version from tenants where tenant_id ", "");
}

/// The timelines of tenants; unknown tenants are left out.
///
/// # Errors
/// What the database gave.
pub async fn load(read: &mut Read, tenants: &[TenantId]) -> Result<HashMap<TenantId, Timeline>> {
    let mut timelines = HashMap::with_capacity(tenants.len());
    for chunk in tenants.chunks(TENANTS_AT_ONCE) {
        load_chunk(read, chunk, &mut timelines).await?;
    }
    Ok(timelines)
}

/// The timeline of one tenant.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn load_one(read: &mut Read, tenant: TenantId) -> Result<Timeline> {
    let mut found = load(read, &[tenant]).await?;
    found.remove(&tenant).ok_or_else(|| StoreError::NotFound(format!("tenant {tenant}")))
}

async fn load_chunk(read: &mut Read, chunk: &[TenantId], timelines: &mut HashMap<TenantId, Timeline>) -> Result<()> {
    let mut parts: HashMap<TenantId, TimelineParts> = HashMap::with_capacity(chunk.len());
    let grace_days = i64::from(billing_settings::read(read).await?.grace_days);
    let list = json_ids(chunk.iter().copied());
    for (tenant, zone, currency, version) in
        rows!(read, (Id<TenantId>, Word<Zone>, Word<Currency>, i64), TENANTS, list.as_str())?
    {
        let part = TimelineParts {
            tenant: tenant.0,
            zone: zone.0,
            currency: currency.0,
            version,
            grace_days,
            subscriptions: Vec::new(),
            entitlements: Vec::new(),
            periods: Vec::new(),
        };
        parts.insert(tenant.0, part);
    }
    for record in subscriptions::of_tenants(read, chunk).await? {
        if let Some(part) = parts.get_mut(&record.tenant) {
            part.subscriptions.push(record.subscription);
        }
    }
    for record in subscriptions::entitlements_of_tenants(read, chunk).await? {
        if let Some(part) = parts.get_mut(&record.tenant) {
            part.entitlements.push(record.entitlement);
        }
    }
    for record in periods::of_tenants(read, chunk).await? {
        if let Some(part) = parts.get_mut(&record.tenant) {
            part.periods.push(record.period);
        }
    }
    for (tenant, part) in parts {
        timelines.insert(tenant, Timeline::new(part).map_err(StoreError::corrupt)?);
    }
    Ok(())
}
