//! Overrides of allowances: who set what, when and why. What holds at an instant is in the entitlements.

use crate::codec::{At, Id, at, json_ids};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{MeterId, OverrideId, TenantId};
use billing::plan::{OverrideInForce, Setting};
use billing::time::Timestamp;

/// An override as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// What it changes.
    pub change: OverrideInForce,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when; none for good.
    pub valid_to: Option<Timestamp>,
    /// Who set it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When it was set.
    pub created_at: Timestamp,
}

statements! {
    OF_TENANTS = in_ids("select tenant_id, override_id, meter_id, included_mode, included, cap_mode, cap, valid_from, valid_to, actor, reason, created_at from overrides where tenant_id ", " order by tenant_id, created_at desc, override_id");
}

#[derive(sqlx::FromRow)]
struct OverrideRow {
    tenant_id: Id<TenantId>,
    override_id: Id<OverrideId>,
    meter_id: Id<MeterId>,
    included_mode: String,
    included: Option<i64>,
    cap_mode: String,
    cap: Option<i64>,
    valid_from: At,
    valid_to: Option<At>,
    actor: String,
    reason: String,
    created_at: At,
}

const fn mode(setting: Setting) -> &'static str {
    match setting {
        Setting::Keep => "plan",
        Setting::To(None) => "unlimited",
        Setting::To(Some(_)) => "limit",
    }
}

const fn units(setting: Setting) -> Option<i64> {
    match setting {
        Setting::To(units) => units,
        Setting::Keep => None,
    }
}

fn setting(mode: &str, units: Option<i64>) -> Result<Setting> {
    match (mode, units) {
        ("plan", None) => Ok(Setting::Keep),
        ("unlimited", None) => Ok(Setting::To(None)),
        ("limit", Some(units)) => Ok(Setting::To(Some(units))),
        _ => Err(StoreError::corrupt(format!("an override of mode '{mode}'"))),
    }
}

/// Adds overrides. Their entitlements are added apart, in the same transaction.
///
/// # Errors
/// What the database gave.
pub async fn insert(write: &mut Write, overrides: &[OverrideRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into overrides (tenant_id, override_id, meter_id, included_mode, included, cap_mode, cap, valid_from, valid_to, actor, reason, created_at)",
        12,
        overrides,
        |row| [
            Id(row.tenant),
            Id(row.change.id),
            Id(row.change.meter),
            mode(row.change.included),
            units(row.change.included),
            mode(row.change.cap),
            units(row.change.cap),
            At(row.valid_from),
            row.valid_to.map(At),
            row.actor.as_str(),
            row.reason.as_str(),
            At(row.created_at),
        ],
        ""
    );
    Ok(())
}

/// The overrides of tenants, the newest first.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<OverrideRecord>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, OverrideRow, OF_TENANTS, list.as_str())?;
    found.into_iter().map(record).collect()
}

fn record(row: OverrideRow) -> Result<OverrideRecord> {
    Ok(OverrideRecord {
        tenant: row.tenant_id.0,
        change: OverrideInForce {
            id: row.override_id.0,
            meter: row.meter_id.0,
            included: setting(&row.included_mode, row.included)?,
            cap: setting(&row.cap_mode, row.cap)?,
        },
        valid_from: row.valid_from.0,
        valid_to: at(row.valid_to),
        actor: row.actor,
        reason: row.reason,
        created_at: row.created_at.0,
    })
}
