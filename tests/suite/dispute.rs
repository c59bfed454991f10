//! Disputes from claim to decision, notes, and the line of time: nothing of another tenant, nothing without its record,
//! nothing after the decision.

use crate::credit::{amount, host, line, occupy, refused, stored};
use operations::dispute::{
    dispute, dispute_decide_act, dispute_decide_preview, dispute_note_act, dispute_note_preview, dispute_open_act,
    dispute_open_preview, disputes,
};
use operations::error::OperationError;
use operations::notes::{note_act, note_preview, notes};
use operations::timeline::tenant_timeline;
use operations::wire::{
    Change, DisputeDecideRequest, DisputeDecision, DisputeFilter, DisputeNoteRequest, DisputeRequest, EventRef,
    NoteRequest,
};
use std::sync::atomic::{AtomicU64, Ordering};
use support::bill::Invoice;
use support::{Ledger, World};

on_every_engine!(
    a_case_from_claim_to_credit_note,
    a_decided_case_never_changes,
    nothing_of_another_tenant_gets_into_a_case,
    pages_go_on_where_they_ended,
    without_its_record_nothing_happens,
    the_line_of_time_has_everything_once,
    every_field_has_a_limit,
);

fn next() -> u64 {
    static SERIES: AtomicU64 = AtomicU64::new(50_000);
    SERIES.fetch_add(1, Ordering::Relaxed)
}

fn claim(world: &World, tenant: usize, invoice: Option<String>) -> DisputeRequest {
    DisputeRequest {
        tenant_id: world.tenants[tenant].to_string(),
        invoice_id: invoice,
        claim: "We made half of these calls.".to_owned(),
        claimed: Some("5.00".to_owned()),
        deadline: Some("2026-02-20".to_owned()),
        lines: Vec::new(),
        events: Vec::new(),
    }
}

async fn open(ledger: &Ledger, series: u64, request: &DisputeRequest) -> Result<Change, OperationError> {
    let preview = dispute_open_preview(&ledger.store, &host(series), request).await?;
    dispute_open_act(&ledger.store, &host(series), request, &preview.fingerprint).await
}

/// Opens a case of a tenant and gives its id.
pub async fn opened(ledger: &Ledger, world: &World, tenant: usize, invoice: Option<String>) -> String {
    open(ledger, next(), &claim(world, tenant, invoice)).await.unwrap();
    let filter = DisputeFilter { tenant_id: Some(world.tenants[tenant].to_string()), ..DisputeFilter::default() };
    let page = disputes(&ledger.store, world.now, &filter, None).await.unwrap();
    page.rows.last().unwrap().dispute_id.clone()
}

async fn decide(
    ledger: &Ledger,
    series: u64,
    id: &str,
    decision: DisputeDecision,
    parts: Vec<operations::wire::CreditPart>,
) -> Result<Change, OperationError> {
    let request = DisputeDecideRequest { dispute_id: id.to_owned(), decision, parts, reason: "checked".to_owned() };
    let preview = dispute_decide_preview(&ledger.store, &host(series), &request).await?;
    dispute_decide_act(&ledger.store, &host(series), &request, &preview.fingerprint).await
}

async fn note(ledger: &Ledger, series: u64, id: &str, status: Option<&str>) -> Result<Change, OperationError> {
    let request = DisputeNoteRequest {
        dispute_id: id.to_owned(),
        text: "Asked for their list.".to_owned(),
        status: status.map(str::to_owned),
    };
    let preview = dispute_note_preview(&ledger.store, &host(series), &request).await?;
    dispute_note_act(&ledger.store, &host(series), &request, &preview.fingerprint).await
}

async fn a_case_from_claim_to_credit_note(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "call-1", 500, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let invoice = Invoice::january(&[2_900, 1_000]).issue(&ledger.store, &world).await.unwrap();
    let request = DisputeRequest {
        lines: vec![2],
        events: vec![EventRef { source: "test".to_owned(), key: "call-1".to_owned() }],
        ..claim(&world, 0, Some(invoice.to_string()))
    };
    let change = open(&ledger, 1, &request).await.unwrap();
    assert_eq!(change.effects[0].after, "D-1", "the act tells the number");
    let page = disputes(&ledger.store, support::at("2026-02-21T00:00:00Z"), &DisputeFilter::default(), None).await;
    let row = page.unwrap().rows.remove(0);
    assert!(row.is_late, "its day has passed");
    note(&ledger, 2, &row.dispute_id, Some("waiting")).await.unwrap();
    let change = decide(&ledger, 3, &row.dispute_id, DisputeDecision::Credit, vec![line(2, Some("5.00"))]).await;
    assert_eq!(change.unwrap().effects[1].after, "CN-2026-000001", "the credit note is issued with it");
    let view = dispute(&ledger.store, world.now, &row.dispute_id).await.unwrap();
    assert_eq!(view.credit_note_number.as_deref(), Some("CN-2026-000001"), "both are linked");
    assert_eq!((view.row.status.as_str(), view.row.decision.as_deref()), ("decided", Some("credit")));
    assert_eq!(view.items[0].amount.as_deref(), Some("10.00"), "the line in question");
    assert_eq!(view.items[1].event.as_ref().unwrap().quantity, "500", "the event in question");
    assert_eq!(view.notes.len(), 1, "what was written");
    let kinds: Vec<&str> = view.timeline.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds.len(), 4, "opened, noted, decided, credited: {kinds:?}");
    assert_eq!(stored(&ledger, invoice).await.credited_minor, 500, "it is taken off");
}

async fn a_decided_case_never_changes(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let id = opened(&ledger, &world, 0, Some(invoice.to_string())).await;
    let above = decide(&ledger, 1, &id, DisputeDecision::Credit, vec![amount(Some("29.01"))]).await;
    assert_eq!(refused(above).0, "above_invoice", "the cap of credit notes holds");
    let view = dispute(&ledger.store, world.now, &id).await.unwrap();
    assert_eq!(view.row.status, "open", "a refused credit decides nothing");
    let parts = decide(&ledger, 2, &id, DisputeDecision::Reject, vec![amount(None)]).await;
    assert_eq!(refused(parts).1.as_deref(), Some("parts"), "only a credit has parts");
    decide(&ledger, 3, &id, DisputeDecision::Reject, Vec::new()).await.unwrap();
    let again = decide(&ledger, 4, &id, DisputeDecision::Credit, vec![amount(None)]).await;
    assert_eq!(refused(again).0, "dispute_decided", "it is decided once");
    assert_eq!(refused(note(&ledger, 5, &id, None).await).0, "dispute_decided", "nothing is added");
    assert_eq!(stored(&ledger, invoice).await.credited_minor, 0, "nothing was credited");
    let (tenant, dispute) = (world.tenants[0], id.parse().unwrap());
    let moved = ledger.store.write(move |write| {
        Box::pin(async move {
            store::disputes::set_status(write, tenant, dispute, store::disputes::DisputeStatus::Open).await
        })
    });
    assert_eq!(moved.await.unwrap_err().code(), "append_only", "the database itself keeps it");
}

async fn nothing_of_another_tenant_gets_into_a_case(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let event = world.event(1, "calls", "call-1", 500, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let invoice = Invoice { tenant: 1, ..Invoice::january(&[2_900]) };
    let invoice = invoice.issue(&ledger.store, &world).await.unwrap().to_string();
    let of_other = open(&ledger, 1, &claim(&world, 0, Some(invoice))).await;
    assert_eq!(refused(of_other), ("unknown_invoice".into(), Some("invoice_id".into())), "another tenant's invoice");
    let events = vec![EventRef { source: "test".to_owned(), key: "call-1".to_owned() }];
    let of_other = open(&ledger, 2, &DisputeRequest { events, ..claim(&world, 0, None) }).await;
    assert_eq!(refused(of_other), ("unknown_event".into(), Some("events".into())), "another tenant's event");
    opened(&ledger, &world, 1, None).await;
    let own = DisputeFilter { tenant_id: Some(world.tenants[0].to_string()), ..DisputeFilter::default() };
    assert!(disputes(&ledger.store, world.now, &own, None).await.unwrap().rows.is_empty(), "lists do not mix");
    let time = tenant_timeline(&ledger.store, world.now, world.tenants[0], None).await.unwrap();
    assert!(time.rows.iter().all(|entry| entry.kind == "subscription"), "nor do lines of time: {:?}", time.rows);
}

async fn pages_go_on_where_they_ended(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    for number in 0..205_u64 {
        let deadline = (number % 3 > 0).then(|| format!("2026-03-{:02}", number % 28 + 1));
        open(&ledger, 1_000 + number, &DisputeRequest { deadline, ..claim(&world, 0, None) }).await.unwrap();
    }
    let all = DisputeFilter::default();
    let first = disputes(&ledger.store, world.now, &all, None).await.unwrap();
    for row in first.rows.iter().step_by(40) {
        decide(&ledger, next(), &row.dispute_id, DisputeDecision::Correct, Vec::new()).await.unwrap();
    }
    let first = disputes(&ledger.store, world.now, &all, None).await.unwrap();
    let second = disputes(&ledger.store, world.now, &all, first.next.as_deref()).await.unwrap();
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (200, 5, None), "all of them");
    let mut numbers: Vec<&str> = first.rows.iter().chain(&second.rows).map(|row| row.number.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 205, "each once");
    assert!(second.rows.iter().all(|row| row.status == "decided"), "decided ones come last");
    let bad = disputes(&ledger.store, world.now, &all, Some("1\nx\n2")).await;
    assert_eq!(refused(bad).0, "bad_cursor", "a place that is none");

    // Every case is two entries and more of the same instant: the pages of the line of time share none.
    let mut seen = std::collections::BTreeMap::new();
    let mut cursor = None;
    let mut pages = 0;
    loop {
        let page = tenant_timeline(&ledger.store, world.now, world.tenants[0], cursor.as_deref()).await.unwrap();
        assert!(page.rows.is_sorted_by(|one, other| one.at >= other.at), "newest first");
        for entry in page.rows {
            *seen.entry(format!("{} {} {:?}", entry.at, entry.title, entry.opens)).or_insert(0) += 1;
        }
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages > 1 && seen.values().all(|count| *count == 1), "each entry once over {pages} pages");
    let opened = seen.keys().filter(|entry| entry.contains("opened")).count();
    assert_eq!(opened, 205, "every case was opened");
}

async fn without_its_record_nothing_happens(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    occupy(&ledger, 7).await;
    open(&ledger, 7, &claim(&world, 0, None)).await.unwrap_err();
    let page = disputes(&ledger.store, world.now, &DisputeFilter::default(), None).await.unwrap();
    assert!(page.rows.is_empty(), "no case without a record");
    let id = opened(&ledger, &world, 0, None).await;
    note(&ledger, 7, &id, Some("waiting")).await.unwrap_err();
    let view = dispute(&ledger.store, world.now, &id).await.unwrap();
    assert_eq!((view.row.status.as_str(), view.notes.len()), ("open", 0), "no note and no status without one");
    let request = NoteRequest { tenant_id: world.tenants[0].to_string(), text: "Prefers e-mail.".to_owned() };
    let preview = note_preview(&ledger.store, &host(7), &request).await.unwrap();
    note_act(&ledger.store, &host(7), &request, &preview.fingerprint).await.unwrap_err();
    let found = notes(&ledger.store, world.now, world.tenants[0]).await.unwrap();
    assert!(found.notes.is_empty(), "no note about a tenant without one");
    decide(&ledger, 7, &id, DisputeDecision::Reject, Vec::new()).await.unwrap_err();
    assert_eq!(dispute(&ledger.store, world.now, &id).await.unwrap().row.status, "open", "no decision without one");
}

async fn the_line_of_time_has_everything_once(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "call-1", 1_000, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let id = opened(&ledger, &world, 0, Some(invoice.to_string())).await;
    decide(&ledger, 3, &id, DisputeDecision::Credit, vec![amount(Some("1.00"))]).await.unwrap();
    let request = NoteRequest { tenant_id: world.tenants[0].to_string(), text: "Prefers e-mail.".to_owned() };
    let preview = note_preview(&ledger.store, &host(9), &request).await.unwrap();
    note_act(&ledger.store, &host(9), &request, &preview.fingerprint).await.unwrap();
    let page = tenant_timeline(&ledger.store, world.now, world.tenants[0], None).await.unwrap();
    let count = |kind: &str| page.rows.iter().filter(|entry| entry.kind == kind).count();
    let found = ["subscription", "invoice", "credit_note", "alert", "dispute", "note", "audit"].map(count);
    assert_eq!(found, [1, 1, 1, 2, 2, 1, 0], "what has an entry of its own is no audit entry: {:?}", page.rows);
    let credited = page.rows.iter().find(|entry| entry.kind == "credit_note").unwrap();
    assert_eq!((credited.amount.as_deref(), credited.currency.as_deref()), (Some("1.00"), Some("USD")));
    assert!(credited.opens.as_deref().unwrap().starts_with("crn_"), "it opens the credit note");
}

async fn every_field_has_a_limit(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap().to_string();
    let good = || claim(&world, 0, Some(invoice.clone()));
    let event = |source: &str, key: String| vec![EventRef { source: source.to_owned(), key }];
    let wrong = [
        (DisputeRequest { claim: " ".to_owned(), ..good() }, "empty", "claim"),
        (DisputeRequest { claim: "c".repeat(4_001), ..good() }, "too_long", "claim"),
        (DisputeRequest { claim: "a\0".to_owned(), ..good() }, "malformed", "claim"),
        (DisputeRequest { claimed: Some("0".to_owned()), ..good() }, "not_positive", "claimed"),
        (DisputeRequest { claimed: Some("1.005".to_owned()), ..good() }, "too_many_digits", "claimed"),
        (DisputeRequest { deadline: Some("2026-02-30".to_owned()), ..good() }, "malformed", "deadline"),
        (DisputeRequest { lines: vec![2], ..good() }, "no_such_line", "lines"),
        (DisputeRequest { lines: vec![1; 501], ..good() }, "too_many", "lines"),
        (DisputeRequest { lines: vec![1], ..claim(&world, 0, None) }, "empty", "invoice_id"),
        (DisputeRequest { events: event("test", "k".repeat(301)), ..good() }, "too_long", "events[0].key"),
        (DisputeRequest { events: event("s\n", "k".to_owned()), ..good() }, "malformed", "events[0].source"),
        (DisputeRequest { tenant_id: "ten_x".to_owned(), ..good() }, "malformed", "tenant_id"),
    ];
    for (request, code, field) in wrong {
        let found = refused(dispute_open_preview(&ledger.store, &host(1), &request).await);
        assert_eq!(found, (code.to_owned(), Some(field.to_owned())), "{request:?}");
    }
    let hostile = "'; drop table disputes; -- <img src=x onerror=alert(1)> =1+1 \u{202e}\u{0007}";
    open(&ledger, 2, &DisputeRequest { claim: hostile.to_owned(), ..good() }).await.unwrap();
    let page = disputes(&ledger.store, world.now, &DisputeFilter::default(), None).await.unwrap();
    assert_eq!(page.rows[0].claim, hostile, "a hostile text is a text");
}
