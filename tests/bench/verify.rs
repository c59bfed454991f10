//! Recounting every cache from the ledger, leaves included, against a bare scan of the ledger.

use crate::figure::{Figure, Measured, Report, Target};
use crate::place::{Bare, Place};
use anyhow::{Result, ensure};
use billing::time::Timestamp;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
const SCAN: &str = "select count(*), cast(sum(quantity) as bigint), cast(sum(contribution) as bigint), \
    cast(sum(cost_nano) as bigint), max(occurred_at) is not null from usage_events";

/// Recounts everything; the best of some rounds, as the scan.
pub async fn measure(place: &Place, at: Timestamp, report: &mut Report) -> Result<()> {
    let (mut recount, mut scan) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        scan = scan.min(bare_scan(place).await?);
        let begun = Instant::now();
        let found = operations::look::verify(&place.store, at).await?;
        recount = recount.min(begun.elapsed());
        ensure!(found.drift.is_empty(), "what append counted is what the ledger holds: {:?}", found.drift);
    }
    report.add(Figure {
        name: "verify: all caches and leaves from the ledger".to_owned(),
        place: place.engine(),
        value: Measured::time(recount),
        limit: Some((Measured::time(scan), "a bare scan of the ledger")),
        target: Target::RatioAtMost(3.0),
    });
    Ok(())
}

async fn bare_scan(place: &Place) -> Result<Duration> {
    let mut bare = place.bare().await?;
    let begun = Instant::now();
    match &mut bare {
        Bare::Postgres(conn) => sqlx::query(SCAN).fetch_all(conn).await.map(|_| ())?,
        Bare::Sqlite(conn) => sqlx::query(SCAN).fetch_all(conn).await.map(|_| ())?,
    }
    Ok(begun.elapsed())
}
