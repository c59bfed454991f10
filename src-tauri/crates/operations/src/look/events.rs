//! The ledger on screen: pages by filter, newest first.

use super::catalog::Catalog;
use super::{asked, load, shown};
use crate::error::{OperationError, Result};
use crate::wire::{EventFilter, EventPage, EventRow};
use billing::ids::{SubjectId, TenantId};
use billing::time::Timestamp;
use std::collections::HashMap;
use store::look::events::{self as ledger, EventLine, EventPosition};
use store::look::search;
use store::subjects::SubjectKind;
use store::tenants::Tenant;
use store::{Read, Store};

/// Rows of a page.
pub const PAGE: usize = 200;
/// How many empty windows one look goes through before it answers with none and where to go on.
const EMPTY_WINDOWS: usize = 10;

/// A page of the ledger, newest first.
///
/// # Errors
/// `unknown_meter`, `not_a_time`, `bad_cursor` and others of the filter; when the database fails.
pub async fn events(store: &Store, at: Timestamp, filter: &EventFilter, cursor: Option<&str>) -> Result<EventPage> {
    let filter = filter.clone();
    let after = cursor.map(position).transpose()?;
    store.read(move |read| Box::pin(async move { page_in(read, &filter, after, at).await })).await
}

async fn page_in(
    read: &mut Read,
    filter: &EventFilter,
    mut after: Option<EventPosition>,
    as_of: Timestamp,
) -> Result<EventPage> {
    let catalog = load::catalog(read).await?;
    let filter = resolve(read, &catalog, filter).await?;
    for _ in 0..EMPTY_WINDOWS {
        let found = lines(read, &catalog, &filter, after.as_ref(), PAGE).await?;
        if !found.rows.is_empty() || found.next.is_none() {
            let next = found.next.as_ref().map(cursor_text);
            return Ok(EventPage { as_of: as_of.to_string(), rows: found.rows, next });
        }
        after = found.next;
    }
    Ok(EventPage { as_of: as_of.to_string(), rows: Vec::new(), next: after.as_ref().map(cursor_text) })
}

/// Rows with where to go on.
pub(super) struct Lines {
    pub rows: Vec<EventRow>,
    pub next: Option<EventPosition>,
}

/// Events of the ledger as rows.
pub(super) async fn lines(
    read: &mut Read,
    catalog: &Catalog,
    filter: &ledger::EventFilter,
    after: Option<&EventPosition>,
    limit: usize,
) -> Result<Lines> {
    let meters: Vec<_> = catalog.meters().into_iter().map(|meter| meter.id).collect();
    let found = ledger::page(read, filter, after, limit, &meters).await?;
    let tenants = tenants_of(read, &found.lines).await?;
    let rows = found.lines.into_iter().filter_map(|line| row(line, &tenants, catalog)).collect();
    Ok(Lines { rows, next: found.next })
}

/// At most as many look-ups by primary key as a page has tenants.
async fn tenants_of(read: &mut Read, lines: &[EventLine]) -> Result<HashMap<TenantId, Tenant>> {
    let mut tenants = HashMap::new();
    for line in lines {
        let id = line.position.tenant;
        if !tenants.contains_key(&id)
            && let Some(tenant) = store::tenants::by_id(read, id).await?
        {
            tenants.insert(id, tenant);
        }
    }
    Ok(tenants)
}

pub(crate) fn row(line: EventLine, tenants: &HashMap<TenantId, Tenant>, catalog: &Catalog) -> Option<EventRow> {
    let meter = catalog.meter(line.meter)?;
    let tenant = tenants.get(&line.position.tenant)?;
    Some(EventRow {
        tenant_id: tenant.id.to_string(),
        tenant_name: tenant.name.clone(),
        source: line.position.source,
        key: line.position.key,
        meter: meter.code.clone(),
        unit: meter.unit.clone(),
        quantity: shown::quantity(line.quantity, meter),
        billable: line.billable,
        classification: line.classification.to_string(),
        occurred_at: line.position.occurred_at.to_string(),
        received_at: line.received_at.to_string(),
        day: line.day.to_string(),
        zone: tenant.zone.name().to_owned(),
        provider: line.provider,
        cost: line.cost.map(|cost| cost.decimal().normalize().to_string()),
        cost_currency: line.cost.map(|cost| cost.currency.code().to_owned()),
    })
}

async fn resolve(read: &mut Read, catalog: &Catalog, asked_for: &EventFilter) -> Result<ledger::EventFilter> {
    let tenant = asked_for.tenant_id.as_deref().map(asked::tenant_id).transpose()?;
    let meter = asked_for.meter.as_deref().map(|code| asked::meter(catalog, code).map(|meter| meter.id));
    let classification = asked_for.classification.as_deref().map(|text| {
        text.parse().map_err(|error: billing::meter::UnknownWord| {
            OperationError::wrong_use("unknown_classification", format!("{error}.")).field("classification")
        })
    });
    Ok(ledger::EventFilter {
        tenant,
        meter: meter.transpose()?,
        from: asked_for.from.as_deref().map(|text| asked::time("from", text)).transpose()?,
        to: asked_for.to.as_deref().map(|text| asked::time("to", text)).transpose()?,
        key_prefix: asked_for.key.clone(),
        source: asked_for.source.clone(),
        users: subjects(read, tenant, SubjectKind::User, asked_for.user.as_deref()).await?,
        clients: subjects(read, tenant, SubjectKind::Client, asked_for.client.as_deref()).await?,
        sessions: subjects(read, tenant, SubjectKind::Session, asked_for.session.as_deref()).await?,
        resources: subjects(read, tenant, SubjectKind::Resource, asked_for.resource.as_deref()).await?,
        classification: classification.transpose()?,
        billable: asked_for.billable,
    })
}

/// Subjects by id or outside id. None found means that no event passes, not that all do.
async fn subjects(
    read: &mut Read,
    tenant: Option<TenantId>,
    kind: SubjectKind,
    text: Option<&str>,
) -> Result<Option<Vec<SubjectId>>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if let Ok(id) = text.parse() {
        return Ok(Some(vec![id]));
    }
    Ok(Some(search::subject_ids(read, tenant, kind, text).await?))
}

/// The text of a position: time, tenant and source, each of known form or without a line end, and the key as the rest.
fn cursor_text(position: &EventPosition) -> String {
    let EventPosition { occurred_at, tenant, source, key } = position;
    format!("{}\n{tenant}\n{}\n{source}{key}", occurred_at.micros(), source.len())
}

fn position(text: &str) -> Result<EventPosition> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place in the ledger cannot be read; start from the first page.")
            .field("cursor")
    };
    let mut parts = text.splitn(4, '\n');
    let mut part = || parts.next().ok_or_else(bad);
    let micros: i64 = part()?.parse().map_err(|_| bad())?;
    let tenant = part()?.parse().map_err(|_| bad())?;
    let length: usize = part()?.parse().map_err(|_| bad())?;
    let rest = part()?;
    let (source, key) = rest.split_at_checked(length).ok_or_else(bad)?;
    let occurred_at = Timestamp::from_micros(micros).map_err(|_| bad())?;
    Ok(EventPosition { occurred_at, tenant, source: source.to_owned(), key: key.to_owned() })
}
