//! `verify`: recounts every cache from the ledger, or checks a pack without any database. Exit status 3 when something
//! differs.

use crate::context::Context;
use crate::output::{Form, Outcome, print, print_json, printable, table};
use indicatif::ProgressBar;
use operations::error::Result;
use operations::wire::Drift;
use operations::{look, pack};
use std::path::{Path, PathBuf};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An evidence pack to check, without any database; without one the database is recounted
    file: Option<PathBuf>,
}

/// Recounts, or checks a pack.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.file {
        Some(file) => check(&file, context),
        None => recount(context).await,
    }
}

fn check(file: &Path, context: &Context) -> Result<Outcome> {
    let found = pack::verify(file)?;
    match context.form {
        Form::Json => print_json(&found)?,
        Form::Table => {
            let fits = if found.fits { "everything fits" } else { "it does not fit" };
            print(&format!(
                "{} files compared, {} lines added up, {} events recounted: {fits}\n",
                found.files, found.lines, found.events
            ))?;
            for problem in &found.problems {
                print(&format!("  {}\n", printable(problem)))?;
            }
        }
    }
    Ok(if found.fits { Outcome::Done } else { Outcome::Found })
}

async fn recount(context: &Context) -> Result<Outcome> {
    let store = context.open_read_only().await?;
    let bar = ProgressBar::new_spinner();
    let shown = bar.clone();
    let progress = move |events| shown.set_message(format!("{events} events read"));
    let found = look::verify_with(&store, context.host.now(), progress).await;
    bar.finish_and_clear();
    let found = found?;
    match context.form {
        Form::Json => print_json(&found)?,
        Form::Table => {
            print(&format!(
                "{} events, {} leaves recomputed, {} cache rows compared, {} with details erased: {} differences\n",
                found.ledger_events,
                found.leaves_checked,
                found.caches_compared,
                found.details_erased,
                found.drift_count
            ))?;
            if !found.drift.is_empty() {
                let header = ["reason", "tenant", "place", "cached", "ledger"];
                print(&table(&header, found.drift.iter().map(row).collect(), 3))?;
            }
        }
    }
    Ok(if found.drift_count == 0 { Outcome::Done } else { Outcome::Found })
}

fn row(drift: &Drift) -> Vec<String> {
    let tenant = drift.tenant_id.clone().unwrap_or_else(|| "company".to_owned());
    vec![drift.reason.clone(), tenant, drift.place.clone(), drift.cached.clone(), drift.ledger.clone()]
}
