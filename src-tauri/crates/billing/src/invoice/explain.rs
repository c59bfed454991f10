//! What today's ledger says of an invoice: each stored line beside the same line drafted again, with what is left between
//! them (issue of explaining; rules, section 7.6).
//!
//! Pure: the facts are read anew by the store, and the draft is the same function that made the line. Nothing is compared by
//! its words: a line is known by what it is about.

use super::content::{Content, Line, TaxLine};
use super::draft::draft;
use super::error::DraftError;
use super::facts::{Catalog, Facts};
use super::settings::Settings;
use crate::money::Money;
use crate::pricing::{RULE_VERSION, RateError, adjust};

/// A line as it was invoiced and as today's ledger gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recomputed {
    /// As it was invoiced; none of a line that there would be today and was not then.
    pub stored: Option<Line>,
    /// As it is today; none where there would be none.
    pub now: Option<Line>,
    /// Today's amount less the invoiced one, in minor units; 0 when they agree.
    pub residue_minor: i64,
}

/// An invoice as today's ledger gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Each stored line in its order, then lines that there would be today only.
    pub lines: Vec<Recomputed>,
    /// Tax at the stored rates on today's net.
    pub taxes: Vec<TaxLine>,
    /// Today's total in minor units.
    pub total_minor: i64,
    /// Today's total less the invoiced one.
    pub residue_minor: i64,
}

/// Why an invoice was not explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// It was rated under other rules than those of this program.
    #[error("the invoice was rated under version {found} of the rules, which this program does not have")]
    OtherRules {
        /// The version.
        found: u32,
    },
    /// Today's facts give no invoice.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

impl ExplainError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherRules { .. } => "other_rules",
            Self::Draft(error) => error.code(),
        }
    }
}

/// Drafts an invoice again and puts its lines beside the stored ones. Tax is taken at the rates of the stored document: what
/// the tenant's account says today is no fact of then.
///
/// # Errors
/// [`ExplainError`].
pub fn explain(
    stored: &Content,
    facts: &Facts,
    catalog: &Catalog,
    settings: &Settings,
) -> Result<Explained, ExplainError> {
    if stored.rule_version != RULE_VERSION {
        return Err(ExplainError::OtherRules { found: stored.rule_version });
    }
    let now = draft(facts, catalog, settings)?;
    let lines = side_by_side(&stored.lines, &now.lines).map_err(DraftError::from)?;
    let taxes = taxes(stored, &now).map_err(DraftError::from)?;
    let tax = taxes.iter().try_fold(now.net_minor, |sum, tax| sum.checked_add(tax.amount_minor));
    let total_minor = tax.ok_or(RateError::Overflow).map_err(DraftError::from)?;
    let residue = total_minor.checked_sub(stored.total_minor).ok_or(RateError::Overflow);
    let residue_minor = residue.map_err(DraftError::from)?;
    Ok(Explained { lines, taxes, total_minor, residue_minor })
}

/// Stored lines beside those of today: for a line, its recomputed one and the residue.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn side_by_side(stored: &[Line], now: &[Line]) -> Result<Vec<Recomputed>, RateError> {
    let mut left: Vec<Option<&Line>> = now.iter().map(Some).collect();
    let mut pairs = Vec::with_capacity(stored.len());
    for line in stored {
        let found = left.iter_mut().find(|other| other.is_some_and(|other| is_same(line, other)));
        pairs.push(pair(Some(line), found.and_then(Option::take))?);
    }
    for line in left.into_iter().flatten() {
        pairs.push(pair(None, Some(line))?);
    }
    Ok(pairs)
}

fn pair(stored: Option<&Line>, now: Option<&Line>) -> Result<Recomputed, RateError> {
    let amount = |line: Option<&Line>| line.map_or(0, |line| line.amount_minor);
    let residue_minor = amount(now).checked_sub(amount(stored)).ok_or(RateError::Overflow)?;
    Ok(Recomputed { stored: stored.cloned(), now: now.cloned(), residue_minor })
}

/// Whether two lines are about the same: kind, meter, plan version and the first day of the same period. Discounts have none
/// of the latter and are told apart by their code, which is in their words.
fn is_same(one: &Line, other: &Line) -> bool {
    let day = |line: &Line| line.part.as_ref().map(|part| (part.period, part.from));
    let key = |line: &Line| (line.kind, line.meter, line.plan_version, day(line));
    key(one) == key(other) && (one.part.is_some() || one.description == other.description)
}

fn taxes(stored: &Content, now: &Content) -> Result<Vec<TaxLine>, RateError> {
    let digits = stored.currency.digits();
    let mut taxes = Vec::with_capacity(stored.taxes.len());
    for tax in &stored.taxes {
        let net = Money::from_minor(now.net_minor, stored.currency).decimal();
        let rated = adjust::tax(net, tax.percent, Some(digits))?;
        let amount_minor = Money::rounded(rated.amount, stored.currency)?.minor();
        taxes.push(TaxLine { percent: tax.percent, net_minor: now.net_minor, amount_minor, proof: rated.proof });
    }
    Ok(taxes)
}
