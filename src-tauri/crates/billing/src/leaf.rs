//! Fingerprint and leaf of an event: what tells a duplicate from a conflict, and what proves that a row is as written.
//!
//! A fixed binary encoding under a version tag: every part is preceded by its length, so that no two events share an
//! encoding. Stored for good: a change of it needs a new tag beside the old one. Golden vectors are in the tests.

use crate::event::{Assignment, Classification, EventKey, Fingerprint, Leaf, Subjects, Usage};
use crate::ids::{EntitlementId, ImportId, MeterId, PeriodId, PlanVersionId, SubjectId};
use crate::money::Cost;
use crate::time::{Day, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const FINGERPRINT_TAG: &[u8] = b"countinghouse.fingerprint.1";
const LEAF_TAG: &[u8] = b"countinghouse.leaf.1";
const DETAILS_TAG: &[u8] = b"countinghouse.details.1";

/// Everything of an event that is known before it is inserted, as the ledger's row has it, so that the leaf can be
/// recomputed from the row alone.
#[derive(Debug, Clone, Copy)]
pub struct LeafFields<'a> {
    /// Its identity.
    pub key: &'a EventKey,
    /// What was counted.
    pub meter: MeterId,
    /// Units at the meter's scale.
    pub quantity: i64,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was received.
    pub received_at: Timestamp,
    /// Why it exists.
    pub classification: Classification,
    /// The key of the event that it repeats or corrects.
    pub parent: Option<&'a str>,
    /// What the provider charged for it.
    pub cost: Option<Cost>,
    /// The provider, may be empty.
    pub provider: &'a str,
    /// What was done, may be empty.
    pub action: &'a str,
    /// Who and what it refers to.
    pub subjects: Subjects,
    /// The tenant's local day.
    pub day: Day,
    /// The billing period that it belongs to.
    pub period: Option<PeriodId>,
    /// The period on whose invoice it is billed.
    pub billed_period: Option<PeriodId>,
    /// What held for the tenant at that time.
    pub entitlement: Option<EntitlementId>,
    /// The plan version of that entitlement.
    pub plan_version: Option<PlanVersionId>,
    /// What it adds to its counters.
    pub contribution: i64,
    /// Whether it is billed.
    pub billable: bool,
    /// Why it is or is not.
    pub billable_reason: &'a str,
    /// The fingerprint of its content.
    pub fingerprint: Fingerprint,
    /// The salted hash of its details, where it has any.
    pub details: Option<[u8; 32]>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Its line in the imported file.
    pub line: Option<u64>,
}

/// What is known of an event beside what was said and what was resolved.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When it was received.
    pub received_at: Timestamp,
    /// The salted hash of its details, where it has any.
    pub details: Option<[u8; 32]>,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Its line in the imported file.
    pub line: Option<u64>,
}

impl<'a> LeafFields<'a> {
    /// The fields of an event that is about to be inserted.
    pub fn of(usage: &'a Usage, assignment: &'a Assignment, fingerprint: Fingerprint, arrival: Arrival) -> Self {
        Self {
            key: &usage.key,
            meter: usage.meter,
            quantity: usage.quantity,
            occurred_at: usage.occurred_at,
            received_at: arrival.received_at,
            classification: usage.classification,
            parent: usage.parent.as_deref(),
            cost: usage.cost,
            provider: &usage.provider,
            action: &usage.action,
            subjects: usage.subjects,
            day: assignment.day,
            period: assignment.period,
            billed_period: assignment.billed_period,
            entitlement: assignment.entitlement,
            plan_version: assignment.plan_version,
            contribution: assignment.contribution,
            billable: assignment.billable,
            billable_reason: &assignment.billable_reason,
            fingerprint,
            details: arrival.details,
            import: arrival.import,
            line: arrival.line,
        }
    }

    /// The encoding whose SHA-256 is the leaf.
    pub fn encoding(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(LEAF_TAG, 512);
        encoder.uuid(self.key.tenant.uuid());
        encoder.bytes(self.key.source.as_bytes());
        encoder.bytes(self.key.key.as_bytes());
        encoder.uuid(self.meter.uuid());
        encoder.integer(self.quantity);
        encoder.integer(self.occurred_at.micros());
        encoder.integer(self.received_at.micros());
        encoder.bytes(self.classification.as_str().as_bytes());
        encoder.optional(self.parent, |encoder, parent| encoder.bytes(parent.as_bytes()));
        encoder.cost(self.cost);
        encoder.bytes(self.provider.as_bytes());
        encoder.bytes(self.action.as_bytes());
        let Subjects { user, client, session, resource } = self.subjects;
        for subject in [user, client, session, resource] {
            encoder.optional(subject.map(SubjectId::uuid), Encoder::uuid);
        }
        encoder.integer(i64::from(self.day.number()));
        encoder.optional(self.period.map(PeriodId::uuid), Encoder::uuid);
        encoder.optional(self.billed_period.map(PeriodId::uuid), Encoder::uuid);
        encoder.optional(self.entitlement.map(EntitlementId::uuid), Encoder::uuid);
        encoder.optional(self.plan_version.map(PlanVersionId::uuid), Encoder::uuid);
        encoder.integer(self.contribution);
        encoder.integer(i64::from(self.billable));
        encoder.bytes(self.billable_reason.as_bytes());
        encoder.bytes(&self.fingerprint.0);
        encoder.optional(self.details, |encoder, details| encoder.bytes(&details));
        encoder.optional(self.import.map(ImportId::uuid), Encoder::uuid);
        encoder.optional(self.line, |encoder, line| encoder.bytes(&line.to_be_bytes()));
        encoder.0
    }

    /// SHA-256 of the encoding.
    pub fn leaf(&self) -> Leaf {
        Leaf(Sha256::digest(self.encoding()).into())
    }
}

/// SHA-256 of an event's content (rules, section 2.1): meter, quantity, time, classification, parent, billable as the
/// source said it, cost. Not metadata, not arrival, not what was resolved.
pub fn fingerprint(usage: &Usage) -> Fingerprint {
    let mut encoder = Encoder::new(FINGERPRINT_TAG, 192);
    encoder.uuid(usage.meter.uuid());
    encoder.integer(usage.quantity);
    encoder.integer(usage.occurred_at.micros());
    encoder.bytes(usage.classification.as_str().as_bytes());
    encoder.optional(usage.parent.as_deref(), |encoder, parent| encoder.bytes(parent.as_bytes()));
    encoder.optional(usage.billable, |encoder, billable| encoder.integer(i64::from(billable)));
    encoder.cost(usage.cost);
    Fingerprint(Sha256::digest(encoder.0).into())
}

/// The salted hash of an event's details, which the ledger keeps when the details are erased.
pub fn details_hash(salt: &[u8; 16], canonical_json: &str) -> [u8; 32] {
    let mut encoder = Encoder::new(DETAILS_TAG, 64 + canonical_json.len());
    encoder.bytes(salt);
    encoder.bytes(canonical_json.as_bytes());
    Sha256::digest(encoder.0).into()
}

/// Parts with their lengths before them, big-endian.
struct Encoder(Vec<u8>);

impl Encoder {
    fn new(tag: &[u8], capacity: usize) -> Self {
        let mut encoder = Self(Vec::with_capacity(capacity));
        encoder.bytes(tag);
        encoder
    }

    fn bytes(&mut self, part: &[u8]) {
        let length = u32::try_from(part.len()).expect("parts are shorter than 4 GiB");
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(part);
    }

    fn integer(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    fn uuid(&mut self, id: Uuid) {
        self.bytes(id.as_bytes());
    }

    /// A byte that says whether there is one, then the part.
    fn optional<T>(&mut self, part: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(part.is_some()));
        if let Some(part) = part {
            write(self, part);
        }
    }

    fn cost(&mut self, cost: Option<Cost>) {
        self.optional(cost, |encoder, cost| {
            encoder.integer(cost.nano);
            encoder.bytes(cost.currency.code().as_bytes());
        });
    }
}
