//! What a timeline makes of a use: day, period, entitlement, or a reason to put it aside.

use crate::build::{at, entitlement, id, meter, parts, plans, subscription, timeline, usage, version};
use billing::contribution::contribution;
use billing::event::{Classification, Usage};
use billing::ids::{PlanVersionId, SubscriptionId};
use billing::meter::{Aggregation, Meter};
use billing::period::PeriodStatus;
use billing::plan::{PlanVersion, RetryRule};
use billing::put_aside::{PutAside, Reason};
use billing::quantity::MAX_EVENT_UNITS;
use billing::timeline::{Lateness, Parent, Timeline, TimelineParts};
use rstest::rstest;
use std::collections::BTreeMap;

/// A tenant in Berlin with one subscription since 1 January 2026.
struct World {
    calls: Meter,
    plans: BTreeMap<PlanVersionId, PlanVersion>,
    parts: TimelineParts,
}

fn world() -> World {
    let calls = meter(10, Aggregation::Sum);
    let plan = version(20, &[calls.id]);
    let sub = subscription(30, "2025-12-31T23:00:00Z");
    let ent = entitlement(40, &sub, &plan, "Europe/Berlin");
    World { calls, plans: plans([plan]), parts: parts(vec![sub], vec![ent]) }
}

impl World {
    fn timeline(&self) -> Timeline {
        timeline(self.parts.clone(), "2026-06-15T00:00:00Z")
    }

    fn assign(&self, usage: &Usage, now: &str, lateness: Lateness) -> Result<billing::event::Assignment, PutAside> {
        self.timeline().assign(usage, &self.calls, None, at(now), lateness, &self.plans)
    }

    fn reason(&self, usage: &Usage, now: &str, lateness: Lateness) -> Option<Reason> {
        self.assign(usage, now, lateness).err().map(|aside| aside.code)
    }
}

#[test]
fn a_use_gets_its_local_day_period_and_entitlement() {
    let world = world();
    let used = usage(&world.calls, 60, at("2026-01-31T23:30:00Z"));
    let assigned = world.assign(&used, "2026-02-01T00:00:00Z", Lateness::Checked).expect("assigned");
    let timeline = world.timeline();
    let period = timeline.period(assigned.period.expect("a period")).expect("stored");
    assert_eq!(assigned.day.number(), 20_260_201, "half past midnight in Berlin");
    assert_eq!(period.span.first_day.number(), 20_260_201, "so it is in February");
    assert_eq!(
        (assigned.period, assigned.contribution, assigned.billable),
        (assigned.billed_period, 60, true),
        "plain"
    );
    assert_eq!(assigned.plan_version, Some(PlanVersionId::from_uuid(id(20))), "under the plan of that time");
}

#[rstest]
#[case::on_the_dot("2026-01-10T00:00:00Z", "2026-01-05T00:00:00Z", None)]
#[case::thirty_five_days("2026-06-10T00:00:00Z", "2026-05-06T00:00:00Z", Some(Reason::ClosedPeriod))]
#[case::a_microsecond_more("2026-06-10T00:00:00Z", "2026-05-05T23:59:59.999999Z", Some(Reason::TooLate))]
#[case::five_minutes_ahead("2026-01-10T00:00:00Z", "2026-01-10T00:05:00Z", None)]
#[case::a_microsecond_too_far("2026-01-10T00:00:00Z", "2026-01-10T00:05:00.000001Z", Some(Reason::InFuture))]
#[case::before_the_subscription("2026-01-10T00:00:00Z", "2025-12-31T22:59:59.999999Z", Some(Reason::NoSubscription))]
#[case::at_its_first_instant("2026-01-10T00:00:00Z", "2025-12-31T23:00:00Z", None)]
fn arrival(#[case] now: &str, #[case] occurred_at: &str, #[case] expected: Option<Reason>) {
    let world = world();
    assert_eq!(
        world.reason(&usage(&world.calls, 1, at(occurred_at)), now, Lateness::Checked),
        expected,
        "{occurred_at}"
    );
}

#[test]
fn the_grace_ends_with_a_microsecond() {
    let world = world();
    let used = usage(&world.calls, 1, at("2026-01-31T12:00:00Z"));
    let reason = |now| world.reason(&used, now, Lateness::Checked);
    assert_eq!(reason("2026-02-03T22:59:59.999999Z"), None, "3 February 23:59:59.999999 in Berlin is in the draft");
    assert_eq!(reason("2026-02-03T23:00:00Z"), Some(Reason::ClosedPeriod), "from 4 February 00:00 it is not");
}

#[rstest]
#[case(PeriodStatus::Closed)]
#[case(PeriodStatus::Finalized)]
fn a_period_that_was_closed_early_takes_nothing(#[case] status: PeriodStatus) {
    let mut world = world();
    let stored: Vec<_> = world.timeline().periods(SubscriptionId::from_uuid(id(30))).copied().collect();
    world.parts.periods = stored;
    world.parts.periods[0].status = status;
    let used = usage(&world.calls, 1, at("2026-01-31T12:00:00Z"));
    for lateness in [Lateness::Checked, Lateness::Backfill] {
        assert_eq!(world.reason(&used, "2026-02-01T00:00:00Z", lateness), Some(Reason::ClosedPeriod), "{lateness:?}");
    }
}

#[test]
fn backfill_skips_two_checks_and_no_others() {
    let world = world();
    let now = "2026-06-10T00:00:00Z";
    let early =
        world.assign(&usage(&world.calls, 5, at("2023-11-16T18:15:00Z")), now, Lateness::Backfill).expect("taken");
    assert_eq!((early.period, early.entitlement, early.plan_version), (None, None, None), "day counters only");
    assert_eq!((early.day.number(), early.contribution), (20_231_116, 5), "by the tenant's zone today");
    let reason = |used: &Usage| world.reason(used, now, Lateness::Backfill);
    assert_eq!(
        reason(&usage(&world.calls, 1, at("2026-01-31T12:00:00Z"))),
        Some(Reason::ClosedPeriod),
        "a closed period"
    );
    assert_eq!(
        reason(&usage(&world.calls, -1, at("2026-06-01T12:00:00Z"))),
        Some(Reason::NegativeQuantity),
        "quantities"
    );
}

#[test]
fn billing_follows_success() {
    let mut world = world();
    let mut used = usage(&world.calls, 1, at("2026-01-05T00:00:00Z"));
    let mut billed = |world: &World, classification, said: Option<bool>| {
        (used.classification, used.billable, used.parent) = (classification, said, Some("k0".to_owned()));
        let assigned = world.assign(&used, "2026-01-05T00:00:00Z", Lateness::Checked).expect("assigned");
        (assigned.billable, assigned.billable_reason)
    };
    let expect = |billable, reason: &str| (billable, reason.to_owned());
    assert_eq!(billed(&world, Classification::Original, None), expect(true, "original"), "normal use");
    assert_eq!(
        billed(&world, Classification::Original, Some(false)),
        expect(false, "not_billable_by_source"),
        "failed work"
    );
    assert_eq!(billed(&world, Classification::RetryFailed, Some(true)), expect(false, "retry_failed"), "never billed");
    assert_eq!(billed(&world, Classification::RetrySuccess, None), expect(true, "retry_success"), "billed again");
    world.plans.values_mut().for_each(|plan| plan.retry_success = RetryRule::Free);
    assert_eq!(
        billed(&world, Classification::RetrySuccess, Some(true)),
        expect(false, "retry_free_by_plan"),
        "the plan says so"
    );
}

#[test]
fn a_repetition_names_its_parent() {
    let world = world();
    let mut used = usage(&world.calls, 1, at("2026-01-05T00:00:00Z"));
    used.classification = Classification::RetrySuccess;
    assert_eq!(
        world.reason(&used, "2026-01-05T00:00:00Z", Lateness::Checked),
        Some(Reason::UnknownParent),
        "it does not"
    );
}

#[test]
fn a_correction_carries_time_and_assignment_of_its_parent() {
    let mut world = world();
    let occurred_at = at("2026-01-05T12:00:00Z");
    let now = at("2026-01-20T00:00:00Z");
    let mut original = usage(&world.calls, 60, occurred_at);
    original.billable = Some(false);
    let assignment = world.assign(&original, "2026-01-05T12:00:00Z", Lateness::Checked).expect("assigned");
    let parent = Parent { meter: world.calls.id, occurred_at, assignment: assignment.clone() };
    let mut fix = usage(&world.calls, -60, occurred_at);
    (fix.classification, fix.parent) = (Classification::Correction, Some("k1".to_owned()));
    let correct = |world: &World, fix: &Usage, parent: Option<&Parent>, now| {
        world.timeline().assign(fix, &world.calls, parent, now, Lateness::Checked, &world.plans)
    };

    let corrected = correct(&world, &fix, Some(&parent), now).expect("assigned");
    assert_eq!(
        (corrected.period, corrected.day, corrected.contribution),
        (assignment.period, assignment.day, -60),
        "taken over"
    );
    assert_eq!(
        (corrected.billable, corrected.billable_reason.as_str()),
        (false, "correction_of_free"),
        "as its parent"
    );

    let code = |result: Result<_, PutAside>| result.err().map(|aside: PutAside| aside.code);
    assert_eq!(code(correct(&world, &fix, None, now)), Some(Reason::UnknownParent), "no parent");
    let moved = Usage { occurred_at: now, ..fix.clone() };
    assert_eq!(code(correct(&world, &moved, Some(&parent), now)), Some(Reason::UnknownParent), "another time");
    let stored: Vec<_> = world.timeline().periods(SubscriptionId::from_uuid(id(30))).copied().collect();
    world.parts.periods = stored;
    world.parts.periods[0].status = PeriodStatus::Finalized;
    assert_eq!(
        code(correct(&world, &fix, Some(&parent), now)),
        Some(Reason::ClosedPeriod),
        "a proposed credit instead"
    );
}

#[test]
fn the_plan_that_covers_a_meter_gets_its_use() {
    let (calls, mails, other) = (meter(10, Aggregation::Sum), meter(11, Aggregation::Sum), meter(12, Aggregation::Sum));
    let (one, two) = (version(20, &[calls.id]), version(21, &[mails.id]));
    let (first, second) = (subscription(30, "2026-01-01T00:00:00Z"), subscription(29, "2026-01-02T00:00:00Z"));
    let entitlements = vec![entitlement(40, &first, &one, "UTC"), entitlement(41, &second, &two, "UTC")];
    let plans = plans([one, two]);
    let timeline = timeline(parts(vec![second, first], entitlements), "2026-01-10T00:00:00Z");
    let owner =
        |meter: &Meter| timeline.holding(meter.id, at("2026-01-05T00:00:00Z"), &plans).map(|(owner, ..)| owner.id);
    assert_eq!(owner(&calls), Some(first.id), "covered by the first");
    assert_eq!(owner(&mails), Some(second.id), "covered by the second");
    assert_eq!(owner(&other), Some(first.id), "covered by none: the oldest active one");
}

#[test]
fn an_entitlement_ends_where_the_next_begins() {
    let mut world = world();
    let mut later = world.parts.entitlements[0].clone();
    (later.id, later.valid_from, later.seq) =
        (billing::ids::EntitlementId::from_uuid(id(41)), at("2026-02-10T00:00:00Z"), 2);
    let mut same_instant = later.clone();
    (same_instant.id, same_instant.seq) = (billing::ids::EntitlementId::from_uuid(id(42)), 3);
    world.parts.entitlements.splice(0..0, [same_instant, later]);
    let timeline = world.timeline();
    let holds = |text| timeline.entitlement_at(SubscriptionId::from_uuid(id(30)), at(text)).map(|held| held.id.uuid());
    assert_eq!(holds("2026-02-09T23:59:59.999999Z"), Some(id(40)), "until the last microsecond");
    assert_eq!(holds("2026-02-10T00:00:00Z"), Some(id(42)), "of two with one beginning the later one");
}

#[test]
fn periods_are_made_up_to_the_next_one_and_not_twice() {
    let world = world();
    let empty = Timeline::new(world.parts.clone()).expect("a timeline");
    let made = empty.missing_periods(at("2026-03-15T00:00:00Z")).expect("periods");
    let days: Vec<i32> = made.iter().map(|new| new.span.first_day.number()).collect();
    assert_eq!(days, [20_260_101, 20_260_201, 20_260_301, 20_260_401], "the current and the next");
    assert!(made.windows(2).all(|pair| pair[0].span.interval.end == pair[1].span.interval.start), "without gaps");
    assert_eq!(made.iter().map(|new| new.seq).collect::<Vec<_>>(), [1, 2, 3, 4], "numbered");
    let full = timeline(world.parts.clone(), "2026-03-15T00:00:00Z");
    assert!(full.missing_periods(at("2026-03-15T00:00:00Z")).expect("periods").is_empty(), "a second run makes none");
    let more = full.missing_periods(at("2026-04-01T00:00:00Z")).expect("periods");
    assert_eq!(more.len(), 1, "one more once April runs in Berlin");
}

#[test]
fn an_ended_subscription_gets_no_further_periods() {
    let mut world = world();
    world.parts.subscriptions[0].ended_at = Some(at("2026-02-10T00:00:00Z"));
    let made = Timeline::new(world.parts.clone()).expect("a timeline").missing_periods(at("2026-06-01T00:00:00Z"));
    assert_eq!(made.expect("periods").len(), 2, "January and the begun February");
    let used = usage(&world.calls, 1, at("2026-02-10T00:00:00Z"));
    assert_eq!(
        world.reason(&used, "2026-02-10T00:00:00Z", Lateness::Checked),
        Some(Reason::NoSubscription),
        "its end is outside"
    );
}

#[test]
fn a_period_that_is_not_stored_is_asked_for() {
    let world = world();
    let bare = Timeline::new(world.parts.clone()).expect("a timeline");
    let used = usage(&world.calls, 1, at("2026-01-05T00:00:00Z"));
    let aside =
        bare.assign(&used, &world.calls, None, used.occurred_at, Lateness::Checked, &world.plans).expect_err("none");
    assert_eq!(aside.code, Reason::PeriodMissing, "append extends and tries again");
}

#[rstest]
#[case::sum(Aggregation::Sum, 7, Classification::Original, Ok(7))]
#[case::sum_correction(Aggregation::Sum, -7, Classification::Correction, Ok(-7))]
#[case::sum_negative(Aggregation::Sum, -7, Classification::Original, Err(Reason::NegativeQuantity))]
#[case::count(Aggregation::Count, 7, Classification::Original, Ok(1))]
#[case::count_correction(Aggregation::Count, 7, Classification::Correction, Ok(-1))]
#[case::level(Aggregation::Level, -7, Classification::Original, Ok(-7))]
#[case::max(Aggregation::Max, 7, Classification::Original, Ok(7))]
#[case::max_replaced(Aggregation::Max, 5, Classification::Correction, Ok(5))]
#[case::sum_largest(Aggregation::Sum, MAX_EVENT_UNITS, Classification::Original, Ok(MAX_EVENT_UNITS))]
#[case::sum_too_large(Aggregation::Sum, MAX_EVENT_UNITS + 1, Classification::Original, Err(Reason::TooLarge))]
#[case::count_too_large(Aggregation::Count, MAX_EVENT_UNITS + 1, Classification::Original, Err(Reason::TooLarge))]
#[case::level_too_large(Aggregation::Level, i64::MIN, Classification::Original, Err(Reason::TooLarge))]
#[case::correction_of_much(Aggregation::Sum, -i64::MAX, Classification::Correction, Ok(-i64::MAX))]
#[case::max_negative(Aggregation::Max, -5, Classification::Correction, Err(Reason::NegativeQuantity))]
fn contributions(
    #[case] aggregation: Aggregation,
    #[case] quantity: i64,
    #[case] classification: Classification,
    #[case] expected: Result<i64, Reason>,
) {
    let meter = meter(10, aggregation);
    let used = Usage { classification, ..usage(&meter, quantity, at("2026-01-05T00:00:00Z")) };
    assert_eq!(contribution(&used, &meter).map_err(|aside| aside.code), expected, "{aggregation} {quantity}");
    let signed = Meter { signed: true, ..meter };
    if expected != Err(Reason::TooLarge) {
        assert!(contribution(&used, &signed).is_ok(), "a signed meter takes it");
    }
}

#[test]
fn a_correction_is_no_larger_than_what_it_corrects() {
    let world = world();
    let occurred_at = at("2026-01-31T23:30:00Z");
    let first = usage(&world.calls, 1, occurred_at);
    let assigned = world.assign(&first, "2026-02-01T00:00:00Z", Lateness::Checked).expect("taken");
    // As a ledger may hold it from before there was a limit.
    let assignment = billing::event::Assignment { contribution: i64::MAX, ..assigned };
    let parent = Parent { meter: world.calls.id, occurred_at, assignment };
    let correct = |quantity, parent: &Parent| {
        let (classification, key) = (Classification::Correction, Some("first".to_owned()));
        let correction = Usage { classification, parent: key, ..usage(&world.calls, quantity, occurred_at) };
        let now = at("2026-02-01T00:00:00Z");
        let plans = &world.plans;
        let made = world.timeline().assign(&correction, &world.calls, Some(parent), now, Lateness::Checked, plans);
        made.map(|assignment| assignment.contribution).map_err(|aside| aside.code)
    };
    assert_eq!(correct(-i64::MAX, &parent), Ok(-i64::MAX), "what is too large can be taken back whole");
    let mut small = parent;
    small.assignment.contribution = 1;
    assert_eq!(correct(MAX_EVENT_UNITS, &small), Ok(MAX_EVENT_UNITS), "a correction is a use like any other");
    assert_eq!(correct(MAX_EVENT_UNITS + 1, &small), Err(Reason::TooLarge), "and no larger");
    assert_eq!(correct(-1, &small), Ok(-1), "all of it can be taken back");
    assert_eq!(correct(-2, &small), Err(Reason::CorrectionTooLarge), "and no more");
}
