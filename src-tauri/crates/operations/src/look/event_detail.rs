//! One event, whole: what was said, what was resolved, what it did, and whether its row is as it was written.

use super::catalog::Catalog;
use super::{events, load, shown};
use crate::error::{OperationError, Result};
use crate::wire::{DetailPair, EventDetail, EventEffect, EventRow, SubjectRow};
use billing::event::EventKey;
use billing::ids::{PeriodId, SubjectId, TenantId};
use billing::meter::{Aggregation, Meter};
use std::collections::HashMap;
use std::fmt::Write;
use store::events::EventRecord;
use store::look::event::{self as ledger, CounterNow};
use store::look::events::{EventLine, EventPosition};
use store::subjects::{Subject, SubjectKind};
use store::{Read, Store};

/// One event by what identifies it.
///
/// # Errors
/// `unknown_event`; when the database fails.
pub async fn event_detail(store: &Store, tenant: TenantId, source: &str, key: &str) -> Result<EventDetail> {
    let key = EventKey { tenant, source: source.to_owned(), key: key.to_owned() };
    store.read(move |read| Box::pin(async move { detail_in(read, key).await })).await
}

/// Events by what identifies them, as the lists show them; those that are not there are left out.
pub(crate) async fn event_rows(read: &mut Read, keys: &[EventKey]) -> Result<HashMap<EventKey, EventRow>> {
    let catalog = load::catalog(read).await?;
    let mut tenants = HashMap::new();
    for tenant in keys.iter().map(|key| key.tenant) {
        if !tenants.contains_key(&tenant)
            && let Some(known) = store::tenants::by_id(read, tenant).await?
        {
            tenants.insert(tenant, known);
        }
    }
    let found = store::events::by_keys(read, keys).await?;
    let row = |(key, stored): (EventKey, EventRecord)| Some((key, events::row(line(&stored), &tenants, &catalog)?));
    Ok(found.into_iter().filter_map(row).collect())
}

async fn detail_in(read: &mut Read, key: EventKey) -> Result<EventDetail> {
    let unknown = || {
        let shown: String = key.key.chars().take(80).collect();
        OperationError::not_found("unknown_event", format!("There is no event '{shown}' of this tenant and source."))
    };
    let catalog = load::catalog(read).await?;
    let stored = store::events::by_key(read, &key).await?.ok_or_else(unknown)?;
    let tenant = store::tenants::by_id(read, key.tenant).await?.ok_or_else(unknown)?;
    let meter = catalog.meter(stored.usage.meter).ok_or_else(unknown)?;
    let timeline = store::timelines::load_one(read, key.tenant).await?;
    let period = |id: Option<PeriodId>| {
        let span = timeline.period(id?)?.span;
        Some(format!("{} - {}", span.first_day, span.end_day))
    };
    let effects = effects(read, &stored, meter, &period).await?;
    let details = ledger::details(read, &key).await?;
    let children = ledger::children(read, &key).await?;
    let subjects = subjects(read, &stored).await?;
    let (assignment, usage) = (&stored.assignment, &stored.usage);
    let erased_at = details.as_ref().and_then(|details| details.erased_at).map(|at| at.to_string());
    let row = events::row(line(&stored), &HashMap::from([(tenant.id, tenant)]), &catalog).ok_or_else(unknown)?;
    Ok(EventDetail {
        event: row,
        billable_reason: assignment.billable_reason.clone(),
        action: usage.action.clone(),
        parent: usage.parent.clone(),
        children,
        subjects,
        plan: plan(&stored, &catalog),
        entitlement_id: assignment.entitlement.map(|id| id.to_string()),
        period: period(assignment.period),
        billed_period: if assignment.billed_period == assignment.period {
            None
        } else {
            period(assignment.billed_period)
        },
        effects,
        details: details.and_then(|details| details.body).map(|body| pairs(&body)).unwrap_or_default(),
        details_erased_at: erased_at,
        import_id: stored.import.map(|id| id.to_string()),
        leaf: hexadecimal(&stored.leaf.0),
        leaf_valid: stored.is_as_written(),
    })
}

fn line(stored: &EventRecord) -> EventLine {
    let usage = &stored.usage;
    EventLine {
        position: EventPosition {
            occurred_at: usage.occurred_at,
            tenant: usage.key.tenant,
            source: usage.key.source.clone(),
            key: usage.key.key.clone(),
        },
        meter: usage.meter,
        quantity: usage.quantity,
        billable: stored.assignment.billable,
        classification: usage.classification,
        received_at: stored.received_at,
        day: stored.assignment.day,
        provider: usage.provider.clone(),
        cost: usage.cost,
    }
}

fn plan(stored: &EventRecord, catalog: &Catalog) -> Option<String> {
    let version = catalog.version(stored.assignment.plan_version?)?;
    let plan = catalog.plan_of(version.id)?;
    Some(format!("{}, version {}", plan.name, version.version))
}

/// The counters that it went into, with what stands there now.
async fn effects(
    read: &mut Read,
    stored: &EventRecord,
    meter: &Meter,
    period: &impl Fn(Option<PeriodId>) -> Option<String>,
) -> Result<Vec<EventEffect>> {
    let (tenant, assignment) = (stored.usage.key.tenant, &stored.assignment);
    let billable = if assignment.billable { assignment.contribution } else { 0 };
    let effect = |counter: &str, place: String, now: CounterNow| EventEffect {
        counter: counter.to_owned(),
        place,
        contribution: shown::quantity(assignment.contribution, meter),
        billable_contribution: shown::quantity(billable, meter),
        all: shown::quantity(now.all, meter),
        billable: shown::quantity(now.billable, meter),
    };
    let mut effects = Vec::with_capacity(3);
    if let Some(billed) = assignment.billed_period
        && let Some(now) = ledger::period_counter(read, tenant, billed, meter.id).await?
    {
        effects.push(effect("period_counter", period(Some(billed)).unwrap_or_default(), now));
    }
    let now = ledger::day_counter(read, tenant, assignment.day, meter).await?;
    effects.push(effect("usage_day", assignment.day.to_string(), now));
    if meter.aggregation == Aggregation::Level
        && let Some(now) = ledger::level_total(read, tenant, meter.id).await?
    {
        effects.push(effect("level_total", "running total".to_owned(), now));
    }
    Ok(effects)
}

/// The subjects that it refers to. One that is not in the table is shown by its id: the ledger keeps it for ever.
async fn subjects(read: &mut Read, stored: &EventRecord) -> Result<Vec<SubjectRow>> {
    let named = stored.usage.subjects;
    let mut rows = Vec::new();
    for (kind, id) in [
        (SubjectKind::User, named.user),
        (SubjectKind::Client, named.client),
        (SubjectKind::Session, named.session),
        (SubjectKind::Resource, named.resource),
    ] {
        let Some(id) = id else { continue };
        let found = store::subjects::by_id(read, stored.usage.key.tenant, id).await?;
        rows.push(found.as_ref().map_or_else(|| nameless(kind, id), subject_row));
    }
    Ok(rows)
}

fn nameless(kind: SubjectKind, id: SubjectId) -> SubjectRow {
    let kind = kind.as_str().to_owned();
    SubjectRow { subject_id: id.to_string(), kind, name: None, outside_id: None, erased_at: None }
}

/// A subject as faces show it.
pub(super) fn subject_row(subject: &Subject) -> SubjectRow {
    SubjectRow {
        subject_id: subject.id.to_string(),
        kind: subject.kind.as_str().to_owned(),
        name: subject.name.clone(),
        outside_id: subject.outside_id.clone(),
        erased_at: subject.erased_at.map(|at| at.to_string()),
    }
}

/// Canonical JSON as pairs: the members of an object, or the list of pairs that imports write.
pub(super) fn pairs(body: &str) -> Vec<DetailPair> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match serde_json::from_str(body) {
        Ok(serde_json::Value::Object(members)) => {
            members.iter().map(|(name, value)| DetailPair { name: name.clone(), value: text(value) }).collect()
        }
        Ok(serde_json::Value::Array(list)) => list.iter().filter_map(|item| pair(item, text)).collect(),
        _ => Vec::new(),
    }
}

fn pair(item: &serde_json::Value, text: impl Fn(&serde_json::Value) -> String) -> Option<DetailPair> {
    match item {
        serde_json::Value::Array(parts) => {
            let [name, value] = parts.as_slice() else { return None };
            Some(DetailPair { name: text(name), value: text(value) })
        }
        serde_json::Value::Object(_) => serde_json::from_value(item.clone()).ok(),
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
