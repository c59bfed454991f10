//! Payments of invoices. Append-only; a reference of a bank or provider is taken once for each tenant and method.
//!
//! Whoever writes one locks the tenant and the invoice first, and moves what the invoice was paid in the same transaction.

use crate::codec::{At, Id, Word};
use crate::conn::{Conn, Read, Write, insert_rows, maybe_row, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{InvoiceId, PaymentId, TenantId};
use billing::money::Currency;
use billing::time::Timestamp;
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// A payment. Amounts are minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct PaymentRow {
    tenant_id: Id<TenantId>,
    payment_id: Id<PaymentId>,
    invoice_id: Id<InvoiceId>,
    currency: Word<Currency>,
    amount_minor: i64,
    applied_minor: i64,
    received_at: At,
    method: String,
    reference: String,
    note: String,
    actor: String,
    created_at: At,
}

/// A payment. Amounts are minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: PaymentId,
    /// The invoice.
    pub invoice: InvoiceId,
    /// The currency, that of the invoice.
    pub currency: Currency,
    /// What was received, above 0.
    pub amount_minor: i64,
    /// What of it was applied to the invoice; the rest became a prepaid credit.
    pub applied_minor: i64,
    /// When it was received.
    pub received_at: Timestamp,
    /// `bank`, `card` and so on.
    pub method: String,
    /// Of the bank or provider; may be empty.
    pub reference: String,
    /// Why it was entered so.
    pub note: String,
    /// Who entered it.
    pub actor: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

impl From<PaymentRow> for PaymentRecord {
    fn from(row: PaymentRow) -> Self {
        Self {
            tenant: row.tenant_id.0,
            id: row.payment_id.0,
            invoice: row.invoice_id.0,
            currency: row.currency.0,
            amount_minor: row.amount_minor,
            applied_minor: row.applied_minor,
            received_at: row.received_at.0,
            method: row.method,
            reference: row.reference,
            note: row.note,
            actor: row.actor,
            created_at: row.created_at.0,
        }
    }
}

/// The columns of [`PaymentRow`], in order; the table is called `p`.
macro_rules! payment_columns {
    () => {
        "p.tenant_id, p.payment_id, p.invoice_id, p.currency, p.amount_minor, p.applied_minor, p.received_at, p.method, p.reference, p.note, p.actor, p.created_at"
    };
}

statements! {
    OF_INVOICE = sql(crate::sql::Sql::same(concat!("select ", payment_columns!(), " from payments p where p.tenant_id = $1 and p.invoice_id = $2 order by p.received_at, p.payment_id")));
    BY_REFERENCE = sql(crate::sql::Sql::same(concat!("select ", payment_columns!(), " from payments p where p.tenant_id = $1 and p.method = $2 and p.reference = $3 and p.reference <> ''")));
}

/// Adds payments.
///
/// # Errors
/// [`crate::StoreError::Constraint`] for a reference that was taken before.
pub async fn insert(write: &mut Write, payments: &[PaymentRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into payments (tenant_id, payment_id, invoice_id, currency, amount_minor, applied_minor, received_at, method, reference, note, actor, created_at)",
        12,
        payments,
        |row| [
            Id(row.tenant),
            Id(row.id),
            Id(row.invoice),
            Word(row.currency),
            row.amount_minor,
            row.applied_minor,
            At(row.received_at),
            row.method.as_str(),
            row.reference.as_str(),
            row.note.as_str(),
            row.actor.as_str(),
            At(row.created_at),
        ],
        ""
    );
    Ok(())
}

/// The payments of an invoice, the oldest first.
///
/// # Errors
/// What the database gave.
pub async fn of_invoice(read: &mut Read, tenant: TenantId, invoice: InvoiceId) -> Result<Vec<PaymentRecord>> {
    Ok(rows!(read, PaymentRow, OF_INVOICE, Id(tenant), Id(invoice))?.into_iter().map(PaymentRecord::from).collect())
}

/// The payment with a reference; an empty one names none.
///
/// # Errors
/// What the database gave.
pub async fn by_reference(
    read: &mut Read,
    tenant: TenantId,
    method: &str,
    reference: &str,
) -> Result<Option<PaymentRecord>> {
    Ok(maybe_row!(read, PaymentRow, BY_REFERENCE, Id(tenant), method, reference)?.map(PaymentRecord::from))
}

/// Which payments; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentFilter {
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// Of one invoice.
    pub invoice: Option<InvoiceId>,
    /// Received then or later.
    pub from: Option<Timestamp>,
    /// Received before then.
    pub to: Option<Timestamp>,
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentPosition {
    /// When it was received.
    pub received_at: Timestamp,
    /// The tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: PaymentId,
}

/// A payment in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPayment {
    /// It.
    pub payment: PaymentRecord,
    /// The tenant's name.
    pub tenant_name: String,
    /// The number of its invoice.
    pub invoice_number: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    payment: PaymentRow,
    tenant_name: String,
    invoice_number: Option<String>,
}

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(concat!(
            "select ",
            payment_columns!(),
            ", t.name as tenant_name, i.number as invoice_number from payments p
               join tenants t on t.tenant_id = p.tenant_id
               join invoices i on i.tenant_id = p.tenant_id and i.invoice_id = p.invoice_id where 1 = 1"
        ));
        if let Some(tenant) = $filter.tenant {
            query.push(" and p.tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(invoice) = $filter.invoice {
            query.push(" and p.invoice_id = ").push_bind(Id(invoice));
        }
        if let Some(from) = $filter.from {
            query.push(" and p.received_at >= ").push_bind(At(from));
        }
        if let Some(to) = $filter.to {
            query.push(" and p.received_at < ").push_bind(At(to));
        }
        if let Some(PaymentPosition { received_at, tenant, id }) = $after {
            query.push(" and (p.received_at, p.tenant_id, p.payment_id) < (").push_bind(At(received_at));
            query.push(", ").push_bind(Id(tenant)).push(", ").push_bind(Id(id)).push(")");
        }
        query.push(" order by p.received_at desc, p.tenant_id desc, p.payment_id desc limit ").push_bind($limit);
        query
    }};
}

/// Payments after a position, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &PaymentFilter,
    after: Option<PaymentPosition>,
    limit: u32,
) -> Result<Vec<ListedPayment>> {
    let limit = i64::from(limit);
    let found: std::result::Result<Vec<ListedRow>, _> = match &mut read.conn {
        Conn::Postgres(tx) => page_query!(Postgres, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
        Conn::Sqlite(tx) => page_query!(Sqlite, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
    };
    let listed = |row: ListedRow| ListedPayment {
        payment: row.payment.into(),
        tenant_name: row.tenant_name,
        invoice_number: row.invoice_number,
    };
    Ok(found.map_err(|error| read.failed(error))?.into_iter().map(listed).collect())
}
