//! `import invoices`: takes invoices and credit notes that another system issued.

use super::{aside, progress_bar, show, stop_on_interrupt};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::import::invoices;
use operations::wire::{CurrencyAmount, InvoiceImportReport, InvoiceImportRequest, Progress};
use std::fmt::Write as _;
use tokio_util::sync::CancellationToken;

/// Arguments of `import invoices`.
#[derive(Debug, clap::Args)]
pub struct InvoicesArgs {
    /// The file: CSV or JSON Lines, a line of a document per row, or a document
    file: String,
    /// A preset's name (see `import presets --invoices`), or a mapping file
    #[arg(long, value_name = "PRESET|FILE")]
    map: String,
    /// The file of the documents, where FILE has their lines alone
    #[arg(long, value_name = "FILE")]
    documents: Option<String>,
    /// Whose documents those are that name no tenant, instead of what the mapping says
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Put documents that name no tenant aside, whatever the mapping says
    #[arg(long)]
    refuse_blank_tenants: bool,
    /// Only look: say what would be taken and what is wrong, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Take nothing when any row would be put aside
    #[arg(long)]
    all_or_nothing: bool,
}

/// Runs it.
pub async fn run(args: InvoicesArgs, context: &Context) -> Result<Outcome> {
    let request = InvoiceImportRequest {
        file: args.file,
        documents: args.documents,
        map: args.map,
        tenant: args.tenant,
        refuse_blank_tenants: args.refuse_blank_tenants,
        all_or_nothing: args.all_or_nothing,
        dry_run: args.dry_run,
    };
    // A wrong mapping or file is told before a password is asked for.
    invoices::load(&request.map)?;
    let store = if request.dry_run { context.open_read_only().await? } else { context.open().await? };
    let stop = CancellationToken::new();
    stop_on_interrupt(stop.clone())?;
    let bar = progress_bar();
    let told = |progress: Progress| show(&bar, progress);
    let done = invoices::run_and_tell(&store, context.host.as_ref(), &request, &told, &stop).await;
    bar.finish_and_clear();
    let report = match done {
        Ok(report) => report,
        Err(failure) => {
            if let Some(report) = failure.report {
                let headline = "Failed: what was taken stays. Import the same file again to go on.";
                show_report(&report, context.form, headline)?;
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
    Ok(if report.refused + report.conflicts > 0 { Outcome::Found } else { Outcome::Done })
}

fn show_report(report: &InvoiceImportReport, form: Form, headline: &str) -> Result<()> {
    match form {
        Form::Json => print_json(report),
        Form::Table => print(&text(report, headline)),
    }
}

fn text(report: &InvoiceImportReport, headline: &str) -> String {
    let mut text = String::new();
    let counts = [
        ("rows read", report.read),
        ("left out by the filter", report.skipped),
        ("invoices taken", report.invoices),
        ("credit notes taken", report.credit_notes),
        ("lines of them", report.lines),
        ("documents that were there", report.duplicates),
        ("conflicts", report.conflicts),
        ("rows refused", report.refused),
        ("tenants made", report.tenants_created),
    ];
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{headline}\n");
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(text, "{count:>12}  {name}");
    }
    let amounts = [
        ("all lines", &report.totals),
        ("invoices", &report.invoice_totals),
        ("credit notes", &report.credit_totals),
        ("rounded off", &report.rounded_off),
        ("differences to stated totals", &report.differences),
    ];
    let row = |name: &str, total: &CurrencyAmount| vec![name.to_owned(), total.currency.clone(), total.amount.clone()];
    let rows: Vec<_> =
        amounts.into_iter().flat_map(|(name, totals)| totals.iter().map(move |total| row(name, total))).collect();
    if !rows.is_empty() {
        let _ = write!(text, "\n{}", table(&["sum of", "currency", "amount"], rows, 2));
    }
    text.push_str(&aside(&report.problems, report.refused_file.as_deref()));
    text
}
