//! `invoice`: what finance does with invoices.

mod act;
mod credit;
mod credit_notes;
mod difference;
mod explain;
pub mod export;
mod list;
mod pack;
mod pay;
mod pdf;
mod preview;
mod run;
mod show;

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
    /// Show what a run would do, for all tenants or one
    Preview(preview::Args),
    /// Bill all periods that have ended
    Run(run::Args),
    /// List invoices, newest first
    List(list::Args),
    /// Show one invoice
    Show(show::Args),
    /// Say why an amount is what it is, down to the events
    Explain(explain::Args),
    /// Say what changed since an invoice was issued: events, lines, what happened to it, and what that comes to
    Difference(difference::Args),
    /// Let a draft pass that waits for a person
    Approve(act::Args),
    /// Give a draft its number; it never changes again
    Finalize(act::Args),
    /// Take an invoice back before any payment
    Void(act::Args),
    /// Void an invoice and draft its period again
    Reissue(act::Args),
    /// Give up what is open of an invoice
    Uncollectible(act::Args),
    /// Issue a credit note: whole lines, amounts of lines, or an amount
    Credit(credit::Args),
    /// List credit notes, newest first
    CreditNotes(credit_notes::Args),
    /// Write invoices, or what belongs to them, into a CSV file or a workbook
    Export(export::Args),
    /// Put an invoice, its explanation, its events and its history into one file that can be checked without a database
    Pack(pack::Args),
    /// Enter a payment
    Pay(pay::Args),
    /// Print an invoice, a draft or a credit note
    Pdf(pdf::Args),
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    use operations::wire::InvoiceActKind as Kind;
    match args.command {
        Command::Preview(args) => preview::run(args, context).await,
        Command::Run(args) => run::run(args, context).await,
        Command::List(args) => list::run(args, context).await,
        Command::Show(args) => show::run(args, context).await,
        Command::Explain(args) => explain::run(args, context).await,
        Command::Difference(args) => difference::run(args, context).await,
        Command::Approve(args) => act::run(args, Kind::Approve, context).await,
        Command::Finalize(args) => act::run(args, Kind::Finalize, context).await,
        Command::Void(args) => act::run(args, Kind::Void, context).await,
        Command::Reissue(args) => act::run(args, Kind::Reissue, context).await,
        Command::Uncollectible(args) => act::run(args, Kind::Uncollectible, context).await,
        Command::Credit(args) => credit::run(args, context).await,
        Command::CreditNotes(args) => credit_notes::run(args, context).await,
        Command::Export(args) => export::run(args, context).await,
        Command::Pack(args) => pack::run(args, context).await,
        Command::Pay(args) => pay::run(args, context).await,
        Command::Pdf(args) => pdf::run(args, context).await,
    }
}
