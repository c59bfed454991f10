//! Credit notes: what of an invoice is taken back, never more than is left of it (rules, section 7.7).
//!
//! Net is rounded, tax on it is rounded once per rate and note. What takes the last of the net takes the last of the tax
//! too, to the unit, so that net, tax and total end at 0 with no stray cent. Not the lock that keeps two people from
//! crediting at once: the store reads what was credited and writes the note in one transaction.

use super::content::{Content, CreditContent, CreditLine, Issue, Line, LineKind, TaxLine};
use crate::exact;
use crate::ids::MeterId;
use crate::money::{Currency, Money};
use crate::pricing::adjust::{self, CreditNote};
use crate::pricing::{Proof, RateError, Rated, Rule, Step, split};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A part of an invoice to take back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// The line; none for an amount that is about no line.
    pub line: Option<u32>,
    /// Net in minor units, above 0; none for all that is left of the line, or of the invoice.
    pub net_minor: Option<i64>,
    /// What the credit note says; the line's own words when absent.
    pub description: Option<String>,
    /// Quantity in the unit of the line's meter, for a person only.
    pub quantity: Option<Decimal>,
}

/// Why nothing is credited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// No parts.
    #[error("nothing is to be credited")]
    Nothing,
    /// An amount that is not above 0.
    #[error("parts[{index}]: a credit is above 0")]
    NotPositive {
        /// The place of the part, from 0.
        index: usize,
    },
    /// A line that the invoice does not have, or that is outside its total.
    #[error("parts[{index}]: the invoice has no line {line} that counts")]
    NoSuchLine {
        /// The place of the part, from 0.
        index: usize,
        /// The line.
        line: u32,
    },
    /// More than is left of a line.
    #[error("parts[{index}]: {left} is left of line {line}")]
    AboveLine {
        /// The place of the part, from 0.
        index: usize,
        /// The line.
        line: u32,
        /// What is left of it.
        left: Money,
    },
    /// More than is left of the invoice.
    #[error("parts[{index}]: {left} net is left of the invoice")]
    AboveInvoice {
        /// The place of the part, from 0.
        index: usize,
        /// What is left of it before this part.
        left: Money,
    },
    /// An amount could not be computed.
    #[error(transparent)]
    Rate(#[from] RateError),
}

impl CreditError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_credit",
            Self::NotPositive { .. } => "credit_not_positive",
            Self::NoSuchLine { .. } => "no_such_line",
            Self::AboveLine { .. } => "above_line",
            Self::AboveInvoice { .. } => "above_invoice",
            Self::Rate(error) => error.code(),
        }
    }

    /// The field at fault.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::NotPositive { index } | Self::AboveLine { index, .. } | Self::AboveInvoice { index, .. } => {
                Some(format!("parts[{index}].amount"))
            }
            Self::NoSuchLine { index, .. } => Some(format!("parts[{index}].line_no")),
            Self::Nothing => Some("parts".to_owned()),
            Self::Rate(_) => None,
        }
    }
}

impl From<exact::Inexact> for CreditError {
    fn from(error: exact::Inexact) -> Self {
        Self::Rate(error.into())
    }
}

/// What earlier credit notes took back, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credited {
    /// Net.
    pub net_minor: i64,
    /// Net by line of the invoice.
    pub lines: BTreeMap<u32, i64>,
    /// Net and tax by rate.
    pub taxes: BTreeMap<Decimal, (i64, i64)>,
}

impl Credited {
    /// Of all credit notes of an invoice.
    ///
    /// # Errors
    /// [`RateError::Overflow`].
    pub fn of<'a>(notes: impl IntoIterator<Item = &'a CreditContent>) -> Result<Self, RateError> {
        let mut credited = Self::default();
        for note in notes {
            credited.net_minor = plus(credited.net_minor, note.net_minor)?;
            for line in &note.lines {
                let Some(no) = line.invoice_line else { continue };
                let sum = credited.lines.entry(no).or_default();
                *sum = plus(*sum, line.amount_minor)?;
            }
            for tax in &note.taxes {
                let (net, amount) = credited.taxes.entry(tax.percent.normalize()).or_default();
                *net = plus(*net, tax.net_minor)?;
                *amount = plus(*amount, tax.amount_minor)?;
            }
        }
        Ok(credited)
    }
}

/// What a credit note comes to before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// What is credited.
    pub lines: Vec<CreditLine>,
    /// Net, in minor units.
    pub net_minor: i64,
    /// Tax per rate.
    pub taxes: Vec<TaxLine>,
    /// Net and tax.
    pub total_minor: i64,
}

impl Credit {
    /// The document.
    pub fn issued(self, invoice: &Content, issue: Issue, reason: String) -> CreditContent {
        CreditContent {
            format: CreditContent::FORMAT,
            tenant: invoice.tenant,
            invoice: invoice.issue.as_ref().map(|issue| issue.number.clone()),
            issue: Issue { due: None, ..issue },
            currency: invoice.currency,
            seller: invoice.seller.clone(),
            buyer: invoice.buyer.clone(),
            lines: self.lines,
            net_minor: self.net_minor,
            taxes: self.taxes,
            total_minor: self.total_minor,
            reason,
        }
    }
}

/// What an amount of a meter, or of none, came to on an invoice after its discounts, in minor units: those of the meter and
/// then the coupons took their share of it. Divided once, half away from zero; without any discount it is the amount.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn after_discounts(invoice: &Content, meter: Option<MeterId>, amount_minor: i64) -> Result<i64, RateError> {
    let sum = |is_part: &dyn Fn(&Line) -> bool| {
        let own = invoice.lines.iter().filter(|line| line.counts() && is_part(line));
        own.map(|line| i128::from(line.amount_minor)).sum::<i128>()
    };
    let is_of_meter = |line: &Line| meter.is_some() && line.meter == meter;
    let meter_net = sum(&|line| is_of_meter(line));
    let meter_gross = sum(&|line| is_of_meter(line) && line.kind != LineKind::Discount);
    let net = i128::from(invoice.net_minor);
    let gross = sum(&|line| line.kind != LineKind::Coupon);
    // Where discounts took nothing there is nothing to share; below 0 they take nothing either.
    let (mut above, mut below) = (i128::from(amount_minor), 1_i128);
    for (part, whole) in [(meter_net, meter_gross), (net, gross)].into_iter().filter(|(_, whole)| *whole > 0) {
        above = above.checked_mul(part.max(0)).ok_or(RateError::Overflow)?;
        below = below.checked_mul(whole).ok_or(RateError::Overflow)?;
    }
    let (quotient, rest) = (above / below, above % below);
    let is_up = rest.unsigned_abs() >= below.unsigned_abs() - rest.unsigned_abs();
    let rounded = if rest != 0 && is_up { quotient + rest.signum() } else { quotient };
    i64::try_from(rounded).map_err(|_| RateError::Overflow)
}

/// What may still be credited of one line, in minor units: what it came to after discounts less earlier credits of it, not
/// above what is left of the invoice, not below 0. Discounts and other lines below 0 have nothing to credit.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn left_of_line(invoice: &Content, earlier: &Credited, no: u32) -> Result<i64, RateError> {
    let line = invoice.lines.iter().find(|line| line.no == no && line.counts());
    let amount = line.map_or(Ok(0), |line| after_discounts(invoice, line.meter, line.amount_minor))?;
    let left = minus(amount, earlier.lines.get(&no).copied().unwrap_or(0))?;
    Ok(left.min(left_of_invoice(invoice, earlier)?).max(0))
}

/// What net may still be credited of an invoice, in minor units, not below 0.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn left_of_invoice(invoice: &Content, earlier: &Credited) -> Result<i64, RateError> {
    Ok(minus(invoice.net_minor, earlier.net_minor)?.max(0))
}

/// Takes parts of an invoice back.
///
/// # Errors
/// What is wrong with a part; more than is left of its line or of the invoice.
pub fn credit(invoice: &Content, earlier: &Credited, parts: &[Part]) -> Result<Credit, CreditError> {
    let mut taken = earlier.clone();
    let mut lines = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let line = credit_line(invoice, &taken, part, index)?;
        taken.net_minor = plus(taken.net_minor, line.amount_minor)?;
        if let Some(no) = line.invoice_line {
            let sum = taken.lines.entry(no).or_default();
            *sum = plus(*sum, line.amount_minor)?;
        }
        lines.push(CreditLine { no: u32::try_from(index + 1).map_err(|_| RateError::Overflow)?, ..line });
    }
    if lines.is_empty() {
        return Err(CreditError::Nothing);
    }
    let net_minor = minus(taken.net_minor, earlier.net_minor)?;
    let taxes = taxes(invoice, earlier, net_minor)?;
    let total_minor = taxes.iter().try_fold(net_minor, |sum, tax| plus(sum, tax.amount_minor))?;
    Ok(Credit { lines, net_minor, taxes, total_minor })
}

fn credit_line(invoice: &Content, taken: &Credited, part: &Part, index: usize) -> Result<CreditLine, CreditError> {
    let money = |minor| Money::from_minor(minor, invoice.currency);
    let in_total = left_of_invoice(invoice, taken)?;
    let (left, words) = match part.line {
        None => (in_total, None),
        Some(no) => {
            let line = invoice.lines.iter().find(|line| line.no == no && line.counts());
            let line = line.ok_or(CreditError::NoSuchLine { index, line: no })?;
            (left_of_line(invoice, taken, no)?, Some(line.description.as_str()))
        }
    };
    let amount_minor = part.net_minor.unwrap_or(left);
    if part.net_minor.is_some_and(|minor| minor <= 0) {
        return Err(CreditError::NotPositive { index });
    }
    if amount_minor > in_total || amount_minor == 0 && in_total == 0 {
        return Err(CreditError::AboveInvoice { index, left: money(in_total) });
    }
    if amount_minor > left || amount_minor == 0 {
        return Err(CreditError::AboveLine { index, line: part.line.unwrap_or(0), left: money(left) });
    }
    let description = part.description.as_deref().or(words).unwrap_or("Credit").to_owned();
    Ok(CreditLine { no: 0, invoice_line: part.line, description, quantity: part.quantity, amount_minor })
}

/// What is left of one rate.
struct Rate {
    percent: Decimal,
    net: i64,
    tax: i64,
}

/// The tax of a net amount. Lines do not say their rate: over several rates, and what bears none, the net is split by what
/// is left of each, with the largest remainder.
fn taxes(invoice: &Content, earlier: &Credited, net_minor: i64) -> Result<Vec<TaxLine>, CreditError> {
    let rates = left_of_rates(invoice, earlier)?;
    let taxed = rates.iter().try_fold(0, |sum, rate| plus(sum, rate.net))?;
    let untaxed = minus(left_of_invoice(invoice, earlier)?, taxed)?.max(0);
    let weights: Vec<u64> = rates.iter().map(|rate| rate.net).chain([untaxed]).map(i64::unsigned_abs).collect();
    if weights.iter().all(|weight| *weight == 0) {
        return Ok(Vec::new());
    }
    let parts = split::by_weight(net_minor, &weights)?;
    let mut taxes = Vec::with_capacity(rates.len());
    for (rate, part) in rates.iter().zip(parts).filter(|(_, part)| *part > 0) {
        taxes.push(tax_line(rate, part, invoice.currency)?);
    }
    Ok(taxes)
}

fn left_of_rates(invoice: &Content, earlier: &Credited) -> Result<Vec<Rate>, RateError> {
    let left = |tax: &TaxLine| {
        let (net, amount) = earlier.taxes.get(&tax.percent.normalize()).copied().unwrap_or_default();
        let (net, tax_left) = (minus(tax.net_minor, net)?.max(0), minus(tax.amount_minor, amount)?.max(0));
        Ok(Rate { percent: tax.percent, net, tax: tax_left })
    };
    invoice.taxes.iter().map(left).collect()
}

fn tax_line(rate: &Rate, net_minor: i64, currency: Currency) -> Result<TaxLine, CreditError> {
    let net = Money::from_minor(net_minor, currency).decimal();
    let most = Money::from_minor(rate.tax, currency).decimal();
    let due = adjust::tax(net, rate.percent, Some(currency.digits()))?;
    // The last of the net takes the last of the tax; before that rounding never takes more than there is.
    let amount = if net_minor == rate.net { most } else { due.amount.min(most) };
    let Rated { amount, proof } = match exact::sub(amount, due.amount)? {
        change if change.is_zero() => due,
        change => due.and(Step::new(Rule::Rounding, change))?,
    };
    let amount_minor = Money::rounded(amount, currency).map_err(RateError::from)?.minor();
    Ok(TaxLine { percent: rate.percent, net_minor, amount_minor, proof })
}

/// Where the total of a credit note goes, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// It makes what is open smaller.
    pub open_minor: i64,
    /// It was paid already and becomes a prepaid credit.
    pub prepaid_minor: i64,
}

impl Application {
    /// Of a total, where so much is open: what is open first, the rest was paid.
    pub fn of(total_minor: i64, open_minor: i64) -> Self {
        let open = total_minor.min(open_minor.max(0));
        Self { open_minor: open, prepaid_minor: total_minor - open }
    }
}

/// The net of unused days of a line: amount x days / days of the period, rounded: 20000 x 29/30 = 19333.
///
/// # Errors
/// [`RateError::Days`] or [`RateError::Overflow`].
pub fn unused(amount: Money, days: i64, of_days: i64) -> Result<Money, RateError> {
    let currency = amount.currency();
    let note = CreditNote::unused(amount.decimal(), (days, of_days), Decimal::ZERO, currency.digits())?;
    Ok(Money::rounded(note.net.amount, currency)?)
}

/// The credit note that a draft with a negative total is issued as (rules, section 7.8): its lines with the other sign.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn of_negative(draft: &Content, issue: Issue, reason: String) -> Result<CreditContent, RateError> {
    let mut lines = Vec::with_capacity(draft.lines.len());
    for line in draft.lines.iter().filter(|line| line.counts()) {
        let no = u32::try_from(lines.len() + 1).map_err(|_| RateError::Overflow)?;
        let (description, amount_minor) = (line.description.clone(), minus(0, line.amount_minor)?);
        lines.push(CreditLine { no, invoice_line: None, description, quantity: line.quantity, amount_minor });
    }
    let mut taxes = Vec::with_capacity(draft.taxes.len());
    for tax in &draft.taxes {
        let (net_minor, amount_minor) = (minus(0, tax.net_minor)?, minus(0, tax.amount_minor)?);
        taxes.push(TaxLine { percent: tax.percent, net_minor, amount_minor, proof: turned(&tax.proof) });
    }
    let (net_minor, total_minor) = (minus(0, draft.net_minor)?, minus(0, draft.total_minor)?);
    Ok(Credit { lines, net_minor, taxes, total_minor }.issued(draft, issue, reason))
}

/// A proof with the other sign: each step takes the other quantity.
fn turned(proof: &Proof) -> Proof {
    let turn = |step: &Step| Step { quantity: step.quantity.map(|it| -it), amount: -step.amount, ..step.clone() };
    Proof { steps: proof.steps.iter().map(turn).collect() }
}

fn plus(left: i64, right: i64) -> Result<i64, RateError> {
    left.checked_add(right).ok_or(RateError::Overflow)
}

fn minus(left: i64, right: i64) -> Result<i64, RateError> {
    left.checked_sub(right).ok_or(RateError::Overflow)
}
