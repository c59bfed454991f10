//! The sample company: written whole, without drift, only into a new file, and explained to the last digit.

use crate::bill::books::assert_sound;
use crate::bill::explain::assert_adds_up;
use billing::time::Timestamp;
use futures::{StreamExt, stream};
use operations::explain::explain;
use operations::look;
use operations::sample::{SampleOrder, create_from};
use store::{Access, Store, Target};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_has_no_drift_is_explained_whole_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sample.sqlite");
    let order = SampleOrder { seed: 7, now: support::at("2026-03-17T15:04:05Z") };
    let report = create_from(&file, order, &|_| {}).await.unwrap();
    assert_eq!(report.put_aside, 10, "every incident is in quarantine");
    assert!(report.alerts > 0, "levels were crossed");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["sample.sqlite"], "nothing else is left in the folder");

    let store = Store::open(&Target::Sqlite(file.clone()), Access::ReadOnly).await.unwrap();
    let verification = look::verify(&store, order.now).await.unwrap();
    assert_eq!(verification.ledger_events, report.events, "every accepted event is there");
    assert_eq!(verification.drift, [], "every cache is what the ledger gives");
    assert!(verification.details_erased > 0, "clients who left are erased");
    let tenants = look::tenants(&store, order.now).await.unwrap();
    assert_eq!(tenants.total, report.tenants, "all tenants are there");
    every_invoice_is_explained(&store, order.now).await;
    store.close().await;

    let again = create_from(&file, order, &|_| {}).await.unwrap_err();
    assert_eq!(again.code(), "file_exists", "a file that is there is not touched");
}

/// Each line of each invoice, draft or issued, is made again from the ledger and leaves nothing.
async fn every_invoice_is_explained(store: &Store, now: Timestamp) {
    let books = assert_sound(store).await;
    let ids: Vec<_> = books.issued.values().chain(&books.drafts).map(|invoice| invoice.id).collect();
    assert!(
        books.issued.len() > 2_000 && !books.drafts.is_empty(),
        "thirteen months of some 250 clients: {}",
        ids.len()
    );
    let mut explanations = stream::iter(ids).map(|id| explain(store, id, None, now)).buffer_unordered(4);
    let mut usage_lines = 0;
    while let Some(explanation) = explanations.next().await {
        let explanation = explanation.unwrap();
        assert_adds_up(&explanation);
        usage_lines += explanation.lines.iter().filter(|line| line.counter.is_some()).count();
    }
    assert!(usage_lines > 1_000, "most invoices have usage: {usage_lines}");
}
