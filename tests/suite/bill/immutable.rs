//! What was issued stays as it was issued: by triggers, whoever asks, and by the rights of roles.

use super::{everything, host, run};
use sqlx::Connection;
use support::firm::{self, Order};
use support::postgres::cluster;
use support::{Kind, Ledger};

/// What nobody may do to what was issued. The first word of the answer's sentence says that a trigger refused it.
const REFUSED: [&str; 14] = [
    "update invoices set total_minor = total_minor + 1 where number is not null",
    "update invoices set content = content || ' ' where number is not null",
    "update invoices set number = number || 'x' where number is not null",
    "update invoices set due_day = due_day + 1 where number is not null",
    "update invoices set seq = seq + 1000 where number is not null",
    "update invoices set paid_minor = total_minor + 1 where number is not null and total_minor > 0",
    "update invoices set credited_minor = total_minor + 1 where number is not null and total_minor > 0",
    "update invoice_lines set amount_minor = 0",
    "update invoice_series set last_seq = last_seq - 1",
    "delete from invoices",
    "delete from invoice_lines",
    "delete from invoice_series",
    "delete from wallet_entries",
    "update wallet_entries set amount_minor = amount_minor + 1",
];

async fn billed(kind: Kind) -> Ledger {
    let ledger = Ledger::new(kind).await.unwrap();
    let world = firm::make(&ledger.store, 7, Order::Forward).await.unwrap();
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    ledger
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_refuses_to_change_what_was_issued() {
    let ledger = billed(Kind::SqliteFile).await;
    // A connection as any tool makes it: no pragma of this program is set.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap()).foreign_keys(false);
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let mut all: Vec<String> = REFUSED.iter().map(ToString::to_string).collect();
    for table in
        ["invoices", "invoice_lines", "invoice_series", "wallets", "wallet_entries", "coupons", "billing_accounts"]
    {
        all.push(format!("insert or replace into {table} select * from {table}"));
        all.push(format!("delete from {table}"));
    }
    all.push("update or replace invoices set invoice_id = x'ff'".to_owned());
    all.push("update or replace invoices set number = 'INV-2026-000001', series = 'INV'".to_owned());
    let before = dump(&mut conn).await;
    assert!(before.len() > 10, "something was issued");
    for sql in all {
        if sql.contains("coupons") && count(&mut conn, "coupons").await == 0 {
            continue;
        }
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&mut conn).await;
        let sentence = done.map(|_| ()).expect_err(&sql).to_string();
        assert!(sentence.contains("(code: 1811)"), "{sql} must be refused by a trigger: {sentence}");
    }
    assert_eq!(dump(&mut conn).await, before, "everything is as it was");
}

async fn count(conn: &mut sqlx::SqliteConnection, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(conn).await.unwrap()
}

async fn dump(conn: &mut sqlx::SqliteConnection) -> Vec<String> {
    let sql =
        "select quote(tenant_id) || number || status || content || paid_minor from invoices where number is not null
        union all select quote(tenant_id) || quote(invoice_id) || line_no || amount_minor from invoice_lines
        union all select series || year || last_seq from invoice_series order by 1";
    sqlx::query_scalar(sql).fetch_all(conn).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_refuses_even_the_superuser() {
    let ledger = billed(Kind::Postgres).await;
    let database = ledger.database().unwrap();
    let mut all: Vec<String> = REFUSED.iter().map(ToString::to_string).collect();
    for table in ["invoices", "invoice_lines", "invoice_series", "wallet_entries", "wallets", "invoice_runs"] {
        all.push(format!("truncate {table} cascade"));
        all.push(format!("set session_replication_role = replica; delete from {table}"));
    }
    for sql in &all {
        let sentence = format!("{:#}", cluster().sql(database, sql).expect_err(sql));
        let words = ["is refused", "never changes", "only rise", "never more", "keeps its identity", "takes no number"];
        assert!(words.iter().any(|word| sentence.contains(word)), "{sql} must be refused by a trigger: {sentence}");
    }
    for role in ["billing_writer", "billing_reader"] {
        for table in ["invoices", "invoice_lines", "invoice_series", "credit_notes", "payments", "wallet_entries"] {
            for sql in [format!("delete from {table}"), format!("truncate {table}")] {
                let sentence =
                    format!("{:#}", cluster().sql(database, &format!("set role {role}; {sql}")).expect_err(&sql));
                assert!(sentence.contains("permission denied"), "{role}: {sql}: {sentence}");
            }
        }
        let sentence = format!(
            "{:#}",
            cluster()
                .sql(database, &format!("set role {role}; update invoice_lines set amount_minor = 0"))
                .expect_err("lines")
        );
        assert!(sentence.contains("permission denied"), "{role} has no right to change lines: {sentence}");
    }
}
