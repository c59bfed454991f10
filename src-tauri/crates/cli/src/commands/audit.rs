//! `audit`: who did what, newest first, a page at a time, or all of it as a file.

use super::invoice::export::{format, print_written};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use documents::Files;
use operations::error::Result;
use operations::export::export_audit;
use operations::look;
use operations::open::Store;
use operations::wire::{AuditFilter, AuditRow};
use std::path::PathBuf;

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the records, newest first, a page at a time
    List(List),
    /// Write the records into a file for a spreadsheet: whole or not at all, at most 1,000,000
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    which: Which,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    which: Which,
    /// The file; its name ends with .csv or .xlsx
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Who acted: the name of an account of an operating system
    #[arg(long)]
    actor: Option<String>,
    /// What was done, such as override.set
    #[arg(long)]
    action: Option<String>,
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// From this time on, in RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time, in RFC 3339
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Which {
    async fn filter(self, store: &Store) -> Result<AuditFilter> {
        let tenant_id = match &self.tenant {
            Some(text) => Some(look::find_tenant(store, text).await?.to_string()),
            None => None,
        };
        Ok(AuditFilter { actor: self.actor, action: self.action, tenant_id, from: self.from, to: self.to })
    }
}

/// Shows a page, or writes all.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::List(list) => show(list, context).await,
        Command::Export(export) => write(export, context).await,
    }
}

async fn write(export: Export, context: &Context) -> Result<Outcome> {
    let format = format(&export.output)?;
    let store = context.open_read_only().await?;
    let filter = export.which.filter(&store).await?;
    let written = export_audit(&store, &Files, &filter, format, &export.output).await?;
    print_written(&written, context)
}

async fn show(list: List, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let filter = list.which.filter(&store).await?;
    let page = look::audit(&store, context.host.now(), &filter, list.cursor.as_deref()).await?;
    if context.form == Form::Json {
        print_json(&page)?;
        return Ok(Outcome::Done);
    }
    let header = ["at", "actor", "login", "action", "tenant", "about", "reason"];
    print(&table(&header, page.rows.iter().map(row).collect(), header.len()))?;
    if page.next.is_some() {
        print("There are more records; --json gives the cursor of the next page.\n")?;
    }
    Ok(Outcome::Done)
}

fn row(record: &AuditRow) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        record.at.clone(),
        record.actor.clone(),
        or_dash(&record.database_user),
        record.action.clone(),
        or_dash(&record.tenant_name),
        record.subject.clone(),
        record.reason.clone(),
    ]
}
