//! Reads the facts that figures are computed from, in one read transaction: a handful of statements, whatever the
//! number of tenants.

use super::catalog::Catalog;
use super::facts::{self, Rows, TenantFacts};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, TenantId};
use billing::meter::{Aggregation, Reset};
use billing::price::Model;
use billing::time::{Day, Interval, Timestamp, Zone};
use billing::timeline::MAX_LATE_MICROS;
use std::collections::BTreeSet;
use store::Read;
use store::look::standing::{self, Days, EventsOf, RunningPeriod, Scope};

/// All meters, plans and versions.
pub(super) async fn catalog(read: &mut Read) -> Result<Catalog> {
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
    let month = Day::from_number(from.month_number() * 100 + 1).map_err(out_of_range)?;
    let has_levels = catalog.meters().iter().any(|meter| meter.aggregation == Aggregation::Level);
    let has_days = catalog.meters().iter().any(|meter| meter.reset == Reset::Day);
    let mut which = vec![
        Days::OfChanged { after: oldest_start(&rows.periods, at), from: first_day },
        Days::WithoutSubscription { at, from: month },
    ];
    if has_days {
        which.extend([Days::OfDayMeters { at, from, to }, Days::AboveIncluded { at }]);
    }
    if has_levels {
        // What is billed of a level needs its days; without a price only what moved after today is taken off.
        let from = if prices_levels(catalog) { first_day.min(from) } else { from };
        which.push(Days::OfLevels { from });
    }
    for days in which {
        rows.days.extend(standing::days(read, days).await?);
    }
    Ok(facts::gather(rows))
}

/// The facts of one tenant; none when there is no such tenant.
pub(super) async fn tenant(
    read: &mut Read,
    catalog: &Catalog,
    tenant: TenantId,
    at: Timestamp,
) -> Result<Option<TenantFacts>> {
    let mut rows = rows(read, Scope::Tenant(tenant), catalog, at).await?;
    let Some(card) = rows.tenants.first() else { return Ok(None) };
    let today = Day::of(at, card.zone).map_err(out_of_range)?;
    let month = Day::from_number(today.month_number() * 100 + 1).map_err(out_of_range)?;
    let days = rows.periods.iter().map(|period| period.span.first_day);
    let from = days.chain([month, plus_days(today, -1)?]).min().unwrap_or(month);
    rows.days = standing::days_of(read, tenant, from).await?;
    Ok(facts::gather(rows).pop())
}

/// What is read in the same way for both.
async fn rows(read: &mut Read, scope: Scope, catalog: &Catalog, at: Timestamp) -> Result<Rows> {
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
