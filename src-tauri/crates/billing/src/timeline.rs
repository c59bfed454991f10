//! The timeline of a tenant: subscriptions, entitlements and stored periods, and what they make of a use.
//!
//! Loaded once per import; `version` tells the store whether it still holds. Pure: it neither reads nor writes.

mod late;

pub use late::Late;

use crate::contribution::{Billing, billing, contribution, takes_too_much};
use crate::event::{Assignment, Classification, Usage};
use crate::ids::{EntitlementId, MeterId, PeriodId, PlanVersionId, SubscriptionId, TenantId};
use crate::meter::{Meter, text_enum};
use crate::money::Currency;
use crate::period::{Period, PeriodError, PeriodRule, PeriodSpan, PeriodStatus};
use crate::plan::{OverrideInForce, PlanLookup, PlanVersion};
use crate::put_aside::{PutAside, Reason};
use crate::quantity::{MAX_EVENT_UNITS, Quantity};
use crate::time::{Day, TimeError, Timestamp, Zone};

/// How late a use may arrive: 35 days (rules, section 2.11).
pub const MAX_LATE_MICROS: i64 = 35 * 24 * 3_600 * 1_000_000;
/// How far in the future a use may lie: 5 minutes.
pub const MAX_EARLY_MICROS: i64 = 5 * 60 * 1_000_000;
/// Periods that one call makes at most; more than this is a wrong time, not a missed job.
pub const MAX_NEW_PERIODS: usize = 1_200;

text_enum! {
    /// Where a subscription stands. Only `ended_at` decides whether it is active at an instant.
    SubscriptionStatus {
        /// Paid.
        Active = "active",
        /// In its trial.
        Trialing = "trialing",
        /// A payment is due.
        PastDue = "past_due",
        /// Cancelled; active until `ended_at`.
        Cancelled = "cancelled",
    }
}

/// A tenant's subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// Its identity.
    pub id: SubscriptionId,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// The first instant.
    pub started_at: Timestamp,
    /// The first instant after it; none while it runs.
    pub ended_at: Option<Timestamp>,
}

impl Subscription {
    /// Whether it holds at an instant.
    pub fn holds_at(&self, instant: Timestamp) -> bool {
        self.started_at <= instant && self.ended_at.is_none_or(|ended_at| instant < ended_at)
    }
}

/// What held for a subscription from then on, until the next entitlement of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Its identity.
    pub id: EntitlementId,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The first instant.
    pub valid_from: Timestamp,
    /// Of two with one `valid_from`, the later one holds.
    pub seq: i64,
    /// The plan version.
    pub plan_version: PlanVersionId,
    /// The overrides in force.
    pub overrides: Vec<OverrideInForce>,
    /// The zone of days and periods.
    pub zone: Zone,
    /// When periods begin.
    pub period_rule: PeriodRule,
}

/// Which checks hold for what arrives late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// All of them.
    Checked,
    /// Not those of lateness and of a subscription (rules, section 2.11).
    Backfill,
}

/// The event that a correction corrects, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// What was counted.
    pub meter: MeterId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What was resolved about it; its contribution is what earlier corrections have left.
    pub assignment: Assignment,
}

/// A period that is not stored yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPeriod {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its number within the subscription.
    pub seq: i64,
    /// When it is.
    pub span: PeriodSpan,
}

/// What is looked at of the arrival of a use.
#[derive(Debug, Clone, Copy)]
struct Arriving {
    /// When it arrived, where it matters how late that is.
    arrival: Option<Timestamp>,
    /// Whether a subscription must hold.
    lateness: Lateness,
    /// When its period must be open, where it must.
    open_at: Option<Timestamp>,
}

/// A stored period with the instant from which nothing enters it any more.
#[derive(Debug, Clone, Copy)]
struct Slot {
    period: Period,
    closes_at: Timestamp,
}

/// Everything that held for one tenant, sorted.
#[derive(Debug, Clone)]
pub struct Timeline {
    tenant: TenantId,
    zone: Zone,
    currency: Currency,
    version: i64,
    grace_days: i64,
    subscriptions: Vec<Subscription>,
    entitlements: Vec<Entitlement>,
    slots: Vec<Slot>,
}

/// What a timeline is made of, in any order, as the store reads it.
#[derive(Debug, Clone)]
pub struct TimelineParts {
    /// The tenant.
    pub tenant: TenantId,
    /// The tenant's zone today; holds where no entitlement does.
    pub zone: Zone,
    /// The tenant's currency.
    pub currency: Currency,
    /// The tenant's `timeline_version`.
    pub version: i64,
    /// Local days after the end of a period in which what arrives is still its own; [`crate::period::GRACE_DAYS`] where
    /// nobody set another.
    pub grace_days: i64,
    /// Its subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Their entitlements.
    pub entitlements: Vec<Entitlement>,
    /// Their stored periods.
    pub periods: Vec<Period>,
}

impl Timeline {
    /// Sorts the parts and computes when each period closes.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] for a period at the end of time.
    pub fn new(parts: TimelineParts) -> Result<Self, TimeError> {
        let TimelineParts { tenant, zone, currency, version, grace_days, mut subscriptions, mut entitlements, periods } =
            parts;
        subscriptions.sort_by_key(|subscription| (subscription.started_at, subscription.id));
        entitlements.sort_by_key(|entitlement| (entitlement.subscription, entitlement.valid_from, entitlement.seq));
        let slots = Vec::new();
        let mut timeline = Self { tenant, zone, currency, version, grace_days, subscriptions, entitlements, slots };
        let mut slots = Vec::with_capacity(periods.len());
        for period in periods {
            let zone =
                timeline.entitlement_at(period.subscription, period.span.interval.start).map_or(zone, |it| it.zone);
            slots.push(Slot { period, closes_at: period.span.closes_at(grace_days, zone)? });
        }
        slots.sort_by_key(|slot| (slot.period.subscription, slot.period.span.interval.start, slot.period.seq));
        timeline.slots = slots;
        Ok(timeline)
    }

    /// The tenant.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's zone today.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The tenant's currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The tenant's `timeline_version` when this was loaded.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Local days after the end of a period in which what arrives is still its own.
    pub const fn grace_days(&self) -> i64 {
        self.grace_days
    }

    /// Its subscriptions, the oldest first.
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// All entitlements, by subscription and time.
    pub fn entitlements(&self) -> &[Entitlement] {
        &self.entitlements
    }

    /// The stored periods of a subscription, the oldest first.
    pub fn periods(&self, subscription: SubscriptionId) -> impl DoubleEndedIterator<Item = &Period> {
        self.slots_of(subscription).iter().map(|slot| &slot.period)
    }

    /// A stored period by its id.
    pub fn period(&self, id: PeriodId) -> Option<&Period> {
        self.slots.iter().map(|slot| &slot.period).find(|period| period.id == id)
    }

    /// What holds for a subscription at an instant: the last entitlement that began by then, or the first one for
    /// the rest of the day on which the subscription began.
    pub fn entitlement_at(&self, subscription: SubscriptionId, instant: Timestamp) -> Option<&Entitlement> {
        let from = self.entitlements.partition_point(|entitlement| entitlement.subscription < subscription);
        let to = self.entitlements.partition_point(|entitlement| entitlement.subscription <= subscription);
        let own = &self.entitlements[from..to];
        let begun = own.partition_point(|entitlement| entitlement.valid_from <= instant);
        own.get(begun.saturating_sub(1))
    }

    /// The subscription to which a meter belongs at an instant, with what holds then: the one whose plan version
    /// covers the meter, or the oldest active one where none does.
    pub fn holding<'p>(
        &self,
        meter: MeterId,
        instant: Timestamp,
        plans: &'p impl PlanLookup,
    ) -> Option<(&Subscription, &Entitlement, Option<&'p PlanVersion>)> {
        let mut oldest = None;
        for subscription in self.subscriptions.iter().filter(|subscription| subscription.holds_at(instant)) {
            let Some(entitlement) = self.entitlement_at(subscription.id, instant) else { continue };
            let version = plans.plan_version(entitlement.plan_version);
            if version.is_some_and(|version| version.covers(meter)) {
                return Some((subscription, entitlement, version));
            }
            oldest = oldest.or(Some((subscription, entitlement, version)));
        }
        oldest
    }

    /// Resolves a use: its local day, period, entitlement, contribution and whether it is billed. A correction is
    /// given its parent and takes over the parent's day, period and entitlement.
    ///
    /// # Errors
    /// Why the use is put aside. [`Reason::PeriodMissing`] asks for [`Timeline::missing_periods`] first.
    pub fn assign(
        &self,
        usage: &Usage,
        meter: &Meter,
        parent: Option<&Parent>,
        now: Timestamp,
        lateness: Lateness,
        plans: &impl PlanLookup,
    ) -> Result<Assignment, PutAside> {
        let arrival = match lateness {
            Lateness::Checked => Some(now),
            Lateness::Backfill => None,
        };
        self.resolve(usage, meter, parent, Arriving { arrival, lateness, open_at: Some(now) }, plans)
    }

    fn resolve(
        &self,
        usage: &Usage,
        meter: &Meter,
        parent: Option<&Parent>,
        arriving: Arriving,
        plans: &impl PlanLookup,
    ) -> Result<Assignment, PutAside> {
        let contribution = contribution(usage, meter)?;
        if usage.classification == Classification::Correction {
            return self.correct(usage, meter, parent, arriving.open_at, contribution);
        }
        if usage.classification != Classification::Original && usage.parent.is_none() {
            return Err(PutAside::new(Reason::UnknownParent, "a repetition must name the event that it repeats"));
        }
        if let Some(now) = arriving.arrival {
            check_arrival(usage.occurred_at, now)?;
        }
        let Some((subscription, entitlement, version)) = self.holding(usage.meter, usage.occurred_at, plans) else {
            return self.without_subscription(usage, arriving.lateness, contribution);
        };
        let Some(version) = version else {
            let sentence = format!("plan version {} is not known here", entitlement.plan_version);
            return Err(PutAside::new(Reason::UnknownPlan, sentence));
        };
        let day = local_day(usage.occurred_at, entitlement.zone)?;
        let period = self.period_of(subscription.id, usage.occurred_at, arriving.open_at)?;
        let Billing { billable, reason } = billing(usage, version.retry_success);
        Ok(Assignment {
            day,
            period: Some(period),
            billed_period: Some(period),
            entitlement: Some(entitlement.id),
            plan_version: Some(entitlement.plan_version),
            contribution,
            billable,
            billable_reason: reason,
        })
    }

    fn without_subscription(
        &self,
        usage: &Usage,
        lateness: Lateness,
        contribution: i64,
    ) -> Result<Assignment, PutAside> {
        if lateness == Lateness::Checked {
            let sentence = format!("the tenant had no active subscription at {}", usage.occurred_at);
            return Err(PutAside::new(Reason::NoSubscription, sentence));
        }
        let Billing { billable, reason } = billing(usage, crate::plan::RetryRule::Billable);
        Ok(Assignment {
            day: local_day(usage.occurred_at, self.zone)?,
            period: None,
            billed_period: None,
            entitlement: None,
            plan_version: None,
            contribution,
            billable,
            billable_reason: reason,
        })
    }

    /// A correction takes over the time and assignment of its parent (rules, section 2.9).
    fn correct(
        &self,
        usage: &Usage,
        meter: &Meter,
        parent: Option<&Parent>,
        open_at: Option<Timestamp>,
        contribution: i64,
    ) -> Result<Assignment, PutAside> {
        let unknown = |sentence: &str| PutAside::new(Reason::UnknownParent, sentence);
        let parent = parent.ok_or_else(|| unknown("no original event that it corrects is in the ledger"))?;
        if parent.meter != usage.meter {
            return Err(unknown("the event that it corrects is of another meter"));
        }
        if parent.occurred_at != usage.occurred_at {
            return Err(unknown("a correction carries the time of the event that it corrects"));
        }
        // An event from before there was a limit can be taken back whole.
        let most = parent.assignment.contribution.unsigned_abs().max(MAX_EVENT_UNITS.unsigned_abs());
        if usage.quantity.unsigned_abs() > most {
            let sentence = "a correction is no larger than what one event may count or than what it corrects";
            return Err(PutAside::new(Reason::TooLarge, sentence));
        }
        if let Some(billed) = parent.assignment.billed_period.or(parent.assignment.period) {
            match self.slots.iter().find(|slot| slot.period.id == billed) {
                Some(slot) => open_at.map_or(Ok(()), |now| check_open(slot, now))?,
                None => return Err(missing_period(usage.occurred_at)),
            }
        }
        let left = parent.assignment.contribution;
        if takes_too_much(left, contribution, meter) {
            let left = Quantity::new(left, meter.scale);
            let sentence = format!("it takes back more than the {left} {} left of what it corrects", meter.unit);
            return Err(PutAside::new(Reason::CorrectionTooLarge, sentence));
        }
        let reason = if parent.assignment.billable { "correction_of_billable" } else { "correction_of_free" };
        let billable_reason = usage.billable_reason.clone().unwrap_or_else(|| reason.to_owned());
        Ok(Assignment { contribution, billable_reason, ..parent.assignment.clone() })
    }

    fn slots_of(&self, subscription: SubscriptionId) -> &[Slot] {
        let from = self.slots.partition_point(|slot| slot.period.subscription < subscription);
        let to = self.slots.partition_point(|slot| slot.period.subscription <= subscription);
        &self.slots[from..to]
    }

    /// The stored period of an instant, which must be open at another one, where that matters.
    fn period_of(
        &self,
        subscription: SubscriptionId,
        at: Timestamp,
        open_at: Option<Timestamp>,
    ) -> Result<PeriodId, PutAside> {
        let slots = self.slots_of(subscription);
        let begun = slots.partition_point(|slot| slot.period.span.interval.start <= at);
        let slot = begun.checked_sub(1).and_then(|index| slots.get(index));
        let slot = slot.filter(|slot| slot.period.span.interval.contains(at)).ok_or_else(|| missing_period(at))?;
        open_at.map_or(Ok(()), |now| check_open(slot, now))?;
        Ok(slot.period.id)
    }

    /// The stored period of a subscription that holds an instant.
    pub fn period_at(&self, subscription: SubscriptionId, instant: Timestamp) -> Option<&Period> {
        self.periods(subscription).find(|period| period.span.interval.contains(instant))
    }

    /// The periods that are not stored yet and should be: for each subscription up to the one after the period that
    /// holds `until`, but none that begins when the subscription has ended. Empty when all are stored, so that the
    /// job and append can call it as often as they like.
    ///
    /// # Errors
    /// [`PeriodError`] outside the years 1900 to 9999.
    pub fn missing_periods(&self, until: Timestamp) -> Result<Vec<NewPeriod>, PeriodError> {
        let mut missing = Vec::new();
        for subscription in &self.subscriptions {
            self.extend(subscription, until, &mut missing)?;
        }
        Ok(missing)
    }

    fn extend(
        &self,
        subscription: &Subscription,
        until: Timestamp,
        missing: &mut Vec<NewPeriod>,
    ) -> Result<(), PeriodError> {
        let last = self.periods(subscription.id).next_back();
        let mut previous = last.map(|period| (period.seq, period.span));
        let before = missing.len();
        while missing.len() - before < MAX_NEW_PERIODS {
            let from = previous.map_or(subscription.started_at, |(_, span)| span.interval.end);
            // The last one made already begins after `until`: it is the next period.
            let is_next = previous.is_some_and(|(_, span)| until < span.interval.start);
            if is_next || subscription.ended_at.is_some_and(|ended_at| ended_at <= from) {
                break;
            }
            let Some(entitlement) = self.entitlement_at(subscription.id, from) else { break };
            let (rule, zone) = (entitlement.period_rule, entitlement.zone);
            let (seq, span) = match previous {
                None => (1, rule.first(from, zone)?),
                Some((seq, span)) => (seq + 1, rule.following(&span, zone)?),
            };
            missing.push(NewPeriod { subscription: subscription.id, seq, span });
            previous = Some((seq, span));
        }
        Ok(())
    }
}

fn check_arrival(occurred_at: Timestamp, now: Timestamp) -> Result<(), PutAside> {
    let late = now.micros() - occurred_at.micros();
    if late > MAX_LATE_MICROS {
        return Err(PutAside::new(Reason::TooLate, format!("{occurred_at} is more than 35 days ago")));
    }
    if -late > MAX_EARLY_MICROS {
        return Err(PutAside::new(Reason::InFuture, format!("{occurred_at} is more than 5 minutes in the future")));
    }
    Ok(())
}

fn check_open(slot: &Slot, now: Timestamp) -> Result<(), PutAside> {
    let Slot { period, closes_at } = slot;
    let PeriodSpan { first_day, end_day, .. } = period.span;
    let what = match period.status {
        PeriodStatus::Finalized => "is invoiced and final",
        PeriodStatus::Closed => "is closed",
        PeriodStatus::Open if now >= *closes_at => "has ended and its days of grace are over",
        PeriodStatus::Open => return Ok(()),
    };
    Err(PutAside::new(Reason::ClosedPeriod, format!("the billing period {first_day} to {end_day} {what}")))
}

fn missing_period(at: Timestamp) -> PutAside {
    PutAside::new(Reason::PeriodMissing, format!("no billing period is stored for {at}"))
}

fn local_day(instant: Timestamp, zone: Zone) -> Result<Day, PutAside> {
    Day::of(instant, zone).map_err(|error| PutAside::new(Reason::Malformed, error.to_string()))
}
