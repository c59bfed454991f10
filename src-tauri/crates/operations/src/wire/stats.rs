//! Statistics of one tenant for scripts: the running period against its limits, the last days, a year, all time.

use super::{CurrencyAmount, EventRow, Level, LifetimeTotal, MonthFigure};
use serde::Serialize;

/// A meter in the statistics of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterStats {
    /// Code of the meter.
    pub meter: String,
    /// Name of the meter.
    pub name: String,
    /// Unit of the figures.
    pub unit: String,
    /// Billable use of the running period or day.
    pub count: String,
    /// What the percentage is of; none when unlimited.
    pub limit: Option<String>,
    /// One decimal, rounded down, unbounded; none when unlimited or of a zero limit.
    pub percentage: Option<String>,
    /// Its level.
    pub level: Level,
    /// Billable use above what is included.
    pub overage: String,
    /// That overage in money; none without a price.
    pub overage_cost: Option<String>,
    /// When the use starts again at zero.
    pub resets_at: Option<String>,
    /// Events of the last days.
    #[specta(type = u32)]
    pub events_in_days: u64,
    /// All use of the last days; the movement of a level.
    pub quantity_in_days: String,
    /// Billable use of the last days.
    pub billable_in_days: String,
}

/// A meter that has reached a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LevelMessage {
    /// Code of the meter.
    pub meter: String,
    /// Its level.
    pub level: Level,
    /// One sentence.
    pub message: String,
}

/// Statistics of one tenant, read at one point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TenantStats {
    /// When this was read.
    pub as_of: String,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// Its IANA zone.
    pub zone: String,
    /// `active`, `trialing`, `past_due`, `cancelled` or `none` (no subscription).
    pub status: String,
    /// Its plans, the oldest subscription first.
    pub plans: Vec<String>,
    /// How many local days the figures of the last days cover, today included.
    pub days: u32,
    /// Its meters, the highest percentage first.
    pub meters: Vec<MeterStats>,
    /// Meters at WARNING or ALERT.
    pub alerts: Vec<LevelMessage>,
    /// Overage of the running periods, per currency.
    pub overage_cost: Vec<CurrencyAmount>,
    /// Totals since the beginning.
    pub lifetime: Vec<LifetimeTotal>,
    /// The last 12 calendar months.
    pub months: Vec<MonthFigure>,
    /// The last 10 events.
    pub recent: Vec<EventRow>,
}
