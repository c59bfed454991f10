//! Which rows of which table go into a snapshot: all tenants or some, all time or the billing periods of some days.
//!
//! A table without a rule here is an error and not a guess: a snapshot of one tenant must hold nothing of another one.
//! What several tenants share (the company's days, numbers of series, runs) is left out or made anew from the rows that
//! are in.

use crate::error::{Result, StoreError};
use crate::target::Engine;
use billing::ids::TenantId;
use billing::time::Day;
use serde::{Deserialize, Serialize};

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// These tenants, sorted; none is all.
    pub tenants: Option<Vec<TenantId>>,
    /// Billing periods that overlap these days; none is all time.
    pub days: Option<DayRange>,
}

/// Days, the second exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayRange {
    /// The first day.
    pub from: Day,
    /// The day after the last.
    pub to: Day,
}

impl Scope {
    /// Everything.
    pub const fn is_all(&self) -> bool {
        self.tenants.is_none() && self.days.is_none()
    }
}

/// The rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// All of them.
    Whole,
    /// All of them with all tenants, none with some.
    Company,
    /// Those of the tenants; with a range of days also only those that the second condition takes.
    Tenant(&'static str, Option<&'static str>),
    /// As `Tenant`; with a range of days it is made anew from the events.
    Cache(&'static str),
    /// As `Company`; with a narrower scope it is made anew from the days of the tenants.
    CompanyCache,
    /// The program's own.
    Own,
}

const TENANTS: &str = "tenant_id {tenants}";
/// Periods of the range, with those whose late use they bill.
const EVENTS: &str = "(billed_period_id {periods} or billed_period_id is null and day >= {from} and day < {to} \
    or meter_id in (select meter_id from meters where aggregation = 'level'))";
const DETAILS: &str = "exists (select 1 from usage_events e where e.tenant_id = event_details.tenant_id \
    and e.source = event_details.source and e.event_key = event_details.event_key \
    and (e.billed_period_id {periods} or e.billed_period_id is null and e.day >= {from} and e.day < {to} \
    or e.meter_id in (select meter_id from meters where aggregation = 'level')))";

const fn tenant(days: Option<&'static str>) -> Rule {
    Rule::Tenant(TENANTS, days)
}

/// The rule of every table.
pub(crate) const RULES: &[(&str, Rule)] = &[
    ("schema_migrations", Rule::Own),
    ("snapshot_manifest", Rule::Own),
    ("snapshot_days", Rule::Own),
    ("ledger_info", Rule::Whole),
    ("meters", Rule::Whole),
    ("plans", Rule::Whole),
    ("plan_versions", Rule::Whole),
    ("allowances", Rule::Whole),
    ("prices", Rule::Whole),
    ("billing_settings", Rule::Whole),
    ("tenants", tenant(None)),
    ("subscriptions", tenant(None)),
    ("subscription_meters", tenant(None)),
    ("entitlements", tenant(None)),
    ("overrides", tenant(None)),
    ("billing_periods", tenant(None)),
    ("usage_events", tenant(Some(EVENTS))),
    ("event_details", tenant(Some(DETAILS))),
    ("subjects", tenant(None)),
    ("period_counters", Rule::Cache(TENANTS)),
    ("usage_days", Rule::Cache(TENANTS)),
    ("level_totals", tenant(None)),
    ("presence", Rule::Cache(TENANTS)),
    ("company_days", Rule::CompanyCache),
    ("company_day_deltas", Rule::CompanyCache),
    ("quarantine", tenant(None)),
    ("imports", Rule::Tenant("import_id in (select import_id from import_ranges where tenant_id {tenants})", None)),
    ("import_ranges", tenant(None)),
    ("alerts", tenant(None)),
    ("audit_log", tenant(None)),
    ("billing_accounts", tenant(None)),
    ("coupons", tenant(None)),
    ("wallets", tenant(None)),
    ("wallet_entries", tenant(None)),
    ("invoices", tenant(None)),
    ("invoice_lines", tenant(None)),
    ("invoice_series", Rule::Company),
    ("credit_notes", tenant(None)),
    ("credit_note_lines", tenant(None)),
    ("payments", tenant(None)),
    ("disputes", tenant(None)),
    ("dispute_items", tenant(None)),
    ("notes", tenant(None)),
    ("invoice_runs", Rule::Company),
    ("invoice_run_errors", Rule::Company),
];

/// The rule of a table.
pub(crate) fn rule(table: &str) -> Result<Rule> {
    let found = RULES.iter().find(|(name, _)| *name == table).map(|(_, rule)| *rule);
    found.ok_or_else(|| StoreError::Refused(format!("nobody has said how the table {table} goes into a snapshot")))
}

/// What stands in a column of a file of some tenants instead of what is in the ledger; none where that goes in as it is. An
/// imported file has rows of whom it likes: its name, length, hashes and counts are not of these tenants alone.
pub(crate) fn instead(table: &str, column: &str, scope: &Scope, engine: Engine) -> Option<&'static str> {
    if table != "imports" || scope.tenants.is_none() {
        return None;
    }
    match column {
        "file_name" => Some("cast('' as text)"),
        "file_hash" | "identity" => Some(match engine {
            Engine::Postgres => "decode(repeat('00', 32), 'hex')",
            Engine::Sqlite => "zeroblob(32)",
        }),
        "accepted" => Some(
            "(select cast(coalesce(sum(r.events), 0) as bigint) from import_ranges r \
              where r.import_id = imports.import_id and r.tenant_id {tenants})",
        ),
        "file_bytes" | "rows_read" | "duplicates" | "conflicts" | "quarantined" | "refused" => {
            Some("cast(0 as bigint)")
        }
        _ => None,
    }
}

/// The condition of a table's rows: empty for all, none when no row goes in.
pub(crate) fn condition(rule: Rule, scope: &Scope) -> Option<String> {
    let of_tenants = |tenants: &str| scope.tenants.as_ref().map(|_| tenants.to_owned());
    let all = |parts: Vec<Option<String>>| parts.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    match rule {
        Rule::Own => None,
        Rule::Whole => Some(String::new()),
        Rule::Company => scope.tenants.is_none().then(String::new),
        Rule::CompanyCache => scope.is_all().then(String::new),
        Rule::Cache(tenants) => scope.days.is_none().then(|| all(vec![of_tenants(tenants)])),
        Rule::Tenant(tenants, days) => {
            let of_days = scope.days.and(days).map(str::to_owned);
            Some(all(vec![of_tenants(tenants), of_days]))
        }
    }
}
