//! The journal of what was taken back and given up: the month of an invoice stays as it was exported, what happens later is
//! posted on its own day, and receivable is what is open.

use crate::credit::{refused, stored};
use crate::export::{filtered, rows, sum};
use operations::bill::{invoice, invoice_act, invoice_act_preview, invoices, payment_act, payment_preview};
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::wire::{Change, ExportKind, InvoiceActKind, InvoiceActRequest, InvoiceFilter, PaymentRequest};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use support::bill::Invoice;
use support::{Ledger, World, at};

on_every_engine!(
    what_is_taken_back_or_given_up_balances,
    a_payment_of_which_nothing_was_applied_forbids_to_void,
    the_database_refuses_to_void_what_has_a_payment,
);

async fn act(ledger: &Ledger, now: &str, id: impl ToString, act: InvoiceActKind) -> Result<Change, OperationError> {
    let request = InvoiceActRequest { invoice_id: id.to_string(), act, reason: "a test".to_owned() };
    let host = FixedHost::with_series(at(now), u64::try_from(at(now).micros()).unwrap());
    let shown = invoice_act_preview(&ledger.store, &host, &request).await?;
    invoice_act(&ledger.store, &host, &request, &shown.fingerprint).await
}

async fn pay(ledger: &Ledger, now: &str, id: impl ToString, amount: &str) {
    let request = PaymentRequest {
        invoice_id: id.to_string(),
        amount: amount.to_owned(),
        received_at: Some(now.to_owned()),
        method: "bank".to_owned(),
        reference: String::new(),
        reason: "statement 7".to_owned(),
    };
    let host = FixedHost::with_series(at(now), u64::try_from(at(now).micros()).unwrap());
    let shown = payment_preview(&ledger.store, &host, &request).await.unwrap();
    payment_act(&ledger.store, &host, &request, &shown.fingerprint).await.unwrap();
}

fn month(from: &str, to: &str) -> InvoiceFilter {
    InvoiceFilter { from: Some(from.to_owned()), to: Some(to.to_owned()), ..InvoiceFilter::default() }
}

async fn what_is_taken_back_or_given_up_balances(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let void = Invoice { tax: 25, ..Invoice::january(&[2_900, 1_000]) }.issue(&ledger.store, &world).await.unwrap();
    let given_up = Invoice { tenant: 1, ..Invoice::january(&[4_200]) }.issue(&ledger.store, &world).await.unwrap();
    let february = month("2026-02-01", "2026-03-01");
    let exported = filtered(&ledger, ExportKind::Journal, february.clone()).await;
    act(&ledger, "2026-03-05T10:00:00Z", void, InvoiceActKind::Void).await.unwrap();
    act(&ledger, "2026-03-06T10:00:00Z", given_up, InvoiceActKind::Uncollectible).await.unwrap();
    assert_eq!(filtered(&ledger, ExportKind::Journal, february).await, exported, "what was exported stays as it was");

    let view = invoice(&ledger.store, given_up, at("2026-03-07T00:00:00Z")).await.unwrap();
    assert_eq!(view.row.open, "0.00", "what was given up is not open");
    let page = invoices(&ledger.store, &InvoiceFilter::default(), None, at("2026-03-07T00:00:00Z")).await.unwrap();
    assert_eq!(page.totals[0].open, "0.00", "nor in the sums of the list");
    pay(&ledger, "2026-03-08T10:00:00Z", given_up, "10.00").await;
    assert_eq!(stored(&ledger, given_up).await.paid_minor, 1_000, "a payment that comes after all is applied to it");

    let march = filtered(&ledger, ExportKind::Journal, month("2026-03-01", "2026-04-01")).await;
    let mut documents: BTreeMap<(String, String), Vec<_>> = BTreeMap::new();
    for row in &march {
        documents.entry((row["document"].clone(), row["day"].clone())).or_default().push(row);
    }
    let names: Vec<(&str, &str)> = documents.keys().map(|(name, day)| (name.as_str(), day.as_str())).collect();
    let expected =
        [("payment", "2026-03-08"), ("void", "2026-03-05"), ("write-off", "2026-03-06"), ("write-off", "2026-03-08")];
    assert_eq!(names, expected, "each on the day on which it happened");
    for (document, postings) in &documents {
        let (debit, credit) = (sum(postings.iter().copied(), "debit"), sum(postings.iter().copied(), "credit"));
        assert_eq!(debit, credit, "{document:?} balances");
    }
    let journal = rows(&ledger, ExportKind::Journal).await;
    let of = |name: &str| {
        let rows: Vec<_> = journal.iter().filter(|row| row["account_name"] == name).collect();
        sum(rows.iter().copied(), "debit") - sum(rows.iter().copied(), "credit")
    };
    assert_eq!(of("receivable"), Decimal::ZERO, "nothing is open");
    assert_eq!(of("bad_debt"), Decimal::from(32), "42.00 less what came after all");
    assert_eq!((of("fee"), of("usage"), of("tax")), (Decimal::from(-42), Decimal::ZERO, Decimal::ZERO), "void is gone");
}

async fn a_payment_of_which_nothing_was_applied_forbids_to_void(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    // Nothing is to be paid, as where prepaid credits paid it whole.
    let id = Invoice::january(&[2_900, -2_900]).issue(&ledger.store, &world).await.unwrap();
    pay(&ledger, "2026-03-08T10:00:00Z", id, "10.00").await;
    assert_eq!(stored(&ledger, id).await.paid_minor, 0, "nothing was applied");
    for kind in [InvoiceActKind::Void, InvoiceActKind::Reissue] {
        let answer = act(&ledger, "2026-03-09T10:00:00Z", id, kind).await;
        assert_eq!(refused(answer).0, "invoice_paid", "{kind:?}: there is a payment");
    }
    let view = invoice(&ledger.store, id, at("2026-03-09T10:00:00Z")).await.unwrap();
    let void = view.actions.iter().find(|action| action.action == "void").unwrap();
    assert!(void.refused.is_some(), "the page says so before");
}

async fn the_database_refuses_to_void_what_has_a_payment(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let id = Invoice::january(&[2_900, -2_900]).issue(&ledger.store, &world).await.unwrap();
    pay(&ledger, "2026-03-08T10:00:00Z", id, "10.00").await;
    let tenant = world.tenants[0];
    let forced = ledger.store.write(move |write| {
        Box::pin(async move {
            let moved = store::invoices::one::Moved {
                status: billing::invoice::Status::Void,
                paid_minor: 0,
                credited_minor: 0,
            };
            store::invoices::one::set_moved(write, tenant, id, moved, at("2026-03-09T10:00:00Z")).await
        })
    });
    assert!(forced.await.is_err(), "whoever asks");
}
