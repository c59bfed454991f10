//! Every statement of the store is prepared on the engine that would run it.

use sqlx::{Connection, Executor, SqlSafeStr};
use store::{Engine, Target};
use support::postgres::{PORT, cluster};
use support::{Kind, Ledger};

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap());
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let statements = store::statements();
    assert!(statements.len() > 50, "all modules are listed");
    for (module, name, sql) in statements {
        let prepared = conn.prepare(sql.on(Engine::Sqlite).into_sql_str()).await;
        assert!(prepared.is_ok(), "{module}::{name} must prepare on SQLite: {:?}", prepared.err());
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let Target::Postgres(target) = &ledger.target else { panic!("asked for PostgreSQL") };
    let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
        .socket(cluster().socket_folder())
        .port(PORT)
        .username("postgres")
        .database(&target.database);
    let mut conn = sqlx::PgConnection::connect_with(&options).await.unwrap();
    for (module, name, sql) in store::statements() {
        let prepared = conn.prepare(sql.on(Engine::Postgres).into_sql_str()).await;
        assert!(prepared.is_ok(), "{module}::{name} must prepare on PostgreSQL: {:?}", prepared.err());
    }
}

/// A ledger in use is never analyzed: which table SQLite reads whole, to the last row, must not depend on what it guesses.
#[tokio::test]
async fn what_sqlite_reads_whole_is_known() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap());
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let mut whole = Vec::new();
    for (module, name, sql) in store::statements() {
        let text = format!("explain query plan {}", sql.on(Engine::Sqlite).into_sql_str().as_str());
        let plan = sqlx::raw_sql(sqlx::AssertSqlSafe(text)).fetch_all(&mut conn).await;
        for step in plan.unwrap_or_else(|error| panic!("{module}::{name}: {error}")) {
            let step: String = sqlx::Row::get(&step, "detail");
            if step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && step != "SCAN CONSTANT ROW" {
                whole.push(format!("{module}::{name}: {step}"));
            }
        }
    }
    insta::assert_snapshot!(whole.join("\n"));
}
