//! Open amounts by the days since they were due, per tenant and currency (rules, section 7.8).

use super::found::{seller_day, shown};
use crate::error::{OperationError, Result};
use crate::wire::AgeingRow;
use billing::ids::TenantId;
use billing::invoice::Age;
use billing::money::Currency;
use billing::time::Timestamp;
use futures::FutureExt;
use store::owed::{Owed, owed};
use store::{Read, Store};

/// Open amounts by age at an instant, of one tenant or of all, by name and currency.
///
/// # Errors
/// When the database fails.
pub async fn ageing(store: &Store, at: Timestamp, tenant: Option<TenantId>) -> Result<Vec<AgeingRow>> {
    store.read(move |read| async move { rows(read, at, tenant).await }.boxed()).await
}

/// As [`ageing`], within a look.
pub(crate) async fn rows(read: &mut Read, at: Timestamp, tenant: Option<TenantId>) -> Result<Vec<AgeingRow>> {
    let today = seller_day(read, at).await?;
    let found = match tenant {
        None => owed(read, None).await?,
        Some(tenant) => owed(read, Some(&[tenant])).await?,
    };
    let of_one = found.chunk_by(|one, other| (one.tenant, one.currency) == (other.tenant, other.currency));
    of_one.map(|owed| row(owed, |owed| Age::of(owed.due, today))).collect()
}

fn row(owed: &[Owed], age: impl Fn(&Owed) -> Age) -> Result<AgeingRow> {
    let first = owed.first().expect("a group has a row");
    let sum = |wanted: Option<Age>| {
        let counted = owed.iter().filter(|owed| wanted.is_none_or(|wanted| age(owed) == wanted));
        total(counted.map(|owed| owed.open_minor), first.currency)
    };
    Ok(AgeingRow {
        tenant_id: first.tenant.to_string(),
        tenant: first.tenant_name.clone(),
        currency: first.currency.code().to_owned(),
        current: sum(Some(Age::Current))?,
        to_30: sum(Some(Age::To30))?,
        to_60: sum(Some(Age::To60))?,
        to_90: sum(Some(Age::To90))?,
        above_90: sum(Some(Age::Above90))?,
        open: sum(None)?,
    })
}

fn total(mut minor: impl Iterator<Item = i64>, currency: Currency) -> Result<String> {
    let sum = minor.try_fold(0_i64, i64::checked_add);
    let overflow = || OperationError::failed("overflow", "A sum of open amounts does not fit into 64 bits.");
    Ok(shown(sum.ok_or_else(overflow)?, currency))
}
