//! What was changed in a snapshot, by chance or on purpose, is found before a number is shown.

use super::{Kept, keep, reseal};
use operations::host::Host as _;
use operations::open::{self, Came};
use operations::snapshot;
use operations::wire::SnapshotRequest;
use std::path::Path;
use std::time::Duration;
use store::snapshot::{Limits, untold};
use support::{Kind, Ledger, World};

const SEED: u64 = 0x5ea1;

async fn a_snapshot(packed: bool) -> Kept {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::new(&ledger.store, 2).await.unwrap();
    world.append(&ledger.store, (0..200).map(|number| world.nth_event(number)).collect()).await.unwrap();
    keep(&ledger.store, &world, &SnapshotRequest { packed, ..SnapshotRequest::default() }).await
}

fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 24).unwrap()
}

/// What opening says; `opened` when it does.
async fn said(file: &Path) -> &'static str {
    match super::open(file).await {
        Ok(_) => "opened",
        Err(error) => error.code(),
    }
}

async fn flips(packed: bool, count: usize) {
    let kept = a_snapshot(packed).await;
    let whole = std::fs::read(kept.file()).unwrap();
    let (file, mut seed) = (kept.folder.path().join("flipped"), SEED);
    assert_eq!(said(&kept.file()).await, "opened", "the untouched one opens");
    for flip in 0..count {
        let bit = next(&mut seed) % (whole.len() * 8);
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&file, &changed).unwrap();
        assert!(snapshot::is_snapshot(&file), "bit {bit}: it is still known for what it was");
        let code = said(&file).await;
        assert!(code == "snapshot_damaged" || code == "not_a_snapshot", "bit {bit} is found: {code}");
        // Saying where takes longer: now and then.
        if flip % 20 == 0 {
            let found = snapshot::verify(&file, |_| {}).await.unwrap();
            assert!(!found.untouched && !found.problems.is_empty(), "bit {bit} is found by verify, too");
            assert!(!found.problems[0].place.is_empty(), "bit {bit}: and it says where: {:?}", found.problems);
        }
    }
    println!("promise 18, packed {packed}: {count} random bit flips, all found, seed {SEED:#x}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_flips_of_a_bit_are_found() {
    flips(false, 800).await;
    flips(true, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_an_event_is_located() {
    let kept = a_snapshot(false).await;
    let whole = std::fs::read(kept.file()).unwrap();
    let file = kept.folder.path().join("forged");
    let drop = "drop trigger usage_events_no_update; drop trigger usage_events_no_delete;";
    let found = |file: std::path::PathBuf| async move { snapshot::verify(&file, |_| {}).await.unwrap() };
    // The same statements make the triggers again, so that the schema is the known one.
    let triggers = triggers(&whole).await;
    let change = "update usage_events set quantity = quantity + 1 where event_key = 'n00000010';";
    reseal::forged(&whole, &format!("{drop} {change} {triggers}"), &file).await;
    let problems = found(file.clone()).await.problems;
    let event = problems.iter().any(|problem| problem.place.contains("n00000010") && problem.place.contains("ten_"));
    assert!(event, "the event, its tenant and day are named: {problems:?}");
    let delete = "delete from usage_events where event_key = 'n00000011';";
    reseal::forged(&whole, &format!("{drop} {delete} {triggers}"), &file).await;
    let problems = found(file).await.problems;
    let day = problems.iter().any(|problem| problem.place.contains(" on 2026-01-12") && problem.place.contains("ten_"));
    assert!(day, "the day from which an event was taken is named: {problems:?}");
}

/// The statements that make the two triggers that are in the way of whoever changes events.
async fn triggers(whole: &[u8]) -> String {
    use sqlx::ConnectOptions as _;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("read.sqlite");
    std::fs::write(&database, reseal::body(whole)).unwrap();
    let mut conn = sqlx::sqlite::SqliteConnectOptions::new().filename(&database).connect().await.unwrap();
    let texts: Vec<(String,)> = sqlx::query_as(
        "select sql || ';' from sqlite_schema where name in ('usage_events_no_update', 'usage_events_no_delete')",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    texts.into_iter().map(|(text,)| text).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_files_are_refused() {
    let kept = a_snapshot(false).await;
    let whole = std::fs::read(kept.file()).unwrap();
    let file = kept.folder.path().join("forged");
    let forgeries = [
        ("a table more", "create table extra (a)", "snapshot_foreign"),
        ("a view", "create view shown as select * from tenants", "snapshot_foreign"),
        (
            "a view in the place of a table",
            "drop table snapshot_days; create view snapshot_days as select * from usage_days",
            "snapshot_foreign",
        ),
        ("a trigger more", "create trigger evil after insert on tenants begin select 1; end", "snapshot_foreign"),
        ("a trigger less", "drop trigger usage_events_no_update", "snapshot_foreign"),
        ("an index more", "create index extra on tenants (email)", "snapshot_foreign"),
        ("an index less", "drop index tenants_name", "snapshot_foreign"),
        ("a column more", "alter table tenants add column extra text", "snapshot_foreign"),
        ("another table of a known name", "drop table notes; create table notes (a, b)", "snapshot_foreign"),
        ("a counter", "update period_counters set billable = billable + 1", "snapshot_damaged"),
        ("a name", "update tenants set name = 'Somebody else'", "snapshot_damaged"),
        ("a tenant less", "delete from subscription_meters", "snapshot_damaged"),
        ("the sums of days", "update snapshot_days set events = events + 1", "snapshot_damaged"),
        ("another ledger", "update ledger_info set ledger_id = zeroblob(16)", "snapshot_damaged"),
        (
            "a format of the future",
            "update snapshot_manifest set manifest = replace(manifest, '\"format\":1', '\"format\":2')",
            "snapshot_format",
        ),
        ("a manifest that is none", "update snapshot_manifest set manifest = '{'", "snapshot_format"),
        (
            "another count of events",
            "update snapshot_manifest set manifest = json_set(manifest, '$.events', json_extract(manifest, '$.events') + 1)",
            "snapshot_damaged",
        ),
        (
            "another count of tenants",
            "update snapshot_manifest set manifest = json_set(manifest, '$.tenants', 9)",
            "snapshot_damaged",
        ),
        ("no manifest", "delete from snapshot_manifest", "snapshot_format"),
        (
            "a schema of the future",
            "update snapshot_manifest set manifest = replace(manifest, '\"schema\":', '\"schema\":9')",
            "snapshot_format",
        ),
    ];
    for (what, statements, expected) in forgeries {
        reseal::forged(&whole, statements, &file).await;
        assert_eq!(said(&file).await, expected, "{what} is refused, although its seal fits");
        let found = snapshot::verify(&file, |_| {}).await.unwrap();
        assert!(!found.untouched, "{what}: verify says so, too");
    }
    assert_eq!(said(&kept.file()).await, "opened", "the original is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_none_are_refused() {
    let kept = a_snapshot(false).await;
    let whole = std::fs::read(kept.file()).unwrap();
    let folder = kept.folder.path();
    let written = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    assert_eq!(said(&written("empty", b"")).await, "not_a_snapshot", "an empty file");
    assert_eq!(said(&written("text", b"not a database")).await, "not_a_snapshot", "a text");
    assert_eq!(said(&written("cut", &whole[..whole.len() / 2])).await, "not_a_snapshot", "half a file");
    let body = reseal::body(&whole);
    assert_eq!(said(&written("bare", body)).await, "not_a_snapshot", "a snapshot without its seal");
    let more = [&whole[..], b"more"].concat();
    assert_eq!(said(&written("more", &more)).await, "not_a_snapshot", "bytes behind its end");
    let inserted = [b"more", &whole[..]].concat();
    assert_eq!(said(&written("inserted", &inserted)).await, "snapshot_damaged", "bytes before its beginning");
    let noise = vec![0x5a; 200_000];
    let noise = reseal::sealed(&noise, noise.len(), 0);
    assert_eq!(said(&written("noise", &noise)).await, "snapshot_damaged", "noise with a seal that fits");
    let claims = reseal::sealed(body, 1 << 40, 1);
    assert_eq!(said(&written("claims", &claims)).await, "snapshot_too_large", "it says that it unpacks to a disk full");
    let claims = reseal::sealed(body, 1000, 1);
    assert_eq!(said(&written("packed", &claims)).await, "snapshot_damaged", "no zstd frame");

    for beside in ["-wal", "-journal", "-shm"] {
        let main = written(&format!("main{beside}.x"), &whole);
        let sidecar = written(&format!("main{beside}.x{beside}"), b"forged");
        assert_eq!(said(&main).await, "snapshot_sidecar", "{beside} beside it");
        std::fs::remove_file(sidecar).unwrap();
        assert_eq!(said(&main).await, "opened", "and without it");
    }
    let link = folder.join("link");
    std::os::unix::fs::symlink(kept.file(), &link).unwrap();
    assert_eq!(said(&link).await, "snapshot_link", "a link");
    assert_eq!(said(folder).await, "snapshot_not_a_file", "a folder");
    let pipe = folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(said(&pipe).await, "snapshot_not_a_file", "a pipe that nobody writes to");
    assert_eq!(said(&folder.join("nothing")).await, "snapshot_unreadable", "a file that is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_takes_no_more_than_it_is_given() {
    let kept = a_snapshot(false).await;
    let private = tempfile::tempdir().unwrap();
    let opened = |limits: Limits| {
        let (file, private) = (kept.file(), private.path().to_owned());
        async move {
            store::snapshot::open(&file, &private, limits, &untold()).await.map(|_| ()).map_err(|error| error.code())
        }
    };
    let small = Limits { bytes: 1_000, ..Limits::default() };
    assert_eq!(opened(small).await, Err("snapshot_too_large"), "more bytes than are taken");
    let short = Limits { time: Duration::ZERO, ..Limits::default() };
    assert_eq!(opened(short).await, Err("snapshot_too_slow"), "more time than is taken");
    assert_eq!(opened(Limits::default()).await, Ok(()), "within its limits it opens");
    assert_eq!(super::names(private.path()), Vec::<String>::new(), "no private copy is left over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_without_its_ends_is_no_database_either() {
    let kept = a_snapshot(false).await;
    let whole = std::fs::read(kept.file()).unwrap();
    let mut body = reseal::body(&whole).to_vec();
    body[68..72].fill(0);
    let file = kept.folder.path().join("stripped.sqlite");
    std::fs::write(&file, body).unwrap();
    assert!(!snapshot::is_snapshot(&file), "neither end says what it was");
    let target = store::Target::Sqlite(file);
    let refused = store::Store::open(&target, store::Access::ReadOnly).await.unwrap_err();
    assert_eq!(refused.code(), "refused", "its numbers are not shown as those of a database");
}

/// Cuts the seal and takes out everything that says what the file was: what is left is a whole database of this schema.
const STRIPPED: &str = "drop table snapshot_manifest; drop table snapshot_days; pragma application_id = 0";

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_was_made_a_database_is_opened_as_one_only_by_choice() {
    let kept = a_snapshot(false).await;
    let body = reseal::changed(&std::fs::read(kept.file()).unwrap(), STRIPPED).await;
    let host = operations::host::FixedHost::at(support::at("2026-03-01T00:00:00Z"));
    let file = |name: &str| {
        let file = kept.folder.path().join(name);
        std::fs::write(&file, &body).unwrap();
        file
    };
    let opened = |file: &Path, came: Came| {
        let (target, host) = (file.display().to_string().parse().unwrap(), &host);
        async move { open::open_named(target, came, host, |_| {}).await }
    };

    let named = file("books.CHsnapshot");
    assert!(!store::snapshot::is_snapshot(&named).unwrap(), "nothing in the file says what it was");
    for came in [Came::Chosen, Came::Arrived] {
        let refused = opened(&named, came).await.unwrap_err();
        assert_eq!(refused.code(), "not_a_snapshot", "{came:?}: its name does, and then it must verify");
    }
    let login = || open::Login::new(named.display().to_string().parse().unwrap(), None);
    let refused = open::open(login(), store::Access::ReadWrite, &host).await.unwrap_err();
    assert_eq!(refused.code(), "not_a_snapshot", "from the command line, too");
    let refused = open::review(login(), &host).await.unwrap_err();
    assert_eq!(refused.code(), "not_a_snapshot", "and for review");
    let environment = "production".parse().unwrap();
    let request = open::MigrateRequest { name: "books".to_owned(), environment, backup: None };
    let refused = open::migrate(login(), request, &host).await.unwrap_err();
    assert_eq!(refused.code(), "read_only", "nor is it migrated");

    let renamed = file("books.sqlite");
    let arrived = opened(&renamed, Came::Arrived).await.unwrap();
    assert_eq!(arrived.access(), store::Access::ReadOnly, "what was double-clicked is only looked at");
    let status = operations::look::database_status(&arrived, host.now()).await.unwrap();
    let why = open::described_as_arrived(status).read_only_because.unwrap();
    assert!(why.starts_with("It was double-clicked or dropped"), "and the window says why: {why}");
    arrived.close().await;
    let chosen = opened(&renamed, Came::Chosen).await.unwrap();
    assert_eq!(chosen.access(), store::Access::ReadWrite, "whoever chooses a database may work in it");
    chosen.close().await;
}
