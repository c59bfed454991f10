//! Golden vectors of fingerprint and leaf: stored rows depend on them, so they never change under their tags.
//! The expected hashes were computed apart from this crate, from the description of the encoding.

use crate::build::{at, id, meter, usage};
use billing::event::{Assignment, Classification, Subjects, Usage};
use billing::ids::{EntitlementId, ImportId, PeriodId, PlanVersionId, SubjectId};
use billing::leaf::{Arrival, LeafFields, details_hash, fingerprint};
use billing::meter::Aggregation;
use billing::money::{Cost, Currency};
use billing::time::Day;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn plain() -> Usage {
    usage(&meter(10, Aggregation::Sum), 60, at("2026-01-05T12:00:00.000001Z"))
}

fn full() -> Usage {
    Usage {
        quantity: -5,
        classification: Classification::Correction,
        parent: Some("k0".to_owned()),
        billable: Some(false),
        billable_reason: Some("test".to_owned()),
        cost: Some(Cost { nano: 1_234_567_890, currency: Currency::USD }),
        provider: "google".to_owned(),
        action: "process".to_owned(),
        subjects: Subjects {
            user: Some(SubjectId::from_uuid(id(0xa1))),
            client: None,
            session: Some(SubjectId::from_uuid(id(0xa3))),
            resource: None,
        },
        ..plain()
    }
}

fn bare_assignment() -> Assignment {
    Assignment {
        day: Day::from_number(20_260_105).expect("a day"),
        period: None,
        billed_period: None,
        entitlement: None,
        plan_version: None,
        contribution: 60,
        billable: true,
        billable_reason: "original".to_owned(),
    }
}

fn full_assignment() -> Assignment {
    Assignment {
        period: Some(PeriodId::from_uuid(id(0xb1))),
        billed_period: Some(PeriodId::from_uuid(id(0xb2))),
        entitlement: Some(EntitlementId::from_uuid(id(0xb3))),
        plan_version: Some(PlanVersionId::from_uuid(id(0xb4))),
        contribution: -5,
        billable: false,
        billable_reason: "test".to_owned(),
        ..bare_assignment()
    }
}

fn bare_arrival() -> Arrival {
    Arrival { received_at: at("2026-01-05T12:00:01Z"), details: None, import: None, line: None }
}

#[test]
fn golden_fingerprints() {
    assert_eq!(hex(&fingerprint(&plain()).0), "0872fb761f7ee24b01f3763fffc2dd8c416260f3a629a8403120478029c1529f");
    assert_eq!(hex(&fingerprint(&full()).0), "41f67e26fc97fd0617e060fa0a31c273fd0d1555fc85b0127e812a568120c945");
}

#[test]
fn golden_leaves() {
    let (usage, assignment) = (plain(), bare_assignment());
    let leaf = LeafFields::of(&usage, &assignment, fingerprint(&usage), bare_arrival()).leaf();
    assert_eq!(hex(&leaf.0), "3819fab73f58fedde1d17511bbd0fbaa002aaed580a92063c06ef3feb31b3d11");
    let (usage, assignment) = (full(), full_assignment());
    let arrival = Arrival {
        details: Some(details_hash(&[7; 16], "{\"note\":\"hi\"}")),
        import: Some(ImportId::from_uuid(id(0xc1))),
        line: Some(42),
        ..bare_arrival()
    };
    let leaf = LeafFields::of(&usage, &assignment, fingerprint(&usage), arrival).leaf();
    assert_eq!(hex(&leaf.0), "dcb6a782707e367c257150c62e84b46507b19bc57b73ddf09b7da2d8d4ae7a5e");
}

#[test]
fn golden_details() {
    assert_eq!(
        hex(&details_hash(&[7; 16], "{\"note\":\"hi\"}")),
        "fa81ca298d4dbe950e7505e8a518ebfd5530ef825d96df8cb82bf44e834fb811"
    );
}

#[test]
fn the_fingerprint_is_the_content_and_nothing_else() {
    let base = plain();
    let same = [
        Usage { provider: "google".to_owned(), ..base.clone() },
        Usage { action: "process".to_owned(), ..base.clone() },
        Usage { billable_reason: Some("said".to_owned()), ..base.clone() },
        Usage { subjects: full().subjects, ..base.clone() },
    ];
    for usage in same {
        assert_eq!(fingerprint(&usage), fingerprint(&base), "not content: {usage:?}");
    }
    let other = [
        Usage { meter: meter(11, Aggregation::Sum).id, ..base.clone() },
        Usage { quantity: 61, ..base.clone() },
        Usage { occurred_at: at("2026-01-05T12:00:00.000002Z"), ..base.clone() },
        Usage { classification: Classification::RetryFailed, ..base.clone() },
        Usage { parent: Some(String::new()), ..base.clone() },
        Usage { billable: Some(true), ..base.clone() },
        Usage { cost: Some(Cost { nano: 0, currency: Currency::USD }), ..base.clone() },
    ];
    for usage in other {
        assert_ne!(fingerprint(&usage), fingerprint(&base), "content: {usage:?}");
    }
}

#[test]
fn every_field_of_a_row_is_in_its_leaf() {
    let (usage, assignment) = (full(), full_assignment());
    let print = fingerprint(&usage);
    let base = LeafFields::of(&usage, &assignment, print, bare_arrival());
    let other_key = billing::event::EventKey { key: "k".to_owned(), source: "test1".to_owned(), ..usage.key.clone() };
    let other_print = fingerprint(&plain());
    let changed = [
        LeafFields { key: &other_key, ..base },
        LeafFields { meter: meter(11, Aggregation::Sum).id, ..base },
        LeafFields { quantity: -6, ..base },
        LeafFields { occurred_at: at("2026-01-05T12:00:00Z"), ..base },
        LeafFields { received_at: at("2026-01-05T12:00:02Z"), ..base },
        LeafFields { classification: Classification::Original, ..base },
        LeafFields { parent: None, ..base },
        LeafFields { cost: None, ..base },
        LeafFields { provider: "", ..base },
        LeafFields { action: "google", provider: "process", ..base },
        LeafFields { subjects: Subjects { client: usage.subjects.user, user: None, ..usage.subjects }, ..base },
        LeafFields { day: Day::from_number(20_260_106).expect("a day"), ..base },
        LeafFields { period: assignment.billed_period, billed_period: assignment.period, ..base },
        LeafFields { entitlement: None, ..base },
        LeafFields { plan_version: None, ..base },
        LeafFields { contribution: 5, ..base },
        LeafFields { billable: true, ..base },
        LeafFields { billable_reason: "test ", ..base },
        LeafFields { fingerprint: other_print, ..base },
        LeafFields { details: Some([0; 32]), ..base },
        LeafFields { import: Some(ImportId::from_uuid(id(1))), ..base },
        LeafFields { line: Some(0), ..base },
    ];
    let mut seen = std::collections::HashSet::from([base.leaf()]);
    for fields in changed {
        assert!(seen.insert(fields.leaf()), "a changed field changes the leaf: {fields:?}");
    }
}
