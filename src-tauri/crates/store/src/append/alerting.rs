//! Which counters crossed 80 % or 100 % with a batch, and with which event (rules, section 3.4).
//!
//! A crossing is found from the counter's new value less what the batch added; only then are the events looked
//! through, in order of time, source and key.

use super::arrays::Held;
use super::{Batch, Staged};
use crate::alerts::{self, AlertKey, Crossing, Place};
use crate::codec::{Id, OnDay};
use crate::conn::{Write, rows};
use crate::error::{Result, StoreError};
use crate::limits;
use crate::sql::statements;
use billing::ids::{EntitlementId, MeterId, PeriodId, TenantId};
use billing::level::Level;
use billing::meter::{Aggregation, Reset};
use billing::time::Day;
use std::collections::{BTreeMap, HashMap};

statements! {
    PERIODS = pair(
        "select c.tenant_id, c.meter_id, c.period_id, c.billable
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, m uuid, p uuid)
           join period_counters c on c.tenant_id = w.t and c.period_id = w.p and c.meter_id = w.m",
        "select c.tenant_id, c.meter_id, c.period_id, c.billable
           from json_each($1) w cross join period_counters c
             on c.tenant_id = unhex(w.value->>'t') and c.period_id = unhex(w.value->>'p') and c.meter_id = unhex(w.value->>'m')"
    );
    DAYS = pair(
        "select d.tenant_id, d.meter_id, d.day, cast(sum(d.billable) as bigint), max(d.billable)
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, m uuid, d integer)
           join usage_days d on d.tenant_id = w.t and d.day = w.d and d.meter_id = w.m
          group by d.tenant_id, d.meter_id, d.day",
        "select d.tenant_id, d.meter_id, d.day, sum(d.billable), max(d.billable)
           from json_each($1) w cross join usage_days d
             on d.tenant_id = unhex(w.value->>'t') and d.day = w.value->>'d' and d.meter_id = unhex(w.value->>'m')
          group by d.tenant_id, d.meter_id, d.day"
    );
    LEVELS = pair(
        "select l.tenant_id, l.meter_id, l.billable
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, m uuid)
           join level_totals l on l.tenant_id = w.t and l.meter_id = w.m",
        "select l.tenant_id, l.meter_id, l.billable
           from json_each($1) w cross join level_totals l
             on l.tenant_id = unhex(w.value->>'t') and l.meter_id = unhex(w.value->>'m')"
    );
}

/// An alert that a batch raised or recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertChange {
    /// What it is about.
    pub key: AlertKey,
    /// Whether it was raised; otherwise use fell below again.
    pub raised: bool,
    /// Use after the batch.
    pub used: i64,
    /// What the percentage is of.
    pub base: i64,
}

type Spot = (TenantId, MeterId, Place);

#[derive(serde::Serialize)]
struct Wanted {
    t: String,
    m: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<i32>,
}

/// Events of one counter, with what its percentage is of.
struct Group<'s, 'a> {
    events: Vec<&'s Staged<'a>>,
    base: i64,
}

/// Raises and recovers what the batch moved across a level.
pub(crate) async fn evaluate(
    write: &mut Write,
    batch: &Batch,
    inserted: &[Staged<'_>],
    held: &Held,
) -> Result<Vec<AlertChange>> {
    let groups = groups_with_a_base(write, inserted).await?;
    let uses = uses(write, groups.keys(), held).await?;
    let (mut changes, mut crossings) = (Vec::new(), Vec::new());
    for (spot, mut group) in groups {
        let Some(after) = uses.get(&spot).copied() else { continue };
        let is_max = group.events[0].meter.aggregation == Aggregation::Max;
        group.events.sort_by_key(|event| {
            let usage = &event.event.usage;
            (usage.occurred_at, &usage.key.source, &usage.key.key)
        });
        let before = before(&group, after, is_max);
        for level in [Level::Warning, Level::Alert] {
            let Some(threshold) = level.threshold(Some(group.base)) else { continue };
            let key = AlertKey { tenant: spot.0, meter: spot.1, place: spot.2, level };
            let change = |raised| AlertChange { key, raised, used: after, base: group.base };
            if before < threshold && threshold <= after {
                crossings.push((key, crossing(&group, before, threshold, is_max)));
                changes.push(change(true));
            } else if after < threshold
                && (threshold <= before || is_max)
                && alerts::recover(write, key, batch.received_at).await?
            {
                changes.push(change(false));
            }
        }
    }
    let raised = alerts::raise(write, &crossings, batch.received_at).await?;
    changes.retain(|change| !change.raised || raised.contains(&change.key.id()));
    Ok(changes)
}

fn place_of(event: &Staged<'_>) -> Option<Place> {
    let assignment = &event.event.assignment;
    let period = assignment.billed_period?;
    Some(match (event.meter.aggregation, event.meter.reset) {
        (Aggregation::Level, _) => Place::Month(assignment.day.month_number()),
        (_, Reset::Day) => Place::Day(assignment.day),
        _ => Place::Period(period),
    })
}

/// The counters that have a limit, under the entitlement of their latest event.
async fn groups_with_a_base<'s, 'a>(
    write: &mut Write,
    inserted: &'s [Staged<'a>],
) -> Result<BTreeMap<Spot, Group<'s, 'a>>> {
    let mut events: BTreeMap<Spot, Vec<&'s Staged<'a>>> = BTreeMap::new();
    for event in inserted {
        if let Some(place) = place_of(event) {
            events.entry((event.event.usage.key.tenant, event.meter.id, place)).or_default().push(event);
        }
    }
    let latest = |events: &[&Staged<'_>]| {
        let last = events.iter().max_by_key(|event| event.event.usage.occurred_at);
        last.and_then(|event| event.event.assignment.entitlement)
    };
    let wanted: Vec<(TenantId, EntitlementId, MeterId)> =
        events.iter().filter_map(|(spot, events)| Some((spot.0, latest(events)?, spot.1))).collect();
    let limits = limits::effective(write, &wanted).await?;
    let mut groups = BTreeMap::new();
    for (spot, events) in events {
        let base = latest(&events).and_then(|entitlement| limits.get(&(entitlement, spot.1))?.base());
        if let Some(base) = base {
            groups.insert(spot, Group { events, base });
        }
    }
    Ok(groups)
}

/// What the counters hold now: those that are not known are asked for.
async fn uses(write: &mut Write, spots: impl Iterator<Item = &Spot>, held: &Held) -> Result<HashMap<Spot, i64>> {
    let mut uses = HashMap::new();
    let (mut periods, mut days, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    let mut months: HashMap<(TenantId, MeterId), Vec<Place>> = HashMap::new();
    let mut max_meters = HashMap::new();
    for (tenant, meter, place) in spots {
        let (t, m) = (tenant.uuid().simple().to_string(), meter.uuid().simple().to_string());
        match place {
            Place::Period(period) => {
                if let Some(billable) = held.get(&(*tenant, *meter, *period)) {
                    uses.insert((*tenant, *meter, *place), *billable);
                    continue;
                }
                periods.push(Wanted { t, m, p: Some(period.uuid().simple().to_string()), d: None });
            }
            Place::Day(day) => {
                if let Some(found) = crate::meters::cached(write, *meter).await? {
                    max_meters.insert(*meter, found.aggregation == Aggregation::Max);
                }
                days.push(Wanted { t, m, p: None, d: Some(day.number()) });
            }
            Place::Month(_) => {
                months.entry((*tenant, *meter)).or_default().push(*place);
                levels.push(Wanted { t, m, p: None, d: None });
            }
        }
    }
    if !periods.is_empty() {
        for (tenant, meter, period, billable) in
            rows!(write, (Id<TenantId>, Id<MeterId>, Id<PeriodId>, i64), PERIODS, json(&periods)?)?
        {
            uses.insert((tenant.0, meter.0, Place::Period(period.0)), billable);
        }
    }
    if !days.is_empty() {
        for (tenant, meter, day, sum, max) in
            rows!(write, (Id<TenantId>, Id<MeterId>, OnDay, i64, i64), DAYS, json(&days)?)?
        {
            let used = if max_meters.get(&meter.0) == Some(&true) { max } else { sum };
            let day: Day = day.0;
            uses.insert((tenant.0, meter.0, Place::Day(day)), used);
        }
    }
    if !levels.is_empty() {
        for (tenant, meter, billable) in rows!(write, (Id<TenantId>, Id<MeterId>, i64), LEVELS, json(&levels)?)? {
            for place in months.get(&(tenant.0, meter.0)).into_iter().flatten() {
                uses.insert((tenant.0, meter.0, *place), billable);
            }
        }
    }
    Ok(uses)
}

fn json(wanted: &[Wanted]) -> Result<String> {
    serde_json::to_string(wanted).map_err(StoreError::corrupt)
}

fn billable_of(event: &Staged<'_>) -> i64 {
    if event.event.assignment.billable { event.event.assignment.contribution } else { 0 }
}

/// What the counter held before the batch. Of a maximum this is known only when the batch did not set it; otherwise
/// 0 is taken, and an alert that was raised before is not raised again.
fn before(group: &Group<'_, '_>, after: i64, is_max: bool) -> i64 {
    if is_max {
        let largest = group.events.iter().map(|event| billable_of(event)).max().unwrap_or(0);
        return if largest >= after { 0 } else { after };
    }
    group.events.iter().fold(after, |before, event| before.saturating_sub(billable_of(event)))
}

/// The event with which the use first reached a threshold.
fn crossing<'s>(group: &Group<'s, '_>, before: i64, threshold: i64, is_max: bool) -> Crossing<'s> {
    let mut used = before;
    let mut crossed = group.events[group.events.len() - 1];
    for event in &group.events {
        let one = billable_of(event);
        used = if is_max { used.max(one) } else { used.saturating_add(one) };
        if used >= threshold {
            crossed = event;
            break;
        }
    }
    let usage = &crossed.event.usage;
    Crossing { used, base: group.base, event: &usage.key, occurred_at: usage.occurred_at }
}
