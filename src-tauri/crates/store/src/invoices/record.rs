//! An invoice as it is stored.

use crate::codec::{At, Id, OnDay, Word, at, day, hash32, id};
use crate::error::{Result, StoreError};
use billing::ids::{ImportId, InvoiceId, PeriodId, SubscriptionId, TenantId};
use billing::invoice::{Content, Hold, Origin, Standing, Status};
use billing::money::{Currency, Money};
use billing::time::{Day, Interval, Timestamp};

/// What an invoice has once it is issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Series of its number; the source of an imported one.
    pub series: String,
    /// Year of the issue day; none of an imported one.
    pub year: Option<i32>,
    /// Place in series and year; none of an imported one.
    pub seq: Option<i64>,
    /// What people call it.
    pub number: String,
    /// The instant of issue.
    pub at: Timestamp,
    /// The day of issue in the seller's zone.
    pub day: Day,
    /// The day by which it is to be paid.
    pub due: Option<Day>,
    /// SHA-256 of the content.
    pub hash: [u8; 32],
}

/// An invoice. Amounts are minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: InvoiceId,
    /// Where it comes from.
    pub origin: Origin,
    /// The subscription; none of an imported one.
    pub subscription: Option<SubscriptionId>,
    /// The period that it bills; none of an imported one.
    pub period: Option<PeriodId>,
    /// When that period is.
    pub interval: Option<Interval>,
    /// The currency.
    pub currency: Currency,
    /// Where it stands.
    pub status: Status,
    /// Why a run left the draft to a person.
    pub hold: Option<Hold>,
    /// Number and days; none while it is a draft.
    pub issued: Option<Issued>,
    /// Net.
    pub net_minor: i64,
    /// Tax.
    pub tax_minor: i64,
    /// Net and tax.
    pub total_minor: i64,
    /// What prepaid credits paid when it was issued.
    pub prepaid_minor: i64,
    /// Sum of payments applied.
    pub paid_minor: i64,
    /// Sum of credit notes.
    pub credited_minor: i64,
    /// The whole document: canonical JSON of [`Content`].
    pub content: String,
    /// The void invoice that this one stands for.
    pub replaces: Option<InvoiceId>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Who approved the draft and when.
    pub approved: Option<(String, Timestamp)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl InvoiceRecord {
    /// The document.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be read.
    pub fn document(&self) -> Result<Content> {
        serde_json::from_str(&self.content).map_err(StoreError::corrupt)
    }

    /// What it is asked by before something is done with it. `is_replaced`: whether another one stands for it, see
    /// [`super::one::replaced_by`]. Payments of which nothing was applied are not known here: who asks about voiding looks.
    pub const fn standing(&self, is_replaced: bool) -> Standing {
        Standing {
            status: self.status,
            origin: self.origin,
            hold: self.hold,
            total_minor: self.total_minor,
            prepaid_minor: self.prepaid_minor,
            paid_minor: self.paid_minor,
            credited_minor: self.credited_minor,
            has_payments: self.paid_minor > 0,
            is_replaced,
        }
    }

    /// Its total.
    pub const fn total(&self) -> Money {
        Money::from_minor(self.total_minor, self.currency)
    }
}

/// The columns of [`InvoiceRow`], in order, for a statement; the table is called `i`.
macro_rules! invoice_columns {
    () => {
        "i.tenant_id, i.invoice_id, i.origin, i.subscription_id, i.period_id, i.starts_at, i.ends_at, i.currency, i.status, i.hold, i.series, i.year, i.seq, i.number, i.net_minor, i.tax_minor, i.total_minor, i.prepaid_minor, i.paid_minor, i.credited_minor, i.issued_at, i.issue_day, i.due_day, i.content, i.hash, i.replaces, i.import_id, i.approved_by, i.approved_at, i.created_at, i.updated_at"
    };
}
pub(crate) use invoice_columns;

#[derive(sqlx::FromRow)]
pub(crate) struct InvoiceRow {
    tenant_id: Id<TenantId>,
    invoice_id: Id<InvoiceId>,
    origin: Word<Origin>,
    subscription_id: Option<Id<SubscriptionId>>,
    period_id: Option<Id<PeriodId>>,
    starts_at: Option<At>,
    ends_at: Option<At>,
    currency: Word<Currency>,
    status: Word<Status>,
    hold: Option<Word<Hold>>,
    series: Option<String>,
    year: Option<i32>,
    seq: Option<i64>,
    number: Option<String>,
    net_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    prepaid_minor: i64,
    paid_minor: i64,
    credited_minor: i64,
    issued_at: Option<At>,
    issue_day: Option<OnDay>,
    due_day: Option<OnDay>,
    content: String,
    hash: Option<Vec<u8>>,
    replaces: Option<Id<InvoiceId>>,
    import_id: Option<Id<ImportId>>,
    approved_by: Option<String>,
    approved_at: Option<At>,
    created_at: At,
    updated_at: At,
}

impl TryFrom<InvoiceRow> for InvoiceRecord {
    type Error = StoreError;

    fn try_from(row: InvoiceRow) -> Result<Self> {
        let issued = match (row.number, row.series, row.issued_at, row.issue_day, row.hash) {
            (None, ..) => None,
            (Some(number), Some(series), Some(issued_at), Some(issue_day), Some(hash)) => Some(Issued {
                series,
                year: row.year,
                seq: row.seq,
                number,
                at: issued_at.0,
                day: issue_day.0,
                due: day(row.due_day),
                hash: hash32(&hash)?,
            }),
            _ => return Err(StoreError::corrupt("an invoice that has a number and no series, day or hash")),
        };
        Ok(Self {
            tenant: row.tenant_id.0,
            id: row.invoice_id.0,
            origin: row.origin.0,
            subscription: id(row.subscription_id),
            period: id(row.period_id),
            interval: at(row.starts_at).zip(at(row.ends_at)).map(|(start, end)| Interval { start, end }),
            currency: row.currency.0,
            status: row.status.0,
            hold: row.hold.map(|hold| hold.0),
            issued,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            total_minor: row.total_minor,
            prepaid_minor: row.prepaid_minor,
            paid_minor: row.paid_minor,
            credited_minor: row.credited_minor,
            content: row.content,
            replaces: id(row.replaces),
            import: id(row.import_id),
            approved: row.approved_by.zip(at(row.approved_at)),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}
