//! Credit notes and their lines. Append-only: what was credited is never changed.
//!
//! Not what may be credited: that is [`billing::invoice::credit`]. Whoever writes one locks the tenant and the invoice first
//! ([`crate::invoices::one::lock`]), reads the earlier notes, and takes the number last.

use crate::codec::{At, Id, OnDay, Word, hash32, id};
use crate::conn::{Conn, Read, Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{CreditNoteId, DisputeId, ImportId, InvoiceId, TenantId};
use billing::invoice::{CreditContent, Origin};
use billing::money::Currency;
use billing::time::{Day, Timestamp};
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// A credit note. Amounts are minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNoteRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: CreditNoteId,
    /// Where it comes from.
    pub origin: Origin,
    /// The invoice that it credits; none of an imported one that names none.
    pub invoice: Option<InvoiceId>,
    /// The dispute that it settles.
    pub dispute: Option<DisputeId>,
    /// The currency.
    pub currency: Currency,
    /// Series of its number; the source of an imported one.
    pub series: String,
    /// Year of the issue day; none of an imported one.
    pub year: Option<i32>,
    /// Place in series and year; none of an imported one.
    pub seq: Option<i64>,
    /// What people call it.
    pub number: String,
    /// Net.
    pub net_minor: i64,
    /// Tax.
    pub tax_minor: i64,
    /// Net and tax.
    pub total_minor: i64,
    /// The instant of issue.
    pub issued_at: Timestamp,
    /// The day of issue in the seller's zone.
    pub issue_day: Day,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// The whole document: canonical JSON of [`CreditContent`].
    pub content: String,
    /// SHA-256 of it.
    pub hash: [u8; 32],
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl CreditNoteRecord {
    /// The document.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be read.
    pub fn document(&self) -> Result<CreditContent> {
        serde_json::from_str(&self.content).map_err(StoreError::corrupt)
    }
}

/// The columns of [`CreditNoteRow`], in order; the table is called `c`.
macro_rules! credit_note_columns {
    () => {
        "c.tenant_id, c.credit_note_id, c.origin, c.invoice_id, c.dispute_id, c.currency, c.series, c.year, c.seq, c.number, c.net_minor, c.tax_minor, c.total_minor, c.issued_at, c.issue_day, c.reason, c.actor, c.content, c.hash, c.import_id, c.created_at"
    };
}

statements! {
    OF_INVOICE = sql(crate::sql::Sql::same(concat!("select ", credit_note_columns!(), " from credit_notes c where c.tenant_id = $1 and c.invoice_id = $2 order by c.issued_at, c.number")));
    FIND = sql(crate::sql::Sql::same(concat!("select ", credit_note_columns!(), " from credit_notes c where c.credit_note_id = $1 limit 2")));
    BY_NUMBER = sql(crate::sql::Sql::same(concat!("select ", credit_note_columns!(), " from credit_notes c where c.number = $1 order by c.series limit 2")));
}

#[derive(sqlx::FromRow)]
struct CreditNoteRow {
    tenant_id: Id<TenantId>,
    credit_note_id: Id<CreditNoteId>,
    origin: Word<Origin>,
    invoice_id: Option<Id<InvoiceId>>,
    dispute_id: Option<Id<DisputeId>>,
    currency: Word<Currency>,
    series: String,
    year: Option<i32>,
    seq: Option<i64>,
    number: String,
    net_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    issued_at: At,
    issue_day: OnDay,
    reason: String,
    actor: String,
    content: String,
    hash: Vec<u8>,
    import_id: Option<Id<ImportId>>,
    created_at: At,
}

impl TryFrom<CreditNoteRow> for CreditNoteRecord {
    type Error = StoreError;

    fn try_from(row: CreditNoteRow) -> Result<Self> {
        Ok(Self {
            tenant: row.tenant_id.0,
            id: row.credit_note_id.0,
            origin: row.origin.0,
            invoice: id(row.invoice_id),
            dispute: id(row.dispute_id),
            currency: row.currency.0,
            series: row.series,
            year: row.year,
            seq: row.seq,
            number: row.number,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            total_minor: row.total_minor,
            issued_at: row.issued_at.0,
            issue_day: row.issue_day.0,
            reason: row.reason,
            actor: row.actor,
            content: row.content,
            hash: hash32(&row.hash)?,
            import: id(row.import_id),
            created_at: row.created_at.0,
        })
    }
}

/// Adds credit notes with the lines of their documents.
///
/// # Errors
/// [`StoreError::Constraint`] for a number that is taken; [`StoreError::Corrupt`] for a content that is no document.
pub async fn insert(write: &mut Write, notes: &[CreditNoteRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into credit_notes (tenant_id, credit_note_id, origin, invoice_id, dispute_id, currency, series, year, seq, number, net_minor, tax_minor, total_minor, issued_at, issue_day, reason, actor, content, hash, import_id, created_at)",
        21,
        notes,
        |row| [
            Id(row.tenant),
            Id(row.id),
            Word(row.origin),
            row.invoice.map(Id),
            row.dispute.map(Id),
            Word(row.currency),
            row.series.as_str(),
            row.year,
            row.seq,
            row.number.as_str(),
            row.net_minor,
            row.tax_minor,
            row.total_minor,
            At(row.issued_at),
            OnDay(row.issue_day),
            row.reason.as_str(),
            row.actor.as_str(),
            row.content.as_str(),
            &row.hash[..],
            row.import.map(Id),
            At(row.created_at),
        ],
        ""
    );
    let mut lines = Vec::new();
    for note in notes {
        for line in note.document()?.lines {
            let no = i32::try_from(line.no).map_err(StoreError::corrupt)?;
            let invoice_line = line.invoice_line.map(i32::try_from).transpose().map_err(StoreError::corrupt)?;
            let quantity = line.quantity.map(|quantity| quantity.normalize().to_string());
            lines.push((note, no, invoice_line, line.description, quantity, line.amount_minor));
        }
    }
    insert_rows!(
        write,
        "insert into credit_note_lines (tenant_id, credit_note_id, line_no, invoice_line_no, description, quantity, amount_minor)",
        7,
        lines,
        |row| [Id(row.0.tenant), Id(row.0.id), row.1, row.2, row.3.as_str(), row.4.as_deref(), row.5],
        ""
    );
    Ok(())
}

/// The credit notes of an invoice, the oldest first.
///
/// # Errors
/// What the database gave.
pub async fn of_invoice(read: &mut Read, tenant: TenantId, invoice: InvoiceId) -> Result<Vec<CreditNoteRecord>> {
    let found = rows!(read, CreditNoteRow, OF_INVOICE, Id(tenant), Id(invoice))?;
    found.into_iter().map(CreditNoteRecord::try_from).collect()
}

/// A credit note whose tenant is not known.
///
/// # Errors
/// What the database gave.
pub async fn find(read: &mut Read, note: CreditNoteId) -> Result<Option<CreditNoteRecord>> {
    rows!(read, CreditNoteRow, FIND, Id(note))?.into_iter().next().map(CreditNoteRecord::try_from).transpose()
}

/// Credit notes of a number: none, one, or the first two of several series.
///
/// # Errors
/// What the database gave.
pub async fn by_number(read: &mut Read, number: &str) -> Result<Vec<CreditNoteRecord>> {
    rows!(read, CreditNoteRow, BY_NUMBER, number)?.into_iter().map(CreditNoteRecord::try_from).collect()
}

/// Which credit notes; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditNoteFilter {
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// Of one invoice.
    pub invoice: Option<InvoiceId>,
    /// Issued on this day or later.
    pub from: Option<Day>,
    /// Issued before this day.
    pub to: Option<Day>,
    /// Where from.
    pub origin: Option<Origin>,
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditNotePosition {
    /// The day of issue.
    pub day: Day,
    /// The tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: CreditNoteId,
}

/// A credit note in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCreditNote {
    /// It.
    pub note: CreditNoteRecord,
    /// The tenant's name.
    pub tenant_name: String,
    /// The number of its invoice.
    pub invoice_number: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    note: CreditNoteRow,
    tenant_name: String,
    invoice_number: Option<String>,
}

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(concat!(
            "select ",
            credit_note_columns!(),
            ", t.name as tenant_name, i.number as invoice_number from credit_notes c
               join tenants t on t.tenant_id = c.tenant_id
               left join invoices i on i.tenant_id = c.tenant_id and i.invoice_id = c.invoice_id where 1 = 1"
        ));
        if let Some(tenant) = $filter.tenant {
            query.push(" and c.tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(invoice) = $filter.invoice {
            query.push(" and c.invoice_id = ").push_bind(Id(invoice));
        }
        if let Some(from) = $filter.from {
            query.push(" and c.issue_day >= ").push_bind(OnDay(from));
        }
        if let Some(to) = $filter.to {
            query.push(" and c.issue_day < ").push_bind(OnDay(to));
        }
        if let Some(origin) = $filter.origin {
            query.push(" and c.origin = ").push_bind(Word(origin));
        }
        if let Some(CreditNotePosition { day, tenant, id }) = $after {
            query.push(" and (c.issue_day, c.tenant_id, c.credit_note_id) < (").push_bind(OnDay(day));
            query.push(", ").push_bind(Id(tenant)).push(", ").push_bind(Id(id)).push(")");
        }
        query.push(" order by c.issue_day desc, c.tenant_id desc, c.credit_note_id desc limit ").push_bind($limit);
        query
    }};
}

/// Credit notes after a position, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &CreditNoteFilter,
    after: Option<CreditNotePosition>,
    limit: u32,
) -> Result<Vec<ListedCreditNote>> {
    let limit = i64::from(limit);
    let found: std::result::Result<Vec<ListedRow>, _> = match &mut read.conn {
        Conn::Postgres(tx) => page_query!(Postgres, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
        Conn::Sqlite(tx) => page_query!(Sqlite, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
    };
    let listed = |row: ListedRow| {
        let note = CreditNoteRecord::try_from(row.note)?;
        Ok(ListedCreditNote { note, tenant_name: row.tenant_name, invoice_number: row.invoice_number })
    };
    found.map_err(|error| read.failed(error))?.into_iter().map(listed).collect()
}
