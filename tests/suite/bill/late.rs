//! Use that comes around the closing of its period, and after it (rules, sections 7.4 and 7.5).

use super::books::assert_sound;
use super::{everything, host, run};
use billing::invoice::{Content, LineKind};
use billing::period::PeriodStatus;
use operations::explain::explain;
use operations::since::invoice_difference;
use operations::wire::{BilledIn, RunRequest};
use rust_decimal::Decimal;
use store::append::{NewEvent, Outcome};
use support::firm::{self, Order};
use support::{Ledger, World, at};

on_every_engine!(
    late_use_is_billed_with_the_next_period_as_the_difference,
    what_a_credit_note_settled_is_not_billed_and_counts_before_what_comes_after_it,
);

/// Tenant 3: the plan Solo in the zone of Havana, periods from the first of the month; calls cost 0.05 up to 100 and 0.031
/// above, 20 are included.
const PLACE: usize = 2;

fn cost(used: i64) -> Decimal {
    let above = Decimal::from((used - 20).max(0));
    let first = above.min(Decimal::ONE_HUNDRED);
    (first * Decimal::new(5, 2) + (above - first) * Decimal::new(31, 3))
        .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// What the firm's tenant used of calls in a month.
async fn calls(ledger: &Ledger, world: &World, month: i32) -> i64 {
    let (tenant, meter) = (world.tenants[PLACE], world.meters["calls"].id);
    let (from, to) = (month * 100 + 20_260_001, month * 100 + 20_260_031);
    let (from, to) = (
        billing::time::Day::from_number(from).unwrap(),
        billing::time::Day::from_number(if month == 2 { to - 3 } else { to }).unwrap(),
    );
    let days = ledger
        .store
        .read(move |read| Box::pin(async move { store::counters::days(read, tenant, from, to).await }))
        .await
        .unwrap();
    days.iter().filter(|day| day.meter == meter).map(|day| day.billable).sum()
}

async fn document(ledger: &Ledger, start: &str) -> Content {
    let books = assert_sound(&ledger.store).await;
    let of = |invoice: &&store::invoices::InvoiceRecord| {
        invoice.interval.is_some_and(|interval| interval.start == at(start))
    };
    books.issued.values().find(of).unwrap().document().unwrap()
}

async fn late_use_is_billed_with_the_next_period_as_the_difference(ledger: Ledger) {
    let mut world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    let store = &ledger.store;
    let only = RunRequest { tenant_ids: vec![world.tenants[PLACE].to_string()], ..everything() };
    let (january, february) = (calls(&ledger, &world, 1).await, calls(&ledger, &world, 2).await);
    world.now = at("2026-02-05T12:00:00Z");
    assert_eq!(run(store, &host(&world, 1), &only).await.unwrap().finalized, 1, "January is final");

    // What would have been January's, as it was resolved before the period closed.
    let timeline = &world.timelines[&world.tenants[PLACE]];
    let subscription = timeline.subscriptions()[0].id;
    let next = timeline.periods(subscription).find(|period| period.seq == 2).unwrap().id;
    let early = World {
        now: at("2026-01-21T00:00:00Z"),
        meters: world.meters.clone(),
        plans: world.plans.clone(),
        tenants: world.tenants.clone(),
        timelines: world.timelines.clone(),
    };
    world.now = at("2026-02-05T12:01:00Z");
    let late = early.event(PLACE, "calls", "late-1", 500, "2026-01-20T15:00:00Z");
    let outcomes = world.outcomes(store, vec![late.clone()]).await.unwrap();
    assert_eq!(outcomes, [Outcome::PeriodClosed], "a finalized period takes nothing more (promise 7)");
    // A person takes it: it keeps its day and period, and is billed with the open one.
    let mut accepted: NewEvent = late;
    accepted.assignment.billed_period = Some(next);
    assert_eq!(world.outcomes(store, vec![accepted]).await.unwrap(), [Outcome::Accepted], "taken into February");
    let issued = assert_sound(store).await.issued;
    let of_january = issued.values().find(|it| it.interval.is_some_and(|it| it.end < world.now)).unwrap().id;
    let since = invoice_difference(store, of_january, world.now).await.unwrap();
    let events: Vec<_> = since.events.iter().map(|it| (it.key.as_str(), it.adds.as_str(), it.billed)).collect();
    assert_eq!(events, [("late-1", "500", BilledIn::Later)], "what came in after the issue");
    assert_eq!(
        (since.difference.as_str(), since.lines.len()),
        ("0.00", 0),
        "the issued invoice would be the same today"
    );
    let costs: Decimal = since.billed_later.parse().unwrap();
    assert_eq!(costs, cost(january + 500) - cost(january), "its effect is on February's draft");
    assert_eq!(since.later.iter().map(|it| it.number.clone()).collect::<Vec<_>>(), [None], "which has no number yet");

    world.now = at("2026-03-06T12:00:00Z");
    assert_eq!(run(store, &host(&world, 2), &only).await.unwrap().finalized, 1, "February is final");
    let january_document = document(&ledger, "2026-01-01T05:00:00Z").await;
    let document = document(&ledger, "2026-02-01T05:00:00Z").await;
    let late: Vec<_> = document.lines.iter().filter(|line| line.kind == LineKind::Late).collect();
    assert_eq!(late.len(), 1, "one line of late use: {:?}", document.lines);
    assert_eq!(late[0].description, "calls, late, from 2026-01-01 to 2026-01-31", "it says from when");
    let amount = |minor: i64| Decimal::new(minor, 2);
    assert_eq!(amount(late[0].amount_minor), cost(january + 500) - cost(january), "cumulative less before");
    assert_eq!(late[0].used, Some(Decimal::from(500)), "of what came late");
    let own = document.lines.iter().find(|line| line.kind == LineKind::Usage && line.description == "calls").unwrap();
    assert_eq!(own.used, Some(Decimal::from(february)), "February's own use is its own");
    assert_eq!(amount(own.amount_minor), cost(february), "and priced by itself");
    let first = january_document.lines.iter().find(|line| line.description == "calls").unwrap();
    assert_eq!(amount(first.amount_minor), cost(january), "January's invoice is as it was");
    let status = store.read({
        let tenant = world.tenants[PLACE];
        move |read| Box::pin(async move { store::timelines::load_one(read, tenant).await })
    });
    let timeline = status.await.unwrap();
    let finals = timeline.periods(subscription).filter(|period| period.status == PeriodStatus::Finalized).count();
    assert_eq!(finals, 2, "both periods are final");
}

async fn what_a_credit_note_settled_is_not_billed_and_counts_before_what_comes_after_it(ledger: Ledger) {
    let mut world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    let store = &ledger.store;
    let only = RunRequest { tenant_ids: vec![world.tenants[PLACE].to_string()], ..everything() };
    let january = calls(&ledger, &world, 1).await;
    let timeline = &world.timelines[&world.tenants[PLACE]];
    let next = timeline.periods(timeline.subscriptions()[0].id).find(|period| period.seq == 2).unwrap().id;
    world.now = at("2026-01-21T00:00:00Z");
    let event = |name: &str, units: i64, billed| {
        let mut event = world.event(PLACE, "calls", name, 1, "2026-01-20T15:00:00Z");
        // What takes back stands for corrections of many events.
        (event.usage.quantity, event.assignment.contribution) = (units, units);
        event.assignment.billed_period = billed;
        event
    };
    let afterwards = event("settled-4", -30, None);
    // Around what is included and around the first tier, each costs another amount than by itself.
    let steps = [
        ("2026-02-05T11:00:00Z", event("settled-1", -150, None)),
        ("2026-02-05T12:00:00Z", event("late-1", 40, Some(next))),
        ("2026-02-05T13:00:00Z", event("settled-2", -60, None)),
        ("2026-02-05T14:00:00Z", event("late-2", 120, Some(next))),
        ("2026-02-05T15:00:00Z", event("settled-3", -9, None)),
    ];
    world.now = at("2026-02-05T10:00:00Z");
    assert_eq!(run(store, &host(&world, 1), &only).await.unwrap().finalized, 1, "January is final");
    for (now, event) in steps {
        world.now = at(now);
        assert_eq!(world.outcomes(store, vec![event]).await.unwrap(), [Outcome::Accepted], "{now}");
    }
    world.now = at("2026-03-06T12:00:00Z");
    assert_eq!(run(store, &host(&world, 2), &only).await.unwrap().finalized, 1, "February is final");
    let written = document(&ledger, "2026-02-01T05:00:00Z").await;
    let late: Vec<_> = written.lines.iter().filter(|line| line.kind == LineKind::Late).collect();
    assert_eq!(late.len(), 1, "one line of late use: {:?}", written.lines);
    let step = |from: i64, by: i64| cost(january + from + by) - cost(january + from);
    let expected = step(-150, 40) + step(-170, 120);
    assert_ne!(expected, step(0, 160), "the order matters in this test: {january}");
    assert_eq!(Decimal::new(late[0].amount_minor, 2), expected, "each on top of what was there when it was accepted");
    assert_eq!(late[0].used, Some(Decimal::from(160)), "what was settled is not on the invoice");
    // What a credit note settles later on changes nothing of it: its explanation still adds up.
    world.now = at("2026-03-07T12:00:00Z");
    assert_eq!(
        world.outcomes(store, vec![afterwards]).await.unwrap(),
        [Outcome::Accepted],
        "settled when February is final"
    );
    let books = assert_sound(store).await;
    for invoice in books.issued.values() {
        let explained = explain(store, invoice.id, None, world.now).await.unwrap();
        assert_eq!(explained.residue.parse(), Ok(Decimal::ZERO), "{:?}", explained.lines);
    }
}
