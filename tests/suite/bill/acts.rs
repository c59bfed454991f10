//! What is done with one invoice, and what is set around it: the act does what its preview said.

use super::books::assert_sound;
use super::{everything, host, run};
use billing::invoice::Status;
use operations::bill::{
    account_act, account_preview, billing_settings, cancel_act, cancel_preview, coupon_act, coupon_preview, grant_act,
    grant_preview, invoice, invoice_act, invoice_act_preview, invoices, plan_change_act, plan_change_preview,
    settings_act, settings_preview, tenant_billing,
};
use operations::error::{OperationError, Result};
use operations::wire::{
    AccountRequest, CancelRequest, Change, CouponRequest, GrantRequest, InvoiceActKind, InvoiceActRequest,
    InvoiceFilter, PlanChangeRequest, SettingsRequest,
};
use store::Store;
use support::firm::{self, Order};
use support::{Ledger, World};

on_every_engine!(
    approval_is_waited_for,
    a_page_says_of_today_why_a_draft_waits,
    the_brake_stops_what_is_far_above_the_mean,
    void_gives_back_and_reissue_shows_the_difference,
    a_list_pages_and_filters,
    a_plan_change_shows_its_effect_in_money,
    less_than_nothing_is_issued_as_a_credit_note,
    a_total_of_nothing_is_issued_and_paid,
);

/// Shows and does it.
pub async fn act(store: &Store, world: &World, series: u64, id: &str, act: InvoiceActKind) -> Result<Change> {
    let request = InvoiceActRequest { invoice_id: id.to_owned(), act, reason: "a test".to_owned() };
    let host = host(world, series);
    let shown = invoice_act_preview(store, &host, &request).await?;
    invoice_act(store, &host, &request, &shown.fingerprint).await
}

fn code<T: std::fmt::Debug>(result: std::result::Result<T, OperationError>) -> &'static str {
    result.unwrap_err().code()
}

async fn settings(
    store: &Store,
    world: &World,
    series: u64,
    change: impl FnOnce(&mut operations::wire::BillingSettings),
) {
    let mut settings = billing_settings(store).await.unwrap();
    change(&mut settings);
    let request = SettingsRequest { settings, reason: "a test".to_owned() };
    let host = host(world, series);
    let shown = settings_preview(store, &host, &request).await.unwrap();
    settings_act(store, &host, &request, &shown.fingerprint).await.unwrap();
}

async fn approval_is_waited_for(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 2, Order::Forward).await.unwrap());
    settings(store, &world, 1, |settings| settings.approval_from = Some("40".to_owned())).await;
    let report = run(store, &host(&world, 2), &everything()).await.unwrap();
    assert!(report.held > 0 && report.rows.iter().all(|row| row.outcome == "approval"), "{:?}", report.rows);
    let held = InvoiceFilter { hold: Some("approval".to_owned()), ..InvoiceFilter::default() };
    let page = invoices(store, &held, None, world.now).await.unwrap();
    let oldest = page.rows.last().unwrap().invoice_id.clone();
    assert_eq!(code(act(store, &world, 3, &oldest, InvoiceActKind::Finalize).await), "approval_needed");
    act(store, &world, 4, &oldest, InvoiceActKind::Approve).await.unwrap();
    assert_eq!(code(act(store, &world, 5, &oldest, InvoiceActKind::Approve).await), "invoice_approved");
    let done = act(store, &world, 6, &oldest, InvoiceActKind::Finalize).await.unwrap();
    assert!(done.effects[0].after.starts_with("INV-2026-"), "the act says the number: {:?}", done.effects[0]);
    assert_eq!(code(act(store, &world, 7, &oldest, InvoiceActKind::Finalize).await), "invoice_issued");
    assert_sound(store).await;
}

async fn a_page_says_of_today_why_a_draft_waits(ledger: Ledger) {
    let (store, mut world) = (&ledger.store, firm::make(&ledger.store, 1, Order::Forward).await.unwrap());
    let drafts = operations::wire::RunRequest { finalize: false, ..everything() };
    run(store, &host(&world, 1), &drafts).await.unwrap();
    let drafted = world.now.to_string();
    settings(store, &world, 2, |settings| settings.approval_from = Some("0.01".to_owned())).await;
    world.now = support::at("2026-04-22T09:30:00Z");
    let listed = invoices(store, &InvoiceFilter::default(), None, world.now).await.unwrap().rows.pop().unwrap();
    let seen = (listed.hold.as_deref(), listed.drafted_at.as_deref());
    assert_eq!(seen, (None, Some(drafted.as_str())), "the list shows it as it was drafted, and says when");
    let row = invoice(store, listed.invoice_id.parse().unwrap(), world.now).await.unwrap().row;
    let (hold, now) = (row.hold.as_deref(), world.now.to_string());
    assert_eq!(
        (hold, row.drafted_at),
        (Some("approval"), Some(now)),
        "its page is of today, and so is what it waits for"
    );
}

async fn the_brake_stops_what_is_far_above_the_mean(ledger: Ledger) {
    let (store, mut world) = (&ledger.store, firm::make(&ledger.store, 1, Order::Forward).await.unwrap());
    // Anything that is no less than the mean of the last ones, from nothing on.
    settings(store, &world, 1, |settings| {
        settings.brake_factor = "1".to_owned();
        settings.brake_from = "0".to_owned();
    })
    .await;
    world.now = support::at("2026-03-10T00:00:00Z");
    run(store, &host(&world, 2), &everything()).await.unwrap();
    world.now = support::at("2026-04-20T00:00:00Z");
    let report = run(store, &host(&world, 3), &everything()).await.unwrap();
    let brakes = report.rows.iter().filter(|row| row.outcome == "brake").count();
    assert!(brakes > 0, "there is one to be stopped: {:?}", report.rows);
    assert_eq!(u32::try_from(brakes).unwrap(), report.held, "whoever is held is told why");
    let books = assert_sound(store).await;
    assert!(!books.issued.is_empty(), "the first one has nothing to be compared with");
}

async fn void_gives_back_and_reissue_shows_the_difference(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 7, Order::Forward).await.unwrap());
    run(store, &host(&world, 1), &everything()).await.unwrap();
    let books = assert_sound(store).await;
    let paid = books.issued.values().find(|invoice| invoice.prepaid_minor > 0 && invoice.paid_minor == 0).unwrap();
    let tenant = paid.tenant;
    let balance = |billing: &operations::wire::TenantBilling| billing.wallets[0].balance.clone();
    let before = balance(&tenant_billing(store, tenant, world.now).await.unwrap());
    let done = act(store, &world, 2, &paid.id.to_string(), InvoiceActKind::Void).await.unwrap();
    assert!(done.effects.iter().any(|effect| effect.label.starts_with("Given back")), "{:?}", done.effects);
    let after = balance(&tenant_billing(store, tenant, world.now).await.unwrap());
    assert_ne!(before, after, "what the invoice took out of prepaid credits is there again");
    assert_eq!(code(act(store, &world, 3, &paid.id.to_string(), InvoiceActKind::Void).await), "invoice_void");
    let again = act(store, &world, 4, &paid.id.to_string(), InvoiceActKind::Reissue).await.unwrap();
    let total = again.effects.iter().find(|effect| effect.label == "Total").unwrap();
    assert_eq!(total.before, total.after, "the same ledger gives the same amount");
    assert_eq!(code(act(store, &world, 5, &paid.id.to_string(), InvoiceActKind::Reissue).await), "invoice_replaced");
    let report = run(store, &host(&world, 6), &everything()).await.unwrap();
    assert_eq!(report.finalized, 1, "the draft that stands for it is issued by the next run");
    let books = assert_sound(store).await;
    let number = &paid.issued.as_ref().unwrap().number;
    let stands = books.issued.values().find(|invoice| invoice.replaces == Some(paid.id)).unwrap();
    assert_eq!(stands.document().unwrap().replaces.as_ref(), Some(number), "and it names the void one");
    assert_eq!(books.issued[number].status, Status::Void, "which keeps its number");
    let view = invoice(store, paid.id, world.now).await.unwrap();
    assert_eq!(
        view.replaced_by,
        stands.issued.as_ref().map(|issued| issued.number.clone()),
        "they point to each other"
    );
    let open = books.issued.values().find(|invoice| invoice.status == Status::Finalized).unwrap();
    act(store, &world, 7, &open.id.to_string(), InvoiceActKind::Uncollectible).await.unwrap();
    assert_eq!(
        code(act(store, &world, 8, &open.id.to_string(), InvoiceActKind::Uncollectible).await),
        "invoice_uncollectible"
    );
    assert_sound(store).await;
}

async fn a_list_pages_and_filters(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 70, Order::Forward).await.unwrap());
    run(store, &host(&world, 1), &everything()).await.unwrap();
    let books = assert_sound(store).await;
    let all = InvoiceFilter::default();
    let first = invoices(store, &all, None, world.now).await.unwrap();
    assert_eq!(first.rows.len(), 200, "a page");
    let mut seen: Vec<String> = first.rows.iter().map(|row| row.invoice_id.clone()).collect();
    let mut after = first.next.clone();
    while let Some(place) = after {
        let page = invoices(store, &all, Some(&place), world.now).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.invoice_id.clone()));
        assert_eq!(page.totals, first.totals, "sums are over all that the filter passes");
        after = page.next;
    }
    assert_eq!(seen.len(), books.issued.len(), "every invoice is on one page");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), books.issued.len(), "and on one only");
    let sum: u32 = first.totals.iter().map(|total| total.count).sum();
    assert_eq!(usize::try_from(sum).unwrap(), books.issued.len(), "counted");
    let later = support::at("2026-06-20T00:00:00Z");
    let overdue = InvoiceFilter { status: Some("overdue".to_owned()), ..InvoiceFilter::default() };
    assert!(invoices(store, &overdue, None, world.now).await.unwrap().rows.is_empty(), "nothing is due yet");
    let due = invoices(store, &overdue, None, later).await.unwrap();
    assert!(due.rows.iter().all(|row| row.status == "overdue" && row.days_overdue.is_some()), "two months later it is");
    let open = InvoiceFilter { status: Some("open".to_owned()), ..InvoiceFilter::default() };
    let open = invoices(store, &open, None, later).await.unwrap();
    let (one, other): (u32, u32) =
        (due.totals.iter().map(|it| it.count).sum(), open.totals.iter().map(|it| it.count).sum());
    assert_eq!(one, other, "all that is open is overdue by then");
    let number = InvoiceFilter { number: Some("INV-2026-00000".to_owned()), ..InvoiceFilter::default() };
    assert_eq!(invoices(store, &number, None, world.now).await.unwrap().rows.len(), 9, "1 to 9 begin so");
    let none = InvoiceFilter { to: Some("2026-01-01".to_owned()), ..InvoiceFilter::default() };
    assert!(invoices(store, &none, None, world.now).await.unwrap().rows.is_empty(), "all were issued later");
    let wrong = InvoiceFilter { status: Some("lost".to_owned()), ..InvoiceFilter::default() };
    assert_eq!(code(invoices(store, &wrong, None, world.now).await), "malformed", "a word that is none is refused");
}

async fn a_plan_change_shows_its_effect_in_money(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 1, Order::Forward).await.unwrap());
    let tenant = world.tenants[0];
    let subscription = world.timelines[&tenant].subscriptions()[0].id.to_string();
    let request = PlanChangeRequest {
        tenant_id: tenant.to_string(),
        subscription_id: subscription.clone(),
        plan: "solo".to_owned(),
        at: None,
        reason: "asked for".to_owned(),
    };
    let host = host(&world, 1);
    let shown = plan_change_preview(store, &host, &request).await.unwrap();
    let draft = shown.effects.iter().find(|effect| effect.label.starts_with("Draft of")).unwrap();
    assert_ne!(draft.before, draft.after, "a smaller plan costs less from today on: {draft:?}");
    plan_change_act(store, &host, &request, &shown.fingerprint).await.unwrap();
    let billing = tenant_billing(store, tenant, world.now).await.unwrap();
    assert_eq!(billing.subscriptions[0].kind, "changed", "the history says so");
    let held: Vec<&str> = billing.offers.iter().filter(|offer| offer.held).map(|offer| offer.plan.as_str()).collect();
    assert_eq!(held, ["solo"], "of the plans on offer the one that holds now is marked");
    for offer in billing.offers.iter().filter(|offer| !offer.held) {
        let other = PlanChangeRequest { plan: offer.plan.clone(), ..request.clone() };
        plan_change_preview(store, &host, &other).await.expect("what is offered can be had");
    }
    assert!(billing.offers.len() > 1, "there is another one to change to: {:?}", billing.offers);
    let end = CancelRequest {
        tenant_id: tenant.to_string(),
        subscription_id: subscription,
        at: None,
        reason: "leaves".to_owned(),
    };
    let shown = cancel_preview(store, &host, &end).await.unwrap();
    cancel_act(store, &host, &end, &shown.fingerprint).await.unwrap();
    assert_eq!(
        code(cancel_preview(store, &host, &CancelRequest { at: Some("2026-07-01T00:00:00Z".to_owned()), ..end }).await),
        "subscription_ended"
    );
    let coupon = CouponRequest {
        tenant_id: tenant.to_string(),
        code: "LOYAL".to_owned(),
        meter: None,
        percent_off: Some("5".to_owned()),
        amount_off: None,
        valid_from: None,
        valid_to: None,
        reason: "a test".to_owned(),
    };
    let shown = coupon_preview(store, &host, &coupon).await.unwrap();
    coupon_act(store, &host, &coupon, &shown.fingerprint).await.unwrap();
    let grant = GrantRequest {
        tenant_id: tenant.to_string(),
        name: "Welcome".to_owned(),
        amount: "12.50".to_owned(),
        priority: 5,
        expires_at: None,
        reason: "a test".to_owned(),
    };
    let shown = grant_preview(store, &host, &grant).await.unwrap();
    grant_act(store, &host, &grant, &shown.fingerprint).await.unwrap();
    let account = tenant_billing(store, tenant, world.now).await.unwrap().account;
    let account = AccountRequest {
        tenant_id: tenant.to_string(),
        account: operations::wire::BillingAccount { tax_percent: "7.5".to_owned(), ..account },
        reason: "a test".to_owned(),
    };
    let shown = account_preview(store, &host, &account).await.unwrap();
    account_act(store, &host, &account, &shown.fingerprint).await.unwrap();
    let billing = tenant_billing(store, tenant, world.now).await.unwrap();
    assert_eq!(billing.coupons[0].off, "5 %", "the discount is there");
    assert_eq!(billing.wallets[0].balance, "12.50", "and the prepaid credit");
    assert_eq!(billing.account.tax_percent, "7.5", "and the tax");
}

async fn less_than_nothing_is_issued_as_a_credit_note(ledger: Ledger) {
    let (store, mut world) = (&ledger.store, firm::make(&ledger.store, 1, Order::Forward).await.unwrap());
    // Tenant 1 pays its fee in advance, from the 15th on, in the zone of London.
    world.now = support::at("2026-04-15T12:00:00Z");
    run(store, &host(&world, 1), &everything()).await.unwrap();
    let draft = assert_sound(store).await.drafts.pop().unwrap();
    let done = act(store, &world, 2, &draft.id.to_string(), InvoiceActKind::Finalize).await.unwrap();
    assert!(
        done.warnings.iter().any(|it| it.contains("late")),
        "finalizing within grace closes early: {:?}",
        done.warnings
    );
    let before = assert_sound(store).await.issued.len();
    let tenant = world.tenants[0];
    let end = CancelRequest {
        tenant_id: tenant.to_string(),
        subscription_id: world.timelines[&tenant].subscriptions()[0].id.to_string(),
        at: Some(world.now.to_string()),
        reason: "leaves".to_owned(),
    };
    let shown = cancel_preview(store, &host(&world, 3), &end).await.unwrap();
    cancel_act(store, &host(&world, 4), &end, &shown.fingerprint).await.unwrap();
    world.now = support::at("2026-05-20T12:00:00Z");
    let report = run(store, &host(&world, 5), &everything()).await.unwrap();
    assert_eq!(report.finalized, 1, "the period in which it ended: {:?}", report.rows);
    let books = assert_sound(store).await;
    assert_eq!((books.issued.len(), books.credit_notes.len()), (before, 1), "the fee of unused days is given back");
    assert_eq!(books.credit_notes[0], "CN-2026-000001", "in a series of its own");
    let billing = tenant_billing(store, tenant, world.now).await.unwrap();
    assert_eq!(billing.wallets.last().unwrap().balance, "49.00", "as a prepaid credit: all of the fee");
    assert_eq!(run(store, &host(&world, 6), &everything()).await.unwrap().finalized, 0, "and only once");
}

async fn a_total_of_nothing_is_issued_and_paid(ledger: Ledger) {
    let (store, world) = (&ledger.store, firm::make(&ledger.store, 1, Order::Forward).await.unwrap());
    let coupon = CouponRequest {
        tenant_id: world.tenants[0].to_string(),
        code: "FRIEND".to_owned(),
        meter: None,
        percent_off: Some("100".to_owned()),
        amount_off: None,
        valid_from: Some("2025-01-01T00:00:00Z".to_owned()),
        valid_to: None,
        reason: "a test".to_owned(),
    };
    let shown = coupon_preview(store, &host(&world, 1), &coupon).await.unwrap();
    coupon_act(store, &host(&world, 2), &coupon, &shown.fingerprint).await.unwrap();
    run(store, &host(&world, 3), &everything()).await.unwrap();
    let books = assert_sound(store).await;
    assert!(books.issued.len() >= 3, "they are issued all the same");
    for (number, invoice) in &books.issued {
        assert_eq!((invoice.total_minor, invoice.status), (0, Status::Paid), "{number} asks for nothing");
    }
}
