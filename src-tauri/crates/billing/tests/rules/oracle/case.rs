//! The facts of a case as the oracle writes them, and the same facts for the crate.

use crate::bill::{Bill, around};
use crate::build::{at, dec, id, price, zone};
use billing::ids::*;
use billing::invoice::{
    CouponFacts, DayUse, EventUse, FeePaid, LateUse, MeterUse, NextPeriod, PeriodFacts, WalletFacts,
};
use billing::meter::Meter;
use billing::money::{Currency, Money};
use billing::period::{PeriodRule, PeriodSpan};
use billing::plan::{Allowance, OverrideInForce, PlanVersion, Setting};
use billing::price::{
    Graduated, GraduatedPercentage, Model, Package, PerUnit, Percentage, Price, RateTier, Tier, ZeroUse,
};
use billing::pricing::Phase;
use billing::pricing::adjust::Coupon;
use billing::quantity::Scale;
use billing::time::{Day, Interval};
use billing::timeline::Entitlement;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct Case {
    currency: String,
    zone: String,
    anchor_day: u8,
    tax_percent: String,
    period: Days,
    started_at: String,
    ended_at: Option<String>,
    until: Day,
    phase: String,
    at: String,
    next: Option<Days>,
    fee_paid: Option<Paid>,
    meters: Vec<CaseMeter>,
    versions: BTreeMap<String, Version>,
    holdings: Vec<Holding>,
    used: Vec<Use>,
    billed: Vec<Use>,
    late: Vec<Late>,
    coupons: Vec<CaseCoupon>,
    wallets: Vec<Wallet>,
}

#[derive(Deserialize)]
struct Days {
    first: Day,
    end: Day,
}

#[derive(Deserialize)]
struct Paid {
    version: u32,
    from: Day,
    to: Day,
    creditable_minor: i64,
}

#[derive(Deserialize)]
struct CaseMeter {
    code: String,
    aggregation: String,
    reset: String,
    scale: u8,
}

#[derive(Deserialize)]
struct Version {
    fee_minor: i64,
    timing: String,
    minimum_minor: Option<i64>,
    allowances: BTreeMap<String, Option<i64>>,
    prices: BTreeMap<String, CasePrice>,
}

#[derive(Deserialize)]
struct CasePrice {
    model: String,
    per: String,
    minimum: Option<String>,
    maximum: Option<String>,
    level_billing: String,
    invoiced_by: String,
    #[serde(default)]
    unit_amount: Option<String>,
    #[serde(default)]
    tiers: Vec<CaseTier>,
    #[serde(default)]
    at_zero: Option<String>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    amount: Option<String>,
    #[serde(default)]
    free: Option<String>,
    #[serde(default)]
    rounding: Option<String>,
    #[serde(default)]
    rate_percent: Option<String>,
    #[serde(default)]
    fixed_amount: Option<String>,
    #[serde(default)]
    free_events: Option<u64>,
    #[serde(default)]
    free_amount: Option<String>,
    #[serde(default)]
    event_minimum: Option<String>,
    #[serde(default)]
    event_maximum: Option<String>,
}

#[derive(Deserialize)]
struct CaseTier {
    up_to: Option<String>,
    #[serde(default)]
    unit_amount: Option<String>,
    #[serde(default)]
    rate_percent: Option<String>,
    flat_amount: String,
}

#[derive(Deserialize)]
struct Holding {
    version: u32,
    from: String,
    seq: i64,
    overrides: BTreeMap<String, Option<i64>>,
}

#[derive(Deserialize)]
struct Use {
    meter: String,
    units: i64,
    opening: i64,
    days: Vec<Row>,
    events: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    day: Day,
    version: u32,
    units: i64,
}

#[derive(Deserialize)]
struct Late {
    first: Day,
    end: Day,
    holdings: Vec<Holding>,
    before: Use,
    with: Use,
}

#[derive(Deserialize)]
struct CaseCoupon {
    ordinal: i64,
    code: String,
    meter: Option<String>,
    percent: Option<String>,
    amount: Option<String>,
    currency: String,
    valid_from: String,
    valid_to: Option<String>,
}

#[derive(Deserialize)]
struct Wallet {
    number: u32,
    name: String,
    priority: i64,
    balance_minor: i64,
    currency: String,
    expires_at: Option<String>,
    created_at: String,
}

fn version_id(number: u32) -> PlanVersionId {
    PlanVersionId::from_uuid(id(u128::from(number)))
}

/// The number of a version in its case.
pub fn number_of(version: PlanVersionId) -> u32 {
    u32::try_from(version.uuid().as_u128()).expect("ids of cases are small numbers")
}

/// `m2` is meter 2.
fn meter_id(code: &str) -> MeterId {
    MeterId::from_uuid(id(0x100 + code[1..].parse::<u128>().expect("a number")))
}

fn optional(text: Option<&String>) -> Option<Decimal> {
    text.map(|text| dec(text))
}

fn needed(text: Option<&String>) -> Decimal {
    optional(text).expect("the model has it")
}

impl Case {
    fn currency(&self) -> Currency {
        self.currency.parse().expect("a currency")
    }

    fn span(&self, first_day: Day, end_day: Day) -> PeriodSpan {
        let start = |day: Day| day.start(zone(&self.zone)).expect("a start");
        PeriodSpan { first_day, end_day, interval: Interval { start: start(first_day), end: start(end_day) } }
    }

    fn entitlements(&self, holdings: &[Holding]) -> Vec<Entitlement> {
        let one = |holding: &Holding| Entitlement {
            id: EntitlementId::from_uuid(id(0x500 + holding.seq.unsigned_abs() as u128)),
            subscription: SubscriptionId::from_uuid(id(0x30)),
            valid_from: at(&holding.from),
            seq: holding.seq,
            plan_version: version_id(holding.version),
            overrides: holding.overrides.iter().map(|(meter, included)| override_of(meter, *included)).collect(),
            zone: zone(&self.zone),
            period_rule: PeriodRule::monthly(self.anchor_day).expect("a rule"),
        };
        holdings.iter().map(one).collect()
    }

    /// The facts for the crate.
    pub fn bill(&self) -> Bill {
        let mut bill = Bill::new();
        bill.catalog.versions.clear();
        for (number, version) in &self.versions {
            let number: u32 = number.parse().expect("a number");
            bill = bill.plan(u128::from(number), |made| version.put(made, self.currency()));
        }
        bill = self.meters.iter().fold(bill, |bill, meter| bill.meter(meter.made()));
        let facts = &mut bill.facts;
        facts.currency = self.currency();
        facts.account.tax_percent = dec(&self.tax_percent);
        facts.at = at(&self.at);
        facts.until = self.until;
        facts.phase = if self.phase == "final" { Phase::Final } else { Phase::Running };
        let PeriodFacts { span, subscription, entitlements, .. } = &mut facts.period;
        *span = self.span(self.period.first, self.period.end);
        subscription.started_at = at(&self.started_at);
        subscription.ended_at = self.ended_at.as_deref().map(at);
        *entitlements = self.entitlements(&self.holdings);
        let next = |next: &Days| NextPeriod {
            id: PeriodId::from_uuid(id(0x902)),
            span: self.span(next.first, next.end),
            charged: None,
        };
        facts.next = self.next.as_ref().map(next);
        facts.fee_paid = self.fee_paid.as_ref().map(|paid| FeePaid {
            plan_version: version_id(paid.version),
            from: paid.from,
            to: paid.to,
            creditable_minor: paid.creditable_minor,
        });
        facts.used = self.used.iter().map(Use::made).collect();
        facts.billed = self.billed.iter().map(Use::made).collect();
        let period = facts.period.clone();
        facts.late = self.late.iter().map(|late| self.late(late, &period)).collect();
        facts.coupons = self.coupons.iter().map(CaseCoupon::made).collect();
        facts.wallets = self.wallets.iter().map(Wallet::made).collect();
        bill
    }

    fn late(&self, late: &Late, period: &PeriodFacts) -> LateUse {
        let period = PeriodFacts {
            id: PeriodId::from_uuid(id(0x900)),
            span: self.span(late.first, late.end),
            entitlements: self.entitlements(&late.holdings),
            ..period.clone()
        };
        LateUse { period, before: late.before.made(), with: late.with.made(), settled: Vec::new() }
    }
}

fn override_of(meter: &str, included: Option<i64>) -> OverrideInForce {
    let override_id = OverrideId::from_uuid(id(0x600));
    OverrideInForce { id: override_id, meter: meter_id(meter), included: Setting::To(included), cap: Setting::Keep }
}

impl CaseMeter {
    fn made(&self) -> Meter {
        Meter {
            id: meter_id(&self.code),
            code: self.code.clone(),
            name: self.code.clone(),
            unit: "units".to_owned(),
            scale: Scale::new(self.scale).expect("a scale"),
            aggregation: self.aggregation.parse().expect("an aggregation"),
            reset: self.reset.parse().expect("a reset"),
            signed: false,
        }
    }
}

impl Version {
    fn put(&self, made: &mut PlanVersion, currency: Currency) {
        made.fee = Money::from_minor(self.fee_minor, currency);
        made.fee_timing = self.timing.parse().expect("a timing");
        made.minimum = self.minimum_minor.map(|minor| Money::from_minor(minor, currency));
        let allowance =
            |(code, included): (&String, &Option<i64>)| (meter_id(code), Allowance { included: *included, cap: None });
        made.allowances = self.allowances.iter().map(allowance).collect();
        made.prices = self.prices.iter().map(|(code, price)| (meter_id(code), price.made())).collect();
    }
}

impl CasePrice {
    fn made(&self) -> Price {
        around(&price(self.model()), |terms| {
            terms.per = dec(&self.per);
            terms.minimum = optional(self.minimum.as_ref());
            terms.maximum = optional(self.maximum.as_ref());
            terms.level_billing = self.level_billing.parse().expect("a billing");
            terms.invoiced_by = self.invoiced_by.parse().expect("an issuer");
        })
    }

    fn model(&self) -> Model {
        match self.model.as_str() {
            "per_unit" => Model::PerUnit(PerUnit { unit_amount: needed(self.unit_amount.as_ref()) }),
            "graduated" => Model::Graduated(self.graduated()),
            "volume" => Model::Volume(self.graduated()),
            "package" => Model::Package(Package {
                size: needed(self.size.as_ref()),
                amount: needed(self.amount.as_ref()),
                free: needed(self.free.as_ref()),
                rounding: self.rounding.as_deref().expect("a rounding").parse().expect("a rounding"),
            }),
            "percentage" => Model::Percentage(Percentage {
                rate_percent: needed(self.rate_percent.as_ref()),
                fixed_amount: needed(self.fixed_amount.as_ref()),
                free_events: self.free_events,
                free_amount: optional(self.free_amount.as_ref()),
                event_minimum: optional(self.event_minimum.as_ref()),
                event_maximum: optional(self.event_maximum.as_ref()),
            }),
            _ => {
                let tier = |tier: &CaseTier| RateTier {
                    up_to: optional(tier.up_to.as_ref()),
                    rate_percent: needed(tier.rate_percent.as_ref()),
                    flat_amount: dec(&tier.flat_amount),
                };
                let tiers = self.tiers.iter().map(tier).collect();
                Model::GraduatedPercentage(GraduatedPercentage { tiers, at_zero: self.at_zero() })
            }
        }
    }

    fn graduated(&self) -> Graduated {
        let tier = |tier: &CaseTier| Tier {
            up_to: optional(tier.up_to.as_ref()),
            unit_amount: needed(tier.unit_amount.as_ref()),
            flat_amount: dec(&tier.flat_amount),
        };
        Graduated { tiers: self.tiers.iter().map(tier).collect(), at_zero: self.at_zero() }
    }

    fn at_zero(&self) -> ZeroUse {
        self.at_zero.as_deref().expect("it is said").parse().expect("a word")
    }
}

impl Use {
    fn made(&self) -> MeterUse {
        let day = |row: &Row| DayUse { day: row.day, plan_version: Some(version_id(row.version)), units: row.units };
        let event =
            |row: &Row| EventUse { day: row.day, plan_version: Some(version_id(row.version)), units: row.units };
        MeterUse {
            meter: meter_id(&self.meter),
            units: self.units,
            opening: self.opening,
            days: self.days.iter().map(day).collect(),
            events: self.events.iter().map(event).collect(),
        }
    }
}

impl CaseCoupon {
    fn made(&self) -> CouponFacts {
        let off = match &self.percent {
            Some(percent) => Coupon::Percent(dec(percent)),
            None => Coupon::Fixed(needed(self.amount.as_ref())),
        };
        CouponFacts {
            id: CouponId::from_uuid(id(0x700 + self.ordinal.unsigned_abs() as u128)),
            ordinal: self.ordinal,
            code: self.code.clone(),
            meter: self.meter.as_deref().map(meter_id),
            off,
            currency: self.currency.parse().expect("a currency"),
            valid_from: at(&self.valid_from),
            valid_to: self.valid_to.as_deref().map(at),
        }
    }
}

impl Wallet {
    fn made(&self) -> WalletFacts {
        WalletFacts {
            id: WalletId::from_uuid(id(0x800 + u128::from(self.number))),
            name: self.name.clone(),
            priority: self.priority,
            balance_minor: self.balance_minor,
            currency: self.currency.parse().expect("a currency"),
            expires_at: self.expires_at.as_deref().map(at),
            created_at: at(&self.created_at),
        }
    }
}
