//! The rows of one document become a document, or are put aside together: half an invoice is worse than none.
//!
//! Pure. A line is rounded once to the currency and what that takes off is told; the document's own total stands, where it
//! says one, and what its lines are short of it is a line of its own.

use super::mapping::{AmountUnit, CreditedAs};
use super::row::{RowLayout, Said};
use super::spool::{Part, Piece};
use crate::import::refusal::{Refusal, code};
use billing::exact;
use billing::invoice::{Party, Status};
use billing::money::{Currency, Money};
use billing::time::{Day, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How the rows of a document are read.
#[derive(Debug, Clone)]
pub struct Layouts {
    /// The file itself.
    pub rows: RowLayout,
    /// The file of documents.
    pub documents: Option<RowLayout>,
}

impl Layouts {
    fn of(&self, part: Part) -> &RowLayout {
        match part {
            Part::Document => self.documents.as_ref().unwrap_or(&self.rows),
            Part::Row => &self.rows,
        }
    }
}

/// A line of a document. Signs are those of the document: what a credit note gives back is above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// What it says.
    pub text: String,
    /// How many.
    pub quantity: Option<Decimal>,
    /// Of what.
    pub unit: Option<String>,
    /// Price of one in major units, where quantity x price is the amount.
    pub price: Option<Decimal>,
    /// The amount before rounding, in major units.
    pub exact: Decimal,
    /// The amount in minor units.
    pub minor: i64,
}

/// A document without the ids that only the database knows.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Whether it is a credit note.
    pub is_credit: bool,
    /// Whether the file of lines has none of it.
    pub is_bare: bool,
    /// Its number.
    pub number: String,
    /// The tenant's id in the company's own systems.
    pub tenant: String,
    /// The name of a tenant that is made.
    pub tenant_name: Option<String>,
    /// The currency.
    pub currency: Currency,
    /// When it was issued.
    pub at: Timestamp,
    /// The day of it.
    pub day: Day,
    /// By when it is to be paid.
    pub due: Option<Day>,
    /// What time it is about.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Where it stands.
    pub status: Status,
    /// What was paid of it, in minor units.
    pub paid_minor: i64,
    /// Its lines.
    pub lines: Vec<DraftLine>,
    /// Sum of the lines, in minor units.
    pub net_minor: i64,
    /// Tax in minor units and its rate, where there is any.
    pub tax: Option<(i64, Decimal)>,
    /// Net and tax.
    pub total_minor: i64,
    /// Who is billed.
    pub buyer: Party,
    /// The invoice that is credited.
    pub invoice: Option<String>,
    /// Why it is credited.
    pub reason: Option<String>,
    /// A sentence.
    pub note: Option<String>,
    /// The lines of the file, as it writes them, before rounding.
    pub said: Decimal,
    /// What rounding the lines took off of that.
    pub rounded_off: Decimal,
    /// What was added so that it comes to its own total.
    pub difference: Decimal,
}

/// Why the rows of a document are put aside: one for each row.
pub type Refusals = Vec<Refusal>;

/// Makes the document of some rows.
///
/// # Errors
/// Why each of the rows is put aside.
pub fn build(pieces: &[Piece], layouts: &Layouts) -> Result<Draft, Refusals> {
    let read: Vec<Result<Said, Refusal>> = pieces.iter().map(|piece| read(piece, layouts)).collect();
    if let Some(first) = read.iter().position(Result::is_err) {
        let line = pieces[first].line;
        let together = || {
            let sentence = format!("line {line} of its document was put aside, and half a document is not taken");
            Refusal::new(code::INCOMPLETE_DOCUMENT, sentence)
        };
        return Err(read.into_iter().map(|said| said.err().unwrap_or_else(together)).collect());
    }
    let said: Vec<(Part, Said)> =
        pieces.iter().zip(read).filter_map(|(piece, said)| Some((piece.part, said.ok()?))).collect();
    let rows = Rows { said: &said, layouts };
    rows.document().map_err(|refusal| vec![refusal; pieces.len()])
}

fn read(piece: &Piece, layouts: &Layouts) -> Result<Said, Refusal> {
    let Some(cells) = &piece.cells else {
        return Err(Refusal::new(code::INCOMPLETE_DOCUMENT, "the row could not be read"));
    };
    layouts.of(piece.part).read(cells)
}

fn contradiction(what: &str) -> Refusal {
    Refusal::new(code::CONTRADICTION, format!("the rows of the document name two {what}"))
}

fn too_large() -> Refusal {
    Refusal::new(code::TOO_LARGE, "an amount of the document cannot be kept exactly")
}

/// What all rows of a document say.
struct Rows<'s> {
    said: &'s [(Part, Said)],
    layouts: &'s Layouts,
}

impl Rows<'_> {
    /// What the first row that says it says; a document's own row is the first.
    fn first<T>(&self, of: impl Fn(&Said) -> Option<T>) -> Option<T> {
        self.said.iter().find_map(|(_, said)| of(said))
    }

    fn document(&self) -> Result<Draft, Refusal> {
        let own = self.said.iter().filter(|(part, _)| *part == Part::Document).count();
        if own > 1 {
            return Err(contradiction("rows of the document itself"));
        }
        if own == 0 && self.layouts.documents.is_some() {
            return Err(Refusal::new(code::UNKNOWN_DOCUMENT, "its document is not in the file of documents"));
        }
        let is_bare = own == self.said.len() && self.layouts.documents.is_some();
        let layout = self.layouts.of(self.said[0].0);
        let currency = self.currency()?;
        let scaled = |amount: Decimal, said: &Said| scaled(amount, said.units, currency);
        let mut lines = Vec::new();
        for (part, said) in self.said {
            if is_bare || *part == Part::Row {
                lines.push(line(said, currency)?);
            }
        }
        let said_sum = exact::sum(lines.iter().map(|line| line.exact)).map_err(|_| too_large())?;
        let kept = lines.iter().map(|line| Money::from_minor(line.minor, currency).decimal());
        let kept = exact::sum(kept).map_err(|_| too_large())?;
        let rounded_off = exact::sub(said_sum, kept).map_err(|_| too_large())?;
        let tax = self.tax(own > 0, currency)?;
        let stated = self.first(|said| said.total.map(|total| scaled(total, said))).transpose()?;
        let stated = stated.map(|total| minor(total, currency)).transpose()?;
        let difference = difference(&lines, tax.map_or(0, |tax| tax.0), stated)?;
        if let Some(minor) = difference {
            lines.push(difference_line(minor, currency));
        }
        let net_minor = sum(lines.iter().map(|line| line.minor))?;
        let total_minor = sum([net_minor, tax.map_or(0, |tax| tax.0)])?;
        let by_total = layout.credit.negative_total && total_minor < 0;
        let is_credit = by_total || self.said.iter().any(|(_, said)| said.is_credit);
        let turned = is_credit && (by_total || layout.credit.credited == CreditedAs::Negative);
        let at = self.issued_at(own > 0)?;
        let day = Day::of(at, layout.zone).map_err(|_| bad_day())?;
        let due =
            self.first(|said| said.due).map(|due| Day::of(due, layout.zone)).transpose().map_err(|_| bad_day())?;
        let paid = self.first(|said| said.paid.map(|paid| scaled(paid, said))).transpose()?;
        let paid = paid.map(|paid| minor(paid, currency)).transpose()?.unwrap_or(0);
        let (status, paid_minor) = stands(self.first(|said| said.status), total_minor, paid);
        let tenant = self.tenant(layout)?;
        let tenant_name = self.first(|said| said.tenant_name.clone());
        let name = tenant_name.clone().unwrap_or_else(|| tenant.clone());
        let buyer = self.first(|said| Some(said.buyer.clone()).filter(|buyer| *buyer != Party::default()));
        let draft = Draft {
            is_credit,
            is_bare,
            number: self.first(|said| said.number.clone()).ok_or_else(|| Refusal::missing("number"))?,
            buyer: Party { name, ..buyer.unwrap_or_default() },
            tenant,
            tenant_name,
            currency,
            at,
            day,
            due,
            period: self.first(|said| said.period),
            status,
            paid_minor,
            lines,
            net_minor,
            tax,
            total_minor,
            invoice: self.first(|said| said.invoice.clone()),
            reason: self.first(|said| said.reason.clone()),
            note: self.first(|said| said.note.clone()),
            said: said_sum,
            rounded_off,
            difference: Money::from_minor(difference.unwrap_or(0), currency).decimal(),
        };
        if turned { turn(draft) } else { Ok(draft) }
    }

    fn tenant(&self, layout: &RowLayout) -> Result<String, Refusal> {
        let named: BTreeSet<&str> = self.said.iter().filter_map(|(_, said)| said.tenant.as_deref()).collect();
        match (named.len(), named.first()) {
            (0, _) => layout.fallback.clone().ok_or_else(|| Refusal::missing("tenant")),
            (1, Some(name)) => Ok((*name).to_owned()),
            _ => Err(contradiction("tenants")),
        }
    }

    /// The currency that columns say; where none does, the mapping's.
    fn currency(&self) -> Result<Currency, Refusal> {
        let of = |only_said: bool| {
            let said = self.said.iter().filter_map(|(_, said)| said.currency);
            said.filter(move |(_, is_said)| *is_said || !only_said).map(|(currency, _)| currency)
        };
        let said: BTreeSet<Currency> = of(true).collect();
        match (said.len(), said.first()) {
            (0, _) => of(false).next().ok_or_else(|| Refusal::missing("currency")),
            (1, Some(currency)) => Ok(*currency),
            _ => Err(contradiction("currencies")),
        }
    }

    /// The document's own tax, or the sum of its rows'; in minor units, with its rate.
    fn tax(&self, has_own: bool, currency: Currency) -> Result<Option<(i64, Decimal)>, Refusal> {
        let mut amount: Option<Decimal> = None;
        let mut percent = None;
        for (part, said) in self.said {
            let Some((tax, rate)) = said.tax.filter(|_| !has_own || *part == Part::Document) else { continue };
            let tax = scaled(tax, said.units, currency)?;
            amount = Some(exact::add(amount.unwrap_or_default(), tax).map_err(|_| too_large())?);
            percent = percent.or(rate);
        }
        let Some(amount) = amount.filter(|amount| !amount.is_zero()) else { return Ok(None) };
        Ok(Some((minor(amount, currency)?, percent.unwrap_or_default())))
    }

    /// The document's own time, or the earliest of its rows.
    fn issued_at(&self, has_own: bool) -> Result<Timestamp, Refusal> {
        let own = self.said.first().filter(|_| has_own).and_then(|(_, said)| said.at);
        let earliest = || self.said.iter().filter_map(|(_, said)| said.at).min();
        own.or_else(earliest).ok_or_else(|| Refusal::missing("time"))
    }
}

fn bad_day() -> Refusal {
    Refusal::new(code::BAD_TIME, "its day is outside the years 1900 to 9999")
}

/// An amount of the file in major units.
fn scaled(amount: Decimal, units: AmountUnit, currency: Currency) -> Result<Decimal, Refusal> {
    exact::mul(amount, Decimal::new(1, units.digits(currency))).map_err(|_| too_large())
}

fn minor(amount: Decimal, currency: Currency) -> Result<i64, Refusal> {
    Money::rounded(amount, currency).map(Money::minor).map_err(|_| too_large())
}

fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, Refusal> {
    amounts.into_iter().try_fold(0_i64, i64::checked_add).ok_or_else(too_large)
}

fn line(said: &Said, currency: Currency) -> Result<DraftLine, Refusal> {
    let line = &said.line;
    let price = line.price.map(|price| scaled(price, said.units, currency)).transpose()?;
    let priced = match line.quantity.zip(price) {
        Some((quantity, price)) => exact::mul(quantity, price).ok(),
        None => None,
    };
    let exact = match line.amount {
        Some(amount) => {
            let tax = said.tax.filter(|_| line.tax_included).map_or(Decimal::ZERO, |(tax, _)| tax);
            let amount = exact::sub(amount, tax).map_err(|_| too_large())?;
            scaled(amount, said.units, currency)?
        }
        None => match (line.quantity, price) {
            (None, _) => return Err(Refusal::missing("quantity")),
            (_, None) => return Err(Refusal::missing("amount")),
            (Some(_), Some(_)) => priced.ok_or_else(too_large)?,
        },
    };
    let text = if line.text.is_empty() { "Item".to_owned() } else { line.text.clone() };
    Ok(DraftLine {
        text,
        quantity: line.quantity,
        unit: line.unit.clone(),
        price: price.filter(|_| priced == Some(exact)),
        exact,
        minor: minor(exact, currency)?,
    })
}

/// What is missing to the total that the document states.
fn difference(lines: &[DraftLine], tax_minor: i64, stated: Option<i64>) -> Result<Option<i64>, Refusal> {
    let Some(stated) = stated else { return Ok(None) };
    let found = sum(lines.iter().map(|line| line.minor).chain([tax_minor]))?;
    let difference = stated.checked_sub(found).ok_or_else(too_large)?;
    Ok(Some(difference).filter(|difference| *difference != 0))
}

fn difference_line(minor: i64, currency: Currency) -> DraftLine {
    DraftLine {
        text: "Difference to the stated total".to_owned(),
        quantity: None,
        unit: None,
        price: None,
        exact: Money::from_minor(minor, currency).decimal(),
        minor,
    }
}

/// Where a document stands, and what was paid of it. Nothing is open of what is not above zero.
fn stands(said: Option<Status>, total_minor: i64, paid_minor: i64) -> (Status, i64) {
    let due = total_minor.max(0);
    let paid = paid_minor.max(0);
    match said.unwrap_or(Status::Finalized) {
        Status::Void => (Status::Void, 0),
        Status::Uncollectible => (Status::Uncollectible, paid),
        Status::Paid => (Status::Paid, due),
        _ if due == 0 || paid >= due => (Status::Paid, paid),
        _ if paid > 0 => (Status::PartiallyPaid, paid),
        _ => (Status::Finalized, 0),
    }
}

/// A credit note whose file writes what is credited below zero.
fn turn(draft: Draft) -> Result<Draft, Refusal> {
    let turned = |minor: i64| minor.checked_neg().ok_or_else(too_large);
    let mut lines = draft.lines;
    for line in &mut lines {
        line.minor = turned(line.minor)?;
        line.exact = -line.exact;
        line.quantity = line.quantity.map(|quantity| -quantity);
    }
    let tax = draft.tax.map(|(minor, percent)| turned(minor).map(|minor| (minor, percent))).transpose()?;
    Ok(Draft { lines, tax, net_minor: turned(draft.net_minor)?, total_minor: turned(draft.total_minor)?, ..draft })
}

#[cfg(test)]
mod tests;
