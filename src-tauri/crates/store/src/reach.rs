//! Reaching a PostgreSQL server step by step, so that what is in the way has a name and a sentence of its own.
//!
//! Not the pool: [`crate::connect`] makes it once a first connection has come about. The pool would try again and again
//! and then only say that it took too long.

use crate::connect::postgres_options;
use crate::error::{Result, StoreError};
use crate::target::{PostgresServer, PostgresTarget, TlsMode};
use sqlx::{ConnectOptions, Connection};
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The host's name has an address.
    Name,
    /// Something listens at the port.
    Port,
    /// The line is encrypted and the certificate verified.
    Tls,
    /// The server let the role into the database.
    Login,
}

/// What was in the way of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectProblem {
    /// The host's name has no address.
    NameUnknown,
    /// Nothing listens at the port, or the network does not lead there.
    NoAnswer,
    /// It took longer than the connection allows.
    ConnectTimeout,
    /// The server, or something on the way, offers no TLS.
    TlsNotOffered,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not begun.
    CertificateNotYetValid,
    /// The certificate is for another host.
    CertificateOtherHost,
    /// The certificate was signed by nobody but itself.
    CertificateSelfSigned,
    /// The certificate's authority is not known here.
    CertificateUnknownAuthority,
    /// A certificate file of this connection cannot be used.
    CertificateFile,
    /// The line could not be encrypted for another reason.
    TlsFailed,
    /// The server asks for a password and none was given.
    PasswordMissing,
    /// The server refused name or password.
    LoginRefused,
    /// The server has no such database.
    NoSuchDatabase,
    /// The server does not let this role in from here.
    NotAllowed,
    /// The server has no connection left.
    TooManyConnections,
    /// The server is starting or stopping.
    ServerStarting,
    /// A variable of the environment would change the connection.
    Environment,
}

impl ConnectProblem {
    /// A stable code in snake_case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameUnknown => "name_unknown",
            Self::NoAnswer => "no_answer",
            Self::ConnectTimeout => "connect_timeout",
            Self::TlsNotOffered => "tls_not_offered",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateNotYetValid => "certificate_not_yet_valid",
            Self::CertificateOtherHost => "certificate_other_host",
            Self::CertificateSelfSigned => "certificate_self_signed",
            Self::CertificateUnknownAuthority => "certificate_unknown_authority",
            Self::CertificateFile => "certificate_file",
            Self::TlsFailed => "tls_failed",
            Self::PasswordMissing => "password_missing",
            Self::LoginRefused => "login_refused",
            Self::NoSuchDatabase => "no_such_database",
            Self::NotAllowed => "login_not_allowed",
            Self::TooManyConnections => "too_many_connections",
            Self::ServerStarting => "server_starting",
            Self::Environment => "environment_refused",
        }
    }

    /// The stage that did not come about.
    pub const fn stage(self) -> Stage {
        match self {
            Self::NameUnknown | Self::Environment => Stage::Name,
            Self::NoAnswer | Self::ConnectTimeout => Stage::Port,
            Self::TlsNotOffered
            | Self::CertificateExpired
            | Self::CertificateNotYetValid
            | Self::CertificateOtherHost
            | Self::CertificateSelfSigned
            | Self::CertificateUnknownAuthority
            | Self::CertificateFile
            | Self::TlsFailed => Stage::Tls,
            Self::PasswordMissing
            | Self::LoginRefused
            | Self::NoSuchDatabase
            | Self::NotAllowed
            | Self::TooManyConnections
            | Self::ServerStarting => Stage::Login,
        }
    }

    /// What happened and what to do, in words that name the target and no secret.
    fn sentence(self, target: &PostgresTarget) -> String {
        let PostgresTarget { port, database, user, .. } = target;
        let host = host_of(target);
        match self {
            Self::NameUnknown => format!("the name {host} has no address; check the host"),
            Self::NoAnswer => format!("nothing answers at {host}, port {port}; check host, port and network"),
            Self::ConnectTimeout => {
                format!(
                    "{host}, port {port}, did not answer in time; check network and firewall, or raise the time-out"
                )
            }
            Self::TlsNotOffered => format!(
                "{host} offers no TLS: it is set up without, or something on the way strips it; nothing was sent, not even the user"
            ),
            Self::CertificateExpired => {
                format!(
                    "the certificate of {host} has expired; its operator must renew it, or this machine's clock is wrong"
                )
            }
            Self::CertificateNotYetValid => {
                format!("the certificate of {host} is not valid yet; this machine's clock may be wrong")
            }
            Self::CertificateOtherHost => format!(
                "the certificate that was shown is not for {host}: the host is not the name that its operator uses, or it is another server"
            ),
            Self::CertificateSelfSigned => format!(
                "the certificate of {host} is self-signed, and nobody vouches for it; have it signed by an authority, and name that one's certificate in the connection"
            ),
            Self::CertificateUnknownAuthority => format!(
                "the certificate of {host} is from an authority that is not known here; name the certificate of the company's authority in the connection"
            ),
            Self::CertificateFile => {
                "a certificate or key file of this connection cannot be used; it must be a readable PEM file".to_owned()
            }
            Self::TlsFailed => format!("the line to {host} could not be encrypted"),
            Self::PasswordMissing => format!("{host} asks for the password of {user}, and none was given"),
            Self::LoginRefused => format!("{host} refused {user}: the name or the password is wrong"),
            Self::NoSuchDatabase => format!("{host} has no database {database}"),
            Self::NotAllowed => {
                format!(
                    "{host} does not let {user} into {database} from this machine; its operator decides who may come in"
                )
            }
            Self::TooManyConnections => format!("{host} has no connection left; try again later"),
            Self::ServerStarting => format!("{host} is starting or stopping; try again in a moment"),
            Self::Environment => "the environment would change the connection".to_owned(),
        }
    }

    /// The error of a connection to this target.
    pub(crate) fn at(self, target: &PostgresTarget, cause: Option<sqlx::Error>) -> StoreError {
        StoreError::Connect { problem: self, sentence: self.sentence(target), cause }
    }
}

fn host_of(target: &PostgresTarget) -> String {
    match &target.server {
        PostgresServer::Host(host) => host.clone(),
        PostgresServer::SocketFolder(folder) => folder.display().to_string(),
    }
}

/// What a connection came to.
#[derive(Debug)]
pub struct Reached {
    /// The last stage that came about; none when not even the name did.
    pub stage: Option<Stage>,
    /// Addresses of the host's name; empty for a socket.
    pub addresses: Vec<SocketAddr>,
    /// Why it went no further.
    pub error: Option<StoreError>,
}

/// Goes as far as possible: name, port, TLS, login.
pub(crate) async fn reach(target: &PostgresTarget) -> Reached {
    let mut reached = Reached { stage: None, addresses: Vec::new(), error: None };
    reached.error = steps(target, &mut reached.stage, &mut reached.addresses).await.err();
    reached
}

async fn steps(target: &PostgresTarget, stage: &mut Option<Stage>, addresses: &mut Vec<SocketAddr>) -> Result<()> {
    // Before anything leaves this machine.
    postgres_options(target)?;
    *addresses = resolve(target).await?;
    *stage = Some(Stage::Name);
    if !addresses.is_empty() {
        knock(target, addresses).await?;
        *stage = Some(Stage::Port);
    }
    let done = first_connection(target).await;
    *stage = match &done {
        Ok(()) => Some(Stage::Login),
        Err(StoreError::Connect { problem, .. }) => match problem.stage() {
            Stage::Login => Some(Stage::Tls),
            Stage::Tls => Some(Stage::Port),
            Stage::Port | Stage::Name => *stage,
        },
        Err(_) => *stage,
    };
    done
}

/// The addresses of the host; none for a socket.
async fn resolve(target: &PostgresTarget) -> Result<Vec<SocketAddr>> {
    let PostgresServer::Host(host) = &target.server else { return Ok(Vec::new()) };
    let found = within(target.limits.connect, lookup_host((host.as_str(), target.port))).await;
    let addresses: Vec<SocketAddr> = match found {
        None => return Err(ConnectProblem::ConnectTimeout.at(target, None)),
        Some(Err(error)) => return Err(ConnectProblem::NameUnknown.at(target, Some(sqlx::Error::Io(error)))),
        Some(Ok(found)) => found.collect(),
    };
    if addresses.is_empty() { Err(ConnectProblem::NameUnknown.at(target, None)) } else { Ok(addresses) }
}

/// Whether something listens at one of the addresses.
async fn knock(target: &PostgresTarget, addresses: &[SocketAddr]) -> Result<()> {
    match within(target.limits.connect, TcpStream::connect(addresses)).await {
        None => Err(ConnectProblem::ConnectTimeout.at(target, None)),
        Some(Err(error)) => Err(ConnectProblem::NoAnswer.at(target, Some(sqlx::Error::Io(error)))),
        Some(Ok(_)) => Ok(()),
    }
}

/// Connects once, and says what was in the way.
pub(crate) async fn first_connection(target: &PostgresTarget) -> Result<()> {
    let options = postgres_options(target)?;
    readable(target)?;
    match within(target.limits.connect, options.connect()).await {
        None => Err(ConnectProblem::ConnectTimeout.at(target, None)),
        Some(Err(error)) => Err(problem(&error, target).at(target, Some(error))),
        Some(Ok(connection)) => {
            // It has served: a line that breaks while it is closed is no matter.
            let _closed = connection.close().await;
            Ok(())
        }
    }
}

/// As [`first_connection`], after the host's name was looked up.
pub(crate) async fn connects(target: &PostgresTarget) -> Result<()> {
    resolve(target).await?;
    first_connection(target).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}

/// The files of the connection, before the driver fails on them without a name.
fn readable(target: &PostgresTarget) -> Result<()> {
    let Some(certificates) = target.tls.certificates() else { return Ok(()) };
    let client = certificates.client.iter().flat_map(|client| [&client.certificate, &client.key]);
    for file in certificates.root.iter().chain(client) {
        if let Err(error) = is_pem(file) {
            let cause = sqlx::Error::Io(std::io::Error::new(error.kind(), format!("{}: {error}", file.display())));
            return Err(ConnectProblem::CertificateFile.at(target, Some(cause)));
        }
    }
    Ok(())
}

fn is_pem(file: &Path) -> std::io::Result<()> {
    use std::io::{Error as IoError, ErrorKind, Read};
    const MAX_BYTES: u64 = 1 << 20;
    let mut text = Vec::new();
    std::fs::File::open(file)?.take(MAX_BYTES).read_to_end(&mut text)?;
    let has_mark = text.windows(11).any(|window| window == b"-----BEGIN ");
    if has_mark { Ok(()) } else { Err(IoError::new(ErrorKind::InvalidData, "not a PEM file")) }
}

/// Names what the driver reports.
fn problem(error: &sqlx::Error, target: &PostgresTarget) -> ConnectProblem {
    if let Some(database) = error.as_database_error() {
        return match database.code().as_deref() {
            Some("28P01") if target.password.is_none() => ConnectProblem::PasswordMissing,
            Some("28P01") => ConnectProblem::LoginRefused,
            Some("3D000") => ConnectProblem::NoSuchDatabase,
            Some("53300") => ConnectProblem::TooManyConnections,
            Some("57P01" | "57P02" | "57P03") => ConnectProblem::ServerStarting,
            _ => ConnectProblem::NotAllowed,
        };
    }
    if let Some(rustls) = cause::<rustls::Error>(error) {
        return certificate(rustls);
    }
    match error {
        sqlx::Error::Tls(cause) if cause.to_string() == "server does not support TLS" => ConnectProblem::TlsNotOffered,
        sqlx::Error::Tls(_) => ConnectProblem::TlsFailed,
        sqlx::Error::Configuration(_) => ConnectProblem::CertificateFile,
        // A line that ends or speaks otherwise while it is being encrypted.
        _ if target.tls != TlsMode::Off && !is_refusal(error) => ConnectProblem::TlsFailed,
        _ => ConnectProblem::NoAnswer,
    }
}

fn is_refusal(error: &sqlx::Error) -> bool {
    use std::io::ErrorKind;
    let kinds = [ErrorKind::ConnectionRefused, ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable];
    matches!(error, sqlx::Error::Io(error) if kinds.contains(&error.kind()))
}

fn certificate(error: &rustls::Error) -> ConnectProblem {
    use rustls::{CertificateError as C, Error as E};
    let E::InvalidCertificate(why) = error else { return ConnectProblem::TlsFailed };
    match why {
        C::Expired | C::ExpiredContext { .. } => ConnectProblem::CertificateExpired,
        C::NotValidYet | C::NotValidYetContext { .. } => ConnectProblem::CertificateNotYetValid,
        C::NotValidForName | C::NotValidForNameContext { .. } => ConnectProblem::CertificateOtherHost,
        C::UnknownIssuer | C::BadSignature => ConnectProblem::CertificateUnknownAuthority,
        // The verifier says so of an authority's own certificate that a server shows: signed by itself.
        C::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => ConnectProblem::CertificateSelfSigned,
        _ => ConnectProblem::TlsFailed,
    }
}

/// The first cause of a type. An I/O error keeps the error inside it out of `source`.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}
