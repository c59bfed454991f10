//! `invoice`: what finance does with invoices.

mod credit;
mod export;
mod pay;
mod pdf;

pub use credit::parts;

use crate::context::Context;
use crate::output::Outcome;
use operations::error::Result;

/// Arguments of `invoice`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Issue a credit note: whole lines, amounts of lines, or an amount
    Credit(credit::Args),
    /// Write invoices, or what belongs to them, into a CSV file or a workbook
    Export(export::Args),
    /// Enter a payment
    Pay(pay::Args),
    /// Print an invoice, a draft or a credit note
    Pdf(pdf::Args),
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::Credit(args) => credit::run(args, context).await,
        Command::Export(args) => export::run(args, context).await,
        Command::Pay(args) => pay::run(args, context).await,
        Command::Pdf(args) => pdf::run(args, context).await,
    }
}
