//! `invoice run`: bills all periods that have ended.

use super::preview::{outcome, show, text};
use crate::context::Context;
use crate::output::{self, Form, Outcome};
use indicatif::{ProgressBar, ProgressStyle};
use operations::bill;
use operations::error::{OperationError, Result};
use operations::look::find_tenant;
use operations::wire::{Progress, RunReport, RunRequest};
use tokio_util::sync::CancellationToken;

/// Arguments of `invoice run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Periods that ended by then, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Finalize invoices whose days of grace are over and that nobody has to look at; drafts only without it
    #[arg(long)]
    finalize: bool,
    /// Only this tenant: its id, outside id or name; may be given several times
    #[arg(long = "tenant", value_name = "NAME")]
    tenants: Vec<String>,
    /// Why; goes to the audit log
    #[arg(long)]
    reason: String,
    /// Do it; without this only the preview is shown
    #[arg(long)]
    yes: bool,
}

/// Shows the preview, or bills. Exit status 3 when something could not be billed or was left to a person.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = if args.yes { context.open().await? } else { context.open_read_only().await? };
    let mut tenant_ids = Vec::with_capacity(args.tenants.len());
    for tenant in &args.tenants {
        tenant_ids.push(find_tenant(&store, tenant).await?.to_string());
    }
    let request = RunRequest { until: args.until, tenant_ids, finalize: args.finalize, reason: args.reason };
    if !args.yes {
        let preview = bill::run_preview(&store, &*context.host, &request).await?;
        show(&preview, context)?;
        if context.form == Form::Table {
            output::print("Nothing was changed; add --yes to do it.\n")?;
        }
        return Ok(outcome(preview.failed + preview.held));
    }
    let stop = CancellationToken::new();
    stop_on_interrupt(stop.clone())?;
    let bar = ProgressBar::new(0).with_style(style());
    let told = |progress: Progress| {
        bar.set_message(progress.phase);
        bar.set_length(progress.total.unwrap_or(progress.done));
        bar.set_position(progress.done);
    };
    let done = bill::run(&store, &*context.host, &request, &told, &stop).await;
    bar.finish_and_clear();
    let report = done?;
    ran(&report, context)?;
    Ok(outcome(report.failed + report.held))
}

/// Ctrl+C stops after the present batch; what was billed stays.
fn stop_on_interrupt(stop: CancellationToken) -> Result<()> {
    let listening = ctrlc::set_handler(move || {
        eprintln!("Stopping after this batch; what was billed stays. Run again to go on.");
        stop.cancel();
    });
    listening.map_err(|error| OperationError::failed("no_interrupt", "Ctrl+C cannot be listened for.").because(error))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} periods {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn ran(report: &RunReport, context: &Context) -> Result<()> {
    if context.form == Form::Json {
        return output::print_json(report);
    }
    let counts = [
        ("finalized", report.finalized),
        ("drafts", report.drafted),
        ("left to a person", report.held),
        ("could not be billed", report.failed),
    ];
    let headline = if report.stopped { "Stopped: what was billed stays. Run again to go on.\n" } else { "Done.\n" };
    output::print(&(headline.to_owned() + &text(&counts, &report.totals, &report.rows)))
}
