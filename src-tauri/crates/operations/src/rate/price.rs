//! The six models and their lines: the price that a line's parameters give, and the use that it prices.

use super::answer::{Fault, Worked};
use super::figure::{Count, Figure, Object, Units};
use super::other::stated_digits;
use billing::exact;
use billing::price::{
    Graduated, GraduatedPercentage, Model, Package, PackageRounding, PerUnit, Percentage, Price, PriceTerms, RateTier,
    Tier, ZeroUse,
};
use billing::pricing::line::{committed, difference, rounded};
use billing::pricing::{Commitment, Phase, Rated, Rule, Span, Step, Use, rate};
use rust_decimal::Decimal;
use serde::Deserialize;

/// A model by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelName {
    PerUnit,
    Graduated,
    Volume,
    Package,
    Percentage,
    GraduatedPercentage,
}

impl std::str::FromStr for ModelName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "per_unit" => Self::PerUnit,
            "graduated" => Self::Graduated,
            "volume" => Self::Volume,
            "package" => Self::Package,
            "percentage" => Self::Percentage,
            "graduated_percentage" => Self::GraduatedPercentage,
            _ => return Err(()),
        })
    }
}

#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
struct TierParams {
    up_to: Option<Figure>,
    unit_amount: Option<Figure>,
    rate_percent: Option<Figure>,
    flat_amount: Option<Figure>,
}

/// Parameters of any model; those of another model are refused when the price is made.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Params {
    model: Option<String>,
    unit_amount: Option<Figure>,
    tiers: Option<Vec<Object<TierParams>>>,
    first_tier_flat_at_zero: Option<bool>,
    package_size: Option<Figure>,
    package_amount: Option<Figure>,
    rounding: Option<PackageRounding>,
    rate_percent: Option<Figure>,
    fixed_amount_per_event: Option<Figure>,
    free_events: Option<Count>,
    free_amount: Option<Figure>,
    per_event_min: Option<Figure>,
    per_event_max: Option<Figure>,
    free_units: Option<Figure>,
    clamp_negative_units: Option<bool>,
    minimum_spend: Option<Figure>,
    maximum_spend: Option<Figure>,
    discount_percent: Option<Figure>,
    units_before_line: Option<Figure>,
    previously_billed: Option<Figure>,
    is_last_line_of_period: Option<bool>,
    currency: Option<String>,
    round_dp: Option<Count>,
}

/// Parameters of `delta_rerate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeltaParams {
    price: Object<Params>,
    #[serde(default)]
    prior_cumulative_units: Units,
    #[serde(default)]
    is_final_phase: bool,
    #[serde(default)]
    free_units: Option<Figure>,
    #[serde(default)]
    minimum_spend: Option<Figure>,
    #[serde(default)]
    maximum_spend: Option<Figure>,
    #[serde(default)]
    discount_percent: Option<Figure>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    round_dp: Option<Count>,
}

fn decimal(figure: Option<Figure>) -> Option<Decimal> {
    figure.map(|figure| figure.0)
}

fn needed(figure: Option<Figure>, field: &str) -> Result<Decimal, Fault> {
    decimal(figure).ok_or_else(|| Fault::missing(field))
}

fn or_zero(figure: Option<Figure>) -> Decimal {
    decimal(figure).unwrap_or(Decimal::ZERO)
}

impl Params {
    /// Refuses parameters that the model does not have: leaving them out in silence would give a wrong amount.
    fn refuse_foreign(&self, name: ModelName) -> Result<(), Fault> {
        use ModelName as M;
        let tiered = matches!(name, M::Graduated | M::Volume | M::GraduatedPercentage);
        let fields = [
            ("unit_amount", self.unit_amount.is_some(), name == M::PerUnit),
            ("tiers", self.tiers.is_some(), tiered),
            ("first_tier_flat_at_zero", self.first_tier_flat_at_zero.is_some(), tiered),
            ("package_size", self.package_size.is_some(), name == M::Package),
            ("package_amount", self.package_amount.is_some(), name == M::Package),
            ("rounding", self.rounding.is_some(), name == M::Package),
            ("rate_percent", self.rate_percent.is_some(), name == M::Percentage),
            ("fixed_amount_per_event", self.fixed_amount_per_event.is_some(), name == M::Percentage),
            ("free_events", self.free_events.is_some(), name == M::Percentage),
            ("free_amount", self.free_amount.is_some(), name == M::Percentage),
            ("per_event_min", self.per_event_min.is_some(), name == M::Percentage),
            ("per_event_max", self.per_event_max.is_some(), name == M::Percentage),
            ("free_units", self.free_units.is_some(), name != M::Percentage),
            ("units_before_line", self.units_before_line.is_some(), name != M::Percentage),
        ];
        match fields.iter().find(|(_, given, belongs)| *given && !belongs) {
            Some((field, ..)) => Err(Fault::new("unknown_field", format!("{field} is no parameter of this model"))),
            None => Ok(()),
        }
    }

    fn model(&self, name: ModelName) -> Result<Model, Fault> {
        let at_zero = if self.first_tier_flat_at_zero.unwrap_or(true) { ZeroUse::FirstFlat } else { ZeroUse::Nothing };
        Ok(match name {
            ModelName::PerUnit => Model::PerUnit(PerUnit { unit_amount: needed(self.unit_amount, "unit_amount")? }),
            ModelName::Graduated => Model::Graduated(Graduated { tiers: self.tiers()?, at_zero }),
            ModelName::Volume => Model::Volume(Graduated { tiers: self.tiers()?, at_zero }),
            ModelName::GraduatedPercentage => {
                Model::GraduatedPercentage(GraduatedPercentage { tiers: self.rate_tiers()?, at_zero })
            }
            ModelName::Package => Model::Package(Package {
                size: needed(self.package_size, "package_size")?,
                amount: needed(self.package_amount, "package_amount")?,
                free: or_zero(self.free_units),
                rounding: self.rounding.unwrap_or(PackageRounding::Up),
            }),
            ModelName::Percentage => Model::Percentage(Percentage {
                rate_percent: needed(self.rate_percent, "rate_percent")?,
                fixed_amount: or_zero(self.fixed_amount_per_event),
                free_events: self.free_events.map(|count| count.0),
                free_amount: decimal(self.free_amount),
                event_minimum: decimal(self.per_event_min),
                event_maximum: decimal(self.per_event_max),
            }),
        })
    }

    fn tiers(&self) -> Result<Vec<Tier>, Fault> {
        let tiers = self.tiers.as_ref().ok_or_else(|| Fault::missing("tiers"))?;
        let tier = |(index, Object(tier)): (usize, &Object<TierParams>)| {
            if tier.rate_percent.is_some() {
                return Err(Fault::new(
                    "unknown_field",
                    format!("tiers[{index}].rate_percent is no parameter of this model"),
                ));
            }
            // A tier with a flat amount alone is usual; one without either figure is a slip.
            if tier.unit_amount.is_none() && tier.flat_amount.is_none() {
                return Err(Fault::missing(&format!("tiers[{index}].unit_amount")));
            }
            let (unit_amount, flat_amount) = (or_zero(tier.unit_amount), or_zero(tier.flat_amount));
            Ok(Tier { up_to: decimal(tier.up_to), unit_amount, flat_amount })
        };
        tiers.iter().enumerate().map(tier).collect()
    }

    fn rate_tiers(&self) -> Result<Vec<RateTier>, Fault> {
        let tiers = self.tiers.as_ref().ok_or_else(|| Fault::missing("tiers"))?;
        let tier = |(index, Object(tier)): (usize, &Object<TierParams>)| {
            if tier.unit_amount.is_some() {
                return Err(Fault::new(
                    "unknown_field",
                    format!("tiers[{index}].unit_amount is no parameter of this model"),
                ));
            }
            let rate_percent = needed(tier.rate_percent, &format!("tiers[{index}].rate_percent"))?;
            Ok(RateTier { up_to: decimal(tier.up_to), rate_percent, flat_amount: or_zero(tier.flat_amount) })
        };
        tiers.iter().enumerate().map(tier).collect()
    }

    fn price(&self, name: ModelName) -> Result<Price, Fault> {
        self.refuse_foreign(name)?;
        let mut terms = PriceTerms::of(self.model(name)?);
        terms.minimum = decimal(self.minimum_spend);
        terms.maximum = decimal(self.maximum_spend);
        Ok(Price::new(terms)?)
    }
}

/// Takes a percentage off, as a step.
fn less_percent(rated: Rated, percent: Option<Figure>) -> Result<Rated, Fault> {
    let Some(Figure(percent)) = percent else { return Ok(rated) };
    if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(Fault::invalid("discount_percent", format_args!("{percent} is not from 0 to 100")));
    }
    let off = exact::div(exact::mul(rated.amount, percent)?, Decimal::ONE_HUNDRED)?;
    let step = Step::new(Rule::Discount, -off).of(rated.amount, percent, Decimal::ONE_HUNDRED);
    Ok(rated.and(step)?)
}

fn maybe_rounded(rated: Rated, digits: Option<u32>) -> Result<Rated, Fault> {
    Ok(match digits {
        Some(digits) => rounded(rated, digits)?,
        None => rated,
    })
}

/// Takes free units off a quantity, not below 0; a quantity below 0 stays as it is.
fn less_free(quantity: Decimal, free: Decimal) -> Result<Decimal, Fault> {
    Ok(if quantity <= Decimal::ZERO { quantity } else { exact::sub(quantity, free)?.max(Decimal::ZERO) })
}

/// Free units that the price does not take off by itself.
fn outer_free(name: ModelName, free: Option<Figure>) -> Result<Decimal, Fault> {
    let free = if name == ModelName::Package { Decimal::ZERO } else { or_zero(free) };
    if free < Decimal::ZERO { Err(Fault::invalid("free_units", "negative")) } else { Ok(free) }
}

/// A model or a line of it: what the period costs with these units less what it cost before them, within the maximum
/// and, on the last line, up to the minimum.
pub(super) fn line(name: ModelName, params: Params, units: &Units) -> Result<Worked, Fault> {
    if params.model.is_some() {
        return Err(Fault::new("unknown_field", "model is no parameter here"));
    }
    let price = params.price(name)?;
    let digits = stated_digits(params.currency.as_deref(), params.round_dp)?;
    let phase = if params.is_last_line_of_period.unwrap_or(true) { Phase::Final } else { Phase::Running };
    if name == ModelName::Volume && phase == Phase::Running {
        // The tier of all units is known when the period ends; an earlier line bills nothing.
        return Worked::new(Rated::from_steps(Vec::new())?, digits);
    }
    let used = priced_use(name, &params, units)?;
    let now = maybe_rounded(rate(&price, &used, Span::Whole)?, digits)?;
    let mut billed = Decimal::ZERO;
    let mut rated = now;
    // Lines of a volume price before the last billed nothing, so the last one bills all units.
    if let Some(Figure(before)) = params.units_before_line.filter(|_| name != ModelName::Volume) {
        let before = Use::Quantity(less_free(before, outer_free(name, params.free_units)?)?);
        let before = maybe_rounded(rate(&price, &before, Span::Whole)?, digits)?;
        billed = price.terms().maximum.map_or(before.amount, |maximum| before.amount.min(maximum));
        rated = difference(rated, &before)?;
    }
    let billed = decimal(params.previously_billed).unwrap_or(billed);
    let rated = less_percent(rated, params.discount_percent)?;
    let rated = settle(rated, Commitment::of(&price), billed, phase)?;
    Worked::new(maybe_rounded(rated, digits)?, digits)
}

/// The quantities that a line prices, cumulative where it says what came before.
fn priced_use(name: ModelName, params: &Params, units: &Units) -> Result<Use, Fault> {
    let clamp = params.clamp_negative_units.unwrap_or(false);
    let clamped = |quantity: Decimal| if clamp { quantity.max(Decimal::ZERO) } else { quantity };
    if *units == Units::None {
        return Err(Fault::missing("units"));
    }
    if name == ModelName::Percentage {
        return Ok(Use::Events(units.list().iter().copied().map(clamped).collect()));
    }
    let own = clamped(exact::sum(units.list().iter().copied())?);
    let cumulative = exact::add(own, or_zero(params.units_before_line))?;
    Ok(Use::Quantity(less_free(cumulative, outer_free(name, params.free_units)?)?))
}

/// Keeps a line within what is left of the maximum and, when it is the last, fills up to the minimum.
fn settle(rated: Rated, commitment: Commitment, billed: Decimal, phase: Phase) -> Result<Rated, Fault> {
    let mut rated = rated;
    if let Some(maximum) = commitment.maximum {
        let left = exact::sub(maximum, billed)?.max(Decimal::ZERO);
        if rated.amount > left {
            let over = exact::sub(left, rated.amount)?;
            rated = rated.and(Step::new(Rule::Maximum, over))?;
        }
    }
    if let Some(minimum) = commitment.minimum.filter(|_| phase == Phase::Final) {
        let missing = exact::sub(minimum, exact::add(billed, rated.amount)?)?;
        if missing > Decimal::ZERO {
            rated = rated.and(Step::new(Rule::Minimum, missing))?;
        }
    }
    Ok(rated)
}

/// Rates a cumulative quantity again and books the difference to what earlier phases booked.
pub(super) fn delta(params: DeltaParams, units: &Units) -> Result<Worked, Fault> {
    let DeltaParams { price: Object(mut price), is_final_phase, .. } = params;
    let model = price.model.take().ok_or_else(|| Fault::missing("price.model"))?;
    let name = model.parse::<ModelName>().map_err(|()| {
        let shown: String = model.chars().take(80).collect();
        Fault::new("unknown_model", format!("price.model: '{shown}' is no model that is known here"))
    })?;
    let both = |field: &str| Fault::invalid(field, "given twice, in the price and beside it");
    for (field, inner, outer) in [
        ("minimum_spend", &mut price.minimum_spend, params.minimum_spend),
        ("maximum_spend", &mut price.maximum_spend, params.maximum_spend),
        ("discount_percent", &mut price.discount_percent, params.discount_percent),
    ] {
        match (*inner, outer) {
            (Some(_), Some(_)) => return Err(both(field)),
            (None, outer) => *inner = outer,
            (Some(_), None) => {}
        }
    }
    let round_dp = params.round_dp.or(price.round_dp);
    let currency = params.currency.as_deref().or(price.currency.as_deref());
    let digits = stated_digits(currency, round_dp)?;
    let free = or_zero(params.free_units);
    let inner_free = outer_free(name, price.free_units)?;
    if free < Decimal::ZERO {
        return Err(Fault::invalid("free_units", "negative"));
    }
    let checked = price.price(name)?;
    let phase = if is_final_phase { Phase::Final } else { Phase::Running };
    let cumulative = |quantity: Decimal, phase: Phase| {
        let quantity = less_free(less_free(quantity, free)?, inner_free)?;
        let rated = less_percent(rate(&checked, &Use::Quantity(quantity), Span::Whole)?, price.discount_percent)?;
        maybe_rounded(committed(rated, Commitment::of(&checked), phase)?, digits)
    };
    if *units == Units::None {
        return Err(Fault::missing("units"));
    }
    let now = cumulative(exact::sum(units.list().iter().copied())?, phase)?;
    // Each earlier phase booked the difference to the one before it, so together they booked the last one's total.
    let rated = match params.prior_cumulative_units.list().last() {
        Some(prior) => difference(now, &cumulative(*prior, Phase::Running)?)?,
        None => now,
    };
    Worked::new(rated, digits)
}
