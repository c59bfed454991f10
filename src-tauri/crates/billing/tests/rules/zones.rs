//! Days and periods in every zone of the IANA database (rules, section 4).

use crate::build::{at, zone};
use billing::period::{PeriodRule, PeriodSpan};
use billing::time::{Day, Timestamp, Zone};
use rstest::rstest;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn month(zone_name: &str, inside: &str) -> PeriodSpan {
    let start = day(inside).start(zone(zone_name)).expect("a start");
    PeriodRule::monthly(1).expect("a rule").containing(start, zone(zone_name)).expect("a period")
}

fn half_hours(span: &PeriodSpan) -> i64 {
    (span.interval.end.micros() - span.interval.start.micros()) / 1_800_000_000
}

#[rstest]
#[case("America/Asuncion", "2023-10-01", "2023-10-01T04:00:00Z")]
#[case("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z")]
fn a_day_starts_at_its_first_midnight_or_after_the_gap(#[case] name: &str, #[case] local: &str, #[case] start: &str) {
    assert_eq!(day(local).start(zone(name)), Ok(at(start)), "{name} {local}");
}

#[rstest]
#[case("Pacific/Apia", "2011-12-05", 1_440)]
#[case("Australia/Lord_Howe", "2026-04-05", 1_441)]
#[case("Europe/London", "2026-03-05", 1_486)]
#[case("Europe/London", "2026-10-05", 1_490)]
fn a_month_has_the_hours_of_its_clock(#[case] name: &str, #[case] inside: &str, #[case] expected: i64) {
    assert_eq!(half_hours(&month(name, inside)), expected, "{name} {inside}, in half hours");
}

#[test]
fn a_day_that_a_zone_skipped_is_empty() {
    let apia = zone("Pacific/Apia");
    assert_eq!(day("2011-12-30").start(apia), day("2011-12-31").start(apia), "30 December 2011 did not happen");
    let start = day("2011-12-31").start(apia).expect("a start");
    assert_eq!(Day::of(start, apia), Ok(day("2011-12-31")), "and no instant lies in it");
    let rule = PeriodRule::monthly(30).expect("a rule");
    let span = rule.containing(start, apia).expect("a period");
    assert_eq!((span.first_day, span.interval.start), (day("2011-12-30"), start), "a period may begin with it");
}

#[rstest]
#[case(31, "2026-01-31", &["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"])]
#[case(30, "2024-01-30", &["2024-02-29", "2024-03-30", "2024-04-30"])]
#[case(29, "2025-01-29", &["2025-02-28", "2025-03-29"])]
fn short_months_take_their_last_day_and_the_anchor_returns(
    #[case] anchor: u8,
    #[case] first: &str,
    #[case] next: &[&str],
) {
    let rule = PeriodRule::monthly(anchor).expect("a rule");
    let mut span = rule.first(day(first).start(Zone::UTC).expect("a start"), Zone::UTC).expect("a period");
    for expected in next {
        assert_eq!(span.end_day, day(expected), "after {}", span.first_day);
        span = rule.following(&span, Zone::UTC).expect("a period");
    }
}

#[test]
fn a_leap_day_comes_back_in_leap_years() {
    let rule = PeriodRule::yearly(2, 29).expect("a rule");
    let mut span = rule.first(at("2024-02-29T00:00:00Z"), Zone::UTC).expect("a period");
    for expected in ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"] {
        assert_eq!(span.end_day, day(expected), "after {}", span.first_day);
        span = rule.following(&span, Zone::UTC).expect("a period");
    }
}

#[test]
fn a_first_period_runs_to_the_next_anchor() {
    let span = PeriodRule::monthly(1).expect("a rule").first(at("2026-01-15T10:30:00Z"), zone("Europe/Berlin"));
    let span = span.expect("a period");
    assert_eq!((span.first_day, span.end_day, span.days()), (day("2026-01-15"), day("2026-02-01"), 17), "a stub");
    assert_eq!(span.interval.start, at("2026-01-14T23:00:00Z"), "from the start of its local day");
}

#[test]
fn a_new_zone_begins_with_the_next_period_and_leaves_no_gap() {
    let rule = PeriodRule::monthly(1).expect("a rule");
    for (from, to) in [
        ("Europe/Berlin", "America/New_York"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
        ("Pacific/Pago_Pago", "Pacific/Kiritimati"),
    ] {
        let old = rule.containing(at("2026-01-15T00:00:00Z"), zone(from)).expect("a period");
        let new = rule.following(&old, zone(to)).expect("a period");
        assert_eq!(new.interval.start, old.interval.end, "{from} to {to}: no instant is in two periods or in none");
        assert_eq!(
            (new.first_day, new.end_day),
            (day("2026-02-01"), day("2026-03-01")),
            "{from} to {to}: still one month"
        );
        assert_eq!(
            new.interval.end,
            day("2026-03-01").start(zone(to)).expect("a start"),
            "{from} to {to}: ends by the new zone"
        );
    }
}

/// Months around every kind of change that zones have made, and some quiet ones.
const YEARS: [i32; 5] = [2011, 2012, 2023, 2026, 2030];

#[test]
fn one_microsecond_decides_at_every_bound_in_every_zone() {
    let micro = |instant: Timestamp, by: i64| instant.plus_micros(by).expect("in range");
    let mut checked = 0_u32;
    for tz in chrono_tz::TZ_VARIANTS {
        let zone = zone(tz.name());
        for anchor in [1, 31] {
            let rule = PeriodRule::monthly(anchor).expect("a rule");
            for year in YEARS {
                let first = Day::from_number(year * 10_000 + 101).expect("a day").start(zone).expect("a start");
                let mut span = rule.containing(first, zone).expect("a period");
                for _ in 0..13 {
                    let next = rule.following(&span, zone).expect("a period");
                    let holding = |instant| rule.containing(instant, zone).expect("a period");
                    let end = span.interval.end;
                    assert_eq!(next.interval.start, end, "{zone} {end}: the next begins where this one ends");
                    assert_eq!(holding(micro(end, -1)), span, "{zone} {end}: the last microsecond is inside");
                    assert_eq!(holding(end), next, "{zone} {end}: the end itself is in the next");
                    assert_eq!(holding(micro(end, 1)), next, "{zone} {end}: and so is what follows");
                    (span, checked) = (next, checked + 1);
                }
            }
        }
    }
    assert!(checked > 70_000, "all zones were checked: {checked}");
}

#[test]
fn days_follow_each_other_in_every_zone() {
    for tz in chrono_tz::TZ_VARIANTS {
        let zone = zone(tz.name());
        for year in YEARS {
            let mut day = Day::from_number(year * 10_000 + 101).expect("a day");
            let mut start = day.start(zone).expect("a start");
            for _ in 0..366 {
                let next = day.plus_days(1).expect("a day");
                let end = next.start(zone).expect("a start");
                assert!(start <= end, "{zone} {day}: days never overlap");
                if start < end {
                    assert_eq!(Day::of(start, zone), Ok(day), "{zone} {day}: its first instant is in it");
                    let last = end.plus_micros(-1).expect("in range");
                    assert_eq!(Day::of(last, zone), Ok(day), "{zone} {day}: and its last");
                }
                (day, start) = (next, end);
            }
        }
    }
}

#[test]
fn anchors_are_checked() {
    for wrong in [0, 32] {
        assert!(PeriodRule::monthly(wrong).is_err(), "{wrong} is no day");
    }
    assert!(PeriodRule::yearly(13, 1).is_err(), "13 is no month");
}
