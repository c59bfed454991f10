//! Review: a session of screens sees one moment, and not a byte is written (promise 20).

use super::{keep, screens};
use operations::bill::run_preview;
use operations::host::FixedHost;
use operations::look;
use operations::wire::{RunRequest, SnapshotRequest};
use sha2::{Digest, Sha256};
use std::path::Path;
use store::{Store, Target};
use support::firm::{self, Order};
use support::{Kind, Ledger, World, postgres};

on_every_stored_engine!(a_session_sees_one_moment);

async fn a_session_sees_one_moment(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let private = tempfile::tempdir().unwrap();
    let review = Store::open_pinned(&ledger.target, world.now, private.path()).await.unwrap();
    let before = screens::all(&review, world.now).await;
    world.append(&ledger.store, vec![world.event(0, "calls", "later", 7, "2026-01-10T08:00:00Z")]).await.unwrap();
    let live = screens::all(&ledger.store, world.now).await;
    assert_ne!(live, before, "the database has gone on");
    assert_eq!(screens::all(&review, world.now).await, before, "the review has not, on any screen");
    assert_eq!(review.moment(), Some(world.now), "it says which moment it is");
    let why = look::database_status(&review, world.now).await.unwrap().read_only_because.unwrap();
    assert!(why.starts_with("This is a review of one moment"), "why nothing can be changed: {why}");
    let refused = review.write(|_| Box::pin(async { Ok::<_, store::StoreError>(()) })).await.unwrap_err();
    assert_eq!(refused.code(), "read_only", "it cannot write");
    let refreshed = Store::open_pinned(&ledger.target, world.now, private.path()).await.unwrap();
    assert_eq!(screens::all(&refreshed, world.now).await, live, "refreshed, it sees what there is now");
}

fn hash(file: &Path) -> Vec<u8> {
    Sha256::digest(std::fs::read(file).unwrap()).to_vec()
}

/// Looks at everything, and previews what would be written.
async fn session(store: &Store, world: &World) {
    screens::all(store, world.now).await;
    look::database_status(store, world.now).await.unwrap();
    let request = RunRequest { finalize: true, reason: "only looking".to_owned(), ..RunRequest::default() };
    run_preview(store, &FixedHost::at(world.now), &request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_stay_as_they_are_to_the_byte() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    ledger.store.close().await;
    let private = tempfile::tempdir().unwrap();
    let database = ledger.file().unwrap();
    let before = hash(&database);
    let review = Store::open_pinned(&ledger.target, world.now, private.path()).await.unwrap();
    session(&review, &world).await;
    assert_eq!(hash(&database), before, "a database under review");

    let kept = keep(&review, &world, &SnapshotRequest::default()).await;
    let (before, beside) = (hash(&kept.file()), super::names(kept.folder.path()));
    let snapshot = super::open(&kept.file()).await.unwrap();
    session(&snapshot, &world).await;
    assert_eq!(hash(&kept.file()), before, "a snapshot");
    assert_eq!(super::names(kept.folder.path()), beside, "and nothing beside it");
}

/// What a server logs when it is told to log every statement.
#[tokio::test(flavor = "multi_thread")]
async fn the_servers_log_has_no_statement_that_writes() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    let cluster = postgres::cluster();
    let database = ledger.database().unwrap();
    cluster.sql("postgres", &format!("alter database {database} set log_statement = 'all'")).unwrap();
    let log = cluster.socket_folder().parent().unwrap().join("server.log");
    let from = std::fs::read(&log).unwrap().len();
    // A session counts what it wrote when it ends at the latest.
    ledger.store.close().await;
    let writes = |database: &str| {
        let sessions = format!("select count(*) from pg_stat_activity where datname = '{database}'");
        while cluster.sql("postgres", &sessions).unwrap() != "0" {}
        let counts = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables";
        cluster.sql(database, &format!("set log_statement = 'none'; {counts}")).unwrap()
    };
    let before = writes(database);
    let private = tempfile::tempdir().unwrap();
    let review = Store::open_pinned(&ledger.target, world.now, private.path()).await.unwrap();
    session(&review, &world).await;
    keep(&review, &world, &SnapshotRequest::default()).await;
    review.close().await;
    let bytes = std::fs::read(&log).unwrap();
    let text = of_database(&String::from_utf8_lossy(&bytes[from..]), database);
    assert!(text.matches("usage_events").count() > 20, "statements were logged: {} bytes", text.len());
    for verb in ["insert", "update", "delete", "truncate", "copy", "create", "alter", "drop", "nextval", "merge"] {
        let found = text.lines().find(|line| says(line, verb));
        assert_eq!(found, None, "no statement has {verb}");
    }
    assert_eq!(writes(database), before, "and the server has counted no row that was written");
}

/// What the log says of one database: others write at the same time, and what they are refused is logged, too.
fn of_database(log: &str, database: &str) -> String {
    let (mut is_ours, mut lines) = (false, Vec::new());
    for line in log.lines() {
        if let Some((named, _)) = line.strip_prefix('@').and_then(|rest| rest.split_once('@')) {
            is_ours = named == database;
        }
        if is_ours {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Whether a logged line has a word outside of quotes: the self-check names verbs as texts.
fn says(line: &str, verb: &str) -> bool {
    let is_between = |letter: char| !(letter.is_alphanumeric() || letter == '_');
    line.split('\'').step_by(2).any(|part| part.split(is_between).any(|word| word.eq_ignore_ascii_case(verb)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_begun_anew_is_of_now_and_not_of_the_moment_on_screen() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::new(&ledger.store, 1).await.unwrap();
    let file = ledger.file().unwrap().display().to_string();
    let login = || operations::open::Login::new(file.parse().unwrap(), None);
    // The clock of the screen stands at the moment of the review before.
    let person = super::notes::Person(FixedHost::at(world.now));
    let anew = operations::open::review(login(), &person).await.unwrap();
    assert_eq!(anew.moment(), Some(support::at(super::notes::WRITTEN)), "what came in since is in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_writer_left_is_seen_and_not_folded_in() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::new(&ledger.store, 2).await.unwrap();
    ledger.store.close().await;
    let writer = Store::open(&ledger.target, store::Access::ReadWrite).await.unwrap();
    world.append(&writer, vec![world.event(0, "calls", "left-in-the-log", 7, "2026-01-10T08:00:00Z")]).await.unwrap();
    // What lies there when a writer is killed: the file, and a log with what is not in it yet.
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("books.sqlite"), folder.path().join("books.sqlite-wal"));
    let database = ledger.file().unwrap();
    std::fs::copy(&database, &file).unwrap();
    std::fs::copy(format!("{}-wal", database.display()), &log).unwrap();
    let live = screens::all(&writer, world.now).await;
    writer.close().await;
    let before = (hash(&file), hash(&log));
    assert!(log.metadata().unwrap().len() > 0, "there is something to fold in");

    let review = Store::open_pinned(&Target::Sqlite(file.clone()), world.now, folder.path()).await.unwrap();
    assert_eq!(screens::all(&review, world.now).await, live, "a review sees what is in the log");
    review.close().await;
    assert_eq!((hash(&file), hash(&log)), before, "and leaves both files as they are");

    let login = operations::open::Login::new(file.display().to_string().parse().unwrap(), None);
    let host = FixedHost::at(world.now);
    let looks = operations::open::open(login, store::Access::ReadOnly, &host).await.unwrap();
    assert_eq!(screens::all(&looks, world.now).await, live, "so does a command that looks");
    looks.close().await;
    assert_eq!((hash(&file), hash(&log)), before, "and it leaves them, too");
}
