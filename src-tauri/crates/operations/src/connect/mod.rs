//! Saved connections: list, add, edit, duplicate, remove, test, open.
//!
//! What a person filled in lies in a settings file; passwords lie in the keyring of the operating system, or in the
//! memory of this run, and nowhere else. No environment variable, address or password file takes part.

mod diagnose;
mod file;
mod profile;
mod secret;

pub use profile::{Profile, stays_here};
pub use secret::{KEYRING_LIMIT, Keyring, KeyringError, SecretName};

use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::open::{OwnerRule, daily_work};
use crate::wire::{
    ConnectionForm, ConnectionName, ConnectionRemoved, ConnectionRow, ConnectionTest, DatabaseStatus, Environment,
    KeepSecret, SecretInput, SecretText,
};
use billing::ids::ConnectionId;
use file::SettingsFile;
use secrecy::SecretString;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use store::ledger::LedgerEnvironment;
use store::{Access, Store, Target};

/// The saved connections of this person on this machine.
pub struct Connections {
    file: SettingsFile,
    keyring: Arc<dyn Keyring>,
    /// Passwords that are kept for this run only.
    run: Mutex<HashMap<SecretName, SecretString>>,
}

/// A connection that was opened.
pub struct Opened {
    /// The database.
    pub store: Store,
    /// The connection.
    pub profile: Profile,
    /// Why it could not be noted that it was used, and its password not kept; the database is open all the same.
    pub not_noted: Option<OperationError>,
}

/// The file in the program's folder of settings.
pub fn settings_file(config_folder: &Path) -> PathBuf {
    config_folder.join("connections.toml")
}

fn unknown() -> OperationError {
    OperationError::not_found("unknown_connection", "There is no such connection.").field("connection")
}

fn checked_secret(secret: SecretText) -> Result<SecretString> {
    use secrecy::ExposeSecret;
    let secret = secret.into_secret();
    let wrong = |sentence: &str| Err(OperationError::wrong_use("invalid_secret", sentence).field("secret"));
    match secret.expose_secret() {
        "" => wrong("The password is empty."),
        text if text.len() > SecretText::MAX_BYTES => wrong("The password is longer than 1024 bytes."),
        text if text.contains('\0') => wrong("The password holds a zero byte, which no server takes."),
        _ => Ok(secret),
    }
}

impl Connections {
    /// The connections in a settings file, with a keyring for their passwords.
    pub fn new(file: PathBuf, keyring: Arc<dyn Keyring>) -> Self {
        Self { file: SettingsFile::at(file), keyring, run: Mutex::default() }
    }

    fn in_memory(&self, profile: &Profile) -> Option<SecretString> {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        run.get(&SecretName::of(profile)).cloned()
    }

    fn row(&self, profile: &Profile) -> ConnectionRow {
        profile.row(self.in_memory(profile).is_some())
    }

    /// All connections; the one that was opened last comes first, then by name.
    ///
    /// # Errors
    /// `settings_damaged`, `settings_newer`.
    pub fn list(&self) -> Result<Vec<ConnectionRow>> {
        let mut profiles = self.file.read()?;
        profiles.sort_by(|one, other| {
            let by_name = || one.form.name.to_lowercase().cmp(&other.form.name.to_lowercase());
            other.last_used_at.cmp(&one.last_used_at).then_with(by_name)
        });
        Ok(profiles.iter().map(|profile| self.row(profile)).collect())
    }

    /// A connection by its id or its exact name.
    ///
    /// # Errors
    /// `unknown_connection`; as [`Connections::list`].
    pub fn find(&self, text: &str) -> Result<Profile> {
        let id = text.parse::<ConnectionId>().ok();
        let found = self.file.read()?.into_iter().find(|profile| Some(profile.id) == id || profile.form.name == text);
        found.ok_or_else(unknown)
    }

    /// Adds a connection. Its password is kept first: without a keyring nothing is added.
    ///
    /// # Errors
    /// `invalid_connection`, `invalid_secret` and `name_taken` with the field at fault; `keyring_...`; `cannot_write`.
    pub async fn add(
        &self,
        host: &dyn Host,
        form: ConnectionForm,
        secret: Option<SecretInput>,
    ) -> Result<ConnectionRow> {
        let id = ConnectionId::from_uuid(host.new_uuid());
        let mut profile = Profile { id, form: profile::checked(form)?, in_keyring: false, last_used_at: None };
        // Before a password is kept for nothing.
        room_for(&self.file.read()?, &profile)?;
        if let Some(secret) = secret {
            self.keep(&mut profile, secret).await?;
        }
        let added = profile.clone();
        let written = self.file.change(move |profiles| {
            room_for(profiles, &added)?;
            profiles.push(added);
            Ok(())
        });
        if let Err(error) = written {
            // It is not there: its password must not be, either. The first error is the one to show.
            let _forgotten = self.forget(&profile).await;
            return Err(error);
        }
        Ok(self.row(&profile))
    }

    /// Changes a connection. A password that was kept stays only while server, database and login stay.
    ///
    /// # Errors
    /// As [`Connections::add`]; `unknown_connection`.
    pub async fn edit(&self, id: &str, form: ConnectionForm, secret: Option<SecretInput>) -> Result<ConnectionRow> {
        let before = self.find(id)?;
        let form = profile::checked(form)?;
        let mut given = Profile { form, in_keyring: false, ..before.clone() };
        room_for(&self.file.read()?, &given)?;
        if let Some(secret) = secret {
            self.keep(&mut given, secret).await?;
        }
        let new = given.clone();
        // A keyring may take its time: somebody else may have changed the connection meanwhile.
        let written = self.file.change(move |profiles| {
            room_for(profiles, &new)?;
            let place = profiles.iter_mut().find(|profile| profile.id == new.id).ok_or_else(unknown)?;
            let in_keyring = new.in_keyring || place.in_keyring && place.same_target(&new.form);
            let after = Profile { in_keyring, last_used_at: place.last_used_at, ..new };
            Ok((std::mem::replace(place, after.clone()), after))
        });
        match written {
            Ok((replaced, after)) => {
                if !replaced.same_target(&after.form) {
                    // The password of the old server is of no use any more; a keyring that fails keeps what nobody asks for.
                    let _forgotten = self.forget(&replaced).await;
                }
                Ok(self.row(&after))
            }
            Err(error) => {
                self.undo(&before, &given).await;
                Err(error)
            }
        }
    }

    /// Takes a password out of the keyring again that was kept for a connection which could not be saved so. One that lies
    /// in the place of another stays: the settings still say that there is one, and it is the newer.
    async fn undo(&self, saved: &Profile, kept: &Profile) {
        if kept.in_keyring && !(saved.in_keyring && saved.same_target(&kept.form)) {
            // The error of the settings is the one to show.
            let _forgotten = self.forget(kept).await;
        }
    }

    /// Adds a copy under another name, without the password.
    ///
    /// # Errors
    /// As [`Connections::add`]; `unknown_connection`.
    pub async fn duplicate(&self, host: &dyn Host, id: &str, name: &str) -> Result<ConnectionRow> {
        let form = ConnectionForm { name: name.to_owned(), ..self.find(id)?.form };
        self.add(host, form, None).await
    }

    /// Takes a connection away, and its password out of the keyring.
    ///
    /// # Errors
    /// `unknown_connection`, `cannot_write`.
    pub async fn remove(&self, id: &str) -> Result<ConnectionRemoved> {
        let profile = self.find(id)?;
        self.file.change(|profiles| {
            profiles.retain(|kept| kept.id != profile.id);
            Ok(())
        })?;
        let left = self.forget(&profile).await.err().map(|error| error.to_string());
        Ok(ConnectionRemoved { connection_id: profile.id.to_string(), name: profile.form.name, secret_left: left })
    }

    /// Tests a connection as the form stands, step by step, with the password that is given or, for the same server,
    /// kept. Nothing is saved and nothing written.
    ///
    /// # Errors
    /// `invalid_connection`, `invalid_secret`; what does not work is in the answer.
    pub async fn test(
        &self,
        host: &dyn Host,
        id: Option<&str>,
        form: ConnectionForm,
        secret: Option<SecretText>,
    ) -> Result<ConnectionTest> {
        let form = profile::checked(form)?;
        let saved = id.map(|id| self.find(id)).transpose()?.filter(|saved| saved.same_target(&form));
        let password = match (secret, &saved) {
            (Some(secret), _) => Ok(Some(checked_secret(secret)?)),
            (None, Some(saved)) => self.kept(saved).await,
            (None, None) => Ok(None),
        };
        let profile = match saved {
            Some(saved) => Profile { form, ..saved },
            None => {
                let id = ConnectionId::from_uuid(host.new_uuid());
                Profile { id, form, in_keyring: false, last_used_at: None }
            }
        };
        Ok(diagnose::diagnose(&profile, password, host).await)
    }

    /// Opens a connection, with a given password or the one that is kept, for `most` at most: to write only where the
    /// connection and its login allow it. Notes that it was used last; where that cannot be written it is open all the same.
    ///
    /// # Errors
    /// `unknown_connection`; `keyring_...` and `secret_missing` when the password cannot be had; `owner_login`; codes of
    /// the store when the server cannot be reached or holds no ledger of this program.
    pub async fn open(&self, host: &dyn Host, id: &str, secret: Option<SecretInput>, most: Access) -> Result<Opened> {
        let profile = self.find(id)?;
        let (password, keep) = match secret {
            Some(SecretInput { text, keep }) => (Some(checked_secret(text)?), Some(keep)),
            None => (self.kept(&profile).await?, None),
        };
        let store = opened(&profile, password.clone(), most).await?;
        let mut used = Profile { last_used_at: Some(host.now_of_people()), in_keyring: false, ..profile.clone() };
        if let (Some(secret), Some(keep)) = (password, keep) {
            // Only a password that was let in is kept.
            if let Err(error) = self.keep_secret(&mut used, secret, keep).await {
                store.close().await;
                return Err(error);
            }
        }
        let (saved, not_noted) = match self.note_used(&used) {
            Ok(saved) => (saved, None),
            Err(error) => (profile.clone(), Some(error)),
        };
        self.undo(&saved, &used).await;
        Ok(Opened { store, profile: Profile { in_keyring: saved.in_keyring, ..used }, not_noted })
    }

    /// Opens a connection for review, with the password that is kept: all looks see this moment, nothing is written.
    ///
    /// # Errors
    /// As [`Connections::open`].
    pub async fn review(&self, host: &dyn Host, id: &str) -> Result<Opened> {
        let profile = self.find(id)?;
        let target = Target::Postgres(profile.target(self.kept(&profile).await?));
        let store = Store::open_pinned(&target, host.now_of_people(), &std::env::temp_dir()).await?;
        match daily_work(&store, OwnerRule::of(&profile.form)).await {
            Ok(_) => Ok(Opened { store, profile, not_noted: None }),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// The login of a saved connection for the one act of changing its schema, with the owner's name where it is
    /// another than the one of daily work.
    ///
    /// # Errors
    /// As [`Connections::open`].
    pub async fn login(&self, id: &str, secret: Option<SecretText>) -> Result<Target> {
        let profile = self.find(id)?;
        let password = match secret {
            Some(secret) => Some(checked_secret(secret)?),
            None => self.kept(&profile).await?,
        };
        let mut target = profile.target(password);
        // A migration takes as long as it takes.
        target.limits.statement = None;
        Ok(Target::Postgres(target))
    }

    /// Notes when a connection was opened and, where its password was kept just now, that it is in the keyring. Gives it as
    /// it is saved now: to connect takes its time, and somebody else may have changed it meanwhile.
    fn note_used(&self, used: &Profile) -> Result<Profile> {
        self.file.change(|profiles| {
            let Some(profile) = profiles.iter_mut().find(|profile| profile.id == used.id) else {
                return Ok(Profile { in_keyring: false, ..used.clone() });
            };
            profile.last_used_at = profile.last_used_at.max(used.last_used_at);
            profile.in_keyring |= used.in_keyring && profile.same_target(&used.form);
            Ok(profile.clone())
        })
    }

    /// The password of a connection, from the memory of this run or the keyring; none where none is kept.
    async fn kept(&self, profile: &Profile) -> Result<Option<SecretString>> {
        if let Some(secret) = self.in_memory(profile) {
            return Ok(Some(secret));
        }
        if !profile.in_keyring {
            return Ok(None);
        }
        let name = SecretName::of(profile);
        let found = secret::ask(&self.keyring, move |keyring| keyring.read(&name)).await?;
        let missing = || {
            let sentence = "The keyring no longer holds the password of this connection. Give it again.";
            OperationError::not_found("secret_missing", sentence).field("secret")
        };
        found.map(Some).ok_or_else(missing)
    }

    async fn keep(&self, profile: &mut Profile, given: SecretInput) -> Result<()> {
        let secret = checked_secret(given.text)?;
        self.keep_secret(profile, secret, given.keep).await
    }

    async fn keep_secret(&self, profile: &mut Profile, secret: SecretString, keep: KeepSecret) -> Result<()> {
        let name = SecretName::of(profile);
        match keep {
            KeepSecret::Run => {
                self.run.lock().unwrap_or_else(PoisonError::into_inner).insert(name, secret);
            }
            KeepSecret::Keyring => {
                let kept = name.clone();
                secret::ask(&self.keyring, move |keyring| keyring.keep(&kept, &secret)).await?;
                profile.in_keyring = true;
                // The keyring's is the newer one.
                self.run.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
            }
        }
        Ok(())
    }

    async fn forget(&self, profile: &Profile) -> Result<()> {
        let name = SecretName::of(profile);
        self.run.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        if profile.in_keyring {
            secret::ask(&self.keyring, move |keyring| keyring.forget(&name)).await?;
        }
        Ok(())
    }
}

/// Whether the list takes a connection: there is room, and no other has its name.
fn room_for(profiles: &[Profile], new: &Profile) -> Result<()> {
    let others = || profiles.iter().filter(|profile| profile.id != new.id);
    if others().any(|other| other.form.name.to_lowercase() == new.form.name.to_lowercase()) {
        let sentence = format!("There is a connection named {} already.", new.form.name);
        return Err(OperationError::wrong_use("name_taken", sentence).field("name"));
    }
    if others().count() >= file::MOST {
        let sentence = format!("There are {} connections, the most that can be kept: remove one.", file::MOST);
        return Err(OperationError::refused("too_many_saved", sentence));
    }
    Ok(())
}

/// Opens the database of a connection for as much as connection and login allow.
async fn opened(profile: &Profile, password: Option<SecretString>, most: Access) -> Result<Store> {
    let target = Target::Postgres(profile.target(password));
    let looks = profile.form.read_only || most == Access::ReadOnly;
    let asked = if looks { Access::ReadOnly } else { Access::ReadWrite };
    let store = Store::connect(&target, asked).await?;
    let checked = daily_work(&store, OwnerRule::of(&profile.form)).await;
    match checked {
        Ok(rights) if asked == Access::ReadWrite && !rights.may_write() => {
            store.close().await;
            Ok(Store::open(&target, Access::ReadOnly).await?)
        }
        Ok(_) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// What a person types before a change: the name of the ledger, where it or its connection is for production.
///
/// # Errors
/// When the database fails.
pub async fn typed_before_changes(store: &Store, profile: Option<&Profile>) -> Result<Option<String>> {
    let ledger = store.read(|read| Box::pin(store::ledger::info(read))).await?;
    let saved_as_production = profile.is_some_and(|profile| profile.form.environment == Environment::Production);
    let is_production = saved_as_production || ledger.environment == LedgerEnvironment::Production;
    Ok(is_production.then(|| ledger.name.trim().to_owned()))
}

/// What the top bar says about a database that a saved connection opened. Where connection and ledger disagree about
/// the environment, the more careful one holds.
pub fn described(mut status: DatabaseStatus, profile: &Profile) -> DatabaseStatus {
    let saved = profile.form.environment;
    if saved != status.environment {
        let word = |environment| format!("{environment:?}").to_lowercase();
        let sentence = "the connection is saved as {}, but the ledger says that it is {}";
        let sentence = sentence.replacen("{}", &word(saved), 1).replacen("{}", &word(status.environment), 1);
        status.warnings.push(sentence);
        if saved == Environment::Production {
            status.environment = saved;
        }
    }
    if profile.form.read_only && status.moment.is_none() {
        status.read_only_because = Some("This connection is saved as read-only.".to_owned());
    }
    status.connection = Some(ConnectionName { connection_id: profile.id.to_string(), name: profile.form.name.clone() });
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::FixedHost;
    use crate::wire::TlsChoice;

    /// A keyring that nobody asks.
    struct Unused;

    impl Keyring for Unused {
        fn read(&self, _: &SecretName) -> std::result::Result<Option<SecretString>, KeyringError> {
            Err(KeyringError::Unavailable(String::new()))
        }
        fn keep(&self, _: &SecretName, _: &SecretString) -> std::result::Result<(), KeyringError> {
            Err(KeyringError::Unavailable(String::new()))
        }
        fn forget(&self, _: &SecretName) -> std::result::Result<(), KeyringError> {
            Err(KeyringError::Unavailable(String::new()))
        }
    }

    fn form(host: &str) -> ConnectionForm {
        ConnectionForm {
            name: "eu".to_owned(),
            environment: Environment::Staging,
            host: host.to_owned(),
            port: 5432,
            database: "billing".to_owned(),
            user: "dana".to_owned(),
            tls: TlsChoice::VerifyFull,
            root_certificate: None,
            client_certificate: None,
            client_key: None,
            read_only: true,
            allow_owner: false,
            connect_timeout_s: 1,
            statement_timeout_s: None,
        }
    }

    #[tokio::test]
    async fn noting_that_one_was_used_takes_back_nothing_that_was_changed_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let connections = Connections::new(settings_file(folder.path()), Arc::new(Unused));
        let at: billing::time::Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        connections.add(&FixedHost::at(at), form("old.example"), None).await.unwrap();
        // Read before a long connect, at whose end its password was kept.
        let read = connections.find("eu").unwrap();
        let used = Profile { in_keyring: true, last_used_at: Some(at), ..read.clone() };
        connections.edit("eu", form("new.example"), None).await.unwrap();
        let saved = connections.note_used(&used).unwrap();
        assert_eq!((saved.in_keyring, saved.last_used_at), (false, Some(at)), "the new server's password is not kept");
        connections.edit("eu", form("old.example"), None).await.unwrap();
        assert!(connections.note_used(&used).unwrap().in_keyring, "that of the same server is");
        let looked = Profile { in_keyring: false, last_used_at: at.plus_micros(-1).ok(), ..read };
        let saved = connections.note_used(&looked).unwrap();
        assert_eq!((saved.in_keyring, saved.last_used_at), (true, Some(at)), "who began earlier takes nothing back");
    }
}
