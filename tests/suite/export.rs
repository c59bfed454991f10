//! Exports of what is stored: sums that are those of the invoices, debit equal to credit, and limits.

use crate::credit::{amount, host, refused};
use billing::ids::InvoiceId;
use documents::Files;
use operations::bill::{credit_act, credit_preview, payment_act, payment_preview};
use operations::document::original;
use operations::error::OperationError;
use operations::export::export_invoices;
use operations::wire::{
    CreditRequest, ExportFormat, ExportKind, ExportRequest, Exported, InvoiceFilter, PaymentRequest,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::Path;
use support::bill::Invoice;
use support::{Ledger, World};

on_every_engine!(
    sums_are_those_of_the_invoices,
    debit_is_credit_for_each_document,
    events_are_those_behind_the_lines,
    a_filter_that_a_kind_has_not_is_refused,
    an_account_that_is_missing_is_named,
);

const KINDS: [ExportKind; 7] = [
    ExportKind::Invoices,
    ExportKind::Lines,
    ExportKind::CreditNotes,
    ExportKind::Payments,
    ExportKind::Events,
    ExportKind::Ageing,
    ExportKind::Journal,
];

fn request(kind: ExportKind, format: ExportFormat, filter: InvoiceFilter) -> ExportRequest {
    ExportRequest { kind, format, filter }
}

async fn export(ledger: &Ledger, request: &ExportRequest, path: &Path) -> Result<Exported, OperationError> {
    export_invoices(&ledger.store, &Files, &host(900), request, path).await
}

/// A row as a program reads it back: from column to text.
pub type Row = BTreeMap<String, String>;

/// The rows of an export.
pub async fn rows(ledger: &Ledger, kind: ExportKind) -> Vec<Row> {
    filtered(ledger, kind, InvoiceFilter::default()).await
}

/// The rows of an export of some invoices.
pub async fn filtered(ledger: &Ledger, kind: ExportKind, filter: InvoiceFilter) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let wanted = request(kind, ExportFormat::Csv, filter);
    let written = export(ledger, &wanted, &path).await.unwrap();
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let head = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| -> Row {
        head.iter().zip(&record).map(|(name, cell)| (name.to_owned(), original(cell).to_owned())).collect()
    };
    let rows: Vec<_> = reader.records().map(|record| row(record.unwrap())).collect();
    assert_eq!(rows.len(), usize::try_from(written.rows).unwrap(), "the answer says how many rows there are");
    rows
}

pub fn sum<'r>(rows: impl IntoIterator<Item = &'r Row>, column: &str) -> Decimal {
    let cells = rows.into_iter().map(|row| row[column].as_str()).filter(|cell| !cell.is_empty());
    cells.map(|cell| cell.parse::<Decimal>().unwrap()).sum()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Two invoices with tax; of the first a part is credited and more is paid than is open.
async fn books(ledger: &Ledger) -> (World, InvoiceId) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let first = Invoice { tax: 25, ..Invoice::january(&[2_900, 1_000, -500]) };
    let first = first.issue(&ledger.store, &world).await.unwrap();
    let other = Invoice { tenant: 1, ..Invoice::january(&[4_200]) };
    other.issue(&ledger.store, &world).await.unwrap();
    let credited = CreditRequest {
        invoice_id: first.to_string(),
        parts: vec![amount(Some("4.00"))],
        dispute_id: None,
        reason: "=1+1".to_owned(),
    };
    let preview = credit_preview(&ledger.store, &host(1), &credited).await.unwrap();
    credit_act(&ledger.store, &host(1), &credited, &preview.fingerprint).await.unwrap();
    let paid = PaymentRequest {
        invoice_id: first.to_string(),
        amount: "50.00".to_owned(),
        received_at: Some("2026-02-09T12:00:00Z".to_owned()),
        method: "bank".to_owned(),
        reference: "@R-1".to_owned(),
        reason: "statement 7".to_owned(),
    };
    let preview = payment_preview(&ledger.store, &host(2), &paid).await.unwrap();
    payment_act(&ledger.store, &host(2), &paid, &preview.fingerprint).await.unwrap();
    (world, first)
}

async fn sums_are_those_of_the_invoices(ledger: Ledger) {
    books(&ledger).await;
    let invoices = rows(&ledger, ExportKind::Invoices).await;
    assert_eq!(sum(&invoices, "net"), decimal("76.00"), "34.00 and 42.00");
    assert_eq!(sum(&invoices, "total"), decimal("84.50"), "with 25 % on the first");
    let lines = rows(&ledger, ExportKind::Lines).await;
    let counting = lines.iter().filter(|line| line["counts"] == "yes");
    assert_eq!(sum(counting, "amount"), sum(&invoices, "net"), "lines add up to their invoices");
    let credits = rows(&ledger, ExportKind::CreditNotes).await;
    assert_eq!(sum(&credits, "total"), decimal("5.00"), "4.00 and its tax");
    assert_eq!(credits[0]["reason"], "=1+1", "text comes back as it was, whatever a spreadsheet would make of it");
    let payments = rows(&ledger, ExportKind::Payments).await;
    assert_eq!((sum(&payments, "amount"), sum(&payments, "applied")), (decimal("50.00"), decimal("37.50")));
    let ageing = rows(&ledger, ExportKind::Ageing).await;
    assert_eq!(sum(&ageing, "open"), sum(&invoices, "open"), "what is open is open in both");
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.xlsx");
        let written =
            export(&ledger, &request(kind, ExportFormat::Xlsx, InvoiceFilter::default()), &path).await.unwrap();
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len(), "{kind:?}: the file is whole");
        assert_eq!(&std::fs::read(&path).unwrap()[..2], b"PK", "{kind:?}: a workbook");
    }
}

async fn debit_is_credit_for_each_document(ledger: Ledger) {
    books(&ledger).await;
    let journal = rows(&ledger, ExportKind::Journal).await;
    let mut documents: BTreeMap<(String, String, String), Vec<&Row>> = BTreeMap::new();
    for row in &journal {
        let key = (row["document"].clone(), row["number"].clone(), row["currency"].clone());
        documents.entry(key).or_default().push(row);
    }
    for (document, postings) in &documents {
        let (debit, credit) = (sum(postings.iter().copied(), "debit"), sum(postings.iter().copied(), "credit"));
        assert_eq!(debit, credit, "{document:?} balances");
    }
    let of = |name: &str| {
        let rows: Vec<_> = journal.iter().filter(|row| row["account_name"] == name).collect();
        sum(rows.iter().copied(), "debit") - sum(rows.iter().copied(), "credit")
    };
    let open = sum(&rows(&ledger, ExportKind::Invoices).await, "open");
    assert_eq!(of("receivable"), open, "what is left on receivable is what is open");
    assert_eq!(of("prepaid"), decimal("-12.50"), "what was paid too much is owed");
    assert_eq!(of("bank"), decimal("50.00"), "what came in");
}

async fn events_are_those_behind_the_lines(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let event = |tenant, meter, key| world.event(tenant, meter, key, 7, "2026-01-05T08:00:00Z");
    let events =
        vec![event(0, "calls", "=a"), event(0, "calls", "b"), event(0, "exports", "c"), event(1, "calls", "d")];
    world.append(&ledger.store, events).await.unwrap();
    Invoice::january(&[2_900, 1_000]).issue(&ledger.store, &world).await.unwrap();
    let exported = rows(&ledger, ExportKind::Events).await;
    let keys: Vec<&str> = exported.iter().map(|row| row["key"].as_str()).collect();
    assert_eq!(keys, ["=a", "b"], "of this tenant and the meter of the line, in order");
    assert!(exported.iter().all(|row| row["line"] == "2" && row["quantity"] == "7"), "behind the line of use");
}

async fn a_filter_that_a_kind_has_not_is_refused(ledger: Ledger) {
    World::new(&ledger.store, 1).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let filter = InvoiceFilter { status: Some("paid".to_owned()), ..InvoiceFilter::default() };
    for kind in [ExportKind::CreditNotes, ExportKind::Payments, ExportKind::Journal, ExportKind::Ageing] {
        let answer = export(&ledger, &request(kind, ExportFormat::Csv, filter.clone()), &path).await;
        assert_eq!(refused(answer), ("not_filterable".into(), Some("status".into())), "{kind:?} have no status");
    }
    let filter = InvoiceFilter { from: Some("yesterday".to_owned()), ..InvoiceFilter::default() };
    let answer = export(&ledger, &request(ExportKind::Invoices, ExportFormat::Csv, filter), &path).await;
    assert_eq!(refused(answer).1.as_deref(), Some("from"), "the field at fault");
    assert!(!path.exists(), "nothing was written");
}

async fn an_account_that_is_missing_is_named(ledger: Ledger) {
    books(&ledger).await;
    let mut settings = billing::invoice::Settings::default();
    settings.accounts.remove("bank");
    let set = ledger.store.write(move |write| {
        let settings = settings.clone();
        Box::pin(
            async move { store::billing_settings::set(write, &settings, support::at("2026-02-10T09:00:00Z")).await },
        )
    });
    set.await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let wanted = request(ExportKind::Journal, ExportFormat::Csv, InvoiceFilter::default());
    let answer = export(&ledger, &wanted, &path).await;
    assert_eq!(refused(answer), ("no_account".into(), Some("accounts".into())), "a posting needs its account");
    assert!(!path.exists(), "no half journal");
}
