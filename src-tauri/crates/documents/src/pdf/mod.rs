//! Printed documents, set by typst from templates of this program: data goes in as values, never as markup, so that no
//! name can become code. No clock, no network, no file and no font of the system: the same input gives the same bytes.

pub mod credit;
mod data;
pub mod explanation;
mod fonts;
pub mod invoice;
mod step;
mod text;

use billing::time::{Day, Timestamp as Instant, Zone};
use operations::document::NotWritten;
use std::sync::LazyLock;
use typst::foundations::{Datetime, Dict, Smart};
use typst_as_lib::TypstEngine;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};
use typst_svg::SvgOptions;

/// Template and what goes into it.
struct Page {
    /// The file of the template.
    template: &'static str,
    /// What it prints.
    data: Dict,
    /// What names this document among all, the same whenever it is printed.
    ident: String,
    /// The day that the file says it was made on.
    day: Day,
}

static ENGINE: LazyLock<TypstEngine> = LazyLock::new(|| {
    TypstEngine::builder()
        .fonts(fonts::FONTS.iter().cloned())
        .with_static_source_file_resolver([
            ("paper.typ", include_str!("templates/paper.typ")),
            ("invoice.typ", include_str!("templates/invoice.typ")),
            ("credit.typ", include_str!("templates/credit.typ")),
            ("explanation.typ", include_str!("templates/explanation.typ")),
        ])
        .build()
});

fn failed(cause: impl std::fmt::Display) -> NotWritten {
    NotWritten(format!("The document could not be set: {cause}."))
}

fn laid_out(template: &'static str, data: Dict) -> Result<PagedDocument, NotWritten> {
    let set = ENGINE.compile_with_input(template, data);
    let document = set.output.map_err(failed)?;
    debug_assert!(set.warnings.is_empty(), "a template of this program warns: {:?}", set.warnings);
    Ok(document)
}

/// Sets a page and gives each side of paper as an SVG picture, text as outlines: what a screen shows is what is printed.
fn pictures(page: Page) -> Result<Vec<String>, NotWritten> {
    let document = laid_out(page.template, page.data)?;
    let options = SvgOptions::default();
    Ok(document.pages().iter().map(|page| typst_svg::svg(page, &options)).collect())
}

/// Sets a page and gives the file.
fn set(page: Page) -> Result<Vec<u8>, NotWritten> {
    let Page { template, data, ident, day } = page;
    let document = laid_out(template, data)?;
    let date = day.date();
    let made = chrono_ymd(date).and_then(|(year, month, day)| Datetime::from_ymd_hms(year, month, day, 0, 0, 0));
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Countinghouse".to_owned())),
        timestamp: made.map(Timestamp::new_utc),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| failed(format_args!("{errors:?}")))
}

fn chrono_ymd(date: chrono::NaiveDate) -> Option<(i32, u8, u8)> {
    use chrono::Datelike;
    Some((date.year(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?))
}

/// The day in UTC of an instant as the wire has it.
fn day_of(instant: &str) -> Result<Day, NotWritten> {
    let wrong = || NotWritten(format!("'{instant}' is not an instant."));
    let instant: Instant = instant.parse().map_err(|_| wrong())?;
    let utc: Zone = "UTC".parse().map_err(|_| wrong())?;
    Day::of(instant, utc).map_err(|_| wrong())
}
