//! Disputes: cases of tenants about what was billed, with the lines and events in question.
//!
//! A case keeps its claim; once it is decided it never changes. Numbers have a series of their own in the table of series.

use crate::codec::{At, Id, OnDay, Word, at, day, id, row_words};
use crate::conn::{Conn, Read, Write, execute, insert_rows, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::{Sql, statements};
use billing::ids::{CreditNoteId, DisputeId, InvoiceId, TenantId};
use billing::meter::UnknownWord;
use billing::money::Currency;
use billing::time::{Day, Timestamp};
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// The series that numbers of disputes are taken from; in small letters, so that no series of documents is it.
pub const SERIES: &str = "dispute";
/// Its numbers begin anew with no year.
pub const YEAR: i32 = 0;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// The stored text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { text: text.chars().take(80).collect(), expected: &[$($text),+] }),
                }
            }
        }
        row_words!($name);
    };
}

words! {
    /// Where a dispute stands.
    DisputeStatus {
        /// Somebody here works on it.
        Open = "open",
        /// It waits for the tenant.
        Waiting = "waiting",
        /// It has ended.
        Decided = "decided",
    }
}

words! {
    /// How a dispute ended.
    DisputeDecision {
        /// The invoice stands.
        Reject = "reject",
        /// With a credit note.
        Credit = "credit",
        /// The use is corrected.
        Correct = "correct",
    }
}

/// How and why a dispute ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// How.
    pub decision: DisputeDecision,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The credit note that settled it.
    pub credit_note: Option<CreditNoteId>,
}

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: DisputeId,
    /// What people call it, from 1.
    pub number: i64,
    /// The invoice that it is about.
    pub invoice: Option<InvoiceId>,
    /// The currency of what is claimed.
    pub currency: Currency,
    /// What is claimed back, in minor units; none when nobody said.
    pub claimed_minor: Option<i64>,
    /// What the tenant says.
    pub claim: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// The day by which it must be decided, in the tenant's zone.
    pub deadline: Option<Day>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// How it ended.
    pub decided: Option<Decided>,
}

/// A line of an invoice or an event in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeItemRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// The dispute.
    pub dispute: DisputeId,
    /// Its place, from 1.
    pub no: u32,
    /// Invoice and line, or none.
    pub line: Option<(InvoiceId, u32)>,
    /// Source and key of an event, or none.
    pub event: Option<(String, String)>,
    /// What is wrong with it.
    pub note: String,
}

/// The columns of [`DisputeRow`], in order; the table is called `d`.
macro_rules! dispute_columns {
    () => {
        "d.tenant_id, d.dispute_id, d.number, d.invoice_id, d.currency, d.claimed_minor, d.claim, d.status, d.deadline_day, d.opened_at, d.opened_by, d.decision, d.decision_reason, d.decided_at, d.decided_by, d.credit_note_id"
    };
}

statements! {
    FIND = sql(Sql::same(concat!("select ", dispute_columns!(), " from disputes d where d.dispute_id = $1 limit 2")));
    BY_NUMBER = sql(Sql::same(concat!("select ", dispute_columns!(), " from disputes d where d.number = $1")));
    LOCK = sql(Sql::pair(
        concat!("select ", dispute_columns!(), " from disputes d where d.tenant_id = $1 and d.dispute_id = $2 for update"),
        concat!("select ", dispute_columns!(), " from disputes d where d.tenant_id = $1 and d.dispute_id = $2"),
    ));
    ITEMS = "select item_no, invoice_id, line_no, source, event_key, note from dispute_items
        where tenant_id = $1 and dispute_id = $2 order by item_no";
    MOVE = "update disputes set status = $3 where tenant_id = $1 and dispute_id = $2";
    DECIDE = "update disputes set status = 'decided', decision = $3, decision_reason = $4, decided_at = $5, decided_by = $6,
        credit_note_id = $7 where tenant_id = $1 and dispute_id = $2";
}

#[derive(sqlx::FromRow)]
struct DisputeRow {
    tenant_id: Id<TenantId>,
    dispute_id: Id<DisputeId>,
    number: i64,
    invoice_id: Option<Id<InvoiceId>>,
    currency: Word<Currency>,
    claimed_minor: Option<i64>,
    claim: String,
    status: Word<DisputeStatus>,
    deadline_day: Option<OnDay>,
    opened_at: At,
    opened_by: String,
    decision: Option<Word<DisputeDecision>>,
    decision_reason: Option<String>,
    decided_at: Option<At>,
    decided_by: Option<String>,
    credit_note_id: Option<Id<CreditNoteId>>,
}

impl From<DisputeRow> for DisputeRecord {
    fn from(row: DisputeRow) -> Self {
        let decided = row.decision.zip(at(row.decided_at)).map(|(decision, at)| Decided {
            decision: decision.0,
            reason: row.decision_reason.unwrap_or_default(),
            at,
            by: row.decided_by.unwrap_or_default(),
            credit_note: id(row.credit_note_id),
        });
        Self {
            tenant: row.tenant_id.0,
            id: row.dispute_id.0,
            number: row.number,
            invoice: id(row.invoice_id),
            currency: row.currency.0,
            claimed_minor: row.claimed_minor,
            claim: row.claim,
            status: row.status.0,
            deadline: day(row.deadline_day),
            opened_at: row.opened_at.0,
            opened_by: row.opened_by,
            decided,
        }
    }
}

/// Opens a dispute with what is in question.
///
/// # Errors
/// [`StoreError::Constraint`] for a number that is taken.
pub async fn insert(write: &mut Write, dispute: &DisputeRecord, items: &[DisputeItemRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into disputes (tenant_id, dispute_id, number, invoice_id, currency, claimed_minor, claim, status, deadline_day, opened_at, opened_by)",
        11,
        std::slice::from_ref(dispute),
        |row| [
            Id(row.tenant),
            Id(row.id),
            row.number,
            row.invoice.map(Id),
            Word(row.currency),
            row.claimed_minor,
            row.claim.as_str(),
            Word(row.status),
            row.deadline.map(OnDay),
            At(row.opened_at),
            row.opened_by.as_str(),
        ],
        ""
    );
    let number = |no: u32| i32::try_from(no).map_err(StoreError::corrupt);
    let mut numbered = Vec::with_capacity(items.len());
    for item in items {
        let line = item.line.map(|(_, line)| number(line)).transpose()?;
        numbered.push((item, number(item.no)?, line));
    }
    insert_rows!(
        write,
        "insert into dispute_items (tenant_id, dispute_id, item_no, invoice_id, line_no, source, event_key, note)",
        8,
        numbered,
        |row| [
            Id(row.0.tenant),
            Id(row.0.dispute),
            row.1,
            row.0.line.map(|(invoice, _)| Id(invoice)),
            row.2,
            row.0.event.as_ref().map(|(source, _)| source.as_str()),
            row.0.event.as_ref().map(|(_, key)| key.as_str()),
            row.0.note.as_str(),
        ],
        ""
    );
    Ok(())
}

/// A dispute whose tenant is not known.
///
/// # Errors
/// What the database gave.
pub async fn find(read: &mut Read, dispute: DisputeId) -> Result<Option<DisputeRecord>> {
    Ok(rows!(read, DisputeRow, FIND, Id(dispute))?.into_iter().next().map(DisputeRecord::from))
}

/// A dispute by what people call it.
///
/// # Errors
/// What the database gave.
pub async fn by_number(read: &mut Read, number: i64) -> Result<Option<DisputeRecord>> {
    Ok(maybe_row!(read, DisputeRow, BY_NUMBER, number)?.map(DisputeRecord::from))
}

/// Locks a dispute until the transaction ends and gives it as it is then.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock(write: &mut Write, tenant: TenantId, dispute: DisputeId) -> Result<DisputeRecord> {
    let found = maybe_row!(write, DisputeRow, LOCK, Id(tenant), Id(dispute))?;
    found.map(DisputeRecord::from).ok_or_else(|| StoreError::NotFound(format!("dispute {dispute}")))
}

/// What is in question, in its order.
///
/// # Errors
/// What the database gave.
pub async fn items(read: &mut Read, tenant: TenantId, dispute: DisputeId) -> Result<Vec<DisputeItemRecord>> {
    type Row = (i32, Option<Id<InvoiceId>>, Option<i32>, Option<String>, Option<String>, String);
    let number = |no: i32| u32::try_from(no).map_err(StoreError::corrupt);
    let item = |(no, invoice, line, source, key, note): Row| {
        let line = id(invoice).zip(line.map(number).transpose()?);
        Ok(DisputeItemRecord { tenant, dispute, no: number(no)?, line, event: source.zip(key), note })
    };
    rows!(read, Row, ITEMS, Id(tenant), Id(dispute))?.into_iter().map(item).collect()
}

/// Moves a dispute between `open` and `waiting`. [`lock`] it first.
///
/// # Errors
/// [`StoreError::AppendOnly`] for a decided one.
pub async fn set_status(write: &mut Write, tenant: TenantId, dispute: DisputeId, status: DisputeStatus) -> Result<()> {
    execute!(write, MOVE, Id(tenant), Id(dispute), Word(status))?;
    Ok(())
}

/// Ends a dispute. [`lock`] it first.
///
/// # Errors
/// [`StoreError::AppendOnly`] for a decided one.
pub async fn decide(write: &mut Write, tenant: TenantId, dispute: DisputeId, decided: &Decided) -> Result<()> {
    execute!(
        write,
        DECIDE,
        Id(tenant),
        Id(dispute),
        Word(decided.decision),
        decided.reason.as_str(),
        At(decided.at),
        decided.by.as_str(),
        decided.credit_note.map(Id),
    )?;
    Ok(())
}

/// Which disputes; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisputeFilter {
    /// These states; all when empty.
    pub statuses: Vec<DisputeStatus>,
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// About one invoice.
    pub invoice: Option<InvoiceId>,
}

/// A place in the order of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisputePosition {
    /// 0 for undecided ones, 1 for decided ones.
    pub rank: i32,
    /// Undecided: the deadline (those without come last); decided: the newest first. See [`ListedDispute::position`].
    pub order: i64,
    /// Its number.
    pub number: i64,
}

/// A dispute in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDispute {
    /// It.
    pub dispute: DisputeRecord,
    /// The tenant's name.
    pub tenant_name: String,
    /// The number of its invoice.
    pub invoice_number: Option<String>,
}

/// Where those without a deadline stand: after every day.
const NO_DEADLINE: i64 = 99_999_999;

impl ListedDispute {
    /// Where it stands in the order of pages: undecided ones by deadline, then decided ones by number, newest first.
    pub fn position(&self) -> DisputePosition {
        let DisputeRecord { number, deadline, status, .. } = &self.dispute;
        match status {
            DisputeStatus::Decided => DisputePosition { rank: 1, order: -number, number: *number },
            _ => {
                let order = deadline.map_or(NO_DEADLINE, |day| i64::from(day.number()));
                DisputePosition { rank: 0, order, number: *number }
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    dispute: DisputeRow,
    tenant_name: String,
    invoice_number: Option<String>,
}

/// The order of pages in SQL: as [`ListedDispute::position`].
macro_rules! position_sql {
    () => {
        "(case when d.status = 'decided' then 1 else 0 end), (case when d.status = 'decided' then -d.number else coalesce(cast(d.deadline_day as bigint), 99999999) end), d.number"
    };
}

macro_rules! page_query {
    ($engine:ty, $filter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(concat!(
            "select ",
            dispute_columns!(),
            ", t.name as tenant_name, i.number as invoice_number from disputes d
               join tenants t on t.tenant_id = d.tenant_id
               left join invoices i on i.tenant_id = d.tenant_id and i.invoice_id = d.invoice_id where 1 = 1"
        ));
        if !$filter.statuses.is_empty() {
            query.push(" and d.status in (");
            let mut list = query.separated(", ");
            for status in &$filter.statuses {
                list.push_bind(Word(*status));
            }
            query.push(")");
        }
        if let Some(tenant) = $filter.tenant {
            query.push(" and d.tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(invoice) = $filter.invoice {
            query.push(" and d.invoice_id = ").push_bind(Id(invoice));
        }
        if let Some(DisputePosition { rank, order, number }) = $after {
            query.push(concat!(" and (", position_sql!(), ") > (")).push_bind(rank);
            query.push(", ").push_bind(order).push(", ").push_bind(number).push(")");
        }
        query.push(concat!(" order by ", position_sql!(), " limit ")).push_bind($limit);
        query
    }};
}

/// Disputes after a position, at most `limit`: undecided ones by deadline first.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &DisputeFilter,
    after: Option<DisputePosition>,
    limit: u32,
) -> Result<Vec<ListedDispute>> {
    let limit = i64::from(limit);
    let found: std::result::Result<Vec<ListedRow>, _> = match &mut read.conn {
        Conn::Postgres(tx) => page_query!(Postgres, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
        Conn::Sqlite(tx) => page_query!(Sqlite, filter, after, limit).build_query_as().fetch_all(&mut **tx).await,
    };
    let listed = |row: ListedRow| ListedDispute {
        dispute: row.dispute.into(),
        tenant_name: row.tenant_name,
        invoice_number: row.invoice_number,
    };
    Ok(found.map_err(|error| read.failed(error))?.into_iter().map(listed).collect())
}
