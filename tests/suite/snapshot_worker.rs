//! Writes a snapshot of a SQLite ledger, to be killed meanwhile.

use operations::host::FixedHost;
use operations::snapshot;
use operations::wire::SnapshotRequest;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Access, Store, Target};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(ledger), Some(file)) = (arguments.next(), arguments.next()) else { return ExitCode::from(2) };
    match write(ledger, &file).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("refused {}: {error}", error.code());
            ExitCode::FAILURE
        }
    }
}

async fn write(ledger: PathBuf, file: &std::path::Path) -> operations::error::Result<()> {
    let store = Store::open(&Target::Sqlite(ledger), Access::ReadOnly).await?;
    let host = FixedHost::at(support::at("2026-01-20T12:00:00Z"));
    snapshot::export(&store, &host, &SnapshotRequest::default(), file, |_| {}, &CancellationToken::new()).await?;
    Ok(())
}
