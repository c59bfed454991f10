//! Levels, percentages and quota (rules, section 3).

use billing::level::{Admission, Level, Limits, Percent};
use rstest::rstest;

fn shown(used: i64, base: Option<i64>) -> Option<String> {
    Percent::of(used, base).map(|percent| percent.to_string())
}

#[rstest]
#[case(79_999, Level::Normal, "79.9")]
#[case(80_000, Level::Warning, "80.0")]
#[case(99_999, Level::Warning, "99.9")]
#[case(100_000, Level::Alert, "100.0")]
#[case(150_000, Level::Alert, "150.0")]
#[case(-1, Level::Normal, "-0.1")]
fn integers_decide(#[case] used: i64, #[case] level: Level, #[case] percent: &str) {
    let base = Some(100_000);
    assert_eq!(Level::of(used, base), level, "{used} of 100,000");
    assert_eq!(shown(used, base).as_deref(), Some(percent), "one decimal, rounded down, unbounded");
}

#[test]
fn unlimited_and_zero_have_no_percentage() {
    assert_eq!((Level::of(i64::MAX, None), shown(5, None)), (Level::Normal, None), "unlimited is NORMAL");
    assert_eq!((Level::of(0, Some(0)), shown(0, Some(0))), (Level::Normal, None), "base 0 without use");
    assert_eq!((Level::of(1, Some(0)), shown(1, Some(0))), (Level::Alert, None), "base 0 with any use");
}

#[test]
fn the_largest_figures_do_not_overflow() {
    assert_eq!(Level::of(i64::MAX, Some(i64::MAX)), Level::Alert, "all of it");
    assert_eq!(shown(i64::MAX, Some(1)).as_deref(), Some("922337203685477580700.0"), "unbounded");
    assert_eq!(
        Level::Warning.threshold(Some(i64::MAX)),
        Some(7_378_697_629_483_820_646),
        "80 % of 2^63 - 1, rounded up"
    );
}

#[test]
fn the_base_is_the_cap_where_nothing_is_included() {
    let of = |included, cap| Limits { included, cap };
    assert_eq!(of(Some(0), Some(50)).base(), Some(50), "nothing included, a cap");
    assert_eq!(of(Some(10), Some(50)).base(), Some(10), "included comes first");
    assert_eq!(of(None, Some(50)).base(), None, "unlimited");
    assert_eq!(of(Some(0), None).base(), Some(0), "nothing at all");
    assert_eq!((of(Some(10), None).remaining(4), of(Some(10), None).remaining(12)), (Some(6), Some(0)), "not below 0");
    assert_eq!(of(Some(100_000), Some(50)).remaining(1_660), Some(0), "a cap below what is included stops first");
    assert_eq!(of(Some(100_000), Some(50)).remaining(20), Some(30), "and is what is left until then");
    assert_eq!(of(Some(10), Some(50)).remaining(4), Some(6), "what is included comes before a higher cap");
    assert_eq!(of(Some(0), Some(50)).remaining(4), Some(46), "nothing included, a cap");
    assert_eq!(of(None, Some(50)).remaining(4), Some(46), "all included, but a cap");
    assert_eq!(Limits::UNLIMITED.remaining(4), None, "nothing bounds it");
    assert_eq!((of(Some(10), None).overage(12), of(None, None).overage(12)), (2, 0), "above what is included");
}

#[test]
fn only_a_cap_refuses() {
    let capped = Limits { included: Some(10), cap: Some(20) };
    assert_eq!(capped.admit(15, 5), Admission::Admitted { left: Some(0) }, "the last units fit");
    assert_eq!(capped.admit(15, 6), Admission::Refused { cap: 20, left: 5 }, "one more does not");
    assert_eq!(capped.admit(25, 1), Admission::Refused { cap: 20, left: 0 }, "nothing is left above the cap");
    assert_eq!(Limits { cap: None, ..capped }.admit(i64::MAX, i64::MAX), Admission::Admitted { left: None }, "no cap");
}
