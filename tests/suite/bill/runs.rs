//! Runs: each period is billed once, however often and from wherever a run is started.

use super::books::assert_sound;
use super::{everything, host, run};
use billing::ids::{EntitlementId, PlanVersionId, RunId};
use billing::timeline::Entitlement;
use futures::FutureExt;
use futures::future::join_all;
use operations::bill::{self, close_periods, run_preview};
use operations::host::Host;
use operations::wire::RunRequest;
use std::sync::Arc;
use store::invoice_runs::{self, NewRun};
use store::subscriptions::EntitlementRecord;
use support::firm::{self, Order};
use support::{Ledger, World, at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_every_engine!(
    a_run_does_what_its_preview_said_and_does_it_once,
    started_many_times_at_once_it_bills_once,
    what_was_stopped_goes_on,
    a_run_that_was_killed_is_over_when_the_next_begins,
    drafts_come_first_and_grace_is_waited_for,
    one_that_cannot_be_billed_stops_nobody,
);

/// A plan version in another currency inside of January: that period of the second tenant cannot be billed.
async fn mixed_up(ledger: &Ledger, world: &World) {
    let tenant = world.tenants[1];
    let held = world.timelines[&tenant].entitlements()[0].clone();
    let other = PlanVersionId::from_uuid(Uuid::from_u64_pair(0x92, held.plan_version.uuid().as_u64_pair().1 + 1));
    let entitlement = Entitlement {
        id: EntitlementId::from_uuid(Uuid::from_u64_pair(0xe7, 999)),
        valid_from: at("2026-01-10T00:00:00Z"),
        seq: held.seq + 1,
        plan_version: other,
        ..held
    };
    let record = EntitlementRecord { tenant, entitlement, created_at: world.now };
    let written = ledger.store.write(move |write| {
        let record = record.clone();
        async move { store::subscriptions::insert_entitlements(write, &[record]).await }.boxed()
    });
    written.await.unwrap();
}

async fn one_that_cannot_be_billed_stops_nobody(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 4, Order::Forward).await.unwrap());
    mixed_up(&ledger, &world).await;
    let preview = run_preview(store, &host(&world, 1), &everything()).await.unwrap();
    let report = run(store, &host(&world, 2), &everything()).await.unwrap();
    assert_eq!((report.failed, report.finalized), (preview.failed, preview.finalize), "as the preview said");
    assert_eq!(report.failed, 1, "the one period that has two currencies: {:?}", report.rows);
    let row = report.rows.iter().find(|row| row.outcome == "error").unwrap();
    assert_eq!(row.tenant_id, world.tenants[1].to_string(), "it is named");
    assert!(row.message.as_deref().is_some_and(|said| said.contains("currenc")), "and why: {:?}", row.message);
    let books = assert_sound(store).await;
    for tenant in world.tenants.iter().filter(|tenant| **tenant != world.tenants[1]) {
        let own = books.issued.values().filter(|record| record.tenant == *tenant).count();
        assert!(own >= 3, "the others are billed whole: {own} of {tenant}");
    }
    assert!(books.issued.values().all(|record| record.tenant != world.tenants[1]), "its later periods wait");
    let again = run(store, &host(&world, 3), &everything()).await.unwrap();
    assert_eq!((again.failed, again.finalized), (1, 0), "until somebody mends it each run says so");
}

async fn a_run_does_what_its_preview_said_and_does_it_once(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 12, Order::Forward).await.unwrap());
    let preview = run_preview(store, &host(&world, 1), &everything()).await.unwrap();
    assert_eq!((preview.failed, preview.held), (0, 0), "the firm can be billed whole: {:?}", preview.rows);
    assert!(preview.finalize > 30, "three months of twelve tenants: {}", preview.finalize);
    assert!(assert_sound(store).await.issued.is_empty(), "a preview writes nothing");
    let report = run(store, &host(&world, 2), &everything()).await.unwrap();
    assert_eq!(report.finalized, preview.finalize, "as many as were shown");
    assert_eq!(
        report.totals, preview.totals,
        "and as much: prepaid credits and fees in advance are taken into account"
    );
    assert_eq!(preview.totals.len(), 2, "two currencies never add up");
    let books = assert_sound(store).await;
    let all = books.issued.len() + books.credit_notes.len();
    assert_eq!(all, usize::try_from(report.finalized).unwrap(), "all of them are in the books");
    let again = run(store, &host(&world, 3), &everything()).await.unwrap();
    assert_eq!((again.finalized, again.drafted, again.failed), (0, 0, 0), "nothing is billed twice");
    assert_eq!(assert_sound(store).await, books, "and nothing changed");
}

async fn started_many_times_at_once_it_bills_once(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 10, Order::Forward).await.unwrap());
    let due = run_preview(store, &host(&world, 1), &everything()).await.unwrap().finalize;
    let hosts: Vec<_> = (2..6).map(|series| host(&world, series)).collect();
    let request = everything();
    let reports = join_all(hosts.iter().map(|host| run(store, host, &request))).await;
    let finalized: u32 = reports.into_iter().map(|report| report.unwrap().finalized).sum();
    assert_eq!(finalized, due, "four runs at once bill each period once between them");
    assert_sound(store).await;
}

async fn what_was_stopped_goes_on(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 6, Order::Forward).await.unwrap());
    let due = run_preview(store, &host(&world, 1), &everything()).await.unwrap().finalize;
    let stop = CancellationToken::new();
    let told = |progress: operations::wire::Progress| {
        if progress.done > 0 {
            stop.cancel();
        }
    };
    let first = bill::run(store, &host(&world, 2), &everything(), &told, &stop).await.unwrap();
    assert!(first.stopped && first.finalized > 0 && first.finalized < due, "it stopped after a batch");
    assert_sound(store).await;
    let second = run(store, &host(&world, 3), &everything()).await.unwrap();
    assert_eq!(first.finalized + second.finalized, due, "the next run bills the rest");
    assert_sound(store).await;
}

async fn a_run_that_was_killed_is_over_when_the_next_begins(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 2, Order::Forward).await.unwrap());
    let killed = NewRun {
        id: RunId::from_uuid(host(&world, 9).new_uuid()),
        until: world.now,
        actor: "finance.mia".to_owned(),
        reason: "A process that is gone".to_owned(),
        at: world.now,
    };
    let begun = Arc::new(killed);
    store
        .write(move |write| {
            let begun = Arc::clone(&begun);
            async move { invoice_runs::begin(write, &begun).await }.boxed()
        })
        .await
        .unwrap();
    run(store, &host(&world, 1), &everything()).await.unwrap();
    let at = world.now;
    let left = store.write(move |write| async move { invoice_runs::interrupt(write, at).await }.boxed()).await.unwrap();
    assert_eq!(left, 0, "neither the killed run nor the one that ended is left as running");
}

async fn drafts_come_first_and_grace_is_waited_for(ledger: Ledger) {
    let (store, mut world) = (&ledger.store, firm::make(&ledger.store, 3, Order::Forward).await.unwrap());
    // Tenant 3 has periods from the first of the month in the zone of Havana: 1 March begins at 05:00 UTC.
    let only = |finalize| RunRequest { tenant_ids: vec![world.tenants[2].to_string()], finalize, ..everything() };
    let (drafts, finals) = (only(false), only(true));
    world.now = support::at("2026-02-03T12:00:00Z");
    let drafted = run(store, &host(&world, 1), &drafts).await.unwrap();
    assert_eq!((drafted.drafted, drafted.finalized), (1, 0), "January has a draft");
    let within = run(store, &host(&world, 2), &finals).await.unwrap();
    assert_eq!((within.drafted, within.finalized), (1, 0), "within the days of grace it stays one");
    world.now = support::at("2026-02-04T05:00:00Z");
    let over = run(store, &host(&world, 4), &finals).await.unwrap();
    assert_eq!((over.drafted, over.finalized), (0, 1), "from 4 February 00:00 local it is final");
    let closed = close_periods(store, &host(&world, 5)).await.unwrap();
    assert_eq!(close_periods(store, &host(&world, 6)).await.unwrap(), 0, "{closed} were closed, and once");
    let books = assert_sound(store).await;
    assert_eq!((books.issued.len(), books.drafts.len()), (1, 0), "the draft became the invoice");
}
