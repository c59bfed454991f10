//! A row an invoice.

use super::asked::Asked;
use super::table::{Table, amount, maybe, some};
use crate::document::{CellKind, Sheet};
use crate::error::Result;
use billing::invoice::Status;
use billing::time::Day;
use store::Read;
use store::invoices::InvoiceRecord;

const COLUMNS: [(&str, CellKind); 22] = [
    ("number", CellKind::Text),
    ("status", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("origin", CellKind::Text),
    ("plan", CellKind::Text),
    ("period_from", CellKind::Day),
    ("period_to", CellKind::Day),
    ("issue_day", CellKind::Day),
    ("due_day", CellKind::Day),
    ("currency", CellKind::Text),
    ("net", CellKind::Amount),
    ("tax", CellKind::Amount),
    ("total", CellKind::Amount),
    ("prepaid", CellKind::Amount),
    ("paid", CellKind::Amount),
    ("credited", CellKind::Amount),
    ("open", CellKind::Amount),
    ("buyer", CellKind::Text),
    ("buyer_tax_id", CellKind::Text),
    ("invoice_id", CellKind::Text),
    ("hash", CellKind::Text),
];

/// The table.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    let mut table = Table::new("Invoices", &COLUMNS);
    let mut after = None;
    while let Some(listed) = asked.invoices(read, &mut after).await? {
        for one in listed {
            let invoice = &one.invoice;
            let content = invoice.document()?;
            let part = content.part.as_ref();
            let issued = invoice.issued.as_ref();
            let money = |minor| amount(minor, invoice.currency);
            table.push([
                maybe(issued.map(|issued| &issued.number)),
                some(status(invoice, asked.filter.today)),
                some(&one.tenant_name),
                some(invoice.tenant),
                some(invoice.origin),
                content.plan.clone(),
                maybe(part.map(|part| part.from)),
                maybe(part.map(|part| part.to)),
                maybe(issued.map(|issued| issued.day)),
                maybe(issued.and_then(|issued| issued.due)),
                some(invoice.currency),
                money(invoice.net_minor),
                money(invoice.tax_minor),
                money(invoice.total_minor),
                money(invoice.prepaid_minor),
                money(invoice.paid_minor),
                money(invoice.credited_minor),
                money(invoice.standing(false).open_minor()),
                some(&content.buyer.name),
                content.buyer.tax_id.clone(),
                some(invoice.id),
                maybe(issued.map(|issued| crate::pack::hex(&issued.hash))),
            ])?;
        }
    }
    Ok(table.finish())
}

/// As lists show it: overdue depends on the day of asking.
pub(super) fn status(invoice: &InvoiceRecord, today: Day) -> String {
    let due = invoice.issued.as_ref().and_then(|issued| issued.due);
    let is_payable = matches!(invoice.status, Status::Finalized | Status::PartiallyPaid);
    let is_late = due.is_some_and(|due| due < today) && invoice.standing(false).open_minor() > 0;
    if is_payable && is_late { "overdue".to_owned() } else { invoice.status.to_string() }
}
