//! Figures and how they are shown: the value of this run, the limit of this run, their ratio, and the target.

use anyhow::Result;
use operations::bench::company::Extent;
use serde::Serialize;
use std::fmt::Write;
use std::time::Duration;

/// What is measured, in the unit in which it is shown.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Measured {
    /// Something per second.
    PerSecond(f64),
    /// How long something took, in milliseconds.
    Milliseconds(f64),
    /// Memory, in megabytes.
    Megabytes(f64),
}

impl Measured {
    /// A number of things in a time.
    pub fn rate(count: u64, time: Duration) -> Self {
        Self::PerSecond(count as f64 / time.as_secs_f64())
    }

    /// A time.
    pub fn time(time: Duration) -> Self {
        Self::Milliseconds(time.as_secs_f64() * 1_000.0)
    }

    const fn number(self) -> f64 {
        match self {
            Self::PerSecond(number) | Self::Milliseconds(number) | Self::Megabytes(number) => number,
        }
    }

    fn shown(self) -> String {
        match self {
            Self::PerSecond(rate) => format!("{}/s", grouped(rate.round() as u64)),
            Self::Milliseconds(time) if time < 10.0 => format!("{time:.2} ms"),
            Self::Milliseconds(time) => format!("{} ms", grouped(time.round() as u64)),
            Self::Megabytes(size) => format!("{} MB", grouped(size.round() as u64)),
        }
    }
}

/// What a figure must reach.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "kind", content = "bound", rename_all = "snake_case")]
pub enum Target {
    /// The ratio to the limit is at least this.
    RatioAtLeast(f64),
    /// The ratio to the limit is at most this.
    RatioAtMost(f64),
    /// The value itself is at most this.
    AtMost(Measured),
    /// It is stated only.
    Stated,
}

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// Where: an engine, or the window.
    pub place: &'static str,
    /// This run's value.
    pub value: Measured,
    /// This run's limit, with what it is.
    pub limit: Option<(Measured, &'static str)>,
    /// What it must reach.
    pub target: Target,
}

impl Figure {
    /// Value by limit.
    fn ratio(&self) -> Option<f64> {
        self.limit.map(|(limit, _)| self.value.number() / limit.number())
    }

    fn verdict(&self) -> Option<bool> {
        match self.target {
            Target::RatioAtLeast(bound) => Some(self.ratio()? >= bound),
            Target::RatioAtMost(bound) => Some(self.ratio()? <= bound),
            Target::AtMost(bound) => Some(self.value.number() <= bound.number()),
            Target::Stated => None,
        }
    }

    fn cells(&self) -> [String; 7] {
        let (limit, what) = self.limit.map_or((String::new(), ""), |(limit, what)| (limit.shown(), what));
        let target = match self.target {
            Target::RatioAtLeast(bound) => format!(">= {bound:.2}x"),
            Target::RatioAtMost(bound) => format!("<= {bound:.2}x"),
            Target::AtMost(bound) => format!("<= {}", bound.shown()),
            Target::Stated => String::new(),
        };
        let verdict = match self.verdict() {
            Some(true) => "ok",
            Some(false) => "MISSED",
            None => "",
        };
        [
            format!("{} ({})", self.name, self.place),
            self.value.shown(),
            limit,
            self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}x")),
            target,
            verdict.to_owned(),
            what.to_owned(),
        ]
    }
}

/// All figures of a run.
#[derive(Debug)]
pub struct Report {
    extent: Extent,
    figures: Vec<Figure>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    ratio: Option<f64>,
    reached: Option<bool>,
}

#[derive(Serialize)]
struct Whole<'a> {
    events: u64,
    tenants: u32,
    seed: u64,
    figures: Vec<Line<'a>>,
    notes: &'a [String],
}

impl Report {
    /// An empty one.
    pub const fn new(extent: Extent) -> Self {
        Self { extent, figures: Vec::new(), notes: Vec::new() }
    }

    /// Adds a figure, and shows it at once on standard error: a run takes minutes.
    pub fn add(&mut self, figure: Figure) {
        let [name, value, limit, ratio, target, verdict, _] = figure.cells();
        eprintln!("{name}: {value}  {limit}  {ratio}  {target}  {verdict}");
        self.figures.push(figure);
    }

    /// Adds a sentence below the table.
    pub fn note(&mut self, note: String) {
        eprintln!("{note}");
        self.notes.push(note);
    }

    /// As aligned text.
    pub fn table(&self) -> String {
        let header = ["FIGURE", "THIS RUN", "LIMIT", "RATIO", "TARGET", "", "LIMIT IS"].map(str::to_owned);
        let lines: Vec<[String; 7]> = std::iter::once(header).chain(self.figures.iter().map(Figure::cells)).collect();
        let widths: [usize; 7] =
            std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
        let mut text = format!(
            "{} events of {} tenants, seed {}\n\n",
            grouped(self.extent.events),
            grouped(u64::from(self.extent.tenants)),
            self.extent.seed
        );
        for line in &lines {
            let mut shown = String::new();
            for (column, cell) in line.iter().enumerate() {
                let width = widths[column];
                // Writing to a string cannot fail.
                let _ = match column {
                    1..=4 => write!(shown, "{cell:>width$}  "),
                    _ => write!(shown, "{cell:<width$}  "),
                };
            }
            text.push_str(shown.trim_end());
            text.push('\n');
        }
        text.push('\n');
        for note in &self.notes {
            text.push_str(note);
            text.push('\n');
        }
        text
    }

    /// As JSON.
    pub fn json(&self) -> Result<String> {
        let line = |figure| Line { ratio: Figure::ratio(figure), reached: Figure::verdict(figure), figure };
        let whole = Whole {
            events: self.extent.events,
            tenants: self.extent.tenants,
            seed: self.extent.seed,
            figures: self.figures.iter().map(line).collect(),
            notes: &self.notes,
        };
        Ok(serde_json::to_string_pretty(&whole)? + "\n")
    }
}

/// Times of one thing, many times over.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that this share of a hundred did not exceed.
    pub fn percentile(&mut self, percent: usize) -> Measured {
        self.0.sort_unstable();
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        Measured::time(self.0.get(place).copied().unwrap_or_default())
    }
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
