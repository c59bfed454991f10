//! `import`: takes usage files into the ledger, and files of invoices beside it.

mod invoices;

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use operations::bill::import_payments;
use operations::error::{OperationError, Result};
use operations::import;
use operations::wire::{ImportReport, ImportRequest, PaymentsImportRequest, Progress};
use std::fmt::Write as _;
use tokio_util::sync::CancellationToken;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take a file of usage: each row an event, or several
    Usage(UsageArgs),
    /// Take a file of invoices and credit notes that another system issued
    Invoices(invoices::InvoicesArgs),
    /// List the mappings that come along
    Presets(PresetsArgs),
    /// Take a file of payments: each row a payment of an invoice
    Payments(PaymentsArgs),
}

#[derive(Debug, clap::Args)]
struct PaymentsArgs {
    /// The file: comma-separated text with the columns invoice, amount, currency, received_at, method and reference
    file: String,
    /// Only look: say what would be taken and what is wrong, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Why; goes to the audit log with each payment
    #[arg(long)]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct UsageArgs {
    /// The file: CSV, JSON Lines or CloudEvents
    file: String,
    /// A preset's name (see `import presets`), or a mapping file
    #[arg(long, value_name = "PRESET|FILE")]
    map: String,
    /// The tenant of every row, for files without a tenant column: its id, outside id or name
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Take old usage, too: skips the checks for lateness and for a subscription, and raises no alerts
    #[arg(long)]
    backfill: bool,
    /// Only look: say what would be taken and what is wrong, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Take a file without keys although it overlaps an earlier one
    #[arg(long)]
    allow_overlap: bool,
    /// Take nothing when any row would be put aside
    #[arg(long)]
    all_or_nothing: bool,
}

#[derive(Debug, clap::Args)]
struct PresetsArgs {
    /// Those of invoices instead of those of usage
    #[arg(long)]
    invoices: bool,
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.what {
        What::Usage(args) => usage(args, context).await,
        What::Invoices(args) => invoices::run(args, context).await,
        What::Presets(args) => presets(&args, context.form),
        What::Payments(args) => payments(args, context).await,
    }
}

async fn payments(args: PaymentsArgs, context: &Context) -> Result<Outcome> {
    let request = PaymentsImportRequest { file: args.file, dry_run: args.dry_run, reason: args.reason };
    let store = if request.dry_run { context.open_read_only().await? } else { context.open().await? };
    let stop = CancellationToken::new();
    stop_on_interrupt(stop.clone())?;
    let done = import_payments(&store, &*context.host, &request, &stop).await?;
    let outcome = if done.put_aside > 0 { Outcome::Found } else { Outcome::Done };
    if context.form == Form::Json {
        print_json(&done)?;
        return Ok(outcome);
    }
    let word = if done.dry_run { "would be taken" } else { "taken" };
    print(&format!(
        "{} of {} rows {word}; {} were known, {} put aside.\n",
        done.taken, done.rows, done.duplicates, done.put_aside
    ))?;
    let row = |total: operations::wire::RunTotal| vec![total.currency, total.count.to_string(), total.total];
    if !done.totals.is_empty() {
        print(&table(&["currency", "payments", "total"], done.totals.into_iter().map(row).collect(), 1))?;
    }
    for problem in &done.problems {
        print(&format!("line {}: {} [{}]\n", problem.line, printable(&problem.message), problem.code))?;
    }
    if let Some(file) = &done.put_aside_file {
        print(&format!("The rows that were put aside are in {}.\n", printable(file)))?;
    }
    Ok(outcome)
}

fn presets(args: &PresetsArgs, form: Form) -> Result<Outcome> {
    let presets = if args.invoices { import::invoices::presets() } else { import::presets() };
    match form {
        Form::Json => print_json(&presets)?,
        Form::Table => {
            let row = |preset: operations::wire::Preset| vec![preset.name, preset.format, preset.description];
            print(&table(&["name", "format", "files"], presets.into_iter().map(row).collect(), 3))?;
        }
    }
    Ok(Outcome::Done)
}

async fn usage(args: UsageArgs, context: &Context) -> Result<Outcome> {
    let request = ImportRequest {
        file: args.file,
        map: args.map,
        tenant: args.tenant,
        backfill: args.backfill,
        allow_overlap: args.allow_overlap,
        all_or_nothing: args.all_or_nothing,
        dry_run: args.dry_run,
    };
    // A wrong mapping or file is told before a password is asked for.
    import::load(&request.map)?;
    let store = if request.dry_run { context.open_read_only().await? } else { context.open().await? };
    let stop = CancellationToken::new();
    stop_on_interrupt(stop.clone())?;
    let bar = progress_bar();
    let told = |progress: Progress| show(&bar, progress);
    let done = import::run_and_tell(&store, context.host.as_ref(), &request, &told, &stop).await;
    bar.finish_and_clear();
    let report = match done {
        Ok(report) => report,
        Err(failure) => {
            if let Some(report) = failure.report {
                show_report(
                    &report,
                    context.form,
                    "Failed: what was taken stays. Import the same file again to go on.",
                )?;
            }
            return Err(failure.error);
        }
    };
    let headline = match (report.dry_run, report.stopped) {
        (true, _) => "Dry run: nothing was written.",
        (false, true) => "Stopped: what was taken stays. Import the same file again to go on.",
        (false, false) => "Done.",
    };
    show_report(&report, context.form, headline)?;
    let put_aside = report.refused + report.quarantined + report.conflicts;
    Ok(if put_aside > 0 { Outcome::Found } else { Outcome::Done })
}

/// Ctrl+C stops after the present batch; what was taken stays.
fn stop_on_interrupt(stop: CancellationToken) -> Result<()> {
    let listening = ctrlc::set_handler(move || {
        eprintln!("Stopping after this batch; what was taken stays. Import the same file again to go on.");
        stop.cancel();
    });
    listening.map_err(|error| OperationError::failed("no_interrupt", "Ctrl+C cannot be listened for.").because(error))
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(progress.phase);
    bar.set_length(progress.total.unwrap_or(progress.done));
    bar.set_position(progress.done);
}

/// The lines of a problem; an ellipsis where there are more.
fn lines(problem: &operations::wire::ImportProblem) -> String {
    let lines: Vec<String> = problem.lines.iter().map(u64::to_string).collect();
    let more = if lines.len() >= 20 && problem.rows > 20 { " ..." } else { "" };
    format!("{}{more}", lines.join(", "))
}

fn show_report(report: &ImportReport, form: Form, headline: &str) -> Result<()> {
    match form {
        Form::Json => print_json(report),
        Form::Table => print(&text(report, headline)?),
    }
}

fn text(report: &ImportReport, headline: &str) -> Result<String> {
    let mut text = String::new();
    let counts = [
        ("rows read", report.read),
        ("left out by the filter", report.skipped),
        ("events accepted", report.accepted),
        ("duplicates", report.duplicates),
        ("conflicts", report.conflicts),
        ("quarantined", report.quarantined),
        ("rows refused", report.refused),
        ("times cut to the microsecond", report.times_cut),
        ("times that the clock showed twice, taken as the earlier", report.times_ambiguous),
        ("tenants made", report.tenants_created),
        ("meters made", report.meters_created),
    ];
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{headline}\n");
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(text, "{count:>12}  {name}");
    }
    if report.dry_run {
        let rows = report.first_rows.iter().map(|row| {
            let fields = row.fields.iter().map(|field| format!("{}={}", field.name, field.value));
            vec![row.line.to_string(), row.outcome.clone(), fields.collect::<Vec<_>>().join(" ")]
        });
        let _ = write!(text, "\n{}", table(&["line", "outcome", "fields"], rows.collect(), 3));
    }
    if !report.totals.is_empty() {
        let row = |total: &operations::wire::MeterTotal| {
            vec![total.meter.clone(), total.quantity.clone(), total.rounded_off.clone()]
        };
        let rows = report.totals.iter().map(row).collect();
        let _ = write!(text, "\n{}", table(&["meter", "quantity", "rounded off"], rows, 1));
    }
    if !report.cost.is_empty() {
        let row = |cost: &operations::wire::CostTotal| {
            vec![cost.currency.clone(), cost.amount.clone(), cost.rounded_off.clone()]
        };
        let _ =
            write!(text, "\n{}", table(&["currency", "cost", "rounded off"], report.cost.iter().map(row).collect(), 1));
    }
    text.push_str(&aside(&report.problems, report.refused_file.as_deref()));
    Ok(text)
}

/// What was put aside, why and where.
fn aside(problems: &[operations::wire::ImportProblem], refused_file: Option<&str>) -> String {
    let mut text = String::new();
    if !problems.is_empty() {
        let row = |problem: &operations::wire::ImportProblem| {
            let field = problem.field.clone().unwrap_or_default();
            let (outcome, code) = (problem.outcome.clone(), problem.code.clone());
            vec![outcome, code, problem.rows.to_string(), lines(problem), field, problem.message.clone()]
        };
        let rows = problems.iter().map(row).collect();
        let _ = write!(text, "\n{}", table(&["outcome", "reason", "rows", "lines", "field", "sentence"], rows, 6));
    }
    if let Some(file) = refused_file {
        let _ = writeln!(text, "\nCorrect the rows in {} and import it with the same mapping.", printable(file));
    }
    text
}
