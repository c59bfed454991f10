//! The events of a pack as a table: every field that the ledger's hash of an event covers, so that whoever has the table can
//! compute the hashes again and recount what was billed.

use crate::document::{CellKind, Column, Sheet, original};
use billing::event::{Assignment, EventKey, Fingerprint, Leaf, Subjects, Usage};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::Cost;
use billing::quantity::Scale;
use std::fmt::Display;
use std::str::FromStr;
use store::events::EventRecord;

/// Names and kinds of the columns, in order.
const COLUMNS: [(&str, CellKind); 36] = [
    ("invoice_line", CellKind::Integer),
    ("meter", CellKind::Text),
    ("unit", CellKind::Text),
    ("scale", CellKind::Integer),
    ("aggregation", CellKind::Text),
    ("reset", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("source", CellKind::Text),
    ("key", CellKind::Text),
    ("meter_id", CellKind::Text),
    ("quantity_units", CellKind::Integer),
    ("contribution_units", CellKind::Integer),
    ("occurred_at", CellKind::Instant),
    ("received_at", CellKind::Instant),
    ("classification", CellKind::Text),
    ("parent", CellKind::Text),
    ("billable_said", CellKind::Text),
    ("billable", CellKind::Text),
    ("billable_reason", CellKind::Text),
    ("cost_nano", CellKind::Integer),
    ("cost_currency", CellKind::Text),
    ("provider", CellKind::Text),
    ("action", CellKind::Text),
    ("user_id", CellKind::Text),
    ("client_id", CellKind::Text),
    ("session_id", CellKind::Text),
    ("resource_id", CellKind::Text),
    ("day", CellKind::Day),
    ("period_id", CellKind::Text),
    ("billed_period_id", CellKind::Text),
    ("entitlement_id", CellKind::Text),
    ("plan_version_id", CellKind::Text),
    ("details_hash", CellKind::Text),
    ("import_id", CellKind::Text),
    ("import_line", CellKind::Integer),
    ("leaf", CellKind::Text),
];

/// An event behind a line of the invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackedEvent {
    /// The line.
    pub line: u32,
    /// What the meter adds up to.
    pub aggregation: Aggregation,
    /// When its counting starts again.
    pub reset: Reset,
    /// Digits of its units.
    pub scale: Scale,
    /// The event as the ledger has it; its fingerprint is computed, the leaf covers it.
    pub event: EventRecord,
}

/// An empty table.
pub(crate) fn sheet() -> Sheet {
    let columns = COLUMNS.map(|(name, kind)| Column { name, kind }).to_vec();
    Sheet { title: "Events".to_owned(), columns, rows: Vec::new() }
}

/// A row of the table.
pub(crate) fn row(line: u32, meter: &Meter, event: &EventRecord) -> Vec<Option<String>> {
    fn some<T: Display>(value: T) -> Option<String> {
        Some(value.to_string())
    }
    fn maybe<T: Display>(value: Option<T>) -> Option<String> {
        value.map(|value| value.to_string())
    }
    let (usage, assignment) = (&event.usage, &event.assignment);
    vec![
        some(line),
        some(&meter.code),
        some(&meter.unit),
        some(meter.scale.digits()),
        some(meter.aggregation),
        some(meter.reset),
        some(usage.key.tenant),
        some(&usage.key.source),
        some(&usage.key.key),
        some(usage.meter),
        some(usage.quantity),
        some(assignment.contribution),
        some(usage.occurred_at),
        some(event.received_at),
        some(usage.classification),
        usage.parent.clone(),
        maybe(usage.billable),
        some(assignment.billable),
        some(&assignment.billable_reason),
        maybe(usage.cost.map(|cost| cost.nano)),
        maybe(usage.cost.map(|cost| cost.currency)),
        some(&usage.provider),
        some(&usage.action),
        maybe(usage.subjects.user),
        maybe(usage.subjects.client),
        maybe(usage.subjects.session),
        maybe(usage.subjects.resource),
        some(assignment.day),
        maybe(assignment.period),
        maybe(assignment.billed_period),
        maybe(assignment.entitlement),
        maybe(assignment.plan_version),
        event.details_hash.map(|hash| super::manifest::hex(&hash)),
        maybe(event.import),
        maybe(event.line),
        some(super::manifest::hex(&event.leaf.0)),
    ]
}

/// Whether the head of a table is that of [`sheet`].
pub(crate) fn has_head(record: &csv::StringRecord) -> bool {
    record.len() == COLUMNS.len() && record.iter().zip(COLUMNS).all(|(cell, (name, _))| cell == name)
}

/// A row read back; the name of the column at fault otherwise.
pub(crate) fn read(record: &csv::StringRecord) -> Result<PackedEvent, &'static str> {
    if record.len() != COLUMNS.len() {
        return Err("the number of columns");
    }
    let mut cells = Cells { record, next: 0 };
    let line = cells.must()?;
    let (_meter, _unit): (String, String) = (cells.text(), cells.text());
    let scale = Scale::new(cells.must()?).map_err(|_| "scale")?;
    let (aggregation, reset) = (cells.must()?, cells.must()?);
    let key = EventKey { tenant: cells.must()?, source: cells.text(), key: cells.text() };
    let meter = cells.must()?;
    let (quantity, contribution) = (cells.must()?, cells.must()?);
    let (occurred_at, received_at) = (cells.must()?, cells.must()?);
    let classification = cells.must()?;
    let parent = cells.maybe_text();
    let (said, billable, billable_reason) = (cells.may()?, cells.must()?, cells.text());
    let cost = match (cells.may()?, cells.may()?) {
        (Some(nano), Some(currency)) => Some(Cost { nano, currency }),
        (None, None) => None,
        _ => return Err("cost_currency"),
    };
    let (provider, action) = (cells.text(), cells.text());
    let subjects = Subjects { user: cells.may()?, client: cells.may()?, session: cells.may()?, resource: cells.may()? };
    let usage = Usage {
        key,
        meter,
        quantity,
        occurred_at,
        classification,
        parent,
        billable: said,
        billable_reason: None,
        cost,
        provider,
        action,
        subjects,
    };
    let assignment = Assignment {
        day: cells.must()?,
        period: cells.may()?,
        billed_period: cells.may()?,
        entitlement: cells.may()?,
        plan_version: cells.may()?,
        contribution,
        billable,
        billable_reason,
    };
    let details_hash = cells.hash()?;
    let (import, import_line) = (cells.may()?, cells.may()?);
    let leaf = Leaf(cells.hash()?.ok_or("leaf")?);
    let fingerprint = Fingerprint(billing::leaf::fingerprint(&usage).0);
    let event =
        EventRecord { usage, assignment, received_at, import, line: import_line, fingerprint, leaf, details_hash };
    Ok(PackedEvent { line, aggregation, reset, scale, event })
}

/// The cells of a row, one after the other.
struct Cells<'r> {
    record: &'r csv::StringRecord,
    next: usize,
}

impl Cells<'_> {
    fn cell(&mut self) -> (&str, &'static str) {
        let index = self.next;
        self.next += 1;
        let (name, kind) = COLUMNS[index];
        let cell = self.record.get(index).unwrap_or_default();
        (if kind == CellKind::Text { original(cell) } else { cell }, name)
    }

    fn text(&mut self) -> String {
        self.cell().0.to_owned()
    }

    fn maybe_text(&mut self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    fn may<T: FromStr>(&mut self) -> Result<Option<T>, &'static str> {
        let (cell, name) = self.cell();
        if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_| name) }
    }

    fn must<T: FromStr>(&mut self) -> Result<T, &'static str> {
        let (cell, name) = self.cell();
        cell.parse().map_err(|_| name)
    }

    fn hash(&mut self) -> Result<Option<[u8; 32]>, &'static str> {
        let (cell, name) = self.cell();
        if cell.is_empty() {
            return Ok(None);
        }
        let mut bytes = [0; 32];
        let is_plain = cell.len() == 64 && cell.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_plain {
            return Err(name);
        }
        for (byte, digits) in bytes.iter_mut().zip(cell.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| name)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| name)?;
        }
        Ok(Some(bytes))
    }
}
