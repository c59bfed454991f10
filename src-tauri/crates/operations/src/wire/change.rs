//! Changes by a person: what is asked, and the preview that shows its effect before the act.

use serde::{Deserialize, Serialize};

/// A manual entry of one use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct EntryRequest {
    /// The tenant.
    pub tenant_id: String,
    /// Code of the meter.
    pub meter: String,
    /// Decimal quantity in the meter's unit.
    pub quantity: String,
    /// When it happened, RFC 3339; none for now.
    pub occurred_at: Option<String>,
    /// The key; a person's double click sends the same one twice. The form makes it once.
    pub key: String,
    /// A correction names the key and source of what it corrects.
    pub corrects: Option<CorrectionOf>,
    /// Why; goes to the audit log.
    pub reason: String,
}

/// The event that a correction corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct CorrectionOf {
    /// Its source.
    pub source: String,
    /// Its key.
    pub key: String,
}

/// An override of one tenant's allowance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// The tenant.
    pub tenant_id: String,
    /// Code of the meter.
    pub meter: String,
    /// Decimal quantity, `unlimited`, or none to leave the plan's.
    pub included: Option<String>,
    /// Decimal quantity, `unlimited`, or none to leave the plan's.
    pub cap: Option<String>,
    /// From when, RFC 3339; none for now.
    pub valid_from: Option<String>,
    /// Until when; none for good.
    pub valid_to: Option<String>,
    /// Why; goes to the audit log.
    pub reason: String,
}

/// Erasing a subject: its name and outside id, and the details of its events. Usage stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// The tenant.
    pub tenant_id: String,
    /// The subject.
    pub subject_id: String,
    /// Why; goes to the audit log.
    pub reason: String,
}

/// A figure that a change moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Effect {
    /// What it is, such as `Use of Call time in this period`.
    pub label: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
    /// Unit or currency of both; may be empty.
    pub unit: String,
}

/// What a change would do, or did. The act is given the fingerprint of the preview that was shown and refuses
/// with `preview_outdated` when it would do something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Change {
    /// One line that names the change.
    pub title: String,
    /// The figures that move.
    pub effects: Vec<Effect>,
    /// What the person should know first; may be empty.
    pub warnings: Vec<String>,
    /// Identifies this preview.
    pub fingerprint: String,
}
