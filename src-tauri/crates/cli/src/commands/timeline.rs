//! `timeline`: everything that happened to a tenant, newest first.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look::find_tenant;
use operations::timeline::tenant_timeline;
use operations::wire::TimelineEntry;

/// Arguments of `timeline`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

/// Shows a page of it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant = find_tenant(&store, &args.tenant).await?;
    let page = tenant_timeline(&store, context.host.now(), tenant, args.cursor.as_deref()).await?;
    if context.form == Form::Json {
        print_json(&page)?;
        return Ok(Outcome::Done);
    }
    let row = |entry: TimelineEntry| {
        let amount = entry.amount.zip(entry.currency).map(|(amount, currency)| format!("{amount} {currency}"));
        let actor = entry.actor.unwrap_or_default();
        vec![entry.at, entry.kind, entry.title, entry.detail, actor, amount.unwrap_or_default()]
    };
    let header = ["at", "kind", "what", "detail", "who", "amount"];
    print(&table(&header, page.rows.into_iter().map(row).collect(), 5))?;
    if page.next.is_some() {
        print("There is more; --json gives the cursor of the next page.\n")?;
    }
    Ok(Outcome::Done)
}
