//! `subscription`: another plan, or the end of it.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::bill::{cancel_act, cancel_preview, plan_change_act, plan_change_preview};
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::{CancelRequest, PlanChangeRequest};

/// Arguments of `subscription`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Give a subscription another plan
    Change(ChangePlan),
    /// End a subscription
    Cancel(Cancel),
}

#[derive(Debug, clap::Args)]
struct ChangePlan {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// The subscription's id
    subscription: String,
    /// The plan's code
    plan: String,
    /// From when, in RFC 3339; now without it. The day on which it lies belongs to the new plan
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

#[derive(Debug, clap::Args)]
struct Cancel {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// The subscription's id
    subscription: String,
    /// The first instant without it, in RFC 3339; the end of the running period without this
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or does it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::Change(args) => change(args, context).await?,
        Command::Cancel(args) => cancel(args, context).await?,
    }
    Ok(Outcome::Done)
}

async fn change(args: ChangePlan, context: &Context) -> Result<()> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let request = PlanChangeRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        subscription_id: args.subscription,
        plan: args.plan,
        at: args.at,
        reason: args.deciding.reason,
    };
    let preview = plan_change_preview(&store, host, &request).await?;
    if args.deciding.yes {
        changing::acted(context, &plan_change_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}

async fn cancel(args: Cancel, context: &Context) -> Result<()> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let request = CancelRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        subscription_id: args.subscription,
        at: args.at,
        reason: args.deciding.reason,
    };
    let preview = cancel_preview(&store, host, &request).await?;
    if args.deciding.yes {
        changing::acted(context, &cancel_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}
