//! What moves the money of a difference without an event or a counter of the period that it moves.

use super::{keep, open};
use operations::bill::{account_act, account_preview, coupon_act, coupon_preview};
use operations::host::FixedHost;
use operations::snapshot::difference;
use operations::wire::{
    AccountRequest, BillingAccount, CouponRequest, Difference, DifferenceState, PartyFields, SnapshotRequest,
};
use store::Store;
use support::{Ledger, Shape, World, at};

on_every_engine!(
    a_discount_and_a_tax_have_their_effect,
    a_level_has_its_effect_on_all_later_periods,
    what_cannot_be_drafted_is_said_and_is_not_nothing,
    a_period_begins_by_the_clock_of_its_tenant,
);

async fn world(ledger: &Ledger, shape: Shape<'_>) -> World {
    World::of(&ledger.store, 2, shape).await.unwrap()
}

/// The state now, what is done, and the difference that it makes.
async fn differs<D: Future<Output = ()>>(ledger: &Ledger, world: &World, done: impl FnOnce() -> D) -> Difference {
    let all = SnapshotRequest::default();
    let before = keep(&ledger.store, world, &all).await;
    done().await;
    let after = keep(&ledger.store, world, &all).await;
    let (before, after) = (open(&before.file()).await.unwrap(), open(&after.file()).await.unwrap());
    difference(&before, &after, &FixedHost::at(world.now)).await.unwrap()
}

fn money(found: &Difference) -> Vec<(&str, &str, &str, &str)> {
    let rows = found.money.iter();
    rows.map(|row| (row.tenant.as_str(), row.before.as_str(), row.after.as_str(), row.effect.as_str())).collect()
}

async fn half_off(store: &Store, world: &World, from: &str) {
    let coupon = CouponRequest {
        tenant_id: world.tenants[0].to_string(),
        code: "HALF".to_owned(),
        meter: None,
        percent_off: Some("50".to_owned()),
        amount_off: None,
        valid_from: Some(from.to_owned()),
        valid_to: None,
        reason: "a test".to_owned(),
    };
    let host = FixedHost::at(world.now);
    let shown = coupon_preview(store, &host, &coupon).await.unwrap();
    coupon_act(store, &host, &coupon, &shown.fingerprint).await.unwrap();
}

async fn taxed(store: &Store, world: &World) {
    let account = AccountRequest {
        tenant_id: world.tenants[1].to_string(),
        account: BillingAccount {
            buyer: PartyFields::default(),
            tax_percent: "20".to_owned(),
            tax_note: None,
            terms_days: None,
            approval: "settings".to_owned(),
        },
        reason: "a test".to_owned(),
    };
    let host = FixedHost::with_series(world.now, 7);
    let shown = account_preview(store, &host, &account).await.unwrap();
    account_act(store, &host, &account, &shown.fingerprint).await.unwrap();
}

async fn a_discount_and_a_tax_have_their_effect(ledger: Ledger) {
    let world = world(&ledger, Shape::default()).await;
    let found = differs(&ledger, &world, async || {
        half_off(&ledger.store, &world, "2026-01-01T00:00:00Z").await;
        taxed(&ledger.store, &world).await;
    })
    .await;
    let expected = [("Tenant 1", "29.00", "14.50", "-14.50"), ("Tenant 2", "29.00", "34.80", "5.80")];
    assert_eq!(money(&found), expected, "half of January for the one, a fifth on top for the other");
    let statuses: Vec<_> = found
        .statuses
        .iter()
        .map(|row| (row.kind.as_str(), row.before.as_deref(), row.after.as_deref().unwrap_or_default()))
        .collect();
    let expected = [("coupon", None, "50 % from 2026-01-01T00:00:00Z"), ("account", None, "20")];
    assert_eq!(statuses, expected, "and both are said themselves");
    let counts = found.counts;
    assert_eq!((counts.events, counts.counters, counts.invoices, counts.problems), (0, 0, 0, 0), "nothing else is");
}

async fn a_level_has_its_effect_on_all_later_periods(ledger: Ledger) {
    let mut world = world(&ledger, Shape { storage_price: Some("0.10"), ..Shape::default() }).await;
    // 500 above what is included, from 11 January on: 50.00 in each period that has begun.
    let event = world.event(0, "storage", "kept", 1_500, "2026-01-11T08:00:00Z");
    world.now = at("2026-03-10T12:00:00Z");
    let found = differs(&ledger, &world, async || {
        world.append(&ledger.store, vec![event]).await.unwrap();
    })
    .await;
    let counters: Vec<_> = found.counters.iter().map(|row| (row.first_day.as_deref(), row.after.as_str())).collect();
    assert_eq!(counters, [(Some("2026-01-01"), "1500")], "one counter says it");
    assert_eq!(money(&found), [("Tenant 1", "87.00", "237.00", "150.00")], "January, February and March cost more");
}

/// The most that one event counts.
const MOST: i64 = 100_000_000_000_000_000;

async fn what_cannot_be_drafted_is_said_and_is_not_nothing(ledger: Ledger) {
    let world = world(&ledger, Shape { call_price: Some("0.50"), ..Shape::default() }).await;
    let found = differs(&ledger, &world, async || {
        // More money than 64 bits hold.
        let too_much = ["one", "two"].map(|key| world.event(0, "calls", key, MOST, "2026-01-11T08:00:00Z"));
        let usual = world.event(1, "calls", "usual", 1_010, "2026-01-11T08:00:00Z");
        world.append(&ledger.store, too_much.into_iter().chain([usual]).collect()).await.unwrap();
    })
    .await;
    let problems: Vec<_> = found.problems.iter().map(|row| (row.tenant.as_str(), row.state)).collect();
    assert_eq!(problems, [("Tenant 1", DifferenceState::After)], "the one that has no amount: {:?}", found.problems);
    assert_eq!(found.counts.problems, 1, "counted");
    assert_eq!(money(&found), [("Tenant 2", "29.00", "34.00", "5.00")], "it is no 0.00, and the others have theirs");
}

async fn a_period_begins_by_the_clock_of_its_tenant(ledger: Ledger) {
    let mut world = world(&ledger, Shape { zone: "Pacific/Auckland".parse().unwrap(), ..Shape::default() }).await;
    // In Auckland it is 1 February since an hour; in UTC it is still the last of January.
    world.now = at("2026-01-31T12:00:00Z");
    let found = differs(&ledger, &world, async || half_off(&ledger.store, &world, "2026-01-31T11:00:00Z").await).await;
    assert_eq!(money(&found), [("Tenant 1", "58.00", "43.50", "-14.50")], "half of February");
}
