//! The arguments that every command shares.
//!
//! Those of one command are in its file under `commands/`.

use crate::commands::Command;
use crate::context::Context;
use crate::output::{Form, Outcome};
use clap::{Args, Parser};
use operations::error::Result;

/// Usage-based billing from the command line: import usage, look at it, rate it, verify it.
#[derive(Debug, Parser)]
#[command(name = "countinghouse-cli", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Command,
}

const DATABASE: &str = "The database: a SQLite file, postgres://[user@]host[:port]/name[?host=/socket/folder], or \
    \"host=... dbname=... user=...\". Never with a password";

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Shared {
    /// The database.
    #[arg(long, global = true, value_name = "FILE|URL", help = DATABASE)]
    pub db: Option<String>,
    /// A saved connection, by its name, in the place of --db
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "db")]
    pub connection: Option<String>,
    /// Ask for the database password on the terminal
    #[arg(long, global = true, conflicts_with_all = ["password_fd", "password_credential"])]
    pub password: bool,
    /// Read the database password from this open file descriptor
    #[arg(long, global = true, value_name = "N")]
    pub password_fd: Option<u32>,
    /// Read the database password from this credential of systemd, a file in $CREDENTIALS_DIRECTORY
    #[arg(long, global = true, value_name = "CREDENTIAL", conflicts_with = "password_fd")]
    pub password_credential: Option<String>,
    /// Before a change on production: the name of the ledger, so that nobody changes another one
    #[arg(long, global = true, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    pub json: bool,
}

impl Shared {
    /// Tables or JSON.
    pub const fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Table }
    }
}

impl Arguments {
    /// Runs the command.
    pub async fn run(self) -> Result<Outcome> {
        let context = Context::new(self.shared)?;
        let done = self.command.run(&context).await;
        context.close().await;
        done
    }
}
