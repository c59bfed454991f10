//! A row a credit note: those issued on the days of the filter, whatever invoices they are of.

use super::asked::Asked;
use super::table::{MAX_ROWS, Table, amount, maybe, some, too_many};
use crate::document::{CellKind, Sheet};
use crate::error::Result;
use store::Read;
use store::credit_notes::{self, CreditNoteFilter, CreditNotePosition, ListedCreditNote};

/// Credit notes read at once.
const PAGE: u32 = 2_000;

const COLUMNS: [(&str, CellKind); 13] = [
    ("number", CellKind::Text),
    ("invoice", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("origin", CellKind::Text),
    ("issue_day", CellKind::Day),
    ("currency", CellKind::Text),
    ("net", CellKind::Amount),
    ("tax", CellKind::Amount),
    ("total", CellKind::Amount),
    ("reason", CellKind::Text),
    ("actor", CellKind::Text),
    ("credit_note_id", CellKind::Text),
];

/// The table.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    asked.by_tenant_and_days("Credit notes")?;
    let mut table = Table::new("Credit notes", &COLUMNS);
    for listed in all(read, asked).await? {
        let note = &listed.note;
        let money = |minor| amount(minor, note.currency);
        table.push([
            some(&note.number),
            maybe(listed.invoice_number.as_ref()),
            some(&listed.tenant_name),
            some(note.tenant),
            some(note.origin),
            some(note.issue_day),
            some(note.currency),
            money(note.net_minor),
            money(note.tax_minor),
            money(note.total_minor),
            some(&note.reason),
            some(&note.actor),
            some(note.id),
        ])?;
    }
    Ok(table.finish())
}

/// All that the filter passes, the newest first.
pub(super) async fn all(read: &mut Read, asked: &Asked) -> Result<Vec<ListedCreditNote>> {
    let filter = CreditNoteFilter {
        tenant: asked.filter.tenant,
        invoice: None,
        from: asked.filter.from.map(|(day, _)| day),
        to: asked.filter.to.map(|(day, _)| day),
        origin: asked.filter.origin,
    };
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = credit_notes::page(read, &filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(CreditNotePosition { day: last.note.issue_day, tenant: last.note.tenant, id: last.note.id });
        all.extend(page);
        if all.len() > MAX_ROWS {
            return Err(too_many());
        }
    }
}
