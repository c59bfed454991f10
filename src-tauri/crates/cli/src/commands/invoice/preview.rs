//! `invoice preview`: what a run would do now, without doing it.

use crate::context::Context;
use crate::output::{self, Form, Outcome};
use operations::bill::run_preview;
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::{RunPreview, RunRequest, RunRow, RunTotal};

/// Arguments of `invoice preview`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or name; all without one
    tenant: Option<String>,
    /// Periods that ended by then, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// As if only drafts were made
    #[arg(long)]
    drafts: bool,
}

/// Shows it. Exit status 3 when something cannot be billed or waits for a person.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant = match &args.tenant {
        Some(tenant) => vec![find_tenant(&store, tenant).await?.to_string()],
        None => Vec::new(),
    };
    let request = RunRequest { until: args.until, tenant_ids: tenant, finalize: !args.drafts, reason: String::new() };
    let preview = run_preview(&store, &*context.host, &request).await?;
    show(&preview, context)?;
    Ok(outcome(preview.failed + preview.held))
}

/// Whether a person must look at something.
pub const fn outcome(found: u32) -> Outcome {
    if found > 0 { Outcome::Found } else { Outcome::Done }
}

/// Shows what a run would do.
pub fn show(preview: &RunPreview, context: &Context) -> Result<()> {
    if context.form == Form::Json {
        return output::print_json(preview);
    }
    let counts = [
        ("to be finalized", preview.finalize),
        ("drafts", preview.draft),
        ("left to a person", preview.held),
        ("cannot be billed", preview.failed),
    ];
    output::print(&text(&counts, &preview.totals, &preview.rows))
}

/// Counts, totals and rows of a run for people.
pub fn text(counts: &[(&str, u32)], totals: &[RunTotal], rows: &[RunRow]) -> String {
    let mut text: String = counts.iter().map(|(what, count)| format!("{count:>8}  {what}\n")).collect();
    let total = |total: &RunTotal| vec![total.currency.clone(), total.count.to_string(), total.total.clone()];
    if !totals.is_empty() {
        text += "\n";
        text += &output::table(&["currency", "invoices", "total"], totals.iter().map(total).collect(), 1);
    }
    let row = |row: &RunRow| {
        let period = format!("{} to {}", row.period.from, row.period.to);
        let total = row.total.clone().unwrap_or_default();
        let message = row.message.clone().unwrap_or_default();
        vec![row.tenant.clone(), period, row.outcome.clone(), message, row.currency.clone(), total]
    };
    if !rows.is_empty() {
        text += "\n";
        let head = ["tenant", "period", "outcome", "why", "currency", "total"];
        text += &output::table(&head, rows.iter().map(row).collect(), 5);
    }
    text
}
