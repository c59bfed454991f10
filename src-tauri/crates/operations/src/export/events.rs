//! A row an event behind the lines of the invoices, free ones among them.

use super::asked::Asked;
use super::behind::uses;
use super::table::{Table, maybe, some};
use crate::document::{CellKind, Sheet};
use crate::error::Result;
use billing::ids::MeterId;
use billing::meter::Meter;
use billing::quantity::Quantity;
use std::collections::HashMap;
use store::Read;
use store::evidence::behind;

const COLUMNS: [(&str, CellKind); 18] = [
    ("invoice", CellKind::Text),
    ("line", CellKind::Integer),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("occurred_at", CellKind::Instant),
    ("received_at", CellKind::Instant),
    ("day", CellKind::Day),
    ("source", CellKind::Text),
    ("key", CellKind::Text),
    ("meter", CellKind::Text),
    ("unit", CellKind::Text),
    ("quantity", CellKind::Quantity),
    ("counted", CellKind::Quantity),
    ("billable", CellKind::Text),
    ("billable_reason", CellKind::Text),
    ("classification", CellKind::Text),
    ("parent", CellKind::Text),
    ("leaf", CellKind::Text),
];

/// The table.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    let mut table = Table::new("Events", &COLUMNS);
    let meters: HashMap<MeterId, Meter> =
        store::meters::all(read).await?.into_iter().map(|meter| (meter.id, meter)).collect();
    let mut after = None;
    while let Some(listed) = asked.invoices(read, &mut after).await? {
        for one in listed {
            let number = one.invoice.issued.as_ref().map(|issued| issued.number.clone());
            let content = one.invoice.document()?;
            for uses in uses(one.invoice.tenant, &content, &meters) {
                let meter = uses.meter;
                // One more than fits tells that there are too many.
                let limit = u32::try_from(table.room() + 1).unwrap_or(u32::MAX);
                for event in behind(read, uses.wanted, limit).await? {
                    let (usage, assignment) = (&event.usage, &event.assignment);
                    table.push([
                        number.clone(),
                        some(uses.line_of(assignment.day, assignment.plan_version)),
                        some(&one.tenant_name),
                        some(usage.key.tenant),
                        some(usage.occurred_at),
                        some(event.received_at),
                        some(assignment.day),
                        some(&usage.key.source),
                        some(&usage.key.key),
                        some(&meter.code),
                        some(&meter.unit),
                        some(Quantity::new(usage.quantity, meter.scale)),
                        some(Quantity::new(assignment.contribution, meter.scale)),
                        some(if assignment.billable { "yes" } else { "no" }),
                        some(&assignment.billable_reason),
                        some(usage.classification),
                        maybe(usage.parent.as_ref()),
                        some(crate::pack::hex(&event.leaf.0)),
                    ])?;
                }
            }
        }
    }
    Ok(table.finish())
}
