//! Mapping files: which column of a usage file means what. Written in TOML; `docs/import.md` describes each entry.
//!
//! Only what a mapping says, checked for sense. [`super::layout`] binds it to the columns of one file, and
//! [`super::interpret`] applies it to rows. An unknown entry is an error: a misspelt one would lose data silently.

use crate::error::{OperationError, Result};
use billing::meter::{Aggregation, Reset};
use billing::money::Currency;
use billing::quantity::Scale;
use billing::time::Zone;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// The longest mapping file, in bytes.
pub const MAX_MAPPING_BYTES: u64 = 256 * 1024;

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values (or another delimiter), RFC 4180.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// `CloudEvents` in structured JSON: one, a batch in an array, or one after another.
    Cloudevents,
}

impl Format {
    /// The word of mapping files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Cloudevents => "cloudevents",
        }
    }
}

/// A mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name; the source of the events that it makes.
    pub name: String,
    /// Title on screens.
    #[serde(default)]
    pub title: String,
    /// What files it reads.
    #[serde(default)]
    pub description: String,
    /// How the file is written.
    pub format: Format,
    /// Delimiter and column names of CSV files.
    #[serde(default)]
    pub csv: CsvRule,
    /// Words that mean "nothing", beside the empty text.
    #[serde(default)]
    pub null_words: Vec<String>,
    /// Columns that a file may lack.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Who used it.
    pub tenant: TenantRule,
    /// What was counted; each entry gives one event per row.
    pub meter: Vec<MeterRule>,
    /// When.
    pub time: TimeRule,
    /// What identifies an event; none for files without keys.
    pub key: Option<Source>,
    /// What the provider charged.
    pub cost: Option<CostRule>,
    /// Who did the work.
    pub provider: Option<Source>,
    /// What was done.
    pub action: Option<Source>,
    /// Why the event exists.
    pub classification: Option<WordRule>,
    /// Whether it is billable.
    pub billable: Option<BillableRule>,
    /// The key of the event that this one repeats or corrects.
    pub parent: Option<Source>,
    /// Who and what it refers to.
    #[serde(default)]
    pub subjects: SubjectRule,
    /// Columns that are kept beside the event.
    #[serde(default)]
    pub metadata: Vec<String>,
    /// Rows that are taken; a row must pass all.
    #[serde(default)]
    pub filter: Vec<FilterRule>,
    /// What is made when it is not there yet.
    #[serde(default)]
    pub create: CreateRule,
}

/// How CSV is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CsvRule {
    /// One ASCII character.
    pub delimiter: char,
    /// The names of the columns where the file has no header line.
    pub columns: Vec<String>,
}

impl Default for CsvRule {
    fn default() -> Self {
        Self { delimiter: ',', columns: Vec::new() }
    }
}

/// Where a text comes from: `"column"`, `["first", "that is present"]`, or
/// `{ from = [...], join = "/", constant = "when nothing is present" }`.
///
/// In JSON a name that begins with `/` is a JSON pointer, any other a member of the outermost object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Columns: the first that is present, or all that are present when they are joined.
    pub from: Vec<String>,
    /// What joins them.
    pub join: Option<String>,
    /// The text where no column is present.
    pub constant: Option<String>,
}

impl Source {
    /// A single column.
    pub fn column(name: &str) -> Self {
        Self { from: vec![name.to_owned()], ..Self::default() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    #[serde(default)]
    from: Names,
    join: Option<String>,
    constant: Option<String>,
}

/// One name or several.
#[derive(Default)]
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Source::deserialize(deserializer).map(|source| Self(source.from))
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column, a list of columns, or a table of from, join and constant")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Source, E> {
                Ok(Source::column(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Source, A::Error> {
                let mut from = Vec::new();
                while let Some(name) = items.next_element()? {
                    from.push(name);
                }
                Ok(Source { from, ..Source::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let table = SourceTable::deserialize(MapAccessDeserializer::new(map))?;
                let source = Source { from: table.from.0, join: table.join, constant: table.constant };
                if source.from.is_empty() && source.constant.is_none() {
                    return Err(A::Error::custom("it names neither a column nor a constant"));
                }
                Ok(source)
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

/// Who used it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantRule {
    /// The tenant's id in the company's own systems. None: the tenant is named with the import, or each file is one.
    pub from: Option<Source>,
    /// The account above it; the outside id is then `ACCOUNT/TENANT`.
    pub account: Option<Source>,
    /// The name of a tenant that is made.
    pub name: Option<Source>,
}

/// What a missing quantity means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingQuantity {
    /// The row is refused.
    #[default]
    Refuse,
    /// The event has quantity 0 (cost without quantity).
    Zero,
    /// The row gives no event of this meter.
    Skip,
}

/// A meter that a row feeds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterRule {
    /// Its code: a constant, a column, several joined.
    pub code: Source,
    /// The name of a meter that is made; else the code.
    pub name: Option<Source>,
    /// The quantity; a constant 1 counts rows.
    pub quantity: Source,
    /// Multiplies the quantity: 60 makes seconds of minutes.
    pub factor: Option<std::num::NonZeroU32>,
    /// What a missing quantity means.
    #[serde(default)]
    pub missing: MissingQuantity,
    /// Takes the quantity with the other sign when this column has one of these words (storage freed).
    pub negative: Option<NegativeRule>,
    /// Its unit.
    pub unit: Source,
    /// Rounds half to even to this many digits and reports the rest; without it, more digits are an error.
    pub round: Option<Scale>,
    /// Decimal digits of a meter that is made.
    #[serde(default = "whole")]
    pub scale: Scale,
    /// Decimal digits of a meter that is made for one of these units.
    #[serde(default)]
    pub unit_scales: BTreeMap<String, Scale>,
    /// How a meter that is made adds up.
    #[serde(default = "sum")]
    pub aggregation: Aggregation,
    /// When a meter that is made starts again; level meters never do.
    pub reset: Option<Reset>,
    /// Whether a meter that is made takes negative quantities.
    #[serde(default)]
    pub signed: bool,
    /// Only rows in which a column has one of these words feed this meter.
    pub only: Option<FilterRule>,
}

const fn whole() -> Scale {
    Scale::ZERO
}

const fn sum() -> Aggregation {
    Aggregation::Sum
}

/// When the sign of a quantity turns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeRule {
    /// The column.
    pub from: String,
    /// The words.
    pub words: Vec<String>,
}

/// When it happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// The column.
    pub from: Source,
    /// `auto` (ISO 8601 in its usual spellings), `unix_s`, `unix_ms`, `unix_us`, or a pattern such as
    /// `%d.%m.%Y %H:%M:%S`.
    #[serde(default = "auto")]
    pub format: String,
    /// The IANA zone of times that do not name one.
    pub zone: Option<Zone>,
    /// When it ended; kept beside the event, and refused when it lies before the beginning.
    pub end: Option<Source>,
}

fn auto() -> String {
    "auto".to_owned()
}

/// What the provider charged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRule {
    /// The amount.
    pub from: Source,
    /// The currency.
    pub currency: Source,
}

/// A column whose words stand for others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordRule {
    /// The column.
    pub from: Source,
    /// Its words and what they mean; the meaning itself is always understood.
    #[serde(default)]
    pub words: BTreeMap<String, billing::event::Classification>,
    /// Words whose rows are not billable, whatever `[billable]` says, and the reason that is stored.
    #[serde(default)]
    pub free: BTreeMap<String, String>,
}

/// Whether it is billable.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillableRule {
    /// `true`, `yes`, `1`, `t`, `y` or their opposites.
    pub from: Source,
    /// Why; without personal data.
    pub reason: Option<Source>,
}

/// Who and what it refers to: ids of the company's own systems.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubjectRule {
    /// The person or account.
    pub user: Option<Source>,
    /// Whom it was for.
    pub client: Option<Source>,
    /// The session.
    pub session: Option<Source>,
    /// The thing.
    pub resource: Option<Source>,
}

/// Which rows are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterRule {
    /// The column.
    pub from: String,
    /// The row is taken when the column has one of these words; an empty text means "nothing".
    #[serde(rename = "in")]
    pub any_of: Option<Vec<String>>,
    /// The row is left out when the column has one of these words.
    pub not_in: Option<Vec<String>>,
}

/// What is made when it is not there yet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CreateRule {
    /// Tenants.
    pub tenants: bool,
    /// Meters.
    pub meters: bool,
    /// The zone of tenants that are made.
    pub zone: Zone,
    /// The currency of tenants that are made.
    pub currency: Currency,
}

impl Default for CreateRule {
    fn default() -> Self {
        Self { tenants: false, meters: false, zone: Zone::UTC, currency: Currency::USD }
    }
}

fn wrong(message: impl Into<String>) -> OperationError {
    OperationError::wrong_use("invalid_mapping", message).field("map")
}

impl Mapping {
    /// Reads a mapping and checks it.
    ///
    /// # Errors
    /// `invalid_mapping` with the place at fault.
    pub fn parse(text: &str) -> Result<Self> {
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() as u64 + 1);
            let reason = error.message().trim().to_owned();
            let wrong = wrong(format!("The mapping file is not valid: {reason}."));
            if let Some(line) = line { wrong.line(line) } else { wrong }
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Whether events are identified by a column.
    pub const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    fn check(&self) -> Result<()> {
        if self.name.is_empty() || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            return Err(wrong("The mapping's name must have 1 to 100 bytes and no control characters."));
        }
        if self.meter.is_empty() || self.meter.len() > 50 {
            return Err(wrong("A mapping needs 1 to 50 [[meter]] entries."));
        }
        let delimiter = self.csv.delimiter;
        if !delimiter.is_ascii() || matches!(delimiter, '"' | '\r' | '\n' | '\0') {
            return Err(wrong("The delimiter must be one ASCII character that is no quote and no line end."));
        }
        if self.format == Format::Csv && self.tenant.from.is_none() && self.tenant.account.is_some() {
            return Err(wrong("An account needs a tenant column."));
        }
        if self.format == Format::Cloudevents && self.key.is_none() {
            let sentence = "A mapping of CloudEvents needs a key, such as key = { from = [\"source\", \"id\"], join = \"/\" }: \
                several events may stand in one line, so that a line tells none of them apart.";
            return Err(wrong(sentence));
        }
        for meter in &self.meter {
            self.check_meter(meter)?;
        }
        for filter in self.filter.iter().chain(self.meter.iter().filter_map(|meter| meter.only.as_ref())) {
            if filter.any_of.is_none() && filter.not_in.is_none() {
                return Err(wrong(format!("The filter on '{}' needs `in` or `not_in`.", filter.from)));
            }
        }
        for reason in self.classification.iter().flat_map(|rule| rule.free.values()) {
            if reason.is_empty() || reason.len() > super::interpret::limits::REASON || reason.contains('\0') {
                return Err(wrong("A reason in `classification.free` has 1 to 200 bytes and no zero character."));
            }
        }
        let constant_parts = self.meter.iter().filter(|meter| meter.code.from.is_empty()).count();
        let mut codes: Vec<_> = self.meter.iter().filter_map(|meter| meter.code.constant.as_deref()).collect();
        codes.sort_unstable();
        codes.dedup();
        if constant_parts > codes.len() {
            return Err(wrong("Two [[meter]] entries have the same code."));
        }
        super::time::Clock::new(&self.time).map(|_| ())
    }

    fn check_meter(&self, meter: &MeterRule) -> Result<()> {
        if meter.aggregation == Aggregation::Level && meter.reset.is_some_and(|reset| reset != Reset::Never) {
            return Err(wrong("A level meter never resets: leave `reset` out."));
        }
        if meter.aggregation != Aggregation::Level && meter.reset == Some(Reset::Never) {
            return Err(wrong("Only level meters have `reset = \"never\"`."));
        }
        if self.meter.len() > 1 && meter.code.from.is_empty() && meter.code.constant.is_none() {
            return Err(wrong("Each [[meter]] entry needs a code."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const SMALL: &str = r#"
        name = "calls"
        format = "csv"
        tenant.from = "customer"
        time = { from = "at", zone = "UTC" }
        [[meter]]
        code = { constant = "call_seconds" }
        quantity = "seconds"
        unit = { constant = "seconds" }
    "#;

    #[test]
    fn a_small_mapping_has_sensible_defaults() {
        let mapping = Mapping::parse(SMALL).unwrap();
        assert_eq!(mapping.csv.delimiter, ',', "CSV is comma-separated unless said otherwise");
        assert_eq!(mapping.meter[0].scale, Scale::ZERO, "whole units unless said otherwise");
        assert!(!mapping.create.tenants, "nothing is made unless asked for");
        assert!(!mapping.has_key(), "no key was named");
    }

    #[rstest]
    #[case("name = \"calls\"", "nmae = \"calls\"", "unknown field")]
    #[case("format = \"csv\"", "format = \"xml\"", "unknown variant")]
    #[case("unit = { constant = \"seconds\" }", "unit = { konstant = \"s\" }", "unknown field")]
    #[case("unit = { constant = \"seconds\" }", "unit = { }", "neither a column nor a constant")]
    #[case("zone = \"UTC\"", "zone = \"Mars/Base\"", "IANA")]
    #[case("quantity = \"seconds\"", "quantity = \"seconds\"\nscale = 10", "0 to 9")]
    #[case("quantity = \"seconds\"", "quantity = \"s\"\naggregation = \"level\"\nreset = \"day\"", "never resets")]
    #[case("zone = \"UTC\"", "format = \"%Q\"", "pattern")]
    #[case("name = \"calls\"", "name = \"\"", "1 to 100 bytes")]
    fn what_makes_no_sense_is_refused(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
        let error = Mapping::parse(&SMALL.replace(from, to)).unwrap_err();
        assert_eq!(error.code(), "invalid_mapping", "the code is stable");
        assert!(error.to_string().contains(expected), "'{error}' must say '{expected}'");
    }
}
