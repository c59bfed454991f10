//! An invoice as it was issued, or a draft marked as such.
//!
//! Only what the canonical content says is printed: payments and credit notes that came later are not on it.

use super::data::{
    array, decimal, dict, figure, grouped, is_zero, logo, optional, optional_day, optional_figure, party, span, taxes,
};
use super::text::{plain, text};
use super::{Page, day_of, pictures, set, step};
use billing::exact;
use billing::time::Day;
use operations::document::{Logo, NotWritten};
use operations::wire::{InvoiceLine, InvoiceView};
use typst::foundations::{Dict, IntoValue, Value};

/// Steps of a line that stand on the invoice; more are in the explanation.
const MOST_STEPS: usize = 12;

/// The invoice as a PDF file.
///
/// # Errors
/// [`NotWritten`].
pub fn print(invoice: &InvoiceView, picture: Option<&Logo>) -> Result<Vec<u8>, NotWritten> {
    set(page(invoice, picture)?)
}

/// The same sides of paper as SVG pictures, for a window that shows no PDF.
///
/// # Errors
/// [`NotWritten`].
pub fn pages(invoice: &InvoiceView, picture: Option<&Logo>) -> Result<Vec<String>, NotWritten> {
    pictures(page(invoice, picture)?)
}

fn page(invoice: &InvoiceView, picture: Option<&Logo>) -> Result<Page, NotWritten> {
    let row = &invoice.row;
    let day = match row.issue_day.as_deref().map(str::parse::<Day>) {
        Some(Ok(day)) => day,
        _ => day_of(&invoice.as_of)?,
    };
    let hash = invoice.hash.as_deref().unwrap_or_default();
    let ident = format!("invoice {} {hash}", row.invoice_id);
    Ok(Page { template: "invoice.typ", data: data(invoice, picture)?, ident, day })
}

fn data(invoice: &InvoiceView, picture: Option<&Logo>) -> Result<Dict, NotWritten> {
    let row = &invoice.row;
    let mut due = exact::sub(decimal(&row.total)?, decimal(&row.prepaid)?)
        .map_err(|_| NotWritten("The amount due has more digits than this program keeps.".to_owned()))?;
    let digits = row.total.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    due.rescale(u32::try_from(digits).unwrap_or(0));
    let (memos, lines): (Vec<_>, Vec<_>) = invoice.lines.iter().partition(|line| !line.counts);
    let is_draft = row.number.is_none();
    let mark = if is_draft {
        "DRAFT"
    } else if row.status == "void" {
        "VOID"
    } else {
        ""
    };
    Ok(dict([
        ("number", optional(row.number.as_ref())),
        (
            "title",
            plain(
                &row.number.as_ref().map_or_else(|| "Draft invoice".to_owned(), |number| format!("Invoice {number}")),
            ),
        ),
        ("mark", mark.into_value()),
        ("hash", invoice.hash.as_deref().map_or(Value::None, plain)),
        ("as-of", if is_draft { plain(&invoice.as_of) } else { Value::None }),
        ("issued", optional_day(row.issue_day.as_ref())),
        ("due-day", optional_day(row.due_day.as_ref())),
        ("period", row.period.as_ref().map_or(Value::None, |days| plain(&span(days)))),
        ("zone", optional(invoice.zone.as_ref())),
        ("plan", optional(row.plan.as_ref())),
        ("replaces", optional(invoice.replaces.as_ref())),
        ("logo", logo(picture)),
        ("seller", party(&invoice.seller)),
        ("buyer", party(&invoice.buyer)),
        ("currency", plain(&row.currency)),
        ("lines", array(lines.into_iter().map(line))),
        ("memos", array(memos.into_iter().map(line))),
        ("net", figure(&row.net)),
        ("taxes", taxes(&invoice.taxes)),
        ("total", figure(&row.total)),
        (
            "settled",
            array(
                invoice
                    .settled
                    .iter()
                    .map(|part| dict([("name", text(&part.name)), ("amount", figure(&negative(&part.amount)))])),
            ),
        ),
        ("due", plain(&grouped(&due.to_string()))),
        ("is-due", (!due.is_zero()).into_value()),
        ("tax-note", optional(invoice.tax_note.as_ref())),
        ("note", optional(invoice.note.as_ref())),
    ]))
}

/// What is taken off.
fn negative(amount: &str) -> String {
    match amount.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None if is_zero(amount) => amount.to_owned(),
        None => format!("-{amount}"),
    }
}

fn line(line: &InvoiceLine) -> Dict {
    let steps: &[_] = if step::says_more(&line.steps) && line.steps.len() <= MOST_STEPS { &line.steps } else { &[] };
    dict([
        ("description", text(&line.description)),
        ("details", text(&details(line))),
        ("quantity", optional_figure(line.quantity.as_ref())),
        ("unit", optional(line.unit.as_ref())),
        ("amount", figure(&line.amount)),
        ("steps", array(steps.iter().map(step::row))),
    ])
}

/// Days, use and allowance of a line, in small print.
fn details(line: &InvoiceLine) -> String {
    let used = line.used.as_ref().map(|used| format!("{} used", grouped(used)));
    let included = line.included.as_ref().map(|included| format!("{} included", grouped(included)));
    let parts = [line.plan.clone(), line.days.as_ref().map(span), used, included];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
