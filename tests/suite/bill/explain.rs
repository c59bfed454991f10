//! Every amount is explained to the last digit, from the ledger, and what does not fit is shown.

use super::books::assert_sound;
use super::{everything, host, run};
use billing::time::Timestamp;
use operations::explain::{explain, line_events};
use operations::since::invoice_difference;
use operations::wire::{ExplainedLine, Explanation};
use rust_decimal::Decimal;
use sqlx::Connection;
use std::collections::BTreeSet;
use store::append::Outcome;
use support::firm::{self, Order};
use support::postgres::cluster;
use support::{Kind, Ledger, World, at};

on_every_engine!(
    every_line_adds_up_to_the_last_digit,
    pages_give_each_event_once,
    a_draft_is_explained_and_so_is_a_read_only_ledger,
    an_imported_invoice_is_explained_by_its_own_lines,
);

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn steps(line: &ExplainedLine) -> Decimal {
    line.line.steps.iter().map(|step| number(&step.amount)).sum()
}

/// What must hold of every explanation of a ledger that nobody touched.
pub fn assert_adds_up(explanation: &Explanation) {
    let name = explanation.number.as_deref().unwrap_or("draft");
    assert_eq!(number(&explanation.residue), Decimal::ZERO, "{name} leaves nothing: {explanation:#?}");
    let mut net = Decimal::ZERO;
    for explained in &explanation.lines {
        let line = &explained.line;
        assert_eq!(number(&explained.residue), Decimal::ZERO, "line {} of {name}: {explained:#?}", line.no);
        assert_eq!(number(&explained.recomputed), number(&line.amount), "line {} of {name} is made again", line.no);
        assert_eq!(steps(explained), number(&line.amount), "the steps of line {} of {name} add up", line.no);
        net += if line.counts { number(&line.amount) } else { Decimal::ZERO };
        if let Some(counter) = &explained.counter {
            assert_eq!(
                number(&counter.counter),
                number(&counter.ledger),
                "{name}: counter and ledger agree: {counter:?}"
            );
            let (all, shown) = (counter.events + counter.free, u32::try_from(explained.events.len()).unwrap());
            assert_eq!(shown, all.min(200), "all events that are counted are listed");
        }
    }
    let taxes: Decimal = explanation.taxes.iter().map(|tax| number(&tax.amount)).sum();
    assert_eq!(net + taxes, number(&explanation.total), "lines and taxes of {name} are its total");
}

/// Explains every issued invoice.
async fn all(ledger: &Ledger, now: Timestamp) -> Vec<Explanation> {
    let books = assert_sound(&ledger.store).await;
    let mut all = Vec::with_capacity(books.issued.len());
    for invoice in books.issued.values() {
        all.push(explain(&ledger.store, invoice.id, None, now).await.unwrap());
    }
    all
}

/// A firm with corrections, free use, and use that came after its period had closed.
pub(super) async fn firm(ledger: &Ledger, tenants: u64) -> World {
    let mut world = firm::make(&ledger.store, tenants, Order::Forward).await.unwrap();
    let now = std::mem::replace(&mut world.now, at("2026-01-23T00:00:00Z"));
    let mut more = Vec::new();
    for place in 0..usize::try_from(tenants).unwrap() {
        let event = world.event(place, "calls", &format!("more-{place}"), 40, "2026-01-21T08:00:00Z");
        more.push(world.correction(&event, &format!("less-{place}"), -15));
        more.push(event);
        let mut free = world.usage(place, "calls", &format!("free-{place}"), 7, "2026-01-22T08:00:00Z");
        free.billable = Some(false);
        more.push(world.resolve(free, None).unwrap());
    }
    more.sort_by_key(|event| event.usage.parent.is_some());
    let outcomes = world.outcomes(&ledger.store, more).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted), "{outcomes:?}");
    late(ledger, &world, 2).await;
    world.now = now;
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    world
}

/// What a tenant used in its first period and is billed with its second one.
async fn late(ledger: &Ledger, world: &World, place: usize) {
    let timeline = &world.timelines[&world.tenants[place]];
    let subscription = timeline.subscriptions()[0].id;
    let next = timeline.periods(subscription).find(|period| period.seq == 2).unwrap().id;
    let mut late = world.event(place, "calls", "late-1", 500, "2026-01-20T15:00:00Z");
    late.assignment.billed_period = Some(next);
    assert_eq!(world.outcomes(&ledger.store, vec![late]).await.unwrap(), [Outcome::Accepted], "taken late");
}

async fn every_line_adds_up_to_the_last_digit(ledger: Ledger) {
    let world = firm(&ledger, 24).await;
    let all = all(&ledger, world.now).await;
    all.iter().for_each(assert_adds_up);
    let kinds: BTreeSet<&str> =
        all.iter().flat_map(|explanation| &explanation.lines).map(|line| line.line.kind.as_str()).collect();
    for kind in ["fee", "usage", "late", "minimum", "coupon", "memo"] {
        assert!(kinds.contains(kind), "the firm has a line of each kind: {kinds:?}");
    }
    let counters: Vec<_> = all.iter().flat_map(|it| &it.lines).filter_map(|line| line.counter.as_ref()).collect();
    let places: BTreeSet<&str> = counters.iter().map(|counter| counter.place.as_str()).collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), ["days", "level", "period"], "each sort of counter");
    assert!(counters.iter().any(|counter| counter.free > 0), "free use is told");
    assert!(counters.iter().any(|counter| counter.corrections > 0), "corrections are told");
    assert_eq!(counters.iter().map(|counter| counter.late).sum::<u32>(), 1, "one came late");
    let free =
        all.iter().flat_map(|it| &it.lines).flat_map(|line| &line.events).filter(|event| !event.billable).count();
    assert!(free > 0, "free events are listed, and marked");
}

async fn pages_give_each_event_once(ledger: Ledger) {
    let mut world = firm::make(&ledger.store, 1, Order::Forward).await.unwrap();
    let now = std::mem::replace(&mut world.now, at("2026-01-23T00:00:00Z"));
    // Many at one instant: the page ends among them.
    let event = |number: u64| {
        let minute = number / 150;
        world.event(0, "calls", &format!("p\n{number:04}"), 1, &format!("2026-01-20T10:{minute:02}:00Z"))
    };
    world.outcomes(&ledger.store, (0..450).map(event).collect()).await.unwrap();
    world.now = now;
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    let all = all(&ledger, world.now).await;
    let of = |it: &&Explanation| {
        it.lines.iter().any(|line| line.counter.as_ref().is_some_and(|counter| counter.events > 450))
    };
    let explanation = all.iter().find(of).unwrap();
    let line = explanation.lines.iter().find(|line| line.next.is_some()).unwrap();
    let id = explanation.invoice_id.parse().unwrap();
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut page = (line.events.clone(), line.next.clone());
    loop {
        seen.extend(page.0.iter().map(|event| (event.occurred_at.clone(), event.key.clone())));
        let Some(next) = page.1 else { break };
        let further = line_events(&ledger.store, id, line.line.no, Some(&next), world.now).await.unwrap();
        page = (further.rows, further.next);
    }
    assert!(seen.is_sorted(), "in order of time, source and key");
    let count = line.counter.as_ref().unwrap();
    assert_eq!(seen.len(), usize::try_from(count.events + count.free).unwrap(), "every event");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "each once");
    let wrong = line_events(&ledger.store, id, line.line.no, Some("nowhere"), world.now).await.unwrap_err();
    assert_eq!(wrong.code(), "bad_cursor", "a place that is none");
    let none = explain(&ledger.store, id, Some(99), world.now).await.unwrap_err();
    assert_eq!(none.code(), "unknown_line", "a line that is not there");
    let one = explain(&ledger.store, id, Some(line.line.no), world.now).await.unwrap();
    assert_eq!(one.lines, std::slice::from_ref(line), "one line is the same alone");
}

async fn a_draft_is_explained_and_so_is_a_read_only_ledger(ledger: Ledger) {
    let world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    let drafts = operations::wire::RunRequest { finalize: false, ..everything() };
    run(&ledger.store, &host(&world, 1), &drafts).await.unwrap();
    let books = assert_sound(&ledger.store).await;
    assert!(!books.drafts.is_empty(), "there are drafts");
    let reader = ledger.reopen(store::Access::ReadOnly).await.unwrap();
    for draft in &books.drafts {
        let explanation = explain(&reader, draft.id, None, world.now).await.unwrap();
        assert_eq!(explanation.number, None, "it has no number yet");
        assert_adds_up(&explanation);
    }
}

async fn an_imported_invoice_is_explained_by_its_own_lines(ledger: Ledger) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("sales.csv");
    let row = "1,A,\"<b>=1+1\"\"; drop table tenants--\",3,2010-12-01 08:00:00,0.335,\"O'Brien \u{202e}<script>\",UK";
    std::fs::write(
        &file,
        format!("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n{row}\n"),
    )
    .unwrap();
    let request = operations::wire::InvoiceImportRequest {
        file: file.display().to_string(),
        map: "uci-online-retail".to_owned(),
        ..Default::default()
    };
    let host = operations::host::FixedHost::with_series(at("2026-02-01T00:00:00Z"), 9);
    let stop = tokio_util::sync::CancellationToken::new();
    operations::import::invoices::run(&ledger.store, &host, &request, &|_| {}, &stop).await.unwrap();
    let id = operations::bill::invoice_named(&ledger.store, "1").await.unwrap();
    let explanation = explain(&ledger.store, id, None, at("2026-02-01T00:00:00Z")).await.unwrap();
    assert_adds_up(&explanation);
    assert_eq!(explanation.tenant, "O'Brien \u{202e}<script>", "names are data");
    let line = &explanation.lines[0];
    assert_eq!((line.line.unrounded.as_str(), line.line.amount.as_str()), ("1.005", "1.01"), "3 x 0.335, rounded once");
    assert!(line.counter.is_none() && line.events.is_empty(), "no event of ours is behind it");
}

/// An event is taken out of a copy of the ledger by force, past the triggers: the line says what is missing.
async fn a_missing_event_is_a_residue(kind: Kind) {
    let ledger = Ledger::new(kind).await.unwrap();
    let world = firm(&ledger, 3).await;
    let before = all(&ledger, world.now).await;
    let has = |it: &&Explanation| it.lines.iter().any(|line| line.events.iter().any(|event| event.key == "more-2"));
    let invoice = before.iter().find(has).unwrap();
    let statement = "delete from usage_events where event_key = 'more-2'";
    match ledger.file() {
        Some(file) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
            let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            sqlx::query("drop trigger usage_events_no_delete").execute(&mut conn).await.unwrap();
            sqlx::query(statement).execute(&mut conn).await.unwrap();
        }
        None => {
            let forced = format!("alter table usage_events disable trigger all; {statement}");
            cluster().sql(ledger.database().unwrap(), &forced).unwrap();
        }
    }
    let id = invoice.invoice_id.parse().unwrap();
    let after = explain(&ledger.store, id, None, world.now).await.unwrap();
    let hit = after.lines.iter().find(|line| line.line.kind == "usage" && number(&line.residue) != Decimal::ZERO);
    let hit = hit.unwrap_or_else(|| panic!("the line that lost an event says so: {after:#?}"));
    let counter = hit.counter.as_ref().unwrap();
    assert_eq!(number(&counter.counter) - number(&counter.ledger), Decimal::from(40), "40 units are missing");
    assert!(number(&hit.residue) < Decimal::ZERO, "less use is less money: {hit:#?}");
    assert_eq!(after.total, invoice.total, "what was issued stays what it was");
    let since = invoice_difference(&ledger.store, id, world.now).await.unwrap();
    assert_eq!((&since.issued, &since.today), (&after.total, &after.recomputed), "the same two amounts");
    let lines: Vec<_> = since.lines.iter().filter(|line| number(&line.difference) != Decimal::ZERO).collect();
    let expected: Vec<_> = after.lines.iter().filter(|line| number(&line.residue) != Decimal::ZERO).collect();
    assert_eq!(lines.len(), expected.len(), "each line that would be another, and no other");
    let line = lines.iter().find(|line| line.no == hit.line.no).unwrap();
    assert_eq!((&line.issued, &line.today, &line.difference), (&hit.line.amount, &hit.recomputed, &hit.residue));
    let used = |text: &Option<String>| number(text.as_deref().unwrap_or("0"));
    assert_eq!(used(&line.used_then) - used(&line.used_now), Decimal::from(40), "the use then and now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_event_is_a_residue_on_sqlite() {
    a_missing_event_is_a_residue(Kind::SqliteFile).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_event_is_a_residue_on_postgres() {
    a_missing_event_is_a_residue(Kind::Postgres).await;
}
