//! Looking: the usage of a tenant in the running month, and the list of 10,000 tenants with their levels.

use crate::figure::{Figure, Measured, Report, Target, Times};
use crate::ingest::append_batch;
use crate::listed::{LISTED, fill};
use crate::place::Place;
use anyhow::{Result, ensure};
use billing::ids::TenantId;
use operations::bench::company::Company;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::append::{Alerting, Batch};
use store::look::standing::{self, Scope};
use store::{Store, StoreError};

const LOOKS: u64 = 3_000;
const WARM_UP: u64 = 200;
const LISTS: u64 = 15;
/// Events that come in between two looks at the list.
const USED_BETWEEN: u64 = 20;

/// The counters of a tenant's running periods against its row by primary key, each in a transaction of its own.
pub async fn month_to_date(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    let (mut month, mut key) = (Times::default(), Times::default());
    let tenants: Vec<TenantId> = company.tenants().collect();
    let at = company.extent().until;
    let mut found = 0;
    for number in 0..LOOKS + WARM_UP {
        // A step that shares no factor with the number of tenants goes through all of them, in no order of theirs.
        let tenant = tenants[usize::try_from(number * 7_919)? % tenants.len()];
        let begun = Instant::now();
        let counters: Result<_, StoreError> = place
            .store
            .read(move |read| {
                Box::pin(async move { standing::counters(read, Scope::Tenants(&[tenant]), at).await?.rows().await })
            })
            .await;
        let month_time = begun.elapsed();
        let begun = Instant::now();
        let row: Result<_, StoreError> =
            place.store.read(move |read| Box::pin(async move { store::tenants::by_id(read, tenant).await })).await;
        let key_time = begun.elapsed();
        ensure!(row?.is_some(), "the tenant is there");
        found += counters?.len();
        if number >= WARM_UP {
            month.add(month_time);
            key.add(key_time);
        }
    }
    ensure!(found > 0, "some tenant has used something in its running month");
    for (percent, target) in [(50, Target::Stated), (99, Target::RatioAtMost(2.0))] {
        report.add(Figure {
            name: format!("month-to-date usage of a tenant, p{percent}"),
            place: place.engine(),
            value: month.percentile(percent),
            limit: Some((key.percentile(percent), "the tenant's row by primary key")),
            target,
        });
    }
    Ok(())
}

/// The whole list, as the window and the command line get it.
pub async fn tenants(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    if company.extent().tenants >= LISTED {
        return list(place, company, report).await;
    }
    let listed = Place::new(place.store.engine()).await?;
    let company = fill(&listed, company.extent()).await?;
    listed.settle().await?;
    list(&listed, &company, report).await?;
    listed.remove().await
}

/// The first look of a program that was just started, and every later one, between which use comes in.
async fn list(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    let (mut first, mut again) = (Times::default(), Times::default());
    for _ in 0..LISTS {
        let store = place.open().await?;
        first.add(look(&store, company).await?);
        store.close().await;
    }
    look(&place.store, company).await?;
    let tenants: Vec<TenantId> = company.tenants().collect();
    for round in 0..LISTS {
        let numbers = (0..USED_BETWEEN).map(|number| company.extent().events + round * USED_BETWEEN + number);
        let tenant_of = |number: u64| tenants[usize::try_from(number * 7_919).unwrap_or(0) % tenants.len()];
        let events = numbers.map(|number| company.resolve(company.usage_of(tenant_of(number), number)));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let batch = Batch { received_at: company.extent().until, import: None, alerting: Alerting::Raise, events };
        append_batch(place, Arc::new(batch)).await?;
        again.add(look(&place.store, company).await?);
    }
    for (name, mut times) in [("first look", first), ("later looks, 20 events between them", again)] {
        report.add(Figure {
            name: format!("list of 10,000 tenants with levels, {name}, p50"),
            place: place.engine(),
            value: times.percentile(50),
            limit: Some((Measured::Milliseconds(100.0), "what is required")),
            target: Target::AtMost(Measured::Milliseconds(100.0)),
        });
    }
    Ok(())
}

async fn look(store: &Store, company: &Company) -> Result<Duration> {
    let begun = Instant::now();
    let list = operations::look::tenants(store, company.extent().until).await?;
    let time = begun.elapsed();
    ensure!(list.rows.len() == usize::try_from(company.extent().tenants)?, "every tenant is in the list");
    ensure!(list.rows.iter().any(|row| row.level != operations::wire::Level::Normal), "some are flagged");
    Ok(time)
}
