//! `enter`: a use that a person enters by hand, or a correction of one.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::change::{entry_act, entry_preview};
use operations::error::{OperationError, Result};
use operations::look::find_tenant;
use operations::wire::{CorrectionOf, EntryRequest};

/// Arguments of `enter`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// The meter's code
    meter: String,
    /// How much, in the meter's unit; negative in a correction
    #[arg(allow_negative_numbers = true)]
    quantity: String,
    /// When it happened, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The key; the same key again counts nothing more
    #[arg(long)]
    key: String,
    /// The event that this corrects, as SOURCE/KEY
    #[arg(long, value_name = "SOURCE/KEY")]
    corrects: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or enters it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let corrects = match args.corrects.as_deref().map(|text| text.split_once('/')) {
        None => None,
        Some(Some((source, key))) => Some(CorrectionOf { source: source.to_owned(), key: key.to_owned() }),
        Some(None) => {
            let message = "Name the event as SOURCE/KEY.";
            return Err(OperationError::wrong_use("malformed", message).field("corrects"));
        }
    };
    let request = EntryRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        meter: args.meter,
        quantity: args.quantity,
        occurred_at: args.at,
        key: args.key,
        corrects,
        reason: args.deciding.reason,
    };
    let preview = entry_preview(&store, &*context.host, &request).await?;
    if args.deciding.yes {
        let change = entry_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
