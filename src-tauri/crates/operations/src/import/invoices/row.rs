//! What one row says of a document and of a line. Pure: no database, no clock.
//!
//! Amounts stay as the file writes them until the currency of the whole document is known. What is missing is told where
//! the document is made, because another row may say it.

use super::mapping::{AmountUnit, CreditRule, DocumentTimeRule, DocumentsRule, InvoiceMapping, RowRules};
use crate::error::Result;
use crate::import::cells::{Cells, number};
use crate::import::interpret::limits;
use crate::import::layout::{Filter, Pick, Places};
use crate::import::mapping::{FilterRule, Source, TimeRule};
use crate::import::refusal::{Refusal, code};
use crate::import::time::{self, Clock};
use billing::invoice::{Party, Status};
use billing::money::Currency;
use billing::put_aside::Reason;
use billing::time::{Timestamp, Zone};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The longest number of a document, in bytes.
const MAX_NUMBER: usize = 100;
/// The longest text of a line, of an address' line, of a sentence, in bytes.
const MAX_TEXT: usize = 1_000;

/// The clocks of a time rule, in order.
///
/// # Errors
/// `invalid_mapping` for a format that is none.
pub fn clocks(rule: &DocumentTimeRule) -> Result<Vec<Clock>> {
    let clock = |format: &String| {
        Clock::new(&TimeRule { from: Source::default(), format: format.clone(), zone: rule.zone, end: None })
    };
    rule.formats.iter().map(clock).collect()
}

/// A line as a row says it; amounts in the unit of the file.
#[derive(Debug, Clone)]
pub struct SaidLine {
    /// Code and text.
    pub text: String,
    /// How many.
    pub quantity: Option<Decimal>,
    /// Of what.
    pub unit: Option<String>,
    /// Price of one.
    pub price: Option<Decimal>,
    /// The amount, where the row gives it.
    pub amount: Option<Decimal>,
    /// Whether the row's tax is within it.
    pub tax_included: bool,
}

/// What a row says.
#[derive(Debug, Clone)]
pub struct Said {
    /// The document's number, prefix and all.
    pub number: Option<String>,
    /// The tenant's id in the company's own systems.
    pub tenant: Option<String>,
    /// Its name.
    pub tenant_name: Option<String>,
    /// The currency, and whether a column says it.
    pub currency: Option<(Currency, bool)>,
    /// What amounts are in.
    pub units: AmountUnit,
    /// The line.
    pub line: SaidLine,
    /// When it was issued.
    pub at: Option<Timestamp>,
    /// By when it is to be paid.
    pub due: Option<Timestamp>,
    /// What time it is about.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Where it stands.
    pub status: Option<Status>,
    /// What was paid.
    pub paid: Option<Decimal>,
    /// Tax and its rate.
    pub tax: Option<(Decimal, Option<Decimal>)>,
    /// What the document comes to.
    pub total: Option<Decimal>,
    /// Who is billed, but for the name.
    pub buyer: Party,
    /// Whether the row makes its document a credit note.
    pub is_credit: bool,
    /// The invoice that is credited.
    pub invoice: Option<String>,
    /// Why it is credited.
    pub reason: Option<String>,
    /// A sentence.
    pub note: Option<String>,
}

/// The rules of a row, bound to the cells that a reader gives.
#[derive(Debug, Clone)]
pub struct RowLayout {
    /// The names of the cells, in order.
    pub names: Vec<String>,
    /// Columns that the file may lack.
    pub optional: Vec<String>,
    null_words: Vec<String>,
    filters: Vec<Filter>,
    number: Option<Pick>,
    key: Option<Pick>,
    prefix: String,
    tenant: Option<Pick>,
    tenant_name: Option<Pick>,
    text: Option<Pick>,
    code: Option<Pick>,
    quantity: Option<Pick>,
    unit: Option<Pick>,
    price: Option<Pick>,
    amount: Option<Pick>,
    tax_included: bool,
    currency: Pick,
    units: AmountUnit,
    clocks: Vec<Clock>,
    time: Pick,
    due: Option<Pick>,
    period: Option<(Pick, Pick)>,
    status: Option<(Pick, BTreeMap<String, Status>)>,
    paid: Option<Pick>,
    tax: Option<(Pick, Option<Pick>)>,
    total: Option<Pick>,
    address: Vec<usize>,
    country: Option<Pick>,
    email: Option<Pick>,
    tax_id: Option<Pick>,
    note: Option<Pick>,
    credit_from: Option<usize>,
    invoice: Option<Pick>,
    reason: Option<Pick>,
    /// The zone of the day of issue.
    pub zone: Zone,
    /// Whose document it is where no row names a tenant.
    pub fallback: Option<String>,
    /// How a credit note is told by its total, and how what is credited is written.
    pub credit: CreditRule,
}

/// What is the same of both files of a mapping.
struct Binding<'m> {
    rules: &'m RowRules,
    key: Option<&'m Source>,
    optional: &'m [String],
    null_words: &'m [String],
    filters: &'m [FilterRule],
}

impl RowLayout {
    /// Of the file itself.
    ///
    /// # Errors
    /// `invalid_mapping` for a time format that is none.
    pub fn of_file(mapping: &InvoiceMapping) -> Result<Self> {
        Self::bind(&Binding {
            rules: &mapping.rules,
            key: mapping.rules.key.as_ref(),
            optional: &mapping.optional,
            null_words: &mapping.null_words,
            filters: &mapping.filter,
        })
    }

    /// Of the file of documents.
    ///
    /// # Errors
    /// As [`RowLayout::of_file`].
    pub fn of_documents(mapping: &InvoiceMapping, rule: &DocumentsRule) -> Result<Self> {
        Self::bind(&Binding {
            rules: &rule.rules,
            key: Some(&rule.key),
            optional: &rule.optional,
            null_words: &mapping.null_words,
            filters: &rule.filter,
        })
    }

    fn bind(binding: &Binding<'_>) -> Result<Self> {
        let (rules, mut places) = (binding.rules, Places::default());
        let line = &rules.line;
        let credit = rules.credit_note.clone().unwrap_or_default();
        Ok(Self {
            filters: binding.filters.iter().map(|rule| places.filter(rule)).collect(),
            number: places.maybe(rules.number.as_ref()),
            key: places.maybe(binding.key),
            prefix: rules.prefix.clone().unwrap_or_default(),
            tenant: places.maybe(rules.tenant.from.as_ref()),
            tenant_name: places.maybe(rules.tenant.name.as_ref()),
            text: places.maybe(line.text.as_ref()),
            code: places.maybe(line.code.as_ref()),
            quantity: places.maybe(line.quantity.as_ref()),
            unit: places.maybe(line.unit.as_ref()),
            price: places.maybe(line.price.as_ref()),
            amount: places.maybe(line.amount.as_ref()),
            tax_included: line.tax_included,
            currency: places.pick(&rules.money.currency),
            units: rules.money.units,
            clocks: clocks(&rules.time)?,
            time: places.pick(&rules.time.from),
            due: places.maybe(rules.due.as_ref()),
            period: rules.period.as_ref().map(|rule| (places.pick(&rule.from), places.pick(&rule.to))),
            status: rules.status.as_ref().map(|rule| (places.pick(&rule.from), rule.words.clone())),
            paid: places.maybe(rules.paid.as_ref()),
            tax: rules.tax.as_ref().map(|rule| (places.pick(&rule.amount), places.maybe(rule.percent.as_ref()))),
            total: places.maybe(rules.total.as_ref()),
            address: rules.buyer.address.iter().map(|name| places.place(name)).collect(),
            country: places.maybe(rules.buyer.country.as_ref()),
            email: places.maybe(rules.buyer.email.as_ref()),
            tax_id: places.maybe(rules.buyer.tax_id.as_ref()),
            note: places.maybe(rules.note.as_ref()),
            credit_from: credit.from.as_ref().map(|name| places.place(name)),
            invoice: places.maybe(credit.invoice.as_ref()),
            reason: places.maybe(credit.reason.as_ref()),
            credit,
            zone: rules.time.zone.unwrap_or(Zone::UTC),
            fallback: rules.tenant.fallback.clone(),
            optional: binding.optional.to_vec(),
            null_words: binding.null_words.to_vec(),
            names: places.0,
        })
    }

    fn cells<'r>(&'r self, cells: &'r [Option<String>]) -> Cells<'r> {
        Cells { names: &self.names, null_words: &self.null_words, cells }
    }

    /// Whether the filters let a row pass. Words are the same in capitals and small letters.
    pub fn passes(&self, cells: &[Option<String>]) -> bool {
        let row = self.cells(cells);
        let pass = |filter: &Filter| {
            let text = row.cell(filter.cell).unwrap_or_default();
            let has = |words: &[String]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
            filter.any_of.as_deref().is_none_or(has) && !has(&filter.not_in)
        };
        self.filters.iter().all(pass)
    }

    /// What the rows of a document have in common.
    ///
    /// # Errors
    /// `missing_number`, `too_long` and the like.
    pub fn key(&self, cells: &[Option<String>]) -> Result<String, Refusal> {
        let pick = self.key.as_ref().or(self.number.as_ref()).ok_or_else(|| Refusal::missing("number"))?;
        let text = self.cells(cells).required(pick, "number", MAX_NUMBER)?;
        plain(&text, "number").map_err(|refusal| refusal.field(self.cells(cells).name(pick)))?;
        Ok(text)
    }

    /// Reads a row.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn read(&self, cells: &[Option<String>]) -> Result<Said, Refusal> {
        let row = Row { layout: self, cells: self.cells(cells) };
        let number = row.number()?;
        let is_credit = row.is_credit(number.as_deref());
        Ok(Said {
            tenant: row.optional(self.tenant.as_ref(), "tenant", limits::TENANT)?,
            tenant_name: row.optional(self.tenant_name.as_ref(), "tenant's name", limits::TENANT)?,
            currency: row.currency()?,
            units: self.units,
            line: row.line()?,
            at: row.time(Some(&self.time))?,
            due: row.time(self.due.as_ref())?,
            period: row.period()?,
            status: row.status()?,
            paid: row.amount(self.paid.as_ref(), "paid amount")?,
            tax: row.tax()?,
            total: row.amount(self.total.as_ref(), "total")?,
            buyer: row.buyer()?,
            invoice: row.optional(self.invoice.as_ref(), "invoice", MAX_NUMBER)?,
            reason: row.optional(self.reason.as_ref(), "reason", MAX_TEXT)?,
            note: row.optional(self.note.as_ref(), "note", MAX_TEXT)?,
            number,
            is_credit,
        })
    }
}

/// A name that people read on one line.
fn plain(text: &str, what: &str) -> Result<(), Refusal> {
    if text.chars().any(char::is_control) {
        return Err(Refusal::malformed(format!("the {what} holds a control character")));
    }
    Ok(())
}

/// A row under a layout.
struct Row<'r> {
    layout: &'r RowLayout,
    cells: Cells<'r>,
}

impl<'r> std::ops::Deref for Row<'r> {
    type Target = Cells<'r>;

    fn deref(&self) -> &Cells<'r> {
        &self.cells
    }
}

impl<'r> Row<'r> {
    fn number(&self) -> Result<Option<String>, Refusal> {
        let pick = self.layout.number.as_ref().or(self.layout.key.as_ref());
        let Some(text) = self.optional(pick, "number", MAX_NUMBER)? else { return Ok(None) };
        plain(&text, "number")?;
        Ok(Some(format!("{}{text}", self.layout.prefix)))
    }

    fn is_credit(&self, number: Option<&str>) -> bool {
        let rule = &self.layout.credit;
        let bare = number.map(|number| number.strip_prefix(self.layout.prefix.as_str()).unwrap_or(number));
        let has_prefix = rule.number_prefix.as_deref().zip(bare).is_some_and(|(prefix, bare)| bare.starts_with(prefix));
        let word = self.layout.credit_from.and_then(|cell| self.cell(cell));
        let has_word = word.is_some_and(|text| rule.words.iter().any(|word| word.eq_ignore_ascii_case(text)));
        rule.always || has_prefix || has_word
    }

    fn currency(&self) -> Result<Option<(Currency, bool)>, Refusal> {
        let pick = &self.layout.currency;
        let is_said = pick.cells.iter().any(|cell| self.cell(*cell).is_some());
        let Some(word) = self.bounded(pick, "currency", limits::CODE)? else { return Ok(None) };
        let currency = word.parse().map_err(|error: billing::money::MoneyError| {
            Refusal::new(code::BAD_CURRENCY, error.to_string()).field(self.name(pick))
        })?;
        Ok(Some((currency, is_said)))
    }

    fn amount(&self, pick: Option<&'r Pick>, what: &str) -> Result<Option<Decimal>, Refusal> {
        self.decimal(pick, what, code::BAD_AMOUNT)
    }

    fn decimal(&self, pick: Option<&'r Pick>, what: &str, code: &'static str) -> Result<Option<Decimal>, Refusal> {
        let Some(pick) = pick else { return Ok(None) };
        let Some(text) = self.text(pick) else { return Ok(None) };
        number(&text, what, code).map(Some).map_err(|refusal| refusal.field(self.name(pick)))
    }

    fn line(&self) -> Result<SaidLine, Refusal> {
        let layout = self.layout;
        let code = self.optional(layout.code.as_ref(), "line's code", MAX_TEXT)?;
        let text = self.optional(layout.text.as_ref(), "line's text", MAX_TEXT)?;
        let text = match (code, text) {
            (Some(code), Some(text)) => format!("{code} {text}"),
            (one, other) => one.or(other).unwrap_or_default(),
        };
        Ok(SaidLine {
            text,
            quantity: self.decimal(layout.quantity.as_ref(), "quantity", code::BAD_QUANTITY)?,
            unit: self.optional(layout.unit.as_ref(), "unit", limits::UNIT)?,
            price: self.amount(layout.price.as_ref(), "price")?,
            amount: self.amount(layout.amount.as_ref(), "amount")?,
            tax_included: layout.tax_included,
        })
    }

    fn tax(&self) -> Result<Option<(Decimal, Option<Decimal>)>, Refusal> {
        let Some((amount, percent)) = &self.layout.tax else { return Ok(None) };
        let percent = self.amount(percent.as_ref(), "tax rate")?;
        Ok(self.amount(Some(amount), "tax")?.map(|amount| (amount, percent)))
    }

    fn time(&self, pick: Option<&'r Pick>) -> Result<Option<Timestamp>, Refusal> {
        let Some(pick) = pick else { return Ok(None) };
        let Some(text) = self.text(pick) else { return Ok(None) };
        let mut refused = time::Refusal::NotATime;
        for clock in &self.layout.clocks {
            match clock.read(&text) {
                Ok(read) => return Ok(Some(read.at)),
                // What the first format that fits says tells more than that a later one does not fit.
                Err(why) if refused == time::Refusal::NotATime => refused = why,
                Err(_) => {}
            }
        }
        let shown: String = text.chars().take(80).collect();
        let (code, why) = match refused {
            time::Refusal::NotATime => (code::BAD_TIME, "is not a time of the mapping's formats"),
            time::Refusal::Skipped => (code::BAD_TIME, "does not exist in the mapping's zone"),
            time::Refusal::OutOfRange => (code::BAD_TIME, "is outside the years 1900 to 9999"),
            time::Refusal::NoZone => (Reason::NoZone.as_str(), "has no zone and the mapping names none"),
        };
        Err(Refusal::new(code, format!("'{shown}' {why}")).field(self.name(pick)))
    }

    fn period(&self) -> Result<Option<(Timestamp, Timestamp)>, Refusal> {
        let Some((from, to)) = &self.layout.period else { return Ok(None) };
        let Some((start, end)) = self.time(Some(from))?.zip(self.time(Some(to))?) else { return Ok(None) };
        if end < start {
            return Err(Refusal::new(code::BAD_TIME, "its period ends before it begins").field(self.name(to)));
        }
        Ok(Some((start, end)))
    }

    fn status(&self) -> Result<Option<Status>, Refusal> {
        let Some((pick, words)) = &self.layout.status else { return Ok(None) };
        let Some(text) = self.text(pick) else { return Ok(None) };
        let word = text.to_lowercase();
        let meant = words.iter().find(|(known, _)| known.to_lowercase() == word).map(|(_, status)| *status);
        let status = meant.or_else(|| word.parse().ok().filter(|it| !matches!(it, Status::Draft | Status::Approved)));
        let shown: String = text.chars().take(80).collect();
        let unknown = || Refusal::new(code::BAD_STATUS, format!("'{shown}' is no status of an issued document"));
        status.map(Some).ok_or_else(|| unknown().field(self.name(pick)))
    }

    fn buyer(&self) -> Result<Party, Refusal> {
        let layout = self.layout;
        let mut address = Vec::new();
        for cell in &layout.address {
            let Some(text) = self.cell(*cell) else { continue };
            crate::import::cells::check_text(text, "address", MAX_TEXT)?;
            address.push(text.to_owned());
        }
        Ok(Party {
            name: String::new(),
            address,
            country: self.optional(layout.country.as_ref(), "country", 2)?,
            tax_id: self.optional(layout.tax_id.as_ref(), "tax id", limits::CODE)?,
            email: self.optional(layout.email.as_ref(), "e-mail address", limits::TENANT)?,
        })
    }
}
