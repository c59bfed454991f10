//! `sample`: writes the sample company into a new file.

use crate::context::Context;
use crate::output::{self, Form, Outcome};
use billing::time::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use operations::error::{OperationError, Result};
use operations::sample::{self, SampleOrder};
use operations::wire::Progress;
use std::path::PathBuf;

/// Arguments of `sample`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to make; it must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Another company
    #[arg(long, default_value_t = sample::SEED)]
    seed: u32,
    /// Up to when there is usage, in RFC 3339; the same seed and time give the same company
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

/// Makes the file.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let now = match &args.now {
        None => context.host.now(),
        Some(text) => text.parse::<Timestamp>().map_err(|error| {
            OperationError::wrong_use("malformed", "Give the time as 2026-01-31T08:00:00Z.").field("now").because(error)
        })?,
    };
    let bar = bar();
    let report =
        sample::create_from(&args.out, SampleOrder { seed: args.seed, now }, &|progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let report = report?;
    match context.form {
        Form::Json => output::print_json(&report)?,
        Form::Table => output::print(&format!(
            "{}: {} tenants, {} events, {} put aside, {} alerts, in {} ms\n",
            output::printable(&report.file),
            report.tenants,
            report.events,
            report.put_aside,
            report.alerts,
            report.elapsed_ms
        ))?,
    }
    Ok(Outcome::Done)
}

/// A bar on standard error; it draws nothing where that is no terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total.unwrap_or(0));
    bar.set_position(progress.done);
    bar.set_message(progress.phase);
}
