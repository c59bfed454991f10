//! The keyring of the operating system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! The store of each system is opened anew for each call: a keyring that was started, restarted or unlocked meanwhile
//! is found, which one that is kept for the life of the process would not be. There is no store in memory and none in a
//! file to fall back to.

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use operations::connect::{Keyring, KeyringError, SecretName};
use secrecy::{ExposeSecret, SecretString};

/// What this program's passwords are filed under.
pub const SERVICE: &str = "countinghouse";

/// The keyring of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeyring;

impl SystemKeyring {
    fn entry(name: &SecretName) -> Result<Entry, KeyringError> {
        #[cfg(target_os = "macos")]
        let store = apple_native_keyring_store::keychain::Store::new();
        #[cfg(windows)]
        let store = windows_native_keyring_store::Store::new();
        #[cfg(all(unix, not(target_os = "macos")))]
        let store = zbus_secret_service_keyring_store::Store::new();
        // No store can be opened where there is no bus, no service, or no keychain.
        let store = store.map_err(|error| KeyringError::Unavailable(detail(&error)))?;
        store.build(SERVICE, name.as_str(), None).map_err(|error| named(&error))
    }
}

impl Keyring for SystemKeyring {
    fn read(&self, name: &SecretName) -> Result<Option<SecretString>, KeyringError> {
        match Self::entry(name)?.get_password() {
            Ok(text) => Ok(Some(text.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(named(&error)),
        }
    }

    fn keep(&self, name: &SecretName, secret: &SecretString) -> Result<(), KeyringError> {
        Self::entry(name)?.set_password(secret.expose_secret()).map_err(|error| named(&error))
    }

    fn forget(&self, name: &SecretName) -> Result<(), KeyringError> {
        match Self::entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(named(&error)),
        }
    }
}

/// What the keyring said, without what it holds.
fn named(error: &Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked(detail(error)),
        Error::NoDefaultStore => KeyringError::Unavailable(detail(error)),
        Error::Ambiguous(_) => KeyringError::Ambiguous,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::Damaged,
        Error::PlatformFailure(cause) => of_platform(&cause.to_string(), error),
        _ => KeyringError::Failed(detail(error)),
    }
}

/// The Secret Service tells what happened in the names of its errors.
fn of_platform(cause: &str, error: &Error) -> KeyringError {
    let says = |names: &[&str]| names.iter().any(|name| cause.contains(name));
    if says(&["IsLocked", "Locked", "locked", "rompt was dismissed"]) {
        KeyringError::Locked(detail(error))
    } else if says(&["AccessDenied", "access denied", "not permitted"]) {
        KeyringError::Denied(detail(error))
    } else if says(&["ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected", "broken pipe"]) {
        KeyringError::Unavailable(detail(error))
    } else {
        KeyringError::Failed(detail(error))
    }
}

/// The text of an error that holds no bytes of a secret: of those the text is left out.
fn detail(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => String::new(),
        error => error.to_string(),
    }
}
