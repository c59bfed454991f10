//! Looking: one command a screen, each read at one point in time.

use super::{Answer, moment, tenant};
use crate::console::{Console, Shown};
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
    let on_screen = console.shown()?;
    let shown = look::overview(&on_screen.store, moment(&on_screen, at)?).await?;
    console.figures_shown();
    Ok(shown)
}

/// All tenants with their levels.
#[tauri::command]
#[specta::specta]
pub async fn tenants(console: State<'_, Console>, at: Option<String>) -> Answer<TenantList> {
    let shown = console.shown()?;
    Ok(look::tenants(&shown.store, moment(&shown, at)?).await?)
}

/// One tenant, whole.
#[tauri::command]
#[specta::specta]
pub async fn tenant_page(console: State<'_, Console>, tenant_id: String, at: Option<String>) -> Answer<TenantPage> {
    let shown = console.shown()?;
    Ok(look::tenant_page(&shown.store, tenant(&tenant_id)?, moment(&shown, at)?).await?)
}

/// A tenant's use by day.
#[tauri::command]
#[specta::specta]
pub async fn tenant_series(console: State<'_, Console>, tenant_id: String, days: u32) -> Answer<TimeSeries> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::tenant_series(&store, tenant(&tenant_id)?, host.now(), days).await?)
}

/// A tenant's last twelve months.
#[tauri::command]
#[specta::specta]
pub async fn tenant_months(console: State<'_, Console>, tenant_id: String) -> Answer<Vec<MonthFigure>> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::tenant_months(&store, tenant(&tenant_id)?, host.now()).await?)
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
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::events(&store, host.now(), &filter, cursor.as_deref()).await?)
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
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::quarantine(&store, host.now(), &filter, cursor.as_deref()).await?)
}

/// A page of the audit log.
#[tauri::command]
#[specta::specta]
pub async fn audit(console: State<'_, Console>, filter: AuditFilter, cursor: Option<String>) -> Answer<AuditPage> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::audit(&store, host.now(), &filter, cursor.as_deref()).await?)
}

/// Tenants, invoices and events by what a person types.
#[tauri::command]
#[specta::specta]
pub async fn search(console: State<'_, Console>, text: String) -> Answer<Vec<SearchHit>> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::search(&store, host.now(), &text).await?)
}

/// Recounts every cache from the ledger.
#[tauri::command]
#[specta::specta]
pub async fn verify(console: State<'_, Console>) -> Answer<Verification> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(look::verify(&store, host.now()).await?)
}
