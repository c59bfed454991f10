//! Rows of the ledger, read back as they were written.
//!
//! Not pages for screens: those are in the looks. Append is the only writer.

use crate::append::json_keys;
use crate::codec::{At, Id, OnDay, Word, hash32, id};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::{Assignment, Classification, EventKey, Fingerprint, Leaf, Subjects, Usage};
use billing::ids::{EntitlementId, ImportId, MeterId, PeriodId, PlanVersionId, SubjectId, TenantId};
use billing::leaf::{Arrival, LeafFields};
use billing::money::{Cost, Currency};
use billing::time::Timestamp;
use billing::timeline::Parent;
use std::collections::HashMap;

/// An event as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// What was said.
    pub usage: Usage,
    /// What was resolved.
    pub assignment: Assignment,
    /// When it was received.
    pub received_at: Timestamp,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Its line in the imported file.
    pub line: Option<u64>,
    /// The stored hash of its content.
    pub fingerprint: Fingerprint,
    /// The stored hash of its row.
    pub leaf: Leaf,
    /// The salted hash of its details.
    pub details_hash: Option<[u8; 32]>,
}

/// The columns of [`EventRow`].
macro_rules! event_columns {
    () => {
        "e.tenant_id, e.meter_id, e.quantity, e.contribution, e.occurred_at, e.received_at, e.cost_nano, e.day,
         e.billable, e.billable_said, e.period_id, e.billed_period_id, e.entitlement_id, e.plan_version_id, e.import_id,
         e.line, e.user_id, e.client_id, e.session_id, e.resource_id, e.fingerprint, e.leaf, e.details_hash, e.source,
         e.event_key, e.classification, e.parent_key, e.billable_reason, e.cost_currency, e.provider, e.action"
    };
}
pub(crate) use event_columns;

statements! {
    BY_KEYS = pair(
        concat!("select ", event_columns!(), " from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, s text, k text)
           join usage_events e on e.tenant_id = w.t and e.source = w.s and e.event_key = w.k"),
        concat!("select ", event_columns!(), " from json_each($1) w cross join usage_events e
             on e.tenant_id = unhex(w.value->>'t') and e.source = w.value->>'s' and e.event_key = w.value->>'k'")
    );
}

/// A row of `usage_events`, columns as in [`event_columns!`].
#[derive(sqlx::FromRow)]
pub(crate) struct EventRow {
    tenant_id: Id<TenantId>,
    meter_id: Id<MeterId>,
    quantity: i64,
    contribution: i64,
    occurred_at: At,
    received_at: At,
    cost_nano: Option<i64>,
    day: OnDay,
    billable: bool,
    billable_said: Option<bool>,
    period_id: Option<Id<PeriodId>>,
    billed_period_id: Option<Id<PeriodId>>,
    entitlement_id: Option<Id<EntitlementId>>,
    plan_version_id: Option<Id<PlanVersionId>>,
    import_id: Option<Id<ImportId>>,
    line: Option<i64>,
    user_id: Option<Id<SubjectId>>,
    client_id: Option<Id<SubjectId>>,
    session_id: Option<Id<SubjectId>>,
    resource_id: Option<Id<SubjectId>>,
    fingerprint: Vec<u8>,
    leaf: Vec<u8>,
    details_hash: Option<Vec<u8>>,
    source: String,
    event_key: String,
    classification: Word<Classification>,
    parent_key: Option<String>,
    billable_reason: String,
    cost_currency: Option<Word<Currency>>,
    provider: String,
    action: String,
}

impl TryFrom<EventRow> for EventRecord {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self> {
        let cost = match (row.cost_nano, row.cost_currency) {
            (Some(nano), Some(currency)) => Some(Cost { nano, currency: currency.0 }),
            _ => None,
        };
        let usage = Usage {
            key: EventKey { tenant: row.tenant_id.0, source: row.source, key: row.event_key },
            meter: row.meter_id.0,
            quantity: row.quantity,
            occurred_at: row.occurred_at.0,
            classification: row.classification.0,
            parent: row.parent_key,
            billable: row.billable_said,
            // What the source said stands in the assignment, whose reason it became.
            billable_reason: None,
            cost,
            provider: row.provider,
            action: row.action,
            subjects: Subjects {
                user: id(row.user_id),
                client: id(row.client_id),
                session: id(row.session_id),
                resource: id(row.resource_id),
            },
        };
        let assignment = Assignment {
            day: row.day.0,
            period: id(row.period_id),
            billed_period: id(row.billed_period_id),
            entitlement: id(row.entitlement_id),
            plan_version: id(row.plan_version_id),
            contribution: row.contribution,
            billable: row.billable,
            billable_reason: row.billable_reason,
        };
        Ok(Self {
            usage,
            assignment,
            received_at: row.received_at.0,
            import: id(row.import_id),
            line: row.line.map(u64::try_from).transpose().map_err(StoreError::corrupt)?,
            fingerprint: Fingerprint(hash32(&row.fingerprint)?),
            leaf: Leaf(hash32(&row.leaf)?),
            details_hash: row.details_hash.as_deref().map(hash32).transpose()?,
        })
    }
}

impl EventRecord {
    /// Whether fingerprint and leaf, computed from the row again, are the stored ones.
    pub fn is_as_written(&self) -> bool {
        let fingerprint = billing::leaf::fingerprint(&self.usage);
        let arrival =
            Arrival { received_at: self.received_at, details: self.details_hash, import: self.import, line: self.line };
        fingerprint == self.fingerprint
            && LeafFields::of(&self.usage, &self.assignment, fingerprint, arrival).leaf() == self.leaf
    }

    /// What a correction of it takes over.
    pub fn as_parent(&self) -> Parent {
        Parent { meter: self.usage.meter, occurred_at: self.usage.occurred_at, assignment: self.assignment.clone() }
    }
}

/// The events with these keys; those that are not there are left out.
///
/// # Errors
/// What the database gave.
pub async fn by_keys(read: &mut Read, keys: &[EventKey]) -> Result<HashMap<EventKey, EventRecord>> {
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(5_000) {
        let list = json_keys(chunk.iter())?;
        for row in rows!(read, EventRow, BY_KEYS, list.as_str())? {
            let record = EventRecord::try_from(row)?;
            found.insert(record.usage.key.clone(), record);
        }
    }
    Ok(found)
}

/// One event.
///
/// # Errors
/// What the database gave.
pub async fn by_key(read: &mut Read, key: &EventKey) -> Result<Option<EventRecord>> {
    Ok(by_keys(read, std::slice::from_ref(key)).await?.remove(key))
}
