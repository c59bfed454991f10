//! Credit notes: never above what is creditable, per line and per invoice with tax, however many act at once; numbered
//! without a gap; what was paid becomes a prepaid credit.

use futures::future::join_all;
use operations::bill::{credit_act, credit_notes, credit_preview, payment_act, payment_preview};
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::wire::{Change, CreditNoteFilter, CreditPart, CreditRequest, PaymentRequest};
use store::invoices::InvoiceRecord;
use support::bill::Invoice;
use support::{Ledger, World};

on_every_engine!(
    a_line_an_amount_and_the_rest,
    the_last_cent_of_net_takes_the_last_of_tax,
    of_sixteen_racers_nobody_credits_twice,
    what_was_paid_becomes_a_prepaid_credit,
    without_its_record_nothing_is_credited,
    a_credit_of_another_tenants_dispute_is_refused,
    every_field_has_a_limit,
);

pub fn host(series: u64) -> FixedHost {
    FixedHost::with_series(support::at("2026-02-10T09:00:00Z"), series)
}

pub fn line(no: u32, amount: Option<&str>) -> CreditPart {
    CreditPart { line_no: Some(no), amount: amount.map(str::to_owned), description: None }
}

pub fn amount(amount: Option<&str>) -> CreditPart {
    CreditPart { line_no: None, amount: amount.map(str::to_owned), description: Some("Goodwill".to_owned()) }
}

fn request(invoice: impl ToString, parts: Vec<CreditPart>) -> CreditRequest {
    CreditRequest { invoice_id: invoice.to_string(), parts, dispute_id: None, reason: "as agreed".to_owned() }
}

async fn credit(ledger: &Ledger, series: u64, request: &CreditRequest) -> Result<Change, OperationError> {
    let preview = credit_preview(&ledger.store, &host(series), request).await?;
    credit_act(&ledger.store, &host(series), request, &preview.fingerprint).await
}

/// Fills the audit log with the ids that a host of a series is going to give: of what it does only the record fails.
pub async fn occupy(ledger: &Ledger, series: u64) {
    let record = |number: u64| store::audit::AuditRecord {
        id: billing::ids::AuditId::from_uuid(uuid::Uuid::from_u64_pair(series, number)),
        at: support::at("2026-02-10T09:00:00Z"),
        actor: "tester".to_owned(),
        action: "test".to_owned(),
        tenant: None,
        subject: String::new(),
        before: None,
        after: None,
        reason: String::new(),
    };
    let records: Vec<_> = (1..=200).map(record).collect();
    let done = ledger.store.write(move |write| {
        let records = records.clone();
        Box::pin(async move { store::audit::record(write, &records).await })
    });
    done.await.unwrap();
}

/// Code and field of a refusal.
pub fn refused<T: std::fmt::Debug>(result: Result<T, OperationError>) -> (String, Option<String>) {
    let wire = result.unwrap_err().to_wire();
    (wire.code, wire.field)
}

pub async fn stored(ledger: &Ledger, id: billing::ids::InvoiceId) -> InvoiceRecord {
    let found = ledger.store.read(move |read| Box::pin(async move { store::invoices::one::find(read, id).await }));
    found.await.unwrap().unwrap()
}

fn effect<'a>(change: &'a Change, label: &str) -> &'a str {
    let found = change.effects.iter().find(|effect| effect.label == label);
    found.map_or("none", |effect| effect.after.as_str())
}

async fn wallet(ledger: &Ledger, world: &World) -> i64 {
    let tenant = world.tenants[0];
    let found =
        ledger.store.read(move |read| Box::pin(async move { store::wallets::of_tenants(read, &[tenant]).await }));
    found.await.unwrap().iter().map(|record| record.wallet.balance_minor).sum()
}

async fn a_line_an_amount_and_the_rest(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900, 1_000]).issue(&ledger.store, &world).await.unwrap();
    let change = credit(&ledger, 1, &request(invoice, vec![line(2, Some("4.00"))])).await.unwrap();
    assert_eq!(effect(&change, "Credit note"), "CN-2026-000001", "the act tells the number");
    assert_eq!(effect(&change, "Open"), "35.00", "what is open is less by that");
    let above = credit(&ledger, 2, &request(invoice, vec![line(2, Some("6.01"))])).await;
    assert_eq!(refused(above), ("above_line".into(), Some("parts[0].amount".into())), "6.00 are left of the line");
    credit(&ledger, 3, &request(invoice, vec![line(2, None)])).await.unwrap();
    let again = credit(&ledger, 4, &request(invoice, vec![line(2, None)])).await;
    assert_eq!(refused(again).0, "above_line", "nothing is left of the line");
    let change = credit(&ledger, 5, &request(invoice, vec![amount(Some("28.99")), amount(None)])).await.unwrap();
    assert_eq!(effect(&change, "Credit note"), "CN-2026-000003", "no number is left out");
    let record = stored(&ledger, invoice).await;
    assert_eq!((record.credited_minor, record.status.as_str()), (3_900, "paid"), "nothing is open any more");
    let more = credit(&ledger, 6, &request(invoice, vec![amount(Some("0.01"))])).await;
    assert_eq!(refused(more).0, "nothing_to_credit", "all of it is credited");

    let filter = CreditNoteFilter { invoice_id: Some(invoice.to_string()), ..CreditNoteFilter::default() };
    let page = credit_notes(&ledger.store, world.now, &filter, None).await.unwrap();
    let numbers: Vec<&str> = page.rows.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers.len(), 3, "each is listed: {numbers:?}");
    let tenant = world.tenants[0];
    let notes = ledger
        .store
        .read(move |read| Box::pin(async move { store::credit_notes::of_invoice(read, tenant, invoice).await }));
    for note in notes.await.unwrap() {
        let document = note.document().unwrap();
        assert_eq!(document.canonical(), note.content, "what is kept is canonical");
        assert_eq!(document.hash(), note.hash, "and has its hash");
        assert_eq!(document.invoice.as_deref(), Some("INV-2026-000001"), "it names its invoice");
    }
}

async fn the_last_cent_of_net_takes_the_last_of_tax(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice { tax: 19, ..Invoice::january(&[1_001]) };
    let invoice = invoice.issue(&ledger.store, &world).await.unwrap();
    assert_eq!(stored(&ledger, invoice).await.total_minor, 1_191, "10.01 and 1.90 tax");
    let mut series = 10;
    for part in ["3.33", "3.33", "3.34"] {
        series += 1;
        credit(&ledger, series, &request(invoice, vec![line(1, Some(part))])).await.unwrap();
    }
    let record = stored(&ledger, invoice).await;
    assert!(record.credited_minor < record.total_minor, "a cent is left");
    credit(&ledger, 20, &request(invoice, vec![line(1, None)])).await.unwrap();
    let record = stored(&ledger, invoice).await;
    assert_eq!(record.credited_minor, record.total_minor, "tax included, to the last cent and not above");
}

async fn of_sixteen_racers_nobody_credits_twice(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice { tax: 25, ..Invoice::january(&[1_000]) };
    let invoice = invoice.issue(&ledger.store, &world).await.unwrap();
    let request = request(invoice, vec![amount(Some("3.00"))]);
    let preview = credit_preview(&ledger.store, &host(1), &request).await.unwrap();
    // All have seen the same preview; of each round one wins, the others look again.
    let racers = (0..16_u64).map(|racer| {
        let (store, request) = (ledger.store.clone(), request.clone());
        let shown = preview.fingerprint.clone();
        async move { credit_act(&store, &host(100 + racer), &request, &shown).await }
    });
    let answers = join_all(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "one does what was shown");
    let stubborn = (0..16_u64).map(|racer| {
        let (ledger, request) = (&ledger, request.clone());
        async move {
            for round in 0..20 {
                match credit(ledger, 1_000 + racer * 100 + round, &request).await {
                    Err(error) if error.code() == "preview_outdated" => {}
                    done => return done.is_ok(),
                }
            }
            false
        }
    });
    let won = join_all(stubborn).await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 2, "of 10.00 net three times 3.00 fit: one before, two now");
    let record = stored(&ledger, invoice).await;
    assert_eq!(record.credited_minor, 1_125, "9.00 and 25 % tax");
    let page = credit_notes(&ledger.store, world.now, &CreditNoteFilter::default(), None).await.unwrap();
    let mut numbers: Vec<String> = page.rows.into_iter().map(|row| row.number).collect();
    numbers.sort();
    assert_eq!(numbers, ["CN-2026-000001", "CN-2026-000002", "CN-2026-000003"], "no number is lost to a loser");
}

async fn what_was_paid_becomes_a_prepaid_credit(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let payment = PaymentRequest {
        invoice_id: invoice.to_string(),
        amount: "20.00".to_owned(),
        received_at: None,
        method: "bank".to_owned(),
        reference: "R-1".to_owned(),
        reason: "statement 7".to_owned(),
    };
    let preview = payment_preview(&ledger.store, &host(1), &payment).await.unwrap();
    payment_act(&ledger.store, &host(1), &payment, &preview.fingerprint).await.unwrap();
    let change = credit(&ledger, 2, &request(invoice, vec![amount(Some("15.00"))])).await.unwrap();
    assert_eq!(effect(&change, "Open"), "0.00", "9.00 were open");
    assert_eq!(effect(&change, "Prepaid credit"), "6.00", "the rest was paid");
    assert_eq!(wallet(&ledger, &world).await, 600, "it is in the wallet");
    let record = stored(&ledger, invoice).await;
    assert_eq!((record.paid_minor, record.credited_minor, record.status.as_str()), (2_000, 1_500, "paid"));
}

async fn without_its_record_nothing_is_credited(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let first = request(invoice, vec![amount(Some("1.00"))]);
    credit(&ledger, 7, &first).await.unwrap();
    occupy(&ledger, 8).await;
    credit(&ledger, 8, &first).await.unwrap_err();
    assert_eq!(stored(&ledger, invoice).await.credited_minor, 100, "without an audit record there is no credit");
    let page = credit_notes(&ledger.store, world.now, &CreditNoteFilter::default(), None).await.unwrap();
    assert_eq!(page.rows.len(), 1, "and no second note");
}

async fn a_credit_of_another_tenants_dispute_is_refused(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let dispute = crate::dispute::opened(&ledger, &world, 1, None).await;
    let request = CreditRequest { dispute_id: Some(dispute), ..request(invoice, vec![amount(Some("1.00"))]) };
    let found = credit_preview(&ledger.store, &host(9), &request).await;
    assert_eq!(refused(found), ("unknown_dispute".into(), Some("dispute_id".into())), "tenants never meet");
}

async fn every_field_has_a_limit(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let with = |parts: Vec<CreditPart>| request(invoice, parts);
    let described = |text: String| CreditPart { description: Some(text), ..amount(Some("1.00")) };
    let wrong = [
        (with(Vec::new()), "nothing_to_credit", "parts"),
        (with(vec![amount(Some("1.00")); 501]), "too_many", "parts"),
        (with(vec![amount(Some("0"))]), "not_positive", "parts[0].amount"),
        (with(vec![amount(Some("-1"))]), "not_positive", "parts[0].amount"),
        (with(vec![amount(Some("1.001"))]), "too_many_digits", "parts[0].amount"),
        (with(vec![amount(Some("1e3"))]), "malformed", "parts[0].amount"),
        (with(vec![amount(Some("99999999999999999999"))]), "too_large", "parts[0].amount"),
        (with(vec![amount(Some(&"9".repeat(41)))]), "too_long", "parts[0].amount"),
        (with(vec![line(9, None)]), "no_such_line", "parts[0].line_no"),
        (with(vec![described("x".repeat(501))]), "too_long", "parts[0].description"),
        (with(vec![described("a\0b".to_owned())]), "malformed", "parts[0].description"),
        (CreditRequest { reason: " ".to_owned(), ..with(vec![amount(None)]) }, "empty", "reason"),
        (CreditRequest { invoice_id: "nothing".to_owned(), ..with(vec![amount(None)]) }, "malformed", "invoice_id"),
        (
            request(billing::ids::InvoiceId::from_uuid(uuid::Uuid::nil()), vec![amount(None)]),
            "unknown_invoice",
            "invoice_id",
        ),
    ];
    for (request, code, field) in wrong {
        let found = refused(credit_preview(&ledger.store, &host(1), &request).await);
        assert_eq!(found, (code.to_owned(), Some(field.to_owned())), "{request:?}");
    }
    let hostile = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u{202e}'; drop table invoices; --";
    credit(&ledger, 2, &with(vec![described(hostile.to_owned())])).await.unwrap();
    let page = credit_notes(&ledger.store, world.now, &CreditNoteFilter::default(), None).await.unwrap();
    assert_eq!(page.rows.len(), 1, "a hostile text is a text");
}
