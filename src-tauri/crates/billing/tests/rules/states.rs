//! States, refusals, approval, the brake, numbers, days and ages of invoices (rules, section 7).

use crate::bill::{Bill, day};
use crate::build::{at, dec, zone};
use billing::invoice::issue::{brakes, days, hold, is_series, issued, needs_approval, year_of};
use billing::invoice::{
    Account, Action, Age, Approval, Hold, IssuedAs, Number, Origin, Refused, Settings, Standing, Status,
};
use billing::money::{Currency, Money};
use rstest::rstest;

fn standing(status: Status) -> Standing {
    Standing {
        status,
        origin: Origin::Billed,
        hold: None,
        total_minor: 10_000,
        prepaid_minor: 0,
        paid_minor: 0,
        credited_minor: 0,
        has_payments: false,
        is_replaced: false,
    }
}

/// What each action says of an invoice of 100.00 of which nothing is paid, in the order of [`Action::ALL`].
#[rstest]
#[case(Status::Draft, ["", "", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft"])]
#[case(Status::Approved, ["invoice_approved", "", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft", "invoice_draft"])]
#[case(Status::Finalized, ["invoice_issued", "invoice_issued", "", "invoice_not_void", "", "", "", ""])]
#[case(Status::Uncollectible, ["invoice_issued", "invoice_issued", "", "invoice_not_void", "invoice_uncollectible", "", "", ""])]
#[case(Status::Void, ["invoice_void", "invoice_void", "invoice_void", "", "invoice_void", "invoice_void", "invoice_void", ""])]
fn what_is_allowed_in_each_state(#[case] status: Status, #[case] expected: [&str; 8]) {
    let code = |action: &Action| standing(status).allows(*action).err().map_or("", Refused::code);
    assert_eq!(Action::ALL.iter().map(code).collect::<Vec<_>>(), expected, "{status}");
}

#[test]
fn an_invoice_is_void_only_before_any_payment_and_credit_note() {
    let void = |change: &dyn Fn(&mut Standing)| {
        let mut standing = standing(Status::Finalized);
        change(&mut standing);
        Standing { status: standing.settled(), ..standing }.allows(Action::Void)
    };
    assert_eq!(void(&|it| it.paid_minor = 1), Err(Refused::HasPayments), "a payment of one cent");
    assert_eq!(void(&|it| it.credited_minor = 1), Err(Refused::HasCreditNotes), "a credit note");
    let too_much = void(&|it| (it.prepaid_minor, it.has_payments) = (10_000, true));
    assert_eq!(too_much, Err(Refused::HasPayments), "a payment of which nothing was applied is one");
    assert_eq!(void(&|it| it.prepaid_minor = 10_000), Ok(()), "prepaid credits are given back");
    assert_eq!(void(&|it| it.total_minor = 0), Ok(()), "paid at once, yet by nobody");
}

#[test]
fn a_draft_that_waits_for_a_person_is_finalized_once_approved() {
    let mut held = Standing { hold: Some(Hold::Approval), ..standing(Status::Draft) };
    assert_eq!(held.allows(Action::Finalize), Err(Refused::NeedsApproval), "the account asks for it");
    held.hold = Some(Hold::Brake);
    assert_eq!(held.allows(Action::Finalize), Err(Refused::Braked), "the brake says more");
    held.status = Status::Approved;
    assert_eq!(held.allows(Action::Finalize), Ok(()), "a person let it pass");
}

#[test]
fn an_approval_holds_for_what_was_approved() {
    let (before, now) = (Bill::new().draft(), Bill::new().with(|facts| facts.tenant_name = "Other".to_owned()).draft());
    assert_eq!(Status::Approved.redrafted(&before, &before), Status::Approved, "the same document");
    assert_eq!(Status::Approved.redrafted(&before, &now), Status::Draft, "another one");
}

#[test]
fn imported_documents_take_disputes_only() {
    let imported = Standing { origin: Origin::Imported, ..standing(Status::Finalized) };
    let allowed: Vec<&Action> = Action::ALL.iter().filter(|action| imported.allows(**action).is_ok()).collect();
    assert_eq!(allowed, [&Action::Dispute], "their state is that of another system");
}

/// Amounts as (total, prepaid, paid, credited), and what they give.
#[rstest]
#[case((0, 0, 0, 0), Status::Paid, 0)]
#[case((100, 0, 0, 0), Status::Finalized, 100)]
#[case((100, 30, 0, 0), Status::PartiallyPaid, 70)]
#[case((100, 0, 99, 0), Status::PartiallyPaid, 1)]
#[case((100, 0, 100, 0), Status::Paid, 0)]
#[case((100, 0, 0, 40), Status::Finalized, 60)]
#[case((100, 0, 0, 100), Status::Paid, 0)]
#[case((100, 0, 80, 50), Status::Paid, 0)]
fn amounts_give_the_state(#[case] amounts: (i64, i64, i64, i64), #[case] expected: Status, #[case] open: i64) {
    let (total_minor, prepaid_minor, paid_minor, credited_minor) = amounts;
    let found = Standing { total_minor, prepaid_minor, paid_minor, credited_minor, ..standing(Status::Finalized) };
    assert_eq!((found.settled(), found.open_minor()), (expected, open), "{amounts:?}");
}

#[test]
fn what_was_given_up_stays_so_until_all_is_paid() {
    let given_up = |paid_minor| Standing { paid_minor, ..standing(Status::Uncollectible) }.settled();
    assert_eq!((given_up(1), given_up(10_000)), (Status::Uncollectible, Status::Paid), "a payment may still come");
    let given_up = standing(Status::Uncollectible);
    assert_eq!((given_up.open_minor(), given_up.unpaid_minor()), (0, 10_000), "nothing is open, and it can be paid");
    assert!(!standing(Status::Uncollectible).is_overdue(day("2026-01-01"), day("2026-05-01")), "nobody waits for it");
}

#[test]
fn overdue_is_the_day_after_the_due_day_while_something_is_open() {
    let finalized = standing(Status::Finalized);
    assert!(!finalized.is_overdue(day("2026-03-06"), day("2026-03-06")), "not on the day itself");
    assert!(finalized.is_overdue(day("2026-03-06"), day("2026-03-07")), "the day after");
    let paid = Standing { paid_minor: 10_000, ..finalized };
    assert!(!paid.is_overdue(day("2026-03-06"), day("2026-03-07")), "nothing is open");
}

#[rstest]
#[case(-1, IssuedAs::CreditNote)]
#[case(0, IssuedAs::PaidInvoice)]
#[case(1, IssuedAs::Invoice)]
fn a_total_says_what_is_issued(#[case] total: i64, #[case] expected: IssuedAs) {
    assert_eq!(IssuedAs::of(total), expected, "total 0 is issued, a negative total becomes a credit note");
}

#[test]
fn numbers_have_series_year_and_six_digits() {
    let number = |seq| Number { series: "INV", year: 2026, seq }.to_string();
    assert_eq!((number(1), number(1_234_567)), ("INV-2026-000001".into(), "INV-2026-1234567".into()), "and more");
    assert!(is_series("INV") && is_series("A1"), "capitals and digits");
    assert!(["", "inv", "IN-V", "ABCDEFGHIJKLM", "Ä"].iter().all(|text| !is_series(text)), "nothing else");
}

#[test]
fn the_year_is_that_of_the_issue_day_in_the_sellers_zone() {
    let (in_tokyo, _) = days(at("2025-12-31T15:00:00Z"), zone("Asia/Tokyo"), 30).expect("days");
    let (in_utc, due) = days(at("2025-12-31T15:00:00Z"), zone("UTC"), 30).expect("days");
    assert_eq!((year_of(in_tokyo), year_of(in_utc)), (2026, 2025), "one instant, two years");
    assert_eq!(due, day("2026-01-30"), "issue and 30 days");
}

#[test]
fn a_draft_becomes_a_document_with_number_and_days() {
    let draft = Bill::new().draft();
    let document = issued(draft.clone(), "INV-2026-000001".into(), at("2026-02-04T08:00:00Z"), zone("UTC"), 14);
    let document = document.expect("issued");
    let issue = document.issue.clone().expect("an issue");
    assert_eq!((issue.day, issue.due), (day("2026-02-04"), Some(day("2026-02-18"))), "14 days");
    assert_eq!(billing::invoice::Content { issue: None, ..document }, draft, "nothing else changes");
}

#[rstest]
#[case(Approval::Settings, None, false)]
#[case(Approval::Settings, Some("100"), true)]
#[case(Approval::Settings, Some("100.01"), false)]
#[case(Approval::Always, None, true)]
#[case(Approval::Never, Some("1"), false)]
fn approval_as_the_account_says_or_from_an_amount_on(
    #[case] approval: Approval,
    #[case] from: Option<&str>,
    #[case] expected: bool,
) {
    let account = Account { approval, ..Account::default() };
    let settings = Settings { approval_from: from.map(dec), ..Settings::default() };
    assert_eq!(needs_approval(&account, &settings, usd(10_000)), expected, "{approval} {from:?}");
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

#[rstest]
#[case(100_000, &[10_000, 10_000, 10_000], true)]
#[case(99_999, &[9_999, 9_999, 9_999], false)]
#[case(100_000, &[10_000, 10_000, 10_001], false)]
#[case(100_000, &[10_000, 10_001], false)]
#[case(100_000, &[10_000, 10_000, 10_000, 900_000], true)]
#[case(1_000_000, &[], false)]
#[case(100_000, &[0], true)]
#[case(i64::MAX, &[i64::MAX / 11; 3], true)]
fn the_brake_stops_at_ten_times_the_mean_of_three_and_1000(
    #[case] total: i64,
    #[case] last: &[i64],
    #[case] expected: bool,
) {
    assert_eq!(brakes(usd(total), last, &Settings::default()), Ok(expected), "{total} after {last:?}");
}

#[test]
fn the_brake_is_exact_and_comes_before_approval() {
    // The mean of 1, 1 and 2 is 1.333..: 13.33 is below ten times of it, 13.34 is not.
    let settings = Settings { brake_from: dec("0"), ..Settings::default() };
    let stops = |total| brakes(usd(total), &[100, 100, 200], &settings);
    assert_eq!((stops(1_333), stops(1_334)), (Ok(false), Ok(true)), "nothing is divided");
    let account = Account { approval: Approval::Always, ..Account::default() };
    let held = |total| hold(&account, &Settings::default(), usd(total), &[1]);
    assert_eq!((held(1), held(100_000)), (Ok(Some(Hold::Approval)), Ok(Some(Hold::Brake))), "the brake says more");
}

#[rstest]
#[case("2026-01-30", Age::Current)]
#[case("2026-01-31", Age::Current)]
#[case("2026-02-01", Age::To30)]
#[case("2026-03-02", Age::To30)]
#[case("2026-03-03", Age::To60)]
#[case("2026-04-01", Age::To60)]
#[case("2026-04-02", Age::To90)]
#[case("2026-05-01", Age::To90)]
#[case("2026-05-02", Age::Above90)]
fn ages_of_what_was_due_on_31_january(#[case] today: &str, #[case] expected: Age) {
    assert_eq!(Age::of(day("2026-01-31"), day(today)), expected, "on {today}");
}
