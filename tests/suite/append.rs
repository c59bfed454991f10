//! Append: exactly once, in the right place, or with the right reason not.

use billing::ids::{SubjectId, TenantId};
use billing::level::Level;
use billing::period::PeriodStatus;
use billing::time::Day;
use operations::look;
use store::alerts;
use store::append::{Details, NewEvent, Outcome, Outcome::*};
use store::{Store, StoreError, events, periods, subjects, tenants};
use support::{Ledger, World};
use uuid::Uuid;

use crate::look::{alerts_of, assert_sound, billable, day_rows, level, verify};

on_every_engine!(
    same_key_twice_in_one_batch,
    sending_again_counts_once,
    keys_of_two_tenants_or_sources_never_meet,
    jump_over_both_levels,
    exactly_eighty_percent_warns,
    recovery_and_no_second_alert,
    a_backfill_is_silent,
    correction_of_a_max,
    a_count_correction_takes_one_away,
    a_level_below_zero,
    a_level_in_the_order_of_sending,
    an_unstored_period,
    a_closed_period,
    a_stale_timeline,
    a_known_event_is_a_duplicate_whatever_closed,
    text_sorts_by_bytes,
    details_are_kept_apart_and_erased,
    large_batches_and_small_ones_agree,
    two_appends_in_one_transaction,
    the_largest_numbers,
    what_does_not_fit_stays_a_delta,
    one_tenant_beyond_64_bits_stops_nobody,
    hostile_text_comes_back,
);

async fn same_key_twice_in_one_batch(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let event = |key, quantity| world.event(0, "calls", key, quantity, "2026-01-10T08:00:00Z");
    let batch = vec![event("a", 5), event("b", 7), event("a", 5), event("a", 6)];
    let outcomes = world.outcomes(&ledger.store, batch).await.unwrap();
    assert_eq!(outcomes, [Accepted, Accepted, Duplicate, Conflict], "the first line wins");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 12, "5 and 7, not 5 twice");
    assert_sound(&ledger.store).await;
}

async fn sending_again_counts_once(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let events = |count: i64| -> Vec<_> {
        (0..count).map(|n| world.event(0, "calls", &format!("k{n:04}"), n, "2026-01-10T08:00:00Z")).collect()
    };
    let first = world.outcomes(&ledger.store, events(200)).await.unwrap();
    assert!(first.iter().all(|outcome| *outcome == Accepted), "all are new");
    let second = world.outcomes(&ledger.store, events(300)).await.unwrap();
    assert!(second[..200].iter().all(|outcome| *outcome == Duplicate), "those are known");
    assert!(second[200..].iter().all(|outcome| *outcome == Accepted), "those are new");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 300 * 299 / 2, "each counts once");
    assert_sound(&ledger.store).await;
}

async fn keys_of_two_tenants_or_sources_never_meet(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let one = world.event(0, "calls", "same", 1, "2026-01-10T08:00:00Z");
    let other_tenant = world.event(1, "calls", "same", 2, "2026-01-10T08:00:00Z");
    let mut other_source = world.event(0, "calls", "same", 3, "2026-01-10T08:00:00Z");
    other_source.usage.key.source = "another".to_owned();
    let outcomes = world.outcomes(&ledger.store, vec![one, other_tenant, other_source]).await.unwrap();
    assert_eq!(outcomes, [Accepted; 3], "identity is tenant, source and key together");
}

async fn jump_over_both_levels(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let batch = vec![
        world.event(0, "calls", "c", 900, "2026-01-10T10:00:00Z"),
        world.event(0, "calls", "a", 100, "2026-01-10T08:00:00Z"),
        world.event(0, "calls", "b", 600, "2026-01-10T09:00:00Z"),
    ];
    let appended = world.append(&ledger.store, batch).await.unwrap();
    assert_eq!(appended.alerts.len(), 2, "both levels are raised");
    let found = alerts_of(&ledger.store, world.tenants[0]).await;
    assert_eq!(found.len(), 2, "both are stored");
    for alert in &found {
        assert_eq!(alert.event.key, "c", "in order of time c crosses both: 100, 700, then 1600");
        assert_eq!(alert.used, 1_600, "use at the crossing");
        assert_eq!(alert.base, 1_000, "what is included");
    }
    let mut levels: Vec<Level> = found.iter().map(|alert| alert.level).collect();
    levels.sort();
    assert_eq!(levels, [Level::Warning, Level::Alert], "one of each");
}

async fn exactly_eighty_percent_warns(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let send = |key: &'static str, quantity| vec![world.event(0, "calls", key, quantity, "2026-01-10T08:00:00Z")];
    let below = world.append(&ledger.store, send("a", 799)).await.unwrap();
    assert_eq!(below.alerts, [], "79.9 % is normal");
    let warned = world.append(&ledger.store, send("b", 1)).await.unwrap();
    assert_eq!(warned.alerts.len(), 1, "80 % warns");
    let quiet = world.append(&ledger.store, send("c", 199)).await.unwrap();
    assert_eq!(quiet.alerts, [], "still a warning");
    let alerted = world.append(&ledger.store, send("d", 1)).await.unwrap();
    assert_eq!(alerted.alerts.len(), 1, "100 % alerts");
    assert_eq!(alerted.alerts[0].key.level, Level::Alert, "and only that");
}

async fn recovery_and_no_second_alert(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let big = world.event(0, "calls", "big", 1_200, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![big.clone()]).await.unwrap();
    let fixed = world.append(&ledger.store, vec![world.correction(&big, "fix", -700)]).await.unwrap();
    assert_eq!(fixed.alerts.len(), 2, "500 is below both");
    assert!(fixed.alerts.iter().all(|change| !change.raised), "both recover");
    let again = world.event(0, "calls", "again", 900, "2026-01-11T08:00:00Z");
    let appended = world.append(&ledger.store, vec![again]).await.unwrap();
    assert_eq!(appended.alerts, [], "crossing again in the same period raises none");
    assert_sound(&ledger.store).await;
}

async fn a_backfill_is_silent(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let mut batch = world.batch(vec![world.event(0, "calls", "a", 5_000, "2026-01-10T08:00:00Z")]);
    batch.alerting = store::append::Alerting::Silent;
    support::world::append_batch(&ledger.store, batch).await.unwrap();
    assert!(alerts_of(&ledger.store, world.tenants[0]).await.is_empty(), "a backfill raises no alerts");
}

async fn correction_of_a_max(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let high = world.event(0, "peak", "high", 900, "2026-01-10T08:00:00Z");
    let low = world.event(0, "peak", "low", 300, "2026-01-10T09:00:00Z");
    world.append(&ledger.store, vec![high.clone(), low]).await.unwrap();
    assert_eq!(billable(&ledger.store, &world, 0, "peak").await, 900, "the largest");
    let fixed = world.append(&ledger.store, vec![world.correction(&high, "fix", 200)]).await.unwrap();
    assert_eq!(fixed.outcomes, [Accepted], "a correction is an event");
    assert_eq!(billable(&ledger.store, &world, 0, "peak").await, 300, "900 is superseded by 200, so 300 is left");
    assert!(fixed.alerts.iter().any(|change| !change.raised), "900 of 1000 had warned");
    assert_sound(&ledger.store).await;
}

async fn a_count_correction_takes_one_away(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let one = world.event(0, "exports", "one", 7, "2026-01-10T08:00:00Z");
    let two = world.event(0, "exports", "two", 7, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![one.clone(), two]).await.unwrap();
    world.append(&ledger.store, vec![world.correction(&one, "fix", 7)]).await.unwrap();
    assert_eq!(billable(&ledger.store, &world, 0, "exports").await, 1, "two events less one correction");
    assert_sound(&ledger.store).await;
}

async fn a_level_below_zero(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let batch = vec![
        world.event(0, "storage", "store", 100, "2026-01-10T08:00:00Z"),
        world.event(0, "storage", "free too much", -101, "2026-01-10T09:00:00Z"),
        world.event(0, "storage", "free", -60, "2026-01-10T10:00:00Z"),
    ];
    let outcomes = world.outcomes(&ledger.store, batch.clone()).await.unwrap();
    assert_eq!(outcomes, [Accepted, BelowZero, Accepted], "only the one that goes below 0 stays out");
    assert_eq!(level(&ledger.store, &world, 0, "storage").await, 40, "100 less 60");
    let outcomes = world.outcomes(&ledger.store, batch).await.unwrap();
    assert_eq!(outcomes, [Duplicate, BelowZero, Duplicate], "sent again it is the same");
    assert_sound(&ledger.store).await;
}

async fn a_level_in_the_order_of_sending(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let batch = vec![
        world.event(0, "storage", "z", -5, "2026-01-10T08:00:00Z"),
        world.event(0, "storage", "a", 5, "2026-01-10T07:00:00Z"),
        world.event(0, "storage", "b", -5, "2026-01-10T07:00:00Z"),
    ];
    let outcomes = world.outcomes(&ledger.store, batch).await.unwrap();
    assert_eq!(outcomes, [BelowZero, Accepted, Accepted], "neither keys nor times decide, the order of sending does");
}

async fn an_unstored_period(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let mut event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    event.assignment.billed_period = Some(billing::ids::PeriodId::from_uuid(Uuid::from_u128(77)));
    let outcomes = world.outcomes(&ledger.store, vec![event]).await.unwrap();
    assert_eq!(outcomes, [PeriodMissing], "nothing is counted into a period that is not stored");
    assert_sound(&ledger.store).await;
}

async fn close(store: &Store, tenant: TenantId, period: billing::ids::PeriodId) {
    store
        .write(move |write| {
            Box::pin(async move { periods::set_status(write, tenant, period, PeriodStatus::Closed).await })
        })
        .await
        .unwrap();
}

async fn a_closed_period(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    close(&ledger.store, world.tenants[0], event.assignment.billed_period.unwrap()).await;
    let outcomes = world.outcomes(&ledger.store, vec![event]).await.unwrap();
    assert_eq!(outcomes, [PeriodClosed], "nothing enters a closed period");
}

async fn a_stale_timeline(ledger: Ledger) {
    let mut world = World::new(&ledger.store, 2).await.unwrap();
    let (one, two) = (
        world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z"),
        world.event(1, "calls", "a", 1, "2026-01-10T08:00:00Z"),
    );
    let tenant = world.tenants[0];
    ledger.store.write(move |write| Box::pin(async move { tenants::begin_change(write, tenant).await })).await.unwrap();
    let outcomes = world.outcomes(&ledger.store, vec![one, two]).await.unwrap();
    assert_eq!(outcomes, [Stale, Accepted], "only the tenant that changed is resolved again");
    world.reload(&ledger.store).await.unwrap();
    let again = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    assert_eq!(world.outcomes(&ledger.store, vec![again]).await.unwrap(), [Accepted], "resolved anew it goes in");
}

async fn a_known_event_is_a_duplicate_whatever_closed(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event.clone()]).await.unwrap();
    close(&ledger.store, world.tenants[0], event.assignment.billed_period.unwrap()).await;
    let mut other = event.clone();
    other.usage.quantity = 2;
    let outcomes = world.outcomes(&ledger.store, vec![event.clone()]).await.unwrap();
    assert_eq!(outcomes, [Duplicate], "it is in, so it is not refused");
    assert_eq!(world.outcomes(&ledger.store, vec![other]).await.unwrap(), [Conflict], "and another is a conflict");
}

async fn text_sorts_by_bytes(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let names = ["Zebra", "a", "Ä", "B", "ä", "a b", "a-b", "_", "é", "z"];
    let made: Vec<tenants::Tenant> = (0_u128..)
        .zip(names)
        .map(|(number, name)| tenants::Tenant {
            id: TenantId::from_uuid(Uuid::from_u128(0xabc0 + number)),
            name: name.to_owned(),
            email: None,
            outside_id: None,
            country: None,
            zone: billing::time::Zone::UTC,
            currency: billing::money::Currency::USD,
            created_at: world.now,
        })
        .collect();
    ledger.store.write(move |write| Box::pin(async move { tenants::insert(write, &made).await })).await.unwrap();
    let mut expected: Vec<&str> = names.to_vec();
    expected.push("Tenant 1");
    expected.sort_unstable();
    let stored = crate::look::names_in_order(&ledger).await;
    assert_eq!(stored, expected, "both engines sort as Rust does, by bytes");
}

async fn details_are_kept_apart_and_erased(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let tenant = world.tenants[0];
    let subject = subjects::Subject {
        tenant,
        id: SubjectId::from_uuid(Uuid::from_u128(0x50b)),
        kind: subjects::SubjectKind::Client,
        outside_id: Some("client-77".to_owned()),
        name: Some("Ada Lovelace".to_owned()),
        created_at: world.now,
        erased_at: None,
    };
    let made = [subject.clone()];
    ledger.store.write(move |write| Box::pin(async move { subjects::find_or_make(write, &made).await })).await.unwrap();
    let mut event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    event.usage.subjects.client = Some(subject.id);
    event.details = Some(Details { salt: [7; 16], body: r#"{"file":"Ada.wav"}"#.to_owned() });
    world.append(&ledger.store, vec![event.clone()]).await.unwrap();
    assert_eq!(assert_sound(&ledger.store).await.details_erased, 0, "nothing is erased yet");
    let (id, now) = (subject.id, world.now);
    let erased = ledger
        .store
        .write(move |write| Box::pin(async move { store::erasure::erase(write, tenant, id, now).await }))
        .await
        .unwrap();
    assert_eq!(erased.own_details, 1, "the details of its event go");
    assert_eq!(assert_sound(&ledger.store).await.details_erased, 1, "verify says erased, not tampered");
    let left = ledger
        .store
        .read(move |read| Box::pin(async move { subjects::by_id(read, tenant, id).await }))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((left.name, left.outside_id), (None, None), "the name is gone");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 1, "usage stays");
}

async fn large_batches_and_small_ones_agree(ledger: Ledger) {
    let world = World::new(&ledger.store, 4).await.unwrap();
    let mut all = Vec::new();
    for n in 0..600_i64 {
        let tenant = usize::try_from(n % 4).unwrap();
        let meter = ["calls", "tokens", "exports", "peak", "storage"][usize::try_from(n % 5).unwrap()];
        let mut event = world.event(tenant, meter, &format!("k{n}"), n % 90, "2026-01-10T08:00:00Z");
        event.usage.provider = ["google", "azure"][usize::try_from(n % 2).unwrap()].to_owned();
        event.usage.subjects.user = Some(SubjectId::from_uuid(Uuid::from_u128(n.unsigned_abs().into())));
        event.line = Some(n.unsigned_abs());
        all.push(event);
    }
    for chunk in all[..40].chunks(3) {
        assert!(world.outcomes(&ledger.store, chunk.to_vec()).await.unwrap().iter().all(|it| *it == Accepted));
    }
    let outcomes = world.outcomes(&ledger.store, all.clone()).await.unwrap();
    assert_eq!(outcomes.iter().filter(|it| **it == Duplicate).count(), 40, "those of the small batches");
    assert_eq!(outcomes.iter().filter(|it| **it == Accepted).count(), 560, "all others");
    let found = assert_sound(&ledger.store).await;
    assert_eq!(found.ledger_events, 600, "each is there once");
    let key = all[599].usage.key.clone();
    let back = ledger
        .store
        .read(move |read| Box::pin(async move { events::by_key(read, &key).await }))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&back.usage, &back.assignment), (&all[599].usage, &all[599].assignment), "read back as it was sent");
}

async fn two_appends_in_one_transaction(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let events = |from: i64, to: i64| -> Vec<_> {
        (from..to).map(|n| world.event(0, "calls", &format!("k{n:04}"), 1, "2026-01-10T08:00:00Z")).collect()
    };
    let (one, two) = (world.batch(events(0, 20)), world.batch(events(10, 30)));
    let outcomes = ledger
        .store
        .write(move |write| {
            Box::pin(async move {
                let first = store::append::append(write, &one).await?;
                let second = store::append::append(write, &two).await?;
                Ok::<_, StoreError>((first.outcomes, second.outcomes))
            })
        })
        .await
        .unwrap();
    assert_eq!(outcomes.0, [Accepted; 20], "the first 20 are new");
    assert_eq!(outcomes.1[..10], [Duplicate; 10], "ten of them come again");
    assert_eq!(outcomes.1[10..], [Accepted; 10], "ten are new");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, 30, "each counts once");
    assert_sound(&ledger.store).await;
}

/// An event as a ledger may hold it from before quantities had a limit.
fn extreme(world: &World, tenant: usize, meter: &str, key: &str, occurred_at: &str) -> NewEvent {
    let mut event = world.event(tenant, meter, key, 1, occurred_at);
    (event.usage.quantity, event.assignment.contribution) = (i64::MAX, i64::MAX);
    event
}

async fn the_largest_numbers(ledger: Ledger) {
    let world = World::new(&ledger.store, 3).await.unwrap();
    let large = (1_i64 << 53) + 1;
    let day = "2026-01-10T08:00:00Z";
    let batch = vec![
        world.event(0, "calls", "a", large, day),
        extreme(&world, 1, "calls", "b", day),
        extreme(&world, 2, "calls", "c", day),
    ];
    assert_eq!(world.outcomes(&ledger.store, batch).await.unwrap(), [Accepted; 3], "they meet in the company's sum");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, large, "2^53 + 1 comes back whole");
    assert_sound(&ledger.store).await;

    // In one batch with others, and alone: the counter of the tenant is full, in Rust or in the database.
    for more in [
        vec![extreme(&world, 1, "calls", "d", day), extreme(&world, 1, "calls", "e", day)],
        vec![extreme(&world, 1, "calls", "d", day)],
    ] {
        let refused = world.append(&ledger.store, more).await.unwrap_err();
        let code = refused.downcast_ref::<StoreError>().map(StoreError::code);
        assert_eq!(code, Some("overflow"), "a counter never wraps: {refused}");
    }
    assert_eq!(assert_sound(&ledger.store).await.ledger_events, 3, "of what was refused nothing is in");
}

async fn what_does_not_fit_stays_a_delta(ledger: Ledger) {
    let world = World::new(&ledger.store, 3).await.unwrap();
    let (day, next) = ("2026-01-10T08:00:00Z", "2026-01-11T08:00:00Z");
    let fold = || async {
        ledger.store.write(|write| Box::pin(async move { store::company::fold(write).await })).await.unwrap()
    };
    let events = vec![extreme(&world, 0, "calls", "a", day), world.event(1, "calls", "b", 5, next)];
    world.outcomes(&ledger.store, events).await.unwrap();
    let events = vec![extreme(&world, 2, "calls", "c", day), world.event(1, "calls", "d", 7, next)];
    world.outcomes(&ledger.store, events).await.unwrap();
    assert_eq!(fold().await, 2, "the next day is folded, the other one does not fit into a row");
    assert_eq!(fold().await, 0, "and does not keep the job busy");
    assert_sound(&ledger.store).await;
    let (from, to) = (Day::from_number(20260101).unwrap(), Day::from_number(20260131).unwrap());
    let days = ledger.store.read(move |read| Box::pin(async move { store::company::days(read, from, to).await }));
    let days: Vec<i128> = days.await.unwrap().iter().map(|day| day.billable).collect();
    assert_eq!(days, [i128::from(i64::MAX) * 2, 12], "a reader adds what was folded and what was not");
}

async fn one_tenant_beyond_64_bits_stops_nobody(ledger: Ledger) {
    let mut world = World::new(&ledger.store, 2).await.unwrap();
    // Without a subscription there is no period's counter, only the days, and those are kept apart by provider.
    let id = TenantId::from_uuid(Uuid::from_u128(0xbad));
    let tenant = tenants::Tenant {
        id,
        name: "Much".to_owned(),
        email: None,
        outside_id: None,
        country: None,
        zone: billing::time::Zone::UTC,
        currency: billing::money::Currency::USD,
        created_at: world.now,
    };
    ledger.store.write(move |write| Box::pin(async move { tenants::insert(write, &[tenant]).await })).await.unwrap();
    world.tenants.push(id);
    world.reload(&ledger.store).await.unwrap();
    let mut events = Vec::new();
    for provider in ["one", "two"] {
        let mut event = extreme(&world, 2, "calls", provider, "2026-01-10T08:00:00Z");
        event.usage.provider = provider.to_owned();
        events.push(event);
    }
    events.push(world.event(0, "calls", "normal", 3, "2026-01-10T08:00:00Z"));
    assert_eq!(world.outcomes(&ledger.store, events).await.unwrap(), [Accepted; 3], "each row of a day holds one");
    assert_sound(&ledger.store).await;

    let list = look::tenants(&ledger.store, world.now).await.unwrap();
    let first = &list.rows[0];
    assert_eq!((first.name.as_str(), list.rows.len()), ("Much", 3), "who needs a person comes first");
    assert_eq!(first.level, operations::wire::Level::Alert, "and is flagged");
    let overview = look::overview(&ledger.store, world.now).await.unwrap();
    assert_eq!(overview.left_out, 1, "and what is owed says that it lacks one");
    let month = overview.months.iter().find(|month| month.meter == "calls").unwrap();
    assert_eq!(month.billable, "18446744073709551617", "2^64 - 2 and 3, to the last unit");
    let own = look::usage(&ledger.store, id, world.now).await.unwrap_err();
    assert_eq!(own.code(), "overflow", "its own figures are an error that says so");
    assert_eq!(look::stats(&ledger.store, world.tenants[0], world.now, 30).await.unwrap().name, "Tenant 1");
    let history = look::tenant_months(&ledger.store, id, world.now).await.unwrap();
    assert_eq!(history[0].quantity, "18446744073709551614", "its months are exact");
}

async fn hostile_text_comes_back(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let keys = ["'; drop table usage_events; --", "\"<script>\\", "=1+1", "\u{202e}evil", "日本語 🎉", " \t\n"];
    let events: Vec<_> = keys.iter().map(|key| world.event(0, "calls", key, 1, "2026-01-10T08:00:00Z")).collect();
    let mut twice = events.clone();
    twice.extend(events.iter().cloned());
    assert_eq!(world.outcomes(&ledger.store, events).await.unwrap(), [Accepted; 6], "text is data");
    let outcomes = world.outcomes(&ledger.store, twice).await.unwrap();
    assert!(outcomes.iter().all(|outcome: &Outcome| *outcome == Duplicate), "each key is found again");
    let found = verify(&ledger.store).await;
    assert_eq!(found.drift, [], "and nothing drifts");
    assert_eq!(day_rows(&ledger.store, world.tenants[0]).await, 1, "one day row");
    let alerts = ledger.store.read(|read| Box::pin(async move { alerts::newest(read, 10).await })).await.unwrap();
    assert!(alerts.is_empty(), "six units alert nobody");
}
