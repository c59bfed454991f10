//! An invoice's line with 100,000 events, explained: the line made again from the ledger, and a page of its events.

use crate::bill::{bill, finish};
use crate::figure::{Figure, Measured, Report, Target, Times};
use crate::ingest::append_batch;
use crate::place::Place;
use anyhow::{Context, Result, ensure};
use billing::ids::{InvoiceId, MeterId};
use billing::time::{Day, Timestamp};
use operations::bench::company::{Company, Extent};
use operations::explain::{explain, line_events};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;
use store::append::{Alerting, Batch};
use store::invoices::{InvoiceFilter, list};
use store::{Engine, StoreError};

/// Events behind the line.
const EVENTS: usize = 100_000;
/// Uses of a year, so that a month has enough of one meter.
const A_YEAR: u64 = 3_000_000;
const LOOKS: u32 = 9;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Measures it in a database of its own.
pub async fn measure(engine: Engine, seed: u64, until: Timestamp, report: &mut Report) -> Result<()> {
    let company = Company::new(Extent { tenants: 1, events: A_YEAR, seed, until })?;
    let tenant = company.busiest()?;
    let place = Place::new(engine).await?;
    company.install(&place.store).await?;
    finish(&place, until.plus_micros(-90 * DAY_MICROS)?).await?;
    let meter = fill(&place, &company).await?;
    let to = until.plus_micros(-30 * DAY_MICROS)?;
    let done = bill(&place, &[tenant], (to, until), NonZeroUsize::MIN, 1).await?.0;
    ensure!(done.finalized > 0 && done.failed + done.held == 0, "it was billed: {done:?}");
    place.settle().await?;

    let (invoice, line) = line_of(&place, meter).await?;
    let (mut whole, mut page) = (Times::default(), Times::default());
    for _ in 0..LOOKS {
        let begun = Instant::now();
        let explanation = explain(&place.store, invoice, Some(line), until).await?;
        whole.add(begun.elapsed());
        let explained = explanation.lines.first().context("the line")?;
        let next = explained.next.clone().context("more events than a page")?;
        let begun = Instant::now();
        let further = line_events(&place.store, invoice, line, Some(&next), until).await?;
        page.add(begun.elapsed());
        ensure!(!further.rows.is_empty(), "the second page has events");
    }
    for (what, times) in [("explained", &mut whole), ("explained, a further page of its events", &mut page)] {
        report.add(Figure {
            name: format!("a line of 100,000 events {what}, slowest of {LOOKS}"),
            place: place.engine(),
            value: times.percentile(100),
            limit: None,
            target: Target::AtMost(Measured::Milliseconds(1_000.0)),
        });
    }
    place.remove().await
}

/// All uses of one meter within one period that is billed.
async fn fill(place: &Place, company: &Company) -> Result<MeterId> {
    let tenant = company.busiest()?;
    // From day 275 of the year on: within the month before the last whole one.
    let numbers = A_YEAR * 275 / 365..;
    let usage = numbers.map(|number| company.usage_of(tenant, number));
    let mut found = Vec::with_capacity(EVENTS);
    let mut meter = None;
    for usage in usage {
        if usage.meter == *meter.get_or_insert(usage.meter) {
            found.push(company.resolve(usage)?);
        }
        if found.len() == EVENTS {
            break;
        }
    }
    for events in found.chunks(10_000) {
        let received_at = company.extent().until;
        let batch = Batch { received_at, import: None, alerting: Alerting::Silent, events: events.to_vec() };
        append_batch(place, Arc::new(batch)).await?;
    }
    meter.context("a meter")
}

/// The invoice and the number of its line with the most use of a meter.
async fn line_of(place: &Place, meter: MeterId) -> Result<(InvoiceId, u32)> {
    let found = place.store.read(|read| {
        Box::pin(async move {
            let filter = InvoiceFilter::all(Day::from_number(20_260_101).expect("a day"));
            Ok::<_, StoreError>(list::page(read, &filter, None, 100).await?.0)
        })
    });
    let mut lines = Vec::new();
    for row in found.await? {
        for line in row.invoice.document()?.lines.iter().filter(|line| line.meter == Some(meter)) {
            lines.push((line.used, row.invoice.id, line.no));
        }
    }
    let (used, invoice, line) = lines.into_iter().max_by_key(|(used, ..)| *used).context("a line of the meter")?;
    ensure!(used.is_some_and(|used| !used.is_zero()), "it has use");
    Ok((invoice, line))
}
