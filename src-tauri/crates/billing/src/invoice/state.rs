//! Which state of an invoice follows which, and what may be done with one (rules, section 7.1).
//!
//! Pure: the store keeps the state and asks here before it changes it. `overdue` is no state: it is computed from the due
//! day, the day of asking and what is open, because it comes about without anybody doing anything.

use crate::meter::text_enum;
use crate::time::Day;

text_enum! {
    /// Where an invoice stands.
    Status {
        /// Recomputed as events arrive; without a number.
        Draft = "draft",
        /// A draft that a person has approved; without a number.
        Approved = "approved",
        /// Numbered, hashed, immutable; nothing is paid yet.
        Finalized = "finalized",
        /// A part of it is paid.
        PartiallyPaid = "partially_paid",
        /// Nothing is open any more.
        Paid = "paid",
        /// What is open is given up; a payment may still come.
        Uncollectible = "uncollectible",
        /// Taken back whole before any payment.
        Void = "void",
    }
}

text_enum! {
    /// Where a document comes from.
    Origin {
        /// Made here.
        Billed = "billed",
        /// Made elsewhere and imported.
        Imported = "imported",
    }
}

text_enum! {
    /// Why a run left a draft to a person.
    Hold {
        /// The tenant's account or the amount asks for approval.
        Approval = "approval",
        /// The runaway brake stopped.
        Brake = "brake",
    }
}

text_enum! {
    /// What a person or a run does with an invoice.
    Action {
        /// A person lets a draft pass.
        Approve = "approve",
        /// It gets its number and never changes again.
        Finalize = "finalize",
        /// It is taken back.
        Void = "void",
        /// Another one is drafted for a void one.
        Reissue = "reissue",
        /// What is open is given up.
        Uncollectible = "uncollectible",
        /// A credit note.
        Credit = "credit",
        /// A payment.
        Pay = "pay",
        /// A dispute is opened.
        Dispute = "dispute",
    }
}

text_enum! {
    /// Why an amount went into or out of a wallet.
    WalletEntryKind {
        /// A person gave it.
        Grant = "grant",
        /// It paid an invoice.
        Invoice = "invoice",
        /// More was paid than was open.
        Overpayment = "overpayment",
        /// A credit note took back what was paid already.
        CreditNote = "credit_note",
        /// The invoice that it paid was taken back.
        Void = "void",
    }
}

text_enum! {
    /// Where a run over tenants stands.
    RunStatus {
        /// It goes on, or was killed: the next one bills what it left.
        Running = "running",
        /// It came to its end.
        Done = "done",
        /// A person stopped it.
        Stopped = "stopped",
        /// The database failed.
        Failed = "failed",
    }
}

/// What is known of an invoice when somebody wants to do something with it. Amounts are minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub status: Status,
    /// Where it comes from.
    pub origin: Origin,
    /// Why it waits for a person; none when it does not. Once it is approved this no longer counts.
    pub hold: Option<Hold>,
    /// Its total.
    pub total_minor: i64,
    /// What prepaid credits paid when it was issued.
    pub prepaid_minor: i64,
    /// The sum of payments applied.
    pub paid_minor: i64,
    /// The sum of the totals of its credit notes.
    pub credited_minor: i64,
    /// Whether any payment was entered, also one of which nothing was applied because nothing was open.
    pub has_payments: bool,
    /// Whether another invoice stands for it.
    pub is_replaced: bool,
}

/// Why an action is refused: one sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Imported documents are outside of these rules.
    #[error("It was imported: its state is that of the system that issued it.")]
    Imported,
    /// It has no number yet.
    #[error("It is a draft: it has no number yet.")]
    StillDraft,
    /// It has a number already.
    #[error("It is issued: it cannot change any more.")]
    Issued,
    /// Approved twice.
    #[error("It is approved already.")]
    AlreadyApproved,
    /// It waits for approval.
    #[error("It needs a person's approval before it is issued.")]
    NeedsApproval,
    /// The runaway brake holds it.
    #[error("It is far above the last invoices: a person must approve it first.")]
    Braked,
    /// It was taken back.
    #[error("It is void.")]
    Void,
    /// Only void ones are issued again.
    #[error("Only a void invoice is issued again.")]
    NotVoid,
    /// Another one stands for it.
    #[error("Another invoice stands for it already.")]
    AlreadyReplaced,
    /// Payments were entered.
    #[error("A payment was entered for it: correct it with a credit note.")]
    HasPayments,
    /// Credit notes were issued.
    #[error("It has credit notes: correct it with another one.")]
    HasCreditNotes,
    /// Nothing is to be paid.
    #[error("Nothing of it is open.")]
    NothingOpen,
    /// Given up already.
    #[error("It is given up already.")]
    AlreadyUncollectible,
    /// All of it is credited.
    #[error("Nothing of it is left to credit.")]
    NothingToCredit,
}

impl Refused {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Imported => "invoice_imported",
            Self::StillDraft => "invoice_draft",
            Self::Issued => "invoice_issued",
            Self::AlreadyApproved => "invoice_approved",
            Self::NeedsApproval => "approval_needed",
            Self::Braked => "brake",
            Self::Void => "invoice_void",
            Self::NotVoid => "invoice_not_void",
            Self::AlreadyReplaced => "invoice_replaced",
            Self::HasPayments => "invoice_paid",
            Self::HasCreditNotes => "invoice_credited",
            Self::NothingOpen => "nothing_open",
            Self::AlreadyUncollectible => "invoice_uncollectible",
            Self::NothingToCredit => "nothing_to_credit",
        }
    }
}

impl Status {
    /// Whether it has no number yet.
    pub const fn is_draft(self) -> bool {
        matches!(self, Self::Draft | Self::Approved)
    }

    /// Where a draft stands after it was computed again: an approval holds for what was approved and for nothing else.
    #[must_use]
    pub fn redrafted(self, before: &super::Content, now: &super::Content) -> Self {
        if self == Self::Approved && before != now { Self::Draft } else { self }
    }
}

impl Standing {
    /// What is still to be paid, in minor units, not below 0: total less prepaid credits, payments and credit notes. 0 of
    /// drafts, void ones and what was given up.
    pub const fn open_minor(&self) -> i64 {
        if matches!(self.status, Status::Uncollectible) { 0 } else { self.unpaid_minor() }
    }

    /// The same also of what was given up: what a payment that comes after all is applied to.
    pub const fn unpaid_minor(&self) -> i64 {
        if self.status.is_draft() || matches!(self.status, Status::Void) {
            return 0;
        }
        let settled = self.prepaid_minor.saturating_add(self.paid_minor).saturating_add(self.credited_minor);
        let open = self.total_minor.saturating_sub(settled);
        if open > 0 { open } else { 0 }
    }

    /// What credit notes may still take back, in minor units, not below 0: invoiced less credited.
    pub const fn creditable_minor(&self) -> i64 {
        let left = self.total_minor.saturating_sub(self.credited_minor);
        if left > 0 { left } else { 0 }
    }

    /// Whether its day has passed while something is open. What was given up is not overdue.
    pub fn is_overdue(&self, due: Day, today: Day) -> bool {
        matches!(self.status, Status::Finalized | Status::PartiallyPaid) && today > due && self.open_minor() > 0
    }

    /// The state that amounts give to an issued invoice: paid once nothing is open, also when it was issued over 0 or a
    /// credit note took the rest. What was given up stays so until all is paid; void stays void.
    pub const fn settled(&self) -> Status {
        match self.status {
            Status::Draft | Status::Approved | Status::Void => self.status,
            _ if self.unpaid_minor() == 0 => Status::Paid,
            Status::Uncollectible => Status::Uncollectible,
            _ if self.paid_minor > 0 || self.prepaid_minor > 0 => Status::PartiallyPaid,
            _ => Status::Finalized,
        }
    }

    /// Whether an action is allowed.
    ///
    /// # Errors
    /// Why it is not.
    pub const fn allows(&self, action: Action) -> Result<(), Refused> {
        if matches!(action, Action::Dispute) {
            return if self.status.is_draft() { Err(Refused::StillDraft) } else { Ok(()) };
        }
        if matches!(self.origin, Origin::Imported) {
            return Err(Refused::Imported);
        }
        match action {
            Action::Approve => self.may_approve(),
            Action::Finalize => self.may_finalize(),
            Action::Reissue => self.may_reissue(),
            Action::Void => self.may_void(),
            Action::Uncollectible => self.may_give_up(),
            Action::Credit => match self.issued() {
                Ok(()) if self.creditable_minor() == 0 => Err(Refused::NothingToCredit),
                issued => issued,
            },
            // A payment of what is paid already is an over-payment and becomes a prepaid credit.
            Action::Pay | Action::Dispute => self.issued(),
        }
    }

    const fn issued(&self) -> Result<(), Refused> {
        match self.status {
            Status::Draft | Status::Approved => Err(Refused::StillDraft),
            Status::Void => Err(Refused::Void),
            Status::Finalized | Status::PartiallyPaid | Status::Paid | Status::Uncollectible => Ok(()),
        }
    }

    const fn may_approve(&self) -> Result<(), Refused> {
        match self.status {
            Status::Draft => Ok(()),
            Status::Approved => Err(Refused::AlreadyApproved),
            Status::Void => Err(Refused::Void),
            Status::Finalized | Status::PartiallyPaid | Status::Paid | Status::Uncollectible => Err(Refused::Issued),
        }
    }

    const fn may_finalize(&self) -> Result<(), Refused> {
        match (self.status, self.hold) {
            (Status::Draft, Some(Hold::Approval)) => Err(Refused::NeedsApproval),
            (Status::Draft, Some(Hold::Brake)) => Err(Refused::Braked),
            (Status::Draft, None) | (Status::Approved, _) => Ok(()),
            (Status::Void, _) => Err(Refused::Void),
            _ => Err(Refused::Issued),
        }
    }

    const fn may_reissue(&self) -> Result<(), Refused> {
        match self.status {
            Status::Void if self.is_replaced => Err(Refused::AlreadyReplaced),
            Status::Void => Ok(()),
            Status::Draft | Status::Approved => Err(Refused::StillDraft),
            _ => Err(Refused::NotVoid),
        }
    }

    const fn may_void(&self) -> Result<(), Refused> {
        match self.issued() {
            // Prepaid credits are no payment: voiding gives them back.
            Ok(()) if self.has_payments || self.paid_minor > 0 => Err(Refused::HasPayments),
            Ok(()) if self.credited_minor > 0 => Err(Refused::HasCreditNotes),
            issued => issued,
        }
    }

    const fn may_give_up(&self) -> Result<(), Refused> {
        match self.issued() {
            Ok(()) if matches!(self.status, Status::Uncollectible) => Err(Refused::AlreadyUncollectible),
            Ok(()) if self.open_minor() == 0 => Err(Refused::NothingOpen),
            issued => issued,
        }
    }
}
