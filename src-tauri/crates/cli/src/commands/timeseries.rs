//! `timeseries`: a tenant's use by local day.

use super::look::moment;
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, table};
use operations::error::Result;
use operations::look;

/// Arguments of `timeseries`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// Local days up to today, at most 400
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Only this meter
    #[arg(long)]
    meter: Option<String>,
    /// Up to another time, in RFC 3339
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Shows it: a row a day, a column a meter, all use.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let at = moment(context, &store, args.at.as_deref())?;
    let tenant = look::find_tenant(&store, &args.tenant).await?;
    let mut series = look::tenant_series(&store, tenant, at, args.days).await?;
    if let Some(meter) = &args.meter {
        look::require_meter(&store, meter).await?;
        series.series.retain(|series| series.meter == *meter);
    }
    if context.form == Form::Json {
        print_json(&series)?;
        return Ok(Outcome::Done);
    }
    let mut header = vec!["day"];
    header.extend(series.series.iter().map(|series| series.meter.as_str()));
    let row = |(index, day): (usize, &String)| {
        let values = series.series.iter().map(|series| series.all[index].clone());
        std::iter::once(day.clone()).chain(values).collect()
    };
    print(&table(&header, series.days.iter().enumerate().map(row).collect(), 1))?;
    Ok(Outcome::Done)
}
