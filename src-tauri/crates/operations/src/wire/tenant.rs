//! Tenants: the list, one tenant's page, and the figures of its meters.

use super::EventRow;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The level of a meter or a tenant (rules, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Below 80 %.
    Normal,
    /// From 80 %.
    Warning,
    /// From 100 %.
    Alert,
}

/// A meter of a tenant in a list row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterCell {
    /// Code of the meter.
    pub meter: String,
    /// Billable use of the running period or day.
    pub used: String,
    /// What the percentage is of; none when unlimited.
    pub base: Option<String>,
    /// One decimal, rounded down, unbounded; none when unlimited or of a zero base.
    pub percent: Option<String>,
    /// Its level.
    pub level: Level,
}

/// A tenant in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TenantRow {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// Its id in the company's own systems.
    pub outside_id: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// `active`, `trialing`, `past_due`, `cancelled` or `none` (no subscription).
    pub status: String,
    /// Plan family, such as `calls`.
    pub family: Option<String>,
    /// Plan name.
    pub plan: Option<String>,
    /// Its currency.
    pub currency: String,
    /// Its IANA zone.
    pub zone: String,
    /// The highest level of its meters.
    pub level: Level,
    /// The percentage of its first meter: the highest, or none where what is not included was used.
    pub percent: Option<String>,
    /// Its meters with an allowance or use, the highest percentage first; at most 4.
    pub meters: Vec<MeterCell>,
    /// How many meters there are in all.
    pub meter_count: u32,
    /// Overage in money so far in the running period, lines rounded once each.
    pub overage: String,
    /// End of the running period.
    pub period_end: Option<String>,
}

/// All tenants with their levels at one point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TenantList {
    /// When this was read.
    pub as_of: String,
    /// The rows, the highest percentage first.
    pub rows: Vec<Arc<TenantRow>>,
    /// Tenants in all; more than the rows when the limit of 20,000 rows cut the list.
    pub total: u32,
}

/// A feature of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Feature {
    /// Code.
    pub code: String,
    /// Name on screens.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether the plan has it.
    pub enabled: bool,
    /// Its limit in words, where it has one.
    pub limit: Option<String>,
}

/// An override as the screens show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct OverrideRow {
    /// Its id.
    pub override_id: String,
    /// Code of the meter.
    pub meter: String,
    /// What is included instead; none leaves the plan's; `unlimited` for no limit.
    pub included: Option<String>,
    /// The cap instead; none leaves the plan's; `unlimited` for no cap.
    pub cap: Option<String>,
    /// From when.
    pub valid_from: String,
    /// Until when; none for good.
    pub valid_to: Option<String>,
    /// Who set it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Whether it holds now.
    pub active: bool,
}

/// A meter of a tenant, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterUsage {
    /// Code of the meter.
    pub meter: String,
    /// Name of the meter.
    pub name: String,
    /// Unit of the figures.
    pub unit: String,
    /// `sum`, `count`, `max` or `level`.
    pub aggregation: String,
    /// `day`, `period` or `never`.
    pub reset: String,
    /// Billable use of the running period or day; the running total of a level meter.
    pub used: String,
    /// All use, free included.
    pub used_all: String,
    /// What the plan and overrides include; none when unlimited.
    pub included: Option<String>,
    /// The hard stop; none when there is none.
    pub cap: Option<String>,
    /// One decimal, rounded down, unbounded; none when unlimited or of a zero base.
    pub percent: Option<String>,
    /// Its level.
    pub level: Level,
    /// What is left of what is included (or of the cap), not below 0; none when unlimited.
    pub remaining: Option<String>,
    /// When the use starts again at zero; none for level meters.
    pub resets_at: Option<String>,
    /// Billable use above what is included, over the whole period.
    pub overage: String,
    /// That overage in money, rounded once; none when the plan has no price for the meter.
    pub overage_amount: Option<String>,
    /// Currency of the amount.
    pub currency: String,
    /// The unit price in words, such as `0.02 per email` or `graduated`; none without a price.
    pub price: Option<String>,
    /// The override in force.
    pub override_id: Option<String>,
}

/// The figures of each meter of one tenant, read at one point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct UsageReport {
    /// When this was read.
    pub as_of: String,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// Its IANA zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// `active`, `trialing`, `past_due`, `cancelled` or `none` (no subscription).
    pub status: String,
    /// The highest level of its meters.
    pub level: Level,
    /// The percentage of its first meter: the highest, or none where what is not included was used.
    pub percent: Option<String>,
    /// Its meters, the highest percentage first.
    pub meters: Vec<MeterUsage>,
    /// Overage of the running periods in its currency.
    pub overage_total: String,
}

/// A plan that would hold the present use (requirement A3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct UpgradeHint {
    /// Name of the cheapest plan of the family that holds it.
    pub plan: String,
    /// Its fee.
    pub fee: String,
    /// Its fee less the present fee and overage; negative when the upgrade is cheaper.
    pub difference: String,
    /// Currency of both.
    pub currency: String,
}

/// A subscription of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SubscriptionRow {
    /// Its id.
    pub subscription_id: String,
    /// Plan family.
    pub family: String,
    /// Plan name.
    pub plan: String,
    /// Version of the plan.
    pub version: u32,
    /// `active`, `trialing`, `past_due` or `cancelled`.
    pub status: String,
    /// Fee per period.
    pub fee: String,
    /// Currency of the fee.
    pub currency: String,
    /// Since when.
    pub started_at: String,
    /// Until when.
    pub ended_at: Option<String>,
    /// Day of the month on which periods begin.
    pub anchor_day: u32,
    /// Start of the running period.
    pub period_start: Option<String>,
    /// End of the running period, exclusive.
    pub period_end: Option<String>,
}

/// Stored memories of one tier (requirement E2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct StorageTier {
    /// `STM`, `ITM` or `LTM`.
    pub tier: String,
    /// Memories held.
    #[specta(type = u32)]
    pub count: u64,
    /// Bytes held.
    pub bytes: String,
    /// Mean size in bytes, rounded down; none without memories.
    pub average: Option<String>,
}

/// A total since the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LifetimeTotal {
    /// Code of the meter.
    pub meter: String,
    /// Events.
    #[specta(type = u32)]
    pub events: u64,
    /// All use.
    pub quantity: String,
    /// Billable use.
    pub billable: String,
}

/// Everything on a tenant's page but the charts, read at one point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TenantPage {
    /// When this was read.
    pub as_of: String,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its id in the company's own systems.
    pub outside_id: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// Its IANA zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// The highest level of its meters.
    pub level: Level,
    /// Its subscriptions, running ones first.
    pub subscriptions: Vec<SubscriptionRow>,
    /// Features of the running plans.
    pub features: Vec<Feature>,
    /// Its meters.
    pub meters: Vec<MeterUsage>,
    /// Overage of the running periods in its currency.
    pub overage_total: String,
    /// From 100 %: the plan that would hold the use.
    pub upgrade: Option<UpgradeHint>,
    /// Overrides, newest first.
    pub overrides: Vec<OverrideRow>,
    /// Memory storage by tier; empty for tenants without.
    pub storage: Vec<StorageTier>,
    /// The last 10 events.
    pub recent: Vec<EventRow>,
    /// Totals since the beginning.
    pub lifetime: Vec<LifetimeTotal>,
    /// Alerts, newest first; at most 20.
    pub alerts: Vec<AlertRow>,
}

/// A raised alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct AlertRow {
    /// Code of the meter.
    pub meter: String,
    /// `WARNING` or `ALERT` as a level.
    pub level: Level,
    /// When it was raised.
    pub raised_at: String,
    /// Use at the crossing.
    pub used: String,
    /// What the percentage is of.
    pub base: String,
    /// The event that crossed, by source and key.
    pub source: String,
    /// The key of that event.
    pub key: String,
    /// When the use fell below again.
    pub recovered_at: Option<String>,
}

/// One meter over days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterSeries {
    /// Code of the meter.
    pub meter: String,
    /// Name of the meter.
    pub name: String,
    /// Unit of the values.
    pub unit: String,
    /// `sum`, `count`, `max` or `level`; a level's value is the total at the end of the day.
    pub aggregation: String,
    /// All use, a value for each day.
    pub all: Vec<String>,
    /// Billable use, a value for each day.
    pub billable: Vec<String>,
}

/// A tenant's use by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TimeSeries {
    /// When this was read.
    pub as_of: String,
    /// The zone of the days.
    pub zone: String,
    /// The days, oldest first, without gaps.
    pub days: Vec<String>,
    /// The meters with any use.
    pub series: Vec<MeterSeries>,
}

/// A month of one meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MonthFigure {
    /// `yyyy-mm`.
    pub month: String,
    /// Code of the meter.
    pub meter: String,
    /// Events.
    #[specta(type = u32)]
    pub events: u64,
    /// All use.
    pub quantity: String,
    /// Billable use.
    pub billable: String,
    /// Provider cost per currency.
    pub cost: Vec<CurrencyAmount>,
}

/// An exact amount in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CurrencyAmount {
    /// ISO code.
    pub currency: String,
    /// The amount.
    pub amount: String,
}

/// A person or thing of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SubjectRow {
    /// Its id.
    pub subject_id: String,
    /// `user`, `client`, `session` or `resource`.
    pub kind: String,
    /// Its name; none once erased.
    pub name: Option<String>,
    /// Its id in the company's own systems; none once erased.
    pub outside_id: Option<String>,
    /// When it was erased.
    pub erased_at: Option<String>,
}

/// A meter as filters and forms list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterRow {
    /// Code.
    pub meter: String,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Decimal digits.
    pub scale: u8,
    /// `sum`, `count`, `max` or `level`.
    pub aggregation: String,
}

/// A hit of the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SearchHit {
    /// A tenant.
    Tenant {
        /// The tenant.
        tenant_id: String,
        /// Its name.
        name: String,
        /// What it was found by: e-mail, outside id or plan.
        detail: String,
        /// Its level is not computed for hits; its status is.
        status: String,
    },
    /// An event by its key.
    Event {
        /// The tenant.
        tenant_id: String,
        /// The tenant's name.
        tenant_name: String,
        /// Source.
        source: String,
        /// Key.
        key: String,
        /// When it happened.
        occurred_at: String,
    },
    /// An invoice by the beginning of its number.
    Invoice {
        /// The invoice.
        invoice_id: String,
        /// Its number.
        number: String,
        /// The tenant.
        tenant_id: String,
        /// The tenant's name.
        tenant_name: String,
        /// Where it stands; `overdue` as of now.
        status: String,
        /// Its total.
        total: String,
        /// Currency of the total.
        currency: String,
    },
}
