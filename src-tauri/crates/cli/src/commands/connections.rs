//! `connections`: the saved connections of this account. Passwords come by prompt, file descriptor or credential, and
//! go to the keyring; never as an argument.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::connect::stays_here;
use operations::error::{OperationError, Result};
use operations::wire::{
    ConnectionForm, ConnectionRow, ConnectionTest, Environment, KeepSecret, SecretInput, SecretPlace, StepOutcome,
    TestStepName, TlsChoice,
};

/// Arguments of `connections`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the saved connections, the one that was opened last first
    List,
    /// Save a connection; with --password, --password-fd or --password-credential its password goes to the keyring
    Add(Add),
    /// Change a saved connection
    Edit(Edit),
    /// Save a copy under another name, without the password
    Duplicate {
        /// The connection
        name: String,
        /// The copy's name
        #[arg(value_name = "NEW NAME")]
        copy: String,
    },
    /// Take a connection away, and its password out of the keyring
    Remove {
        /// The connection
        name: String,
    },
    /// Look step by step whether a connection works
    Test {
        /// The connection
        name: String,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The name of the new connection
    name: String,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, clap::Args)]
struct Edit {
    /// The connection
    name: String,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

/// What can be said of a connection; what is not given stays, or is as the help says.
#[derive(Debug, clap::Args)]
struct Fields {
    /// production, staging or development; production unless given
    #[arg(long, value_name = "KIND")]
    environment: Option<String>,
    /// Host name or address, or the folder of a local socket
    #[arg(long)]
    host: Option<String>,
    /// The port; 5432 unless given
    #[arg(long)]
    port: Option<u16>,
    /// The database
    #[arg(long)]
    database: Option<String>,
    /// The login; the name of this account unless given
    #[arg(long)]
    user: Option<String>,
    /// verify-full, verify-ca or off; verify-full unless the line stays on this machine
    #[arg(long, value_name = "MODE")]
    tls: Option<String>,
    /// The certificate of the authority that signed the server's
    #[arg(long, value_name = "FILE")]
    root_certificate: Option<String>,
    /// What this side shows of itself
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<String>,
    /// Its key
    #[arg(long, value_name = "FILE")]
    client_key: Option<String>,
    /// Let changes through (true), or only look (false, unless given)
    #[arg(long, value_name = "true|false")]
    writable: Option<bool>,
    /// Let a superuser or owner work, on a development database (true)
    #[arg(long, value_name = "true|false")]
    allow_owner: Option<bool>,
    /// Seconds to connect, 1 to 120; 10 unless given
    #[arg(long, value_name = "SECONDS")]
    connect_timeout: Option<u32>,
    /// Seconds for a statement, or 0 for no limit; 300 unless given
    #[arg(long, value_name = "SECONDS")]
    statement_timeout: Option<u32>,
}

fn environment(text: &str) -> Result<Environment> {
    match text {
        "production" => Ok(Environment::Production),
        "staging" => Ok(Environment::Staging),
        "development" => Ok(Environment::Development),
        _ => {
            let sentence = "The environment must be production, staging or development.";
            Err(OperationError::wrong_use("invalid_connection", sentence).field("environment"))
        }
    }
}

fn tls(text: &str) -> Result<TlsChoice> {
    match text {
        "verify-full" => Ok(TlsChoice::VerifyFull),
        "verify-ca" => Ok(TlsChoice::VerifyCa),
        "off" => Ok(TlsChoice::Off),
        _ => {
            let sentence = "TLS must be verify-full, verify-ca or off.";
            Err(OperationError::wrong_use("invalid_connection", sentence).field("tls"))
        }
    }
}

impl Fields {
    /// The form of a new connection: careful where nothing is said.
    fn added(self, name: String, account: &str) -> Result<ConnectionForm> {
        let host = self.host.clone().unwrap_or_default();
        let new = ConnectionForm {
            name,
            environment: Environment::Production,
            tls: if stays_here(&host) { TlsChoice::Off } else { TlsChoice::VerifyFull },
            host,
            port: 5432,
            database: String::new(),
            user: account.to_owned(),
            root_certificate: None,
            client_certificate: None,
            client_key: None,
            read_only: true,
            allow_owner: false,
            connect_timeout_s: 10,
            statement_timeout_s: Some(300),
        };
        self.edited(new)
    }

    /// The form with what was given.
    fn edited(self, form: ConnectionForm) -> Result<ConnectionForm> {
        Ok(ConnectionForm {
            environment: self.environment.as_deref().map_or(Ok(form.environment), environment)?,
            host: self.host.unwrap_or(form.host),
            port: self.port.unwrap_or(form.port),
            database: self.database.unwrap_or(form.database),
            user: self.user.unwrap_or(form.user),
            tls: self.tls.as_deref().map_or(Ok(form.tls), tls)?,
            root_certificate: self.root_certificate.or(form.root_certificate),
            client_certificate: self.client_certificate.or(form.client_certificate),
            client_key: self.client_key.or(form.client_key),
            read_only: self.writable.map_or(form.read_only, |writable| !writable),
            allow_owner: self.allow_owner.unwrap_or(form.allow_owner),
            connect_timeout_s: self.connect_timeout.unwrap_or(form.connect_timeout_s),
            statement_timeout_s: match self.statement_timeout {
                None => form.statement_timeout_s,
                Some(0) => None,
                given => given,
            },
            name: form.name,
        })
    }
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let connections = context.connections()?;
    let secret =
        || Ok::<_, OperationError>(context.secret()?.map(|text| SecretInput { text, keep: KeepSecret::Keyring }));
    match args.command {
        Command::List => {
            let rows = connections.list()?;
            if context.form == Form::Json { print_json(&rows)? } else { print(&list(&rows))? }
        }
        Command::Add(Add { name, fields }) => {
            let form = fields.added(name, context.host.actor().as_str())?;
            show(&connections.add(context.host.as_ref(), form, secret()?).await?, context)?;
        }
        Command::Edit(Edit { name, rename, fields }) => {
            let mut form = fields.edited(connections.find(&name)?.form)?;
            form.name = rename.unwrap_or(form.name);
            show(&connections.edit(&name, form, secret()?).await?, context)?;
        }
        Command::Duplicate { name, copy } => {
            show(&connections.duplicate(context.host.as_ref(), &name, &copy).await?, context)?;
        }
        Command::Remove { name } => {
            let removed = connections.remove(&name).await?;
            if context.form == Form::Json {
                print_json(&removed)?;
            } else {
                print(&format!("{} is removed.\n", printable(&removed.name)))?;
                if let Some(left) = &removed.secret_left {
                    print(&format!("Its password may still be in the keyring: {}\n", printable(left)))?;
                }
            }
        }
        Command::Test { name } => {
            let form = connections.find(&name)?.form;
            let test = connections.test(context.host.as_ref(), Some(&name), form, context.secret()?).await?;
            if context.form == Form::Json {
                print_json(&test)?
            } else {
                print(&steps(&test))?
            }
            return Ok(if test.ok { Outcome::Done } else { Outcome::Found });
        }
    }
    Ok(Outcome::Done)
}

fn show(row: &ConnectionRow, context: &Context) -> Result<()> {
    if context.form == Form::Json { print_json(row) } else { print(&list(std::slice::from_ref(row))) }
}

fn list(rows: &[ConnectionRow]) -> String {
    let header = ["name", "environment", "database", "access", "password", "last used"];
    let row = |row: &ConnectionRow| {
        let form = &row.settings;
        let secret = match row.secret {
            SecretPlace::None => "not kept",
            SecretPlace::Keyring => "in the keyring",
            SecretPlace::Run => "for this run",
        };
        vec![
            form.name.clone(),
            format!("{:?}", form.environment).to_lowercase(),
            row.location.clone(),
            if form.read_only { "read only" } else { "writable" }.to_owned(),
            secret.to_owned(),
            row.last_used_at.clone().unwrap_or_else(|| "never".to_owned()),
        ]
    };
    table(&header, rows.iter().map(row).collect(), header.len())
}

fn steps(test: &ConnectionTest) -> String {
    let rows = test.steps.iter().map(|step| {
        let name = match step.step {
            TestStepName::Secret => "password",
            TestStepName::Name => "name",
            TestStepName::Port => "port",
            TestStepName::Tls => "TLS",
            TestStepName::Login => "login",
            TestStepName::Rights => "rights",
            TestStepName::Schema => "schema",
            TestStepName::Clock => "clock",
        };
        let outcome = match step.outcome {
            StepOutcome::Good => "good",
            StepOutcome::Doubtful => "doubtful",
            StepOutcome::Failed => "FAILED",
            StepOutcome::Skipped => "-",
        };
        vec![name.to_owned(), outcome.to_owned(), step.sentence.clone()]
    });
    table(&["step", "outcome", "what was found"], rows.collect(), 3)
}
