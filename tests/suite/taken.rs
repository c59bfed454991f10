//! What an import took is what the ledger holds: read past the program, after kills, from two people at once.

use crate::look::assert_sound;
use operations::error::Result;
use operations::host::FixedHost;
use operations::import::run;
use operations::wire::{ImportReport, ImportRequest};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use support::Ledger;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const AZURE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../src-tauri/crates/operations/src/sample/data/azure-llm-2023");
const FOCUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/focus-1.0/focus_sample.csv");
const SUMS: &str = "select m.code, cast(sum(e.quantity) as bigint) from usage_events e
    join meters m on m.meter_id = e.meter_id group by m.code order by m.code";
const EVENTS: &str = "select 'events', count(*) from usage_events";

on_every_stored_engine! {
    the_ledger_holds_the_totals_of_the_azure_files,
    the_ledger_holds_the_totals_of_the_focus_file,
}

on_every_engine! {
    a_header_alone_is_no_beginning,
    a_file_and_its_grown_copy_at_once,
    two_overlapping_files_at_once,
    cloud_events_on_one_line_are_each_taken_once,
    the_ledger_of_a_platform,
}

async fn import(ledger: &Ledger, file: &Path, map: &str, tenant: Option<&str>) -> Result<ImportReport> {
    static SERIES: AtomicU64 = AtomicU64::new(70_000);
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), SERIES.fetch_add(1, Ordering::Relaxed));
    let (file, map, tenant) = (file.display().to_string(), map.to_owned(), tenant.map(str::to_owned));
    let request = ImportRequest { file, map, tenant, backfill: true, ..ImportRequest::default() };
    run(&ledger.store, &host, &request, &|_| {}, &CancellationToken::new()).await
}

fn azure(name: &str) -> PathBuf {
    Path::new(AZURE).join(format!("AzureLLMInferenceTrace_{name}.csv"))
}

fn azure_lines(from: usize, count: usize) -> String {
    let text = std::fs::read_to_string(azure("code")).unwrap();
    let lines = text.lines().take(1).chain(text.lines().skip(1 + from).take(count));
    lines.map(|line| format!("{line}\n")).collect()
}

fn written(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// What a ledger in memory holds cannot be read past the program.
async fn assert_holds(ledger: &Ledger, statement: &str, expected: &[(&str, i64)]) {
    let Some(found) = ledger.raw(statement).await.unwrap() else { return };
    let found: Vec<(&str, i64)> = found.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
    assert_eq!(found, expected, "what is stored is what the file sums up to");
}

async fn the_ledger_holds_the_totals_of_the_azure_files(ledger: Ledger) {
    for name in ["conv", "code"] {
        import(&ledger, &azure(name), "azure-llm-2023", None).await.unwrap();
    }
    let both = [("ContextTokens", 22_361_870 + 18_059_974), ("GeneratedTokens", 4_088_665 + 245_896)];
    assert_holds(&ledger, SUMS, &both).await;
    assert_sound(&ledger.store).await;
}

async fn the_ledger_holds_the_totals_of_the_focus_file(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let report = import(&ledger, Path::new(FOCUS), "focus-1.0", None).await.unwrap();
    let copy = written(&folder, "other name.csv", std::fs::read(FOCUS).unwrap());
    let again = import(&ledger, &copy, "focus-1.0", None).await.unwrap();
    assert_eq!((again.accepted, again.duplicates), (0, 1_000), "a renamed copy is the same file");
    assert_sound(&ledger.store).await;
    let cost = "select cost_currency, cast(sum(cost_nano) as bigint) from usage_events group by cost_currency";
    let stored = ledger.raw(cost).await.unwrap().unwrap();
    let [(currency, nano)] = stored.as_slice() else { panic!("one currency: {stored:?}") };
    let off: Decimal = report.cost[0].rounded_off.parse().unwrap();
    assert_eq!(currency, "USD", "the file's currency");
    assert_eq!((Decimal::new(*nano, 9) + off).to_string(), "20.52022672899", "stored and rounded off");
    let sums = "select m.code || '/' || m.scale, cast(sum(e.quantity) as bigint) from usage_events e
        join meters m on m.meter_id = e.meter_id group by m.code, m.scale order by m.code";
    let stored = ledger.raw(sums).await.unwrap().unwrap();
    let mut reported: Vec<(&str, Decimal)> =
        report.totals.iter().map(|total| (total.meter.as_str(), total.quantity.parse().unwrap())).collect();
    reported.sort_unstable();
    let stored = stored.iter().map(|(meter, units)| {
        let (code, scale) = meter.rsplit_once('/').unwrap();
        (code, Decimal::new(*units, scale.parse().unwrap()))
    });
    assert_eq!(stored.collect::<Vec<_>>(), reported, "each meter holds what was reported");
}

async fn a_header_alone_is_no_beginning(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let header = written(&folder, "empty.csv", azure_lines(0, 0));
    let report = import(&ledger, &header, "azure-llm-2023", Some("Acme")).await.unwrap();
    assert_eq!((report.read, report.accepted), (0, 0), "it has no rows");
    for name in ["conv", "code"] {
        let report = import(&ledger, &azure(name), "azure-llm-2023", Some(name)).await.unwrap();
        assert_eq!((report.conflicts, report.duplicates), (0, 0), "{name} has keys of its own");
    }
    let both = [("ContextTokens", 22_361_870 + 18_059_974), ("GeneratedTokens", 4_088_665 + 245_896)];
    assert_holds(&ledger, SUMS, &both).await;
}

/// Either both have one identity, or one of them is refused: no row counts twice.
async fn a_file_and_its_grown_copy_at_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "usage.csv", azure_lines(0, 300));
    let grown = written(&folder, "grown.csv", azure_lines(0, 330));
    import(&ledger, &azure("conv"), "azure-llm-2023", Some("conv")).await.unwrap();
    let before = count(&ledger).await;
    let (one, other) = tokio::join!(
        import(&ledger, &file, "azure-llm-2023", Some("Acme")),
        import(&ledger, &grown, "azure-llm-2023", Some("Acme"))
    );
    let taken: u64 = [&one, &other].into_iter().flatten().map(|report| report.accepted).sum();
    assert!(taken == 600 || taken == 660, "each row once: {taken}");
    for error in [one.err(), other.err()].into_iter().flatten() {
        assert_eq!(error.code(), "overlap", "who is refused knows why");
    }
    if let (Some(before), Some(after)) = (before, count(&ledger).await) {
        assert!(after - before == 600 || after - before == 660, "each row once: {}", after - before);
    }
    // Whoever was refused comes later, and is told the same or adds what is new.
    let again = import(&ledger, &grown, "azure-llm-2023", Some("Acme")).await;
    assert!(again.is_ok_and(|report| report.conflicts == 0), "the grown file adds its rows");
}

async fn count(ledger: &Ledger) -> Option<i64> {
    ledger.raw(EVENTS).await.unwrap().map(|rows| rows[0].1)
}

async fn two_overlapping_files_at_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "one.csv", azure_lines(0, 300));
    let other = written(&folder, "other.csv", azure_lines(100, 300));
    let (one, other) = tokio::join!(
        import(&ledger, &file, "azure-llm-2023", Some("Acme")),
        import(&ledger, &other, "azure-llm-2023", Some("Acme"))
    );
    let refused = [&one, &other].into_iter().filter(|done| done.as_ref().is_err_and(|error| error.code() == "overlap"));
    assert_eq!(refused.count(), 1, "one of them is refused: {one:?} {other:?}");
    if let Some(events) = count(&ledger).await {
        assert_eq!(events, 600, "nothing of the refused one is in");
    }
    assert_sound(&ledger.store).await;
}

const AGENTS: &str = r#"
    name = "usage-of-agents"
    format = "cloudevents"
    key = { from = ["source", "id"], join = "/" }
    tenant.from = "subject"
    time = { from = "time", zone = "UTC" }
    create = { tenants = true, meters = true }

    [[meter]]
    code = "/data/meter"
    quantity = "/data/quantity"
    unit = { constant = "tokens" }
"#;

async fn cloud_events_on_one_line_are_each_taken_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "agents.toml", AGENTS).display().to_string();
    let event = |number: u32| {
        format!(
            r#"{{"specversion":"1.0","id":"{number}","source":"/a","type":"use","subject":"acme","time":"2026-01-05T10:00:00Z","data":{{"meter":"tokens","quantity":1}}}}"#
        )
    };
    let events: Vec<String> = (0..12_000).chain(0..10).map(event).collect();
    let file = written(&folder, "batch.json", format!("[{}]", events.join(",")));
    assert!(std::fs::metadata(&file).unwrap().len() > 1 << 20, "the one line is longer than a row may be");
    let report = import(&ledger, &file, &map, None).await.unwrap();
    assert_eq!((report.read, report.accepted, report.duplicates), (12_010, 12_000, 10), "{:?}", report.problems);
    assert_holds(&ledger, SUMS, &[("tokens", 12_000)]).await;
    let keyless = written(&folder, "keyless.toml", AGENTS.replace("key =", "# key ="));
    let refused = import(&ledger, &file, &keyless.display().to_string(), None).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_mapping", "a line would be the key of all: {refused}");
}

async fn the_ledger_of_a_platform(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let rows = "id,user_id,resource_type,amount,metadata,created_at\n\
        1,u1,llm_tokens,1500,,2026-01-05 10:00:00\n\
        2,u1,memory_storage,4096,,2026-01-05 10:00:01\n\
        3,u1,memory_storage,-1024,,2026-01-05 10:00:02\n\
        4,u1,agent_minutes,2.5,,2026-01-05 10:00:03\n\
        5,u1,memory_storage,-4096,,2026-01-05 10:00:04\n\
        6,u1,dreams,7,,2026-01-05 10:00:05\n";
    let file = written(&folder, "ledger.csv", rows);
    let report = import(&ledger, &file, "usage-ledger", None).await.unwrap();
    assert_eq!((report.accepted, report.quarantined, report.refused), (4, 1, 1), "{:?}", report.problems);
    let codes: Vec<&str> = report.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert!(codes.contains(&"below_zero"), "more is freed than is held: {codes:?}");
    assert!(codes.contains(&"no_meter"), "a resource that nobody meters: {codes:?}");
    // Minutes as seconds with three digits; storage is what is held.
    let expected = [("agent_seconds", 150_000), ("llm_tokens", 1_500), ("memory_storage", 3_072)];
    assert_holds(&ledger, SUMS, &expected).await;
    assert_sound(&ledger.store).await;
}

/// The program itself, killed with -9 while it takes rows, again and again.
async fn killed_and_started_again(kind: support::Kind) {
    let ledger = Ledger::new(kind).await.unwrap();
    let address = ledger.address().unwrap();
    let file = azure("conv");
    let (mut at_work, mut before) = (0, 0);
    for _ in 0..40 {
        let mut command = Command::new(support::person::program("countinghouse-cli").unwrap());
        command.args(["--db", &address, "import", "usage"]).arg(&file);
        command.args(["--map", "azure-llm-2023", "--backfill"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ended = loop {
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            let events = count(&ledger).await.unwrap();
            if events > before {
                before = events;
                break false;
            }
        };
        child.kill().unwrap();
        child.wait().unwrap();
        if ended {
            break;
        }
        at_work += 1;
    }
    assert!(at_work >= 2, "it was killed while it took rows: {at_work}");
    let last = import(&ledger, &file, "azure-llm-2023", None).await.unwrap();
    assert_eq!(last.accepted + last.duplicates, 2 * 19_366, "every row is there or comes now");
    assert_holds(&ledger, SUMS, &[("ContextTokens", 22_361_870), ("GeneratedTokens", 4_088_665)]).await;
    assert_sound(&ledger.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_on_sqlite() {
    killed_and_started_again(support::Kind::SqliteFile).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again_on_postgres() {
    killed_and_started_again(support::Kind::Postgres).await;
}
