//! A list that is looked at again and again is, after every change, the list that a program shows that has just been
//! started.

use billing::time::Timestamp;
use operations::change::{override_act, override_preview};
use operations::host::FixedHost;
use operations::look;
use operations::wire::{OverrideRequest, TenantList};
use sqlx::Connection;
use std::sync::Arc;
use store::append::{Outcome, append};
use store::{Access, Store, StoreError};
use support::{Kind, Ledger, World, at};
use tokio::sync::Notify;

/// So many that one or two changed ones are not a reason to read all.
const TENANTS: u64 = 40;
const STEPS: u64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_list_is_the_one_read_anew_sqlite() {
    a_kept_list_is_the_one_read_anew(Ledger::new(Kind::SqliteFile).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_list_is_the_one_read_anew_postgres() {
    a_kept_list_is_the_one_read_anew(Ledger::new(Kind::Postgres).await.unwrap()).await;
}

async fn anew(ledger: &Ledger, at: Timestamp) -> TenantList {
    let store = ledger.reopen(Access::ReadOnly).await.unwrap();
    let list = look::tenants(&store, at).await.unwrap();
    store.close().await;
    list
}

async fn assert_same(ledger: &Ledger, at: Timestamp, after: &str) -> TenantList {
    let kept = look::tenants(&ledger.store, at).await.unwrap();
    let fresh = anew(ledger, at).await;
    for (one, other) in kept.rows.iter().zip(&fresh.rows) {
        assert_eq!(one, other, "after {after}");
    }
    assert_eq!(kept, fresh, "after {after}");
    kept
}

async fn a_kept_list_is_the_one_read_anew(ledger: Ledger) {
    let mut world = World::new(&ledger.store, TENANTS).await.unwrap();
    let other = ledger.reopen(Access::ReadWrite).await.unwrap();
    let first = assert_same(&ledger, world.now, "nothing").await;
    for step in 0..STEPS {
        let tenant = usize::try_from(step * 7 % TENANTS).unwrap();
        let what = match step % 6 {
            0 => take(&world, &other, tenant, "calls", 450, step).await,
            1 => take(&world, &ledger.store, tenant, "tokens", 3, step).await,
            2 => take(&world, &other, tenant, "storage", 900, step).await,
            3 => take(&world, &ledger.store, tenant, "peak", i64::try_from(step).unwrap(), step).await,
            4 => grant(&ledger.store, &world, tenant, step, None).await,
            _ => grant(&other, &world, tenant, step, Some("2026-01-20T12:07:30Z")).await,
        };
        world.reload(&ledger.store).await.unwrap();
        assert_same(&ledger, world.now, &what).await;
    }
    let last = assert_same(&ledger, world.now, "all").await;
    assert_ne!(first.rows, last.rows, "something has changed on the way");
    // Before and after the end of the grants, the next hour, the next day and back, the next period and back.
    let instants = [
        "2026-01-20T12:07:29Z",
        "2026-01-20T12:07:30Z",
        "2026-01-20T13:00:00Z",
        "2026-01-21T00:00:00Z",
        "2026-01-20T23:59:00Z",
        "2026-02-01T00:00:00Z",
        "2026-01-31T23:59:00Z",
        "2026-01-20T12:00:00Z",
    ];
    for instant in instants {
        assert_same(&ledger, at(instant), instant).await;
    }
    let many = (0..TENANTS).map(|tenant| {
        world.event(usize::try_from(tenant).unwrap(), "calls", &format!("many {tenant}"), 700, "2026-01-20T11:00:00Z")
    });
    world.append(&other, many.collect()).await.unwrap();
    assert_same(&ledger, world.now, "use of all").await;
}

async fn take(world: &World, store: &Store, tenant: usize, meter: &str, quantity: i64, step: u64) -> String {
    let event = world.event(tenant, meter, &format!("step {step}"), quantity, "2026-01-20T10:00:00Z");
    let outcomes = world.outcomes(store, vec![event]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Accepted], "the use of step {step}");
    format!("{quantity} of {meter} in step {step}")
}

async fn grant(store: &Store, world: &World, tenant: usize, step: u64, until: Option<&str>) -> String {
    let request = OverrideRequest {
        tenant_id: world.tenants[tenant].to_string(),
        meter: "calls".to_owned(),
        included: Some((100 + step).to_string()),
        cap: None,
        valid_from: None,
        valid_to: until.map(str::to_owned),
        reason: "asked for".to_owned(),
    };
    let preview = override_preview(store, &FixedHost::with_series(world.now, step * 2), &request).await.unwrap();
    let host = FixedHost::with_series(world.now, step * 2 + 1);
    override_act(store, &host, &request, &preview.fingerprint).await.unwrap();
    format!("an override in step {step}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_not_change_is_not_read_again() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::new(&ledger.store, TENANTS).await.unwrap();
    take(&world, &ledger.store, 3, "calls", 450, 1).await;
    let before = look::tenants(&ledger.store, world.now).await.unwrap();
    // Past the program, so that only who reads the counter can know.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ledger.file().unwrap());
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("update period_counters set billable = billable + 1").execute(&mut conn).await.unwrap();
    assert_eq!(look::tenants(&ledger.store, world.now).await.unwrap(), before, "it was kept");
    take(&world, &ledger.store, 4, "calls", 1, 2).await;
    let after = look::tenants(&ledger.store, world.now).await.unwrap();
    let used = |list: &TenantList, tenant: usize| {
        let id = world.tenants[tenant].to_string();
        let row = list.rows.iter().find(|row| row.tenant_id == id).unwrap();
        row.meters.iter().find(|cell| cell.meter == "calls").unwrap().used.clone()
    };
    assert_eq!(used(&after, 3), "450", "who did not change is kept");
    assert_eq!(used(&after, 4), "1", "who did is read");
    assert_eq!(used(&anew(&ledger, world.now).await, 3), "451", "a program that was just started reads all");
}

/// A transaction that began before a look and commits after it has a smaller number than what the look saw.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_commits_late_is_seen() {
    let ledger = Ledger::new(Kind::Postgres).await.unwrap();
    let world = World::new(&ledger.store, TENANTS).await.unwrap();
    assert_same(&ledger, world.now, "nothing").await;
    let late = world.batch(vec![world.event(0, "calls", "late", 900, "2026-01-20T10:00:00Z")]);
    let (is_in, wait) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let open = tokio::spawn({
        let (store, is_in, wait) = (ledger.store.clone(), Arc::clone(&is_in), Arc::clone(&wait));
        async move {
            let work = store.write_once(move |write| {
                Box::pin(async move {
                    append(write, &late).await?;
                    is_in.notify_one();
                    wait.notified().await;
                    Ok::<_, StoreError>(())
                })
            });
            work.await.unwrap();
        }
    });
    is_in.notified().await;
    for step in 0..3 {
        take(&world, &ledger.store, 1, "calls", 10, step).await;
        assert_same(&ledger, world.now, "another's use").await;
    }
    wait.notify_one();
    open.await.unwrap();
    let list = assert_same(&ledger, world.now, "the late one").await;
    assert_eq!(list.rows[0].tenant_id, world.tenants[0].to_string(), "it is flagged and first");
}

/// A moment before something began is looked at after the moment at which it was seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_before_a_grant_is_without_it() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let mut world = World::new(&ledger.store, TENANTS).await.unwrap();
    take(&world, &ledger.store, 2, "calls", 450, 1).await;
    assert_same(&ledger, at("2026-01-20T12:00:00Z"), "use").await;
    world.now = at("2026-01-20T12:05:00Z");
    grant(&ledger.store, &world, 2, 1, None).await;
    assert_same(&ledger, at("2026-01-20T12:06:00Z"), "a grant").await;
    assert_same(&ledger, at("2026-01-20T12:03:00Z"), "a look at the time before it").await;
    assert_same(&ledger, at("2026-01-20T12:07:00Z"), "a look at the time after it").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meter_of_days_that_no_plan_covers_is_shown() {
    let ledger = Ledger::new(Kind::SqliteFile).await.unwrap();
    let world = World::covering(&ledger.store, TENANTS, &["calls"]).await.unwrap();
    take(&world, &ledger.store, 5, "tokens", 500, 1).await;
    let list = assert_same(&ledger, world.now, "a first use").await;
    let id = world.tenants[5].to_string();
    let row = list.rows.iter().find(|row| row.tenant_id == id).unwrap();
    let cell = row.meters.iter().find(|cell| cell.meter == "tokens").unwrap();
    assert_eq!(cell.used, "500", "the use of today");
    take(&world, &ledger.store, 5, "tokens", 1, 2).await;
    assert_same(&ledger, world.now, "a second use").await;
}
