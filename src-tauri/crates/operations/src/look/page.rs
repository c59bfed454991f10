//! A tenant's page: everything on it but the charts, read at one point in time.

use super::catalog::Catalog;
use super::facts::TenantFacts;
use super::figures::TenantFigures;
use super::tenants::{One, one};
use super::{events, shown, upgrade};
use crate::error::Result;
use crate::wire::{AlertRow, Feature, LifetimeTotal, OverrideRow, StorageTier, SubscriptionRow, TenantPage};
use billing::ids::TenantId;
use billing::meter::{Aggregation, Meter};
use billing::plan::Setting;
use billing::time::Timestamp;
use std::cmp::Reverse;
use store::look::alerts::RaisedAlert;
use store::look::days::MeterTotal;
use store::look::event::Tier;
use store::look::events::EventFilter;
use store::overrides::OverrideRecord;
use store::{Read, Store};

/// Alerts that are listed.
const ALERTS: u32 = 20;
/// Events that are listed.
pub(super) const RECENT: usize = 10;

/// Everything on a tenant's page but the charts.
///
/// # Errors
/// `unknown_tenant`; when the database fails.
pub async fn tenant_page(store: &Store, tenant: TenantId, at: Timestamp) -> Result<TenantPage> {
    store.read(move |read| Box::pin(async move { page_in(read, tenant, at).await })).await
}

async fn page_in(read: &mut Read, tenant: TenantId, at: Timestamp) -> Result<TenantPage> {
    let One { catalog, facts, figures } = one(read, tenant, at).await?;
    let card = facts.card.clone();
    let overrides = store::overrides::of_tenants(read, &[tenant]).await?;
    let tiers = store::look::event::tiers(read, tenant, at).await?;
    let alerts = store::look::alerts::of_tenant(read, tenant, ALERTS).await?;
    let totals = store::look::days::totals(read, tenant, None).await?;
    let until = at.plus_micros(1).ok();
    let filter = EventFilter { tenant: Some(tenant), to: until, ..EventFilter::default() };
    let recent = events::lines(read, &catalog, &filter, None, RECENT).await?.rows;
    let meters = figures.meters.iter();
    Ok(TenantPage {
        as_of: at.to_string(),
        tenant_id: card.id.to_string(),
        name: card.name,
        email: card.email,
        outside_id: card.outside_id,
        country: card.country,
        zone: card.zone.name().to_owned(),
        currency: card.currency.code().to_owned(),
        level: shown::level(figures.level),
        subscriptions: subscriptions(&facts, &figures, &catalog),
        features: features(&figures, &catalog),
        meters: meters.filter_map(|meter| shown::meter_usage(meter, &figures, &catalog, card.currency)).collect(),
        overage_total: figures.overage_in(card.currency).to_string(),
        upgrade: upgrade::hint(&figures, &catalog),
        overrides: overrides.iter().filter_map(|record| override_row(record, &catalog, at)).collect(),
        storage: tiers.into_iter().map(storage_tier).collect(),
        recent,
        lifetime: totals.iter().filter_map(|total| lifetime(total, &facts, &catalog)).collect(),
        alerts: alerts.into_iter().filter_map(|alert| alert_row(alert, &catalog)).collect(),
    })
}

/// Running ones first, then those that ended last.
fn subscriptions(facts: &TenantFacts, figures: &TenantFigures, catalog: &Catalog) -> Vec<SubscriptionRow> {
    let running = |id| figures.running.iter().find(|running| running.id == id);
    let mut ordered: Vec<_> = facts.subscriptions.iter().collect();
    ordered.sort_by_key(|subscription| {
        (running(subscription.card.id).is_none(), Reverse(subscription.card.ended_at), subscription.card.started_at)
    });
    let row = |subscription: &super::facts::SubscriptionFacts| {
        let card = &subscription.card;
        let held = running(card.id).map(|running| running.plan_version);
        let version = held.or_else(|| subscription.held.last().map(|held| held.plan_version));
        let version = catalog.version(version?)?;
        let plan = catalog.plan_of(version.id)?;
        let interval = subscription.period.map(|period| period.span.interval);
        Some(SubscriptionRow {
            subscription_id: card.id.to_string(),
            family: plan.family.clone(),
            plan: plan.name.clone(),
            version: version.version,
            status: card.status.as_str().to_owned(),
            fee: version.fee.to_string(),
            currency: version.fee.currency().code().to_owned(),
            started_at: card.started_at.to_string(),
            ended_at: card.ended_at.map(|at| at.to_string()),
            anchor_day: u32::from(card.anchor_day),
            period_start: interval.map(|interval| interval.start.to_string()),
            period_end: interval.map(|interval| interval.end.to_string()),
        })
    };
    ordered.into_iter().filter_map(row).collect()
}

fn features(figures: &TenantFigures, catalog: &Catalog) -> Vec<Feature> {
    let versions = figures.running.iter().filter_map(|running| catalog.version(running.plan_version));
    let feature = |feature: &billing::plan::Feature| Feature {
        code: feature.code.clone(),
        name: feature.name.clone(),
        description: feature.description.clone(),
        enabled: feature.enabled,
        limit: feature.limit.clone(),
    };
    versions.flat_map(|version| version.features.iter().map(feature)).collect()
}

fn override_row(record: &OverrideRecord, catalog: &Catalog, at: Timestamp) -> Option<OverrideRow> {
    let meter = catalog.meter(record.change.meter)?;
    let setting = |setting| match setting {
        Setting::Keep => None,
        Setting::To(None) => Some("unlimited".to_owned()),
        Setting::To(Some(units)) => Some(shown::quantity(units, meter)),
    };
    Some(OverrideRow {
        override_id: record.change.id.to_string(),
        meter: meter.code.clone(),
        included: setting(record.change.included),
        cap: setting(record.change.cap),
        valid_from: record.valid_from.to_string(),
        valid_to: record.valid_to.map(|at| at.to_string()),
        actor: record.actor.clone(),
        reason: record.reason.clone(),
        active: record.valid_from <= at && record.valid_to.is_none_or(|end| at < end),
    })
}

/// The mean is rounded down to whole bytes.
fn storage_tier(tier: Tier) -> StorageTier {
    let average = if tier.count > 0 { Some(tier.bytes.div_euclid(tier.count).to_string()) } else { None };
    StorageTier {
        tier: tier.name,
        count: u64::try_from(tier.count).unwrap_or(0),
        bytes: tier.bytes.to_string(),
        average,
    }
}

pub(super) fn lifetime(total: &MeterTotal, facts: &TenantFacts, catalog: &Catalog) -> Option<LifetimeTotal> {
    let meter: &Meter = catalog.meter(total.meter)?;
    let level = facts.levels.iter().find(|level| level.meter == total.meter);
    // The sum of all movements of a level is its total.
    let (all, billable) = match level {
        Some(level) if meter.aggregation == Aggregation::Level => (level.all.into(), level.billable.into()),
        _ => (total.all, total.billable),
    };
    Some(LifetimeTotal {
        meter: meter.code.clone(),
        events: u64::try_from(total.events).unwrap_or(0),
        quantity: shown::quantity(all, meter),
        billable: shown::quantity(billable, meter),
    })
}

pub(super) fn alert_row(alert: RaisedAlert, catalog: &Catalog) -> Option<AlertRow> {
    let meter = catalog.meter(alert.meter)?;
    Some(AlertRow {
        meter: meter.code.clone(),
        level: shown::level(alert.level),
        raised_at: alert.raised_at.to_string(),
        used: shown::quantity(alert.used, meter),
        base: shown::quantity(alert.base, meter),
        source: alert.source,
        key: alert.key,
        recovered_at: alert.recovered_at.map(|at| at.to_string()),
    })
}
