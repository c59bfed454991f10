//! `invoice export`: invoices and what belongs to them as a file for a spreadsheet or the books.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable};
use clap::ValueEnum;
use documents::Files;
use operations::error::{OperationError, Result};
use operations::export::export_invoices;
use operations::look::find_tenant;
use operations::wire::{ExportFormat, ExportKind, ExportRequest, Exported, InvoiceFilter};
use std::path::{Path, PathBuf};

/// Arguments of `invoice export`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Write invoices, or what belongs to them, into a file: whole or not at all. Amounts have all digits \
of their currency, which stands beside them; text that a spreadsheet could take for a formula begins with an apostrophe in \
CSV. At most 1,000,000 rows. Days are issue days in the seller's zone; of payments the day of receipt."
)]
pub struct Args {
    /// What
    #[arg(value_enum)]
    kind: Kind,
    /// The file; its name ends with .csv or .xlsx
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Before this day
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// draft, approved, finalized, partially_paid, paid, overdue, uncollectible, void, or open
    #[arg(long)]
    status: Option<String>,
    /// billed or imported
    #[arg(long)]
    origin: Option<String>,
    /// The beginning of the number
    #[arg(long)]
    number: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A row an invoice
    Invoices,
    /// A row a line
    Lines,
    /// A row a credit note
    CreditNotes,
    /// A row a payment
    Payments,
    /// A row an event behind the invoices
    Events,
    /// Open amounts by age
    Ageing,
    /// Postings: debit and credit
    Journal,
}

impl From<Kind> for ExportKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Invoices => Self::Invoices,
            Kind::Lines => Self::Lines,
            Kind::CreditNotes => Self::CreditNotes,
            Kind::Payments => Self::Payments,
            Kind::Events => Self::Events,
            Kind::Ageing => Self::Ageing,
            Kind::Journal => Self::Journal,
        }
    }
}

/// Writes the file.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let format = format(&args.output)?;
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        Some(text) => Some(find_tenant(&store, text).await?.to_string()),
        None => None,
    };
    let filter = InvoiceFilter {
        status: args.status,
        tenant_id,
        from: args.from,
        to: args.to,
        origin: args.origin,
        number: args.number,
        ..InvoiceFilter::default()
    };
    let request = ExportRequest { kind: args.kind.into(), format, filter };
    let written = export_invoices(&store, &Files, context.host.as_ref(), &request, &args.output).await?;
    print_written(&written, context)
}

/// Says what was written.
pub fn print_written(written: &Exported, context: &Context) -> Result<Outcome> {
    match context.form {
        Form::Json => print_json(written)?,
        Form::Table => print(&format!("{} rows in {}\n", written.rows, printable(&written.file)))?,
    }
    Ok(Outcome::Done)
}

/// How a file is written, by the end of its name.
///
/// # Errors
/// `unknown_format`.
pub fn format(path: &Path) -> Result<ExportFormat> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "csv" => Ok(ExportFormat::Csv),
        "xlsx" => Ok(ExportFormat::Xlsx),
        _ => {
            let sentence = "The name of the file ends with .csv or .xlsx.";
            Err(OperationError::wrong_use("unknown_format", sentence).field("output"))
        }
    }
}
