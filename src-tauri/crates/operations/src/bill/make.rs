//! A draft made from its facts, and what is to become of it: drafted, left to a person, or issued.

use super::gather::{AssumedInvoice, Gathered, Ground};
use crate::change::sentence;
use billing::invoice::{Content, DraftError, Hold, Status, WalletFacts, charged_for, draft, issue};
use billing::money::Money;
use billing::period::PeriodStatus;
use billing::time::Timestamp;

/// What a run wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Drafts only.
    Draft,
    /// Invoices where grace is over and nobody has to look first.
    Finalize,
}

/// What becomes of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has its invoice, or there is nothing to bill.
    Nothing,
    /// There is nothing to bill any more: the draft is dropped.
    Drop,
    /// A draft.
    Draft,
    /// A draft, because an earlier period of the subscription has no final invoice yet.
    Waits,
    /// A draft that a person must look at.
    Held(Hold),
    /// It is issued.
    Finalize,
}

/// A draft and what becomes of it.
#[derive(Debug)]
pub(crate) struct Made {
    pub gathered: Gathered,
    pub content: Content,
    pub outcome: Outcome,
    /// Where the draft stands.
    pub status: Status,
    /// Why a person must look at it first.
    pub held: Option<Hold>,
    /// The same, as it is stored with the draft: once grace is over and the amount stands.
    pub hold: Option<Hold>,
}

impl Made {
    pub const fn total(&self) -> Money {
        Money::from_minor(self.content.total_minor, self.content.currency)
    }

    /// What later invoices of a preview look at.
    pub fn assumed(&self) -> AssumedInvoice {
        let next = self.gathered.facts.next.and_then(|next| charged_for(&self.content, next.id));
        AssumedInvoice { total_minor: self.content.total_minor, next }
    }
}

/// Why a period is not billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unbilled {
    pub code: String,
    pub message: String,
}

impl From<&DraftError> for Unbilled {
    fn from(error: &DraftError) -> Self {
        Self { code: error.code().to_owned(), message: sentence(&error.to_string()) }
    }
}

/// Makes the draft of a period.
///
/// # Errors
/// Why it cannot be billed.
#[expect(clippy::result_large_err, reason = "the facts go back to who names them in a report, one period at a time")]
pub(crate) fn make(
    gathered: Gathered,
    ground: &Ground,
    aim: Aim,
    at: Timestamp,
) -> Result<Option<Made>, (Gathered, Unbilled)> {
    let has_draft = gathered.existing.as_ref().is_some_and(|invoice| invoice.issued.is_none());
    if !has_draft && (gathered.existing.is_some() || gathered.status == PeriodStatus::Finalized) {
        return Ok(None);
    }
    let content = match draft(&gathered.facts, &ground.catalog, &ground.settings) {
        Ok(content) => content,
        Err(DraftError::NothingHeld) if !has_draft => return Ok(None),
        Err(DraftError::NothingHeld) => return Ok(dropped(gathered)),
        Err(error) => {
            let unbilled = Unbilled::from(&error);
            return Err((gathered, unbilled));
        }
    };
    let status = status(&gathered, &content);
    let total = Money::from_minor(content.total_minor, content.currency);
    let held = issue::hold(&gathered.facts.account, &ground.settings, total, &gathered.last_minor);
    let held = match held {
        Ok(held) => held.filter(|_| status != Status::Approved),
        Err(error) => {
            let unbilled = Unbilled::from(&DraftError::from(error));
            return Err((gathered, unbilled));
        }
    };
    let is_over = at >= gathered.closes_at;
    let outcome = match (aim, held) {
        (Aim::Draft, _) => Outcome::Draft,
        (Aim::Finalize, _) if !is_over => Outcome::Draft,
        (Aim::Finalize, Some(hold)) => Outcome::Held(hold),
        (Aim::Finalize, None) if gathered.waits => Outcome::Waits,
        (Aim::Finalize, None) => Outcome::Finalize,
    };
    Ok(Some(Made { gathered, content, outcome, status, held, hold: held.filter(|_| is_over) }))
}

/// An approval holds for what was approved and for nothing else.
fn status(gathered: &Gathered, content: &Content) -> Status {
    match &gathered.existing {
        Some(draft) if draft.status == Status::Approved && draft.content == content.canonical() => Status::Approved,
        _ => Status::Draft,
    }
}

/// A draft of a period that was never held and has nothing late: its stored content, to be dropped.
fn dropped(gathered: Gathered) -> Option<Made> {
    let content = gathered.existing.as_ref()?.document().ok()?;
    Some(Made { gathered, content, outcome: Outcome::Drop, status: Status::Void, held: None, hold: None })
}

/// What an invoice takes out of prepaid credits, wallet by wallet.
pub(crate) fn taken(made: &Made) -> impl Iterator<Item = (&WalletFacts, i64)> {
    made.content.settled.iter().filter_map(|settlement| {
        let wallet = made.gathered.facts.wallets.iter().find(|wallet| wallet.id.to_string() == settlement.reference)?;
        Some((wallet, settlement.amount_minor))
    })
}
