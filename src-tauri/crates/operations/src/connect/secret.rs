//! The keyring of the operating system, as the use cases need it, and how long they wait for it.
//!
//! Not a keyring: faces pass one in. There is no other place for a password but the memory of this run; a keyring that
//! cannot be used is an error with a sentence, never a file and never a pretended keyring.

use super::profile::Profile;
use crate::error::{OperationError, Result};
use crate::wire::TlsChoice;
use secrecy::SecretString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a keyring may take: a person waits for its message.
pub const KEYRING_LIMIT: Duration = Duration::from_secs(5);

/// Under which name a password lies in the keyring. It names the target, too, and how its line is verified: a password that
/// was given for one server is not found for another, nor for a weaker line, whoever edits the settings file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretName(String);

impl SecretName {
    /// The name for a connection as it stands.
    pub(super) fn of(profile: &Profile) -> Self {
        let form = &profile.form;
        let line = match form.tls {
            TlsChoice::Off => "off",
            TlsChoice::VerifyCa => "verify-ca",
            TlsChoice::VerifyFull => "verify-full",
        };
        let authority = form.root_certificate.as_deref().unwrap_or("system");
        let target = format!("{}@{}:{}/{}", form.user, form.host, form.port, form.database);
        Self(format!("{} {target} {line} {authority}", profile.id))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a keyring could not be used. The texts are technical details and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringError {
    /// There is none, or it cannot be reached.
    Unavailable(String),
    /// It is locked, and was not unlocked when it asked.
    Locked(String),
    /// It refused.
    Denied(String),
    /// It holds several things under one name.
    Ambiguous,
    /// What it holds is no password.
    Damaged,
    /// It failed in another way.
    Failed(String),
}

/// The keyring of the operating system. All calls block.
pub trait Keyring: Send + Sync {
    /// A password; none when there is none under this name.
    ///
    /// # Errors
    /// Why it could not be used.
    fn read(&self, name: &SecretName) -> std::result::Result<Option<SecretString>, KeyringError>;

    /// Keeps a password, in the place of one that is there.
    ///
    /// # Errors
    /// Why it could not be used.
    fn keep(&self, name: &SecretName, secret: &SecretString) -> std::result::Result<(), KeyringError>;

    /// Forgets a password; nothing to do when there is none.
    ///
    /// # Errors
    /// Why it could not be used.
    fn forget(&self, name: &SecretName) -> std::result::Result<(), KeyringError>;
}

struct Detail(String);

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<KeyringError> for OperationError {
    fn from(error: KeyringError) -> Self {
        let with = |code, sentence: &str, detail: String| {
            let error = Self::refused(code, sentence).field("secret");
            if detail.is_empty() { error } else { error.because(Detail(detail).to_string()) }
        };
        match error {
            KeyringError::Unavailable(detail) => with(
                "keyring_unavailable",
                "There is no keyring on this machine that can be used. The password can be kept for this run only.",
                detail,
            ),
            KeyringError::Locked(detail) => with(
                "keyring_locked",
                "The keyring is locked and was not unlocked. Unlock it and try again, or keep the password for this run only.",
                detail,
            ),
            KeyringError::Denied(detail) => with(
                "keyring_denied",
                "The keyring refused. Allow it there and try again, or keep the password for this run only.",
                detail,
            ),
            KeyringError::Ambiguous => with(
                "keyring_ambiguous",
                "The keyring holds several passwords for this connection. Take the wrong ones out of it, or give the password for this run only.",
                String::new(),
            ),
            KeyringError::Damaged => with(
                "keyring_damaged",
                "What the keyring holds for this connection is no password. Give the password again.",
                String::new(),
            ),
            KeyringError::Failed(detail) => {
                with("keyring_failed", "The keyring failed. Try again, or keep the password for this run only.", detail)
            }
        }
    }
}

fn too_slow() -> OperationError {
    let sentence = "The keyring did not answer within 5 seconds. It may wait for you to unlock it: do that and try \
        again, or keep the password for this run only.";
    OperationError::refused("keyring_timeout", sentence).field("secret")
}

/// Runs one call on a thread of its own and waits for it no longer than a person would. A call that hangs keeps its
/// thread, not the program: the runtime would wait at its end for one of its own.
pub(super) async fn ask<T: Send + 'static>(
    keyring: &Arc<dyn Keyring>,
    call: impl FnOnce(&dyn Keyring) -> std::result::Result<T, KeyringError> + Send + 'static,
) -> Result<T> {
    let keyring = Arc::clone(keyring);
    let (send, answer) = tokio::sync::oneshot::channel();
    let work = move || {
        // Nobody waits any more: the answer is dropped.
        let _unheard = send.send(call(keyring.as_ref()));
    };
    std::thread::Builder::new().name("keyring".to_owned()).spawn(work).map_err(|error| {
        OperationError::failed("keyring_failed", "The keyring could not be asked.").field("secret").because(error)
    })?;
    match tokio::time::timeout(KEYRING_LIMIT, answer).await {
        Err(_) => Err(too_slow()),
        Ok(Ok(answer)) => Ok(answer?),
        Ok(Err(_)) => Err(KeyringError::Failed("its thread ended without an answer".to_owned()).into()),
    }
}
