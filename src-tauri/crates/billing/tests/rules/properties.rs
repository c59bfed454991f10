//! Properties that hold for any price and any use.

use crate::bill::{Bill, by_day, of_kind, priced, sum_meter};
use crate::build::{dec, per_unit};
use billing::exact;
use billing::invoice::LineKind;
use billing::level::{Level, Percent};
use billing::money::Currency;
use billing::price::{
    Graduated, GraduatedPercentage, Model, Package, PackageRounding, PerUnit, Percentage, Price, PriceTerms, RateTier,
    Tier, ZeroUse,
};
use billing::pricing::adjust::{Coupon, discount, true_up};
use billing::pricing::proration::{half_away, prorate_units};
use billing::pricing::{Phase, Span, Use, line, rate, split};
use billing::quantity::{Quantity, Scale};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A figure from 0 with up to four digits after the point.
fn figure(largest: i64) -> impl Strategy<Value = Decimal> {
    (0..=largest, 0..=4_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn at_zero() -> impl Strategy<Value = ZeroUse> {
    prop_oneof![Just(ZeroUse::FirstFlat), Just(ZeroUse::Nothing)]
}

/// Rising bounds: steps above 0 added up, and none for the last tier.
fn bounds(steps: &[Decimal]) -> Vec<Option<Decimal>> {
    let mut sum = Decimal::ZERO;
    let mut bounds = Vec::new();
    for step in steps {
        sum += step + Decimal::ONE;
        bounds.push(Some(sum));
    }
    bounds.push(None);
    bounds
}

fn tiers() -> impl Strategy<Value = Vec<(Option<Decimal>, Decimal, Decimal)>> {
    (vec(figure(500), 0..5), vec((figure(90_000), figure(90_000)), 5)).prop_map(|(steps, figures)| {
        bounds(&steps).into_iter().zip(figures).map(|(bound, (unit, flat))| (bound, unit, flat)).collect()
    })
}

fn graduated() -> impl Strategy<Value = Graduated> {
    (tiers(), at_zero()).prop_map(|(tiers, at_zero)| {
        let tier = |(up_to, unit_amount, flat_amount)| Tier { up_to, unit_amount, flat_amount };
        Graduated { tiers: tiers.into_iter().map(tier).collect(), at_zero }
    })
}

fn model() -> impl Strategy<Value = Model> {
    let rounding = prop_oneof![Just(PackageRounding::Up), Just(PackageRounding::Down)];
    prop_oneof![
        figure(90_000).prop_map(|unit_amount| Model::PerUnit(PerUnit { unit_amount })),
        graduated().prop_map(Model::Graduated),
        graduated().prop_map(Model::Volume),
        (figure(900), figure(90_000), figure(900), rounding).prop_map(|(size, amount, free, rounding)| {
            Model::Package(Package { size: size + dec("0.1"), amount, free, rounding })
        }),
        (figure(9_000), figure(900), option::of(0..5_u64), option::of(figure(90_000)), option::of(figure(900)))
            .prop_map(|(rate_percent, fixed_amount, free_events, free_amount, event_minimum)| {
                let event_maximum = event_minimum.map(|minimum| minimum + Decimal::TEN);
                Model::Percentage(Percentage {
                    rate_percent,
                    fixed_amount,
                    free_events,
                    free_amount,
                    event_minimum,
                    event_maximum,
                })
            }),
        (tiers(), at_zero()).prop_map(|(tiers, at_zero)| {
            let tier = |(up_to, rate_percent, flat_amount)| RateTier { up_to, rate_percent, flat_amount };
            Model::GraduatedPercentage(GraduatedPercentage { tiers: tiers.into_iter().map(tier).collect(), at_zero })
        }),
    ]
}

fn price() -> impl Strategy<Value = Price> {
    let per = prop_oneof![Just(Decimal::ONE), Just(dec("60")), Just(dec("1024")), Just(dec("7"))];
    (model(), per, option::of(figure(900_000)), option::of(figure(900_000))).prop_map(|(model, per, minimum, above)| {
        let maximum = above.map(|above| above + minimum.unwrap_or(Decimal::ZERO));
        Price::new(PriceTerms { per, minimum, maximum, ..PriceTerms::of(model) }).expect("made within the rules")
    })
}

fn quantity() -> impl Strategy<Value = Decimal> {
    prop_oneof![Just(Decimal::ZERO), figure(3_000_000)]
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![Just("JPY"), Just("USD"), Just("KWD")].prop_map(|code| code.parse().expect("a currency"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The proof of any amount is its sum, before and after minimum, maximum and rounding.
    #[test]
    fn steps_add_up(price in price(), events in vec(quantity(), 0..6), before in option::of(quantity()), currency in currency()) {
        let used = Use::Events(events);
        let rated = rate(&price, &used, Span::Whole).expect("rated");
        prop_assert_eq!(rated.proof.total(), Ok(rated.amount));
        let before = before.map(Use::Quantity);
        let line = line(&price, before.as_ref(), &used, Phase::Final, currency).expect("a line");
        prop_assert_eq!(line.proof.total(), Ok(line.amount.decimal()));
    }

    /// Each step follows from its own figures.
    #[test]
    fn steps_can_be_computed_again(price in price(), quantity in quantity()) {
        let rated = rate(&price, &Use::Quantity(quantity), Span::Whole).expect("rated");
        for step in rated.proof.steps {
            if let (Some(quantity), Some(price)) = (step.quantity, step.price) {
                let again = quantity * price / step.divisor.unwrap_or(Decimal::ONE);
                prop_assert!((again - step.amount).abs() < dec("0.00000000000001"), "{:?} gives {}", step, again);
            }
        }
    }

    /// However a period is split, its lines add up to the rounded whole.
    #[test]
    fn lines_of_a_split_period_telescope(price in price(), cumulative in vec(quantity(), 1..8), currency in currency()) {
        let mut sum = 0_i64;
        let mut before: Option<Use> = None;
        for quantity in &cumulative {
            let now = Use::Quantity(*quantity);
            sum += line(&price, before.as_ref(), &now, Phase::Running, currency).expect("a line").amount.minor();
            before = Some(now);
        }
        let whole = line(&price, None, &before.expect("one at least"), Phase::Running, currency).expect("a line");
        prop_assert_eq!(sum, whole.amount.minor());
    }

    /// A final line is within minimum and maximum, before rounding.
    #[test]
    fn commitments_hold(price in price(), quantity in quantity()) {
        let line = line(&price, None, &Use::Quantity(quantity), Phase::Final, Currency::USD).expect("a line");
        if let Some(minimum) = price.terms().minimum {
            prop_assert!(line.unrounded >= minimum);
        }
        if let Some(maximum) = price.terms().maximum {
            prop_assert!(line.unrounded <= maximum);
        }
    }

    /// More use never costs less, where one tier does not price all of it.
    #[test]
    fn more_use_costs_no_less(price in price(), one in quantity(), more in quantity()) {
        if matches!(price.terms().model, Model::Volume(_)) {
            return Ok(());
        }
        let cost = |quantity| rate(&price, &Use::Quantity(quantity), Span::Whole).expect("rated").amount;
        // A price that is free at zero alone may step up; it never steps down.
        prop_assert!(cost(one) <= cost(one + more));
    }

    /// Graduated tiers against counting unit by unit.
    #[test]
    fn graduated_agrees_with_counting(figures in graduated(), units in 1..300_i64) {
        let mut expected = Decimal::ZERO;
        let mut entered = 0;
        for unit in 0..units {
            let (from, to) = (Decimal::from(unit), Decimal::from(unit + 1));
            let mut lower = Decimal::ZERO;
            for (index, tier) in figures.tiers.iter().enumerate() {
                let upper = tier.up_to.unwrap_or(Decimal::MAX);
                let inside = (to.min(upper) - from.max(lower)).max(Decimal::ZERO);
                expected += inside * tier.unit_amount;
                if inside > Decimal::ZERO && index >= entered {
                    expected += tier.flat_amount;
                    entered = index + 1;
                }
                lower = upper;
            }
        }
        let price = Price::new(PriceTerms::of(Model::Graduated(figures))).expect("a price");
        let rated = rate(&price, &Use::Quantity(Decimal::from(units)), Span::Whole).expect("rated");
        prop_assert_eq!(rated.amount, expected);
    }

    /// What is split adds up, and no part is a whole unit away from its share.
    #[test]
    fn splits_add_up(amount in any::<i64>(), weights in vec(0..1_000_000_u64, 1..20)) {
        let total: u64 = weights.iter().sum();
        prop_assume!(total > 0);
        let parts = split::by_weight(amount, &weights).expect("split");
        prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(amount));
        for (part, weight) in parts.iter().zip(&weights) {
            let share = i128::from(amount) * i128::from(*weight);
            prop_assert!((i128::from(*part) * i128::from(total) - share).abs() < i128::from(total));
        }
    }

    /// A price under two plans costs what it costs under one, but for the cents of rounding each.
    #[test]
    fn segments_of_one_price_are_the_whole(old in 0..1_000_000_i64, new in 0..1_000_000_i64) {
        let bill = Bill::new().meter(sum_meter(0x10)).plan(1, priced(0x10, Some(0), Some(per_unit("0.0123"))));
        let bill = bill.plan(2, priced(0x10, Some(0), Some(per_unit("0.0123"))));
        let bill = bill.used(by_day(0x10, &[("2026-01-03", 1, old), ("2026-01-20", 2, new)]));
        let sum = |bill: &Bill| -> i64 {
            of_kind(&bill.draft(), LineKind::Usage).iter().map(|line| line.amount_minor).sum()
        };
        let (whole, parts) = (sum(&bill), sum(&bill.clone().from_plan(2, "2026-01-16T00:00:00Z")));
        prop_assert!((whole - parts).abs() <= 1, "{} and {}", whole, parts);
    }

    /// Prorated allowances never add up to more than the whole one, and lose less than a unit each.
    #[test]
    fn prorated_units_add_up_to_no_more(units in 0..i64::MAX, first in 0..=31_i64) {
        let parts = prorate_units(units, first, 31).expect("a part") + prorate_units(units, 31 - first, 31).expect("a part");
        prop_assert!(parts <= units && units - parts < 2);
    }

    /// Percent and level never disagree, and thresholds are where the level changes.
    #[test]
    fn percent_and_level_agree(used in any::<i64>(), base in 1..=i64::MAX, near in -2..=2_i64) {
        for used in [used, base.saturating_add(near), Level::Warning.threshold(Some(base)).expect("a threshold").saturating_add(near)] {
            let tenths = Percent::of(used, Some(base)).expect("a percentage").tenths();
            let level = Level::of(used, Some(base));
            prop_assert_eq!(level == Level::Alert, tenths >= 1_000);
            prop_assert_eq!(level >= Level::Warning, tenths >= 800);
            for reached in [Level::Warning, Level::Alert] {
                let threshold = reached.threshold(Some(base)).expect("a threshold");
                prop_assert_eq!(used >= threshold, level >= reached);
            }
        }
    }

    /// Rounding a quotient later is rounding the true value, also right beside a tie.
    #[test]
    fn a_quotient_rounds_as_the_true_value(top in any::<i32>(), bottom in 1..2_000_000_i32, digits in 0..6_u32) {
        let (top, bottom) = (i128::from(top), i128::from(bottom));
        let quotient = exact::div(Decimal::from(i64::try_from(top).expect("fits")), Decimal::from(i64::try_from(bottom).expect("fits")));
        let rounded = half_away(quotient.expect("a quotient"), digits);
        let scaled = top.abs() * 10_i128.pow(digits);
        let expected = (2 * scaled + bottom) / (2 * bottom) * top.signum();
        prop_assert_eq!(rounded, Decimal::from_i128_with_scale(expected, digits));
    }

    /// Sums and products are exact or refused.
    #[test]
    fn arithmetic_is_exact_or_refused(
        left in any::<i64>(), left_scale in 0..=28_u32, right in any::<i64>(), right_scale in 0..=28_u32,
    ) {
        let (a, b) = (Decimal::from_i128_with_scale(i128::from(left), left_scale), Decimal::from_i128_with_scale(i128::from(right), right_scale));
        if let Ok(product) = exact::mul(a, b) {
            // Compared as integers at the scale of both operands.
            let shift = left_scale + right_scale - product.scale();
            let expected = i128::from(left) * i128::from(right);
            prop_assert_eq!(product.mantissa().checked_mul(10_i128.pow(shift)), Some(expected));
        }
        if let Ok(sum) = exact::add(a, b) {
            prop_assert_eq!(exact::sub(sum, b), Ok(a.normalize()));
            prop_assert_eq!(exact::sub(sum, a), Ok(b.normalize()));
        }
    }

    /// A discount lies between nothing and the price; a true-up fills up to the minimum and no further.
    #[test]
    fn discounts_and_true_ups_are_bounded(price in figure(9_000_000), off in figure(9_000_000), percent in figure(2_000_000)) {
        for coupon in [Coupon::Fixed(off), Coupon::Percent(percent)] {
            let rated = discount(price, coupon, Some(2)).expect("a discount");
            prop_assert!(rated.amount >= Decimal::ZERO && rated.amount <= price);
            prop_assert_eq!(rated.proof.total(), Ok(rated.amount));
        }
        let due = true_up(price, None, off, 2).expect("a true-up").amount;
        prop_assert_eq!(due, (half_away(price, 2) - half_away(off, 2)).max(Decimal::ZERO));
    }

    /// Stored prices come back as they were.
    #[test]
    fn prices_come_back(price in price()) {
        let text = serde_json::to_string(&price).expect("JSON");
        let again: Price = serde_json::from_str(&text).expect("a price");
        prop_assert_eq!(serde_json::to_string(&again).expect("JSON"), text);
        prop_assert_eq!(again, price);
    }

    /// A quantity comes back from its text at its scale.
    #[test]
    fn quantities_come_back(units in any::<i64>(), digits in 0..=9_u8) {
        let quantity = Quantity::new(units, Scale::new(digits).expect("a scale"));
        let read = billing::quantity::parse_decimal(&quantity.to_string()).expect("a decimal");
        prop_assert_eq!(Quantity::exact(read, quantity.scale()).expect("exact"), quantity);
    }
}

#[test]
fn a_use_of_events_is_their_sum() {
    let events = Use::Events(vec![dec("1.5"), dec("2.5")]);
    let rated = rate(&per_unit("2"), &events, Span::Whole).expect("rated");
    assert_eq!(rated.amount, dec("8"), "every model but percentage takes the sum");
}
