//! The use of periods, meter by meter, as an invoice needs it (see [`billing::invoice::MeterUse`]).

use super::gather::{Basis, Ground, Key, period_facts};
use crate::error::{OperationError, Result};
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::invoice::recount::{self, Counted};
use billing::invoice::{Catalog, DayUse, LateUse, MeterUse, PeriodFacts, SettledUse};
use billing::meter::{Aggregation, Meter, Reset};
use billing::price::Model;
use billing::time::{Day, Timestamp};
use billing::timeline::Timeline;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::Read;
use store::facts::{self, DaysWanted, EventOf, EventsWanted, LateOf, PeriodOf};

/// A zone is at most this much away from another one: what lies nearer to a bound may share a day with it.
const NEAR_MICROS: i64 = 48 * 3_600 * 1_000_000;

/// What one period needs to be read.
#[derive(Debug)]
pub(super) struct Needs {
    key: Key,
    first_day: Day,
    end_day: Day,
    /// Meters of its plans that need their days.
    by_day: BTreeSet<MeterId>,
    /// Those among them whose days cannot be told apart from another period's by the caches.
    shares_days: bool,
    /// Meters that a price of its plans prices event by event.
    by_event: BTreeSet<MeterId>,
    levels: BTreeSet<MeterId>,
}

impl Needs {
    /// Of a period; none when it is not there.
    pub fn of(timelines: &HashMap<TenantId, Timeline>, catalog: &Catalog, key: Key, at: Timestamp) -> Option<Self> {
        let timeline = timelines.get(&key.tenant)?;
        let period = timeline.period(key.period)?;
        let (start, end) =
            (period.span.interval.start, period.span.interval.end.min(at.max(period.span.interval.start)));
        let own = timeline.entitlements().iter().filter(|entitlement| entitlement.subscription == key.subscription);
        let inside = own.filter(|entitlement| start < entitlement.valid_from && entitlement.valid_from < end);
        let held = timeline.entitlement_at(key.subscription, start).into_iter().chain(inside);
        let versions: BTreeSet<PlanVersionId> = held.map(|entitlement| entitlement.plan_version).collect();
        let is_changed = versions.len() > 1;
        let versions: Vec<_> = versions.iter().filter_map(|version| catalog.versions.get(version)).collect();
        let named = versions.iter().flat_map(|version| version.allowances.keys().chain(version.prices.keys()));
        let meters: Vec<&Meter> =
            named.collect::<BTreeSet<_>>().into_iter().filter_map(|meter| catalog.meters.get(meter)).collect();
        let by_day = |meter: &&&Meter| is_changed || meter.reset == Reset::Day || is_level(meter);
        let by_event = |meter: &MeterId| {
            let mut prices = versions.iter().filter_map(|version| version.prices.get(meter));
            prices.any(|price| matches!(price.terms().model, Model::Percentage(_)))
        };
        Some(Self {
            key,
            first_day: period.span.first_day,
            end_day: period.span.end_day,
            by_day: meters.iter().filter(by_day).map(|meter| meter.id).collect(),
            shares_days: shares_days(timeline, key, period.span.interval.start, period.span.interval.end),
            by_event: meters.iter().map(|meter| meter.id).filter(by_event).collect(),
            levels: meters.iter().filter(|meter| is_level(meter)).map(|meter| meter.id).collect(),
        })
    }
}

fn is_level(meter: &Meter) -> bool {
    meter.aggregation == Aggregation::Level
}

/// Whether a day of the period may be one of another period, too: where the tenant's days are not all of one zone, or
/// another subscription of it begins or ends near the period's bounds or within it.
fn shares_days(timeline: &Timeline, key: Key, start: Timestamp, end: Timestamp) -> bool {
    let mut zones = timeline.entitlements().iter().map(|entitlement| entitlement.zone.name());
    let first = zones.next();
    if zones.any(|zone| Some(zone) != first) {
        return true;
    }
    let near = |instant: Timestamp| {
        instant.micros() >= start.micros().saturating_sub(NEAR_MICROS)
            && instant.micros() <= end.micros().saturating_add(NEAR_MICROS)
    };
    let others = timeline.subscriptions().iter().filter(|other| other.id != key.subscription);
    others.into_iter().any(|other| near(other.started_at) || other.ended_at.is_some_and(near))
}

/// A day, the plan version that held, and units.
type DayRow = (Day, Option<PlanVersionId>, i64);

/// The use of many periods, as it was read.
#[derive(Debug, Default)]
pub(super) struct Used {
    meters: BTreeMap<MeterId, Meter>,
    by_ledger_alone: bool,
    needs: HashMap<PeriodId, Needs>,
    late: BTreeSet<LateOf>,
    counters: HashMap<PeriodId, BTreeMap<MeterId, i64>>,
    days: HashMap<(TenantId, MeterId), Vec<DayRow>>,
    openings: HashMap<(TenantId, MeterId, Day), i64>,
    events: HashMap<(PeriodId, MeterId), Vec<EventOf>>,
}

impl Used {
    /// Reads it in a handful of statements.
    ///
    /// # Errors
    /// What the store says.
    pub async fn read(
        read: &mut Read,
        ground: &Ground,
        timelines: &HashMap<TenantId, Timeline>,
        needs: Vec<Needs>,
    ) -> Result<Self> {
        let catalog = &ground.catalog;
        let periods: Vec<PeriodOf> = needs.iter().map(|needs| needs.key.period_of()).collect();
        let mut used = Self {
            meters: catalog.meters.clone(),
            late: facts::late::around(read, &periods).await?,
            by_ledger_alone: ground.basis == Basis::Ledger,
            ..Self::default()
        };
        let (days, openings, events) = used.wanted(timelines, &needs);
        if used.by_ledger_alone {
            used.open_by_ledger(read, timelines, openings).await?;
        } else {
            for counter in facts::counted::counters(read, &periods).await? {
                used.counters.entry(counter.period).or_default().insert(counter.meter, counter.units);
            }
            for day in facts::counted::days(read, &days).await? {
                used.days.entry((day.tenant, day.meter)).or_default().push((day.day, day.plan_version, day.units));
            }
            for opening in facts::counted::openings(read, &openings).await? {
                used.openings.insert((opening.tenant, opening.meter, opening.before), opening.units);
            }
        }
        for event in facts::ledger::events(read, &events).await? {
            used.events.entry((event.period, event.meter)).or_default().push(event);
        }
        used.needs = needs.into_iter().map(|needs| (needs.key.period, needs)).collect();
        Ok(used)
    }

    /// What levels came to before periods, by all events before them.
    async fn open_by_ledger(
        &mut self,
        read: &mut Read,
        timelines: &HashMap<TenantId, Timeline>,
        openings: Vec<(TenantId, MeterId, Day)>,
    ) -> Result<()> {
        for (tenant, meter, day) in openings {
            let Some(timeline) = timelines.get(&tenant).filter(|_| self.meters.get(&meter).is_some_and(is_level))
            else {
                continue;
            };
            let mut periods = timeline.subscriptions().iter().flat_map(|own| timeline.periods(own.id));
            let Some(period) = periods.find(|period| period.span.first_day == day) else { continue };
            let start = period.span.interval.start;
            self.openings.insert((tenant, meter, day), facts::ledger::opening(read, tenant, meter, start).await?);
        }
        Ok(())
    }

    /// Meters of a period whose use is not what counters and days say: late use is among it, or goes out of it. By the
    /// ledger alone all are.
    fn disturbed(&self, period: PeriodId) -> BTreeSet<MeterId> {
        if self.by_ledger_alone {
            return self.meters.keys().copied().collect();
        }
        let touches = |late: &&LateOf| late.period == period || late.billed == Some(period);
        self.late.iter().filter(touches).map(|late| late.meter).collect()
    }

    fn wanted(&self, timelines: &HashMap<TenantId, Timeline>, needs: &[Needs]) -> Wanted {
        let (mut days, mut openings, mut events) = (Vec::new(), BTreeSet::new(), HashMap::new());
        let mut of_ledger = |tenant: TenantId, period: PeriodId, meter: MeterId| {
            let span = timelines.get(&tenant).and_then(|timeline| timeline.period(period)).map(|period| period.span);
            if let Some(span) = span {
                events.insert((period, meter), EventsWanted { tenant, meter, period, interval: span.interval });
                openings.insert((tenant, meter, span.first_day));
            }
        };
        for needs in needs {
            let tenant = needs.key.tenant;
            let disturbed = self.disturbed(needs.key.period);
            for meter in disturbed.iter().chain(&needs.by_event) {
                of_ledger(tenant, needs.key.period, *meter);
            }
            for meter in &needs.by_day {
                if needs.shares_days {
                    of_ledger(tenant, needs.key.period, *meter);
                } else {
                    days.push(DaysWanted { tenant, meter: *meter, from: needs.first_day, to: needs.end_day });
                }
            }
            for late in self.late.iter().filter(|late| late.billed == Some(needs.key.period)) {
                of_ledger(tenant, late.period, late.meter);
            }
        }
        openings.extend(
            needs.iter().flat_map(|needs| needs.levels.iter().map(|meter| (needs.key.tenant, *meter, needs.first_day))),
        );
        (days, openings.into_iter().collect(), events.into_values().collect())
    }

    /// The use of a period, and what is late in it.
    ///
    /// # Errors
    /// A sum beyond 64 bits.
    pub fn of(&self, key: Key, timeline: &Timeline) -> Result<(Vec<MeterUse>, Vec<LateUse>)> {
        let Some(needs) = self.needs.get(&key.period) else { return Ok(Default::default()) };
        let disturbed = self.disturbed(key.period);
        let counters = self.counters.get(&key.period);
        let counted = counters.into_iter().flat_map(BTreeMap::keys);
        let meters: BTreeSet<MeterId> =
            counted.chain(&needs.by_day).chain(&needs.by_event).chain(&disturbed).copied().collect();
        let mut used = Vec::with_capacity(meters.len());
        for meter in meters {
            let of_ledger = disturbed.contains(&meter) || (needs.shares_days && needs.by_day.contains(&meter));
            used.push(if of_ledger {
                self.by_ledger((key.tenant, key.period, needs.first_day), meter, |event| {
                    event.billed == Some(key.period)
                })?
            } else {
                self.by_caches(needs, meter, counters.and_then(|counters| counters.get(&meter)).copied())?
            });
        }
        Ok((used, self.late(key, timeline)?))
    }

    fn by_caches(&self, needs: &Needs, meter: MeterId, units: Option<i64>) -> Result<MeterUse> {
        let tenant = needs.key.tenant;
        let is_inside =
            |(day, ..): &&(Day, Option<PlanVersionId>, i64)| needs.first_day <= *day && *day < needs.end_day;
        // Use from before any subscription is never rated; a level stands on all that moved it.
        let is_level = self.is_level(meter);
        let counts = |(_, version, _): &&(Day, Option<PlanVersionId>, i64)| is_level || version.is_some();
        let all = if needs.by_day.contains(&meter) { self.days.get(&(tenant, meter)) } else { None };
        let days = all.into_iter().flatten().filter(is_inside).filter(counts);
        let counted = if needs.by_event.contains(&meter) {
            self.by_ledger((tenant, needs.key.period, needs.first_day), meter, |event| {
                event.billed == Some(needs.key.period)
            })?
        } else {
            MeterUse::none(meter)
        };
        let day = |(day, plan_version, units): &(Day, Option<PlanVersionId>, i64)| DayUse {
            day: *day,
            plan_version: *plan_version,
            units: *units,
        };
        Ok(MeterUse {
            meter,
            units: units.unwrap_or(0),
            opening: self.opening(tenant, meter, needs.first_day),
            days: days.map(day).collect(),
            events: counted.events,
        })
    }

    fn is_level(&self, meter: MeterId) -> bool {
        self.meters.get(&meter).is_some_and(is_level)
    }

    fn opening(&self, tenant: TenantId, meter: MeterId, before: Day) -> i64 {
        if !self.is_level(meter) {
            return 0;
        }
        self.openings.get(&(tenant, meter, before)).copied().unwrap_or(0)
    }

    /// The use of a meter that happened in a period, as far as its events are wanted, by the ledger.
    fn by_ledger(
        &self,
        (tenant, period, first_day): (TenantId, PeriodId, Day),
        meter: MeterId,
        is_wanted: impl Fn(&EventOf) -> bool,
    ) -> Result<MeterUse> {
        let Some(of) = self.meters.get(&meter) else { return Ok(MeterUse::none(meter)) };
        let all = self.events.get(&(period, meter)).into_iter().flatten();
        let counted: Vec<Counted> = all.filter(|event| is_wanted(event)).map(|it| it.counted.clone()).collect();
        recount::used(of, self.opening(tenant, meter, first_day), &counted).map_err(|error| {
            OperationError::failed("overflow", "A sum of use does not fit into 64 bits.").because(error)
        })
    }

    /// What is billed late in a period: one for each meter and period that it is from, the oldest first.
    fn late(&self, key: Key, timeline: &Timeline) -> Result<Vec<LateUse>> {
        let mut late = Vec::new();
        for of in self.late.iter().filter(|late| late.billed == Some(key.period)) {
            let Some(period) = timeline.period(of.period).copied() else { continue };
            let Some(facts) = period_facts(timeline, period) else { continue };
            late.push(self.late_from(key, timeline, of.meter, facts)?);
        }
        Ok(late)
    }

    /// What is billed late in a period of one meter and one earlier period.
    ///
    /// What a credit note has settled is no part of any invoice, but what comes after it is compared with it: the order
    /// in which both were accepted tells what each of them cost.
    fn late_from(&self, key: Key, timeline: &Timeline, meter: MeterId, facts: PeriodFacts) -> Result<LateUse> {
        let start = |period: PeriodId| timeline.period(period).map(|period| period.span.interval.start);
        let (own_start, from) = (start(key.period), facts.id);
        let is_own = |event: &EventOf| event.billed == Some(key.period);
        let is_settled = |event: &EventOf| event.billed.is_none();
        // With its own invoice, and as late on the invoices of periods in between.
        let is_before = |event: &EventOf| {
            !is_own(event) && event.billed.is_some_and(|billed| billed == from || start(billed) < own_start)
        };
        let events = self.events.get(&(from, meter)).map_or(&[][..], Vec::as_slice);
        let accepted = || events.iter().filter(|event| is_own(event)).map(|event| event.received_at);
        let (first, last) = (accepted().min(), accepted().max());
        let place = (key.tenant, from, facts.span.first_day);
        let between =
            |event: &&EventOf| is_settled(event) && Some(event.received_at) > first && Some(event.received_at) <= last;
        let instants: BTreeSet<Timestamp> = events.iter().filter(between).map(|event| event.received_at).collect();
        let mut settled = Vec::with_capacity(instants.len());
        for instant in instants {
            let was_there = |event: &EventOf| {
                is_before(event) || (event.received_at < instant && (is_own(event) || is_settled(event)))
            };
            let is_of = |event: &EventOf| is_settled(event) && event.received_at == instant;
            settled.push(SettledUse {
                before: self.by_ledger(place, meter, was_there)?,
                with: self.by_ledger(place, meter, |event| was_there(event) || is_of(event))?,
            });
        }
        let is_settled_until = |event: &EventOf, until| is_settled(event) && Some(event.received_at) <= until;
        Ok(LateUse {
            period: facts,
            before: self.by_ledger(place, meter, |event| is_before(event) || is_settled_until(event, first))?,
            with: self
                .by_ledger(place, meter, |event| is_before(event) || is_own(event) || is_settled_until(event, last))?,
            settled,
        })
    }
}

type Wanted = (Vec<DaysWanted>, Vec<(TenantId, MeterId, Day)>, Vec<EventsWanted>);
