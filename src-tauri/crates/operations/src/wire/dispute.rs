//! Disputes, notes, and the line of time of a tenant.

use super::{CreditPart, EventRow};
use serde::{Deserialize, Serialize};

/// Which disputes; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct DisputeFilter {
    /// `open`, `waiting`, `decided`, or `undecided`: both of the first.
    pub status: Option<String>,
    /// One tenant.
    pub tenant_id: Option<String>,
    /// One invoice.
    pub invoice_id: Option<String>,
}

/// A dispute in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DisputeRow {
    /// Its id.
    pub dispute_id: String,
    /// What people call it: `D-17`.
    pub number: String,
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// The invoice that it is about.
    pub invoice_id: Option<String>,
    /// That one's number.
    pub invoice_number: Option<String>,
    /// `open`, `waiting` (for the tenant) or `decided`.
    pub status: String,
    /// What the tenant says.
    pub claim: String,
    /// What it claims back.
    pub claimed: Option<String>,
    /// Currency.
    pub currency: String,
    /// Day by which it must be decided.
    pub deadline: Option<String>,
    /// Whether that day has passed while it is undecided.
    pub is_late: bool,
    /// When it was opened.
    pub opened_at: String,
    /// By whom.
    pub opened_by: String,
    /// `reject`, `credit` or `correct`.
    pub decision: Option<String>,
    /// When it was decided.
    pub decided_at: Option<String>,
}

/// A page of disputes: undecided ones by deadline first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DisputePage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<DisputeRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A line or an event in question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DisputeItem {
    /// Its place, from 1.
    pub no: u32,
    /// The line of the invoice.
    pub line_no: Option<u32>,
    /// What that line says.
    pub line: Option<String>,
    /// Its amount.
    pub amount: Option<String>,
    /// The event.
    pub event: Option<EventRow>,
    /// What is wrong with it.
    pub note: String,
}

/// What a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct NoteRow {
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub text: String,
}

/// One dispute, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DisputeView {
    /// When this was read.
    pub as_of: String,
    /// What the list shows.
    pub row: DisputeRow,
    /// Lines and events in question.
    pub items: Vec<DisputeItem>,
    /// Notes, oldest first.
    pub notes: Vec<NoteRow>,
    /// Why it was decided so.
    pub decision_reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// The credit note that settled it.
    pub credit_note_id: Option<String>,
    /// That one's number.
    pub credit_note_number: Option<String>,
    /// Everything that happened to it, newest first.
    pub timeline: Vec<TimelineEntry>,
}

/// An event by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct EventRef {
    /// Source.
    pub source: String,
    /// Key.
    pub key: String,
}

/// A new dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct DisputeRequest {
    /// The tenant.
    pub tenant_id: String,
    /// The invoice that it is about.
    pub invoice_id: Option<String>,
    /// What the tenant says.
    pub claim: String,
    /// What it claims back, in major units.
    pub claimed: Option<String>,
    /// Day by which it must be decided.
    pub deadline: Option<String>,
    /// Lines in question.
    pub lines: Vec<u32>,
    /// Events in question; at most 200.
    pub events: Vec<EventRef>,
}

/// A note on a dispute, perhaps with another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct DisputeNoteRequest {
    /// The dispute.
    pub dispute_id: String,
    /// A note.
    pub text: String,
    /// `open` or `waiting`; none leaves it.
    pub status: Option<String>,
}

/// How a dispute ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DisputeDecision {
    /// The invoice stands.
    Reject,
    /// A credit note.
    Credit,
    /// The use is corrected: correcting events were or will be entered.
    Correct,
}

/// The end of a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct DisputeDecideRequest {
    /// The dispute.
    pub dispute_id: String,
    /// How.
    pub decision: DisputeDecision,
    /// What is credited; only for `credit`.
    pub parts: Vec<CreditPart>,
    /// Why.
    pub reason: String,
}

/// A note about a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct NoteRequest {
    /// The tenant.
    pub tenant_id: String,
    /// What.
    pub text: String,
}

/// Notes about a tenant itself, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct NotesView {
    /// When this was read.
    pub as_of: String,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// At most 200.
    pub notes: Vec<NoteRow>,
}

/// Something that happened, on the line of time of a tenant, an invoice or a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TimelineEntry {
    /// When.
    pub at: String,
    /// `subscription`, `plan`, `override`, `invoice`, `credit_note`, `payment`, `alert`, `dispute`, `note` or `audit`.
    pub kind: String,
    /// What, in a few words.
    pub title: String,
    /// More; may be empty.
    pub detail: String,
    /// Who; none for what happened by itself.
    pub actor: Option<String>,
    /// Amount.
    pub amount: Option<String>,
    /// Its currency.
    pub currency: Option<String>,
    /// The invoice, credit note or dispute that it opens, by id.
    pub opens: Option<String>,
}

/// A page of a tenant's line of time, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TimelinePage {
    /// When this was read.
    pub as_of: String,
    /// At most 200.
    pub rows: Vec<TimelineEntry>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// The check of an evidence pack or another sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PackVerification {
    /// The file.
    pub file: String,
    /// Whether everything fits.
    pub fits: bool,
    /// Files whose hashes were compared.
    pub files: u32,
    /// Lines whose steps were added up.
    pub lines: u32,
    /// Events whose sum was compared.
    pub events: u32,
    /// What does not fit, in sentences; at most 100.
    pub problems: Vec<String>,
}
