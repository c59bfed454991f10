//! Invoices against a second implementation in Python (tests/oracle): thousands of random facts, both must give the same
//! lines, tax and total to the unit.
//!
//! 2,000 cases in the ordinary run, 10,000 with COUNTINGHOUSE_SOAK set; COUNTINGHOUSE_ORACLE_SEED draws others. Needs
//! `python3`, no packages.

mod case;

use case::Case;
use serde::Deserialize;
use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Stdio};

#[derive(Deserialize)]
struct Exchange {
    case: Case,
    answer: Answer,
}

/// What an implementation says; an error by its code.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Answer {
    Refused {
        error: String,
    },
    Drafted {
        lines: Vec<AnsweredLine>,
        net: i64,
        taxes: Vec<(String, i64, i64)>,
        total: i64,
        settled: Vec<(String, i64)>,
        due: i64,
    },
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct AnsweredLine {
    kind: String,
    amount: i64,
    meter: Option<String>,
    version: Option<u32>,
    from: Option<String>,
    used: Option<String>,
    included: Option<String>,
    quantity: Option<String>,
}

/// What the crate says of a case, in the form of the oracle; every line and tax must be proved.
fn answer(case: &Case) -> Answer {
    let bill = case.bill();
    let content = match billing::invoice::draft(&bill.facts, &bill.catalog, &bill.settings) {
        Ok(content) => content,
        Err(error) => return Answer::Refused { error: error.code().to_owned() },
    };
    let digits = content.currency.digits();
    let line = |line: &billing::invoice::Line| {
        let proved = line.proof.total().expect("a sum");
        assert_eq!(proved, minor(line.amount_minor, digits), "the steps of line {} add up to it", line.no);
        let name = |value: Option<rust_decimal::Decimal>| value.map(shown);
        // A credit of unused days has no first day of its own in the oracle.
        let is_credit = line.description.ends_with(", unused");
        AnsweredLine {
            kind: line.kind.to_string(),
            amount: line.amount_minor,
            meter: line.meter.map(|id| bill.catalog.meters[&id].code.clone()),
            version: line.plan_version.map(case::number_of),
            from: line.part.as_ref().filter(|_| !is_credit).map(|part| part.from.to_string()),
            used: name(line.used),
            included: name(line.included),
            quantity: name(line.quantity),
        }
    };
    let mut turned = bill.clone();
    turned.facts.used.reverse();
    turned.facts.used.iter_mut().for_each(|used| used.days.reverse());
    turned.facts.late.reverse();
    turned.facts.period.entitlements.reverse();
    turned.facts.coupons.reverse();
    turned.facts.wallets.reverse();
    let again = billing::invoice::draft(&turned.facts, &turned.catalog, &turned.settings).expect("a draft");
    assert_eq!(again.canonical(), content.canonical(), "rows in another order give the same bytes");
    for tax in &content.taxes {
        assert_eq!(tax.proof.total().expect("a sum"), minor(tax.amount_minor, digits), "the steps of the tax add up");
    }
    Answer::Drafted {
        lines: content.lines.iter().map(line).collect(),
        net: content.net_minor,
        taxes: content.taxes.iter().map(|tax| (shown(tax.percent), tax.net_minor, tax.amount_minor)).collect(),
        total: content.total_minor,
        settled: content.settled.iter().map(|it| (it.name.clone(), it.amount_minor)).collect(),
        due: content.due_minor,
    }
}

fn minor(units: i64, digits: u32) -> rust_decimal::Decimal {
    rust_decimal::Decimal::from_i128_with_scale(i128::from(units), digits)
}

/// To twelve digits: an average of days need not end, and the oracle keeps more of it.
fn shown(value: rust_decimal::Decimal) -> String {
    let kept = value.round_dp_with_strategy(12, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    kept.normalize().to_string()
}

#[test]
fn an_independent_implementation_agrees() {
    let count = if std::env::var_os("COUNTINGHOUSE_SOAK").is_some() { 10_000 } else { 2_000 };
    let seed = std::env::var("COUNTINGHOUSE_ORACLE_SEED").unwrap_or_else(|_| "20260101".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/oracle/cases.py");
    let mut python = Command::new("python3")
        .arg(&script)
        .args([&seed, &count.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs the oracle of tests/oracle");
    let output = std::io::BufReader::new(python.stdout.take().expect("its output"));
    let (mut compared, mut lines) = (0, 0);
    for text in output.lines() {
        let text = text.expect("a line");
        let Exchange { case, answer: expected } = serde_json::from_str(&text).expect("a case and its answer");
        let found = answer(&case);
        assert_eq!(found, expected, "left is this crate, right the oracle, for case {compared}:\n{text}");
        if let Answer::Drafted { lines: drafted, .. } = found {
            lines += drafted.len();
        }
        compared += 1;
    }
    assert!(python.wait().expect("its end").success(), "the oracle ended well");
    assert_eq!(compared, count, "every case was compared");
    assert!(lines > 3 * count, "the cases are invoices with lines: {lines} of them");
}
