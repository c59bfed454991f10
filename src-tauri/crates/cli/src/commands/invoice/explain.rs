//! `invoice explain`: from the total to the events.

use crate::context::Context;
use crate::output::{self, Form, Outcome, printable};
use operations::bill::invoice_named;
use operations::error::{OperationError, Result};
use operations::explain::{explain, line_events};
use operations::wire::{EventRow, ExplainedLine, Explanation, LineEvents, ProofStep};
use std::fmt::Write as _;

/// Arguments of `invoice explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    invoice: String,
    /// One line, by its place
    #[arg(long, value_name = "N")]
    line: Option<u32>,
    /// Further events of the line: `next` of the page before
    #[arg(long, value_name = "NEXT", requires = "line")]
    cursor: Option<String>,
}

/// Explains it; exit status 3 when the ledger gives another amount today.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let id = invoice_named(&store, &args.invoice).await?;
    let now = context.host.now();
    if let (Some(line), Some(cursor)) = (args.line, &args.cursor) {
        let page = line_events(&store, id, line, Some(cursor), now).await;
        return further(&page?, context.form);
    }
    let explanation = explain(&store, id, args.line, now).await;
    let explanation = explanation?;
    match context.form {
        Form::Json => output::print_json(&explanation)?,
        Form::Table => output::print(&text(&explanation)?)?,
    }
    let residues = explanation.lines.iter().map(|line| &line.residue).chain([&explanation.residue]);
    Ok(if residues.into_iter().any(|residue| !is_zero(residue)) { Outcome::Found } else { Outcome::Done })
}

fn is_zero(amount: &str) -> bool {
    amount.chars().all(|digit| matches!(digit, '0' | '.' | '-'))
}

fn further(page: &LineEvents, form: Form) -> Result<Outcome> {
    match form {
        Form::Json => output::print_json(page)?,
        Form::Table => {
            let mut text = events(&page.rows);
            if let Some(next) = &page.next {
                text += &more(next);
            }
            output::print(&text)?;
        }
    }
    Ok(Outcome::Done)
}

fn text(explanation: &Explanation) -> Result<String, OperationError> {
    let mut text = String::new();
    let name = explanation.number.as_deref().unwrap_or("draft");
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{} of {}", printable(name), printable(&explanation.tenant));
    let currency = &explanation.currency;
    let _ = writeln!(
        text,
        "Total {} {currency}, recomputed {}, residue {}",
        explanation.total, explanation.recomputed, explanation.residue
    );
    let _ = writeln!(text, "Rules of version {}", explanation.rule_version);
    for line in &explanation.lines {
        text += "\n";
        text += &of_line(line, currency);
    }
    Ok(text)
}

fn of_line(explained: &ExplainedLine, currency: &str) -> String {
    let line = &explained.line;
    let mut text = String::new();
    let _ = writeln!(text, "Line {}: {} ({})", line.no, printable(&line.description), line.kind);
    let _ = writeln!(
        text,
        "  amount {} {currency}, recomputed {}, residue {}",
        line.amount, explained.recomputed, explained.residue
    );
    for (what, value) in [("plan", &line.plan), ("used", &line.used), ("included", &line.included)] {
        if let Some(value) = value {
            let _ = writeln!(text, "  {what} {}", printable(value));
        }
    }
    let step = |step: &ProofStep| {
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        let tier = step.tier.or(step.event).map(|number| number.to_string()).unwrap_or_default();
        vec![
            step.rule.clone(),
            tier,
            optional(&step.quantity),
            optional(&step.price),
            optional(&step.divisor),
            step.amount.clone(),
        ]
    };
    if !line.steps.is_empty() {
        let head = ["step", "tier or event", "quantity", "price", "divided by", "amount"];
        text += &output::table(&head, line.steps.iter().map(step).collect(), 1);
    }
    if let Some(counter) = &explained.counter {
        let _ = writeln!(
            text,
            "  counter ({}) {}, ledger {}, line made from {}; {} events billable, {} free, {} corrections, {} late, {} duplicates dropped",
            counter.place,
            counter.counter,
            counter.ledger,
            counter.used,
            counter.events,
            counter.free,
            counter.corrections,
            counter.late,
            counter.duplicates
        );
    }
    if !explained.events.is_empty() {
        text += &events(&explained.events);
    }
    if let Some(next) = &explained.next {
        text += &more(next);
    }
    text
}

fn events(rows: &[EventRow]) -> String {
    let row = |row: &EventRow| {
        let billable = if row.billable { "billable" } else { "free" };
        vec![
            row.occurred_at.clone(),
            row.source.clone(),
            row.key.clone(),
            row.classification.clone(),
            billable.to_owned(),
            format!("{} {}", row.quantity, row.unit),
        ]
    };
    output::table(&["occurred at", "source", "key", "kind", "billed", "quantity"], rows.iter().map(row).collect(), 5)
}

fn more(next: &str) -> String {
    format!("  more: --line N --cursor {}\n", printable(&next.replace('\n', "\\n")))
}
