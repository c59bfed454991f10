//! `override set`: another allowance for one tenant and meter, for a time.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::change::{override_act, override_preview};
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::OverrideRequest;

/// Arguments of `override`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Set what is included or the cap of one tenant and meter
    Set(Set),
}

#[derive(Debug, clap::Args)]
struct Set {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// The meter's code
    meter: String,
    /// What is included instead: a quantity, or "unlimited"
    #[arg(long)]
    included: Option<String>,
    /// The cap instead: a quantity, or "unlimited"
    #[arg(long)]
    cap: Option<String>,
    /// From when, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when; for good without it
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or sets it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let Command::Set(set) = args.command;
    let store = if set.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let request = OverrideRequest {
        tenant_id: find_tenant(&store, &set.tenant).await?.to_string(),
        meter: set.meter,
        included: set.included,
        cap: set.cap,
        valid_from: set.from,
        valid_to: set.to,
        reason: set.deciding.reason,
    };
    let preview = override_preview(&store, &*context.host, &request).await?;
    if set.deciding.yes {
        let change = override_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
