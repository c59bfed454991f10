//! Opening and migrating the database that a person named.
//!
//! The address and the password come from the face, field by field; nothing else decides where money is read from.

use crate::connect::{Profile, typed_before_changes};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::snapshot;
use crate::target;
use crate::wire::{
    ConnectionForm, DatabaseStatus, Environment, MigrationPreview, MigrationStepShown, Progress, Rights,
};
use billing::ids::LedgerId;
use secrecy::SecretString;
use store::ledger::LedgerEnvironment;
use store::rights::{LoginRights, Standing};
pub use store::{Access, Migrated, Store};
use store::{Certificates, NewLedger, PostgresServer, TimeLimits, TlsMode};

/// A database and how to log in.
pub struct Login(Asked);

enum Asked {
    /// A file or an address that a person named.
    Named { target: target::Target, password: Option<SecretString> },
    /// A saved connection.
    Saved(store::Target),
}

impl Login {
    /// To a file or an address, with the password where the server asks for one.
    pub const fn new(target: target::Target, password: Option<SecretString>) -> Self {
        Self(Asked::Named { target, password })
    }

    /// To the target of a saved connection.
    pub const fn saved(target: store::Target) -> Self {
        Self(Asked::Saved(target))
    }

    /// The store's form of it. A line that leaves this machine is encrypted and its certificate verified; a local
    /// socket and the loopback need neither.
    fn resolved(self, host: &dyn Host) -> store::Target {
        let (target, password) = match self.0 {
            Asked::Named { target, password } => (target, password),
            Asked::Saved(target) => return target,
        };
        let address = match target {
            target::Target::File(path) => return store::Target::Sqlite(path),
            target::Target::Postgres(address) => address,
        };
        // A person who names an authority asks for a line that is verified, wherever it leads.
        let is_local = address.is_socket() || is_loopback(&address.host) && address.root_certificate.is_none();
        let server = if address.is_socket() {
            PostgresServer::SocketFolder(address.host.into())
        } else {
            PostgresServer::Host(address.host)
        };
        let verified = || TlsMode::VerifyFull(Certificates { root: address.root_certificate, client: None });
        store::Target::Postgres(store::PostgresTarget {
            server,
            port: address.port,
            database: address.database,
            user: address.user.unwrap_or_else(|| host.actor().as_str().to_owned()),
            password,
            tls: if is_local { TlsMode::Off } else { verified() },
            limits: TimeLimits::default(),
        })
    }
}

/// Whether a host is this machine itself.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Opens a database that holds a ledger of this program's schema.
///
/// # Errors
/// What the store says: `not_migrated`, `schema_older`, `schema_newer`, `not_found`, `database`.
pub async fn open(login: Login, access: Access, host: &dyn Host) -> Result<Store> {
    open_with(login, access, host, |_| {}).await
}

/// As [`open`]. A snapshot file is verified first, with progress, and can only be looked at, whatever was asked for.
///
/// # Errors
/// As [`open`]; `snapshot_damaged`, `snapshot_foreign` and so on for a snapshot that is not as it was written.
pub async fn open_with(
    login: Login,
    access: Access,
    host: &dyn Host,
    told: impl Fn(Progress) + Send + Sync + 'static,
) -> Result<Store> {
    let target = login.resolved(host);
    if let store::Target::Sqlite(path) = &target
        && snapshot::is_snapshot(path)
    {
        return snapshot::open(path, told).await;
    }
    fit(Store::connect(&target, access).await?).await
}

/// Opens a database for review: all looks see this moment, until it is opened again, and nothing can be written.
///
/// # Errors
/// As [`open`].
pub async fn review(login: Login, host: &dyn Host) -> Result<Store> {
    let target = login.resolved(host);
    if let store::Target::Sqlite(path) = &target
        && snapshot::is_snapshot(path)
    {
        return snapshot::open(path, |_| {}).await;
    }
    // A review that is begun anew sees what has come in since, whatever moment is on screen.
    fit(Store::open_pinned(&target, host.now_of_people(), &std::env::temp_dir()).await?).await
}

/// A store that is fit for daily work, or why it is not; then it is closed.
async fn fit(store: Store) -> Result<Store> {
    match daily_work(&store, OwnerRule::Development).await {
        Ok(_) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// Whether a login and a ledger are fit for daily work. The login comes first: an owner who may not even read the
/// schema's version is told what is wrong with it.
///
/// # Errors
/// `owner_login`; `not_migrated`, `schema_older`, `schema_newer`; what the store says.
pub(crate) async fn daily_work(store: &Store, rule: OwnerRule) -> Result<LoginRights> {
    let rights = store.read(|read| Box::pin(store::rights::of_login(read))).await?;
    match owner_refusal(store, &rights, rule).await {
        Some(error) => Err(error),
        None => {
            store.check_schema().await?;
            Ok(rights)
        }
    }
}

/// Asks whether the database of a store still answers, waiting `limit` at most.
///
/// # Errors
/// `connection_lost`.
pub async fn answers(store: &Store, limit: std::time::Duration) -> Result<()> {
    Ok(store.answers(limit).await?)
}

/// How a database came to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// A person chose it in this program, or named it to this program.
    Chosen,
    /// It was double-clicked or dropped on the window. It may be anybody's, whatever it says of itself.
    Arrived,
}

/// Opens a database that was named by a file or an address, to look and to write; a production server only to look:
/// whoever wants to change something there saves a connection that says so. What arrived is only looked at, too.
///
/// # Errors
/// As [`open`].
pub async fn open_named(
    target: target::Target,
    came: Came,
    host: &dyn Host,
    told: impl Fn(Progress) + Send + Sync + 'static,
) -> Result<Store> {
    if came == Came::Arrived {
        return open_with(Login::new(target, None), Access::ReadOnly, host, told).await;
    }
    if matches!(target, target::Target::Postgres(_)) {
        let looks = open(Login::new(target.clone(), None), Access::ReadOnly, host).await?;
        let environment = looks.read(|read| Box::pin(store::ledger::info(read))).await?.environment;
        if environment == LedgerEnvironment::Production {
            return Ok(looks);
        }
        looks.close().await;
    }
    open_with(Login::new(target, None), Access::ReadWrite, host, told).await
}

/// What the top bar says about a database that arrived: why nothing can be changed, and what to do about it.
pub fn described_as_arrived(mut status: DatabaseStatus) -> DatabaseStatus {
    if status.moment.is_none() && status.rights >= Rights::Writer {
        let sentence = "It was double-clicked or dropped, so it is only looked at: choose it with Open database to \
                        change it.";
        status.read_only_because = Some(sentence.to_owned());
    }
    status
}

/// Where a login may work that could change or empty the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerRule {
    /// Nowhere.
    Never,
    /// On a ledger that says of itself that it is for development, or is the sample.
    Development,
}

impl OwnerRule {
    /// What a saved connection says: only one that is for development may allow it.
    pub fn of(form: &ConnectionForm) -> Self {
        let allowed = form.allow_owner && form.environment == Environment::Development;
        if allowed { Self::Development } else { Self::Never }
    }
}

/// Why a login that could change or empty the ledger is refused for daily work; none when it may work. To migrate is
/// no daily work.
pub async fn owner_refusal(store: &Store, rights: &LoginRights, rule: OwnerRule) -> Option<OperationError> {
    if rights.standing < Standing::Owner {
        return None;
    }
    let is_harmless = match store.read(|read| Box::pin(store::ledger::info(read))).await {
        Ok(info) => matches!(info.environment, LedgerEnvironment::Development | LedgerEnvironment::Sample),
        // Where there is no ledger yet there is none to harm. One that does not say what it is for may be production.
        Err(_) => matches!(store.migration_plan().await, Ok(plan) if plan.from == 0),
    };
    if rule == OwnerRule::Development && is_harmless {
        return None;
    }
    let login = &rights.login;
    let what = if rights.standing == Standing::Superuser { "a superuser" } else { "an owner of the ledger" };
    let sentence = format!(
        "{login} is {what}: it could change or empty the ledger past every rule. Log in as a member of billing_writer \
         or billing_reader; the owner's login is for migrations. Only a connection for development may allow it."
    );
    Some(OperationError::refused("owner_login", sentence).field("user"))
}

/// What a new ledger is called.
#[derive(Debug, Clone)]
pub struct MigrateRequest {
    /// Its name in the top bar; only a new ledger takes it.
    pub name: String,
    /// What kind of place it is; only a new ledger takes it.
    pub environment: LedgerEnvironment,
    /// Where the backup is; a PostgreSQL database that holds something asks for it.
    pub backup: Option<String>,
}

/// Creates the tables of a database, or brings them up to date.
///
/// # Errors
/// `backup_missing` for a PostgreSQL database with an older schema; `read_only` for a snapshot; what the store says.
pub async fn migrate(login: Login, request: MigrateRequest, host: &dyn Host) -> Result<Migrated> {
    let target = login.resolved(host);
    no_snapshot(&target)?;
    let store = Store::connect(&target, Access::Create).await?;
    let done = migrate_store(&store, request, host).await;
    store.close().await;
    done
}

/// The name that is typed before [`migrate`] changes a ledger that is there: where it, or its connection, is for production.
/// None for a new one, and where nothing would change.
///
/// # Errors
/// What the store says; `read_only` for a snapshot.
pub async fn typed_before_migration(
    login: Login,
    host: &dyn Host,
    profile: Option<&Profile>,
    makes_roles: bool,
) -> Result<Option<String>> {
    let target = login.resolved(host);
    no_snapshot(&target)?;
    if let store::Target::Sqlite(path) = &target
        && !path.exists()
    {
        return Ok(None);
    }
    let store = Store::connect(&target, Access::ReadOnly).await?;
    let named = match store.migration_plan().await {
        Ok(plan) if plan.from > 0 && (makes_roles || !plan.steps.is_empty()) => {
            typed_before_changes(&store, profile).await
        }
        Ok(_) => Ok(None),
        Err(error) => Err(error.into()),
    };
    store.close().await;
    named
}

/// What [`migrate`] would do, from reads alone.
///
/// # Errors
/// What the store says.
pub async fn migration_preview(login: Login, host: &dyn Host) -> Result<MigrationPreview> {
    let target = login.resolved(host);
    no_snapshot(&target)?;
    // A SQLite file that is not there yet would be made.
    if let store::Target::Sqlite(path) = &target
        && !path.exists()
    {
        return Ok(shown_plan(store::migrate::whole_plan(store::Engine::Sqlite), store::Engine::Sqlite));
    }
    let store = Store::connect(&target, Access::ReadOnly).await?;
    let plan = store.migration_plan().await;
    store.close().await;
    Ok(shown_plan(plan?, target.engine()))
}

/// A snapshot is never migrated, and no ledger is begun under the name of one.
fn no_snapshot(target: &store::Target) -> Result<()> {
    match target {
        store::Target::Sqlite(path) if snapshot::is_named_snapshot(path) || snapshot::is_snapshot(path) => {
            Err(OperationError::refused("read_only", "A snapshot is never changed, and no ledger is named like one."))
        }
        _ => Ok(()),
    }
}

fn shown_plan(plan: store::MigrationPlan, engine: store::Engine) -> MigrationPreview {
    let step = |step: store::MigrationStep| MigrationStepShown {
        number: step.number,
        name: step.name.to_owned(),
        summary: step.summary,
    };
    let backup = match (&plan.backup_file, engine, plan.from) {
        _ if plan.steps.is_empty() => "Nothing will change.".to_owned(),
        (Some(file), ..) => format!("The file is copied to {} and the copy checked first.", file.display()),
        (None, _, 0) => "The database is empty: there is nothing to back up.".to_owned(),
        (None, ..) => "Back the database up first, and say where the backup is: it goes on record.".to_owned(),
    };
    let backup_asked = engine == store::Engine::Postgres && plan.from > 0 && !plan.steps.is_empty();
    let steps = plan.steps.into_iter().map(step).collect();
    MigrationPreview { from: plan.from, to: plan.to, steps, backup, backup_asked }
}

/// Makes the roles of a PostgreSQL cluster, where they are missing, and grants them what they may in this database. None
/// of them can log in: logins are made members of them. Gives their names.
///
/// # Errors
/// `no_roles` for SQLite; `permission_denied` without the right to create roles; what the store says.
pub async fn make_roles(login: Login, host: &dyn Host) -> Result<&'static [&'static str]> {
    let target = login.resolved(host);
    if target.engine() == store::Engine::Sqlite {
        let sentence = "SQLite has no roles: whoever may write the file may write the ledger.";
        return Err(OperationError::wrong_use("no_roles", sentence).field("roles"));
    }
    let store = Store::connect(&target, Access::ReadWrite).await?;
    let done = store.make_roles().await;
    store.close().await;
    done?;
    Ok(&store::roles::ROLES)
}

/// As [`migrate`], for a store that is connected already.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_store(store: &Store, request: MigrateRequest, host: &dyn Host) -> Result<Migrated> {
    let is_older = matches!(store.check_schema().await, Err(store::StoreError::SchemaOlder { .. }));
    if is_older && store.engine() == store::Engine::Postgres && request.backup.is_none() {
        let sentence = "Back the database up first, then say where the backup is: it goes on record.";
        return Err(OperationError::wrong_use("backup_missing", sentence).field("backup"));
    }
    let ledger = NewLedger {
        id: LedgerId::from_uuid(host.new_uuid()),
        name: request.name,
        environment: request.environment,
        at: host.now(),
        backup: request.backup.unwrap_or_else(|| "none: the database was empty".to_owned()),
    };
    Ok(store.migrate(ledger).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::FixedHost;

    fn resolved(text: &str) -> store::PostgresTarget {
        let host = FixedHost::at("2026-01-31T08:00:00Z".parse().unwrap());
        match Login::new(text.parse().unwrap(), None).resolved(&host) {
            store::Target::Postgres(target) => target,
            other => panic!("{other} is no PostgreSQL"),
        }
    }

    #[test]
    fn only_a_line_that_stays_on_this_machine_is_not_encrypted() {
        assert_eq!(resolved("postgres:///d?host=/run/pg").tls, TlsMode::Off, "a socket has no line");
        assert_eq!(resolved("postgres://127.0.0.1/d").tls, TlsMode::Off, "the loopback does not leave the machine");
        let verified = TlsMode::VerifyFull(Certificates::default());
        assert_eq!(resolved("postgres://db.example/d").tls, verified, "everything else is verified in full");
        assert_eq!(resolved("postgres://localhost.evil.example/d").tls, verified, "a name that only begins like it");
        let own = TlsMode::VerifyFull(Certificates { root: Some("/ca.pem".into()), client: None });
        let named = resolved("postgres://localhost/d?sslrootcert=/ca.pem");
        assert_eq!(named.tls, own, "an authority that was named is not dropped, also on the loopback");
        let socket = "postgres:///d?host=/run/pg&sslrootcert=/ca.pem".parse::<target::Target>();
        assert_eq!(socket.unwrap_err().code(), "invalid_database", "a socket has no line that could be verified");
    }

    #[test]
    fn the_role_is_the_user_of_the_system_unless_named() {
        assert_eq!(resolved("postgres:///d?host=/run/pg").user, "tester", "as PostgreSQL's own programs do");
        assert_eq!(resolved("postgres://boss@h/d").user, "boss", "a named role wins");
    }
}
