//! The use of one meter in one period, counted again from its billable events: what caches say elsewhere, from the ledger.
//!
//! Which events those are is the caller's choice: all of a period, or only what some invoices billed.

use super::facts::{DayUse, EventUse, MeterUse};
use crate::event::Classification;
use crate::ids::PlanVersionId;
use crate::meter::{Aggregation, Meter};
use crate::pricing::RateError;
use crate::time::Day;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A billable event as far as counting looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its source.
    pub source: String,
    /// Its key.
    pub key: String,
    /// The key of what it corrects or repeats.
    pub parent: Option<String>,
    /// Why it exists.
    pub classification: Classification,
    /// The local day.
    pub day: Day,
    /// The plan version that it was assigned.
    pub plan_version: Option<PlanVersionId>,
    /// What it adds.
    pub contribution: i64,
}

impl Counted {
    fn is_correction(&self) -> bool {
        self.classification == Classification::Correction
    }

    /// The event that it corrects.
    fn corrected(&self) -> (&str, &str) {
        (self.source.as_str(), self.parent.as_deref().unwrap_or(""))
    }

    fn name(&self) -> (&str, &str) {
        (self.source.as_str(), self.key.as_str())
    }
}

/// Counts events, which stand in order of (occurred_at, source, key). `opening` is what a level came to before the first
/// day of the period; 0 for all other meters.
///
/// # Errors
/// [`RateError::Overflow`].
pub fn used(meter: &Meter, opening: i64, events: &[Counted]) -> Result<MeterUse, RateError> {
    let is_max = meter.aggregation == Aggregation::Max;
    let corrections = || events.iter().filter(|event| event.is_correction());
    let superseded: HashSet<(&str, &str)> = corrections().map(Counted::corrected).collect();
    let mut units = 0_i64;
    let mut days: BTreeMap<(Day, Option<PlanVersionId>), i64> = BTreeMap::new();
    for event in events {
        let day = days.entry((event.day, event.plan_version)).or_default();
        if is_max {
            let largest = if superseded.contains(&event.name()) { 0 } else { event.contribution.max(0) };
            (*day, units) = ((*day).max(largest), units.max(largest));
        } else {
            (*day, units) = (plus(*day, event.contribution)?, plus(units, event.contribution)?);
        }
    }
    let day = |((day, plan_version), units)| DayUse { day, plan_version, units };
    Ok(MeterUse {
        meter: meter.id,
        units,
        opening,
        days: days.into_iter().map(day).collect(),
        events: if is_max { Vec::new() } else { net(events)? },
    })
}

/// Events with what corrections took back of each taken off.
fn net(events: &[Counted]) -> Result<Vec<EventUse>, RateError> {
    let mut taken: HashMap<(&str, &str), i64> = HashMap::new();
    for correction in events.iter().filter(|event| event.is_correction()) {
        let sum = taken.entry(correction.corrected()).or_default();
        *sum = plus(*sum, correction.contribution)?;
    }
    let net = |event: &Counted| {
        let back = taken.get(&event.name()).copied().unwrap_or(0);
        let units = plus(event.contribution, back)?;
        Ok(EventUse { day: event.day, plan_version: event.plan_version, units })
    };
    events.iter().filter(|event| !event.is_correction()).map(net).collect()
}

fn plus(left: i64, right: i64) -> Result<i64, RateError> {
    left.checked_add(right).ok_or(RateError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MeterId;
    use crate::meter::Reset;
    use crate::quantity::Scale;

    fn meter(aggregation: Aggregation) -> Meter {
        Meter {
            id: MeterId::from_uuid(uuid::Uuid::from_u128(1)),
            code: "calls".to_owned(),
            name: "Calls".to_owned(),
            unit: "calls".to_owned(),
            scale: Scale::ZERO,
            aggregation,
            reset: Reset::Period,
            signed: false,
        }
    }

    fn event(key: &str, day: i32, contribution: i64, corrects: Option<&str>) -> Counted {
        let classification = if corrects.is_some() { Classification::Correction } else { Classification::Original };
        let day = Day::from_number(day).unwrap();
        let (source, parent) = ("test".to_owned(), corrects.map(str::to_owned));
        Counted { source, key: key.to_owned(), parent, classification, day, plan_version: None, contribution }
    }

    #[test]
    fn a_sum_takes_corrections_off_the_day_and_the_event() {
        let events =
            [event("a", 20_260_110, 5, None), event("b", 20_260_111, 7, None), event("c", 20_260_110, -2, Some("a"))];
        let used = used(&meter(Aggregation::Sum), 0, &events).unwrap();
        assert_eq!(used.units, 10, "5 + 7 - 2");
        let days: Vec<i64> = used.days.iter().map(|day| day.units).collect();
        assert_eq!(days, [3, 7], "a correction counts on the day of what it corrects");
        let events: Vec<i64> = used.events.iter().map(|event| event.units).collect();
        assert_eq!(events, [3, 7], "a correction is no event of its own");
    }

    #[test]
    fn a_corrected_maximum_no_longer_counts() {
        let events =
            [event("a", 20_260_110, 9, None), event("b", 20_260_111, 4, None), event("c", 20_260_110, 6, Some("a"))];
        let used = used(&meter(Aggregation::Max), 0, &events).unwrap();
        assert_eq!(used.units, 6, "the correction takes the place of what it corrects");
    }

    #[test]
    fn a_sum_beyond_64_bits_is_an_error() {
        let events = [event("a", 20_260_110, i64::MAX, None), event("b", 20_260_110, 1, None)];
        assert_eq!(used(&meter(Aggregation::Sum), 0, &events), Err(RateError::Overflow), "never a wrong sum");
    }
}
