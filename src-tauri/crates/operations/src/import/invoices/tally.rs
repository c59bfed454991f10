//! What an import of invoices found so far, and its report in the end.

use super::build::Draft;
use crate::import::tally::{Tally, Verdict};
use crate::wire::{CurrencyAmount, InvoiceImportReport};
use billing::exact::{self, Inexact};
use billing::money::{Currency, Money};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use store::imports::ImportCounts;

/// Sums of one currency.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    said: Decimal,
    invoices: Decimal,
    credits: Decimal,
    rounded_off: Decimal,
    differences: Decimal,
}

/// What an import of invoices found so far.
#[derive(Debug, Default)]
pub struct InvoiceTally {
    /// Rows and problems; `accepted` counts documents.
    pub rows: Tally,
    credit_notes: u64,
    lines: u64,
    sums: BTreeMap<Currency, Sums>,
}

impl InvoiceTally {
    /// Counts a document that is taken.
    ///
    /// # Errors
    /// [`Inexact`] when a sum needs more digits than there are; then nothing is counted.
    pub fn take(&mut self, draft: &Draft) -> Result<(), Inexact> {
        let sums = self.sums.entry(draft.currency).or_default();
        let total = Money::from_minor(draft.total_minor, draft.currency).decimal();
        let (invoice, credit) = if draft.is_credit { (Decimal::ZERO, total) } else { (total, Decimal::ZERO) };
        *sums = Sums {
            said: exact::add(sums.said, draft.said)?,
            invoices: exact::add(sums.invoices, invoice)?,
            credits: exact::add(sums.credits, credit)?,
            rounded_off: exact::add(sums.rounded_off, draft.rounded_off)?,
            differences: exact::add(sums.differences, draft.difference)?,
        };
        self.rows.counts.accepted += 1;
        self.credit_notes += u64::from(draft.is_credit);
        self.lines += draft.lines.len() as u64;
        Ok(())
    }

    /// Counts a document that was there.
    pub const fn known(&mut self) {
        self.rows.counts.duplicates += 1;
    }

    /// Notes a row that is put aside.
    pub fn refuse(&mut self, line: u64, verdict: &Verdict) {
        // A conflict is one document, however many rows it has.
        let conflicts = self.rows.counts.conflicts;
        self.rows.count(line, verdict);
        self.rows.counts.conflicts = conflicts;
    }

    /// Counts as the database keeps them.
    pub const fn counts(&self) -> ImportCounts {
        self.rows.counts
    }

    /// The report, without what only the run knows.
    pub fn report(self, source: &str) -> InvoiceImportReport {
        let sums = self.sums;
        let of = |amount: fn(&Sums) -> Decimal| -> Vec<CurrencyAmount> {
            let row = |(currency, sums): (&Currency, &Sums)| {
                let mut amount = amount(sums).normalize();
                if amount.scale() < currency.digits() {
                    amount.rescale(currency.digits());
                }
                CurrencyAmount { currency: currency.code().to_owned(), amount: amount.to_string() }
            };
            sums.iter().map(row).collect()
        };
        let nonzero = |rows: Vec<CurrencyAmount>, amount: fn(&Sums) -> Decimal| -> Vec<CurrencyAmount> {
            let keep = sums.values().map(|sums| !amount(sums).is_zero());
            rows.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(row, _)| row).collect()
        };
        let counts = self.rows.counts;
        InvoiceImportReport {
            import_id: None,
            source: source.to_owned(),
            dry_run: false,
            stopped: false,
            read: counts.rows_read,
            skipped: self.rows.skipped,
            documents: counts.accepted,
            invoices: counts.accepted - self.credit_notes,
            credit_notes: self.credit_notes,
            lines: self.lines,
            duplicates: counts.duplicates,
            conflicts: counts.conflicts,
            refused: counts.refused,
            tenants_created: 0,
            totals: of(|sums| sums.said),
            invoice_totals: of(|sums| sums.invoices),
            credit_totals: of(|sums| sums.credits),
            rounded_off: of(|sums| sums.rounded_off),
            differences: nonzero(of(|sums| sums.differences), |sums| sums.differences),
            problems: self.rows.report(source).problems,
            refused_file: None,
            elapsed_ms: 0,
        }
    }
}
