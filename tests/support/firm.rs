//! A firm that bills: plans with every model of price in two currencies, tenants in zones whose days are short and long,
//! plan changes inside of periods, discounts, prepaid credits, taxes. Deterministic, in whatever order it is written.

use crate::world::{World, at};
use anyhow::Result;
use billing::ids::{
    CouponId, EntitlementId, MeterId, PlanId, PlanVersionId, SubscriptionId, TenantId, WalletEntryId, WalletId,
};
use billing::invoice::{Account, CouponFacts, Settings, WalletEntryKind, WalletFacts};
use billing::meter::{Aggregation, Meter, Reset};
use billing::money::{Currency, Money};
use billing::period::{BillingInterval, PeriodRule};
use billing::plan::{Allowance, FeeTiming, Plan, PlanVersion, RetryRule};
use billing::price::Price;
use billing::pricing::adjust::Coupon;
use billing::quantity::Scale;
use billing::time::{Timestamp, Zone};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus};
use operations::change::extend_periods;
use operations::host::FixedHost;
use std::collections::BTreeMap;
use store::Store;
use store::append::NewEvent;
use store::coupons::CouponRecord;
use store::subscriptions::{EntitlementRecord, SubscriptionRecord};
use store::tenants::Tenant;
use store::wallets::{WalletEntry, WalletRecord};
use uuid::Uuid;

/// When every subscription begins: the first midnight of 2026 in its own zone is up to a day away.
pub const START: &str = "2026-01-01T12:00:00Z";
/// The months that have use.
const MONTHS: [i32; 3] = [1, 2, 3];
/// Days of use in each month.
const DAYS: [u32; 6] = [2, 9, 14, 16, 23, 27];
const ZONES: [&str; 5] = ["UTC", "Europe/London", "Australia/Lord_Howe", "America/Havana", "Asia/Kolkata"];

/// In which order rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they are made.
    Forward,
    /// Last ones first, and events of many tenants mixed.
    Backward,
}

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind, number)
}

fn tenant_id(number: u64) -> TenantId {
    TenantId::from_uuid(id(0x7e, number))
}

fn subscription_id(number: u64) -> SubscriptionId {
    SubscriptionId::from_uuid(id(0x5b, number))
}

fn zone(number: u64) -> Zone {
    let index = usize::try_from(number % 5).unwrap_or(0);
    ZONES[index].parse().expect("an IANA zone")
}

fn currency(number: u64) -> Currency {
    if number.is_multiple_of(3) { "EUR".parse().expect("a currency") } else { Currency::USD }
}

fn meter(number: u64, code: &str, aggregation: Aggregation, reset: Reset) -> Meter {
    let (name, unit) = (code.to_owned(), "units".to_owned());
    let id = MeterId::from_uuid(id(0x3e, number));
    Meter { id, code: code.to_owned(), name, unit, scale: Scale::ZERO, aggregation, reset, signed: false }
}

fn meters() -> Vec<Meter> {
    vec![
        meter(1, "calls", Aggregation::Sum, Reset::Period),
        meter(2, "tokens", Aggregation::Sum, Reset::Day),
        meter(3, "exports", Aggregation::Count, Reset::Period),
        meter(4, "peak", Aggregation::Max, Reset::Period),
        meter(5, "storage", Aggregation::Level, Reset::Never),
        meter(6, "spend", Aggregation::Sum, Reset::Period),
    ]
}

fn plan(number: u64, code: &str, name: &str) -> Plan {
    let rank = i32::try_from(number).unwrap_or(0);
    Plan {
        id: PlanId::from_uuid(id(0x91, number)),
        family: "firm".to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
        rank,
    }
}

fn price(text: &str) -> Price {
    serde_json::from_str(text).expect("a test writes prices that are ones")
}

fn prices(plan: u64) -> Vec<(usize, Price)> {
    let first = r#"{"model":{"graduated":{"tiers":[{"up_to":"100","unit_amount":"0.05"},{"up_to":null,"unit_amount":"0.031"}],"at_zero":"nothing"}}}"#;
    let second = r#"{"model":{"volume":{"tiers":[{"up_to":"200","unit_amount":"0.04"},{"up_to":null,"unit_amount":"0.025","flat_amount":"1"}],"at_zero":"nothing"}},"maximum":"30"}"#;
    let of = |texts: &[(usize, &str)]| texts.iter().map(|(meter, text)| (*meter, price(text))).collect();
    match plan {
        1 => of(&[
            (0, first),
            (1, r#"{"model":{"per_unit":{"unit_amount":"0.0133"}}}"#),
            (4, r#"{"model":{"per_unit":{"unit_amount":"0.07"}},"level_billing":"average"}"#),
        ]),
        2 => of(&[
            (0, second),
            (2, r#"{"model":{"package":{"size":"10","amount":"2.5"}},"minimum":"3"}"#),
            (3, r#"{"model":{"per_unit":{"unit_amount":"0.11"}}}"#),
            (4, r#"{"model":{"per_unit":{"unit_amount":"0.09"}}}"#),
        ]),
        _ => of(&[
            (0, r#"{"model":{"per_unit":{"unit_amount":"0.02"}},"invoiced_by":"stripe"}"#),
            (5, r#"{"model":{"percentage":{"rate_percent":"1.3","fixed_amount":"0.2","free_events":2}}}"#),
        ]),
    }
}

/// A version of each plan in each currency. The second plan is charged in advance.
fn versions(plans: &[Plan], meters: &[Meter]) -> Vec<PlanVersion> {
    let mut versions = Vec::new();
    for (number, plan) in (1_u64..).zip(plans) {
        for (place, currency) in (1_u64..).zip([Currency::USD, "EUR".parse().expect("a currency")]) {
            let included = Allowance { included: Some(20), cap: None };
            versions.push(PlanVersion {
                id: PlanVersionId::from_uuid(id(0x92, number * 10 + place)),
                plan: plan.id,
                version: 1,
                fee: Money::from_minor(2_900 + i64::try_from(number).unwrap_or(0) * 1_000, currency),
                interval: BillingInterval::Month,
                fee_timing: if number == 2 { FeeTiming::Advance } else { FeeTiming::Arrears },
                minimum: (number == 1).then(|| Money::from_minor(4_500, currency)),
                retry_success: RetryRule::Billable,
                features: Vec::new(),
                allowances: meters.iter().map(|meter| (meter.id, included)).collect(),
                prices: prices(number)
                    .into_iter()
                    .map(|(meter, price)| (meters[meter].id, price))
                    .collect::<BTreeMap<_, _>>(),
            });
        }
    }
    versions
}

fn version_of(plan: u64, number: u64) -> PlanVersionId {
    let place = if currency(number) == Currency::USD { 1 } else { 2 };
    PlanVersionId::from_uuid(id(0x92, plan * 10 + place))
}

/// The rows of one tenant.
#[derive(Clone)]
struct Rows {
    tenant: Tenant,
    subscription: SubscriptionRecord,
    entitlements: Vec<EntitlementRecord>,
    account: Option<Account>,
    coupon: Option<CouponRecord>,
    wallet: Option<(WalletRecord, WalletEntry)>,
}

fn rows(number: u64) -> Rows {
    let (tenant, subscription, start) = (tenant_id(number), subscription_id(number), at(START));
    let anchor = [1_u8, 15, 31][usize::try_from(number % 3).unwrap_or(0)];
    let rule = PeriodRule::monthly(anchor).expect("an anchor day");
    let plan = 1 + number % 3;
    let entitlement = |seq: u64, valid_from: Timestamp, plan: u64| EntitlementRecord {
        tenant,
        entitlement: Entitlement {
            id: EntitlementId::from_uuid(id(0xe7, number * 10 + seq)),
            subscription,
            valid_from,
            seq: i64::try_from(seq).unwrap_or(1),
            plan_version: version_of(plan, number),
            overrides: Vec::new(),
            zone: zone(number),
            period_rule: rule,
        },
        created_at: start,
    };
    let mut entitlements = vec![entitlement(1, start, plan)];
    // Every fourth tenant changes its plan inside of a period, and every eighth changes back.
    if number.is_multiple_of(4) {
        entitlements.push(entitlement(2, at("2026-02-16T09:00:00Z"), 1 + (number + 1) % 3));
    }
    if number.is_multiple_of(8) {
        entitlements.push(entitlement(3, at("2026-03-10T09:00:00Z"), plan));
    }
    let ended_at = number.is_multiple_of(11).then(|| at("2026-03-12T10:00:00Z"));
    let status = if ended_at.is_some() { SubscriptionStatus::Cancelled } else { SubscriptionStatus::Active };
    Rows {
        tenant: Tenant {
            id: tenant,
            name: format!("Tenant {number:05}"),
            email: None,
            outside_id: Some(format!("tenant-{number}")),
            country: None,
            zone: zone(number),
            currency: currency(number),
            created_at: start,
        },
        subscription: SubscriptionRecord {
            tenant,
            subscription: Subscription { id: subscription, status, started_at: start, ended_at },
            plan: PlanId::from_uuid(id(0x91, plan)),
            period_rule: rule,
            created_at: start,
        },
        entitlements,
        account: number
            .is_multiple_of(2)
            .then(|| Account { tax_percent: rust_decimal::Decimal::new(190, 1), ..Account::default() }),
        coupon: number.is_multiple_of(5).then(|| coupon(number)),
        wallet: number.is_multiple_of(7).then(|| wallet(number)),
    }
}

fn coupon(number: u64) -> CouponRecord {
    let off = if number.is_multiple_of(2) {
        Coupon::Percent(rust_decimal::Decimal::TEN)
    } else {
        Coupon::Fixed(rust_decimal::Decimal::TWO)
    };
    CouponRecord {
        tenant: tenant_id(number),
        coupon: CouponFacts {
            id: CouponId::from_uuid(id(0xc0, number)),
            ordinal: 1,
            code: "SPRING".to_owned(),
            meter: None,
            off,
            currency: currency(number),
            valid_from: at("2025-12-01T00:00:00Z"),
            valid_to: None,
        },
        actor: "tester".to_owned(),
        reason: "a test".to_owned(),
        created_at: at(START),
    }
}

fn wallet(number: u64) -> (WalletRecord, WalletEntry) {
    let (tenant, wallet) = (tenant_id(number), WalletId::from_uuid(id(0xa1, number)));
    let facts = WalletFacts {
        id: wallet,
        name: "Start".to_owned(),
        priority: 1,
        balance_minor: 0,
        currency: currency(number),
        expires_at: None,
        created_at: at(START),
    };
    let entry = WalletEntry {
        tenant,
        wallet,
        id: WalletEntryId::from_uuid(id(0xa2, number)),
        amount_minor: 5_000,
        kind: WalletEntryKind::Grant,
        invoice: None,
        payment: None,
        credit_note: None,
        at: at(START),
        actor: "tester".to_owned(),
        reason: "a test".to_owned(),
    };
    (WalletRecord { tenant, wallet: facts }, entry)
}

/// Makes the firm and its use of three months; tenants are numbered from 1.
///
/// # Errors
/// What the database gave.
pub async fn make(store: &Store, tenants: u64, order: Order) -> Result<World> {
    reference(store, tenants, order).await?;
    let mut world = World::open(store).await?;
    for (month, day) in MONTHS.into_iter().flat_map(|month| DAYS.map(|day| (month, day))) {
        world.now = at(&format!("2026-{month:02}-{day:02}T23:59:59Z"));
        // Periods are made as time goes on, by the job; equal ids follow from equal hosts.
        let host = FixedHost::with_series(world.now, 0xbe_0000 + u64::from(month.unsigned_abs() * 100 + day));
        extend_periods(store, &host).await?;
        world.reload(store).await?;
        let mut events = Vec::new();
        for number in 1..=tenants {
            events.extend(day_of(&world, number, month, day)?);
        }
        if order == Order::Backward {
            events.reverse();
        }
        for chunk in events.chunks(2_000) {
            world.append(store, chunk.to_vec()).await?;
        }
    }
    let host = FixedHost::with_series(at("2026-04-10T00:00:00Z"), 0xbe99);
    extend_periods(store, &host).await?;
    world.now = host_now();
    world.reload(store).await?;
    Ok(world)
}

/// The day on which the firm bills: everything up to March is over.
fn host_now() -> Timestamp {
    at("2026-04-20T09:30:00Z")
}

async fn reference(store: &Store, tenants: u64, order: Order) -> Result<()> {
    let meters = meters();
    let plans = vec![plan(1, "solo", "Solo"), plan(2, "team", "Team"), plan(3, "trade", "Trade")];
    let versions = versions(&plans, &meters);
    let mut all: Vec<Rows> = (1..=tenants).map(rows).collect();
    if order == Order::Backward {
        all.reverse();
    }
    store
        .write(move |write| {
            let (meters, plans, versions, all) = (meters.clone(), plans.clone(), versions.clone(), all.clone());
            Box::pin(async move {
                store::meters::insert(write, &meters).await?;
                store::plans::insert(write, &plans).await?;
                store::plans::insert_versions(write, &versions, at(START)).await?;
                let tenants: Vec<Tenant> = all.iter().map(|rows| rows.tenant.clone()).collect();
                store::tenants::insert(write, &tenants).await?;
                let subscriptions: Vec<_> = all.iter().map(|rows| rows.subscription.clone()).collect();
                store::subscriptions::insert(write, &subscriptions).await?;
                let entitlements: Vec<_> = all.iter().flat_map(|rows| rows.entitlements.clone()).collect();
                store::subscriptions::insert_entitlements(write, &entitlements).await?;
                for rows in &all {
                    if let Some(account) = &rows.account {
                        store::billing_accounts::set(write, rows.tenant.id, account, at(START)).await?;
                    }
                }
                let coupons: Vec<_> = all.iter().filter_map(|rows| rows.coupon.clone()).collect();
                store::coupons::insert(write, &coupons).await?;
                let (wallets, entries): (Vec<_>, Vec<_>) = all.iter().filter_map(|rows| rows.wallet.clone()).unzip();
                store::wallets::insert(write, &wallets).await?;
                store::wallets::insert_entries(write, &entries).await?;
                let settings = Settings { zone: "Europe/Berlin".to_owned(), ..Settings::default() };
                store::billing_settings::set(write, &settings, at(START)).await
            })
        })
        .await?;
    Ok(())
}

/// A use of a tenant: meter, quantity, when.
pub type Used = (&'static str, i64, Timestamp);

/// What one tenant uses on one day. What happens after its subscription has ended is left out.
fn used_on(number: u64, month: i32, day: u32) -> Vec<Used> {
    let used = |(of_day, code): (u64, &'static str)| {
        let seed = number * 31 + u64::from(day) * 7 + of_day * 3 + u64::from(month.unsigned_abs());
        let quantity = i64::try_from(seed % 53).unwrap_or(0) + 1;
        (code, quantity, at(&format!("2026-{month:02}-{day:02}T{:02}:{:02}:00Z", seed % 24, seed % 60)))
    };
    let codes = ["calls", "tokens", "exports", "peak", "storage", "spend"];
    let has_ended = |(.., occurred_at): &Used| number.is_multiple_of(11) && *occurred_at >= at("2026-03-12T00:00:00Z");
    (0_u64..).zip(codes).map(used).filter(|used| !has_ended(used)).collect()
}

/// Everything that a tenant uses, whatever the ledger says.
pub fn used_by(number: u64) -> Vec<Used> {
    MONTHS
        .into_iter()
        .flat_map(|month| DAYS.map(|day| (month, day)))
        .flat_map(|(month, day)| used_on(number, month, day))
        .collect()
}

/// The zone of a tenant.
pub fn zone_of(number: u64) -> Zone {
    zone(number)
}

/// The events of one tenant on one day.
fn day_of(world: &World, number: u64, month: i32, day: u32) -> Result<Vec<NewEvent>> {
    let place = world.tenants.iter().position(|tenant| *tenant == tenant_id(number)).unwrap_or(0);
    let event = |(code, quantity, occurred_at): Used| {
        let key = format!("{month}-{day:02}-{code}-{number}");
        world.resolve(world.usage(place, code, &key, quantity, &occurred_at.to_string()), None)
    };
    used_on(number, month, day).into_iter().map(event).collect()
}
