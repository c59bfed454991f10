//! A credit note.

use super::data::{array, day as day_text, dict, figure, logo, optional, optional_figure, party, taxes};
use super::text::{plain, text};
use super::{Page, pictures, set};
use billing::time::Day;
use operations::document::{CreditDocument, Logo, NotWritten};
use typst::foundations::Dict;

/// The credit note as a PDF file.
///
/// # Errors
/// [`NotWritten`].
pub fn print(credit: &CreditDocument, picture: Option<&Logo>) -> Result<Vec<u8>, NotWritten> {
    set(page(credit, picture)?)
}

/// The same sides of paper as SVG pictures, for a window that shows no PDF.
///
/// # Errors
/// [`NotWritten`].
pub fn pages(credit: &CreditDocument, picture: Option<&Logo>) -> Result<Vec<String>, NotWritten> {
    pictures(page(credit, picture)?)
}

fn page(credit: &CreditDocument, picture: Option<&Logo>) -> Result<Page, NotWritten> {
    let row = &credit.row;
    let day: Day = row.issue_day.parse().map_err(|_| NotWritten(format!("'{}' is not a day.", row.issue_day)))?;
    let ident = format!("credit note {} {}", row.credit_note_id, credit.hash);
    Ok(Page { template: "credit.typ", data: data(credit, picture), ident, day })
}

fn data(credit: &CreditDocument, picture: Option<&Logo>) -> Dict {
    let row = &credit.row;
    dict([
        ("number", text(&row.number)),
        ("title", plain(&format!("Credit note {}", row.number))),
        ("mark", plain("")),
        ("hash", plain(&credit.hash)),
        ("issued", plain(&day_text(&row.issue_day))),
        ("invoice", optional(row.invoice_number.as_ref())),
        ("reason", text(&row.reason)),
        ("logo", logo(picture)),
        ("seller", party(&credit.seller)),
        ("buyer", party(&credit.buyer)),
        ("currency", plain(&row.currency)),
        (
            "lines",
            array(credit.lines.iter().map(|(description, quantity, amount)| {
                dict([
                    ("description", text(description)),
                    ("quantity", optional_figure(quantity.as_ref())),
                    ("amount", figure(amount)),
                ])
            })),
        ),
        ("net", figure(&row.net)),
        ("taxes", taxes(&credit.taxes)),
        ("total", figure(&row.total)),
    ])
}
