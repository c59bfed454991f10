//! Payments: never applied beyond what the invoice asks for.

use super::{Found, shown};
use billing::invoice::Content;
use billing::money::Money;
use billing::quantity::parse_decimal;
use std::io::Read;

/// The column that holds what was applied.
const APPLIED: &str = "applied";

/// Checks the table of payments.
pub(in crate::pack) fn check(table: &mut dyn Read, invoice: &Content, found: &mut Found) {
    let mut reader = csv::Reader::from_reader(table);
    let place = reader.headers().ok().and_then(|head| head.iter().position(|name| name == APPLIED));
    let Some(place) = place else {
        found.problem("The table of payments has no column of what was applied.");
        return;
    };
    let mut applied = 0_i64;
    for record in reader.records() {
        let amount = record.ok().and_then(|record| parse_decimal(record.get(place)?).ok());
        let minor = amount.and_then(|amount| Money::rounded(amount, invoice.currency).ok());
        let Some(minor) = minor else {
            found.problem("A row of the table of payments cannot be read.");
            return;
        };
        applied = applied.saturating_add(minor.minor());
    }
    found.expect(applied <= invoice.due_minor.max(0), || {
        let (applied, due) = (shown(applied, invoice.currency), shown(invoice.due_minor, invoice.currency));
        format!("Payments of {applied} were applied, and {due} was due.")
    });
}
