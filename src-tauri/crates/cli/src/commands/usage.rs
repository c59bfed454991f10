//! `usage`: the figures of each meter of one tenant.

use super::look::{cell, level, limit, moment};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::error::Result;
use operations::look;
use operations::wire::MeterUsage;

/// Arguments of `usage`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// At another time, in RFC 3339: the period and the day that contain it
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Shows them.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let at = moment(context, &store, args.at.as_deref())?;
    let tenant = look::find_tenant(&store, &args.tenant).await?;
    let report = look::usage(&store, tenant, at).await?;
    match context.form {
        Form::Json => print_json(&report)?,
        Form::Table => {
            let name = printable(&report.name);
            print(&format!("{name}, {}, {}, as of {}\n", report.status, level(report.level), report.as_of))?;
            let header = [
                "meter",
                "unit",
                "level",
                "resets at",
                "used",
                "included",
                "cap",
                "percent",
                "remaining",
                "overage",
                "amount",
            ];
            print(&table(&header, report.meters.iter().map(row).collect(), 4))?;
            print(&format!("Overage {} {}\n", report.overage_total, report.currency))?;
        }
    }
    Ok(Outcome::Done)
}

fn row(meter: &MeterUsage) -> Vec<String> {
    vec![
        meter.meter.clone(),
        meter.unit.clone(),
        level(meter.level).to_owned(),
        cell(meter.resets_at.as_deref()),
        meter.used.clone(),
        limit(meter.included.as_deref()),
        cell(meter.cap.as_deref()),
        cell(meter.percent.as_deref()),
        cell(meter.remaining.as_deref()),
        meter.overage.clone(),
        cell(meter.overage_amount.as_deref()),
    ]
}
