//! An empty ledger: every look answers, with nothing in it.

use crate::base::{Base, On, base};
use billing::ids::TenantId;
use operations::look;
use operations::wire::{EventFilter, QuarantineFilter};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn every_screen_answers(#[values(On::SqliteFile, On::Postgres)] on: On) {
    let Base { store, now, .. } = &base(on, "2026-03-15T12:00:00Z").await;
    let now = *now;
    let status = look::database_status(store, now).await.unwrap();
    assert_eq!(
        (status.name.as_str(), status.newest_event_at),
        ("Looks", None),
        "a ledger without events has no newest"
    );
    assert!(status.writable, "it was opened for writing");

    let overview = look::overview(store, now).await.unwrap();
    assert_eq!((overview.counts.tenants, overview.flagged.len(), overview.owed.len()), (0, 0, 0), "nobody is there");
    assert_eq!(overview.days.len(), 90, "a chart has no gaps, also without events");
    assert_eq!(overview.days[89].day, "2026-03-15", "the last day is today");

    assert_eq!(look::tenants(store, now).await.unwrap().total, 0, "no tenants");
    assert_eq!(look::meters(store).await.unwrap(), [], "no meters");
    let all = EventFilter::default();
    let narrow = EventFilter {
        tenant_id: Some("ten_00000000000000000000000000000001".to_owned()),
        from: Some("2026-01-01T00:00:00Z".to_owned()),
        to: Some("2026-02-01T00:00:00+01:00".to_owned()),
        key: Some("k".to_owned()),
        source: Some("s".to_owned()),
        user: Some("u".to_owned()),
        client: Some("c".to_owned()),
        session: Some("s".to_owned()),
        resource: Some("sbj_00000000000000000000000000000001".to_owned()),
        classification: Some("original".to_owned()),
        billable: Some(true),
        meter: None,
    };
    let without_tenant = EventFilter { tenant_id: None, ..narrow.clone() };
    for filter in [all, narrow, without_tenant] {
        let page = look::events(store, now, &filter, None).await.unwrap();
        assert_eq!((page.rows.len(), page.next), (0, None), "an empty ledger has one empty page: {filter:?}");
    }
    let filter = QuarantineFilter { reason: Some("conflict".to_owned()), ..QuarantineFilter::default() };
    assert_eq!(look::quarantine(store, now, &filter, None).await.unwrap().rows, [], "nothing was put aside");
    assert_eq!(look::search(store, now, "INV-2026-000001").await.unwrap(), [], "nothing can be found");
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_is_named(#[values(On::SqliteFile, On::Postgres)] on: On) {
    let Base { store, now, .. } = &base(on, "2026-03-15T12:00:00Z").await;
    let now = *now;
    let nobody: TenantId = "ten_00000000000000000000000000000001".parse().unwrap();
    let code = |error: operations::error::OperationError| error.code();
    assert_eq!(code(look::tenant_page(store, nobody, now).await.unwrap_err()), "unknown_tenant", "no such id");
    assert_eq!(code(look::tenant_series(store, nobody, now, 7).await.unwrap_err()), "unknown_tenant", "no such id");
    assert_eq!(code(look::tenant_months(store, nobody, now).await.unwrap_err()), "unknown_tenant", "no such id");
    assert_eq!(code(look::find_tenant(store, "nobody").await.unwrap_err()), "unknown_tenant", "no such name");
    assert_eq!(code(look::event_detail(store, nobody, "s", "k").await.unwrap_err()), "unknown_event", "no such event");
    let filter = EventFilter { from: Some("today".to_owned()), ..EventFilter::default() };
    assert_eq!(code(look::events(store, now, &filter, None).await.unwrap_err()), "not_a_time", "a typed error");
    let filter = EventFilter { tenant_id: Some("1".to_owned()), ..EventFilter::default() };
    assert_eq!(code(look::events(store, now, &filter, None).await.unwrap_err()), "not_a_tenant_id", "a typed error");
    let none = EventFilter::default();
    assert_eq!(code(look::events(store, now, &none, Some("x")).await.unwrap_err()), "bad_cursor", "a typed error");
    assert_eq!(look::subjects(store, nobody, "x").await.unwrap(), [], "a list may be empty");
}
