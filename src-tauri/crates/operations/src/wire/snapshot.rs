//! Snapshots: what is written, what a file says about itself, what is wrong with it; and the difference of two states.

use serde::{Deserialize, Serialize};

/// What to write into a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct SnapshotRequest {
    /// These tenants, each with its disputes; none is all.
    pub tenant_ids: Vec<String>,
    /// Billing periods that end after this day, `yyyy-mm-dd`; with `to`, or neither.
    pub from: Option<String>,
    /// Billing periods that begin before this day.
    pub to: Option<String>,
    /// Whether the file is packed.
    pub packed: bool,
}

/// What a snapshot says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SnapshotAbout {
    /// The version of the file's format.
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The ledger.
    pub ledger_id: String,
    /// Its name.
    pub ledger_name: String,
    /// Its environment.
    pub ledger_environment: String,
    /// Where it was read from; never a secret.
    pub source: String,
    /// Everything in it is of this moment.
    pub as_of: String,
    /// Who wrote it.
    pub written_by: String,
    /// Tenants in it.
    #[specta(type = u32)]
    pub tenants: u64,
    /// Events in it.
    #[specta(type = u32)]
    pub events: u64,
    /// Whether all tenants of the ledger are in it.
    pub all_tenants: bool,
    /// Billing periods that end after this day; none is all time.
    pub from: Option<String>,
    /// Billing periods that begin before this day.
    pub to: Option<String>,
    /// SHA-256 over the whole file: two files with the same one are the same.
    pub fingerprint: String,
}

/// A snapshot that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SnapshotWritten {
    /// The file.
    pub file: String,
    /// Its length.
    #[specta(type = u32)]
    pub bytes: u64,
    /// What it says about itself.
    pub about: SnapshotAbout,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SnapshotProblem {
    /// A stable code.
    pub code: String,
    /// Where: bytes of the file, a table, or tenant, day and meter; empty when it is the file as a whole.
    pub place: String,
    /// The sentence for people.
    pub message: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SnapshotVerified {
    /// The file.
    pub file: String,
    /// Whether it is untouched.
    pub untouched: bool,
    /// Its length.
    #[specta(type = u32)]
    pub bytes: u64,
    /// SHA-256 over the whole file as its end says it; none when it has no such end.
    pub fingerprint: Option<String>,
    /// What is wrong, and where.
    pub problems: Vec<SnapshotProblem>,
    /// What it says about itself; none when that cannot be believed.
    pub about: Option<SnapshotAbout>,
}

/// One of two states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DifferenceSide {
    /// The file or the database.
    pub place: String,
    /// The moment.
    pub as_of: String,
    /// Whether it is a snapshot file.
    pub snapshot: bool,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// Only the later state has it.
    Added,
    /// Only the earlier state has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
}

/// An event that only one state has, or whose row is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct EventDifference {
    /// What became of it.
    pub became: Became,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
    /// The meter's code.
    pub meter: String,
    /// The tenant's local day.
    pub day: String,
    /// When it happened.
    pub occurred_at: String,
    /// Its quantity, before; none when it was added.
    pub before: Option<String>,
    /// Its quantity, after; none when it was removed.
    pub after: Option<String>,
    /// Whether it is billed.
    pub billable: bool,
}

/// A period counter that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CounterDifference {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The billed period.
    pub period_id: String,
    /// Its first day.
    pub first_day: Option<String>,
    /// The meter's code.
    pub meter: String,
    /// Events before.
    pub events_before: i32,
    /// Events after.
    pub events_after: i32,
    /// Billable use before, in the meter's unit.
    pub before: String,
    /// Billable use after.
    pub after: String,
}

/// An invoice that is not the same. Amounts are in major units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceDifference {
    /// What became of it.
    pub became: Became,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The invoice.
    pub invoice_id: String,
    /// Its number; none while it is a draft.
    pub number: Option<String>,
    /// Its currency.
    pub currency: String,
    /// Status before.
    pub status_before: Option<String>,
    /// Status after.
    pub status_after: Option<String>,
    /// Total before.
    pub total_before: Option<String>,
    /// Total after.
    pub total_after: Option<String>,
    /// Paid before, prepaid credits included.
    pub paid_before: Option<String>,
    /// Paid after.
    pub paid_after: Option<String>,
    /// Credited before.
    pub credited_before: Option<String>,
    /// Credited after.
    pub credited_after: Option<String>,
}

/// A line of an issued invoice that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LineDifference {
    /// What became of it.
    pub became: Became,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The invoice.
    pub invoice_id: String,
    /// The number of the invoice.
    pub number: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// What it says.
    pub description: String,
    /// The invoice's currency.
    pub currency: String,
    /// Amount before.
    pub before: Option<String>,
    /// Amount after.
    pub after: Option<String>,
}

/// Where a subscription, a period or a dispute stands, or how a tenant is billed, when that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct StatusDifference {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// `subscription`, `period`, `dispute`, `coupon` or `account`.
    pub kind: String,
    /// Which one.
    pub which: String,
    /// Before; none when there was none.
    pub before: Option<String>,
    /// After; none when there is none any more.
    pub after: Option<String>,
}

/// The effect in money on a tenant. Amounts are in major units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MoneyDifference {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The currency.
    pub currency: String,
    /// What the invoices and drafts of the periods that changed come to, less credit notes, before.
    pub before: String,
    /// The same, after.
    pub after: String,
    /// After less before.
    pub effect: String,
}

/// How many of each were found; the lists hold the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, specta::Type)]
pub struct DifferenceCounts {
    /// Tenants that both states hold.
    pub tenants_compared: u32,
    /// Tenants that only one of two whole states holds.
    pub tenants_of_one: u32,
    /// Events.
    pub events: u32,
    /// Period counters.
    pub counters: u32,
    /// Invoices.
    pub invoices: u32,
    /// Lines of issued invoices.
    pub lines: u32,
    /// Statuses.
    pub statuses: u32,
    /// Periods that could not be drafted, counted for each state.
    pub problems: u32,
}

/// A period whose invoice could not be drafted: what it comes to is in no figure of the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct DifferenceProblem {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The period.
    pub period_id: String,
    /// In which of the two states.
    pub state: DifferenceState,
    /// A stable code.
    pub code: String,
    /// Why, a sentence.
    pub message: String,
}

/// Which of two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceState {
    /// The earlier one.
    Before,
    /// The later one.
    After,
}

/// The difference of two states of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Difference {
    /// The earlier state.
    pub before: DifferenceSide,
    /// The later state.
    pub after: DifferenceSide,
    /// How many.
    pub counts: DifferenceCounts,
    /// The effect per tenant and currency; all of them.
    pub money: Vec<MoneyDifference>,
    /// The first 1,000.
    pub events: Vec<EventDifference>,
    /// The first 1,000.
    pub counters: Vec<CounterDifference>,
    /// The first 1,000.
    pub invoices: Vec<InvoiceDifference>,
    /// The first 1,000.
    pub lines: Vec<LineDifference>,
    /// The first 1,000.
    pub statuses: Vec<StatusDifference>,
    /// The first 1,000.
    pub problems: Vec<DifferenceProblem>,
}
