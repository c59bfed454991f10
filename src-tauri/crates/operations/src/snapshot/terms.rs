//! How tenants are billed, as words that two states are compared by: discounts, tax, terms.
//!
//! They raise no version of the tenant's timeline, because they move no level; they do move its invoices.

use crate::bill::{account_words, off_in_words};
use crate::error::Result;
use billing::ids::TenantId;
use store::Read;
use store::difference::StatusOf;

/// A row for each discount and each field of an account, in order of their keys.
pub(super) async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<StatusOf>> {
    let mut found = Vec::new();
    for record in store::coupons::of_tenants(read, tenants).await? {
        let coupon = &record.coupon;
        let of = coupon.meter.map_or_else(String::new, |meter| format!(" of {meter}"));
        let until = coupon.valid_to.map_or_else(String::new, |end| format!(" to {end}"));
        let status = format!("{}{of} from {}{until}", off_in_words(coupon), coupon.valid_from);
        found.push(StatusOf { key: (record.tenant, "coupon", format!("{} {}", coupon.code, coupon.id)), status });
    }
    for (tenant, account) in store::billing_accounts::of_tenants(read, tenants).await? {
        for (field, status) in account_words(&account) {
            found.push(StatusOf { key: (tenant, "account", field), status });
        }
    }
    found.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(found)
}
