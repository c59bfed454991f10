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

/// What is never deleted and never replaced, append-only or not.
const KEPT: [&str; 9] =
    ["tenants", "meters", "plans", "subscriptions", "billing_periods", "imports", "overrides", "quarantine", "alerts"];

/// Rows in the tables that the world leaves empty. Made by hand: what they say does not matter here.
const MORE_ROWS: &str = "
    insert into prices select plan_version_id, meter_id, '{}' from allowances limit 1;
    insert into imports values (x'01', 's', 'f', 1, zeroblob(32), zeroblob(32), 0, 0, 'done', 0, 0, 0, 0, 0, 0, 'a', 1, 1);
    insert into overrides select tenant_id, x'02', meter_id, 'plan', null, 'plan', null, 1, null, 'a', 'r', 1
        from tenants, meters limit 1;
    insert into quarantine (quarantine_id, source, reason, sentence, body, received_at, state)
        values (x'03', 's', 'malformed', '', '[]', 1, 'waiting');
    insert into alerts select tenant_id, meter_id, 'month:202601', 'warning', x'04', 1, 1, 1, 's', 'k', 1, null
        from tenants, meters limit 1";

/// A connection as any tool makes it: no pragma of this program is set.
async fn ordinary_connection(ledger: &Ledger) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap()).foreign_keys(false);
    sqlx::SqliteConnection::connect_with(&options).await.unwrap()
}

async fn all_of(conn: &mut sqlx::SqliteConnection, sql: String) -> Vec<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await.unwrap()
}

async fn refused_on_sqlite(conn: &mut sqlx::SqliteConnection, sql: String) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(conn).await;
    let sentence = done.map(|_| ()).expect_err(&sql).to_string();
    let by_trigger = ["is refused", "a period keeps its identity", "a finalized period"];
    assert!(by_trigger.iter().any(|text| sentence.contains(text)), "{sql} must be refused by its trigger: {sentence}");
}

#[tokio::test]
async fn sqlite_refuses_to_change_history() {
    let (ledger, _world) = filled(Kind::SqliteFile).await;
    let mut conn = ordinary_connection(&ledger).await;
    sqlx::raw_sql(MORE_ROWS).execute(&mut conn).await.unwrap();
    for table in APPEND_ONLY.iter().chain(&KEPT) {
        let columns = all_of(&mut conn, format!("select name from pragma_table_info('{table}')")).await;
        let names = columns.join(", ");
        let keys = all_of(&mut conn, format!("select name from pragma_table_info('{table}') where pk > 0")).await;
        let before = content(&mut conn, table, &columns).await;
        assert!(!before.is_empty(), "{table} has a row, or nothing is tried on it");
        refused_on_sqlite(&mut conn, format!("delete from {table}")).await;
        refused_on_sqlite(&mut conn, format!("insert or replace into {table} select * from {table}")).await;
        refused_on_sqlite(&mut conn, format!("replace into {table} ({names}) select {names} from {table}")).await;
        if APPEND_ONLY.contains(table) {
            refused_on_sqlite(&mut conn, format!("update {table} set {} = {}", columns[0], columns[0])).await;
        } else {
            let other = format!("update or replace {table} set {} = x'ff'", keys[0]);
            refused_on_sqlite(&mut conn, other).await;
        }
        // The place of a row is a key, too: another row at the same place would take its room.
        if !matches!(*table, "allowances" | "prices") {
            let changed: Vec<String> = columns.iter().map(|name| other_key(name, &keys)).collect();
            let sql =
                format!("replace into {table} (rowid, {names}) select rowid, {} from {table}", changed.join(", "));
            refused_on_sqlite(&mut conn, sql).await;
        }
        assert_eq!(content(&mut conn, table, &columns).await, before, "{table} is as it was");
    }
}

/// The value of a column in a row that would be another one.
fn other_key(name: &str, keys: &[String]) -> String {
    if name == "outside_id" || name == "code" {
        return format!("{name} || 'x'");
    }
    if name == "alert_id" || keys.iter().any(|key| key == name) && name.ends_with("_id") {
        return format!("cast({name} || x'ff' as blob)");
    }
    name.to_owned()
}

/// Every row of a table as text.
async fn content(conn: &mut sqlx::SqliteConnection, table: &str, columns: &[String]) -> Vec<String> {
    let quoted: Vec<String> = columns.iter().map(|name| format!("quote({name})")).collect();
    all_of(conn, format!("select {} from {table} order by 1", quoted.join(" || ',' || "))).await
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
        store.read(move |read| Box::pin(async move { store::check::warnings(read, Some(now)).await })).await.unwrap();
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
