//! A row a line. The lines of an invoice that count add up to its net.

use super::asked::Asked;
use super::invoices::status;
use super::table::{Table, amount, maybe, some};
use crate::document::{CellKind, Sheet};
use crate::error::Result;
use billing::ids::MeterId;
use std::collections::HashMap;
use store::Read;

const COLUMNS: [(&str, CellKind); 19] = [
    ("invoice", CellKind::Text),
    ("status", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("issue_day", CellKind::Day),
    ("line", CellKind::Integer),
    ("kind", CellKind::Text),
    ("description", CellKind::Text),
    ("meter", CellKind::Text),
    ("unit", CellKind::Text),
    ("from", CellKind::Day),
    ("to", CellKind::Day),
    ("used", CellKind::Quantity),
    ("included", CellKind::Quantity),
    ("quantity", CellKind::Quantity),
    ("amount", CellKind::Amount),
    ("currency", CellKind::Text),
    ("counts", CellKind::Text),
    ("invoice_id", CellKind::Text),
];

/// The table.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    let mut table = Table::new("Lines", &COLUMNS);
    let codes = meter_codes(read).await?;
    let mut after = None;
    while let Some(listed) = asked.invoices(read, &mut after).await? {
        for one in listed {
            let invoice = &one.invoice;
            let issued = invoice.issued.as_ref();
            for line in invoice.document()?.lines {
                let part = line.part.as_ref();
                table.push([
                    maybe(issued.map(|issued| &issued.number)),
                    some(status(invoice, asked.filter.today)),
                    some(&one.tenant_name),
                    some(invoice.tenant),
                    maybe(issued.map(|issued| issued.day)),
                    some(line.no),
                    some(line.kind),
                    some(&line.description),
                    maybe(line.meter.and_then(|meter| codes.get(&meter))),
                    line.unit.clone(),
                    maybe(part.map(|part| part.from)),
                    maybe(part.map(|part| part.to)),
                    maybe(line.used),
                    maybe(line.included),
                    maybe(line.quantity),
                    amount(line.amount_minor, invoice.currency),
                    some(invoice.currency),
                    some(if line.counts() { "yes" } else { "no" }),
                    some(invoice.id),
                ])?;
            }
        }
    }
    Ok(table.finish())
}

/// Codes of all meters.
pub(super) async fn meter_codes(read: &mut Read) -> Result<HashMap<MeterId, String>> {
    let meters = store::meters::all(read).await?;
    Ok(meters.into_iter().map(|meter| (meter.id, meter.code)).collect())
}
