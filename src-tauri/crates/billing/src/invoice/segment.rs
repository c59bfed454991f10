//! The segments of a billing period: its days under one plan version each (rules, section 6).
//!
//! Not what they come to: that is [`super::metered`] and [`super::fee`].

use crate::ids::{EntitlementId, PlanVersionId};
use crate::period::PeriodSpan;
use crate::plan::OverrideInForce;
use crate::time::{Day, TimeError, Timestamp, Zone};
use crate::timeline::Entitlement;

/// What held from an instant on, as far as segments look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding<'a> {
    /// The first instant.
    pub valid_from: Timestamp,
    /// Of two with one `valid_from`, the later one holds.
    pub seq: i64,
    /// The zone of its days.
    pub zone: Zone,
    /// The plan version.
    pub plan_version: PlanVersionId,
    /// The overrides in force.
    pub overrides: &'a [OverrideInForce],
    /// The entitlement, where it is known by id.
    pub entitlement: Option<EntitlementId>,
}

impl<'a> From<&'a Entitlement> for Holding<'a> {
    fn from(entitlement: &'a Entitlement) -> Self {
        Self {
            valid_from: entitlement.valid_from,
            seq: entitlement.seq,
            zone: entitlement.zone,
            plan_version: entitlement.plan_version,
            overrides: &entitlement.overrides,
            entitlement: Some(entitlement.id),
        }
    }
}

/// The days of which a holding is the last that began by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    /// What holds.
    pub holding: Holding<'a>,
    /// The first day within the period.
    pub from: Day,
}

/// Some whole days of a period under one plan version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What held at its end: its overrides hold for all of it.
    pub holding: Holding<'a>,
    /// The first day.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
}

impl Segment<'_> {
    /// Whole days.
    pub fn days(&self) -> i64 {
        self.from.days_until(self.to)
    }

    /// All of its days.
    pub const fn whole(&self) -> Days {
        Days { from: self.from, to: self.to }
    }
}

/// Whole local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Day,
    /// The first after them; not before `from`.
    pub to: Day,
}

/// What held on the days of a period, the oldest first. The day of a change belongs to what was changed to; what begins on
/// `until` or later is not known yet. Of the holdings that began before the period only the last is there.
///
/// # Errors
/// [`TimeError::OutOfRange`].
pub fn held<'a>(holdings: &[Holding<'a>], days: Days, until: Day) -> Result<Vec<Held<'a>>, TimeError> {
    let mut order: Vec<Holding<'a>> = holdings.to_vec();
    order.sort_by_key(|holding| (holding.valid_from, holding.seq));
    let mut found: Vec<Held<'a>> = Vec::with_capacity(1);
    for holding in order {
        // The first one holds also for the rest of the day on which the subscription began.
        let began =
            if found.is_empty() { days.from } else { Day::of(holding.valid_from, holding.zone)?.max(days.from) };
        if !found.is_empty() && (began >= until || began >= days.to) {
            continue;
        }
        while found.last().is_some_and(|last| last.from >= began) {
            found.pop();
        }
        found.push(Held { holding, from: began });
    }
    Ok(found)
}

/// The segments of a period, the oldest first: the days of [`held`], those of one plan version put together. They add up to
/// the days; without any holding there is none.
pub fn segments<'a>(held: &[Held<'a>], days: Days) -> Vec<Segment<'a>> {
    let mut segments: Vec<Segment<'a>> = Vec::with_capacity(1);
    for Held { holding, from } in held {
        match segments.last_mut() {
            Some(last) if last.holding.plan_version == holding.plan_version => last.holding = *holding,
            last => {
                if let Some(last) = last {
                    last.to = *from;
                }
                segments.push(Segment { holding: *holding, from: *from, to: days.to });
            }
        }
    }
    segments
}

/// The days of a period on which its subscription held: from its first day to the day on which the subscription ended, that
/// day excluded. None where it ended before.
///
/// # Errors
/// [`TimeError::OutOfRange`].
pub fn days_held(span: PeriodSpan, ended_at: Option<Timestamp>, zone: Zone) -> Result<Days, TimeError> {
    let (from, end) = (span.first_day, span.end_day);
    let ended = match ended_at {
        Some(ended_at) if ended_at < span.interval.end => Day::of(ended_at, zone)?.clamp(from, end),
        _ => end,
    };
    Ok(Days { from, to: ended })
}
