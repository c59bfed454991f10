use super::*;
use crate::import::invoices::mapping::InvoiceMapping;
use rstest::rstest;

const MAPPING: &str = r#"
    name = "sales"
    format = "csv"
    prefix = "S-"
    number = "no"
    tenant = { from = "who", fallback = "walk-in" }
    line = { code = "code", text = "what", quantity = "n", price = "each", amount = "amount" }
    money.currency = { from = "currency", constant = "EUR" }
    time = { from = "at", zone = "Europe/Berlin", formats = ["auto", "%d.%m.%Y"] }
    due = "due"
    status = { from = "status", words = { open = "finalized" } }
    paid = "paid"
    total = "total"
    tax.amount = "tax"
    credit_note = { number_prefix = "C", from = "kind", words = ["refund"], negative_total = true }
"#;

fn layouts() -> Layouts {
    Layouts { rows: RowLayout::of_file(&InvoiceMapping::parse(MAPPING).unwrap()).unwrap(), documents: None }
}

/// Rows with some cells set, beside a number, a time, 1 piece and a price of 10.
fn build_rows(rows: &[&[(&str, &str)]]) -> Result<Draft, Refusals> {
    let layouts = layouts();
    let piece = |(line, set): (u64, &&[(&str, &str)])| {
        let of = |name: &String| {
            let usual = [("no", "7"), ("at", "2026-01-31 08:00"), ("n", "1"), ("each", "10"), ("what", "Thing")];
            let found = set.iter().chain(&usual).find(|(known, _)| known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        let cells = Some(layouts.rows.names.iter().map(of).collect());
        Piece { key: "7".to_owned(), part: Part::Row, line, origin: None, cells, raw: Vec::new() }
    };
    build(&(2..).zip(rows).map(piece).collect::<Vec<_>>(), &layouts)
}

#[test]
fn rows_make_one_document_with_the_earliest_time() {
    let draft = build_rows(&[
        &[("n", "3"), ("each", "0.335"), ("code", "A1"), ("at", "2026-02-01 00:30")],
        &[("n", "2"), ("each", "0.335"), ("at", "2026-01-31T23:30:00Z"), ("who", "acme")],
        &[("n", "1"), ("each", "0")],
    ])
    .unwrap();
    assert_eq!((draft.number.as_str(), draft.tenant.as_str()), ("S-7", "acme"), "one row names the tenant of all");
    assert_eq!(draft.day.to_string(), "2026-01-31", "the earliest row, in the mapping's zone");
    let minors: Vec<i64> = draft.lines.iter().map(|line| line.minor).collect();
    assert_eq!(minors, [101, 67, 0], "1.005 and 0.67: each line is rounded once, half away from zero");
    assert_eq!((draft.said.to_string(), draft.rounded_off.to_string()), ("1.675".into(), "-0.005".into()), "both told");
    assert_eq!((draft.lines[0].text.as_str(), draft.total_minor), ("A1 Thing", 168), "the sum of rounded lines");
    assert!(!draft.is_credit, "an invoice");
}

#[rstest]
#[case(&[("no", "C7"), ("n", "-2")], true, 2_000)]
#[case(&[("kind", "REFUND"), ("n", "-2")], true, 2_000)]
#[case(&[("n", "-2")], true, 2_000)]
#[case(&[("n", "0")], false, 0)]
#[case(&[("no", "C7"), ("n", "2")], true, -2_000)]
fn what_gives_back_is_a_credit_note_above_zero(
    #[case] set: &[(&str, &str)],
    #[case] is_credit: bool,
    #[case] total_minor: i64,
) {
    let draft = build_rows(&[set]).unwrap();
    assert_eq!((draft.is_credit, draft.total_minor), (is_credit, total_minor), "{set:?}");
    let said = if is_credit { -draft.total_minor } else { draft.total_minor };
    assert_eq!(draft.said, Decimal::new(said, 2), "the sum is told with the signs of the file");
}

#[rstest]
#[case(&[("n", "many")], "bad_quantity")]
#[case(&[("each", "1,50")], "bad_amount")]
#[case(&[("each", "")], "missing_amount")]
#[case(&[("at", "soon")], "bad_time")]
#[case(&[("at", "")], "missing_time")]
#[case(&[("currency", "GLD")], "bad_currency")]
#[case(&[("status", "lost")], "bad_status")]
#[case(&[("status", "draft")], "bad_status")]
#[case(&[("n", "99999999999999999999"), ("each", "99999999999999999999")], "too_large")]
#[case(&[("n", "1"), ("each", "999999999999999999")], "too_large")]
fn a_bad_row_keeps_its_document_out(#[case] set: &[(&str, &str)], #[case] code: &str) {
    // Where nothing is missing in one row, the other may say it: both have the same here.
    let refusals = build_rows(&[set, set]).unwrap_err();
    assert!(refusals.iter().all(|refusal| refusal.code == code), "{refusals:?}");
}

#[test]
fn good_rows_of_a_bad_document_say_why_they_are_out() {
    let refusals = build_rows(&[&[], &[("n", "x")]]).unwrap_err();
    assert_eq!(
        (refusals[0].code, refusals[1].code),
        ("incomplete_document", "bad_quantity"),
        "each row has its reason"
    );
    assert!(refusals[0].sentence.contains("line 3"), "{}", refusals[0].sentence);
}

#[rstest]
#[case("who", "acme", "other")]
#[case("currency", "EUR", "USD")]
fn rows_of_two_minds_are_refused(#[case] field: &str, #[case] one: &str, #[case] other: &str) {
    let refusals = build_rows(&[&[(field, one)], &[(field, other)]]).unwrap_err();
    assert_eq!(refusals[0].code, "contradiction", "{field}: nobody can say which one is meant");
}

#[test]
fn a_stated_total_stands_and_the_rest_is_a_line() {
    let draft = build_rows(&[&[("total", "12.50"), ("tax", "2")]]).unwrap();
    assert_eq!((draft.net_minor, draft.total_minor, draft.tax.unwrap().0), (1_050, 1_250, 200), "12.50 with 2.00 tax");
    assert_eq!(draft.lines[1].minor, 50, "10.00 and 2.00 are 0.50 short of it");
    assert_eq!((draft.said, draft.difference), (Decimal::TEN, Decimal::new(50, 2)), "told apart from the file's lines");
}

#[rstest]
#[case(&[("status", "Open"), ("paid", "4")], Status::PartiallyPaid, 400)]
#[case(&[("status", "open")], Status::Finalized, 0)]
#[case(&[("status", "paid")], Status::Paid, 1_000)]
#[case(&[("status", "VOID"), ("paid", "4")], Status::Void, 0)]
#[case(&[("n", "0")], Status::Paid, 0)]
#[case(&[("paid", "11")], Status::Paid, 1_100)]
fn it_stands_where_the_file_says(#[case] set: &[(&str, &str)], #[case] status: Status, #[case] paid_minor: i64) {
    let draft = build_rows(&[set]).unwrap();
    assert_eq!((draft.status, draft.paid_minor), (status, paid_minor), "{set:?}");
}

#[test]
fn an_amount_that_is_no_product_is_taken_as_it_is() {
    let draft =
        build_rows(&[&[("amount", "21"), ("n", "5"), ("each", "4.2")], &[("amount", "7"), ("n", "0")]]).unwrap();
    assert!(draft.lines[0].price.is_some(), "5 x 4.20 explains 21.00");
    assert_eq!((draft.lines[1].price, draft.lines[1].minor), (None, 700), "0 x 10 does not explain 7.00");
}
