//! `invoice show`: one invoice, whole.

use crate::context::Context;
use crate::output::{self, Form, Outcome, printable};
use operations::bill::{invoice, invoice_named};
use operations::error::Result;
use operations::wire::{InvoiceLine, InvoiceView};
use std::fmt::Write as _;

/// Arguments of `invoice show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    invoice: String,
}

/// Shows it; a draft as today's ledger gives it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let id = invoice_named(&store, &args.invoice).await?;
    let view = invoice(&store, id, context.host.now()).await?;
    match context.form {
        Form::Json => output::print_json(&view)?,
        Form::Table => output::print(&text(&view))?,
    }
    Ok(if view.hash_fits { Outcome::Done } else { Outcome::Found })
}

fn text(view: &InvoiceView) -> String {
    let row = &view.row;
    let mut text = String::new();
    // Writing into a String cannot fail.
    let mut say = |what: &str, value: &str| {
        let _ = writeln!(text, "{what:<12} {}", printable(value));
    };
    say("Invoice", row.number.as_deref().unwrap_or("draft"));
    say("Tenant", &row.tenant);
    say("Status", &row.status);
    if let Some(period) = &row.period {
        say("Period", &format!("{} to {}", period.from, period.to));
    }
    for (what, day) in [("Issued", &row.issue_day), ("Due", &row.due_day)] {
        if let Some(day) = day {
            say(what, day);
        }
    }
    let line = |line: &InvoiceLine| {
        let days = line.days.as_ref().map(|days| format!("{} to {}", days.from, days.to)).unwrap_or_default();
        let quantity = line.quantity.clone().unwrap_or_default();
        vec![line.no.to_string(), line.kind.clone(), line.description.clone(), days, quantity, line.amount.clone()]
    };
    text += "\n";
    let head = ["line", "kind", "description", "days", "quantity", "amount"];
    text += &output::table(&head, view.lines.iter().map(line).collect(), 4);
    let mut sums = vec![vec!["Net".to_owned(), row.net.clone()]];
    sums.extend(view.taxes.iter().map(|tax| vec![format!("Tax {} %", tax.percent), tax.amount.clone()]));
    sums.push(vec![format!("Total {}", row.currency), row.total.clone()]);
    sums.extend(view.settled.iter().map(|it| vec![format!("Prepaid: {}", it.name), it.amount.clone()]));
    sums.push(vec!["Open".to_owned(), row.open.clone()]);
    text += "\n";
    text += &output::table(&["", ""], sums, 1);
    if !view.hash_fits {
        text += "! The stored document does not have the hash that it was issued with.\n";
    }
    text
}
