//! However an export ends, its file has its name only when it verifies (promise 17).

use super::names;
use operations::snapshot;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Kind, Ledger, World};

const SEED: u64 = 0x0dead;

async fn a_ledger() -> (Ledger, std::path::PathBuf) {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::new(&ledger.store, 4).await.unwrap();
    for chunk in 0..8_u64 {
        let events = (chunk * 500..(chunk + 1) * 500).map(|number| world.nth_event(number)).collect();
        world.append(&ledger.store, events).await.unwrap();
    }
    let file = ledger.file().unwrap();
    (ledger, file)
}

fn points(gate: u64) -> u64 {
    if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 100 } else { gate }
}

fn worker(ledger: &Path, file: &Path, limit: &str) -> Command {
    let mut command = Command::new("bash");
    let script = format!("trap '' XFSZ; {limit} exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(env!("CARGO_BIN_EXE_snapshot-worker")).arg(ledger).arg(file);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

async fn assert_whole_or_absent(file: &Path, what: &str) -> bool {
    if !file.exists() {
        return false;
    }
    let found = snapshot::verify(file, |_| {}).await.unwrap();
    assert!(found.untouched, "{what}: the name stands for a whole file: {:?}", found.problems);
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_leaves_a_whole_file_or_none() {
    let (_ledger, source) = a_ledger().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.chsnapshot");
    let whole = std::time::Instant::now();
    assert!(worker(&source, &file, "").status().unwrap().success(), "without a kill it is written");
    let takes = whole.elapsed();
    let (mut seed, mut finished, mut parts) = (SEED, 0, 0);
    for point in 0..points(12) {
        std::fs::remove_file(&file).unwrap_or_default();
        let mut process = worker(&source, &file, "").spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = takes.as_micros() as u64 * (seed >> 40) / (1 << 24);
        tokio::time::sleep(Duration::from_micros(moment)).await;
        process.kill().unwrap();
        process.wait().unwrap();
        finished += u32::from(assert_whole_or_absent(&file, &format!("kill {point}")).await);
        for name in names(folder.path()).iter().filter(|name| name.starts_with(".countinghouse-")) {
            parts += 1;
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
    }
    assert!(parts > 0, "some kills came while it wrote");
    println!(
        "promise 17: {} kills of an export, {parts} while it wrote, {finished} after its end, seed {SEED:#x}",
        points(12)
    );
}

/// A limit on the size of files stands for a full disk: a write fails somewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_no_file() {
    let (_ledger, source) = a_ledger().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.chsnapshot");
    assert!(worker(&source, &file, "").status().unwrap().success(), "with room it is written");
    let kib = std::fs::metadata(&file).unwrap().len() / 1024;
    std::fs::remove_file(&file).unwrap();
    let points = points(12);
    for point in 0..points {
        let limit = kib * point / points;
        let output = worker(&source, &file, &format!("ulimit -f {limit};")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!output.status.success(), "{limit} of {kib} KiB are not enough: {said}");
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{limit} KiB: nothing is left, nothing has the name");
    }
    println!("promise 17: {points} full disks within an export of {kib} KiB, no file");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_leaves_no_file() {
    use operations::host::FixedHost;
    use operations::wire::SnapshotRequest;
    use tokio_util::sync::CancellationToken;
    let (ledger, _source) = a_ledger().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.chsnapshot");
    let stop = CancellationToken::new();
    let told = {
        let stop = stop.clone();
        move |_| stop.cancel()
    };
    let host = FixedHost::at(support::at("2026-01-20T12:00:00Z"));
    let stopped = snapshot::export(&ledger.store, &host, &SnapshotRequest::default(), &file, told, &stop).await;
    assert_eq!(stopped.unwrap_err().code(), "stopped", "who asked hears that it stopped");
    // What runs in another thread ends within a moment and takes its part file with it.
    for _ in 0..200 {
        if names(folder.path()).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("left over: {:?}", names(folder.path()));
}
