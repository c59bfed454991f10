//! The figures of a tenant, from facts made by hand.

use super::*;
use crate::look::facts::{Rows, gather};
use crate::look::projection::projected;
use billing::ids::{OverrideId, PeriodId, PlanId, PlanVersionId, TenantId};
use billing::money::Currency;
use billing::period::{BillingInterval, PeriodSpan};
use billing::plan::{Allowance, FeeTiming, OverrideInForce, Plan, RetryRule, Setting};
use billing::price::{Model, PerUnit, Price, PriceTerms};
use billing::quantity::Scale;
use billing::time::Interval;
use billing::timeline::SubscriptionStatus;
use store::look::standing::{Counter, LevelTotal, SubscriptionCard, TenantCard};
use store::tenants::Tenant;
use uuid::Uuid;

const fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

const TENANT: u128 = 1;
const METER: u128 = 10;
const OLD: u128 = 20;
const NEW: u128 = 21;
const SUBSCRIPTION: u128 = 30;
const PERIOD: u128 = 40;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn meter(aggregation: Aggregation, reset: Reset) -> Meter {
    Meter {
        id: MeterId::from_uuid(uuid(METER)),
        code: "emails".to_owned(),
        name: "Emails".to_owned(),
        unit: "emails".to_owned(),
        scale: Scale::ZERO,
        aggregation,
        reset,
        signed: false,
    }
}

fn version(id: u128, number: u32, included: Option<i64>, unit_amount: Option<&str>) -> PlanVersion {
    let meter = MeterId::from_uuid(uuid(METER));
    let price = |amount: &str| {
        Price::new(PriceTerms::of(Model::PerUnit(PerUnit { unit_amount: amount.parse().unwrap() }))).unwrap()
    };
    PlanVersion {
        id: PlanVersionId::from_uuid(uuid(id)),
        plan: PlanId::from_uuid(uuid(50)),
        version: number,
        fee: Money::from_minor(1_000, Currency::USD),
        interval: BillingInterval::Month,
        fee_timing: FeeTiming::Arrears,
        minimum: None,
        retry_success: RetryRule::Billable,
        features: Vec::new(),
        allowances: [(meter, Allowance { included, cap: None })].into(),
        prices: unit_amount.map(|amount| (meter, price(amount))).into_iter().collect(),
    }
}

fn plan() -> Plan {
    Plan {
        id: PlanId::from_uuid(uuid(50)),
        family: "agents".to_owned(),
        code: "team".to_owned(),
        name: "Team".to_owned(),
        rank: 1,
    }
}

/// A tenant in UTC with one subscription since 2025 and the period of January 2026.
fn rows() -> Rows {
    let tenant = TenantId::from_uuid(uuid(TENANT));
    let subscription = SubscriptionId::from_uuid(uuid(SUBSCRIPTION));
    let interval = Interval { start: at("2026-01-01T00:00:00Z"), end: at("2026-02-01T00:00:00Z") };
    Rows {
        tenants: vec![TenantCard {
            timeline_version: 1,
            tenant: Tenant {
                id: tenant,
                name: "Ämter & Söhne".to_owned(),
                email: None,
                outside_id: None,
                country: None,
                zone: Zone::UTC,
                currency: Currency::USD,
                created_at: at("2025-01-01T00:00:00Z"),
            },
        }],
        subscriptions: vec![SubscriptionCard {
            tenant,
            id: subscription,
            plan: PlanId::from_uuid(uuid(50)),
            status: SubscriptionStatus::Trialing,
            started_at: at("2025-01-01T00:00:00Z"),
            ended_at: None,
            interval: BillingInterval::Month,
            anchor_day: 1,
        }],
        periods: vec![RunningPeriod {
            subscription,
            id: PeriodId::from_uuid(uuid(PERIOD)),
            span: PeriodSpan { first_day: day("2026-01-01"), end_day: day("2026-02-01"), interval },
        }],
        held: vec![held(1, "2025-01-01T00:00:00Z", OLD, Vec::new())],
        ..Rows::default()
    }
}

fn held(seq: i64, from: &str, version: u128, overrides: Vec<OverrideInForce>) -> Held {
    Held {
        subscription: SubscriptionId::from_uuid(uuid(SUBSCRIPTION)),
        valid_from: at(from),
        seq,
        plan_version: PlanVersionId::from_uuid(uuid(version)),
        overrides,
        zone: Zone::UTC,
    }
}

fn counter(used: i64) -> Counter {
    Counter {
        period: PeriodId::from_uuid(uuid(PERIOD)),
        meter: MeterId::from_uuid(uuid(METER)),
        all: used + 7,
        billable: used,
    }
}

fn day_use(on: &str, used: i64, version: Option<u128>) -> DayUse {
    DayUse {
        tenant: TenantId::from_uuid(uuid(TENANT)),
        meter: MeterId::from_uuid(uuid(METER)),
        day: day(on),
        plan_version: version.map(|version| PlanVersionId::from_uuid(uuid(version))),
        all: used,
        billable: used,
    }
}

struct Found {
    figures: TenantFigures,
    facts: TenantFacts,
    catalog: Catalog,
}

impl Found {
    fn meter(&self) -> &MeterFigures {
        &self.figures.meters[0]
    }
}

fn found(rows: Rows, meter: Meter, versions: Vec<PlanVersion>, now: &str) -> Found {
    let catalog = Catalog::new([meter], [plan()], versions);
    let facts = gather(rows).pop().unwrap();
    let figures = figures(&facts, &catalog, &mut Moment::new(at(now))).unwrap();
    Found { figures, facts, catalog }
}

#[test]
fn a_period_meter_reads_its_counter() {
    let rows = Rows { counters: vec![counter(1_250)], ..rows() };
    let versions = vec![version(OLD, 1, Some(1_000), Some("0.02"))];
    let found = found(rows, meter(Aggregation::Sum, Reset::Period), versions, "2026-01-16T00:00:00Z");
    let meter = found.meter();
    assert_eq!((meter.used, meter.used_all), (1_250, 1_257), "limits look at billable use, analytics at both");
    assert_eq!(meter.percent.unwrap().to_string(), "125.0", "the percentage is the true one, unbounded");
    assert_eq!((meter.level, meter.remaining), (Level::Alert, Some(0)), "what is left is never below 0");
    assert_eq!(meter.resets_at, Some(at("2026-02-01T00:00:00Z")), "it resets at the end of the period");
    assert_eq!(meter.overage, Decimal::from(250), "use above what is included");
    assert_eq!(meter.amount.unwrap().to_string(), "5.00", "250 x 0.02");
    assert_eq!(found.figures.overage_in(Currency::USD).minor(), 500, "the total is the sum of rounded lines");
    let estimate = projected(&found.facts, &found.figures, &found.catalog, at("2026-01-16T12:00:00Z")).unwrap();
    assert_eq!(estimate[0].to_string(), "30.00", "half the period gives 1,250, the whole 2,500: 1,500 x 0.02");
}

#[test]
fn a_day_meter_shows_today_and_pays_for_each_day() {
    let days = vec![day_use("2026-01-10", 1_500, None), day_use("2026-01-11", 200, None)];
    let rows = Rows { days, counters: vec![counter(1_700)], ..rows() };
    let versions = vec![version(OLD, 1, Some(1_000), Some("0.01"))];
    let found = found(rows, meter(Aggregation::Sum, Reset::Day), versions, "2026-01-11T10:00:00Z");
    let meter = found.meter();
    assert_eq!((meter.used, meter.level), (200, Level::Normal), "the figure is today's");
    assert_eq!(meter.resets_at, Some(at("2026-01-12T00:00:00Z")), "day meters reset at local midnight");
    assert_eq!(meter.overage, Decimal::from(500), "days of 1,500 and 200 at 1,000 a day: 500 (rules, section 6)");
    assert_eq!(meter.amount.unwrap().to_string(), "5.00", "500 x 0.01");
}

#[test]
fn a_level_meter_pays_for_its_peak() {
    let days =
        vec![day_use("2026-01-05", 900, None), day_use("2026-01-08", -600, None), day_use("2026-01-20", 50, None)];
    let tenant = TenantId::from_uuid(uuid(TENANT));
    let total = LevelTotal { tenant, meter: MeterId::from_uuid(uuid(METER)), all: 450, billable: 450 };
    let rows = Rows { days, levels: vec![total], ..rows() };
    let versions = vec![version(OLD, 1, Some(500), Some("0.10"))];
    let found = found(rows, meter(Aggregation::Level, Reset::Never), versions, "2026-01-10T10:00:00Z");
    let meter = found.meter();
    assert_eq!(meter.used, 400, "the total at the end of that day, without what moved later");
    assert_eq!((meter.percent.unwrap().to_string().as_str(), meter.level), ("80.0", Level::Warning), "400 of 500");
    assert_eq!(meter.resets_at, None, "a level never resets");
    assert_eq!(meter.overage, Decimal::from(500), "the peak of the end-of-day values was 1,000");
    assert_eq!(meter.amount.unwrap().to_string(), "50.00", "500 x 0.10");
}

#[test]
fn a_plan_change_is_rated_in_segments() {
    let days = vec![day_use("2026-01-03", 600, Some(OLD)), day_use("2026-01-20", 600, Some(NEW))];
    let changed =
        vec![held(1, "2025-01-01T00:00:00Z", OLD, Vec::new()), held(2, "2026-01-16T00:00:00Z", NEW, Vec::new())];
    let rows = Rows { days, held: changed, counters: vec![counter(1_200)], ..rows() };
    let versions = vec![version(OLD, 1, Some(1_000), Some("1")), version(NEW, 2, Some(2_000), Some("2"))];
    let found = found(rows, meter(Aggregation::Sum, Reset::Period), versions, "2026-01-25T00:00:00Z");
    let meter = found.meter();
    assert_eq!(meter.limits.included, Some(2_000), "the screen uses today's entitlement against the whole period");
    assert_eq!(meter.percent.unwrap().to_string(), "60.0", "1,200 of 2,000");
    assert_eq!(meter.overage, Decimal::from(117), "600 less 483 (15 of 31 days of 1,000); 600 is within 1,032");
    assert_eq!(meter.amount.unwrap().to_string(), "117.00", "under the old price");
}

#[test]
fn an_override_comes_before_the_plan() {
    let change = OverrideInForce {
        id: OverrideId::from_uuid(uuid(60)),
        meter: MeterId::from_uuid(uuid(METER)),
        included: Setting::To(Some(5_000)),
        cap: Setting::Keep,
    };
    let changed =
        vec![held(1, "2025-01-01T00:00:00Z", OLD, Vec::new()), held(2, "2026-01-16T00:00:00Z", OLD, vec![change])];
    let rows = Rows { held: changed, counters: vec![counter(1_250)], ..rows() };
    let versions = vec![version(OLD, 1, Some(1_000), Some("0.02"))];
    let before = found(rows.clone(), meter(Aggregation::Sum, Reset::Period), versions.clone(), "2026-01-15T23:59:59Z");
    assert_eq!(before.meter().override_id, None, "it does not hold yet");
    let after = found(rows, meter(Aggregation::Sum, Reset::Period), versions, "2026-01-16T00:00:00Z");
    assert_eq!(after.meter().limits.included, Some(5_000), "it holds from its first instant");
    assert_eq!(after.meter().override_id, Some(change.id), "and is named");
    assert_eq!((after.meter().level, after.meter().overage), (Level::Normal, Decimal::ZERO), "1,250 of 5,000");
}

#[test]
fn nothing_included_unlimited_and_no_use_yet() {
    let sum = || meter(Aggregation::Sum, Reset::Period);
    let now = "2026-01-16T00:00:00Z";
    let none = found(rows(), sum(), vec![version(OLD, 1, Some(0), None)], now);
    assert_eq!((none.meter().level, none.meter().percent), (Level::Normal, None), "a base of 0 without use");
    let used = Rows { counters: vec![counter(1)], ..rows() };
    let zero = found(used.clone(), sum(), vec![version(OLD, 1, Some(0), None)], now);
    assert_eq!((zero.meter().level, zero.meter().percent), (Level::Alert, None), "a base of 0 and any use");
    assert_eq!((zero.meter().overage, zero.meter().amount), (Decimal::ONE, None), "without a price there is no amount");
    let unlimited = found(used, sum(), vec![version(OLD, 1, None, None)], now);
    assert_eq!((unlimited.meter().level, unlimited.meter().remaining), (Level::Normal, None), "unlimited has no rest");
    let order = most_urgent_first((zero.meter().level, None), (Level::Alert, Percent::of(300, Some(100))));
    assert_eq!(order, Ordering::Less, "use of what is not included comes before any percentage");
}

#[test]
fn without_a_subscription_nothing_is_limited() {
    let bare = Rows { subscriptions: Vec::new(), ..rows() };
    let rows = Rows { days: vec![day_use("2025-12-31", 5, None), day_use("2026-01-02", 8, None)], ..bare };
    let found = found(rows, meter(Aggregation::Sum, Reset::Period), Vec::new(), "2026-01-16T00:00:00Z");
    assert!(found.figures.running.is_empty(), "nothing runs");
    let meter = found.meter();
    assert_eq!(
        (meter.used, meter.limits, meter.level),
        (8, Limits::UNLIMITED, Level::Normal),
        "the local month counts"
    );
    assert_eq!((meter.amount, found.figures.owed.len()), (None, 0), "nothing is owed");
}
