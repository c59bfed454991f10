//! The journal: for each document the postings that it makes, debit equal to credit for each document and currency.
//!
//! An invoice: receivable against revenue by kind of line and tax; what prepaid credits paid moves from prepaid to
//! receivable. A credit note: the other way round; what it gives back of money already paid becomes prepaid. A payment: bank
//! against receivable, and what is too much becomes prepaid. Void invoices make no postings, nor does a grant of prepaid
//! credits, which no document says how it was paid. Accounts are those of the settings.

use super::asked::Asked;
use super::table::{Table, amount, maybe, some};
use super::{credit_notes, payments};
use crate::document::{CellKind, Sheet};
use crate::error::{OperationError, Result};
use billing::ids::{CreditNoteId, TenantId};
use billing::invoice::{Content, CreditContent, LineKind, Settings, Status, WalletEntryKind};
use billing::money::Currency;
use billing::time::Day;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use store::Read;
use store::invoices::one;
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
mod name {
    pub const RECEIVABLE: &str = "receivable";
    pub const TAX: &str = "tax";
    pub const PREPAID: &str = "prepaid";
    pub const BANK: &str = "bank";
}

/// The table, the newest first within each sort of document.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    asked.by_tenant_and_days("Postings")?;
    let mut book = Book { table: Table::new("Journal", &COLUMNS), settings: &asked.settings };
    invoices(read, asked, &mut book).await?;
    credits(read, asked, &mut book).await?;
    for listed in payments::all(read, asked).await? {
        let payment = &listed.payment;
        let day = Day::of(payment.received_at, asked.zone).map_err(crate::bill::found::out_of_range)?;
        let head = Head {
            day,
            document: "payment",
            number: listed.invoice_number.as_deref(),
            tenant: (&listed.tenant_name, payment.tenant),
            currency: payment.currency,
        };
        book.post(&head, paid(payment.amount_minor, payment.applied_minor))?;
    }
    Ok(book.table.finish())
}

async fn invoices(read: &mut Read, asked: &Asked, book: &mut Book<'_>) -> Result<()> {
    let mut after = None;
    while let Some(listed) = asked.invoices(read, &mut after).await? {
        for listed in listed {
            let invoice = &listed.invoice;
            let Some(issued) = invoice.issued.as_ref().filter(|_| invoice.status != Status::Void) else { continue };
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

async fn credits(read: &mut Read, asked: &Asked, book: &mut Book<'_>) -> Result<()> {
    let mut given_back: HashMap<TenantId, HashMap<CreditNoteId, i64>> = HashMap::new();
    for listed in credit_notes::all(read, asked).await? {
        let note = &listed.note;
        let kinds = match note.invoice {
            None => HashMap::new(),
            Some(invoice) => match one::by_id(read, note.tenant, invoice).await? {
                None => HashMap::new(),
                Some(invoice) => invoice.document()?.lines.into_iter().map(|line| (line.no, line.kind)).collect(),
            },
        };
        let mut head = Head {
            day: note.issue_day,
            document: "credit note",
            number: Some(&note.number),
            tenant: (&listed.tenant_name, note.tenant),
            currency: note.currency,
        };
        book.post(&head, credited(&note.document()?, &kinds))?;
        if let Entry::Vacant(unread) = given_back.entry(note.tenant) {
            unread.insert(returned(read, note.tenant).await?);
        }
        let minor = given_back[&note.tenant].get(&note.id).copied().unwrap_or(0);
        head.document = "prepaid";
        book.post(&head, Postings::new().add(name::RECEIVABLE, minor).add(name::PREPAID, -minor))?;
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

/// A credit note: revenue and tax are taken back.
fn credited(content: &CreditContent, kinds: &HashMap<u32, LineKind>) -> Postings {
    let with_lines =
        content.lines.iter().fold(Postings::new().add(name::RECEIVABLE, -content.total_minor), |it, line| {
            let kind = line.invoice_line.and_then(|no| kinds.get(&no).copied()).unwrap_or(LineKind::Item);
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
struct Postings(BTreeMap<&'static str, i64>);

impl Postings {
    fn new() -> Self {
        Self::default()
    }

    fn add(mut self, account: &'static str, minor: i64) -> Self {
        let sum = self.0.entry(account).or_insert(0);
        *sum = sum.saturating_add(minor);
        self
    }

    fn is_balanced(&self) -> bool {
        self.0.values().map(|minor| i128::from(*minor)).sum::<i128>() == 0
    }
}

/// What all postings of a document have in common.
struct Head<'h> {
    day: Day,
    document: &'static str,
    number: Option<&'h str>,
    tenant: (&'h str, TenantId),
    currency: Currency,
}

/// The table with the accounts.
struct Book<'s> {
    table: Table,
    settings: &'s Settings,
}

impl Book<'_> {
    /// Adds the postings of a document, receivable first.
    ///
    /// # Errors
    /// `no_account`; `journal_unbalanced`, which would be a fault of this program or of a stored document.
    fn post(&mut self, head: &Head<'_>, postings: Postings) -> Result<()> {
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
