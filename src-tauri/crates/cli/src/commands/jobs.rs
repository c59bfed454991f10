//! `jobs`: what can be run, and running it.

use crate::context::Context;
use crate::output::{self, Form, Outcome};
use operations::error::Result;
use operations::jobs::{jobs_list, jobs_run};
use operations::wire::{Job, JobRow, JobRun};

/// Arguments of `jobs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the jobs
    List,
    /// Run a job, or all of them
    Run {
        /// The job; all without one
        #[arg(value_parser = job)]
        job: Option<Job>,
    },
}

fn job(name: &str) -> Result<Job, String> {
    let found = Job::ALL.into_iter().find(|job| job.name() == name.replace('-', "_"));
    found.ok_or_else(|| format!("the jobs are {}", Job::ALL.map(Job::name).join(", ")))
}

/// Lists or runs jobs.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::List => list(&jobs_list(), context)?,
        Command::Run { job } => {
            let store = context.open().await?;
            let mut runs = Vec::new();
            for job in job.map_or_else(|| Job::ALL.to_vec(), |job| vec![job]) {
                runs.push(jobs_run(&store, &*context.host, job).await?);
            }
            ran(&runs, context)?;
        }
    }
    Ok(Outcome::Done)
}

fn list(jobs: &[JobRow], context: &Context) -> Result<()> {
    match context.form {
        Form::Json => output::print_json(&jobs),
        Form::Table => {
            let row = |row: &JobRow| vec![row.job.name().to_owned(), row.schedule.clone(), row.title.clone()];
            output::print(&output::table(&["job", "when", "what"], jobs.iter().map(row).collect(), 3))
        }
    }
}

fn ran(runs: &[JobRun], context: &Context) -> Result<()> {
    match context.form {
        Form::Json => output::print_json(&runs),
        Form::Table => {
            let row = |run: &JobRun| {
                let changed: Vec<String> =
                    run.changed.iter().map(|count| format!("{} {}", count.count, count.what)).collect();
                vec![run.job.name().to_owned(), changed.join(", ")]
            };
            output::print(&output::table(&["job", "changed"], runs.iter().map(row).collect(), 2))
        }
    }
}
