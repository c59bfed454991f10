//! No acknowledged event is lost and none counts twice, however often the writer is killed with -9, its disk is full, or its
//! connection is cut.

use crate::look::assert_sound;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::postgres::cluster;
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

#[tokio::test(flavor = "multi_thread")]
async fn full_disks_on_sqlite() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    World::new(&ledger.store, 4).await.unwrap();
    let file = ledger.file().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let acks = folder.path().join("acknowledged");
    let mut seed = SEED;
    for _ in 0..20 {
        seed = next(seed);
        let kib = std::fs::metadata(&file).unwrap().len() / 1024 + (seed >> 52);
        let mut worker = start("sqlite", &file.display().to_string(), &acks, Some(kib));
        wait_for_failure(&mut worker).await;
    }
    nothing_lost(&ledger, &acks, &format!("sqlite: 20 full disks, seed {SEED:#x}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_on_postgres() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    World::new(&ledger.store, 4).await.unwrap();
    let database = ledger.database().unwrap().to_owned();
    let folder = tempfile::TempDir::new().unwrap();
    let acks = folder.path().join("acknowledged");
    let cut = format!(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}' and pid <> pg_backend_pid()"
    );
    let mut seed = SEED;
    for _ in 0..20 {
        let before = std::fs::metadata(&acks).map_or(0, |file| file.len());
        let mut worker = start("postgres", &database, &acks, None);
        wait_for_more(&mut worker, &acks, before).await;
        seed = next(seed);
        tokio::time::sleep(Duration::from_micros(seed >> 48)).await;
        cluster().sql("postgres", &cut).unwrap();
        wait_for_failure(&mut worker).await;
    }
    nothing_lost(&ledger, &acks, &format!("postgres: 20 cut connections, seed {SEED:#x}")).await;
}

const fn next(seed: u64) -> u64 {
    seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

/// A worker that may write files of so many KiB, where there is a limit; a file that may not grow stands for a full disk.
fn start(engine: &str, place: &str, acks: &Path, limit: Option<u64>) -> Child {
    let program = env!("CARGO_BIN_EXE_ingest-worker");
    let mut worker = match limit {
        None => Command::new(program),
        Some(kib) => {
            let mut limited = Command::new("bash");
            limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\""), program]);
            limited
        }
    };
    worker.args([engine, place]).arg(acks).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
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
        let mut worker = start(engine, place, &acks, None);
        // It is killed at any moment: while it starts, or some time after it acknowledged something.
        seed = next(seed);
        let moment = Duration::from_micros(seed >> 48);
        if seed & 0b111 != 0 {
            wait_for_more(&mut worker, &acks, before).await;
            at_work += 1;
        }
        tokio::time::sleep(moment).await;
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    assert!(at_work > kills / 2, "most were killed while they appended");
    nothing_lost(ledger, &acks, &format!("{engine}: {kills} kills, seed {SEED:#x}")).await;
}

/// Waits for the next acknowledgement behind so many bytes of them.
async fn wait_for_more(worker: &mut Child, acks: &Path, before: u64) {
    let patience = Instant::now();
    while std::fs::metadata(acks).map_or(0, |file| file.len()) <= before {
        assert!(worker.try_wait().unwrap().is_none(), "the worker ended by itself");
        assert!(patience.elapsed() < Duration::from_secs(60), "the worker acknowledges nothing");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits for a worker whose database fails it: it must notice.
async fn wait_for_failure(worker: &mut Child) {
    let patience = Instant::now();
    loop {
        if let Some(status) = worker.try_wait().unwrap() {
            assert!(!status.success(), "it does not end otherwise");
            return;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "the worker goes on with nothing to write to");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn nothing_lost(ledger: &Ledger, acks: &Path, what: &str) {
    // What nobody acknowledged may be in or not; sending everything again heals it.
    let world = World::open(&ledger.store).await.unwrap();
    let acknowledged = acknowledged(acks);
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
    println!("promise 1, {what}: {acknowledged} events acknowledged, lost 0, double 0");
}
