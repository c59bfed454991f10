//! Where tenants stand: their subscriptions, running periods, what held in them, and the counters of use.
//!
//! Read as sets for all tenants at once or for one tenant, never tenant by tenant: a list of ten thousand tenants is
//! a handful of statements. The rows of both scopes are the same, but the company's leave out days of use that no
//! figure of a list depends on.

use crate::codec::{At, Id, OnDay, Word, at, id, json_ids};
pub use crate::columns::Decoding;
use crate::columns::columns;
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sums::whole;
use crate::tenants::Tenant;
use billing::ids::{MeterId, PeriodId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::money::Currency;
use billing::period::{BillingInterval, PeriodSpan};
use billing::plan::OverrideInForce;
use billing::time::{Day, Interval, Timestamp, Zone};
use billing::timeline::SubscriptionStatus;

mod rows;
mod sql;

pub use rows::{
    Counter, DayUse, Days, EventUse, EventsOf, Held, LevelTotal, RunningPeriod, Scope, SubscriptionCard, TenantCard,
};
pub(crate) use sql::STATEMENTS;
use sql::*;

type CardRow =
    (Id<TenantId>, String, Option<String>, Option<String>, Option<String>, Word<Zone>, Word<Currency>, At, i64);

/// The tenants.
///
/// # Errors
/// When the database fails.
pub async fn tenants(read: &mut Read, scope: Scope<'_>) -> Result<Decoding<TenantCard>> {
    match scope {
        Scope::Company => columns!(read, CardRow, CARDS, card),
        Scope::Tenants(tenants) => columns!(read, CardRow, CARDS_OF, card, json_ids(tenants.iter().copied())),
    }
}

fn card(row: CardRow) -> Result<TenantCard> {
    let (id, name, email, outside_id, country, zone, currency, created_at, timeline_version) = row;
    let tenant = Tenant {
        id: id.0,
        name,
        email,
        outside_id,
        country,
        zone: zone.0,
        currency: currency.0,
        created_at: created_at.0,
    };
    Ok(TenantCard { tenant, timeline_version })
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
pub async fn subscriptions(read: &mut Read, scope: Scope<'_>) -> Result<Decoding<SubscriptionCard>> {
    match scope {
        Scope::Company => columns!(read, SubscriptionRow, SUBSCRIPTIONS, subscription),
        Scope::Tenants(tenants) => {
            columns!(read, SubscriptionRow, SUBSCRIPTIONS_OF, subscription, json_ids(tenants.iter().copied()))
        }
    }
}

fn subscription(row: SubscriptionRow) -> Result<SubscriptionCard> {
    let (tenant, id, plan, status, started_at, ended_at, interval, anchor_day) = row;
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
}

type PeriodRow = (Id<SubscriptionId>, Id<PeriodId>, At, At, OnDay, OnDay);

/// The periods that contain an instant.
///
/// # Errors
/// When the database fails.
pub async fn running_periods(read: &mut Read, scope: Scope<'_>, instant: Timestamp) -> Result<Decoding<RunningPeriod>> {
    match scope {
        Scope::Company => columns!(read, PeriodRow, PERIODS, period, At(instant)),
        Scope::Tenants(tenants) => {
            columns!(read, PeriodRow, PERIODS_OF, period, At(instant), json_ids(tenants.iter().copied()))
        }
    }
}

fn period((subscription, id, start, end, first_day, end_day): PeriodRow) -> Result<RunningPeriod> {
    let interval = Interval { start: start.0, end: end.0 };
    let span = PeriodSpan { first_day: first_day.0, end_day: end_day.0, interval };
    Ok(RunningPeriod { subscription: subscription.0, id: id.0, span })
}

type HeldRow = (Id<SubscriptionId>, At, i64, Id<PlanVersionId>, String, Word<Zone>);

/// What held between two instants: every entitlement that began by `until` and still held at `from`, and the first
/// one of each subscription. In no order.
///
/// # Errors
/// When the database fails.
pub async fn held(read: &mut Read, scope: Scope<'_>, within: Interval) -> Result<Decoding<Held>> {
    let (from, until) = (At(within.start), At(within.end));
    match scope {
        Scope::Company => columns!(read, HeldRow, HELD, entitlement, until, from),
        Scope::Tenants(tenants) => {
            columns!(read, HeldRow, HELD_OF, entitlement, until, from, json_ids(tenants.iter().copied()))
        }
    }
}

fn entitlement((subscription, valid_from, seq, plan_version, overrides, zone): HeldRow) -> Result<Held> {
    Ok(Held {
        subscription: subscription.0,
        valid_from: valid_from.0,
        seq,
        plan_version: plan_version.0,
        overrides: overrides_in_force(&overrides)?,
        zone: zone.0,
    })
}

fn overrides_in_force(text: &str) -> Result<Vec<OverrideInForce>> {
    // Nearly all entitlements have none: ten thousand of them need no parser.
    if text == "[]" {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

type CounterRow = (Id<PeriodId>, Id<MeterId>, i64, i64);

/// The counters of the periods that contain an instant.
///
/// # Errors
/// When the database fails.
pub async fn counters(read: &mut Read, scope: Scope<'_>, instant: Timestamp) -> Result<Decoding<Counter>> {
    match scope {
        Scope::Company => columns!(read, CounterRow, COUNTERS, counter, At(instant)),
        Scope::Tenants(tenants) => {
            columns!(read, CounterRow, COUNTERS_OF, counter, At(instant), json_ids(tenants.iter().copied()))
        }
    }
}

fn counter((period, meter, all, billable): CounterRow) -> Result<Counter> {
    Ok(Counter { period: period.0, meter: meter.0, all, billable })
}

type LevelRow = (Id<TenantId>, Id<MeterId>, i64, i64);

/// The running totals of level meters, as they stand now.
///
/// # Errors
/// When the database fails.
pub async fn level_totals(read: &mut Read, scope: Scope<'_>) -> Result<Decoding<LevelTotal>> {
    match scope {
        Scope::Company => columns!(read, LevelRow, LEVELS, level),
        Scope::Tenants(tenants) => columns!(read, LevelRow, LEVELS_OF, level, json_ids(tenants.iter().copied())),
    }
}

fn level((tenant, meter, all, billable): LevelRow) -> Result<LevelTotal> {
    Ok(LevelTotal { tenant: tenant.0, meter: meter.0, all, billable })
}

/// Of each figure the maximum (none but of a `max` meter) and the halves of the sum.
type DayRow =
    (Id<TenantId>, Id<MeterId>, OnDay, Option<Id<PlanVersionId>>, Option<i64>, i64, i64, Option<i64>, i64, i64);

/// A sum beyond 64 bits becomes [`DayUse::BEYOND`].
fn figure(max: Option<i64>, upper: i64, lower: i64) -> i64 {
    max.unwrap_or_else(|| i64::try_from(whole((upper, lower))).unwrap_or(DayUse::BEYOND))
}

fn day_use(row: DayRow) -> Result<DayUse> {
    let (tenant, meter, day, plan_version, all, upper, lower, billable, billable_upper, billable_lower) = row;
    let (all, billable) = (figure(all, upper, lower), figure(billable, billable_upper, billable_lower));
    let plan_version = id(plan_version).filter(|version| !version.uuid().is_nil());
    Ok(DayUse { tenant: tenant.0, meter: meter.0, day: day.0, plan_version, all, billable })
}

/// All days of use of some tenants from a day on, by plan version.
///
/// # Errors
/// When the database fails.
pub async fn days_of(read: &mut Read, tenants: &[TenantId], from: Day) -> Result<Decoding<DayUse>> {
    columns!(read, DayRow, DAYS_OF, day_use, OnDay(from), json_ids(tenants.iter().copied()))
}

/// Days of use of all tenants, of one sort, not split by plan version.
///
/// # Errors
/// When the database fails.
pub async fn days(read: &mut Read, which: Days) -> Result<Decoding<DayUse>> {
    match which {
        Days::OfDayMeters { at, from, to } => {
            columns!(read, DayRow, DAYS_OF_DAY_METERS, day_use, At(at), OnDay(from), OnDay(to))
        }
        Days::OfLevels { from } => columns!(read, DayRow, DAYS_OF_LEVELS, day_use, OnDay(from)),
    }
}

type EventRow = (Id<TenantId>, Id<MeterId>, Id<PeriodId>, OnDay, Option<Id<PlanVersionId>>, i64);

/// Billable contributions of events, less what corrections took back, by tenant in order of (occurred_at, source, key).
///
/// # Errors
/// When the database fails.
pub async fn events_of(read: &mut Read, scope: Scope<'_>, which: EventsOf) -> Result<Vec<EventUse>> {
    let EventsOf { at, since, meter } = which;
    let found = match scope {
        Scope::Company => rows!(read, EventRow, EVENTS, At(at), At(since), Id(meter))?,
        Scope::Tenants(tenants) => {
            rows!(read, EventRow, EVENTS_OF, At(at), At(since), Id(meter), json_ids(tenants.iter().copied()))?
        }
    };
    let event = |(tenant, meter, period, day, plan_version, contribution): EventRow| EventUse {
        tenant: tenant.0,
        meter: meter.0,
        period: period.0,
        day: day.0,
        plan_version: id(plan_version),
        contribution,
    };
    Ok(found.into_iter().map(event).collect())
}
