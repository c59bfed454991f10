//! Finding: the search of the top bar, tenants by what a person calls them, subjects and meters for forms.

use super::event_detail::subject_row;
use crate::bill::found::seller_day;
use crate::error::{OperationError, Result};
use crate::wire::{MeterRow, SearchHit, SubjectRow};
use billing::ids::TenantId;
use billing::time::{Day, Timestamp};
use store::invoices::{self, InvoiceFilter, Listed};
use store::look::search::{self, FoundEvent, FoundTenant};
use store::{Read, Store};

/// The longest text that is searched for, in characters.
const MAX_TEXT: usize = 300;
/// Hits of each kind.
const HITS: u32 = 20;
/// Invoices that are listed: the newest whose number begins so.
const INVOICES: usize = 10;
/// The shortest text that is taken for the beginning of a number.
const MIN_NUMBER: usize = 3;
/// Subjects that a form lists.
const SUBJECTS: u32 = 100;
/// Tenants that an ambiguous name lists.
const CANDIDATES: u32 = 10;

/// Tenants by name, e-mail address, outside id or id; invoices by the beginning of their number; events by key.
///
/// # Errors
/// When the database fails.
pub async fn search(store: &Store, at: Timestamp, text: &str) -> Result<Vec<SearchHit>> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Ok(Vec::new());
    }
    store.read(move |read| Box::pin(async move { search_in(read, at, &text).await })).await
}

async fn search_in(read: &mut Read, at: Timestamp, text: &str) -> Result<Vec<SearchHit>> {
    let mut hits = Vec::new();
    if let Ok(id) = text.parse::<TenantId>() {
        hits.extend(search::tenant_by_id(read, id).await?.map(tenant_hit));
        return Ok(hits);
    }
    let found = search::tenants_by_text(read, &text.to_lowercase(), HITS).await?;
    hits.extend(found.into_iter().map(tenant_hit));
    hits.extend(invoices_by_number(read, at, text).await?);
    // Keys are matched whole: a shorter text would have to read the ledger.
    hits.extend(search::events_by_key(read, text, HITS).await?.into_iter().map(event_hit));
    Ok(hits)
}

/// Numbers hold a digit, and people type them without minding capitals.
async fn invoices_by_number(read: &mut Read, at: Timestamp, text: &str) -> Result<Vec<SearchHit>> {
    if text.chars().count() < MIN_NUMBER || !text.contains(|letter: char| letter.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let today = seller_day(read, at).await?;
    let mut wanted = vec![text.to_owned()];
    wanted.extend(Some(text.to_uppercase()).filter(|upper| upper != text));
    for prefix in wanted {
        let filter = InvoiceFilter { number_prefix: Some(prefix), ..InvoiceFilter::all(today) };
        let (found, _) = invoices::list::page(read, &filter, None, INVOICES).await?;
        if !found.is_empty() {
            return Ok(found.into_iter().filter_map(|one| invoice_hit(one, today)).collect());
        }
    }
    Ok(Vec::new())
}

fn invoice_hit(Listed { invoice, tenant_name }: Listed, today: Day) -> Option<SearchHit> {
    let issued = invoice.issued.as_ref()?;
    let is_overdue = issued.due.is_some_and(|due| invoice.standing(false).is_overdue(due, today));
    let status = if is_overdue { "overdue" } else { invoice.status.as_str() };
    Some(SearchHit::Invoice {
        invoice_id: invoice.id.to_string(),
        number: issued.number.clone(),
        tenant_id: invoice.tenant.to_string(),
        tenant_name,
        status: status.to_owned(),
        total: invoice.total().to_string(),
        currency: invoice.currency.to_string(),
    })
}

fn tenant_hit(found: FoundTenant) -> SearchHit {
    let detail = found.email.or(found.outside_id).unwrap_or_default();
    let status = found.status.unwrap_or_else(|| "none".to_owned());
    SearchHit::Tenant { tenant_id: found.id.to_string(), name: found.name, detail, status }
}

fn event_hit(found: FoundEvent) -> SearchHit {
    SearchHit::Event {
        tenant_id: found.tenant.to_string(),
        tenant_name: found.tenant_name,
        source: found.source,
        key: found.key,
        occurred_at: found.occurred_at.to_string(),
    }
}

/// The tenant that a person means: by id, outside id, or exact name (capitals do not matter where only one fits).
///
/// # Errors
/// `unknown_tenant`; `ambiguous_tenant`, which lists the candidates; when the database fails.
pub async fn find_tenant(store: &Store, text: &str) -> Result<TenantId> {
    let text = text.to_owned();
    store.read(move |read| Box::pin(async move { find_in(read, &text).await })).await
}

async fn find_in(read: &mut Read, text: &str) -> Result<TenantId> {
    if let Ok(id) = text.parse::<TenantId>()
        && let Some(found) = search::tenant_by_id(read, id).await?
    {
        return Ok(found.id);
    }
    if let Some(found) = store::tenants::by_outside_id(read, text).await? {
        return Ok(found.id);
    }
    let mut found = search::tenants_by_name(read, text, CANDIDATES).await?;
    if found.is_empty() {
        found = search::tenants_by_folded_name(read, &text.to_lowercase(), CANDIDATES).await?;
    }
    match found.as_slice() {
        [] => {
            let shown: String = text.chars().take(80).collect();
            let message = format!("There is no tenant with the id, outside id or name '{shown}'.");
            Err(OperationError::not_found("unknown_tenant", message).field("tenant"))
        }
        [one] => Ok(one.id),
        several => {
            let names: Vec<String> = several.iter().map(candidate).collect();
            let message = format!("Several tenants have this name; name one by its id: {}.", names.join(", "));
            Err(OperationError::wrong_use("ambiguous_tenant", message).field("tenant"))
        }
    }
}

fn candidate(found: &FoundTenant) -> String {
    let outside_id = found.outside_id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{}{outside_id}", found.id)
}

/// Subjects of a tenant whose name or outside id contains a text; the first ones when it is empty.
///
/// # Errors
/// When the database fails.
pub async fn subjects(store: &Store, tenant: TenantId, text: &str) -> Result<Vec<SubjectRow>> {
    let text: String = text.trim().chars().take(MAX_TEXT).collect();
    store
        .read(move |read| {
            Box::pin(async move {
                if let Ok(id) = text.parse() {
                    return Ok(store::subjects::by_id(read, tenant, id).await?.iter().map(subject_row).collect());
                }
                let found = search::subjects_of_tenant(read, tenant, &text, SUBJECTS).await?;
                Ok(found.iter().map(subject_row).collect())
            })
        })
        .await
}

/// All meters, by code.
///
/// # Errors
/// When the database fails.
pub async fn meters(store: &Store) -> Result<Vec<MeterRow>> {
    let found: Vec<billing::meter::Meter> =
        store.read(|read| Box::pin(async move { store::meters::all(read).await })).await?;
    let row = |meter: billing::meter::Meter| MeterRow {
        meter: meter.code,
        name: meter.name,
        unit: meter.unit,
        scale: meter.scale.digits(),
        aggregation: meter.aggregation.to_string(),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Insists that there is a meter of this code: a misspelt one would show nothing instead of saying so.
///
/// # Errors
/// `unknown_meter`; when the database fails.
pub async fn require_meter(store: &Store, code: &str) -> Result<()> {
    if meters(store).await?.iter().any(|meter| meter.meter == code) {
        return Ok(());
    }
    let shown: String = code.chars().take(80).collect();
    Err(OperationError::not_found("unknown_meter", format!("There is no meter '{shown}'.")).field("meter"))
}
