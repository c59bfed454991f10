//! Evidence packs of what a run has issued: each fits without the ledger that it came from.

use super::books::assert_sound;
use super::explain::firm;
use crate::credit::refused;
use billing::ids::InvoiceId;
use documents::Files;
use operations::bill::invoice;
use operations::error::OperationError;
use operations::explain::explain;
use operations::pack::{Shown, verify, write_pack};
use operations::wire::Exported;
use std::path::Path;
use support::{Ledger, World};

on_every_engine!(every_issued_invoice_has_a_pack_that_fits, a_pack_is_of_one_issued_invoice);

pub(super) async fn pack(
    ledger: &Ledger,
    world: &World,
    id: InvoiceId,
    path: &Path,
) -> Result<Exported, OperationError> {
    let view = invoice(&ledger.store, id, world.now).await?;
    let explanation = explain(&ledger.store, id, None, world.now).await?;
    let shown = Shown { invoice: &view, explanation: &explanation, dispute: None };
    write_pack(&ledger.store, &Files, shown, path).await
}

async fn every_issued_invoice_has_a_pack_that_fits(ledger: Ledger) {
    let world = firm(&ledger, 8).await;
    let folder = tempfile::tempdir().unwrap();
    let (mut lines, mut events) = (0, 0);
    for record in assert_sound(&ledger.store).await.issued.values() {
        let path = folder.path().join("pack.zip");
        pack(&ledger, &world, record.id, &path).await.unwrap();
        let found = verify(&path).unwrap();
        assert_eq!(found.problems, Vec::<String>::new(), "{:?} fits", record.issued);
        lines += found.lines;
        events += found.events;
        let first = std::fs::read(&path).unwrap();
        pack(&ledger, &world, record.id, &path).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first, "the same evidence gives the same bytes");
    }
    assert!(lines > 20 && events > 20, "there was something to check: {lines} lines, {events} events");
}

async fn a_pack_is_of_one_issued_invoice(ledger: Ledger) {
    let world = firm(&ledger, 4).await;
    let books = assert_sound(&ledger.store).await;
    let ids: Vec<InvoiceId> = books.issued.values().map(|record| record.id).take(2).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pack.zip");
    let view = invoice(&ledger.store, ids[0], world.now).await.unwrap();
    let other = explain(&ledger.store, ids[1], None, world.now).await.unwrap();
    let shown = Shown { invoice: &view, explanation: &other, dispute: None };
    let answer = write_pack(&ledger.store, &Files, shown, &path).await;
    assert_eq!(refused(answer).0, "not_of_invoice", "an explanation of another invoice proves nothing");
    assert!(!path.exists(), "nothing was written");
}
