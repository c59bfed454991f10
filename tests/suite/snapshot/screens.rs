//! Every operation that looks, as JSON: what a session of screens reads.

use billing::time::Timestamp;
use operations::wire::{
    CreditNoteFilter, DisputeFilter, EventFilter, InvoiceFilter, LateFilter, PaymentFilter, QuarantineFilter,
};
use operations::{bill, dispute, explain, late, look, notes, timeline};
use serde::Serialize;
use store::Store;

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

/// Reads everything; the name of each operation and what it gave.
pub async fn all(store: &Store, now: Timestamp) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    let mut saw = |name: String, shown: String| seen.push((name, shown));
    saw("overview".into(), text(&look::overview(store, now).await.unwrap()));
    let list = look::tenants(store, now).await.unwrap();
    saw("tenants".into(), text(&list));
    saw("meters".into(), text(&look::meters(store).await.unwrap()));
    let events = look::events(store, now, &EventFilter::default(), None).await.unwrap();
    saw("events".into(), text(&events));
    for event in events.rows.iter().take(3) {
        let tenant = event.tenant_id.parse().unwrap();
        let detail = look::event_detail(store, tenant, &event.source, &event.key).await.unwrap();
        saw(format!("event {}", event.key), text(&detail));
    }
    saw("quarantine".into(), text(&look::quarantine(store, now, &QuarantineFilter::default(), None).await.unwrap()));
    saw("search".into(), text(&look::search(store, now, "Tenant").await.unwrap()));
    saw("late".into(), text(&late::late_rows(store, now, &LateFilter::default(), None).await.unwrap()));
    saw("ageing".into(), text(&bill::ageing(store, now, None).await.unwrap()));
    saw("settings".into(), text(&bill::billing_settings(store).await.unwrap()));
    saw(
        "credit notes".into(),
        text(&bill::credit_notes(store, now, &CreditNoteFilter::default(), None).await.unwrap()),
    );
    saw("payments".into(), text(&bill::payments(store, now, &PaymentFilter::default(), None).await.unwrap()));
    saw("disputes".into(), text(&dispute::disputes(store, now, &DisputeFilter::default(), None).await.unwrap()));
    for row in &list.rows {
        let tenant = row.tenant_id.parse().unwrap();
        let name = |what: &str| format!("{what} of {}", row.name);
        saw(name("page"), text(&look::tenant_page(store, tenant, now).await.unwrap()));
        saw(name("usage"), text(&look::usage(store, tenant, now).await.unwrap()));
        saw(name("stats"), text(&look::stats(store, tenant, now, 30).await.unwrap()));
        saw(name("series"), text(&look::tenant_series(store, tenant, now, 90).await.unwrap()));
        saw(name("months"), text(&look::tenant_months(store, tenant, now).await.unwrap()));
        saw(name("subjects"), text(&look::subjects(store, tenant, "").await.unwrap()));
        saw(name("billing"), text(&bill::tenant_billing(store, tenant, now).await.unwrap()));
        saw(name("notes"), text(&notes::notes(store, now, tenant).await.unwrap()));
        saw(name("timeline"), text(&timeline::tenant_timeline(store, now, tenant, None).await.unwrap()));
    }
    let invoices = bill::invoices(store, &InvoiceFilter::default(), None, now).await.unwrap();
    saw("invoices".into(), text(&invoices));
    for row in &invoices.rows {
        let id = row.invoice_id.parse().unwrap();
        saw(format!("invoice {}", row.invoice_id), text(&bill::invoice(store, id, now).await.unwrap()));
        match explain::explain(store, id, None, now).await {
            Ok(explanation) => saw(format!("why {}", row.invoice_id), text(&explanation)),
            Err(error) => saw(format!("not why {}", row.invoice_id), error.code().to_owned()),
        }
    }
    saw("verify".into(), text(&look::verify(store, now).await.unwrap()));
    seen
}
