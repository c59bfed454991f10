//! One invoice: found, locked, moved on.

use super::record::{InvoiceRecord, InvoiceRow, invoice_columns};
use crate::codec::{At, Id, Word, json_ids};
use crate::conn::{Read, Write, execute, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::{Sql, statements};
use billing::ids::{InvoiceId, PeriodId, SubscriptionId, TenantId};
use billing::invoice::Status;
use billing::time::Timestamp;

statements! {
    BY_ID = sql(Sql::same(concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id = $1 and i.invoice_id = $2")));
    BY_ID_ALONE = sql(Sql::same(concat!("select ", invoice_columns!(), " from invoices i where i.invoice_id = $1 limit 2")));
    BY_NUMBER = sql(Sql::same(concat!("select ", invoice_columns!(), " from invoices i where i.number = $1 order by i.series limit 2")));
    LOCK = sql(Sql::pair(
        concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id = $1 and i.invoice_id = $2 for update"),
        concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id = $1 and i.invoice_id = $2"),
    ));
    OF_PERIOD = sql(Sql::same(concat!(
        "select ", invoice_columns!(), " from invoices i where i.tenant_id = $1 and i.subscription_id = $2 and i.period_id = $3 and i.status <> 'void' and i.origin = 'billed'"
    )));
    OF_TENANTS = sql(Sql::pair(
        concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb)))) and i.origin = 'billed' and i.ends_at > $2"),
        concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id in (select unhex(value) from json_each($1)) and i.origin = 'billed' and i.ends_at > $2"),
    ));
    REPLACED_BY = sql(Sql::same(concat!("select ", invoice_columns!(), " from invoices i where i.tenant_id = $1 and i.replaces = $2 and i.status <> 'void' limit 1")));
    MOVE = "update invoices set status = $3, paid_minor = $4, credited_minor = $5, updated_at = $6 where tenant_id = $1 and invoice_id = $2";
    APPROVE = "update invoices set status = $3, approved_by = $4, approved_at = $5, updated_at = $5 where tenant_id = $1 and invoice_id = $2";
}

/// Where an invoice is moved to: status, and the sums of what was paid and credited in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Where it stands from now on.
    pub status: Status,
    /// All payments applied to it.
    pub paid_minor: i64,
    /// All its credit notes.
    pub credited_minor: i64,
}

fn record(row: Option<InvoiceRow>) -> Result<Option<InvoiceRecord>> {
    row.map(InvoiceRecord::try_from).transpose()
}

/// An invoice of a tenant.
///
/// # Errors
/// What the database gave.
pub async fn by_id(read: &mut Read, tenant: TenantId, id: InvoiceId) -> Result<Option<InvoiceRecord>> {
    record(maybe_row!(read, InvoiceRow, BY_ID, Id(tenant), Id(id))?)
}

/// An invoice whose tenant is not known.
///
/// # Errors
/// What the database gave.
pub async fn find(read: &mut Read, id: InvoiceId) -> Result<Option<InvoiceRecord>> {
    record(rows!(read, InvoiceRow, BY_ID_ALONE, Id(id))?.into_iter().next())
}

/// Invoices of a number: none, one, or the first two of several series, so that the caller can say "ambiguous".
///
/// # Errors
/// What the database gave.
pub async fn by_number(read: &mut Read, number: &str) -> Result<Vec<InvoiceRecord>> {
    rows!(read, InvoiceRow, BY_NUMBER, number)?.into_iter().map(InvoiceRecord::try_from).collect()
}

/// The invoice of a period that is not void.
///
/// # Errors
/// What the database gave.
pub async fn of_period(
    read: &mut Read,
    tenant: TenantId,
    subscription: SubscriptionId,
    period: PeriodId,
) -> Result<Option<InvoiceRecord>> {
    record(maybe_row!(read, InvoiceRow, OF_PERIOD, Id(tenant), Id(subscription), Id(period))?)
}

/// All billed invoices of tenants, void ones too, whose period ended after an instant, in no order.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId], after: Timestamp) -> Result<Vec<InvoiceRecord>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, InvoiceRow, OF_TENANTS, list.as_str(), At(after))?;
    found.into_iter().map(InvoiceRecord::try_from).collect()
}

/// The invoice that stands for a void one.
///
/// # Errors
/// What the database gave.
pub async fn replaced_by(read: &mut Read, tenant: TenantId, id: InvoiceId) -> Result<Option<InvoiceRecord>> {
    record(maybe_row!(read, InvoiceRow, REPLACED_BY, Id(tenant), Id(id))?)
}

/// Locks an invoice until the transaction ends and gives it as it is then: who decides by what is open and then writes
/// takes this first.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock(write: &mut Write, tenant: TenantId, id: InvoiceId) -> Result<InvoiceRecord> {
    let locked = record(maybe_row!(write, InvoiceRow, LOCK, Id(tenant), Id(id))?)?;
    locked.ok_or_else(|| StoreError::NotFound(format!("invoice {id}")))
}

/// Moves what was paid, what was credited and where an issued invoice stands. [`lock`] it first.
///
/// # Errors
/// [`StoreError::AppendOnly`] where the database refuses it: more than was invoiced, less than before, or void and paid.
pub async fn set_moved(write: &mut Write, tenant: TenantId, id: InvoiceId, moved: Moved, at: Timestamp) -> Result<()> {
    let Moved { status, paid_minor, credited_minor } = moved;
    let done = execute!(write, MOVE, Id(tenant), Id(id), Word(status), paid_minor, credited_minor, At(at))?;
    found(done, id)
}

/// Notes that a person approved a draft. [`lock`] it first.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn set_approved(write: &mut Write, tenant: TenantId, id: InvoiceId, by: &str, at: Timestamp) -> Result<()> {
    let done = execute!(write, APPROVE, Id(tenant), Id(id), Word(Status::Approved), by, At(at))?;
    found(done, id)
}

fn found(rows: u64, id: InvoiceId) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotFound(format!("invoice {id}"))) }
}
