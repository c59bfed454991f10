//! The events behind the lines: each has the hash that the ledger gave it and stands at the line that takes it, and together
//! they come to what each line was made from.
//!
//! What depends on more than these events is not recounted: a level, whose state before the period is not in the pack, and
//! the largest of a period that was billed before. Their events are checked one by one.

use super::Found;
use crate::export::{counts_by_day, is_use, taker};
use crate::pack::events::{PackedEvent, has_head, read};
use billing::event::{Classification, EventKey};
use billing::invoice::{Content, Line};
use billing::meter::{Aggregation, Reset};
use billing::pricing::proration::prorate_units;
use billing::quantity::{Scale, decimal_text, parse_decimal};
use billing::time::Day;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;

/// What the events of a line come to.
struct Counted {
    aggregation: Aggregation,
    reset: Reset,
    scale: Scale,
    sum: i128,
    uses: Vec<(EventKey, Day, i64)>,
    superseded: HashSet<EventKey>,
}

/// Checks the table of events. `levels` are the lines that go by a level, which may stand without any event.
pub(in crate::pack) fn check(table: &mut dyn Read, invoice: &Content, levels: &BTreeSet<u32>, found: &mut Found) {
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
        if !seen.insert(event.event.usage.key.clone()) {
            found.problem(format!("Row {row} of the table of events stands there twice."));
        }
        count(&mut counted, event);
    }
    for line in invoice.lines.iter().filter(|line| is_use(line) && !levels.contains(&line.no)) {
        of_line(line, counted.get(&line.no), invoice, found);
    }
}

fn one(event: &PackedEvent, row: u64, invoice: &Content, found: &mut Found) {
    let (usage, assignment) = (&event.event.usage, &event.event.assignment);
    found.expect(event.event.is_as_written(), || {
        format!("Row {row} of the table of events is not as the ledger wrote it: its hash differs.")
    });
    let is_of = |line: &&Line| {
        let period = line.part.as_ref().map(|part| part.period);
        is_use(line) && line.meter == Some(usage.meter) && period.is_some() && period == assignment.period
    };
    let lines: Vec<&Line> = invoice.lines.iter().filter(is_of).collect();
    let by_day = counts_by_day(event.aggregation, event.reset);
    let takes = taker(&lines, by_day, assignment.day, assignment.plan_version);
    let belongs = usage.key.tenant == invoice.tenant && takes.is_some_and(|line| line.no == event.line);
    found.expect(belongs, || format!("Row {row} of the table of events does not belong to line {}.", event.line));
    let billed = invoice.part.as_ref().map(|part| part.period);
    found.expect(billed.is_some() && assignment.billed_period == billed, || {
        format!("Row {row} of the table of events is billed in another period.")
    });
}

fn count(counted: &mut BTreeMap<u32, Counted>, event: PackedEvent) {
    let PackedEvent { line, aggregation, reset, scale, event } = event;
    let counted = counted.entry(line).or_insert_with(|| Counted {
        aggregation,
        reset,
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
            counted.uses.push((key, event.assignment.day, event.assignment.contribution));
        }
    }
}

fn of_line(line: &Line, counted: Option<&Counted>, invoice: &Content, found: &mut Found) {
    let Some(used) = line.used else { return };
    let expected = match counted {
        None => Some(Decimal::ZERO),
        Some(counted) => match counted.aggregation {
            Aggregation::Level => return,
            Aggregation::Sum | Aggregation::Count => decimal(counted.sum, counted.scale),
            Aggregation::Max if is_late(line, invoice) => return,
            Aggregation::Max if counted.reset == Reset::Day => decimal(largest_by_day(counted), counted.scale),
            Aggregation::Max => largest(counted, line),
        },
    };
    found.expect(expected == Some(used), || {
        let units = expected.map_or_else(|| "too much".to_owned(), |units| units.normalize().to_string());
        format!("The events of line {} come to {units}, and it was made from {}.", line.no, used.normalize())
    });
}

/// Whether a line is about a period that was billed before.
fn is_late(line: &Line, invoice: &Content) -> bool {
    let period = |part: &billing::invoice::PartOfPeriod| part.period;
    line.part.as_ref().map(period) != invoice.part.as_ref().map(period)
}

fn left(counted: &Counted) -> impl Iterator<Item = (Day, i64)> {
    let left = counted.uses.iter().filter(|(key, ..)| !counted.superseded.contains(key));
    left.map(|(_, day, units)| (*day, (*units).max(0)))
}

/// The largest use of each day, added up.
fn largest_by_day(counted: &Counted) -> i128 {
    let mut days: BTreeMap<Day, i64> = BTreeMap::new();
    for (day, units) in left(counted) {
        let most = days.entry(day).or_default();
        *most = (*most).max(units);
    }
    days.values().map(|units| i128::from(*units)).sum()
}

/// The largest use; by its days where the period had several plans.
fn largest(counted: &Counted, line: &Line) -> Option<Decimal> {
    let most = left(counted).map(|(_, units)| units).max().unwrap_or(0);
    let part = line.part.as_ref()?;
    let units = match part.from.days_until(part.to) {
        days if days < part.of_days => prorate_units(most, days, part.of_days).ok()?,
        _ => most,
    };
    decimal(i128::from(units), counted.scale)
}

fn decimal(units: i128, scale: Scale) -> Option<Decimal> {
    parse_decimal(&decimal_text(units, scale)).ok()
}
