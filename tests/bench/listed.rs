//! A company of 10,000 tenants, each with some usage of the running month: what a list and the first screen show.

use crate::ingest::append_batch;
use crate::place::Place;
use anyhow::Result;
use billing::ids::TenantId;
use operations::bench::company::{Company, Extent};
use std::sync::Arc;
use store::append::{Alerting, Batch};

/// Tenants of the list.
pub const LISTED: u32 = 10_000;

/// A company of as many tenants as the list has, of which each has used each meter in the last days.
pub async fn fill(place: &Place, like: Extent) -> Result<Company> {
    const USES: u64 = 4;
    let events = u64::from(LISTED) * 1_200;
    let company = Company::new(Extent { tenants: LISTED, events, ..like })?;
    company.install(&place.store).await?;
    let tenants: Vec<TenantId> = company.tenants().collect();
    for part in tenants.chunks(2_000) {
        let mut batch = Vec::new();
        for (place, tenant) in (0_u64..).zip(part) {
            for number in 0..USES {
                batch.push(company.resolve(company.usage_of(*tenant, events - 1 - USES * place - number))?);
            }
        }
        let batch = Batch { received_at: like.until, import: None, alerting: Alerting::Silent, events: batch };
        append_batch(place, Arc::new(batch)).await?;
    }
    Ok(company)
}
