//! Billing periods: half-open intervals between anchor days of a tenant's wall calendar (rules, section 4).
//!
//! One pure function gives them; the store keeps what it gave. Not proration: that counts days, in [`crate::pricing`].

use crate::ids::{PeriodId, SubscriptionId};
use crate::meter::text_enum;
use crate::time::{Day, Interval, TimeError, Timestamp, Zone};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// Local days after the end of a period in which what arrives is still its own (rules, section 7.4).
pub const GRACE_DAYS: i64 = 3;

/// Why a period was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Anchor days are 1 to 31.
    #[error("an anchor day is 1 to 31, not {0}")]
    AnchorDay(u8),
    /// Anchor months are 1 to 12.
    #[error("an anchor month is 1 to 12, not {0}")]
    AnchorMonth(u8),
    /// Beyond the years that are kept.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The period would end before it starts; only a wrong zone or a wrong previous period gives this.
    #[error("the period after {0} would be empty")]
    Empty(Day),
}

text_enum! {
    /// How long a period is.
    BillingInterval {
        /// One calendar month.
        Month = "month",
        /// One calendar year: twelve calendar months.
        Year = "year",
    }
}

text_enum! {
    /// Where a stored period stands.
    PeriodStatus {
        /// Events enter it.
        Open = "open",
        /// Nothing enters it any more; its invoice is not final yet.
        Closed = "closed",
        /// Its invoice is final; it never changes.
        Finalized = "finalized",
    }
}

/// When the periods of a subscription begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RuleParts", into = "RuleParts")]
pub struct PeriodRule {
    interval: BillingInterval,
    anchor_day: u8,
    anchor_month: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleParts {
    interval: BillingInterval,
    anchor_day: u8,
    #[serde(default = "january", skip_serializing_if = "is_january")]
    anchor_month: u8,
}

const fn january() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_january(month: &u8) -> bool {
    *month == 1
}

impl TryFrom<RuleParts> for PeriodRule {
    type Error = PeriodError;

    fn try_from(parts: RuleParts) -> Result<Self, PeriodError> {
        match parts.interval {
            BillingInterval::Month => Self::monthly(parts.anchor_day),
            BillingInterval::Year => Self::yearly(parts.anchor_month, parts.anchor_day),
        }
    }
}

impl From<PeriodRule> for RuleParts {
    fn from(rule: PeriodRule) -> Self {
        Self { interval: rule.interval, anchor_day: rule.anchor_day, anchor_month: rule.anchor_month }
    }
}

/// A period as it was computed: its days on the wall calendar and its instants.
///
/// The days are kept beside the instants because a period that follows a change of zone begins at the instant where
/// the one before it ended, which need not be a midnight of the new zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeriodSpan {
    /// The first local day.
    pub first_day: Day,
    /// The first local day after it.
    pub end_day: Day,
    /// The instants, `[start, end)`.
    pub interval: Interval,
}

impl PeriodSpan {
    /// Whole local days of the period, end exclusive; what proration divides by.
    pub fn days(&self) -> i64 {
        self.first_day.days_until(self.end_day)
    }

    /// The instant from which nothing enters any more: the start of the local day `grace_days` after the end.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn closes_at(&self, grace_days: i64, zone: Zone) -> Result<Timestamp, TimeError> {
        self.end_day.plus_days(grace_days)?.start(zone)
    }
}

/// A stored period of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its identity.
    pub id: PeriodId,
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Its number within the subscription, from 1.
    pub seq: i64,
    /// When it is.
    pub span: PeriodSpan,
    /// Where it stands.
    pub status: PeriodStatus,
}

impl PeriodRule {
    /// One calendar month from each anchor day; 29, 30 and 31 fall on the last day of short months.
    ///
    /// # Errors
    /// [`PeriodError::AnchorDay`].
    pub fn monthly(anchor_day: u8) -> Result<Self, PeriodError> {
        Self::checked(BillingInterval::Month, 1, anchor_day)
    }

    /// One calendar year from each anchor date; 29 February is 28 February in common years.
    ///
    /// # Errors
    /// [`PeriodError::AnchorDay`] or [`PeriodError::AnchorMonth`].
    pub fn yearly(anchor_month: u8, anchor_day: u8) -> Result<Self, PeriodError> {
        Self::checked(BillingInterval::Year, anchor_month, anchor_day)
    }

    fn checked(interval: BillingInterval, anchor_month: u8, anchor_day: u8) -> Result<Self, PeriodError> {
        if !(1..=31).contains(&anchor_day) {
            return Err(PeriodError::AnchorDay(anchor_day));
        }
        if !(1..=12).contains(&anchor_month) {
            return Err(PeriodError::AnchorMonth(anchor_month));
        }
        Ok(Self { interval, anchor_day, anchor_month })
    }

    /// How long a period is.
    pub const fn interval(self) -> BillingInterval {
        self.interval
    }

    /// The day of the month on which periods begin.
    pub const fn anchor_day(self) -> u8 {
        self.anchor_day
    }

    /// The month in which yearly periods begin; 1 for monthly ones.
    pub const fn anchor_month(self) -> u8 {
        self.anchor_month
    }

    /// Months of one period.
    const fn months(self) -> i32 {
        match self.interval {
            BillingInterval::Month => 1,
            BillingInterval::Year => 12,
        }
    }

    /// The anchor day within a month that is counted from year 0.
    fn anchor_in(self, month_index: i32) -> Result<Day, TimeError> {
        let (year, month) = (month_index.div_euclid(12), month_index.rem_euclid(12).unsigned_abs() + 1);
        let on = |day: u8| NaiveDate::from_ymd_opt(year, month, u32::from(day));
        // The last day of a short month stands in for 29, 30 and 31.
        let date = (28..=self.anchor_day).rev().find_map(on).or_else(|| on(self.anchor_day));
        Day::from_date(date.ok_or(TimeError::OutOfRange)?)
    }

    fn anchor_month_index(self, day: Day) -> Result<i32, TimeError> {
        let date = day.date();
        let month0 = i32::try_from(date.month0()).map_err(|_| TimeError::OutOfRange)?;
        Ok(match self.interval {
            BillingInterval::Month => date.year() * 12 + month0,
            BillingInterval::Year => date.year() * 12 + i32::from(self.anchor_month) - 1,
        })
    }

    /// The last anchor day that is not after a day.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn anchor_on_or_before(self, day: Day) -> Result<Day, TimeError> {
        let index = self.anchor_month_index(day)?;
        let anchor = self.anchor_in(index)?;
        if anchor <= day { Ok(anchor) } else { self.anchor_in(index - self.months()) }
    }

    /// The first anchor day after a day.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn anchor_after(self, day: Day) -> Result<Day, TimeError> {
        let index = self.anchor_month_index(day)?;
        let anchor = self.anchor_in(index)?;
        if anchor > day { Ok(anchor) } else { self.anchor_in(index + self.months()) }
    }

    /// The whole period that holds an instant under this rule alone.
    ///
    /// # Errors
    /// [`PeriodError::Time`] outside the years 1900 to 9999.
    pub fn containing(self, instant: Timestamp, zone: Zone) -> Result<PeriodSpan, PeriodError> {
        let day = Day::of(instant, zone)?;
        let first_day = self.anchor_on_or_before(day)?;
        self.span(first_day, first_day.start(zone)?, zone)
    }

    /// The first period of a subscription: from the start of the local day on which it began to the next anchor day.
    ///
    /// # Errors
    /// [`PeriodError::Time`] outside the years 1900 to 9999.
    pub fn first(self, started_at: Timestamp, zone: Zone) -> Result<PeriodSpan, PeriodError> {
        let first_day = Day::of(started_at, zone)?;
        self.span(first_day, first_day.start(zone)?, zone)
    }

    /// The period after another one of the same subscription, under the rule and zone that hold by then. It begins
    /// exactly where that one ended, so that no instant is in two periods or in none.
    ///
    /// # Errors
    /// [`PeriodError::Time`] outside the years 1900 to 9999; [`PeriodError::Empty`].
    pub fn following(self, previous: &PeriodSpan, zone: Zone) -> Result<PeriodSpan, PeriodError> {
        self.span(previous.end_day, previous.interval.end, zone)
    }

    fn span(self, first_day: Day, start: Timestamp, zone: Zone) -> Result<PeriodSpan, PeriodError> {
        let end_day = self.anchor_after(first_day)?;
        let end = end_day.start(zone)?;
        if end <= start {
            return Err(PeriodError::Empty(first_day));
        }
        Ok(PeriodSpan { first_day, end_day, interval: Interval { start, end } })
    }
}
