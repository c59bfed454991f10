//! Where a database is and how to reach it, field by field.
//!
//! Not a URL parser and not the environment: PG* variables, URLs and password files take no part, so that nothing
//! outside the program decides where money is read from. The password has no Debug.

use secrecy::SecretString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A database.
#[derive(Debug, Clone)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A database in memory, gone when the store is dropped.
    SqliteMemory,
    /// A database of a PostgreSQL server.
    Postgres(PostgresTarget),
}

/// A database of a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresTarget {
    /// How to reach the server.
    pub server: PostgresServer,
    /// The TCP port; also part of the socket's name.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The role.
    pub user: String,
    /// Its password, where the server asks for one.
    pub password: Option<SecretString>,
    /// What is asked of the line.
    pub tls: TlsMode,
    /// How long it may take.
    pub limits: TimeLimits,
}

/// How long a connection and what runs in it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// To connect, and to get a connection back that was lost.
    pub connect: Duration,
    /// For one statement; none where long work is expected, such as a migration.
    pub statement: Option<Duration>,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(30), statement: None }
    }
}

/// How to reach a PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostgresServer {
    /// Over the network.
    Host(String),
    /// Through the socket in this folder of this machine.
    SocketFolder(PathBuf),
}

/// What is asked of the line to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsMode {
    /// No encryption; for this machine only.
    Off,
    /// Encrypted, and the certificate is from a known authority, for whatever host.
    VerifyCa(Certificates),
    /// Encrypted, and the certificate is for this host and from a known authority.
    VerifyFull(Certificates),
}

/// The certificates of an encrypted line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificates {
    /// The certificate of the authority that signed the server's, beside those that the system trusts.
    pub root: Option<PathBuf>,
    /// What this side shows, where the server asks for it.
    pub client: Option<ClientCertificate>,
}

/// What this side of a line shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM, not encrypted.
    pub key: PathBuf,
}

impl TlsMode {
    /// The certificates, where the line is encrypted.
    pub const fn certificates(&self) -> Option<&Certificates> {
        match self {
            Self::Off => None,
            Self::VerifyCa(certificates) | Self::VerifyFull(certificates) => Some(certificates),
        }
    }
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only look. The database refuses everything else.
    ReadOnly,
    /// Look and write.
    ReadWrite,
    /// Look and write, and make the file when there is none.
    Create,
}

/// The engine behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl Target {
    /// The engine of this target.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) | Self::SqliteMemory => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl fmt::Display for Target {
    /// For people: the file, or user, server and database; never a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::SqliteMemory => f.write_str("memory"),
            Self::Postgres(target) => {
                let PostgresTarget { server, port, database, user, .. } = target;
                match server {
                    PostgresServer::Host(host) => write!(f, "{user}@{host}:{port}/{database}"),
                    PostgresServer::SocketFolder(folder) => write!(f, "{user}@{}:{port}/{database}", folder.display()),
                }
            }
        }
    }
}
