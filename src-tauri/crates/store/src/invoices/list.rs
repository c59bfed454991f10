//! Lists of invoices by filter, in pages, with sums per currency over all that the filter passes.
//!
//! Newest first: drafts by the end of their period, then issued ones by their day. A page begins after a position. Drafts
//! that were dropped are in no list.

use super::record::{InvoiceRecord, InvoiceRow, invoice_columns};
use crate::codec::{At, Id, OnDay, Word};
use crate::conn::{Conn, Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{InvoiceId, TenantId};
use billing::invoice::{Hold, Origin, Status};
use billing::money::Currency;
use billing::time::{Day, Timestamp};
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// Which states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// As it is shown: an overdue one is neither finalized nor partially paid.
    Status(Status),
    /// Past its day with something open.
    Overdue,
    /// With something still to be paid.
    Open,
}

/// Which invoices; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// The seller's day of asking: what is overdue depends on it.
    pub today: Day,
    /// The state.
    pub status: Option<Wanted>,
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// Issued on this day or later; drafts whose period ended then or later.
    pub from: Option<(Day, Timestamp)>,
    /// Issued before this day; drafts whose period ended before.
    pub to: Option<(Day, Timestamp)>,
    /// Where from.
    pub origin: Option<Origin>,
    /// Drafts that a run left to a person.
    pub hold: Option<Hold>,
    /// The number begins with this.
    pub number_prefix: Option<String>,
}

impl InvoiceFilter {
    /// All, as of a day.
    pub const fn all(today: Day) -> Self {
        Self { today, status: None, tenant: None, from: None, to: None, origin: None, hold: None, number_prefix: None }
    }
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoicePosition {
    /// After this draft.
    Draft(Timestamp, TenantId, InvoiceId),
    /// After this issued one; the days before come later.
    Issued(Day, TenantId, InvoiceId),
}

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The invoice.
    pub invoice: InvoiceRecord,
    /// The tenant's name.
    pub tenant_name: String,
}

impl Listed {
    /// Where it stands in the order of pages.
    pub fn position(&self) -> InvoicePosition {
        let InvoiceRecord { tenant, id, .. } = self.invoice;
        match (&self.invoice.issued, self.invoice.interval) {
            (Some(issued), _) => InvoicePosition::Issued(issued.day, tenant, id),
            (None, interval) => {
                let end = interval.map_or(self.invoice.created_at, |interval| interval.end);
                InvoicePosition::Draft(end, tenant, id)
            }
        }
    }
}

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceSum {
    /// The currency.
    pub currency: Currency,
    /// Invoices.
    pub count: u64,
    /// Net of those that are not void.
    pub net_minor: i64,
    /// Totals of those that are not void.
    pub total_minor: i64,
    /// What is still to be paid.
    pub open_minor: i64,
}

/// What of an issued invoice is still to be paid: as `billing::invoice::Standing::open_minor`, which tests compare.
macro_rules! open {
    () => {
        "(case when i.number is null or i.status in ('void', 'uncollectible') then 0 when i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor > 0 then i.total_minor - i.prepaid_minor - i.paid_minor - i.credited_minor else 0 end)"
    };
}

const ROWS: &str = concat!(
    "select ",
    invoice_columns!(),
    ", t.name from invoices i join tenants t on t.tenant_id = i.tenant_id where "
);
const SUMS: &str = concat!(
    "select i.currency, count(*), cast(coalesce(sum(case when i.status <> 'void' then i.net_minor end), 0) as bigint), ",
    "cast(coalesce(sum(case when i.status <> 'void' then i.total_minor end), 0) as bigint), cast(coalesce(sum(",
    open!(),
    "), 0) as bigint) from invoices i where "
);
const IS_OPEN: &str = concat!("i.status in ('finalized', 'partially_paid') and ", open!(), " > 0");

statements! {
    VOIDED = sql(crate::sql::Sql::same(concat!(
        "select ", invoice_columns!(), ", t.name from invoices i join tenants t on t.tenant_id = i.tenant_id
          where i.status = 'void' and i.number is not null and i.origin = 'billed' order by i.updated_at, i.invoice_id"
    )));
}

/// All invoices that were made here and taken back, in the order in which they became void.
///
/// # Errors
/// When the database fails.
pub async fn voided(read: &mut Read) -> Result<Vec<Listed>> {
    rows!(read, ListedRow, VOIDED)?.into_iter().map(listed).collect()
}

/// The conditions of a filter on one of the two parts of the list.
macro_rules! sift {
    ($query:expr, $filter:expr, $part:expr) => {{
        $query.push(if $part == Part::Drafts {
            "i.number is null and i.status <> 'void'"
        } else {
            "i.number is not null"
        });
        if let Some(tenant) = $filter.tenant {
            $query.push(" and i.tenant_id = ").push_bind(Id(tenant));
        }
        match $filter.status {
            None => {}
            Some(Wanted::Open) => {
                $query.push(" and ").push(IS_OPEN);
            }
            Some(Wanted::Overdue) => {
                $query.push(" and ").push(IS_OPEN).push(" and i.due_day < ").push_bind(OnDay($filter.today));
            }
            Some(Wanted::Status(status)) => {
                $query.push(" and i.status = ").push_bind(Word(status));
                if matches!(status, Status::Finalized | Status::PartiallyPaid) {
                    $query.push(" and not (").push(open!()).push(" > 0 and i.due_day is not null and i.due_day < ");
                    $query.push_bind(OnDay($filter.today)).push(")");
                }
            }
        }
        for (bound, op) in [($filter.from, " >= "), ($filter.to, " < ")] {
            let Some((day, instant)) = bound else { continue };
            if $part == Part::Drafts {
                $query.push(" and i.ends_at").push(op).push_bind(At(instant));
            } else {
                $query.push(" and i.issue_day").push(op).push_bind(OnDay(day));
            }
        }
        if let Some(origin) = $filter.origin {
            $query.push(" and i.origin = ").push_bind(Word(origin));
        }
        if let Some(hold) = $filter.hold {
            $query.push(" and i.status = 'draft' and i.hold = ").push_bind(Word(hold));
        }
        if let Some(prefix) = &$filter.number_prefix {
            // No number that begins so is beyond the last character there is; texts sort by bytes.
            $query.push(" and i.number >= ").push_bind(prefix.clone());
            $query.push(" and i.number < ").push_bind(format!("{prefix}{}", char::MAX));
        }
    }};
}

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $part:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(ROWS);
        sift!(query, $filter, $part);
        match $after {
            Some(InvoicePosition::Draft(end, tenant, id)) if $part == Part::Drafts => {
                query.push(" and (i.ends_at, i.tenant_id, i.invoice_id) < (").push_bind(At(end));
                query.push(", ").push_bind(Id(tenant)).push(", ").push_bind(Id(id)).push(")");
            }
            Some(InvoicePosition::Issued(day, tenant, id)) if $part == Part::Issued => {
                query.push(" and (i.issue_day, i.tenant_id, i.invoice_id) < (").push_bind(OnDay(day));
                query.push(", ").push_bind(Id(tenant)).push(", ").push_bind(Id(id)).push(")");
            }
            _ => {}
        }
        query.push(if $part == Part::Drafts {
            " order by i.ends_at desc, i.tenant_id desc, i.invoice_id desc limit "
        } else {
            " order by i.issue_day desc, i.tenant_id desc, i.invoice_id desc limit "
        });
        query.push_bind($limit);
        query
    }};
}

/// The two parts of a list, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Drafts,
    Issued,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    invoice: InvoiceRow,
    name: String,
}

/// A page of invoices after a position, at most `limit`, and where the next one begins.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &InvoiceFilter,
    after: Option<InvoicePosition>,
    limit: usize,
) -> Result<(Vec<Listed>, Option<InvoicePosition>)> {
    let mut listed = Vec::new();
    if !matches!(after, Some(InvoicePosition::Issued(..))) {
        listed = part(read, filter, after, Part::Drafts, limit + 1).await?;
    }
    if listed.len() <= limit {
        let left = limit + 1 - listed.len();
        listed.extend(part(read, filter, after, Part::Issued, left).await?);
    }
    let has_more = listed.len() > limit;
    listed.truncate(limit);
    let next = if has_more { listed.last().map(Listed::position) } else { None };
    Ok((listed, next))
}

async fn part(
    read: &mut Read,
    filter: &InvoiceFilter,
    after: Option<InvoicePosition>,
    which: Part,
    limit: usize,
) -> Result<Vec<Listed>> {
    let limit = i64::try_from(limit).map_err(StoreError::corrupt)?;
    let found = match &mut read.conn {
        Conn::Postgres(tx) => {
            let mut query = page_query!(Postgres, filter, after, which, limit);
            query.build_query_as::<ListedRow>().fetch_all(&mut **tx).await
        }
        Conn::Sqlite(tx) => {
            let mut query = page_query!(Sqlite, filter, after, which, limit);
            query.build_query_as::<ListedRow>().fetch_all(&mut **tx).await
        }
    };
    let found = found.map_err(|error| read.failed(error))?;
    found.into_iter().map(listed).collect()
}

fn listed(row: ListedRow) -> Result<Listed> {
    Ok(Listed { invoice: row.invoice.try_into()?, tenant_name: row.name })
}

type SumRow = (Word<Currency>, i64, i64, i64, i64);

macro_rules! sums_query {
    ($engine:ty, $filter:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(SUMS);
        query.push("((");
        sift!(query, $filter, Part::Drafts);
        query.push(") or (");
        sift!(query, $filter, Part::Issued);
        query.push(")) group by i.currency order by i.currency");
        query
    }};
}

/// Sums per currency over all that a filter passes.
///
/// # Errors
/// When the database fails.
pub async fn sums(read: &mut Read, filter: &InvoiceFilter) -> Result<Vec<InvoiceSum>> {
    let found = match &mut read.conn {
        Conn::Postgres(tx) => {
            let mut query = sums_query!(Postgres, filter);
            query.build_query_as::<SumRow>().fetch_all(&mut **tx).await
        }
        Conn::Sqlite(tx) => {
            let mut query = sums_query!(Sqlite, filter);
            query.build_query_as::<SumRow>().fetch_all(&mut **tx).await
        }
    };
    let sum = |(currency, count, net_minor, total_minor, open_minor): SumRow| {
        let count = u64::try_from(count).map_err(StoreError::corrupt)?;
        Ok(InvoiceSum { currency: currency.0, count, net_minor, total_minor, open_minor })
    };
    found.map_err(|error| read.failed(error))?.into_iter().map(sum).collect()
}
