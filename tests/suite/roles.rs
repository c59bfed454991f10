//! What `migrate --roles` makes: a member of `billing_writer` can import, and cannot change or empty the ledger.

use operations::host::FixedHost;
use operations::import::run;
use operations::open::{Access, Login, MigrateRequest, Store, make_roles, migrate, open};
use operations::target::Target;
use operations::wire::ImportRequest;
use store::ledger::LedgerEnvironment;
use support::postgres::{Database, PORT, cluster, fresh_database};
use tokio_util::sync::CancellationToken;

fn host() -> FixedHost {
    FixedHost::at(support::at("2026-01-20T12:00:00Z"))
}

fn login(database: &Database, user: &str) -> Login {
    let url = format!("postgres://{user}@/{}?host={}&port={PORT}", database.name, database.socket_folder.display());
    Login::new(url.parse::<Target>().unwrap(), None)
}

async fn migrated(database: &Database) {
    let request =
        MigrateRequest { name: "Roles".to_owned(), environment: LedgerEnvironment::Development, backup: None };
    migrate(login(database, "postgres"), request, &host()).await.unwrap();
}

/// A login that is a member of a role.
fn member(database: &Database, of: &str) -> String {
    let name = format!("member_{}_{of}", database.name);
    database.sql(&format!("create role {name} login; grant {of} to {name}")).unwrap();
    name
}

async fn import(store: &Store, rows: usize) -> operations::error::Result<u64> {
    let folder = tempfile::TempDir::new().unwrap();
    let map = r#"
        name = "calls"
        format = "csv"
        key = "id"
        tenant.from = "tenant"
        time = { from = "at", zone = "UTC" }
        create = { tenants = true, meters = true }
        [[meter]]
        code = { constant = "calls" }
        quantity = "n"
        unit = { constant = "calls" }
    "#;
    std::fs::write(folder.path().join("calls.toml"), map).unwrap();
    let rows: String = (0..rows).map(|n| format!("k{n},t{},2026-01-10T08:00:00Z,1\n", n % 40)).collect();
    std::fs::write(folder.path().join("calls.csv"), format!("id,tenant,at,n\n{rows}")).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let request =
        ImportRequest { file: path("calls.csv"), map: path("calls.toml"), backfill: true, ..Default::default() };
    Ok(run(store, &host(), &request, &|_| (), &CancellationToken::new()).await?.accepted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_imports_and_cannot_change_history() {
    let database = fresh_database();
    // In either order: an empty database is granted by the migration, a migrated one at once. And again at any time.
    for _ in 0..2 {
        let made = make_roles(login(&database, "postgres"), &host()).await.unwrap();
        assert_eq!(made, ["billing_owner", "billing_writer", "billing_reader"], "the roles are named");
        migrated(&database).await;
    }
    let writer = member(&database, "billing_writer");
    let store = open(login(&database, &writer), Access::ReadWrite, &host()).await.unwrap();
    assert_eq!(import(&store, 200).await.unwrap(), 200, "a member of billing_writer imports");

    let mut tables: Vec<String> = (0..16).map(|number| format!("usage_events_p{number:02}")).collect();
    tables.push("usage_events".to_owned());
    let mut rows = 0;
    for table in tables {
        rows += database.sql(&format!("select count(*) from only {table}")).unwrap().parse::<u32>().unwrap();
        for sql in
            [format!("update {table} set provider = 'x'"), format!("delete from {table}"), format!("truncate {table}")]
        {
            let refused = cluster().sql(&database.name, &format!("set role {writer}; {sql}")).unwrap_err();
            assert!(format!("{refused:#}").contains("permission denied"), "{sql}: {refused:#}");
        }
    }
    assert_eq!(rows, 200, "the partitions hold what was imported");

    let reader = member(&database, "billing_reader");
    let store = open(login(&database, &reader), Access::ReadWrite, &host()).await.unwrap();
    let refused = import(&store, 1).await.unwrap_err();
    assert_eq!(refused.code(), "permission_denied", "a reader only looks");
}

#[tokio::test]
async fn sqlite_has_no_roles() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("books.sqlite").display().to_string();
    let login = Login::new(path.parse().unwrap(), None);
    assert_eq!(make_roles(login, &host()).await.unwrap_err().code(), "no_roles", "it says so instead of doing nothing");
    assert!(!folder.path().join("books.sqlite").exists(), "and makes no file");
}
