//! `invoice pay`: a payment that was received.

use crate::commands::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::bill::{invoice_named, payment_act, payment_preview};
use operations::error::Result;
use operations::wire::PaymentRequest;

/// Arguments of `invoice pay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    number: String,
    /// How much, in the invoice's currency
    amount: String,
    /// How: bank, card and so on
    #[arg(long)]
    method: String,
    /// The bank's or provider's reference; a second payment with it is refused
    #[arg(long, default_value = "")]
    reference: String,
    /// When it was received, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or enters it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let request = PaymentRequest {
        invoice_id: invoice_named(&store, &args.number).await?.to_string(),
        amount: args.amount,
        received_at: args.at,
        method: args.method,
        reference: args.reference,
        reason: args.deciding.reason,
    };
    let preview = payment_preview(&store, &*context.host, &request).await?;
    if args.deciding.yes {
        let change = payment_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
