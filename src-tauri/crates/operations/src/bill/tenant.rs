//! Money matters of one tenant: how it is billed, discounts, prepaid credits, what is open, the history of its
//! subscriptions (requirement B2).

use super::ageing;
use super::discount::{coupon_row, wallet_row};
use super::gather::Ground;
use super::settings::shown_account;
use super::shown::Names;
use crate::change::asked;
use crate::error::Result;
use crate::wire::{SubscriptionChange, TenantBilling};
use billing::ids::TenantId;
use billing::time::Timestamp;
use billing::timeline::{Entitlement, Subscription, Timeline};
use futures::FutureExt;
use store::{Read, Store};

/// Money matters of a tenant.
///
/// # Errors
/// `unknown_tenant`; what the store says.
pub async fn tenant_billing(store: &Store, tenant: TenantId, at: Timestamp) -> Result<TenantBilling> {
    store.read(move |read| async move { billing_in(read, tenant, at).await }.boxed()).await
}

async fn billing_in(read: &mut Read, tenant: TenantId, at: Timestamp) -> Result<TenantBilling> {
    asked::tenant(read, tenant).await?;
    let ground = Ground::read(read).await?;
    let account = store::billing_accounts::of_tenants(read, &[tenant]).await?.remove(&tenant).unwrap_or_default();
    let coupons = store::coupons::of_tenants(read, &[tenant]).await?;
    let wallets = store::wallets::of_tenants(read, &[tenant]).await?;
    let timeline = store::timelines::load_one(read, tenant).await?;
    Ok(TenantBilling {
        as_of: at.to_string(),
        account: shown_account(&account),
        coupons: coupons.iter().rev().map(|record| coupon_row(record, &ground.catalog)).collect(),
        wallets: wallets.iter().map(wallet_row).collect(),
        ageing: ageing::rows(read, at, Some(tenant)).await?,
        subscriptions: history(&timeline, &Names(&ground.catalog)),
    })
}

/// What happened to the subscriptions of a tenant, newest first.
fn history(timeline: &Timeline, names: &Names<'_>) -> Vec<SubscriptionChange> {
    let mut steps: Vec<(Timestamp, i64, SubscriptionChange)> = Vec::new();
    for subscription in timeline.subscriptions() {
        steps.extend(of_subscription(timeline, subscription, names));
    }
    steps.sort_by_key(|(at, seq, _)| std::cmp::Reverse((*at, *seq)));
    steps.into_iter().map(|(.., step)| step).collect()
}

fn of_subscription(
    timeline: &Timeline,
    subscription: &Subscription,
    names: &Names<'_>,
) -> Vec<(Timestamp, i64, SubscriptionChange)> {
    let step = |at: Timestamp, kind: &str, held: &Entitlement| SubscriptionChange {
        subscription_id: subscription.id.to_string(),
        at: at.to_string(),
        kind: kind.to_owned(),
        plan: names.plan(held.plan_version).unwrap_or_default(),
    };
    let mut steps = Vec::new();
    let mut before: Option<&Entitlement> = None;
    for held in timeline.entitlements().iter().filter(|held| held.subscription == subscription.id) {
        let kind = match before {
            None => Some("started"),
            Some(before) if before.plan_version != held.plan_version => Some("changed"),
            Some(before) if before.overrides != held.overrides => Some("override"),
            Some(_) => None,
        };
        if let Some(kind) = kind {
            let at = if kind == "started" { subscription.started_at } else { held.valid_from };
            steps.push((at, held.seq, step(at, kind, held)));
        }
        before = Some(held);
    }
    if let (Some(ended_at), Some(held)) = (subscription.ended_at, before) {
        steps.push((ended_at, i64::MAX, step(ended_at, "cancelled", held)));
    }
    steps
}
