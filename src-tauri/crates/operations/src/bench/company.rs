//! A company made up for measuring: tenants of very different size, three meters, twelve months of usage.
//!
//! Not the sample company, which is made to be looked at. Everything is a pure function of the seed and of a number,
//! so that any part of 100 million events can be made again without keeping it.

use crate::error::{OperationError, Result};
use billing::event::{Classification, EventKey, Subjects, Usage};
use billing::ids::{EntitlementId, MeterId, PeriodId, PlanId, PlanVersionId, SubjectId, SubscriptionId, TenantId};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Cost, Currency, Money};
use billing::period::{BillingInterval, Period, PeriodRule, PeriodStatus};
use billing::plan::{Allowance, FeeTiming, Plan, PlanVersion, RetryRule};
use billing::price::{Model, PerUnit, Price, PriceTerms};
use billing::quantity::Scale;
use billing::time::{Timestamp, Zone};
use billing::timeline::{Entitlement, Lateness, Subscription, SubscriptionStatus, Timeline, TimelineParts};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};
use store::Store;
use store::append::NewEvent;
use store::periods::PeriodRecord;
use store::subscriptions::{EntitlementRecord, SubscriptionRecord};
use store::tenants::Tenant;
use uuid::Uuid;

const YEAR_MICROS: i64 = 365 * 24 * 3_600 * 1_000_000;
const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo", "UTC"];
/// Of 100 events, the ones that are sent a second time.
const DUPLICATES_PERCENT: u64 = 1;
/// How far back a duplicate lies at most, in events.
const DUPLICATE_DISTANCE: u64 = 20_000;
const PLANS: u32 = 3;
const USERS_PER_TENANT: u64 = 20;

/// How large the company is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Tenants; the n-th largest has 1/n of the usage of the largest.
    pub tenants: u32,
    /// Events in the twelve months, duplicates included.
    pub events: u64,
    /// Two companies of one seed and one extent are equal.
    pub seed: u64,
    /// The end of the twelve months.
    pub until: Timestamp,
}

/// The company, without its events.
#[derive(Debug)]
pub struct Company {
    extent: Extent,
    from: Timestamp,
    meters: Vec<Meter>,
    plans: Vec<Plan>,
    versions: HashMap<PlanVersionId, PlanVersion>,
    tenants: Vec<Tenant>,
    subscriptions: Vec<SubscriptionRecord>,
    entitlements: Vec<EntitlementRecord>,
    periods: Vec<PeriodRecord>,
    timelines: HashMap<TenantId, Timeline>,
    /// Sums of the weights of the tenants up to each.
    weights: Vec<u64>,
}

/// Numbers from a seed (SplitMix64): enough for made-up usage, and every one can be had without those before it.
#[derive(Debug, Clone, Copy)]
struct Random(u64);

impl Random {
    const fn of(seed: u64, number: u64) -> Self {
        Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

impl Company {
    /// Makes its tenants, plans and periods.
    ///
    /// # Errors
    /// When the time lies outside the years that are kept.
    pub fn new(extent: Extent) -> Result<Self> {
        let from = extent.until.plus_micros(-YEAR_MICROS).map_err(impossible)?;
        let mut random = Random::of(extent.seed, u64::MAX);
        let meters = meters(&mut random);
        let mut company = Self {
            extent,
            from,
            plans: plans(&mut random),
            meters,
            versions: HashMap::new(),
            tenants: Vec::new(),
            subscriptions: Vec::new(),
            entitlements: Vec::new(),
            periods: Vec::new(),
            timelines: HashMap::new(),
            weights: Vec::new(),
        };
        company.versions = company.plan_versions(&mut random)?;
        let mut total = 0;
        for number in 0..extent.tenants {
            company.add_tenant(number, &mut random)?;
            total += 1_000_000_000 / u64::from(number + 1);
            company.weights.push(total);
        }
        Ok(company)
    }

    /// How large it is.
    pub const fn extent(&self) -> Extent {
        self.extent
    }

    /// The tenant with the most usage.
    ///
    /// # Errors
    /// For a company without tenants.
    pub fn busiest(&self) -> Result<TenantId> {
        self.tenants.first().map(|tenant| tenant.id).ok_or_else(|| impossible("a company without tenants"))
    }

    /// All tenants, the busiest first.
    pub fn tenants(&self) -> impl ExactSizeIterator<Item = TenantId> {
        self.tenants.iter().map(|tenant| tenant.id)
    }

    /// Writes everything but events into a migrated database.
    ///
    /// # Errors
    /// What the store says.
    pub async fn install(&self, store: &Store) -> Result<()> {
        let (tenants, meters, plans) = (self.tenants.clone(), self.meters.clone(), self.plans.clone());
        let versions: Vec<PlanVersion> = self.versions.values().cloned().collect();
        let (subscriptions, entitlements) = (self.subscriptions.clone(), self.entitlements.clone());
        let (periods, created_at) = (self.periods.clone(), self.from);
        store
            .write_once(move |write| {
                Box::pin(async move {
                    store::meters::insert(write, &meters).await?;
                    store::plans::insert(write, &plans).await?;
                    store::plans::insert_versions(write, &versions, created_at).await?;
                    store::tenants::insert(write, &tenants).await?;
                    store::subscriptions::insert(write, &subscriptions).await?;
                    store::subscriptions::insert_entitlements(write, &entitlements).await?;
                    store::periods::insert(write, &periods).await?;
                    Ok::<_, OperationError>(())
                })
            })
            .await
    }

    /// The use that is sent as the n-th, from 0. One of a hundred repeats an earlier one, to the byte.
    pub fn usage(&self, number: u64) -> Usage {
        match self.repeated(number) {
            None => self.made(number, None),
            Some(mut earlier) => {
                // What was a repetition itself is not repeated: the n-th use has exactly one first sending.
                while self.repeated(earlier).is_some() {
                    earlier -= 1;
                }
                self.made(earlier, None)
            }
        }
    }

    /// A use of one tenant at the time of the n-th, for companies in which every tenant must have some.
    pub fn usage_of(&self, tenant: TenantId, number: u64) -> Usage {
        self.made(number, Some(tenant))
    }

    /// Which earlier number the n-th use repeats, if it does.
    fn repeated(&self, number: u64) -> Option<u64> {
        let mut random = Random::of(self.extent.seed, number);
        let repeats = number > 0 && random.below(100) < DUPLICATES_PERCENT;
        repeats.then(|| number - 1 - random.below(number.min(DUPLICATE_DISTANCE)))
    }

    fn made(&self, number: u64, tenant: Option<TenantId>) -> Usage {
        let mut random = Random::of(!self.extent.seed, number);
        let drawn = random.below(self.weights.last().copied().unwrap_or(1));
        let tenant = tenant.unwrap_or_else(|| self.tenants[self.weights.partition_point(|sum| *sum <= drawn)].id);
        let share = u128::from(number) * u128::from(YEAR_MICROS.unsigned_abs()) / u128::from(self.extent.events.max(1));
        // What comes after the last one happens at once: it is now.
        let micros = self.from.micros() + i64::try_from(share).unwrap_or(YEAR_MICROS).min(YEAR_MICROS);
        let (meter, quantity, provider, user) = match random.below(100) {
            0..60 => (0, 100 + random.below(4_000), ["openai", "anthropic"][usize::from(random.below(10) > 6)], None),
            60..85 => (1, 10 + random.below(3_600), "twilio", Some(random.below(USERS_PER_TENANT))),
            _ => (2, 1, "", None),
        };
        let of_tenant = |user| SubjectId::from_uuid(Uuid::from_u64_pair(tenant.uuid().as_u64_pair().0, user));
        let cost =
            (meter == 0).then(|| Cost { nano: i64::try_from(quantity).unwrap_or(0) * 2_000, currency: Currency::USD });
        Usage {
            key: EventKey { tenant, source: "made-up".to_owned(), key: random.uuid().simple().to_string() },
            meter: self.meters[meter].id,
            quantity: i64::try_from(quantity).unwrap_or(1),
            occurred_at: Timestamp::from_micros(micros).unwrap_or(self.from),
            classification: Classification::Original,
            parent: None,
            billable: None,
            billable_reason: None,
            cost,
            provider: provider.to_owned(),
            action: String::new(),
            subjects: Subjects { user: user.map(of_tenant), ..Subjects::default() },
        }
    }

    /// Resolves a use as if it arrived when it happened.
    ///
    /// # Errors
    /// When its tenant's timeline puts it aside, which would be a fault of the company.
    pub fn resolve(&self, usage: Usage) -> Result<NewEvent> {
        let timeline = self.timelines.get(&usage.key.tenant).ok_or_else(|| impossible("an unknown tenant"))?;
        let meter = self.meters.iter().find(|meter| meter.id == usage.meter);
        let meter = meter.ok_or_else(|| impossible("an unknown meter"))?;
        let now = usage.occurred_at;
        let assignment =
            timeline.assign(&usage, meter, None, now, Lateness::Checked, &self.versions).map_err(impossible)?;
        Ok(NewEvent { usage, assignment, timeline_version: timeline.version(), details: None, line: None })
    }

    fn plan_versions(&self, random: &mut Random) -> Result<HashMap<PlanVersionId, PlanVersion>> {
        let mean = self.extent.events / u64::from(self.extent.tenants.max(1)) / 12;
        let mut versions = HashMap::new();
        for (rank, plan) in self.plans.iter().enumerate() {
            let id = PlanVersionId::from_uuid(random.uuid());
            let mut allowances = BTreeMap::new();
            let mut prices = BTreeMap::new();
            // Means of a month; the meter that resets daily gets a thirtieth. Some tenants stay below, some do not.
            for (meter, units) in self.meters.iter().zip([1_260 * mean, 450 * mean, mean / 200 + 1]) {
                let included = i64::try_from(units).unwrap_or(i64::MAX / 8).saturating_mul(1 << (2 * rank)) / 2;
                allowances.insert(meter.id, Allowance { included: Some(included.max(1)), cap: None });
                let per_unit = PerUnit { unit_amount: Decimal::new(2, 5) };
                let price = Price::new(PriceTerms::of(Model::PerUnit(per_unit))).map_err(impossible)?;
                prices.insert(meter.id, price);
            }
            let version = PlanVersion {
                id,
                plan: plan.id,
                version: 1,
                fee: Money::from_minor(4_900, Currency::USD),
                interval: BillingInterval::Month,
                fee_timing: FeeTiming::Arrears,
                minimum: None,
                retry_success: RetryRule::Billable,
                features: Vec::new(),
                allowances,
                prices,
            };
            versions.insert(id, version);
        }
        Ok(versions)
    }

    fn add_tenant(&mut self, number: u32, random: &mut Random) -> Result<()> {
        let zone: Zone = ZONES[usize::try_from(random.below(5)).unwrap_or(0)].parse().map_err(impossible)?;
        let tenant = TenantId::from_uuid(random.uuid());
        let plan = &self.plans[usize::try_from(random.below(u64::from(PLANS))).unwrap_or(0)];
        let version = self.versions.values().find(|version| version.plan == plan.id);
        let version = version.ok_or_else(|| impossible("a plan without a version"))?.id;
        let anchor_day = u8::try_from(1 + random.below(28)).unwrap_or(1);
        let rule = PeriodRule::monthly(anchor_day).map_err(impossible)?;
        let subscription = Subscription {
            id: SubscriptionId::from_uuid(random.uuid()),
            status: SubscriptionStatus::Active,
            started_at: self.from,
            ended_at: None,
        };
        let entitlement = Entitlement {
            id: EntitlementId::from_uuid(random.uuid()),
            subscription: subscription.id,
            valid_from: self.from,
            seq: 1,
            plan_version: version,
            overrides: Vec::new(),
            zone,
            period_rule: rule,
        };
        let timeline = |periods: Vec<Period>| {
            let parts = TimelineParts {
                tenant,
                zone,
                currency: Currency::USD,
                version: 1,
                grace_days: billing::period::GRACE_DAYS,
                subscriptions: vec![subscription],
                entitlements: vec![entitlement.clone()],
                periods,
            };
            Timeline::new(parts).map_err(impossible)
        };
        let missing = timeline(Vec::new())?.missing_periods(self.extent.until).map_err(impossible)?;
        let periods: Vec<Period> = missing
            .into_iter()
            .map(|new| Period {
                id: PeriodId::from_uuid(random.uuid()),
                subscription: new.subscription,
                seq: new.seq,
                span: new.span,
                status: PeriodStatus::Open,
            })
            .collect();
        self.periods.extend(periods.iter().map(|period| PeriodRecord { tenant, period: *period }));
        self.timelines.insert(tenant, timeline(periods)?);
        self.tenants.push(Tenant {
            id: tenant,
            name: format!("Tenant {:05}", number + 1),
            email: None,
            outside_id: Some(format!("T{:05}", number + 1)),
            country: None,
            zone,
            currency: Currency::USD,
            created_at: self.from,
        });
        let created_at = self.from;
        self.subscriptions.push(SubscriptionRecord {
            tenant,
            subscription,
            plan: plan.id,
            period_rule: rule,
            created_at,
        });
        self.entitlements.push(EntitlementRecord { tenant, entitlement, created_at });
        Ok(())
    }
}

fn meters(random: &mut Random) -> Vec<Meter> {
    let mut meter = |code: &str, unit: &str, aggregation, reset| Meter {
        id: MeterId::from_uuid(random.uuid()),
        code: code.to_owned(),
        name: code.to_owned(),
        unit: unit.to_owned(),
        scale: Scale::ZERO,
        aggregation,
        reset,
        signed: false,
    };
    vec![
        meter("tokens", "tokens", Aggregation::Sum, Reset::Period),
        meter("call_seconds", "seconds", Aggregation::Sum, Reset::Period),
        meter("emails", "emails", Aggregation::Count, Reset::Day),
    ]
}

fn plans(random: &mut Random) -> Vec<Plan> {
    let plan = |rank: u32| Plan {
        id: PlanId::from_uuid(random.uuid()),
        family: "measured".to_owned(),
        code: format!("measured-{rank}"),
        name: format!("Measured {rank}"),
        rank: i32::try_from(rank).unwrap_or(0),
    };
    (0..PLANS).map(plan).collect()
}

fn impossible(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OperationError {
    OperationError::failed("made_up_company", "The company for measuring could not be made.").because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company() -> Company {
        let until = "2026-07-01T00:00:00Z".parse().unwrap();
        Company::new(Extent { tenants: 50, events: 20_000, seed: 1, until }).unwrap()
    }

    #[test]
    fn usage_is_skewed_repeats_one_of_a_hundred_and_every_one_resolves() {
        let company = company();
        let events: Vec<NewEvent> = (0..20_000).map(|number| company.resolve(company.usage(number)).unwrap()).collect();
        let busiest = company.busiest().unwrap();
        let of_busiest = events.iter().filter(|event| event.usage.key.tenant == busiest).count();
        assert!((3_500..5_500).contains(&of_busiest), "1 / (1 + 1/2 + ... + 1/50) is 22 %: {of_busiest}");
        let keys: std::collections::HashSet<_> = events.iter().map(|event| &event.usage.key).collect();
        let repeated = events.len() - keys.len();
        assert!((120..280).contains(&repeated), "one of a hundred is sent twice: {repeated}");
    }

    #[test]
    fn a_use_is_the_same_whenever_it_is_made() {
        assert_eq!(company().usage(777), company().usage(777), "a seed and a number say everything");
        assert_ne!(company().usage(777).key, company().usage(778).key, "two numbers are two uses");
    }
}
