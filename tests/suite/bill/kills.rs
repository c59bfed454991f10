//! Numbers have no gap, no period is billed twice and no invoice is half there, however often a run is killed with -9.

use super::books::assert_sound;
use super::{everything, host, run};
use operations::bill::run_preview;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::firm::{self, Order};
use support::{Kind, Ledger};

const SEED: u64 = 0x00b1_11ed;
/// Tenants of the firm: enough that runs are still billing when the last kill comes.
const TENANTS: u64 = 90;

/// Kills in an ordinary run; `make soak` kills more.
fn kills() -> u32 {
    if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 200 } else { 25 }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_on_sqlite() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let place = ledger.file().unwrap().display().to_string();
    kill_again_and_again(&ledger, "sqlite", &place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_on_postgres() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let place = ledger.database().unwrap().to_owned();
    kill_again_and_again(&ledger, "postgres", &place).await;
}

async fn kill_again_and_again(ledger: &Ledger, engine: &str, place: &str) {
    let world = firm::make(&ledger.store, TENANTS, Order::Forward).await.unwrap();
    let due = run_preview(&ledger.store, &host(&world, 1), &everything()).await.unwrap().finalize;
    let (mut seed, mut unfinished) = (SEED, 0);
    for number in 0..kills() {
        // Each worker bills tenant by tenant from another place on, in transactions of a few invoices.
        let mut worker = Command::new(env!("CARGO_BIN_EXE_bill-worker"));
        worker.args(["run", engine, place, &number.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
        let mut worker = worker.spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_millis(60 + (seed >> 56))).await;
        unfinished += u32::from(worker.try_wait().unwrap().is_none());
        worker.kill().unwrap();
        worker.wait().unwrap();
        assert_sound(&ledger.store).await;
    }
    assert!(unfinished > kills() / 2, "most were killed at work: {unfinished} of {}", kills());
    run(&ledger.store, &host(&world, 2), &everything()).await.unwrap();
    let books = assert_sound(&ledger.store).await;
    let billed = u32::try_from(books.issued.len() + books.credit_notes.len()).unwrap();
    assert_eq!(billed, due, "everything is billed once in the end");
    println!("promise 10, {engine}: {} kills, {billed} invoices, gaps 0, double 0, half 0, seed {SEED:#x}", kills());
}
