//! Looking: one command a screen, each read at one point in time.

use super::{Answer, moment, tenant};
use crate::console::Console;
use operations::host::Host;
use operations::look;
use operations::wire::{
    AuditFilter, AuditPage, EventDetail, EventFilter, EventPage, MeterRow, MonthFigure, Overview, QuarantineFilter,
    QuarantinePage, SearchHit, SubjectRow, TenantList, TenantPage, TimeSeries, Verification,
};
use tauri::State;

/// Who is past 80 % and 100 %, what they owe, where the month is heading.
#[tauri::command]
#[specta::specta]
pub async fn overview(console: State<'_, Console>, at: Option<String>) -> Answer<Overview> {
    let shown = look::overview(&console.store()?, moment(&console, at)?).await?;
    console.figures_shown();
    Ok(shown)
}

/// All tenants with their levels.
#[tauri::command]
#[specta::specta]
pub async fn tenants(console: State<'_, Console>, at: Option<String>) -> Answer<TenantList> {
    Ok(look::tenants(&console.store()?, moment(&console, at)?).await?)
}

/// One tenant, whole.
#[tauri::command]
#[specta::specta]
pub async fn tenant_page(console: State<'_, Console>, tenant_id: String, at: Option<String>) -> Answer<TenantPage> {
    Ok(look::tenant_page(&console.store()?, tenant(&tenant_id)?, moment(&console, at)?).await?)
}

/// A tenant's use by day.
#[tauri::command]
#[specta::specta]
pub async fn tenant_series(console: State<'_, Console>, tenant_id: String, days: u32) -> Answer<TimeSeries> {
    Ok(look::tenant_series(&console.store()?, tenant(&tenant_id)?, console.host.now(), days).await?)
}

/// A tenant's last twelve months.
#[tauri::command]
#[specta::specta]
pub async fn tenant_months(console: State<'_, Console>, tenant_id: String) -> Answer<Vec<MonthFigure>> {
    Ok(look::tenant_months(&console.store()?, tenant(&tenant_id)?, console.host.now()).await?)
}

/// All meters.
#[tauri::command]
#[specta::specta]
pub async fn meters(console: State<'_, Console>) -> Answer<Vec<MeterRow>> {
    Ok(look::meters(&console.store()?).await?)
}

/// A page of the ledger.
#[tauri::command]
#[specta::specta]
pub async fn events(console: State<'_, Console>, filter: EventFilter, cursor: Option<String>) -> Answer<EventPage> {
    Ok(look::events(&console.store()?, console.host.now(), &filter, cursor.as_deref()).await?)
}

/// One event, whole.
#[tauri::command]
#[specta::specta]
pub async fn event_detail(
    console: State<'_, Console>,
    tenant_id: String,
    source: String,
    key: String,
) -> Answer<EventDetail> {
    Ok(look::event_detail(&console.store()?, tenant(&tenant_id)?, &source, &key).await?)
}

/// Subjects of a tenant by name or outside id.
#[tauri::command]
#[specta::specta]
pub async fn subjects(console: State<'_, Console>, tenant_id: String, text: String) -> Answer<Vec<SubjectRow>> {
    Ok(look::subjects(&console.store()?, tenant(&tenant_id)?, &text).await?)
}

/// A page of the quarantine.
#[tauri::command]
#[specta::specta]
pub async fn quarantine(
    console: State<'_, Console>,
    filter: QuarantineFilter,
    cursor: Option<String>,
) -> Answer<QuarantinePage> {
    Ok(look::quarantine(&console.store()?, console.host.now(), &filter, cursor.as_deref()).await?)
}

/// A page of the audit log.
#[tauri::command]
#[specta::specta]
pub async fn audit(console: State<'_, Console>, filter: AuditFilter, cursor: Option<String>) -> Answer<AuditPage> {
    Ok(look::audit(&console.store()?, console.host.now(), &filter, cursor.as_deref()).await?)
}

/// Tenants, invoices and events by what a person types.
#[tauri::command]
#[specta::specta]
pub async fn search(console: State<'_, Console>, text: String) -> Answer<Vec<SearchHit>> {
    Ok(look::search(&console.store()?, console.host.now(), &text).await?)
}

/// Recounts every cache from the ledger.
#[tauri::command]
#[specta::specta]
pub async fn verify(console: State<'_, Console>) -> Answer<Verification> {
    Ok(look::verify(&console.store()?, console.host.now()).await?)
}
