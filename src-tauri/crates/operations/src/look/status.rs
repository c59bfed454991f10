//! What the top bar says about the database: which one it is, what may be done, how new it is.

use crate::error::Result;
use crate::wire::{DatabaseStatus, EngineName, Environment, SnapshotAbout};
use billing::time::Timestamp;
use store::ledger::LedgerEnvironment;
use store::{Access, Engine, Read, Store};

/// The database on screen.
///
/// # Errors
/// When the database fails.
pub async fn database_status(store: &Store, at: Timestamp) -> Result<DatabaseStatus> {
    let place = Place {
        location: store.target().to_string(),
        engine: match store.engine() {
            Engine::Postgres => EngineName::Postgres,
            Engine::Sqlite => EngineName::Sqlite,
        },
        writable: store.access() != Access::ReadOnly,
        as_of: at,
        moment: store.moment().map(|at| at.to_string()),
        snapshot: crate::snapshot::about(store),
    };
    store.read(move |read| Box::pin(async move { status_in(read, place).await })).await
}

struct Place {
    location: String,
    engine: EngineName,
    writable: bool,
    as_of: Timestamp,
    moment: Option<String>,
    snapshot: Option<SnapshotAbout>,
}

async fn status_in(read: &mut Read, place: Place) -> Result<DatabaseStatus> {
    let info = store::ledger::info(read).await?;
    let schema_version = store::ledger::schema_version(read).await?;
    let newest = store::look::events::newest_receipt(read).await?;
    Ok(DatabaseStatus {
        name: info.name,
        engine: place.engine,
        location: place.location,
        environment: match info.environment {
            _ if place.snapshot.is_some() => Environment::Snapshot,
            LedgerEnvironment::Sample => Environment::Sample,
            LedgerEnvironment::Production => Environment::Production,
            LedgerEnvironment::Staging => Environment::Staging,
            LedgerEnvironment::Development => Environment::Development,
        },
        writable: place.writable,
        ledger_id: info.id.to_string(),
        schema_version,
        newest_event_at: newest.map(|at| at.to_string()),
        as_of: place.as_of.to_string(),
        // A file that nobody changes needs none of what keeps a ledger that is written.
        warnings: if place.moment.is_some() && place.engine == EngineName::Sqlite {
            Vec::new()
        } else {
            store::check::warnings(read, place.as_of).await?
        },
        moment: place.moment,
        snapshot: place.snapshot,
    })
}
