//! Looking at what is billed: invoices, disputes, money matters and the line of time of a tenant.

use super::{Answer, tenant};
use crate::console::{Console, Shown};
use operations::document::Logo;
use operations::error::OperationError;
use operations::host::Host;
use operations::open::Store;
use operations::wire::{
    BillingSettings, DisputeFilter, DisputePage, DisputeView, Explanation, InvoiceFilter, InvoicePage, InvoiceSince,
    InvoiceView, LateFilter, LatePage, LineEvents, TenantBilling, TimelinePage,
};
use operations::{bill, dispute as cases, explain, export, late, since, timeline};
use tauri::State;

/// A page of invoices, newest first, with sums per currency.
#[tauri::command]
#[specta::specta]
pub async fn invoices(
    console: State<'_, Console>,
    filter: InvoiceFilter,
    cursor: Option<String>,
) -> Answer<InvoicePage> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(bill::invoices(&store, &filter, cursor.as_deref(), host.now()).await?)
}

/// One invoice, whole, by id or number.
#[tauri::command]
#[specta::specta]
pub async fn invoice(console: State<'_, Console>, invoice: String) -> Answer<InvoiceView> {
    view(&console.shown()?, &invoice).await
}

/// The pages of an invoice's document as SVG pictures.
#[tauri::command]
#[specta::specta]
pub async fn invoice_pages(console: State<'_, Console>, invoice_id: String) -> Answer<Vec<String>> {
    let shown = console.shown()?;
    let (invoice, logo) = (view(&shown, &invoice_id).await?, logo(&shown.store).await?);
    Ok(documents::invoice_pages(&invoice, logo.as_ref())
        .map_err(|error| OperationError::failed("document_failed", error.to_string()))?)
}

/// The pages of a credit note's document as SVG pictures.
#[tauri::command]
#[specta::specta]
pub async fn credit_note_pages(console: State<'_, Console>, credit_note_id: String) -> Answer<Vec<String>> {
    let store = console.store()?;
    let id = export::credit_note_named(&store, &credit_note_id).await?;
    let (credit, logo) = export::credit_note(&store, id).await?;
    Ok(documents::credit_note_pages(&credit, logo.as_ref())
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
    let Shown { store, host, .. } = console.shown()?;
    let id = bill::invoice_named(&store, &invoice_id).await?;
    Ok(explain::explain(&store, id, line, host.now()).await?)
}

/// What changed since an invoice was issued.
#[tauri::command]
#[specta::specta]
pub async fn invoice_difference(console: State<'_, Console>, invoice_id: String) -> Answer<InvoiceSince> {
    let Shown { store, host, .. } = console.shown()?;
    let id = bill::invoice_named(&store, &invoice_id).await?;
    Ok(since::invoice_difference(&store, id, host.now()).await?)
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
    let Shown { store, host, .. } = console.shown()?;
    let id = bill::invoice_named(&store, &invoice_id).await?;
    Ok(explain::line_events(&store, id, line, cursor.as_deref(), host.now()).await?)
}

/// Money matters of one tenant.
#[tauri::command]
#[specta::specta]
pub async fn tenant_billing(console: State<'_, Console>, tenant_id: String) -> Answer<TenantBilling> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(bill::tenant_billing(&store, tenant(&tenant_id)?, host.now()).await?)
}

/// Who bills, and what holds for all tenants.
#[tauri::command]
#[specta::specta]
pub async fn settings(console: State<'_, Console>) -> Answer<BillingSettings> {
    Ok(bill::billing_settings(&console.store()?).await?)
}

/// An invoice as the page names it: by id or number.
pub(super) async fn view(Shown { store, host, .. }: &Shown, named: &str) -> Answer<InvoiceView> {
    let id = bill::invoice_named(store, named).await?;
    Ok(bill::invoice(store, id, host.now()).await?)
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
    let Shown { store, host, .. } = console.shown()?;
    Ok(cases::disputes(&store, host.now(), &filter, cursor.as_deref()).await?)
}

/// One dispute, whole.
#[tauri::command]
#[specta::specta]
pub async fn dispute(console: State<'_, Console>, dispute_id: String) -> Answer<DisputeView> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(cases::dispute(&store, host.now(), &dispute_id).await?)
}

/// A page of a tenant's line of time, newest first.
#[tauri::command]
#[specta::specta]
pub async fn tenant_timeline(
    console: State<'_, Console>,
    tenant_id: String,
    cursor: Option<String>,
) -> Answer<TimelinePage> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(timeline::tenant_timeline(&store, host.now(), tenant(&tenant_id)?, cursor.as_deref()).await?)
}

/// A page of use that came after its period had closed, with the correction that each row proposes.
#[tauri::command]
#[specta::specta]
pub async fn late_rows(console: State<'_, Console>, filter: LateFilter, cursor: Option<String>) -> Answer<LatePage> {
    let Shown { store, host, .. } = console.shown()?;
    Ok(late::late_rows(&store, host.now(), &filter, cursor.as_deref()).await?)
}
