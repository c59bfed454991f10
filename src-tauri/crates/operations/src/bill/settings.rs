//! Who bills and how, and how one tenant is billed: shown, previewed, set.

use super::list::word;
use super::shown::party;
use crate::change::{Act, Recorded, asked, change, effect, still_as_shown};
use crate::document::Logo;
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{
    AccountRequest, BillingAccount, BillingSettings, Change, Effect, JournalAccount, PartyFields, SettingsRequest,
};
use billing::ids::TenantId;
use billing::invoice::issue::is_series;
use billing::invoice::{Account, LineKind, Party, Settings};
use billing::quantity::parse_decimal;
use billing::time::Zone;
use futures::FutureExt;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Read, Store, Write};

const MAX_NAME_CHARS: usize = 200;
const MAX_ADDRESS_LINES: usize = 6;
const MAX_NOTE_CHARS: usize = 1_000;
const MAX_NUMBER_CHARS: usize = 40;
/// Terms and grace beyond this are a slip.
const MAX_TERMS_DAYS: u32 = 365;
const MAX_GRACE_DAYS: u32 = 28;
/// Accounts of the journal that are no kind of line.
const ACCOUNTS: [&str; 5] = ["receivable", "tax", "prepaid", "bank", "bad_debt"];

/// The settings.
///
/// # Errors
/// What the store says.
pub async fn billing_settings(store: &Store) -> Result<BillingSettings> {
    let settings = store
        .read(|read| async move { Ok::<_, OperationError>(store::billing_settings::read(read).await?) }.boxed())
        .await?;
    Ok(shown_settings(&settings))
}

/// What a change of the settings would do.
///
/// # Errors
/// The field at fault; what the store says.
pub async fn settings_preview(store: &Store, host: &dyn Host, request: &SettingsRequest) -> Result<Change> {
    let wanted = WantedSettings::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_settings(read, &wanted).await?.0) }.boxed()).await
}

/// Changes the settings. What was issued keeps what held then.
///
/// # Errors
/// As [`settings_preview`]; `preview_outdated`, `read_only`.
pub async fn settings_act(store: &Store, host: &dyn Host, request: &SettingsRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(WantedSettings::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { set_settings(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedSettings {
    settings: Settings,
    act: Act,
}

impl WantedSettings {
    fn new(host: &dyn Host, request: &SettingsRequest) -> Result<Self> {
        Ok(Self { settings: checked_settings(&request.settings)?, act: Act::new(host, &request.reason)? })
    }
}

async fn prepare_settings(read: &mut Read, wanted: &WantedSettings) -> Result<(Change, Settings)> {
    let before = store::billing_settings::read(read).await?;
    let effects = differences(&fields(&shown_settings(&before)), &fields(&shown_settings(&wanted.settings)));
    let mut warnings = Vec::new();
    if effects.is_empty() {
        warnings.push("This changes nothing.".to_owned());
    }
    if before.invoice_series != wanted.settings.invoice_series || before.credit_series != wanted.settings.credit_series
    {
        warnings.push("Numbers of another series begin at 1, or go on where that series ended this year.".to_owned());
    }
    Ok((change("Change the billing settings".to_owned(), effects, warnings), before))
}

async fn set_settings(write: &mut Write, wanted: &WantedSettings, shown: &str) -> Result<Change> {
    let (change, before) = prepare_settings(write, wanted).await?;
    still_as_shown(&change, shown)?;
    store::billing_settings::set(write, &wanted.settings, wanted.act.at).await?;
    let recorded = Recorded {
        action: "billing.settings",
        tenant: None,
        subject: "billing_settings".to_owned(),
        before: Some(json(&recorded(&before))?),
        after: Some(json(&recorded(&wanted.settings))?),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}

/// What a change of how a tenant is billed would do.
///
/// # Errors
/// The field at fault; `unknown_tenant`; what the store says.
pub async fn account_preview(store: &Store, host: &dyn Host, request: &AccountRequest) -> Result<Change> {
    let wanted = WantedAccount::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_account(read, &wanted).await?.0) }.boxed()).await
}

/// Changes how a tenant is billed, from the next invoice on.
///
/// # Errors
/// As [`account_preview`]; `preview_outdated`, `read_only`.
pub async fn account_act(store: &Store, host: &dyn Host, request: &AccountRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(WantedAccount::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { set_account(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedAccount {
    tenant: TenantId,
    account: Account,
    act: Act,
}

impl WantedAccount {
    fn new(host: &dyn Host, request: &AccountRequest) -> Result<Self> {
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            account: checked_account(&request.account)?,
            act: Act::new(host, &request.reason)?,
        })
    }
}

async fn prepare_account(read: &mut Read, wanted: &WantedAccount) -> Result<(Change, Account)> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let before = store::billing_accounts::of_tenants(read, &[wanted.tenant]).await?.remove(&wanted.tenant);
    let before = before.unwrap_or_default();
    let effects =
        differences(&account_fields(&shown_account(&before)), &account_fields(&shown_account(&wanted.account)));
    let warnings = if effects.is_empty() { vec!["This changes nothing.".to_owned()] } else { Vec::new() };
    Ok((change(format!("Change how {} is billed", tenant.name), effects, warnings), before))
}

async fn set_account(write: &mut Write, wanted: &WantedAccount, shown: &str) -> Result<Change> {
    lock(write, wanted.tenant).await?;
    let (change, before) = prepare_account(write, wanted).await?;
    still_as_shown(&change, shown)?;
    store::billing_accounts::set(write, wanted.tenant, &wanted.account, wanted.act.at).await?;
    let recorded = Recorded {
        action: "billing.account",
        tenant: Some(wanted.tenant),
        subject: wanted.tenant.to_string(),
        before: Some(json(&before)?),
        after: Some(json(&wanted.account)?),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}

/// Locks a tenant against everybody who decides about it.
pub(super) async fn lock(write: &mut Write, tenant: TenantId) -> Result<()> {
    store::tenants::lock(write, tenant).await.map_err(|error| match error {
        store::StoreError::NotFound(_) => {
            OperationError::not_found("unknown_tenant", "There is no such tenant.").field("tenant_id")
        }
        error => error.into(),
    })
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(|error| store::StoreError::Corrupt(error.to_string()))?)
}

fn checked_settings(settings: &BillingSettings) -> Result<Settings> {
    let zone: Zone = settings.zone.parse().map_err(|error: billing::time::TimeError| {
        OperationError::wrong_use("malformed", "Give an IANA zone, such as Europe/Berlin.").field("zone").because(error)
    })?;
    for (field, series) in [("invoice_series", &settings.invoice_series), ("credit_series", &settings.credit_series)] {
        if !is_series(series) {
            let message = "A series is 1 to 12 capital letters and digits, such as INV.";
            return Err(OperationError::wrong_use("malformed", message).field(field));
        }
    }
    if settings.invoice_series == settings.credit_series {
        let message = "Invoices and credit notes have a series each.";
        return Err(OperationError::wrong_use("same_series", message).field("credit_series"));
    }
    let factor = decimal("brake_factor", &settings.brake_factor)?;
    if factor < Decimal::ONE {
        let message = "The brake stops above the mean: give 1 or more.";
        return Err(OperationError::wrong_use("too_small", message).field("brake_factor"));
    }
    Ok(Settings {
        seller: checked_party("seller", &settings.seller)?,
        logo: checked_logo(settings.logo.as_deref())?,
        zone: zone.name().to_owned(),
        invoice_series: settings.invoice_series.clone(),
        credit_series: settings.credit_series.clone(),
        terms_days: days("terms_days", settings.terms_days, MAX_TERMS_DAYS)?,
        grace_days: days("grace_days", settings.grace_days, MAX_GRACE_DAYS)?,
        note: optional("note", settings.note.as_deref(), MAX_NOTE_CHARS)?,
        approval_from: settings.approval_from.as_deref().map(|text| not_negative("approval_from", text)).transpose()?,
        brake_factor: factor,
        brake_from: not_negative("brake_from", &settings.brake_from)?,
        accounts: checked_accounts(&settings.accounts)?,
    })
}

/// A picture that a document can be printed with.
fn checked_logo(logo: Option<&str>) -> Result<Option<String>> {
    let Some(logo) = logo.map(str::trim).filter(|logo| !logo.is_empty()) else { return Ok(None) };
    Logo::from_base64(logo)?;
    Ok(Some(logo.to_owned()))
}

/// A picture in words: its hash tells which one it was.
fn named_logo(logo: &str) -> String {
    format!("a PNG, SHA-256 of its base64 {}", crate::pack::hex(&Sha256::digest(logo)))
}

/// The settings as they go on record: with the picture's hash in its place.
fn recorded(settings: &Settings) -> Settings {
    Settings { logo: settings.logo.as_deref().map(named_logo), ..settings.clone() }
}

fn checked_accounts(accounts: &[JournalAccount]) -> Result<BTreeMap<String, String>> {
    let mut checked = BTreeMap::new();
    for (index, JournalAccount { name, account }) in accounts.iter().enumerate() {
        let field = format!("accounts[{index}]");
        let is_known = ACCOUNTS.contains(&name.as_str()) || name.parse::<LineKind>().is_ok();
        if !is_known {
            let message = "An account is of receivable, tax, prepaid, bank, bad_debt or a kind of line.";
            return Err(OperationError::wrong_use("malformed", message).field(format!("{field}.name")));
        }
        let account = asked::text(&format!("{field}.account"), account, MAX_NUMBER_CHARS)?;
        if checked.insert(name.clone(), account).is_some() {
            let message = "An account is named once.";
            return Err(OperationError::wrong_use("twice", message).field(format!("{field}.name")));
        }
    }
    Ok(checked)
}

fn checked_account(account: &BillingAccount) -> Result<Account> {
    let tax_percent = not_negative("tax_percent", &account.tax_percent)?;
    if tax_percent > Decimal::ONE_HUNDRED {
        return Err(OperationError::wrong_use("too_large", "A tax is at most 100 %.").field("tax_percent"));
    }
    Ok(Account {
        buyer: checked_party("buyer", &account.buyer)?,
        tax_percent,
        tax_note: optional("tax_note", account.tax_note.as_deref(), MAX_NOTE_CHARS)?,
        terms_days: account.terms_days.map(|terms| days("terms_days", terms, MAX_TERMS_DAYS)).transpose()?,
        approval: word("approval", &account.approval)?,
    })
}

fn checked_party(field: &str, fields: &PartyFields) -> Result<Party> {
    let place = |name: &str| format!("{field}.{name}");
    if fields.address.len() > MAX_ADDRESS_LINES {
        return Err(asked::too_long(&place("address"), MAX_ADDRESS_LINES, "lines"));
    }
    let line = |line: &String| asked::optional_text(&place("address"), line, MAX_NAME_CHARS);
    let country = optional(&place("country"), fields.country.as_deref(), 2)?;
    if country.as_ref().is_some_and(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        let message = "Give the country's two letters, such as DE.";
        return Err(OperationError::wrong_use("malformed", message).field(place("country")));
    }
    let name = asked::optional_text(&place("name"), &fields.name, MAX_NAME_CHARS)?;
    if name.is_empty() && field == "seller" {
        return Err(OperationError::wrong_use("empty", "Say who bills.").field(place("name")));
    }
    Ok(Party {
        name,
        address: fields.address.iter().map(line).collect::<Result<_>>()?,
        country,
        tax_id: optional(&place("tax_id"), fields.tax_id.as_deref(), MAX_NUMBER_CHARS)?,
        email: optional(&place("email"), fields.email.as_deref(), MAX_NAME_CHARS)?,
    })
}

fn optional(field: &str, text: Option<&str>, max_chars: usize) -> Result<Option<String>> {
    let text = text.map(|text| asked::optional_text(field, text, max_chars)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn days(field: &str, days: u32, most: u32) -> Result<u32> {
    if days <= most {
        return Ok(days);
    }
    Err(OperationError::wrong_use("too_large", format!("At most {most} days.")).field(field))
}

/// A decimal number of a person.
pub(super) fn decimal(field: &str, text: &str) -> Result<Decimal> {
    if text.chars().count() > MAX_NUMBER_CHARS {
        return Err(asked::too_long(field, MAX_NUMBER_CHARS, "characters"));
    }
    parse_decimal(text.trim()).map_err(|error| {
        OperationError::wrong_use("malformed", "Give a decimal number, such as 12.5.").field(field).because(error)
    })
}

pub(super) fn not_negative(field: &str, text: &str) -> Result<Decimal> {
    let value = decimal(field, text)?;
    if value >= Decimal::ZERO {
        return Ok(value);
    }
    Err(OperationError::wrong_use("negative", "Give 0 or more.").field(field))
}

/// The settings as they are shown.
pub(crate) fn shown_settings(settings: &Settings) -> BillingSettings {
    let text = |value: Decimal| value.normalize().to_string();
    let account = |(name, account): (&String, &String)| JournalAccount { name: name.clone(), account: account.clone() };
    BillingSettings {
        seller: party(&settings.seller),
        logo: settings.logo.clone(),
        zone: settings.zone.clone(),
        invoice_series: settings.invoice_series.clone(),
        credit_series: settings.credit_series.clone(),
        terms_days: settings.terms_days,
        grace_days: settings.grace_days,
        note: settings.note.clone(),
        approval_from: settings.approval_from.map(text),
        brake_factor: text(settings.brake_factor),
        brake_from: text(settings.brake_from),
        accounts: settings.accounts.iter().map(account).collect(),
    }
}

/// How a tenant is billed, as it is shown.
pub(crate) fn shown_account(account: &Account) -> BillingAccount {
    BillingAccount {
        buyer: party(&account.buyer),
        tax_percent: account.tax_percent.normalize().to_string(),
        tax_note: account.tax_note.clone(),
        terms_days: account.terms_days,
        approval: account.approval.as_str().to_owned(),
    }
}

type Fields = Vec<(String, String)>;

fn differences(before: &Fields, after: &Fields) -> Vec<Effect> {
    let text = |fields: &Fields, label: &str| {
        fields.iter().find(|(name, _)| name == label).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let mut labels: Vec<&String> = before.iter().chain(after).map(|(label, _)| label).collect();
    let mut seen = std::collections::HashSet::new();
    labels.retain(|label| seen.insert(*label));
    let pairs = labels.into_iter().map(|label| (label, text(before, label), text(after, label)));
    pairs.filter(|(_, before, after)| before != after).map(|(label, old, new)| effect(label, old, new, "")).collect()
}

fn party_fields(who: &str, party: &PartyFields) -> Fields {
    vec![
        (format!("{who}: name"), party.name.clone()),
        (format!("{who}: address"), party.address.join(", ")),
        (format!("{who}: country"), party.country.clone().unwrap_or_default()),
        (format!("{who}: tax id"), party.tax_id.clone().unwrap_or_default()),
        (format!("{who}: e-mail"), party.email.clone().unwrap_or_default()),
    ]
}

fn fields(settings: &BillingSettings) -> Fields {
    let mut fields = party_fields("Seller", &settings.seller);
    let own = [
        ("Logo", settings.logo.as_deref().map(named_logo).unwrap_or_default()),
        ("Zone", settings.zone.clone()),
        ("Series of invoices", settings.invoice_series.clone()),
        ("Series of credit notes", settings.credit_series.clone()),
        ("Days until due", settings.terms_days.to_string()),
        ("Days of grace", settings.grace_days.to_string()),
        ("Note", settings.note.clone().unwrap_or_default()),
        ("Approval from", settings.approval_from.clone().unwrap_or_else(|| "never".to_owned())),
        ("Brake: times the mean", settings.brake_factor.clone()),
        ("Brake: from", settings.brake_from.clone()),
    ];
    fields.extend(own.map(|(label, text)| (label.to_owned(), text)));
    fields.extend(settings.accounts.iter().map(|it| (format!("Account: {}", it.name), it.account.clone())));
    fields
}

/// What differs in how a tenant is billed from how every tenant is, by field.
pub(crate) fn account_words(account: &Account) -> Vec<(String, String)> {
    let usual = account_fields(&shown_account(&Account::default()));
    account_fields(&shown_account(account)).into_iter().filter(|field| !usual.contains(field)).collect()
}

fn account_fields(account: &BillingAccount) -> Fields {
    let mut fields = party_fields("Buyer", &account.buyer);
    let own = [
        ("Tax in percent", account.tax_percent.clone()),
        ("Note on tax", account.tax_note.clone().unwrap_or_default()),
        ("Days until due", account.terms_days.map_or_else(|| "as the settings say".to_owned(), |it| it.to_string())),
        ("Approval", account.approval.clone()),
    ];
    fields.extend(own.map(|(label, text)| (label.to_owned(), text)));
    fields
}
