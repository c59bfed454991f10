//! Bulk ingest as an import does it, side by side with the limits: chunk by chunk, so that noise meets all alike.

use crate::figure::{Figure, Measured, Report, Target, grouped};
use crate::jsonb::JsonbWay;
use crate::limit::Limit;
use crate::place::{Bare, Place};
use anyhow::{Result, ensure};
use billing::event::Usage;
use operations::bench::company::Company;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use store::append::{Alerting, Appended, Batch, NewEvent, Outcome, append};

/// Events that are made at once, outside of what is timed.
const CHUNK: u64 = 100_000;
/// Events per transaction.
pub const BATCH: usize = 10_000;
/// Events of the jsonb way: it takes too long for all, and its speed does not rise with more.
const JSONB_EVENTS: u64 = 100_000;

#[derive(Default)]
struct Spent {
    resolve: Duration,
    append: Duration,
    limit: Duration,
    jsonb: Duration,
    accepted: u64,
    limit_rows: u64,
    jsonb_rows: u64,
}

/// Fills the place with all events of the company.
pub async fn measure(place: &Place, company: &Arc<Company>, report: &mut Report) -> Result<()> {
    let limit_place = Place::new(place.store.engine()).await?;
    let mut limit = Limit::new(place, &limit_place).await?;
    let mut jsonb = JsonbWay::new(&limit_place).await?;
    let (mut spent, mut from) = (Spent::default(), 0);
    let events = company.extent().events;
    while from < events {
        let until = events.min(from + CHUNK);
        let usages: Vec<Usage> = (from..until).map(|number| company.usage(number)).collect();
        if let (Some(jsonb), true) = (jsonb.as_mut(), from < JSONB_EVENTS) {
            spent.jsonb += jsonb.insert(&usages).await?;
            spent.jsonb_rows += until - from;
        }
        let accepted = take(place, company, usages, &mut spent).await?;
        let (rows, time) = limit.insert(accepted).await?;
        spent.limit_rows += rows;
        spent.limit += time;
        from = until;
    }
    ensure!(spent.accepted == spent.limit_rows, "the limit takes the rows that the program took");
    drop((limit, jsonb));
    limit_place.remove().await?;
    state(place, events, &spent, report).await
}

/// Resolves and appends; gives what the ledger took.
async fn take(place: &Place, company: &Company, usages: Vec<Usage>, spent: &mut Spent) -> Result<Vec<Arc<Batch>>> {
    let mut batches = Vec::new();
    let mut usages = usages.into_iter().peekable();
    while usages.peek().is_some() {
        let begun = Instant::now();
        let events = usages.by_ref().take(BATCH).map(|usage| company.resolve(usage)).collect::<Result<Vec<_>, _>>()?;
        let received_at = events.last().map_or(company.extent().until, |event| event.usage.occurred_at);
        let batch = Arc::new(Batch { received_at, import: None, alerting: Alerting::Raise, events });
        spent.resolve += begun.elapsed();
        let begun = Instant::now();
        let appended = append_batch(place, Arc::clone(&batch)).await?;
        spent.append += begun.elapsed();
        batches.push(keep_accepted(batch, &appended, spent)?);
    }
    Ok(batches)
}

/// One transaction of the program.
pub async fn append_batch(place: &Place, batch: Arc<Batch>) -> Result<Appended> {
    let done: Result<Appended, StoreError> =
        place.store.write(move |write| Box::pin(async move { append(write, &batch).await })).await;
    Ok(done?)
}

fn keep_accepted(batch: Arc<Batch>, appended: &Appended, spent: &mut Spent) -> Result<Arc<Batch>> {
    let Batch { received_at, import, alerting, events } = Arc::unwrap_or_clone(batch);
    let mut kept: Vec<NewEvent> = Vec::with_capacity(events.len());
    for (event, outcome) in events.into_iter().zip(&appended.outcomes) {
        match outcome {
            Outcome::Accepted => kept.push(event),
            Outcome::Duplicate => {}
            other => anyhow::bail!("made-up usage is never {other:?}"),
        }
    }
    spent.accepted += u64::try_from(kept.len())?;
    Ok(Arc::new(Batch { received_at, import, alerting, events: kept }))
}

async fn state(place: &Place, events: u64, spent: &Spent, report: &mut Report) -> Result<()> {
    let value = Measured::rate(events, spent.resolve + spent.append);
    let limit = Measured::rate(spent.limit_rows, spent.limit);
    let is_postgres = matches!(place.bare().await?, Bare::Postgres(_));
    let (what, target) = if is_postgres {
        ("COPY of the same rows into the same table with the same indexes and triggers", Target::RatioAtLeast(0.40))
    } else {
        ("bare inserts of the same rows, 64 a statement, into the same table", Target::Stated)
    };
    let figure = |name: &str, value, limit, target| Figure {
        name: name.to_owned(),
        place: place.engine(),
        value,
        limit,
        target,
    };
    report.add(figure("bulk ingest", value, Some((limit, what)), target));
    let append = Measured::rate(events, spent.append);
    report.add(figure("bulk ingest, append alone", append, Some((limit, what)), Target::Stated));
    if spent.jsonb_rows > 0 {
        let jsonb = Measured::rate(spent.jsonb_rows, spent.jsonb);
        let limit = Some((jsonb, "rows of jsonb, nine indexes, batches of 100, no counters"));
        report.add(figure("bulk ingest", value, limit, Target::RatioAtLeast(6.0)));
    }
    let rows = counter_rows(place).await?;
    report.note(format!(
        "{}: {} of {} events accepted, the others were sent before; {} counter and day rows, {:.1} events for each.",
        place.engine(),
        grouped(spent.accepted),
        grouped(events),
        grouped(rows),
        spent.accepted as f64 / rows.max(1) as f64
    ));
    Ok(())
}

async fn counter_rows(place: &Place) -> Result<u64> {
    let count = "select (select count(*) from period_counters) + (select count(*) from usage_days)";
    let rows: i64 = match place.bare().await? {
        Bare::Postgres(mut conn) => sqlx::query_scalar(count).fetch_one(&mut conn).await?,
        Bare::Sqlite(mut conn) => sqlx::query_scalar(count).fetch_one(&mut conn).await?,
    };
    Ok(u64::try_from(rows)?)
}
