//! The list of tenants, and the figures of one tenant.

use super::catalog::Catalog;
use super::company::{company, look};
use super::facts::TenantFacts;
use super::figures::{self, Moment, TenantFigures};
use super::{load, shown};
use crate::error::{OperationError, Result};
use crate::wire::{TenantList, UsageReport};
use billing::ids::TenantId;
use billing::time::Timestamp;
use std::sync::Arc;
use store::{Read, Store};

/// The most rows of a list.
pub const MAX_ROWS: usize = 20_000;

/// All tenants with their levels, the highest percentage first.
///
/// # Errors
/// When the database fails, or holds what cannot be.
pub async fn tenants(store: &Store, at: Timestamp) -> Result<TenantList> {
    look(store, move |read| {
        Box::pin(async move {
            let company = company(read, at).await?;
            let rows = company.tenants.iter().take(MAX_ROWS).map(|entry| Arc::clone(&entry.row)).collect();
            let total = u32::try_from(company.tenants.len()).unwrap_or(u32::MAX);
            Ok(TenantList { as_of: at.to_string(), rows, total })
        })
    })
    .await
}

/// The figures of each meter of one tenant.
///
/// # Errors
/// `unknown_tenant`; when the database fails.
pub async fn usage(store: &Store, tenant: TenantId, at: Timestamp) -> Result<UsageReport> {
    store.read(move |read| Box::pin(async move { usage_in(read, tenant, at).await })).await
}

pub(super) async fn usage_in(read: &mut Read, tenant: TenantId, at: Timestamp) -> Result<UsageReport> {
    let One { catalog, facts, figures } = one(read, tenant, at).await?;
    let card = &facts.card;
    let main = shown::main_subscription(&facts, &figures);
    let meters = figures.meters.iter();
    Ok(UsageReport {
        as_of: at.to_string(),
        tenant_id: card.id.to_string(),
        name: card.name.clone(),
        zone: card.zone.name().to_owned(),
        currency: card.currency.code().to_owned(),
        status: main.map_or("none", |(status, _)| status).to_owned(),
        level: shown::level(figures.level),
        percent: shown::percent(figures.percent),
        meters: meters.filter_map(|meter| shown::meter_usage(meter, &figures, &catalog, card.currency)).collect(),
        overage_total: figures.overage_in(card.currency).to_string(),
    })
}

/// Facts and figures of one tenant.
pub(super) struct One {
    pub catalog: Catalog,
    pub facts: TenantFacts,
    pub figures: TenantFigures,
}

pub(super) async fn one(read: &mut Read, tenant: TenantId, at: Timestamp) -> Result<One> {
    let catalog = load::catalog(read).await?;
    let facts = load::tenants(read, &catalog, &[tenant], at).await?.pop().ok_or_else(|| unknown_tenant(tenant))?;
    let figures = figures::figures(&facts, &catalog, &mut Moment::new(at))?;
    Ok(One { catalog, facts, figures })
}

pub(super) fn unknown_tenant(tenant: impl std::fmt::Display) -> OperationError {
    OperationError::not_found("unknown_tenant", format!("There is no tenant {tenant}.")).field("tenant")
}
