//! What a command works with: the database, the host, and how to print.

use crate::arguments::Shared;
use crate::host::SystemHost;
use crate::output::{Form, printable};
use operations::connect::{self, Connections, Opened, Profile};
use operations::error::{OperationError, Result};
use operations::host::Host;
use operations::open::{self, Access, Login, Store, open_with};
use operations::snapshot::is_snapshot;
use operations::target::Target;
use operations::wire::{KeepSecret, SecretInput, SecretText};
use providers::keyring::SystemKeyring;
use secrecy::{ExposeSecret, SecretString};
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The program's name among the settings of this account; the window uses the same folder.
const PROGRAM: &str = "org.countinghouse.console";

/// What a command works with.
pub struct Context {
    /// Tables or JSON.
    pub form: Form,
    /// Clock, ids and actor.
    pub host: Arc<dyn Host>,
    system: Arc<SystemHost>,
    shared: Shared,
    /// What was opened, to be closed however the command ends: SQLite folds its log into the file then.
    opened: Mutex<Vec<Store>>,
    /// The password, once it was given: a pipe gives it once, and a person should not be asked twice.
    password: OnceLock<Option<SecretString>>,
}

impl Context {
    /// From the shared arguments; an address with a password is refused at once, whatever the command.
    pub fn new(shared: Shared) -> Result<Self> {
        if let Some(text) = &shared.db {
            text.parse::<Target>()?;
        }
        let system = Arc::new(SystemHost::default());
        Ok(Self {
            form: shared.form(),
            host: Arc::<SystemHost>::clone(&system),
            system,
            shared,
            opened: Mutex::default(),
            password: OnceLock::new(),
        })
    }

    /// Closes what the command has opened.
    pub async fn close(&self) {
        let opened = std::mem::take(&mut *self.opened());
        for store in opened {
            store.close().await;
        }
    }

    fn opened(&self) -> MutexGuard<'_, Vec<Store>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The saved connections of this person.
    pub fn connections(&self) -> Result<Connections> {
        let folder = dirs::config_dir().ok_or_else(|| {
            OperationError::failed("no_config_folder", "This account has no folder for settings: set XDG_CONFIG_HOME.")
        })?;
        let file = connect::settings_file(&folder.join(PROGRAM));
        Ok(Connections::new(file, Arc::new(SystemKeyring)))
    }

    /// The database that `--db` names.
    fn target(&self) -> Result<Target> {
        let missing = || {
            OperationError::wrong_use("no_database", "Name the database with --db FILE, --db URL or --connection NAME.")
                .field("db")
        };
        self.shared.db.as_deref().ok_or_else(missing)?.parse()
    }

    /// The database and how to log in, to migrate.
    pub async fn login(&self) -> Result<Login> {
        if let Some(name) = &self.shared.connection {
            let target = self.connections()?.login(name, self.secret()?).await?;
            return Ok(Login::saved(target));
        }
        Ok(Login::new(self.target()?, self.password()?))
    }

    /// Whether `--db` names a snapshot.
    pub fn is_snapshot(&self) -> bool {
        self.shared.db.as_deref().is_some_and(|named| is_snapshot(Path::new(named)))
    }

    /// Opens the database for looking only.
    pub async fn open_read_only(&self) -> Result<Store> {
        if let Some(name) = &self.shared.connection {
            return Ok(self.open_saved(name, Access::ReadOnly).await?.store);
        }
        self.open_direct(Access::ReadOnly).await
    }

    /// Opens the database for changes.
    pub async fn open(&self) -> Result<Store> {
        let Some(name) = &self.shared.connection else {
            return self.confirmed(self.open_direct(Access::ReadWrite).await?, None).await;
        };
        let Opened { store, profile, .. } = self.open_saved(name, Access::ReadWrite).await?;
        if store.access() == Access::ReadOnly {
            let why = if profile.form.read_only { "is saved as read-only" } else { "has a login that may only look" };
            let sentence = format!("Nothing was changed: the connection {} {why}.", profile.form.name);
            return Err(OperationError::refused("read_only", sentence).field("connection"));
        }
        self.confirmed(store, Some(&profile)).await
    }

    /// A database that may be changed: on production only once its name was typed.
    async fn confirmed(&self, store: Store, profile: Option<&Profile>) -> Result<Store> {
        if let Some(name) = connect::typed_before_changes(&store, profile).await? {
            self.typed(&name)?;
        }
        Ok(store)
    }

    /// To migrate a ledger that is there already is a change: on production only once its name was typed.
    pub async fn confirm_migration(&self, makes_roles: bool) -> Result<()> {
        let profile = self.saved()?;
        let login = self.login().await?;
        let asked = open::typed_before_migration(login, self.host.as_ref(), profile.as_ref(), makes_roles).await?;
        asked.map_or(Ok(()), |name| self.typed(&name))
    }

    fn typed(&self, name: &str) -> Result<()> {
        let typed = match &self.shared.confirm {
            Some(typed) => typed.clone(),
            None if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() => {
                eprint!("This is production. Type {} to go on: ", printable(name));
                let mut line = String::new();
                let failed = |error| {
                    OperationError::failed("no_terminal", "Nothing could be read from the terminal.").because(error)
                };
                std::io::stdin().read_line(&mut line).map_err(failed)?;
                line
            }
            None => String::new(),
        };
        if typed.trim() == name {
            return Ok(());
        }
        let sentence = format!("Nothing was changed: {name} is production. Give its name with --confirm.");
        Err(OperationError::wrong_use("not_confirmed", sentence).field("confirm"))
    }

    /// What `--db` names. A snapshot is verified first, and its time is that of its moment.
    async fn open_direct(&self, access: Access) -> Result<Store> {
        let (bar, told) = crate::commands::progress();
        let opened = open_with(self.login().await?, access, self.host.as_ref(), told).await;
        bar.finish_and_clear();
        let store = opened?;
        self.opened().push(store.clone());
        if let Some(moment) = store.moment() {
            self.system.stand_at(moment);
        }
        Ok(store)
    }

    /// The connection that `--connection` names; none without it.
    pub fn saved(&self) -> Result<Option<Profile>> {
        self.shared.connection.as_ref().map(|name| self.connections()?.find(name)).transpose()
    }

    async fn open_saved(&self, name: &str, most: Access) -> Result<Opened> {
        // A password that is given here is for this run.
        let secret = self.secret()?.map(|text| SecretInput { text, keep: KeepSecret::Run });
        let opened = self.connections()?.open(self.host.as_ref(), name, secret, most).await?;
        self.opened().push(opened.store.clone());
        if let Some(error) = &opened.not_noted {
            // A service may have no folder that it can write: what it asks for is answered all the same.
            eprintln!("warning: {error}");
        }
        Ok(opened)
    }

    /// The password that was given, on its way to a saved connection.
    pub fn secret(&self) -> Result<Option<SecretText>> {
        Ok(self.password()?.map(|secret| SecretText::from(secret.expose_secret().to_owned())))
    }

    /// The password, from the terminal, a file descriptor or a credential; none unless asked for.
    fn password(&self) -> Result<Option<SecretString>> {
        match self.password.get() {
            Some(given) => Ok(given.clone()),
            None => {
                let given = self.asked_password()?;
                Ok(self.password.get_or_init(|| given).clone())
            }
        }
    }

    fn asked_password(&self) -> Result<Option<SecretString>> {
        if let Some(name) = &self.shared.password_credential {
            return credential(name).map(Some);
        }
        if let Some(descriptor) = self.shared.password_fd {
            return read_descriptor(descriptor).map(Some);
        }
        if self.shared.password {
            let failed = |error| {
                OperationError::failed("no_password", "No password could be read from the terminal.").because(error)
            };
            return rpassword::prompt_password("Database password: ").map(|text| Some(text.into())).map_err(failed);
        }
        Ok(None)
    }
}

/// Reads a credential that systemd hands to a service. Its name is given, so that no file stands in unseen.
fn credential(name: &str) -> Result<SecretString> {
    let wrong = |sentence: String| OperationError::wrong_use("no_password", sentence).field("password-credential");
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        return Err(wrong("The name of a credential is a file's name without a folder.".to_owned()));
    }
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| {
        wrong("This program was not started with credentials: $CREDENTIALS_DIRECTORY is not set.".to_owned())
    })?;
    let file = std::fs::File::open(std::path::Path::new(&folder).join(name));
    let unreadable = |error| wrong(format!("The credential {name} could not be read.")).because(error);
    first_line(file.map_err(unreadable)?).map_err(unreadable)
}

/// Reads a password up to its first line end. The descriptor is opened by its path, which needs no unsafe code.
fn read_descriptor(descriptor: u32) -> Result<SecretString> {
    let failed = |error: std::io::Error| {
        OperationError::wrong_use(
            "no_password",
            format!("No password could be read from file descriptor {descriptor}."),
        )
        .field("password-fd")
        .because(error)
    };
    first_line(std::fs::File::open(format!("/dev/fd/{descriptor}")).map_err(failed)?).map_err(failed)
}

fn first_line(file: std::fs::File) -> std::io::Result<SecretString> {
    const MAX_BYTES: u64 = 4096;
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() { Err(std::io::Error::other("it is empty")) } else { Ok(SecretString::from(line)) }
}
