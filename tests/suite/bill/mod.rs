//! Invoices: runs, numbers, acts, and that what was issued stays.

mod acts;
pub mod books;
pub mod explain;
mod golden;
mod immutable;
mod kills;
mod late;
mod packs;
mod recorded;
mod recount;
mod runs;
mod shares;
mod since;

use operations::bill;
use operations::error::Result;
use operations::host::FixedHost;
use operations::wire::{RunReport, RunRequest};
use store::Store;
use support::World;
use tokio_util::sync::CancellationToken;

/// A host at the world's time.
fn host(world: &World, series: u64) -> FixedHost {
    FixedHost::with_series(world.now, 0xb111_0000 + series)
}

/// A request to bill everything.
fn everything() -> RunRequest {
    RunRequest { finalize: true, reason: "month end".to_owned(), ..RunRequest::default() }
}

/// Runs to the end.
async fn run(store: &Store, host: &FixedHost, request: &RunRequest) -> Result<RunReport> {
    bill::run(store, host, request, &|_| {}, &CancellationToken::new()).await
}

/// Bills everything that has ended, for tests of what happens to invoices afterwards.
pub async fn bill_all(store: &Store, world: &World) {
    let report = run(store, &host(world, 0xa11), &everything()).await.unwrap();
    assert!(report.finalized > 0, "there is something to bill");
}
