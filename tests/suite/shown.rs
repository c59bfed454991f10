//! What screens and commands show is what is in the ledger, and the same wherever it is shown.

use operations::look;
use operations::wire::{EventFilter, EventRow, Level, SearchHit};
use std::collections::HashSet;
use store::append::Outcome;
use support::{Ledger, World};

on_every_engine!(
    the_list_the_page_and_the_report_agree,
    pages_hold_every_event_once,
    an_event_shows_what_it_did,
    days_and_months_add_up_to_the_ledger,
    a_search_finds_names_ids_and_keys,
);

const EVENTS: u64 = 613;

/// Four tenants with events of every meter, and a correction.
async fn filled(ledger: &Ledger) -> World {
    let world = World::new(&ledger.store, 4).await.unwrap();
    for first in (0..EVENTS).step_by(100) {
        let events = (first..(first + 100).min(EVENTS)).map(|number| world.nth_event(number)).collect();
        let outcomes = world.outcomes(&ledger.store, events).await.unwrap();
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted), "all are taken");
    }
    let of = world.nth_event(5);
    let correction = world.correction(&of, "a correction", -2);
    assert_eq!(world.outcomes(&ledger.store, vec![correction]).await.unwrap(), [Outcome::Accepted]);
    world
}

async fn every_page(ledger: &Ledger, world: &World, filter: EventFilter) -> Vec<EventRow> {
    let (mut rows, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = look::events(&ledger.store, world.now, &filter, cursor.as_deref()).await.unwrap();
        rows.extend(page.rows);
        pages += 1;
        assert!(pages < 100, "the pages come to an end");
        match page.next {
            Some(next) => cursor = Some(next),
            None => return rows,
        }
    }
}

async fn the_list_the_page_and_the_report_agree(ledger: Ledger) {
    let world = filled(&ledger).await;
    // Over both levels: 1,000 are included and 2,000 the most.
    let much = world.event(0, "calls", "much", 1_900, "2026-01-18T08:00:00Z");
    world.append(&ledger.store, vec![much]).await.unwrap();
    let list = look::tenants(&ledger.store, world.now).await.unwrap();
    assert_eq!((list.total, list.rows.len()), (4, 4), "every tenant is in the list once");
    assert_eq!(list.rows[0].tenant_id, world.tenants[0].to_string(), "who is over the limit comes first");
    assert_eq!(list.rows[0].level, Level::Alert, "and is flagged");
    for (row, tenant) in list.rows.iter().map(|row| (row, row.tenant_id.parse().unwrap())) {
        let page = look::tenant_page(&ledger.store, tenant, world.now).await.unwrap();
        let report = look::usage(&ledger.store, tenant, world.now).await.unwrap();
        assert_eq!(page.meters, report.meters, "page and report of {}", row.name);
        assert_eq!((row.level, &row.overage), (page.level, &page.overage_total), "list and page of {}", row.name);
        assert_eq!(row.percent, page.meters[0].percent, "the list shows the first meter of {}", row.name);
        for (cell, meter) in row.meters.iter().zip(&page.meters) {
            assert_eq!(
                (&cell.meter, &cell.used, &cell.percent, cell.level),
                (&meter.meter, &meter.used, &meter.percent, meter.level),
                "the cells of {} are its first meters",
                row.name
            );
        }
    }
    let overview = look::overview(&ledger.store, world.now).await.unwrap();
    let flagged: Vec<_> = list.rows.iter().filter(|row| row.level != Level::Normal).collect();
    assert_eq!(overview.flagged.iter().collect::<Vec<_>>(), flagged, "the Overview flags whom the list flags");
    assert_eq!(overview.counts.tenants, 4, "all have a subscription");
    assert_eq!(usize::try_from(overview.counts.warning + overview.counts.alert).unwrap(), flagged.len());
}

/// A filter, and which rows it must pass.
type Filtered<'a> = (EventFilter, Box<dyn Fn(&EventRow) -> bool + 'a>);

async fn pages_hold_every_event_once(ledger: Ledger) {
    let world = filled(&ledger).await;
    let all = every_page(&ledger, &world, EventFilter::default()).await;
    assert_eq!(all.len() as u64, EVENTS + 1, "no event is missing");
    let keys: HashSet<_> = all.iter().map(|row| (&row.tenant_id, &row.key)).collect();
    assert_eq!(keys.len(), all.len(), "and none comes twice");
    assert!(all.windows(2).all(|pair| pair[0].occurred_at >= pair[1].occurred_at), "the newest first");

    let tenant = world.tenants[1].to_string();
    let filters: [Filtered<'_>; 5] = [
        (
            EventFilter { tenant_id: Some(tenant.clone()), ..Default::default() },
            Box::new(|row| row.tenant_id == tenant),
        ),
        (EventFilter { meter: Some("peak".into()), ..Default::default() }, Box::new(|row| row.meter == "peak")),
        (
            EventFilter { key: Some("n0000001".into()), ..Default::default() },
            Box::new(|row| row.key.starts_with("n0000001")),
        ),
        (
            EventFilter { classification: Some("correction".into()), ..Default::default() },
            Box::new(|row| row.classification == "correction"),
        ),
        (
            EventFilter {
                from: Some("2026-01-05T08:00:00Z".into()),
                to: Some("2026-01-06T08:00:00Z".into()),
                ..Default::default()
            },
            Box::new(|row| ("2026-01-05T08".."2026-01-06T08").contains(&&row.occurred_at[..13])),
        ),
    ];
    for (filter, fits) in filters {
        let wanted: HashSet<_> = all.iter().filter(|row| fits(row)).map(|row| &row.key).collect();
        let shown = every_page(&ledger, &world, filter.clone()).await;
        assert!(!wanted.is_empty(), "{filter:?} finds something");
        assert_eq!(shown.iter().map(|row| &row.key).collect::<HashSet<_>>(), wanted, "{filter:?}");
    }
}

async fn an_event_shows_what_it_did(ledger: Ledger) {
    let world = filled(&ledger).await;
    let of = world.nth_event(5);
    let tenant = of.usage.key.tenant;
    let corrected = look::event_detail(&ledger.store, tenant, "test", &of.usage.key.key).await.unwrap();
    assert_eq!(corrected.children, ["a correction"], "what corrects it");
    let correction = look::event_detail(&ledger.store, tenant, "test", "a correction").await.unwrap();
    assert_eq!(correction.parent.as_deref(), Some(of.usage.key.key.as_str()), "what it corrects");
    assert_eq!(correction.event.quantity, "-2", "its quantity");
    assert!(correction.leaf_valid, "its stored hash fits");
    assert!(!correction.effects.is_empty(), "it changed a counter");
    let missing = look::event_detail(&ledger.store, tenant, "test", "no such key").await.unwrap_err();
    assert_eq!(missing.code(), "unknown_event", "an event that is not there");
}

async fn days_and_months_add_up_to_the_ledger(ledger: Ledger) {
    let world = filled(&ledger).await;
    for tenant in &world.tenants {
        let series = look::tenant_series(&ledger.store, *tenant, world.now, 30).await.unwrap();
        let months = look::tenant_months(&ledger.store, *tenant, world.now).await.unwrap();
        let filter = EventFilter { tenant_id: Some(tenant.to_string()), ..Default::default() };
        let events = every_page(&ledger, &world, filter).await;
        for one in series.series.iter().filter(|one| one.aggregation == "sum") {
            let ledger: i64 = events
                .iter()
                .filter(|event| event.meter == one.meter)
                .map(|event| event.quantity.parse::<i64>().unwrap())
                .sum();
            let days: i64 = one.all.iter().map(|day| day.parse::<i64>().unwrap()).sum();
            assert_eq!(days, ledger, "the days of {}", one.meter);
            let of_month = months.iter().filter(|month| month.meter == one.meter);
            let months: i64 = of_month.map(|month| month.quantity.parse::<i64>().unwrap()).sum();
            assert_eq!(months, ledger, "the months of {}", one.meter);
        }
    }
}

async fn a_search_finds_names_ids_and_keys(ledger: Ledger) {
    let world = filled(&ledger).await;
    let found = look::search(&ledger.store, world.now, "enant 3").await.unwrap();
    let is_third = |hit: &SearchHit| matches!(hit, SearchHit::Tenant { name, .. } if name == "Tenant 3");
    assert!(found.iter().any(is_third), "a part of a name: {found:?}");
    let found = look::search(&ledger.store, world.now, "tenant-3").await.unwrap();
    assert!(found.iter().any(is_third), "an outside id: {found:?}");
    let found = look::search(&ledger.store, world.now, "n00000005").await.unwrap();
    let is_fifth = |hit: &SearchHit| matches!(hit, SearchHit::Event { key, .. } if key == "n00000005");
    assert!(found.iter().any(is_fifth), "an event's key: {found:?}");
    let nothing = look::search(&ledger.store, world.now, "%_").await.unwrap();
    assert_eq!(nothing, [], "signs of a pattern are only signs");
}
