//! Changes by a person: the preview says what the act does, nothing is done twice, and nothing without its record.

use crate::look::assert_sound;
use futures::future::join_all;
use operations::change::{
    entry_act, entry_preview, override_act, override_preview, quarantine_decide, quota_admit, quota_check,
};
use operations::error::OperationError;
use operations::host::FixedHost;
use operations::look;
use operations::wire::{CorrectionOf, EntryRequest, OverrideRequest, QuarantineDecision, QuotaRequest, UsageReport};
use support::{Ledger, World};
use uuid::Uuid;

on_every_engine!(
    an_entry_does_what_its_preview_said,
    a_correction_takes_back_a_part,
    without_its_record_nothing_changes,
    an_override_holds_from_now_on_and_recovers_the_alert,
    one_of_sixteen_racers_gets_the_last_unit,
    admitting_again_counts_once,
    a_row_in_quarantine_is_taken_once,
);

fn host(world: &World, series: u64) -> FixedHost {
    FixedHost::with_series(world.now, series)
}

fn entry(world: &World, key: &str, quantity: &str) -> EntryRequest {
    EntryRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        quantity: quantity.to_owned(),
        occurred_at: None,
        key: key.to_owned(),
        corrects: None,
        reason: "forgotten by the switch".to_owned(),
    }
}

async fn used(ledger: &Ledger, world: &World, meter: &str) -> String {
    let report: UsageReport = look::usage(&ledger.store, world.tenants[0], world.now).await.unwrap();
    report.meters.into_iter().find(|row| row.meter == meter).map_or_else(|| "none".to_owned(), |row| row.used)
}

fn code<T: std::fmt::Debug>(result: Result<T, OperationError>) -> &'static str {
    result.unwrap_err().code()
}

async fn an_entry_does_what_its_preview_said(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let (store, request) = (&ledger.store, entry(&world, "form-1", "800"));
    let preview = entry_preview(store, &host(&world, 1), &request).await.unwrap();
    assert_eq!((preview.effects[0].before.as_str(), preview.effects[0].after.as_str()), ("0", "800"));
    assert_eq!(preview.effects[2].after, "WARNING", "80 % of 1,000");
    assert_eq!(used(&ledger, &world, "calls").await, "0", "a preview writes nothing");

    assert_eq!(
        code(entry_act(store, &host(&world, 2), &request, "something else").await),
        "preview_outdated",
        "only what was shown is done"
    );
    let act = entry_act(store, &host(&world, 3), &request, &preview.fingerprint).await.unwrap();
    assert_eq!(act, preview, "the act is what the preview said");
    assert_eq!(used(&ledger, &world, "calls").await, "800", "it counts");

    entry_act(store, &host(&world, 4), &request, &preview.fingerprint).await.unwrap();
    assert_eq!(used(&ledger, &world, "calls").await, "800", "a double click counts once");
    let other = entry(&world, "form-1", "801");
    assert_eq!(code(entry_preview(store, &host(&world, 5), &other).await), "conflict", "other content is refused");
    let blank = EntryRequest { reason: "  ".to_owned(), ..entry(&world, "form-2", "1") };
    let error = entry_preview(store, &host(&world, 6), &blank).await.unwrap_err().to_wire();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("empty", Some("reason")), "the field is named");
}

async fn a_correction_takes_back_a_part(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "call-1", 500, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let corrects = Some(CorrectionOf { source: "test".to_owned(), key: "call-1".to_owned() });
    let request = EntryRequest { corrects, ..entry(&world, "form-1", "-200") };
    let preview = entry_preview(&ledger.store, &host(&world, 1), &request).await.unwrap();
    entry_act(&ledger.store, &host(&world, 2), &request, &preview.fingerprint).await.unwrap();
    assert_eq!(used(&ledger, &world, "calls").await, "300", "a part is taken back");
    let unknown = Some(CorrectionOf { source: "test".to_owned(), key: "call-2".to_owned() });
    let request = EntryRequest { corrects: unknown, ..entry(&world, "form-2", "-200") };
    let refused = entry_preview(&ledger.store, &host(&world, 3), &request).await;
    assert_eq!(code(refused), "unknown_parent", "a correction names what it corrects");
}

async fn without_its_record_nothing_changes(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    let store = &ledger.store;
    let first = entry(&world, "form-1", "10");
    let preview = entry_preview(store, &host(&world, 1), &first).await.unwrap();
    entry_act(store, &host(&world, 7), &first, &preview.fingerprint).await.unwrap();
    let second = entry(&world, "form-2", "10");
    let preview = entry_preview(store, &host(&world, 1), &second).await.unwrap();
    // A host that repeats its ids gives the id of the record that is there already.
    entry_act(store, &host(&world, 7), &second, &preview.fingerprint).await.unwrap_err();
    assert_eq!(used(&ledger, &world, "calls").await, "10", "without an audit record there is no change");
}

async fn an_override_holds_from_now_on_and_recovers_the_alert(ledger: Ledger) {
    let mut world = World::new(&ledger.store, 1).await.unwrap();
    let event = world.event(0, "calls", "call-1", 1_000, "2026-01-10T08:00:00Z");
    world.append(&ledger.store, vec![event]).await.unwrap();
    let request = OverrideRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        included: Some("2000".to_owned()),
        cap: Some("unlimited".to_owned()),
        valid_from: None,
        valid_to: Some("2026-02-20T00:00:00Z".to_owned()),
        reason: "agreed by telephone".to_owned(),
    };
    let preview = override_preview(&ledger.store, &host(&world, 1), &request).await.unwrap();
    assert_eq!(preview.effects[3].before, "ALERT", "100 % before");
    assert_eq!(preview.effects[3].after, "NORMAL", "50 % after");
    let act = override_act(&ledger.store, &host(&world, 2), &request, &preview.fingerprint).await.unwrap();
    assert_eq!(act, preview, "the act is what the preview said");
    let report = look::usage(&ledger.store, world.tenants[0], world.now).await.unwrap();
    let row = report.meters.iter().find(|row| row.meter == "calls").unwrap();
    assert_eq!((row.included.as_deref(), row.cap.as_deref()), (Some("2000"), None), "it holds now");
    world.reload(&ledger.store).await.unwrap();
    let tenant = world.tenants[0];
    let open =
        ledger.store.read(move |read| Box::pin(async move { store::alerts::open_of(read, &[tenant]).await })).await;
    assert!(open.unwrap().is_empty(), "both alerts have recovered");
    let timeline = &world.timelines[&tenant];
    let entitlements: Vec<usize> = timeline.entitlements().iter().map(|held| held.overrides.len()).collect();
    assert_eq!(entitlements, [0, 1, 0], "what held before stays, and the end is written, too");
    let past = OverrideRequest { valid_from: Some("2026-01-01T00:00:00Z".to_owned()), ..request };
    let refused = override_preview(&ledger.store, &host(&world, 3), &past).await;
    assert_eq!(code(refused), "in_past", "history is not rewritten");
}

fn quota(world: &World, key: Option<String>) -> QuotaRequest {
    QuotaRequest {
        tenant_id: world.tenants[0].to_string(),
        meter: "calls".to_owned(),
        quantity: "1".to_owned(),
        key,
        tier: None,
    }
}

async fn one_of_sixteen_racers_gets_the_last_unit(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    for (meter, resets_at) in
        [("calls", Some("2026-02-01T00:00:00Z")), ("tokens", Some("2026-01-21T00:00:00Z")), ("storage", None)]
    {
        let event = world.event(0, meter, &format!("most of {meter}"), 1_999, "2026-01-20T08:00:00Z");
        world.append(&ledger.store, vec![event]).await.unwrap();
        let racers = (0..16_u64).map(|racer| {
            let request = QuotaRequest { meter: meter.to_owned(), ..quota(&world, Some(format!("{meter} {racer}"))) };
            let (store, host) = (ledger.store.clone(), host(&world, 100 + racer));
            async move { quota_admit(&store, &host, &request).await.unwrap() }
        });
        let answers = join_all(racers).await;
        assert_eq!(answers.iter().filter(|answer| answer.admitted).count(), 1, "one of {meter} wins");
        let refused = answers.iter().find(|answer| !answer.admitted).unwrap();
        assert_eq!(
            (refused.cap.as_deref(), refused.left.as_deref()),
            (Some("2000"), Some("0")),
            "which limit, what is left of {meter}"
        );
        assert_eq!(refused.resets_at.as_deref(), resets_at, "when {meter} resets");
        assert_eq!(used(&ledger, &world, meter).await, "2000", "exactly the cap of {meter} is used");
    }
    let check = quota_check(&ledger.store, &host(&world, 1), &quota(&world, None)).await.unwrap();
    assert!(!check.admitted && !check.recorded, "a check says the same and records nothing");
    assert_sound(&ledger.store).await;
}

async fn admitting_again_counts_once(ledger: Ledger) {
    let world = World::new(&ledger.store, 1).await.unwrap();
    for turn in 0..2 {
        let request = quota(&world, Some("job-7".to_owned()));
        let answer = quota_admit(&ledger.store, &host(&world, 30 + turn), &request).await.unwrap();
        assert_eq!((answer.admitted, answer.recorded), (true, turn == 0), "the same answer, recorded once");
    }
    let other = QuotaRequest { quantity: "2".to_owned(), ..quota(&world, Some("job-7".to_owned())) };
    let refused = quota_admit(&ledger.store, &host(&world, 40), &other).await.unwrap_err();
    assert_eq!(refused.code(), "conflict", "the same key for another quantity");
    assert_eq!(used(&ledger, &world, "calls").await, "1", "it counts once");
}

async fn a_row_in_quarantine_is_taken_once(ledger: Ledger) {
    use store::quarantine::{QuarantineRecord, QuarantineState, insert};
    let world = World::new(&ledger.store, 1).await.unwrap();
    let id = billing::ids::QuarantineId::from_uuid(Uuid::from_u128(5));
    let body = [("meter", "calls"), ("quantity", "25"), ("occurred_at", "2026-01-10T08:00:00Z")];
    let record = QuarantineRecord {
        id,
        tenant: Some(world.tenants[0]),
        tenant_text: None,
        meter: Some(world.meters["calls"].id),
        source: "usage".to_owned(),
        key: Some("row-1".to_owned()),
        line: Some(7),
        import: None,
        reason: "no_subscription".to_owned(),
        sentence: "there was none then".to_owned(),
        field: None,
        body: serde_json::to_string(&body).unwrap(),
        occurred_at: Some(support::at("2026-01-10T08:00:00Z")),
        received_at: world.now,
        state: QuarantineState::Waiting,
        decision: None,
    };
    ledger
        .store
        .write(move |write| {
            let record = record.clone();
            Box::pin(async move { insert(write, &[record]).await })
        })
        .await
        .unwrap();
    let ids = [id.to_string()];
    for (series, decided) in [(1, 1), (2, 0)] {
        let retried =
            quarantine_decide(&ledger.store, &host(&world, series), &ids, QuarantineDecision::Retry, "it fits now")
                .await;
        assert_eq!(retried.unwrap(), decided, "a row is decided about once");
    }
    assert_eq!(used(&ledger, &world, "calls").await, "25", "it counts once");
}
