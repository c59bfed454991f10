//! Drafts: every worked number of sections 5 to 7 as an invoice, and the decisions of docs/adr/0011.

use crate::bill::{Bill, amounts, around, by_day, day, of_kind, priced, span, sum_meter, units};
use crate::build::{at, dec, id, per_unit, price, tiers};
use billing::ids::{MeterId, PeriodId, PlanVersionId};
use billing::invoice::{
    Catalog, DayUse, DraftError, EventUse, Facts, FeePaid, LateUse, LineKind, MeterUse, NextPeriod, SettledUse,
    charged_for, draft,
};
use billing::meter::{Aggregation, Reset};
use billing::money::{Currency, Money};
use billing::plan::{FeeTiming, OverrideInForce, Setting};
use billing::price::{InvoicedBy, LevelBilling, Model, Percentage, ZeroUse};
use billing::pricing::Phase;
use billing::pricing::adjust::Coupon;
use billing::quantity::Scale;
use rstest::rstest;

const M: u128 = 0x10;

fn free(version: &mut billing::plan::PlanVersion) {
    version.fee = Money::from_minor(0, version.fee.currency());
}

fn with_fee(minor: i64) -> impl FnOnce(&mut billing::plan::PlanVersion) {
    move |version| version.fee = Money::from_minor(minor, Currency::USD)
}

/// A bill of one meter under a plan without a fee.
fn metered(included: Option<i64>, price: billing::price::Price) -> Bill {
    Bill::new().meter(sum_meter(M)).plan(1, |version| {
        free(version);
        priced(M, included, Some(price))(version);
    })
}

#[test]
fn a_fee_and_use_above_what_is_included() {
    let bill = Bill::new().meter(sum_meter(M)).plan(1, priced(M, Some(1_000), Some(per_unit("0.50"))));
    let content = bill.used(units(M, 1_500)).with(|facts| facts.account.tax_percent = dec("25")).draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, 10_000), (LineKind::Usage, 25_000)], "100.00 and 500 x 0.50");
    assert_eq!((content.net_minor, content.total_minor, content.due_minor), (35_000, 43_750, 43_750), "25 % on top");
    let line = &content.lines[1];
    assert_eq!(
        (line.used, line.included, line.quantity),
        (Some(dec("1500")), Some(dec("1000")), Some(dec("500"))),
        "a person can check the quantity"
    );
}

#[test]
fn lines_are_rounded_once_and_the_missing_cent_is_shown() {
    let mut bill = Bill::new().plan(1, |version| {
        free(version);
        for (meter, amount) in [(0x11, "33.333333"), (0x12, "33.333333"), (0x13, "33.333334")] {
            priced(meter, Some(0), Some(per_unit(amount)))(version);
        }
    });
    for meter in [0x11, 0x12, 0x13] {
        bill = bill.meter(sum_meter(meter)).used(units(meter, 1));
    }
    assert_eq!(bill.draft().net_minor, 9_999, "33.333333 + 33.333333 + 33.333334 are 99.99 as lines");
}

#[rstest]
#[case("USD", "10.125", 1_013)]
#[case("JPY", "1023.5", 1_024)]
#[case("KWD", "1.2345", 1_235)]
fn rounding_is_half_away_from_zero_in_each_currency(#[case] code: &str, #[case] amount: &str, #[case] expected: i64) {
    let currency: Currency = code.parse().expect("a currency");
    let bill = metered(Some(0), per_unit(amount)).used(units(M, 1)).with(|facts| facts.currency = currency);
    let mut catalog = bill.catalog.clone();
    for version in catalog.versions.values_mut() {
        version.fee = Money::from_minor(0, currency);
    }
    let content = draft(&bill.facts, &catalog, &bill.settings).expect("a draft");
    assert_eq!(content.net_minor, expected, "{code} {amount}");
}

#[test]
fn a_change_on_16_january_is_15_and_16_days_of_31() {
    let bill = Bill::new().plan(1, with_fee(3_100)).plan(2, with_fee(6_200)).from_plan(2, "2026-01-16T14:00:00Z");
    let content = bill.draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, 1_500), (LineKind::Fee, 3_200)], "15/31 of 31.00, 16/31 of 62.00");
    let days = |index: usize| content.lines[index].part.as_ref().map(|part| (part.from, part.to, part.of_days));
    assert_eq!(days(0), Some((day("2026-01-01"), day("2026-01-16"), 31)), "the day of the change is the new plan's");
    assert_eq!(days(1), Some((day("2026-01-16"), day("2026-02-01"), 31)), "to the end of the period");
}

#[test]
fn included_and_bounds_are_prorated_by_days_of_the_segments() {
    let model = Model::Graduated(tiers(&[("100", "0.01", "0"), ("", "0.02", "0")]));
    let bill = Bill::new()
        .meter(sum_meter(M))
        .plan(1, |version| {
            free(version);
            priced(M, Some(1_000), Some(price(model.clone())))(version);
        })
        .plan(2, |version| {
            free(version);
            priced(M, None, None)(version);
        })
        .from_plan(2, "2026-01-16T00:00:00Z")
        .used(by_day(M, &[("2026-01-10", 1, 500), ("2026-01-16", 1, 100), ("2026-01-16", 2, 7)]));
    let content = bill.draft();
    let line = &content.lines[2];
    assert_eq!(line.included, Some(dec("483")), "1,000 included, 15 of 31 days: 483");
    assert_eq!(line.used, Some(dec("600")), "the old plan's use of the day of the change is the old plan's");
    assert_eq!(line.quantity, Some(dec("117")), "600 - 483");
    assert_eq!(line.amount_minor, 186, "48 (of 100 x 15/31) x 0.01 + 69 x 0.02");
    assert_eq!(content.lines[3].used, Some(dec("7")), "the rest is the new plan's, with a line of 0.00");
    assert_eq!(content.lines[3].amount_minor, 0, "which is unlimited");
}

#[test]
fn a_tier_that_proration_leaves_without_room_is_not_entered() {
    let model = Model::Graduated(tiers(&[("40", "0", "1"), ("50", "0", "5"), ("", "0", "7")]));
    let bill = metered(Some(0), price(model)).plan(2, free).from_plan(2, "2026-01-02T00:00:00Z");
    let content = bill.used(by_day(M, &[("2026-01-01", 1, 3)])).draft();
    let amount = of_kind(&content, LineKind::Usage)[0].amount_minor;
    assert_eq!(amount, 800, "bounds 1 and 1: the flat amounts of the first and the last tier, not 5");
}

#[test]
fn a_plan_taken_up_again_on_the_day_of_a_change_is_one_segment() {
    let bill = metered(Some(1_000), per_unit("1"))
        .plan(2, free)
        .from_plan(2, "2026-01-10T08:00:00Z")
        .from_plan(1, "2026-01-10T09:00:00Z")
        .used(units(M, 1_001));
    let content = bill.draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, 0), (LineKind::Usage, 100)], "one segment with all of 1,000");
    let part = content.lines[1].part.as_ref().expect("days");
    assert_eq!((part.from, part.to), (day("2026-01-01"), day("2026-02-01")), "the whole period");
}

#[test]
fn a_first_period_pays_its_days_and_has_the_whole_allowance() {
    let bill = Bill::new()
        .meter(sum_meter(M))
        .plan(1, |version| {
            with_fee(3_100)(version);
            priced(M, Some(1_000), Some(per_unit("1")))(version);
        })
        .used(units(M, 1_001))
        .with(|facts| {
            facts.period.span = span("2026-01-17", "2026-02-01");
            facts.period.subscription.started_at = at("2026-01-17T11:00:00Z");
        });
    let content = bill.draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, 1_500), (LineKind::Usage, 100)], "15/31 of 31.00; 1 above 1,000");
}

#[test]
fn a_cancelled_period_pays_to_the_day_of_the_end_excluded() {
    let bill = Bill::new()
        .plan(1, with_fee(3_100))
        .with(|facts| facts.period.subscription.ended_at = Some(at("2026-01-16T14:00:00Z")));
    assert_eq!(amounts(&bill.draft()), [(LineKind::Fee, 1_500)], "1 to 15 January");
}

#[test]
fn nothing_is_billed_of_a_period_that_was_not_held() {
    let bill = Bill::new().with(|facts| facts.period.subscription.ended_at = Some(at("2026-01-01T00:00:00Z")));
    let refused = draft(&bill.facts, &bill.catalog, &bill.settings);
    assert_eq!(refused, Err(DraftError::NothingHeld), "it ended where the period begins");
}

fn next() -> NextPeriod {
    NextPeriod { id: PeriodId::from_uuid(id(0x902)), span: span("2026-02-01", "2026-03-01"), charged: None }
}

fn in_advance(minor: i64) -> impl FnOnce(&mut billing::plan::PlanVersion) {
    move |version| {
        with_fee(minor)(version);
        version.fee_timing = FeeTiming::Advance;
    }
}

fn paid(creditable_minor: i64) -> FeePaid {
    FeePaid {
        plan_version: PlanVersionId::from_uuid(id(1)),
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        creditable_minor,
    }
}

#[test]
fn the_first_invoice_in_advance_has_two_fees_and_the_next_ones_one() {
    let bill = Bill::new().plan(1, in_advance(3_100)).with(|facts| facts.next = Some(next()));
    let first = bill.draft();
    assert_eq!(amounts(&first), [(LineKind::Fee, 3_100), (LineKind::Fee, 3_100)], "January and February");
    let charged = charged_for(&first, next().id).expect("February was charged");
    assert_eq!((charged.line, charged.amount_minor), (2, 3_100), "what a credit in February is limited by");
    let second = bill.with(|facts| facts.fee_paid = Some(paid(3_100))).draft();
    assert_eq!(amounts(&second), [(LineKind::Fee, 3_100)], "January was charged before");
}

#[test]
fn a_change_in_advance_gives_back_and_charges_by_days() {
    let bill = Bill::new()
        .plan(1, in_advance(3_100))
        .plan(2, in_advance(6_200))
        .from_plan(2, "2026-01-16T00:00:00Z")
        .with(|facts| (facts.next, facts.fee_paid) = (Some(next()), Some(paid(3_100))));
    let content = bill.draft();
    let expected = [(LineKind::Fee, -1_600), (LineKind::Fee, 3_200), (LineKind::Fee, 6_200)];
    assert_eq!(amounts(&content), expected, "16/31 of 31.00 back, 16/31 of 62.00, February at 62.00");
}

#[rstest]
#[case(3_100, -1_600)]
#[case(1_000, -1_000)]
#[case(0, 0)]
fn a_credit_never_exceeds_what_was_paid(#[case] creditable: i64, #[case] expected: i64) {
    let bill = Bill::new().plan(1, in_advance(3_100)).with(|facts| {
        facts.period.subscription.ended_at = Some(at("2026-01-16T00:00:00Z"));
        (facts.next, facts.fee_paid) = (Some(next()), Some(paid(creditable)));
    });
    let content = bill.draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, expected)], "and a subscription that ended has no fee in advance");
    assert_eq!(content.lines[0].proof.total(), Ok(Money::from_minor(expected, Currency::USD).decimal()), "proved");
}

#[test]
fn what_was_charged_in_advance_for_a_period_never_held_is_given_back() {
    let bill = Bill::new().plan(1, in_advance(3_100)).with(|facts| {
        facts.period.subscription.ended_at = Some(at("2026-01-01T00:00:00Z"));
        facts.fee_paid = Some(paid(3_100));
    });
    let content = bill.draft();
    assert_eq!((amounts(&content), content.total_minor), (vec![(LineKind::Fee, -3_100)], -3_100), "all of it");
}

#[test]
fn coupons_take_their_share_of_a_fee_in_advance() {
    let bill = Bill::new().plan(1, in_advance(3_100)).coupon(None, Coupon::Percent(dec("50")));
    let content = bill.with(|facts| facts.next = Some(next())).draft();
    let charged = charged_for(&content, next().id).expect("charged");
    assert_eq!(charged.amount_minor, 1_550, "half of 31.00 was never asked for and is never given back");
}

#[test]
fn a_day_meter_pays_what_each_day_exceeds() {
    let mut meter = sum_meter(M);
    meter.reset = Reset::Day;
    let bill = metered(Some(1_000), per_unit("1")).meter(meter);
    let content = bill.used(by_day(M, &[("2026-01-05", 1, 1_500), ("2026-01-06", 1, 200)])).draft();
    assert_eq!(content.lines[1].quantity, Some(dec("500")), "1,500 and 200 against 1,000 a day");
}

#[test]
fn a_day_meter_looks_at_what_held_on_the_day() {
    let mut meter = sum_meter(M);
    meter.reset = Reset::Day;
    let mut bill = metered(Some(1_000), per_unit("1")).meter(meter).from_plan(1, "2026-01-06T00:00:00Z");
    bill.facts.period.entitlements[1].overrides.push(OverrideInForce {
        id: billing::ids::OverrideId::from_uuid(id(0x600)),
        meter: MeterId::from_uuid(id(M)),
        included: Setting::To(Some(1_400)),
        cap: Setting::Keep,
    });
    let content = bill.used(by_day(M, &[("2026-01-05", 1, 1_500), ("2026-01-06", 1, 1_500)])).draft();
    assert_eq!(content.lines[1].quantity, Some(dec("600")), "500 above the plan, 100 above the override");
}

fn level(scale: u8) -> billing::meter::Meter {
    billing::meter::Meter {
        aggregation: Aggregation::Level,
        reset: Reset::Never,
        scale: Scale::new(scale).expect("a scale"),
        ..sum_meter(M)
    }
}

fn moved(opening: i64, days: &[(&str, u128, i64)]) -> MeterUse {
    MeterUse { opening, units: 0, ..by_day(M, days) }
}

#[rstest]
#[case(LevelBilling::Peak, "20")]
#[case(LevelBilling::End, "2")]
#[case(LevelBilling::Average, "6")]
fn a_level_is_billed_by_its_days(#[case] billing: LevelBilling, #[case] quantity: &str) {
    let price = around(&per_unit("1"), |terms| terms.level_billing = billing);
    let bill = metered(Some(10), price).meter(level(0));
    // 10 at first, 30 from the 2nd (16 days), 12 from the 18th (14 days): 10 + 480 + 168 = 658; hence 5 days of 4 less.
    let days = [("2026-01-02", 1, 20), ("2026-01-18", 1, -18), ("2026-02-01", 1, 500)];
    let content = bill.used(moved(10, &days)).draft();
    let expected = match billing {
        LevelBilling::Average => dec("658") / dec("31") - dec("10"),
        LevelBilling::Peak | LevelBilling::End => dec(quantity),
    };
    let found = content.lines[1].quantity.expect("a quantity");
    assert!((found - expected).abs() < dec("0.000000000001"), "{billing}: {found}, not {expected}");
}

#[test]
fn a_level_under_two_plans_counts_each_for_its_days_and_holding_what_is_included_is_free() {
    let bill = metered(Some(10), per_unit("31"))
        .meter(level(0))
        .plan(2, |version| {
            free(version);
            priced(M, Some(50), Some(per_unit("31")))(version);
        })
        .from_plan(2, "2026-01-16T00:00:00Z");
    let within = bill.clone().used(moved(10, &[("2026-01-16", 2, 40)])).draft();
    assert_eq!(within.net_minor, 0, "10 of 10, then 50 of 50: nothing is above");
    let above = bill.used(moved(72, &[])).draft();
    let quantities: Vec<_> = of_kind(&above, LineKind::Usage).iter().map(|line| line.quantity).collect();
    // 72 x 15/31 = 34.8, 10 x 15/31 = 4.8; 72 x 16/31 = 37.2, 50 x 16/31 = 25.8, each rounded down.
    assert_eq!(quantities, [Some(dec("30")), Some(dec("12"))], "34 - 4 and 37 - 25");
}

#[test]
fn a_largest_is_the_largest_of_its_days() {
    let bill =
        metered(Some(10), per_unit("1")).meter(billing::meter::Meter { aggregation: Aggregation::Max, ..sum_meter(M) });
    assert_eq!(bill.used(units(M, 14)).draft().net_minor, 400, "14 against 10");
}

#[test]
fn percentages_are_taken_event_by_event_above_what_is_included() {
    let figures = Percentage {
        rate_percent: dec("1.3"),
        fixed_amount: dec("2"),
        free_events: Some(3),
        free_amount: Some(dec("250")),
        event_minimum: None,
        event_maximum: None,
    };
    let event = |units| EventUse { day: day("2026-01-05"), plan_version: Some(PlanVersionId::from_uuid(id(1))), units };
    let bill = |included, events: &[i64]| {
        let used =
            MeterUse { events: events.iter().map(|units| event(*units)).collect(), ..units(M, events.iter().sum()) };
        metered(Some(included), price(Model::Percentage(figures))).used(used).draft()
    };
    assert_eq!(bill(0, &[50, 100, 250, 400]).net_minor, 1_115, "550 x 1.3 % + 2 x 2 = 11.15");
    assert_eq!(
        bill(70, &[50, 120, 250, 400]).net_minor,
        1_050,
        "70 included: the first event, which is one of the free ones, and 20 of the second; 500 x 1.3 % + 2 x 2"
    );
}

#[test]
fn the_minimum_is_by_days_less_what_was_billed() {
    let price = around(&per_unit("1"), |terms| terms.minimum = Some(dec("10")));
    let bill = metered(Some(0), price).used(units(M, 2)).with(|facts| {
        facts.period.span = span("2026-01-17", "2026-02-01");
    });
    let content = bill.draft();
    assert_eq!(
        amounts(&content)[1..],
        [(LineKind::Usage, 200), (LineKind::Minimum, 284)],
        "1000 x 15/31 - 200 = 284 in minor units"
    );
}

#[test]
fn the_minimum_waits_for_the_last_invoice_of_the_period() {
    let price = around(&per_unit("1"), |terms| terms.minimum = Some(dec("10")));
    let bill = metered(Some(0), price).used(units(M, 2)).with(|facts| facts.phase = Phase::Running);
    assert_eq!(amounts(&bill.draft()), [(LineKind::Usage, 200)], "nothing but use before");
}

#[test]
fn the_minimum_of_a_plan_counts_its_fee_and_its_lines() {
    let bill = Bill::new().meter(sum_meter(M)).plan(1, |version| {
        version.minimum = Some(Money::from_minor(15_000, Currency::USD));
        priced(M, Some(0), Some(around(&per_unit("1"), |terms| terms.minimum = Some(dec("20")))))(version);
    });
    let content = bill.used(units(M, 5)).draft();
    let expected =
        [(LineKind::Fee, 10_000), (LineKind::Usage, 500), (LineKind::Minimum, 1_500), (LineKind::Minimum, 3_000)];
    assert_eq!(amounts(&content), expected, "5 to 20, then 120 to 150");
}

#[test]
fn a_maximum_is_a_line_that_takes_off_also_over_two_invoices() {
    let price = around(&per_unit("1"), |terms| terms.maximum = Some(dec("170")));
    let bill = metered(Some(0), price).used(units(M, 182)).with(|facts| facts.billed = vec![units(M, 160)]);
    let content = bill.draft();
    assert_eq!(
        amounts(&content)[1..],
        [(LineKind::Usage, 2_200), (LineKind::Maximum, -1_200)],
        "cap 170, billed before 160, new 22: pay 10"
    );
    let back = bill.with(|facts| (facts.used, facts.billed) = (vec![units(M, 160)], vec![units(M, 182)])).draft();
    assert_eq!(amounts(&back)[1..], [(LineKind::Usage, -2_200), (LineKind::Maximum, 1_200)], "and back again");
}

#[test]
fn split_periods_round_the_cumulative_first() {
    let bill = metered(Some(0), per_unit("0.001"));
    let first = bill.clone().used(units(M, 333)).with(|facts| facts.phase = Phase::Running).draft();
    let second = bill.used(units(M, 666)).with(|facts| facts.billed = vec![units(M, 333)]).draft();
    assert_eq!((first.net_minor, second.net_minor), (33, 34), "cumulative 333, then 666, at 0.001: 0.33, then 0.34");
}

#[test]
fn progressive_invoices_bill_the_cumulative_less_what_was_billed() {
    let bill = metered(Some(0), per_unit("1"));
    let invoice = |now, before: i64| {
        let bill = bill.clone().used(units(M, now)).with(|facts| facts.phase = Phase::Running);
        bill.with(|facts| facts.billed = vec![units(M, before)]).draft().net_minor
    };
    assert_eq!((invoice(200, 0), invoice(600, 200)), (20_000, 40_000), "thresholds 200 and 500: 200, none at 400, 400");
}

#[test]
fn coupons_are_taken_off_one_after_another_each_rounded() {
    let bill = Bill::new()
        .meter(sum_meter(M))
        .plan(1, |version| {
            with_fee(3_333)(version);
            priced(M, Some(0), Some(per_unit("1")))(version);
        })
        .used(units(M, 10))
        .coupon(None, Coupon::Percent(dec("10")))
        .coupon(Some(M), Coupon::Percent(dec("33.335")))
        .coupon(None, Coupon::Fixed(dec("5")));
    let content = bill.draft();
    let expected = [
        (LineKind::Fee, 3_333),
        (LineKind::Usage, 1_000),
        (LineKind::Discount, -333),
        (LineKind::Coupon, -400),
        (LineKind::Coupon, -500),
    ];
    assert_eq!(amounts(&content), expected, "3.3335 is 3.33 off the meter, then 10 % of 40.00, then 5.00");
}

#[test]
fn a_coupon_never_takes_more_than_there_is_and_holds_for_periods_that_start_within_it() {
    let bill = Bill::new().coupon(None, Coupon::Fixed(dec("500")));
    assert_eq!(bill.draft().net_minor, 0, "100.00 less 500.00 is nothing, not a credit");
    let over = bill.clone().with(|facts| facts.coupons[0].valid_to = Some(at("2026-01-01T00:00:00Z")));
    assert_eq!(over.draft().net_minor, 10_000, "it had ended when the period began");
    let other = bill.with(|facts| facts.coupons[0].currency = "EUR".parse().expect("a currency"));
    assert_eq!(other.draft().net_minor, 10_000, "another currency");
}

#[test]
fn a_coupon_given_with_the_subscription_holds_for_its_first_period() {
    let bill = Bill::new().coupon(None, Coupon::Fixed(dec("10"))).with(|facts| {
        facts.period.subscription.started_at = at("2026-01-01T11:00:00Z");
        facts.coupons[0].valid_from = at("2026-01-01T10:00:00Z");
    });
    assert_eq!(bill.draft().net_minor, 9_000, "the period began at midnight, the subscription after the coupon");
}

#[test]
fn prepaid_credits_pay_after_tax_by_priority_expiry_and_age() {
    let bill = Bill::new()
        .wallet(3_000, |wallet| wallet.priority = 1)
        .wallet(2_000, |wallet| wallet.created_at = at("2025-03-01T00:00:00Z"))
        .wallet(1_000, |wallet| wallet.expires_at = Some(at("2026-06-01T00:00:00Z")))
        .wallet(4_000, |wallet| wallet.expires_at = Some(at("2026-02-04T00:00:00Z")))
        .wallet(9_000, |wallet| wallet.currency = "EUR".parse().expect("a currency"))
        .wallet(100_000, |wallet| wallet.priority = 2)
        .with(|facts| facts.account.tax_percent = dec("19"));
    let content = bill.draft();
    let paid: Vec<_> = content.settled.iter().map(|it| (it.name.as_str(), it.amount_minor)).collect();
    let expected = [("W2", 1_000), ("W1", 2_000), ("W0", 3_000), ("W5", 5_900)];
    assert_eq!(
        paid, expected,
        "the one that ends, the other of priority 0, then 1 and 2; not the one that has expired"
    );
    assert_eq!((content.total_minor, content.due_minor), (11_900, 0), "119.00 with tax");
}

#[test]
fn tax_is_rounded_once_for_the_invoice() {
    let mut bill = Bill::new().with(|facts| facts.account.tax_percent = dec("7")).plan(1, |version| {
        free(version);
        for meter in [0x11, 0x12, 0x13] {
            priced(meter, Some(0), Some(per_unit("0.07")))(version);
        }
    });
    for meter in [0x11, 0x12, 0x13] {
        bill = bill.meter(sum_meter(meter)).used(units(meter, 1));
    }
    let content = bill.draft();
    assert_eq!((content.net_minor, content.taxes[0].amount_minor), (21, 1), "7 % of 0.21 is 0.0147, once");
}

#[test]
fn what_stripe_invoices_is_a_memo_outside_the_total() {
    let bill = Bill::new().meter(sum_meter(M)).plan(1, |version| {
        let price = around(&per_unit("1"), |terms| terms.invoiced_by = InvoicedBy::Stripe);
        priced(M, Some(0), Some(price))(version);
    });
    let content = bill.used(units(M, 7)).draft();
    assert_eq!(amounts(&content), [(LineKind::Fee, 10_000), (LineKind::Memo, 700)], "shown");
    assert_eq!(content.total_minor, 10_000, "and not asked for");
}

#[test]
fn a_meter_that_was_used_has_a_line_and_one_that_was_not_has_none() {
    let bill = Bill::new().meter(sum_meter(M)).meter(sum_meter(0x11)).meter(sum_meter(0x12)).plan(1, |version| {
        priced(M, None, None)(version);
        priced(0x11, Some(10), Some(per_unit("1")))(version);
        let at_zero = |zero| {
            let mut figures = tiers(&[("", "1", "3")]);
            figures.at_zero = zero;
            price(Model::Graduated(figures))
        };
        priced(0x12, Some(0), Some(at_zero(ZeroUse::FirstFlat)))(version);
    });
    let content = bill.used(units(M, 5_000)).used(units(0x77, 3)).draft();
    let expected = [(LineKind::Fee, 10_000), (LineKind::Usage, 0), (LineKind::Usage, 300)];
    assert_eq!(amounts(&content), expected, "unlimited use at 0.00; a flat amount that is due for no use");
}

fn late(before: MeterUse, with: MeterUse, bill: &Bill) -> LateUse {
    let mut period = bill.facts.period.clone();
    period.id = PeriodId::from_uuid(id(0x900));
    period.span = span("2025-12-01", "2026-01-01");
    LateUse { period, before, with, settled: Vec::new() }
}

#[test]
fn late_use_costs_the_cumulative_less_what_was_billed_under_the_old_plan() {
    let bill = metered(Some(1_000), per_unit("0.003")).plan(2, |version| {
        free(version);
        priced(M, Some(0), Some(per_unit("9")))(version);
    });
    let old = late(units(M, 1_111), units(M, 1_222), &bill);
    let mut bill = bill.with(|facts| facts.late = vec![old]).used(units(M, 5));
    bill.facts.period.entitlements[0].plan_version = PlanVersionId::from_uuid(id(2));
    let content = bill.draft();
    assert_eq!(
        amounts(&content)[1..],
        [(LineKind::Usage, 4_500), (LineKind::Late, 34)],
        "0.666 less 0.333, each rounded first: 0.67 - 0.33"
    );
    let line = &content.lines[2];
    assert_eq!(line.description, "Meter 16, late, from 2025-12-01 to 2025-12-31", "it says where it is from");
    assert_eq!((line.used, line.quantity), (Some(dec("111")), Some(dec("111"))), "what is late, all above");
    assert_eq!(line.plan_version, Some(PlanVersionId::from_uuid(id(1))), "the plan of December");
}

#[test]
fn what_a_credit_note_settled_in_between_is_taken_off_by_what_it_cost_then() {
    let bill = metered(Some(1_000), per_unit("1"));
    // 1,020 were billed; 50 came late, a credit note settled -100, and 60 more came late: 50 and 30 are due.
    let mut old = late(units(M, 1_020), units(M, 1_030), &bill);
    old.settled = vec![SettledUse { before: units(M, 1_070), with: units(M, 970) }];
    let content = bill.with(|facts| facts.late = vec![old]).draft();
    let line = of_kind(&content, LineKind::Late)[0];
    assert_eq!(line.amount_minor, 8_000, "(70 - 20) + (30 - 0)");
    assert_eq!(line.used, Some(dec("110")), "only what is late here");
    assert_eq!(
        line.proof.steps.iter().map(|step| step.amount).sum::<rust_decimal::Decimal>(),
        dec("80"),
        "its steps add up"
    );
}

#[test]
fn late_use_that_a_minimum_has_paid_for_costs_nothing() {
    let price = around(&per_unit("1"), |terms| terms.minimum = Some(dec("100")));
    let bill = metered(Some(0), price);
    let old = late(units(M, 20), units(M, 50), &bill);
    let content = bill.with(|facts| facts.late = vec![old]).draft();
    assert_eq!(of_kind(&content, LineKind::Late)[0].amount_minor, 0, "100 were paid, 50 were used");
}

#[test]
fn a_running_draft_looks_no_further_than_today() {
    let bill = metered(Some(10), per_unit("1"))
        .meter(level(0))
        .plan(2, free)
        .from_plan(2, "2026-01-20T00:00:00Z")
        .used(moved(12, &[("2026-01-15", 1, 100)]))
        .with(|facts| facts.until = day("2026-01-11"));
    let content = bill.draft();
    assert_eq!(content.lines[1].quantity, Some(dec("2")), "neither the change of the 20th nor the rise of the 15th");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let bill = metered(Some(10), per_unit("1"));
    let refused = |change: &dyn Fn(&mut Facts, &mut Catalog)| {
        let (mut facts, mut catalog) = (bill.facts.clone(), bill.catalog.clone());
        change(&mut facts, &mut catalog);
        draft(&facts, &catalog, &bill.settings).expect_err("refused").code()
    };
    let other = |facts: &mut Facts, _: &mut Catalog| facts.currency = "EUR".parse().expect("a currency");
    assert_eq!(refused(&other), "mixed_currencies", "the plan is in USD");
    assert_eq!(refused(&|_, catalog| catalog.versions.clear()), "unknown_plan_version", "no versions");
    assert_eq!(refused(&|_, catalog| catalog.meters.clear()), "unknown_meter", "no meters");
    assert_eq!(refused(&|facts, _| facts.period.entitlements.clear()), "no_entitlement", "nothing held");
    let yearly = |_: &mut Facts, catalog: &mut Catalog| {
        catalog.versions.values_mut().for_each(|it| it.interval = billing::period::BillingInterval::Year);
    };
    assert_eq!(refused(&yearly), "mixed_intervals", "a yearly fee in a period of a month");
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let bill = Bill::new()
        .meter(sum_meter(M))
        .meter(sum_meter(0x11))
        .plan(1, |version| {
            priced(M, Some(100), Some(per_unit("0.7")))(version);
            priced(0x11, Some(10), Some(per_unit("0.3")))(version);
        })
        .plan(2, priced(M, Some(300), Some(per_unit("0.5"))))
        .from_plan(2, "2026-01-12T00:00:00Z")
        .used(by_day(M, &[("2026-01-03", 1, 400), ("2026-01-20", 2, 500), ("2026-01-12", 1, 3)]))
        .used(by_day(0x11, &[("2026-01-03", 1, 40)]))
        .coupon(None, Coupon::Percent(dec("3")))
        .coupon(Some(M), Coupon::Fixed(dec("2")))
        .wallet(100, |_| {})
        .wallet(100, |_| {});
    let mut turned = bill.clone();
    turned.facts.period.entitlements.reverse();
    turned.facts.used.reverse();
    turned.facts.used.iter_mut().for_each(|used| used.days.reverse());
    turned.facts.coupons.reverse();
    turned.facts.wallets.reverse();
    assert_eq!(bill.draft().canonical(), turned.draft().canonical(), "equal to the byte");
    let used = DayUse { day: day("2026-01-03"), plan_version: None, units: 1 };
    turned.facts.used[1].days.push(used);
    assert_eq!(
        turned.draft().net_minor,
        bill.draft().net_minor,
        "a row of no plan is the last segment's by the counter"
    );
}
