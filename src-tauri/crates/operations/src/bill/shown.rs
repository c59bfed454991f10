//! Invoices in the form that faces show: text, codes, ids with their prefix. Nothing is computed here but what depends on
//! the day of asking.

use super::batch::Seen;
use super::make::Outcome;
use crate::error::Result;
use crate::wire::{
    DaySpan, InvoiceLine, InvoiceRow, InvoiceTax, InvoiceTotal, PartyFields, ProofStep, RunRow, RunTotal, SettledRow,
};
use billing::ids::{MeterId, PlanVersionId};
use billing::invoice::{Catalog, Content, Hold, Line, PartOfPeriod, Party, Status};
use billing::money::{Currency, Money};
use billing::pricing::Step;
use billing::time::{Day, Interval, Zone};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use store::StoreError;
use store::invoices::{InvoiceSum, Listed};

/// Sums of a run.
pub(super) fn totals(totals: &BTreeMap<Currency, (u32, i64)>) -> Vec<RunTotal> {
    let total = |(currency, (count, minor)): (&Currency, &(u32, i64))| RunTotal {
        currency: currency.code().to_owned(),
        count: *count,
        total: Money::from_minor(*minor, *currency).to_string(),
    };
    totals.iter().map(total).collect()
}

/// A period in a run.
pub(super) fn run_row(seen: &Seen) -> RunRow {
    let (outcome, message) = match (&seen.unbilled, seen.outcome) {
        (Some(unbilled), _) => ("error", Some(unbilled.message.clone())),
        (None, Outcome::Held(Hold::Approval)) => ("approval", Some("A person must approve it first.".to_owned())),
        (None, Outcome::Held(Hold::Brake)) => {
            ("brake", Some("It is far above the last invoices: a person must look at it first.".to_owned()))
        }
        (None, Outcome::Finalize) => ("finalize", None),
        (None, Outcome::Waits) => {
            ("draft", Some("It waits: an earlier period of the subscription has no final invoice yet.".to_owned()))
        }
        (None, Outcome::Draft | Outcome::Drop | Outcome::Nothing) => ("draft", None),
    };
    RunRow {
        tenant_id: seen.key.tenant.to_string(),
        tenant: seen.tenant_name.clone(),
        plan: seen.plan.clone(),
        period: span(seen.days),
        outcome: outcome.to_owned(),
        message,
        total: seen.total.map(|total| total.to_string()),
        currency: seen.currency.code().to_owned(),
    }
}

pub(super) fn span((from, to): (Day, Day)) -> DaySpan {
    DaySpan { from: from.to_string(), to: to.to_string() }
}

fn part_span(part: &PartOfPeriod) -> DaySpan {
    span((part.from, part.to))
}

/// The days of the period that an imported document says it is about. It says instants, whose days are those of UTC; a
/// period without length is about its day.
fn said_span(said: Interval) -> Option<DaySpan> {
    let from = Day::of(said.start, Zone::UTC).ok()?;
    let last = said.end.plus_micros(-1).ok().filter(|last| *last >= said.start).unwrap_or(said.start);
    let to = Day::of(last, Zone::UTC).ok()?.plus_days(1).ok()?;
    Some(span((from, to)))
}

/// What a list reads of a document.
#[derive(serde::Deserialize)]
struct Brief {
    part: Option<PartOfPeriod>,
    plan: Option<String>,
}

/// An invoice in a list, as of the seller's day.
///
/// # Errors
/// A stored document that cannot be read.
pub(super) fn row(listed: &Listed, today: Day) -> Result<InvoiceRow> {
    let brief: Brief = serde_json::from_str(&listed.invoice.content)
        .map_err(|error| StoreError::Corrupt(format!("the document of {}: {error}", listed.invoice.id)))?;
    let invoice = &listed.invoice;
    let standing = invoice.standing(false);
    let due = invoice.issued.as_ref().and_then(|issued| issued.due);
    let overdue = due.filter(|due| standing.is_overdue(*due, today));
    let money = |minor| Money::from_minor(minor, invoice.currency).to_string();
    Ok(InvoiceRow {
        invoice_id: invoice.id.to_string(),
        number: invoice.issued.as_ref().map(|issued| issued.number.clone()),
        tenant_id: invoice.tenant.to_string(),
        tenant: listed.tenant_name.clone(),
        origin: invoice.origin.as_str().to_owned(),
        status: if overdue.is_some() { "overdue" } else { invoice.status.as_str() }.to_owned(),
        hold: invoice.hold.filter(|_| invoice.status == Status::Draft).map(|hold| hold.as_str().to_owned()),
        plan: brief.plan,
        period: brief.part.as_ref().map(part_span).or_else(|| said_span(invoice.interval?)),
        issue_day: invoice.issued.as_ref().map(|issued| issued.day.to_string()),
        due_day: due.map(|due| due.to_string()),
        days_overdue: overdue.and_then(|due| u32::try_from(due.days_until(today)).ok()),
        drafted_at: invoice.status.is_draft().then(|| invoice.updated_at.to_string()),
        currency: invoice.currency.code().to_owned(),
        net: money(invoice.net_minor),
        tax: money(invoice.tax_minor),
        total: money(invoice.total_minor),
        prepaid: money(invoice.prepaid_minor),
        paid: money(invoice.paid_minor),
        credited: money(invoice.credited_minor),
        open: money(standing.open_minor()),
    })
}

/// Sums of a list.
pub(super) fn sum(sum: &InvoiceSum) -> InvoiceTotal {
    let money = |minor| Money::from_minor(minor, sum.currency).to_string();
    InvoiceTotal {
        currency: sum.currency.code().to_owned(),
        count: u32::try_from(sum.count).unwrap_or(u32::MAX),
        net: money(sum.net_minor),
        total: money(sum.total_minor),
        open: money(sum.open_minor),
    }
}

/// Names behind the ids of a document.
pub(crate) struct Names<'c>(pub &'c Catalog);

impl Names<'_> {
    fn meter(&self, id: MeterId) -> Option<String> {
        self.0.meters.get(&id).map(|meter| meter.code.clone())
    }

    /// A plan version in words.
    pub fn plan(&self, id: PlanVersionId) -> Option<String> {
        let version = self.0.versions.get(&id)?;
        let plan = self.0.plans.get(&version.plan)?;
        Some(format!("{}, version {}", plan.name, version.version))
    }
}

/// The lines of a document.
pub(crate) fn lines(content: &Content, names: &Names<'_>) -> Vec<InvoiceLine> {
    content.lines.iter().map(|line| self::line(line, content, names)).collect()
}

/// A line of a document.
pub(crate) fn line(line: &Line, content: &Content, names: &Names<'_>) -> InvoiceLine {
    InvoiceLine {
        no: line.no,
        kind: line.kind.as_str().to_owned(),
        description: line.description.clone(),
        meter: line.meter.and_then(|meter| names.meter(meter)),
        unit: line.unit.clone(),
        plan: line.plan_version.and_then(|version| names.plan(version)),
        plan_version_id: line.plan_version.map(|version| version.to_string()),
        rule_version: content.rule_version,
        days: line.part.as_ref().map(part_span),
        used: line.used.map(decimal),
        included: line.included.map(decimal),
        quantity: line.quantity.map(decimal),
        unrounded: decimal(line.unrounded),
        amount: Money::from_minor(line.amount_minor, content.currency).to_string(),
        counts: line.counts(),
        steps: line.proof.steps.iter().map(step).collect(),
    }
}

fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

pub(crate) fn step(step: &Step) -> ProofStep {
    ProofStep {
        rule: step.rule.as_str().to_owned(),
        tier: step.tier,
        event: step.event,
        quantity: step.quantity.map(decimal),
        price: step.price.map(decimal),
        divisor: step.divisor.map(decimal),
        amount: decimal(step.amount),
    }
}

/// The taxes of a document.
pub(crate) fn taxes(content: &Content) -> Vec<InvoiceTax> {
    let money = |minor| Money::from_minor(minor, content.currency).to_string();
    let tax = |tax: &billing::invoice::TaxLine| InvoiceTax {
        percent: decimal(tax.percent),
        net: money(tax.net_minor),
        amount: money(tax.amount_minor),
    };
    content.taxes.iter().map(tax).collect()
}

pub(super) fn settled(content: &Content) -> Vec<SettledRow> {
    let row = |settlement: &billing::invoice::Settlement| SettledRow {
        kind: settlement.kind.as_str().to_owned(),
        name: settlement.name.clone(),
        amount: Money::from_minor(settlement.amount_minor, content.currency).to_string(),
    };
    content.settled.iter().map(row).collect()
}

pub(crate) fn party(party: &Party) -> PartyFields {
    PartyFields {
        name: party.name.clone(),
        address: party.address.clone(),
        country: party.country.clone(),
        tax_id: party.tax_id.clone(),
        email: party.email.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_of_an_imported_document_is_days_of_utc() {
        let said = |start: &str, end: &str| {
            let span = said_span(Interval { start: start.parse().unwrap(), end: end.parse().unwrap() }).unwrap();
            (span.from, span.to)
        };
        let days = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let month = said("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        assert_eq!(month, days("2026-01-01", "2026-02-01"), "the end is outside");
        let within = said("2026-01-15T10:30:00Z", "2026-02-15T10:30:00Z");
        assert_eq!(within, days("2026-01-15", "2026-02-16"), "the day in which it ends belongs to it");
        let moment = said("2026-01-15T00:00:00Z", "2026-01-15T00:00:00Z");
        assert_eq!(moment, days("2026-01-15", "2026-01-16"), "a period without length is about its day");
    }
}
