//! One event at a time, durable when it is acknowledged.

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

/// Appends events one by one after those of the company.
pub async fn measure(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    let (mut times, mut synced) = (Times::default(), Times::default());
    let mut file = tempfile::tempfile()?;
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
        if number >= WARM_UP {
            times.add(time);
            synced.add(begun.elapsed());
        }
        accepted += u64::from(appended.outcomes == [Outcome::Accepted]);
    }
    ensure!(accepted > EVENTS / 2, "most single events are new: {accepted}");
    for (percent, target) in
        [(50, Target::Stated), (90, Target::Stated), (99, Target::AtMost(Measured::Milliseconds(5.0)))]
    {
        report.add(Figure {
            name: format!("one durable event, p{percent}"),
            place: place.engine(),
            value: times.percentile(percent),
            limit: Some((synced.percentile(percent), "4 kB written to a file and synced to the disk")),
            target,
        });
    }
    Ok(())
}
