//! A difference as one table: a row for each thing that changed, with its effect in money last.

use crate::document::{CellKind, Documents, Sheet};
use crate::error::Result;
use crate::export::{Table, maybe, not_written, save, some};
use crate::wire::{Became, Difference, DifferenceState, Exported};
use std::path::Path;

const COLUMNS: [(&str, CellKind); 9] = [
    ("what", CellKind::Text),
    ("became", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("which", CellKind::Text),
    ("about", CellKind::Text),
    ("currency_or_unit", CellKind::Text),
    ("before", CellKind::Text),
    ("after", CellKind::Text),
];

/// Writes the lists of a difference into a CSV file.
///
/// # Errors
/// `cannot_write`.
pub fn save_difference(found: &Difference, documents: &dyn Documents, path: &Path) -> Result<Exported> {
    let sheet = sheet(found)?;
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let bytes = documents.csv(&sheet).map_err(not_written)?;
    save(path, &bytes, rows)
}

const fn word(became: Became) -> &'static str {
    match became {
        Became::Added => "added",
        Became::Removed => "removed",
        Became::Changed => "changed",
    }
}

fn sheet(found: &Difference) -> Result<Sheet> {
    let mut table = Table::new("Difference", &COLUMNS);
    let changed = || some("changed");
    for row in &found.events {
        let became = some(word(row.became));
        let which = some(format!("{} of {}", row.key, row.source));
        let (before, after) = (row.before.clone(), row.after.clone());
        let (tenant, id) = (some(&row.tenant), some(&row.tenant_id));
        table.push([some("event"), became, tenant, id, which, some(&row.day), some(&row.meter), before, after])?;
    }
    for row in &found.counters {
        let (tenant, id, period) = (some(&row.tenant), some(&row.tenant_id), some(&row.period_id));
        let (before, after) = (some(&row.before), some(&row.after));
        let first_day = maybe(row.first_day.as_ref());
        table.push([some("counter"), changed(), tenant, id, period, first_day, some(&row.meter), before, after])?;
    }
    for row in &found.invoices {
        let (tenant, id, which) = (some(&row.tenant), some(&row.tenant_id), some(&row.invoice_id));
        let status = |status: &Option<String>, total: &Option<String>| {
            Some(format!("{} {}", total.as_deref()?, status.as_deref().unwrap_or_default()))
        };
        let (before, after) =
            (status(&row.status_before, &row.total_before), status(&row.status_after, &row.total_after));
        let number = maybe(row.number.as_ref());
        table.push([
            some("invoice"),
            some(word(row.became)),
            tenant,
            id,
            which,
            number,
            some(&row.currency),
            before,
            after,
        ])?;
    }
    for row in &found.lines {
        let (tenant, id) = (some(&row.tenant), some(&row.tenant_id));
        let which = some(format!("{} line {}", row.number.as_deref().unwrap_or(&row.invoice_id), row.line));
        let (before, after) = (row.before.clone(), row.after.clone());
        let (became, about) = (some(word(row.became)), some(&row.description));
        table.push([some("line"), became, tenant, id, which, about, some(&row.currency), before, after])?;
    }
    for row in &found.statuses {
        let (tenant, id, which) = (some(&row.tenant), some(&row.tenant_id), some(&row.which));
        let (before, after) = (row.before.clone(), row.after.clone());
        table.push([some("status"), changed(), tenant, id, which, some(&row.kind), None, before, after])?;
    }
    for row in &found.problems {
        let (tenant, id, period) = (some(&row.tenant), some(&row.tenant_id), some(&row.period_id));
        let at = |state| (row.state == state).then(|| row.code.clone());
        let (before, after) = (at(DifferenceState::Before), at(DifferenceState::After));
        table.push([some("problem"), None, tenant, id, period, some(&row.message), None, before, after])?;
    }
    for row in &found.money {
        let (tenant, id) = (some(&row.tenant), some(&row.tenant_id));
        let (before, after) = (some(&row.before), some(&row.after));
        table.push([
            some("money"),
            changed(),
            tenant,
            id,
            None,
            some(&row.effect),
            some(&row.currency),
            before,
            after,
        ])?;
    }
    Ok(table.finish())
}
