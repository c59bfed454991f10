//! Which database a face means: a SQLite file, or a PostgreSQL address without a password.
//!
//! Not the connection: [`crate::open`] makes it. A password never stands in an address, because addresses end up in
//! process lists, shell histories and logs. Environment variables and password files are not read.

use crate::error::{OperationError, Result};
use std::fmt;
use std::path::PathBuf;

/// A database as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresTarget),
}

/// The address of a PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresTarget {
    /// Host name or address, or the folder of a local socket (begins with `/`).
    pub host: String,
    /// The port; it names the socket file, too.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The role; the operating-system user where none is given.
    pub user: Option<String>,
    /// The certificate of the authority that signed the server's; none for those that the system trusts.
    pub root_certificate: Option<PathBuf>,
}

impl PostgresTarget {
    /// Whether the host is the folder of a local socket.
    pub fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(address) => write!(f, "{} at {}:{}", address.database, address.host, address.port),
        }
    }
}

const PASSWORD_IN_ADDRESS: &str =
    "The database address holds a password: leave it out and use --password (prompt) or --password-fd.";

fn invalid(message: impl Into<String>) -> OperationError {
    OperationError::wrong_use("invalid_database", message).field("db")
}

impl std::str::FromStr for Target {
    type Err = OperationError;

    /// Takes a file, `postgres://[user@]host[:port]/database[?host=...&port=...&user=...]`, or
    /// `host=... port=... dbname=... user=...`.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(invalid("The database address is empty: give a file or a postgres:// address."));
        }
        if text.contains('\0') {
            return Err(invalid("The database address holds a zero byte."));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return match scheme.to_ascii_lowercase().as_str() {
                "postgres" | "postgresql" => postgres_url(rest).map(Self::Postgres),
                "file" | "sqlite" => Ok(Self::File(PathBuf::from(percent_decoded(rest)?))),
                _ => Err(invalid("The database address must be a file or begin with postgres://.")),
            };
        }
        let first_word = text.split('=').next().unwrap_or_default();
        if text.contains('=') && ["host", "hostaddr", "port", "dbname", "user", "password"].contains(&first_word.trim())
        {
            return postgres_words(text).map(Self::Postgres);
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

#[derive(Default)]
struct Parts {
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    user: Option<String>,
    root_certificate: Option<String>,
}

impl Parts {
    fn set(&mut self, name: &str, value: String) -> Result<()> {
        let place = match name {
            "host" | "hostaddr" => &mut self.host,
            "port" => &mut self.port,
            "dbname" | "database" => &mut self.database,
            "user" => &mut self.user,
            "sslrootcert" => &mut self.root_certificate,
            "password" | "passfile" | "sslpassword" => return Err(password_refused()),
            _ => {
                let shown: String = name.chars().take(40).collect();
                return Err(invalid(format!(
                    "'{shown}' is not a part of a database address: use host, port, dbname, user, sslrootcert."
                )));
            }
        };
        *place = Some(value);
        Ok(())
    }

    fn finish(self) -> Result<PostgresTarget> {
        let port = match self.port.as_deref() {
            None | Some("") => 5432,
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(invalid("The port of the database address must be a number from 1 to 65535.")),
            },
        };
        let some = |value: Option<String>| value.filter(|text| !text.is_empty());
        let host = some(self.host)
            .ok_or_else(|| invalid("The database address names no host: add host=... or a socket folder."))?;
        let user = some(self.user);
        let root_certificate = some(self.root_certificate).map(PathBuf::from);
        if root_certificate.is_some() && host.starts_with('/') {
            return Err(invalid("A local socket has no line to verify: leave sslrootcert out."));
        }
        let database = some(self.database)
            .ok_or_else(|| invalid("The database address names no database: end it with /NAME or add dbname=NAME."))?;
        Ok(PostgresTarget { host, port, database, user, root_certificate })
    }
}

fn password_refused() -> OperationError {
    OperationError::wrong_use("password_in_address", PASSWORD_IN_ADDRESS).field("db")
}

fn postgres_url(rest: &str) -> Result<PostgresTarget> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    if login.contains(':') {
        return Err(password_refused());
    }
    let mut parts = Parts::default();
    let (host, port) = host_and_port(place)?;
    for (name, value) in [("user", login), ("host", host), ("port", port), ("dbname", database)] {
        if !value.is_empty() {
            parts.set(name, percent_decoded(value)?)?;
        }
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.set(&percent_decoded(name)?.to_ascii_lowercase(), percent_decoded(value)?)?;
    }
    parts.finish()
}

/// Splits `host:port` and `[v6]:port`; the port may be absent.
fn host_and_port(place: &str) -> Result<(&str, &str)> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, after) =
            rest.split_once(']').ok_or_else(|| invalid("The address in brackets does not end with ']'."))?;
        return Ok((host, after.strip_prefix(':').unwrap_or(after)));
    }
    Ok(place.split_once(':').unwrap_or((place, "")))
}

fn postgres_words(text: &str) -> Result<PostgresTarget> {
    let mut parts = Parts::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) =
            rest.split_once('=').ok_or_else(|| invalid("Each part of the address must be name=value."))?;
        let (value, left) = word(after.trim_start())?;
        parts.set(&name.trim().to_ascii_lowercase(), value)?;
        rest = left.trim_start();
    }
    parts.finish()
}

/// One value: up to a blank, or in single quotes; a backslash takes the next character as it is.
fn word(text: &str) -> Result<(String, &str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, next)| next)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            blank if blank.is_whitespace() && !quoted => return Ok((value, &text[at..])),
            other => value.push(other),
        }
    }
    if quoted { Err(invalid("A quoted part of the address does not end.")) } else { Ok((value, "")) }
}

fn percent_decoded(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let digits = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.ok_or_else(|| invalid("A '%' in the address must be followed by two hexadecimal digits."))?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|_| invalid("The address is not valid UTF-8 once decoded."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn postgres(host: &str, port: u16, database: &str, user: Option<&str>) -> Target {
        let (host, database) = (host.to_owned(), database.to_owned());
        Target::Postgres(PostgresTarget { host, port, database, user: user.map(str::to_owned), root_certificate: None })
    }

    #[rstest]
    #[case("usage.db", Target::File("usage.db".into()))]
    #[case("a=b.db", Target::File("a=b.db".into()))]
    #[case("postgres://u@h:6000/d", postgres("h", 6000, "d", Some("u")))]
    #[case("postgresql://h/d", postgres("h", 5432, "d", None))]
    #[case("postgres:///d?host=/run/pg&port=7", postgres("/run/pg", 7, "d", None))]
    #[case("postgres://u@%2Frun%2Fpg/d", postgres("/run/pg", 5432, "d", Some("u")))]
    #[case("postgres://[::1]:99/d", postgres("::1", 99, "d", None))]
    #[case("host=/run/pg dbname=d user='a b'", postgres("/run/pg", 5432, "d", Some("a b")))]
    fn an_address_is_understood(#[case] text: &str, #[case] expected: Target) {
        assert_eq!(text.parse::<Target>().unwrap(), expected, "{text} means this database");
    }

    #[rstest]
    #[case("postgres://u:hunter2@h/d")]
    #[case("postgres://h/d?password=hunter2")]
    #[case("postgres://h/d?PASSWORD=hunter2")]
    #[case("postgres://h/d?pass%77ord=hunter2")]
    #[case("host=h dbname=d password=hunter2")]
    #[case("password=hunter2 host=h")]
    #[case("postgres://u:@h/d")]
    fn a_password_in_the_address_is_refused_and_not_repeated(#[case] text: &str) {
        let error = text.parse::<Target>().unwrap_err();
        assert_eq!(error.code(), "password_in_address", "{text} holds a password");
        assert!(!format!("{error:?}").contains("hunter2"), "an error must not repeat a password");
    }

    #[rstest]
    #[case("")]
    #[case("postgres://h")]
    #[case("postgres:///d")]
    #[case("postgres://h:0/d")]
    #[case("postgres://h:notaport/d")]
    #[case("postgres://h/d?sslmode=disable")]
    #[case("mysql://h/d")]
    #[case("postgres://h/%zz")]
    #[case("host='unfinished")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Target>().unwrap_err().code(), "invalid_database", "{text} names no database");
    }
}
