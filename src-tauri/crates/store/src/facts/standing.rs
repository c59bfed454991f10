//! What was invoiced before: which periods have an invoice, the last totals, and what was credited of a fee.

use super::{Asked, PeriodOf, asked, hex, json, periods_json};
use crate::codec::{At, Id, Word, json_ids};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::invoices::record::{InvoiceRecord, InvoiceRow, invoice_columns};
use crate::sql::{Sql, statements};
use billing::ids::{InvoiceId, PeriodId, SubscriptionId, TenantId};
use billing::invoice::Status;
use billing::money::Currency;
use billing::time::Timestamp;

/// An issued invoice without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceHead {
    /// The tenant.
    pub tenant: TenantId,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The period.
    pub period: PeriodId,
    /// When that ended.
    pub ends_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// The currency.
    pub currency: Currency,
    /// Its total.
    pub total_minor: i64,
}

/// What was credited of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeCredit {
    /// The invoice.
    pub invoice: InvoiceId,
    /// The line.
    pub line: u32,
    /// Net, in minor units.
    pub amount_minor: i64,
}

/// In this order for SQLite, too, whose planner believes in what it once counted: with a company's first run it would go
/// through all invoices for each period.
macro_rules! of_periods {
    ($asked:literal, $which:literal) => {
        concat!(
            "select ",
            invoice_columns!(),
            " from ",
            $asked,
            " cross join billing_periods p cross join invoices i
              where p.tenant_id = w.t and p.period_id = w.p
                and i.tenant_id = p.tenant_id and i.subscription_id = p.subscription_id and i.period_id = p.period_id
                and i.origin = 'billed' and ",
            $which
        )
    };
}

statements! {
    HEADS = in_ids("select tenant_id, subscription_id, period_id, ends_at, status, currency, total_minor from invoices
        where origin = 'billed' and number is not null and tenant_id ", "");
    OF_PERIODS = sql(Sql::pair(of_periods!(
        "(select cast(w.t as uuid) as t, cast(w.p as uuid) as p from jsonb_to_recordset(cast($1 as jsonb)) as w(t text, p text)) w",
        "i.status <> 'void'"
    ), of_periods!("(select unhex(value->>'t') as t, unhex(value->>'p') as p from json_each($1)) w", "i.status <> 'void'")));
    NOTED_OF_PERIODS = sql(Sql::pair(of_periods!(
        "(select cast(w.t as uuid) as t, cast(w.p as uuid) as p from jsonb_to_recordset(cast($1 as jsonb)) as w(t text, p text)) w",
        "i.status = 'void' and i.number is null and exists (select 1 from credit_notes n where n.tenant_id = i.tenant_id and n.invoice_id = i.invoice_id)"
    ), of_periods!(
        "(select unhex(value->>'t') as t, unhex(value->>'p') as p from json_each($1)) w",
        "i.status = 'void' and i.number is null and exists (select 1 from credit_notes n where n.tenant_id = i.tenant_id and n.invoice_id = i.invoice_id)"
    )));
    CREDITED = sql(asked!(
        "select n.invoice_id, l.invoice_line_no, cast(sum(l.amount_minor) as bigint)",
        "credit_notes n",
        "on n.tenant_id = w.t and n.invoice_id = w.p join credit_note_lines l on l.tenant_id = n.tenant_id and l.credit_note_id = n.credit_note_id where l.invoice_line_no is not null group by n.invoice_id, l.invoice_line_no"
    ));
}

/// All issued invoices of tenants without their content, void ones too.
///
/// # Errors
/// What the database gave.
pub async fn heads(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<InvoiceHead>> {
    type Row = (Id<TenantId>, Id<SubscriptionId>, Id<PeriodId>, At, Word<Status>, Word<Currency>, i64);
    let list = json_ids(tenants.iter().copied());
    let head = |(tenant, subscription, period, ends_at, status, currency, total_minor): Row| InvoiceHead {
        tenant: tenant.0,
        subscription: subscription.0,
        period: period.0,
        ends_at: ends_at.0,
        status: status.0,
        currency: currency.0,
        total_minor,
    };
    Ok(rows!(read, Row, HEADS, list.as_str())?.into_iter().map(head).collect())
}

/// The invoices of periods that are not void, drafts too.
///
/// # Errors
/// What the database gave.
pub async fn of_periods(read: &mut Read, periods: &[PeriodOf]) -> Result<Vec<InvoiceRecord>> {
    let list = periods_json(periods)?;
    rows!(read, InvoiceRow, OF_PERIODS, list.as_str())?.into_iter().map(InvoiceRecord::try_from).collect()
}

/// The drafts of periods that came to less than nothing and were issued as credit notes: they settled their periods, too.
///
/// # Errors
/// What the database gave.
pub async fn noted_of_periods(read: &mut Read, periods: &[PeriodOf]) -> Result<Vec<InvoiceRecord>> {
    let list = periods_json(periods)?;
    rows!(read, InvoiceRow, NOTED_OF_PERIODS, list.as_str())?.into_iter().map(InvoiceRecord::try_from).collect()
}

/// What credit notes took back of lines of invoices.
///
/// # Errors
/// What the database gave.
pub async fn credited(read: &mut Read, invoices: &[(TenantId, InvoiceId)]) -> Result<Vec<FeeCredit>> {
    if invoices.is_empty() {
        return Ok(Vec::new());
    }
    let list = json(invoices.iter().map(|(tenant, invoice)| Asked { p: Some(hex(*invoice)), ..Asked::of(*tenant) }))?;
    let credit = |(invoice, line, amount_minor): (Id<InvoiceId>, i32, i64)| {
        let line = u32::try_from(line).map_err(StoreError::corrupt)?;
        Ok(FeeCredit { invoice: invoice.0, line, amount_minor })
    };
    rows!(read, (Id<InvoiceId>, i32, i64), CREDITED, list.as_str())?.into_iter().map(credit).collect()
}
