//! No change without its record: where the audit log takes nothing, no table is another one afterwards (promise 13).
//! The commands of billing are in `bill/recorded.rs`.

use billing::ids::{QuarantineId, SubjectId};
use operations::change;
use operations::host::FixedHost;
use operations::wire::{EntryRequest, EraseRequest, ImportRequest, OverrideRequest, QuarantineDecision};
use store::quarantine::{QuarantineRecord, QuarantineState, insert};
use store::snapshot::{ExportRequest, Packing, Scope, TableDigest, export, untold};
use store::subjects::{Subject, SubjectKind, find_or_make};
use support::{Ledger, World};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_every_stored_engine!(what_is_not_on_record_did_not_happen);

const REFUSE_ON_SQLITE: [&str; 1] =
    ["create trigger nothing_is_recorded before insert on audit_log begin select raise(abort, 'full'); end"];
const REFUSE_ON_POSTGRES: [&str; 2] = [
    "create function nothing_is_recorded() returns trigger language plpgsql as 'begin raise exception ''full''; end'",
    "create trigger nothing_is_recorded before insert on audit_log for each row execute function nothing_is_recorded()",
];

/// The hash of every table.
async fn tables(ledger: &Ledger, world: &World) -> Vec<TableDigest> {
    let folder = tempfile::tempdir().unwrap();
    let request = ExportRequest {
        scope: Scope { tenants: None, days: None },
        as_of: world.now,
        actor: "a test".to_owned(),
        program: "test".to_owned(),
        packing: Packing::Plain,
    };
    let written = export(&ledger.store, request, &folder.path().join("state.chsnapshot"), untold()).await.unwrap();
    written.manifest.tables
}

async fn make_subject(ledger: &Ledger, world: &World) -> SubjectId {
    let id = SubjectId::from_uuid(Uuid::from_u128(77));
    let subject = [Subject {
        tenant: world.tenants[0],
        id,
        kind: SubjectKind::Client,
        outside_id: Some("somebody".to_owned()),
        name: None,
        created_at: world.now,
        erased_at: None,
    }];
    ledger.store.write(move |write| Box::pin(async move { find_or_make(write, &subject).await })).await.unwrap();
    id
}

async fn put_aside(ledger: &Ledger, world: &World) -> QuarantineId {
    let id = QuarantineId::from_uuid(Uuid::from_u128(5));
    let body = [("meter", "calls"), ("quantity", "25"), ("occurred_at", "2026-01-10T08:00:00Z")];
    let record = [QuarantineRecord {
        id,
        tenant: Some(world.tenants[0]),
        tenant_text: None,
        meter: Some(world.meters["calls"].id),
        source: "usage".to_owned(),
        key: Some("row-1".to_owned()),
        line: Some(7),
        import: None,
        reason: "no_subscription".to_owned(),
        sentence: "there was none then".to_owned(),
        field: None,
        body: serde_json::to_string(&body).unwrap(),
        occurred_at: Some(support::at("2026-01-10T08:00:00Z")),
        received_at: world.now,
        state: QuarantineState::Waiting,
        decision: None,
    }];
    let stored = ledger.store.write(move |write| {
        let record = record.clone();
        Box::pin(async move { insert(write, &record).await })
    });
    stored.await.unwrap();
    id
}

async fn what_is_not_on_record_did_not_happen(ledger: Ledger) {
    let refuse: &[&str] = if ledger.database().is_some() { &REFUSE_ON_POSTGRES } else { &REFUSE_ON_SQLITE };
    let world = World::new(&ledger.store, 1).await.unwrap();
    let store = &ledger.store;
    let host = |series| FixedHost::with_series(world.now, series);
    let (tenant_id, reason) = (world.tenants[0].to_string(), "a test".to_owned());
    let subject_id = make_subject(&ledger, &world).await.to_string();
    let waiting = [put_aside(&ledger, &world).await.to_string()];
    let entry = EntryRequest {
        tenant_id: tenant_id.clone(),
        meter: "calls".to_owned(),
        quantity: "10".to_owned(),
        occurred_at: None,
        key: "form-1".to_owned(),
        corrects: None,
        reason: reason.clone(),
    };
    let wanted = OverrideRequest {
        tenant_id: tenant_id.clone(),
        meter: "calls".to_owned(),
        included: Some("5".to_owned()),
        cap: None,
        valid_from: None,
        valid_to: None,
        reason: reason.clone(),
    };
    let erase = EraseRequest { tenant_id, subject_id, reason };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "TIMESTAMP,ContextTokens,GeneratedTokens\n2026-01-10 08:00:00,1,2\n").unwrap();
    let import = ImportRequest {
        file: file.path().display().to_string(),
        map: "azure-llm-2023".to_owned(),
        backfill: true,
        ..ImportRequest::default()
    };
    let entry_shown = change::entry_preview(store, &host(1), &entry).await.unwrap().fingerprint;
    let override_shown = change::override_preview(store, &host(2), &wanted).await.unwrap().fingerprint;
    let erase_shown = change::erase_preview(store, &host(3), &erase).await.unwrap().fingerprint;
    for statement in refuse {
        assert!(ledger.raw(statement).await.unwrap().is_some(), "the audit log takes nothing");
    }
    let before = tables(&ledger, &world).await;

    change::entry_act(store, &host(11), &entry, &entry_shown).await.expect_err("an entry");
    assert_eq!(tables(&ledger, &world).await, before, "nothing was entered");
    change::override_act(store, &host(12), &wanted, &override_shown).await.expect_err("an override");
    assert_eq!(tables(&ledger, &world).await, before, "no override holds");
    change::erase_act(store, &host(13), &erase, &erase_shown).await.expect_err("erasing");
    assert_eq!(tables(&ledger, &world).await, before, "nobody is erased");
    for decision in [QuarantineDecision::Retry, QuarantineDecision::Dismiss] {
        let decided = change::quarantine_decide(store, &host(14), &waiting, decision, "a test").await;
        decided.expect_err("a decision");
        assert_eq!(tables(&ledger, &world).await, before, "the row still waits, and nothing of it counts");
    }
    let stop = CancellationToken::new();
    operations::import::run(store, &host(15), &import, &|_| {}, &stop).await.expect_err("an import");
    assert_eq!(tables(&ledger, &world).await, before, "no import, tenant or meter was made");
}
