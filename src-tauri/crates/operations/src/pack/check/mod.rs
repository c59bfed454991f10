//! What can be told of a pack from its files alone: each check adds sentences about what does not fit.

pub(super) mod credit;
pub(super) mod events;
pub(super) mod explanation;
pub(super) mod invoice;
pub(super) mod payments;

use billing::money::{Currency, Money};
use billing::pricing::{Proof, Rule, Step};
use billing::{exact, invoice::TaxLine};
use rust_decimal::Decimal;

/// Sentences that are kept; more are only counted.
const MOST: usize = 100;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What does not fit, in sentences.
    pub problems: Vec<String>,
    /// Lines whose steps were added up.
    pub lines: u32,
    /// Events that were counted.
    pub events: u32,
    /// Sentences beyond the most.
    more: u64,
}

impl Found {
    /// Adds a sentence.
    pub fn problem(&mut self, sentence: impl Into<String>) {
        if self.problems.len() + 1 < MOST {
            self.problems.push(sentence.into());
        } else {
            self.more += 1;
        }
    }

    /// Adds a sentence unless it fits.
    pub fn expect(&mut self, fits: bool, sentence: impl FnOnce() -> String) {
        if !fits {
            self.problem(sentence());
        }
    }

    /// All sentences.
    pub fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.problems.push(format!("There are {} more that do not fit.", self.more));
        }
        self.problems
    }
}

/// Minor units in major units, for a sentence.
fn shown(minor: i64, currency: Currency) -> String {
    Money::from_minor(minor, currency).to_string()
}

/// Checks that the steps of a proof give what they say, and add up to an amount.
fn proof(what: &str, proof: &Proof, amount_minor: i64, currency: Currency, found: &mut Found) {
    for (index, step) in proof.steps.iter().enumerate() {
        found.expect(gives(step), || format!("Step {} of {what} does not give its amount {}.", index + 1, step.amount));
    }
    let amount = Money::from_minor(amount_minor, currency).decimal();
    match proof.total() {
        Ok(total) if total == amount => {}
        Ok(total) => {
            found.problem(format!("The steps of {what} add up to {}, and it says {amount}.", total.normalize()))
        }
        Err(_) => found.problem(format!("The steps of {what} cannot be added up without losing a digit.")),
    }
}

/// Whether quantity, price and divisor of a step give its amount. A discount may be cut at what there is to take off.
fn gives(step: &Step) -> bool {
    let (Some(quantity), Some(price)) = (step.quantity, step.price) else { return true };
    if matches!(step.rule, Rule::Discount | Rule::FreeEvent) {
        return true;
    }
    let product = exact::mul(quantity, price).and_then(|it| exact::div(it, step.divisor.unwrap_or(Decimal::ONE)));
    product.is_ok_and(|product| product == step.amount)
}

/// Checks tax lines and gives their sum.
fn taxes(what: &str, taxes: &[TaxLine], currency: Currency, found: &mut Found) -> i64 {
    taxes.iter().fold(0_i64, |sum, tax| {
        proof(&format!("the tax of {} % of {what}", tax.percent), &tax.proof, tax.amount_minor, currency, found);
        sum.saturating_add(tax.amount_minor)
    })
}
