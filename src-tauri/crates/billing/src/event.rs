//! Usage events: what was said about a use, and what was resolved about it before it is written.
//!
//! Not the ledger: the store keeps it. Not the mapping of files: operations does that.

use crate::ids::{EntitlementId, MeterId, PeriodId, PlanVersionId, SubjectId, TenantId};
use crate::meter::text_enum;
use crate::money::Cost;
use crate::time::{Day, Timestamp};

text_enum! {
    /// Why an event exists (rules, section 2.6).
    Classification {
        /// The first and normal use; billable.
        Original = "original",
        /// A failed attempt; free.
        RetryFailed = "retry_failed",
        /// A repetition that succeeded; billable unless the plan says it is free.
        RetrySuccess = "retry_success",
        /// Takes back or replaces part of its parent.
        Correction = "correction",
    }
}

/// What identifies an accepted event, for ever: tenant, source and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The source, such as a mapping's name; 1 to 100 bytes.
    pub source: String,
    /// The key within the source; 1 to 300 bytes.
    pub key: String,
}

/// The subjects that a use refers to. Random ids only; names live apart and can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Subjects {
    /// The person or account at the tenant that used it (a coach, an agent's owner).
    pub user: Option<SubjectId>,
    /// The client that it was for.
    pub client: Option<SubjectId>,
    /// The session in which it happened.
    pub session: Option<SubjectId>,
    /// The thing that it was about (an e-mail, an invoice, a memory).
    pub resource: Option<SubjectId>,
}

/// A use as it was said, before anything is resolved. The tenant and meter exist already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Its identity.
    pub key: EventKey,
    /// What was counted.
    pub meter: MeterId,
    /// Units at the meter's scale.
    pub quantity: i64,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Why it exists.
    pub classification: Classification,
    /// The key (in the same tenant and source) of the event that it repeats or corrects.
    pub parent: Option<String>,
    /// Whether the source said that it is billable, and why (or why not).
    pub billable: Option<bool>,
    /// The reason that the source gave for `billable`; a short code or sentence without personal data.
    pub billable_reason: Option<String>,
    /// What the provider charged for it.
    pub cost: Option<Cost>,
    /// The provider that did the work; a code such as `google`, empty when there is none.
    pub provider: String,
    /// What was done, a code such as `process`, empty when not said.
    pub action: String,
    /// Who and what it refers to.
    pub subjects: Subjects,
}

/// What was resolved about a use from its tenant's timeline, in Rust, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The tenant's local day.
    pub day: Day,
    /// The billing period that it belongs to; none before any subscription.
    pub period: Option<PeriodId>,
    /// The period on whose invoice it is billed: the same, or the open one when it came late.
    pub billed_period: Option<PeriodId>,
    /// What held for the tenant at that time.
    pub entitlement: Option<EntitlementId>,
    /// The plan version of that entitlement.
    pub plan_version: Option<PlanVersionId>,
    /// What it adds to its counters (rules, section 2.8).
    pub contribution: i64,
    /// Whether it is billed.
    pub billable: bool,
    /// Why it is or is not.
    pub billable_reason: String,
}

/// SHA-256 of an event's content: meter, quantity, time, classification, parent, billable, cost
/// (rules, section 2.1). Two events with one key and different fingerprints are a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// SHA-256 over all of an event that is known before it is inserted, assignment included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf(pub [u8; 32]);
