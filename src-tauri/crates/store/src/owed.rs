//! What tenants still owe, invoice by invoice: for open amounts by age.

use crate::codec::{Id, OnDay, Word, json_ids};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::TenantId;
use billing::money::Currency;
use billing::time::Day;

/// What one issued invoice leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The currency.
    pub currency: Currency,
    /// When it is due.
    pub due: Day,
    /// What is open of all its invoices that are due then, in minor units, above 0.
    pub open_minor: i64,
}

statements! {
    // What was given up is owed no more in the books; void ones never were.
    OWED = "select t.tenant_id, t.name, i.currency, i.due_day, cast(sum(i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor) as bigint)
        from invoices i join tenants t on t.tenant_id = i.tenant_id
        where i.status in ('finalized', 'partially_paid') and i.origin = 'billed' and i.due_day is not null
          and i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor > 0
        group by t.tenant_id, t.name, i.currency, i.due_day order by t.name, t.tenant_id, i.currency, i.due_day";
    OWED_BY = in_ids("select t.tenant_id, t.name, i.currency, i.due_day, cast(sum(i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor) as bigint)
        from invoices i join tenants t on t.tenant_id = i.tenant_id
        where i.status in ('finalized', 'partially_paid') and i.origin = 'billed' and i.due_day is not null
          and i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor > 0 and i.tenant_id ",
        " group by t.tenant_id, t.name, i.currency, i.due_day order by t.name, t.tenant_id, i.currency, i.due_day");
}

type Row = (Id<TenantId>, String, Word<Currency>, OnDay, i64);

/// What is open by tenant, currency and due day; of these tenants, or of all.
///
/// # Errors
/// [`crate::StoreError::Overflow`] for a sum beyond 64 bits; what the database gave.
pub async fn owed(read: &mut Read, tenants: Option<&[TenantId]>) -> Result<Vec<Owed>> {
    let found = match tenants {
        None => rows!(read, Row, OWED)?,
        Some(tenants) => rows!(read, Row, OWED_BY, json_ids(tenants.iter().copied()))?,
    };
    let owed = |(tenant, tenant_name, currency, due, open_minor): Row| Owed {
        tenant: tenant.0,
        tenant_name,
        currency: currency.0,
        due: due.0,
        open_minor,
    };
    Ok(found.into_iter().map(owed).collect())
}
