//! Reads the facts that figures are computed from, in one read transaction: a handful of statements, whatever the
//! number of tenants.

use super::catalog::Catalog;
use super::facts::{self, Gathered, Rows, TenantFacts};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, PeriodId, SubscriptionId, TenantId};
use billing::meter::{Aggregation, Reset};
use billing::price::Model;
use billing::time::{Day, Interval, Timestamp, Zone};
use billing::timeline::MAX_LATE_MICROS;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use store::Read;
use store::look::standing::{
    self, Counter, DayUse, Days, Decoding, EventUse, EventsOf, Held, LevelTotal, RunningPeriod, Scope,
    SubscriptionCard, TenantCard,
};

/// All meters, plans and versions.
pub(crate) async fn catalog(read: &mut Read) -> Result<Catalog> {
    let meters = store::meters::all(read).await?;
    let plans = store::plans::all(read).await?;
    let versions = store::plans::all_versions(read).await?;
    Ok(Catalog::new(meters, plans, versions.into_values()))
}

/// The facts of all tenants.
pub(super) async fn company(read: &mut Read, catalog: &Arc<Catalog>, at: Timestamp) -> Result<Vec<TenantFacts>> {
    let (use_of_periods, cards_and_days) = match read.twin() {
        Some(mut twin) => futures::try_join!(
            use_of_periods(read, Scope::Company, catalog, at),
            cards_and_days(&mut twin, catalog, at)
        )?,
        None => (use_of_periods(read, Scope::Company, catalog, at).await?, cards_and_days(read, catalog, at).await?),
    };
    let CardsAndDays { cards, days } = cards_and_days;
    // What was read is put in its place while the database is at what is still to be read.
    let (first_day, catalog_of_task) = (use_of_periods.first_day(), Arc::clone(catalog));
    let gathering = tokio::spawn(async move {
        let rows = rows(use_of_periods, cards).await?;
        // Few tenants need all their days: the days of the others are read only where a figure depends on them.
        let mut whole = need_all_days(&rows, at);
        whole.extend(use_days_uncovered(&rows, &catalog_of_task, at));
        Ok::<_, OperationError>((Gathered::of(rows), whole))
    });
    let yesterday = plus_days(utc_day(at)?, -1)?;
    let mut of_all = days;
    if catalog.meters().iter().any(|meter| meter.aggregation == Aggregation::Level) {
        // What is billed of a level needs its days; without a price only what moved after today is taken off.
        let priced = prices_levels(catalog);
        let from = if priced { first_day.map_or(yesterday, |day| day.min(yesterday)) } else { yesterday };
        of_all.push(standing::days(read, Days::OfLevels { from }).await?);
    }
    let stopped = |error| OperationError::failed("stopped", "The work was stopped.").because(error);
    let (mut gathered, whole) = gathering.await.map_err(stopped)??;
    for days in of_all {
        gathered.add_days(days.rows().await?.into_iter().filter(|day| !whole.contains(&day.tenant)));
    }
    if !whole.is_empty() {
        let whole: Vec<TenantId> = whole.into_iter().collect();
        let month = first_of_month(yesterday)?;
        let from = first_day.map_or(month, |day| day.min(month));
        gathered.add_days(standing::days_of(read, &whole, from).await?.rows().await?);
    }
    Ok(gathered.sorted())
}

fn utc_day(at: Timestamp) -> Result<Day> {
    Day::of(at, Zone::UTC).map_err(out_of_range)
}

/// Tenants without a running subscription, whose month counts, and those whose entitlement changed in a running period,
/// which is rated in segments.
fn need_all_days(rows: &Rows, at: Timestamp) -> HashSet<TenantId> {
    let mut owners = HashMap::with_capacity(rows.subscriptions.len());
    let mut without: HashSet<TenantId> = rows.tenants.iter().map(|card| card.tenant.id).collect();
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
    let scope = Scope::Tenants(tenants);
    let use_of_periods = use_of_periods(read, scope, catalog, at).await?;
    let mut rows = rows(use_of_periods, cards(read, scope).await?).await?;
    let yesterday = plus_days(utc_day(at)?, -1)?;
    let days = rows.periods.iter().map(|period| period.span.first_day);
    let from = days.chain([first_of_month(yesterday)?]).min().unwrap_or(yesterday);
    rows.days = standing::days_of(read, tenants, from).await?.rows().await?;
    Ok(facts::gather(rows))
}

fn first_of_month(day: Day) -> Result<Day> {
    Day::from_number(day.month_number() * 100 + 1).map_err(out_of_range)
}

/// What was used in running periods and what held in them, on its way: rows of one statement are decoded while the
/// database is at the next ones.
struct UseOfPeriods {
    periods: Vec<RunningPeriod>,
    held: Decoding<Held>,
    counters: Decoding<Counter>,
    events: Vec<EventUse>,
}

impl UseOfPeriods {
    fn first_day(&self) -> Option<Day> {
        self.periods.iter().map(|period| period.span.first_day).min()
    }
}

async fn use_of_periods(read: &mut Read, scope: Scope<'_>, catalog: &Catalog, at: Timestamp) -> Result<UseOfPeriods> {
    let periods = standing::running_periods(read, scope, at).await?;
    let counters = standing::counters(read, scope, at).await?;
    let periods = periods.rows().await?;
    let start = oldest_start(&periods, at);
    let held = standing::held(read, scope, Interval { start, end: at }).await?;
    let since = start.plus_micros(-MAX_LATE_MICROS).map_err(out_of_range)?;
    let mut events = Vec::new();
    for meter in catalog.priced_by_event() {
        events.extend(standing::events_of(read, scope, EventsOf { at, since, meter }).await?);
    }
    Ok(UseOfPeriods { periods, held, counters, events })
}

/// Who there is, on its way.
struct Cards {
    tenants: Decoding<TenantCard>,
    subscriptions: Decoding<SubscriptionCard>,
    levels: Decoding<LevelTotal>,
}

async fn cards(read: &mut Read, scope: Scope<'_>) -> Result<Cards> {
    Ok(Cards {
        tenants: standing::tenants(read, scope).await?,
        subscriptions: standing::subscriptions(read, scope).await?,
        levels: standing::level_totals(read, scope).await?,
    })
}

/// The other half of a look at all tenants.
struct CardsAndDays {
    cards: Cards,
    days: Vec<Decoding<DayUse>>,
}

async fn cards_and_days(read: &mut Read, catalog: &Catalog, at: Timestamp) -> Result<CardsAndDays> {
    let mut days = Vec::new();
    if catalog.meters().iter().any(|meter| meter.reset == Reset::Day) {
        // Somewhere it is still the day before, and somewhere already the day after.
        let utc = utc_day(at)?;
        let (from, to) = (plus_days(utc, -1)?, plus_days(utc, 1)?);
        days.push(standing::days(read, Days::OfDayMeters { at, from, to }).await?);
    }
    Ok(CardsAndDays { cards: cards(read, Scope::Company).await?, days })
}

/// All of them, without days.
async fn rows(used: UseOfPeriods, cards: Cards) -> Result<Rows> {
    Ok(Rows {
        tenants: cards.tenants.rows().await?,
        subscriptions: cards.subscriptions.rows().await?,
        periods: used.periods,
        held: used.held.rows().await?,
        counters: used.counters.rows().await?,
        levels: cards.levels.rows().await?,
        days: Vec::new(),
        events: used.events,
    })
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
