//! `invoice pdf`: an invoice, a draft or a credit note as it is printed.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable};
use documents::Files;
use operations::bill::{invoice, invoice_named};
use operations::error::{OperationError, Result};
use operations::export::{credit_note_named, credit_note_pdf, invoice_pdf, save};
use operations::open::Store;
use std::path::PathBuf;

/// Arguments of `invoice pdf`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number or id of the invoice, or of a credit note
    number: String,
    /// The file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Writes the file.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let bytes = printed(&store, &args.number, context).await?;
    let written = save(&args.output, &bytes, 0)?;
    match context.form {
        Form::Json => print_json(&written)?,
        Form::Table => print(&format!("{} bytes in {}\n", written.bytes, printable(&written.file)))?,
    }
    Ok(Outcome::Done)
}

async fn printed(store: &Store, number: &str, context: &Context) -> Result<Vec<u8>> {
    let unknown = match invoice_named(store, number).await {
        Ok(id) => return invoice_pdf(store, &Files, &invoice(store, id, context.host.now()).await?).await,
        Err(error) if error.code() == "unknown_invoice" => error,
        Err(error) => return Err(error),
    };
    match credit_note_named(store, number).await {
        Ok(id) => credit_note_pdf(store, &Files, id).await,
        Err(error) if error.code() == "unknown_credit_note" => Err(neither(number).because(unknown)),
        Err(error) => Err(error),
    }
}

fn neither(number: &str) -> OperationError {
    let shown: String = number.chars().take(80).collect();
    OperationError::not_found("unknown_invoice", format!("There is neither an invoice nor a credit note '{shown}'."))
        .field("number")
}
