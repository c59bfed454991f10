//! `late`: use that came after its period had closed, what it would change, and the decision about it.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::late::{late_act, late_preview, late_rows};
use operations::look::find_tenant;
use operations::wire::{LateDecision, LateFilter, LateRequest, LateRow};

/// Arguments of `late`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the rows with the corrections that they propose, newest first, a page at a time
    List(List),
    /// Take rows into the next invoice
    Accept(Decide),
    /// Take corrections and credit the invoice of their period
    Credit(Decide),
    /// Leave rows out
    Refuse(Decide),
}

#[derive(Debug, clap::Args)]
struct List {
    /// waiting, accepted or dismissed
    #[arg(long)]
    state: Option<String>,
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// Ids of the rows, of one tenant
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::List(args) => list(args, context).await,
        Command::Accept(args) => decide(args, LateDecision::NextInvoice, context).await,
        Command::Credit(args) => decide(args, LateDecision::CreditNote, context).await,
        Command::Refuse(args) => decide(args, LateDecision::Refuse, context).await,
    }
}

async fn list(args: List, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        None => None,
        Some(text) => Some(find_tenant(&store, text).await?.to_string()),
    };
    let filter = LateFilter { tenant_id, state: args.state };
    let page = late_rows(&store, context.host.now(), &filter, args.cursor.as_deref()).await?;
    if context.form == Form::Json {
        print_json(&page)?;
        return Ok(Outcome::Done);
    }
    let header = ["id", "tenant", "meter", "happened", "period", "invoice", "state", "quantity", "correction"];
    let row = |row: LateRow| {
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let period = row.period.map(|period| format!("{} - {}", period.from, period.to));
        let amount = row.amount.zip(row.currency).map(|(amount, currency)| format!("{amount} {currency}"));
        let correction = amount.or(row.refused);
        let (tenant, meter, at) = (text(row.tenant), text(row.meter), text(row.occurred_at));
        let (period, invoice) = (text(period), text(row.invoice_number));
        vec![row.quarantine_id, tenant, meter, at, period, invoice, row.state, text(row.quantity), text(correction)]
    };
    print(&table(&header, page.rows.into_iter().map(row).collect(), 7))?;
    if page.next.is_some() {
        print("There are more rows; --json gives the cursor of the next page.\n")?;
    }
    Ok(Outcome::Done)
}

async fn decide(args: Decide, decision: LateDecision, context: &Context) -> Result<Outcome> {
    let Decide { ids, deciding } = args;
    let store = if deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let request = LateRequest { ids, decision, reason: deciding.reason };
    let preview = late_preview(&store, &*context.host, &request).await?;
    if deciding.yes {
        let change = late_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
