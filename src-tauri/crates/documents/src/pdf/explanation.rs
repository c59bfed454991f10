//! The explanation of an invoice: each line with its steps, the counter behind it, and the events behind that.

use super::data::{array, dict, figure, grouped, is_zero, optional, optional_figure, span, taxes};
use super::text::{plain, text};
use super::{Page, day_of, set, step};
use operations::document::NotWritten;
use operations::wire::{EventRow, ExplainedCounter, ExplainedLine, Explanation};
use typst::foundations::{Dict, IntoValue, Value};

/// The explanation as a PDF file.
///
/// # Errors
/// [`NotWritten`].
pub fn print(explanation: &Explanation) -> Result<Vec<u8>, NotWritten> {
    let hash = explanation.hash.as_deref().unwrap_or_default();
    let ident = format!("explanation {} {hash} {}", explanation.invoice_id, explanation.as_of);
    set(Page { template: "explanation.typ", data: data(explanation), ident, day: day_of(&explanation.as_of)? })
}

fn data(explanation: &Explanation) -> Dict {
    let of = explanation.number.clone().unwrap_or_else(|| "a draft".to_owned());
    dict([
        ("number", optional(explanation.number.as_ref())),
        ("title", plain(&format!("Explanation of {of}"))),
        ("mark", plain(if explanation.number.is_none() { "DRAFT" } else { "" })),
        ("hash", explanation.hash.as_deref().map_or(Value::None, plain)),
        ("as-of", plain(&explanation.as_of)),
        ("tenant", text(&explanation.tenant)),
        ("zone", optional(explanation.zone.as_ref())),
        ("currency", plain(&explanation.currency)),
        ("rule-version", plain(&explanation.rule_version.to_string())),
        ("lines", array(explanation.lines.iter().map(line))),
        ("taxes", taxes(&explanation.taxes)),
        ("total", figure(&explanation.total)),
        ("recomputed", figure(&explanation.recomputed)),
        ("residue", figure(&explanation.residue)),
        ("fits", is_zero(&explanation.residue).into_value()),
    ])
}

fn line(explained: &ExplainedLine) -> Dict {
    let line = &explained.line;
    let days = line.days.as_ref().map(span);
    let parts = [Some(line.kind.clone()), line.plan.clone(), days, line.meter.clone()];
    let details = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    dict([
        ("no", plain(&line.no.to_string())),
        ("description", text(&line.description)),
        ("details", text(&details)),
        ("counts", line.counts.into_value()),
        ("unit", optional(line.unit.as_ref())),
        ("used", optional_figure(line.used.as_ref())),
        ("included", optional_figure(line.included.as_ref())),
        ("quantity", optional_figure(line.quantity.as_ref())),
        ("unrounded", figure(&line.unrounded)),
        ("amount", figure(&line.amount)),
        ("recomputed", figure(&explained.recomputed)),
        ("residue", figure(&explained.residue)),
        ("fits", is_zero(&explained.residue).into_value()),
        ("steps", array(line.steps.iter().map(step::row))),
        ("counter", explained.counter.as_ref().map_or(Value::None, |it| counter(it).into_value())),
        ("events", array(explained.events.iter().map(event))),
        ("more", explained.next.is_some().into_value()),
    ])
}

fn counter(counter: &ExplainedCounter) -> Dict {
    let count = |number: u32| plain(&grouped(&number.to_string()));
    let place = match counter.place.as_str() {
        "period" => "Counter of the period",
        "days" => "Counters of the days",
        "level" => "Level at the end of each day",
        other => other,
    };
    dict([
        ("place", plain(place)),
        ("counter", figure(&counter.counter)),
        ("ledger", figure(&counter.ledger)),
        ("used", figure(&counter.used)),
        ("events", count(counter.events)),
        ("free", count(counter.free)),
        ("corrections", count(counter.corrections)),
        ("late", count(counter.late)),
        ("duplicates", count(counter.duplicates)),
    ])
}

fn event(event: &EventRow) -> Dict {
    dict([
        ("at", plain(&event.occurred_at)),
        ("source", text(&event.source)),
        ("key", text(&event.key)),
        ("classification", plain(&event.classification)),
        ("billable", plain(if event.billable { "yes" } else { "no" })),
        ("quantity", figure(&event.quantity)),
    ])
}
