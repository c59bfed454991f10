//! Subscriptions and what they entitled to. Entitlements are append-only: each holds until the next one begins.
//!
//! Not the decision what holds at an instant: that is [`billing::timeline`].

use crate::codec::{At, Id, Word, at};
use crate::conn::{Read, Write, execute, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{EntitlementId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::period::{BillingInterval, PeriodRule};
use billing::time::{Timestamp, Zone};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus};

/// A subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// What its timeline needs.
    pub subscription: Subscription,
    /// The present plan; history is in the entitlements.
    pub plan: PlanId,
    /// When its periods begin.
    pub period_rule: PeriodRule,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An entitlement as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// What holds.
    pub entitlement: Entitlement,
    /// When it was written.
    pub created_at: Timestamp,
}

statements! {
    OF_TENANTS = in_ids("select tenant_id, subscription_id, plan_id, status, started_at, ended_at, interval_unit, anchor_day, anchor_month, created_at from subscriptions where tenant_id ", " order by tenant_id, started_at, subscription_id");
    ENTITLEMENTS_OF_TENANTS = in_ids("select tenant_id, entitlement_id, subscription_id, seq, valid_from, plan_version_id, overrides, zone, interval_unit, anchor_day, anchor_month, created_at from entitlements where tenant_id ", " order by tenant_id, subscription_id, seq");
    CLAIM_METERS = in_ids("insert into subscription_meters (tenant_id, meter_id, valid_from, subscription_id, valid_to)
        select s.tenant_id, m.meter_id, min(e.valid_from), s.subscription_id, s.ended_at
          from subscriptions s
          join entitlements e on e.tenant_id = s.tenant_id and e.subscription_id = s.subscription_id
          join (select plan_version_id, meter_id from allowances union select plan_version_id, meter_id from prices) m
            on m.plan_version_id = e.plan_version_id
         where s.tenant_id ", " and not exists (select 1 from subscription_meters h
                 where h.tenant_id = s.tenant_id and h.subscription_id = s.subscription_id and h.meter_id = m.meter_id)
         group by s.tenant_id, m.meter_id, s.subscription_id, s.ended_at");
    END = "update subscriptions set ended_at = $3, status = $4 where tenant_id = $1 and subscription_id = $2";
    END_CLAIMS = "update subscription_meters set valid_to = $3 where tenant_id = $1 and subscription_id = $2 and (valid_to is null or valid_to > $3)";
    SET_PLAN = "update subscriptions set plan_id = $3 where tenant_id = $1 and subscription_id = $2";
    SET_STATUS = "update subscriptions set status = $3 where tenant_id = $1 and subscription_id = $2";
}

#[derive(sqlx::FromRow)]
struct SubscriptionRow {
    tenant_id: Id<TenantId>,
    subscription_id: Id<SubscriptionId>,
    plan_id: Id<PlanId>,
    status: Word<SubscriptionStatus>,
    started_at: At,
    ended_at: Option<At>,
    interval_unit: Word<BillingInterval>,
    anchor_day: i32,
    anchor_month: i32,
    created_at: At,
}

#[derive(sqlx::FromRow)]
struct EntitlementRow {
    tenant_id: Id<TenantId>,
    entitlement_id: Id<EntitlementId>,
    subscription_id: Id<SubscriptionId>,
    seq: i64,
    valid_from: At,
    plan_version_id: Id<PlanVersionId>,
    overrides: String,
    zone: Word<Zone>,
    interval_unit: Word<BillingInterval>,
    anchor_day: i32,
    anchor_month: i32,
    created_at: At,
}

/// Adds subscriptions. Their meters are claimed when their entitlements are added.
///
/// # Errors
/// [`StoreError::Constraint`].
pub async fn insert(write: &mut Write, subscriptions: &[SubscriptionRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into subscriptions (tenant_id, subscription_id, plan_id, status, started_at, ended_at, interval_unit, anchor_day, anchor_month, created_at)",
        10,
        subscriptions,
        |row| [
            Id(row.tenant),
            Id(row.subscription.id),
            Id(row.plan),
            Word(row.subscription.status),
            At(row.subscription.started_at),
            row.subscription.ended_at.map(At),
            Word(row.period_rule.interval()),
            i32::from(row.period_rule.anchor_day()),
            i32::from(row.period_rule.anchor_month()),
            At(row.created_at),
        ],
        ""
    );
    Ok(())
}

/// Adds entitlements, and claims the meters of their plan versions for their subscriptions.
///
/// For a tenant that is committed already, call [`crate::tenants::begin_change`] first.
///
/// # Errors
/// [`StoreError::Constraint`] when a meter belongs to another subscription of the tenant at that time.
pub async fn insert_entitlements(write: &mut Write, entitlements: &[EntitlementRecord]) -> Result<()> {
    let mut texts = Vec::with_capacity(entitlements.len());
    for record in entitlements {
        let text = serde_json::to_string(&record.entitlement.overrides).map_err(StoreError::corrupt)?;
        texts.push((record, text));
    }
    insert_rows!(
        write,
        "insert into entitlements (tenant_id, entitlement_id, subscription_id, seq, valid_from, plan_version_id, overrides, zone, interval_unit, anchor_day, anchor_month, created_at)",
        12,
        texts,
        |row| [
            Id(row.0.tenant),
            Id(row.0.entitlement.id),
            Id(row.0.entitlement.subscription),
            row.0.entitlement.seq,
            At(row.0.entitlement.valid_from),
            Id(row.0.entitlement.plan_version),
            row.1.as_str(),
            Word(row.0.entitlement.zone),
            Word(row.0.entitlement.period_rule.interval()),
            i32::from(row.0.entitlement.period_rule.anchor_day()),
            i32::from(row.0.entitlement.period_rule.anchor_month()),
            At(row.0.created_at),
        ],
        ""
    );
    let mut tenants: Vec<TenantId> = entitlements.iter().map(|record| record.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    for chunk in tenants.chunks(1_000) {
        execute!(write, CLAIM_METERS, crate::codec::json_ids(chunk.iter().copied()))?;
    }
    Ok(())
}

/// The subscriptions of tenants, the oldest first.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<SubscriptionRecord>> {
    let list = crate::codec::json_ids(tenants.iter().copied());
    let found = rows!(read, SubscriptionRow, OF_TENANTS, list.as_str())?;
    found.into_iter().map(subscription).collect()
}

/// The entitlements of tenants, by subscription and number.
///
/// # Errors
/// What the database gave.
pub async fn entitlements_of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<EntitlementRecord>> {
    let list = crate::codec::json_ids(tenants.iter().copied());
    let found = rows!(read, EntitlementRow, ENTITLEMENTS_OF_TENANTS, list.as_str())?;
    found.into_iter().map(entitlement).collect()
}

/// Ends a subscription and frees its meters from then on. Call [`crate::tenants::begin_change`] first.
///
/// # Errors
/// What the database gave.
pub async fn end(
    write: &mut Write,
    tenant: TenantId,
    subscription: SubscriptionId,
    ended_at: Timestamp,
    status: SubscriptionStatus,
) -> Result<()> {
    execute!(write, END, Id(tenant), Id(subscription), At(ended_at), Word(status))?;
    execute!(write, END_CLAIMS, Id(tenant), Id(subscription), At(ended_at))?;
    Ok(())
}

/// Names another plan as the present one; the entitlement says what holds. Call
/// [`crate::tenants::begin_change`] first.
///
/// # Errors
/// What the database gave.
pub async fn set_plan(write: &mut Write, tenant: TenantId, subscription: SubscriptionId, plan: PlanId) -> Result<()> {
    execute!(write, SET_PLAN, Id(tenant), Id(subscription), Id(plan))?;
    Ok(())
}

/// Says where a subscription stands; it has no effect on what is billed. Call [`crate::tenants::begin_change`] first.
///
/// # Errors
/// What the database gave.
pub async fn set_status(
    write: &mut Write,
    tenant: TenantId,
    subscription: SubscriptionId,
    status: SubscriptionStatus,
) -> Result<()> {
    execute!(write, SET_STATUS, Id(tenant), Id(subscription), Word(status))?;
    Ok(())
}

fn rule(interval: BillingInterval, anchor_day: i32, anchor_month: i32) -> Result<PeriodRule> {
    let day = u8::try_from(anchor_day).map_err(StoreError::corrupt)?;
    let month = u8::try_from(anchor_month).map_err(StoreError::corrupt)?;
    match interval {
        BillingInterval::Month => PeriodRule::monthly(day),
        BillingInterval::Year => PeriodRule::yearly(month, day),
    }
    .map_err(StoreError::corrupt)
}

fn subscription(row: SubscriptionRow) -> Result<SubscriptionRecord> {
    Ok(SubscriptionRecord {
        tenant: row.tenant_id.0,
        subscription: Subscription {
            id: row.subscription_id.0,
            status: row.status.0,
            started_at: row.started_at.0,
            ended_at: at(row.ended_at),
        },
        plan: row.plan_id.0,
        period_rule: rule(row.interval_unit.0, row.anchor_day, row.anchor_month)?,
        created_at: row.created_at.0,
    })
}

fn entitlement(row: EntitlementRow) -> Result<EntitlementRecord> {
    Ok(EntitlementRecord {
        tenant: row.tenant_id.0,
        entitlement: Entitlement {
            id: row.entitlement_id.0,
            subscription: row.subscription_id.0,
            valid_from: row.valid_from.0,
            seq: row.seq,
            plan_version: row.plan_version_id.0,
            overrides: serde_json::from_str(&row.overrides).map_err(StoreError::corrupt)?,
            zone: row.zone.0,
            period_rule: rule(row.interval_unit.0, row.anchor_day, row.anchor_month)?,
        },
        created_at: row.created_at.0,
    })
}
