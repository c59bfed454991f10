//! Discounts and prepaid credits that a person gives to a tenant.

use super::settings::{lock, not_negative};
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, CouponRequest, CouponRow, GrantRequest, WalletRow};
use billing::ids::{CouponId, TenantId, WalletEntryId, WalletId};
use billing::invoice::{Catalog, CouponFacts, WalletEntryKind, WalletFacts};
use billing::money::{Currency, Money};
use billing::pricing::adjust::Coupon;
use billing::time::Timestamp;
use futures::FutureExt;
use rust_decimal::Decimal;
use std::sync::Arc;
use store::coupons::{self, CouponRecord};
use store::wallets::{self, WalletEntry, WalletRecord};
use store::{Read, Store, Write};

const MAX_CODE_CHARS: usize = 60;
const MAX_NAME_CHARS: usize = 100;

/// What a discount would do.
///
/// # Errors
/// The field at fault; `unknown_tenant`, `unknown_meter`; what the store says.
pub async fn coupon_preview(store: &Store, host: &dyn Host, request: &CouponRequest) -> Result<Change> {
    let wanted = WantedCoupon::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_coupon(read, &wanted).await?.0) }.boxed()).await
}

/// Gives a discount.
///
/// # Errors
/// As [`coupon_preview`]; `preview_outdated`, `read_only`.
pub async fn coupon_act(store: &Store, host: &dyn Host, request: &CouponRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(WantedCoupon::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { give_coupon(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedCoupon {
    tenant: TenantId,
    code: String,
    meter: Option<String>,
    off: Off,
    valid_from: Timestamp,
    valid_to: Option<Timestamp>,
    begins_now: bool,
    id: CouponId,
    act: Act,
}

enum Off {
    Percent(Decimal),
    Amount(String),
}

impl WantedCoupon {
    fn new(host: &dyn Host, request: &CouponRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let valid_from = asked::instant("valid_from", request.valid_from.as_deref(), act.at)?;
        let valid_to =
            request.valid_to.as_deref().map(|text| asked::instant("valid_to", Some(text), act.at)).transpose()?;
        if valid_to.is_some_and(|valid_to| valid_to <= valid_from) {
            let message = "A discount ends after it begins.";
            return Err(OperationError::wrong_use("ends_before_start", message).field("valid_to"));
        }
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            code: asked::text("code", &request.code, MAX_CODE_CHARS)?,
            meter: request.meter.clone(),
            off: off(request)?,
            valid_from,
            valid_to,
            begins_now: request.valid_from.is_none(),
            id: CouponId::from_uuid(host.new_uuid()),
            act,
        })
    }
}

fn off(request: &CouponRequest) -> Result<Off> {
    match (&request.percent_off, &request.amount_off) {
        (Some(percent), None) => {
            let percent = not_negative("percent_off", percent)?;
            if percent.is_zero() || percent > Decimal::ONE_HUNDRED {
                let message = "A discount is above 0 and at most 100 %.";
                return Err(OperationError::wrong_use("out_of_range", message).field("percent_off"));
            }
            Ok(Off::Percent(percent))
        }
        (None, Some(amount)) => Ok(Off::Amount(amount.clone())),
        _ => {
            let message = "Give a percentage or an amount, one of the two.";
            Err(OperationError::wrong_use("one_of_two", message).field("percent_off"))
        }
    }
}

async fn prepare_coupon(read: &mut Read, wanted: &WantedCoupon) -> Result<(Change, CouponRecord)> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let meter = match &wanted.meter {
        Some(code) => Some(asked::meter(read, code).await?),
        None => None,
    };
    let off = match &wanted.off {
        Off::Percent(percent) => Coupon::Percent(*percent),
        Off::Amount(text) => {
            let minor = asked::amount("amount_off", text, tenant.currency)?;
            Coupon::Fixed(Money::from_minor(minor, tenant.currency).decimal())
        }
    };
    let own = coupons::of_tenants(read, &[wanted.tenant]).await?;
    let is_there = |record: &&CouponRecord| {
        record.coupon.code == wanted.code && record.coupon.valid_to.is_none_or(|end| wanted.valid_from < end)
    };
    let mut warnings = Vec::new();
    if own.iter().any(|record| is_there(&record)) {
        warnings.push("The tenant has a discount of this name already: both are taken off.".to_owned());
    }
    let coupon = CouponFacts {
        id: wanted.id,
        ordinal: coupons::next_ordinal(read, wanted.tenant).await?,
        code: wanted.code.clone(),
        meter: meter.as_ref().map(|meter| meter.id),
        off,
        currency: tenant.currency,
        valid_from: wanted.valid_from,
        valid_to: wanted.valid_to,
    };
    // A discount that begins now may be shown a moment before it is given: its start is no part of what is compared.
    let from = if wanted.begins_now { "now on".to_owned() } else { wanted.valid_from.to_string() };
    let effects = vec![
        effect("Off", "", off_in_words(&coupon), ""),
        effect("On", "", meter.map_or_else(|| "the invoice".to_owned(), |meter| meter.name), ""),
        effect("For periods that start from", "", from, ""),
        effect("And before", "", wanted.valid_to.map_or_else(|| "for good".to_owned(), |end| end.to_string()), ""),
    ];
    let title = format!("Discount {} for {}", wanted.code, tenant.name);
    let record = CouponRecord {
        tenant: wanted.tenant,
        coupon,
        actor: wanted.act.actor.clone(),
        reason: wanted.act.reason.clone(),
        created_at: wanted.act.at,
    };
    Ok((change(title, effects, warnings), record))
}

async fn give_coupon(write: &mut Write, wanted: &WantedCoupon, shown: &str) -> Result<Change> {
    lock(write, wanted.tenant).await?;
    let (change, record) = prepare_coupon(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let after = canonical(&[
        ("code", record.coupon.code.clone()),
        ("off", off_in_words(&record.coupon)),
        ("meter", record.coupon.meter.map_or_else(String::new, |meter| meter.to_string())),
        ("valid_from", record.coupon.valid_from.to_string()),
        ("valid_to", record.coupon.valid_to.map_or_else(String::new, |end| end.to_string())),
    ]);
    coupons::insert(write, &[record]).await?;
    let recorded = Recorded {
        action: "coupon.give",
        tenant: Some(wanted.tenant),
        subject: wanted.id.to_string(),
        before: None,
        after: Some(after),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}

pub(crate) fn off_in_words(coupon: &CouponFacts) -> String {
    match coupon.off {
        Coupon::Percent(percent) => format!("{} %", percent.normalize()),
        Coupon::Fixed(amount) => {
            let mut amount = amount;
            amount.rescale(coupon.currency.digits());
            format!("{amount} {}", coupon.currency)
        }
    }
}

/// A discount as it stands.
pub(super) fn coupon_row(record: &CouponRecord, catalog: &Catalog) -> CouponRow {
    let coupon = &record.coupon;
    let meter = coupon.meter.and_then(|meter| catalog.meters.get(&meter));
    CouponRow {
        coupon_id: coupon.id.to_string(),
        code: coupon.code.clone(),
        meter: meter.map(|meter| meter.code.clone()),
        off: off_in_words(coupon),
        valid_from: coupon.valid_from.to_string(),
        valid_to: coupon.valid_to.map(|end| end.to_string()),
        actor: record.actor.clone(),
        reason: record.reason.clone(),
    }
}

/// Prepaid credits as they stand.
pub(super) fn wallet_row(record: &WalletRecord) -> WalletRow {
    let wallet = &record.wallet;
    WalletRow {
        wallet_id: wallet.id.to_string(),
        name: wallet.name.clone(),
        priority: i32::try_from(wallet.priority).unwrap_or(i32::MAX),
        balance: Money::from_minor(wallet.balance_minor, wallet.currency).to_string(),
        currency: wallet.currency.code().to_owned(),
        expires_at: wallet.expires_at.map(|end| end.to_string()),
    }
}

/// What a grant of prepaid credits would do.
///
/// # Errors
/// The field at fault; `unknown_tenant`; what the store says.
pub async fn grant_preview(store: &Store, host: &dyn Host, request: &GrantRequest) -> Result<Change> {
    let wanted = WantedGrant::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_grant(read, &wanted).await?.0) }.boxed()).await
}

/// Gives prepaid credits, in a wallet of their own.
///
/// # Errors
/// As [`grant_preview`]; `preview_outdated`, `read_only`.
pub async fn grant_act(store: &Store, host: &dyn Host, request: &GrantRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(WantedGrant::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { give_grant(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedGrant {
    tenant: TenantId,
    name: String,
    amount: String,
    priority: i64,
    expires_at: Option<Timestamp>,
    wallet: WalletId,
    entry: WalletEntryId,
    act: Act,
}

impl WantedGrant {
    fn new(host: &dyn Host, request: &GrantRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let expires_at =
            request.expires_at.as_deref().map(|text| asked::instant("expires_at", Some(text), act.at)).transpose()?;
        if expires_at.is_some_and(|end| end <= act.at) {
            let message = "A prepaid credit ends in the future.";
            return Err(OperationError::wrong_use("in_past", message).field("expires_at"));
        }
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            name: asked::text("name", &request.name, MAX_NAME_CHARS)?,
            amount: request.amount.clone(),
            priority: i64::from(request.priority),
            expires_at,
            wallet: WalletId::from_uuid(host.new_uuid()),
            entry: WalletEntryId::from_uuid(host.new_uuid()),
            act,
        })
    }
}

async fn prepare_grant(read: &mut Read, wanted: &WantedGrant) -> Result<(Change, Money)> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let amount = Money::from_minor(asked::amount("amount", &wanted.amount, tenant.currency)?, tenant.currency);
    let lives = |wallet: &WalletFacts| {
        wallet.currency == tenant.currency && wallet.expires_at.is_none_or(|end| wanted.act.at < end)
    };
    let own = wallets::of_tenants(read, &[wanted.tenant]).await?;
    let before = own
        .iter()
        .filter(|record| lives(&record.wallet))
        .try_fold(0_i64, |sum, record| sum.checked_add(record.wallet.balance_minor));
    let too_large = || OperationError::wrong_use("too_large", "The amount is larger than can be kept.").field("amount");
    let before = before.ok_or_else(too_large)?;
    let after = before.checked_add(amount.minor()).ok_or_else(too_large)?;
    let money = |minor| Money::from_minor(minor, tenant.currency).to_string();
    let effects = vec![
        effect("Prepaid credits", money(before), money(after), tenant.currency.code()),
        effect("Priority", "", wanted.priority.to_string(), ""),
        effect("Ends", "", wanted.expires_at.map_or_else(|| "never".to_owned(), |end| end.to_string()), ""),
    ];
    let title = format!("Give {} {} prepaid credits to {}", amount, tenant.currency, tenant.name);
    Ok((change(title, effects, Vec::new()), amount))
}

async fn give_grant(write: &mut Write, wanted: &WantedGrant, shown: &str) -> Result<Change> {
    lock(write, wanted.tenant).await?;
    let (change, amount) = prepare_grant(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let currency: Currency = amount.currency();
    let wallet = WalletFacts {
        id: wanted.wallet,
        name: wanted.name.clone(),
        priority: wanted.priority,
        balance_minor: 0,
        currency,
        expires_at: wanted.expires_at,
        created_at: wanted.act.at,
    };
    let entry = WalletEntry {
        tenant: wanted.tenant,
        wallet: wanted.wallet,
        id: wanted.entry,
        amount_minor: amount.minor(),
        kind: WalletEntryKind::Grant,
        invoice: None,
        payment: None,
        credit_note: None,
        at: wanted.act.at,
        actor: wanted.act.actor.clone(),
        reason: wanted.act.reason.clone(),
    };
    wallets::insert(write, &[WalletRecord { tenant: wanted.tenant, wallet }]).await?;
    wallets::insert_entries(write, &[entry]).await?;
    let recorded = Recorded {
        action: "wallet.grant",
        tenant: Some(wanted.tenant),
        subject: wanted.wallet.to_string(),
        before: None,
        after: Some(canonical(&[("amount", amount.to_string()), ("currency", currency.to_string())])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}
