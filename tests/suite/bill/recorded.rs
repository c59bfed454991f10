//! No change without its record: when the audit log does not take it, nothing of the change stays (promise 13).

use super::{everything, host, run};
use billing::time::Timestamp;
use operations::bill;
use operations::host::{Actor, Host};
use operations::wire::{
    AccountRequest, BillingAccount, CancelRequest, CouponRequest, GrantRequest, InvoiceActKind, InvoiceActRequest,
    PartyFields, PlanChangeRequest, SettingsRequest,
};
use support::firm::{self, Order};
use support::{Ledger, World};
use uuid::Uuid;

on_every_engine!(without_its_record_no_command_changes_anything);

/// A host whose ids are always the same one: its second record has the id of the first.
struct Stuck(Timestamp);

impl Host for Stuck {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn new_uuid(&self) -> Uuid {
        Uuid::from_u128(0x5_7ac4)
    }

    fn actor(&self) -> Actor {
        Actor::new("tester")
    }
}

/// Everything that these commands could have changed.
async fn state(ledger: &Ledger, world: &World) -> String {
    let tenants = world.tenants.clone();
    ledger
        .store
        .read(move |read| {
            Box::pin(async move {
                let mut text = format!("{:?}", store::billing_settings::read(read).await?);
                for tenant in &tenants {
                    let one = [*tenant];
                    let invoices = store::invoices::one::of_tenants(read, &one, support::at(firm::START)).await?;
                    let mut invoices: Vec<String> = invoices.iter().map(|invoice| format!("{invoice:?}")).collect();
                    invoices.sort();
                    text += &invoices.concat();
                    text += &format!("{:?}", store::billing_accounts::of_tenants(read, &one).await?);
                    text += &format!("{:?}", store::coupons::of_tenants(read, &one).await?);
                    text += &format!("{:?}", store::wallets::of_tenants(read, &one).await?);
                    text += &format!("{:?}", store::timelines::load_one(read, *tenant).await?);
                }
                Ok::<_, store::StoreError>(text)
            })
        })
        .await
        .unwrap()
}

/// Previews with an ordinary host, acts with the stuck one, and sees that it was refused and nothing changed.
macro_rules! refused {
    ($ledger:expr, $world:expr, $preview:path, $act:path, $request:expr) => {{
        let (store, request) = (&$ledger.store, $request);
        let before = state($ledger, $world).await;
        let stuck = Stuck($world.now);
        let shown = $preview(store, &host($world, 900), &request).await.unwrap();
        $act(store, &stuck, &request, &shown.fingerprint).await.expect_err(stringify!($act));
        assert_eq!(state($ledger, $world).await, before, "{} left nothing behind", stringify!($act));
    }};
}

async fn without_its_record_no_command_changes_anything(ledger: Ledger) {
    let world = firm::make(&ledger.store, 4, Order::Forward).await.unwrap();
    let (store, reason) = (&ledger.store, "a test".to_owned());
    let stuck = Stuck(world.now);
    let settings = bill::billing_settings(store).await.unwrap();
    let request = SettingsRequest { settings: settings.clone(), reason: reason.clone() };
    let shown = bill::settings_preview(store, &stuck, &request).await.unwrap();
    bill::settings_act(store, &stuck, &request, &shown.fingerprint).await.unwrap();

    let before = state(&ledger, &world).await;
    bill::run(store, &stuck, &everything(), &|_| {}, &tokio_util::sync::CancellationToken::new()).await.unwrap_err();
    assert_eq!(state(&ledger, &world).await, before, "a run that is not on record bills nothing");
    let drafts = operations::wire::RunRequest { finalize: false, ..everything() };
    run(store, &host(&world, 1), &drafts).await.unwrap();

    let mut changed = settings;
    changed.terms_days = 14;
    refused!(
        &ledger,
        &world,
        bill::settings_preview,
        bill::settings_act,
        SettingsRequest { settings: changed, reason: reason.clone() }
    );
    let tenant_id = world.tenants[0].to_string();
    let account = BillingAccount {
        buyer: PartyFields::default(),
        tax_percent: "3".to_owned(),
        tax_note: None,
        terms_days: None,
        approval: "always".to_owned(),
    };
    let account = AccountRequest { tenant_id: tenant_id.clone(), account, reason: reason.clone() };
    refused!(&ledger, &world, bill::account_preview, bill::account_act, account);
    let coupon = CouponRequest {
        tenant_id: tenant_id.clone(),
        code: "X".to_owned(),
        meter: None,
        percent_off: Some("1".to_owned()),
        amount_off: None,
        valid_from: None,
        valid_to: None,
        reason: reason.clone(),
    };
    refused!(&ledger, &world, bill::coupon_preview, bill::coupon_act, coupon);
    let grant = GrantRequest {
        tenant_id: tenant_id.clone(),
        name: "X".to_owned(),
        amount: "1".to_owned(),
        priority: 1,
        expires_at: None,
        reason: reason.clone(),
    };
    refused!(&ledger, &world, bill::grant_preview, bill::grant_act, grant);
    let subscription_id = world.timelines[&world.tenants[0]].subscriptions()[0].id.to_string();
    let change = PlanChangeRequest {
        tenant_id: tenant_id.clone(),
        subscription_id: subscription_id.clone(),
        plan: "solo".to_owned(),
        at: None,
        reason: reason.clone(),
    };
    refused!(&ledger, &world, bill::plan_change_preview, bill::plan_change_act, change);
    let cancel = CancelRequest { tenant_id, subscription_id, at: None, reason: reason.clone() };
    refused!(&ledger, &world, bill::cancel_preview, bill::cancel_act, cancel);

    let page = bill::invoices(store, &operations::wire::InvoiceFilter::default(), None, world.now).await.unwrap();
    let draft = page.rows.last().unwrap().invoice_id.clone();
    let asked =
        |invoice_id: &str, act| InvoiceActRequest { invoice_id: invoice_id.to_owned(), act, reason: reason.clone() };
    for act in [InvoiceActKind::Approve, InvoiceActKind::Finalize] {
        refused!(&ledger, &world, bill::invoice_act_preview, bill::invoice_act, asked(&draft, act));
    }
    run(store, &host(&world, 2), &everything()).await.unwrap();
    let open = operations::wire::InvoiceFilter { status: Some("open".to_owned()), ..Default::default() };
    let page = bill::invoices(store, &open, None, world.now).await.unwrap();
    let open = page.rows[0].invoice_id.clone();
    for act in [InvoiceActKind::Void, InvoiceActKind::Reissue, InvoiceActKind::Uncollectible] {
        refused!(&ledger, &world, bill::invoice_act_preview, bill::invoice_act, asked(&open, act));
    }
}
