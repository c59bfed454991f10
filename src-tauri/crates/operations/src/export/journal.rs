//! The journal: for each document the postings that it makes, debit equal to credit for each document and currency.
//!
//! An invoice: receivable against revenue by kind of line and tax; what prepaid credits paid moves from prepaid to
//! receivable. One that was taken back keeps these postings, for its month may have been exported, and has them again with
//! the other sign on the day on which it became void. A credit note: the other way round; what it gives back of money
//! already paid becomes prepaid. A payment: bank against receivable, and what is too much becomes prepaid. What was given up
//! is in [`super::bad_debt`]. A grant of prepaid credits makes no posting: no document says how it was paid. Accounts are
//! those of the settings.

use super::asked::Asked;
use super::bad_debt::GivenUp;
use super::table::{Table, amount, maybe, some};
use super::{credit_notes, payments};
use crate::document::{CellKind, Sheet};
use crate::error::{OperationError, Result};
use billing::ids::{CreditNoteId, TenantId};
use billing::invoice::{Content, CreditContent, LineKind, Origin, Settings, Status, WalletEntryKind};
use billing::money::Currency;
use billing::time::Day;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use store::Read;
use store::invoices::{list, one};
use store::wallets;

const COLUMNS: [(&str, CellKind); 10] = [
    ("day", CellKind::Day),
    ("document", CellKind::Text),
    ("number", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("account", CellKind::Text),
    ("account_name", CellKind::Text),
    ("debit", CellKind::Amount),
    ("credit", CellKind::Amount),
    ("currency", CellKind::Text),
];

/// Names of the accounts that are no kind of line.
pub(super) mod name {
    pub const BAD_DEBT: &str = "bad_debt";
    pub const RECEIVABLE: &str = "receivable";
    pub const TAX: &str = "tax";
    pub const PREPAID: &str = "prepaid";
    pub const BANK: &str = "bank";
}

/// The table, the newest first within each sort of document.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    asked.by_tenant_and_days("Postings")?;
    let mut book = Book { table: Table::new("Journal", &COLUMNS), settings: &asked.settings };
    let given_up = GivenUp::read(read).await?;
    invoices(read, asked, &mut book).await?;
    taken_back(read, asked, &mut book).await?;
    given_up.post(read, asked, &mut book).await?;
    credits(read, asked, &given_up, &mut book).await?;
    for listed in payments::all(read, asked).await? {
        let payment = &listed.payment;
        let day = Day::of(payment.received_at, asked.zone).map_err(crate::bill::found::out_of_range)?;
        let mut head = Head {
            day,
            document: "payment",
            number: listed.invoice_number.as_deref(),
            tenant: (&listed.tenant_name, payment.tenant),
            currency: payment.currency,
        };
        book.post(&head, paid(payment.amount_minor, payment.applied_minor))?;
        if given_up.is_before(payment.invoice, payment.created_at) {
            head.document = "write-off";
            book.post(&head, bad_debt(-payment.applied_minor))?;
        }
    }
    Ok(book.table.finish())
}

async fn invoices(read: &mut Read, asked: &Asked, book: &mut Book<'_>) -> Result<()> {
    let mut after = None;
    while let Some(listed) = asked.invoices(read, &mut after).await? {
        for listed in listed {
            let invoice = &listed.invoice;
            // Of an imported one that is void nobody knows when it became so.
            let is_known = invoice.status != Status::Void || invoice.origin == Origin::Billed;
            let Some(issued) = invoice.issued.as_ref().filter(|_| is_known) else { continue };
            let content = invoice.document()?;
            let mut head = Head {
                day: issued.day,
                document: "invoice",
                number: Some(&issued.number),
                tenant: (&listed.tenant_name, invoice.tenant),
                currency: invoice.currency,
            };
            book.post(&head, invoiced(&content))?;
            head.document = "prepaid";
            book.post(&head, settled(&content))?;
        }
    }
    Ok(())
}

/// Invoices that became void on the days of the filter, whenever they were issued.
async fn taken_back(read: &mut Read, asked: &Asked, book: &mut Book<'_>) -> Result<()> {
    for listed in list::voided(read).await? {
        let invoice = &listed.invoice;
        // Nothing moves a void invoice any more.
        let day = Day::of(invoice.updated_at, asked.zone).map_err(crate::bill::found::out_of_range)?;
        let Some(issued) = invoice.issued.as_ref().filter(|_| asked.passes(invoice, day)) else { continue };
        let content = invoice.document()?;
        let mut head = Head {
            day,
            document: "void",
            number: Some(&issued.number),
            tenant: (&listed.tenant_name, invoice.tenant),
            currency: invoice.currency,
        };
        book.post(&head, invoiced(&content).turned())?;
        head.document = "prepaid";
        book.post(&head, settled(&content).turned())?;
    }
    Ok(())
}

async fn credits(read: &mut Read, asked: &Asked, given_up: &GivenUp, book: &mut Book<'_>) -> Result<()> {
    let mut given_back: HashMap<TenantId, HashMap<CreditNoteId, i64>> = HashMap::new();
    for listed in credit_notes::all(read, asked).await? {
        let note = &listed.note;
        let document = note.document()?;
        let kinds = match note.invoice {
            None => HashMap::new(),
            Some(invoice) => match one::by_id(read, note.tenant, invoice).await? {
                None => HashMap::new(),
                Some(invoice) => kinds(&document, &invoice.document()?, invoice.issued.is_none()),
            },
        };
        let mut head = Head {
            day: note.issue_day,
            document: "credit note",
            number: Some(&note.number),
            tenant: (&listed.tenant_name, note.tenant),
            currency: note.currency,
        };
        book.post(&head, credited(&document, &kinds))?;
        if let Entry::Vacant(unread) = given_back.entry(note.tenant) {
            unread.insert(returned(read, note.tenant).await?);
        }
        let minor = given_back[&note.tenant].get(&note.id).copied().unwrap_or(0);
        head.document = "prepaid";
        book.post(&head, Postings::new().add(name::RECEIVABLE, minor).add(name::PREPAID, -minor))?;
        if note.invoice.is_some_and(|invoice| given_up.is_before(invoice, note.created_at)) {
            head.document = "write-off";
            book.post(&head, bad_debt(minor - note.total_minor))?;
        }
    }
    Ok(())
}

/// What credit notes of a tenant turned into prepaid credits.
async fn returned(read: &mut Read, tenant: TenantId) -> Result<HashMap<CreditNoteId, i64>> {
    let mut returned = HashMap::new();
    for entry in wallets::entries(read, tenant).await? {
        if let (WalletEntryKind::CreditNote, Some(note)) = (entry.kind, entry.credit_note) {
            *returned.entry(note).or_insert(0_i64) += entry.amount_minor;
        }
    }
    Ok(returned)
}

/// An invoice: who is billed owes the total.
fn invoiced(content: &Content) -> Postings {
    let counting = content.lines.iter().filter(|line| line.counts());
    let with_lines = counting.fold(Postings::new().add(name::RECEIVABLE, content.total_minor), |postings, line| {
        postings.add(line.kind.as_str(), -line.amount_minor)
    });
    content.taxes.iter().fold(with_lines, |postings, tax| postings.add(name::TAX, -tax.amount_minor))
}

/// What prepaid credits paid at once.
fn settled(content: &Content) -> Postings {
    let minor: i64 = content.settled.iter().map(|part| part.amount_minor).sum();
    Postings::new().add(name::PREPAID, minor).add(name::RECEIVABLE, -minor)
}

/// The kinds of the lines of a credit note, by their own numbers. One that a whole draft below 0 was issued as has the lines
/// of that draft that count, in their order.
fn kinds(note: &CreditContent, invoice: &Content, is_whole: bool) -> HashMap<u32, LineKind> {
    if is_whole {
        let counting = invoice.lines.iter().filter(|line| line.counts());
        return note.lines.iter().zip(counting).map(|(own, line)| (own.no, line.kind)).collect();
    }
    let kind = |no: u32| invoice.lines.iter().find(|line| line.no == no).map(|line| line.kind);
    note.lines.iter().filter_map(|own| Some((own.no, kind(own.invoice_line?)?))).collect()
}

/// What is given up of a receivable; below 0 what came of it after all.
pub(super) fn bad_debt(minor: i64) -> Postings {
    Postings::new().add(name::BAD_DEBT, minor).add(name::RECEIVABLE, -minor)
}

/// A credit note: revenue and tax are taken back.
fn credited(content: &CreditContent, kinds: &HashMap<u32, LineKind>) -> Postings {
    let with_lines =
        content.lines.iter().fold(Postings::new().add(name::RECEIVABLE, -content.total_minor), |it, line| {
            let kind = kinds.get(&line.no).copied().unwrap_or(LineKind::Item);
            it.add(kind.as_str(), line.amount_minor)
        });
    content.taxes.iter().fold(with_lines, |postings, tax| postings.add(name::TAX, tax.amount_minor))
}

/// A payment, of which a part may be too much.
fn paid(amount_minor: i64, applied_minor: i64) -> Postings {
    Postings::new()
        .add(name::BANK, amount_minor)
        .add(name::RECEIVABLE, -applied_minor)
        .add(name::PREPAID, applied_minor - amount_minor)
}

/// What a document does to accounts by name: debit above 0, credit below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Postings(BTreeMap<&'static str, i64>);

impl Postings {
    fn new() -> Self {
        Self::default()
    }

    fn add(mut self, account: &'static str, minor: i64) -> Self {
        let sum = self.0.entry(account).or_insert(0);
        *sum = sum.saturating_add(minor);
        self
    }

    /// The same with the other sign.
    fn turned(self) -> Self {
        Self(self.0.into_iter().map(|(account, minor)| (account, minor.saturating_neg())).collect())
    }

    fn is_balanced(&self) -> bool {
        self.0.values().map(|minor| i128::from(*minor)).sum::<i128>() == 0
    }
}

/// What all postings of a document have in common.
pub(super) struct Head<'h> {
    pub day: Day,
    pub document: &'static str,
    pub number: Option<&'h str>,
    pub tenant: (&'h str, TenantId),
    pub currency: Currency,
}

/// The table with the accounts.
pub(super) struct Book<'s> {
    table: Table,
    settings: &'s Settings,
}

impl Book<'_> {
    /// Adds the postings of a document, receivable first.
    ///
    /// # Errors
    /// `no_account`; `journal_unbalanced`, which would be a fault of this program or of a stored document.
    pub fn post(&mut self, head: &Head<'_>, postings: Postings) -> Result<()> {
        let number = head.number.unwrap_or_default();
        if !postings.is_balanced() {
            let sentence = format!("Debit and credit of {} {number} differ; nothing was exported.", head.document);
            return Err(OperationError::failed("journal_unbalanced", sentence));
        }
        for (account, minor) in postings.0.into_iter().filter(|(_, minor)| *minor != 0) {
            let Some(code) = self.settings.accounts.get(account) else {
                let sentence = format!("The settings name no account for '{account}'.");
                return Err(OperationError::refused("no_account", sentence).field("accounts"));
            };
            let side = |is_side: bool| is_side.then(|| amount(minor.saturating_abs(), head.currency)).flatten();
            self.table.push([
                some(head.day),
                some(head.document),
                maybe(head.number),
                some(head.tenant.0),
                some(head.tenant.1),
                some(code),
                some(account),
                side(minor > 0),
                side(minor < 0),
                some(head.currency),
            ])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_of_too_much_leaves_prepaid_credit() {
        let postings = paid(15_000, 12_000);
        assert_eq!(postings.0["bank"], 15_000, "all of it was received");
        assert_eq!(postings.0["receivable"], -12_000, "what was open is paid");
        assert_eq!(postings.0["prepaid"], -3_000, "the rest is owed to the tenant");
        assert!(postings.is_balanced(), "debit equals credit");
        assert!(!Postings::new().add("bank", 1).is_balanced(), "one side alone is no posting");
    }
}
