//! No acknowledged event is lost and none counts twice, however often the writer is killed with -9.

use crate::look::assert_sound;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Kind, Ledger, World};

const SEED: u64 = 0x00c0_ffee;

/// Kills in an ordinary run; `make soak` kills more.
fn kills(soak: u32) -> u32 {
    if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { soak } else { 200 }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_on_sqlite() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let place = ledger.file().unwrap().display().to_string();
    kill_again_and_again(&ledger, "sqlite", &place, kills(10_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_on_postgres() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let place = ledger.database().unwrap().to_owned();
    kill_again_and_again(&ledger, "postgres", &place, kills(5_000)).await;
}

fn start(engine: &str, place: &str, acks: &Path) -> Child {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_ingest-worker"));
    worker.args([engine, place]).arg(acks).stdin(Stdio::null()).stdout(Stdio::null());
    worker.spawn().unwrap()
}

fn acknowledged(acks: &Path) -> u64 {
    let text = std::fs::read_to_string(acks).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap()).max().unwrap_or(0)
}

async fn kill_again_and_again(ledger: &Ledger, engine: &str, place: &str, kills: u32) {
    World::new(&ledger.store, 4).await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let acks = folder.path().join("acknowledged");
    let mut seed = SEED;
    let mut at_work = 0;
    for _ in 0..kills {
        let before = std::fs::metadata(&acks).map_or(0, |file| file.len());
        let mut worker = start(engine, place, &acks);
        // It is killed at any moment: while it starts, or some time after it acknowledged something.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_micros(seed >> 48);
        if seed & 0b111 != 0 {
            let patience = Instant::now();
            while std::fs::metadata(&acks).map_or(0, |file| file.len()) <= before {
                assert!(worker.try_wait().unwrap().is_none(), "the worker ended by itself");
                assert!(patience.elapsed() < Duration::from_secs(60), "the worker acknowledges nothing");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            at_work += 1;
        }
        tokio::time::sleep(moment).await;
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    assert!(at_work > kills / 2, "most were killed while they appended");

    // What nobody acknowledged may be in or not; sending everything again heals it.
    let world = World::open(&ledger.store).await.unwrap();
    let acknowledged = acknowledged(&acks);
    let all: Vec<_> = (0..acknowledged).map(|number| world.nth_event(number)).collect();
    let keys: Vec<_> = all.iter().map(|event| event.usage.key.clone()).collect();
    let found = ledger
        .store
        .read(move |read| Box::pin(async move { store::events::by_keys(read, &keys).await }))
        .await
        .unwrap();
    assert_eq!(found.len(), all.len(), "no acknowledged event is lost");
    let in_ledger = assert_sound(&ledger.store).await.ledger_events;
    assert!(in_ledger >= acknowledged && in_ledger <= acknowledged + 40, "at most one batch was not acknowledged");
    for chunk in all.chunks(1_000) {
        let outcomes = world.outcomes(&ledger.store, chunk.to_vec()).await.unwrap();
        let duplicates = outcomes.iter().filter(|it| **it == store::append::Outcome::Duplicate).count();
        assert_eq!(duplicates, chunk.len(), "sent again, nothing counts twice");
    }
    assert_eq!(assert_sound(&ledger.store).await.ledger_events, in_ledger, "and nothing was added");
    println!(
        "promise 1, {engine}: {kills} kills, {acknowledged} events acknowledged, lost 0, double 0, seed {SEED:#x}"
    );
}
