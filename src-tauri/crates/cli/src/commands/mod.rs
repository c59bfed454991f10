//! The commands, one file each.
//!
//! To add one: a file here with `Args` and `run`, a variant below, and a line in `run`.

mod ageing;
mod audit;
mod bench;
mod billing;
mod changing;
mod connections;
mod dispute;
mod enter;
mod erase_subject;
mod events;
mod import;
mod invoice;
mod jobs;
mod late;
mod look;
mod migrate;
mod notes;
mod overrides;
mod quarantine;
mod quota;
mod rate;
mod sample;
mod snapshot;
mod stats;
mod status;
mod subscription;
mod tenants;
mod timeline;
mod timeseries;
mod usage;
mod verify;

use crate::context::Context;
use crate::output::Outcome;
use clap::Subcommand;
use operations::error::Result;

pub use snapshot::bar as progress;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show who did what, when and why
    Audit(audit::Args),
    /// Measure how long this database and this machine take
    Bench(bench::Args),
    /// Save connections to PostgreSQL servers, and test them
    Connections(connections::Args),
    /// Show and set who bills and how, discounts, prepaid credits
    Billing(billing::Args),
    /// Enter a use by hand, or correct one
    Enter(enter::Args),
    /// Bill, credit, pay and handle invoices
    Invoice(invoice::Args),
    /// List and run jobs
    Jobs(jobs::Args),
    /// Create the database's tables, or bring them up to date
    Migrate(migrate::Args),
    /// Change a tenant's allowance for a time
    Override(overrides::Args),
    /// Show what was put aside, and decide about it
    Quarantine(quarantine::Args),
    /// May so much more be used
    Quota(quota::Args),
    /// Import usage
    Import(import::Args),
    /// Price uses under prices, from JSON Lines on standard input
    Rate(rate::Args),
    /// Write the sample company into a new file
    Sample(sample::Args),
    /// Write, verify and compare snapshot files
    Snapshot(snapshot::Args),
    /// Show the ledger, newest first
    Events(events::Args),
    /// Show one tenant against its limits, over days, months and all time
    Stats(stats::Args),
    /// Show which database it is and how many tenants are past their limits
    Status(status::Args),
    /// Give a subscription another plan, or end it
    Subscription(subscription::Args),
    /// List all tenants with their levels
    Tenants(tenants::Args),
    /// Show a tenant's use by day
    Timeseries(timeseries::Args),
    /// Show a tenant's use against its limits
    Usage(usage::Args),
    /// Recount every cache from the ledger, or check an evidence pack
    Verify(verify::Args),
    /// Show open amounts by age
    Ageing(ageing::Args),
    /// Cases of tenants about what was billed
    Dispute(dispute::Args),
    /// Decide about use that came after its period had closed
    Late(late::Args),
    /// Show or write notes about a tenant
    Notes(notes::Args),
    /// Show everything that happened to a tenant
    Timeline(timeline::Args),
}

impl Command {
    /// Runs it.
    pub async fn run(self, context: &Context) -> Result<Outcome> {
        match self {
            Self::Audit(args) => audit::run(args, context).await,
            Self::Connections(args) => connections::run(args, context).await,
            Self::Bench(args) => bench::run(args, context).await,
            Self::Billing(args) => billing::run(args, context).await,
            Self::Enter(args) => enter::run(args, context).await,
            Self::Invoice(args) => invoice::run(args, context).await,
            Self::Jobs(args) => jobs::run(args, context).await,
            Self::Migrate(args) => migrate::run(args, context).await,
            Self::Override(args) => overrides::run(args, context).await,
            Self::Quarantine(args) => quarantine::run(args, context).await,
            Self::Quota(args) => quota::run(args, context).await,
            Self::Import(args) => import::run(args, context).await,
            Self::Rate(args) => rate::run(args, context),
            Self::Sample(args) => sample::run(args, context).await,
            Self::Snapshot(args) => snapshot::run(args, context).await,
            Self::Events(args) => events::run(args, context).await,
            Self::Stats(args) => stats::run(args, context).await,
            Self::Status(args) => status::run(args, context).await,
            Self::Subscription(args) => subscription::run(args, context).await,
            Self::Tenants(args) => tenants::run(args, context).await,
            Self::Timeseries(args) => timeseries::run(args, context).await,
            Self::Usage(args) => usage::run(args, context).await,
            Self::Verify(args) => verify::run(args, context).await,
            Self::Ageing(args) => ageing::run(args, context).await,
            Self::Dispute(args) => dispute::run(args, context).await,
            Self::Late(args) => late::run(args, context).await,
            Self::Notes(args) => notes::run(args, context).await,
            Self::Timeline(args) => timeline::run(args, context).await,
        }
    }
}
