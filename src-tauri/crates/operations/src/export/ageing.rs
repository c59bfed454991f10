//! Open amounts by age, a row a tenant and currency, as of today.

use super::asked::Asked;
use super::table::{Table, some};
use crate::bill::ageing;
use crate::document::{CellKind, Sheet};
use crate::error::{OperationError, Result};
use billing::time::Timestamp;
use store::Read;

const COLUMNS: [(&str, CellKind); 9] = [
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("currency", CellKind::Text),
    ("current", CellKind::Amount),
    ("days_1_to_30", CellKind::Amount),
    ("days_31_to_60", CellKind::Amount),
    ("days_61_to_90", CellKind::Amount),
    ("above_90_days", CellKind::Amount),
    ("open", CellKind::Amount),
];

/// The table.
pub(super) async fn sheet(read: &mut Read, asked: &Asked, at: Timestamp) -> Result<Sheet> {
    asked.by_tenant_and_days("Open amounts")?;
    let filter = &asked.filter;
    if filter.from.is_some() || filter.to.is_some() || filter.origin.is_some() {
        let sentence = "Open amounts are those of today: they are chosen by tenant only.";
        return Err(OperationError::wrong_use("not_filterable", sentence).field("from"));
    }
    let mut table = Table::new("Ageing", &COLUMNS);
    for row in ageing::rows(read, at, filter.tenant).await? {
        table.push([
            some(row.tenant),
            some(row.tenant_id),
            some(row.currency),
            some(row.current),
            some(row.to_30),
            some(row.to_60),
            some(row.to_90),
            some(row.above_90),
            some(row.open),
        ])?;
    }
    Ok(table.finish())
}
