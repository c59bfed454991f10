//! Saved connections: what a person fills in, what the list shows, what a test found. No secret ever crosses outwards.

use super::Environment;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// What is asked of the line to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TlsChoice {
    /// Encrypted, and the certificate is for this host and from a known authority.
    VerifyFull,
    /// Encrypted, and the certificate is from a known authority, for whatever host.
    VerifyCa,
    /// Not encrypted; only for a line that does not leave this machine.
    Off,
}

/// A connection as a person fills it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct ConnectionForm {
    /// Its name, which no other connection has.
    pub name: String,
    /// `production`, `staging` or `development`.
    pub environment: Environment,
    /// Host name or address, or the folder of a local socket (begins with `/`).
    pub host: String,
    /// The port; it names the socket file, too.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The login.
    pub user: String,
    /// What is asked of the line.
    pub tls: TlsChoice,
    /// The certificate of the authority that signed the server's: an absolute path, PEM.
    pub root_certificate: Option<String>,
    /// What this side shows of itself: an absolute path, PEM.
    pub client_certificate: Option<String>,
    /// Its key: an absolute path, PEM.
    pub client_key: Option<String>,
    /// Whether nothing can be changed through it.
    pub read_only: bool,
    /// Whether a superuser or an owner may work through it; only for development.
    pub allow_owner: bool,
    /// Seconds to connect, 1 to 120.
    pub connect_timeout_s: u32,
    /// Seconds for one statement, 1 to 86,400; none for no limit.
    pub statement_timeout_s: Option<u32>,
}

/// Where the password of a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// Nowhere: the server asks for none, or the person is asked.
    None,
    /// In the keyring of the operating system.
    Keyring,
    /// In this program's memory, until it ends.
    Run,
}

/// A saved connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConnectionRow {
    /// Its id.
    pub connection_id: String,
    /// What was filled in.
    pub settings: ConnectionForm,
    /// User, host and database in one line.
    pub location: String,
    /// Where its password is.
    pub secret: SecretPlace,
    /// When it was opened last.
    pub last_used_at: Option<String>,
}

/// A password on its way in. It has no Debug and is never written:
///
/// ```compile_fail
/// println!("{:?}", operations::wire::SecretText::from(String::new()));
/// ```
/// ```compile_fail
/// serde_json::to_string(&operations::wire::SecretText::from(String::new()));
/// ```
#[derive(Clone, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// The longest password, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// The secret.
    pub fn into_secret(self) -> SecretString {
        self.0.into()
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Where a given password is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeepSecret {
    /// In the keyring of the operating system.
    Keyring,
    /// In this program's memory, until it ends.
    Run,
}

/// A password that a person gave, and where it shall be kept.
#[derive(Clone, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct SecretInput {
    /// The password.
    pub text: SecretText,
    /// Where it is kept.
    pub keep: KeepSecret,
}

/// What a test of a connection looks at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TestStepName {
    /// The password is at hand.
    Secret,
    /// The host's name has an address.
    Name,
    /// Something listens at the port.
    Port,
    /// The line is encrypted and the certificate verified.
    Tls,
    /// The server lets the login in.
    Login,
    /// What the login may do.
    Rights,
    /// Whether the schema is this program's.
    Schema,
    /// How far the clocks differ.
    Clock,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// As it should be.
    Good,
    /// It works, and something is worth a look.
    Doubtful,
    /// It does not work.
    Failed,
    /// Not looked at, because a step before failed.
    Skipped,
}

/// One step of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TestStep {
    /// What was looked at.
    pub step: TestStepName,
    /// How it ended.
    pub outcome: StepOutcome,
    /// What was found, and what to do where it failed.
    pub sentence: String,
    /// The stable code of a failure.
    pub code: Option<String>,
}

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConnectionTest {
    /// Whether it can be opened.
    pub ok: bool,
    /// All steps, in their order.
    pub steps: Vec<TestStep>,
}

/// A connection that was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ConnectionRemoved {
    /// Its id.
    pub connection_id: String,
    /// Its name.
    pub name: String,
    /// Why its password may still be in the keyring; none when nothing is left.
    pub secret_left: Option<String>,
}

/// A step that a migration would take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MigrationStepShown {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub summary: String,
}

/// What a migration would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MigrationPreview {
    /// The schema of the database; 0 for an empty one.
    pub from: u32,
    /// The schema of this program.
    pub to: u32,
    /// The steps between them.
    pub steps: Vec<MigrationStepShown>,
    /// What is done about a backup, in a sentence.
    pub backup: String,
    /// Whether the person must say where the backup is.
    pub backup_asked: bool,
}
