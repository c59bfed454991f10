//! Jobs: work that nobody waits for, run by a scheduler or by hand. Each may run as often as one likes.
//!
//! Leases and records of runs come with the jobs that must not run twice at once; these may.

use crate::bill::close_periods;
use crate::change::extend_periods;
use crate::error::Result;
use crate::host::Host;
use crate::wire::{Job, JobCount, JobRow, JobRun};
use futures::FutureExt;
use store::Store;

/// The jobs that exist.
pub fn jobs_list() -> Vec<JobRow> {
    let row = |job| JobRow {
        job,
        title: match job {
            Job::ExtendPeriods => "Store the current and the next billing period of every running subscription",
            Job::FoldCompany => "Add what was appended to the company's figures by day",
            Job::ClosePeriods => "Close billing periods whose days of grace are over",
        }
        .to_owned(),
        schedule: match job {
            Job::ExtendPeriods => "daily at 00:05 UTC",
            Job::FoldCompany => "every few minutes",
            Job::ClosePeriods => "hourly: midnights are those of the tenants",
        }
        .to_owned(),
    };
    Job::ALL.into_iter().map(row).collect()
}

/// Runs a job to its end.
///
/// # Errors
/// What the store says.
pub async fn jobs_run(store: &Store, host: &dyn Host, job: Job) -> Result<JobRun> {
    let started_at = host.now().to_string();
    let count = |what: &str, count| JobCount { what: what.to_owned(), count };
    let changed = match job {
        Job::ExtendPeriods => {
            let done = extend_periods(store, host).await?;
            vec![count("tenants", done.tenants), count("periods", done.periods)]
        }
        Job::FoldCompany => vec![count("deltas", fold_company(store).await?)],
        Job::ClosePeriods => vec![count("periods", close_periods(store, host).await?)],
    };
    Ok(JobRun { job, started_at, changed })
}

async fn fold_company(store: &Store) -> Result<u64> {
    let mut folded = 0;
    loop {
        let some = store.write(|write| store::company::fold(write).boxed()).await?;
        if some == 0 {
            return Ok(folded);
        }
        folded += some;
    }
}
