//! Looking at what is billed: invoices, disputes, money matters and the line of time of a tenant.

use super::{Answer, tenant};
use crate::console::Console;
use operations::host::Host;
use operations::wire::{DisputeFilter, DisputePage, DisputeView, LateFilter, LatePage, TimelinePage};
use operations::{dispute as cases, late, timeline};
use tauri::State;

/// A page of disputes, undecided ones by deadline first.
#[tauri::command]
#[specta::specta]
pub async fn disputes(
    console: State<'_, Console>,
    filter: DisputeFilter,
    cursor: Option<String>,
) -> Answer<DisputePage> {
    Ok(cases::disputes(&console.store()?, console.host.now(), &filter, cursor.as_deref()).await?)
}

/// One dispute, whole.
#[tauri::command]
#[specta::specta]
pub async fn dispute(console: State<'_, Console>, dispute_id: String) -> Answer<DisputeView> {
    Ok(cases::dispute(&console.store()?, console.host.now(), &dispute_id).await?)
}

/// A page of a tenant's line of time, newest first.
#[tauri::command]
#[specta::specta]
pub async fn tenant_timeline(
    console: State<'_, Console>,
    tenant_id: String,
    cursor: Option<String>,
) -> Answer<TimelinePage> {
    Ok(timeline::tenant_timeline(&console.store()?, console.host.now(), tenant(&tenant_id)?, cursor.as_deref()).await?)
}

/// A page of use that came after its period had closed, with the correction that each row proposes.
#[tauri::command]
#[specta::specta]
pub async fn late_rows(console: State<'_, Console>, filter: LateFilter, cursor: Option<String>) -> Answer<LatePage> {
    Ok(late::late_rows(&console.store()?, console.host.now(), &filter, cursor.as_deref()).await?)
}
