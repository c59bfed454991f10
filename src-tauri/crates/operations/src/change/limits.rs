//! Where a tenant stands with a meter: use, limits and level, before and after something.

use super::effect;
use crate::error::Result;
use crate::wire::Effect;
use billing::event::Assignment;
use billing::ids::{PeriodId, TenantId};
use billing::level::{Level, Limits};
use billing::meter::{Aggregation, Meter, Reset};
use billing::quantity::Quantity;
use billing::time::{Day, Timestamp};
use store::alerts::AlertKey;
use store::look::event::{day_counter, level_total, period_counter};
use store::{Read, Write};

/// Where use of a meter is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// In a billing period.
    Period(PeriodId),
    /// On a local day.
    Day(Day),
    /// In a running total.
    Total,
}

impl Counted {
    /// Where an event with this assignment counts; none before any subscription.
    pub fn of(assignment: &Assignment, meter: &Meter) -> Option<Self> {
        match (meter.aggregation, meter.reset) {
            (Aggregation::Level, _) => Some(Self::Total),
            (_, Reset::Day) => Some(Self::Day(assignment.day)),
            _ => assignment.billed_period.map(Self::Period),
        }
    }

    /// Its name within a sentence.
    pub fn name(self) -> String {
        match self {
            Self::Period(_) => "in this period".to_owned(),
            Self::Day(day) => format!("on {day}"),
            Self::Total => "now".to_owned(),
        }
    }

    /// Billable use there.
    pub async fn used(self, read: &mut Read, tenant: TenantId, meter: &Meter) -> Result<i64> {
        let counter = match self {
            Self::Period(period) => period_counter(read, tenant, period, meter.id).await?,
            Self::Day(day) => Some(day_counter(read, tenant, day, meter).await?),
            Self::Total => level_total(read, tenant, meter.id).await?,
        };
        Ok(counter.map_or(0, |counter| counter.billable))
    }
}

/// A use under limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub used: i64,
    pub limits: Limits,
}

impl Standing {
    pub fn level(self) -> Level {
        self.limits.level(self.used)
    }

    /// `93.1 %`, or a word where there is no percentage.
    pub fn percent(self) -> String {
        match (self.limits.percent(self.used), self.limits.base()) {
            (Some(percent), _) => percent.to_string(),
            (None, None) => "unlimited".to_owned(),
            (None, Some(_)) => "of 0".to_owned(),
        }
    }
}

/// Units of a meter as people read them.
pub(crate) fn shown(units: i64, meter: &Meter) -> String {
    Quantity::new(units, meter.scale).to_string()
}

/// A limit as people read it.
pub(crate) fn shown_limit(limit: Option<i64>, none: &str, meter: &Meter) -> String {
    limit.map_or_else(|| none.to_owned(), |units| shown(units, meter))
}

/// The percentage and the level, before and after.
pub(crate) fn level_effects(before: Standing, after: Standing) -> [Effect; 2] {
    let word = |standing: Standing| standing.level().as_str().to_uppercase();
    let unit = if before.limits.percent(0).is_some() && after.limits.percent(0).is_some() { "%" } else { "" };
    [
        effect("Percent of what is included", before.percent(), after.percent(), unit),
        effect("Level", word(before), word(after), ""),
    ]
}

/// Alerts of levels that the use is below now have recovered (rules, section 3.4).
pub(crate) async fn recover(
    write: &mut Write,
    (tenant, at): (TenantId, Timestamp),
    meter: &Meter,
    standing: Standing,
    counted: Counted,
) -> Result<()> {
    for alert in store::alerts::open_of(write, &[tenant]).await? {
        let place = alert.place()?;
        let is_here = match (counted, place) {
            (Counted::Period(here), store::alerts::Place::Period(there)) => here == there,
            (Counted::Day(here), store::alerts::Place::Day(there)) => here == there,
            (Counted::Total, store::alerts::Place::Month(_)) => true,
            _ => false,
        };
        let is_below = alert.level == Level::Warning && standing.level() == Level::Normal
            || alert.level == Level::Alert && standing.level() < Level::Alert;
        if alert.meter == meter.id && is_here && is_below {
            let key = AlertKey { tenant, meter: meter.id, place, level: alert.level };
            store::alerts::recover(write, key, at).await?;
        }
    }
    Ok(())
}
