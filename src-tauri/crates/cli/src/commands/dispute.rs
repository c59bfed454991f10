//! `dispute`: cases of tenants about what was billed.

use super::changing::{self, Deciding};
use super::invoice::parts;
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::bill::invoice_named;
use operations::dispute as cases;
use operations::error::{OperationError, Result};
use operations::look::find_tenant;
use operations::wire::{
    Change, DisputeDecideRequest, DisputeDecision, DisputeFilter, DisputeNoteRequest, DisputeRequest, DisputeRow,
    EventRef,
};

/// Arguments of `dispute`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List them, undecided ones by deadline first, a page at a time
    List(List),
    /// Show one with all that belongs to it
    Show {
        /// The dispute: its number, such as D-17, or id
        dispute: String,
    },
    /// Open one
    Open(Open),
    /// Write a note on one
    Note(Note),
    /// End one
    Decide(Decide),
}

#[derive(Debug, clap::Args)]
struct List {
    /// open, waiting, decided, or undecided: one of the first two
    #[arg(long)]
    status: Option<String>,
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// The invoice: its number or id
    #[arg(long)]
    invoice: Option<String>,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Open {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// What the tenant says
    #[arg(long)]
    claim: String,
    /// The invoice that it is about: its number or id
    #[arg(long)]
    invoice: Option<String>,
    /// What the tenant claims back
    #[arg(long)]
    claimed: Option<String>,
    /// The day by which it must be decided
    #[arg(long, value_name = "DAY")]
    deadline: Option<String>,
    /// A line in question; may be given several times
    #[arg(long = "line", value_name = "NO")]
    lines: Vec<u32>,
    /// An event in question, as SOURCE/KEY; may be given several times
    #[arg(long = "event", value_name = "SOURCE/KEY")]
    events: Vec<String>,
    /// Do it; without this only the preview is shown
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct Note {
    /// The dispute: its number or id
    dispute: String,
    /// The note
    text: String,
    /// Then it is open, or waiting for the tenant
    #[arg(long)]
    status: Option<String>,
    /// Do it; without this only the preview is shown
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Decision {
    /// The invoice stands
    Reject,
    /// A credit note is issued with it
    Credit,
    /// The use is corrected by events of its own
    Correct,
}

#[derive(Debug, clap::Args)]
struct Decide {
    /// The dispute: its number or id
    dispute: String,
    /// How
    decision: Decision,
    /// A line to credit: all that is left of it, or NO=AMOUNT net; may be given several times
    #[arg(long = "line", value_name = "NO[=AMOUNT]")]
    lines: Vec<String>,
    /// An amount to credit that is about no line, net
    #[arg(long)]
    amount: Option<String>,
    /// What the credit note says about the amount
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::List(args) => list(args, context).await,
        Command::Show { dispute } => show(&dispute, context).await,
        Command::Open(args) => open(args, context).await,
        Command::Note(args) => note(args, context).await,
        Command::Decide(args) => decide(args, context).await,
    }
}

async fn list(args: List, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        None => None,
        Some(text) => Some(find_tenant(&store, text).await?.to_string()),
    };
    let invoice_id = match &args.invoice {
        None => None,
        Some(text) => Some(invoice_named(&store, text).await?.to_string()),
    };
    let filter = DisputeFilter { status: args.status, tenant_id, invoice_id };
    let page = cases::disputes(&store, context.host.now(), &filter, args.cursor.as_deref()).await?;
    if context.form == Form::Json {
        print_json(&page)?;
        return Ok(Outcome::Done);
    }
    print(&rows_table(&page.rows))?;
    if page.next.is_some() {
        print("There are more; --json gives the cursor of the next page.\n")?;
    }
    Ok(Outcome::Done)
}

fn rows_table(rows: &[DisputeRow]) -> String {
    let header = ["number", "tenant", "invoice", "status", "deadline", "claim", "claimed", "currency"];
    let row = |row: &DisputeRow| {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let late = if row.is_late { " late" } else { "" };
        let deadline = format!("{}{late}", text(&row.deadline));
        let (number, tenant, claim) = (row.number.clone(), row.tenant.clone(), row.claim.clone());
        let (status, currency) = (row.status.clone(), row.currency.clone());
        vec![number, tenant, text(&row.invoice_number), status, deadline, claim, text(&row.claimed), currency]
    };
    table(&header, rows.iter().map(row).collect(), 6)
}

async fn show(dispute: &str, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let id = cases::find_dispute(&store, dispute).await?.to_string();
    let view = cases::dispute(&store, context.host.now(), &id).await?;
    if context.form == Form::Json {
        print_json(&view)?;
        return Ok(Outcome::Done);
    }
    print(&rows_table(std::slice::from_ref(&view.row)))?;
    let item = |item: &operations::wire::DisputeItem| {
        let event = item.event.as_ref().map(|event| format!("{}/{}", event.source, event.key));
        let line = item.line_no.map(|no| format!("line {no}: {}", item.line.clone().unwrap_or_default()));
        vec![line.or(event).unwrap_or_default(), item.amount.clone().unwrap_or_default()]
    };
    if !view.items.is_empty() {
        print("\n")?;
        print(&table(&["in question", "amount"], view.items.iter().map(item).collect(), 1))?;
    }
    for note in &view.notes {
        print(&format!("\n{} {}: {}\n", note.at, printable(&note.actor), printable(&note.text)))?;
    }
    if let (Some(decision), Some(reason)) = (&view.row.decision, &view.decision_reason) {
        let note = view.credit_note_number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
        print(&format!("\n{decision}{note}: {}\n", printable(reason)))?;
    }
    Ok(Outcome::Done)
}

fn told(context: &Context, change: &Change, is_done: bool) -> Result<()> {
    if is_done { changing::acted(context, change) } else { changing::preview(context, change) }
}

async fn open(args: Open, context: &Context) -> Result<Outcome> {
    let store = if args.yes { context.open().await? } else { context.open_read_only().await? };
    let event = |text: &String| {
        let (source, key) = text
            .split_once('/')
            .ok_or_else(|| OperationError::wrong_use("malformed", "Name an event as SOURCE/KEY.").field("event"))?;
        Ok(EventRef { source: source.to_owned(), key: key.to_owned() })
    };
    let invoice_id = match &args.invoice {
        None => None,
        Some(text) => Some(invoice_named(&store, text).await?.to_string()),
    };
    let request = DisputeRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        invoice_id,
        claim: args.claim,
        claimed: args.claimed,
        deadline: args.deadline,
        lines: args.lines,
        events: args.events.iter().map(event).collect::<Result<_>>()?,
    };
    let mut change = cases::dispute_open_preview(&store, &*context.host, &request).await?;
    if args.yes {
        change = cases::dispute_open_act(&store, &*context.host, &request, &change.fingerprint).await?;
    }
    told(context, &change, args.yes)?;
    Ok(Outcome::Done)
}

async fn note(args: Note, context: &Context) -> Result<Outcome> {
    let store = if args.yes { context.open().await? } else { context.open_read_only().await? };
    let dispute_id = cases::find_dispute(&store, &args.dispute).await?.to_string();
    let request = DisputeNoteRequest { dispute_id, text: args.text, status: args.status };
    let mut change = cases::dispute_note_preview(&store, &*context.host, &request).await?;
    if args.yes {
        change = cases::dispute_note_act(&store, &*context.host, &request, &change.fingerprint).await?;
    }
    told(context, &change, args.yes)?;
    Ok(Outcome::Done)
}

async fn decide(args: Decide, context: &Context) -> Result<Outcome> {
    let Decide { dispute, decision, lines, amount, text, deciding } = args;
    let parts = parts(&lines, amount, false, text.as_deref())?;
    let store = if deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let decision = match decision {
        Decision::Reject => DisputeDecision::Reject,
        Decision::Credit => DisputeDecision::Credit,
        Decision::Correct => DisputeDecision::Correct,
    };
    let dispute_id = cases::find_dispute(&store, &dispute).await?.to_string();
    let request = DisputeDecideRequest { dispute_id, decision, parts, reason: deciding.reason };
    let mut change = cases::dispute_decide_preview(&store, &*context.host, &request).await?;
    if deciding.yes {
        change = cases::dispute_decide_act(&store, &*context.host, &request, &change.fingerprint).await?;
    }
    told(context, &change, deciding.yes)?;
    Ok(Outcome::Done)
}
