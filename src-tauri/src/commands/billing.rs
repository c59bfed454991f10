//! Looking at what is billed: invoices, disputes, money matters and the line of time of a tenant.

use super::{Answer, tenant};
use crate::console::Console;
use operations::document::Logo;
use operations::error::OperationError;
use operations::host::Host;
use operations::open::Store;
use operations::wire::{
    BillingSettings, DisputeFilter, DisputePage, DisputeView, Explanation, InvoiceFilter, InvoicePage, InvoiceView,
    LateFilter, LatePage, LineEvents, TenantBilling, TimelinePage,
};
use operations::{bill, dispute as cases, explain, late, timeline};
use tauri::State;

/// A page of invoices, newest first, with sums per currency.
#[tauri::command]
#[specta::specta]
pub async fn invoices(
    console: State<'_, Console>,
    filter: InvoiceFilter,
    cursor: Option<String>,
) -> Answer<InvoicePage> {
    Ok(bill::invoices(&console.store()?, &filter, cursor.as_deref(), console.host.now()).await?)
}

/// One invoice, whole, by id or number.
#[tauri::command]
#[specta::specta]
pub async fn invoice(console: State<'_, Console>, invoice: String) -> Answer<InvoiceView> {
    view(&console, &invoice).await
}

/// The pages of an invoice's document as SVG pictures.
#[tauri::command]
#[specta::specta]
pub async fn invoice_pages(console: State<'_, Console>, invoice_id: String) -> Answer<Vec<String>> {
    let (shown, logo) = (view(&console, &invoice_id).await?, logo(&console.store()?).await?);
    Ok(documents::invoice_pages(&shown, logo.as_ref())
        .map_err(|error| OperationError::failed("document_failed", error.to_string()))?)
}

/// The explanation of an invoice, or of one line of it, recomputed from the ledger.
#[tauri::command]
#[specta::specta]
pub async fn invoice_explain(
    console: State<'_, Console>,
    invoice_id: String,
    line: Option<u32>,
) -> Answer<Explanation> {
    let store = console.store()?;
    let id = bill::invoice_named(&store, &invoice_id).await?;
    Ok(explain::explain(&store, id, line, console.host.now()).await?)
}

/// Further events behind a line.
#[tauri::command]
#[specta::specta]
pub async fn line_events(
    console: State<'_, Console>,
    invoice_id: String,
    line: u32,
    cursor: Option<String>,
) -> Answer<LineEvents> {
    let store = console.store()?;
    let id = bill::invoice_named(&store, &invoice_id).await?;
    Ok(explain::line_events(&store, id, line, cursor.as_deref(), console.host.now()).await?)
}

/// Money matters of one tenant.
#[tauri::command]
#[specta::specta]
pub async fn tenant_billing(console: State<'_, Console>, tenant_id: String) -> Answer<TenantBilling> {
    Ok(bill::tenant_billing(&console.store()?, tenant(&tenant_id)?, console.host.now()).await?)
}

/// Who bills, and what holds for all tenants.
#[tauri::command]
#[specta::specta]
pub async fn settings(console: State<'_, Console>) -> Answer<BillingSettings> {
    Ok(bill::billing_settings(&console.store()?).await?)
}

/// An invoice as the page names it: by id or number.
pub(super) async fn view(console: &Console, named: &str) -> Answer<InvoiceView> {
    let store = console.store()?;
    let id = bill::invoice_named(&store, named).await?;
    Ok(bill::invoice(&store, id, console.host.now()).await?)
}

/// The picture at the head of documents.
pub(super) async fn logo(store: &Store) -> Answer<Option<Logo>> {
    let settings = bill::billing_settings(store).await?;
    Ok(settings.logo.as_deref().map(Logo::from_base64).transpose()?)
}

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
