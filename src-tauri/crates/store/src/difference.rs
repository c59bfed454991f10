//! What two states of one ledger are compared by: some tenants at a time, every row in order of its key.
//!
//! The comparison is the caller's; both sides are read by the same statements.

use crate::codec::{At, Id, OnDay, Word, hash32, json_ids};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{InvoiceId, MeterId, PeriodId, SubscriptionId, TenantId};
use billing::invoice::Status;
use billing::money::Currency;
use billing::time::{Day, Timestamp};

statements! {
    TENANTS = "select tenant_id, name, timeline_version from tenants order by tenant_id";
    EVENTS = in_ids("select tenant_id, source, event_key, leaf from usage_events where tenant_id ", " order by tenant_id, source, event_key");
    COUNTERS = in_ids("select tenant_id, period_id, meter_id, events, quantity, billable from period_counters where tenant_id ",
        " order by tenant_id, period_id, meter_id");
    INVOICES = in_ids("select tenant_id, invoice_id, number, subscription_id, period_id, currency, status, total_minor, prepaid_minor,
        paid_minor, credited_minor from invoices where tenant_id ", " order by tenant_id, invoice_id");
    LINES = in_ids("select tenant_id, invoice_id, line_no, kind, description, quantity, amount_minor from invoice_lines where tenant_id ",
        " order by tenant_id, invoice_id, line_no");
    SUBSCRIPTIONS = in_ids("select tenant_id, subscription_id, status from subscriptions where tenant_id ", " order by tenant_id, subscription_id");
    LEVELS = in_ids("select tenant_id, meter_id, billable from level_totals where tenant_id ", " order by tenant_id, meter_id");
    DISPUTES = in_ids("select tenant_id, number, status from disputes where tenant_id ", " order by tenant_id, number");
    PERIODS = in_ids("select tenant_id, period_id, subscription_id, first_day, starts_at, status from billing_periods where tenant_id ",
        " order by tenant_id, period_id");
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantOf {
    /// The tenant.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Rises with every change of what held when.
    pub timeline_version: i64,
}

/// An event's identity and the hash of its row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventOf {
    /// Tenant, source and key.
    pub key: (TenantId, String, String),
    /// The hash.
    pub leaf: [u8; 32],
}

/// A period counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterOf {
    /// Tenant, billed period and meter.
    pub key: (TenantId, PeriodId, MeterId),
    /// Events.
    pub events: i64,
    /// All use, at the meter's scale.
    pub quantity: i64,
    /// Billable use.
    pub billable: i64,
}

/// What a level comes to by all events, also by those that no period is billed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelOf {
    /// Tenant and meter.
    pub key: (TenantId, MeterId),
    /// The billable total.
    pub billable: i64,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceOf {
    /// Tenant and invoice.
    pub key: (TenantId, InvoiceId),
    /// Its number; none while it is a draft.
    pub number: Option<String>,
    /// The subscription; none of an imported one.
    pub subscription: Option<SubscriptionId>,
    /// The period; none of an imported one.
    pub period: Option<PeriodId>,
    /// Its currency.
    pub currency: Currency,
    /// Where it stands.
    pub status: Status,
    /// Net and tax, in minor units.
    pub total_minor: i64,
    /// What prepaid credits paid.
    pub prepaid_minor: i64,
    /// What payments paid.
    pub paid_minor: i64,
    /// What credit notes took off.
    pub credited_minor: i64,
}

/// A line of an issued invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOf {
    /// Tenant, invoice and number of the line.
    pub key: (TenantId, InvoiceId, i64),
    /// Its kind's word.
    pub kind: String,
    /// What it says.
    pub description: String,
    /// Its quantity.
    pub quantity: Option<String>,
    /// Its amount, in minor units of the invoice's currency.
    pub amount_minor: i64,
}

/// A word that says where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusOf {
    /// The tenant, what kind of thing, and which one.
    pub key: (TenantId, &'static str, String),
    /// The word.
    pub status: String,
}

/// A billing period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodOf {
    /// Tenant and period.
    pub key: (TenantId, PeriodId),
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Its first day.
    pub first_day: Day,
    /// When it begins, by the clock of its tenant.
    pub starts_at: Timestamp,
    /// Its status's word.
    pub status: String,
}

/// All tenants, in order of their ids.
///
/// # Errors
/// What the database gave.
pub async fn tenants(read: &mut Read) -> Result<Vec<TenantOf>> {
    let found = rows!(read, (Id<TenantId>, String, i64), TENANTS)?;
    Ok(found.into_iter().map(|(id, name, timeline_version)| TenantOf { id: id.0, name, timeline_version }).collect())
}

/// Events of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn events(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<EventOf>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, String, String, Vec<u8>), EVENTS, list.as_str())?;
    found
        .into_iter()
        .map(|(tenant, source, key, leaf)| Ok(EventOf { key: (tenant.0, source, key), leaf: hash32(&leaf)? }))
        .collect()
}

/// Period counters of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn counters(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<CounterOf>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, Id<PeriodId>, Id<MeterId>, i64, i64, i64), COUNTERS, list.as_str())?;
    let of =
        |(tenant, period, meter, events, quantity, billable): (Id<TenantId>, Id<PeriodId>, Id<MeterId>, _, _, _)| {
            CounterOf { key: (tenant.0, period.0, meter.0), events, quantity, billable }
        };
    Ok(found.into_iter().map(of).collect())
}

/// Levels of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn levels(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<LevelOf>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, Id<MeterId>, i64), LEVELS, list.as_str())?;
    Ok(found.into_iter().map(|(tenant, meter, billable)| LevelOf { key: (tenant.0, meter.0), billable }).collect())
}

type InvoiceRow = (
    Id<TenantId>,
    Id<InvoiceId>,
    Option<String>,
    Option<Id<SubscriptionId>>,
    Option<Id<PeriodId>>,
    Word<Currency>,
    Word<Status>,
    i64,
    i64,
    i64,
    i64,
);

/// Invoices of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn invoices(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<InvoiceOf>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, InvoiceRow, INVOICES, list.as_str())?;
    Ok(found.into_iter().map(invoice).collect())
}

fn invoice(row: InvoiceRow) -> InvoiceOf {
    let (tenant, invoice, number, subscription, period, currency, status, ..) = row;
    InvoiceOf {
        key: (tenant.0, invoice.0),
        number,
        subscription: subscription.map(|id| id.0),
        period: period.map(|id| id.0),
        currency: currency.0,
        status: status.0,
        total_minor: row.7,
        prepaid_minor: row.8,
        paid_minor: row.9,
        credited_minor: row.10,
    }
}

/// Lines of issued invoices of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn lines(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<LineOf>> {
    type Row = (Id<TenantId>, Id<InvoiceId>, i32, String, String, Option<String>, i64);
    let list = json_ids(tenants.iter().copied());
    let of = |(tenant, invoice, no, kind, description, quantity, amount_minor): Row| LineOf {
        key: (tenant.0, invoice.0, i64::from(no)),
        kind,
        description,
        quantity,
        amount_minor,
    };
    Ok(rows!(read, Row, LINES, list.as_str())?.into_iter().map(of).collect())
}

/// Where subscriptions, periods and disputes of tenants stand.
///
/// # Errors
/// What the database gave.
pub async fn statuses(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<StatusOf>> {
    let list = json_ids(tenants.iter().copied());
    let mut found = Vec::new();
    for (tenant, id, status) in rows!(read, (Id<TenantId>, Id<SubscriptionId>, String), SUBSCRIPTIONS, list.as_str())? {
        found.push(StatusOf { key: (tenant.0, "subscription", id.0.to_string()), status });
    }
    for (tenant, number, status) in rows!(read, (Id<TenantId>, i64, String), DISPUTES, list.as_str())? {
        found.push(StatusOf { key: (tenant.0, "dispute", format!("D-{number}")), status });
    }
    for period in periods(read, tenants).await? {
        found.push(StatusOf { key: (period.key.0, "period", period.key.1.to_string()), status: period.status });
    }
    found.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(found)
}

/// Periods of tenants, in order.
///
/// # Errors
/// What the database gave.
pub async fn periods(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<PeriodOf>> {
    type Row = (Id<TenantId>, Id<PeriodId>, Id<SubscriptionId>, OnDay, At, String);
    let list = json_ids(tenants.iter().copied());
    let of = |(tenant, period, subscription, first_day, starts_at, status): Row| PeriodOf {
        key: (tenant.0, period.0),
        subscription: subscription.0,
        first_day: first_day.0,
        starts_at: starts_at.0,
        status,
    };
    Ok(rows!(read, Row, PERIODS, list.as_str())?.into_iter().map(of).collect())
}
