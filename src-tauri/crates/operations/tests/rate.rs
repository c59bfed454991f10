//! The `rate` use case against the pricing cases of other systems, cases of the same kind, and hostile lines.

use billing::pricing::{Proof, Step};
use operations::rate::{MAX_LINE_BYTES, outcomes, rate_bytes, rate_line};
use rstest::rstest;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn decimal(value: &Value) -> Decimal {
    value.as_str().expect("amounts are strings").parse().expect("amounts are decimals")
}

fn answer(line: &str) -> Value {
    serde_json::from_str(&rate_line(line)).expect("every answer is JSON")
}

/// The steps of an answer must add up to its amount, whatever the model.
fn assert_proved(answer: &Value) {
    let steps: Vec<Step> = serde_json::from_value(answer["proof"]["steps"].clone()).expect("steps are typed");
    let total = Proof { steps }.total().expect("steps add up");
    assert_eq!(total, decimal(&answer["amount"]), "the steps of a proof add up to the amount: {answer}");
}

fn rated(model: &str, params: &Value, units: &Value) -> Decimal {
    let answer = answer(&json!({"id": "x", "model": model, "params": params, "units": units}).to_string());
    assert!(answer.get("error").is_none(), "must be rated: {answer}");
    assert_proved(&answer);
    decimal(&answer["amount"])
}

fn refused(line: &Value) -> String {
    let answer = answer(&line.to_string());
    assert!(answer.get("amount").is_none(), "must be refused: {answer}");
    answer["error"]["code"].as_str().expect("errors have a code").to_owned()
}

fn amount(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn every_case_of_the_other_systems_is_right() {
    let fixture = include_str!("../../../../tests/fixtures/pricing_cases.jsonl");
    let mut wrong = Vec::new();
    for line in fixture.lines() {
        let case: Value = serde_json::from_str(line).expect("the fixture is JSON Lines");
        let answer = answer(line);
        assert_eq!(answer["id"], case["id"], "the id is echoed");
        if answer.get("error").is_some() || decimal(&answer["amount"]) != decimal(&case["expected_amount"]) {
            wrong.push(format!("{} {}: {answer}, not {}", case["id"], case["model"], case["expected_amount"]));
            continue;
        }
        assert_proved(&answer);
        match &case["expected_breakdown"] {
            Value::Array(parts) => {
                let told = answer["breakdown"].as_array().expect("a list where one is expected");
                let same = told.len() == parts.len() && told.iter().zip(parts).all(|(a, b)| decimal(a) == decimal(b));
                assert!(same, "{}: {} is not {}", case["id"], answer["breakdown"], case["expected_breakdown"]);
            }
            Value::Null => {}
            named => assert_eq!(&answer["breakdown"], named, "{}", case["id"]),
        }
    }
    assert_eq!(fixture.lines().count(), 101, "the fixture is whole");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn tiers() -> Value {
    json!([
        {"up_to": "5", "unit_amount": "0", "flat_amount": "100"},
        {"up_to": "10", "unit_amount": null, "flat_amount": "50"},
        {"up_to": "15", "unit_amount": "5", "flat_amount": "0"},
        {"up_to": null, "unit_amount": "1"}
    ])
}

#[rstest]
#[case::clamped("per_unit", json!({"unit_amount": "20", "clamp_negative_units": true}), json!("-1"), "0")]
#[case::not_clamped("per_unit", json!({"unit_amount": "20", "clamp_negative_units": false}), json!("-1"), "-20")]
#[case::numbers("per_unit", json!({"unit_amount": 0.10}), json!(3), "0.3")]
#[case::number_beyond_a_float("per_unit", json!({"unit_amount": "1"}), json!("9007199254740993.000000001"), "9007199254740993.000000001")]
#[case::events_of_a_unit_price("per_unit", json!({"unit_amount": "2"}), json!(["1", "2.5"]), "7")]
#[case::free_units("per_unit", json!({"unit_amount": "2", "free_units": "3"}), json!("5"), "4")]
#[case::free_units_above_use("graduated", json!({"tiers": tiers(), "free_units": "9"}), json!("5"), "100")]
#[case::between_the_bounds("graduated", json!({"tiers": tiers()}), json!("10.5"), "152.5")]
#[case::nothing_due_at_zero("volume", json!({"tiers": tiers(), "first_tier_flat_at_zero": false}), json!("0"), "0")]
#[case::negative_in_tiers("volume", json!({"tiers": tiers(), "first_tier_flat_at_zero": false}), json!("-5"), "0")]
#[case::rounded_down("package", json!({"package_size": "10", "package_amount": "50", "rounding": "down"}), json!("25"), "100")]
#[case::free_in_packages("package", json!({"package_size": "10", "package_amount": "100", "free_units": "10"}), json!("121"), "1200")]
#[case::more_free_than_used("package", json!({"package_size": "10", "package_amount": "100", "free_units": "200"}), json!("121"), "0")]
#[case::parts_of_a_package("package", json!({"package_size": "0.5", "package_amount": "1"}), json!("1.01"), "3")]
fn models(#[case] model: &str, #[case] params: Value, #[case] units: Value, #[case] expected: &str) {
    assert_eq!(rated(model, &params, &units), amount(expected), "{model} {params} {units}");
}

#[rstest]
#[case::one_string(json!({"rate_percent": "2", "fixed_amount_per_event": null}), json!("100"), "2")]
#[case::no_free_events(json!({"rate_percent": "1", "fixed_amount_per_event": "5", "free_events": 0, "free_amount": "15"}), json!(["4", "4", "4", "4", "10"]), "10.11")]
#[case::free_amount_alone(json!({"rate_percent": "1.3", "fixed_amount_per_event": "2", "free_amount": "250"}), json!(["50", "100", "250", "400"]), "11.15")]
#[case::free_events_alone(json!({"rate_percent": "1.3", "fixed_amount_per_event": "2", "free_events": 3}), json!(["50", "100", "250", "400"]), "7.2")]
#[case::free_amount_not_reached(json!({"rate_percent": "1.3", "fixed_amount_per_event": "2", "free_events": 3, "free_amount": "500"}), json!(["50", "100", "250", "400"]), "7.2")]
#[case::fee_without_rate(json!({"rate_percent": "0", "fixed_amount_per_event": "2"}), json!(["50", "100", "250", "400"]), "8")]
#[case::bounds(json!({"rate_percent": "2.99", "per_event_min": "1.75", "per_event_max": "12"}), json!(["10", "80", "10000"]), "16.142")]
#[case::bounds_only_for_who_pays(json!({"rate_percent": "2.99", "per_event_min": "1.75", "per_event_max": "12", "free_events": 2}), json!(["10", "80", "10000"]), "12")]
#[case::crossing_event_within_bounds(json!({"rate_percent": "2.99", "per_event_min": "1.75", "per_event_max": "12", "free_amount": "30"}), json!(["10", "80", "10000"]), "13.794")]
#[case::whichever_ends_first(json!({"rate_percent": "2.99", "per_event_min": "1.75", "per_event_max": "12", "free_events": 3, "free_amount": "10000"}), json!(["10", "80", "10000"]), "2.691")]
#[case::zero_event(json!({"rate_percent": "12", "fixed_amount_per_event": "2", "per_event_min": "13"}), json!("0"), "0")]
#[case::negative_event(json!({"rate_percent": "12", "fixed_amount_per_event": "2"}), json!("-1"), "0")]
#[case::no_event(json!({"rate_percent": "12", "fixed_amount_per_event": "2"}), json!([]), "0")]
fn percentage(#[case] params: Value, #[case] units: Value, #[case] expected: &str) {
    assert_eq!(rated("percentage", &params, &units), amount(expected), "{params} {units}");
}

#[rstest]
#[case::within_a_tier("graduated_line", json!({"tiers": tiers(), "units_before_line": "7"}), "1", "0")]
#[case::whole_period("graduated_line", json!({"tiers": tiers()}), "22", "182")]
#[case::nothing_new("graduated_line", json!({"tiers": tiers(), "units_before_line": "0", "is_last_line_of_period": true}), "0", "0")]
#[case::minimum_less_billed("graduated_line", json!({"tiers": tiers(), "units_before_line": "0", "minimum_spend": "1000", "previously_billed": "100"}), "0", "900")]
#[case::minimum_not_due_yet("graduated_line", json!({"tiers": tiers(), "units_before_line": "2", "minimum_spend": "1000", "is_last_line_of_period": false}), "0", "0")]
#[case::cap_170_billed_160_new_22("graduated_line", json!({"tiers": tiers(), "units_before_line": "12", "maximum_spend": "170", "previously_billed": "160", "is_last_line_of_period": false}), "10", "10")]
#[case::cap_reached_before("per_unit_line", json!({"unit_amount": "10", "units_before_line": "12", "maximum_spend": "100"}), "5", "0")]
#[case::cap_hit("per_unit_line", json!({"unit_amount": "10", "units_before_line": "7", "maximum_spend": "100", "previously_billed": "70"}), "5", "30")]
#[case::discount_before_cap("per_unit_line", json!({"unit_amount": "10", "units_before_line": "7", "maximum_spend": "100", "previously_billed": "35", "discount_percent": "50"}), "20", "65")]
#[case::packages_not_twice("package_line", json!({"package_size": "10", "package_amount": "15", "units_before_line": "17", "is_last_line_of_period": false}), "5", "15")]
#[case::package_cap("package_line", json!({"package_size": "10", "package_amount": "15", "units_before_line": "60", "maximum_spend": "100", "previously_billed": "90"}), "50", "10")]
#[case::volume_waits_for_the_end("volume_line", json!({"tiers": tiers(), "is_last_line_of_period": false}), "10", "0")]
#[case::volume_all_at_the_end("volume_line", json!({"tiers": tiers(), "is_last_line_of_period": true, "units_before_line": "6"}), "6", "60")]
#[case::volume_filled_up("volume_line", json!({"tiers": tiers(), "is_last_line_of_period": true, "minimum_spend": "150"}), "0", "150")]
fn lines(#[case] model: &str, #[case] params: Value, #[case] units: &str, #[case] expected: &str) {
    assert_eq!(rated(model, &params, &json!(units)), amount(expected), "{model} {params} {units}");
}

#[rstest]
#[case::first_phase(json!([]), "5", json!({}), "50")]
#[case::unchanged(json!(["5", "5"]), "5", json!({}), "0")]
#[case::several_priors(json!(["3", "5"]), "8", json!({}), "30")]
#[case::free_units(json!(["3"]), "8", json!({"free_units": "5"}), "30")]
#[case::minimum_on_the_final_phase(json!(["10"]), "10", json!({"minimum_spend": "150", "is_final_phase": true}), "50")]
#[case::minimum_not_before(json!(["10"]), "10", json!({"minimum_spend": "150", "is_final_phase": false}), "0")]
#[case::within_the_maximum(json!(["15"]), "16", json!({"maximum_spend": "100"}), "0")]
fn deltas(#[case] prior: Value, #[case] units: &str, #[case] more: Value, #[case] expected: &str) {
    let mut params = json!({"price": {"model": "per_unit", "unit_amount": "10"}, "prior_cumulative_units": prior});
    params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    assert_eq!(rated("delta_rerate", &params, &json!(units)), amount(expected), "{params} {units}");
}

#[test]
fn a_volume_repricing_meets_the_maximum() {
    let tiers = json!([{"up_to": "15", "unit_amount": "10"}, {"up_to": null, "unit_amount": "5"}]);
    let params =
        json!({"price": {"model": "volume", "tiers": tiers, "maximum_spend": "100"}, "prior_cumulative_units": ["15"]});
    assert_eq!(rated("delta_rerate", &params, &json!("16")), amount("-20"), "80 now, 100 booked before");
}

#[rstest]
#[case("minimum_true_up", json!({"minimum_minor": "1000", "billed_minor": "200", "days": "15", "period_days": "31"}), json!(null), "284")]
#[case("minimum_true_up", json!({"minimum_minor": 1000, "billed_minor": 700, "days": null, "period_days": null}), json!(null), "300")]
#[case("proration_days", json!({"amount_minor": "-100", "days": 19, "period_days": 31, "round": "half_up_minor"}), json!("19"), "-61")]
#[case("proration_days", json!({"amount_minor": "100", "days": "1", "period_days": "8"}), json!("1"), "12.5")]
#[case("proration_change", json!({"old_quantity": "1", "old_unit_price": "10", "new_quantity": "1", "new_unit_price": "20", "remaining_days": "17", "period_days": "31"}), json!("1"), "5.49")]
#[case("proration_change", json!({"old_quantity": "2", "old_unit_price": "50", "new_quantity": "1", "new_unit_price": "30", "period_start": "2024-03-01", "period_end_inclusive": "2024-03-31", "change_date": "2024-03-15"}), json!("1"), "-38.39")]
#[case("credit_cap", json!({"potential_credit": "-50", "original_paid": "200", "previous_credits": "50"}), json!("-50"), "0")]
#[case("credit_cap", json!({"potential_credit": "100", "original_paid": "200", "previous_credits": "250"}), json!("100"), "0")]
#[case("credit_cap", json!({"potential_credit": "300", "original_paid": "200", "previous_credits": "50"}), json!("300"), "150")]
#[case("calendar_days", json!({"time_zone": "America/New_York", "start_local_date": "2024-03-09", "end_local_date": "2024-03-11"}), json!(null), "2")]
#[case("calendar_days", json!({"time_zone": "Europe/Paris", "start_local_date": "2024-12-30", "end_local_date": "2025-01-02"}), json!(null), "3")]
#[case("currency_rounding", json!({"currency": "jpy"}), json!("1023.5"), "1024")]
#[case("currency_rounding", json!({"currency": "KWD"}), json!("-1.0005"), "-1.001")]
#[case("currency_rounding", json!({"currency": "usd", "round_dp": "2"}), json!("-10.125"), "-10.13")]
#[case("tax_percent", json!({"taxable": "999", "tax_percent": "7.5", "currency": "jpy", "round_dp": 0}), json!("999"), "75")]
#[case("coupon_percent", json!({"price": "10", "percent_off": "150", "currency": "usd", "round_dp": 2}), json!("10"), "10")]
#[case("coupon_fixed", json!({"price": "50.00", "amount_off": "75.00", "currency": "usd"}), json!("50.00"), "50")]
#[case("coupon_fixed", json!({"price": "-5", "amount_off": "7", "currency": "usd"}), json!("-5"), "0")]
#[case("true_up_after_rounding", json!({"commitment": "1000", "currency": "usd"}), json!("999.995"), "0")]
#[case("true_up_after_rounding", json!({"commitment": "100", "currency": "jpy", "round_dp": 0}), json!("33.5"), "66")]
#[case("progressive_sequence", json!({"thresholds": ["200", "500", "100"], "recurring": true}), json!(["199", "500", "599", "700.5"]), "700.5")]
fn around_a_price(#[case] model: &str, #[case] params: Value, #[case] units: Value, #[case] expected: &str) {
    assert_eq!(rated(model, &params, &units), amount(expected), "{model} {params} {units}");
}

#[rstest]
#[case::no_unbounded_tier(json!({"model": "graduated", "params": {"tiers": [{"up_to": "10", "unit_amount": "1"}]}, "units": "1"}), "price_without_unbounded_tier")]
#[case::not_rising(json!({"model": "volume", "params": {"tiers": [{"up_to": "10", "unit_amount": "1"}, {"up_to": "10", "unit_amount": "1"}, {"up_to": null, "unit_amount": "1"}]}, "units": "1"}), "price_tiers_not_rising")]
#[case::unbounded_too_early(json!({"model": "volume", "params": {"tiers": [{"up_to": null, "unit_amount": "1"}, {"up_to": null, "unit_amount": "1"}]}, "units": "1"}), "price_unbounded_too_early")]
#[case::no_tiers(json!({"model": "graduated_percentage", "params": {"tiers": []}, "units": "1"}), "price_without_tiers")]
#[case::negative(json!({"model": "per_unit", "params": {"unit_amount": "-1"}, "units": "1"}), "price_negative")]
#[case::empty_package(json!({"model": "package", "params": {"package_size": "0", "package_amount": "1"}, "units": "1"}), "price_not_positive")]
#[case::minimum_above_maximum(json!({"model": "per_unit_line", "params": {"unit_amount": "1", "minimum_spend": "2", "maximum_spend": "1"}, "units": "1"}), "price_minimum_above_maximum")]
#[case::unknown_model(json!({"model": "free", "params": {}, "units": "1"}), "unknown_model")]
#[case::unknown_line(json!({"model": "delta_rerate_line", "params": {}, "units": "1"}), "unknown_model")]
#[case::another_models_field(json!({"model": "per_unit", "params": {"unit_amount": "1", "package_size": "2"}, "units": "1"}), "unknown_field")]
#[case::misspelt(json!({"model": "per_unit", "params": {"unit_amount": "1", "minimun_spend": "2"}, "units": "1"}), "unknown_field")]
#[case::missing_figure(json!({"model": "per_unit", "params": {}, "units": "1"}), "missing_field")]
#[case::missing_units(json!({"model": "per_unit", "params": {"unit_amount": "1"}}), "missing_field")]
#[case::missing_params(json!({"model": "per_unit", "units": "1"}), "missing_field")]
#[case::missing_model(json!({"params": {}, "units": "1"}), "missing_field")]
#[case::not_a_number(json!({"model": "per_unit", "params": {"unit_amount": "1,5"}, "units": "1"}), "malformed")]
#[case::grouping(json!({"model": "per_unit", "params": {"unit_amount": "1_000"}, "units": "1"}), "malformed")]
#[case::infinite(json!({"model": "per_unit", "params": {"unit_amount": "1"}, "units": "1e999999999"}), "malformed")]
#[case::too_precise(json!({"model": "per_unit", "params": {"unit_amount": "0.00000000000000000001"}, "units": "0.0000000001"}), "overflow")]
#[case::too_large(json!({"model": "per_unit", "params": {"unit_amount": "79228162514264337593543950335"}, "units": "2"}), "overflow")]
#[case::no_period(json!({"model": "proration_days", "params": {"amount_minor": "1", "days": "1", "period_days": "0"}, "units": "1"}), "days_out_of_range")]
#[case::half_a_day(json!({"model": "proration_days", "params": {"amount_minor": "1", "days": "1.5", "period_days": "2"}, "units": "1"}), "malformed")]
#[case::unknown_zone(json!({"model": "calendar_days", "params": {"time_zone": "Mars/Olympus", "start_local_date": "2024-01-01", "end_local_date": "2024-01-02"}}), "malformed")]
#[case::backwards(json!({"model": "calendar_days", "params": {"start_local_date": "2024-01-02", "end_local_date": "2024-01-01"}}), "invalid_field")]
#[case::unknown_currency(json!({"model": "currency_rounding", "params": {"currency": "XXX"}, "units": "1"}), "invalid_field")]
#[case::other_rounding(json!({"model": "currency_rounding", "params": {"currency": "usd", "mode": "half_even"}, "units": "1"}), "invalid_field")]
#[case::too_many_digits(json!({"model": "per_unit", "params": {"unit_amount": "1", "round_dp": 99}, "units": "1"}), "invalid_field")]
#[case::more_days_than_the_period(json!({"model": "proration_days", "params": {"amount_minor": "100", "days": "9", "period_days": "8"}, "units": "9"}), "days_out_of_range")]
#[case::more_credited_than_the_period(json!({"model": "credit_note_total", "params": {"amount_minor": "20000", "days": "31", "period_days": "30", "tax_percent": "25"}, "units": "31"}), "days_out_of_range")]
#[case::more_due_than_the_period(json!({"model": "minimum_true_up", "params": {"minimum_minor": "1000", "billed_minor": "200", "days": "32", "period_days": "31"}, "units": "200"}), "days_out_of_range")]
#[case::more_left_than_the_period(json!({"model": "proration_change", "params": {"old_quantity": "1", "old_unit_price": "40", "new_quantity": "0", "new_unit_price": "0", "remaining_days": "40", "period_days": "31"}}), "days_out_of_range")]
#[case::a_change_after_the_period(json!({"model": "proration_change", "params": {"old_quantity": "1", "old_unit_price": "40", "new_quantity": "0", "new_unit_price": "0", "period_start": "2024-03-01", "period_end_inclusive": "2024-03-31", "change_date": "2024-04-15", "remaining_days": "17", "period_days": "31"}}), "invalid_field")]
#[case::a_change_before_the_period(json!({"model": "proration_change", "params": {"old_quantity": "1", "old_unit_price": "40", "new_quantity": "0", "new_unit_price": "0", "period_start": "2024-03-01", "period_end_inclusive": "2024-03-31", "change_date": "2024-02-29", "remaining_days": "17", "period_days": "31"}}), "invalid_field")]
#[case::a_period_that_ends_before_it_starts(json!({"model": "proration_change", "params": {"old_quantity": "1", "old_unit_price": "40", "new_quantity": "0", "new_unit_price": "0", "period_start": "2024-03-01", "period_end_inclusive": "2024-02-01", "remaining_days": "17", "period_days": "31"}}), "invalid_field")]
#[case::a_wallet_of_no_currency(json!({"model": "wallet_allocation", "params": {"invoice_minor": "10", "invoice_currency": "EUR", "wallets": [{"name": "A", "balance_minor": "10"}]}, "units": "10"}), "missing_field")]
#[case::an_invoice_of_no_currency(json!({"model": "wallet_currency", "params": {"invoice_minor": "10", "wallets": [{"name": "A", "balance_minor": "10", "currency": "EUR"}]}, "units": "10"}), "missing_field")]
#[case::more_than_64_bits(json!({"model": "minimum_true_up", "params": {"minimum_minor": "9223372036854775807", "billed_minor": "-9223372036854775807"}, "units": "1"}), "overflow")]
#[case::a_threshold_of_nothing(json!({"model": "progressive_sequence", "params": {"thresholds": ["0"], "cumulative_usage_checkpoints": ["1"]}, "units": ["1"]}), "invalid_field")]
fn wrong_lines_are_refused_by_code(#[case] line: Value, #[case] code: &str) {
    assert_eq!(refused(&line), code, "{line}");
}

#[rstest]
#[case::figure("per_unit", json!({"unit_amount": "NaN"}), json!("1"), "malformed", "unit_amount: 'NaN' is not a decimal number")]
#[case::figure_of_a_tier("volume", json!({"tiers": [{"up_to": "1", "unit_amount": "1"}, {"unit_amount": "x"}]}), json!("1"), "malformed", "tiers[1].unit_amount: 'x' is not a decimal number")]
#[case::figure_of_an_inner_price("delta_rerate", json!({"price": {"model": "per_unit", "unit_amount": []}}), json!("1"), "malformed", "price.unit_amount: expected a decimal as a string or a number")]
#[case::units("per_unit", json!({"unit_amount": "1"}), json!(["1", "two"]), "malformed", "units: 'two' is not a decimal number")]
#[case::misspelt("per_unit", json!({"unit_amont": "1"}), json!("1"), "unknown_field", "unit_amont is no parameter of this model")]
#[case::misspelt_in_a_tier("graduated", json!({"tiers": [{"unit_amount": "1", "upto": null}]}), json!("1"), "unknown_field", "tiers[0].upto is no parameter of this model")]
#[case::missing("minimum_true_up", json!({"billed_minor": "1"}), json!("1"), "missing_field", "minimum_minor is missing")]
#[case::no_object("per_unit", json!([]), json!("1"), "malformed", "params: an object is expected")]
#[case::word("package", json!({"package_size": "1", "package_amount": "1", "rounding": 3}), json!("1"), "malformed", "rounding: ")]
fn errors_name_the_field(
    #[case] model: &str,
    #[case] params: Value,
    #[case] units: Value,
    #[case] code: &str,
    #[case] message: &str,
) {
    let answer = answer(&json!({"model": model, "params": params, "units": units}).to_string());
    let said = answer["error"]["message"].as_str().expect("a sentence");
    assert_eq!(answer["error"]["code"], code, "{answer}");
    assert!(said.starts_with(message), "'{said}' must begin with '{message}'");
    assert!(!said.contains("line 1"), "a column of a line that nobody sees helps nobody: {said}");
}

#[test]
fn an_id_is_echoed_whatever_else_is_wrong() {
    for (line, id) in [
        (r#"{"id": "a"}"#, json!("a")),
        (r#"{"id": 7, "model": "nope"}"#, json!(7)),
        (
            r#"{"id": 12345678901234567890123, "model": 3}"#,
            serde_json::from_str("12345678901234567890123").expect("a number"),
        ),
        (r#"{"id": ["a"], "model": "per_unit"}"#, Value::Null),
        (r#"{"model": "per_unit"}"#, Value::Null),
        (r#"{"id": "a", "id": "b", "model": "per_unit"}"#, Value::Null),
        ("not json", Value::Null),
        ("[1]", Value::Null),
        ("", Value::Null),
    ] {
        let answer = answer(line);
        assert_eq!(answer["id"], id, "{line}");
        assert!(answer["error"]["code"].is_string() && answer["error"]["message"].is_string(), "{line}: {answer}");
    }
}

#[test]
fn a_field_that_is_given_twice_is_refused() {
    let line = r#"{"id": "a", "model": "per_unit", "params": {"unit_amount": "1", "unit_amount": "2"}, "units": "1"}"#;
    assert_eq!(answer(line)["error"]["code"], "malformed", "two unit amounts have no amount");
    assert_eq!(answer(line)["error"]["message"], "unit_amount is given twice", "and the field is named");
}

#[test]
fn lines_have_limits() {
    let long = format!(r#"{{"id": "{}"}}"#, "x".repeat(MAX_LINE_BYTES));
    assert_eq!(answer(&long)["error"]["code"], "line_too_long", "a line beyond the limit is not parsed");
    let long_id = json!({"id": "x".repeat(301), "model": "per_unit", "params": {"unit_amount": "1"}, "units": "1"});
    assert_eq!(refused(&long_id), "id_too_long", "an id is not a place for a file");
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(answer(&nested)["error"]["code"], "malformed", "depth is an error, not the end of the stack");
    let nested = format!(r#"{{"id": "a", "model": "per_unit", "params": {nested}, "units": "1"}}"#);
    assert_eq!(answer(&nested)["error"]["code"], "malformed", "also inside a known field");
    let many = json!({"id": "a", "model": "per_unit", "params": {"unit_amount": "1"}, "units": vec![1; 100_001]});
    assert_eq!(refused(&many), "malformed", "events of a line have a limit");
    let not_text = rate_bytes(&[b'{', 0xff]).expect("an answer");
    assert_eq!(not_text.answer().expect_err("no text").code, "not_utf8", "bytes that are no text are a typed error");
    assert_eq!(rate_bytes(b"  \r"), None, "a blank line is no question");
}

#[test]
fn a_stream_answers_every_line_in_bounded_memory() {
    let good = r#"{"id": "good", "model": "per_unit", "params": {"unit_amount": "2"}, "units": "3"}"#;
    let long = "x".repeat(3 * MAX_LINE_BYTES);
    let input = format!("{good}\r\n\n{long}\n{{}}\n{good}");
    // A small buffer makes lines come in many parts.
    let reader = std::io::BufReader::with_capacity(7, input.as_bytes());
    let answers: Vec<String> = outcomes(reader)
        .map(|outcome| match outcome.expect("memory is readable").answer() {
            Ok(answer) => answer.amount.clone(),
            Err(error) => error.code.to_owned(),
        })
        .collect();
    assert_eq!(answers, ["6", "line_too_long", "missing_field", "6"], "also the last line, which has no end");
}

#[test]
fn the_answer_has_the_documented_shape() {
    let line = json!({"id": "c1", "model": "graduated", "units": "21", "params": {"tiers": [
        {"up_to": "10", "unit_amount": "10", "flat_amount": "2"},
        {"up_to": "20", "unit_amount": "5", "flat_amount": "3"},
        {"up_to": null, "unit_amount": "5", "flat_amount": "3"}]}});
    insta::assert_snapshot!(rate_line(&line.to_string()));
    let line = json!({"id": "c2", "model": "per_unit", "params": {"unit_amount": "x"}, "units": "1"});
    insta::assert_snapshot!(rate_line(&line.to_string()));
}

#[test]
fn wallets_of_one_name_are_one_part() {
    let wallet = json!({"name": "A", "balance_minor": "100"});
    let line = json!({"model": "wallet_allocation", "params": {"invoice_minor": "150", "wallets": [wallet, wallet]}, "units": "150"});
    let answer = answer(&line.to_string());
    assert_proved(&answer);
    assert_eq!((&answer["amount"], &answer["breakdown"]), (&json!("150"), &json!({"A": "150"})));
    assert_eq!(
        rate_line(&line.to_string()).matches("\"A\"").count(),
        1,
        "a reader of JSON keeps one of two equal names"
    );
}

#[test]
fn a_mark_at_the_beginning_is_no_part_of_the_first_line() {
    let line = r#"{"id": "a", "model": "per_unit", "params": {"unit_amount": "2"}, "units": "3"}"#;
    let text = format!("\u{feff}{line}\n\u{feff}{line}\n");
    let answers: Vec<_> = outcomes(text.as_bytes()).map(|outcome| outcome.expect("memory is read")).collect();
    assert_eq!(answers[0].answer().expect("rated").amount, "6");
    assert_eq!(answers[1].answer().expect_err("in the middle it is none").code, "malformed");
}
