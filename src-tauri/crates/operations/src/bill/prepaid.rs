//! What a tenant paid and does not owe: it becomes a prepaid credit, which the next invoices take first.

use crate::change::Act;
use crate::error::Result;
use crate::host::Host;
use billing::ids::{CreditNoteId, InvoiceId, PaymentId, TenantId, WalletEntryId, WalletId};
use billing::invoice::{WalletEntryKind, WalletFacts};
use billing::money::Money;
use store::Write;
use store::wallets::{self, WalletEntry, WalletRecord};

/// What the wallet of such credits is called.
const NAME: &str = "Prepaid credit";
/// Its priority: what was granted with a smaller one pays first.
const PRIORITY: i64 = 100;

/// Ids for a wallet and an entry that may be needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    wallet: WalletId,
    entry: WalletEntryId,
}

impl Ids {
    pub fn new(host: &dyn Host) -> Self {
        Self { wallet: WalletId::from_uuid(host.new_uuid()), entry: WalletEntryId::from_uuid(host.new_uuid()) }
    }
}

/// What a prepaid credit came from.
#[derive(Debug, Clone, Copy)]
pub(super) enum From {
    Payment(PaymentId),
    CreditNote(CreditNoteId),
}

/// Puts an amount above 0 into the tenant's wallet of that currency; makes it when there is none. The tenant is locked.
pub(super) async fn add(
    write: &mut Write,
    ids: Ids,
    act: &Act,
    (tenant, invoice): (TenantId, InvoiceId),
    amount: Money,
    from: From,
) -> Result<()> {
    let own = wallets::of_tenants(write, &[tenant]).await?;
    let fits = |record: &&WalletRecord| {
        let wallet = &record.wallet;
        wallet.currency == amount.currency() && wallet.expires_at.is_none() && wallet.name == NAME
    };
    let wallet = match own.iter().find(fits) {
        Some(found) => found.wallet.id,
        None => {
            let wallet = WalletFacts {
                id: ids.wallet,
                name: NAME.to_owned(),
                priority: PRIORITY,
                balance_minor: 0,
                currency: amount.currency(),
                expires_at: None,
                created_at: act.at,
            };
            wallets::insert(write, &[WalletRecord { tenant, wallet }]).await?;
            ids.wallet
        }
    };
    let (kind, payment, credit_note) = match from {
        From::Payment(payment) => (WalletEntryKind::Overpayment, Some(payment), None),
        From::CreditNote(note) => (WalletEntryKind::CreditNote, None, Some(note)),
    };
    let entry = WalletEntry {
        tenant,
        wallet,
        id: ids.entry,
        amount_minor: amount.minor(),
        kind,
        invoice: Some(invoice),
        payment,
        credit_note,
        at: act.at,
        actor: act.actor.clone(),
        reason: act.reason.clone(),
    };
    Ok(wallets::insert_entries(write, &[entry]).await?)
}
