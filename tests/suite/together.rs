//! Many at once: writers, racers, readers, closings. The effect is that of one after another.

use crate::look::{assert_sound, billable, verify};
use billing::period::PeriodStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::append::{Outcome, append};
use store::{StoreError, audit, periods};
use support::postgres::cluster;
use support::world::append_batch;
use support::{Kind, Ledger, World};
use tokio::sync::Notify;

on_every_engine!(
    sixteen_writers_each_event_many_times,
    a_checker_during_ingest,
    closing_during_ingest,
    an_uncommitted_winner,
    large_batches_with_keys_in_common,
    a_failed_audit_undoes_everything,
    folding_during_ingest,
);

/// A small generator, so that a failure can be repeated.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// In an ordinary run once; `make soak` repeats it with other seeds.
fn rounds() -> u64 {
    if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 200 } else { 1 }
}

async fn sixteen_writers_each_event_many_times(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 5).await.unwrap());
    for round in 0..rounds() {
        each_event_many_times(&ledger, &world, round).await;
    }
    println!("promise 2: {} rounds of 400 events by 16 writers, each counted once, seed 0x5eed", rounds());
}

async fn each_event_many_times(ledger: &Ledger, world: &Arc<World>, round: u64) {
    let meters = ["calls", "tokens", "exports", "peak", "storage"];
    let mut events = Vec::new();
    for n in 0..400_usize {
        let quantity = i64::try_from(n % 37).unwrap() + 1;
        let key = format!("round {round} k{n}");
        events.push(world.event(n % 5, meters[n % meters.len()], &key, quantity, "2026-01-10T08:00:00Z"));
    }
    // Each event one to ten times, shuffled, in batches of uneven size.
    let mut seed = 0x5eed + round;
    let mut sent: Vec<_> =
        events.iter().flat_map(|event| vec![event.clone(); 1 + (next(&mut seed) % 10) as usize]).collect();
    for index in (1..sent.len()).rev() {
        sent.swap(index, (next(&mut seed) as usize) % (index + 1));
    }
    let share = sent.len().div_ceil(16);
    let mut writers = Vec::new();
    for (number, part) in sent.chunks(share).enumerate() {
        let (store, world, part) = (ledger.store.clone(), Arc::clone(world), part.to_vec());
        writers.push(tokio::spawn(async move {
            let mut accepted = 0;
            for chunk in part.chunks(3 + number * 2) {
                let outcomes = world.outcomes(&store, chunk.to_vec()).await.unwrap();
                assert!(!outcomes.contains(&Outcome::Conflict), "equal events never conflict");
                accepted += outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count();
            }
            accepted
        }));
    }
    let mut accepted = 0;
    for writer in writers {
        accepted += writer.await.unwrap();
    }
    assert_eq!(accepted, 400, "each is accepted exactly once, whoever came first");
    let in_ledger = assert_sound(&ledger.store).await.ledger_events;
    assert_eq!(in_ledger, 400 * (round + 1), "and is in the ledger once");
}

async fn a_checker_during_ingest(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 3).await.unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let during = Arc::new(AtomicUsize::new(0));
    let checker = {
        let (store, done, during) = (ledger.store.clone(), Arc::clone(&done), Arc::clone(&during));
        tokio::spawn(async move {
            loop {
                let last = done.load(Ordering::SeqCst);
                let found = verify(&store).await;
                assert_eq!(found.drift, [], "counter equals ledger in every transaction");
                if last {
                    return;
                }
                during.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let mut round = 0;
    while round < 40 || (during.load(Ordering::SeqCst) < 3 && round < 4_000) {
        round += 1;
        let events = (0..30)
            .map(|n| {
                world.event(
                    n % 3,
                    ["calls", "peak", "storage"][n % 3],
                    &format!("{round}-{n}"),
                    2,
                    "2026-01-10T08:00:00Z",
                )
            })
            .collect();
        world.append(&ledger.store, events).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    assert!(during.load(Ordering::SeqCst) >= 3, "it checked while events came in");
    checker.await.unwrap();
}

async fn closing_during_ingest(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 1).await.unwrap());
    let period = world.event(0, "calls", "x", 1, "2026-01-10T08:00:00Z").assignment.billed_period.unwrap();
    let writer = {
        let (store, world) = (ledger.store.clone(), Arc::clone(&world));
        tokio::spawn(async move {
            let mut accepted = 0_i64;
            for n in 0..400 {
                let event = world.event(0, "calls", &format!("k{n}"), 1, "2026-01-10T08:00:00Z");
                match world.outcomes(&store, vec![event]).await.unwrap()[0] {
                    Outcome::Accepted => accepted += 1,
                    Outcome::PeriodClosed => return accepted,
                    other => panic!("{other:?}"),
                }
            }
            accepted
        })
    };
    let tenant = world.tenants[0];
    let at_closing = ledger
        .store
        .write(move |write| {
            Box::pin(async move {
                periods::set_status(write, tenant, period, PeriodStatus::Closed).await?;
                let counters = store::counters::of_period(write, tenant, period).await?;
                Ok::<_, StoreError>(counters.first().map_or(0, |counter| counter.billable))
            })
        })
        .await
        .unwrap();
    let accepted = writer.await.unwrap();
    assert_eq!(accepted, at_closing, "what the closing saw is all that ever entered");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, at_closing, "and it stays so");
}

async fn an_uncommitted_winner(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 1).await.unwrap());
    for round in 0..60 {
        let mut racers = Vec::new();
        for quantity in [1, 2, 1, 2] {
            let (store, world) = (ledger.store.clone(), Arc::clone(&world));
            racers.push(tokio::spawn(async move {
                let event = world.event(0, "exports", &format!("round {round}"), quantity, "2026-01-10T08:00:00Z");
                (quantity, world.outcomes(&store, vec![event]).await.unwrap()[0])
            }));
        }
        let mut answers = Vec::new();
        for racer in racers {
            answers.push(racer.await.unwrap());
        }
        let winner = answers.iter().find(|(_, outcome)| *outcome == Outcome::Accepted).map(|(quantity, _)| *quantity);
        let winner = winner.expect("one wins");
        let count = |wanted| answers.iter().filter(|(_, outcome)| *outcome == wanted).count();
        assert_eq!(count(Outcome::Accepted), 1, "one content is in");
        assert_eq!(count(Outcome::Duplicate), 1, "its twin is a duplicate");
        assert_eq!(count(Outcome::Conflict), 2, "the others are conflicts, though the winner was not committed yet");
        let twin = answers.iter().find(|(_, outcome)| *outcome == Outcome::Duplicate).unwrap();
        assert_eq!(twin.0, winner, "duplicates have the winner's content");
    }
    assert_sound(&ledger.store).await;
}

/// Batches so large that PostgreSQL takes them by COPY, which knows no `on conflict`: half of their keys are in all of
/// them, the other half in one.
async fn large_batches_with_keys_in_common(ledger: Ledger) {
    const EACH: u64 = 60;
    const RACERS: u64 = 4;
    let world = Arc::new(World::new(&ledger.store, 8).await.unwrap());
    for round in 0..8 {
        let mut racers = Vec::new();
        for racer in 0..RACERS {
            let (store, world) = (ledger.store.clone(), Arc::clone(&world));
            racers.push(tokio::spawn(async move {
                let event = |number: u64| {
                    let shared = number.is_multiple_of(2);
                    let key = format!("{round} {number} {}", if shared { RACERS } else { racer });
                    let tenant = usize::try_from(number % 8).unwrap();
                    world.event(tenant, "calls", &key, 1, "2026-01-10T08:00:00Z")
                };
                world.outcomes(&store, (0..EACH).map(event).collect()).await.unwrap()
            }));
        }
        let mut accepted = 0;
        for racer in racers {
            let outcomes = racer.await.unwrap();
            let known = [Outcome::Accepted, Outcome::Duplicate];
            assert!(outcomes.iter().all(|outcome| known.contains(outcome)), "{outcomes:?}");
            accepted += outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count();
        }
        let keys = EACH / 2 + EACH / 2 * RACERS;
        assert_eq!(u64::try_from(accepted).unwrap(), keys, "each key is accepted once");
    }
    assert_sound(&ledger.store).await;
}

/// A key that is not there when it is looked for and is when COPY meets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copy_meets_an_uncommitted_winner() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let world = World::new(&ledger.store, 2).await.unwrap();
    let event = |key: &str| world.event(0, "calls", key, 50, "2026-01-10T08:00:00Z");
    let winner = world.batch(vec![event("7")]);
    let (is_in, wait) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let open = tokio::spawn({
        let (store, is_in, wait) = (ledger.store.clone(), Arc::clone(&is_in), Arc::clone(&wait));
        async move {
            let work = store.write_once(move |write| {
                Box::pin(async move {
                    append(write, &winner).await?;
                    is_in.notify_one();
                    wait.notified().await;
                    Ok::<_, StoreError>(())
                })
            });
            work.await.unwrap();
        }
    });
    is_in.notified().await;
    let (store, batch) =
        (ledger.store.clone(), world.batch((0..20).map(|number| event(&number.to_string())).collect()));
    let second = tokio::spawn(async move { append_batch(&store, batch).await.unwrap() });
    // Until it waits in COPY for the end of the first.
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'copy %'";
    while cluster().sql(ledger.database().unwrap(), waiting).unwrap().trim() == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    wait.notify_one();
    open.await.unwrap();
    let appended = second.await.unwrap();
    for (number, outcome) in appended.outcomes.iter().enumerate() {
        let expected = if number == 7 { Outcome::Duplicate } else { Outcome::Accepted };
        assert_eq!(*outcome, expected, "event {number}");
    }
    assert_eq!(appended.alerts.len(), 2, "20 times 50 crosses 80 % and 100 % of 1,000 once each");
    assert_sound(&ledger.store).await;
}

async fn a_failed_audit_undoes_everything(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let record = |number| audit::AuditRecord {
        id: billing::ids::AuditId::from_uuid(uuid::Uuid::from_u128(number)),
        at: world.now,
        actor: "tester".to_owned(),
        action: "test".to_owned(),
        tenant: None,
        subject: String::new(),
        before: None,
        after: None,
        reason: String::new(),
    };
    // Two records of one id: the second insert fails.
    let records = [record(1), record(1)];
    let batch = world.batch(vec![world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z")]);
    let failed = ledger
        .store
        .write(move |write| {
            Box::pin(async move {
                store::append::append(write, &batch).await?;
                audit::record(write, &records).await
            })
        })
        .await;
    assert!(failed.is_err(), "the audit record cannot be written");
    assert_eq!(assert_sound(&ledger.store).await.ledger_events, 0, "so nothing else is");
}

async fn folding_during_ingest(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 2).await.unwrap());
    let writer = {
        let (store, world) = (ledger.store.clone(), Arc::clone(&world));
        tokio::spawn(async move {
            for round in 0..30 {
                let events =
                    (0..12).map(|n| world.event(n % 2, "calls", &format!("{round}-{n}"), 1, "2026-01-10T08:00:00Z"));
                world.append(&store, events.collect()).await.unwrap();
            }
        })
    };
    let mut folded = 0;
    while !writer.is_finished() {
        folded += ledger.store.write(|write| Box::pin(async move { store::company::fold(write).await })).await.unwrap();
        assert_eq!(verify(&ledger.store).await.drift, [], "days and deltas together equal the ledger at any time");
    }
    writer.await.unwrap();
    ledger.store.write(|write| Box::pin(async move { store::company::fold(write).await })).await.unwrap();
    let left = ledger.store.read(|read| Box::pin(async move { store::company::deltas(read).await })).await.unwrap();
    assert_eq!(left, 0, "all are folded (the last of {folded})");
    assert_sound(&ledger.store).await;
}
