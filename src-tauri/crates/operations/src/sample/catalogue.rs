//! What the sample company sells: its meters, and four plan families with a price list per currency (rules, section 9).
//!
//! Prices are made up in dollars; the other currencies take them times a fixed factor, as many companies do.

use super::random::Random;
use billing::ids::{MeterId, PlanId, PlanVersionId};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Currency, Money};
use billing::period::BillingInterval;
use billing::plan::{Allowance, Feature, FeeTiming, Plan, PlanVersion, RetryRule};
use billing::price::{Graduated, Model, Package, PerUnit, Price, PriceTerms, Tier, ZeroUse};
use billing::quantity::Scale;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

mod families;

/// Codes of the meters.
pub mod meter_code {
    /// Seconds of calls.
    pub const CALL_SECONDS: &str = "call_seconds";
    /// Calls at the same time, a maximum.
    pub const CALLS_AT_ONCE: &str = "calls_at_once";
    /// E-mails that the inbox agent processed.
    pub const INBOX: &str = "inbox";
    /// Invoices that the invoice agent detected.
    pub const INVOICE: &str = "invoice";
    /// Meetings that the meeting agent prepared.
    pub const MEETING: &str = "meeting";
    /// Tokens of language models, per local day.
    pub const LLM_TOKENS: &str = "llm_tokens";
    /// Bytes of stored memories; what the short-term tier holds is not billable.
    pub const MEMORY_BYTES: &str = "memory_bytes";
    /// Seconds of agents at work.
    pub const AGENT_SECONDS: &str = "agent_seconds";
    /// Seconds of transcribed speech.
    pub const TRANSCRIPTION_SECONDS: &str = "transcription_seconds";
    /// Sessions that were transcribed.
    pub const SESSIONS: &str = "sessions";
    /// Exported transcripts; the action is the format.
    pub const EXPORTS: &str = "exports";
}

/// A plan of the sample with its versions.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// The plan.
    pub plan: Plan,
    /// Its versions per currency, the oldest first.
    pub versions: BTreeMap<&'static str, Vec<PlanVersion>>,
}

/// Everything that is sold.
#[derive(Debug, Clone)]
pub(super) struct Catalogue {
    /// The meters, in the order of the screens.
    pub meters: Vec<Meter>,
    /// The plans, by family and rank.
    pub products: Vec<Product>,
}

impl Catalogue {
    /// The catalogue of a seed; only ids come from it.
    pub fn new(random: &Random) -> Self {
        let meters: Vec<Meter> = families::METERS.iter().map(|row| meter(row, random)).collect();
        let by_code = meters.iter().map(|meter| (meter.code.clone(), meter.id)).collect();
        let products = families::OFFERS.iter().map(|offer| product(offer, &by_code, random)).collect();
        Self { meters, products }
    }

    /// A meter by its code.
    pub fn meter(&self, code: &str) -> &Meter {
        self.meters.iter().find(|meter| meter.code == code).expect("the sample only names its own meters")
    }

    /// The plans of a family, by rank.
    pub fn family(&self, family: &str) -> Vec<&Product> {
        self.products.iter().filter(|product| product.plan.family == family).collect()
    }

    /// Every version by its id.
    pub fn versions(&self) -> HashMap<PlanVersionId, PlanVersion> {
        let all = self.products.iter().flat_map(|product| product.versions.values().flatten());
        all.map(|version| (version.id, version.clone())).collect()
    }
}

/// The currencies with their factor to the dollar.
pub(super) const CURRENCIES: &[(&str, Decimal)] = &[
    ("USD", Decimal::ONE),
    ("EUR", Decimal::from_parts(95, 0, 0, false, 2)),
    ("GBP", Decimal::from_parts(80, 0, 0, false, 2)),
    ("JPY", Decimal::from_parts(150, 0, 0, false, 0)),
    ("KWD", Decimal::from_parts(30, 0, 0, false, 2)),
];

/// A meter as the table of the sample has it.
struct MeterSpec {
    code: &'static str,
    name: &'static str,
    unit: &'static str,
    aggregation: Aggregation,
    reset: Reset,
}

/// What a plan gives of a meter; `None` is unlimited or no cap.
struct Given {
    meter: &'static str,
    included: Option<i64>,
    cap: Option<i64>,
    price: Option<Charge>,
}

/// A price in dollars; amounts are decimal text.
struct Charge {
    per: i64,
    model: ChargeModel,
    maximum: Option<&'static str>,
}

enum ChargeModel {
    PerUnit(&'static str),
    /// Upper bound (none at the end), unit amount, flat amount.
    Graduated(&'static [(Option<i64>, &'static str, &'static str)]),
    Volume(&'static [(Option<i64>, &'static str, &'static str)]),
    Package {
        size: i64,
        amount: &'static str,
    },
}

/// A plan as the table of the sample has it.
struct Offer {
    family: &'static str,
    code: &'static str,
    name: &'static str,
    rank: i32,
    /// Fees in whole dollars, one for each version.
    fees: &'static [i64],
    retry_success: RetryRule,
    given: &'static [Given],
}

fn meter(row: &MeterSpec, random: &Random) -> Meter {
    Meter {
        id: MeterId::from_uuid(random.stream(row.code, 0).uuid()),
        code: row.code.to_owned(),
        name: row.name.to_owned(),
        unit: row.unit.to_owned(),
        scale: Scale::ZERO,
        aggregation: row.aggregation,
        reset: row.reset,
        signed: false,
    }
}

fn product(offer: &Offer, meters: &HashMap<String, MeterId>, random: &Random) -> Product {
    let id = PlanId::from_uuid(random.stream(offer.code, 0).uuid());
    let plan = Plan {
        id,
        family: offer.family.to_owned(),
        code: offer.code.to_owned(),
        name: offer.name.to_owned(),
        rank: offer.rank,
    };
    let versions = CURRENCIES.iter().map(|(currency, factor)| {
        let version = |(index, fee): (usize, &i64)| PlanVersion {
            id: PlanVersionId::from_uuid(random.stream(&format!("{}/{currency}", offer.code), index).uuid()),
            plan: id,
            version: u32::try_from(index + 1).unwrap_or(u32::MAX),
            fee: fee_in(*fee, currency, *factor),
            interval: BillingInterval::Month,
            fee_timing: FeeTiming::Advance,
            minimum: None,
            retry_success: offer.retry_success,
            features: features(offer),
            allowances: offer.given.iter().map(|given| (meters[given.meter], allowance(given))).collect(),
            prices: offer.given.iter().filter_map(|given| priced(given, meters, *factor)).collect(),
        };
        (*currency, offer.fees.iter().enumerate().map(version).collect())
    });
    Product { plan, versions: versions.collect() }
}

/// Fees are whole units in every currency: nobody sells a plan at 46.55.
fn fee_in(dollars: i64, currency: &str, factor: Decimal) -> Money {
    let currency: Currency = currency.parse().expect("a test reads every currency of the sample");
    let whole = (Decimal::from(dollars) * factor).round();
    Money::rounded(whole, currency).expect("the fees of the sample are small")
}

fn allowance(given: &Given) -> Allowance {
    Allowance { included: given.included, cap: given.cap }
}

fn features(offer: &Offer) -> Vec<Feature> {
    let own = families::FEATURES.iter().filter(|feature| feature.family == offer.family);
    own.map(|feature| Feature {
        code: feature.code.to_owned(),
        name: feature.name.to_owned(),
        description: feature.description.to_owned(),
        enabled: offer.rank >= feature.from_rank,
        limit: feature.limits.get(usize::try_from(offer.rank - 1).unwrap_or(0)).map(|limit| (*limit).to_owned()),
    })
    .collect()
}

fn priced(given: &Given, meters: &HashMap<String, MeterId>, factor: Decimal) -> Option<(MeterId, Price)> {
    let charge = given.price.as_ref()?;
    let money = |text: &str| (decimal(text) * factor).normalize();
    let tiers = |rows: &[(Option<i64>, &str, &str)]| Graduated {
        tiers: rows
            .iter()
            .map(|(up_to, unit, flat)| Tier {
                up_to: up_to.map(Decimal::from),
                unit_amount: money(unit),
                flat_amount: money(flat),
            })
            .collect(),
        at_zero: ZeroUse::Nothing,
    };
    let model = match &charge.model {
        ChargeModel::PerUnit(amount) => Model::PerUnit(PerUnit { unit_amount: money(amount) }),
        ChargeModel::Graduated(rows) => Model::Graduated(tiers(rows)),
        ChargeModel::Volume(rows) => Model::Volume(tiers(rows)),
        ChargeModel::Package { size, amount } => Model::Package(Package {
            size: Decimal::from(*size),
            amount: money(amount),
            free: Decimal::ZERO,
            rounding: billing::price::PackageRounding::Up,
        }),
    };
    let mut terms = PriceTerms::of(model);
    terms.per = Decimal::from(charge.per);
    terms.maximum = charge.maximum.map(money);
    Some((meters[given.meter], Price::new(terms).expect("a test makes every price of the sample")))
}

fn decimal(text: &str) -> Decimal {
    billing::quantity::parse_decimal(text).expect("a test reads every figure of the sample")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_plan_is_sold_in_every_currency() {
        let catalogue = Catalogue::new(&Random::new(1));
        assert_eq!(catalogue.products.len(), 12, "three plans in each of four families");
        for product in &catalogue.products {
            let currencies: Vec<_> = product.versions.keys().copied().collect();
            assert_eq!(currencies, ["EUR", "GBP", "JPY", "KWD", "USD"], "{} has a price list each", product.plan.name);
            let ranks = product.versions.values().flatten().map(|version| version.fee.minor() >= 0);
            assert!(ranks.into_iter().all(|fee| fee), "no fee is negative");
        }
    }

    #[test]
    fn limits_rise_with_the_tier() {
        let catalogue = Catalogue::new(&Random::new(1));
        for family in ["calls", "agents", "platform", "transcription"] {
            let plans = catalogue.family(family);
            for pair in plans.windows(2) {
                let (lower, higher) = (&pair[0].versions["USD"][0], &pair[1].versions["USD"][0]);
                assert!(pair[0].plan.rank < pair[1].plan.rank, "{family} is sorted by rank");
                for (meter, allowance) in &lower.allowances {
                    let next = higher.allowance(*meter).included.unwrap_or(i64::MAX);
                    assert!(next >= allowance.included.unwrap_or(i64::MAX), "{family}: a higher plan holds less");
                }
            }
        }
    }

    #[test]
    fn several_pricing_models_are_in_use() {
        let catalogue = Catalogue::new(&Random::new(1));
        let versions = catalogue.versions();
        let models: BTreeSet<_> = versions
            .values()
            .flat_map(|version| version.prices.values())
            .map(|price| match price.terms().model {
                Model::PerUnit(_) => "per_unit",
                Model::Graduated(_) => "graduated",
                Model::Volume(_) => "volume",
                Model::Package(_) => "package",
                Model::Percentage(_) | Model::GraduatedPercentage(_) => "percentage",
            })
            .collect();
        assert!(models.is_superset(&["per_unit", "graduated", "volume", "package"].into()), "only {models:?}");
    }

    #[test]
    fn the_limits_of_the_platform_are_those_of_the_rules() {
        let catalogue = Catalogue::new(&Random::new(1));
        let limits = |plan: usize, code: &str| {
            let version = &catalogue.family("platform")[plan].versions["USD"][0];
            version.allowance(catalogue.meter(code).id).included
        };
        let gib = 1 << 30;
        assert_eq!([0, 1, 2].map(|plan| limits(plan, meter_code::LLM_TOKENS)), [Some(1_000), Some(50_000), None]);
        assert_eq!([0, 1, 2].map(|plan| limits(plan, meter_code::MEMORY_BYTES)), [Some(gib), Some(10 * gib), None]);
        assert_eq!([0, 1, 2].map(|plan| limits(plan, meter_code::AGENT_SECONDS)), [Some(0), Some(3_600), None]);
    }
}
