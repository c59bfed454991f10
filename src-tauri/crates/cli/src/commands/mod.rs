//! The commands, one file each.
//!
//! To add one: a file here with `Args` and `run`, a variant below, and a line in `run`.

mod migrate;
mod rate;
mod sample;

use crate::context::Context;
use crate::output::Outcome;
use clap::Subcommand;
use operations::error::Result;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the database's tables, or bring them up to date
    Migrate(migrate::Args),
    /// Price uses under prices, from JSON Lines on standard input
    Rate(rate::Args),
    /// Write the sample company into a new file
    Sample(sample::Args),
}

impl Command {
    /// Runs it.
    pub async fn run(self, context: &Context) -> Result<Outcome> {
        match self {
            Self::Migrate(args) => migrate::run(args, context).await,
            Self::Rate(args) => rate::run(args, context),
            Self::Sample(args) => sample::run(args, context).await,
        }
    }
}
