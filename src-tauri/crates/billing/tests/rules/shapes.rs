//! The stored JSON of plan parts: exact, canonical, and refused where it is wrong.

use crate::build::{dec, id, per_unit, price, tiers, version};
use billing::ids::{MeterId, OverrideId};
use billing::level::Limits;
use billing::money::{Currency, Money};
use billing::period::PeriodRule;
use billing::plan::{Allowance, OverrideInForce, PlanError, Setting};
use billing::price::{Model, Percentage, Price};
use billing::quantity::parse_decimal;
use rstest::rstest;

#[test]
fn a_price_keeps_its_text() {
    let text = r#"{"model":{"graduated":{"tiers":[{"up_to":"10","unit_amount":"0.05","flat_amount":"2"},{"up_to":null,"unit_amount":"0.03","flat_amount":"0"}],"at_zero":"first_flat"}},"per":"60","minimum":"5","level_billing":"peak","invoiced_by":"here"}"#;
    let price: Price = serde_json::from_str(text).expect("a price");
    assert_eq!(serde_json::to_string(&price).expect("JSON"), text, "written as it was read");
}

#[test]
fn a_percentage_with_free_events_comes_back() {
    let figures = Percentage {
        rate_percent: dec("1.3"),
        fixed_amount: dec("2"),
        free_events: Some(3),
        free_amount: Some(dec("250")),
        event_minimum: None,
        event_maximum: Some(dec("12")),
    };
    let price = price(Model::Percentage(figures));
    let text = serde_json::to_string(&price).expect("JSON");
    assert_eq!(serde_json::from_str::<Price>(&text).expect("a price"), price, "numbers survive arbitrary precision");
}

#[rstest]
#[case::unknown_field(r#"{"model":{"per_unit":{"unit_amount":"1","unit":"x"}}}"#)]
#[case::unknown_term(r#"{"model":{"per_unit":{"unit_amount":"1"}},"max":"1"}"#)]
#[case::a_float(r#"{"model":{"per_unit":{"unit_amount":1.5}}}"#)]
#[case::negative(r#"{"model":{"per_unit":{"unit_amount":"-1"}}}"#)]
#[case::bounded(r#"{"model":{"volume":{"tiers":[{"up_to":"1","unit_amount":"1"}]}}}"#)]
#[case::nothing_per(r#"{"model":{"per_unit":{"unit_amount":"1"}},"per":"0"}"#)]
fn wrong_prices_are_refused(#[case] text: &str) {
    assert!(serde_json::from_str::<Price>(text).is_err(), "{text}");
}

#[test]
fn a_refusal_names_its_field() {
    let mut wrong = tiers(&[("10", "1", "0"), ("20", "1", "0"), ("", "1", "0")]);
    wrong.tiers[1].up_to = Some(dec("5"));
    let error = Price::new(billing::price::PriceTerms::of(Model::Graduated(wrong))).expect_err("not rising");
    assert_eq!((error.code(), error.field().as_str()), ("price_tiers_not_rising", "tiers[1].up_to"), "{error}");
    assert!(error.to_string().contains("tiers[1].up_to"), "the sentence names it too: {error}");
}

#[test]
fn overrides_are_canonical() {
    let change = OverrideInForce {
        id: OverrideId::from_uuid(id(7)),
        meter: MeterId::from_uuid(id(8)),
        included: Setting::To(Some(9_007_199_254_740_993)),
        cap: Setting::To(None),
    };
    let text = serde_json::to_string(&change).expect("JSON");
    assert_eq!(
        text,
        r#"{"id":"ovr_00000000000000000000000000000007","meter":"met_00000000000000000000000000000008","included":"9007199254740993","cap":"unlimited"}"#
    );
    assert_eq!(serde_json::from_str::<OverrideInForce>(&text).expect("an override"), change, "2^53 + 1 survives");
    let kept = OverrideInForce { included: Setting::Keep, ..change };
    let text = serde_json::to_string(&kept).expect("JSON");
    assert!(!text.contains("included"), "what is kept is not written: {text}");
    assert_eq!(serde_json::from_str::<OverrideInForce>(&text).expect("an override"), kept, "and comes back as kept");
}

#[test]
fn overrides_come_before_the_plan_and_the_later_one_holds() {
    let meter = MeterId::from_uuid(id(8));
    let change =
        |number, included, cap| OverrideInForce { id: OverrideId::from_uuid(id(number)), meter, included, cap };
    let version = version(1, &[meter]);
    let plain = version.limits(meter, &[]);
    assert_eq!((plain.limits, plain.override_id), (Limits { included: Some(1_000), cap: None }, None), "the plan's");
    let first = change(1, Setting::To(Some(5)), Setting::To(Some(9)));
    let second = change(2, Setting::To(None), Setting::Keep);
    let both = version.limits(meter, &[first, second]);
    assert_eq!(both.limits, Limits { included: None, cap: Some(9) }, "each figure from the last that sets it");
    assert_eq!(both.override_id, Some(second.id), "and the last one is named");
    let other = MeterId::from_uuid(id(9));
    assert_eq!(
        version.limits(other, &[first]).limits,
        Limits::UNLIMITED,
        "a meter without allowance and price is unlimited"
    );
    let mut priced = version;
    priced.prices.insert(other, per_unit("1"));
    assert_eq!(priced.limits(other, &[]).limits.included, Some(0), "one with a price includes nothing");
}

#[test]
fn allowances_and_rules_come_back() {
    let allowance = Allowance { included: Some(i64::MAX), cap: None };
    let text = serde_json::to_string(&allowance).expect("JSON");
    assert_eq!(text, r#"{"included":"9223372036854775807","cap":null}"#, "units are strings");
    assert_eq!(serde_json::from_str::<Allowance>(&text).expect("an allowance"), allowance, "and come back");
    assert!(serde_json::from_str::<Allowance>(r#"{"included":5}"#).is_err(), "numbers are refused");
    let rule = PeriodRule::yearly(2, 29).expect("a rule");
    let text = serde_json::to_string(&rule).expect("JSON");
    assert_eq!(serde_json::from_str::<PeriodRule>(&text).expect("a rule"), rule, "{text}");
    assert!(
        serde_json::from_str::<PeriodRule>(r#"{"interval":"month","anchor_day":32}"#).is_err(),
        "checked on reading"
    );
}

#[rstest]
#[case("1e3", "1000")]
#[case("1.5E-3", "0.0015")]
#[case("-0.000000001", "-0.000000001")]
#[case("79228162514264337593543950335", "79228162514264337593543950335")]
#[case("0e-99", "0")]
fn decimals_are_read_exactly(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parse_decimal(text), Ok(dec(expected)), "{text}");
}

#[rstest]
#[case("1_000")]
#[case("1,5")]
#[case(" 1")]
#[case("")]
#[case("-")]
#[case("NaN")]
#[case("0x10")]
#[case("1e29")]
#[case("1e-29")]
#[case("1.23456789012345678901234567890123e0")]
#[case("0.00000000000000000000000000001")]
#[case("79228162514264337593543950336")]
#[case("1e999999999999")]
fn what_is_not_exact_is_refused(#[case] text: &str) {
    assert!(parse_decimal(text).is_err(), "{text}");
}

#[test]
fn plans_of_a_higher_rank_include_more() {
    let meter = MeterId::from_uuid(id(8));
    let with = |included| {
        let mut version = version(1, &[meter]);
        version.allowances.insert(meter, Allowance { included, cap: None });
        version
    };
    let rises = |lower, higher| with(higher).check_above(&with(lower)).is_ok();
    assert!(rises(Some(1), Some(2)) && rises(Some(2), None) && rises(None, None), "more, unlimited, still unlimited");
    assert!(!rises(Some(2), Some(2)) && !rises(Some(2), Some(1)) && !rises(None, Some(9)), "the same or less");
}

#[test]
fn a_version_is_checked() {
    let meter = MeterId::from_uuid(id(8));
    let good = version(1, &[meter]);
    assert_eq!(good.check(), Ok(()), "the plain one is fine");
    let mut wrong = good.clone();
    wrong.fee = Money::from_minor(-1, Currency::USD);
    assert!(matches!(wrong.check(), Err(PlanError::Negative { field }) if field == "fee"), "a fee below 0");
    let mut wrong = good.clone();
    wrong.minimum = Some(Money::from_minor(1, "EUR".parse().expect("a currency")));
    assert!(matches!(wrong.check(), Err(PlanError::MixedCurrencies { .. })), "two currencies");
    for allowance in [Allowance { included: Some(-1), cap: None }, Allowance { included: None, cap: Some(-1) }] {
        let mut wrong = good.clone();
        wrong.allowances.insert(meter, allowance);
        assert!(matches!(wrong.check(), Err(PlanError::Negative { .. })), "{allowance:?}");
    }
}
