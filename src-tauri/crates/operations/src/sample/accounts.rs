//! The sample's tenants: who they are, what they subscribed to, and which situation each of them shows.
//!
//! Not their usage: that is [`super::usage`]. Everything is a function of the seed and of now.

use super::catalogue::{Catalogue, Product, meter_code};
use super::names::{HOSTILE, PLACES, Place};
use super::random::Random;
use super::{Made, SampleError};
use billing::ids::{EntitlementId, MeterId, OverrideId, PeriodId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::money::Currency;
use billing::period::{Period, PeriodRule, PeriodStatus};
use billing::plan::{OverrideInForce, Setting};
use billing::time::{Day, Timestamp, Zone};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus, Timeline, TimelineParts};
use chrono::{Datelike, Months};

mod plot;

pub(super) use plot::{FAMILIES, Role};

/// Microseconds of a day of 24 hours.
pub(super) const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Every tenth tenant has a name that tries to break something.
const HOSTILE_EVERY: usize = 10;

/// A tenant of the sample.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub id: TenantId,
    pub name: String,
    pub email: Option<String>,
    pub outside_id: String,
    pub place: &'static Place,
    pub zone: Zone,
    pub currency: Currency,
    pub role: Role,
    /// The family that its role is played in.
    pub family: &'static str,
    /// Its place among the tenants of its family.
    pub turn: usize,
    pub created_at: Timestamp,
    pub contracts: Vec<Contract>,
    pub overrides: Vec<OverrideDraft>,
}

/// A subscription of an account with the plans that it went through.
#[derive(Debug, Clone)]
pub(super) struct Contract {
    pub id: SubscriptionId,
    pub family: &'static str,
    pub status: SubscriptionStatus,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub rule: PeriodRule,
    /// The plans, the oldest first; never empty.
    pub terms: Vec<Term>,
}

impl Contract {
    /// The plan of today.
    pub fn present(&self) -> &Term {
        self.terms.last().expect("a contract is made with a plan")
    }

    /// Whether it runs at an instant.
    pub fn runs_at(&self, instant: Timestamp) -> bool {
        self.started_at <= instant && self.ended_at.is_none_or(|end| instant < end)
    }
}

/// A plan version from some instant on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub from: Timestamp,
    pub plan: PlanId,
    pub version: PlanVersionId,
    /// Rank of the plan in its family, from 1.
    pub rank: i32,
}

/// An override of an account.
#[derive(Debug, Clone)]
pub(super) struct OverrideDraft {
    pub id: OverrideId,
    pub meter: MeterId,
    pub included: Setting,
    pub cap: Setting,
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    pub actor: &'static str,
    pub reason: &'static str,
}

/// Makes all accounts.
pub(super) fn accounts(catalogue: &Catalogue, random: &Random, now: Timestamp) -> Made<Vec<Account>> {
    let mut seats: Vec<(&'static Place, usize)> =
        PLACES.iter().flat_map(|place| (0..place.tenants).map(move |seat| (place, seat))).collect();
    random.stream("seats", 0).shuffle(&mut seats);
    let mut turns = [0; FAMILIES.len()];
    let mut hostile = HOSTILE.iter();
    let mut made = Vec::with_capacity(seats.len());
    for (number, (place, seat)) in seats.into_iter().enumerate() {
        let family = plot::family_of(number);
        let turn = turns[family];
        turns[family] += 1;
        let hostile = if number % HOSTILE_EVERY == 3 { hostile.next() } else { None };
        let draft = Draft { number, place, seat, family: FAMILIES[family], turn, hostile: hostile.copied(), now };
        made.push(draft.account(catalogue, random)?);
    }
    Ok(made)
}

/// What an account is made from.
struct Draft {
    number: usize,
    place: &'static Place,
    seat: usize,
    family: &'static str,
    turn: usize,
    hostile: Option<&'static str>,
    now: Timestamp,
}

impl Draft {
    fn account(&self, catalogue: &Catalogue, root: &Random) -> Made<Account> {
        let mut random = root.stream("account", self.number);
        let role = plot::role_of(self.turn);
        let zone: Zone = self.place.zones[self.seat % self.place.zones.len()].parse()?;
        let currency: Currency = self.place.currency.parse()?;
        let mut names = self.place.names();
        root.stream(self.place.country, 0).shuffle(&mut names);
        let outside_id = format!("C-{}", 10_001 + self.number);
        let email = format!("accounts@{}.example", outside_id.to_lowercase());
        let contracts = self.contracts(catalogue, &mut random, role, zone)?;
        let created_at = match contracts.iter().map(|contract| contract.started_at).min() {
            Some(first) => first.plus_micros(-random.between(1, 9) * DAY_MICROS)?,
            None => self.now.plus_micros(-3 * DAY_MICROS)?,
        };
        let mut account = Account {
            id: TenantId::from_uuid(random.uuid()),
            name: self.hostile.map_or_else(|| names[self.seat].clone(), str::to_owned),
            email: (self.number % 17 != 5).then_some(email),
            outside_id,
            place: self.place,
            zone,
            currency,
            role,
            family: self.family,
            turn: self.turn,
            created_at,
            contracts,
            overrides: Vec::new(),
        };
        account.overrides = plot::overrides(&account, catalogue, &mut random, self.now)?;
        Ok(account)
    }

    fn contracts(&self, catalogue: &Catalogue, random: &mut Random, role: Role, zone: Zone) -> Made<Vec<Contract>> {
        if role == Role::Without {
            return Ok(Vec::new());
        }
        let mut contracts = vec![self.contract(self.family, catalogue, random, role, zone)?];
        if role == Role::Both {
            let other = if self.family == "agents" { "transcription" } else { "agents" };
            contracts.push(self.contract(other, catalogue, random, Role::Steady, zone)?);
        }
        Ok(contracts)
    }

    fn contract(
        &self,
        family: &'static str,
        catalogue: &Catalogue,
        random: &mut Random,
        role: Role,
        zone: Zone,
    ) -> Made<Contract> {
        let (started_at, anchor) = self.start(random, role, zone)?;
        let ended_at = match role {
            // One in three has given notice and still runs.
            Role::Cancelled if self.turn % 3 == 1 => Some(self.now.plus_micros(random.between(3, 25) * DAY_MICROS)?),
            Role::Cancelled => Some(self.now.plus_micros(-random.between(20, 150) * DAY_MICROS)?),
            _ => None,
        };
        let status = match role {
            Role::Cancelled => SubscriptionStatus::Cancelled,
            Role::PastDue => SubscriptionStatus::PastDue,
            Role::Newcomer => SubscriptionStatus::Trialing,
            _ => SubscriptionStatus::Active,
        };
        let products = catalogue.family(family);
        let rank = plot::rank(family, role, random);
        let mut terms = vec![self.term(&products, rank, started_at)?];
        let changed = self.now.plus_micros(-random.between(12, 200) * DAY_MICROS)?;
        let changed = Day::of(changed, zone)?.start(zone)?.max(started_at.plus_micros(DAY_MICROS)?);
        match role {
            Role::Upgraded => terms.push(self.term(&products, rank + 1, changed)?),
            Role::Downgraded => terms.push(self.term(&products, rank - 1, changed)?),
            _ => {}
        }
        let id = SubscriptionId::from_uuid(random.uuid());
        let rule = PeriodRule::monthly(anchor)?;
        Ok(Contract { id, family, status, started_at, ended_at, rule, terms })
    }

    /// The start of a subscription, at a local midnight, and its anchor day.
    fn start(&self, random: &mut Random, role: Role, zone: Zone) -> Made<(Timestamp, u8)> {
        let today = Day::of(self.now, zone)?;
        if role == Role::Newcomer {
            let day = today.plus_days(-random.between(4, 18))?;
            let anchor = u8::try_from(day.date().day()).map_err(SampleError::impossible)?;
            return Ok((day.start(zone)?, anchor));
        }
        // One in four came within the last year, the others were there before the sample begins.
        let months = if self.turn % 4 == 2 { random.between(3, 11) } else { random.between(14, 20) };
        let anchor = [31, 30, 29].get(self.turn % 9).copied().unwrap_or(u8::try_from(random.between(1, 28))?);
        let months = u32::try_from(months).map_err(SampleError::impossible)?;
        let month = today.date().checked_sub_months(Months::new(months)).ok_or(SampleError::Time)?;
        let date = (28..=anchor).rev().find_map(|day| month.with_day(u32::from(day)));
        let date = date.or_else(|| month.with_day(u32::from(anchor))).ok_or(SampleError::Time)?;
        Ok((Day::from_date(date)?.start(zone)?, anchor))
    }

    /// A plan of a family from some instant on, under the price list of that time: the second versions of a price
    /// list came nine months ago.
    fn term(&self, products: &[&Product], rank: i32, from: Timestamp) -> Made<Term> {
        let product = products.iter().find(|product| product.plan.rank == rank).ok_or(SampleError::Plan)?;
        let versions = &product.versions[self.place.currency];
        let is_new = from >= self.now.plus_micros(-270 * DAY_MICROS)?;
        let version = if is_new { versions.last() } else { versions.first() }.ok_or(SampleError::Plan)?;
        Ok(Term { from, plan: product.plan.id, version: version.id, rank })
    }
}

impl Account {
    /// What held when: a new entitlement wherever a plan or an override begins or ends.
    pub fn entitlements(&self, catalogue: &Catalogue, random: &Random) -> Vec<Entitlement> {
        let versions = catalogue.versions();
        let mut all = Vec::new();
        for contract in &self.contracts {
            let covered =
                |draft: &&OverrideDraft| contract.terms.iter().any(|term| versions[&term.version].covers(draft.meter));
            let own: Vec<&OverrideDraft> = self.overrides.iter().filter(covered).collect();
            let mut instants: Vec<Timestamp> = contract.terms.iter().map(|term| term.from).collect();
            instants.extend(own.iter().flat_map(|draft| [Some(draft.from), draft.to]).flatten());
            instants.retain(|at| *at >= contract.started_at);
            instants.sort();
            instants.dedup();
            for (index, valid_from) in instants.into_iter().enumerate() {
                let term = contract.terms.iter().rfind(|term| term.from <= valid_from).unwrap_or(contract.present());
                let holds =
                    |draft: &&&OverrideDraft| draft.from <= valid_from && draft.to.is_none_or(|to| valid_from < to);
                let overrides = own.iter().filter(holds).map(|draft| OverrideInForce {
                    id: draft.id,
                    meter: draft.meter,
                    included: draft.included,
                    cap: draft.cap,
                });
                all.push(Entitlement {
                    id: EntitlementId::from_uuid(random.stream(&contract.id.to_string(), index).uuid()),
                    subscription: contract.id,
                    valid_from,
                    seq: i64::try_from(index + 1).unwrap_or(i64::MAX),
                    plan_version: term.version,
                    overrides: overrides.collect(),
                    zone: self.zone,
                    period_rule: contract.rule,
                });
            }
        }
        all
    }

    /// The timeline with every period up to the one after now, as the store will give it back.
    pub fn timeline(&self, catalogue: &Catalogue, random: &Random, now: Timestamp) -> Made<Timeline> {
        let subscription = |contract: &Contract| Subscription {
            id: contract.id,
            status: contract.status,
            started_at: contract.started_at,
            ended_at: contract.ended_at,
        };
        let mut parts = TimelineParts {
            tenant: self.id,
            zone: self.zone,
            currency: self.currency,
            version: 1,
            grace_days: billing::period::GRACE_DAYS,
            subscriptions: self.contracts.iter().map(subscription).collect(),
            entitlements: self.entitlements(catalogue, random),
            periods: Vec::new(),
        };
        let missing = Timeline::new(parts.clone())?.missing_periods(now)?;
        let period = |(index, new): (usize, billing::timeline::NewPeriod)| Period {
            id: PeriodId::from_uuid(random.stream(&self.id.to_string(), index).uuid()),
            subscription: new.subscription,
            seq: new.seq,
            span: new.span,
            status: PeriodStatus::Open,
        };
        parts.periods = missing.into_iter().enumerate().map(period).collect();
        Ok(Timeline::new(parts)?)
    }

    /// The meter that this account's role is played on.
    pub fn stage(&self) -> &'static str {
        let rank = self.contracts.first().map_or(1, |contract| contract.present().rank);
        match self.family {
            "calls" => meter_code::CALL_SECONDS,
            "agents" => [meter_code::INBOX, meter_code::INVOICE, meter_code::MEETING][self.turn % 3],
            "platform" if rank == 1 => meter_code::MEMORY_BYTES,
            "platform" => [meter_code::AGENT_SECONDS, meter_code::MEMORY_BYTES][self.turn % 2],
            _ => meter_code::TRANSCRIPTION_SECONDS,
        }
    }
}
