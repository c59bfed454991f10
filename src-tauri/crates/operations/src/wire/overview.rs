//! The Overview: who is past 80 % and 100 %, what they owe, where the month is heading.

use super::{MonthFigure, TenantRow};
use serde::Serialize;
use std::sync::Arc;

/// How many tenants stand at each level now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
pub struct LevelCounts {
    /// All tenants with an active subscription.
    pub tenants: u32,
    /// Below 80 % on every meter.
    pub normal: u32,
    /// From 80 % on some meter, below 100 % on all.
    pub warning: u32,
    /// From 100 % on some meter.
    pub alert: u32,
}

/// Overage so far in one currency, and where it is heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Owed {
    /// ISO code.
    pub currency: String,
    /// Tenants with overage.
    pub tenants: u32,
    /// Overage of the running periods so far, rounded per line.
    pub overage: String,
    /// Fees of the running periods.
    pub fees: String,
    /// Overage at the end of the periods if use goes on at its mean pace; an estimate, never invoiced.
    pub overage_projected: String,
}

/// One day of the company's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CompanyDay {
    /// `yyyy-mm-dd`.
    pub day: String,
    /// Events of the day.
    #[specta(type = u32)]
    pub events: u64,
}

/// Everything on the Overview, read at one point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Overview {
    /// When this was read.
    pub as_of: String,
    /// Tenants by level.
    pub counts: LevelCounts,
    /// Tenants at WARNING or ALERT, the highest percentage first; at most 100.
    pub flagged: Vec<Arc<TenantRow>>,
    /// One figure per currency, never summed.
    pub owed: Vec<Owed>,
    /// Tenants whose sums do not fit into 64 bits: they are flagged, and nothing of them is in what is owed.
    pub left_out: u32,
    /// Rows in quarantine that wait for a person.
    #[specta(type = u32)]
    pub quarantine_waiting: u64,
    /// Events per day of the last 90 days.
    pub days: Vec<CompanyDay>,
    /// The company's use per meter and month, last 12 calendar months.
    pub months: Vec<MonthFigure>,
}

/// A cache that differs from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Drift {
    /// A stable reason code such as `period_counter`, `usage_day`, `company_day`, `level_total`, `presence`, `leaf`.
    pub reason: String,
    /// The tenant, none for company figures.
    pub tenant_id: Option<String>,
    /// What it is about: period, day, meter and so on, as text.
    pub place: String,
    /// What the cache holds.
    pub cached: String,
    /// What the ledger gives.
    pub ledger: String,
}

/// The result of recounting every cache from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Verification {
    /// When it was read.
    pub as_of: String,
    /// Events in the ledger.
    #[specta(type = u32)]
    pub ledger_events: u64,
    /// Leaves that were recomputed.
    #[specta(type = u32)]
    pub leaves_checked: u64,
    /// Cache rows compared.
    #[specta(type = u32)]
    pub caches_compared: u64,
    /// Events whose details were erased on request; not a drift.
    #[specta(type = u32)]
    pub details_erased: u64,
    /// Every difference; at most 1,000 are listed.
    pub drift: Vec<Drift>,
    /// Differences in all.
    #[specta(type = u32)]
    pub drift_count: u64,
}
