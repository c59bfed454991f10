//! The benchmarks: each figure beside the limit of the same machine in the same run, and what it must reach.
//!
//! Not a test: a busy machine misses a target without anything being wrong. Ratios count, absolutes are given beside
//! them. Everything runs on a private PostgreSQL and on SQLite files that are gone afterwards.

#![expect(clippy::float_arithmetic, reason = "measurements and ratios are not money")]

mod bare_row;
mod bill;
mod explain;
mod figure;
mod ingest;
mod jsonb;
mod limit;
mod listed;
mod look;
mod place;
mod single;
mod snapshot;
mod verify;
mod window;

use anyhow::{Context, Result, ensure};
use billing::time::Timestamp;
use clap::Parser;
use figure::Report;
use listed::LISTED;
use operations::bench::company::{Company, Extent};
use place::Place;
use std::path::PathBuf;
use std::sync::Arc;
use store::Engine;

/// The allocator of the programs that are measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the program against the limits of the databases underneath it.
#[derive(Debug, Parser)]
#[command(name = "countinghouse-bench")]
struct Arguments {
    /// S: 1 million events of 1,000 tenants; M: 10 million of 10,000; L: 100 million of 10,000
    #[arg(long, default_value = "S")]
    size: Size,
    /// Other than the size says
    #[arg(long)]
    events: Option<u64>,
    /// Equal seeds make equal usage
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Leave out the window (it needs Xvfb and the release build of the program)
    #[arg(long)]
    no_window: bool,
    /// Measure only this database
    #[arg(long)]
    engine: Option<EngineName>,
    /// Measure only this; may be given several times
    #[arg(long, value_name = "WHAT")]
    only: Vec<What>,
}

impl Arguments {
    fn wants(&self, what: What) -> bool {
        self.only.is_empty() || self.only.contains(&what)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum EngineName {
    Postgres,
    Sqlite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Ingest,
    Single,
    Month,
    Verify,
    Snapshot,
    List,
    Bill,
    Explain,
    Window,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Size {
    S,
    M,
    L,
}

impl Size {
    const fn extent(self, seed: u64, until: Timestamp) -> Extent {
        let (events, tenants) = match self {
            Self::S => (1_000_000, 1_000),
            Self::M => (10_000_000, 10_000),
            Self::L => (100_000_000, 10_000),
        };
        Extent { tenants, events, seed, until }
    }
}

#[expect(clippy::disallowed_methods, reason = "the edge: the made-up usage ends now, as real usage does")]
fn now() -> Result<Timestamp> {
    Timestamp::from_utc(chrono::Utc::now()).context("the clock")
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut extent = arguments.size.extent(arguments.seed, now()?);
    extent.events = arguments.events.unwrap_or(extent.events);
    ensure!(extent.events > 0, "there is nothing to measure without events");
    let mut report = Report::new(extent);
    let engines = match arguments.engine {
        Some(EngineName::Postgres) => vec![Engine::Postgres],
        Some(EngineName::Sqlite) => vec![Engine::Sqlite],
        None => vec![Engine::Postgres, Engine::Sqlite],
    };
    for engine in engines {
        measure(engine, extent, &arguments, &mut report).await?;
    }
    if arguments.wants(What::Window) && !arguments.no_window {
        window::measure(extent, &mut report).await?;
    }
    print!("{}", report.table());
    if let Some(file) = arguments.json {
        std::fs::write(&file, report.json()?).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

async fn measure(engine: Engine, extent: Extent, arguments: &Arguments, report: &mut Report) -> Result<()> {
    let company = Arc::new(Company::new(extent)?);
    let place = Place::new(engine).await?;
    company.install(&place.store).await?;
    // What is measured on a full ledger needs one.
    let mut on_ledger = vec![What::Ingest, What::Single, What::Month, What::Verify, What::Snapshot];
    if extent.tenants >= LISTED {
        on_ledger.push(What::List);
    }
    if on_ledger.into_iter().any(|what| arguments.wants(what)) {
        ingest::measure(&place, &company, report).await?;
    }
    place.settle().await?;
    if arguments.wants(What::Single) {
        single::measure(&place, &company, report).await?;
    }
    if arguments.wants(What::Month) {
        look::month_to_date(&place, &company, report).await?;
    }
    if arguments.wants(What::Verify) {
        verify::measure(&place, extent.until, report).await?;
    }
    if arguments.wants(What::Snapshot) {
        snapshot::measure(&place, extent.until, report).await?;
    }
    if arguments.wants(What::List) {
        look::tenants(&place, &company, report).await?;
    }
    place.remove().await?;
    if arguments.wants(What::Bill) {
        bill::measure(engine, extent.seed, extent.until, report).await?;
    }
    if arguments.wants(What::Explain) {
        explain::measure(engine, extent.seed, extent.until, report).await?;
    }
    Ok(())
}
