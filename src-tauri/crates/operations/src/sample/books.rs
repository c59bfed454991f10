//! How the sample's tenants are billed: the seller, taxes by country, terms, discounts and prepaid credits.
//!
//! Reference data only. Rates are those of the seller's country and of the
//! tenants' own ones as they are published; who is exempt is invented.

use super::accounts::Account;
use super::company::Company;
use billing::ids::{CouponId, WalletEntryId, WalletId};
use billing::invoice::facts::{CouponFacts, WalletFacts};
use billing::invoice::{Account as BillingAccount, Approval, Party, Settings, WalletEntryKind};
use billing::pricing::adjust::Coupon;
use rust_decimal::Decimal;
use store::coupons::CouponRecord;
use store::wallets::{WalletEntry, WalletRecord};
use store::{StoreError, Write};

const ACTOR: &str = "finance.mia";

/// Countries whose tenants are charged a tax, and its rate in percent; those of the European Union outside of the
/// seller's country charge themselves.
const RATES: &[(&str, i64)] = &[("GB", 20), ("IS", 24), ("JP", 10), ("AU", 10), ("IN", 18), ("KR", 10)];
const REVERSE_CHARGE: &[&str] = &["DE", "FR", "ES", "PL", "CZ", "GR"];
const TERMS: &[u32] = &[14, 30, 30, 30, 45, 60];

/// Who bills in the sample.
pub(super) fn settings() -> Settings {
    Settings {
        seller: Party {
            name: "Meridian Metering Ltd".to_owned(),
            address: vec!["4 Wharf Road".to_owned(), "London N1 7GR".to_owned()],
            country: Some("GB".to_owned()),
            tax_id: Some("GB 123 4567 89".to_owned()),
            email: Some("billing@meridian.example".to_owned()),
        },
        zone: "Europe/London".to_owned(),
        note: Some("Thank you for your business.".to_owned()),
        ..Settings::default()
    }
}

/// Writes them.
pub(super) async fn write(write: &mut Write, company: &Company) -> Result<(), StoreError> {
    store::billing_settings::set(write, &settings(), company.now).await?;
    let (mut coupons, mut wallets, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for (number, account) in company.accounts.iter().enumerate() {
        store::billing_accounts::set(write, account.id, &billed_as(account, number), account.created_at).await?;
        coupons.extend(discount(company, account, number));
        if let Some((wallet, entry)) = prepaid(company, account, number) {
            wallets.push(wallet);
            entries.push(entry);
        }
    }
    store::coupons::insert(write, &coupons).await?;
    store::wallets::insert(write, &wallets).await?;
    store::wallets::insert_entries(write, &entries).await
}

fn billed_as(account: &Account, number: usize) -> BillingAccount {
    let country = account.place.country;
    let rate = RATES.iter().find(|(taxed, _)| *taxed == country).map_or(0, |(_, rate)| *rate);
    let reverse = REVERSE_CHARGE.contains(&country);
    BillingAccount {
        buyer: Party {
            name: account.name.clone(),
            address: vec![format!("{} Market Street", number % 180 + 1)],
            country: Some(country.to_owned()),
            tax_id: reverse.then(|| format!("{country}{:09}", 100_000_000 + number * 7_919)),
            email: account.email.clone(),
        },
        tax_percent: Decimal::from(rate),
        tax_note: reverse.then(|| "Reverse charge: the customer accounts for the tax.".to_owned()),
        terms_days: Some(TERMS[number % TERMS.len()]),
        approval: if number % 40 == 11 { Approval::Always } else { Approval::Settings },
    }
}

/// Every ninth tenant began with a discount; every thirtieth has a second one, in its own currency.
fn discount(company: &Company, account: &Account, number: usize) -> Vec<CouponRecord> {
    let mut made = Vec::new();
    let mut add = |ordinal: i64, code: &str, off: Coupon, reason: &str| {
        let id = company.random.stream(code, number).uuid();
        made.push(CouponRecord {
            tenant: account.id,
            coupon: CouponFacts {
                id: CouponId::from_uuid(id),
                ordinal,
                code: code.to_owned(),
                meter: None,
                off,
                currency: account.currency,
                valid_from: account.created_at,
                valid_to: None,
            },
            actor: ACTOR.to_owned(),
            reason: reason.to_owned(),
            created_at: account.created_at,
        });
    };
    if number % 9 == 4 {
        add(1, "WELCOME10", Coupon::Percent(Decimal::TEN), "Promised when the contract was made");
    }
    if number % 30 == 4 {
        add(2, "PARTNER", Coupon::Fixed(Decimal::from(5)), "Partner of the reseller programme");
    }
    made
}

/// Every fourteenth tenant paid something in advance.
fn prepaid(company: &Company, account: &Account, number: usize) -> Option<(WalletRecord, WalletEntry)> {
    if number % 14 != 6 {
        return None;
    }
    let id = WalletId::from_uuid(company.random.stream("wallet", number).uuid());
    let minor = 10_i64.pow(account.currency.digits()) * 400;
    let wallet = WalletFacts {
        id,
        name: "Prepaid".to_owned(),
        priority: 1,
        balance_minor: minor,
        currency: account.currency,
        expires_at: None,
        created_at: account.created_at,
    };
    let entry = WalletEntry {
        tenant: account.id,
        wallet: id,
        id: WalletEntryId::from_uuid(company.random.stream("wallet entry", number).uuid()),
        amount_minor: minor,
        kind: WalletEntryKind::Grant,
        invoice: None,
        payment: None,
        credit_note: None,
        at: account.created_at,
        actor: ACTOR.to_owned(),
        reason: "Paid in advance".to_owned(),
    };
    Some((WalletRecord { tenant: account.id, wallet }, entry))
}
