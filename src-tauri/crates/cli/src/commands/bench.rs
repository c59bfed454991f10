//! `bench`: how long this database takes to look at, and how fast this machine writes.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::bench::measure::{self, Timed};
use operations::error::Result;
use serde::Serialize;

/// Arguments of `bench`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Made-up events that are written into a scratch SQLite file
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    events: u64,
}

#[derive(Serialize)]
struct Figures {
    reads: Vec<Timed>,
    writes: Vec<Timed>,
}

/// Measures. The database itself is only read.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let reads = measure::reads(&store, context.host.as_ref()).await?;
    let writes = measure::writes(args.events, context.host.as_ref()).await?;
    let figures = Figures { reads, writes };
    match context.form {
        Form::Json => print_json(&figures)?,
        Form::Table => {
            let rows = figures.reads.iter().chain(&figures.writes).map(row).collect();
            print(&table(&["figure", "rounds", "p50 ms", "p99 ms", "events/s"], rows, 1))?;
        }
    }
    Ok(Outcome::Done)
}

fn row(figure: &Timed) -> Vec<String> {
    let millis = |micros: u64| format!("{}.{:03}", micros / 1_000, micros % 1_000);
    vec![
        figure.name.clone(),
        figure.rounds.to_string(),
        millis(figure.p50_micros),
        millis(figure.p99_micros),
        figure.events_per_second.map_or_else(String::new, |rate| rate.to_string()),
    ]
}
