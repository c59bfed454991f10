//! What the reads of standing give: plain rows, of one tenant or of all.

use crate::tenants::Tenant;
use billing::ids::{MeterId, PeriodId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::period::{BillingInterval, PeriodSpan};
use billing::plan::OverrideInForce;
use billing::time::{Day, Timestamp, Zone};
use billing::timeline::SubscriptionStatus;

/// Whose rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Of all tenants.
    Company,
    /// Of some tenants.
    Tenants(&'a [TenantId]),
}

/// A tenant, and the version of its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantCard {
    /// The tenant.
    pub tenant: Tenant,
    /// Rises with every change of what held when.
    pub timeline_version: i64,
}

/// A subscription of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionCard {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: SubscriptionId,
    /// The present plan.
    pub plan: PlanId,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// The first instant.
    pub started_at: Timestamp,
    /// The first instant after it.
    pub ended_at: Option<Timestamp>,
    /// How long its periods are.
    pub interval: BillingInterval,
    /// The day of the month on which they begin.
    pub anchor_day: u8,
}

/// The running period of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningPeriod {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its identity.
    pub id: PeriodId,
    /// When it is.
    pub span: PeriodSpan,
}

/// What held for a subscription from then on, until the next row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The first instant.
    pub valid_from: Timestamp,
    /// Of two with one `valid_from`, the later one holds.
    pub seq: i64,
    /// The plan version.
    pub plan_version: PlanVersionId,
    /// The overrides in force.
    pub overrides: Vec<OverrideInForce>,
    /// The zone of its days.
    pub zone: Zone,
}

/// Use of a meter in a running period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// The period.
    pub period: PeriodId,
    /// The meter.
    pub meter: MeterId,
    /// All use.
    pub all: i64,
    /// Billable use.
    pub billable: i64,
}

/// The running total of a level meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelTotal {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// All of it.
    pub all: i64,
    /// The billable part.
    pub billable: i64,
}

/// Use of a meter on a local day: the sum of it, or the largest of a `max` meter, or the movement of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayUse {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The day.
    pub day: Day,
    /// The plan version that held; none before any subscription, and where days are not split by it.
    pub plan_version: Option<PlanVersionId>,
    /// All use.
    pub all: i64,
    /// Billable use.
    pub billable: i64,
}

impl DayUse {
    /// What stands for a sum that does not fit into 64 bits. It belongs to one tenant: the figures of that tenant are an
    /// error, those of all others are not.
    pub const BEYOND: i64 = i64::MAX;
}

/// The billable contribution of one event that is billed in a running period, with what corrections left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventUse {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The billed period.
    pub period: PeriodId,
    /// Its local day.
    pub day: Day,
    /// The plan version that it was assigned.
    pub plan_version: Option<PlanVersionId>,
    /// What it added.
    pub contribution: i64,
}

/// Events of one meter in the periods that contain an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventsOf {
    /// The instant.
    pub at: Timestamp,
    /// No event that is billed in those periods happened before: their oldest start less the time that events may
    /// come late.
    pub since: Timestamp,
    /// The meter.
    pub meter: MeterId,
}

/// Which days of use a company-wide read brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// Of meters that start again each day: the days from `from` to `to`, both inside, and those of running periods on
    /// which more was used than the plan includes, or on which an override may say otherwise.
    OfDayMeters {
        /// The instant at which the meter belongs to a subscription and that running periods contain.
        at: Timestamp,
        /// The first day.
        from: Day,
        /// The last day.
        to: Day,
    },
    /// Movements of level meters from a day on.
    OfLevels {
        /// The first day.
        from: Day,
    },
}
