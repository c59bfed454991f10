//! What a command works with: the database, the host, and how to print.

use crate::arguments::Shared;
use crate::host::SystemHost;
use crate::output::Form;
use operations::error::{OperationError, Result};
use operations::host::Host;
use operations::open::{Access, Login, Store, open_with};
use operations::target::Target;
use secrecy::SecretString;
use std::io::Read;
use std::sync::Arc;

/// What a command works with.
pub struct Context {
    /// Tables or JSON.
    pub form: Form,
    /// Clock, ids and actor.
    pub host: Arc<dyn Host>,
    system: Arc<SystemHost>,
    shared: Shared,
}

impl Context {
    /// From the shared arguments; an address with a password is refused at once, whatever the command.
    pub fn new(shared: Shared) -> Result<Self> {
        if let Some(text) = &shared.db {
            text.parse::<Target>()?;
        }
        let system = Arc::new(SystemHost::default());
        Ok(Self { form: shared.form(), host: Arc::<SystemHost>::clone(&system), system, shared })
    }

    /// The database that `--db` names.
    fn target(&self) -> Result<Target> {
        let missing =
            || OperationError::wrong_use("no_database", "Name the database with --db FILE or --db URL.").field("db");
        self.shared.db.as_deref().ok_or_else(missing)?.parse()
    }

    /// The database and how to log in.
    pub fn login(&self) -> Result<Login> {
        Ok(Login { target: self.target()?, password: self.password()? })
    }

    /// Opens the database for looking only.
    pub async fn open_read_only(&self) -> Result<Store> {
        self.open_for(Access::ReadOnly).await
    }

    /// Opens the database for changes.
    pub async fn open(&self) -> Result<Store> {
        self.open_for(Access::ReadWrite).await
    }

    /// A snapshot is verified first, and its time is that of its moment.
    async fn open_for(&self, access: Access) -> Result<Store> {
        let (bar, told) = crate::commands::progress();
        let opened = open_with(self.login()?, access, self.host.as_ref(), told).await;
        bar.finish_and_clear();
        let store = opened?;
        if let Some(moment) = store.moment() {
            self.system.stand_at(moment);
        }
        Ok(store)
    }

    /// The password, from the terminal or a file descriptor; none unless asked for.
    fn password(&self) -> Result<Option<SecretString>> {
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

/// Reads a password up to its first line end. The descriptor is opened by its path, which needs no unsafe code.
fn read_descriptor(descriptor: u32) -> Result<SecretString> {
    const MAX_BYTES: u64 = 4096;
    let failed = |error: std::io::Error| {
        OperationError::wrong_use(
            "no_password",
            format!("No password could be read from file descriptor {descriptor}."),
        )
        .field("password-fd")
        .because(error)
    };
    let mut text = String::new();
    let file = std::fs::File::open(format!("/dev/fd/{descriptor}")).map_err(failed)?;
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(failed)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() {
        return Err(failed(std::io::Error::other("it is empty")));
    }
    Ok(SecretString::from(line))
}
