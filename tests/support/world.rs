//! A small world: meters of every aggregation, a plan, and tenants that subscribe to it from 1 January 2026.
//!
//! Events are resolved by their tenant's timeline, as the product does it.

use anyhow::{Context, Result};
use billing::event::{Classification, EventKey, Subjects, Usage};
use billing::ids::{EntitlementId, MeterId, PeriodId, PlanId, PlanVersionId, SubscriptionId, TenantId};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Currency, Money};
use billing::period::{BillingInterval, Period, PeriodRule, PeriodStatus};
use billing::plan::{Allowance, FeeTiming, Plan, PlanVersion, RetryRule};
use billing::price::{Model, PerUnit, Price, PriceTerms};
use billing::quantity::Scale;
use billing::time::{Timestamp, Zone};
use billing::timeline::{Entitlement, Lateness, Parent, Subscription, SubscriptionStatus, Timeline};
use std::collections::{BTreeMap, HashMap};
use store::append::{Alerting, Appended, Batch, NewEvent, Outcome, append};
use store::periods::PeriodRecord;
use store::subscriptions::{EntitlementRecord, SubscriptionRecord};
use store::tenants::Tenant;
use store::{Store, meters, periods, plans, subscriptions, tenants, timelines};
use uuid::Uuid;

/// Parses an instant.
///
/// # Panics
/// When it is none.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a test writes instants that are ones")
}

/// Where the ids of a kind begin, so that those of a test are stable and never meet.
fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind, number)
}

/// What is in the ledger before a test begins.
#[derive(Debug)]
pub struct World {
    /// The meters by code: `calls` (sum), `tokens` (sum, daily), `exports` (count), `peak` (max), `storage` (level).
    pub meters: HashMap<String, Meter>,
    /// The only plan version.
    pub plans: HashMap<PlanVersionId, PlanVersion>,
    /// The tenants.
    pub tenants: Vec<TenantId>,
    /// Their timelines.
    pub timelines: HashMap<TenantId, Timeline>,
    /// The clock: everything is received now.
    pub now: Timestamp,
}

fn meter(number: u64, code: &str, aggregation: Aggregation, reset: Reset) -> Meter {
    Meter {
        id: MeterId::from_uuid(id(0x3e, number)),
        code: code.to_owned(),
        name: code.to_owned(),
        unit: "units".to_owned(),
        scale: Scale::ZERO,
        aggregation,
        reset,
        signed: false,
    }
}

/// What can differ between worlds.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// The meters that the plan covers, by code.
    pub covered: &'a [&'a str],
    /// The zone of all tenants.
    pub zone: Zone,
    /// What a call above what is included costs; free without it.
    pub call_price: Option<&'a str>,
    /// The same of a unit of storage.
    pub storage_price: Option<&'a str>,
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Self {
            covered: &["calls", "tokens", "exports", "peak", "storage"],
            zone: Zone::UTC,
            call_price: None,
            storage_price: None,
        }
    }
}

impl World {
    /// Makes a world with some tenants and their periods from January to April 2026. It is 20 January, noon, UTC.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn new(store: &Store, tenant_count: u64) -> Result<Self> {
        Self::covering(store, tenant_count, &["calls", "tokens", "exports", "peak", "storage"]).await
    }

    /// As [`World::new`], with a plan that covers only some meters.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn covering(store: &Store, tenant_count: u64, covered: &[&str]) -> Result<Self> {
        Self::of(store, tenant_count, Shape { covered, ..Shape::default() }).await
    }

    /// As [`World::new`], of another shape.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn of(store: &Store, tenant_count: u64, shape: Shape<'_>) -> Result<Self> {
        let Shape { covered, zone, call_price, storage_price } = shape;
        let meters = vec![
            meter(1, "calls", Aggregation::Sum, Reset::Period),
            meter(2, "tokens", Aggregation::Sum, Reset::Day),
            meter(3, "exports", Aggregation::Count, Reset::Period),
            meter(4, "peak", Aggregation::Max, Reset::Period),
            meter(5, "storage", Aggregation::Level, Reset::Never),
        ];
        let plan = Plan {
            id: PlanId::from_uuid(id(0x91, 1)),
            family: "calls".to_owned(),
            code: "solo".to_owned(),
            name: "Solo".to_owned(),
            rank: 1,
        };
        let mut version = version(&plan, meters.iter().filter(|meter| covered.contains(&meter.code.as_str())));
        for (meter, amount) in [(0, call_price), (4, storage_price)] {
            let Some(amount) = amount else { continue };
            let price = Price::new(PriceTerms::of(Model::PerUnit(PerUnit { unit_amount: amount.parse()? })))?;
            version.prices.insert(meters[meter].id, price);
        }
        let rows = Rows::new(tenant_count, &plan, &version, zone)?;
        let plans: HashMap<_, _> = [(version.id, version.clone())].into();
        let tenant_ids: Vec<TenantId> = rows.tenants.iter().map(|tenant| tenant.id).collect();
        let meters_by_code = meters.iter().map(|meter| (meter.code.clone(), meter.clone())).collect();
        store
            .write(move |write| {
                Box::pin(async move {
                    meters::insert(write, &meters).await?;
                    plans::insert(write, &[plan]).await?;
                    plans::insert_versions(write, &[version], at("2026-01-01T00:00:00Z")).await?;
                    tenants::insert(write, &rows.tenants).await?;
                    subscriptions::insert(write, &rows.subscriptions).await?;
                    subscriptions::insert_entitlements(write, &rows.entitlements).await?;
                    periods::insert(write, &rows.periods).await?;
                    Ok::<_, store::StoreError>(())
                })
            })
            .await?;
        let now = at("2026-01-20T12:00:00Z");
        let mut world = Self { meters: meters_by_code, plans, tenants: tenant_ids, timelines: HashMap::new(), now };
        world.reload(store).await?;
        Ok(world)
    }

    /// The world that another process made in this ledger.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn open(store: &Store) -> Result<Self> {
        let (meters, plans, tenants) = store
            .read(|read| {
                Box::pin(async move {
                    let meters = meters::all(read).await?;
                    let plans = plans::all_versions(read).await?;
                    Ok::<_, store::StoreError>((meters, plans, tenants::page_of_ids(read, None, 10_000).await?))
                })
            })
            .await?;
        let meters = meters.into_iter().map(|meter| (meter.code.clone(), meter)).collect();
        let now = at("2026-01-20T12:00:00Z");
        let mut world = Self { meters, plans, tenants, timelines: HashMap::new(), now };
        world.reload(store).await?;
        Ok(world)
    }

    /// The n-th event of an endless series over all tenants and meters, always the same.
    pub fn nth_event(&self, number: u64) -> NewEvent {
        let of = |count: u64| usize::try_from(number % count).unwrap_or(0);
        let meter = ["calls", "tokens", "exports", "peak", "storage"][of(5)];
        let quantity = i64::try_from(number % 23).unwrap_or(0);
        let minute = number % 60;
        let day = 1 + number % 19;
        let tenants = u64::try_from(self.tenants.len()).unwrap_or(1);
        let occurred_at = format!("2026-01-{day:02}T08:{minute:02}:00Z");
        self.event(of(tenants), meter, &format!("n{number:08}"), quantity, &occurred_at)
    }

    /// Loads the timelines again.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn reload(&mut self, store: &Store) -> Result<()> {
        let tenants = self.tenants.clone();
        self.timelines = store.read(move |read| Box::pin(async move { timelines::load(read, &tenants).await })).await?;
        Ok(())
    }

    /// A use of a tenant (by number from 0): meter, key, quantity, time.
    pub fn usage(&self, tenant: usize, meter: &str, key: &str, quantity: i64, occurred_at: &str) -> Usage {
        Usage {
            key: EventKey { tenant: self.tenants[tenant], source: "test".to_owned(), key: key.to_owned() },
            meter: self.meters[meter].id,
            quantity,
            occurred_at: at(occurred_at),
            classification: Classification::Original,
            parent: None,
            billable: None,
            billable_reason: None,
            cost: None,
            provider: String::new(),
            action: String::new(),
            subjects: Subjects::default(),
        }
    }

    /// Resolves a use as the product does.
    ///
    /// # Errors
    /// Why it would be put aside.
    pub fn resolve(&self, usage: Usage, parent: Option<&Parent>) -> Result<NewEvent> {
        let timeline = self.timelines.get(&usage.key.tenant).context("a tenant of this world")?;
        let meter = self.meters.values().find(|meter| meter.id == usage.meter).context("a meter of this world")?;
        let assignment = timeline.assign(&usage, meter, parent, self.now, Lateness::Backfill, &self.plans)?;
        Ok(NewEvent { usage, assignment, timeline_version: timeline.version(), details: None, line: None })
    }

    /// A resolved event; see [`World::usage`].
    ///
    /// # Panics
    /// When it would be put aside.
    pub fn event(&self, tenant: usize, meter: &str, key: &str, quantity: i64, occurred_at: &str) -> NewEvent {
        let usage = self.usage(tenant, meter, key, quantity, occurred_at);
        self.resolve(usage, None).expect("the world takes this event")
    }

    /// A correction of an event, with its time and assignment.
    ///
    /// # Panics
    /// When it would be put aside.
    pub fn correction(&self, of: &NewEvent, key: &str, quantity: i64) -> NewEvent {
        let mut usage = of.usage.clone();
        usage.parent = Some(usage.key.key.clone());
        usage.key.key = key.to_owned();
        usage.quantity = quantity;
        usage.classification = Classification::Correction;
        let parent =
            Parent { meter: of.usage.meter, occurred_at: of.usage.occurred_at, assignment: of.assignment.clone() };
        self.resolve(usage, Some(&parent)).expect("the world takes this correction")
    }

    /// A batch that raises alerts.
    pub fn batch(&self, events: Vec<NewEvent>) -> Batch {
        Batch { received_at: self.now, import: None, alerting: Alerting::Raise, events }
    }

    /// Appends in one transaction.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn append(&self, store: &Store, events: Vec<NewEvent>) -> Result<Appended> {
        append_batch(store, self.batch(events)).await
    }

    /// Appends and gives what became of each event.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn outcomes(&self, store: &Store, events: Vec<NewEvent>) -> Result<Vec<Outcome>> {
        Ok(self.append(store, events).await?.outcomes)
    }
}

/// Appends a batch in one transaction.
///
/// # Errors
/// What the database gave.
pub async fn append_batch(store: &Store, batch: Batch) -> Result<Appended> {
    let batch = std::sync::Arc::new(batch);
    Ok(store.write(move |write| Box::pin(async move { append(write, &batch).await })).await?)
}

fn version<'a>(plan: &Plan, covered: impl Iterator<Item = &'a Meter>) -> PlanVersion {
    // Included 1,000 of everything; a hard stop at 2,000.
    let allowance = Allowance { included: Some(1_000), cap: Some(2_000) };
    PlanVersion {
        id: PlanVersionId::from_uuid(id(0x92, 1)),
        plan: plan.id,
        version: 1,
        fee: Money::from_minor(2_900, Currency::USD),
        interval: BillingInterval::Month,
        fee_timing: FeeTiming::Arrears,
        minimum: None,
        retry_success: RetryRule::Billable,
        features: Vec::new(),
        allowances: covered.map(|meter| (meter.id, allowance)).collect(),
        prices: BTreeMap::new(),
    }
}

/// The rows of the tenants.
#[derive(Clone)]
struct Rows {
    tenants: Vec<Tenant>,
    subscriptions: Vec<SubscriptionRecord>,
    entitlements: Vec<EntitlementRecord>,
    periods: Vec<PeriodRecord>,
}

impl Rows {
    fn new(count: u64, plan: &Plan, version: &PlanVersion, zone: Zone) -> Result<Self> {
        let start = at("2026-01-01T00:00:00Z");
        let rule = PeriodRule::monthly(1)?;
        let mut rows =
            Self { tenants: Vec::new(), subscriptions: Vec::new(), entitlements: Vec::new(), periods: Vec::new() };
        let mut spans = vec![rule.first(start, zone)?];
        for _ in 0..3 {
            spans.push(rule.following(&spans[spans.len() - 1], zone)?);
        }
        for number in 1..=count {
            let tenant = TenantId::from_uuid(id(0x7e, number));
            let subscription = SubscriptionId::from_uuid(id(0x5b, number));
            rows.tenants.push(Tenant {
                id: tenant,
                name: format!("Tenant {number}"),
                email: None,
                outside_id: Some(format!("tenant-{number}")),
                country: None,
                zone,
                currency: Currency::USD,
                created_at: start,
            });
            rows.subscriptions.push(SubscriptionRecord {
                tenant,
                subscription: Subscription {
                    id: subscription,
                    status: SubscriptionStatus::Active,
                    started_at: start,
                    ended_at: None,
                },
                plan: plan.id,
                period_rule: rule,
                created_at: start,
            });
            rows.entitlements.push(EntitlementRecord {
                tenant,
                entitlement: Entitlement {
                    id: EntitlementId::from_uuid(id(0xe7, number)),
                    subscription,
                    valid_from: start,
                    seq: 1,
                    plan_version: version.id,
                    overrides: Vec::new(),
                    zone,
                    period_rule: rule,
                },
                created_at: start,
            });
            for (seq, span) in (1_i64..).zip(&spans) {
                let number = number * 100 + seq.unsigned_abs();
                let id = PeriodId::from_uuid(id(0xbe, number));
                let period = Period { id, subscription, seq, span: *span, status: PeriodStatus::Open };
                rows.periods.push(PeriodRecord { tenant, period });
            }
        }
        Ok(rows)
    }
}
