//! Builders with defaults, so that a test says only what it is about.

use billing::event::{Classification, EventKey, Subjects, Usage};
use billing::ids::*;
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Currency, Money};
use billing::period::{BillingInterval, Period, PeriodRule, PeriodStatus};
use billing::plan::{Allowance, FeeTiming, PlanVersion, RetryRule};
use billing::price::{Graduated, Model, PerUnit, Price, PriceTerms, Tier, ZeroUse};
use billing::quantity::Scale;
use billing::time::{Timestamp, Zone};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus, Timeline, TimelineParts};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn zone(name: &str) -> Zone {
    name.parse().expect("a zone")
}

pub fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn meter(number: u128, aggregation: Aggregation) -> Meter {
    Meter {
        id: MeterId::from_uuid(id(number)),
        code: format!("meter_{number}"),
        name: format!("Meter {number}"),
        unit: "units".to_owned(),
        scale: Scale::ZERO,
        aggregation,
        reset: Reset::Period,
        signed: false,
    }
}

pub fn usage(meter: &Meter, quantity: i64, occurred_at: Timestamp) -> Usage {
    Usage {
        key: EventKey { tenant: TenantId::from_uuid(id(1)), source: "test".to_owned(), key: "k1".to_owned() },
        meter: meter.id,
        quantity,
        occurred_at,
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

pub fn version(number: u128, meters: &[MeterId]) -> PlanVersion {
    PlanVersion {
        id: PlanVersionId::from_uuid(id(number)),
        plan: PlanId::from_uuid(id(number)),
        version: 1,
        fee: Money::from_minor(10_000, Currency::USD),
        interval: BillingInterval::Month,
        fee_timing: FeeTiming::Arrears,
        minimum: None,
        retry_success: RetryRule::Billable,
        features: Vec::new(),
        allowances: meters.iter().map(|meter| (*meter, Allowance { included: Some(1_000), cap: None })).collect(),
        prices: BTreeMap::new(),
    }
}

pub fn plans(versions: impl IntoIterator<Item = PlanVersion>) -> BTreeMap<PlanVersionId, PlanVersion> {
    versions.into_iter().map(|version| (version.id, version)).collect()
}

pub fn subscription(number: u128, started_at: &str) -> Subscription {
    Subscription {
        id: SubscriptionId::from_uuid(id(number)),
        status: SubscriptionStatus::Active,
        started_at: at(started_at),
        ended_at: None,
    }
}

pub fn entitlement(number: u128, of: &Subscription, version: &PlanVersion, zone_name: &str) -> Entitlement {
    Entitlement {
        id: EntitlementId::from_uuid(id(number)),
        subscription: of.id,
        valid_from: of.started_at,
        seq: 1,
        plan_version: version.id,
        overrides: Vec::new(),
        zone: zone(zone_name),
        period_rule: PeriodRule::monthly(1).expect("a rule"),
    }
}

pub fn parts(subscriptions: Vec<Subscription>, entitlements: Vec<Entitlement>) -> TimelineParts {
    TimelineParts {
        tenant: TenantId::from_uuid(id(1)),
        zone: Zone::UTC,
        currency: Currency::USD,
        version: 1,
        grace_days: billing::period::GRACE_DAYS,
        subscriptions,
        entitlements,
        periods: Vec::new(),
    }
}

/// A timeline with every period stored that should be by then.
pub fn timeline(mut parts: TimelineParts, until: &str) -> Timeline {
    let missing = Timeline::new(parts.clone()).expect("a timeline").missing_periods(at(until)).expect("periods");
    let already = parts.periods.len();
    parts.periods.extend(missing.into_iter().enumerate().map(|(index, new)| Period {
        id: PeriodId::from_uuid(id(0x900 + (already + index) as u128)),
        subscription: new.subscription,
        seq: new.seq,
        span: new.span,
        status: PeriodStatus::Open,
    }));
    Timeline::new(parts).expect("a timeline")
}

pub fn price(model: Model) -> Price {
    Price::new(PriceTerms::of(model)).expect("a price")
}

pub fn per_unit(unit_amount: &str) -> Price {
    price(Model::PerUnit(PerUnit { unit_amount: dec(unit_amount) }))
}

/// Tiers as (up to, unit amount, flat amount); an empty bound is none.
pub fn tiers(tiers: &[(&str, &str, &str)]) -> Graduated {
    let tier = |(up_to, unit_amount, flat_amount): &(&str, &str, &str)| Tier {
        up_to: if up_to.is_empty() { None } else { Some(dec(up_to)) },
        unit_amount: dec(unit_amount),
        flat_amount: dec(flat_amount),
    };
    Graduated { tiers: tiers.iter().map(tier).collect(), at_zero: ZeroUse::FirstFlat }
}
