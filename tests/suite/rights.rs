//! What a login may do, as PostgreSQL itself says it; what each role was granted; who does no daily work.

use operations::host::FixedHost;
use operations::look;
use operations::open::{Login, open};
use std::collections::{BTreeMap, BTreeSet};
use store::rights::{LoginRights, Standing, of_login};
use store::{Access, Store};
use support::ledger::postgres_target;
use support::postgres::{PORT, cluster};
use support::{Kind, Ledger};

async fn ledger() -> (Ledger, String) {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let database = ledger.database().unwrap().to_owned();
    (ledger, database)
}

/// A login with what some statements give it; `LOGIN` is its name.
fn login(database: &str, kind: &str, statements: &str) -> String {
    let name = format!("{kind}_{database}");
    let text = format!("create role {name} login; {}", statements.replace("LOGIN", &name));
    cluster().sql(database, &text).unwrap();
    name
}

async fn rights(database: &str, user: &str) -> LoginRights {
    let store = Store::connect(&postgres_target(database, user), Access::ReadOnly).await.unwrap();
    let found = store.read(|read| Box::pin(of_login(read))).await.unwrap();
    store.close().await;
    found
}

#[tokio::test]
async fn how_far_a_login_goes_is_what_it_could_do() {
    let (_ledger, database) = ledger().await;
    let table = [
        ("nobody", "", Standing::Nothing),
        ("reader", "grant billing_reader to LOGIN", Standing::Reader),
        ("writer", "grant billing_writer to LOGIN", Standing::Writer),
        ("owner", "grant billing_owner to LOGIN", Standing::Owner),
        ("hand", "grant billing_writer to LOGIN; grant update on usage_events to LOGIN", Standing::Owner),
        ("emptier", "grant billing_writer to LOGIN; grant truncate on usage_events to LOGIN", Standing::Owner),
        ("backdoor", "grant billing_writer to LOGIN; grant delete on usage_events_p03 to LOGIN", Standing::Owner),
        ("table_owner", "alter table usage_events owner to LOGIN", Standing::Owner),
        ("root", "alter role LOGIN superuser", Standing::Superuser),
        ("quiet", "alter role LOGIN noinherit; grant postgres to LOGIN", Standing::Superuser),
    ];
    for (kind, statements, standing) in table {
        let name = login(&database, kind, statements);
        let found = rights(&database, &name).await;
        assert_eq!(found.standing, standing, "{kind}: {statements}");
        assert_eq!(found.login, name, "it is named");
        assert_eq!(found.may_write(), standing >= Standing::Writer, "{kind}: what screens follow");
        if kind == "table_owner" {
            cluster().sql(&database, "alter table usage_events owner to postgres").unwrap();
        }
    }
}

/// What a role was granted: from verb to tables. Of the application's tables and of partitions alike.
fn granted(database: &str, role: &str) -> BTreeMap<String, BTreeSet<String>> {
    let asked = format!(
        "select privilege_type || ' ' || table_name from information_schema.table_privileges
          where grantee = '{role}' and table_schema = 'public'"
    );
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in cluster().sql(database, &asked).unwrap().lines() {
        let (verb, table) = line.split_once(' ').unwrap();
        found.entry(verb.to_owned()).or_default().insert(table.to_owned());
    }
    found
}

#[tokio::test]
async fn each_role_has_exactly_its_grants() {
    let (_ledger, database) = ledger().await;
    let reader = granted(&database, "billing_reader");
    assert_eq!(reader.keys().collect::<Vec<_>>(), ["SELECT"], "a reader only looks");
    let writer = granted(&database, "billing_writer");
    assert_eq!(writer.keys().collect::<Vec<_>>(), ["DELETE", "INSERT", "SELECT", "UPDATE"], "no TRUNCATE, no TRIGGER");
    assert_eq!(writer["SELECT"], reader["SELECT"], "both look at everything");
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(writer["DELETE"], of(&["company_day_deltas"]), "only what the fold has added up is deleted");
    // What is history, or says who this ledger is: never updated.
    let kept = of(&[
        "usage_events",
        "audit_log",
        "entitlements",
        "plan_versions",
        "allowances",
        "prices",
        "presence",
        "company_day_deltas",
        "invoice_lines",
        "credit_notes",
        "credit_note_lines",
        "payments",
        "wallet_entries",
        "dispute_items",
        "notes",
        "invoice_run_errors",
        "schema_migrations",
        "ledger_info",
    ]);
    let never: BTreeSet<String> = writer["SELECT"].difference(&writer["UPDATE"]).cloned().collect();
    assert_eq!(never, kept, "what a writer cannot change");
    assert!(!writer["INSERT"].contains("schema_migrations"), "nor say that a migration was run");
    assert!(!writer["INSERT"].contains("ledger_info"), "nor that this is another ledger");
    let partitions = writer.values().flatten().filter(|table| table.starts_with("usage_events_p")).count();
    assert_eq!(partitions, 0, "past the parent there is no way in");
    let public = granted(&database, "PUBLIC");
    assert!(public.is_empty(), "and nobody else has anything: {public:?}");
}

#[tokio::test]
async fn owners_do_no_daily_work_but_on_a_developers_ledger() {
    let (ledger, database) = ledger().await;
    let host = FixedHost::at(support::at("2026-01-20T12:00:00Z"));
    let owner = login(&database, "boss", "grant billing_owner, billing_writer to LOGIN");
    let writer = login(&database, "clerk", "grant billing_writer to LOGIN");
    let reader = login(&database, "guest", "grant billing_reader to LOGIN");
    let asked = |user: &str| {
        let folder = cluster().socket_folder();
        let url = format!("postgres://{user}@/{database}?host={}&port={PORT}", folder.display());
        Login::new(url.parse().unwrap(), None)
    };
    let store = open(asked(&owner), Access::ReadWrite, &host).await.unwrap();
    store.close().await;
    for environment in ["production", "staging"] {
        cluster().sql(&database, &format!("update ledger_info set environment = '{environment}'")).unwrap();
        for user in [owner.as_str(), "postgres"] {
            let error = open(asked(user), Access::ReadOnly, &host).await.expect_err("refused even to look").to_wire();
            assert_eq!((error.code.as_str(), error.field.as_deref()), ("owner_login", Some("user")), "{user}");
            assert!(error.message.contains("billing_writer") && error.message.contains(user), "{}", error.message);
        }
        cluster()
            .sql(
                &database,
                &format!("revoke all on ledger_info from {owner}, billing_owner, billing_writer, billing_reader"),
            )
            .unwrap();
        let error =
            open(asked(&owner), Access::ReadOnly, &host).await.expect_err("a ledger that does not say what it is");
        assert_eq!(error.code(), "owner_login", "an owner is not let in where nobody can tell what the ledger is for");
        cluster()
            .sql(&database, "grant select on ledger_info to billing_owner, billing_writer, billing_reader")
            .unwrap();
        for (user, writable) in [(&writer, true), (&reader, false)] {
            let store = open(asked(user), Access::ReadWrite, &host).await.unwrap();
            let status = look::database_status(&store, support::at("2026-01-20T12:00:00Z")).await.unwrap();
            assert_eq!(status.writable, writable, "{user}: the screens follow what it may do");
            assert_eq!(status.read_only_because.is_some(), !writable, "{user}: with the reason");
            store.close().await;
        }
    }
    drop(ledger);
}
