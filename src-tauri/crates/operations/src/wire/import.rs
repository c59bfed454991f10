//! Import of usage files: presets, what a run found, what it took.

use super::{CurrencyAmount, DetailPair};
use serde::{Deserialize, Serialize};

/// A mapping that comes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct Preset {
    /// Its name, for `--map`.
    pub name: String,
    /// Title on screens.
    pub title: String,
    /// What files it reads.
    pub description: String,
    /// `csv`, `jsonl`, `cloudevents`.
    pub format: String,
    /// Whether the file has no tenant column, so that a tenant must be named.
    pub needs_tenant: bool,
}

/// What to import, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct ImportRequest {
    /// Path of the file.
    pub file: String,
    /// A preset's name or the path of a mapping file.
    pub map: String,
    /// The tenant of every row, by name or outside id, for files without a tenant column.
    pub tenant: Option<String>,
    /// Skip the checks for lateness and subscription (rules, section 2.11).
    pub backfill: bool,
    /// Take a keyless file although it overlaps an earlier one.
    pub allow_overlap: bool,
    /// Take nothing when any row is put aside.
    pub all_or_nothing: bool,
    /// Only look.
    pub dry_run: bool,
}

/// Quantity taken, per meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct MeterTotal {
    /// Code of the meter.
    pub meter: String,
    /// Sum of the accepted quantities.
    pub quantity: String,
    /// Sum of what was rounded off of accepted rows (said less taken).
    pub rounded_off: String,
}

/// Cost taken, per currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct CostTotal {
    /// ISO code.
    pub currency: String,
    /// Sum of the accepted costs.
    pub amount: String,
    /// Sum of what was rounded off of accepted rows (said less taken).
    pub rounded_off: String,
}

/// A kind of problem, with its first lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ImportProblem {
    /// `refused`, `quarantined` or `conflict`.
    pub outcome: String,
    /// Stable reason code.
    pub code: String,
    /// The first such row's sentence.
    pub message: String,
    /// The field at fault.
    pub field: Option<String>,
    /// The first line.
    #[specta(type = u32)]
    pub line: u64,
    /// The first lines, 20 at most.
    #[specta(type = Vec<u32>)]
    pub lines: Vec<u64>,
    /// How many rows.
    #[specta(type = u32)]
    pub rows: u64,
}

/// A row as it would be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct PreviewRow {
    /// Line of the file.
    #[specta(type = u32)]
    pub line: u64,
    /// `accepted`, `duplicate`, `conflict`, `quarantined` or `refused`.
    pub outcome: String,
    /// Tenant, meter, quantity, time and so on.
    pub fields: Vec<DetailPair>,
}

/// What an import or its dry run found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct ImportReport {
    /// The import; none for a dry run.
    pub import_id: Option<String>,
    /// The mapping's name, which is the source of the events.
    pub source: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether a person stopped it; what was taken stays, the same file goes on from there.
    pub stopped: bool,
    /// Data rows read.
    #[specta(type = u32)]
    pub read: u64,
    /// Rows left out by the mapping's filter.
    #[specta(type = u32)]
    pub skipped: u64,
    /// Events accepted (a row may give several).
    #[specta(type = u32)]
    pub accepted: u64,
    /// Events known already.
    #[specta(type = u32)]
    pub duplicates: u64,
    /// Events whose key is known with other content.
    #[specta(type = u32)]
    pub conflicts: u64,
    /// Events put into quarantine for another reason.
    #[specta(type = u32)]
    pub quarantined: u64,
    /// Rows that could not be read.
    #[specta(type = u32)]
    pub refused: u64,
    /// Times cut downwards to the microsecond.
    #[specta(type = u32)]
    pub times_cut: u64,
    /// Local times that the clock showed twice; the earlier instant was taken.
    #[specta(type = u32)]
    pub times_ambiguous: u64,
    /// Tenants that the import made.
    #[specta(type = u32)]
    pub tenants_created: u64,
    /// Meters that the import made.
    #[specta(type = u32)]
    pub meters_created: u64,
    /// Accepted quantity per meter.
    pub totals: Vec<MeterTotal>,
    /// Accepted cost per currency.
    pub cost: Vec<CostTotal>,
    /// The kinds of problems.
    pub problems: Vec<ImportProblem>,
    /// The first 20 rows as they are (or would be) taken.
    pub first_rows: Vec<PreviewRow>,
    /// Where the rows that were put aside were written, to be corrected and imported again.
    pub refused_file: Option<String>,
    /// Milliseconds that it took.
    #[specta(type = u32)]
    pub elapsed_ms: u64,
}

/// Which file of invoices to import, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct InvoiceImportRequest {
    /// Path of the file.
    pub file: String,
    /// Path of the file of documents, where the file has their lines alone.
    pub documents: Option<String>,
    /// A preset's name or the path of a mapping file.
    pub map: String,
    /// Whose documents those are that name no tenant, instead of what the mapping says.
    pub tenant: Option<String>,
    /// Put documents that name no tenant aside, whatever the mapping says.
    pub refuse_blank_tenants: bool,
    /// Take nothing when any row is put aside.
    pub all_or_nothing: bool,
    /// Only look.
    pub dry_run: bool,
}

/// What an import of invoices or its dry run found. Rows are counted where it says so, documents otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct InvoiceImportReport {
    /// The import; none for a dry run.
    pub import_id: Option<String>,
    /// The mapping's name, which is the series of the documents.
    pub source: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether a person stopped it; what was taken stays, the same file goes on from there.
    pub stopped: bool,
    /// Data rows read, of both files.
    #[specta(type = u32)]
    pub read: u64,
    /// Rows left out by the mapping's filter.
    #[specta(type = u32)]
    pub skipped: u64,
    /// Documents taken.
    #[specta(type = u32)]
    pub documents: u64,
    /// Invoices among them.
    #[specta(type = u32)]
    pub invoices: u64,
    /// Credit notes among them.
    #[specta(type = u32)]
    pub credit_notes: u64,
    /// Lines of them.
    #[specta(type = u32)]
    pub lines: u64,
    /// Documents that were there already.
    #[specta(type = u32)]
    pub duplicates: u64,
    /// Documents whose number was there with other content.
    #[specta(type = u32)]
    pub conflicts: u64,
    /// Rows that were put aside, those of conflicts not among them.
    #[specta(type = u32)]
    pub refused: u64,
    /// Tenants that the import made.
    #[specta(type = u32)]
    pub tenants_created: u64,
    /// Sum of all lines taken, before any rounding, with the signs of the file.
    pub totals: Vec<CurrencyAmount>,
    /// Sum of the totals of the invoices taken, tax included.
    pub invoice_totals: Vec<CurrencyAmount>,
    /// Sum of what the credit notes taken give back, tax included; above zero.
    pub credit_totals: Vec<CurrencyAmount>,
    /// What rounding the lines to the currency took off (said less taken).
    pub rounded_off: Vec<CurrencyAmount>,
    /// What the documents' own totals exceed their lines and taxes by; it is a line of those documents.
    pub differences: Vec<CurrencyAmount>,
    /// The kinds of problems.
    pub problems: Vec<ImportProblem>,
    /// Where the rows that were put aside were written, to be corrected and imported again.
    pub refused_file: Option<String>,
    /// Milliseconds that it took.
    #[specta(type = u32)]
    pub elapsed_ms: u64,
}
