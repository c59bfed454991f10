//! The ledger is append-only in the database itself: role by table by verb, and by the triggers alone.

use sqlx::Connection;
use store::{Access, Store, StoreError};
use support::ledger::postgres_target;
use support::postgres::cluster;
use support::{Kind, Ledger, World};

const APPEND_ONLY: [&str; 6] = ["usage_events", "entitlements", "plan_versions", "allowances", "prices", "audit_log"];

/// A ledger with a row in every append-only table.
async fn filled(kind: Kind) -> (Ledger, World) {
    let ledger = Ledger::new(kind).await.unwrap();
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let record = store::audit::AuditRecord {
        id: billing::ids::AuditId::from_uuid(uuid::Uuid::from_u128(1)),
        at: world.now,
        actor: "tester".to_owned(),
        action: "test".to_owned(),
        tenant: None,
        subject: String::new(),
        before: None,
        after: None,
        reason: String::new(),
    };
    let records = [record];
    ledger
        .store
        .write(move |write| Box::pin(async move { store::audit::record(write, &records).await }))
        .await
        .unwrap();
    (ledger, world)
}

fn partitions() -> Vec<String> {
    (0..16).map(|number| format!("usage_events_p{number:02}")).collect()
}

#[tokio::test]
async fn sqlite_refuses_to_change_history() {
    let (ledger, _world) = filled(Kind::SqliteFile).await;
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap()).pragma("recursive_triggers", "on");
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    for table in ["usage_events", "entitlements", "plan_versions", "audit_log"] {
        let column = if table == "usage_events" {
            "provider"
        } else if table == "audit_log" {
            "reason"
        } else {
            "created_at"
        };
        for sql in [
            format!("update {table} set {column} = {column}"),
            format!("delete from {table}"),
            format!("insert or replace into {table} select * from {table}"),
        ] {
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&mut conn).await;
            let sentence = refused.map(|_| ()).unwrap_err().to_string();
            assert!(sentence.contains("is refused"), "{sql} must be refused by its trigger: {sentence}");
        }
    }
}

#[tokio::test]
async fn postgres_triggers_refuse_even_the_superuser() {
    let (ledger, _world) = filled(Kind::Postgres).await;
    let database = ledger.database().unwrap();
    for table in APPEND_ONLY {
        let column = if table == "usage_events" { "provider" } else { "ctid" };
        if table != "prices" {
            let column = if column == "ctid" { first_column(database, table) } else { column.to_owned() };
            refused(database, &format!("update {table} set {column} = {column}"));
            refused(database, &format!("delete from {table}"));
        }
        refused(database, &format!("truncate {table} cascade"));
    }
    for partition in partitions() {
        refused(database, &format!("truncate {partition}"));
    }
    let filled = partitions()
        .into_iter()
        .find(|partition| cluster().sql(database, &format!("select count(*) from {partition}")).unwrap() == "1");
    let filled = filled.unwrap();
    refused(database, &format!("delete from {filled}"));
    refused(database, &format!("update {filled} set provider = 'x'"));
    // A session that plays a replica skips ordinary triggers; these are `always`.
    refused(database, &format!("set session_replication_role = replica; delete from {filled}"));
    refused(database, "truncate tenants cascade");
}

fn first_column(database: &str, table: &str) -> String {
    let sql = format!("select attname from pg_attribute where attrelid = '{table}'::regclass and attnum = 1");
    cluster().sql(database, &sql).unwrap()
}

fn refused(database: &str, sql: &str) {
    let sentence = format!("{:#}", cluster().sql(database, sql).expect_err(sql));
    assert!(sentence.contains("is refused"), "{sql} must be refused by a trigger: {sentence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_may_what_they_need_and_no_more() {
    let (ledger, world) = filled(Kind::Postgres).await;
    let database = ledger.database().unwrap().to_owned();
    let (writer, reader) = (format!("w_{database}"), format!("r_{database}"));
    let made = format!(
        "create role {writer} login; grant billing_writer to {writer}; create role {reader} login; grant billing_reader to {reader}"
    );
    cluster().sql(&database, &made).unwrap();
    for role in [&writer, &reader] {
        let as_role = |sql: &str| format!("set role {role}; {sql}");
        let mut tables: Vec<String> = APPEND_ONLY.iter().map(ToString::to_string).collect();
        tables.extend(partitions());
        for table in tables {
            for sql in [format!("delete from {table}"), format!("truncate {table}")] {
                let sentence = format!("{:#}", cluster().sql(&database, &as_role(&sql)).expect_err(&sql));
                assert!(sentence.contains("permission denied"), "{role}: {sql}: {sentence}");
            }
            let column =
                if table.starts_with("usage_events") { "provider".to_owned() } else { first_column(&database, &table) };
            let sql = format!("update {table} set {column} = {column}");
            let sentence = format!("{:#}", cluster().sql(&database, &as_role(&sql)).expect_err(&sql));
            assert!(sentence.contains("permission denied"), "{role}: {sql}: {sentence}");
        }
        for table in ["tenants", "meters", "plan_versions", "entitlements", "billing_periods"] {
            let sql = format!("delete from {table}");
            assert!(cluster().sql(&database, &as_role(&sql)).is_err(), "{role} must not delete from {table}");
        }
    }
    // The writer can do its work, and the reader can only look.
    let store = Store::open(&postgres_target(&database, &writer), Access::ReadWrite).await.unwrap();
    let many = (0..50).map(|n| world.event(0, "calls", &format!("w{n}"), 1, "2026-01-11T08:00:00Z")).collect();
    let appended = world.append(&store, many).await.unwrap();
    assert_eq!(appended.outcomes.len(), 50, "the writer appends, by COPY too");
    store.write(|write| Box::pin(async move { store::company::fold(write).await })).await.unwrap();
    let now = world.now;
    let warnings =
        store.read(move |read| Box::pin(async move { store::check::warnings(read, now).await })).await.unwrap();
    assert!(!warnings.iter().any(|it| it.contains("this role could change")), "the writer's rights are right");
    let store = Store::open(&postgres_target(&database, &reader), Access::ReadWrite).await.unwrap();
    let refused = world.append(&store, vec![world.event(0, "calls", "r", 1, "2026-01-11T08:00:00Z")]).await;
    assert!(refused.is_err(), "the reader does not append");
    crate::look::assert_sound(&store).await;
}

#[tokio::test]
async fn a_read_only_connection_writes_nothing() {
    for kind in [Kind::SqliteFile, Kind::Postgres] {
        let ledger = Ledger::new(kind).await.unwrap();
        let world = World::new(&ledger.store, 1).await.unwrap();
        let store = ledger.reopen(Access::ReadOnly).await.unwrap();
        let event = world.event(0, "calls", "a", 1, "2026-01-10T08:00:00Z");
        let refused = world.append(&store, vec![event]).await.unwrap_err();
        let refused = refused.downcast::<StoreError>().unwrap();
        assert_eq!(refused.code(), "read_only", "{kind:?} says why");
    }
}

#[tokio::test]
async fn what_is_not_migrated_or_newer_is_refused_with_a_sentence() {
    let folder = tempfile::TempDir::new().unwrap();
    let target = store::Target::Sqlite(folder.path().join("empty.sqlite"));
    let missing = Store::open(&target, Access::ReadWrite).await.unwrap_err();
    assert_eq!(missing.code(), "not_found", "no file appears out of nothing");
    Store::connect(&target, Access::Create).await.unwrap().close().await;
    let empty = Store::open(&target, Access::ReadWrite).await.unwrap_err();
    assert_eq!(empty.code(), "not_migrated", "opening does not migrate");

    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap());
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let newer = "insert into schema_migrations values (9999, 'x', x'00', '', 0)";
    sqlx::raw_sql(newer).execute(&mut conn).await.unwrap();
    let newer = ledger.reopen(Access::ReadWrite).await.unwrap_err().downcast::<StoreError>().unwrap();
    assert_eq!(newer.code(), "schema_newer", "an older program refuses a newer database");
    assert!(newer.to_string().contains("use a newer program"), "and says what to do: {newer}");
}
