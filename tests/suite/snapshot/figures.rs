//! Every figure of a snapshot is that of the database, on every engine, plain and packed, whole and in part.

use super::{keep, names, open, screens};
use operations::look;
use operations::wire::{Environment, SnapshotRequest};
use support::firm::{self, Order};
use support::{Ledger, World};
use tokio_util::sync::CancellationToken;

on_every_engine!(
    every_figure_is_that_of_the_database,
    a_part_holds_nothing_of_others,
    a_part_says_nothing_of_what_others_had_in_a_file,
    billing_periods_of_some_days_add_up,
    an_older_file_is_replaced_whole,
);

/// A firm with finalized invoices.
async fn billed(ledger: &Ledger) -> World {
    let world = firm::make(&ledger.store, 6, Order::Forward).await.unwrap();
    crate::bill::bill_all(&ledger.store, &world).await;
    world
}

async fn every_figure_is_that_of_the_database(ledger: Ledger) {
    let world = billed(&ledger).await;
    let live = screens::all(&ledger.store, world.now).await;
    for packed in [false, true] {
        let kept = keep(&ledger.store, &world, &SnapshotRequest { packed, ..SnapshotRequest::default() }).await;
        assert_eq!(names(kept.folder.path()), ["a.chsnapshot"], "one file, and nothing beside it");
        let store = open(&kept.file()).await.unwrap();
        let found = screens::all(&store, world.now).await;
        assert_eq!(found.len(), live.len(), "as many screens");
        for ((name, one), (_, other)) in live.iter().zip(&found) {
            assert_eq!(one, other, "{name} is the same, packed {packed}");
        }
        let status = look::database_status(&store, world.now).await.unwrap();
        assert_eq!((status.environment, status.writable), (Environment::Snapshot, false), "it says what it is");
        assert_eq!(status.moment, Some(world.now.to_string()), "and of when");
        let about = status.snapshot.unwrap();
        assert_eq!(about, kept.written.about, "as it was said when it was written");
        assert_eq!((about.tenants, about.all_tenants), (6, true), "and what is in it");
        assert_eq!(status.warnings, Vec::<String>::new(), "nothing is wrong with it");
        look::within_moment(&store, world.now).unwrap();
        let beyond = look::within_moment(&store, world.now.plus_micros(1).unwrap()).unwrap_err();
        assert_eq!(beyond.code(), "beyond_moment", "and knows nothing of what came later");
        look::within_moment(&ledger.store, world.now.plus_micros(1).unwrap()).unwrap();
        let refused = store.write(|_| Box::pin(async { Ok::<_, store::StoreError>(()) })).await.unwrap_err();
        assert_eq!(refused.code(), "read_only", "nobody writes into it");
    }
}

async fn a_part_holds_nothing_of_others(ledger: Ledger) {
    let world = billed(&ledger).await;
    let wanted: Vec<String> = [1, 3].map(|number: usize| world.tenants[number].to_string()).into();
    let request = SnapshotRequest { tenant_ids: wanted.clone(), ..SnapshotRequest::default() };
    let kept = keep(&ledger.store, &world, &request).await;
    let bytes = std::fs::read(kept.file()).unwrap();
    for number in [0, 2, 4, 5] {
        let id = world.tenants[number].uuid();
        let is_in = bytes.windows(16).any(|part| part == id.as_bytes());
        assert!(!is_in, "not a trace of tenant {number}");
        let name = format!("Tenant {:05}", number + 1);
        assert!(!bytes.windows(name.len()).any(|part| part == name.as_bytes()), "nor of its name");
    }
    let store = open(&kept.file()).await.unwrap();
    let (list, live) =
        (look::tenants(&store, world.now).await.unwrap(), look::tenants(&ledger.store, world.now).await.unwrap());
    assert_eq!(list.total, 2, "both are there");
    for row in &list.rows {
        assert!(wanted.contains(&row.tenant_id), "and nobody else");
        assert!(live.rows.contains(row), "with the figures of the database: {}", row.name);
    }
    let found = look::verify(&store, world.now).await.unwrap();
    assert_eq!(found.drift, [], "what was made anew for the part adds up, the company's days too");
    let unknown = SnapshotRequest {
        tenant_ids: vec![billing::ids::TenantId::from_uuid(uuid::Uuid::max()).to_string()],
        ..SnapshotRequest::default()
    };
    let refused = super::write(&ledger.store, &world, &unknown, &kept.folder.path().join("b")).await.unwrap_err();
    assert_eq!(refused.code(), "not_found", "a tenant that is not there is no empty snapshot");
    assert_eq!(names(kept.folder.path()), ["a.chsnapshot"], "and leaves nothing behind");
}

const MAPPING: &str = "name = \"rings\"\nformat = \"csv\"\ntenant.from = \"tenant\"\n\
    time = { from = \"at\", zone = \"UTC\" }\ncreate = { tenants = true, meters = true }\n\
    [[meter]]\ncode = { constant = \"rings\" }\nquantity = \"n\"\nunit = { constant = \"rings\" }\n";

async fn a_part_says_nothing_of_what_others_had_in_a_file(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (file, map) = (folder.path().join("all-our-customers.csv"), folder.path().join("calls.toml"));
    std::fs::write(&map, MAPPING).unwrap();
    let rows = "tenant,at,n\nLisbon Law,2026-01-10T08:00:00Z,7\nOslo Oil,2026-01-10T08:00:00Z,9\n\
        Oslo Oil,2026-01-11T08:00:00Z,9\n";
    std::fs::write(&file, rows).unwrap();
    let request = operations::wire::ImportRequest {
        file: file.display().to_string(),
        map: map.display().to_string(),
        backfill: true,
        ..Default::default()
    };
    let (host, stop) = (operations::host::FixedHost::with_series(world.now, 0x17), CancellationToken::new());
    let report = operations::import::run(&ledger.store, &host, &request, &|_| {}, &stop).await.unwrap();
    assert_eq!(report.accepted, 3, "of both tenants: {:?}", report.problems);
    let tenants = look::tenants(&ledger.store, world.now).await.unwrap().rows;
    let lisbon = tenants.iter().find(|row| row.name == "Lisbon Law").unwrap().tenant_id.clone();
    let part = SnapshotRequest { tenant_ids: vec![lisbon], ..SnapshotRequest::default() };
    let kept = keep(&ledger.store, &world, &part).await;

    let newest = |store: store::Store| async move {
        store.read(|read| Box::pin(async { store::imports::newest(read, 1).await })).await.unwrap().remove(0)
    };
    let (whole, own) = (newest(ledger.store.clone()).await, newest(open(&kept.file()).await.unwrap()).await);
    assert_eq!(own.id, whole.id, "the import is known");
    assert_eq!(own.counts, store::imports::ImportCounts { accepted: 1, ..Default::default() }, "by its own events");
    assert_eq!((own.file_name.as_str(), own.file_bytes), ("", 0), "not by the file");
    let bytes = std::fs::read(kept.file()).unwrap();
    for (what, trace) in [("the hash", &whole.file_hash[..]), ("the name", b"all-our-customers")] {
        assert!(!bytes.windows(trace.len()).any(|part| part == trace), "{what} of the file is nowhere");
    }
    let all = keep(&ledger.store, &world, &SnapshotRequest::default()).await;
    assert_eq!(newest(open(&all.file()).await.unwrap()).await, whole, "a file of all tenants has all of it");
}

async fn billing_periods_of_some_days_add_up(ledger: Ledger) {
    let world = billed(&ledger).await;
    let (from, to) = (Some("2026-02-10".to_owned()), Some("2026-02-20".to_owned()));
    let request = SnapshotRequest { from, to, ..SnapshotRequest::default() };
    let kept = keep(&ledger.store, &world, &request).await;
    let store = open(&kept.file()).await.unwrap();
    let whole = look::verify(&ledger.store, world.now).await.unwrap();
    let part = look::verify(&store, world.now).await.unwrap();
    assert_eq!(part.drift, [], "caches are those of the events that are in it");
    assert!(part.ledger_events > 0 && part.ledger_events < whole.ledger_events, "some of the events");
    // Every invoice that is in it can be explained without anything that is not.
    let shown = screens::all(&store, world.now).await;
    let why: Vec<_> = shown.iter().filter(|(name, _)| name.starts_with("why ")).collect();
    assert!(!why.is_empty(), "invoices of these periods are in it");
    let not: Vec<_> = shown.iter().filter(|(name, _)| name.starts_with("not why ")).collect();
    assert!(!not.is_empty(), "and those of other periods, which later ones refer to");
    assert!(not.iter().all(|(_, code)| code == "not_in_snapshot"), "which say that they cannot be explained: {not:?}");
    let live = screens::all(&ledger.store, world.now).await;
    for (name, explanation) in why {
        let other = live.iter().find(|(other, _)| other == name).unwrap();
        assert_eq!(explanation, &other.1, "{name} as with the database");
    }
}

async fn an_older_file_is_replaced_whole(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let kept = keep(&ledger.store, &world, &SnapshotRequest::default()).await;
    let before = std::fs::read(kept.file()).unwrap();
    world.append(&ledger.store, vec![world.event(0, "calls", "k", 1, "2026-01-10T08:00:00Z")]).await.unwrap();
    let half_way = SnapshotRequest { tenant_ids: vec!["nobody".to_owned()], ..SnapshotRequest::default() };
    super::write(&ledger.store, &world, &half_way, &kept.file()).await.unwrap_err();
    assert_eq!(std::fs::read(kept.file()).unwrap(), before, "what fails leaves what was there");
    let again = super::write(&ledger.store, &world, &SnapshotRequest::default(), &kept.file()).await.unwrap();
    assert_eq!((kept.written.about.events, again.about.events), (0, 1), "the new one has the new event");
    assert_ne!(kept.written.about.fingerprint, again.about.fingerprint, "and is another file");
}
