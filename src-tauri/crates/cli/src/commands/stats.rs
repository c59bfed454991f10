//! `stats`: one tenant against its limits, over the last days, twelve months and all time.

use super::look::{cell, level, limit, moment};
use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::error::Result;
use operations::look;
use operations::wire::{LifetimeTotal, MeterStats, MonthFigure};

/// Arguments of `stats`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant: its id, outside id or exact name
    tenant: String,
    /// Local days that the figures of the last days cover, today included
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// At another time, in RFC 3339
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Shows them.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let at = moment(context, &store, args.at.as_deref())?;
    let tenant = look::find_tenant(&store, &args.tenant).await?;
    let stats = look::stats(&store, tenant, at, args.days).await?;
    if context.form == Form::Json {
        print_json(&stats)?;
        return Ok(Outcome::Done);
    }
    let plans = if stats.plans.is_empty() { "no plan".to_owned() } else { printable(&stats.plans.join(", ")) };
    print(&format!("{}, {}, {plans}, as of {}\n\n", printable(&stats.name), stats.status, stats.as_of))?;
    let days = format!("last {} days", stats.days);
    let header = ["meter", "unit", "level", "count", "limit", "percent", "overage", "cost", "events", days.as_str()];
    print(&table(&header, stats.meters.iter().map(|row| meter(row, stats.plans.is_empty())).collect(), 3))?;
    for alert in &stats.alerts {
        print(&format!("{}: {}\n", level(alert.level), printable(&alert.message)))?;
    }
    for owed in &stats.overage_cost {
        print(&format!("Overage {} {}\n", owed.amount, owed.currency))?;
    }
    print("\n")?;
    print(&table(&["month", "meter", "events", "quantity", "billable"], stats.months.iter().map(month).collect(), 2))?;
    print("\n")?;
    let header = ["since the beginning", "events", "quantity", "billable"];
    print(&table(&header, stats.lifetime.iter().map(lifetime).collect(), 1))?;
    Ok(Outcome::Done)
}

/// Without a plan nothing is limited because nothing is agreed: that is not "unlimited".
fn meter(meter: &MeterStats, without_plan: bool) -> Vec<String> {
    let limit = if without_plan { "no plan".to_owned() } else { limit(meter.limit.as_deref()) };
    vec![
        meter.meter.clone(),
        meter.unit.clone(),
        level(meter.level).to_owned(),
        meter.count.clone(),
        limit,
        cell(meter.percentage.as_deref()),
        meter.overage.clone(),
        cell(meter.overage_cost.as_deref()),
        meter.events_in_days.to_string(),
        meter.quantity_in_days.clone(),
    ]
}

fn month(month: &MonthFigure) -> Vec<String> {
    let figures = [month.events.to_string(), month.quantity.clone(), month.billable.clone()];
    [month.month.clone(), month.meter.clone()].into_iter().chain(figures).collect()
}

fn lifetime(total: &LifetimeTotal) -> Vec<String> {
    vec![total.meter.clone(), total.events.to_string(), total.quantity.clone(), total.billable.clone()]
}
