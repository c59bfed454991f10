//! A correction takes back no more than is left of the event that it corrects, whoever sends it and how.

use crate::look::{assert_sound, billable};
use futures::future::join_all;
use operations::change::{entry_act, entry_preview};
use operations::host::FixedHost;
use operations::wire::{CorrectionOf, EntryRequest, ImportReport, ImportRequest};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use store::append::NewEvent;
use store::append::Outcome::{Accepted, Duplicate, Stale};
use store::look::standing::{EventsOf, Scope, events_of};
use support::{Ledger, World, at};
use tokio_util::sync::CancellationToken;

on_every_engine!(
    a_batch_takes_back_what_is_there,
    of_two_corrections_at_once_one_wins,
    a_file_puts_aside_what_takes_too_much,
    an_entry_says_what_is_left,
    events_that_are_priced_are_what_is_left_of_them,
);

const TIME: &str = "2026-01-10T08:00:00Z";

async fn a_batch_takes_back_what_is_there(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "m1", 5, TIME);
    // The world resolves each against the whole event, as somebody who did not see the others does.
    let fix = |key: &str, quantity| world.correction(&event, key, quantity);
    let batch = vec![event.clone(), fix("c1", -3), fix("c2", -3), fix("c3", -2), fix("c4", -1)];
    let outcomes = world.outcomes(&ledger.store, batch.clone()).await.unwrap();
    assert_eq!(outcomes, [Accepted, Accepted, Stale, Accepted, Stale], "in the order sent, 5 are taken back");
    let again = world.outcomes(&ledger.store, batch).await.unwrap();
    assert_eq!(again, [Duplicate, Duplicate, Stale, Duplicate, Stale], "what is in is in the sum once");
    let more = world.outcomes(&ledger.store, vec![fix("c5", 2), fix("c6", -2)]).await.unwrap();
    assert_eq!(more, [Accepted, Accepted], "what is added may be taken back again");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 0, "nothing is below 0");

    let counted = world.event(0, "exports", "e1", 1, TIME);
    let twice = vec![world.correction(&counted, "e2", 1), world.correction(&counted, "e3", 1)];
    world.outcomes(&ledger.store, vec![counted]).await.unwrap();
    let outcomes = world.outcomes(&ledger.store, twice).await.unwrap();
    assert_eq!(outcomes, [Accepted, Stale], "what counts one is taken back once");

    let first = fix("c1", -3);
    let nested = world.outcomes(&ledger.store, vec![world.correction(&first, "n1", 1)]).await.unwrap();
    assert_eq!(nested, [Stale], "a correction corrects an event, not a correction");
    assert_sound(&ledger.store).await;
}

async fn events_that_are_priced_are_what_is_left_of_them(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let (first, second) = (world.event(0, "calls", "m1", 5, TIME), world.event(0, "calls", "m2", 7, TIME));
    let late = world.event(0, "calls", "m0", 1, "2026-01-11T08:00:00Z");
    let fix = world.correction(&first, "z", -3);
    world.append(&ledger.store, vec![second, late, first, fix]).await.unwrap();
    let (tenant, meter) = (world.tenants[0], world.meters["calls"].id);
    let which = EventsOf { at: at("2026-01-20T00:00:00Z"), since: at("2025-12-01T00:00:00Z"), meter };
    for tenants in [None, Some(vec![tenant]), Some(vec![world.tenants[1]])] {
        let is_other = tenants.as_ref().is_some_and(|tenants| *tenants != [tenant]);
        let read = ledger.store.read(move |read| {
            Box::pin(async move {
                let scope = tenants.as_deref().map_or(Scope::Company, Scope::Tenants);
                events_of(read, scope, which).await
            })
        });
        let found: Vec<(i32, i64)> =
            read.await.unwrap().into_iter().map(|event| (event.day.number(), event.contribution)).collect();
        let expected = if is_other { vec![] } else { vec![(20_260_110, 2), (20_260_110, 7), (20_260_111, 1)] };
        assert_eq!(found, expected, "in order of time and key; a correction is no event of its own");
    }
}

async fn of_two_corrections_at_once_one_wins(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    for round in 0..5 {
        let event = world.event(0, "calls", &format!("m{round}"), 5, TIME);
        world.append(&ledger.store, vec![event.clone()]).await.unwrap();
        let send = |fix: NewEvent| {
            let (store, world) = (ledger.store.clone(), &world);
            async move { world.outcomes(&store, vec![fix]).await.unwrap()[0] }
        };
        let racers = (0..8).map(|racer| send(world.correction(&event, &format!("c{round}-{racer}"), -5)));
        let outcomes = join_all(racers).await;
        let won = outcomes.iter().filter(|outcome| **outcome == Accepted).count();
        assert_eq!(won, 1, "one wins: {outcomes:?}");
    }
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 0, "nothing is below 0");
    assert_sound(&ledger.store).await;
}

const MAP: &str = r#"
    name = "calls"
    format = "csv"
    key = "id"
    parent = "parent"
    tenant.from = "tenant"
    classification.from = "kind"
    time = { from = "at", zone = "UTC" }
    create = { tenants = true, meters = true }
    [[meter]]
    code = { constant = "call_seconds" }
    quantity = "seconds"
    unit = { constant = "seconds" }
"#;

async fn import(ledger: &Ledger, folder: &Path, rows: &str) -> ImportReport {
    import_or_look(ledger, folder, rows, false).await
}

async fn import_or_look(ledger: &Ledger, folder: &Path, rows: &str, dry_run: bool) -> ImportReport {
    static SERIES: AtomicU64 = AtomicU64::new(1);
    std::fs::write(folder.join("calls.toml"), MAP).unwrap();
    let lines: Vec<String> =
        rows.lines().map(str::trim).filter(|row| !row.is_empty()).map(|row| format!("{row},{TIME}")).collect();
    let file = folder.join("calls.csv");
    std::fs::write(&file, format!("id,kind,parent,seconds,tenant,at\n{}\n", lines.join("\n"))).unwrap();
    let request = ImportRequest {
        file: file.display().to_string(),
        map: folder.join("calls.toml").display().to_string(),
        backfill: true,
        dry_run,
        ..ImportRequest::default()
    };
    let host = FixedHost::with_series(support::at("2026-02-01T00:00:00Z"), SERIES.fetch_add(1, Ordering::Relaxed));
    operations::import::run(&ledger.store, &host, &request, &|_| (), &CancellationToken::new()).await.unwrap()
}

fn codes(report: &ImportReport) -> Vec<(&str, u64)> {
    report.problems.iter().map(|problem| (problem.code.as_str(), problem.line)).collect()
}

async fn a_file_puts_aside_what_takes_too_much(ledger: Ledger) {
    let folder = tempfile::TempDir::new().unwrap();
    let rows = "m1,original,,5,a
        c1,correction,m1,-4,a
        c2,correction,m1,-2,a
        c3,correction,m1,-500,a
        c4,correction,c1,1,a
        c5,correction,m1,-1,a";
    let look = import_or_look(&ledger, folder.path(), rows, true).await;
    assert_eq!((look.accepted, look.quarantined), (3, 3), "a dry run says the same: {:?}", codes(&look));
    let report = import(&ledger, folder.path(), rows).await;
    assert_eq!((report.accepted, report.quarantined), (3, 3), "{:?}", codes(&report));
    let mut found = codes(&report);
    found.sort_unstable();
    assert_eq!(found, [("correction_too_large", 4), ("unknown_parent", 6)], "each with its reason");
    let again = import(&ledger, folder.path(), rows).await;
    assert_eq!((again.accepted, again.duplicates, again.quarantined), (0, 3, 3), "the same file says the same");
    let later = import(&ledger, folder.path(), "c6,correction,m1,-1,a").await;
    assert_eq!(codes(&later), [("correction_too_large", 2)], "a later file finds nothing left");
    assert_sound(&ledger.store).await;
}

async fn an_entry_says_what_is_left(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    world.append(&ledger.store, vec![world.event(0, "calls", "m1", 5, TIME)]).await.unwrap();
    let host = |series| FixedHost::with_series(world.now, series);
    let entry = |key: &str, of: &str, quantity: &str| EntryRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        quantity: quantity.to_owned(),
        occurred_at: None,
        key: key.to_owned(),
        corrects: Some(CorrectionOf { source: "test".to_owned(), key: of.to_owned() }),
        reason: "counted wrongly".to_owned(),
    };
    let first = entry("c1", "m1", "-4");
    let preview = entry_preview(&ledger.store, &host(1), &first).await.unwrap();
    entry_act(&ledger.store, &host(2), &first, &preview.fingerprint).await.unwrap();
    let too_large = entry("c2", "m1", "-2");
    let refused = entry_preview(&ledger.store, &host(3), &too_large).await.unwrap_err().to_wire();
    assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("correction_too_large", Some("quantity")));
    assert!(refused.message.contains("the 1 units left"), "it says what is left: {}", refused.message);
    let acted = entry_act(&ledger.store, &host(4), &too_large, &preview.fingerprint).await.unwrap_err();
    assert_eq!(acted.code(), "correction_too_large", "the act says the same");
    let nested = entry_preview(&ledger.store, &host(5), &entry("c3", "c1", "1")).await.unwrap_err();
    assert_eq!(nested.code(), "unknown_parent", "a correction is not corrected");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 1, "one is left");
}
