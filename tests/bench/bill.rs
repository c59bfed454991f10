//! A run of invoices over all tenants, beside the same invoices in a transaction each.

use crate::figure::{Figure, Measured, Report, Target};
use crate::ingest::append_batch;
use crate::place::Place;
use anyhow::{Context, Result, ensure};
use billing::ids::TenantId;
use billing::period::PeriodStatus;
use billing::time::{Day, Timestamp};
use operations::bench::company::{Company, Extent};
use operations::bill::run_in_batches_of;
use operations::host::FixedHost;
use operations::wire::{RunReport, RunRequest};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::append::{Alerting, Batch};
use store::facts::due;
use store::invoices::{InvoiceFilter, list};
use store::{Engine, StoreError};
use tokio_util::sync::CancellationToken;

/// Tenants, each with one period to bill: a fee and use of two meters or three.
const TENANTS: u32 = 10_000;
/// Tenants that are billed in a transaction each.
const APART: usize = 400;
/// Periods of one transaction of a run; what a run takes.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(500).expect("above 0");
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Measures it in a database of its own.
pub async fn measure(engine: Engine, seed: u64, until: Timestamp, report: &mut Report) -> Result<()> {
    let extent = Extent { tenants: TENANTS, events: u64::from(TENANTS) * 120, seed, until };
    let company = Company::new(extent)?;
    let place = Place::new(engine).await?;
    company.install(&place.store).await?;
    let tenants: Vec<TenantId> = company.tenants().collect();
    let (from, to) = (until.plus_micros(-90 * DAY_MICROS)?, until.plus_micros(-60 * DAY_MICROS)?);
    finish(&place, from).await?;
    fill(&place, &company, &tenants).await?;
    place.settle().await?;

    let (apart, together) = tenants.split_at(APART);
    let (one_each, time) = bill(&place, apart, (to, until), NonZeroUsize::MIN, 1).await?;
    let each = Measured::rate(u64::from(one_each.finalized), time);
    let (all, time) = bill(&place, together, (to, until), AT_ONCE, 2).await?;
    ensure!(all.failed + all.held == 0 && all.finalized > TENANTS / 2, "everything was billed: {all:?}");
    report.add(Figure {
        name: format!("invoices of a run over {} tenants", together.len()),
        place: place.engine(),
        value: Measured::rate(u64::from(all.finalized), time),
        limit: Some((each, "the same, one transaction for each invoice")),
        target: Target::RatioAtLeast(10.0),
    });
    let lines = lines(&place).await?;
    let invoices = u64::from(all.finalized + one_each.finalized);
    report.note(format!(
        "{}: {} invoices in {} ms, {}.{} lines each.",
        place.engine(),
        all.finalized,
        time.as_millis(),
        lines / invoices,
        lines * 10 / invoices % 10
    ));
    place.remove().await
}

/// Bills the last period before `to` of tenants.
pub async fn bill(
    place: &Place,
    tenants: &[TenantId],
    (to, now): (Timestamp, Timestamp),
    at_once: NonZeroUsize,
    series: u64,
) -> Result<(RunReport, Duration)> {
    let request = RunRequest {
        until: Some(to.to_string()),
        tenant_ids: tenants.iter().map(ToString::to_string).collect(),
        finalize: true,
        reason: "measured".to_owned(),
    };
    let host = FixedHost::with_series(now, 0xbe_0000 + series);
    let begun = Instant::now();
    let done = run_in_batches_of(at_once, &place.store, &host, &request, &|_| {}, &CancellationToken::new()).await?;
    Ok((done, begun.elapsed()))
}

/// Takes the periods before an instant out of what is to be billed.
pub async fn finish(place: &Place, before: Timestamp) -> Result<()> {
    place
        .store
        .write(move |write| {
            Box::pin(async move {
                let over = due::due_periods(write, before, &[]).await?;
                let periods: Vec<_> = over.iter().map(|due| (due.tenant, due.period)).collect();
                due::set_status(write, &periods, PeriodStatus::Finalized).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
        .context("the periods before")
}

/// Twelve uses of each tenant within the months that are billed.
async fn fill(place: &Place, company: &Company, tenants: &[TenantId]) -> Result<()> {
    let events = company.extent().events;
    let mut batch = Vec::new();
    for use_number in 0..12 {
        for (number, tenant) in (0_u64..).zip(tenants) {
            // Between day 270 and day 305 of the year: in most of the period that is billed.
            let at = events * 270 / 365 + (events * 35 / 365) * use_number / 12 + number;
            batch.push(company.resolve(company.usage_of(*tenant, at))?);
        }
    }
    for events in batch.chunks(10_000) {
        let received_at = company.extent().until;
        let batch = Batch { received_at, import: None, alerting: Alerting::Silent, events: events.to_vec() };
        append_batch(place, Arc::new(batch)).await?;
    }
    Ok(())
}

/// Lines of all invoices.
async fn lines(place: &Place) -> Result<u64> {
    let lines = place
        .store
        .read(|read| {
            Box::pin(async move {
                let filter = InvoiceFilter::all(Day::from_number(20_260_101).expect("a day"));
                let (mut lines, mut after) = (0, None);
                loop {
                    let (rows, next) = list::page(read, &filter, after, 2_000).await?;
                    for row in &rows {
                        lines += row.invoice.document()?.lines.len() as u64;
                    }
                    after = next;
                    if after.is_none() {
                        return Ok::<u64, StoreError>(lines);
                    }
                }
            })
        })
        .await?;
    Ok(lines)
}
