//! Erasing a subject leaves usage and verify unchanged, its name nowhere in the database, and others as they were.

use crate::look::{assert_sound, billable};
use billing::ids::{ImportId, QuarantineId, SubjectId, TenantId};
use operations::change::{erase_act, erase_preview};
use operations::host::FixedHost;
use operations::wire::EraseRequest;
use sqlx::Connection;
use store::append::Details;
use store::imports::{ImportCounts, ImportRecord, ImportStatus};
use store::quarantine::{QuarantineRecord, QuarantineState, by_id, insert};
use store::subjects::{Subject, SubjectKind, find_or_make};
use support::postgres::cluster;
use support::{Ledger, World};
use uuid::Uuid;

on_every_engine!(an_erased_name_is_nowhere, erasing_one_takes_nothing_from_others);

async fn make(ledger: &Ledger, world: &World, number: u128, outside_id: &str, name: Option<&str>) -> SubjectId {
    let id = SubjectId::from_uuid(Uuid::from_u128(number));
    let subject = Subject {
        tenant: world.tenants[0],
        id,
        kind: SubjectKind::Client,
        outside_id: Some(outside_id.to_owned()),
        name: name.map(str::to_owned),
        created_at: world.now,
        erased_at: None,
    };
    let made = [subject];
    ledger.store.write(move |write| Box::pin(async move { find_or_make(write, &made).await })).await.unwrap();
    id
}

fn request(world: &World, subject: SubjectId) -> EraseRequest {
    EraseRequest {
        tenant_id: world.tenants[0].to_string(),
        subject_id: subject.to_string(),
        reason: "asked for in writing".to_owned(),
    }
}

fn aside(world: &World, number: u128, tenant: Option<TenantId>, body: &[(&str, &str)]) -> QuarantineRecord {
    QuarantineRecord {
        id: QuarantineId::from_uuid(Uuid::from_u128(number)),
        tenant,
        tenant_text: None,
        meter: None,
        source: "usage".to_owned(),
        key: None,
        line: None,
        import: None,
        reason: "malformed".to_owned(),
        sentence: "the row cannot be read".to_owned(),
        field: None,
        body: serde_json::to_string(body).unwrap(),
        occurred_at: None,
        received_at: world.now,
        state: QuarantineState::Waiting,
        decision: None,
    }
}

async fn put_aside(ledger: &Ledger, records: Vec<QuarantineRecord>) {
    ledger
        .store
        .write(move |write| {
            let records = records.clone();
            Box::pin(async move { insert(write, &records).await })
        })
        .await
        .unwrap();
}

/// A file that was imported, under a name.
async fn imported(ledger: &Ledger, file_name: &str) {
    let record = ImportRecord {
        id: ImportId::from_uuid(Uuid::from_u128(file_name.len() as u128)),
        source: "calls".to_owned(),
        file_name: file_name.to_owned(),
        file_bytes: 1,
        file_hash: [1; 32],
        identity: [1; 32],
        keyless: false,
        backfill: false,
        status: ImportStatus::Done,
        counts: ImportCounts::default(),
        actor: "a test".to_owned(),
        started_at: support::at("2026-01-10T08:00:00Z"),
        finished_at: None,
    };
    let done = ledger.store.write(move |write| {
        let record = record.clone();
        Box::pin(async move { store::imports::start(write, &record).await })
    });
    done.await.unwrap();
}

async fn body(ledger: &Ledger, number: u128) -> String {
    let id = QuarantineId::from_uuid(Uuid::from_u128(number));
    let found = ledger.store.read(move |read| Box::pin(async move { by_id(read, id).await })).await.unwrap();
    found.unwrap().body
}

/// Appends an event whose details say something.
async fn append(ledger: &Ledger, world: &World, key: &str, client: Option<SubjectId>, details: &str) {
    let mut event = world.event(0, "calls", key, 1, "2026-01-10T08:00:00Z");
    event.usage.subjects.client = client;
    event.details = Some(Details { salt: [7; 16], body: details.to_owned() });
    world.append(&ledger.store, vec![event]).await.unwrap();
}

async fn erase(ledger: &Ledger, world: &World, subject: SubjectId) -> Vec<String> {
    let host = |series| FixedHost::with_series(world.now, series);
    let request = request(world, subject);
    let preview = erase_preview(&ledger.store, &host(1), &request).await.unwrap();
    let act = erase_act(&ledger.store, &host(2), &request, &preview.fingerprint).await.unwrap();
    assert_eq!(act, preview, "the act is what the preview said");
    let again = erase_preview(&ledger.store, &host(3), &request).await.unwrap_err();
    assert_eq!(again.code(), "already_erased", "once is enough");
    preview.effects.into_iter().map(|effect| effect.before).collect()
}

/// Where a name stands, in any case: every column of every table, and on SQLite every byte of its files.
async fn places_of(ledger: &Ledger, name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    if let Some(database) = ledger.database() {
        let tables = "select tablename from pg_tables where schemaname = 'public'";
        let tables = cluster().sql(database, tables).unwrap();
        let holds = |table: &&str| {
            let sql = format!("select count(*) from {table} t where strpos(lower(t::text), '{name}') > 0");
            cluster().sql(database, &sql).unwrap() != "0"
        };
        return tables.lines().filter(holds).map(str::to_owned).collect();
    }
    let Some(file) = ledger.file() else { return Vec::new() };
    let mut found = Vec::new();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    for (table, column) in columns {
        let sql = format!("select count(*) from {table} where instr(lower(cast({column} as text)), '{name}') > 0");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap();
        found.extend((rows > 0).then(|| format!("{table}.{column}")));
    }
    conn.close().await.unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.clone().into_os_string();
        path.push(suffix);
        let bytes = std::fs::read(&path).unwrap_or_default().to_ascii_lowercase();
        if bytes.windows(name.len()).any(|window| window == name.as_bytes()) {
            found.push(format!("the bytes of the file{suffix}"));
        }
    }
    found
}

async fn an_erased_name_is_nowhere(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let id = make(&ledger, &world, 77, "Zaphod-Beeble", Some("Zaphod B. Beeble")).await;
    append(&ledger, &world, "own", Some(id), r#"{"note":"for Zaphod B. Beeble"}"#).await;
    append(&ledger, &world, "other", None, r#"{"file":"call with ZAPHOD-Beeble.wav"}"#).await;
    append(&ledger, &world, "foreign", None, r#"{"file":"call with somebody.wav"}"#).await;
    let mut sentence = aside(&world, 4, Some(world.tenants[0]), &[("quantity", "x")]);
    sentence.sentence = "'Zaphod-Beeble' is no quantity".to_owned();
    let rows = vec![
        aside(&world, 1, Some(world.tenants[0]), &[("quantity", "5"), ("client", "Zaphod-Beeble")]),
        aside(&world, 2, Some(world.tenants[0]), &[("metadata.file", "zaphod-beeble.wav"), ("quantity", "5")]),
        aside(&world, 3, None, &[("row", "a,b,Zaphod-Beeble")]),
        sentence,
    ];
    put_aside(&ledger, rows).await;
    for name in ["calls of zaphod-beeble.csv", "calls of somebody.csv"] {
        imported(&ledger, name).await;
    }
    if ledger.file().is_some() || ledger.database().is_some() {
        assert!(places_of(&ledger, "Zaphod-Beeble").await.len() >= 3, "it is looked for where it can be found");
    }
    let used = billable(&ledger.store, &world, 0, "calls").await;

    let effects = erase(&ledger, &world, id).await;
    assert_eq!(effects, ["Zaphod B. Beeble", "Zaphod-Beeble", "1", "1", "4", "1"], "the person sees what is lost");
    for name in ["Zaphod-Beeble", "Zaphod B. Beeble"] {
        assert_eq!(places_of(&ledger, name).await, Vec::<String>::new(), "{name} is nowhere");
    }
    let left = ledger
        .raw("select file_name, count(*) from imports group by file_name order by file_name")
        .await
        .unwrap()
        .unwrap_or_default();
    let left: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
    assert!(left.is_empty() || left == ["calls of somebody.csv", "erased"], "other files keep their names: {left:?}");
    assert_eq!(body(&ledger, 1).await, r#"[["quantity","5"]]"#, "the rest of a row stays");
    assert_eq!(billable(&ledger.store, &world, 0, "calls").await, used, "usage stays");
    assert_eq!(
        assert_sound(&ledger.store).await.details_erased,
        2,
        "erased, not tampered; the third event keeps its own"
    );
}

async fn erasing_one_takes_nothing_from_others(ledger: Ledger) {
    let world = World::new(&ledger.store, 2).await.unwrap();
    let id = make(&ledger, &world, 7, "7", Some("Ann")).await;
    make(&ledger, &world, 8, "77", Some("Annabel")).await;
    append(&ledger, &world, "other", None, r#"{"file":"7 of 9 for Annabel.wav"}"#).await;
    let mine: &[(&str, &str)] = &[("client", "7"), ("quantity", "7")];
    let others: [&[(&str, &str)]; 4] = [
        &[("client", "77"), ("quantity", "7")],
        &[("user", "7"), ("metadata.note", "Annabel, 7 minutes")],
        &[("row", "7,77,Annabel")],
        &[("client", "7"), ("metadata.note", "Ann")],
    ];
    let tenants = [Some(world.tenants[0]), Some(world.tenants[0]), None, Some(world.tenants[1])];
    let mut rows = vec![aside(&world, 1, Some(world.tenants[0]), mine)];
    rows.extend((2..).zip(others).zip(tenants).map(|((number, body), tenant)| aside(&world, number, tenant, body)));
    put_aside(&ledger, rows).await;

    let effects = erase(&ledger, &world, id).await;
    assert_eq!(effects, ["Ann", "7", "0", "0", "1", "0"], "only what names this client");
    assert_eq!(body(&ledger, 1).await, r#"[["quantity","7"]]"#, "its own field, not the quantity");
    for (number, before) in (2..).zip(others) {
        let before = serde_json::to_string(before).unwrap();
        assert_eq!(body(&ledger, number).await, before, "row {number} is of somebody else");
    }
    assert_eq!(assert_sound(&ledger.store).await.details_erased, 0, "details of others stay");
}
