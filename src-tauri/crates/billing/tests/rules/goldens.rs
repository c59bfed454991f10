//! The canonical JSON of invoices, as it is hashed and kept: a change of one byte is a change of the rules or of the form.
//!
//! 288 invoices by hash and total; six of them in full, to be read.

use crate::bill::{Bill, around, by_day, day, priced, span, sum_meter, units};
use crate::build::{at, dec, id, per_unit, price, tiers};
use billing::ids::{PeriodId, PlanVersionId};
use billing::invoice::{FeePaid, LateUse, NextPeriod};
use billing::money::{Currency, Money};
use billing::plan::{FeeTiming, PlanVersion};
use billing::price::Model;
use billing::pricing::adjust::Coupon;
use proptest::prelude::*;
use std::fmt::Write;

const M: u128 = 0x10;
const N: u128 = 0x11;

fn plan(fee: i64, timing: FeeTiming) -> impl FnOnce(&mut PlanVersion) {
    move |version| {
        version.fee = Money::from_minor(fee, Currency::USD);
        version.fee_timing = timing;
        version.minimum = Some(Money::from_minor(9_000, Currency::USD));
        let steps = price(Model::Graduated(tiers(&[("100", "0.015", "0.5"), ("", "0.0125", "0")])));
        priced(M, Some(1_000), Some(around(&steps, |terms| terms.maximum = Some(dec("7.5")))))(version);
        priced(N, Some(0), Some(around(&per_unit("0.333"), |terms| terms.minimum = Some(dec("4")))))(version);
    }
}

fn paid() -> FeePaid {
    FeePaid {
        plan_version: PlanVersionId::from_uuid(id(1)),
        from: day("2026-01-01"),
        to: day("2026-02-01"),
        creditable_minor: 3_000,
    }
}

fn late(bill: &Bill) -> LateUse {
    let mut period = bill.facts.period.clone();
    period.id = PeriodId::from_uuid(id(0x900));
    period.span = span("2025-12-01", "2026-01-01");
    period.subscription.ended_at = None;
    LateUse { period, before: units(M, 990), with: units(M, 1_055), settled: Vec::new() }
}

/// A bill by number: each digit of a mixed base is a choice.
fn varied(number: usize) -> (String, Bill) {
    let mut left = number;
    let mut choose = |choices: &[&'static str]| {
        let chosen = choices[left % choices.len()];
        left /= choices.len();
        chosen
    };
    let timing = choose(&["arrears", "advance"]);
    let span_of = choose(&["whole", "first", "cancelled"]);
    let change = choose(&["one", "change", "twice"]);
    let around = choose(&["bare", "taxed", "discounted", "prepaid"]);
    let more = choose(&["", "late", "paid", "busy"]);
    let timed = if timing == "advance" { FeeTiming::Advance } else { FeeTiming::Arrears };
    let mut bill = Bill::new().meter(sum_meter(M)).meter(sum_meter(N));
    bill = bill.plan(1, plan(3_100, timed)).plan(2, plan(6_201, timed));
    let next = NextPeriod { id: PeriodId::from_uuid(id(0x902)), span: span("2026-02-01", "2026-03-01"), charged: None };
    bill.facts.next = Some(next);
    match span_of {
        "first" => {
            bill.facts.period.span = span("2026-01-06", "2026-02-01");
            bill.facts.period.subscription.started_at = at("2026-01-06T09:00:00Z");
        }
        "cancelled" => bill.facts.period.subscription.ended_at = Some(at("2026-01-28T09:00:00Z")),
        _ => {}
    }
    bill = match change {
        "change" => bill.from_plan(2, "2026-01-16T14:00:00Z"),
        "twice" => bill.from_plan(2, "2026-01-10T14:00:00Z").from_plan(1, "2026-01-20T00:00:00Z"),
        _ => bill,
    };
    let much = if more == "busy" { 2_000 } else { 700 };
    bill = bill.used(by_day(M, &[("2026-01-09", 1, much), ("2026-01-19", 2, 333), ("2026-01-16", 1, 40)]));
    bill = bill.used(by_day(N, &[("2026-01-09", 1, 7), ("2026-01-17", 2, 1)]));
    bill = match around {
        "taxed" => bill.with(|facts| facts.account.tax_percent = dec("19")),
        "discounted" => bill.coupon(Some(N), Coupon::Percent(dec("33.3"))).coupon(None, Coupon::Fixed(dec("5"))),
        "prepaid" => bill.wallet(1_000, |wallet| wallet.priority = 1).wallet(2_000, |_| {}),
        _ => bill,
    };
    match more {
        "late" => bill.facts.late = vec![late(&bill)],
        "paid" => bill.facts.fee_paid = Some(paid()),
        _ => {}
    }
    (format!("{timing} {span_of} {change} {around} {more}"), bill)
}

const COUNT: usize = 2 * 3 * 3 * 4 * 4;

#[test]
fn hashes_and_totals() {
    let mut text = String::new();
    for number in 0..COUNT {
        let (name, bill) = varied(number);
        let content = bill.draft();
        for byte in content.hash() {
            write!(text, "{byte:02x}").expect("text");
        }
        writeln!(text, " {:>6} {}", content.total_minor, name.trim_end()).expect("text");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn in_full() {
    for number in [0, 9, 45, 76, 122, 201] {
        let (name, bill) = varied(number);
        let mut json: serde_json::Value = serde_json::from_str(&bill.draft().canonical()).expect("JSON");
        json.sort_all_objects(); // whether the map keeps an order is a feature of other crates in the build
        let shown = serde_json::to_string_pretty(&json).expect("JSON");
        insta::assert_snapshot!(format!("in_full_{number}"), shown, &name);
    }
}

proptest! {
    /// Lines add up to the net, net and tax to the total, settlements and due to it again, proofs to their lines, and the
    /// order of rows does not matter to a single byte.
    #[test]
    fn sums_and_proofs_of_every_invoice(number in 0..COUNT, seed in any::<u64>()) {
        let (_, bill) = varied(number);
        let content = bill.draft();
        let counting = content.lines.iter().filter(|line| line.counts());
        prop_assert_eq!(counting.map(|line| line.amount_minor).sum::<i64>(), content.net_minor, "lines and net");
        let tax: i64 = content.taxes.iter().map(|tax| tax.amount_minor).sum();
        prop_assert_eq!(content.net_minor + tax, content.total_minor, "net, tax and total");
        let settled: i64 = content.settled.iter().map(|it| it.amount_minor).sum();
        prop_assert_eq!(content.due_minor + settled, content.total_minor, "due and settled");
        for line in &content.lines {
            let amount = Money::from_minor(line.amount_minor, content.currency).decimal();
            prop_assert_eq!(line.proof.total().expect("a sum"), amount, "the proof of line {}", line.no);
            let distance = (line.unrounded - amount).abs();
            prop_assert!(distance < dec("0.01") * dec("2"), "line {} is rounded once or twice", line.no);
        }
        let mut turned = bill.clone();
        let facts = &mut turned.facts;
        shuffle(&mut facts.used, seed);
        facts.used.iter_mut().for_each(|used| shuffle(&mut used.days, seed));
        shuffle(&mut facts.period.entitlements, seed);
        shuffle(&mut facts.coupons, seed);
        shuffle(&mut facts.wallets, seed);
        prop_assert_eq!(turned.draft().canonical(), content.canonical(), "whatever order rows come in");
        let again: billing::invoice::Content = serde_json::from_str(&content.canonical()).expect("JSON");
        prop_assert_eq!(again, content, "read back");
    }
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    for last in (1..items.len()).rev() {
        let place =
            usize::try_from(seed.rotate_left(u32::try_from(last).expect("few")) % (last as u64 + 1)).expect("few");
        items.swap(last, place);
    }
}
