//! Every worked number of the rules.

use crate::build::{dec, per_unit, price, tiers};
use billing::money::{Currency, Money};
use billing::price::{
    GraduatedPercentage, LevelBilling, Model, Package, PackageRounding, PerUnit, Percentage, Price, PriceTerms,
    RateTier, ZeroUse,
};
use billing::pricing::adjust::{Coupon, CreditNote, discount, discounted, tax, true_up};
use billing::pricing::credit::{Wallet, allocate};
use billing::pricing::progressive::{Beyond, sequence};
use billing::pricing::proration::{Paid, prorate};
use billing::pricing::quantity::{level_basis, over_period};
use billing::pricing::{Phase, Span, Use, line, rate, split};
use billing::quantity::{Scale, decimal_text};
use billing::storage::{Memory, human_bytes};
use rstest::rstest;
use rust_decimal::Decimal;

fn usd() -> Currency {
    Currency::USD
}

fn rated(price: &Price, quantity: &str) -> Decimal {
    let rated = rate(price, &Use::Quantity(dec(quantity)), Span::Whole).expect("rated");
    assert_eq!(rated.proof.total(), Ok(rated.amount), "the steps add up to the amount");
    rated.amount
}

#[test]
fn per_unit_is_rounded_once() {
    let line = line(&per_unit("0.50"), None, &Use::Quantity(dec("123.456")), Phase::Final, usd()).expect("a line");
    assert_eq!((line.unrounded, line.amount.minor()), (dec("61.728"), 6173), "123.456 x 0.50 = 61.728, billed 61.73");
}

#[rstest]
#[case("0", "2")]
#[case("10", "102")]
#[case("10.5", "107.5")]
#[case("11", "110")]
#[case("21", "163")]
fn graduated(#[case] quantity: &str, #[case] expected: &str) {
    let price = price(Model::Graduated(tiers(&[("10", "10", "2"), ("20", "5", "3"), ("", "5", "3")])));
    assert_eq!(rated(&price, quantity), dec(expected), "{quantity}");
}

#[rstest]
#[case("100", "210")]
#[case("100.5", "100.5")]
#[case("300", "200")]
#[case("0", "10")]
fn volume(#[case] quantity: &str, #[case] expected: &str) {
    let price = price(Model::Volume(tiers(&[("100", "2", "10"), ("200", "1", "0"), ("", "0.5", "50")])));
    assert_eq!(rated(&price, quantity), dec(expected), "{quantity}");
}

#[test]
fn package() {
    let figures = Package { size: dec("10"), amount: dec("100"), free: dec("10"), rounding: PackageRounding::Up };
    assert_eq!(rated(&price(Model::Package(figures)), "121"), dec("1200"), "111 above the free ten are 12 packages");
}

#[test]
fn percentage_event_by_event() {
    let figures = Percentage {
        rate_percent: dec("1.3"),
        fixed_amount: dec("2"),
        free_events: Some(3),
        free_amount: Some(dec("250")),
        event_minimum: None,
        event_maximum: None,
    };
    let events = Use::Events(["50", "100", "250", "400"].map(dec).to_vec());
    let rated = rate(&price(Model::Percentage(figures)), &events, Span::Whole).expect("rated");
    assert_eq!(rated.amount, dec("11.15"), "550 x 1.3 % + 2 x 2");
    assert_eq!(rated.proof.total(), Ok(rated.amount), "the steps add up to the amount");
}

#[test]
fn graduated_percentage() {
    let tier = |up_to: Option<&str>, rate: &str, flat: &str| RateTier {
        up_to: up_to.map(dec),
        rate_percent: dec(rate),
        flat_amount: dec(flat),
    };
    let tiers = vec![tier(Some("10"), "1", "200"), tier(Some("20"), "2", "300"), tier(None, "3", "400")];
    let price = price(Model::GraduatedPercentage(GraduatedPercentage { tiers, at_zero: ZeroUse::FirstFlat }));
    assert_eq!(rated(&price, "21"), dec("900.33"), "three flat amounts and 0.10 + 0.20 + 0.03");
}

#[test]
fn a_price_that_charges_nothing_at_zero() {
    let mut figures = tiers(&[("10", "10", "2"), ("", "5", "3")]);
    figures.at_zero = ZeroUse::Nothing;
    assert_eq!(rated(&price(Model::Graduated(figures.clone())), "0"), Decimal::ZERO, "graduated");
    assert_eq!(rated(&price(Model::Volume(figures)), "0"), Decimal::ZERO, "volume");
}

#[test]
fn seconds_are_priced_by_the_minute_without_losing_a_part() {
    let terms = PriceTerms { per: dec("60"), ..PriceTerms::of(Model::PerUnit(PerUnit { unit_amount: dec("0.03") })) };
    let price = Price::new(terms).expect("a price");
    assert_eq!(rated(&price, "59000"), dec("29.5"), "1,000 calls of 59 s are 983.33 minutes, not 0 and not 1,000");
    let overage = line(&price, None, &Use::Quantity(dec("100")), Phase::Running, usd()).expect("a line");
    assert_eq!(overage.amount.minor(), 5, "100 s at 0.03 a minute");
}

#[test]
fn tiers_of_minutes_over_seconds() {
    let terms = PriceTerms {
        per: dec("60"),
        ..PriceTerms::of(Model::Graduated(tiers(&[("1", "0.10", "0"), ("", "0.07", "0")])))
    };
    let price = Price::new(terms).expect("a price");
    assert_eq!(rated(&price, "60"), dec("0.1"), "a bound of one minute holds 60 seconds");
    let second = rated(&price, "61");
    assert_eq!(second.round_dp(6), dec("0.101167"), "the 61st second is in the second tier");
}

#[test]
fn quantities_above_the_allowance() {
    assert_eq!(over_period(1_500, Some(1_000)), Ok(500), "above what is included");
    assert_eq!(over_period(200, Some(1_000)), Ok(0), "never below 0");
    assert_eq!(over_period(1_500, None), Ok(0), "unlimited has no overage");
    assert!(over_period(i64::MAX, Some(i64::MIN)).is_err(), "overflow is an error");
}

#[test]
fn level_meters_bill_their_peak_unless_the_price_says_otherwise() {
    let days = [4, 10, 1];
    let basis = |billing| level_basis(&days, billing, Scale::ZERO).expect("a basis");
    assert_eq!(basis(LevelBilling::Peak), dec("10"), "the highest end of a day");
    assert_eq!(basis(LevelBilling::Average), dec("5"), "15 unit-days over 3 days");
    assert_eq!(basis(LevelBilling::End), dec("1"), "the end of the last day");
    assert_eq!(level_basis(&[], LevelBilling::Average, Scale::ZERO), Ok(Decimal::ZERO), "no days, no use");
}

#[test]
fn minimum_and_maximum() {
    let due = true_up(dec("1000"), Some((15, 31)), dec("200"), 0).expect("a true-up");
    assert_eq!(due.amount, dec("284"), "round(1000 x 15/31) - 200");
    assert_eq!(due.proof.total(), Ok(dec("284")), "the steps add up");
    let nothing = true_up(dec("1000"), None, dec("1500"), 0).expect("a true-up");
    assert_eq!(nothing.amount, Decimal::ZERO, "not below 0");

    let mut terms = PriceTerms::of(Model::Graduated(tiers(&[
        ("5", "0", "100"),
        ("10", "0", "50"),
        ("15", "5", "0"),
        ("", "1", "0"),
    ])));
    terms.maximum = Some(dec("170"));
    let price = Price::new(terms).expect("a price");
    let (before, now) = (Use::Quantity(dec("12")), Use::Quantity(dec("22")));
    let line = line(&price, Some(&before), &now, Phase::Running, usd()).expect("a line");
    assert_eq!(line.amount.minor(), 1_000, "cap 170, billed before 160, new 22: pay 10");
    assert_eq!(line.proof.total(), Ok(dec("10")), "the steps add up");
}

#[test]
fn the_minimum_is_due_on_the_last_line_only() {
    let terms =
        PriceTerms { minimum: Some(dec("5")), ..PriceTerms::of(Model::PerUnit(PerUnit { unit_amount: dec("1") })) };
    let price = Price::new(terms).expect("a price");
    let billed = |phase| line(&price, None, &Use::Quantity(dec("2")), phase, usd()).expect("a line").amount.minor();
    assert_eq!((billed(Phase::Running), billed(Phase::Final)), (200, 500), "2 so far, 5 at the end");
}

#[test]
fn split_periods_round_the_cumulative_first() {
    let price = per_unit("0.001");
    let (first, both) = (Use::Quantity(dec("333")), Use::Quantity(dec("666")));
    let one = line(&price, None, &first, Phase::Running, usd()).expect("a line");
    let two = line(&price, Some(&first), &both, Phase::Running, usd()).expect("a line");
    assert_eq!((one.amount.minor(), two.amount.minor()), (33, 34), "0.33, then 0.34");
    let back = line(&price, Some(&both), &first, Phase::Running, usd()).expect("a line");
    assert_eq!(back.amount.minor(), -34, "it may be negative");
}

#[test]
fn a_change_on_16_january_is_15_and_16_days() {
    let from = |text: &str| text.parse::<billing::time::Day>().expect("a day");
    let (start, change, end) = (from("2026-01-01"), from("2026-01-16"), from("2026-02-01"));
    assert_eq!((start.days_until(change), change.days_until(end)), (15, 16), "end exclusive");
    let part = prorate(dec("31"), 15, 31).expect("a part");
    assert_eq!(part.amount, dec("15"), "old price for 15/31");
}

#[rstest]
#[case("100", "200", "50", "100")]
#[case("300", "200", "50", "150")]
#[case("100", "200", "250", "0")]
#[case("-50", "200", "50", "0")]
fn a_credit_never_exceeds_what_was_paid(
    #[case] credit: &str,
    #[case] paid: &str,
    #[case] earlier: &str,
    #[case] expected: &str,
) {
    let capped = Paid { paid: dec(paid), earlier_credits: dec(earlier) }.cap(dec(credit));
    assert_eq!(capped, Ok(dec(expected)), "{credit} of {paid} less {earlier}");
}

#[rstest]
#[case("10.125", "USD", 1_013)]
#[case("-10.125", "USD", -1_013)]
#[case("1023.5", "JPY", 1_024)]
#[case("1.0005", "KWD", 1_001)]
fn money_is_rounded_half_away_from_zero(#[case] amount: &str, #[case] currency: &str, #[case] minor: i64) {
    let currency = currency.parse().expect("a currency");
    assert_eq!(Money::rounded(dec(amount), currency).expect("money").minor(), minor, "{amount} {currency}");
}

#[test]
fn a_missing_cent_is_shown() {
    let lines =
        ["33.333333", "33.333333", "33.333334"].map(|amount| Money::rounded(dec(amount), usd()).expect("money"));
    let total = lines.into_iter().reduce(|sum, line| sum.checked_add(line).expect("one currency")).expect("lines");
    assert_eq!(total.to_string(), "99.99", "the total is the sum of rounded lines");
}

#[test]
fn splits_add_up() {
    assert_eq!(split::by_weight(100, &[1, 1, 1]), Ok(vec![34, 33, 33]), "the first of equals takes the cent");
    assert_eq!(split::by_weight(-100, &[1, 1, 1]), Ok(vec![-34, -33, -33]), "and of a credit");
    assert_eq!(split::by_weight(5, &[0, 7, 0]), Ok(vec![0, 5, 0]), "no weight, no part");
    assert_eq!(split::by_weight(100, &[1, 2, 4]), Ok(vec![14, 29, 57]), "28.57 has the largest remainder");
    assert!(split::by_weight(5, &[0, 0]).is_err(), "nothing to split by");
}

#[test]
fn a_credit_note_rounds_net_then_tax() {
    let note = CreditNote::unused(dec("20000"), (29, 30), dec("25"), 0).expect("a note");
    let total = note.total().expect("a total");
    assert_eq!(
        (note.net.amount, note.tax.amount, total.amount),
        (dec("19333"), dec("4833"), dec("24166")),
        "20000 x 29/30"
    );
    assert_eq!(total.proof.total(), Ok(total.amount), "the steps add up");
}

#[test]
fn coupons_come_one_after_another() {
    let left =
        discounted(dec("99.99"), &[Coupon::Percent(dec("10")), Coupon::Fixed(dec("5")), Coupon::Percent(dec("50"))], 2);
    let left = left.expect("discounted");
    assert_eq!(left.amount, dec("42.49"), "99.99 - 10.00 - 5.00 - 42.50: each rounded on what was left");
    assert_eq!(left.proof.total(), Ok(left.amount), "the steps add up");
    assert_eq!(
        discount(dec("0.009"), Coupon::Percent(dec("100")), Some(2)).expect("off").amount,
        dec("0.009"),
        "never more than the price"
    );
    assert_eq!(tax(dec("99.99"), dec("20"), Some(2)).expect("tax").amount, dec("20"), "19.998 is 20.00");
}

#[test]
fn wallets_pay_by_priority_expiry_and_age() {
    let wallet = |name: &'static str, priority: i64, expires: Option<&str>, currency: Currency| Wallet {
        name,
        priority,
        balance: Money::from_minor(1_000, currency),
        expires_at: expires.map(|at| at.parse().expect("a time")),
        created_at: None,
    };
    let eur = "EUR".parse().expect("a currency");
    let wallets = [
        wallet("late", 50, None, usd()),
        wallet("never", 49, None, usd()),
        wallet("soon", 49, Some("2026-01-01T00:00:00Z"), usd()),
        wallet("other", 1, None, eur),
    ];
    let paid = allocate(Money::from_minor(2_500, usd()), &wallets).expect("allocated");
    let paid: Vec<(&str, i64)> = paid.into_iter().map(|(name, money)| (name, money.minor())).collect();
    assert_eq!(
        paid,
        [("soon", 1_000), ("never", 1_000), ("late", 500)],
        "priority, then expiry; never another currency"
    );
}

#[test]
fn progressive_billing() {
    let thresholds = [dec("200"), dec("500")];
    let amounts = sequence(&thresholds, Beyond::Ends, &[dec("200"), dec("400"), dec("600")]).expect("a sequence");
    assert_eq!(amounts, [dec("200"), dec("0"), dec("400")], "usage 200: 200; 400: none; 600: 400");
    let again = sequence(&thresholds, Beyond::Repeats, &[dec("699"), dec("700"), dec("1700")]).expect("a sequence");
    assert_eq!(again, [dec("699"), dec("1"), dec("1000")], "200, then each 500 above it");
}

#[test]
fn a_stored_memory() {
    let memory = Memory { text: "käse", dimensions: 384, tags_json: "[\"a\"]", metadata_json: "{}" };
    assert_eq!(memory.bytes(), Some(5 + 1_536 + 5 + 2 + 162), "UTF-8, 4 a dimension, JSON, row");
    for (bytes, shown) in [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 KB"),
        (1_536, "1.5 KB"),
        (1_048_575, "1023.9 KB"),
        (1 << 20, "1.0 MB"),
        (10 << 30, "10.0 GB"),
        (-1_536, "-1.5 KB"),
        (i64::MIN, "-8589934592.0 GB"),
    ] {
        assert_eq!(human_bytes(bytes), shown, "{bytes}");
    }
}

#[test]
fn sums_are_text_beyond_64_bits() {
    let text = |units: i128, digits| decimal_text(units, Scale::new(digits).expect("a scale"));
    assert_eq!(text(-1_500, 3), "-1.5", "trailing zeros say nothing");
    assert_eq!(text(0, 0), "0", "nothing is 0");
    assert_eq!(text(i128::from(i64::MAX) * 10, 9), "92233720368.54775807", "a total may need more than a row");
    assert_eq!(text(-i128::from(i64::MAX) * 10, 0), "-92233720368547758070", "also below zero");
    assert_eq!(text(-i128::from(i64::MAX) * 10, 9), "-92233720368.54775807", "with a fraction");
    assert_eq!(text(-(1_i128 << 70), 9), "-1180591620717.411303424", "each digit");
    assert_eq!(text(10_i128.pow(20), 0), "100000000000000000000", "zeros of a whole number are its own");
}
