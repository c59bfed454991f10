//! What can go wrong with the database, as errors that callers decide by.
//!
//! Not outcomes of ordinary work: a duplicate, a conflict or a stale event is data (see [`crate::append`]).

use crate::reach::ConnectProblem;
use std::fmt::Display;

/// An error of the store. [`StoreError::code`] is stable; the sentence is for people.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database has no ledger yet.
    #[error("this database holds no ledger yet; run `migrate` with an owner's account first")]
    NotMigrated,
    /// The database was migrated by a newer program.
    #[error("this database has schema {found}, and this program knows up to {known}; use a newer program")]
    SchemaNewer {
        /// The newest migration in the database.
        found: u32,
        /// The newest migration of this program.
        known: u32,
    },
    /// The database was migrated by an older program.
    #[error("this database has schema {found} and needs {known}; run `migrate` with an owner's account")]
    SchemaOlder {
        /// The newest migration in the database.
        found: u32,
        /// The newest migration of this program.
        known: u32,
    },
    /// A migration in the database is not the one of this program.
    #[error("migration {number} in this database is not the one of this program; nothing was changed")]
    SchemaDiffers {
        /// The migration.
        number: u32,
    },
    /// A write on a connection that was opened for reading.
    #[error("this connection is read-only")]
    ReadOnly,
    /// The database itself refused to change history.
    #[error("the database refused it: {0}")]
    AppendOnly(String),
    /// The database's role may not do this.
    #[error("the database does not allow it to this role: {0}")]
    PermissionDenied(String),
    /// A file that is no database, or a folder.
    #[error("what lies at {} is no SQLite database but {what}", .path.display())]
    NotADatabase {
        /// Where it is.
        path: std::path::PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// A snapshot that is not as it was written, or was never one.
    #[error("the snapshot {} is refused: {}", .path.display(), first_of(.problems))]
    Snapshot {
        /// Where it is.
        path: std::path::PathBuf,
        /// Everything that is wrong with it.
        problems: Vec<crate::snapshot::Problem>,
    },
    /// Transactions kept getting into each other's way.
    #[error("other writers kept getting in the way; nothing was written, try again")]
    Contended,
    /// The connection broke while committing: it is unknown whether the transaction is in.
    #[error("the connection broke while committing; send the same again, nothing counts twice")]
    CommitUnclear(#[source] sqlx::Error),
    /// A program that is older than what the data needs, or an environment that would weaken a connection.
    #[error("{0}")]
    Refused(String),
    /// A sum that does not fit into 64 bits.
    #[error("a sum does not fit into 64 bits: {0}")]
    Overflow(String),
    /// A stored value that cannot be what the program wrote.
    #[error("the database holds a value that cannot be: {0}")]
    Corrupt(String),
    /// Something that must be there is not.
    #[error("there is no {0}")]
    NotFound(String),
    /// A rule of the database was broken, such as a code that exists already.
    #[error("the database refused it: {message}")]
    Constraint {
        /// The database's sentence.
        message: String,
        /// The constraint, where the engine names it.
        constraint: Option<String>,
    },
    /// No connection could be made.
    #[error("{sentence}")]
    Connect {
        /// What was in the way.
        problem: ConnectProblem,
        /// The same in words, with what to do.
        sentence: String,
        /// What the driver said.
        #[source]
        cause: Option<sqlx::Error>,
    },
    /// A connection that was there is gone.
    #[error("the connection to the database is lost; it is tried again, and nothing of what was under way is in")]
    ConnectionLost(#[source] sqlx::Error),
    /// A statement ran longer than the connection allows.
    #[error("the database took longer than this connection allows; ask for less, or raise the connection's time-out")]
    StatementTimeout,
    /// There is no room where the database lies.
    #[error("the disk of the database is full; nothing of what was under way is in: make room, and do it again")]
    DiskFull(#[source] sqlx::Error),
    /// The database gave an error.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// The file system failed.
    #[error("{0}")]
    File(#[from] std::io::Error),
}

/// Short for a result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The first problem, and how many more there are.
fn first_of(problems: &[crate::snapshot::Problem]) -> String {
    match problems {
        [] => "it cannot be read".to_owned(),
        [one] => one.sentence.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.sentence, rest.len()),
    }
}

impl StoreError {
    /// A stable code in snake_case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotMigrated => "not_migrated",
            Self::SchemaNewer { .. } => "schema_newer",
            Self::SchemaOlder { .. } => "schema_older",
            Self::SchemaDiffers { .. } => "schema_differs",
            Self::ReadOnly => "read_only",
            Self::AppendOnly(_) => "append_only",
            Self::PermissionDenied(_) => "permission_denied",
            Self::NotADatabase { .. } => "not_a_database",
            Self::Snapshot { problems, .. } => match problems.first() {
                Some(problem) => problem.code,
                None => "snapshot_damaged",
            },
            Self::Contended => "contended",
            Self::CommitUnclear(_) => "commit_unclear",
            Self::Refused(_) => "refused",
            Self::Overflow(_) => "overflow",
            Self::Corrupt(_) => "corrupt",
            Self::NotFound(_) => "not_found",
            Self::Constraint { .. } => "constraint",
            Self::Connect { problem, .. } => problem.code(),
            Self::ConnectionLost(_) => "connection_lost",
            Self::StatementTimeout => "statement_timeout",
            Self::DiskFull(_) => "disk_full",
            Self::Database(_) => "database",
            Self::File(_) => "file",
        }
    }

    pub(crate) fn corrupt(what: impl Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    /// Whether a trigger of SQLite refused a row because its key is there already. The text is that of the migration.
    pub(crate) fn is_key_there(error: &sqlx::Error) -> bool {
        let Some(database) = error.as_database_error() else { return false };
        database.code().as_deref() == Some("1811") && database.message().ends_with("the key is there already")
    }

    /// Whether SQLite found that a file is none of its own.
    pub(crate) fn is_not_a_database(error: &sqlx::Error) -> bool {
        error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("26"))
    }

    /// Whether the transaction may simply be run again: a deadlock, a serialization failure, a busy file.
    pub(crate) fn is_contention(error: &sqlx::Error) -> bool {
        let Some(database) = error.as_database_error() else { return false };
        matches!(database.code().as_deref(), Some("40001" | "40P01" | "5" | "6" | "517" | "261" | "262"))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::corrupt(error),
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => Self::ConnectionLost(error),
                error => Self::Database(error),
            };
        };
        let message = database.message().to_owned();
        if Self::is_key_there(&error) {
            return Self::Constraint { message, constraint: None };
        }
        match database.code().as_deref() {
            // restrict_violation on PostgreSQL; SQLite reports `raise(abort)` as a trigger constraint.
            Some("23001" | "1811") => return Self::AppendOnly(message),
            // numeric_value_out_of_range; SQLite says "integer overflow".
            // On SQLite the sum of a counter and a batch becomes a REAL, which a strict table does not take.
            Some("22003" | "3091") => return Self::Overflow(message),
            Some("42501") => return Self::PermissionDenied(message),
            Some("25006" | "8") => return Self::ReadOnly,
            Some("40001" | "40P01" | "5" | "517") => return Self::Contended,
            Some("57014") => return Self::StatementTimeout,
            // disk_full, and SQLite's own.
            Some("53100" | "13") => return Self::DiskFull(error),
            // The server is going down or coming up, or its connection failed.
            Some("57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006") => return Self::ConnectionLost(error),
            _ => {}
        }
        if message == "integer overflow" {
            return Self::Overflow(message);
        }
        match database.kind() {
            ErrorKind::Other => Self::Database(error),
            _ => Self::Constraint { message, constraint: database.constraint().map(str::to_owned) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StoreError;
    use sqlx::{Connection as _, SqliteConnection};

    #[tokio::test]
    async fn a_file_that_may_not_grow_is_a_full_disk() {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql("pragma max_page_count = 4; create table t (b blob)").execute(&mut conn).await.unwrap();
        let full = sqlx::raw_sql("insert into t values (zeroblob(65536))").execute(&mut conn).await.unwrap_err();
        assert_eq!(StoreError::from(full).code(), "disk_full");
    }
}
