//! The counter behind a line beside what the ledger says.

use crate::error::Result;
use crate::look::catalog::Catalog;
use crate::wire::ExplainedCounter;
use billing::invoice::Recomputed;
use billing::meter::{Aggregation, Meter, Reset};
use billing::quantity::decimal_text;
use rust_decimal::Decimal;
use store::facts::{self, DaysWanted};
use store::look::line_events::{self, LineScope};
use store::{Read, StoreError};

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
    let Some(meter) = catalog.meter(scope.meter).cloned() else { return Ok(None) };
    let own = line_events::counts(read, scope).await?;
    let place = place(&meter);
    let (counted, by_ledger) = match place {
        "period" => (of_period(read, scope).await?, period_by_ledger(read, scope).await?),
        _ => (of_days(read, scope).await?, days_by_ledger(read, scope).await?),
    };
    let text = |units: i64| decimal_text(i128::from(units), meter.scale);
    let said = |used: Option<Decimal>| used.unwrap_or_default().normalize().to_string();
    // The largest is no sum of events: what is drafted from the ledger says it.
    let ledger = match meter.aggregation {
        Aggregation::Max => said(pair.now.as_ref().and_then(|now| now.used)),
        _ => text(by_ledger),
    };
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Some(ExplainedCounter {
        place: place.to_owned(),
        counter: text(counted),
        ledger,
        used: said(pair.stored.as_ref().and_then(|line| line.used)),
        events: count(own.events),
        free: count(own.free),
        corrections: count(own.corrections),
        late: count(if scope.period == scope.billed { 0 } else { own.events + own.free }),
        duplicates: count(line_events::duplicates(read, scope).await?),
    }))
}

fn place(meter: &Meter) -> &'static str {
    match (meter.aggregation, meter.reset) {
        (Aggregation::Level, _) => "level",
        (_, Reset::Day) => "days",
        _ => "period",
    }
}

async fn of_period(read: &mut Read, scope: &LineScope) -> Result<i64> {
    let counters = facts::counted::counters(read, &[(scope.tenant, scope.billed)]).await?;
    Ok(counters.iter().find(|counter| counter.meter == scope.meter).map_or(0, |counter| counter.units))
}

async fn of_days(read: &mut Read, scope: &LineScope) -> Result<i64> {
    let wanted = DaysWanted { tenant: scope.tenant, meter: scope.meter, from: scope.from, to: scope.to };
    let days = facts::counted::days(read, &[wanted]).await?;
    sum(days.iter().map(|day| day.units))
}

/// All that is billed in the period, wherever it happened.
async fn period_by_ledger(read: &mut Read, scope: &LineScope) -> Result<i64> {
    let timelines = store::timelines::load(read, &[scope.tenant]).await?;
    let mut units = Vec::new();
    let late = facts::late::around(read, &[(scope.tenant, scope.billed)]).await?;
    let from = late.iter().filter(|it| it.meter == scope.meter && it.billed == scope.billed).map(|it| it.period);
    for period in from.chain([scope.billed]) {
        let Some(span) = timelines.get(&scope.tenant).and_then(|timeline| timeline.period(period)).map(|it| it.span)
        else {
            continue;
        };
        let (interval, from, to) = (span.interval, span.first_day, span.end_day);
        let whole = LineScope { period, interval, from, to, ..*scope };
        units.push(line_events::counts(read, &whole).await?.units);
    }
    sum(units)
}

/// All that happened in the days, wherever it is billed.
async fn days_by_ledger(read: &mut Read, scope: &LineScope) -> Result<i64> {
    let late = facts::late::around(read, &[(scope.tenant, scope.period)]).await?;
    let elsewhere = late.iter().filter(|it| it.meter == scope.meter && it.period == scope.period).map(|it| it.billed);
    let mut units = Vec::new();
    for billed in elsewhere.chain([scope.period]) {
        units.push(line_events::counts(read, &LineScope { billed, ..*scope }).await?.units);
    }
    sum(units)
}

fn sum(units: impl IntoIterator<Item = i64>) -> Result<i64> {
    let sum = units.into_iter().try_fold(0_i64, i64::checked_add);
    Ok(sum.ok_or_else(|| StoreError::Overflow("a sum of use".to_owned()))?)
}
