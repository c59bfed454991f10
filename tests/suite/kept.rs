//! A list that is looked at again and again is, after every change, the list that a program shows that has just been
//! started.

use billing::time::Timestamp;
use operations::change::{override_act, override_preview};
use operations::host::FixedHost;
use operations::look;
use operations::wire::{OverrideRequest, TenantList};
use store::append::Outcome;
use store::{Access, Store};
use support::{Kind, Ledger, World, at};

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
