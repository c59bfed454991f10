//! One event at a time, durable when it is acknowledged.

use crate::bare_row::BareRows;
use crate::figure::{Figure, Measured, Report, Target, Times};
use crate::ingest::append_batch;
use crate::place::Place;
use anyhow::{Result, ensure};
use operations::bench::company::Company;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use store::append::{Alerting, Batch, Outcome};

const EVENTS: u64 = 2_000;
/// What a commit writes at least.
const ONE_WRITE: usize = 4_096;
/// Not counted: the first ones fill the caches of statements.
const WARM_UP: u64 = 100;

/// Appends events one by one after those of the company. After each one the limits: what the disk takes for a synced
/// write, and what the engine takes for a committed row. So the noise of the machine meets all alike.
pub async fn measure(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    let (mut times, mut synced, mut committed) = (Times::default(), Times::default(), Times::default());
    let mut file = tempfile::tempfile()?;
    let mut rows = BareRows::beside(place).await?;
    let mut accepted = 0_u64;
    for number in 0..EVENTS + WARM_UP {
        let usage = company.usage(company.extent().events + number);
        let begun = Instant::now();
        let event = company.resolve(usage)?;
        let received_at = event.usage.occurred_at;
        let batch = Batch { received_at, import: None, alerting: Alerting::Raise, events: vec![event] };
        let appended = append_batch(place, Arc::new(batch)).await?;
        let time = begun.elapsed();
        let begun = Instant::now();
        file.write_all(&[1; ONE_WRITE])?;
        file.sync_data()?;
        let sync_time = begun.elapsed();
        let row_time = rows.insert(number).await?;
        if number >= WARM_UP {
            times.add(time);
            synced.add(sync_time);
            committed.add(row_time);
        }
        accepted += u64::from(appended.outcomes == [Outcome::Accepted]);
    }
    rows.remove().await?;
    ensure!(accepted > EVENTS / 2, "most single events are new: {accepted}");
    for (percent, target) in
        [(50, Target::Stated), (90, Target::Stated), (99, Target::AtMost(Measured::Milliseconds(5.0)))]
    {
        for (limit, what, target) in [
            (&mut synced, "4 kB written to a file and synced to the disk", Target::Stated),
            (&mut committed, "one row into a bare table, committed", target),
        ] {
            report.add(Figure {
                name: format!("one durable event, p{percent}"),
                place: place.engine(),
                value: times.percentile(percent),
                limit: Some((limit.percentile(percent), what)),
                target,
            });
        }
    }
    Ok(())
}
