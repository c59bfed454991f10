//! The audit log as a person reads it: who, under which login, why, before and after; filters, pages, and the file.

use billing::ids::{AuditId, TenantId};
use documents::Files;
use operations::change::{extend_periods, override_act, override_preview};
use operations::document::original;
use operations::export::export_audit;
use operations::host::FixedHost;
use operations::look;
use operations::wire::{AuditFilter, AuditPage, ExportFormat, OverrideRequest};
use std::collections::BTreeSet;
use store::audit::AuditRecord;
use store::{Access, Engine, Store};
use support::ledger::postgres_target;
use support::postgres::{SUPERUSER, cluster};
use support::{Kind, Ledger, World, at};
use uuid::Uuid;

on_every_engine!(
    a_change_says_who_why_and_what_it_was_before,
    pages_pass_every_record_once_and_filters_what_they_say,
    the_file_holds_what_the_filter_passes,
    a_filter_beyond_its_limits_is_refused,
    periods_that_are_made_are_told_once,
);

async fn page(store: &Store, filter: &AuditFilter, cursor: Option<&str>) -> AuditPage {
    look::audit(store, at("2026-02-01T00:00:00Z"), filter, cursor).await.unwrap()
}

/// Records of two people and two kinds, one a minute, every third about a tenant.
async fn filled(store: &Store, count: u32, tenant: TenantId) {
    let start = at("2026-01-10T00:00:00Z").micros();
    let record = |number: u32| AuditRecord {
        id: AuditId::from_uuid(Uuid::from_u128(0xa0_0000 + u128::from(number))),
        // Two of each instant, so that pages must go by the id, too.
        at: billing::time::Timestamp::from_micros(start + i64::from(number / 2) * 60_000_000).unwrap(),
        actor: if number.is_multiple_of(2) { "dana" } else { "miguel" }.to_owned(),
        action: if number.is_multiple_of(5) { "import.finish" } else { "override.set" }.to_owned(),
        tenant: number.is_multiple_of(3).then_some(tenant),
        subject: format!("subject {number}"),
        before: None,
        after: Some(r#"{"cap":"=1+1"}"#.to_owned()),
        reason: "=cmd|' /C calc'!A0".to_owned(),
    };
    let records: Vec<_> = (0..count).map(record).collect();
    store.write(move |write| Box::pin(async move { store::audit::record(write, &records).await })).await.unwrap();
}

async fn a_change_says_who_why_and_what_it_was_before(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let request = |included: &str| OverrideRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        included: Some(included.to_owned()),
        cap: None,
        valid_from: None,
        valid_to: None,
        reason: "agreed by telephone".to_owned(),
    };
    let host = FixedHost::with_series(world.now, 1);
    let preview = override_preview(&ledger.store, &host, &request("2000")).await.unwrap();
    assert!(page(&ledger.store, &AuditFilter::default(), None).await.rows.is_empty(), "a preview is no change");
    override_act(&ledger.store, &host, &request("2000"), &preview.fingerprint).await.unwrap();

    let shown = page(&ledger.store, &AuditFilter::default(), None).await;
    let row = &shown.rows[0];
    assert_eq!((row.actor.as_str(), row.reason.as_str()), ("tester", "agreed by telephone"), "who and why");
    let login = (ledger.store.engine() == Engine::Postgres).then_some(SUPERUSER);
    assert_eq!(row.database_user.as_deref(), login, "the login as the database wrote it; a file has none");
    assert_eq!(row.tenant_id, Some(world.tenants[0].to_string()), "about whom");
    assert!(row.tenant_name.is_some(), "by name");
    let included = row.fields.iter().find(|field| field.name == "included").unwrap();
    assert_eq!(included.after.as_deref(), Some("2000"), "what it is now: {:?}", row.fields);
    assert_eq!((shown.actions.len(), shown.actors.as_slice()), (1, &["tester".to_owned()][..]), "the filters' values");
}

async fn pages_pass_every_record_once_and_filters_what_they_say(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    filled(&ledger.store, 450, world.tenants[0]).await;
    let all = AuditFilter::default();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let next = page(&ledger.store, &all, cursor.as_deref()).await;
        assert!(next.rows.len() <= 200, "a page is bounded");
        seen.extend(next.rows.into_iter().map(|row| (row.at, row.audit_id)));
        cursor = next.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 450, "every record is passed");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 450, "once");
    assert!(seen.is_sorted_by(|one, next| one.0 >= next.0), "the newest first");

    let tenant_id = Some(world.tenants[0].to_string());
    let filter = AuditFilter {
        actor: Some("dana".to_owned()),
        action: Some("override.set".to_owned()),
        tenant_id,
        from: Some("2026-01-10T01:00:00Z".to_owned()),
        to: Some("2026-01-10T02:00:00Z".to_owned()),
    };
    let found = page(&ledger.store, &filter, None).await;
    // Even numbers from 120 to 239 that are multiples of 3 and not of 5.
    let expected: Vec<String> =
        (120..240).rev().filter(|n| n % 6 == 0 && n % 5 != 0).map(|n| format!("subject {n}")).collect();
    let subjects: Vec<String> = found.rows.into_iter().map(|row| row.subject).collect();
    assert_eq!(subjects, expected, "all five filters narrow, from inclusive to exclusive");
    assert_eq!((found.actions.len(), found.actors.len()), (2, 2), "a filter does not narrow what can be chosen");
}

async fn the_file_holds_what_the_filter_passes(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    filled(&ledger.store, 450, world.tenants[0]).await;
    let folder = tempfile::tempdir().unwrap();
    let filter = AuditFilter { actor: Some("miguel".to_owned()), ..AuditFilter::default() };
    let path = folder.path().join("audit.csv");
    let written = export_audit(&ledger.store, &Files, &filter, ExportFormat::Csv, &path).await.unwrap();
    assert_eq!(written.rows, 225, "more than a page, and all of it");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|head| head == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 225, "as the answer says");
    assert!(rows.iter().all(|row| &row[column("actor")] == "miguel"), "only what the filter passes");
    let reason = &rows[0][column("reason")];
    assert!(!reason.starts_with('='), "nothing that a spreadsheet would run: {reason}");
    assert_eq!(original(reason), "=cmd|' /C calc'!A0", "and nothing lost");
    assert_eq!(&rows[0][column("after")], r#"{"cap":"=1+1"}"#, "before and after as they were kept");
    let path = folder.path().join("audit.xlsx");
    export_audit(&ledger.store, &Files, &filter, ExportFormat::Xlsx, &path).await.unwrap();
    assert!(std::fs::read(&path).unwrap().starts_with(b"PK"), "a workbook, too");
}

async fn a_filter_beyond_its_limits_is_refused(ledger: Ledger) {
    let long = Some("x".repeat(201));
    let none = AuditFilter::default;
    let cases = [
        ("too_long", AuditFilter { actor: long.clone(), ..none() }),
        ("too_long", AuditFilter { action: long, ..none() }),
        ("too_long", AuditFilter { actor: Some("a\0b".to_owned()), ..none() }),
        ("not_a_tenant_id", AuditFilter { tenant_id: Some("x".to_owned()), ..none() }),
        ("not_a_time", AuditFilter { from: Some("yesterday".to_owned()), ..none() }),
    ];
    for (code, filter) in cases {
        let error = look::audit(&ledger.store, at("2026-02-01T00:00:00Z"), &filter, None).await.unwrap_err();
        assert_eq!(error.code(), code, "{filter:?}");
    }
    for cursor in ["", "1", "x\ny", "9999999999999999999\naud_1"] {
        let asked = look::audit(&ledger.store, at("2026-02-01T00:00:00Z"), &none(), Some(cursor)).await;
        assert_eq!(asked.unwrap_err().code(), "bad_cursor", "{cursor:?}");
    }
}

#[tokio::test]
async fn nobody_writes_a_record_under_another_login() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let database = ledger.database().unwrap().to_owned();
    let name = format!("clerk_{database}");
    cluster().sql(&database, &format!("create role {name} login; grant billing_writer to {name}")).unwrap();
    let store = Store::open(&postgres_target(&database, &name), Access::ReadWrite).await.unwrap();
    let world = World::new(&ledger.store, 1).await.unwrap();
    filled(&store, 1, world.tenants[0]).await;
    let forged = "insert into audit_log (audit_id, at, actor, action, subject, reason, database_user)
        values (gen_random_uuid(), now(), 'dana', 'override.set', 's', '', 'postgres')";
    cluster().sql(&database, &format!("set session authorization {name}; {forged}")).unwrap();
    let rows = page(&store, &AuditFilter::default(), None).await.rows;
    assert_eq!(rows.len(), 2, "both are in the log");
    for row in rows {
        assert_eq!(row.database_user.as_deref(), Some(name.as_str()), "whatever the statement said: {row:?}");
    }
}

async fn periods_that_are_made_are_told_once(ledger: Ledger) {
    World::new(&ledger.store, 3).await.unwrap();
    let later = FixedHost::with_series(at("2027-05-20T00:00:00Z"), 1);
    let of_periods = AuditFilter { action: Some("periods.extend".to_owned()), ..AuditFilter::default() };
    let made = extend_periods(&ledger.store, &later).await.unwrap();
    assert!(made.tenants == 3 && made.periods > 3, "all that are missing: {made:?}");
    let shown = page(&ledger.store, &of_periods, None).await;
    let [row] = &shown.rows[..] else { panic!("one record: {:?}", shown.rows) };
    let told = |name: &str| row.fields.iter().find(|field| field.name == name).and_then(|field| field.after.clone());
    assert_eq!((told("tenants"), told("periods")), (Some("3".to_owned()), Some(made.periods.to_string())), "how many");
    assert_eq!(row.actor, "tester", "by whom");
    let again = extend_periods(&ledger.store, &later).await.unwrap();
    assert_eq!((again.tenants, again.periods), (0, 0), "nothing is missing");
    assert_eq!(page(&ledger.store, &of_periods, None).await.rows.len(), 1, "and nothing is told");
}
