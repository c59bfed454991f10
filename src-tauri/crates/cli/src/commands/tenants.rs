//! `tenants`: all tenants with their levels, the highest percentage first.

use super::erase_subject;
use super::look::{cell, level, moment};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look;
use operations::wire::{Level, TenantRow};

/// Arguments of `tenants`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only tenants from 80 % on
    #[arg(long)]
    flagged: bool,
    /// At another time, in RFC 3339: the period and the day that contain it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Take a subject's name and details away; its usage stays
    EraseSubject(erase_subject::Args),
}

/// Lists them, or erases a subject of one.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    if let Some(Command::EraseSubject(args)) = args.command {
        return erase_subject::run(args, context).await;
    }
    let store = context.open_read_only().await?;
    let at = moment(context, &store, args.at.as_deref())?;
    let mut list = look::tenants(&store, at).await?;
    if args.flagged {
        list.rows.retain(|row| row.level > Level::Normal);
    }
    match context.form {
        Form::Json => print_json(&list)?,
        Form::Table => {
            let header = ["tenant", "status", "plan", "level", "meter", "period end", "percent", "overage", "currency"];
            print(&table(&header, list.rows.iter().map(|tenant| row(tenant)).collect(), 6))?;
        }
    }
    Ok(Outcome::Done)
}

fn row(row: &TenantRow) -> Vec<String> {
    let meter = row.meters.first().map(|cell| cell.meter.clone());
    vec![
        row.name.clone(),
        row.status.clone(),
        cell(row.plan.as_deref()),
        level(row.level).to_owned(),
        cell(meter.as_deref()),
        cell(row.period_end.as_deref()),
        cell(row.percent.as_deref()),
        row.overage.clone(),
        row.currency.clone(),
    ]
}
