//! Prepaid credits. What a wallet holds is the sum of its entries, which are append-only.
//!
//! Only who issues an invoice takes out, and locks the tenant first ([`crate::tenants::lock`]); so no wallet falls below 0.

use crate::codec::{At, Id, Word, at, id, json_ids};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{CreditNoteId, InvoiceId, PaymentId, TenantId, WalletEntryId, WalletId};
use billing::invoice::{WalletEntryKind, WalletFacts};
use billing::money::Currency;
use billing::time::Timestamp;

/// A wallet with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// What an invoice needs of it; a new one holds 0 until it has entries.
    pub wallet: WalletFacts,
}

/// Something that went into or out of a wallet. At most one of invoice, payment and credit note is what it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletEntry {
    /// The tenant.
    pub tenant: TenantId,
    /// The wallet.
    pub wallet: WalletId,
    /// Its identity.
    pub id: WalletEntryId,
    /// In minor units, not 0; negative takes out.
    pub amount_minor: i64,
    /// Why.
    pub kind: WalletEntryKind,
    /// The invoice that it paid, or that gave it back.
    pub invoice: Option<InvoiceId>,
    /// The payment that was more than was open.
    pub payment: Option<PaymentId>,
    /// The credit note that took back what was paid.
    pub credit_note: Option<CreditNoteId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

statements! {
    OF_TENANTS = in_ids("select w.tenant_id, w.wallet_id, w.name, w.priority, w.currency, w.expires_at, w.created_at,
            cast(coalesce((select sum(e.amount_minor) from wallet_entries e where e.tenant_id = w.tenant_id and e.wallet_id = w.wallet_id), 0) as bigint)
        from wallets w where w.tenant_id ", " order by w.tenant_id, w.priority, w.created_at, w.wallet_id");
    ENTRIES = "select tenant_id, wallet_id, entry_id, amount_minor, kind, invoice_id, payment_id, credit_note_id, at, actor, reason
        from wallet_entries where tenant_id = $1 order by at, entry_id";
}

type WalletRow = (Id<TenantId>, Id<WalletId>, String, i64, Word<Currency>, Option<At>, At, i64);

#[derive(sqlx::FromRow)]
struct EntryRow {
    tenant_id: Id<TenantId>,
    wallet_id: Id<WalletId>,
    entry_id: Id<WalletEntryId>,
    amount_minor: i64,
    kind: Word<WalletEntryKind>,
    invoice_id: Option<Id<InvoiceId>>,
    payment_id: Option<Id<PaymentId>>,
    credit_note_id: Option<Id<CreditNoteId>>,
    at: At,
    actor: String,
    reason: String,
}

/// All wallets of tenants with what they hold, also empty and expired ones.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<WalletRecord>> {
    let list = json_ids(tenants.iter().copied());
    let wallet = |row: WalletRow| {
        let (tenant, id, name, priority, currency, expires_at, created_at, balance_minor) = row;
        let (currency, expires_at, created_at) = (currency.0, at(expires_at), created_at.0);
        let wallet = WalletFacts { id: id.0, name, priority, balance_minor, currency, expires_at, created_at };
        WalletRecord { tenant: tenant.0, wallet }
    };
    Ok(rows!(read, WalletRow, OF_TENANTS, list.as_str())?.into_iter().map(wallet).collect())
}

/// Everything that went into and out of the wallets of a tenant, in order of time.
///
/// # Errors
/// What the database gave.
pub async fn entries(read: &mut Read, tenant: TenantId) -> Result<Vec<WalletEntry>> {
    let entry = |row: EntryRow| WalletEntry {
        tenant: row.tenant_id.0,
        wallet: row.wallet_id.0,
        id: row.entry_id.0,
        amount_minor: row.amount_minor,
        kind: row.kind.0,
        invoice: id(row.invoice_id),
        payment: id(row.payment_id),
        credit_note: id(row.credit_note_id),
        at: row.at.0,
        actor: row.actor,
        reason: row.reason,
    };
    Ok(rows!(read, EntryRow, ENTRIES, Id(tenant))?.into_iter().map(entry).collect())
}

/// Adds wallets; they hold nothing until entries are added.
///
/// # Errors
/// [`crate::StoreError::Constraint`].
pub async fn insert(write: &mut Write, wallets: &[WalletRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into wallets (tenant_id, wallet_id, name, priority, currency, expires_at, created_at)",
        7,
        wallets,
        |row| [
            Id(row.tenant),
            Id(row.wallet.id),
            row.wallet.name.as_str(),
            row.wallet.priority,
            Word(row.wallet.currency),
            row.wallet.expires_at.map(At),
            At(row.wallet.created_at),
        ],
        ""
    );
    Ok(())
}

/// Adds entries.
///
/// # Errors
/// [`crate::StoreError::Constraint`] for an entry over 0, or of a wallet that is not there.
pub async fn insert_entries(write: &mut Write, entries: &[WalletEntry]) -> Result<()> {
    insert_rows!(
        write,
        "insert into wallet_entries (tenant_id, wallet_id, entry_id, amount_minor, kind, invoice_id, payment_id, credit_note_id, at, actor, reason)",
        11,
        entries,
        |row| [
            Id(row.tenant),
            Id(row.wallet),
            Id(row.id),
            row.amount_minor,
            Word(row.kind),
            row.invoice.map(Id),
            row.payment.map(Id),
            row.credit_note.map(Id),
            At(row.at),
            row.actor.as_str(),
            row.reason.as_str(),
        ],
        ""
    );
    Ok(())
}
