//! The audit log as a table: a row a record, before and after as the canonical JSON that was kept.

use super::table::{Table, maybe, some, too_many};
use super::{not_written, save};
use crate::document::{CellKind, Documents, Sheet};
use crate::error::Result;
use crate::look::asked_audit;
use crate::wire::{AuditFilter, ExportFormat, Exported};
use billing::ids::TenantId;
use futures::FutureExt;
use std::collections::HashMap;
use std::path::Path;
use store::look::audit::{self as log, AuditLine, AuditPosition};
use store::{Read, Store};

/// Records read at once.
const PAGE: u32 = 2_000;

const COLUMNS: [(&str, CellKind); 11] = [
    ("at", CellKind::Instant),
    ("actor", CellKind::Text),
    ("database_user", CellKind::Text),
    ("action", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("subject", CellKind::Text),
    ("reason", CellKind::Text),
    ("before", CellKind::Text),
    ("after", CellKind::Text),
    ("audit_id", CellKind::Text),
];

/// Writes the records that a filter passes, the newest first, all as of one moment.
///
/// # Errors
/// As [`crate::look::audit`]; `too_many_rows` beyond [`crate::export::MAX_ROWS`]; `cannot_write`.
pub async fn export_audit(
    store: &Store,
    documents: &dyn Documents,
    filter: &AuditFilter,
    format: ExportFormat,
    path: &Path,
) -> Result<Exported> {
    let filter = asked_audit(filter)?;
    let sheet = store.read(move |read| async move { sheet(read, &filter).await }.boxed()).await?;
    let rows = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let bytes = match format {
        ExportFormat::Csv => documents.csv(&sheet),
        ExportFormat::Xlsx => documents.xlsx(&sheet),
    };
    save(path, &bytes.map_err(not_written)?, rows)
}

async fn sheet(read: &mut Read, filter: &log::AuditFilter) -> Result<Sheet> {
    let mut table = Table::new("Audit log", &COLUMNS);
    let mut names: HashMap<TenantId, String> = HashMap::new();
    let mut after = None;
    loop {
        let page = log::page(read, filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(table.finish()) };
        after = Some(AuditPosition { at: last.at, id: last.id });
        if page.len() > table.room() {
            return Err(too_many());
        }
        for line in page {
            if let Some(tenant) = line.tenant
                && !names.contains_key(&tenant)
                && let Some(known) = store::tenants::by_id(read, tenant).await?
            {
                names.insert(tenant, known.name);
            }
            table.push(cells(line, &names))?;
        }
    }
}

fn cells(line: AuditLine, names: &HashMap<TenantId, String>) -> [Option<String>; COLUMNS.len()] {
    [
        some(line.at),
        some(line.actor),
        line.database_user,
        some(line.action),
        maybe(line.tenant.and_then(|tenant| names.get(&tenant))),
        maybe(line.tenant),
        some(line.subject),
        some(line.reason),
        line.before,
        line.after,
        some(line.id),
    ]
}
