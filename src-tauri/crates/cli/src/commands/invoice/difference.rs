//! `invoice difference`: what changed since an invoice was issued.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use documents::Files;
use operations::bill::invoice_named;
use operations::error::Result;
use operations::since::{invoice_difference, save_since};
use operations::wire::{BilledIn, InvoiceSince, SinceEvent, SinceLater, SinceLine, TimelineEntry};
use std::path::PathBuf;

/// Arguments of `invoice difference`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    invoice: String,
    /// Also write it into a CSV file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Compares it with today; exit status 3 when anything changed.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let id = invoice_named(&store, &args.invoice).await?;
    let found = invoice_difference(&store, id, context.host.now()).await;
    let found = found?;
    if let Some(file) = &args.csv {
        save_since(&found, &Files, file)?;
    }
    match context.form {
        Form::Json => print_json(&found)?,
        Form::Table => print(&text(&found))?,
    }
    let counts = &found.counts;
    let all = [counts.events, counts.lines, counts.later, counts.happened];
    Ok(if all.iter().all(|count| *count == 0) { Outcome::Done } else { Outcome::Found })
}

fn text(found: &InvoiceSince) -> String {
    let mut text = format!(
        "{} of {}, issued at {}\nTotal {currency} {}, today {}, difference {}; billed later {}, credited {}\n",
        printable(&found.number),
        printable(&found.tenant),
        found.issued_at,
        found.issued,
        found.today,
        found.difference,
        found.billed_later,
        found.credited,
        currency = found.currency,
    );
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let mut part = |head: &[&str], rows: Vec<Vec<String>>, left: usize| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{}", table(head, rows, left)));
        }
    };
    let event = |row: &SinceEvent| {
        let billed = match row.billed {
            BilledIn::Here => "here",
            BilledIn::Later => "later",
            BilledIn::Nowhere => "nowhere",
        };
        let adds = format!("{} {}", row.adds, row.unit);
        vec![row.received_at.clone(), row.key.clone(), row.meter.clone(), row.day.clone(), billed.to_owned(), adds]
    };
    let rows = found.events.iter().map(event).collect();
    part(&["received at", "event", "meter", "day", "billed", "adds"], rows, 5);
    let line = |row: &SinceLine| {
        let (no, text) = (row.no.to_string(), row.description.clone());
        let (then, now) = (word(&row.used_then), word(&row.used_now));
        vec![no, text, then, now, row.issued.clone(), row.today.clone(), row.difference.clone()]
    };
    let rows = found.lines.iter().map(line).collect();
    part(&["line", "text", "used then", "used now", "issued", "today", "difference"], rows, 2);
    let later = |row: &SinceLater| {
        let number = row.number.clone().unwrap_or_else(|| "draft".to_owned());
        vec![number, row.first_day.clone(), row.description.clone(), row.amount.clone()]
    };
    part(&["billed with", "from", "text", "net"], found.later.iter().map(later).collect(), 3);
    let happened = |row: &TimelineEntry| vec![row.at.clone(), row.kind.clone(), row.title.clone(), word(&row.amount)];
    part(&["at", "what", "which", "amount"], found.happened.iter().map(happened).collect(), 3);
    text
}
