//! The difference of two states is exactly what was done between them, in events and in money.

use super::{Kept, keep, open};
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::snapshot::{difference, difference_in_time};
use operations::wire::{Became, Difference, SnapshotRequest};
use store::Store;
use support::bill::Invoice;
use support::{Ledger, Shape, World};

on_every_engine!(a_difference_is_what_was_done, nothing_done_is_no_difference, two_ledgers_are_not_compared);

async fn priced(ledger: &Ledger) -> World {
    let world = World::of(&ledger.store, 3, Shape { call_price: Some("0.50"), ..Shape::default() }).await.unwrap();
    let events = (0..3).map(|tenant| world.event(tenant, "calls", "base", 1_000, "2026-01-05T08:00:00Z")).collect();
    world.append(&ledger.store, events).await.unwrap();
    world
}

async fn of(before: &Kept, after: &Store, world: &World) -> Result<Difference, OperationError> {
    difference(&open(&before.file()).await.unwrap(), after, &FixedHost::at(world.now)).await
}

async fn a_difference_is_what_was_done(ledger: Ledger) {
    let world = priced(&ledger).await;
    let all = SnapshotRequest::default();
    let before = keep(&ledger.store, &world, &all).await;
    // 7 calls above what is included, at 0.50: 3.50. Exports are included.
    let calls = world.event(0, "calls", "more", 7, "2026-01-11T08:00:00Z");
    let exports = world.event(1, "exports", "free", 1, "2026-01-12T08:00:00Z");
    world.append(&ledger.store, vec![calls, exports]).await.unwrap();
    // What was drafted at 29.00 is issued at 29.00 and 1.00.
    Invoice { tenant: 2, ..Invoice::january(&[2_900, 100]) }.issue(&ledger.store, &world).await.unwrap();
    let after = keep(&ledger.store, &world, &all).await;
    let found = of(&before, &open(&after.file()).await.unwrap(), &world).await.unwrap();

    let keys: Vec<_> =
        found.events.iter().map(|event| (event.key.as_str(), event.became, event.after.as_deref())).collect();
    let expected = [("more", Became::Added, Some("7")), ("free", Became::Added, Some("1"))];
    assert_eq!(keys, expected, "the two events, and no other");
    assert_eq!((found.counts.events, found.counts.tenants_compared), (2, 3), "counted, too");
    let counters: Vec<_> = found
        .counters
        .iter()
        .map(|counter| {
            (counter.tenant.as_str(), counter.meter.as_str(), counter.before.as_str(), counter.after.as_str())
        })
        .collect();
    let expected = [("Tenant 1", "calls", "1000", "1007"), ("Tenant 2", "exports", "0", "1")];
    assert_eq!(counters, expected, "the counters that they moved");
    let invoices: Vec<_> = found
        .invoices
        .iter()
        .map(|invoice| {
            (invoice.tenant.as_str(), invoice.became, invoice.total_after.as_deref(), invoice.status_after.as_deref())
        })
        .collect();
    assert_eq!(invoices, [("Tenant 3", Became::Added, Some("30.00"), Some("finalized"))], "the invoice");
    assert_eq!(found.lines.len(), 2, "its two lines: {:?}", found.lines);
    let statuses: Vec<_> = found
        .statuses
        .iter()
        .map(|status| (status.kind.as_str(), status.before.as_deref(), status.after.as_deref()))
        .collect();
    assert_eq!(statuses, [("period", Some("open"), Some("finalized"))], "its period");
    let money: Vec<_> = found
        .money
        .iter()
        .map(|row| {
            (row.tenant.as_str(), row.currency.as_str(), row.before.as_str(), row.after.as_str(), row.effect.as_str())
        })
        .collect();
    let expected = [("Tenant 1", "USD", "29.00", "32.50", "3.50"), ("Tenant 3", "USD", "29.00", "30.00", "1.00")];
    assert_eq!(money, expected, "the effect in money, of those alone that have one");

    let back = difference(
        &open(&after.file()).await.unwrap(),
        &open(&before.file()).await.unwrap(),
        &FixedHost::at(world.now),
    )
    .await;
    let back = back.unwrap();
    assert_eq!(back.money[0].effect, "-3.50", "the other way round it is taken back");
    assert!(back.events.iter().all(|event| event.became == Became::Removed), "and the events are gone");
    if !matches!(ledger.target, store::Target::SqliteMemory) {
        let live = of(&before, &ledger.store, &world).await.unwrap();
        let Difference { before: _, after, .. } = &live;
        assert!(!after.snapshot, "against the database of today");
        assert_eq!(
            (&live.events, &live.counters, &live.money),
            (&found.events, &found.counters, &found.money),
            "the same"
        );
        let snapshot = open(&before.file()).await.unwrap();
        let host = FixedHost::at(world.now);
        let told = difference_in_time(&snapshot, &ledger.store, &host).await.unwrap();
        assert_eq!(told.money, found.money, "a database goes on: it is the later one");
        let earlier = world.now.plus_micros(-1).unwrap();
        let private = tempfile::tempdir().unwrap();
        let review = store::Store::open_pinned(&ledger.target, earlier, private.path()).await.unwrap();
        let told = difference_in_time(&snapshot, &review, &host).await.unwrap();
        assert_eq!(told.money[0].effect, "-3.50", "of two moments the earlier comes first, whichever was chosen");
    }
}

async fn nothing_done_is_no_difference(ledger: Ledger) {
    let world = priced(&ledger).await;
    let all = SnapshotRequest::default();
    let before = keep(&ledger.store, &world, &all).await;
    let part = SnapshotRequest { tenant_ids: vec![world.tenants[0].to_string()], packed: true, ..all };
    let after = keep(&ledger.store, &world, &part).await;
    let found = of(&before, &open(&after.file()).await.unwrap(), &world).await.unwrap();
    let counts = found.counts;
    assert_eq!((counts.tenants_compared, counts.tenants_of_one), (1, 0), "only what both were asked for");
    assert_eq!(
        (counts.events, counts.counters, counts.invoices, counts.lines, counts.statuses),
        (0, 0, 0, 0, 0),
        "nothing"
    );
    assert_eq!(found.money, [], "and no money");
}

async fn two_ledgers_are_not_compared(ledger: Ledger) {
    let world = priced(&ledger).await;
    let kept = keep(&ledger.store, &world, &SnapshotRequest::default()).await;
    let other = Ledger::new(support::Kind::SqliteFile).await.unwrap();
    let mut info = support::ledger::new_ledger();
    info.id = billing::ids::LedgerId::from_uuid(uuid::Uuid::from_u128(7));
    let target = store::Target::Sqlite(other.file().unwrap().with_extension("other"));
    let another = Store::connect(&target, store::Access::Create).await.unwrap();
    another.migrate(info).await.unwrap();
    let refused = of(&kept, &another, &world).await.unwrap_err();
    assert_eq!(refused.code(), "other_ledger", "figures of two ledgers have no difference");
    let days = SnapshotRequest {
        from: Some("2026-01-01".into()),
        to: Some("2026-02-01".into()),
        ..SnapshotRequest::default()
    };
    let days = keep(&ledger.store, &world, &days).await;
    let refused = of(&kept, &open(&days.file()).await.unwrap(), &world).await.unwrap_err();
    assert_eq!(refused.code(), "other_days", "what one leaves out is no difference");
}
