//! The databases that the cases run on.

use billing::ids::LedgerId;
use billing::time::Timestamp;
use operations::host::{FixedHost, Host};
use store::ledger::LedgerEnvironment;
use store::{Access, NewLedger, PostgresServer, PostgresTarget, Store, Target, TlsMode};
use support::postgres;

/// An engine to run a case on.
#[derive(Debug, Clone, Copy)]
pub enum On {
    /// A file.
    SqliteFile,
    /// A private cluster.
    Postgres,
}

/// A migrated database with a host whose clock stands still.
pub struct Base {
    /// The database.
    pub store: Store,
    /// When it is.
    pub now: Timestamp,
    _folder: tempfile::TempDir,
}

/// An instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time of a test is well formed")
}

/// A fresh database at an instant.
pub async fn base(on: On, now: &str) -> Base {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let host = FixedHost::at(at(now));
    let target = match on {
        On::SqliteFile => Target::Sqlite(folder.path().join("ledger.db")),
        On::Postgres => {
            let database = postgres::fresh_database();
            Target::Postgres(PostgresTarget {
                server: PostgresServer::SocketFolder(database.socket_folder),
                port: database.port,
                database: database.name,
                user: postgres::SUPERUSER.to_owned(),
                password: None,
                tls: TlsMode::Off,
                limits: store::TimeLimits::default(),
            })
        }
    };
    let store = Store::connect(&target, Access::Create).await.expect("a fresh database can be reached");
    let ledger = NewLedger {
        id: LedgerId::from_uuid(host.new_uuid()),
        name: "Looks".to_owned(),
        environment: LedgerEnvironment::Development,
        at: host.now(),
        backup: "none: it is empty".to_owned(),
    };
    store.migrate(ledger).await.expect("a fresh database can be migrated");
    Base { store, now: host.now(), _folder: folder }
}
