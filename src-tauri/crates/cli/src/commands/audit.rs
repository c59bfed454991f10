//! `audit`: who did what, newest first, a page at a time.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look;
use operations::wire::{AuditFilter, AuditRow};

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
}

#[derive(Debug, clap::Args)]
struct List {
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
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

/// Shows a page.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let Command::List(list) = args.command;
    let store = context.open_read_only().await?;
    let tenant_id = match &list.tenant {
        Some(text) => Some(look::find_tenant(&store, text).await?.to_string()),
        None => None,
    };
    let filter = AuditFilter { actor: list.actor, action: list.action, tenant_id, from: list.from, to: list.to };
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
