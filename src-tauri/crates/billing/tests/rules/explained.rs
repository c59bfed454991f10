//! Invoices beside today's ledger: what agrees has no residue, and what does not is told line by line.

use crate::bill::{Bill, priced, sum_meter, units};
use crate::build::{dec, per_unit};
use billing::invoice::explain::{ExplainError, Explained, explain, side_by_side};
use billing::invoice::{Content, Facts, LineKind};
use billing::pricing::adjust::Coupon;

const M: u128 = 0x10;

fn bill() -> Bill {
    let bill = Bill::new()
        .meter(sum_meter(M))
        .meter(sum_meter(0x11))
        .plan(1, |version| {
            priced(M, Some(0), Some(per_unit("0.5")))(version);
            priced(0x11, Some(0), Some(per_unit("2")))(version);
        })
        .used(units(M, 100))
        .coupon(None, Coupon::Percent(dec("10")))
        .coupon(None, Coupon::Fixed(dec("1")));
    bill.with(|facts| facts.account.tax_percent = dec("25"))
}

fn explained(stored: &Content, bill: &Bill, change: impl FnOnce(&mut Facts)) -> Explained {
    let mut facts = bill.facts.clone();
    change(&mut facts);
    explain(stored, &facts, &bill.catalog, &bill.settings).expect("explained")
}

#[test]
fn the_same_ledger_leaves_no_residue() {
    let (bill, stored) = (bill(), bill().draft());
    let found = explained(&stored, &bill, |_| {});
    assert!(found.lines.iter().all(|line| line.residue_minor == 0), "every line agrees");
    assert!(found.lines.iter().all(|line| line.stored == line.now), "to the last field");
    assert_eq!((found.residue_minor, found.total_minor, found.taxes), (0, stored.total_minor, stored.taxes), "and tax");
}

#[test]
fn a_changed_ledger_is_told_line_by_line() {
    let (bill, stored) = (bill(), bill().draft());
    // Ten units of the meter were taken back, and another meter was used.
    let found = explained(&stored, &bill, |facts| facts.used = vec![units(M, 90), units(0x11, 3)]);
    let residues: Vec<(LineKind, i64)> = found
        .lines
        .iter()
        .map(|line| (line.stored.as_ref().or(line.now.as_ref()).expect("one of both").kind, line.residue_minor))
        .collect();
    let expected = [
        (LineKind::Fee, 0),
        (LineKind::Usage, -500),
        (LineKind::Coupon, -10),
        (LineKind::Coupon, 0),
        (LineKind::Usage, 600),
    ];
    assert_eq!(residues, expected, "5.00 less, 6.00 that was not there, a tenth of 1.00 more off");
    assert!(found.lines[4].stored.is_none(), "a line that there would be today only");
    assert_eq!(found.residue_minor, 113, "90 net and 25 % of it, rounded: 112.5");
}

#[test]
fn a_line_that_there_would_be_no_more_has_its_whole_amount_as_residue() {
    let (bill, stored) = (bill(), bill().draft());
    let found = explained(&stored, &bill, |facts| facts.used.clear());
    assert_eq!((found.lines[1].residue_minor, found.lines[1].now.is_none()), (-5_000, true), "nothing was used");
}

#[test]
fn tax_is_taken_at_the_stored_rate() {
    let (bill, stored) = (bill(), bill().draft());
    let found = explained(&stored, &bill, |facts| facts.account.tax_percent = dec("7"));
    assert_eq!(found.residue_minor, 0, "what the account says today is no fact of then");
}

#[test]
fn other_rules_are_not_guessed() {
    let bill = bill();
    let stored = Content { rule_version: 2, ..bill.draft() };
    let refused = explain(&stored, &bill.facts, &bill.catalog, &bill.settings);
    assert_eq!(refused, Err(ExplainError::OtherRules { found: 2 }), "this program has version 1");
}

#[test]
fn two_discounts_of_one_kind_are_told_apart() {
    let stored = bill().draft();
    let coupons: Vec<_> = stored.lines.iter().filter(|line| line.kind == LineKind::Coupon).cloned().collect();
    let turned: Vec<_> = coupons.iter().rev().cloned().collect();
    let pairs = side_by_side(&coupons, &turned).expect("pairs");
    assert!(pairs.iter().all(|pair| pair.residue_minor == 0), "by their codes");
}
