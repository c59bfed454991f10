//! `quarantine`: what was put aside and why, and the decision about it: take it again, or leave it out.

use super::changing::Deciding;
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::change::quarantine_decide;
use operations::error::Result;
use operations::look;
use operations::wire::{QuarantineDecision, QuarantineFilter, QuarantineRow};
use serde::Serialize;

/// Arguments of `quarantine`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the rows, newest first, a page at a time
    List(List),
    /// Show one row with all that it said
    Show {
        /// The row's id
        id: String,
    },
    /// Take rows again under today's subscriptions and periods, all or none
    Accept(Decide),
    /// Leave rows out
    Dismiss(Decide),
}

#[derive(Debug, clap::Args)]
struct List {
    /// waiting, accepted or dismissed
    #[arg(long)]
    state: Option<String>,
    /// Code of a reason, such as too_late
    #[arg(long)]
    reason: Option<String>,
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// Ids of the rows
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// A decision as it is printed.
#[derive(Debug, Serialize)]
struct Decided {
    done: bool,
    decision: &'static str,
    /// Rows that were waiting.
    decided: usize,
    /// The rows as they were before.
    rows: Vec<QuarantineRow>,
}

/// Shows rows, or decides about them.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::List(list) => self::list(list, context).await,
        Command::Show { id } => show(&id, context).await,
        Command::Accept(decide) => self::decide(decide, QuarantineDecision::Retry, context).await,
        Command::Dismiss(decide) => self::decide(decide, QuarantineDecision::Dismiss, context).await,
    }
}

async fn list(list: List, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &list.tenant {
        Some(text) => Some(look::find_tenant(&store, text).await?.to_string()),
        None => None,
    };
    let filter = QuarantineFilter { state: list.state, reason: list.reason, tenant_id };
    let page = look::quarantine(&store, context.host.now(), &filter, list.cursor.as_deref()).await?;
    if context.form == Form::Json {
        print_json(&page)?;
        return Ok(Outcome::Done);
    }
    print(&rows_table(&page.rows))?;
    if !page.reasons.is_empty() {
        let rows = page.reasons.iter().map(|of| vec![of.reason.clone(), of.waiting.to_string()]).collect();
        print(&format!("\n{}", table(&["reason", "waiting"], rows, 1)))?;
    }
    if page.next.is_some() {
        print("There are more rows; --json gives the cursor of the next page.\n")?;
    }
    Ok(Outcome::Done)
}

fn rows_table(rows: &[QuarantineRow]) -> String {
    let header = ["id", "received at", "state", "reason", "tenant", "source", "key", "what is wrong"];
    let row = |row: &QuarantineRow| {
        let tenant = row.tenant_name.clone().unwrap_or_else(|| "-".to_owned());
        let key = row.key.clone().unwrap_or_else(|| "-".to_owned());
        let (id, source) = (row.quarantine_id.clone(), row.source.clone());
        vec![
            id,
            row.received_at.clone(),
            row.state.clone(),
            row.reason.clone(),
            tenant,
            source,
            key,
            row.sentence.clone(),
        ]
    };
    table(&header, rows.iter().map(row).collect(), header.len())
}

async fn show(id: &str, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let row = look::quarantine_row(&store, id).await?;
    if context.form == Form::Json {
        print_json(&row)?;
        return Ok(Outcome::Done);
    }
    print(&rows_table(std::slice::from_ref(&row)))?;
    print(&format!("\n{}\n{}\n\n", printable(&row.sentence), printable(&row.advice)))?;
    let fields = row.fields.iter().map(|field| vec![field.name.clone(), field.value.clone()]).collect();
    print(&table(&["field", "value"], fields, 2))?;
    if let (Some(by), Some(reason)) = (&row.decided_by, &row.decision_reason) {
        print(&format!("\n{} by {}: {}\n", printable(&row.state), printable(by), printable(reason)))?;
    }
    Ok(Outcome::Done)
}

async fn decide(args: Decide, decision: QuarantineDecision, context: &Context) -> Result<Outcome> {
    let Decide { ids, deciding } = args;
    let store = if deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let mut rows = Vec::with_capacity(ids.len());
    for id in &ids {
        rows.push(look::quarantine_row(&store, id).await?);
    }
    let word = match decision {
        QuarantineDecision::Retry => "accept",
        QuarantineDecision::Dismiss => "dismiss",
    };
    let decided = if deciding.yes {
        let decided = quarantine_decide(&store, &*context.host, &ids, decision, &deciding.reason).await?;
        usize::try_from(decided).unwrap_or(usize::MAX)
    } else {
        rows.iter().filter(|row| row.state == "waiting").count()
    };
    if context.form == Form::Json {
        print_json(&Decided { done: deciding.yes, decision: word, decided, rows })?;
    } else {
        print(&rows_table(&rows))?;
        let of = format!("{decided} of {} rows", rows.len());
        print(&if deciding.yes {
            format!("Decided about {of}.\n")
        } else {
            format!("This would {word} {of}. Nothing was changed; add --yes to do it.\n")
        })?;
    }
    Ok(Outcome::Done)
}
