//! `migrate`: creates the tables of a database, or brings them up to date.

use crate::context::Context;
use crate::output::Outcome;
use operations::error::Result;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the migrations.
pub async fn run(_args: Args, context: &Context) -> Result<Outcome> {
    let _target = context.target()?;
    let _password = context.password()?;
    Ok(Outcome::Done)
}
