//! An invoice and today: what changed since it was issued.

use super::TimelineEntry;
use serde::Serialize;

/// Where an event is billed that came in after an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BilledIn {
    /// In the period of the invoice: it is in no document.
    Here,
    /// With a later period, as late use.
    Later,
    /// Nowhere: it is free, or a credit note has settled it.
    Nowhere,
}

/// An event of the invoice's period that was received after its issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SinceEvent {
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
    /// The meter's code.
    pub meter: String,
    /// The meter's unit.
    pub unit: String,
    /// What it adds to the use of the period, in the unit.
    pub adds: String,
    /// Whether it is billable.
    pub billable: bool,
    /// The tenant's local day.
    pub day: String,
    /// When it happened.
    pub occurred_at: String,
    /// When it was received.
    pub received_at: String,
    /// Where it is billed.
    pub billed: BilledIn,
}

/// A line that would not be the same today: its amount, or the use that it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SinceLine {
    /// Its place; 0 for one that there was not.
    pub no: u32,
    /// What it says.
    pub description: String,
    /// The meter's code; none of a fee and the like.
    pub meter: Option<String>,
    /// The use it was made from, in the unit.
    pub used_then: Option<String>,
    /// The use that the ledger gives today.
    pub used_now: Option<String>,
    /// The amount as it was issued.
    pub issued: String,
    /// The amount as it would be today.
    pub today: String,
    /// Today less issued.
    pub difference: String,
}

/// A line of a later invoice for use of this invoice's period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SinceLater {
    /// The later invoice; none as long as nothing is drafted.
    pub invoice_id: Option<String>,
    /// Its number; none while it is not issued.
    pub number: Option<String>,
    /// The first day of its period.
    pub first_day: String,
    /// What the line says.
    pub description: String,
    /// Its amount, net.
    pub amount: String,
}

/// How many of each; the lists hold the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SinceCounts {
    /// Events; 1,001 stands for more than 1,000.
    pub events: u32,
    /// Lines.
    pub lines: u32,
    /// Lines of later invoices.
    pub later: u32,
    /// What happened to it.
    pub happened: u32,
}

/// What changed between an invoice, as it was issued, and today. Amounts are in major units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceSince {
    /// When this was read.
    pub as_of: String,
    /// The invoice.
    pub invoice_id: String,
    /// Its number.
    pub number: String,
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// The currency.
    pub currency: String,
    /// When it was issued.
    pub issued_at: String,
    /// What it came to, tax included.
    pub issued: String,
    /// What the ledger gives for it today.
    pub today: String,
    /// Today less issued: what no document says yet.
    pub difference: String,
    /// What later invoices and drafts charge for use of its period, net.
    pub billed_later: String,
    /// What credit notes took off since.
    pub credited: String,
    /// How many.
    pub counts: SinceCounts,
    /// The first 1,000, by when they were received.
    pub events: Vec<SinceEvent>,
    /// All of them.
    pub lines: Vec<SinceLine>,
    /// All of them.
    pub later: Vec<SinceLater>,
    /// What happened to it since, newest first: payments, credit notes, disputes, its status.
    pub happened: Vec<TimelineEntry>,
}
