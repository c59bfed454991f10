//! `invoice credit-notes`: what was taken back, newest first; `invoice pdf` prints one.

use crate::context::Context;
use crate::output::{self, Form, Outcome, print, print_json};
use operations::bill::credit_notes;
use operations::error::Result;
use operations::look::find_tenant;
use operations::wire::{CreditNoteFilter, CreditNoteRow};

/// Arguments of `invoice credit-notes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this tenant: its id, outside id or name
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Issued on this day or later
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Issued before this day
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Only billed or imported ones
    #[arg(long)]
    origin: Option<String>,
}

/// Lists them.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let tenant_id = match &args.tenant {
        Some(tenant) => Some(find_tenant(&store, tenant).await?.to_string()),
        None => None,
    };
    let Args { from, to, origin, .. } = args;
    let filter = CreditNoteFilter { tenant_id, invoice_id: None, from, to, origin };
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = credit_notes(&store, context.host.now(), &filter, after.as_deref()).await?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if context.form == Form::Json {
        print_json(&rows)?;
        return Ok(Outcome::Done);
    }
    let row = |row: CreditNoteRow| {
        let invoice = row.invoice_number.unwrap_or_else(|| "-".to_owned());
        vec![row.number, row.tenant, invoice, row.issue_day, row.reason, row.currency, row.net, row.tax, row.total]
    };
    let head = ["number", "tenant", "invoice", "issued", "reason", "currency", "net", "tax", "total"];
    print(&output::table(&head, rows.into_iter().map(row).collect(), 6))?;
    Ok(Outcome::Done)
}
