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
