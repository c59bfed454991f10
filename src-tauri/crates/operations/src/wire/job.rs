//! Jobs: what can be run, and what a run did.

use serde::{Deserialize, Serialize};

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Stores the current and the next billing period of every running subscription.
    ExtendPeriods,
    /// Adds what was appended to the company's figures by day.
    FoldCompany,
    /// Closes billing periods whose days of grace are over.
    ClosePeriods,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 3] = [Self::ExtendPeriods, Self::FoldCompany, Self::ClosePeriods];

    /// Its name for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExtendPeriods => "extend_periods",
            Self::FoldCompany => "fold_company",
            Self::ClosePeriods => "close_periods",
        }
    }
}

/// A job in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// What it does.
    pub title: String,
    /// When a scheduler should run it.
    pub schedule: String,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct JobRun {
    /// The job.
    pub job: Job,
    /// When it was started.
    pub started_at: String,
    /// What it changed: tenants, periods or deltas.
    pub changed: Vec<JobCount>,
}

/// A count of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct JobCount {
    /// What was counted.
    pub what: String,
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
}
