//! What an import found so far: counts, totals, problems, the first rows; the report in the end.

use super::refusal::Refusal;
use crate::wire::{CostTotal, DetailPair, ImportProblem, ImportReport, MeterTotal, PreviewRow};
use billing::meter::Meter;
use billing::money::{Cost, Currency};
use billing::quantity::{Scale, decimal_text};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use store::imports::ImportCounts;

/// Rows that the report shows.
const FIRST_ROWS: usize = 20;
/// Lines that it names of each kind of problem.
const FIRST_LINES: usize = 20;

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

#[derive(Debug, Clone, Copy)]
struct Sum {
    /// 128 bits hold the sum of more 64-bit quantities than any file has.
    units: i128,
    scale: Scale,
    rounded_off: Decimal,
}

impl Sum {
    const fn new(scale: Scale) -> Self {
        Self { units: 0, scale, rounded_off: Decimal::ZERO }
    }
}

/// Outcome, code, and field of a kind of problem. Fields are columns that the mapping names, so there are few.
type Kind = (&'static str, &'static str, Option<String>);

/// A kind of problem so far.
#[derive(Debug, Default)]
struct Problem {
    rows: u64,
    /// The first sentence.
    message: String,
    /// The first lines.
    lines: BTreeSet<u64>,
}

impl Problem {
    fn note(&mut self, line: u64, sentence: &str) {
        self.rows += 1;
        if self.lines.first().is_none_or(|first| line < *first) {
            sentence.clone_into(&mut self.message);
        }
        self.lines.insert(line);
        if self.lines.len() > FIRST_LINES {
            self.lines.pop_last();
        }
    }
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
    /// Times that the clock of their zone showed twice.
    pub times_ambiguous: u64,
    meters: BTreeMap<String, Sum>,
    costs: BTreeMap<Currency, Sum>,
    problems: BTreeMap<Kind, Problem>,
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
            let kind = (verdict.as_str(), refusal.code, refusal.field.clone());
            self.problems.entry(kind).or_default().note(line, &refusal.sentence);
        }
    }

    /// Adds what an accepted event brought.
    pub fn add(&mut self, brought: &Brought<'_>) {
        let scale = brought.meter.scale;
        let sum = self.meters.entry(brought.meter.code.clone()).or_insert(Sum::new(scale));
        sum.units += i128::from(brought.units);
        // Rests are below one unit; their sum has room for more rows than a file can have.
        sum.rounded_off = sum.rounded_off.saturating_add(brought.rounded_off);
        if let Some((cost, rest)) = brought.cost {
            let sum = self.costs.entry(cost.currency).or_insert(Sum::new(Scale::BILLIONTHS));
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
            quantity: decimal_text(sum.units, sum.scale),
            rounded_off: sum.rounded_off.normalize().to_string(),
        };
        let cost = |(currency, sum): (Currency, Sum)| CostTotal {
            currency: currency.code().to_owned(),
            amount: decimal_text(sum.units, sum.scale),
            rounded_off: sum.rounded_off.normalize().to_string(),
        };
        let problem = |((outcome, code, field), problem): (Kind, Problem)| ImportProblem {
            outcome: outcome.to_owned(),
            code: code.to_owned(),
            message: problem.message,
            field,
            line: problem.lines.first().copied().unwrap_or_default(),
            lines: problem.lines.into_iter().collect(),
            rows: problem.rows,
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
            times_ambiguous: self.times_ambiguous,
            tenants_created: 0,
            meters_created: 0,
            totals: self.meters.into_iter().map(meter).collect(),
            cost: self.costs.into_iter().map(cost).collect(),
            problems: self.problems.into_iter().map(problem).collect(),
            first_rows,
            refused_file: None,
            elapsed_ms: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    #[test]
    fn problems_are_told_apart_by_field_and_name_their_lines() {
        let mut tally = Tally::default();
        let of = |field: &str| Verdict::Refused(Refusal::malformed("no value").field(field));
        for line in (1..=30).rev() {
            tally.count(line, &of("time"));
        }
        tally.count(7, &of("quantity"));
        tally.count(7, &Verdict::Conflict(Refusal::malformed("no value").field("time")));
        let report = tally.report("calls");
        let kinds: Vec<_> =
            report.problems.iter().map(|it| (it.outcome.as_str(), it.field.as_deref(), it.rows)).collect();
        let expected = [("conflict", Some("time"), 1), ("refused", Some("quantity"), 1), ("refused", Some("time"), 30)];
        assert_eq!(kinds, expected, "another field or outcome is another problem");
        assert_eq!(report.problems[2].lines, (1..=20).collect::<Vec<u64>>(), "the first twenty lines");
    }
}
