//! What the cases look at: counters, alerts, and whether the ledger and its caches agree.

use billing::ids::TenantId;
use store::Store;
use store::alerts::Alert;
use store::verify::Verification;
use support::{Ledger, World};

/// Recounts everything.
pub async fn verify(store: &Store) -> Verification {
    store.read(|read| Box::pin(async move { store::verify::run(read, &|_| ()).await })).await.unwrap()
}

/// Recounts everything and insists that nothing differs.
pub async fn assert_sound(store: &Store) -> Verification {
    let found = verify(store).await;
    assert_eq!(found.drift, [], "every cache equals the ledger");
    found
}

/// Alerts of a tenant.
pub async fn alerts_of(store: &Store, tenant: TenantId) -> Vec<Alert> {
    store.read(move |read| Box::pin(async move { store::alerts::of_tenant(read, tenant, 100).await })).await.unwrap()
}

/// Billable use of a meter in January, as the admission sees it: through the counter.
pub async fn billable(store: &Store, world: &World, tenant: usize, meter: &str) -> i64 {
    let event = world.event(tenant, meter, "only to find the period", 0, "2026-01-10T08:00:00Z");
    let (tenant, meter) = (event.usage.key.tenant, event.usage.meter);
    let period = event.assignment.billed_period.unwrap();
    let found = store
        .read(move |read| Box::pin(async move { store::counters::of_period(read, tenant, period).await }))
        .await
        .unwrap();
    found.into_iter().find(|counter| counter.meter == meter).map_or(0, |counter| counter.billable)
}

/// The running total of a level.
pub async fn level(store: &Store, world: &World, tenant: usize, meter: &str) -> i64 {
    let (tenant, meter) = (world.tenants[tenant], world.meters[meter].id);
    let found = store
        .read(move |read| Box::pin(async move { store::counters::level(read, tenant, meter).await }))
        .await
        .unwrap();
    found.map_or(0, |level| level.quantity)
}

/// Names of tenants, page by page, as keyset pages read them.
pub async fn names_in_order(ledger: &Ledger) -> Vec<String> {
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let from = after.take();
        let page = ledger
            .store
            .read(move |read| Box::pin(async move { store::tenants::page_by_name(read, from, 3).await }))
            .await
            .unwrap();
        let Some(last) = page.last() else { return names };
        after = Some((last.name.clone(), last.id));
        names.extend(page.into_iter().map(|tenant| tenant.name));
    }
}

/// How many rows the days have of a tenant.
pub async fn day_rows(store: &Store, tenant: TenantId) -> usize {
    let (from, to) = (billing::time::Day::from_number(20260101), billing::time::Day::from_number(20261231));
    let (from, to) = (from.unwrap(), to.unwrap());
    let found = store
        .read(move |read| Box::pin(async move { store::counters::days(read, tenant, from, to).await }))
        .await
        .unwrap();
    found.len()
}
