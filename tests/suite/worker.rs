//! A process that appends an endless series until it is killed, for the test that kills it.
//!
//! `ingest-worker sqlite FILE ACKS` or `ingest-worker postgres DATABASE ACKS`. After each commit it writes the number of
//! the next event to ACKS, outside the database. It begins some events before the last one that was acknowledged, as a
//! sender does that is not sure what arrived.
//!
//! `ingest-worker sqlite|postgres PLACE invoices FILE` imports a file of invoices instead, once.

use anyhow::{Context, Result, bail};
use operations::host::FixedHost;
use operations::wire::InvoiceImportRequest;
use std::fs::OpenOptions;
use std::io::Write;
use store::append::Outcome;
use store::{Access, Store, Target};
use support::World;
use support::ledger::postgres_target;
use support::postgres::SUPERUSER;
use tokio_util::sync::CancellationToken;

/// Events that are sent again after each start.
const AGAIN: u64 = 50;

/// What is done until it is killed.
enum Work<'a> {
    Append(&'a String),
    Invoices(&'a String),
}

async fn invoices(store: &Store, file: &str) -> Result<()> {
    let request = InvoiceImportRequest {
        file: file.to_owned(),
        map: "uci-online-retail".to_owned(),
        ..InvoiceImportRequest::default()
    };
    // Each process has ids of its own.
    let host =
        FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), 0x1_0000_0000 + u64::from(std::process::id()));
    operations::import::invoices::run(store, &host, &request, &|_| {}, &CancellationToken::new()).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (engine, place, what) = match &arguments[..] {
        [engine, place, acks] => (engine, place, Work::Append(acks)),
        [engine, place, word, file] if word == "invoices" => (engine, place, Work::Invoices(file)),
        _ => bail!("ingest-worker sqlite|postgres PLACE ACKS, or sqlite|postgres PLACE invoices FILE"),
    };
    let target = match engine.as_str() {
        "sqlite" => Target::Sqlite(place.into()),
        "postgres" => postgres_target(place, SUPERUSER),
        _ => bail!("an engine is sqlite or postgres"),
    };
    let store = Store::open(&target, Access::ReadWrite).await?;
    let acks = match what {
        Work::Append(acks) => acks,
        Work::Invoices(file) => return invoices(&store, file).await,
    };
    let world = World::open(&store).await?;
    let acknowledged = std::fs::read_to_string(acks).unwrap_or_default();
    // The highest, not the last: whoever begins again acknowledges what was sent before once more.
    let numbers = acknowledged.lines().map(str::parse::<u64>).collect::<Result<Vec<_>, _>>();
    let last = numbers.context("an acknowledgement")?.into_iter().max().unwrap_or(0);
    let mut acks = OpenOptions::new().create(true).append(true).open(acks)?;
    let mut next = last.saturating_sub(AGAIN);
    loop {
        // Small batches and large ones take different ways into the ledger.
        let end = next + 1 + next % 37;
        let events = (next..end).map(|number| world.nth_event(number)).collect();
        let outcomes = world.outcomes(&store, events).await?;
        if let Some(wrong) = outcomes.iter().find(|it| !matches!(it, Outcome::Accepted | Outcome::Duplicate)) {
            bail!("event between {next} and {end}: {wrong:?}");
        }
        next = end;
        // One write: a kill between a number and its end of line would make one number of two.
        acks.write_all(format!("{next}\n").as_bytes())?;
    }
}
