//! The events behind a line are those that it was made from, also on the day on which the plan changed or the subscription
//! ended: listed use adds up to the line.

use super::books::assert_sound;
use super::{everything, host, run};
use operations::explain::{explain, line_events};
use operations::wire::{EventRow, ExplainedLine, Explanation};
use rust_decimal::Decimal;
use store::append::Outcome;
use support::firm::{self, Order};
use support::{Ledger, World, at};

on_every_engine!(listed_use_adds_up_to_its_line);

/// Tenant 4 changes its plan on 16 February at 09:00, tenant 11 ends on 12 March at 10:00.
const CHANGES: usize = 3;
const ENDS: usize = 10;

async fn firm(ledger: &Ledger) -> World {
    let mut world = firm::make(&ledger.store, 12, Order::Forward).await.unwrap();
    let now = std::mem::replace(&mut world.now, at("2026-03-13T00:00:00Z"));
    let mut more = Vec::new();
    for code in ["calls", "exports", "tokens"] {
        more.push(world.event(CHANGES, code, &format!("{code}-before"), 50, "2026-02-16T07:00:00Z"));
        more.push(world.event(CHANGES, code, &format!("{code}-after"), 60, "2026-02-16T11:00:00Z"));
        more.push(world.event(ENDS, code, &format!("{code}-last"), 40, "2026-03-12T08:00:00Z"));
    }
    let outcomes = world.outcomes(&ledger.store, more).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted), "{outcomes:?}");
    world.now = now;
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    world
}

/// What the listed events come to; none of a meter that does not add up.
fn listed(explained: &ExplainedLine) -> Option<Decimal> {
    let billable: Vec<&EventRow> = explained.events.iter().filter(|event| event.billable).collect();
    match explained.line.meter.as_deref()? {
        "exports" => Some(Decimal::from(billable.len())),
        "calls" | "tokens" | "spend" => Some(billable.iter().map(|it| it.quantity.parse::<Decimal>().unwrap()).sum()),
        _ => None,
    }
}

fn has(explained: &ExplainedLine, key: &str) -> bool {
    explained.events.iter().any(|event| event.key == key)
}

async fn listed_use_adds_up_to_its_line(ledger: Ledger) {
    let world = firm(&ledger).await;
    let mut all: Vec<Explanation> = Vec::new();
    for record in assert_sound(&ledger.store).await.issued.values() {
        all.push(explain(&ledger.store, record.id, None, world.now).await.unwrap());
    }
    let mut compared = 0;
    for explanation in &all {
        for explained in explanation.lines.iter().filter(|line| line.counter.is_some()) {
            let counter = explained.counter.as_ref().unwrap();
            let billable = explained.events.iter().filter(|event| event.billable).count();
            let name = (explanation.number.as_deref(), &explained.line.description);
            assert_eq!(usize::try_from(counter.events).unwrap(), billable, "{name:?}: counted as listed");
            assert_eq!(counter.counter, counter.ledger, "{name:?}: counter and ledger agree");
            let Some(listed) = listed(explained) else { continue };
            assert_eq!(
                listed,
                counter.used.parse::<Decimal>().unwrap(),
                "{name:?}: listed use is what it was made from"
            );
            compared += 1;
        }
    }
    assert!(compared > 50, "there was something to compare: {compared}");
    let lines = || all.iter().flat_map(|explanation| explanation.lines.iter().map(move |line| (explanation, line)));
    for code in ["calls", "exports"] {
        let with = |suffix: &str| lines().find(|(_, line)| has(line, &format!("{code}-{suffix}")));
        let ((_, before), (_, after)) = (with("before").unwrap(), with("after").unwrap());
        assert_ne!(
            before.line.plan, after.line.plan,
            "{code} of the day of the change are with the plan of their hour"
        );
        let (explanation, last) = with("last").unwrap();
        let id = explanation.invoice_id.parse().unwrap();
        let page = line_events(&ledger.store, id, last.line.no, None, world.now).await.unwrap();
        assert_eq!(page.rows, last.events, "the pages of {code} are of the same events");
    }
}
