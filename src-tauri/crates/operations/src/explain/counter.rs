//! The counter behind a line beside what the ledger says.

use crate::error::Result;
use crate::look::catalog::Catalog;
use crate::wire::ExplainedCounter;
use billing::event::Classification;
use billing::invoice::Recomputed;
use billing::meter::{Aggregation, Meter, Reset};
use billing::quantity::decimal_text;
use billing::time::Day;
use std::collections::{BTreeMap, HashSet};
use store::facts::{self, DaysWanted, EventOf, EventsWanted};
use store::look::line_events::{self, LineScope, Share};
use store::{Read, StoreError};

/// Where a meter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Period,
    Days,
    Level,
}

impl Place {
    const fn of(meter: &Meter) -> Self {
        match (meter.aggregation, meter.reset) {
            (Aggregation::Level, _) => Self::Level,
            (_, Reset::Day) => Self::Days,
            _ => Self::Period,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Days => "days",
            Self::Level => "level",
        }
    }
}

/// The counter; none where the meter is not there.
///
/// # Errors
/// What the store says.
pub async fn counter(
    read: &mut Read,
    scope: &LineScope,
    pair: &Recomputed,
    catalog: &Catalog,
) -> Result<Option<ExplainedCounter>> {
    let Some(meter) = catalog.meter(scope.meter) else { return Ok(None) };
    let own = line_events::counts(read, scope).await?;
    let place = Place::of(meter);
    let (counted, scopes) = match place {
        Place::Period => (of_period(read, scope).await?, billed_in_period(read, scope).await?),
        Place::Days | Place::Level => (of_days(read, scope, place).await?, happened_in_days(read, scope).await?),
    };
    let by_ledger = match meter.aggregation {
        Aggregation::Max => largest(read, &scopes, place).await?,
        _ => added(read, &scopes).await?,
    };
    let text = |units: i64| decimal_text(i128::from(units), meter.scale);
    let used = pair.stored.as_ref().and_then(|line| line.used).unwrap_or_default();
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Some(ExplainedCounter {
        place: place.as_str().to_owned(),
        counter: text(counted),
        ledger: text(by_ledger),
        used: used.normalize().to_string(),
        events: count(own.events),
        free: count(own.free),
        corrections: count(own.corrections),
        late: count(if scope.billed == Some(scope.period) { 0 } else { own.events + own.free }),
        duplicates: count(line_events::duplicates(read, scope).await?),
    }))
}

async fn of_period(read: &mut Read, scope: &LineScope) -> Result<i64> {
    let Some(billed) = scope.billed else { return Ok(0) };
    let counters = facts::counted::counters(read, &[(scope.tenant, billed)]).await?;
    Ok(counters.iter().find(|counter| counter.meter == scope.meter).map_or(0, |counter| counter.units))
}

async fn of_days(read: &mut Read, scope: &LineScope, place: Place) -> Result<i64> {
    let wanted = DaysWanted { tenant: scope.tenant, meter: scope.meter, from: scope.from, to: scope.to };
    let days = facts::counted::days(read, &[wanted]).await?;
    // Use from before any subscription is never rated; a level stands on all that moved it.
    let is_counted = |day: &&facts::DayOf| place == Place::Level || day.plan_version.is_some();
    let own = days.iter().filter(|day| scope.share.takes(day.day, day.plan_version));
    sum(own.filter(is_counted).map(|day| day.units))
}

/// All that is billed in the period, wherever it happened.
async fn billed_in_period(read: &mut Read, scope: &LineScope) -> Result<Vec<LineScope>> {
    let timelines = store::timelines::load(read, &[scope.tenant]).await?;
    let Some(billed) = scope.billed else { return Ok(Vec::new()) };
    let late = facts::late::around(read, &[(scope.tenant, billed)]).await?;
    let from = late.iter().filter(|it| it.meter == scope.meter && it.billed == scope.billed).map(|it| it.period);
    let whole = |period| {
        let span = timelines.get(&scope.tenant)?.period(period)?.span;
        let (interval, from, to) = (span.interval, span.first_day, span.end_day);
        Some(LineScope { period, interval, from, to, share: Share::whole(), ..scope.clone() })
    };
    Ok(from.chain([billed]).filter_map(whole).collect())
}

/// All that happened in the days, wherever it is billed, if anywhere.
async fn happened_in_days(read: &mut Read, scope: &LineScope) -> Result<Vec<LineScope>> {
    let late = facts::late::around(read, &[(scope.tenant, scope.period)]).await?;
    let own = late.iter().filter(|it| it.meter == scope.meter && it.period == scope.period);
    let elsewhere = own.map(|it| it.billed);
    Ok(elsewhere.chain([Some(scope.period)]).map(|billed| LineScope { billed, ..scope.clone() }).collect())
}

async fn added(read: &mut Read, scopes: &[LineScope]) -> Result<i64> {
    let mut units = Vec::with_capacity(scopes.len());
    for scope in scopes {
        units.push(line_events::counts(read, scope).await?.units);
    }
    sum(units)
}

/// The largest of a period, or the sum of the largest of each day, what was corrected left out.
async fn largest(read: &mut Read, scopes: &[LineScope], place: Place) -> Result<i64> {
    let mut of_day: BTreeMap<Day, i64> = BTreeMap::new();
    for scope in scopes {
        let LineScope { tenant, meter, period, interval, .. } = *scope;
        let all = facts::ledger::events(read, &[EventsWanted { tenant, meter, period, interval }]).await?;
        let own = |event: &&EventOf| {
            event.billed == scope.billed && scope.share.takes(event.counted.day, event.counted.plan_version)
        };
        let corrected: HashSet<(&str, &str)> = all
            .iter()
            .map(|event| &event.counted)
            .filter(|event| event.classification == Classification::Correction)
            .map(|event| (event.source.as_str(), event.parent.as_deref().unwrap_or("")))
            .collect();
        let counted = all.iter().filter(own).map(|event| &event.counted);
        for event in counted.filter(|it| !corrected.contains(&(it.source.as_str(), it.key.as_str()))) {
            let day = of_day.entry(event.day).or_default();
            *day = (*day).max(event.contribution);
        }
    }
    match place {
        Place::Period => Ok(of_day.into_values().max().unwrap_or(0)),
        Place::Days | Place::Level => sum(of_day.into_values()),
    }
}

fn sum(units: impl IntoIterator<Item = i64>) -> Result<i64> {
    let sum = units.into_iter().try_fold(0_i64, i64::checked_add);
    Ok(sum.ok_or_else(|| StoreError::Overflow("a sum of use".to_owned()))?)
}
