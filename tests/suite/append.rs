//! Append: exactly once, in the right place, or with the right reason not.

use store::append::Outcome::{Accepted, Conflict, Duplicate};
use support::{Ledger, World};

on_every_engine!(same_key_twice_in_one_batch);

async fn same_key_twice_in_one_batch(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let event = |key, quantity| world.event(0, "calls", key, quantity, "2026-01-10T08:00:00Z");
    let batch = vec![event("a", 5), event("b", 7), event("a", 5), event("a", 6)];
    let outcomes = world.outcomes(&ledger.store, batch).await.unwrap();
    assert_eq!(outcomes, [Accepted, Accepted, Duplicate, Conflict], "the first line wins");
}
