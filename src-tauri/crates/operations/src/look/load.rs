//! Reads the facts that figures are computed from, in one read transaction: a handful of statements, whatever the
//! number of tenants.

use super::catalog::Catalog;
use super::facts::{self, Rows, TenantFacts};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, PeriodId, SubscriptionId, TenantId};
use billing::meter::{Aggregation, Reset};
use billing::price::Model;
use billing::time::{Day, Interval, Timestamp, Zone};
use billing::timeline::MAX_LATE_MICROS;
use std::collections::{BTreeSet, HashMap, HashSet};
use store::Read;
use store::look::standing::{self, Days, EventsOf, Held, RunningPeriod, Scope};

/// All meters, plans and versions.
pub(crate) async fn catalog(read: &mut Read) -> Result<Catalog> {
    let meters = store::meters::all(read).await?;
    let plans = store::plans::all(read).await?;
    let versions = store::plans::all_versions(read).await?;
    Ok(Catalog::new(meters, plans, versions.into_values()))
}

/// The facts of all tenants.
pub(super) async fn company(read: &mut Read, catalog: &Catalog, at: Timestamp) -> Result<Vec<TenantFacts>> {
    let mut rows = rows(read, Scope::Company, catalog, at).await?;
    // Somewhere it is still the day before, and somewhere already the day after.
    let utc = Day::of(at, Zone::UTC).map_err(out_of_range)?;
    let (from, to) = (plus_days(utc, -1)?, plus_days(utc, 1)?);
    let first_day = rows.periods.iter().map(|period| period.span.first_day).min().unwrap_or(from);
    // Few tenants need all their days: the days of the others are read only where a figure depends on them.
    let mut whole = need_all_days(&rows, at);
    whole.extend(use_days_uncovered(&rows, catalog, at));
    let mut days = Vec::new();
    if catalog.meters().iter().any(|meter| meter.reset == Reset::Day) {
        days.extend(standing::days(read, Days::OfDayMeters { at, from, to }).await?);
    }
    if catalog.meters().iter().any(|meter| meter.aggregation == Aggregation::Level) {
        // What is billed of a level needs its days; without a price only what moved after today is taken off.
        let from = if prices_levels(catalog) { first_day.min(from) } else { from };
        days.extend(standing::days(read, Days::OfLevels { from }).await?);
    }
    days.retain(|day| !whole.contains(&day.tenant));
    if !whole.is_empty() {
        let whole: Vec<TenantId> = whole.into_iter().collect();
        days.extend(standing::days_of(read, &whole, first_day.min(first_of_month(from)?)).await?);
    }
    rows.days = days;
    Ok(facts::gather(rows))
}

/// Tenants without a running subscription, whose month counts, and those whose entitlement changed in a running period,
/// which is rated in segments.
fn need_all_days(rows: &Rows, at: Timestamp) -> HashSet<TenantId> {
    let mut owners = HashMap::with_capacity(rows.subscriptions.len());
    let mut without: HashSet<TenantId> = rows.tenants.iter().map(|tenant| tenant.id).collect();
    for card in &rows.subscriptions {
        owners.insert(card.id, card.tenant);
        if card.started_at <= at && card.ended_at.is_none_or(|ended_at| at < ended_at) {
            without.remove(&card.tenant);
        }
    }
    let start = oldest_start(&rows.periods, at);
    let changed = rows.held.iter().filter(|held| held.seq > 1 && held.valid_from > start);
    without.extend(changed.filter_map(|held| owners.get(&held.subscription)));
    without
}

/// Tenants that used a meter of days which their plan does not cover: the days of the company are those of covered ones.
fn use_days_uncovered(rows: &Rows, catalog: &Catalog, at: Timestamp) -> HashSet<TenantId> {
    let resets_daily = |meter| catalog.meter(meter).is_some_and(|meter| meter.reset == Reset::Day);
    let mut holding: HashMap<SubscriptionId, &Held> = HashMap::new();
    for held in rows.held.iter().filter(|held| held.valid_from <= at || held.seq == 1) {
        let known = holding.entry(held.subscription).or_insert(held);
        if (known.valid_from, known.seq) < (held.valid_from, held.seq) {
            *known = held;
        }
    }
    let covers = |subscription: SubscriptionId, meter| {
        let version = holding.get(&subscription).and_then(|held| catalog.version(held.plan_version));
        version.is_some_and(|version| version.covers(meter))
    };
    let owners: HashMap<SubscriptionId, TenantId> =
        rows.subscriptions.iter().map(|card| (card.id, card.tenant)).collect();
    let periods: HashMap<PeriodId, SubscriptionId> =
        rows.periods.iter().map(|period| (period.id, period.subscription)).collect();
    let of_days = rows.counters.iter().filter(|counter| resets_daily(counter.meter));
    let uncovered = of_days.filter_map(|counter| {
        let subscription = *periods.get(&counter.period)?;
        (!covers(subscription, counter.meter)).then_some(subscription)
    });
    uncovered.filter_map(|subscription| owners.get(&subscription).copied()).collect()
}

/// The facts of some tenants, in no order; those that are not there are left out.
pub(super) async fn tenants(
    read: &mut Read,
    catalog: &Catalog,
    tenants: &[TenantId],
    at: Timestamp,
) -> Result<Vec<TenantFacts>> {
    let mut rows = rows(read, Scope::Tenants(tenants), catalog, at).await?;
    let yesterday = plus_days(Day::of(at, Zone::UTC).map_err(out_of_range)?, -1)?;
    let days = rows.periods.iter().map(|period| period.span.first_day);
    let from = days.chain([first_of_month(yesterday)?]).min().unwrap_or(yesterday);
    rows.days = standing::days_of(read, tenants, from).await?;
    Ok(facts::gather(rows))
}

fn first_of_month(day: Day) -> Result<Day> {
    Day::from_number(day.month_number() * 100 + 1).map_err(out_of_range)
}

/// What is read in the same way for both.
async fn rows(read: &mut Read, scope: Scope<'_>, catalog: &Catalog, at: Timestamp) -> Result<Rows> {
    let tenants = standing::tenants(read, scope).await?;
    let subscriptions = standing::subscriptions(read, scope).await?;
    let periods = standing::running_periods(read, scope, at).await?;
    let start = oldest_start(&periods, at);
    let held = standing::held(read, scope, Interval { start, end: at }).await?;
    let counters = standing::counters(read, scope, at).await?;
    let levels = standing::level_totals(read, scope).await?;
    let since = start.plus_micros(-MAX_LATE_MICROS).map_err(out_of_range)?;
    let mut events = Vec::new();
    for meter in catalog.priced_by_event() {
        events.extend(standing::events_of(read, scope, EventsOf { at, since, meter }).await?);
    }
    Ok(Rows { tenants, subscriptions, periods, held, counters, levels, days: Vec::new(), events })
}

fn oldest_start(periods: &[RunningPeriod], at: Timestamp) -> Timestamp {
    periods.iter().map(|period| period.span.interval.start).min().unwrap_or(at)
}

fn prices_levels(catalog: &Catalog) -> bool {
    let level = |meter| catalog.meter(meter).is_some_and(|meter| meter.aggregation == Aggregation::Level);
    catalog.versions().any(|version| version.prices.keys().any(|meter| level(*meter)))
}

pub(super) fn plus_days(day: Day, days: i64) -> Result<Day> {
    day.plus_days(days).map_err(out_of_range)
}

pub(super) fn out_of_range(error: billing::time::TimeError) -> OperationError {
    OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
}

impl Catalog {
    /// Meters with a price that looks at each event.
    fn priced_by_event(&self) -> BTreeSet<MeterId> {
        let prices = self.versions().flat_map(|version| &version.prices);
        let by_event = prices.filter(|(_, price)| matches!(price.terms().model, Model::Percentage(_)));
        by_event.map(|(meter, _)| *meter).collect()
    }
}
