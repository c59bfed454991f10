//! What the top bar says about the database.

use serde::{Deserialize, Serialize};

/// What kind of place the database is; decides the colour of the line along the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The sample company.
    Sample,
    /// Real money.
    Production,
    /// A rehearsal.
    Staging,
    /// A developer's.
    Development,
    /// A snapshot file.
    Snapshot,
}

/// Which engine holds the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// What a login may do, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Rights {
    /// Not even look.
    Nothing,
    /// Look.
    Reader,
    /// Look and write what is no history.
    Writer,
    /// Change or empty the ledger.
    Owner,
    /// Everything in the whole server.
    Superuser,
}

/// A saved connection by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConnectionName {
    /// Its id.
    pub connection_id: String,
    /// Its name.
    pub name: String,
}

/// The database on screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DatabaseStatus {
    /// Its name, such as "Sample company".
    pub name: String,
    /// The engine.
    pub engine: EngineName,
    /// File or host and database; never a secret.
    pub location: String,
    /// The environment.
    pub environment: Environment,
    /// Whether this connection may write.
    pub writable: bool,
    /// Why it may not, a sentence; none when it may.
    pub read_only_because: Option<String>,
    /// Who is logged in to the database; none for a file.
    pub login: Option<String>,
    /// What that login may do, as the database itself says it.
    pub rights: Rights,
    /// The saved connection that opened it; none for a file or an address.
    pub connection: Option<ConnectionName>,
    /// The ledger's identity.
    pub ledger_id: String,
    /// The number of the newest migration.
    pub schema_version: u32,
    /// The newest receipt of an event; none in an empty ledger.
    pub newest_event_at: Option<String>,
    /// When this was read.
    pub as_of: String,
    /// What the self-check found; empty when all is well.
    pub warnings: Vec<String>,
    /// The moment that all looks see, of a snapshot or a review; none when each sees the newest.
    pub moment: Option<String>,
    /// What the snapshot says about itself; none when it is a database.
    pub snapshot: Option<super::SnapshotAbout>,
}

/// What the window needs to know before its first picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Session {
    /// A BCP 47 locale; `en-US` where the system has none.
    pub locale: String,
    /// The program's version.
    pub version: String,
    /// The operating-system user, who stands in the audit log.
    pub actor: String,
}

/// Progress of long work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Progress {
    /// What is being done now, a short phrase.
    pub phase: String,
    /// Units done.
    #[specta(type = u32)]
    pub done: u64,
    /// Units in all; none when unknown.
    #[specta(type = Option<u32>)]
    pub total: Option<u64>,
}
