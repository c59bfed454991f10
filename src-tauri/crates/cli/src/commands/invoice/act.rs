//! `invoice approve|finalize|void|reissue|uncollectible`: something done with one invoice.

use crate::commands::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::bill::{invoice_act, invoice_act_preview, invoice_named};
use operations::error::Result;
use operations::wire::{InvoiceActKind, InvoiceActRequest};

/// Arguments of all of them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The invoice: its number or id
    invoice: String,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or does it.
pub async fn run(args: Args, act: InvoiceActKind, context: &Context) -> Result<Outcome> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let invoice_id = invoice_named(&store, &args.invoice).await?.to_string();
    let request = InvoiceActRequest { invoice_id, act, reason: args.deciding.reason };
    let preview = invoice_act_preview(&store, &*context.host, &request).await?;
    if args.deciding.yes {
        let change = invoice_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
