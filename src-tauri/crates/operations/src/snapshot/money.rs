//! What the invoices of some periods come to in one state: issued ones as they stand less credit notes, all others drafted
//! from what is known at that moment.

use crate::bill::gather::{Assumed, Ground, Key, gather};
use crate::error::{OperationError, Result};
use billing::ids::{PeriodId, SubscriptionId, TenantId};
use billing::invoice::{DraftError, Status, draft};
use billing::money::Currency;
use billing::time::Timestamp;
use futures::FutureExt;
use std::collections::{BTreeMap, HashMap};
use store::Store;

/// A period: tenant, subscription, period.
pub(super) type Of = (TenantId, SubscriptionId, PeriodId);

/// Minor units by tenant and currency.
pub(super) type Sums = BTreeMap<(TenantId, Currency), i64>;

const PERIODS_AT_ONCE: usize = 500;

/// What a period comes to: nothing where nothing held. What cannot be drafted is no amount, and not 0 either.
pub(super) type Amount = std::result::Result<Option<(Currency, i64)>, DraftError>;

/// What periods come to. One that is not there in this state is left out.
pub(super) async fn amounts(store: &Store, periods: &[Of], at: Timestamp) -> Result<HashMap<Of, Amount>> {
    let mut all = HashMap::new();
    for some in periods.chunks(PERIODS_AT_ONCE) {
        let keys: Vec<Key> =
            some.iter().map(|&(tenant, subscription, period)| Key { tenant, subscription, period }).collect();
        let found = store.read(move |read| {
            async move {
                let ground = Ground::read(read).await?;
                let mut amounts = Vec::new();
                for gathered in gather(read, &ground, &keys, at, &Assumed::default()).await? {
                    let key = gathered.key;
                    amounts.push(((key.tenant, key.subscription, key.period), amount(&gathered, &ground)));
                }
                Ok::<_, OperationError>(amounts)
            }
            .boxed()
        });
        all.extend(found.await?);
    }
    Ok(all)
}

/// Adds an amount.
pub(super) fn add_to(sums: &mut Sums, tenant: TenantId, currency: Currency, minor: i64) -> Result<()> {
    let sum = sums.entry((tenant, currency)).or_default();
    *sum = sum.checked_add(minor).ok_or_else(|| {
        OperationError::failed("overflow", "The invoices of a tenant come to more than 64 bits hold.")
    })?;
    Ok(())
}

/// An issued invoice as it stands; otherwise its draft.
fn amount(gathered: &crate::bill::gather::Gathered, ground: &Ground) -> Amount {
    if let Some(invoice) = gathered.existing.as_ref().filter(|invoice| invoice.issued.is_some()) {
        let minor = if invoice.status == Status::Void { 0 } else { invoice.total_minor - invoice.credited_minor };
        return Ok(Some((invoice.currency, minor)));
    }
    match draft(&gathered.facts, &ground.catalog, &ground.settings) {
        Ok(content) => Ok(Some((content.currency, content.total_minor))),
        Err(DraftError::NothingHeld) => Ok(None),
        Err(error) => Err(error),
    }
}
