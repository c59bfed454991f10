//! `invoice pack`: the evidence of an invoice in one file that its receiver can check without any database.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable};
use documents::Files;
use operations::error::Result;
use operations::pack::{Shown, write_pack};
use operations::{bill, dispute, explain};
use std::path::PathBuf;

/// Arguments of `invoice pack`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    invoice: String,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// For this dispute about it: its number or id
    #[arg(long)]
    dispute: Option<String>,
}

/// Writes the pack.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let now = context.host.now();
    let id = bill::invoice_named(&store, &args.invoice).await?;
    let invoice = bill::invoice(&store, id, now).await?;
    let explanation = explain::explain(&store, id, None, now).await?;
    let case = match &args.dispute {
        Some(named) => {
            let id = dispute::find_dispute(&store, named).await?;
            Some(dispute::dispute(&store, now, &id.to_string()).await?)
        }
        None => None,
    };
    let shown = Shown { invoice: &invoice, explanation: &explanation, dispute: case.as_ref() };
    let written = write_pack(&store, &Files, shown, &args.output).await?;
    match context.form {
        Form::Json => print_json(&written)?,
        Form::Table => print(&format!("{} files in {}\n", written.rows, printable(&written.file)))?,
    }
    Ok(Outcome::Done)
}
