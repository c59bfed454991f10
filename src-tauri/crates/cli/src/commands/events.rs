//! `events`: the ledger, newest first, a page at a time.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look;
use operations::wire::{EventFilter, EventRow};

/// Arguments of `events`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// From this time on, in RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time, in RFC 3339
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Code of a meter
    #[arg(long)]
    meter: Option<String>,
    /// The key begins with this
    #[arg(long)]
    key: Option<String>,
    /// The source
    #[arg(long)]
    source: Option<String>,
    /// A user, by subject id or outside id
    #[arg(long)]
    user: Option<String>,
    /// A client, by subject id or outside id
    #[arg(long)]
    client: Option<String>,
    /// A session, by subject id or outside id
    #[arg(long)]
    session: Option<String>,
    /// A resource, by subject id or outside id
    #[arg(long)]
    resource: Option<String>,
    /// original, retry_failed, retry_success or correction
    #[arg(long)]
    classification: Option<String>,
    /// Only billable events (true) or only free ones (false)
    #[arg(long, value_name = "true|false")]
    billable: Option<bool>,
    /// Where to go on: `next` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

/// Shows a page.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        Some(text) => Some(look::find_tenant(&store, text).await?.to_string()),
        None => None,
    };
    let filter = EventFilter {
        tenant_id,
        from: args.from,
        to: args.to,
        meter: args.meter,
        key: args.key,
        source: args.source,
        user: args.user,
        client: args.client,
        session: args.session,
        resource: args.resource,
        classification: args.classification,
        billable: args.billable,
    };
    let page = look::events(&store, context.host.now(), &filter, args.cursor.as_deref()).await?;
    match context.form {
        Form::Json => print_json(&page)?,
        Form::Table => {
            let header =
                ["occurred at", "tenant", "source", "key", "meter", "classification", "billable", "quantity", "unit"];
            print(&table(&header, page.rows.iter().map(row).collect(), 7))?;
        }
    }
    Ok(Outcome::Done)
}

fn row(event: &EventRow) -> Vec<String> {
    vec![
        event.occurred_at.clone(),
        event.tenant_name.clone(),
        event.source.clone(),
        event.key.clone(),
        event.meter.clone(),
        event.classification.clone(),
        if event.billable { "yes" } else { "no" }.to_owned(),
        event.quantity.clone(),
        event.unit.clone(),
    ]
}
