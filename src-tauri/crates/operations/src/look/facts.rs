//! What the database says of one tenant at one instant, as plain data: the input of [`super::figures`].
//!
//! Nothing is computed here; [`gather`] only sorts the rows of whole sets to the tenants that they belong to.

use billing::ids::{MeterId, PeriodId, SubscriptionId, TenantId};
use std::collections::HashMap;
use store::look::standing::{Counter, DayUse, EventUse, Held, LevelTotal, RunningPeriod, SubscriptionCard, TenantCard};
use store::tenants::Tenant;

/// The rows of a set of tenants, in any order.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The tenants.
    pub tenants: Vec<TenantCard>,
    /// Their subscriptions, also those that ended.
    pub subscriptions: Vec<SubscriptionCard>,
    /// The running periods.
    pub periods: Vec<RunningPeriod>,
    /// What held in the running periods.
    pub held: Vec<Held>,
    /// Counters of the running periods.
    pub counters: Vec<Counter>,
    /// Running totals of level meters.
    pub levels: Vec<LevelTotal>,
    /// Days of use; a day that comes twice is one.
    pub days: Vec<DayUse>,
    /// Contributions of billable events, of meters that are priced event by event.
    pub events: Vec<EventUse>,
}

/// A subscription with what is known of its running period.
#[derive(Debug, Clone)]
pub struct SubscriptionFacts {
    /// The subscription.
    pub card: SubscriptionCard,
    /// Its running period.
    pub period: Option<RunningPeriod>,
    /// What held in the running period, the oldest first.
    pub held: Vec<Held>,
    /// Counters of the running period.
    pub counters: Vec<Counter>,
}

/// Everything that is known of one tenant.
#[derive(Debug, Clone)]
pub struct TenantFacts {
    /// The tenant.
    pub card: Tenant,
    /// The version of its timeline.
    pub timeline_version: i64,
    /// Its subscriptions, the oldest first.
    pub subscriptions: Vec<SubscriptionFacts>,
    /// Running totals of its level meters.
    pub levels: Vec<LevelTotal>,
    /// Days of use, by meter, day and plan version.
    pub days: Vec<DayUse>,
    /// Contributions of events of meters that are priced event by event.
    pub events: Vec<EventUse>,
}

impl TenantFacts {
    /// The days of use of a meter, in order.
    pub fn days_of(&self, meter: MeterId) -> &[DayUse] {
        let from = self.days.partition_point(|day| day.meter < meter);
        let to = self.days.partition_point(|day| day.meter <= meter);
        &self.days[from..to]
    }
}

/// Sorts rows to their tenants. Rows of tenants that are not among `rows.tenants` are left out.
pub fn gather(rows: Rows) -> Vec<TenantFacts> {
    Gathered::of(rows).sorted()
}

/// Rows with their tenants, where some days may still come.
pub(super) struct Gathered {
    facts: Vec<TenantFacts>,
    places: HashMap<TenantId, usize>,
}

impl Gathered {
    pub fn of(rows: Rows) -> Self {
        let Rows { tenants, subscriptions, periods, held, counters, levels, days, events } = rows;
        let mut gathered = Self::of_tenants(tenants);
        let mut of_subscription: HashMap<SubscriptionId, (usize, usize)> = HashMap::with_capacity(subscriptions.len());
        for card in subscriptions {
            let Some(&place) = gathered.places.get(&card.tenant) else { continue };
            let own = &mut gathered.facts[place].subscriptions;
            of_subscription.insert(card.id, (place, own.len()));
            own.push(SubscriptionFacts { card, period: None, held: Vec::new(), counters: Vec::new() });
        }
        let mut of_period: HashMap<PeriodId, (usize, usize)> = HashMap::with_capacity(periods.len());
        for period in periods {
            let Some(&(place, index)) = of_subscription.get(&period.subscription) else { continue };
            of_period.insert(period.id, (place, index));
            gathered.facts[place].subscriptions[index].period = Some(period);
        }
        for held in held {
            let Some(&(place, index)) = of_subscription.get(&held.subscription) else { continue };
            gathered.facts[place].subscriptions[index].held.push(held);
        }
        for counter in counters {
            let Some(&(place, index)) = of_period.get(&counter.period) else { continue };
            gathered.facts[place].subscriptions[index].counters.push(counter);
        }
        for total in levels {
            if let Some(facts) = gathered.of_tenant(total.tenant) {
                facts.levels.push(total);
            }
        }
        for event in events {
            if let Some(facts) = gathered.of_tenant(event.tenant) {
                facts.events.push(event);
            }
        }
        gathered.add_days(days);
        gathered
    }

    fn of_tenants(tenants: Vec<TenantCard>) -> Self {
        let mut gathered =
            Self { facts: Vec::with_capacity(tenants.len()), places: HashMap::with_capacity(tenants.len()) };
        for TenantCard { tenant: card, timeline_version } in tenants {
            gathered.places.insert(card.id, gathered.facts.len());
            let (subscriptions, levels, days, events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            gathered.facts.push(TenantFacts { card, timeline_version, subscriptions, levels, days, events });
        }
        gathered
    }

    fn of_tenant(&mut self, tenant: TenantId) -> Option<&mut TenantFacts> {
        self.places.get(&tenant).map(|place| &mut self.facts[*place])
    }

    /// A day that comes twice is one.
    pub fn add_days(&mut self, days: impl IntoIterator<Item = DayUse>) {
        for day in days {
            if let Some(facts) = self.of_tenant(day.tenant) {
                facts.days.push(day);
            }
        }
    }

    /// Everything is there.
    pub fn sorted(mut self) -> Vec<TenantFacts> {
        self.facts.iter_mut().for_each(sort);
        self.facts
    }
}

fn sort(facts: &mut TenantFacts) {
    facts.subscriptions.sort_by_key(|subscription| (subscription.card.started_at, subscription.card.id));
    for subscription in &mut facts.subscriptions {
        subscription.held.sort_by_key(|held| (held.valid_from, held.seq));
    }
    facts.days.sort_by_key(|day| (day.meter, day.day, day.plan_version));
    // Two reads of the company may bring the same day.
    facts.days.dedup_by_key(|day| (day.meter, day.day, day.plan_version));
}
