//! A saved connection: its fields, their limits, and the target that they give.

use super::secret::SecretName;
use crate::error::{OperationError, Result};
use crate::open::is_loopback;
use crate::wire::{ConnectionForm, ConnectionRow, Environment, SecretPlace, TlsChoice};
use billing::ids::ConnectionId;
use billing::time::Timestamp;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Certificates, ClientCertificate, PostgresServer, PostgresTarget, TimeLimits, TlsMode};

/// A saved connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id, which stays when its name changes.
    pub id: ConnectionId,
    /// What a person filled in, as `checked` passed it.
    pub form: ConnectionForm,
    /// Whether its password is in the keyring.
    pub in_keyring: bool,
    /// When it was opened last.
    pub last_used_at: Option<Timestamp>,
}

const MAX_NAME_CHARS: usize = 60;
const MAX_HOST_BYTES: usize = 253;
/// PostgreSQL cuts longer names.
const MAX_IDENTIFIER_BYTES: usize = 63;
const MAX_PATH_BYTES: usize = 4096;
const CONNECT_SECONDS: std::ops::RangeInclusive<u32> = 1..=120;
const STATEMENT_SECONDS: std::ops::RangeInclusive<u32> = 1..=86_400;

fn wrong(field: &str, sentence: impl Into<String>) -> OperationError {
    OperationError::wrong_use("invalid_connection", sentence).field(field)
}

/// A text with something in it, of bounded length, without control characters.
fn text(field: &str, what: &str, value: &str, longest: usize) -> Result<String> {
    let value = value.trim();
    if value.is_empty() {
        return Err(wrong(field, format!("{what} is missing.")));
    }
    if value.len() > longest {
        return Err(wrong(field, format!("{what} is longer than {longest} bytes.")));
    }
    if value.chars().any(char::is_control) {
        return Err(wrong(field, format!("{what} holds a control character.")));
    }
    Ok(value.to_owned())
}

fn file(field: &str, what: &str, value: Option<String>) -> Result<Option<String>> {
    let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return Ok(None) };
    let value = text(field, what, &value, MAX_PATH_BYTES)?;
    if Path::new(&value).is_absolute() {
        Ok(Some(value))
    } else {
        Err(wrong(field, format!("{what} must be an absolute path.")))
    }
}

/// Whether a line to this host stays on this machine: a local socket or the loopback.
pub fn stays_here(host: &str) -> bool {
    host.starts_with('/') || is_loopback(host)
}

/// Passes a form whose fields are all within their limits, trimmed.
///
/// # Errors
/// `invalid_connection` with the field at fault.
pub fn checked(form: ConnectionForm) -> Result<ConnectionForm> {
    let form = ConnectionForm {
        name: text("name", "The name", &form.name, 4 * MAX_NAME_CHARS)?,
        host: text("host", "The host", &form.host, MAX_HOST_BYTES)?,
        database: text("database", "The database", &form.database, MAX_IDENTIFIER_BYTES)?,
        user: text("user", "The user", &form.user, MAX_IDENTIFIER_BYTES)?,
        root_certificate: file("root_certificate", "The authority's certificate", form.root_certificate)?,
        client_certificate: file("client_certificate", "The client certificate", form.client_certificate)?,
        client_key: file("client_key", "The client key", form.client_key)?,
        ..form
    };
    names(&form)?;
    line(&form)?;
    times(&form)?;
    if form.allow_owner && form.environment != Environment::Development {
        return Err(wrong("allow_owner", "A superuser or owner may only be allowed on a development database."));
    }
    Ok(form)
}

fn names(form: &ConnectionForm) -> Result<()> {
    if form.name.chars().count() > MAX_NAME_CHARS {
        return Err(wrong("name", format!("The name is longer than {MAX_NAME_CHARS} characters.")));
    }
    if matches!(form.environment, Environment::Sample | Environment::Snapshot) {
        return Err(wrong("environment", "The environment must be production, staging or development."));
    }
    if form.host.contains("://") || form.host.contains('@') {
        return Err(wrong("host", "Give the host alone, without an address around it."));
    }
    if !form.host.starts_with('/') && form.host.chars().any(|character| character.is_whitespace() || character == '/') {
        return Err(wrong("host", "The host holds a character that no host has; a socket folder begins with '/'."));
    }
    if form.port == 0 {
        return Err(wrong("port", "The port must be a number from 1 to 65535."));
    }
    Ok(())
}

fn line(form: &ConnectionForm) -> Result<()> {
    let has_files = form.root_certificate.is_some() || form.client_certificate.is_some() || form.client_key.is_some();
    match form.tls {
        TlsChoice::Off if !stays_here(&form.host) => {
            Err(wrong("tls", "A line that leaves this machine must be encrypted and its certificate verified."))
        }
        TlsChoice::Off if has_files => Err(wrong("tls", "Certificates are of no use on a line without TLS.")),
        TlsChoice::VerifyCa | TlsChoice::VerifyFull if form.host.starts_with('/') => {
            Err(wrong("tls", "A local socket has no TLS: choose off."))
        }
        _ if form.client_certificate.is_some() != form.client_key.is_some() => {
            Err(wrong("client_key", "A client certificate and its key go together."))
        }
        _ => Ok(()),
    }
}

fn times(form: &ConnectionForm) -> Result<()> {
    if !CONNECT_SECONDS.contains(&form.connect_timeout_s) {
        return Err(wrong("connect_timeout_s", "The time to connect must be 1 to 120 seconds."));
    }
    if form.statement_timeout_s.is_some_and(|seconds| !STATEMENT_SECONDS.contains(&seconds)) {
        return Err(wrong("statement_timeout_s", "The time for a statement must be 1 to 86400 seconds, or none."));
    }
    Ok(())
}

impl Profile {
    /// The store's form of it. Nothing of it comes from the environment.
    pub(super) fn target(&self, password: Option<SecretString>) -> PostgresTarget {
        let form = &self.form;
        let path = |value: &Option<String>| value.as_ref().map(PathBuf::from);
        let client = path(&form.client_certificate).zip(path(&form.client_key));
        let certificates = Certificates {
            root: path(&form.root_certificate),
            client: client.map(|(certificate, key)| ClientCertificate { certificate, key }),
        };
        PostgresTarget {
            server: if form.host.starts_with('/') {
                PostgresServer::SocketFolder(form.host.clone().into())
            } else {
                PostgresServer::Host(form.host.clone())
            },
            port: form.port,
            database: form.database.clone(),
            user: form.user.clone(),
            password,
            tls: match form.tls {
                TlsChoice::Off => TlsMode::Off,
                TlsChoice::VerifyCa => TlsMode::VerifyCa(certificates),
                TlsChoice::VerifyFull => TlsMode::VerifyFull(certificates),
            },
            limits: TimeLimits {
                connect: Duration::from_secs(form.connect_timeout_s.into()),
                statement: form.statement_timeout_s.map(|seconds| Duration::from_secs(seconds.into())),
            },
        }
    }

    /// Whether a password for one is a password for the other: same server, same database, same login, and a line that
    /// is verified in the same way.
    pub(super) fn same_target(&self, other: &ConnectionForm) -> bool {
        SecretName::of(self) == SecretName::of(&Self { form: other.clone(), ..self.clone() })
    }

    /// The row of the list.
    pub(super) fn row(&self, in_memory: bool) -> ConnectionRow {
        let secret = match (self.in_keyring, in_memory) {
            (_, true) => SecretPlace::Run,
            (true, false) => SecretPlace::Keyring,
            (false, false) => SecretPlace::None,
        };
        ConnectionRow {
            connection_id: self.id.to_string(),
            location: store::Target::Postgres(self.target(None)).to_string(),
            settings: self.form.clone(),
            secret,
            last_used_at: self.last_used_at.map(|at| at.to_string()),
        }
    }
}
