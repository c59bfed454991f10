//! Periods that are to be billed: over, and without a final invoice.
//!
//! Those of a subscription that had ended before they began are not, unless something late is billed in them.

use super::{PeriodOf, periods_json};
use crate::codec::{At, Id, Word, json_ids};
use crate::conn::{Read, Write, execute, row, rows};
use crate::error::Result;
use crate::sql::{Sql, statements};
use billing::ids::{PeriodId, SubscriptionId, TenantId};
use billing::period::PeriodStatus;
use billing::time::Timestamp;
use std::collections::{BTreeSet, HashMap};

/// A period that is to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DuePeriod {
    /// When it ended.
    pub ends_at: Timestamp,
    /// The tenant.
    pub tenant: TenantId,
    /// The period.
    pub period: PeriodId,
    /// The subscription.
    pub subscription: SubscriptionId,
}

macro_rules! due {
    ($tenants:literal) => {
        concat!(
            "select p.ends_at, p.tenant_id, p.period_id, p.subscription_id from billing_periods p
               join subscriptions s on s.tenant_id = p.tenant_id and s.subscription_id = p.subscription_id
              where p.status <> 'finalized' and p.ends_at <= $2 ",
            $tenants,
            " and (s.ended_at is null or s.ended_at > p.starts_at
                   or exists (select 1 from period_counters c where c.tenant_id = p.tenant_id and c.period_id = p.period_id)
                   or exists (select 1 from invoices d where d.tenant_id = p.tenant_id and d.subscription_id = p.subscription_id and d.period_id = p.period_id and d.status in ('draft', 'approved')))
             union all
             select p.ends_at, p.tenant_id, p.period_id, p.subscription_id from invoices i
               join billing_periods p on p.tenant_id = i.tenant_id and p.period_id = i.period_id
              where i.number is null and i.status in ('draft', 'approved') and p.status = 'finalized' and p.ends_at <= $2 ",
            $tenants,
            " order by 1, 2, 3"
        )
    };
}

statements! {
    OF_ALL = sql(Sql::same(due!("and cast($1 as text) is not null")));
    OF_TENANTS = sql(Sql::pair(
        due!("and p.tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))"),
        due!("and p.tenant_id in (select unhex(value) from json_each($1))"),
    ));
    // Ingest takes `for key share` of tenants and does not wait for this; who corrects or changes what holds does.
    LOCK_TENANTS = pair(
        "select tenant_id from tenants where tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))
          order by tenant_id for no key update",
        "select tenant_id from tenants where tenant_id in (select unhex(value) from json_each($1))"
    );
    // A foreign key that was first checked against an empty table is checked by reading it whole as long as the connection
    // lives, however many rows a run has put there since.
    BY_KEYS = pair("select set_config('enable_seqscan', 'off', true)", "select 'off'");
    LOCK_PERIODS = sql(Sql::pair(
        "select p.tenant_id, p.period_id, p.status from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, p uuid)
          cross join lateral (select tenant_id, period_id, status from billing_periods
                where tenant_id = w.t and period_id = w.p for update) p",
        "select p.tenant_id, p.period_id, p.status from json_each($1) w cross join billing_periods p
             on p.tenant_id = unhex(w.value->>'t') and p.period_id = unhex(w.value->>'p')",
    ));
    SET_STATUS = sql(Sql::pair(
        "update billing_periods p set status = $2 from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, p uuid)
          where p.tenant_id = w.t and p.period_id = w.p and p.status <> $2 and p.status <> 'finalized'",
        "update billing_periods as p set status = $2 from json_each($1) w
          where p.tenant_id = unhex(w.value->>'t') and p.period_id = unhex(w.value->>'p') and p.status <> $2 and p.status <> 'finalized'",
    ));
    CLOSING = "select p.ends_at, p.tenant_id, p.period_id, p.subscription_id from billing_periods p
        where p.status = 'open' and p.ends_at <= $1 order by 1, 2, 3";
}

type DueRow = (At, Id<TenantId>, Id<PeriodId>, Id<SubscriptionId>);

fn due((ends_at, tenant, period, subscription): DueRow) -> DuePeriod {
    DuePeriod { ends_at: ends_at.0, tenant: tenant.0, period: period.0, subscription: subscription.0 }
}

/// Periods that ended by an instant and have no final invoice, in order of their end, tenant and id. None of `tenants` is
/// all of them.
///
/// # Errors
/// What the database gave.
pub async fn due_periods(read: &mut Read, until: Timestamp, tenants: &[TenantId]) -> Result<Vec<DuePeriod>> {
    let list = json_ids(tenants.iter().copied());
    let sql = if tenants.is_empty() { OF_ALL } else { OF_TENANTS };
    Ok(rows!(read, DueRow, sql, list.as_str(), At(until))?.into_iter().map(due).collect())
}

/// Open periods that ended by an instant, in order of their end, tenant and id.
///
/// # Errors
/// What the database gave.
pub async fn open_periods(read: &mut Read, until: Timestamp) -> Result<Vec<DuePeriod>> {
    Ok(rows!(read, DueRow, CLOSING, At(until))?.into_iter().map(due).collect())
}

/// Locks tenants and periods of theirs until the transaction ends, which looks rows up by their keys from here on; and tells where the periods stand: what holds for the
/// tenants stays, and ingest that runs into the periods is waited for.
///
/// # Errors
/// What the database gave.
pub async fn lock(write: &mut Write, periods: &[PeriodOf]) -> Result<HashMap<PeriodOf, PeriodStatus>> {
    let tenants: BTreeSet<TenantId> = periods.iter().map(|(tenant, _)| *tenant).collect();
    row!(write, (String,), BY_KEYS)?;
    rows!(write, (Id<TenantId>,), LOCK_TENANTS, json_ids(tenants))?;
    let in_order: BTreeSet<PeriodOf> = periods.iter().copied().collect();
    let list = periods_json(&in_order.into_iter().collect::<Vec<_>>())?;
    let found = rows!(write, (Id<TenantId>, Id<PeriodId>, Word<PeriodStatus>), LOCK_PERIODS, list.as_str())?;
    Ok(found.into_iter().map(|(tenant, period, status)| ((tenant.0, period.0), status.0)).collect())
}

/// Moves periods on; final ones stay so. [`lock`] them first. Gives how many changed.
///
/// # Errors
/// What the database gave.
pub async fn set_status(write: &mut Write, periods: &[PeriodOf], status: PeriodStatus) -> Result<u64> {
    let list = periods_json(periods)?;
    execute!(write, SET_STATUS, list.as_str(), Word(status))
}
