//! Use that comes after its period has closed: exact at the bounds, also where a day is short; what it would change in events
//! and in money; taken into the next invoice, as a credit note, or refused. A final period never changes.

use crate::credit::{refused, stored};
use crate::look::assert_sound;
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::late::{late_act, late_preview, late_rows};
use operations::wire::{Change, ImportReport, ImportRequest, LateDecision, LateFilter, LateRequest, LateRow};
use std::sync::atomic::{AtomicU64, Ordering};
use store::look::event::period_counter;
use support::bill::Invoice;
use support::{Ledger, Shape, World};
use tokio_util::sync::CancellationToken;

on_every_engine!(
    the_last_microsecond_of_grace_is_in_the_draft,
    a_day_of_23_hours_ends_when_it_ends,
    other_days_of_grace_hold_everywhere,
    finalizing_earlier_closes_earlier,
    a_late_row_is_billed_with_the_next_invoice,
    a_late_correction_becomes_a_credit_note,
    a_late_credit_is_less_by_the_discount,
    what_came_too_late_is_listed_with_what_came_after_closing,
    what_raises_is_never_credited,
    a_refused_row_stays_out,
    rows_of_two_tenants_are_decided_apart,
    without_its_record_nothing_is_decided,
    an_entry_into_a_closed_period_waits_once,
);

const MAP: &str = r#"
    name = "late"
    format = "csv"
    key = "id"
    parent = "parent"
    tenant.from = "tenant"
    classification.from = "kind"
    time = { from = "at", zone = "UTC" }
    [[meter]]
    code = { constant = "calls" }
    quantity = "calls"
    unit = { constant = "units" }
"#;

fn next() -> u64 {
    static SERIES: AtomicU64 = AtomicU64::new(90_000);
    SERIES.fetch_add(1, Ordering::Relaxed)
}

/// Imports rows `id,kind,parent,calls,tenant,at` that arrive at an instant.
async fn arrive(ledger: &Ledger, now: &str, rows: &[&str]) -> ImportReport {
    let folder = tempfile::TempDir::new().unwrap();
    let (map, file) = (folder.path().join("late.toml"), folder.path().join("late.csv"));
    std::fs::write(&map, MAP).unwrap();
    std::fs::write(&file, format!("id,kind,parent,calls,tenant,at\n{}\n", rows.join("\n"))).unwrap();
    let request =
        ImportRequest { file: file.display().to_string(), map: map.display().to_string(), ..ImportRequest::default() };
    let host = FixedHost::with_series(support::at(now), next());
    operations::import::run(&ledger.store, &host, &request, &|_| (), &CancellationToken::new()).await.unwrap()
}

async fn priced(ledger: &Ledger, zone: &str) -> World {
    let shape = Shape { call_price: Some("0.10"), zone: zone.parse().unwrap(), ..Shape::default() };
    World::of(&ledger.store, 2, shape).await.unwrap()
}

async fn rows(ledger: &Ledger, now: &str) -> Vec<LateRow> {
    late_rows(&ledger.store, support::at(now), &LateFilter::default(), None).await.unwrap().rows
}

async fn decide(
    ledger: &Ledger,
    now: &str,
    series: u64,
    ids: &[&LateRow],
    decision: LateDecision,
) -> Result<Change, OperationError> {
    let ids = ids.iter().map(|row| row.quarantine_id.clone()).collect();
    let request = LateRequest { ids, decision, reason: "checked with them".to_owned() };
    let host = FixedHost::with_series(support::at(now), series);
    let preview = late_preview(&ledger.store, &host, &request).await?;
    let change = late_act(&ledger.store, &host, &request, &preview.fingerprint).await?;
    assert_eq!(change.title, preview.title, "the act is what the preview said");
    Ok(change)
}

/// Billable calls in the counter of the n-th period of the first tenant.
async fn counter(ledger: &Ledger, world: &World, period: usize) -> i64 {
    let tenant = world.tenants[0];
    let timeline = &world.timelines[&tenant];
    let subscription = timeline.subscriptions()[0].id;
    let period = timeline.periods(subscription).nth(period).unwrap().id;
    let meter = world.meters["calls"].id;
    let found =
        ledger.store.read(move |read| Box::pin(async move { period_counter(read, tenant, period, meter).await }));
    found.await.unwrap().map_or(0, |counter| counter.billable)
}

/// Says that of two rows the one that arrives at `last` is taken and the one at `first` is put aside.
async fn bounds(ledger: &Ledger, occurred_at: &str, last: &str, first: &str) {
    let taken = arrive(ledger, last, &[&format!("in,original,,10,tenant-1,{occurred_at}")]).await;
    assert_eq!((taken.accepted, taken.quarantined), (1, 0), "{last} is the last instant");
    let aside = arrive(ledger, first, &[&format!("out,original,,10,tenant-1,{occurred_at}")]).await;
    assert_eq!((aside.accepted, aside.quarantined), (0, 1), "{first} is after it");
    assert_eq!(aside.problems[0].code, "closed_period", "and says why");
}

async fn the_last_microsecond_of_grace_is_in_the_draft(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    bounds(&ledger, "2026-01-31T23:59:59.999999Z", "2026-02-03T23:59:59.999999Z", "2026-02-04T00:00:00Z").await;
    assert_eq!(counter(&ledger, &world, 0).await, 10, "its own period has the first");
    let late = rows(&ledger, "2026-02-04T00:00:00Z").await;
    assert_eq!(
        late[0].amount.as_deref(),
        Some("0.00"),
        "the other proposes what it would cost, though the draft is open"
    );
}

async fn a_day_of_23_hours_ends_when_it_ends(ledger: Ledger) {
    let _world = priced(&ledger, "Europe/London").await;
    // March ends in summer time: the third day of grace ends an hour earlier in UTC.
    bounds(&ledger, "2026-03-31T22:59:59.999999Z", "2026-04-03T22:59:59.999999Z", "2026-04-03T23:00:00Z").await;
}

async fn other_days_of_grace_hold_everywhere(ledger: Ledger) {
    let _world = priced(&ledger, "UTC").await;
    let settings = billing::invoice::Settings { grace_days: 1, ..billing::invoice::Settings::default() };
    let at = support::at("2026-01-01T00:00:00Z");
    ledger
        .store
        .write(move |write| {
            let settings = settings.clone();
            Box::pin(async move { store::billing_settings::set(write, &settings, at).await })
        })
        .await
        .unwrap();
    bounds(&ledger, "2026-01-31T23:59:59.999999Z", "2026-02-01T23:59:59.999999Z", "2026-02-02T00:00:00Z").await;
}

async fn finalizing_earlier_closes_earlier(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    let invoice = Invoice { at: support::at("2026-02-01T08:00:00Z"), ..Invoice::january(&[2_900]) };
    invoice.issue(&ledger.store, &world).await.unwrap();
    let aside = arrive(&ledger, "2026-02-01T09:00:00Z", &["a,original,,10,tenant-1,2026-01-31T10:00:00Z"]).await;
    assert_eq!(aside.problems[0].code, "closed_period", "within the days of grace, but its invoice is final");
}

async fn a_late_row_is_billed_with_the_next_invoice(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    arrive(&ledger, "2026-01-20T12:00:00Z", &["a,original,,990,tenant-1,2026-01-10T10:00:00Z"]).await;
    Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let now = "2026-02-10T09:00:00Z";
    arrive(&ledger, now, &["b,original,,25,tenant-1,2026-01-31T10:00:00Z"]).await;
    let late = rows(&ledger, now).await;
    assert_eq!(late[0].amount.as_deref(), Some("1.50"), "15 above the 1,000 included, at 0.10");
    assert_eq!(late[0].invoice_number.as_deref(), Some("INV-2026-000001"), "the invoice of its period");
    assert_eq!(late[0].period.as_ref().unwrap().from, "2026-01-01", "its period");
    let change = decide(&ledger, now, 1, &[&late[0]], LateDecision::NextInvoice).await.unwrap();
    let shown: Vec<(&str, &str)> =
        change.effects.iter().map(|effect| (effect.before.as_str(), effect.after.as_str())).collect();
    assert_eq!(shown, [("990", "1015"), ("0.00", "1.50"), ("", "2026-02-01 to 2026-03-01")], "events and money");
    assert_eq!((counter(&ledger, &world, 0).await, counter(&ledger, &world, 1).await), (990, 25), "billed in February");
    let key = billing::event::EventKey { tenant: world.tenants[0], source: "late".to_owned(), key: "b".to_owned() };
    let stored = ledger.store.read(move |read| Box::pin(async move { store::events::by_key(read, &key).await }));
    let stored = stored.await.unwrap().unwrap();
    assert_eq!(stored.assignment.day.to_string(), "2026-01-31", "it keeps its day");
    assert_ne!(stored.assignment.period, stored.assignment.billed_period, "and its period");
    assert!(stored.is_as_written(), "its leaf is that of what is stored");
    let again = decide(&ledger, now, 2, &[&late[0]], LateDecision::NextInvoice).await;
    assert_eq!(refused(again).0, "decided", "it is decided once");
    // A later row is rated on top of this one.
    arrive(&ledger, now, &["c,original,,5,tenant-1,2026-01-30T10:00:00Z"]).await;
    assert_eq!(
        rows(&ledger, now).await.iter().find(|row| row.key.as_deref() == Some("c")).unwrap().amount.as_deref(),
        Some("0.50")
    );
    assert_sound(&ledger.store).await;
}

async fn a_late_correction_becomes_a_credit_note(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    arrive(&ledger, "2026-01-20T12:00:00Z", &["a,original,,1100,tenant-1,2026-01-10T10:00:00Z"]).await;
    let invoice = Invoice { tax: 25, ..Invoice::january(&[2_900, 1_000]) };
    let invoice = invoice.issue(&ledger.store, &world).await.unwrap();
    let now = "2026-02-10T09:00:00Z";
    let aside = arrive(&ledger, now, &["fix,correction,a,-40,tenant-1,2026-01-10T10:00:00Z"]).await;
    assert_eq!(aside.problems[0].code, "closed_period", "a correction of a final period is put aside");
    let late = rows(&ledger, now).await;
    assert_eq!(late[0].amount.as_deref(), Some("-4.00"), "40 of the 100 above what is included");
    let change = decide(&ledger, now, 1, &[&late[0]], LateDecision::CreditNote).await.unwrap();
    let number = change.effects.iter().find(|effect| effect.label == "Credit note").unwrap();
    assert_eq!(number.after, "CN-2026-000001", "the credit note is issued with it");
    let record = stored(&ledger, invoice).await;
    assert_eq!(record.credited_minor, 500, "4.00 and 25 % tax");
    assert_eq!((counter(&ledger, &world, 0).await, counter(&ledger, &world, 1).await), (1_100, 0), "billed nowhere");
    let filter = operations::wire::CreditNoteFilter::default();
    let page = operations::bill::credit_notes(&ledger.store, world.now, &filter, None);
    let note = page.await.unwrap().rows.remove(0);
    let note = note.credit_note_id.parse().unwrap();
    let note = ledger.store.read(move |read| Box::pin(async move { store::credit_notes::find(read, note).await }));
    let document = note.await.unwrap().unwrap().document().unwrap();
    assert_eq!(document.lines[0].invoice_line, Some(2), "the line of that use is credited");
    // What was credited is part of what later corrections are compared with.
    arrive(&ledger, now, &["fix-2,correction,a,-80,tenant-1,2026-01-10T10:00:00Z"]).await;
    let late = rows(&ledger, now).await;
    let second = late.iter().find(|row| row.key.as_deref() == Some("fix-2")).unwrap();
    assert_eq!(second.amount.as_deref(), Some("-6.00"), "only 60 were left above what is included");
    assert_sound(&ledger.store).await;
}

async fn a_late_credit_is_less_by_the_discount(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    arrive(&ledger, "2026-01-20T12:00:00Z", &["a,original,,1100,tenant-1,2026-01-10T10:00:00Z"]).await;
    // Half of everything was taken off.
    let invoice = Invoice::january(&[2_900, 1_000, -1_950]).issue(&ledger.store, &world).await.unwrap();
    let now = "2026-02-10T09:00:00Z";
    arrive(&ledger, now, &["fix,correction,a,-40,tenant-1,2026-01-10T10:00:00Z"]).await;
    let late = rows(&ledger, now).await;
    decide(&ledger, now, 1, &[&late[0]], LateDecision::CreditNote).await.unwrap();
    assert_eq!(stored(&ledger, invoice).await.credited_minor, 200, "of the 4.00 only 2.00 were asked for");
}

async fn what_came_too_late_is_listed_with_what_came_after_closing(ledger: Ledger) {
    let _world = priced(&ledger, "UTC").await;
    let now = "2026-03-20T12:00:00Z";
    let aside = arrive(&ledger, now, &["a,original,,10,tenant-1,2026-01-10T10:00:00Z"]).await;
    assert_eq!(aside.problems[0].code, "too_late", "more than 35 days");
    let late = rows(&ledger, now).await;
    assert_eq!(late.len(), 1, "who can decide about it sees it");
    decide(&ledger, now, 1, &[&late[0]], LateDecision::Refuse).await.unwrap();
}

async fn what_raises_is_never_credited(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    arrive(&ledger, "2026-01-20T12:00:00Z", &["a,original,,1100,tenant-1,2026-01-10T10:00:00Z"]).await;
    let now = "2026-02-10T09:00:00Z";
    arrive(&ledger, now, &["b,original,,25,tenant-1,2026-01-31T10:00:00Z"]).await;
    let late = rows(&ledger, now).await;
    let draft = decide(&ledger, now, 1, &[&late[0]], LateDecision::CreditNote).await;
    assert_eq!(refused(draft), ("not_finalized".into(), Some("decision".into())), "there is no invoice to lower");
    Invoice::january(&[2_900, 1_000]).issue(&ledger.store, &world).await.unwrap();
    let raised = decide(&ledger, now, 2, &[&late[0]], LateDecision::CreditNote).await;
    assert_eq!(refused(raised), ("not_lowered".into(), Some("decision".into())), "it raises what is to be paid");
    assert_eq!(counter(&ledger, &world, 0).await, 1_100, "nothing was taken");
    assert_eq!(rows(&ledger, now).await[0].state, "waiting", "and the row waits");
}

async fn a_refused_row_stays_out(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    let now = "2026-02-10T09:00:00Z";
    arrive(&ledger, now, &["b,original,,25,tenant-1,2026-01-31T10:00:00Z"]).await;
    let late = rows(&ledger, now).await;
    decide(&ledger, now, 1, &[&late[0]], LateDecision::Refuse).await.unwrap();
    let after = rows(&ledger, now).await;
    assert_eq!(
        (after[0].state.as_str(), after[0].decision_reason.as_deref()),
        ("dismissed", Some("checked with them"))
    );
    assert_eq!((counter(&ledger, &world, 0).await, counter(&ledger, &world, 1).await), (0, 0), "it counts nowhere");
}

async fn rows_of_two_tenants_are_decided_apart(ledger: Ledger) {
    let _world = priced(&ledger, "UTC").await;
    let now = "2026-02-10T09:00:00Z";
    let both = ["b,original,,25,tenant-1,2026-01-31T10:00:00Z", "b,original,,25,tenant-2,2026-01-31T10:00:00Z"];
    arrive(&ledger, now, &both).await;
    let late = rows(&ledger, now).await;
    let mixed = decide(&ledger, now, 1, &[&late[0], &late[1]], LateDecision::Refuse).await;
    assert_eq!(refused(mixed), ("several_tenants".into(), Some("ids".into())), "tenants never meet");
    let none = decide(&ledger, now, 2, &[], LateDecision::Refuse).await;
    assert_eq!(refused(none), ("empty".into(), Some("ids".into())), "nothing to decide");
    let request =
        |ids: Vec<String>, reason: &str| LateRequest { ids, decision: LateDecision::Refuse, reason: reason.to_owned() };
    let host = FixedHost::with_series(support::at(now), 3);
    let id = late[0].quarantine_id.clone();
    for (request, code) in [
        (request(vec![id.clone(); 201], "r"), "too_many"),
        (request(vec![id.clone()], ""), "empty"),
        (request(vec!["qua_1".to_owned()], "r"), "malformed"),
        (request(vec![billing::ids::QuarantineId::from_uuid(uuid::Uuid::nil()).to_string()], "r"), "unknown_row"),
    ] {
        assert_eq!(refused(late_preview(&ledger.store, &host, &request).await).0, code, "{request:?}");
    }
}

async fn without_its_record_nothing_is_decided(ledger: Ledger) {
    let world = priced(&ledger, "UTC").await;
    let now = "2026-02-10T09:00:00Z";
    let both = ["b,original,,25,tenant-1,2026-01-31T10:00:00Z", "c,original,,5,tenant-1,2026-01-31T11:00:00Z"];
    arrive(&ledger, now, &both).await;
    let late = rows(&ledger, now).await;
    decide(&ledger, now, 7, &[&late[0]], LateDecision::NextInvoice).await.unwrap();
    let before = counter(&ledger, &world, 1).await;
    // A host that repeats its ids gives the id of the record that is there already.
    decide(&ledger, now, 7, &[&late[1]], LateDecision::NextInvoice).await.unwrap_err();
    assert_eq!(counter(&ledger, &world, 1).await, before, "without an audit record nothing is taken");
    assert_eq!(rows(&ledger, now).await.iter().filter(|row| row.state == "waiting").count(), 1, "the row waits");
}

async fn an_entry_into_a_closed_period_waits_once(ledger: Ledger) {
    use operations::change::{entry_act, entry_preview};
    let world = priced(&ledger, "UTC").await;
    arrive(&ledger, "2026-01-20T12:00:00Z", &["a,original,,1100,tenant-1,2026-01-10T10:00:00Z"]).await;
    let invoice = Invoice::january(&[2_900, 1_000]).issue(&ledger.store, &world).await.unwrap();
    let now = "2026-02-10T09:00:00Z";
    let request = operations::wire::EntryRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        quantity: "-50".to_owned(),
        occurred_at: None,
        key: "form-1".to_owned(),
        corrects: Some(operations::wire::CorrectionOf { source: "late".to_owned(), key: "a".to_owned() }),
        reason: "they were test calls".to_owned(),
    };
    for series in [1, 2] {
        let host = FixedHost::with_series(support::at(now), series);
        let preview = entry_preview(&ledger.store, &host, &request).await.unwrap();
        assert!(preview.title.starts_with("Put aside a correction"), "it says so: {}", preview.title);
        entry_act(&ledger.store, &host, &request, &preview.fingerprint).await.unwrap();
    }
    let late = rows(&ledger, now).await;
    assert_eq!(late.len(), 1, "a double click waits once");
    assert_eq!(late[0].amount.as_deref(), Some("-5.00"), "it proposes a credit");
    decide(&ledger, now, 3, &[&late[0]], LateDecision::CreditNote).await.unwrap();
    assert_eq!(stored(&ledger, invoice).await.credited_minor, 500, "which a person grants");
}
