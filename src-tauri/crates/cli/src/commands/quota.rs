//! `quota`: may so much more be used. `check` only looks, `admit` records it. Exit status 3 when it may not.

use crate::context::Context;
use crate::output::{self, Form, Outcome};
use operations::change::{quota_admit, quota_check};
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::{QuotaAnswer, QuotaRequest};

/// Arguments of `quota`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say whether so much more may be used; records nothing
    Check(Asked),
    /// Record the use if it may be
    Admit {
        #[command(flatten)]
        asked: Asked,
        /// The key under which it is recorded; the same key again counts nothing more
        #[arg(long)]
        key: String,
    },
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// The meter's code
    meter: String,
    /// How much, in the meter's unit
    #[arg(allow_negative_numbers = true)]
    quantity: String,
    /// STM, ITM or LTM for memory; what is short-term is not counted
    #[arg(long)]
    tier: Option<String>,
}

/// Asks, and records where that was asked for.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let (asked, key) = match args.command {
        Command::Check(asked) => (asked, None),
        Command::Admit { asked, key } => (asked, Some(key)),
    };
    let store = if key.is_some() { context.open().await? } else { context.open_read_only().await? };
    let tenant_id = find_tenant(&store, &asked.tenant).await?.to_string();
    let is_check = key.is_none();
    let Asked { meter, quantity, tier, .. } = asked;
    let request = QuotaRequest { tenant_id, meter, quantity, key, tier };
    let answer = if is_check {
        quota_check(&store, &*context.host, &request).await?
    } else {
        quota_admit(&store, &*context.host, &request).await?
    };
    show(&answer, context)?;
    Ok(if answer.admitted { Outcome::Done } else { Outcome::Found })
}

fn show(answer: &QuotaAnswer, context: &Context) -> Result<()> {
    match context.form {
        Form::Json => output::print_json(answer),
        Form::Table => {
            let word = match (answer.admitted, answer.recorded) {
                (true, true) => "admitted",
                (true, false) => "yes",
                (false, _) => "no",
            };
            output::print(&format!("{word}: {}\n", output::printable(&answer.message)))
        }
    }
}
