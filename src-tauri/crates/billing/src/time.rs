//! Instants, local days and zones: microseconds in UTC, days as the tenant's wall calendar has them.
//!
//! Not a clock: nothing here asks what time it is. Billing periods are in [`crate::period`].

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why a time, day or zone was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a time in RFC 3339 with a zone.
    #[error("'{0}' is not a time with a zone, such as 2026-01-31T08:00:00Z")]
    NotATime(String),
    /// Outside the years 1900 to 9999.
    #[error("the time is outside the years 1900 to 9999")]
    OutOfRange,
    /// Not a calendar day.
    #[error("'{0}' is not a day such as 2026-01-31")]
    NotADay(String),
    /// Not an IANA zone.
    #[error("'{0}' is not an IANA time zone such as Europe/Berlin")]
    NotAZone(String),
}

/// An instant in microseconds since 1970-01-01T00:00:00Z, between the years 1900 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    const MIN_MICROS: i64 = -2_208_988_800_000_000;
    const MAX_MICROS: i64 = 253_402_300_799_999_999;

    /// From microseconds since the epoch.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub const fn from_micros(micros: i64) -> Result<Self, TimeError> {
        if micros < Self::MIN_MICROS || micros > Self::MAX_MICROS {
            return Err(TimeError::OutOfRange);
        }
        Ok(Self(micros))
    }

    /// From a `chrono` instant; digits below the microsecond are cut downwards.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn from_utc(utc: DateTime<Utc>) -> Result<Self, TimeError> {
        Self::from_micros(utc.timestamp_micros())
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same instant for `chrono`.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).expect("the range was checked when it was made")
    }

    /// This instant moved by a number of microseconds.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub const fn plus_micros(self, micros: i64) -> Result<Self, TimeError> {
        match self.0.checked_add(micros) {
            Some(moved) => Self::from_micros(moved),
            None => Err(TimeError::OutOfRange),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (utc, micros) = (self.utc(), self.0.rem_euclid(1_000_000));
        let (year, month, day) = (utc.year(), utc.month(), utc.day());
        let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if micros == 0 { f.write_str("Z") } else { write!(f, ".{micros:06}Z") }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError::NotATime(text.to_owned()))?;
        Self::from_utc(parsed.to_utc())
    }
}

/// An IANA time zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone for `chrono`.
    pub const fn tz(self) -> Tz {
        self.0
    }

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<Tz>().map(Self).map_err(|_| TimeError::NotAZone(text.to_owned()))
    }
}

/// A day of the wall calendar, held as the number `yyyymmdd`: it sorts, and a person can read it in the database.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// From a calendar date.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn from_date(date: NaiveDate) -> Result<Self, TimeError> {
        if !(1900..=9999).contains(&date.year()) {
            return Err(TimeError::OutOfRange);
        }
        let month = i32::try_from(date.month()).map_err(|_| TimeError::OutOfRange)?;
        let day = i32::try_from(date.day()).map_err(|_| TimeError::OutOfRange)?;
        Ok(Self(date.year() * 10_000 + month * 100 + day))
    }

    /// From the stored number `yyyymmdd`.
    ///
    /// # Errors
    /// [`TimeError::NotADay`] for a number that is no day of the calendar.
    pub fn from_number(number: i32) -> Result<Self, TimeError> {
        let not_a_day = || TimeError::NotADay(number.to_string());
        let part = |value: i32| u32::try_from(value).map_err(|_| not_a_day());
        let (month, day) = (part(number / 100 % 100)?, part(number % 100)?);
        let date = NaiveDate::from_ymd_opt(number / 10_000, month, day).ok_or_else(not_a_day)?;
        Self::from_date(date)
    }

    /// The stored number `yyyymmdd`.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The month of this day as the number `yyyymm`.
    pub const fn month_number(self) -> i32 {
        self.0 / 100
    }

    /// The day for `chrono`.
    pub fn date(self) -> NaiveDate {
        let part = |value: i32| u32::try_from(value).expect("months and days are positive");
        NaiveDate::from_ymd_opt(self.0 / 10_000, part(self.0 / 100 % 100), part(self.0 % 100))
            .expect("a day is checked when it is made")
    }

    /// This day moved by a number of days.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn plus_days(self, days: i64) -> Result<Self, TimeError> {
        let moved = if days >= 0 {
            self.date().checked_add_days(Days::new(days.unsigned_abs()))
        } else {
            self.date().checked_sub_days(Days::new(days.unsigned_abs()))
        };
        Self::from_date(moved.ok_or(TimeError::OutOfRange)?)
    }

    /// Whole days from this day to a later one (end exclusive); negative when it lies before.
    pub fn days_until(self, end: Self) -> i64 {
        end.date().signed_duration_since(self.date()).num_days()
    }

    /// The first instant of this day in a zone (rules, section 4.4): the first of two midnights, or the end of
    /// the gap where a midnight does not exist. A day that a zone skipped starts, empty, where the next one does.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn start(self, zone: Zone) -> Result<Timestamp, TimeError> {
        let midnight = self.date().and_time(NaiveTime::MIN);
        match zone.tz().from_local_datetime(&midnight) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Timestamp::from_utc(instant.to_utc()),
            LocalResult::None => {
                let reached = |utc: DateTime<Utc>| utc.with_timezone(&zone.tz()).naive_local() >= midnight;
                let mut before = midnight.and_utc() - TimeDelta::hours(48);
                let mut after = midnight.and_utc() + TimeDelta::hours(48);
                while after - before > TimeDelta::seconds(1) {
                    let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                    if reached(middle) { after = middle } else { before = middle }
                }
                Timestamp::from_utc(after)
            }
        }
    }

    /// The day that holds an instant in a zone: the last day whose start is not after it. Where clocks go back
    /// over midnight the day that has begun goes on, so that days never overlap.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] outside the years 1900 to 9999.
    pub fn of(instant: Timestamp, zone: Zone) -> Result<Self, TimeError> {
        let day = Self::from_date(instant.utc().with_timezone(&zone.tz()).date_naive())?;
        let next = day.plus_days(1)?;
        Ok(if next.start(zone)? <= instant { next } else { day })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| TimeError::NotADay(text.to_owned()))?;
        Self::from_date(date)
    }
}

/// A half-open interval of instants, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interval {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Interval {
    /// Whether an instant lies inside; one exactly at `end` does not.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }
}

macro_rules! serde_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
serde_as_text!(Timestamp, Zone, Day);
