//! `invoice credit`: a credit note for lines or an amount.

use crate::commands::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::bill::{credit_act, credit_preview, invoice_named};
use operations::dispute::find_dispute;
use operations::error::{OperationError, Result};
use operations::wire::{CreditPart, CreditRequest};

/// Arguments of `invoice credit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    number: String,
    /// A line: all that is left of it, or NO=AMOUNT net; may be given several times
    #[arg(long = "line", value_name = "NO[=AMOUNT]")]
    lines: Vec<String>,
    /// An amount about no line, net
    #[arg(long)]
    amount: Option<String>,
    /// All that is left of the invoice
    #[arg(long, conflicts_with_all = ["lines", "amount"])]
    all: bool,
    /// What the credit note says about an amount, or about everything
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// The dispute that it belongs to: its number, such as D-17, or id
    #[arg(long)]
    dispute: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or issues it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let parts = parts(&args.lines, args.amount, args.all, args.text.as_deref())?;
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let dispute_id = match &args.dispute {
        None => None,
        Some(text) => Some(find_dispute(&store, text).await?.to_string()),
    };
    let request = CreditRequest {
        invoice_id: invoice_named(&store, &args.number).await?.to_string(),
        parts,
        dispute_id,
        reason: args.deciding.reason,
    };
    let preview = credit_preview(&store, &*context.host, &request).await?;
    if args.deciding.yes {
        let change = credit_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}

/// The parts that `--line`, `--amount` and `--all` name.
pub fn parts(lines: &[String], amount: Option<String>, all: bool, text: Option<&str>) -> Result<Vec<CreditPart>> {
    let description = text.map(str::to_owned);
    let mut parts = Vec::with_capacity(lines.len() + 1);
    for line in lines {
        let (no, amount) = match line.split_once('=') {
            Some((no, amount)) => (no, Some(amount.to_owned())),
            None => (line.as_str(), None),
        };
        let line_no = no.trim().parse().map_err(|_| {
            OperationError::wrong_use("malformed", "Name a line as NO or NO=AMOUNT, such as 2=12.50.").field("line")
        })?;
        parts.push(CreditPart { line_no: Some(line_no), amount, description: None });
    }
    if amount.is_some() || all {
        parts.push(CreditPart { line_no: None, amount, description });
    }
    Ok(parts)
}
