//! Mapping files of invoices: which column of a file of documents means what. Written in TOML; `docs/import.md` describes
//! each entry.
//!
//! Only what a mapping says, checked for sense; [`super::row`] applies it. An unknown entry is an error.

use crate::error::{OperationError, Result};
use crate::import::mapping::{CreateRule, CsvRule, FilterRule, Format, Source};
use billing::invoice::Status;
use billing::money::Currency;
use billing::time::Zone;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A mapping of a file of invoices and credit notes.
#[derive(Debug, Clone, Deserialize)]
pub struct InvoiceMapping {
    /// Its name: the source, and the series of the documents' numbers.
    pub name: String,
    /// Title on screens.
    #[serde(default)]
    pub title: String,
    /// What files it reads.
    #[serde(default)]
    pub description: String,
    /// Which of several mappings of one name a file takes.
    #[serde(default)]
    pub when: WhenRule,
    /// How the file is written: `csv` or `jsonl`.
    pub format: Format,
    /// Delimiter and column names of CSV files.
    #[serde(default)]
    pub csv: CsvRule,
    /// Words that mean "nothing", beside the empty text.
    #[serde(default)]
    pub null_words: Vec<String>,
    /// Columns that the file may lack.
    #[serde(default)]
    pub optional: Vec<String>,
    /// What a row says.
    #[serde(flatten)]
    pub rules: RowRules,
    /// How the file that `--documents` names is read; its rows have one document each, those of the file its lines.
    pub documents: Option<DocumentsRule>,
    /// Rows that are taken; a row must pass all.
    #[serde(default)]
    pub filter: Vec<FilterRule>,
    /// What is made when it is not there yet.
    #[serde(default)]
    pub create: CreateRule,
}

/// Which files a mapping is for, by the columns of the header.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhenRule {
    /// All of these are there.
    pub columns: Vec<String>,
    /// None of these is.
    pub without: Vec<String>,
}

/// The file of documents beside a file of lines.
#[derive(Debug, Clone, Deserialize)]
pub struct DocumentsRule {
    /// What the rows of both files know a document by, in this file; the lines say it by `key`.
    pub key: Source,
    /// Columns that the file may lack.
    #[serde(default)]
    pub optional: Vec<String>,
    /// What a row says. Its amount stands for the document where the file of lines has none.
    #[serde(flatten)]
    pub rules: RowRules,
    /// Rows that are taken.
    #[serde(default)]
    pub filter: Vec<FilterRule>,
}

/// What a row says of its document and of a line.
#[derive(Debug, Clone, Deserialize)]
pub struct RowRules {
    /// The document's number; rows with one number are one document, wherever they stand.
    pub number: Option<Source>,
    /// What rows of one document have in common, where that is not the number.
    pub key: Option<Source>,
    /// Put before each number.
    pub prefix: Option<String>,
    /// Who is billed.
    pub tenant: DocumentTenantRule,
    /// The line.
    #[serde(default)]
    pub line: LineRule,
    /// Currency and unit of amounts.
    pub money: MoneyRule,
    /// When it was issued: the earliest of a document's rows counts.
    pub time: DocumentTimeRule,
    /// By when it is to be paid; a time or a day, as `time` is written.
    pub due: Option<Source>,
    /// What time it is about.
    pub period: Option<PeriodRule>,
    /// Where it stands.
    pub status: Option<StatusRule>,
    /// What was paid of it.
    pub paid: Option<Source>,
    /// Tax; those of a document's rows add up.
    pub tax: Option<TaxRule>,
    /// What the document comes to, tax included, as it says itself.
    pub total: Option<Source>,
    /// More about who is billed.
    #[serde(default)]
    pub buyer: BuyerRule,
    /// What makes a document a credit note.
    pub credit_note: Option<CreditRule>,
    /// A sentence of the document.
    pub note: Option<Source>,
}

/// Who is billed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentTenantRule {
    /// The tenant's id in the company's own systems.
    pub from: Option<Source>,
    /// The name of a tenant that is made, and on the document.
    pub name: Option<Source>,
    /// Whose document it is where no row names a tenant; none refuses it.
    pub fallback: Option<String>,
}

/// A line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineRule {
    /// What it says.
    pub text: Option<Source>,
    /// Its article number and the like, put before the text.
    pub code: Option<Source>,
    /// How many.
    pub quantity: Option<Source>,
    /// Of what.
    pub unit: Option<Source>,
    /// Price of one.
    pub price: Option<Source>,
    /// The amount; without it, quantity x price.
    pub amount: Option<Source>,
    /// Whether the row's tax is within the amount.
    pub tax_included: bool,
}

/// How amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AmountUnit {
    /// 12.50.
    #[default]
    Major,
    /// 1250.
    Minor,
    /// 1250 in the digits that Stripe keeps a currency with.
    Stripe,
}

impl AmountUnit {
    /// Digits behind the point that an amount in a currency is given without.
    pub fn digits(self, currency: Currency) -> u32 {
        match self {
            Self::Major => 0,
            Self::Minor => currency.digits(),
            // Stripe has kept two digits for currencies that lost theirs, and has none for one that has two.
            Self::Stripe => match currency.code() {
                "ISK" | "UGX" => 2,
                "MGA" => 0,
                _ => currency.digits(),
            },
        }
    }
}

/// Currency and unit of all amounts of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyRule {
    /// The currency.
    pub currency: Source,
    /// Whether amounts and prices are in minor units.
    #[serde(default)]
    pub units: AmountUnit,
}

/// When a document was issued.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentTimeRule {
    /// The column.
    pub from: Source,
    /// Formats as in mappings of usage; the first that fits reads the time.
    #[serde(default = "iso")]
    pub formats: Vec<String>,
    /// The zone of times that name none, and of the day of issue.
    pub zone: Option<Zone>,
}

fn iso() -> Vec<String> {
    vec!["auto".to_owned()]
}

/// What time a document is about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodRule {
    /// The beginning.
    pub from: Source,
    /// The end, exclusive.
    pub to: Source,
}

/// Where a document stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    /// The column; a constant says it of all.
    pub from: Source,
    /// Its words and what they mean; the meaning itself is always understood. In capitals or not.
    #[serde(default)]
    pub words: BTreeMap<String, Status>,
}

/// Tax of a row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRule {
    /// The amount.
    pub amount: Source,
    /// The rate in percent, where the file says it.
    pub percent: Option<Source>,
}

/// Who is billed, as the document says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuyerRule {
    /// Columns that are the lines of the address.
    pub address: Vec<String>,
    /// ISO 3166 code.
    pub country: Option<Source>,
    /// E-mail address.
    pub email: Option<Source>,
    /// Id for taxes.
    pub tax_id: Option<Source>,
}

/// How the file writes what is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CreditedAs {
    /// As lines below zero.
    #[default]
    Negative,
    /// As what is given back.
    Positive,
}

/// What makes a document a credit note; any of these is enough.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CreditRule {
    /// All are.
    pub always: bool,
    /// Numbers that begin with this.
    pub number_prefix: Option<String>,
    /// Rows in which this column has one of the words, in capitals or not.
    pub from: Option<String>,
    /// The words.
    pub words: Vec<String>,
    /// Documents whose total is below zero.
    pub negative_total: bool,
    /// How what is credited is written.
    pub credited: CreditedAs,
    /// The number of the invoice that it credits.
    pub invoice: Option<Source>,
    /// Why.
    pub reason: Option<Source>,
}

fn wrong(message: impl Into<String>) -> OperationError {
    OperationError::wrong_use("invalid_mapping", message).field("map")
}

impl InvoiceMapping {
    /// Reads a mapping and checks it.
    ///
    /// # Errors
    /// `invalid_mapping` with the place at fault.
    pub fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        check_entries(&table)?;
        let mapping: Self = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<()> {
        if self.name.is_empty() || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            return Err(wrong("The mapping's name must have 1 to 100 bytes and no control characters."));
        }
        if self.format == Format::Cloudevents {
            return Err(wrong("Invoices are read from csv or jsonl."));
        }
        let delimiter = self.csv.delimiter;
        if !delimiter.is_ascii() || matches!(delimiter, '"' | '\r' | '\n' | '\0') {
            return Err(wrong("The delimiter must be one ASCII character that is no quote and no line end."));
        }
        let filters = self.filter.iter().chain(self.documents.iter().flat_map(|rule| &rule.filter));
        for filter in filters {
            if filter.any_of.is_none() && filter.not_in.is_none() {
                return Err(wrong(format!("The filter on '{}' needs `in` or `not_in`.", filter.from)));
            }
        }
        if self.documents.is_some() && self.rules.key.is_none() {
            return Err(wrong("With [documents], `key` says what lines know their document by."));
        }
        self.rules.check()?;
        self.documents.as_ref().map_or(Ok(()), |rule| rule.rules.check())
    }
}

impl RowRules {
    fn check(&self) -> Result<()> {
        if self.number.is_none() && self.key.is_none() {
            return Err(wrong("A mapping needs the `number` of the document."));
        }
        let line = &self.line;
        if line.amount.is_none() && (line.quantity.is_none() || line.price.is_none()) {
            return Err(wrong("A line needs an `amount`, or a `quantity` and a `price`."));
        }
        if self.tenant.from.is_none() && self.tenant.fallback.is_none() {
            return Err(wrong("A mapping needs a `tenant.from` or a `tenant.fallback`."));
        }
        let fallback = self.tenant.fallback.as_deref().unwrap_or("-");
        if fallback.is_empty() || fallback.len() > 200 || fallback.chars().any(char::is_control) {
            return Err(wrong("A fallback tenant has 1 to 200 bytes and no control characters."));
        }
        if self.prefix.as_ref().is_some_and(|prefix| prefix.len() > 40 || prefix.chars().any(char::is_control)) {
            return Err(wrong("A prefix has at most 40 bytes and no control characters."));
        }
        if self.time.formats.is_empty() {
            return Err(wrong("A time needs a format."));
        }
        let statuses = self.status.iter().flat_map(|rule| rule.words.values());
        if statuses.into_iter().any(|status| matches!(status, Status::Draft | Status::Approved)) {
            return Err(wrong("An imported document is issued: leave drafts out with a [[filter]]."));
        }
        super::row::clocks(&self.time).map(|_| ())
    }
}

/// Entries of the outermost table and of `[documents]`: those tables are read in two parts, which hides misspelt ones.
fn check_entries(table: &toml::Table) -> Result<()> {
    const ROW: [&str; 15] = [
        "number",
        "key",
        "prefix",
        "tenant",
        "line",
        "money",
        "time",
        "due",
        "period",
        "status",
        "paid",
        "tax",
        "total",
        "buyer",
        "credit_note",
    ];
    const FILE: [&str; 11] = [
        "name",
        "title",
        "description",
        "when",
        "format",
        "csv",
        "null_words",
        "optional",
        "documents",
        "filter",
        "create",
    ];
    let check = |table: &toml::Table, known: &[&str]| {
        let unknown = table
            .keys()
            .find(|name| !known.contains(&name.as_str()) && !ROW.contains(&name.as_str()) && *name != "note");
        unknown.map_or(Ok(()), |name| Err(wrong(format!("The mapping file is not valid: unknown field `{name}`."))))
    };
    check(table, &FILE)?;
    let documents = table.get("documents").and_then(toml::Value::as_table);
    documents.map_or(Ok(()), |table| check(table, &["optional", "filter"]))
}

fn unreadable(text: &str, error: &toml::de::Error) -> OperationError {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() as u64 + 1);
    let wrong = wrong(format!("The mapping file is not valid: {}.", error.message().trim()));
    if let Some(line) = line { wrong.line(line) } else { wrong }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const SMALL: &str = r#"
        name = "sales"
        format = "csv"
        number = "no"
        tenant.from = "customer"
        line = { text = "what", quantity = "n", price = "each" }
        money.currency = { constant = "EUR" }
        time = { from = "at", zone = "UTC" }
    "#;

    #[test]
    fn a_small_mapping_has_sensible_defaults() {
        let mapping = InvoiceMapping::parse(SMALL).unwrap();
        assert_eq!(mapping.rules.money.units, AmountUnit::Major, "amounts are in major units unless said otherwise");
        assert!(mapping.rules.tenant.fallback.is_none(), "a document without tenant is refused unless said otherwise");
        assert!(mapping.rules.credit_note.is_none(), "nothing is a credit note unless said otherwise");
    }

    #[rstest]
    #[case("number = \"no\"", "nmuber = \"no\"", "unknown field")]
    #[case("number = \"no\"", "", "needs the `number`")]
    #[case("price = \"each\"", "prize = \"each\"", "unknown field")]
    #[case("price = \"each\"", "unit = \"each\"", "needs an `amount`")]
    #[case("tenant.from = \"customer\"", "tenant = {}", "tenant.from")]
    #[case("tenant.from = \"customer\"", "tenant = { fallback = \"\" }", "1 to 200 bytes")]
    #[case("format = \"csv\"", "format = \"cloudevents\"", "csv or jsonl")]
    #[case("zone = \"UTC\"", "formats = [\"%Q\"]", "time format")]
    #[case("zone = \"UTC\"", "formats = []", "needs a format")]
    #[case("number = \"no\"", "number = \"no\"\nstatus = { from = \"s\", words = { open = \"draft\" } }", "is issued")]
    #[case("number = \"no\"", "number = \"no\"\nprefix = \"a\\nb\"", "40 bytes")]
    fn what_makes_no_sense_is_refused(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
        let error = InvoiceMapping::parse(&SMALL.replace(from, to)).unwrap_err();
        assert_eq!(error.code(), "invalid_mapping", "the code is stable");
        assert!(error.to_string().contains(expected), "'{error}' must say '{expected}'");
    }
}
