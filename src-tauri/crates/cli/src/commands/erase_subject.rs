//! `tenants erase-subject`: takes the name and outside id of a subject away, and the details of its events.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::Outcome;
use operations::change::{erase_act, erase_preview, tenant_of_subject};
use operations::error::Result;
use operations::wire::EraseRequest;

/// Arguments of `tenants erase-subject`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The subject's id
    subject: String,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows the preview, or erases.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let request = EraseRequest {
        tenant_id: tenant_of_subject(&store, &args.subject).await?.to_string(),
        subject_id: args.subject,
        reason: args.deciding.reason,
    };
    let preview = erase_preview(&store, &*context.host, &request).await?;
    if args.deciding.yes {
        let change = erase_act(&store, &*context.host, &request, &preview.fingerprint).await?;
        changing::acted(context, &change)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(Outcome::Done)
}
