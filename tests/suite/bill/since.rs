//! What happened after an invoice was issued is settled on later documents (ADR 11): it is no difference between the invoice
//! and its ledger, and its evidence pack fits.

use super::acts::act;
use super::books::assert_sound;
use super::explain::assert_adds_up;
use super::packs::pack;
use super::{everything, host, run};
use crate::export::rows;
use billing::ids::{PlanId, PlanVersionId};
use billing::invoice::LineKind;
use billing::money::Money;
use billing::plan::{Plan, PlanVersion};
use operations::bill::{cancel_act, cancel_preview, coupon_act, coupon_preview, plan_change_act, plan_change_preview};
use operations::change::extend_periods;
use operations::explain::explain;
use operations::pack::verify;
use operations::wire::{CancelRequest, CouponRequest, ExportKind, InvoiceActKind, PlanChangeRequest};
use std::collections::BTreeMap;
use support::firm::{self, Order};
use support::{Ledger, World, at};
use uuid::Uuid;

on_every_engine!(
    a_later_end_is_no_residue,
    what_came_to_less_than_nothing_is_posted_by_kind,
    a_later_discount_is_no_residue,
    a_void_invoice_before_is_no_residue,
    what_a_credit_note_charged_in_advance_is_not_charged_again,
);

/// Every issued invoice is made again to the last digit, and its pack verifies.
async fn assert_fits(ledger: &Ledger, world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let books = assert_sound(&ledger.store).await;
    assert!(books.issued.len() > 2, "there is something to look at");
    for (number, record) in &books.issued {
        let explanation = explain(&ledger.store, record.id, None, world.now).await.unwrap();
        assert_adds_up(&explanation);
        let path = folder.path().join("pack.zip");
        pack(ledger, world, record.id, &path).await.unwrap();
        assert_eq!(verify(&path).unwrap().problems, Vec::<String>::new(), "the pack of {number} fits");
    }
}

/// Tenant 1 pays its fee in advance, from the 15th on: its invoice of 15 April charges the days from then on.
async fn issued(ledger: &Ledger) -> World {
    let mut world = firm::make(&ledger.store, 1, Order::Forward).await.unwrap();
    world.now = at("2026-04-15T12:00:00Z");
    run(&ledger.store, &host(&world, 1), &everything()).await.unwrap();
    let draft = assert_sound(&ledger.store).await.drafts.pop().unwrap();
    act(&ledger.store, &world, 9, &draft.id.to_string(), InvoiceActKind::Finalize).await.unwrap();
    world
}

/// Its subscription ends on the day from which on the next fee was charged.
async fn ended(ledger: &Ledger) -> World {
    let world = issued(ledger).await;
    let tenant = world.tenants[0];
    let end = CancelRequest {
        tenant_id: tenant.to_string(),
        subscription_id: world.timelines[&tenant].subscriptions()[0].id.to_string(),
        at: Some(world.now.to_string()),
        reason: "leaves".to_owned(),
    };
    let shown = cancel_preview(&ledger.store, &host(&world, 2), &end).await.unwrap();
    cancel_act(&ledger.store, &host(&world, 3), &end, &shown.fingerprint).await.unwrap();
    world
}

async fn a_later_end_is_no_residue(ledger: Ledger) {
    let mut world = ended(&ledger).await;
    assert_fits(&ledger, &world).await;
    world.now = at("2026-05-20T12:00:00Z");
    run(&ledger.store, &host(&world, 4), &everything()).await.unwrap();
    assert_fits(&ledger, &world).await;
}

async fn what_came_to_less_than_nothing_is_posted_by_kind(ledger: Ledger) {
    let mut world = ended(&ledger).await;
    world.now = at("2026-05-20T12:00:00Z");
    run(&ledger.store, &host(&world, 4), &everything()).await.unwrap();
    let books = assert_sound(&ledger.store).await;
    assert_eq!(books.credit_notes.len(), 1, "the days that were not held are given back with the next period");
    let journal = rows(&ledger, ExportKind::Journal).await;
    let accounts: Vec<&str> =
        journal.iter().filter(|row| row["document"] == "credit note").map(|row| row["account_name"].as_str()).collect();
    assert_eq!(accounts, ["fee", "receivable"], "what is given back was a fee");
}

async fn a_later_discount_is_no_residue(ledger: Ledger) {
    let world = issued(&ledger).await;
    let later = World { now: at("2026-06-01T12:00:00Z"), ..world };
    let coupon = CouponRequest {
        tenant_id: later.tenants[0].to_string(),
        code: "SORRY".to_owned(),
        meter: None,
        percent_off: Some("50".to_owned()),
        amount_off: None,
        valid_from: Some("2026-01-01T00:00:00Z".to_owned()),
        valid_to: None,
        reason: "a test".to_owned(),
    };
    let shown = coupon_preview(&ledger.store, &host(&later, 2), &coupon).await.unwrap();
    coupon_act(&ledger.store, &host(&later, 3), &coupon, &shown.fingerprint).await.unwrap();
    assert_fits(&ledger, &later).await;
    run(&ledger.store, &host(&later, 4), &everything()).await.unwrap();
    let last = assert_sound(&ledger.store).await.issued.into_values().max_by_key(|record| record.interval.unwrap().end);
    let lines = last.unwrap().document().unwrap().lines;
    assert!(lines.iter().any(|line| line.description == "Coupon SORRY"), "what is issued later has it: {lines:?}");
    assert_fits(&ledger, &later).await;
}

async fn a_void_invoice_before_is_no_residue(ledger: Ledger) {
    let mut world = issued(&ledger).await;
    assert_fits(&ledger, &world).await;
    let books = assert_sound(&ledger.store).await;
    let mut order: Vec<_> = books.issued.values().collect();
    order.sort_by_key(|record| record.interval.unwrap().end);
    let before_last = order[order.len() - 2].id.to_string();
    world.now = at("2026-04-21T12:00:00Z");
    act(&ledger.store, &world, 2, &before_last, InvoiceActKind::Void).await.unwrap();
    assert_fits(&ledger, &world).await;
}

/// Makes the periods that exist by now, as the job does.
async fn periods(ledger: &Ledger, world: &mut World, series: u64) {
    extend_periods(&ledger.store, &host(world, series)).await.unwrap();
    world.reload(&ledger.store).await.unwrap();
}

/// A plan of 5.00 that is charged in advance, too, and prices nothing.
async fn smaller_plan(ledger: &Ledger, world: &World) {
    let held = world.timelines[&world.tenants[0]].entitlements()[0].plan_version;
    let now = world.now;
    let made = ledger.store.write(move |write| {
        Box::pin(async move {
            let version = store::plans::all_versions(write).await?.remove(&held).expect("what is held");
            let plan = store::plans::all(write).await?.into_iter().find(|plan| plan.id == version.plan);
            let plan = Plan {
                id: PlanId::from_uuid(Uuid::from_u64_pair(0x91, 90)),
                code: "mini".to_owned(),
                name: "Mini".to_owned(),
                ..plan.expect("its plan")
            };
            let version = PlanVersion {
                id: PlanVersionId::from_uuid(Uuid::from_u64_pair(0x92, 900)),
                plan: plan.id,
                fee: Money::from_minor(500, version.fee.currency()),
                prices: BTreeMap::new(),
                ..version
            };
            store::plans::insert(write, &[plan]).await?;
            store::plans::insert_versions(write, &[version], now).await
        })
    });
    made.await.unwrap();
}

async fn what_a_credit_note_charged_in_advance_is_not_charged_again(ledger: Ledger) {
    let mut world = issued(&ledger).await;
    smaller_plan(&ledger, &world).await;
    world.now = at("2026-04-16T12:00:00Z");
    periods(&ledger, &mut world, 10).await;
    let change = PlanChangeRequest {
        tenant_id: world.tenants[0].to_string(),
        subscription_id: world.timelines[&world.tenants[0]].subscriptions()[0].id.to_string(),
        plan: "mini".to_owned(),
        at: None,
        reason: "a test".to_owned(),
    };
    let shown = plan_change_preview(&ledger.store, &host(&world, 5), &change).await.unwrap();
    plan_change_act(&ledger.store, &host(&world, 5), &change, &shown.fingerprint).await.unwrap();
    world.now = at("2026-05-20T12:00:00Z");
    periods(&ledger, &mut world, 12).await;
    run(&ledger.store, &host(&world, 6), &everything()).await.unwrap();
    assert_eq!(assert_sound(&ledger.store).await.credit_notes.len(), 1, "more was given back than was charged");
    world.now = at("2026-06-20T12:00:00Z");
    periods(&ledger, &mut world, 11).await;
    run(&ledger.store, &host(&world, 7), &everything()).await.unwrap();
    let books = assert_sound(&ledger.store).await;
    let last = books.issued.values().max_by_key(|record| record.interval.unwrap().end).unwrap();
    let lines = last.document().unwrap().lines;
    let fees: Vec<i64> = lines.iter().filter(|line| line.kind == LineKind::Fee).map(|line| line.amount_minor).collect();
    assert_eq!(fees, [500], "the fee of June only: that of May was taken off what was given back");
    assert_fits(&ledger, &world).await;
}
