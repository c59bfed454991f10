//! `billing`: who bills, how a tenant is billed, discounts, prepaid credits.

use super::changing::{self, Deciding};
use crate::context::Context;
use crate::output::{self, Form, Outcome};
use operations::bill;
use operations::error::{OperationError, Result};
use operations::look::find_tenant;
use operations::wire::{
    AccountRequest, BillingAccount, BillingSettings, CouponRequest, GrantRequest, SettingsRequest, TenantBilling,
};
use serde::de::DeserializeOwned;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest file of settings.
const MAX_BYTES: u64 = 1 << 20;

/// Arguments of `billing`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show who bills and what holds for all tenants, or set it from a file of JSON
    Settings(Settings),
    /// Show money matters of a tenant, or set how it is billed from a file of JSON
    Account(Account),
    /// Give a tenant a discount
    Coupon(Coupon),
    /// Give a tenant prepaid credits
    Grant(Grant),
}

#[derive(Debug, clap::Args)]
struct Setting {
    /// The file; "-" is standard input
    #[arg(long = "set", value_name = "FILE", requires = "reason")]
    file: Option<PathBuf>,
    /// Why; goes to the audit log
    #[arg(long)]
    reason: Option<String>,
    /// Do it; without this only the preview is shown
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct Settings {
    #[command(flatten)]
    setting: Setting,
}

#[derive(Debug, clap::Args)]
struct Account {
    /// The tenant: its id, outside id or name
    tenant: String,
    #[command(flatten)]
    setting: Setting,
}

#[derive(Debug, clap::Args)]
struct Coupon {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// What the invoice calls it
    code: String,
    /// Percent off
    #[arg(long, value_name = "PERCENT")]
    percent: Option<String>,
    /// Amount off each invoice, in the tenant's currency
    #[arg(long, value_name = "AMOUNT", conflicts_with = "percent")]
    amount: Option<String>,
    /// Only on the lines of this meter: its code
    #[arg(long)]
    meter: Option<String>,
    /// Invoices of periods that start then or later, in RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// And before then; for good without it
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

#[derive(Debug, clap::Args)]
struct Grant {
    /// The tenant: its id, outside id or name
    tenant: String,
    /// How much, in the tenant's currency
    amount: String,
    /// What the wallet is called
    #[arg(long, default_value = "Prepaid credit")]
    name: String,
    /// A smaller number pays first
    #[arg(long, default_value_t = 100)]
    priority: i32,
    /// When it ends, in RFC 3339; never without it
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    #[command(flatten)]
    deciding: Deciding,
}

/// Shows, previews or does it.
pub async fn run(args: Args, context: &Context) -> Result<Outcome> {
    match args.command {
        Command::Settings(args) => settings(args.setting, context).await?,
        Command::Account(args) => account(args, context).await?,
        Command::Coupon(args) => coupon(args, context).await?,
        Command::Grant(args) => grant(args, context).await?,
    }
    Ok(Outcome::Done)
}

async fn settings(setting: Setting, context: &Context) -> Result<()> {
    let store = if setting.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let Some(file) = &setting.file else {
        let settings = bill::billing_settings(&store).await?;
        // Settings are a form to fill in: what is shown can be set.
        return output::print_json(&settings);
    };
    let settings: BillingSettings = read(file)?;
    let request = SettingsRequest { settings, reason: setting.reason.unwrap_or_default() };
    let preview = bill::settings_preview(&store, host, &request).await?;
    if setting.yes {
        changing::acted(context, &bill::settings_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}

async fn account(args: Account, context: &Context) -> Result<()> {
    let setting = args.setting;
    let store = if setting.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let tenant = find_tenant(&store, &args.tenant).await?;
    let Some(file) = &setting.file else {
        let shown = bill::tenant_billing(&store, tenant, host.now()).await?;
        return show(&shown, context);
    };
    let account: BillingAccount = read(file)?;
    let (tenant_id, reason) = (tenant.to_string(), setting.reason.unwrap_or_default());
    let request = AccountRequest { tenant_id, account, reason };
    let preview = bill::account_preview(&store, host, &request).await?;
    if setting.yes {
        changing::acted(context, &bill::account_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}

async fn coupon(args: Coupon, context: &Context) -> Result<()> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let request = CouponRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        code: args.code,
        meter: args.meter,
        percent_off: args.percent,
        amount_off: args.amount,
        valid_from: args.from,
        valid_to: args.to,
        reason: args.deciding.reason,
    };
    let preview = bill::coupon_preview(&store, host, &request).await?;
    if args.deciding.yes {
        changing::acted(context, &bill::coupon_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}

async fn grant(args: Grant, context: &Context) -> Result<()> {
    let store = if args.deciding.yes { context.open().await? } else { context.open_read_only().await? };
    let host = &*context.host;
    let request = GrantRequest {
        tenant_id: find_tenant(&store, &args.tenant).await?.to_string(),
        name: args.name,
        amount: args.amount,
        priority: args.priority,
        expires_at: args.expires,
        reason: args.deciding.reason,
    };
    let preview = bill::grant_preview(&store, host, &request).await?;
    if args.deciding.yes {
        changing::acted(context, &bill::grant_act(&store, host, &request, &preview.fingerprint).await?)?;
    } else {
        changing::preview(context, &preview)?;
    }
    Ok(())
}

/// A file of JSON, within a limit.
fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let unreadable = |error: std::io::Error| {
        OperationError::wrong_use("no_file", format!("{} cannot be read.", file.display())).field("set").because(error)
    };
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        std::fs::File::open(file).map_err(unreadable)?.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    }
    serde_json::from_str(&text).map_err(|error| {
        OperationError::wrong_use("malformed", format!("{} is not what is expected.", file.display()))
            .field("set")
            .because(error)
    })
}

fn show(billing: &TenantBilling, context: &Context) -> Result<()> {
    if context.form == Form::Json {
        return output::print_json(billing);
    }
    let account = &billing.account;
    let mut text = format!(
        "Billed as {}, tax {} %, approval: {}\n",
        output::printable(if account.buyer.name.is_empty() { "the tenant's own name" } else { &account.buyer.name }),
        account.tax_percent,
        account.approval
    );
    let coupons = billing.coupons.iter().map(|coupon| {
        let (from, to) = (coupon.valid_from.clone(), coupon.valid_to.clone().unwrap_or_default());
        vec![coupon.code.clone(), coupon.meter.clone().unwrap_or_default(), from, to, coupon.off.clone()]
    });
    let wallets = billing.wallets.iter().map(|wallet| {
        let expires = wallet.expires_at.clone().unwrap_or_default();
        vec![wallet.name.clone(), wallet.priority.to_string(), expires, wallet.currency.clone(), wallet.balance.clone()]
    });
    let changes =
        billing.subscriptions.iter().map(|change| vec![change.at.clone(), change.kind.clone(), change.plan.clone()]);
    let parts = [
        (vec!["discount", "meter", "from", "to", "off"], coupons.collect::<Vec<_>>(), 4),
        (vec!["wallet", "priority", "ends", "currency", "balance"], wallets.collect(), 4),
        (vec!["at", "what", "plan"], changes.collect(), 3),
    ];
    for (head, rows, numbers_from) in parts.into_iter().filter(|(_, rows, _)| !rows.is_empty()) {
        text += "\n";
        text += &output::table(&head, rows, numbers_from);
    }
    output::print(&text)
}
