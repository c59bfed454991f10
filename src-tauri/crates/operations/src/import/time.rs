//! Times as files have them: ISO 8601 in its usual spellings, Unix numbers, or a pattern.
//!
//! A value without a zone takes the mapping's; without that it is refused. Digits below the microsecond are cut
//! downwards, and the caller is told when that lost something (rules, section 2.4).

use super::mapping::TimeRule;
use crate::error::{OperationError, Result};
use billing::time::{Timestamp, Zone};
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike};

/// Reads times by one rule.
#[derive(Debug, Clone)]
pub struct Clock {
    form: Form,
    zone: Option<Zone>,
}

#[derive(Debug, Clone)]
enum Form {
    Iso,
    /// Microseconds per unit.
    Unix(i64),
    Pattern(Vec<Item<'static>>),
}

/// A time, and what was decided about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The instant.
    pub at: Timestamp,
    /// Whether a non-zero digit was cut.
    pub cut: bool,
    /// Whether the wall clock showed this time twice, so that another instant may be meant.
    pub ambiguous: bool,
}

/// Why a time was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no time of the expected form.
    NotATime,
    /// It names no zone, and neither does the mapping.
    NoZone,
    /// The clocks of the zone skipped it.
    Skipped,
    /// Outside the years 1900 to 9999.
    OutOfRange,
}

impl Clock {
    /// From the rule of a mapping.
    ///
    /// # Errors
    /// `invalid_mapping` for a pattern that is none.
    pub fn new(rule: &TimeRule) -> Result<Self> {
        let form = match rule.format.as_str() {
            "auto" => Form::Iso,
            "unix_s" => Form::Unix(1_000_000),
            "unix_ms" => Form::Unix(1_000),
            "unix_us" => Form::Unix(1),
            pattern => Form::Pattern(StrftimeItems::new(pattern).parse_to_owned().map_err(|_| {
                let sentence =
                    format!("'{pattern}' is no time format: use auto, unix_s, unix_ms, unix_us or a pattern.");
                OperationError::wrong_use("invalid_mapping", sentence).field("map")
            })?),
        };
        Ok(Self { form, zone: rule.zone })
    }

    /// Reads one time.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn read(&self, text: &str) -> Result<Read, Refusal> {
        match &self.form {
            Form::Iso => self.iso(text),
            Form::Unix(micros) => unix(text, *micros),
            Form::Pattern(items) => self.pattern(text, items),
        }
    }

    fn iso(&self, text: &str) -> Result<Read, Refusal> {
        let bytes = text.as_bytes();
        let date = text.get(..10).ok_or(Refusal::NotATime)?;
        let date = iso_date(date).ok_or(Refusal::NotATime)?;
        if bytes.len() == 10 {
            return self.local(date.and_time(NaiveTime::MIN), false);
        }
        if !matches!(bytes[10], b'T' | b't' | b' ') {
            return Err(Refusal::NotATime);
        }
        let rest = text.get(11..).ok_or(Refusal::NotATime)?;
        let clock_end =
            rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ','))).unwrap_or(rest.len());
        let (time, cut) = iso_time(&rest[..clock_end]).ok_or(Refusal::NotATime)?;
        let local = date.and_time(time);
        match rest[clock_end..].trim_start() {
            "" => self.local(local, cut),
            zone => {
                let offset = iso_offset(zone).ok_or(Refusal::NotATime)?;
                let instant = offset.from_local_datetime(&local).single().ok_or(Refusal::OutOfRange)?;
                instant_of(instant, cut)
            }
        }
    }

    fn pattern(&self, text: &str, items: &[Item<'static>]) -> Result<Read, Refusal> {
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, items.iter()).map_err(|_| Refusal::NotATime)?;
        if let Ok(instant) = parsed.to_datetime() {
            let cut = instant.nanosecond() % 1_000 != 0;
            return instant_of(instant, cut);
        }
        let time = parsed.to_naive_time().or_else(|_| {
            let silent = parsed.hour_div_12().is_none() && parsed.hour_mod_12().is_none() && parsed.minute().is_none();
            if silent { Ok(NaiveTime::MIN) } else { Err(Refusal::NotATime) }
        })?;
        let local = parsed.to_naive_date().map_err(|_| Refusal::NotATime)?.and_time(time);
        self.local(local, local.nanosecond() % 1_000 != 0)
    }

    /// A wall clock's time in the mapping's zone. Of two instants with one wall clock the earlier is taken, and said.
    fn local(&self, local: NaiveDateTime, cut: bool) -> Result<Read, Refusal> {
        let zone = self.zone.ok_or(Refusal::NoZone)?;
        match zone.tz().from_local_datetime(&local) {
            LocalResult::Single(instant) => instant_of(instant.fixed_offset(), cut),
            LocalResult::Ambiguous(earlier, _) => {
                Ok(Read { ambiguous: true, ..instant_of(earlier.fixed_offset(), cut)? })
            }
            LocalResult::None => Err(Refusal::Skipped),
        }
    }
}

fn instant_of(instant: DateTime<FixedOffset>, cut: bool) -> Result<Read, Refusal> {
    let at = Timestamp::from_utc(instant.to_utc()).map_err(|_| Refusal::OutOfRange)?;
    Ok(Read { at, cut, ambiguous: false })
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = [text.get(..4)?, text.get(5..7)?, text.get(8..10)?];
    if text.as_bytes()[4] != b'-' || text.as_bytes()[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(year)?, digits(month)?, digits(day)?)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fraction`; the fraction is kept to the microsecond.
fn iso_time(text: &str) -> Option<(NaiveTime, bool)> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let two = |part: &str| if part.len() == 2 { digits::<u32>(part) } else { None };
    if parts.next().is_some() || (!fraction.is_empty() && clock.len() != 8) || text.ends_with(['.', ',']) {
        return None;
    }
    let (micros, cut) = fraction_micros(fraction)?;
    Some((NaiveTime::from_hms_micro_opt(two(hour)?, two(minute)?, two(second)?, micros)?, cut))
}

/// The first six digits of a fraction of a second, and whether a later one is not zero.
fn fraction_micros(fraction: &str) -> Option<(u32, bool)> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let cut = fraction.bytes().skip(6).any(|byte| byte != b'0');
    Some((kept.parse().ok()?, cut))
}

fn iso_offset(text: &str) -> Option<FixedOffset> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return FixedOffset::east_opt(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let clock: String = text[1..].replace(':', "");
    let (hours, minutes) = match clock.len() {
        2 => (digits::<i32>(&clock)?, 0),
        4 => (digits::<i32>(&clock[..2])?, digits::<i32>(&clock[2..])?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// Whole or fractional Unix time, cut downwards to the microsecond.
fn unix(text: &str, micros_per_unit: i64) -> Result<Read, Refusal> {
    let value = billing::quantity::parse_decimal(text).map_err(|_| Refusal::NotATime)?;
    let micros = value.checked_mul(micros_per_unit.into()).ok_or(Refusal::OutOfRange)?;
    let whole = micros.floor();
    let cut = whole != micros;
    let number =
        i64::try_from(whole.trunc().mantissa() / 10_i128.pow(whole.scale())).map_err(|_| Refusal::OutOfRange)?;
    Ok(Read { at: Timestamp::from_micros(number).map_err(|_| Refusal::OutOfRange)?, cut, ambiguous: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Source;
    use rstest::rstest;

    fn clock(format: &str, zone: Option<&str>) -> Clock {
        let zone = zone.map(|name| name.parse().unwrap());
        Clock::new(&TimeRule { from: Source::column("t"), format: format.to_owned(), zone, end: None }).unwrap()
    }

    #[rstest]
    #[case("2023-11-16 18:15:46.6805900", "2023-11-16T18:15:46.680590Z", false)]
    #[case("2023-11-16 18:15:46.6805901", "2023-11-16T18:15:46.680590Z", true)]
    #[case("2024-09-18T22:00:00Z", "2024-09-18T22:00:00Z", false)]
    #[case("2024-09-18 22:00:00 UTC", "2024-09-18T22:00:00Z", false)]
    #[case("2024-09-18T22:00:00.000+02:00", "2024-09-18T20:00:00Z", false)]
    #[case("2024-09-18T22:00-0530", "2024-09-19T03:30:00Z", false)]
    #[case("2024-09-18", "2024-09-18T00:00:00Z", false)]
    #[case("2024-09-18T22:00:00.123456789Z", "2024-09-18T22:00:00.123456Z", true)]
    fn iso_times_are_read_and_cut_downwards(#[case] text: &str, #[case] expected: &str, #[case] cut: bool) {
        let read = clock("auto", Some("UTC")).read(text).unwrap();
        assert_eq!((read.at.to_string().as_str(), read.cut), (expected, cut), "{text}");
    }

    #[rstest]
    #[case("2024-09-18 22:00:00", Refusal::NoZone)]
    #[case("18.09.2024", Refusal::NotATime)]
    #[case("2024-02-30T00:00:00Z", Refusal::NotATime)]
    #[case("2024-09-18T25:00:00Z", Refusal::NotATime)]
    #[case("2024-09-18T22:00:00.Z", Refusal::NotATime)]
    #[case("2024-09-18T22:00:00+99:00", Refusal::NotATime)]
    #[case("1066-10-14T09:00:00Z", Refusal::OutOfRange)]
    #[case("2024-09-18T22:00:00Zulu", Refusal::NotATime)]
    #[case("２０２４-09-18T22:00:00Z", Refusal::NotATime)]
    #[case("", Refusal::NotATime)]
    fn what_is_no_time_is_refused(#[case] text: &str, #[case] expected: Refusal) {
        assert_eq!(clock("auto", None).read(text), Err(expected), "{text}");
    }

    #[test]
    fn a_local_time_takes_the_zone_of_the_mapping() {
        let berlin = clock("auto", Some("Europe/Berlin"));
        let at = |text: &str| berlin.read(text).map(|read| read.at.to_string());
        assert_eq!(at("2026-07-01 12:00:00").unwrap(), "2026-07-01T10:00:00Z", "summer time is two hours ahead");
        assert_eq!(at("2026-10-25 02:30:00").unwrap(), "2026-10-25T00:30:00Z", "of two instants the earlier is meant");
        let ambiguous = |text: &str| berlin.read(text).unwrap().ambiguous;
        assert!(ambiguous("2026-10-25 02:30:00"), "and it is told that there were two");
        assert!(!ambiguous("2026-10-25 03:30:00") && !ambiguous("2026-10-25 02:30:00+01:00"), "one is one");
        assert_eq!(at("2026-03-29 02:30:00"), Err(Refusal::Skipped), "the clocks skipped it");
    }

    #[rstest]
    #[case("unix_s", "1700000000", "2023-11-14T22:13:20Z", false)]
    #[case("unix_s", "1700000000.5", "2023-11-14T22:13:20.500000Z", false)]
    #[case("unix_ms", "1700000000123", "2023-11-14T22:13:20.123000Z", false)]
    #[case("unix_us", "1700000000123456.7", "2023-11-14T22:13:20.123456Z", true)]
    #[case("unix_s", "-0.0000001", "1969-12-31T23:59:59.999999Z", true)]
    #[case("%d/%m/%Y %H:%M", "16/11/2023 18:15", "2023-11-16T18:15:00Z", false)]
    #[case("%d/%m/%Y", "16/11/2023", "2023-11-16T00:00:00Z", false)]
    #[case("%Y-%m-%dT%H:%M:%S%z", "2023-11-16T18:15:00+0100", "2023-11-16T17:15:00Z", false)]
    fn other_forms_are_read(#[case] format: &str, #[case] text: &str, #[case] expected: &str, #[case] cut: bool) {
        let read = clock(format, Some("UTC")).read(text).unwrap();
        assert_eq!((read.at.to_string().as_str(), read.cut), (expected, cut), "{format}: {text}");
    }
}
