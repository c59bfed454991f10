//! An event of a row whose tenant, meter and subjects are known, and its record for the quarantine.

use super::aside::hex;
use super::body;
use super::interpret::Draft;
use super::read::Origin;
use super::refusal::{Refusal, code};
use billing::event::{EventKey, Subjects, Usage};
use billing::ids::{ImportId, QuarantineId, TenantId};
use billing::meter::Meter;
use billing::put_aside::Reason;
use billing::quantity::{Quantity, QuantityError, Scale};
use billing::time::Timestamp;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::quarantine::{QuarantineRecord, QuarantineState};

/// An event on its way to the ledger.
#[derive(Debug, Clone)]
pub struct Event {
    /// The place of its row in the chunk.
    pub row: usize,
    /// Its line in this file.
    pub line: u64,
    /// Where its row was first read.
    pub origin: Origin,
    /// What the row said.
    pub draft: Draft,
    /// What is appended.
    pub usage: Usage,
    /// The meter.
    pub meter: Arc<Meter>,
    /// What was rounded off of the quantity.
    pub rounded_off: Decimal,
}

/// The key of an event: the row's own, or the identity of the file, the line and the meter (rules, section 2.2).
pub fn key_of(draft: &Draft, origin: Origin) -> String {
    draft.key.clone().unwrap_or_else(|| format!("{}:{}/{}", hex(&origin.file), origin.line, draft.meter))
}

/// The quantity in units of the meter, and what was rounded off.
///
/// # Errors
/// `too_many_digits` where the mapping states no rounding; `too_large`.
pub fn units_of(draft: &Draft, meter: &Meter) -> Result<(i64, Decimal), Refusal> {
    let refusal = |error: QuantityError| match error {
        QuantityError::TooManyDigits { .. } => Refusal::new(Reason::TooManyDigits.as_str(), error.to_string()),
        error => Refusal::new(code::TOO_LARGE, error.to_string()),
    };
    let Some(round) = draft.rule.round else {
        let quantity = Quantity::exact(draft.quantity, meter.scale).map_err(refusal)?;
        return Ok((quantity.units(), Decimal::ZERO));
    };
    // A rounding that is finer than the meter can be is the meter's.
    let digits: Scale = round.min(meter.scale);
    let (kept, rest) = Quantity::rounded(draft.quantity, digits).map_err(refusal)?;
    let quantity = Quantity::exact(kept.decimal(), meter.scale).map_err(refusal)?;
    Ok((quantity.units(), rest))
}

/// What is appended.
pub fn usage_of(draft: &Draft, tenant: TenantId, source: &str, key: String, meter: &Meter, units: i64) -> Usage {
    Usage {
        key: EventKey { tenant, source: source.to_owned(), key },
        meter: meter.id,
        quantity: units,
        occurred_at: draft.occurred_at,
        classification: draft.classification,
        parent: draft.parent.clone(),
        billable: draft.billable,
        billable_reason: draft.billable_reason.clone(),
        cost: draft.cost.map(|(cost, _)| cost),
        provider: draft.provider.clone(),
        action: draft.action.clone(),
        subjects: Subjects::default(),
    }
}

/// What all records of an import share.
#[derive(Debug, Clone)]
pub struct RecordFrame {
    /// The mapping's name.
    pub source: String,
    /// The import.
    pub import: Option<ImportId>,
    /// When the rows were received.
    pub received_at: Timestamp,
}

/// The parts that tell one row that is put aside from another.
fn id_of(parts: &[&[u8]]) -> QuarantineId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize()[..16]);
    QuarantineId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

impl RecordFrame {
    /// The record of an event. An import that is repeated gives the same id.
    pub fn of_event(&self, event: &Event, refusal: &Refusal) -> QuarantineRecord {
        let text = body::encode(&body::of_draft(&event.draft));
        let usage = &event.usage;
        let id = if event.draft.key.is_some() {
            let tenant = usage.key.tenant.uuid();
            id_of(&[b"event", self.source.as_bytes(), tenant.as_bytes(), usage.key.key.as_bytes(), text.as_bytes()])
        } else {
            id_of(&[b"keyless", self.source.as_bytes(), usage.key.tenant.uuid().as_bytes(), usage.key.key.as_bytes()])
        };
        QuarantineRecord {
            id,
            tenant: Some(usage.key.tenant),
            tenant_text: event.draft.tenant.clone(),
            meter: Some(usage.meter),
            key: Some(usage.key.key.clone()),
            occurred_at: Some(usage.occurred_at),
            ..self.blank(event.line, refusal, text)
        }
    }

    /// The record of an event whose tenant or meter is not known.
    pub fn of_draft(&self, line: u64, origin: Origin, draft: &Draft, refusal: &Refusal) -> QuarantineRecord {
        let text = body::encode(&body::of_draft(draft));
        let key = key_of(draft, origin);
        let tenant = draft.tenant.clone().unwrap_or_default();
        QuarantineRecord {
            id: id_of(&[b"draft", self.source.as_bytes(), tenant.as_bytes(), key.as_bytes(), text.as_bytes()]),
            tenant_text: draft.tenant.clone(),
            key: Some(key),
            occurred_at: Some(draft.occurred_at),
            ..self.blank(line, refusal, text)
        }
    }

    /// The record of a row that could not be read.
    pub fn of_row(&self, line: u64, origin: Origin, raw: &[u8], refusal: &Refusal) -> QuarantineRecord {
        let place = origin.line.to_be_bytes();
        let id = id_of(&[b"row", self.source.as_bytes(), &origin.file, &place]);
        QuarantineRecord { id, ..self.blank(line, refusal, body::encode(&body::of_raw(raw))) }
    }

    fn blank(&self, line: u64, refusal: &Refusal, body: String) -> QuarantineRecord {
        QuarantineRecord {
            id: QuarantineId::from_uuid(uuid::Uuid::nil()),
            tenant: None,
            tenant_text: None,
            meter: None,
            source: self.source.clone(),
            key: None,
            line: Some(line),
            import: self.import,
            reason: refusal.code.to_owned(),
            sentence: refusal.sentence.clone(),
            field: refusal.field.clone(),
            body,
            occurred_at: None,
            received_at: self.received_at,
            state: QuarantineState::Waiting,
            decision: None,
        }
    }
}
