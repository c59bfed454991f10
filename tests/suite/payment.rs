//! Payments: partly, in full, too much; a reference is taken once; a file's good rows are taken and the others put aside.

use crate::credit::{host, occupy, refused, stored};
use futures::future::join_all;
use operations::bill::{ageing, import_payments, payment_act, payment_preview, payments};
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::wire::{Change, PaymentFilter, PaymentRequest, PaymentsImportRequest, PaymentsImported};
use support::bill::Invoice;
use support::{Ledger, World};
use tokio_util::sync::CancellationToken;

on_every_engine!(
    partly_in_full_and_too_much,
    a_reference_is_taken_once_by_sixteen_racers,
    a_file_takes_good_rows_and_puts_the_others_aside,
    open_amounts_have_an_age,
    without_its_record_nothing_is_paid,
    every_field_has_a_limit,
);

fn request(invoice: impl ToString, amount: &str, reference: &str) -> PaymentRequest {
    PaymentRequest {
        invoice_id: invoice.to_string(),
        amount: amount.to_owned(),
        received_at: Some("2026-02-09T12:00:00Z".to_owned()),
        method: "bank".to_owned(),
        reference: reference.to_owned(),
        reason: "statement 7".to_owned(),
    }
}

async fn pay(ledger: &Ledger, series: u64, request: &PaymentRequest) -> Result<Change, OperationError> {
    let preview = payment_preview(&ledger.store, &host(series), request).await?;
    payment_act(&ledger.store, &host(series), request, &preview.fingerprint).await
}

async fn prepaid(ledger: &Ledger, world: &World) -> Vec<i64> {
    let tenant = world.tenants[0];
    let found =
        ledger.store.read(move |read| Box::pin(async move { store::wallets::of_tenants(read, &[tenant]).await }));
    found.await.unwrap().iter().map(|record| record.wallet.balance_minor).collect()
}

async fn partly_in_full_and_too_much(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    pay(&ledger, 1, &request(invoice, "9.00", "R-1")).await.unwrap();
    let record = stored(&ledger, invoice).await;
    assert_eq!((record.paid_minor, record.status.as_str()), (900, "partially_paid"), "a part is paid");
    let change = pay(&ledger, 2, &request(invoice, "25.00", "R-2")).await.unwrap();
    assert!(change.warnings[0].starts_with("5.00 USD more than is open"), "it says so first: {:?}", change.warnings);
    let record = stored(&ledger, invoice).await;
    assert_eq!((record.paid_minor, record.status.as_str()), (2_900, "paid"), "never more than is owed");
    pay(&ledger, 3, &request(invoice, "1.00", "R-3")).await.unwrap();
    assert_eq!(prepaid(&ledger, &world).await, [600], "what is too much goes into one wallet");
    let page = payments(&ledger.store, world.now, &PaymentFilter::default(), None).await.unwrap();
    let applied: Vec<(String, String)> = page.rows.into_iter().map(|row| (row.amount, row.applied)).collect();
    let of = |amount: &str, applied: &str| (amount.to_owned(), applied.to_owned());
    for expected in [of("9.00", "9.00"), of("25.00", "20.00"), of("1.00", "0.00")] {
        assert!(applied.contains(&expected), "{expected:?} is in {applied:?}");
    }
}

async fn a_reference_is_taken_once_by_sixteen_racers(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let other = Invoice { tenant: 1, ..Invoice::january(&[2_900]) };
    let other = other.issue(&ledger.store, &world).await.unwrap();
    let request_one = request(invoice, "5.00", "R-1");
    let preview = payment_preview(&ledger.store, &host(1), &request_one).await.unwrap();
    let racers = (0..16_u64).map(|racer| {
        let (store, request, shown) = (ledger.store.clone(), request_one.clone(), preview.fingerprint.clone());
        async move { payment_act(&store, &host(100 + racer), &request, &shown).await }
    });
    let answers = join_all(racers).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "one is taken");
    let known = answers.into_iter().filter_map(Result::err).all(|error| error.code() == "payment_known");
    assert!(known, "the others are told that it is in");
    assert_eq!(stored(&ledger, invoice).await.paid_minor, 500, "it counts once");
    let different = pay(&ledger, 200, &request(invoice, "6.00", "R-1")).await;
    assert_eq!(refused(different), ("reference_taken".into(), Some("reference".into())), "another amount");
    pay(&ledger, 201, &request(other, "5.00", "R-1")).await.unwrap();
    assert_eq!(stored(&ledger, other).await.paid_minor, 500, "references of two tenants never meet");
}

async fn import(ledger: &Ledger, series: u64, file: &std::path::Path, dry_run: bool) -> PaymentsImported {
    let request = PaymentsImportRequest { file: file.display().to_string(), dry_run, reason: "bank file".to_owned() };
    import_payments(&ledger.store, &host(series), &request, &CancellationToken::new()).await.unwrap()
}

async fn a_file_takes_good_rows_and_puts_the_others_aside(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("bank.csv");
    let rows = "reference,invoice,amount,currency,received_at,method\n\
        B-1,INV-2026-000001,10.00,USD,2026-02-09,bank\n\
        B-2,INV-2026-000009,10.00,USD,2026-02-09,bank\n\
        B-3,INV-2026-000001,10.00,EUR,2026-02-09,bank\n\
        ,INV-2026-000001,10.00,USD,2026-02-09,bank\n\
        B-4,INV-2026-000001,ten,USD,2026-02-09,bank\n\
        B-1,INV-2026-000001,10.00,USD,2026-02-09,bank\n\
        \"B-5 \"\"=1+1\"\"\",INV-2026-000001,30.00,USD,2026-02-09T08:00:00+01:00,bank\n\
        B-6,INV-2026-000001,1.00,USD,2026-02-11,bank\n\
        B-7,INV-2026-000001,1.00,USD\n";
    std::fs::write(&file, rows).unwrap();
    let looked = import(&ledger, 1, &file, true).await;
    assert_eq!(stored(&ledger, invoice).await.paid_minor, 0, "a look writes nothing");
    let done = import(&ledger, 2, &file, false).await;
    assert_eq!((done.rows, done.taken, done.duplicates, done.put_aside), (9, 2, 1, 6), "{:?}", done.problems);
    assert_eq!(looked.problems, done.problems, "a look says the same");
    assert_eq!((looked.taken, looked.duplicates), (done.taken, done.duplicates), "in figures, too");
    let codes: Vec<(u64, &str)> = done.problems.iter().map(|row| (row.line, row.code.as_str())).collect();
    let expected = [
        (3, "unknown_invoice"),
        (4, "wrong_currency"),
        (5, "missing_field"),
        (6, "malformed"),
        (9, "in_future"),
        (10, "field_count"),
    ];
    assert_eq!(codes, expected, "line and reason of each");
    let record = stored(&ledger, invoice).await;
    assert_eq!((record.paid_minor, record.status.as_str()), (2_900, "paid"), "what is open is paid");
    assert_eq!(prepaid(&ledger, &world).await, [1_100], "the rest is prepaid");
    let again = import(&ledger, 3, &file, false).await;
    assert_eq!((again.taken, again.duplicates), (0, 3), "the same file counts nothing twice");
    let aside = done.put_aside_file.unwrap();
    let text = std::fs::read_to_string(&aside).unwrap().replace("INV-2026-000009", "INV-2026-000001");
    std::fs::write(&aside, text).unwrap();
    let corrected = import(&ledger, 4, std::path::Path::new(&aside), false).await;
    assert_eq!((corrected.rows, corrected.taken), (6, 1), "a corrected row is taken from the put-aside file");
}

async fn open_amounts_have_an_age(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let february = Invoice { period: 1, at: support::at("2026-03-04T10:00:00Z"), ..Invoice::january(&[1_000]) };
    let february = february.issue(&ledger.store, &world).await.unwrap();
    pay(&ledger, 1, &PaymentRequest { received_at: None, ..request(february, "4.00", "R-1") }).await.unwrap();
    // Due on 6 March and on 3 April.
    for (day, expected) in [
        ("2026-03-06", ["35.00", "0.00", "0.00", "0.00", "0.00"]),
        ("2026-03-07", ["6.00", "29.00", "0.00", "0.00", "0.00"]),
        ("2026-04-05", ["0.00", "35.00", "0.00", "0.00", "0.00"]),
        ("2026-04-06", ["0.00", "6.00", "29.00", "0.00", "0.00"]),
        ("2026-05-06", ["0.00", "0.00", "6.00", "29.00", "0.00"]),
        ("2026-06-05", ["0.00", "0.00", "0.00", "6.00", "29.00"]),
    ] {
        let rows = ageing(&ledger.store, support::at(&format!("{day}T12:00:00Z")), None).await.unwrap();
        assert_eq!(rows.len(), 1, "who owes nothing is not listed");
        let row = &rows[0];
        let found = [&row.current, &row.to_30, &row.to_60, &row.to_90, &row.above_90].map(String::as_str);
        assert_eq!(found, expected, "on {day}");
        assert_eq!(row.open, "35.00", "the whole is the sum");
    }
    let none = ageing(&ledger.store, world.now, Some(world.tenants[1])).await.unwrap();
    assert!(none.is_empty(), "one tenant never has what another owes");
}

async fn without_its_record_nothing_is_paid(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    pay(&ledger, 7, &request(invoice, "1.00", "R-1")).await.unwrap();
    occupy(&ledger, 8).await;
    pay(&ledger, 8, &request(invoice, "1.00", "R-2")).await.unwrap_err();
    assert_eq!(stored(&ledger, invoice).await.paid_minor, 100, "without an audit record there is no payment");
}

async fn every_field_has_a_limit(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let invoice = Invoice::january(&[2_900]).issue(&ledger.store, &world).await.unwrap();
    let good = || request(invoice, "1.00", "R-1");
    let wrong = [
        (PaymentRequest { amount: "0.00".to_owned(), ..good() }, "not_positive", "amount"),
        (PaymentRequest { amount: "1.005".to_owned(), ..good() }, "too_many_digits", "amount"),
        (PaymentRequest { amount: String::new(), ..good() }, "malformed", "amount"),
        (PaymentRequest { amount: "92233720368547758.08".to_owned(), ..good() }, "too_large", "amount"),
        (PaymentRequest { method: " ".to_owned(), ..good() }, "empty", "method"),
        (PaymentRequest { method: "m".repeat(41), ..good() }, "too_long", "method"),
        (PaymentRequest { reference: "r".repeat(201), ..good() }, "too_long", "reference"),
        (PaymentRequest { reference: "a\0".to_owned(), ..good() }, "malformed", "reference"),
        (PaymentRequest { received_at: Some("yesterday".to_owned()), ..good() }, "malformed", "received_at"),
        (PaymentRequest { received_at: Some("2026-02-10T09:06:00Z".to_owned()), ..good() }, "in_future", "received_at"),
        (PaymentRequest { reason: String::new(), ..good() }, "empty", "reason"),
    ];
    for (request, code, field) in wrong {
        let found = refused(payment_preview(&ledger.store, &host(1), &request).await);
        assert_eq!(found, (code.to_owned(), Some(field.to_owned())), "{request:?}");
    }
    let fixed = FixedHost::with_series(support::at("2026-02-10T09:00:00Z"), 3);
    let stale = payment_act(&ledger.store, &fixed, &good(), "something else").await;
    assert_eq!(refused(stale).0, "preview_outdated", "only what was shown is done");
}
