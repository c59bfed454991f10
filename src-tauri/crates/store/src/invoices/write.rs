//! Invoices written in bulk: new ones whole, drafts anew, drafts that are issued.

use super::record::{InvoiceRecord, Issued};
use crate::codec::{At, Id, OnDay, Word};
use crate::conn::{Write, insert_rows};
use crate::error::{Result, StoreError};

/// Adds invoices: drafts, or whole ones with number and hash. Lines of issued ones go to [`super::lines::insert`].
///
/// # Errors
/// [`StoreError::Constraint`] when the period has one already that is not void, or for a number that is taken.
pub async fn insert(write: &mut Write, invoices: &[InvoiceRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into invoices (tenant_id, invoice_id, origin, subscription_id, period_id, starts_at, ends_at, currency, status, hold, series, year, seq, number, net_minor, tax_minor, total_minor, prepaid_minor, paid_minor, credited_minor, issued_at, issue_day, due_day, content, hash, replaces, import_id, approved_by, approved_at, created_at, updated_at)",
        31,
        invoices,
        |row| [
            Id(row.tenant),
            Id(row.id),
            Word(row.origin),
            row.subscription.map(Id),
            row.period.map(Id),
            row.interval.map(|interval| At(interval.start)),
            row.interval.map(|interval| At(interval.end)),
            Word(row.currency),
            Word(row.status),
            row.hold.map(Word),
            issued(row).map(|issued| issued.series.as_str()),
            issued(row).and_then(|issued| issued.year),
            issued(row).and_then(|issued| issued.seq),
            issued(row).map(|issued| issued.number.as_str()),
            row.net_minor,
            row.tax_minor,
            row.total_minor,
            row.prepaid_minor,
            row.paid_minor,
            row.credited_minor,
            issued(row).map(|issued| At(issued.at)),
            issued(row).map(|issued| OnDay(issued.day)),
            issued(row).and_then(|issued| issued.due).map(OnDay),
            row.content.as_str(),
            issued(row).map(|issued| issued.hash.as_slice()),
            row.replaces.map(Id),
            row.import.map(Id),
            approved_by(row),
            approved_at(row),
            At(row.created_at),
            At(row.updated_at),
        ],
        ""
    );
    Ok(())
}

/// Writes drafts anew, or issues them: everything but identity and payments. Lock them first.
///
/// # Errors
/// [`StoreError::AppendOnly`] for one that is issued already; [`StoreError::NotFound`] for one that is not there.
pub async fn rewrite(write: &mut Write, drafts: &[InvoiceRecord]) -> Result<()> {
    let written = insert_rows!(
        write,
        "update invoices set status = v.column3, hold = v.column4, series = v.column5, year = v.column6, seq = v.column7, number = v.column8, net_minor = v.column9, tax_minor = v.column10, total_minor = v.column11, prepaid_minor = v.column12, issued_at = v.column13, issue_day = v.column14, due_day = v.column15, content = v.column16, hash = v.column17, approved_by = v.column18, approved_at = v.column19, updated_at = v.column20, replaces = v.column21 from (",
        21,
        drafts,
        |row| [
            Id(row.tenant),
            Id(row.id),
            Word(row.status),
            row.hold.map(Word),
            issued(row).map(|issued| issued.series.as_str()),
            issued(row).and_then(|issued| issued.year),
            issued(row).and_then(|issued| issued.seq),
            issued(row).map(|issued| issued.number.as_str()),
            row.net_minor,
            row.tax_minor,
            row.total_minor,
            row.prepaid_minor,
            issued(row).map(|issued| At(issued.at)),
            issued(row).map(|issued| OnDay(issued.day)),
            issued(row).and_then(|issued| issued.due).map(OnDay),
            row.content.as_str(),
            issued(row).map(|issued| issued.hash.as_slice()),
            approved_by(row),
            approved_at(row),
            At(row.updated_at),
            row.replaces.map(Id),
        ],
        ") v where invoices.tenant_id = v.column1 and invoices.invoice_id = v.column2"
    );
    if written == u64::try_from(drafts.len()).map_err(StoreError::corrupt)? {
        return Ok(());
    }
    Err(StoreError::NotFound("draft that was to be written anew".to_owned()))
}

const fn issued(row: &InvoiceRecord) -> Option<&Issued> {
    row.issued.as_ref()
}

fn approved_by(row: &InvoiceRecord) -> Option<&str> {
    row.approved.as_ref().map(|(by, _)| by.as_str())
}

fn approved_at(row: &InvoiceRecord) -> Option<At> {
    row.approved.as_ref().map(|(_, at)| At(*at))
}
