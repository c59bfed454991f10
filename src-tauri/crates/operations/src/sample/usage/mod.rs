//! The sample's usage: what every tenant did in the last thirteen months, as the outside systems would report it.
//!
//! Not what it means: days, periods and billability are resolved by the timeline, as for any import. Quantities are
//! made from the plan's limits, so that each tenant shows the situation that its role says.

mod agents;
mod calls;
mod llm;
mod memory;
mod people;
mod transcription;

use super::accounts::{Account, Contract, Role};
use super::catalogue::Catalogue;
use super::random::{Random, split};
use super::{Made, SampleError};
use billing::event::{Classification, Subjects};
use billing::ids::{MeterId, PlanVersionId, TenantId};
use billing::money::{Cost, Currency};
use billing::plan::PlanVersion;
use billing::time::{Day, Interval, Timestamp};
use billing::timeline::Timeline;
use chrono::Months;
use std::collections::HashMap;

pub(super) use llm::llm;
pub(super) use people::{Person, people};

const SECOND: i64 = 1_000_000;
pub(super) const HOUR: i64 = 3_600 * SECOND;

/// A use as an outside system reports it.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub tenant: TenantId,
    /// When it arrives.
    pub arrives_at: Timestamp,
    pub occurred_at: Timestamp,
    pub source: &'static str,
    pub key: String,
    pub meter: MeterId,
    pub quantity: i64,
    pub classification: Classification,
    pub parent: Option<String>,
    /// Why it is not billable, where the source says so.
    pub free_because: Option<&'static str>,
    pub cost: Option<Cost>,
    pub provider: &'static str,
    pub action: &'static str,
    pub subjects: Subjects,
    /// Metadata, which may name people.
    pub details: Vec<(&'static str, String)>,
}

impl Report {
    /// An ordinary use that arrives at once.
    fn new(life: &Life<'_>, source: &'static str, key: String, meter: &str, at: Timestamp, quantity: i64) -> Self {
        Self {
            tenant: life.account.id,
            arrives_at: at,
            occurred_at: at,
            source,
            key,
            meter: life.catalogue.meter(meter).id,
            quantity,
            classification: Classification::Original,
            parent: None,
            free_because: None,
            cost: None,
            provider: "",
            action: "",
            subjects: Subjects::default(),
            details: Vec::new(),
        }
    }
}

/// A tenant with everything that its usage is made from.
pub(super) struct Life<'a> {
    pub account: &'a Account,
    pub timeline: &'a Timeline,
    pub catalogue: &'a Catalogue,
    pub versions: &'a HashMap<PlanVersionId, PlanVersion>,
    pub people: &'a [Person],
    pub random: &'a Random,
    pub now: Timestamp,
}

/// The part of a billing period in which a tenant is looked at.
#[derive(Debug, Clone, Copy)]
struct Slice {
    /// From the start of the period, of the subscription or of the sample, to the first end or now.
    interval: Interval,
    /// Whether now is inside.
    running: bool,
    /// Thousandths of the period that the interval covers.
    share: i64,
    /// Its place, for keys.
    number: usize,
}

/// How much of a limit is used in a period, in thousandths.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// In periods that are over.
    past: i64,
    /// In the running period.
    now: Now,
}

#[derive(Debug, Clone, Copy)]
enum Now {
    /// As much of the pace as the period is old.
    SoFar(i64),
    /// Exactly this much already, however young the period is.
    Already(i64),
}

/// All usage of a tenant but for language models, which [`llm`] spreads over all tenants.
pub(super) fn usage(life: &Life<'_>) -> Made<Vec<Report>> {
    let mut reports = Vec::new();
    if life.account.role == Role::Idle {
        return Ok(reports);
    }
    for contract in &life.account.contracts {
        match contract.family {
            "calls" => calls::calls(life, contract, &mut reports)?,
            "agents" => agents::agents(life, contract, &mut reports)?,
            "platform" => {
                agents::agent_time(life, contract, &mut reports)?;
                memory::memory(life, contract, &mut reports)?;
            }
            _ => transcription::transcription(life, contract, &mut reports)?,
        }
    }
    Ok(reports)
}

impl Life<'_> {
    /// The first instant of the sample for this tenant: the local day thirteen calendar months ago.
    pub fn begins_at(&self) -> Made<Timestamp> {
        let today = Day::of(self.now, self.account.zone)?;
        let first = today.date().checked_sub_months(Months::new(13)).ok_or(SampleError::Time)?;
        Ok(Day::from_date(first)?.start(self.account.zone)?)
    }

    /// The billing periods of a contract within the sample.
    fn slices(&self, contract: &Contract) -> Made<Vec<Slice>> {
        let from = self.begins_at()?.max(contract.started_at);
        let to = contract.ended_at.map_or(self.now, |ended_at| ended_at.min(self.now));
        let mut slices = Vec::new();
        for (number, period) in self.timeline.periods(contract.id).enumerate() {
            let whole = period.span.interval;
            let interval = Interval { start: whole.start.max(from), end: whole.end.min(to) };
            if interval.start < interval.end {
                let part = interval.end.micros() - interval.start.micros();
                let share = part / ((whole.end.micros() - whole.start.micros()) / 1_000);
                slices.push(Slice { interval, running: whole.contains(self.now), share, number });
            }
        }
        Ok(slices)
    }

    /// What is included (or the cap, where nothing is) in a slice; none when unlimited.
    fn base(&self, contract: &Contract, slice: &Slice, meter: &str) -> Option<i64> {
        let at = if slice.running { self.now } else { slice.interval.start };
        let entitlement = self.timeline.entitlement_at(contract.id, at)?;
        let version = self.versions.get(&entitlement.plan_version)?;
        version.limits(self.catalogue.meter(meter).id, &entitlement.overrides).limits.base()
    }

    /// The pace of a meter: by the role where the role is played on it, unremarkable elsewhere.
    fn pace(&self, contract: &Contract, meter: &str, random: &mut Random) -> Pace {
        let calm = random.between(180, 620);
        let steady = Pace { past: calm, now: Now::SoFar(calm) };
        if contract.family != self.account.family || meter != self.account.stage() {
            return steady;
        }
        let already = |past: i64, now: i64| Pace { past, now: Now::Already(now) };
        match self.account.role {
            Role::Warning => already(random.between(500, 900), random.between(805, 985)),
            Role::Alert => already(random.between(700, 1_050), random.between(1_003, 1_380)),
            Role::Far => already(random.between(1_000, 1_700), random.between(1_600, 4_100)),
            Role::Raised => already(random.between(800, 1_100), random.between(560, 870)),
            Role::Upgraded => already(random.between(600, 950), random.between(300, 700)),
            _ => steady,
        }
    }

    /// The quantity of a slice: the pace times the limit, or times `unlimited` where there is none.
    fn target(
        &self,
        contract: &Contract,
        slice: &Slice,
        meter: &str,
        pace: Pace,
        unlimited: i64,
        random: &mut Random,
    ) -> i64 {
        let base = self.base(contract, slice, meter).unwrap_or(unlimited);
        let noise = random.between(850, 1_150);
        let part = |pace: i64| base / 1_000 * pace * noise / 1_000 * slice.share / 1_000 + base % 1_000 * pace / 1_000;
        match pace.now {
            // The smallest use that reaches the pace: rounding down would miss 100 %.
            Now::Already(pace) if slice.running => (base * pace + 999) / 1_000,
            Now::SoFar(pace) if slice.running => part(pace),
            _ => part(pace.past),
        }
    }

    /// People of a kind who are this tenant's own.
    fn pick(&self, kind: &str, random: &mut Random) -> Option<&Person> {
        let own: Vec<&Person> = self.people.iter().filter(|person| person.kind == kind).collect();
        if own.is_empty() { None } else { Some(*random.pick(&own)) }
    }
}

/// Instants and parts of a total within a slice, in the order of time: office hours of local days, fewer at
/// week-ends, the parts uneven.
fn spread(
    life: &Life<'_>,
    slice: &Slice,
    total: i64,
    parts: usize,
    random: &mut Random,
) -> Made<Vec<(Timestamp, i64)>> {
    if total <= 0 || parts == 0 {
        return Ok(Vec::new());
    }
    let parts = parts.min(usize::try_from(total)?);
    let weights: Vec<i64> = (0..parts).map(|_| random.between(20, 180)).collect();
    let mut instants = Vec::with_capacity(parts);
    for _ in 0..parts {
        instants.push(instant(life, slice.interval, random)?);
    }
    instants.sort();
    Ok(instants.into_iter().zip(split(total, &weights)).collect())
}

/// An instant within an interval, in office hours where that is possible.
fn instant(life: &Life<'_>, interval: Interval, random: &mut Random) -> Made<Timestamp> {
    use chrono::{Datelike, Weekday};
    let zone = life.account.zone;
    for _ in 0..4 {
        let at = Timestamp::from_micros(random.between(interval.start.micros(), interval.end.micros() - 1))?;
        let day = Day::of(at, zone)?;
        let quiet = matches!(day.date().weekday(), Weekday::Sat | Weekday::Sun);
        let at = day.start(zone)?.plus_micros(8 * HOUR + random.between(0, 11 * HOUR))?;
        if interval.contains(at) && !(quiet && random.per_mille(700)) {
            return Ok(at);
        }
    }
    Ok(Timestamp::from_micros(random.between(interval.start.micros(), interval.end.micros() - 1))?)
}

/// A number of parts for a slice: between two bounds for a whole period, less for a shorter one, at least one.
fn parts(slice: &Slice, low: i64, high: i64, random: &mut Random) -> Made<usize> {
    Ok(usize::try_from((random.between(low, high) * slice.share / 1_000).max(1))?)
}

/// A provider's price per unit in billionths of a dollar.
fn dollars(nano_per_unit: i64, units: i64) -> Option<Cost> {
    Some(Cost { nano: nano_per_unit * units, currency: Currency::USD })
}
