//! Prepaid credits: which wallet pays how much of an invoice (rules, section 6): after tax, in the invoice's currency,
//! by priority, then soonest expiry, then oldest.
//!
//! Not the wallets' ledger; it is told what each holds.

use super::RateError;
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// A wallet that may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet<K> {
    /// What names it.
    pub name: K,
    /// A smaller number pays first.
    pub priority: i64,
    /// What it holds.
    pub balance: Money,
    /// When it ends; one without an end comes last.
    pub expires_at: Option<Timestamp>,
    /// When it was made; none counts as older than any, in the order given.
    pub created_at: Option<Timestamp>,
}

/// What each wallet pays, in the order of paying, without those that pay nothing.
///
/// # Errors
/// [`RateError::Negative`] for an invoice below 0.
pub fn allocate<K: Clone>(due: Money, wallets: &[Wallet<K>]) -> Result<Vec<(K, Money)>, RateError> {
    if due.minor() < 0 {
        return Err(RateError::Negative("invoice_minor"));
    }
    let currency: Currency = due.currency();
    let mut order: Vec<&Wallet<K>> =
        wallets.iter().filter(|wallet| wallet.balance.currency() == currency && wallet.balance.minor() > 0).collect();
    order.sort_by_key(|wallet| (wallet.priority, wallet.expires_at.is_none(), wallet.expires_at, wallet.created_at));
    let mut left = due.minor();
    let mut paid = Vec::new();
    for wallet in order {
        let part = wallet.balance.minor().min(left);
        if part > 0 {
            paid.push((wallet.name.clone(), Money::from_minor(part, currency)));
            left -= part;
        }
    }
    Ok(paid)
}
