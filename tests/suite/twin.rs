//! Two connections that look at once see one point in time, whatever is committed meanwhile.

use billing::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::look::standing::{self, Scope};
use store::{Access, Read, Store, StoreError, Target};
use support::{Ledger, World};

on_every_engine!(two_that_look_at_once_see_the_same);

/// Looks while somebody commits.
const LOOKS: u32 = 100;

async fn two_that_look_at_once_see_the_same(ledger: Ledger) {
    let world = Arc::new(World::new(&ledger.store, 1).await.unwrap());
    if matches!(ledger.target, Target::SqliteMemory) {
        let alone = look(&ledger.store, world.now).await;
        assert_eq!(alone, (0, None), "a database in memory has one connection");
        return;
    }
    assert_eq!(look_by_two(&ledger.store, world.now).await, (0, 0), "nothing was used");

    let (writer, stop) = (ledger.reopen(Access::ReadWrite).await.unwrap(), Arc::new(AtomicBool::new(false)));
    let writing = tokio::spawn({
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        async move {
            let mut used = 0;
            while !stop.load(Ordering::Relaxed) {
                let event = world.event(0, "calls", &format!("use {used}"), 1, "2026-01-10T08:00:00Z");
                world.append(&writer, vec![event]).await.unwrap();
                used += 1;
            }
            used
        }
    });
    for _ in 0..LOOKS {
        let (one, twin) = look(&ledger.store, world.now).await;
        assert_eq!(twin.unwrap_or(one), one, "the twin sees neither less nor more");
    }
    stop.store(true, Ordering::Relaxed);
    let used = writing.await.unwrap();
    let both = look_by_two(&ledger.store, world.now).await;
    assert_eq!(both, (used, used), "the next look sees everything, both ways");
}

/// A connection that was just given back is idle a moment later.
async fn look_by_two(store: &Store, at: Timestamp) -> (i64, i64) {
    for _ in 0..10_000 {
        if let (one, Some(twin)) = look(store, at).await {
            return (one, twin);
        }
    }
    panic!("where nobody commits there is a twin");
}

/// Use as a connection and its twin see it; the twin looks later, when more was committed.
async fn look(store: &Store, at: Timestamp) -> (i64, Option<i64>) {
    let looked: Result<_, StoreError> = store
        .read_much(move |read| {
            Box::pin(async move {
                let twin = read.twin();
                let one = used(read, at).await?;
                let other = match twin {
                    Some(mut twin) => Some(used(&mut twin, at).await?),
                    None => None,
                };
                Ok((one, other))
            })
        })
        .await;
    looked.unwrap()
}

async fn used(read: &mut Read, at: Timestamp) -> Result<i64, StoreError> {
    let counters = standing::counters(read, Scope::Company, at).await?.rows().await?;
    Ok(counters.iter().map(|counter| counter.all).sum())
}
