//! One event at a time, durable when it is acknowledged.

use crate::figure::{Figure, Measured, Report, Target, Times};
use crate::ingest::append_batch;
use crate::place::Place;
use anyhow::{Result, ensure};
use operations::bench::company::Company;
use std::sync::Arc;
use std::time::Instant;
use store::append::{Alerting, Batch, Outcome};

const EVENTS: u64 = 2_000;
/// Not counted: the first ones fill the caches of statements.
const WARM_UP: u64 = 100;

/// Appends events one by one after those of the company.
pub async fn measure(place: &Place, company: &Company, report: &mut Report) -> Result<()> {
    let mut times = Times::default();
    let mut accepted = 0_u64;
    for number in 0..EVENTS + WARM_UP {
        let usage = company.usage(company.extent().events + number);
        let begun = Instant::now();
        let event = company.resolve(usage)?;
        let received_at = event.usage.occurred_at;
        let batch = Batch { received_at, import: None, alerting: Alerting::Raise, events: vec![event] };
        let appended = append_batch(place, Arc::new(batch)).await?;
        if number >= WARM_UP {
            times.add(begun.elapsed());
        }
        accepted += u64::from(appended.outcomes == [Outcome::Accepted]);
    }
    ensure!(accepted > EVENTS / 2, "most single events are new: {accepted}");
    let figure = |name: &str, value, target| Figure {
        name: name.to_owned(),
        place: place.engine(),
        value,
        limit: Some((Measured::Milliseconds(50.0), "what is required")),
        target,
    };
    report.add(figure("one durable event, p50", times.percentile(50), Target::Stated));
    let bound = Target::AtMost(Measured::Milliseconds(5.0));
    report.add(figure("one durable event, p99", times.percentile(99), bound));
    Ok(())
}
