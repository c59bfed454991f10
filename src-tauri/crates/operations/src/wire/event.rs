//! The ledger on screen: filters, pages, one event whole.

use super::SubjectRow;
use serde::{Deserialize, Serialize};

/// Which events; every field narrows, an absent one does not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct EventFilter {
    /// One tenant.
    pub tenant_id: Option<String>,
    /// From this instant on.
    pub from: Option<String>,
    /// Before this instant.
    pub to: Option<String>,
    /// Code of a meter.
    pub meter: Option<String>,
    /// The key begins with this.
    pub key: Option<String>,
    /// The source.
    pub source: Option<String>,
    /// A user, by subject id or outside id.
    pub user: Option<String>,
    /// A client, by subject id or outside id.
    pub client: Option<String>,
    /// A session, by subject id or outside id.
    pub session: Option<String>,
    /// A resource, by subject id or outside id.
    pub resource: Option<String>,
    /// `original`, `retry_failed`, `retry_success` or `correction`.
    pub classification: Option<String>,
    /// Billable or not.
    pub billable: Option<bool>,
}

/// An event in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct EventRow {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant_name: String,
    /// Source.
    pub source: String,
    /// Key.
    pub key: String,
    /// Code of the meter.
    pub meter: String,
    /// Unit of the quantity.
    pub unit: String,
    /// Quantity.
    pub quantity: String,
    /// Billable or not.
    pub billable: bool,
    /// Classification.
    pub classification: String,
    /// When it happened, UTC.
    pub occurred_at: String,
    /// When it was received, UTC.
    pub received_at: String,
    /// The tenant's local day.
    pub day: String,
    /// The tenant's zone.
    pub zone: String,
    /// Provider, may be empty.
    pub provider: String,
    /// Cost as a decimal.
    pub cost: Option<String>,
    /// Currency of the cost.
    pub cost_currency: Option<String>,
}

/// A page of the ledger, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct EventPage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<EventRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A pair of a free-form detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DetailPair {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A counter that an event went into, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct EventEffect {
    /// `period_counter`, `usage_day` or `level_total`.
    pub counter: String,
    /// The period or day.
    pub place: String,
    /// What the event added to all use.
    pub contribution: String,
    /// What the event added to billable use.
    pub billable_contribution: String,
    /// All use there now.
    pub all: String,
    /// Billable use there now.
    pub billable: String,
}

/// One event, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct EventDetail {
    /// The row.
    pub event: EventRow,
    /// Why it is (not) billable.
    pub billable_reason: String,
    /// Action, may be empty.
    pub action: String,
    /// Key of the parent.
    pub parent: Option<String>,
    /// Keys of events that repeat or correct it.
    pub children: Vec<String>,
    /// Who and what it refers to.
    pub subjects: Vec<SubjectRow>,
    /// Plan and version that held.
    pub plan: Option<String>,
    /// The entitlement that held.
    pub entitlement_id: Option<String>,
    /// The billing period, `start - end` in the tenant's zone.
    pub period: Option<String>,
    /// The period on whose invoice it is billed, when it is another one.
    pub billed_period: Option<String>,
    /// What it did.
    pub effects: Vec<EventEffect>,
    /// Metadata; empty when there is none or it was erased.
    pub details: Vec<DetailPair>,
    /// When the details were erased.
    pub details_erased_at: Option<String>,
    /// The import that brought it.
    pub import_id: Option<String>,
    /// SHA-256 of the stored event, hexadecimal.
    pub leaf: String,
    /// Whether the leaf recomputed from the row is the stored one.
    pub leaf_valid: bool,
}
