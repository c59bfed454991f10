//! What changed since an invoice was issued, as one table.

use crate::document::{CellKind, Documents, Sheet};
use crate::error::Result;
use crate::export::{Table, maybe, not_written, save, some};
use crate::wire::{BilledIn, Exported, InvoiceSince};
use std::path::Path;

const COLUMNS: [(&str, CellKind); 8] = [
    ("what", CellKind::Text),
    ("which", CellKind::Text),
    ("about", CellKind::Text),
    ("at", CellKind::Text),
    ("unit_or_currency", CellKind::Text),
    ("then", CellKind::Text),
    ("now", CellKind::Text),
    ("effect", CellKind::Text),
];

/// Writes the lists into a CSV file.
///
/// # Errors
/// `cannot_write`.
pub fn save_since(found: &InvoiceSince, documents: &dyn Documents, path: &Path) -> Result<Exported> {
    let sheet = sheet(found)?;
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let bytes = documents.csv(&sheet).map_err(not_written)?;
    save(path, &bytes, rows)
}

fn sheet(found: &InvoiceSince) -> Result<Sheet> {
    let mut table = Table::new("Since", &COLUMNS);
    let currency = || some(&found.currency);
    for row in &found.events {
        let billed = match row.billed {
            BilledIn::Here => "in this period",
            BilledIn::Later => "with a later period",
            BilledIn::Nowhere => "nowhere",
        };
        let (which, about) = (some(format!("{} of {}", row.key, row.source)), some(format!("{}, {billed}", row.meter)));
        table.push([
            some("event"),
            which,
            about,
            some(&row.received_at),
            some(&row.unit),
            None,
            None,
            some(&row.adds),
        ])?;
    }
    for row in &found.lines {
        let (which, about) = (some(format!("line {}", row.no)), some(&row.description));
        let (then, now) = (maybe(row.used_then.as_ref()), maybe(row.used_now.as_ref()));
        if then != now {
            table.push([some("used"), which.clone(), maybe(row.meter.as_ref()), None, None, then, now, None])?;
        }
        let (then, now, effect) = (some(&row.issued), some(&row.today), some(&row.difference));
        table.push([some("line"), which, about, None, currency(), then, now, effect])?;
    }
    for row in &found.later {
        let which = some(row.number.as_deref().unwrap_or("draft"));
        let (about, at) = (some(&row.description), some(&row.first_day));
        table.push([some("billed later"), which, about, at, currency(), None, None, some(&row.amount)])?;
    }
    for row in &found.happened {
        let (which, about) = (some(&row.kind), some(&row.title));
        let amount = maybe(row.amount.as_ref());
        table.push([
            some("happened"),
            which,
            about,
            some(&row.at),
            maybe(row.currency.as_ref()),
            None,
            None,
            amount,
        ])?;
    }
    let (then, now, effect) = (some(&found.issued), some(&found.today), some(&found.difference));
    table.push([some("total"), some(&found.number), None, some(&found.as_of), currency(), then, now, effect])?;
    Ok(table.finish())
}
