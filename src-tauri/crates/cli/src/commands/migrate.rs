//! `migrate`: creates the tables of a database, or brings them up to date.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::error::{OperationError, Result};
use operations::open::{MigrateRequest, make_roles, migrate, migration_preview};
use operations::wire::MigrationStepShown;
use serde::Serialize;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of a new ledger, shown in the top bar
    #[arg(long, default_value = "Billing", value_name = "TEXT")]
    name: String,
    /// What kind of place a new ledger is: production, staging or development
    #[arg(long, default_value = "development", value_name = "KIND")]
    environment: String,
    /// Where the backup of a PostgreSQL database is, in words; it goes on record
    #[arg(long, value_name = "TEXT")]
    backup: Option<String>,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with_all = ["roles", "backup"])]
    preview: bool,
    /// Also make the roles billing_owner, billing_writer and billing_reader of a PostgreSQL cluster
    #[arg(long)]
    roles: bool,
}

/// What `migrate --json` prints.
#[derive(Debug, Serialize)]
struct Report {
    from: u32,
    to: u32,
    backup_file: Option<String>,
    /// The roles that are there now; none unless asked for.
    roles: Option<&'static [&'static str]>,
}

/// Runs the migrations.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    if args.preview {
        return preview(context).await;
    }
    let environment = args.environment.parse().map_err(|_| {
        let sentence = "The environment must be production, staging, development or sample.";
        OperationError::wrong_use("invalid_environment", sentence).field("environment")
    })?;
    let request = MigrateRequest { name: args.name, environment, backup: args.backup };
    context.confirm_migration(args.roles).await?;
    // Before the tables: migrations grant to roles that are there.
    let roles = if args.roles { Some(make_roles(context.login().await?, context.host.as_ref()).await?) } else { None };
    let done = migrate(context.login().await?, request, context.host.as_ref()).await?;
    let backup_file = done.backup_file.map(|file| file.display().to_string());
    match context.form {
        Form::Json => print_json(&Report { from: done.from, to: done.to, backup_file, roles })?,
        Form::Table if done.from == done.to => print(&format!("The schema is {} already.\n", done.to))?,
        Form::Table => {
            let backup = backup_file.map(|file| format!(" Backup: {file}")).unwrap_or_default();
            print(&format!("The schema is now {}.{backup}\n", done.to))?;
        }
    }
    if let (Some(roles), Form::Table) = (roles, context.form) {
        print(&format!("Roles: {}. Make logins members of them.\n", roles.join(", ")))?;
    }
    Ok(Outcome::Done)
}

async fn preview(context: &Context) -> Result<Outcome> {
    let shown = migration_preview(context.login().await?, context.host.as_ref()).await?;
    if context.form == Form::Json {
        print_json(&shown)?;
        return Ok(Outcome::Done);
    }
    print(&format!("The schema is {} and would be {}.\n", shown.from, shown.to))?;
    let row = |step: &MigrationStepShown| vec![step.name.clone(), step.summary.clone()];
    print(&table(&["step", "what it does"], shown.steps.iter().map(row).collect(), 2))?;
    print(&format!("{}\n", printable(&shown.backup)))?;
    Ok(Outcome::Done)
}
