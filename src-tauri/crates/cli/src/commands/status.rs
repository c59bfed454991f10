//! `status`: which database it is, and the Overview in numbers.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use operations::connect::described;
use operations::error::Result;
use operations::look;
use operations::wire::{DatabaseStatus, LevelCounts, Owed};
use serde::Serialize;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Status {
    database: DatabaseStatus,
    tenants: LevelCounts,
    owed: Vec<Owed>,
    quarantine_waiting: u64,
}

/// Shows it.
pub async fn run(_: Args, context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let now = context.host.now();
    let overview = look::overview(&store, now).await?;
    let database = look::database_status(&store, now).await?;
    let database = match context.saved()? {
        Some(profile) => described(database, &profile),
        None => database,
    };
    let status = Status {
        database,
        tenants: overview.counts,
        owed: overview.owed,
        quarantine_waiting: overview.quarantine_waiting,
    };
    if context.form == Form::Json {
        print_json(&status)?;
        return Ok(Outcome::Done);
    }
    let Status { database, tenants, owed, quarantine_waiting } = status;
    let newest = database.newest_event_at.unwrap_or_else(|| "never".to_owned());
    print(&format!(
        "{} ({}), schema {}, newest event received {newest}\n",
        printable(&database.name),
        printable(&database.location),
        database.schema_version
    ))?;
    for warning in &database.warnings {
        print(&format!("Warning: {}\n", printable(warning)))?;
    }
    let LevelCounts { tenants, normal, warning, alert } = tenants;
    print(&format!("{tenants} tenants with a subscription: {normal} NORMAL, {warning} WARNING, {alert} ALERT\n"))?;
    print(&format!("{quarantine_waiting} rows in quarantine wait\n\n"))?;
    let row =
        |owed: Owed| vec![owed.currency, owed.tenants.to_string(), owed.overage, owed.fees, owed.overage_projected];
    let header = ["currency", "tenants", "overage", "fees", "overage at period end (estimate)"];
    print(&table(&header, owed.into_iter().map(row).collect(), 1))?;
    Ok(Outcome::Done)
}
