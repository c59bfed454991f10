//! Builders of facts for invoices: one tenant, January 2026 in UTC, one plan. A test says only what it is about.

use super::build::{at, id, version};
use billing::ids::*;
use billing::invoice::{
    Account, Catalog, Content, CouponFacts, DayUse, Facts, Line, LineKind, MeterUse, PeriodFacts, Settings,
    WalletFacts, draft,
};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::Currency;
use billing::period::{PeriodRule, PeriodSpan};
use billing::plan::{Allowance, Plan, PlanVersion};
use billing::price::{Price, PriceTerms};
use billing::pricing::Phase;
use billing::pricing::adjust::Coupon;
use billing::quantity::Scale;
use billing::time::{Day, Interval, Zone};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus};

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A period of UTC days.
pub fn span(first: &str, end: &str) -> PeriodSpan {
    let (first_day, end_day) = (day(first), day(end));
    let start = |day: Day| day.start(Zone::UTC).expect("a start");
    PeriodSpan { first_day, end_day, interval: Interval { start: start(first_day), end: start(end_day) } }
}

/// A meter of whole units that sums up.
pub fn sum_meter(number: u128) -> Meter {
    Meter {
        id: MeterId::from_uuid(id(number)),
        code: format!("meter_{number:02}"),
        name: format!("Meter {number}"),
        unit: "units".to_owned(),
        scale: Scale::ZERO,
        aggregation: Aggregation::Sum,
        reset: Reset::Period,
        signed: false,
    }
}

/// A case: facts and what they refer to.
#[derive(Debug, Clone)]
pub struct Bill {
    pub facts: Facts,
    pub catalog: Catalog,
    pub settings: Settings,
}

impl Bill {
    /// January 2026 under plan 1 with a fee of 100.00 and nothing else.
    pub fn new() -> Self {
        let subscription = Subscription {
            id: SubscriptionId::from_uuid(id(0x30)),
            status: SubscriptionStatus::Active,
            started_at: at("2025-06-01T00:00:00Z"),
            ended_at: None,
        };
        let facts = Facts {
            tenant: TenantId::from_uuid(id(1)),
            tenant_name: "Tenant".to_owned(),
            account: Account::default(),
            currency: Currency::USD,
            at: at("2026-02-04T00:00:00Z"),
            period: PeriodFacts {
                id: PeriodId::from_uuid(id(0x901)),
                span: span("2026-01-01", "2026-02-01"),
                subscription,
                entitlements: Vec::new(),
            },
            until: day("2026-02-01"),
            phase: Phase::Final,
            next: None,
            fee_paid: None,
            used: Vec::new(),
            billed: Vec::new(),
            late: Vec::new(),
            coupons: Vec::new(),
            wallets: Vec::new(),
            replaces: None,
        };
        let bill = Self { facts, catalog: Catalog::default(), settings: Settings::default() };
        bill.plan(1, |_| {}).from_plan(1, "2025-06-01T00:00:00Z")
    }

    /// A plan with one version, both of that number.
    #[must_use]
    pub fn plan(mut self, number: u128, change: impl FnOnce(&mut PlanVersion)) -> Self {
        let mut made = version(number, &[]);
        change(&mut made);
        let plan = Plan {
            id: made.plan,
            family: "family".to_owned(),
            code: format!("plan_{number}"),
            name: format!("Plan {number}"),
            rank: 1,
        };
        self.catalog.plans.insert(plan.id, plan);
        self.catalog.versions.insert(made.id, made);
        self
    }

    /// The plan from an instant on.
    #[must_use]
    #[expect(clippy::wrong_self_convention, reason = "it reads as 'a bill from this plan'")]
    pub fn from_plan(mut self, number: u128, from: &str) -> Self {
        let seq = i64::try_from(self.facts.period.entitlements.len()).expect("few") + 1;
        self.facts.period.entitlements.push(Entitlement {
            id: EntitlementId::from_uuid(id(0x500 + seq.unsigned_abs() as u128)),
            subscription: self.facts.period.subscription.id,
            valid_from: at(from),
            seq,
            plan_version: PlanVersionId::from_uuid(id(number)),
            overrides: Vec::new(),
            zone: Zone::UTC,
            period_rule: PeriodRule::monthly(1).expect("a rule"),
        });
        self
    }

    /// A meter that plans may price.
    #[must_use]
    pub fn meter(mut self, meter: Meter) -> Self {
        self.catalog.meters.insert(meter.id, meter);
        self
    }

    /// Use of a meter.
    #[must_use]
    pub fn used(mut self, used: MeterUse) -> Self {
        self.facts.used.push(used);
        self
    }

    /// Something else.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }

    /// A discount on the invoice, or on the lines of a meter.
    #[must_use]
    pub fn coupon(mut self, meter: Option<u128>, off: Coupon) -> Self {
        let ordinal = self.facts.coupons.len() as i64;
        self.facts.coupons.push(CouponFacts {
            id: CouponId::from_uuid(id(0x700 + ordinal.unsigned_abs() as u128)),
            ordinal,
            code: format!("C{ordinal}"),
            meter: meter.map(|number| MeterId::from_uuid(id(number))),
            off,
            currency: Currency::USD,
            valid_from: at("2025-01-01T00:00:00Z"),
            valid_to: None,
        });
        self
    }

    /// Prepaid credits.
    #[must_use]
    pub fn wallet(mut self, balance_minor: i64, change: impl FnOnce(&mut WalletFacts)) -> Self {
        let number = self.facts.wallets.len() as u128;
        let mut wallet = WalletFacts {
            id: WalletId::from_uuid(id(0x800 + number)),
            name: format!("W{number}"),
            priority: 0,
            balance_minor,
            currency: Currency::USD,
            expires_at: None,
            created_at: at("2025-01-01T00:00:00Z"),
        };
        change(&mut wallet);
        self.facts.wallets.push(wallet);
        self
    }

    pub fn draft(&self) -> Content {
        draft(&self.facts, &self.catalog, &self.settings).expect("a draft")
    }
}

/// A plan version with one meter: what it includes of it and what use above costs.
pub fn priced(meter: u128, included: Option<i64>, price: Option<Price>) -> impl FnOnce(&mut PlanVersion) {
    move |version| {
        let meter = MeterId::from_uuid(id(meter));
        version.allowances.insert(meter, Allowance { included, cap: None });
        version.prices.extend(price.map(|price| (meter, price)));
    }
}

/// A price with something around its model.
pub fn around(price: &Price, change: impl FnOnce(&mut PriceTerms)) -> Price {
    let mut terms = price.terms().clone();
    change(&mut terms);
    Price::new(terms).expect("a price")
}

/// Units of a period without days.
pub fn units(meter: u128, units: i64) -> MeterUse {
    MeterUse { units, ..MeterUse::none(MeterId::from_uuid(id(meter))) }
}

/// Units by day and plan; the counter is their sum.
pub fn by_day(meter: u128, days: &[(&str, u128, i64)]) -> MeterUse {
    let used = |(on, plan, units): &(&str, u128, i64)| DayUse {
        day: day(on),
        plan_version: Some(PlanVersionId::from_uuid(id(*plan))),
        units: *units,
    };
    let days: Vec<DayUse> = days.iter().map(used).collect();
    MeterUse { units: days.iter().map(|day| day.units).sum(), days, ..MeterUse::none(MeterId::from_uuid(id(meter))) }
}

/// Kind and amount of each line.
pub fn amounts(content: &Content) -> Vec<(LineKind, i64)> {
    content.lines.iter().map(|line| (line.kind, line.amount_minor)).collect()
}

/// The lines of one kind.
pub fn of_kind(content: &Content, kind: LineKind) -> Vec<&Line> {
    content.lines.iter().filter(|line| line.kind == kind).collect()
}
