//! What the top bar says about the database: which one it is, what may be done, how new it is.

use crate::error::Result;
use crate::wire::{DatabaseStatus, EngineName, Environment, Rights, SnapshotAbout};
use billing::time::Timestamp;
use store::ledger::LedgerEnvironment;
use store::rights::{LoginRights, Standing};
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

/// Why nothing can be changed; none when it can.
fn read_only_because(rights: &LoginRights, place: &Place) -> Option<String> {
    if place.snapshot.is_some() {
        Some("A snapshot is never changed.".to_owned())
    } else if place.moment.is_some() {
        Some("This is a review of one moment: end it to change something.".to_owned())
    } else if rights.replica {
        Some("This server is a replica: it can be read, not written.".to_owned())
    } else if rights.standing < Standing::Writer {
        Some(format!("The login {} may only look.", rights.login))
    } else if place.writable {
        None
    } else {
        Some("This connection is read-only.".to_owned())
    }
}

async fn status_in(read: &mut Read, place: Place) -> Result<DatabaseStatus> {
    let info = store::ledger::info(read).await?;
    let schema_version = store::ledger::schema_version(read).await?;
    let rights = store::rights::of_login(read).await?;
    let because = read_only_because(&rights, &place);
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
        writable: because.is_none(),
        read_only_because: because,
        login: Some(rights.login).filter(|login| !login.is_empty()),
        rights: match rights.standing {
            Standing::Nothing => Rights::Nothing,
            Standing::Reader => Rights::Reader,
            Standing::Writer => Rights::Writer,
            Standing::Owner => Rights::Owner,
            Standing::Superuser => Rights::Superuser,
        },
        connection: None,
        ledger_id: info.id.to_string(),
        schema_version,
        newest_event_at: newest.map(|at| at.to_string()),
        as_of: place.as_of.to_string(),
        // A file that nobody changes needs none of what keeps a ledger that is written.
        warnings: if place.moment.is_some() && place.engine == EngineName::Sqlite {
            Vec::new()
        } else {
            store::check::warnings(read, place.moment.is_none().then_some(place.as_of)).await?
        },
        moment: place.moment,
        snapshot: place.snapshot,
    })
}
