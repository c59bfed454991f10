//! What an import found so far: counts, totals, problems, the first rows; the report in the end.

use super::refusal::Refusal;
use crate::wire::{CostTotal, DetailPair, ImportProblem, ImportReport, MeterTotal, PreviewRow};
use billing::meter::Meter;
use billing::money::{Cost, Currency};
use billing::quantity::Quantity;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use store::imports::ImportCounts;

/// Rows that the report shows.
const FIRST_ROWS: usize = 20;

/// What became of an event or of a whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is in.
    Accepted,
    /// It was in.
    Duplicate,
    /// Its key is in with other content.
    Conflict(Refusal),
    /// It waits in quarantine.
    Quarantined(Refusal),
    /// The row could not be read.
    Refused(Refusal),
}

impl Verdict {
    /// The word of reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflict(_) => "conflict",
            Self::Quarantined(_) => "quarantined",
            Self::Refused(_) => "refused",
        }
    }

    /// Why it was put aside.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Accepted | Self::Duplicate => None,
            Self::Conflict(refusal) | Self::Quarantined(refusal) | Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// What an accepted event brought.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'m> {
    /// The meter.
    pub meter: &'m Meter,
    /// Units at its scale.
    pub units: i64,
    /// What was rounded off.
    pub rounded_off: Decimal,
    /// The cost, and what was rounded off of it.
    pub cost: Option<(Cost, Decimal)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// 128 bits hold the sum of more 64-bit quantities than any file has.
    units: i128,
    digits: u32,
    rounded_off: Decimal,
}

/// What an import found so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Counts, as the database keeps them.
    pub counts: ImportCounts,
    /// Rows left out by the filter.
    pub skipped: u64,
    /// Times that were cut.
    pub times_cut: u64,
    meters: BTreeMap<String, Sum>,
    costs: BTreeMap<Currency, Sum>,
    problems: BTreeMap<(&'static str, &'static str), ImportProblem>,
    first_rows: Vec<PreviewRow>,
}

impl Tally {
    /// Counts a verdict of a line.
    pub fn count(&mut self, line: u64, verdict: &Verdict) {
        match verdict {
            Verdict::Accepted => self.counts.accepted += 1,
            Verdict::Duplicate => self.counts.duplicates += 1,
            Verdict::Conflict(_) => self.counts.conflicts += 1,
            Verdict::Quarantined(_) => self.counts.quarantined += 1,
            Verdict::Refused(_) => self.counts.refused += 1,
        }
        if let Some(refusal) = verdict.refusal() {
            let new = || ImportProblem {
                outcome: verdict.as_str().to_owned(),
                code: refusal.code.to_owned(),
                message: refusal.sentence.clone(),
                field: refusal.field.clone(),
                line,
                rows: 0,
            };
            let problem = self.problems.entry((verdict.as_str(), refusal.code)).or_insert_with(new);
            problem.rows += 1;
            if line < problem.line {
                *problem = ImportProblem { rows: problem.rows, ..new() };
            }
        }
    }

    /// Adds what an accepted event brought.
    pub fn add(&mut self, brought: &Brought<'_>) {
        let sum = self.meters.entry(brought.meter.code.clone()).or_default();
        sum.digits = u32::from(brought.meter.scale.digits());
        sum.units += i128::from(brought.units);
        // Rests are below one unit; their sum has room for more rows than a file can have.
        sum.rounded_off = sum.rounded_off.saturating_add(brought.rounded_off);
        if let Some((cost, rest)) = brought.cost {
            let sum = self.costs.entry(cost.currency).or_default();
            sum.digits = 9;
            sum.units += i128::from(cost.nano);
            sum.rounded_off = sum.rounded_off.saturating_add(rest);
        }
    }

    /// Whether the report still has room for rows.
    pub const fn wants_rows(&self) -> bool {
        self.first_rows.len() < FIRST_ROWS
    }

    /// Shows a row.
    pub fn show(&mut self, line: u64, verdict: &Verdict, pairs: Vec<(String, String)>) {
        if self.wants_rows() {
            let mut fields: Vec<_> = pairs.into_iter().map(|(name, value)| DetailPair { name, value }).collect();
            if let Some(refusal) = verdict.refusal() {
                fields.push(DetailPair { name: "reason".to_owned(), value: refusal.sentence.clone() });
            }
            self.first_rows.push(PreviewRow { line, outcome: verdict.as_str().to_owned(), fields });
        }
    }

    /// The report, without what only the run knows.
    pub fn report(self, source: &str) -> ImportReport {
        let meter = |(meter, sum): (String, Sum)| MeterTotal {
            meter,
            quantity: exact(sum.units, sum.digits),
            rounded_off: sum.rounded_off.normalize().to_string(),
        };
        let cost = |(currency, sum): (Currency, Sum)| CostTotal {
            currency: currency.code().to_owned(),
            amount: exact(sum.units, sum.digits),
            rounded_off: sum.rounded_off.normalize().to_string(),
        };
        let mut first_rows = self.first_rows;
        first_rows.sort_by_key(|row| row.line);
        ImportReport {
            import_id: None,
            source: source.to_owned(),
            dry_run: false,
            stopped: false,
            read: self.counts.rows_read,
            skipped: self.skipped,
            accepted: self.counts.accepted,
            duplicates: self.counts.duplicates,
            conflicts: self.counts.conflicts,
            quarantined: self.counts.quarantined,
            refused: self.counts.refused,
            times_cut: self.times_cut,
            tenants_created: 0,
            meters_created: 0,
            totals: self.meters.into_iter().map(meter).collect(),
            cost: self.costs.into_iter().map(cost).collect(),
            problems: self.problems.into_values().collect(),
            first_rows,
            refused_file: None,
            elapsed_ms: 0,
        }
    }
}

/// Units at a number of digits as a decimal without trailing zeros.
fn exact(units: i128, digits: u32) -> String {
    match i64::try_from(units).ok().zip(u8::try_from(digits).ok().and_then(|digits| digits.try_into().ok())) {
        Some((units, scale)) => Quantity::new(units, scale).to_string(),
        None => {
            let one = 10_i128.pow(digits);
            let fraction = format!("{:0width$}", (units % one).abs(), width = digits as usize);
            let fraction = fraction.trim_end_matches('0');
            let sign = if units < 0 { "-" } else { "" };
            let whole = (units / one).abs();
            if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_beyond_64_bits() {
        assert_eq!(exact(-1_500, 3), "-1.5", "trailing zeros say nothing");
        assert_eq!(exact(0, 0), "0", "nothing is 0");
        assert_eq!(exact(i128::from(i64::MAX) * 10, 9), "92233720368.54775807", "a total may need more than a row");
        assert_eq!(exact(-i128::from(i64::MAX) * 10, 0), "-92233720368547758070", "also below zero");
    }

    #[test]
    fn a_problem_names_its_first_line() {
        let mut tally = Tally::default();
        let verdict = Verdict::Refused(Refusal::malformed("no number"));
        tally.count(9, &verdict);
        tally.count(4, &verdict);
        let report = tally.report("calls");
        assert_eq!((report.problems[0].line, report.problems[0].rows), (4, 2), "the first line is where to look");
        assert_eq!(report.refused, 2, "every row is counted");
    }
}
