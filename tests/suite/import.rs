//! Imports of real and hostile files: exact totals, nothing twice, nothing lost without a word.

use operations::error::Result;
use operations::host::FixedHost;
use operations::import::{run, run_and_tell};
use operations::wire::{ImportReport, ImportRequest};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;
use support::Ledger;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const AZURE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../src-tauri/crates/operations/src/sample/data/azure-llm-2023");
const FOCUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/focus-1.0/focus_sample.csv");

on_every_engine! {
    azure_files_give_their_totals_once,
    the_focus_file_gives_its_totals_once,
    a_grown_file_adds_its_new_lines,
    a_dry_run_says_what_the_run_does,
    a_stopped_import_goes_on,
    a_smaller_copy_adds_nothing,
    a_full_counter_costs_its_row,
    a_failed_import_tells_what_it_took,
    what_failed_is_not_billed,
    json_that_says_two_things_is_refused,
    a_time_that_came_twice_is_told,
    corrected_rows_come_back_once,
    overlapping_keyless_files_are_refused,
    all_or_nothing_takes_nothing,
    hostile_files_never_stop_an_import,
    same_key_other_content_is_a_conflict,
}

fn request(file: &Path, map: &str) -> ImportRequest {
    let (file, map) = (file.display().to_string(), map.to_owned());
    ImportRequest { file, map, backfill: true, ..ImportRequest::default() }
}

async fn import(store: &Store, request: &ImportRequest) -> Result<ImportReport> {
    import_until(store, request, &CancellationToken::new(), u64::MAX).await
}

/// Stops once so many bytes were taken.
async fn import_until(
    store: &Store,
    request: &ImportRequest,
    stop: &CancellationToken,
    bytes: u64,
) -> Result<ImportReport> {
    static SERIES: AtomicU64 = AtomicU64::new(1);
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), SERIES.fetch_add(1, Ordering::Relaxed));
    let told = |progress: operations::wire::Progress| {
        if progress.phase == "taking rows" && progress.done >= bytes {
            stop.cancel();
        }
    };
    run(store, &host, request, &told, stop).await
}

fn total(report: &ImportReport, meter: &str) -> String {
    report.totals.iter().find(|total| total.meter == meter).map_or_else(String::new, |total| total.quantity.clone())
}

fn written(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn azure_files_give_their_totals_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    for (name, rows, input, output) in [("conv", 19_366, "22361870", "4088665"), ("code", 8_819, "18059974", "245896")]
    {
        let file = Path::new(AZURE).join(format!("AzureLLMInferenceTrace_{name}.csv"));
        let report = import(&ledger.store, &request(&file, "azure-llm-2023")).await.unwrap();
        assert_eq!((report.read, report.accepted), (rows, rows * 2), "each row feeds two meters");
        assert_eq!(total(&report, "ContextTokens"), input, "{name}: the total of the file");
        assert_eq!(total(&report, "GeneratedTokens"), output, "{name}: the total of the file");
        let copy = written(&folder, "renamed.csv", std::fs::read(&file).unwrap());
        let again = import(&ledger.store, &request(&copy, "azure-llm-2023")).await.unwrap();
        assert_eq!((again.accepted, again.duplicates), (0, rows * 2), "a renamed copy is the same file");
    }
}

async fn the_focus_file_gives_its_totals_once(ledger: Ledger) {
    let report = import(&ledger.store, &request(Path::new(FOCUS), "focus-1.0")).await.unwrap();
    assert_eq!((report.accepted, report.refused, report.quarantined), (1_000, 0, 0), "every charge is taken");
    assert_eq!(report.tenants_created, 73, "one tenant per sub-account");
    let cost = &report.cost[0];
    let billed = cost.amount.parse::<Decimal>().unwrap() + cost.rounded_off.parse::<Decimal>().unwrap();
    assert_eq!(
        (cost.currency.as_str(), billed.to_string().as_str()),
        ("USD", "20.52022672899"),
        "stored and rounded off"
    );
    let mut rows = csv_quantities();
    for total in &report.totals {
        rows -= total.quantity.parse::<Decimal>().unwrap() + total.rounded_off.parse::<Decimal>().unwrap();
    }
    assert_eq!(rows.normalize(), Decimal::ZERO, "stored quantity and what was rounded off are what the file says");
    let again = import(&ledger.store, &request(Path::new(FOCUS), "focus-1.0")).await.unwrap();
    assert_eq!((again.accepted, again.duplicates), (0, 1_000), "a second import takes nothing");
}

/// The sum of `ConsumedQuantity`, read in another way than the import reads it: the one column before its unit.
fn csv_quantities() -> Decimal {
    let text = std::fs::read_to_string(FOCUS).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').map(|name| name.trim_matches('"')).collect();
    let column = header.iter().position(|name| *name == "ConsumedQuantity").unwrap();
    let quantity = |line: &str| {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for character in line.chars() {
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                other => fields.last_mut().unwrap().push(other),
            }
        }
        // The file writes the word for what is missing.
        if fields[column] == "NULL" { Decimal::ZERO } else { fields[column].parse::<Decimal>().unwrap() }
    };
    text.lines().skip(1).map(quantity).sum()
}

fn azure_lines(count: usize) -> String {
    let text = std::fs::read_to_string(Path::new(AZURE).join("AzureLLMInferenceTrace_code.csv")).unwrap();
    text.lines().take(count + 1).map(|line| format!("{line}\n")).collect()
}

async fn a_grown_file_adds_its_new_lines(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let file = written(&folder, "usage.csv", azure_lines(1_000));
    import(&ledger.store, &request(&file, "azure-llm-2023")).await.unwrap();
    let grown = written(&folder, "other name.csv", azure_lines(1_100));
    let report = import(&ledger.store, &request(&grown, "azure-llm-2023")).await.unwrap();
    assert_eq!((report.accepted, report.duplicates), (200, 2_000), "100 new lines of two meters");
}

async fn a_dry_run_says_what_the_run_does(ledger: Ledger) {
    let wanted = request(Path::new(FOCUS), "focus-1.0");
    let look = import(&ledger.store, &ImportRequest { dry_run: true, ..wanted.clone() }).await.unwrap();
    let run = import(&ledger.store, &wanted).await.unwrap();
    let blank = |report: ImportReport| ImportReport { import_id: None, dry_run: false, refused_file: None, ..report };
    assert_eq!(blank(look), blank(run), "the same code path gives the same report, and the look wrote nothing");
}

async fn a_stopped_import_goes_on(ledger: Ledger) {
    let file = Path::new(AZURE).join("AzureLLMInferenceTrace_conv.csv");
    let wanted = request(&file, "azure-llm-2023");
    let first = import_until(&ledger.store, &wanted, &CancellationToken::new(), 1).await.unwrap();
    assert!(first.stopped && first.accepted > 0 && first.accepted < 38_732, "it stopped on the way");
    let rest = import(&ledger.store, &wanted).await.unwrap();
    assert_eq!(first.accepted + rest.accepted, 38_732, "nothing is lost and nothing counts twice");
}

async fn a_smaller_copy_adds_nothing(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let wanted = |file: &Path, tenant: Option<&str>| ImportRequest {
        tenant: tenant.map(str::to_owned),
        ..request(file, "azure-llm-2023")
    };
    for tenant in [None, Some("Acme")] {
        let whole = written(&folder, "usage.csv", azure_lines(1_099));
        let first = import(&ledger.store, &wanted(&whole, tenant)).await.unwrap();
        assert_eq!(first.accepted, 2_198, "two meters a row");
        for (lines, text) in [(999, azure_lines(999)), (7, azure_lines(7).trim_end().to_owned())] {
            let copy = written(&folder, "copy.csv", text);
            let look = ImportRequest { dry_run: true, ..wanted(&copy, tenant) };
            let look = import(&ledger.store, &look).await.unwrap();
            for report in [look, import(&ledger.store, &wanted(&copy, tenant)).await.unwrap()] {
                let counts = (report.accepted, report.duplicates, report.tenants_created);
                assert_eq!(counts, (0, lines * 2, 0), "the first {lines} lines were imported");
            }
        }
    }
    let other = azure_lines(20).replacen(",10\n", ",11\n", 1);
    let other = written(&folder, "other.csv", other);
    let refused = import(&ledger.store, &wanted(&other, Some("Acme"))).await.unwrap_err();
    assert_eq!(refused.code(), "overlap", "one other row, and it is another file");
    let report = import(&ledger.store, &wanted(&other, None)).await.unwrap();
    assert_eq!((report.accepted, report.tenants_created), (40, 1), "nothing of it was known");
}

async fn a_full_counter_costs_its_row(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "calls.toml", CALLS).display().to_string();
    let mut text = "id,tenant,at,seconds\n".to_owned();
    for line in 2..=1_200 {
        // 92 of the largest fit into a counter; those from line 593 on do not. Others go on to be taken.
        let large = (501..=594).contains(&line);
        let (tenant, seconds) = if large { ("big", "100000000000000000") } else { ("small", "3") };
        text.push_str(&format!("k{line},{tenant},2026-01-01T00:00:00Z,{seconds}\n"));
    }
    let file = written(&folder, "calls.csv", text);
    let wanted = request(&file, &map);
    let whole = import(&ledger.store, &ImportRequest { all_or_nothing: true, ..wanted.clone() }).await.unwrap();
    assert_eq!((whole.accepted, whole.quarantined), (0, 2), "all or nothing, and it says why");
    let look = import(&ledger.store, &ImportRequest { dry_run: true, ..wanted.clone() }).await.unwrap();
    let report = import(&ledger.store, &wanted).await.unwrap();
    for report in [&whole, &look, &report] {
        assert_eq!(report.problems.len(), 1, "one kind of problem: {:?}", report.problems);
        let problem = &report.problems[0];
        assert_eq!((problem.code.as_str(), &problem.lines[..]), ("overflow", &[593, 594][..]), "the rows at fault");
    }
    for report in [&look, &report] {
        assert_eq!((report.accepted, report.quarantined), (1_197, 2), "all others are taken");
    }
    let put_aside = std::fs::read_to_string(report.refused_file.unwrap()).unwrap();
    assert_eq!(put_aside.lines().count(), 3, "the header and two rows");
    crate::look::assert_sound(&ledger.store).await;
    let again = import(&ledger.store, &wanted).await.unwrap();
    assert_eq!((again.accepted, again.duplicates, again.quarantined), (0, 1_197, 2), "and the same again");
}

async fn a_failed_import_tells_what_it_took(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "calls.toml", CALLS).display().to_string();
    let mut text = "id,tenant,at,seconds\n".to_owned();
    for line in 2..=10_050 {
        text.push_str(&format!("k{line},a,2026-01-01T00:00:00Z,{}\n", if line > 10_010 { "many" } else { "1" }));
    }
    let file = written(&folder, "calls.csv", text);
    let path = folder.path().to_owned();
    // The file is open by now, so its rows are still read; but nothing can be written beside it any more.
    let told = move |_: operations::wire::Progress| drop(std::fs::remove_dir_all(&path));
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), 77);
    let wanted = request(&file, &map);
    let failed = run_and_tell(&ledger.store, &host, &wanted, &told, &CancellationToken::new()).await.unwrap_err();
    assert_eq!(failed.error.code(), "cannot_write_put_aside", "it cannot go on");
    let report = failed.report.unwrap();
    assert_eq!((report.accepted, report.refused), (10_009, 40), "what was taken stays, and is told");
    assert_eq!(report.problems[0].lines[0], 10_011, "so are the problems");
}

async fn what_failed_is_not_billed(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let header = "id,user_id,duration_seconds,provider,transcription_type,is_billable,billable_reason,created_at";
    let rows = "1,coach,60,google,failed,true,paid,2026-01-01T08:00:00Z\n2,coach,60,google,original,true,paid,2026-01-01T08:00:00Z";
    let file = written(&folder, "logs.csv", format!("{header}\n{rows}\n"));
    let report = import(&ledger.store, &request(&file, "usage-logs")).await.unwrap();
    assert_eq!(report.accepted, 2, "both are known");
    let (now, all) = (support::at("2026-02-01T00:00:00Z"), operations::wire::EventFilter::default());
    let rows = operations::look::events(&ledger.store, now, &all, None);
    let mut billable: Vec<_> = rows.await.unwrap().rows.into_iter().map(|row| (row.key, row.billable)).collect();
    billable.sort();
    assert_eq!(billable, [("1".to_owned(), false), ("2".to_owned(), true)], "only successful work is billed");
}

async fn json_that_says_two_things_is_refused(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let row = |key: &str, rest: &str| {
        format!(
            "{{\"tenant_id\":\"t\",\"agent\":\"inbox\",\"idempotency_key\":\"{key}\",\"created_at\":\"2026-01-01T08:00:00Z\"{rest}}}\n"
        )
    };
    let text = [
        row("good", ",\"quantity\":2"),
        row("twice", ",\"quantity\":1,\"quantity\":100"),
        row("null", ",\"quantity\":null"),
        row("absent", ""),
    ];
    let file = written(&folder, "events.jsonl", text.concat());
    let report = import(&ledger.store, &request(&file, "usage-events")).await.unwrap();
    assert_eq!((report.accepted, report.refused), (2, 2), "{:?}", report.problems);
    assert_eq!(total(&report, "inbox"), "3", "an absent quantity is 1");
    let problems: Vec<_> = report.problems.iter().map(|it| (it.code.as_str(), it.line)).collect();
    assert_eq!(problems, [("bad_quantity", 3), ("malformed", 2)], "neither of two values is guessed, null is no 1");
}

async fn a_time_that_came_twice_is_told(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = CALLS.replace("zone = \"UTC\"", "zone = \"Europe/Berlin\"");
    let map = written(&folder, "calls.toml", map).display().to_string();
    let rows = "1,a,2025-10-26 02:30:00,5\n2,a,2025-10-26 04:30:00,5\n3,a,2025-10-26 02:30:00+01:00,5\n";
    let file = written(&folder, "calls.csv", format!("id,tenant,at,seconds\n{rows}"));
    let report = import(&ledger.store, &request(&file, &map)).await.unwrap();
    assert_eq!((report.accepted, report.times_ambiguous), (3, 1), "the first could have been an hour later");
}

const CALLS: &str = r#"
    name = "calls"
    format = "csv"
    key = "id"
    tenant.from = "tenant"
    time = { from = "at", zone = "UTC" }
    create = { tenants = true, meters = true }
    [[meter]]
    code = { constant = "call_seconds" }
    quantity = "seconds"
    unit = { constant = "seconds" }
"#;

async fn corrected_rows_come_back_once(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let text = azure_lines(3).replace(",3180,", ",many,");
    let file = written(&folder, "usage.csv", text);
    let report = import(&ledger.store, &request(&file, "azure-llm-2023")).await.unwrap();
    assert_eq!((report.accepted, report.refused, report.problems[0].line), (4, 1, 3), "one bad row costs itself");
    let put_aside = PathBuf::from(report.refused_file.unwrap());
    let corrected = std::fs::read_to_string(&put_aside).unwrap().replace(",many,", ",3180,");
    std::fs::write(&put_aside, corrected).unwrap();
    let report = import(&ledger.store, &request(&put_aside, "azure-llm-2023")).await.unwrap();
    assert_eq!((report.accepted, report.tenants_created), (2, 0), "the corrected row is taken by the same tenant");
    let report = import(&ledger.store, &request(&put_aside, "azure-llm-2023")).await.unwrap();
    assert_eq!((report.accepted, report.duplicates), (0, 2), "and only once");
}

async fn overlapping_keyless_files_are_refused(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let named = |file: &Path| ImportRequest { tenant: Some("Acme".into()), ..request(file, "azure-llm-2023") };
    let first = written(&folder, "first.csv", azure_lines(10));
    import(&ledger.store, &named(&first)).await.unwrap();
    let second = written(&folder, "second.csv", azure_lines(10).replace(",10\n", ",11\n"));
    let refused = import(&ledger.store, &named(&second)).await.unwrap_err();
    assert_eq!(refused.code(), "overlap", "the same uses may stand in both");
    let allowed = ImportRequest { allow_overlap: true, ..named(&second) };
    assert_eq!(import(&ledger.store, &allowed).await.unwrap().accepted, 20, "a person may know better");
}

async fn all_or_nothing_takes_nothing(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "calls.toml", CALLS).display().to_string();
    let bad = written(&folder, "calls.csv", "id,tenant,at,seconds\n1,a,2026-01-01T00:00:00Z,5\n2,a,never,5\n");
    let wanted = ImportRequest { all_or_nothing: true, ..request(&bad, &map) };
    let report = import(&ledger.store, &wanted).await.unwrap();
    assert_eq!((report.accepted, report.refused, report.import_id), (0, 1, None), "nothing was taken");
    let good = written(&folder, "calls.csv", "id,tenant,at,seconds\n1,a,2026-01-01T00:00:00Z,5\n");
    let report = import(&ledger.store, &ImportRequest { file: good.display().to_string(), ..wanted }).await.unwrap();
    assert_eq!((report.accepted, report.tenants_created), (1, 1), "the tenant was rolled back, too");
}

async fn hostile_files_never_stop_an_import(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "calls.toml", CALLS).display().to_string();
    let long = "x".repeat(2_000);
    let fields: [(&str, String, &str); 13] = [
        ("zero", "z\0,a,2026-01-01T00:00:00Z,5".into(), "zero_character"),
        ("key", format!("{long},a,2026-01-01T00:00:00Z,5"), "too_long"),
        ("tenant", format!("k,{long},2026-01-01T00:00:00Z,5"), "too_long"),
        ("no tenant", "k,,2026-01-01T00:00:00Z,5".into(), "missing_tenant"),
        ("time", "k,a,0000-00-00,5".into(), "bad_time"),
        ("year", "k,a,9999-12-31T23:59:59-12:00,5".into(), "bad_time"),
        ("digits", "k,a,2026-01-01T00:00:00Z,5.5".into(), "too_many_digits"),
        ("size", "k,a,2026-01-01T00:00:00Z,9223372036854775808".into(), "too_large"),
        ("limit", "k,a,2026-01-01T00:00:00Z,100000000000000001".into(), "too_large"),
        ("sign", "k,a,2026-01-01T00:00:00Z,-1".into(), "negative_quantity"),
        ("word", "k,a,2026-01-01T00:00:00Z,Infinity".into(), "bad_quantity"),
        ("quote", "\"k,a,2026-01-01T00:00:00Z,5".into(), "bad_quote"),
        ("ragged", "k,a".into(), "field_count"),
    ];
    for (name, row, code) in fields {
        let good = format!("{name},=1+1|'; drop table tenants--,2026-01-01T00:00:00Z,5");
        let text = format!("id,tenant,at,seconds\n{row}\n{good}\n");
        let file = written(&folder, &format!("{name}.csv"), text);
        let report = import(&ledger.store, &request(&file, &map)).await.unwrap();
        assert_eq!((report.read, report.accepted), (2, 1), "{name}: the good row is taken");
        assert_eq!(report.problems[0].code, code, "{name}: {:?}", report.problems);
        assert_eq!(report.problems[0].line, 2, "{name}: the line is named");
    }
}

async fn same_key_other_content_is_a_conflict(ledger: Ledger) {
    let folder = TempDir::new().unwrap();
    let map = written(&folder, "calls.toml", CALLS).display().to_string();
    let text =
        "id,tenant,at,seconds\n1,a,2026-01-01T00:00:00Z,5\n1,a,2026-01-01T00:00:00Z,5\n1,a,2026-01-01T00:00:00Z,6\n";
    let file = written(&folder, "calls.csv", text);
    let wanted = request(&file, &map);
    let look = import(&ledger.store, &ImportRequest { dry_run: true, ..wanted.clone() }).await.unwrap();
    for report in [look, import(&ledger.store, &wanted).await.unwrap()] {
        let counts = (report.accepted, report.duplicates, report.conflicts);
        assert_eq!(counts, (1, 1, 1), "an equal copy is a duplicate, another content a conflict");
    }
}
