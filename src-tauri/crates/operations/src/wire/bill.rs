//! What finance does with invoices: runs, acts on one, credit notes, payments, settings; exports.

use super::{CreditNoteRow, DaySpan, InvoiceFilter, PartyFields, PaymentRow};
use serde::{Deserialize, Serialize};

/// A run over tenants whose periods have ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct RunRequest {
    /// Periods that ended by then; now when absent.
    pub until: Option<String>,
    /// These tenants; all when empty.
    pub tenant_ids: Vec<String>,
    /// Whether invoices are finalized whose grace has passed and that nobody has to look at. Otherwise only drafts are
    /// made.
    pub finalize: bool,
    /// Why; goes on record.
    pub reason: String,
}

/// Sums of a run in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct RunTotal {
    /// Currency.
    pub currency: String,
    /// Invoices.
    pub count: u32,
    /// Sum of totals.
    pub total: String,
}

/// A period that a run would bill, or could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct RunRow {
    /// The tenant.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant: String,
    /// Plan at the end of the period.
    pub plan: Option<String>,
    /// The period.
    pub period: DaySpan,
    /// `draft` (within grace), `finalize`, `approval`, `brake` or `error`.
    pub outcome: String,
    /// Why, for `approval`, `brake` and `error`.
    pub message: Option<String>,
    /// Total; none for errors.
    pub total: Option<String>,
    /// Currency.
    pub currency: String,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct RunPreview {
    /// When this was read.
    pub as_of: String,
    /// Periods that ended by then.
    pub until: String,
    /// Invoices that would be finalized.
    pub finalize: u32,
    /// Drafts that would be made or made anew.
    pub draft: u32,
    /// Left to a person.
    pub held: u32,
    /// Cannot be billed.
    pub failed: u32,
    /// Per currency.
    pub totals: Vec<RunTotal>,
    /// What a person should look at first: errors, brakes, approvals, then the highest totals; at most 200.
    pub rows: Vec<RunRow>,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct RunReport {
    /// Its id.
    pub run_id: String,
    /// Whether it was stopped before its end; the next run goes on.
    pub stopped: bool,
    /// Invoices that were finalized.
    pub finalized: u32,
    /// Drafts that were made or made anew.
    pub drafted: u32,
    /// Left to a person.
    pub held: u32,
    /// Could not be billed.
    pub failed: u32,
    /// Per currency, of what was finalized.
    pub totals: Vec<RunTotal>,
    /// Errors, brakes, approvals; at most 200.
    pub rows: Vec<RunRow>,
    /// How long it took.
    #[specta(type = u32)]
    pub elapsed_ms: u64,
}

/// Something that is done with one invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceActKind {
    /// A person agrees: it may be finalized.
    Approve,
    /// Number, hash, immutable.
    Finalize,
    /// It never was, before any payment.
    Void,
    /// Void it and make a new draft of the period that refers to it.
    Reissue,
    /// It will not be paid.
    Uncollectible,
}

/// A request to do something with one invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct InvoiceActRequest {
    /// The invoice.
    pub invoice_id: String,
    /// What.
    pub act: InvoiceActKind,
    /// Why.
    pub reason: String,
}

/// A part of an invoice line to credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct CreditPart {
    /// The line; none for an amount that is about no line.
    pub line_no: Option<u32>,
    /// Net, in major units; none for all that is left of the line.
    pub amount: Option<String>,
    /// What the credit note says; the line's own words when absent.
    pub description: Option<String>,
}

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct CreditRequest {
    /// The invoice.
    pub invoice_id: String,
    /// What is credited; at most 500.
    pub parts: Vec<CreditPart>,
    /// The dispute that it settles.
    pub dispute_id: Option<String>,
    /// Why.
    pub reason: String,
}

/// A payment that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// The invoice.
    pub invoice_id: String,
    /// In major units of the invoice's currency.
    pub amount: String,
    /// When; now when absent.
    pub received_at: Option<String>,
    /// `bank`, `card` and so on.
    pub method: String,
    /// The bank's or provider's reference; a second payment with it is refused.
    pub reference: String,
    /// Goes on record.
    pub reason: String,
}

/// Which credit notes; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct CreditNoteFilter {
    /// One tenant.
    pub tenant_id: Option<String>,
    /// Of one invoice.
    pub invoice_id: Option<String>,
    /// Issued on this day or later.
    pub from: Option<String>,
    /// Issued before this day.
    pub to: Option<String>,
    /// `billed` or `imported`.
    pub origin: Option<String>,
}

/// A page of credit notes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CreditNotePage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<CreditNoteRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Which payments; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentFilter {
    /// One tenant.
    pub tenant_id: Option<String>,
    /// Of one invoice.
    pub invoice_id: Option<String>,
    /// Received then or later, RFC 3339.
    pub from: Option<String>,
    /// Received before then.
    pub to: Option<String>,
}

/// A page of payments, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PaymentPage {
    /// When this was read.
    pub as_of: String,
    /// At most 200 rows.
    pub rows: Vec<PaymentRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A file of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct PaymentsImportRequest {
    /// The file: comma-separated text with the columns `invoice`, `amount`, `currency`, `received_at`, `method` and
    /// `reference`, in any order.
    pub file: String,
    /// Only look.
    pub dry_run: bool,
    /// Goes on record with each payment.
    pub reason: String,
}

/// A row of a file of payments that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PaymentProblem {
    /// Its line in the file, from 1.
    #[specta(type = u32)]
    pub line: u64,
    /// A stable code.
    pub code: String,
    /// Why, in a sentence.
    pub message: String,
    /// The column at fault.
    pub field: Option<String>,
}

/// What became of a file of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PaymentsImported {
    /// Whether it only looked.
    pub dry_run: bool,
    /// Rows below the head.
    pub rows: u32,
    /// Payments that were taken, or would be.
    pub taken: u32,
    /// Rows whose payment was there already with the same content.
    pub duplicates: u32,
    /// Rows that were put aside.
    pub put_aside: u32,
    /// Per currency, of what was taken.
    pub totals: Vec<RunTotal>,
    /// Rows that were put aside, at most 200.
    pub problems: Vec<PaymentProblem>,
    /// The file of rows that were put aside, with line and reason; none when there are none, or when it only looked.
    pub put_aside_file: Option<String>,
}

/// Use that came after its period had closed, with the correction that it proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LateRow {
    /// The row of the quarantine.
    pub quarantine_id: String,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The tenant's name.
    pub tenant: Option<String>,
    /// Source.
    pub source: String,
    /// Key.
    pub key: Option<String>,
    /// Code of the meter.
    pub meter: Option<String>,
    /// What it says, in the meter's unit.
    pub quantity: Option<String>,
    /// The meter's unit.
    pub unit: Option<String>,
    /// `original`, `correction` and so on.
    pub classification: Option<String>,
    /// When it happened.
    pub occurred_at: Option<String>,
    /// When it arrived.
    pub received_at: String,
    /// `waiting`, `accepted` or `dismissed`.
    pub state: String,
    /// Why it was put aside.
    pub sentence: String,
    /// The period that it is of.
    pub period: Option<DaySpan>,
    /// The finalized invoice of that period.
    pub invoice_id: Option<String>,
    /// That one's number.
    pub invoice_number: Option<String>,
    /// The proposed correction: what the use of that period costs with it less what it cost before, net, in major units.
    pub amount: Option<String>,
    /// Its currency.
    pub currency: Option<String>,
    /// Why there is no proposal; none when there is one.
    pub refused: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why it was decided so.
    pub decision_reason: Option<String>,
}

/// Which late rows; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct LateFilter {
    /// One tenant.
    pub tenant_id: Option<String>,
    /// `waiting`, `accepted` or `dismissed`.
    pub state: Option<String>,
}

/// A page of late rows, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct LatePage {
    /// When this was read.
    pub as_of: String,
    /// At most 50 rows.
    pub rows: Vec<LateRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Who bills, and what holds for all tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct BillingSettings {
    /// Who bills.
    pub seller: PartyFields,
    /// A picture at the head of documents: PNG in base64, at most 256 KiB and 2,000 pixels a side.
    pub logo: Option<String>,
    /// Zone of issue dates.
    pub zone: String,
    /// Series of invoice numbers.
    pub invoice_series: String,
    /// Series of credit note numbers.
    pub credit_series: String,
    /// Days from issue to due.
    pub terms_days: u32,
    /// Local days after a period in which what arrives is still its own.
    pub grace_days: u32,
    /// Sentence on every invoice.
    pub note: Option<String>,
    /// Totals from here on wait for approval.
    pub approval_from: Option<String>,
    /// Times the mean of the last three invoices.
    pub brake_factor: String,
    /// And from this total on.
    pub brake_from: String,
    /// Accounts of the journal: name and number.
    pub accounts: Vec<JournalAccount>,
}

/// An account of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct JournalAccount {
    /// `receivable`, `tax`, `prepaid`, `bank`, or a kind of line.
    pub name: String,
    /// Its number in the company's books.
    pub account: String,
}

/// A change of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct SettingsRequest {
    /// All of them.
    pub settings: BillingSettings,
    /// Why.
    pub reason: String,
}

/// How one tenant is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct BillingAccount {
    /// Who is billed; an empty name is the tenant's own.
    pub buyer: PartyFields,
    /// Tax in percent.
    pub tax_percent: String,
    /// Sentence on tax.
    pub tax_note: Option<String>,
    /// Days from issue to due; none as the settings say.
    pub terms_days: Option<u32>,
    /// `settings`, `always` or `never`.
    pub approval: String,
}

/// A change of how a tenant is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    /// The tenant.
    pub tenant_id: String,
    /// All of it.
    pub account: BillingAccount,
    /// Why.
    pub reason: String,
}

/// A discount for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct CouponRequest {
    /// The tenant.
    pub tenant_id: String,
    /// What the invoice calls it.
    pub code: String,
    /// Code of a meter: on its lines only; none: on the invoice.
    pub meter: Option<String>,
    /// Percent off; this or `amount_off`.
    pub percent_off: Option<String>,
    /// Amount off per invoice in the tenant's currency.
    pub amount_off: Option<String>,
    /// Invoices of periods that start then or later; now when absent.
    pub valid_from: Option<String>,
    /// And before then; none for good.
    pub valid_to: Option<String>,
    /// Why.
    pub reason: String,
}

/// Prepaid credits for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// The tenant.
    pub tenant_id: String,
    /// Name of the wallet.
    pub name: String,
    /// In major units of the tenant's currency.
    pub amount: String,
    /// A smaller number pays first.
    pub priority: i32,
    /// When it ends; none never.
    pub expires_at: Option<String>,
    /// Why.
    pub reason: String,
}

/// A discount as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CouponRow {
    /// Its id.
    pub coupon_id: String,
    /// Code.
    pub code: String,
    /// Code of the meter, for a discount on its lines.
    pub meter: Option<String>,
    /// In words: `10 %` or `25.00 USD`.
    pub off: String,
    /// From when.
    pub valid_from: String,
    /// Until when.
    pub valid_to: Option<String>,
    /// Who gave it.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// Prepaid credits as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct WalletRow {
    /// Its id.
    pub wallet_id: String,
    /// Name.
    pub name: String,
    /// A smaller number pays first.
    pub priority: i32,
    /// What it holds.
    pub balance: String,
    /// Currency.
    pub currency: String,
    /// When it ends.
    pub expires_at: Option<String>,
}

/// Money matters of one tenant (requirement B2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct TenantBilling {
    /// When this was read.
    pub as_of: String,
    /// How it is billed.
    pub account: BillingAccount,
    /// Discounts, newest first.
    pub coupons: Vec<CouponRow>,
    /// Prepaid credits.
    pub wallets: Vec<WalletRow>,
    /// Open amounts by age, per currency.
    pub ageing: Vec<AgeingRow>,
    /// What happened to its subscriptions, newest first.
    pub subscriptions: Vec<SubscriptionChange>,
}

/// Open amounts of one tenant in one currency by days after they were due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct AgeingRow {
    /// The tenant.
    pub tenant_id: String,
    /// Its name.
    pub tenant: String,
    /// Currency.
    pub currency: String,
    /// Not due yet.
    pub current: String,
    /// 1 to 30 days.
    pub to_30: String,
    /// 31 to 60 days.
    pub to_60: String,
    /// 61 to 90 days.
    pub to_90: String,
    /// More than 90 days.
    pub above_90: String,
    /// All of it.
    pub open: String,
}

/// A step in the history of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SubscriptionChange {
    /// The subscription.
    pub subscription_id: String,
    /// When it holds from.
    pub at: String,
    /// `started`, `changed`, `override`, `cancelled`.
    pub kind: String,
    /// In words: `Team, version 2`.
    pub plan: String,
}

/// Another plan for a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct PlanChangeRequest {
    /// The tenant.
    pub tenant_id: String,
    /// The subscription.
    pub subscription_id: String,
    /// Code of the plan.
    pub plan: String,
    /// From when; now when absent. The day on which it lies belongs to the new plan.
    pub at: Option<String>,
    /// Why.
    pub reason: String,
}

/// The end of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// The tenant.
    pub tenant_id: String,
    /// The subscription.
    pub subscription_id: String,
    /// The first instant without it; the end of the running period when absent.
    pub at: Option<String>,
    /// Why.
    pub reason: String,
}

/// What a person decides about use that came after its period had closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LateDecision {
    /// Take it: it is billed on the next invoice as late.
    NextInvoice,
    /// Take back: a credit note for the period's invoice.
    CreditNote,
    /// It stays out.
    Refuse,
}

/// A decision about late rows of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct LateRequest {
    /// Rows of the quarantine with the reason `closed_period`; at most 200, of one tenant.
    pub ids: Vec<String>,
    /// What.
    pub decision: LateDecision,
    /// Why.
    pub reason: String,
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// A row an invoice.
    Invoices,
    /// A row a line.
    Lines,
    /// A row a credit note.
    CreditNotes,
    /// A row a payment.
    Payments,
    /// A row an event behind the invoices.
    Events,
    /// Open amounts by age.
    Ageing,
    /// Postings: debit and credit.
    Journal,
}

/// The form of an exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated text.
    Csv,
    /// A workbook.
    Xlsx,
}

/// A request to export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// What.
    pub kind: ExportKind,
    /// How.
    pub format: ExportFormat,
    /// Which invoices.
    pub filter: InvoiceFilter,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Exported {
    /// Where it lies.
    pub file: String,
    /// Rows without the head.
    pub rows: u32,
    /// Bytes.
    #[specta(type = u32)]
    pub bytes: u64,
}
