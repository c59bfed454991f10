//! The contract of the store: named cases that every engine must pass.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

macro_rules! on_every_engine {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_file() {
                super::$case(support::Ledger::new(support::Kind::SqliteFile).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_memory() {
                super::$case(support::Ledger::new(support::Kind::SqliteMemory).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$case(support::Ledger::new(support::Kind::Postgres).await.unwrap()).await;
            }
        }
    )+};
}

/// What a database in memory has not: a place that another connection, or another program, looks at.
macro_rules! on_every_stored_engine {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_file() {
                super::$case(support::Ledger::new(support::Kind::SqliteFile).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$case(support::Ledger::new(support::Kind::Postgres).await.unwrap()).await;
            }
        }
    )+};
}

mod append;
mod audit;
mod bill;
mod change;
mod correct;
mod credit;
mod dispute;
mod erase;
mod export;
mod history;
mod import;
mod journal;
mod kept;
mod kill;
mod late;
mod look;
mod migrate;
mod payment;
mod recorded;
mod rights;
mod roles;
mod sample;
mod shown;
mod snapshot;
mod statements;
mod taken;
mod together;
mod trigger;
mod twin;
