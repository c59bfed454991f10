//! `snapshot`: writes, verifies and compares snapshot files.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use documents::Files;
use indicatif::{ProgressBar, ProgressStyle};
use operations::error::{OperationError, Result};
use operations::look::find_tenant;
use operations::snapshot;
use operations::wire::{Difference, Progress, SnapshotAbout, SnapshotRequest, SnapshotVerified, SnapshotWritten};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Arguments of `snapshot`.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Write the database, or a part of it, into one file
    Export(ExportArgs),
    /// Check every bit of a file; exit status 0 only when it is untouched, 3 when it is not
    Verify {
        /// The file
        file: PathBuf,
        /// The fingerprint that it must have
        #[arg(long, value_name = "HEX")]
        fingerprint: Option<String>,
    },
    /// Show what changed between two files, or a file and the database that --db names; exit status 3 when something did
    Diff(DiffArgs),
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// The file; one that is there is replaced
    file: PathBuf,
    /// Only this tenant, with its disputes: its id, outside id or name; may be given several times
    #[arg(long = "tenant", value_name = "NAME")]
    tenants: Vec<String>,
    /// Billing periods that end after this day
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<String>,
    /// Billing periods that begin before this day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<String>,
    /// Pack it with zstd
    #[arg(long)]
    zstd: bool,
}

#[derive(Debug, clap::Args)]
struct DiffArgs {
    /// The earlier snapshot
    before: PathBuf,
    /// The later snapshot; the database of --db without it
    after: Option<PathBuf>,
    /// Also write the lists into this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Does it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.act {
        Act::Export(args) => export(args, context).await,
        Act::Verify { file, fingerprint } => verify(&file, fingerprint.as_deref(), context).await,
        Act::Diff(args) => diff(args, context).await,
    }
}

/// A bar that follows what is told.
pub fn bar() -> (ProgressBar, impl Fn(Progress) + Send + Sync + 'static) {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let shown = bar.clone();
    let told = move |progress: Progress| {
        shown.set_message(progress.phase);
        shown.set_length(progress.total.unwrap_or(progress.done));
        shown.set_position(progress.done);
    };
    (bar, told)
}

async fn export(args: ExportArgs, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let mut tenant_ids = Vec::with_capacity(args.tenants.len());
    for tenant in &args.tenants {
        tenant_ids.push(find_tenant(&store, tenant).await?.to_string());
    }
    let request = SnapshotRequest { tenant_ids, from: args.from, to: args.to, packed: args.zstd };
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    ctrlc::set_handler(move || stopped.cancel())
        .map_err(|error| OperationError::failed("no_interrupt", "Ctrl+C cannot be listened for.").because(error))?;
    let (bar, told) = bar();
    let written = snapshot::export(&store, &*context.host, &request, &args.file, told, &stop).await;
    bar.finish_and_clear();
    let written = written?;
    match context.form {
        Form::Json => print_json(&written)?,
        Form::Table => print(&said(&written))?,
    }
    Ok(Outcome::Done)
}

fn said(written: &SnapshotWritten) -> String {
    let SnapshotWritten { file, bytes, about } = written;
    format!("{}, {bytes} bytes\n{}", printable(file), about_text(about))
}

fn about_text(about: &SnapshotAbout) -> String {
    let scope = if about.all_tenants { "all tenants" } else { "some tenants" };
    let days = match (&about.from, &about.to) {
        (Some(from), Some(to)) => format!(", billing periods from {from} to before {to}"),
        _ => String::new(),
    };
    format!(
        "{} from {} as of {}: {} tenants ({scope}{days}), {} events\nfingerprint {}\n",
        printable(&about.ledger_name),
        printable(&about.source),
        about.as_of,
        about.tenants,
        about.events,
        about.fingerprint
    )
}

async fn verify(file: &Path, fingerprint: Option<&str>, context: &Context) -> Result<Outcome> {
    let (bar, told) = bar();
    let found = snapshot::verify(file, told).await;
    bar.finish_and_clear();
    let mut found = found?;
    if let Some(wanted) = fingerprint {
        found = snapshot::compare_fingerprint(found, wanted);
    }
    match context.form {
        Form::Json => print_json(&found)?,
        Form::Table => print(&verified(&found))?,
    }
    Ok(if found.untouched { Outcome::Done } else { Outcome::Found })
}

fn verified(found: &SnapshotVerified) -> String {
    let head = if found.untouched { "untouched" } else { "NOT as it was written" };
    let mut text = format!("{}: {head}\n", printable(&found.file));
    for problem in &found.problems {
        text.push_str(&format!("  {} [{}]\n", printable(&problem.message), problem.code));
    }
    if let Some(about) = found.about.as_ref().filter(|_| found.untouched) {
        text.push_str(&about_text(about));
    }
    text
}

async fn diff(args: DiffArgs, context: &Context) -> Result<Outcome> {
    let (bar, told) = bar();
    let opened = snapshot::open(&args.before, told).await;
    bar.finish_and_clear();
    let before = opened?;
    let after = match &args.after {
        Some(file) => snapshot::open(file, |_| {}).await?,
        None => context.open_read_only().await?,
    };
    let found = snapshot::difference(&before, &after, &*context.host).await?;
    if let Some(file) = &args.csv {
        snapshot::save_difference(&found, &Files, file)?;
    }
    match context.form {
        Form::Json => print_json(&found)?,
        Form::Table => print(&differs(&found))?,
    }
    Ok(if is_empty(&found) { Outcome::Done } else { Outcome::Found })
}

fn is_empty(found: &Difference) -> bool {
    let counts = &found.counts;
    let all = [
        counts.events,
        counts.counters,
        counts.invoices,
        counts.lines,
        counts.statuses,
        counts.problems,
        counts.tenants_of_one,
    ];
    all.iter().all(|count| *count == 0) && found.money.is_empty()
}

fn differs(found: &Difference) -> String {
    let counts = &found.counts;
    let mut text = format!(
        "{} ({}) and {} ({}): {} tenants compared\n{} events, {} counters, {} invoices, {} lines, {} statuses differ\n",
        printable(&found.before.place),
        found.before.as_of,
        printable(&found.after.place),
        found.after.as_of,
        counts.tenants_compared,
        counts.events,
        counts.counters,
        counts.invoices,
        counts.lines,
        counts.statuses
    );
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    if !found.money.is_empty() {
        let row = |row: &operations::wire::MoneyDifference| {
            vec![row.tenant.clone(), row.currency.clone(), row.before.clone(), row.after.clone(), row.effect.clone()]
        };
        let rows = found.money.iter().map(row).collect();
        text.push_str(&format!("\n{}", table(&["tenant", "currency", "before", "after", "effect"], rows, 2)));
    }
    if !found.problems.is_empty() {
        let row = |row: &operations::wire::DifferenceProblem| {
            let state = format!("{:?}", row.state).to_lowercase();
            vec![row.tenant.clone(), row.period_id.clone(), state, row.message.clone()]
        };
        let rows = found.problems.iter().map(row).collect();
        let title = "\nNot in the money, because it could not be drafted:";
        text.push_str(&format!("{title}\n{}", table(&["tenant", "period", "state", "why"], rows, 4)));
    }
    if !found.events.is_empty() {
        let row = |row: &operations::wire::EventDifference| {
            vec![
                row.tenant.clone(),
                row.key.clone(),
                row.meter.clone(),
                row.day.clone(),
                word(&row.before),
                word(&row.after),
            ]
        };
        let rows = found.events.iter().map(row).collect();
        text.push_str(&format!("\n{}", table(&["tenant", "event", "meter", "day", "before", "after"], rows, 4)));
    }
    if !found.invoices.is_empty() {
        let row = |row: &operations::wire::InvoiceDifference| {
            let id = row.number.clone().unwrap_or_else(|| row.invoice_id.clone());
            let stands = |status: &Option<String>, total: &Option<String>| format!("{} {}", word(total), word(status));
            let before = stands(&row.status_before, &row.total_before);
            vec![row.tenant.clone(), id, row.currency.clone(), before, stands(&row.status_after, &row.total_after)]
        };
        let rows = found.invoices.iter().map(row).collect();
        text.push_str(&format!("\n{}", table(&["tenant", "invoice", "currency", "before", "after"], rows, 3)));
    }
    text
}
