//! The explanation beside the invoice: the same lines, the same steps, and differences that are differences.

use super::{Found, shown};
use billing::exact;
use billing::invoice::Content;
use billing::quantity::parse_decimal;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What is compared of an explanation.
#[derive(Debug, Deserialize)]
pub(in crate::pack) struct Explained {
    hash: Option<String>,
    total: String,
    recomputed: String,
    residue: String,
    lines: Vec<ExplainedLine>,
}

#[derive(Debug, Deserialize)]
struct ExplainedLine {
    no: u32,
    amount: String,
    recomputed: String,
    residue: String,
    steps: Vec<ExplainedStep>,
    counter: Option<ExplainedCounter>,
    used: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ExplainedStep {
    amount: String,
}

#[derive(Debug, Deserialize)]
struct ExplainedCounter {
    place: String,
    used: String,
}

impl Explained {
    /// The lines that go by a level.
    pub fn levels(&self) -> BTreeSet<u32> {
        let is_level = |line: &&ExplainedLine| line.counter.as_ref().is_some_and(|counter| counter.place == "level");
        self.lines.iter().filter(is_level).map(|line| line.no).collect()
    }
}

/// Checks an explanation against its invoice.
pub(in crate::pack) fn check(explained: &Explained, invoice: &Content, hash: &str, found: &mut Found) {
    found.expect(explained.hash.as_deref() == Some(hash), || "The explanation is of another content.".to_owned());
    let total = shown(invoice.total_minor, invoice.currency);
    found.expect(same(&explained.total, &total), || {
        format!("The explanation says a total of {}, and the invoice {total}.", explained.total)
    });
    difference("the total", &explained.total, &explained.recomputed, &explained.residue, found);
    let numbers: Vec<u32> = explained.lines.iter().map(|line| line.no).collect();
    let wanted: Vec<u32> = invoice.lines.iter().map(|line| line.no).collect();
    found.expect(numbers.starts_with(&wanted), || "The explanation is not of the lines of the invoice.".to_owned());
    for (explained, line) in explained.lines.iter().zip(&invoice.lines) {
        let what = format!("line {} in the explanation", explained.no);
        let amount = shown(line.amount_minor, invoice.currency);
        found.expect(same(&explained.amount, &amount), || {
            format!("The amount of {what} is {}, and on the invoice {amount}.", explained.amount)
        });
        difference(&what, &explained.amount, &explained.recomputed, &explained.residue, found);
        let steps = explained.steps.iter().map(|step| &step.amount);
        let fits = steps.len() == line.proof.steps.len()
            && steps
                .zip(&line.proof.steps)
                .all(|(amount, step)| parse_decimal(amount).is_ok_and(|it| it == step.amount));
        found.expect(fits, || format!("The steps of {what} are not those of the invoice."));
        if let (Some(counter), Some(used)) = (&explained.counter, &explained.used) {
            found.expect(same(&counter.used, used), || format!("The counter of {what} is not what it was made from."));
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    parse_decimal(one).is_ok_and(|one| parse_decimal(other).is_ok_and(|other| one == other))
}

fn difference(what: &str, amount: &str, recomputed: &str, residue: &str, found: &mut Found) {
    let number = |text: &str| parse_decimal(text).ok();
    let fits = || -> Option<bool> {
        let left: Decimal = exact::sub(number(recomputed)?, number(amount)?).ok()?;
        Some(left == number(residue)?)
    };
    found.expect(fits() == Some(true), || format!("The difference of {what} is not {recomputed} less {amount}."));
    found.expect(number(residue).is_some_and(|it| it.is_zero()), || {
        format!("When the pack was made, the ledger gave {recomputed} for {what}, and {amount} was invoiced.")
    });
}
