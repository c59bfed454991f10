//! How tenants are billed. A tenant without a row is billed as the settings say.

use crate::codec::{At, Id, json_ids};
use crate::conn::{Read, Write, execute, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::TenantId;
use billing::invoice::Account;
use billing::time::Timestamp;
use std::collections::HashMap;

statements! {
    OF_TENANTS = in_ids("select tenant_id, account from billing_accounts where tenant_id ", "");
    CHANGE = "update billing_accounts set account = $2, updated_at = $3 where tenant_id = $1";
    INSERT = "insert into billing_accounts (tenant_id, account, updated_at) values ($1, $2, $3)";
}

/// The accounts of tenants; those that have none are left out.
///
/// # Errors
/// What the database gave; [`StoreError::Corrupt`] for an account that cannot be read.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<HashMap<TenantId, Account>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, String), OF_TENANTS, list.as_str())?;
    let account = |(tenant, text): (Id<TenantId>, String)| {
        serde_json::from_str(&text).map(|account| (tenant.0, account)).map_err(StoreError::corrupt)
    };
    found.into_iter().map(account).collect()
}

/// Sets all of it. Lock the tenant first: [`crate::tenants::lock`].
///
/// # Errors
/// What the database gave.
pub async fn set(write: &mut Write, tenant: TenantId, account: &Account, at: Timestamp) -> Result<()> {
    let text = serde_json::to_string(account).map_err(StoreError::corrupt)?;
    if execute!(write, CHANGE, Id(tenant), text.as_str(), At(at))? == 0 {
        execute!(write, INSERT, Id(tenant), text.as_str(), At(at))?;
    }
    Ok(())
}
