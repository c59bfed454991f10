//! Credit notes: never above what is left, and to the unit at the end (rules, section 7.7).

use crate::bill::{Bill, amounts, day, priced, sum_meter, units};
use crate::build::{at, dec, id, per_unit};
use billing::ids::PlanVersionId;
use billing::invoice::credit::{Application, Credit, CreditError, Credited, Part, credit, of_negative, unused};
use billing::invoice::issue::issued;
use billing::invoice::{Content, CreditContent, FeePaid, Issue, TaxLine};
use billing::money::{Currency, Money};
use billing::pricing::Proof;
use billing::pricing::adjust::Coupon;
use proptest::prelude::*;

/// An invoice with a fee of 200.00, use of 100.00, and tax.
fn invoice(tax_percent: &str) -> Content {
    let bill = Bill::new().meter(sum_meter(0x10)).plan(1, |version| {
        version.fee = usd(20_000);
        priced(0x10, Some(0), Some(per_unit("1")))(version);
    });
    let draft = bill.used(units(0x10, 100)).with(|facts| facts.account.tax_percent = dec(tax_percent)).draft();
    let at = at("2026-02-04T00:00:00Z");
    issued(draft, "INV-2026-000001".to_owned(), at, billing::time::Zone::UTC, 30).expect("issued")
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn part(line: Option<u32>, net_minor: Option<i64>) -> Part {
    Part { line, net_minor, ..Part::default() }
}

fn issue(number: &str) -> Issue {
    Issue { number: number.to_owned(), at: at("2026-03-01T00:00:00Z"), day: day("2026-03-01"), due: None }
}

fn note(invoice: &Content, credit: Credit) -> CreditContent {
    credit.issued(invoice, issue("CN-2026-000001"), "Reason".to_owned())
}

#[test]
fn unused_days_net_and_tax_are_rounded_each() {
    let invoice = invoice("25");
    let net = unused(usd(20_000), 29, 30).expect("a part").minor();
    let credit = credit(&invoice, &Credited::default(), &[part(Some(1), Some(net))]).expect("a credit");
    assert_eq!((credit.net_minor, credit.taxes[0].amount_minor), (19_333, 4_833), "20000 x 29/30, tax 25 %");
    assert_eq!(credit.total_minor, 24_166, "24166");
    assert_eq!(credit.lines[0].description, "Plan 1", "in the line's own words");
}

#[test]
fn not_above_a_line_nor_above_the_invoice_nor_twice() {
    let invoice = invoice("25");
    let earlier = Credited::of([&note(
        &invoice,
        credit(&invoice, &Credited::default(), &[part(Some(2), Some(4_000))]).expect("a credit"),
    )]);
    let earlier = earlier.expect("sums");
    let refused = |parts: &[Part]| credit(&invoice, &earlier, parts).expect_err("refused");
    let above = refused(&[part(Some(2), Some(6_001))]);
    assert_eq!(above, CreditError::AboveLine { index: 0, line: 2, left: usd(6_000) }, "40.00 of 100.00 are gone");
    assert_eq!(above.field().as_deref(), Some("parts[0].amount"), "the field");
    let twice = refused(&[part(Some(2), Some(6_000)), part(Some(2), Some(1))]);
    assert_eq!(twice, CreditError::AboveLine { index: 1, line: 2, left: usd(0) }, "two parts of one line");
    let total = refused(&[part(None, Some(26_001))]);
    assert_eq!(total, CreditError::AboveInvoice { index: 0, left: usd(26_000) }, "260.00 are left in all");
    assert_eq!(refused(&[part(Some(9), None)]).code(), "no_such_line", "there are two lines");
    assert_eq!(refused(&[part(Some(1), Some(0))]).code(), "credit_not_positive", "a credit is above 0");
    assert_eq!(refused(&[]).code(), "nothing_to_credit", "no parts");
    let all = credit(&invoice, &earlier, &[part(None, None)]).expect("the rest");
    assert_eq!((all.net_minor, all.total_minor), (26_000, 32_500), "all that is left");
}

#[test]
fn what_a_coupon_took_off_is_not_credited() {
    let bill = Bill::new().coupon(None, Coupon::Percent(dec("40")));
    let invoice = bill.draft();
    let credit = credit(&invoice, &Credited::default(), &[part(Some(1), None)]).expect("a credit");
    assert_eq!(credit.net_minor, 6_000, "100.00 was the fee, 60.00 was asked for");
}

/// A fee of 100.00 and use of 100.00, with discounts on the invoice or on the meter, and 20 % tax.
fn discounted(coupons: &[(Option<u128>, &str)]) -> Content {
    let mut bill = Bill::new().meter(sum_meter(0x10)).plan(1, |version| {
        version.fee = usd(10_000);
        priced(0x10, Some(0), Some(per_unit("1")))(version);
    });
    for (meter, percent) in coupons {
        bill = bill.coupon(*meter, Coupon::Percent(dec(percent)));
    }
    let bill = bill.used(units(0x10, 100)).with(|facts| facts.account.tax_percent = dec("20"));
    let at = at("2026-02-04T00:00:00Z");
    issued(bill.draft(), "INV-2026-000001".to_owned(), at, billing::time::Zone::UTC, 30).expect("issued")
}

#[test]
fn of_a_line_no_more_is_left_than_its_discounts_have_left() {
    let all = |invoice: &Content, line| {
        let credit = credit(invoice, &Credited::default(), &[part(Some(line), None)]).expect("a credit");
        (credit.net_minor, credit.total_minor)
    };
    let half = discounted(&[(None, "50")]);
    assert_eq!((half.net_minor, half.total_minor), (10_000, 12_000), "200.00 less a half, and tax");
    assert_eq!((all(&half, 1), all(&half, 2)), ((5_000, 6_000), (5_000, 6_000)), "a half of each line");
    let above = credit(&half, &Credited::default(), &[part(Some(2), Some(5_001))]).expect_err("refused");
    assert_eq!(above, CreditError::AboveLine { index: 0, line: 2, left: usd(5_000) }, "nor by a typed amount");
    let meter = discounted(&[(Some(0x10), "30")]);
    assert_eq!((all(&meter, 1).0, all(&meter, 2).0), (10_000, 7_000), "a discount of the meter is of its lines");
    let both = discounted(&[(Some(0x10), "30"), (None, "10")]);
    assert_eq!((all(&both, 1).0, all(&both, 2).0), (9_000, 6_300), "one after the other");
    let third = discounted(&[(None, "33.333")]);
    let earlier = credit(&third, &Credited::default(), &[part(Some(1), None), part(Some(2), None)]).expect("a credit");
    assert!(third.net_minor - earlier.net_minor <= 1, "not more than a cent stays: {}", earlier.net_minor);
}

/// Two rates and a part without tax, as an imported document may have.
fn of_several_rates() -> Content {
    let tax = |percent: &str, net_minor, amount_minor| TaxLine {
        percent: dec(percent),
        net_minor,
        amount_minor,
        proof: Proof::default(),
    };
    let mut invoice = invoice("0");
    invoice.taxes = vec![tax("19", 10_001, 1_900), tax("7", 9_999, 700)];
    invoice.total_minor = invoice.net_minor + 2_600;
    invoice
}

#[test]
fn several_rates_are_credited_by_what_is_left_of_each() {
    let invoice = of_several_rates();
    let half = credit(&invoice, &Credited::default(), &[part(None, Some(15_000))]).expect("a half");
    let taxes: Vec<_> = half.taxes.iter().map(|tax| (tax.net_minor, tax.amount_minor)).collect();
    assert_eq!(taxes, [(5_001, 950), (4_999, 350)], "half of each, the odd unit to the larger remainder");
    let earlier = Credited::of([&note(&invoice, half)]).expect("sums");
    let rest = credit(&invoice, &earlier, &[part(None, None)]).expect("the rest");
    let taxes: Vec<_> = rest.taxes.iter().map(|tax| (tax.net_minor, tax.amount_minor)).collect();
    assert_eq!(taxes, [(5_000, 950), (5_000, 350)], "and exactly what is left");
}

#[test]
fn a_credit_makes_the_open_amount_smaller_first() {
    assert_eq!(Application::of(50, 20), Application { open_minor: 20, prepaid_minor: 30 }, "30 were paid already");
    assert_eq!(Application::of(50, 70), Application { open_minor: 50, prepaid_minor: 0 }, "20 stay open");
    assert_eq!(Application::of(50, 0), Application { open_minor: 0, prepaid_minor: 50 }, "all was paid");
}

#[test]
fn a_negative_draft_becomes_a_credit_note() {
    let bill = Bill::new().plan(1, |version| version.fee = usd(3_100)).with(|facts| {
        facts.account.tax_percent = dec("19");
        facts.period.subscription.ended_at = Some(at("2026-01-16T00:00:00Z"));
        facts.fee_paid = Some(FeePaid {
            plan_version: PlanVersionId::from_uuid(id(1)),
            from: day("2026-01-01"),
            to: day("2026-02-01"),
            creditable_minor: 3_100,
        });
    });
    let draft = bill.draft();
    assert_eq!((amounts(&draft)[0].1, draft.total_minor), (-1_600, -1_904), "16 days back");
    let note = of_negative(&draft, issue("CN-2026-000002"), "Cancelled".to_owned()).expect("a note");
    assert_eq!((note.net_minor, note.taxes[0].amount_minor, note.total_minor), (1_600, 304, 1_904), "the other sign");
    let tax = note.taxes[0].proof.total().expect("a sum");
    assert_eq!(tax, usd(304).decimal(), "and so is its proof");
    assert_eq!(note.lines[0].amount_minor, 1_600, "line by line");
}

proptest! {
    /// However an invoice is credited, nothing is ever credited twice, and the last note ends net, tax and total at 0.
    #[test]
    fn credit_notes_never_exceed_and_end_at_nothing(
        nets in prop::collection::vec((0_u32..3, 1_i64..9_000), 0..12),
        tax in prop::sample::select(vec!["0", "25", "19", "7.7", "33.333", "0.01", "50"]),
        several in any::<bool>(),
    ) {
        let invoice = if several { of_several_rates() } else { invoice(tax) };
        let (mut notes, mut net, mut total) = (Vec::new(), 0, 0);
        for (line, asked) in nets {
            let line = (line > 0).then_some(line);
            let earlier = Credited::of(&notes).expect("sums");
            let Ok(credited) = credit(&invoice, &earlier, &[part(line, Some(asked))]) else { continue };
            net += credited.net_minor;
            total += credited.total_minor;
            prop_assert!(net <= invoice.net_minor && total <= invoice.total_minor, "never above what was invoiced");
            for tax in &credited.taxes {
                let proved = tax.proof.total().expect("a sum");
                prop_assert_eq!(proved, usd(tax.amount_minor).decimal(), "steps add up to the tax");
            }
            notes.push(note(&invoice, credited));
        }
        let earlier = Credited::of(&notes).expect("sums");
        if let Ok(rest) = credit(&invoice, &earlier, &[part(None, None)]) {
            net += rest.net_minor;
            total += rest.total_minor;
            notes.push(note(&invoice, rest));
        }
        prop_assert_eq!((net, total), (invoice.net_minor, invoice.total_minor), "net and total end at nothing");
        let earlier = Credited::of(&notes).expect("sums");
        for tax in &invoice.taxes {
            let credited = earlier.taxes.get(&tax.percent).copied().unwrap_or_default();
            prop_assert_eq!(credited, (tax.net_minor, tax.amount_minor), "and so does the tax of each rate");
        }
        prop_assert!(credit(&invoice, &earlier, &[part(None, Some(1))]).is_err(), "nothing is left");
    }
}
