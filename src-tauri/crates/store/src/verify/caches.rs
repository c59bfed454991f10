//! What the caches hold against what the ledger gives. A row of zeros and no row are the same.

use super::recount::{Company, DayKey, Recount};
use super::{Drift, Range, Reason, Verification};
use crate::codec::{Id, OnDay, Word};
use crate::conn::{Read, stream_rows};
use crate::error::Result;
use crate::sql::statements;
use crate::sums::{Dimensions, Halves, Sum, Wide, halves, whole};
use billing::event::Classification;
use billing::ids::{MeterId, PeriodId, SubjectId, TenantId};
use billing::money::Currency;
use std::collections::HashMap;
use std::hash::Hash;
use uuid::Uuid;

/// The company's days with what waits for the fold.
macro_rules! company {
    () => {
        concat!("select day, meter_id, plan_version_id, provider, classification, currency, cast(sum(events) as bigint), ",
            halves!("quantity"), ", ", halves!("billable"), ", ", halves!("cost_nano"),
      " from (select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano from company_days
             union all
             select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano from company_day_deltas) both_tables
      group by day, meter_id, plan_version_id, provider, classification, currency")
    };
}

statements! {
    PERIODS = "select tenant_id, period_id, meter_id, events, quantity, billable from period_counters
        where tenant_id > $1 and tenant_id <= $2";
    DAYS = "select tenant_id, day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
        from usage_days where tenant_id > $1 and tenant_id <= $2";
    LEVELS = "select tenant_id, meter_id, quantity, billable from level_totals where tenant_id > $1 and tenant_id <= $2";
    PRESENCE = "select tenant_id, day, kind, subject_id from presence where tenant_id > $1 and tenant_id <= $2";
    COMPANY = pair(company!(), company!());
}

type PeriodRow = (Id<TenantId>, Id<PeriodId>, Id<MeterId>, i64, i64, i64);
type DayRow = (Id<TenantId>, OnDay, Id<MeterId>, Uuid, String, Word<Classification>, String, i64, i64, i64, i64);
type LevelRow = (Id<TenantId>, Id<MeterId>, i64, i64);
type PresenceRow = (Id<TenantId>, OnDay, String, Id<SubjectId>);
type CompanyRow = (OnDay, Id<MeterId>, Uuid, String, Word<Classification>, String, i64, i64, i64, i64, i64, i64, i64);

/// Compares the caches of a range of tenants.
pub(crate) async fn compare(
    read: &mut Read,
    range: Range,
    mut recount: Recount,
    found: &mut Verification,
) -> Result<()> {
    let bounds = (Id(range.above), Id(range.up_to));
    stream_rows!(read, PeriodRow, PERIODS, [bounds.0, bounds.1], |row| {
        let (tenant, period, meter, events, quantity, billable) = row;
        let cached = Wide::from(Sum { events, quantity, billable, cost_nano: 0 });
        let ledger = without_cost(recount.periods.remove(&(tenant.0, period.0, meter.0)));
        let place = || format!("{} of {}", period.0, meter.0);
        one(found, Reason::PeriodCounter, Some(tenant.0), place, cached, ledger);
    });
    for ((tenant, period, meter), sum) in recount.periods {
        let place = || format!("{period} of {meter}");
        one(found, Reason::PeriodCounter, Some(tenant), place, Wide::default(), without_cost(Some(sum)));
    }
    stream_rows!(read, DayRow, DAYS, [bounds.0, bounds.1], |row| {
        let (
            tenant,
            day,
            meter,
            plan_version,
            provider,
            classification,
            currency,
            events,
            quantity,
            billable,
            cost_nano,
        ) = row;
        let cached = Wide::from(Sum { events, quantity, billable, cost_nano });
        let key = (tenant.0, day.0, meter.0, dimensions(plan_version, provider, classification, &currency));
        let ledger = recount.days.remove(&key).unwrap_or_default();
        one(found, Reason::UsageDay, Some(tenant.0), || day_place(&key), cached, ledger);
    });
    for (key, sum) in recount.days {
        one(found, Reason::UsageDay, Some(key.0), || day_place(&key), Wide::default(), sum);
    }
    stream_rows!(read, LevelRow, LEVELS, [bounds.0, bounds.1], |row| {
        let (tenant, meter, quantity, billable) = row;
        let cached = Wide::from(Sum { events: 0, quantity, billable, cost_nano: 0 });
        let ledger = only_level(recount.levels.remove(&(tenant.0, meter.0)));
        one(found, Reason::LevelTotal, Some(tenant.0), || meter.0.to_string(), cached, ledger);
    });
    for ((tenant, meter), sum) in recount.levels {
        one(found, Reason::LevelTotal, Some(tenant), || meter.to_string(), Wide::default(), only_level(Some(sum)));
    }
    compare_presence(read, bounds, recount.presence, found).await
}

async fn compare_presence(
    read: &mut Read,
    bounds: (Id<TenantId>, Id<TenantId>),
    mut presence: std::collections::HashSet<super::recount::PresenceKey>,
    found: &mut Verification,
) -> Result<()> {
    stream_rows!(read, PresenceRow, PRESENCE, [bounds.0, bounds.1], |row| {
        let (tenant, day, kind, subject) = row;
        found.caches_compared += 1;
        let kind = if kind == "user" { "user" } else { "session" };
        if !presence.remove(&(tenant.0, day.0, kind, subject.0)) {
            found.differs(Drift {
                reason: Reason::Presence,
                tenant: Some(tenant.0),
                place: format!("{kind} {} on {}", subject.0, day.0),
                cached: "present".to_owned(),
                ledger: "absent".to_owned(),
            });
        }
    });
    for (tenant, day, kind, subject) in presence {
        found.caches_compared += 1;
        found.differs(Drift {
            reason: Reason::Presence,
            tenant: Some(tenant),
            place: format!("{kind} {subject} on {day}"),
            cached: "absent".to_owned(),
            ledger: "present".to_owned(),
        });
    }
    Ok(())
}

/// Compares the company's figures, days and deltas together.
pub(crate) async fn compare_company(read: &mut Read, company: Company, found: &mut Verification) -> Result<()> {
    let mut ledger = company.0;
    stream_rows!(read, CompanyRow, COMPANY, [], |row| {
        let (day, meter, plan_version, provider, classification, currency, events, ..) = row;
        let (quantity, billable, cost): (Halves, Halves, Halves) = ((row.7, row.8), (row.9, row.10), (row.11, row.12));
        let cached = Wide {
            events: events.into(),
            quantity: whole(quantity),
            billable: whole(billable),
            cost_nano: whole(cost),
        };
        let key = (day.0, meter.0, dimensions(plan_version, provider, classification, &currency));
        let sum = take(&mut ledger, &key);
        one(found, Reason::CompanyDay, None, || format!("{} of {} {:?}", key.0, key.1, key.2), cached, sum);
    });
    for (key, sum) in ledger {
        let place = || format!("{} of {} {:?}", key.0, key.1, key.2);
        one(found, Reason::CompanyDay, None, place, Wide::default(), sum);
    }
    Ok(())
}

fn take<K: Eq + Hash>(sums: &mut HashMap<K, Wide>, key: &K) -> Wide {
    sums.remove(key).unwrap_or_default()
}

fn one(
    found: &mut Verification,
    reason: Reason,
    tenant: Option<TenantId>,
    place: impl FnOnce() -> String,
    cached: Wide,
    ledger: Wide,
) {
    found.caches_compared += 1;
    if cached != ledger {
        let text = |sum: Wide| {
            format!("{} events, {} in all, {} billable, cost {}", sum.events, sum.quantity, sum.billable, sum.cost_nano)
        };
        found.differs(Drift { reason, tenant, place: place(), cached: text(cached), ledger: text(ledger) });
    }
}

fn without_cost(sum: Option<Wide>) -> Wide {
    Wide { cost_nano: 0, ..sum.unwrap_or_default() }
}

fn only_level(sum: Option<Wide>) -> Wide {
    Wide { events: 0, cost_nano: 0, ..sum.unwrap_or_default() }
}

fn dimensions(
    plan_version: Uuid,
    provider: String,
    classification: Word<Classification>,
    currency: &str,
) -> Dimensions {
    // A text that is no currency never equals a recounted one, and so shows up as a difference.
    let currency = if currency.is_empty() { "" } else { currency.parse().map_or("?", Currency::code) };
    Dimensions { plan_version, provider, classification: classification.0, currency }
}

fn day_place(key: &DayKey) -> String {
    format!("{} of {} {:?}", key.1, key.2, key.3)
}
