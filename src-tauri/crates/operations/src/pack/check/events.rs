//! The events behind the lines: each has the hash that the ledger gave it, and together they come to what each line was
//! made from.
//!
//! A level is not recounted: what it was before the period is not in the pack. Its events are checked one by one.

use super::Found;
use crate::pack::events::{PackedEvent, has_head, read};
use billing::event::{Classification, EventKey};
use billing::invoice::{Content, Line};
use billing::meter::Aggregation;
use billing::quantity::{Scale, decimal_text, parse_decimal};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;

/// What the events of a line come to.
struct Counted {
    aggregation: Aggregation,
    scale: Scale,
    sum: i128,
    uses: Vec<(EventKey, i64)>,
    superseded: HashSet<EventKey>,
}

/// Checks the table of events.
pub(in crate::pack) fn check(table: &mut dyn Read, invoice: &Content, found: &mut Found) {
    let mut reader = csv::Reader::from_reader(table);
    if !reader.headers().is_ok_and(has_head) {
        found.problem("The table of events does not have the columns that a pack has.");
        return;
    }
    let mut counted: BTreeMap<u32, Counted> = BTreeMap::new();
    let mut seen = HashSet::new();
    for (record, row) in reader.records().zip(2_u64..) {
        let read = record.map_err(|_| "its form").and_then(|record| read(&record));
        let event = match read {
            Ok(event) => event,
            Err(column) => {
                found.problem(format!("Row {row} of the table of events cannot be read: {column}."));
                continue;
            }
        };
        found.events += 1;
        one(&event, row, invoice, found);
        if !seen.insert((event.line, event.event.usage.key.clone())) {
            found.problem(format!("Row {row} of the table of events stands there twice."));
        }
        count(&mut counted, event);
    }
    for line in &invoice.lines {
        of_line(line, counted.get(&line.no), found);
    }
}

fn one(event: &PackedEvent, row: u64, invoice: &Content, found: &mut Found) {
    let (usage, assignment) = (&event.event.usage, &event.event.assignment);
    found.expect(event.event.is_as_written(), || {
        format!("Row {row} of the table of events is not as the ledger wrote it: its hash differs.")
    });
    let line = invoice.lines.iter().find(|line| line.no == event.line);
    let belongs = line.is_some_and(|line| {
        let in_part = |from_period| {
            line.part.as_ref().is_some_and(|part| {
                from_period == Some(part.period) && part.from <= assignment.day && assignment.day < part.to
            })
        };
        usage.key.tenant == invoice.tenant && line.meter == Some(usage.meter) && in_part(assignment.period)
    });
    found.expect(belongs, || format!("Row {row} of the table of events does not belong to line {}.", event.line));
    let billed = invoice.part.as_ref().map(|part| part.period);
    found.expect(billed.is_some() && assignment.billed_period == billed, || {
        format!("Row {row} of the table of events is billed in another period.")
    });
}

fn count(counted: &mut BTreeMap<u32, Counted>, event: PackedEvent) {
    let PackedEvent { line, aggregation, scale, event } = event;
    let counted = counted.entry(line).or_insert_with(|| Counted {
        aggregation,
        scale,
        sum: 0,
        uses: Vec::new(),
        superseded: HashSet::new(),
    });
    let key = event.usage.key;
    if let (Classification::Correction, Some(parent)) = (event.usage.classification, event.usage.parent) {
        counted.superseded.insert(EventKey { key: parent, ..key.clone() });
    }
    if event.assignment.billable {
        counted.sum += i128::from(event.assignment.contribution);
        if aggregation == Aggregation::Max {
            counted.uses.push((key, event.assignment.contribution));
        }
    }
}

fn of_line(line: &Line, counted: Option<&Counted>, found: &mut Found) {
    let Some(used) = line.used else { return };
    let units = match counted {
        None => Some(Decimal::ZERO),
        Some(counted) => match counted.aggregation {
            Aggregation::Level => return,
            Aggregation::Sum | Aggregation::Count => decimal(counted.sum, counted.scale),
            Aggregation::Max => {
                let left = counted.uses.iter().filter(|(key, _)| !counted.superseded.contains(key));
                let most = left.map(|(_, units)| *units).max().unwrap_or(0).max(0);
                decimal(i128::from(most), counted.scale)
            }
        },
    };
    found.expect(units == Some(used), || {
        let units = units.map_or_else(|| "too much".to_owned(), |units| units.normalize().to_string());
        format!("The events of line {} come to {units}, and it was made from {}.", line.no, used.normalize())
    });
}

fn decimal(units: i128, scale: Scale) -> Option<Decimal> {
    parse_decimal(&decimal_text(units, scale)).ok()
}
