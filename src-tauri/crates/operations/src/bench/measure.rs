//! How long a database takes for what people wait for: looking at the one that is there, writing into a scratch file.
//!
//! It states times of this machine and judges nothing: limits belong to the benchmarks with a server of their own.

use super::company::{Company, Extent};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::look;
use crate::open::{Access, MigrateRequest, Store, migrate_store};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use store::append::{Alerting, Batch, append};
use store::ledger::LedgerEnvironment;

const LOOKS: usize = 30;
const BATCH: u64 = 10_000;
const SINGLE_EVENTS: u64 = 300;
const SCRATCH_TENANTS: u32 = 200;
const SEED: u64 = 1;

/// Times of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timed {
    /// What was done.
    pub name: String,
    /// How often.
    pub rounds: u64,
    /// The middle time, in microseconds.
    pub p50_micros: u64,
    /// The time that 99 of 100 did not exceed, in microseconds.
    pub p99_micros: u64,
    /// Events per second, where it is about many.
    pub events_per_second: Option<u64>,
}

/// Reads of the database as screens and commands do them.
///
/// # Errors
/// When the database fails.
pub async fn reads(store: &Store, host: &dyn Host) -> Result<Vec<Timed>> {
    let at = host.now();
    let mut figures = Vec::new();
    let (mut lists, mut overviews, mut usages) = (Vec::new(), Vec::new(), Vec::new());
    let mut first = None;
    for _ in 0..LOOKS {
        let begun = Instant::now();
        let list = look::tenants(store, at).await?;
        lists.push(begun.elapsed());
        first = list.rows.into_iter().next();
        let begun = Instant::now();
        look::overview(store, at).await?;
        overviews.push(begun.elapsed());
    }
    figures.push(timed("list of all tenants with levels", lists));
    figures.push(timed("overview", overviews));
    if let Some(row) = first {
        let tenant = row.tenant_id.parse().map_err(|error| failed("The list names a tenant that is none.", error))?;
        for _ in 0..LOOKS {
            let begun = Instant::now();
            look::usage(store, tenant, at).await?;
            usages.push(begun.elapsed());
        }
        figures.push(timed("month-to-date usage of the first tenant of the list", usages));
    }
    let begun = Instant::now();
    let verified = look::verify(store, at).await?;
    let spent = begun.elapsed();
    let mut verify = timed("verify", vec![spent]);
    verify.events_per_second = Some(per_second(verified.ledger_events, spent));
    figures.push(verify);
    Ok(figures)
}

/// Writes into a SQLite file that is gone afterwards: usage in bulk, and one durable event at a time.
///
/// # Errors
/// When the file cannot be written.
pub async fn writes(events: u64, host: &dyn Host) -> Result<Vec<Timed>> {
    let folder = tempfile::tempdir().map_err(|error| failed("A scratch folder could not be made.", error))?;
    let target = store::Target::Sqlite(folder.path().join("scratch.db"));
    let store = Store::connect(&target, Access::Create).await?;
    let name = "Scratch".to_owned();
    migrate_store(&store, MigrateRequest { name, environment: LedgerEnvironment::Development, backup: None }, host)
        .await?;
    let company = Company::new(Extent { tenants: SCRATCH_TENANTS, events, seed: SEED, until: host.now() })?;
    company.install(&store).await?;
    let (mut batches, mut single) = (Vec::new(), Vec::new());
    let mut from = 0;
    while from < events {
        let until = events.min(from + BATCH);
        batches.push(take(&store, &company, from..until).await?);
        from = until;
    }
    for number in 0..SINGLE_EVENTS {
        single.push(take(&store, &company, events + number..events + number + 1).await?);
    }
    store.close().await;
    let spent: Duration = batches.iter().sum();
    let mut bulk = timed("bulk ingest, batches of up to 10,000, SQLite", batches);
    bulk.events_per_second = Some(per_second(events, spent));
    Ok(vec![bulk, timed("one durable event, SQLite", single)])
}

/// Resolves and appends made-up usage in one transaction. What making it up takes is not in the time.
async fn take(store: &Store, company: &Company, numbers: std::ops::Range<u64>) -> Result<Duration> {
    let usages: Vec<_> = numbers.map(|number| company.usage(number)).collect();
    let begun = Instant::now();
    let events = usages.into_iter().map(|usage| company.resolve(usage)).collect::<Result<Vec<_>>>()?;
    let received_at = events.last().map_or(company.extent().until, |event| event.usage.occurred_at);
    let batch = Arc::new(Batch { received_at, import: None, alerting: Alerting::Raise, events });
    let appended: Result<_, StoreError> =
        store.write(move |write| Box::pin(async move { append(write, &batch).await })).await;
    appended?;
    Ok(begun.elapsed())
}

fn timed(name: &str, mut times: Vec<Duration>) -> Timed {
    times.sort_unstable();
    let at = |percent: usize| {
        let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(place).map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    };
    let rounds = u64::try_from(times.len()).unwrap_or(u64::MAX);
    Timed { name: name.to_owned(), rounds, p50_micros: at(50), p99_micros: at(99), events_per_second: None }
}

/// Rounded down.
fn per_second(events: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(events) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn failed(sentence: &str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OperationError {
    OperationError::failed("cannot_measure", sentence).because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::FixedHost;

    #[tokio::test]
    async fn writing_is_measured_on_a_scratch_file() {
        let host = FixedHost::at("2026-07-01T00:00:00Z".parse().unwrap());
        let figures = writes(500, &host).await.unwrap();
        assert_eq!(figures[0].rounds, 1, "500 events are one batch");
        assert!(figures[0].events_per_second.unwrap() > 0, "a rate is stated");
        assert_eq!(figures[1].rounds, SINGLE_EVENTS, "every single event is timed");
    }

    #[test]
    fn percentiles_are_times_that_occurred() {
        let figure = timed("it", (1..=200).map(Duration::from_micros).collect());
        assert_eq!((figure.p50_micros, figure.p99_micros), (101, 199), "of 200 sorted times");
        assert_eq!(per_second(10, Duration::from_secs(4)), 2, "rounded down");
    }
}
