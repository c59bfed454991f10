//! Where tenants stand: their subscriptions, running periods, what held in them, and the counters of use.
//!
//! Read as sets for all tenants at once or for one tenant, never tenant by tenant: a list of ten thousand tenants is
//! a handful of statements. The rows of both scopes are the same, but the company's leave out days of use that no
//! figure of a list depends on.

use crate::codec::{At, Id, OnDay, Word, at, id};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::sums::{halves, whole};
use crate::tenants::Tenant;
use billing::ids::{MeterId, PeriodId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::money::Currency;
use billing::period::{BillingInterval, PeriodSpan};
use billing::plan::OverrideInForce;
use billing::time::{Day, Interval, Timestamp, Zone};
use billing::timeline::SubscriptionStatus;

/// Whose rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of all tenants.
    Company,
    /// Of one tenant.
    Tenant(TenantId),
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
    /// The tenant.
    pub tenant: TenantId,
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
    /// The tenant.
    pub tenant: TenantId,
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
    /// The tenant.
    pub tenant: TenantId,
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

/// The billable contribution of one event that is billed in a running period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventUse {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The billed period.
    pub period: PeriodId,
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
    /// Of meters that start again each day: the days from `from` to `to`, both inside.
    OfDayMeters {
        /// The instant at which the meter belongs to a subscription.
        at: Timestamp,
        /// The first day.
        from: Day,
        /// The last day.
        to: Day,
    },
    /// Of meters that start again each day: days of running periods on which more was used than the plan includes,
    /// or on which an override may say otherwise.
    AboveIncluded {
        /// The instant that running periods contain.
        at: Timestamp,
    },
    /// Movements of level meters from a day on.
    OfLevels {
        /// The first day.
        from: Day,
    },
    /// Of tenants whose entitlement changed after an instant: meters of periods from a day on, by plan version.
    OfChanged {
        /// The instant after which something changed.
        after: Timestamp,
        /// The first day.
        from: Day,
    },
    /// Of tenants without a running subscription: all meters from a day on.
    WithoutSubscription {
        /// The instant.
        at: Timestamp,
        /// The first day.
        from: Day,
    },
}

macro_rules! cards {
    ($scope:literal) => {
        concat!("select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants ", $scope)
    };
}

macro_rules! subscriptions {
    ($scope:literal) => {
        concat!(
            "select tenant_id, subscription_id, plan_id, status, started_at, ended_at, interval_unit, anchor_day
             from subscriptions ",
            $scope
        )
    };
}

macro_rules! running_periods {
    ($scope:literal) => {
        concat!(
            "select tenant_id, subscription_id, period_id, starts_at, ends_at, first_day, end_day
             from billing_periods where ends_at > $1 and starts_at <= $1 ",
            $scope
        )
    };
}

// Rows that began by $1 and were not yet replaced at $2, the start of the oldest running period; and the first row of
// each subscription, which also holds for the rest of the day on which the subscription began.
macro_rules! held {
    ($scope:literal) => {
        concat!(
            "select e.tenant_id, e.subscription_id, e.valid_from, e.seq, e.plan_version_id, e.overrides, e.zone
             from entitlements e
             where (e.seq = 1 or (e.valid_from <= $1 and not exists (
                 select 1 from entitlements l
                 where l.tenant_id = e.tenant_id and l.subscription_id = e.subscription_id
                   and l.valid_from <= $2 and (l.valid_from, l.seq) > (e.valid_from, e.seq)))) ",
            $scope
        )
    };
}

macro_rules! counters {
    ($scope:literal) => {
        concat!(
            "select c.tenant_id, c.period_id, c.meter_id, c.quantity, c.billable
             from billing_periods p
             join period_counters c on c.tenant_id = p.tenant_id and c.period_id = p.period_id
             where p.ends_at > $1 and p.starts_at <= $1 ",
            $scope
        )
    };
}

macro_rules! levels {
    ($scope:literal) => {
        concat!("select tenant_id, meter_id, quantity, billable from level_totals ", $scope)
    };
}

macro_rules! days {
    ($version:literal, $from:literal, $having:literal) => {
        concat!(
            "select d.tenant_id, d.meter_id, d.day, ",
            $version,
            ", case when m.aggregation = 'max' then max(d.quantity) end, ",
            halves!("d.quantity"),
            ", case when m.aggregation = 'max' then max(d.billable) end, ",
            halves!("d.billable"),
            " ",
            $from,
            " group by d.tenant_id, d.meter_id, d.day, m.aggregation ",
            $having
        )
    };
}

macro_rules! days_of {
    () => {
        days!(
            "d.plan_version_id",
            "from usage_days d join meters m on m.meter_id = d.meter_id where d.tenant_id = $1 and d.day >= $2",
            ", d.plan_version_id"
        )
    };
}

macro_rules! days_of_day_meters {
    () => {
        days!(
            "null",
            "from meters m
             join subscription_meters h on h.meter_id = m.meter_id
                 and h.valid_from <= $1 and (h.valid_to is null or h.valid_to > $1)
             join usage_days d on d.tenant_id = h.tenant_id and d.meter_id = h.meter_id and d.day between $2 and $3
             where m.reset = 'day'",
            ""
        )
    };
}

macro_rules! days_above_included {
    () => {
        days!(
            "null",
            "from meters m
             join subscription_meters h on h.meter_id = m.meter_id
                 and h.valid_from <= $1 and (h.valid_to is null or h.valid_to > $1)
             join billing_periods p on p.tenant_id = h.tenant_id and p.subscription_id = h.subscription_id
                 and p.ends_at > $1 and p.starts_at <= $1
             join usage_days d on d.tenant_id = h.tenant_id and d.meter_id = h.meter_id
                 and d.day >= p.first_day and d.day < p.end_day
             left join allowances a on a.plan_version_id = d.plan_version_id and a.meter_id = d.meter_id
             where m.reset = 'day'",
            // The sum above the smallest allowance, compared in halves as it is read.
            "having sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32)
                 > min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) >> 32
             or (sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32)
                 = min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) >> 32
                 and (cast(sum(d.billable & 4294967295) as bigint) & 4294967295)
                 > (min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) & 4294967295))
             or exists (select 1 from overrides o where o.tenant_id = d.tenant_id and o.meter_id = d.meter_id)"
        )
    };
}

macro_rules! days_of_levels {
    () => {
        days!(
            "null",
            "from level_totals l
             join meters m on m.meter_id = l.meter_id
             join usage_days d on d.tenant_id = l.tenant_id and d.meter_id = l.meter_id and d.day >= $1",
            ""
        )
    };
}

// Only here a day is split by plan version: only sums over a period are rated in segments.
macro_rules! days_of_changed {
    () => {
        days!(
            "d.plan_version_id",
            "from (select distinct tenant_id from entitlements where valid_from > $1 and seq > 1) c
             join usage_days d on d.tenant_id = c.tenant_id and d.day >= $2
             join meters m on m.meter_id = d.meter_id and m.reset = 'period' and m.aggregation <> 'level'",
            ", d.plan_version_id"
        )
    };
}

macro_rules! days_without_subscription {
    () => {
        days!(
            "null",
            "from tenants t
             join usage_days d on d.tenant_id = t.tenant_id and d.day >= $2
             join meters m on m.meter_id = d.meter_id and m.aggregation <> 'level'
             where not exists (select 1 from subscriptions s where s.tenant_id = t.tenant_id
                 and s.started_at <= $1 and (s.ended_at is null or s.ended_at > $1))",
            ""
        )
    };
}

macro_rules! events_of {
    ($scope:literal) => {
        concat!(
            "select v.tenant_id, v.meter_id, v.billed_period_id, v.contribution
             from billing_periods p
             join usage_events v on v.tenant_id = p.tenant_id and v.meter_id = $3
                 and v.occurred_at >= $2 and v.occurred_at < p.ends_at and v.billed_period_id = p.period_id
             where p.ends_at > $1 and p.starts_at <= $1 and v.billable ",
            $scope,
            " order by v.tenant_id, v.occurred_at, v.source, v.event_key"
        )
    };
}

statements! {
    CARDS = pair(cards!(""), cards!(""));
    CARD = pair(cards!("where tenant_id = $1"), cards!("where tenant_id = $1"));
    SUBSCRIPTIONS = pair(subscriptions!(""), subscriptions!(""));
    SUBSCRIPTIONS_OF = pair(subscriptions!("where tenant_id = $1"), subscriptions!("where tenant_id = $1"));
    PERIODS = pair(running_periods!(""), running_periods!(""));
    PERIODS_OF = pair(running_periods!("and tenant_id = $2"), running_periods!("and tenant_id = $2"));
    HELD = pair(held!(""), held!(""));
    HELD_OF = pair(held!("and e.tenant_id = $3"), held!("and e.tenant_id = $3"));
    COUNTERS = pair(counters!(""), counters!(""));
    COUNTERS_OF = pair(counters!("and p.tenant_id = $2"), counters!("and p.tenant_id = $2"));
    LEVELS = pair(levels!(""), levels!(""));
    LEVELS_OF = pair(levels!("where tenant_id = $1"), levels!("where tenant_id = $1"));
    EVENTS_OF = pair(events_of!(""), events_of!(""));
    EVENTS_OF_TENANT = pair(events_of!("and p.tenant_id = $4"), events_of!("and p.tenant_id = $4"));
    DAYS_OF = pair(days_of!(), days_of!());
    DAYS_OF_DAY_METERS = pair(days_of_day_meters!(), days_of_day_meters!());
    DAYS_ABOVE_INCLUDED = pair(days_above_included!(), days_above_included!());
    DAYS_OF_LEVELS = pair(days_of_levels!(), days_of_levels!());
    DAYS_OF_CHANGED = pair(days_of_changed!(), days_of_changed!());
    DAYS_WITHOUT_SUBSCRIPTION = pair(days_without_subscription!(), days_without_subscription!());
}

type CardRow = (Id<TenantId>, String, Option<String>, Option<String>, Option<String>, Word<Zone>, Word<Currency>, At);

/// The tenants.
///
/// # Errors
/// When the database fails.
pub async fn tenants(read: &mut Read, scope: Scope) -> Result<Vec<Tenant>> {
    let found = match scope {
        Scope::Company => rows!(read, CardRow, CARDS)?,
        Scope::Tenant(tenant) => rows!(read, CardRow, CARD, Id(tenant))?,
    };
    let card = |(id, name, email, outside_id, country, zone, currency, created_at): CardRow| Tenant {
        id: id.0,
        name,
        email,
        outside_id,
        country,
        zone: zone.0,
        currency: currency.0,
        created_at: created_at.0,
    };
    Ok(found.into_iter().map(card).collect())
}

type SubscriptionRow = (
    Id<TenantId>,
    Id<SubscriptionId>,
    Id<PlanId>,
    Word<SubscriptionStatus>,
    At,
    Option<At>,
    Word<BillingInterval>,
    i32,
);

/// All subscriptions, also those that ended.
///
/// # Errors
/// When the database fails.
pub async fn subscriptions(read: &mut Read, scope: Scope) -> Result<Vec<SubscriptionCard>> {
    let found = match scope {
        Scope::Company => rows!(read, SubscriptionRow, SUBSCRIPTIONS)?,
        Scope::Tenant(tenant) => rows!(read, SubscriptionRow, SUBSCRIPTIONS_OF, Id(tenant))?,
    };
    found
        .into_iter()
        .map(|(tenant, id, plan, status, started_at, ended_at, interval, anchor_day)| {
            Ok(SubscriptionCard {
                tenant: tenant.0,
                id: id.0,
                plan: plan.0,
                status: status.0,
                started_at: started_at.0,
                ended_at: at(ended_at),
                interval: interval.0,
                anchor_day: u8::try_from(anchor_day).map_err(StoreError::corrupt)?,
            })
        })
        .collect()
}

type PeriodRow = (Id<TenantId>, Id<SubscriptionId>, Id<PeriodId>, At, At, OnDay, OnDay);

/// The periods that contain an instant.
///
/// # Errors
/// When the database fails.
pub async fn running_periods(read: &mut Read, scope: Scope, instant: Timestamp) -> Result<Vec<RunningPeriod>> {
    let found = match scope {
        Scope::Company => rows!(read, PeriodRow, PERIODS, At(instant))?,
        Scope::Tenant(tenant) => rows!(read, PeriodRow, PERIODS_OF, At(instant), Id(tenant))?,
    };
    let period = |(tenant, subscription, id, start, end, first_day, end_day): PeriodRow| RunningPeriod {
        tenant: tenant.0,
        subscription: subscription.0,
        id: id.0,
        span: PeriodSpan {
            first_day: first_day.0,
            end_day: end_day.0,
            interval: Interval { start: start.0, end: end.0 },
        },
    };
    Ok(found.into_iter().map(period).collect())
}

type HeldRow = (Id<TenantId>, Id<SubscriptionId>, At, i64, Id<PlanVersionId>, String, Word<Zone>);

/// What held between two instants: every entitlement that began by `until` and still held at `from`, and the first
/// one of each subscription. In no order.
///
/// # Errors
/// When the database fails.
pub async fn held(read: &mut Read, scope: Scope, within: Interval) -> Result<Vec<Held>> {
    let (from, until) = (At(within.start), At(within.end));
    let found = match scope {
        Scope::Company => rows!(read, HeldRow, HELD, until, from)?,
        Scope::Tenant(tenant) => rows!(read, HeldRow, HELD_OF, until, from, Id(tenant))?,
    };
    found
        .into_iter()
        .map(|(tenant, subscription, valid_from, seq, plan_version, overrides, zone)| {
            Ok(Held {
                tenant: tenant.0,
                subscription: subscription.0,
                valid_from: valid_from.0,
                seq,
                plan_version: plan_version.0,
                overrides: overrides_in_force(&overrides)?,
                zone: zone.0,
            })
        })
        .collect()
}

fn overrides_in_force(text: &str) -> Result<Vec<OverrideInForce>> {
    // Nearly all entitlements have none: ten thousand of them need no parser.
    if text == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

type CounterRow = (Id<TenantId>, Id<PeriodId>, Id<MeterId>, i64, i64);

/// The counters of the periods that contain an instant.
///
/// # Errors
/// When the database fails.
pub async fn counters(read: &mut Read, scope: Scope, instant: Timestamp) -> Result<Vec<Counter>> {
    let found = match scope {
        Scope::Company => rows!(read, CounterRow, COUNTERS, At(instant))?,
        Scope::Tenant(tenant) => rows!(read, CounterRow, COUNTERS_OF, At(instant), Id(tenant))?,
    };
    let counter = |(tenant, period, meter, all, billable): CounterRow| Counter {
        tenant: tenant.0,
        period: period.0,
        meter: meter.0,
        all,
        billable,
    };
    Ok(found.into_iter().map(counter).collect())
}

type LevelRow = (Id<TenantId>, Id<MeterId>, i64, i64);

/// The running totals of level meters, as they stand now.
///
/// # Errors
/// When the database fails.
pub async fn level_totals(read: &mut Read, scope: Scope) -> Result<Vec<LevelTotal>> {
    let found = match scope {
        Scope::Company => rows!(read, LevelRow, LEVELS)?,
        Scope::Tenant(tenant) => rows!(read, LevelRow, LEVELS_OF, Id(tenant))?,
    };
    let total =
        |(tenant, meter, all, billable): LevelRow| LevelTotal { tenant: tenant.0, meter: meter.0, all, billable };
    Ok(found.into_iter().map(total).collect())
}

/// Of each figure the maximum (none but of a `max` meter) and the halves of the sum.
type DayRow =
    (Id<TenantId>, Id<MeterId>, OnDay, Option<Id<PlanVersionId>>, Option<i64>, i64, i64, Option<i64>, i64, i64);

/// A sum beyond 64 bits becomes [`DayUse::BEYOND`].
fn figure(max: Option<i64>, upper: i64, lower: i64) -> i64 {
    max.unwrap_or_else(|| i64::try_from(whole((upper, lower))).unwrap_or(DayUse::BEYOND))
}

fn day_use(row: DayRow) -> DayUse {
    let (tenant, meter, day, plan_version, all, upper, lower, billable, billable_upper, billable_lower) = row;
    let (all, billable) = (figure(all, upper, lower), figure(billable, billable_upper, billable_lower));
    let plan_version = id(plan_version).filter(|version| !version.uuid().is_nil());
    DayUse { tenant: tenant.0, meter: meter.0, day: day.0, plan_version, all, billable }
}

/// All days of use of one tenant from a day on.
///
/// # Errors
/// When the database fails.
pub async fn days_of(read: &mut Read, tenant: TenantId, from: Day) -> Result<Vec<DayUse>> {
    let found = rows!(read, DayRow, DAYS_OF, Id(tenant), OnDay(from))?;
    Ok(found.into_iter().map(day_use).collect())
}

/// Days of use of all tenants, of one sort.
///
/// # Errors
/// When the database fails.
pub async fn days(read: &mut Read, which: Days) -> Result<Vec<DayUse>> {
    let found = match which {
        Days::OfDayMeters { at, from, to } => rows!(read, DayRow, DAYS_OF_DAY_METERS, At(at), OnDay(from), OnDay(to))?,
        Days::AboveIncluded { at } => rows!(read, DayRow, DAYS_ABOVE_INCLUDED, At(at))?,
        Days::OfLevels { from } => rows!(read, DayRow, DAYS_OF_LEVELS, OnDay(from))?,
        Days::OfChanged { after, from } => rows!(read, DayRow, DAYS_OF_CHANGED, At(after), OnDay(from))?,
        Days::WithoutSubscription { at, from } => rows!(read, DayRow, DAYS_WITHOUT_SUBSCRIPTION, At(at), OnDay(from))?,
    };
    Ok(found.into_iter().map(day_use).collect())
}

type EventRow = (Id<TenantId>, Id<MeterId>, Id<PeriodId>, i64);

/// Billable contributions of events, by tenant in order of (occurred_at, source, key).
///
/// # Errors
/// When the database fails.
pub async fn events_of(read: &mut Read, scope: Scope, which: EventsOf) -> Result<Vec<EventUse>> {
    let EventsOf { at, since, meter } = which;
    let found = match scope {
        Scope::Company => rows!(read, EventRow, EVENTS_OF, At(at), At(since), Id(meter))?,
        Scope::Tenant(tenant) => rows!(read, EventRow, EVENTS_OF_TENANT, At(at), At(since), Id(meter), Id(tenant))?,
    };
    let event = |(tenant, meter, period, contribution): EventRow| EventUse {
        tenant: tenant.0,
        meter: meter.0,
        period: period.0,
        contribution,
    };
    Ok(found.into_iter().map(event).collect())
}
