//! `ageing`: open amounts by the days since they were due.

use super::look::moment;
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::bill;
use operations::error::Result;
use operations::look;
use operations::wire::AgeingRow;

/// Arguments of `ageing`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this tenant: its id, outside id or exact name
    #[arg(long)]
    tenant: Option<String>,
    /// On the day of another time, in RFC 3339
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Shows it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let at = moment(context, &store, args.at.as_deref())?;
    let tenant = match &args.tenant {
        None => None,
        Some(text) => Some(look::find_tenant(&store, text).await?),
    };
    let rows = bill::ageing(&store, at, tenant).await?;
    if context.form == Form::Json {
        print_json(&rows)?;
        return Ok(Outcome::Done);
    }
    let header = ["tenant", "currency", "not due", "1-30", "31-60", "61-90", "above 90", "open"];
    let row = |row: AgeingRow| {
        let AgeingRow { tenant, currency, current, to_30, to_60, to_90, above_90, open, .. } = row;
        vec![tenant, currency, current, to_30, to_60, to_90, above_90, open]
    };
    print(&table(&header, rows.into_iter().map(row).collect(), 2))?;
    Ok(Outcome::Done)
}
