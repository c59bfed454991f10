//! Invoices: the list, one invoice whole, and the explanation of its amounts.

use super::EventRow;
use serde::{Deserialize, Serialize};

/// Some days, the end exclusive, `yyyy-mm-dd`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DaySpan {
    /// The first day.
    pub from: String,
    /// The first day after it.
    pub to: String,
}

/// Which invoices; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct InvoiceFilter {
    /// `draft`, `approved`, `finalized`, `partially_paid`, `paid`, `overdue`, `uncollectible`, `void`, or `open`: all
    /// that is still to be paid.
    pub status: Option<String>,
    /// One tenant.
    pub tenant_id: Option<String>,
    /// Issued on this day or later; drafts by the end of their period.
    pub from: Option<String>,
    /// Issued before this day.
    pub to: Option<String>,
    /// `billed` or `imported`.
    pub origin: Option<String>,
    /// `approval` or `brake`: drafts that a run left to a person.
    pub hold: Option<String>,
    /// The beginning of the number.
    pub number: Option<String>,
}

/// An invoice in a list. Amounts are in major units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceRow {
    /// Its id.
    pub invoice_id: String,
    /// Its number; none while it is a draft.
    pub number: Option<String>,
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// `billed` or `imported`.
    pub origin: String,
    /// As in the filter; `overdue` is computed as of now.
    pub status: String,
    /// `approval` or `brake` where a run left the draft to a person.
    pub hold: Option<String>,
    /// Plan at the end of the period.
    pub plan: Option<String>,
    /// The period that it bills.
    pub period: Option<DaySpan>,
    /// Day of issue in the seller's zone.
    pub issue_day: Option<String>,
    /// Day by which it is to be paid.
    pub due_day: Option<String>,
    /// Days since then; none when it is not due or nothing is open.
    pub days_overdue: Option<u32>,
    /// When a draft was computed: in a list by the last run, on its own by this look; none once it is issued.
    pub drafted_at: Option<String>,
    /// Currency of all amounts.
    pub currency: String,
    /// Net.
    pub net: String,
    /// Tax.
    pub tax: String,
    /// Net and tax.
    pub total: String,
    /// Paid by prepaid credits.
    pub prepaid: String,
    /// Sum of payments.
    pub paid: String,
    /// Sum of credit notes.
    pub credited: String,
    /// What is still to be paid, not below 0.
    pub open: String,
}

/// Sums of one currency over all that a filter passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceTotal {
    /// Currency.
    pub currency: String,
    /// Invoices.
    pub count: u32,
    /// Sum of net amounts.
    pub net: String,
    /// Sum of totals; void invoices count nothing.
    pub total: String,
    /// Sum of what is still to be paid.
    pub open: String,
}

/// A page of invoices, newest first: drafts by the end of their period before issued ones by their day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoicePage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<InvoiceRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// Per currency, never summed over currencies, over all that the filter passes.
    pub totals: Vec<InvoiceTotal>,
}

/// A step of a proof: quantity x price / divisor is the amount; absent parts are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ProofStep {
    /// What it does: `units`, `tier_units`, `rounding` and so on.
    pub rule: String,
    /// The tier, from 1.
    pub tier: Option<u32>,
    /// The event, from 1, in order of time.
    pub event: Option<u32>,
    /// Quantity that it takes.
    pub quantity: Option<String>,
    /// Amount per unit, or percent.
    pub price: Option<String>,
    /// What the product is divided by.
    pub divisor: Option<String>,
    /// What it adds, in major units; exact.
    pub amount: String,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceLine {
    /// Its place, from 1.
    pub no: u32,
    /// `fee`, `usage`, `late`, `maximum`, `minimum`, `discount`, `coupon`, `memo` or `item`.
    pub kind: String,
    /// What it says.
    pub description: String,
    /// Code of the meter.
    pub meter: Option<String>,
    /// Unit of the quantities.
    pub unit: Option<String>,
    /// Plan and version in words.
    pub plan: Option<String>,
    /// Id of the plan version.
    pub plan_version_id: Option<String>,
    /// Version of the rules.
    pub rule_version: u32,
    /// The days that it is about.
    pub days: Option<DaySpan>,
    /// Billable use in its days.
    pub used: Option<String>,
    /// What was included for its days; none is unlimited, or a line without use.
    pub included: Option<String>,
    /// What is priced.
    pub quantity: Option<String>,
    /// The amount before rounding.
    pub unrounded: String,
    /// The amount.
    pub amount: String,
    /// False for a memo outside the total.
    pub counts: bool,
    /// Steps that add up to the amount.
    pub steps: Vec<ProofStep>,
}

/// Tax of one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceTax {
    /// Rate in percent.
    pub percent: String,
    /// What it is on.
    pub net: String,
    /// The tax.
    pub amount: String,
}

/// Somebody on a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct PartyFields {
    /// Name.
    pub name: String,
    /// Address, line by line; at most 6.
    pub address: Vec<String>,
    /// ISO 3166 country code.
    pub country: Option<String>,
    /// Id for taxes.
    pub tax_id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// A prepaid credit that paid a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SettledRow {
    /// `prepaid`.
    pub kind: String,
    /// Name of the wallet.
    pub name: String,
    /// How much.
    pub amount: String,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PaymentRow {
    /// Its id.
    pub payment_id: String,
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// The invoice.
    pub invoice_id: String,
    /// The invoice's number.
    pub invoice_number: Option<String>,
    /// When it was received.
    pub received_at: String,
    /// `bank`, `card` and so on.
    pub method: String,
    /// The bank's or provider's reference; may be empty.
    pub reference: String,
    /// What was received.
    pub amount: String,
    /// What of it was applied to the invoice; the rest became a prepaid credit.
    pub applied: String,
    /// Currency.
    pub currency: String,
    /// Who entered it.
    pub actor: String,
    /// Note.
    pub note: String,
}

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CreditNoteRow {
    /// Its id.
    pub credit_note_id: String,
    /// Its number.
    pub number: String,
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// `billed` or `imported`.
    pub origin: String,
    /// The invoice that it credits.
    pub invoice_id: Option<String>,
    /// That one's number.
    pub invoice_number: Option<String>,
    /// The dispute that it came from.
    pub dispute_id: Option<String>,
    /// Day of issue.
    pub issue_day: String,
    /// Currency.
    pub currency: String,
    /// Net.
    pub net: String,
    /// Tax.
    pub tax: String,
    /// Net and tax.
    pub total: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
}

/// Something that may be done with an invoice, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceAction {
    /// `approve`, `finalize`, `void`, `reissue`, `uncollectible`, `credit`, `pay` or `dispute`.
    pub action: String,
    /// Why it may not be done; none when it may.
    pub refused: Option<String>,
}

/// One invoice, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceView {
    /// When this was read.
    pub as_of: String,
    /// What the list shows.
    pub row: InvoiceRow,
    /// The tenant's zone, in which the days of the period are.
    pub zone: Option<String>,
    /// Who bills.
    pub seller: PartyFields,
    /// Who is billed.
    pub buyer: PartyFields,
    /// Lines in the order of the rules.
    pub lines: Vec<InvoiceLine>,
    /// Tax per rate.
    pub taxes: Vec<InvoiceTax>,
    /// Prepaid credits that paid a part.
    pub settled: Vec<SettledRow>,
    /// Sentence on tax.
    pub tax_note: Option<String>,
    /// Sentence of the seller.
    pub note: Option<String>,
    /// Number of the voided invoice that this one stands for.
    pub replaces: Option<String>,
    /// Number (or id, while a draft) of the one that stands for this void one.
    pub replaced_by: Option<String>,
    /// SHA-256 of the canonical content in hexadecimal digits; none while it is a draft.
    pub hash: Option<String>,
    /// Whether the stored content still has that hash.
    pub hash_fits: bool,
    /// Payments, newest first.
    pub payments: Vec<PaymentRow>,
    /// Credit notes, newest first.
    pub credit_notes: Vec<CreditNoteRow>,
    /// Disputes about it.
    pub disputes: Vec<super::DisputeRow>,
    /// Everything that happened to it, newest first.
    pub timeline: Vec<super::TimelineEntry>,
    /// What may be done now.
    pub actions: Vec<InvoiceAction>,
}

/// A counter behind a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ExplainedCounter {
    /// Where it counts: `period`, `days` or `level`.
    pub place: String,
    /// What the counter holds now (billable).
    pub counter: String,
    /// What the ledger gives now (billable).
    pub ledger: String,
    /// What the line was made from.
    pub used: String,
    /// Events behind it that are billable.
    pub events: u32,
    /// Events behind it that are free.
    pub free: u32,
    /// Corrections among them.
    pub corrections: u32,
    /// Events that came after the period had closed and are billed here.
    pub late: u32,
    /// Rows that were dropped because their key was there already, by the imports behind these events; an import counts
    /// them for all of its tenants together.
    pub duplicates: u32,
}

/// A line with its proof, recomputed from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ExplainedLine {
    /// The line as it was invoiced.
    #[serde(flatten)]
    pub line: InvoiceLine,
    /// The amount that today's ledger gives under the same plan version and rules.
    pub recomputed: String,
    /// Recomputed less invoiced; `0` when they agree.
    pub residue: String,
    /// The counter behind it; none for fees, discounts and the like.
    pub counter: Option<ExplainedCounter>,
    /// The first events behind it in order of time; at most 200.
    pub events: Vec<EventRow>,
    /// Where the next page of events begins; none at the end.
    pub next: Option<String>,
}

/// The explanation of an invoice: from the total to the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Explanation {
    /// When the ledger was read.
    pub as_of: String,
    /// The invoice.
    pub invoice_id: String,
    /// Its number.
    pub number: Option<String>,
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// The tenant's zone.
    pub zone: Option<String>,
    /// Currency of all amounts.
    pub currency: String,
    /// Version of the rules.
    pub rule_version: u32,
    /// SHA-256 of the invoice's canonical content in hexadecimal digits; none while it is a draft.
    pub hash: Option<String>,
    /// The total as invoiced.
    pub total: String,
    /// The total that today's ledger gives.
    pub recomputed: String,
    /// Recomputed less invoiced.
    pub residue: String,
    /// All lines, or the one that was asked for.
    pub lines: Vec<ExplainedLine>,
    /// Tax per rate.
    pub taxes: Vec<InvoiceTax>,
}

/// A page of events behind a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LineEvents {
    /// At most 200, in order of time.
    pub rows: Vec<EventRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}
