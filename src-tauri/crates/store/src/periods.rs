//! Stored billing periods: half-open intervals that Rust computed once.

use crate::codec::{At, Id, OnDay, Word, json_ids};
use crate::conn::{Read, Write, execute, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{PeriodId, SubscriptionId, TenantId};
use billing::period::{Period, PeriodSpan, PeriodStatus};
use billing::time::{Interval, Timestamp};
use std::collections::{BTreeSet, HashSet};

/// A period as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// The period.
    pub period: Period,
}

statements! {
    OF_TENANTS = in_ids("select tenant_id, period_id, subscription_id, seq, first_day, end_day, starts_at, ends_at, status from billing_periods where tenant_id ", " order by tenant_id, subscription_id, seq");
    NUMBERS = in_ids("select subscription_id, seq from billing_periods where tenant_id ", "");
    LOCK = pair(
        "select status from billing_periods where tenant_id = $1 and period_id = $2 for update",
        "select status from billing_periods where tenant_id = $1 and period_id = $2"
    );
    SET_STATUS = "update billing_periods set status = $3 where tenant_id = $1 and period_id = $2";
    TO_EXTEND = "select distinct s.tenant_id from subscriptions s
        where (s.ended_at is null or s.ended_at > $1) and (s.tenant_id > $2 or $2 is null)
          and not exists (select 1 from billing_periods p
             where p.tenant_id = s.tenant_id and p.subscription_id = s.subscription_id and p.starts_at > $1)
        order by s.tenant_id limit $3";
}

#[derive(sqlx::FromRow)]
struct PeriodRow {
    tenant_id: Id<TenantId>,
    period_id: Id<PeriodId>,
    subscription_id: Id<SubscriptionId>,
    seq: i64,
    first_day: OnDay,
    end_day: OnDay,
    starts_at: At,
    ends_at: At,
    status: Word<PeriodStatus>,
}

/// Adds periods; those that another writer made meanwhile (same subscription and number) are left alone. Gives how
/// many were added. Load the timeline again afterwards: the ids in the database are the ones that count.
///
/// # Errors
/// What the database gave.
pub async fn insert(write: &mut Write, periods: &[PeriodRecord]) -> Result<u64> {
    let tenants: BTreeSet<TenantId> = periods.iter().map(|record| record.tenant).collect();
    let there = rows!(write, (Id<SubscriptionId>, i64), NUMBERS, json_ids(tenants))?;
    let mut there: HashSet<(SubscriptionId, i64)> = there.into_iter().map(|(id, seq)| (id.0, seq)).collect();
    // PostgreSQL has other writers, so it is asked again by the insert; on SQLite a trigger refuses what is there.
    let periods: Vec<PeriodRecord> = periods
        .iter()
        .filter(|record| there.insert((record.period.subscription, record.period.seq)))
        .copied()
        .collect();
    let added = insert_rows!(
        write,
        "insert into billing_periods (tenant_id, period_id, subscription_id, seq, first_day, end_day, starts_at, ends_at, status)",
        9,
        periods,
        |row| [
            Id(row.tenant),
            Id(row.period.id),
            Id(row.period.subscription),
            row.period.seq,
            OnDay(row.period.span.first_day),
            OnDay(row.period.span.end_day),
            At(row.period.span.interval.start),
            At(row.period.span.interval.end),
            Word(row.period.status),
        ],
        " on conflict (tenant_id, subscription_id, seq) do nothing"
    );
    Ok(added)
}

/// The periods of tenants, by subscription and number.
///
/// # Errors
/// What the database gave.
pub async fn of_tenants(read: &mut Read, tenants: &[TenantId]) -> Result<Vec<PeriodRecord>> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, PeriodRow, OF_TENANTS, list.as_str())?;
    let record = |row: PeriodRow| PeriodRecord {
        tenant: row.tenant_id.0,
        period: Period {
            id: row.period_id.0,
            subscription: row.subscription_id.0,
            seq: row.seq,
            span: PeriodSpan {
                first_day: row.first_day.0,
                end_day: row.end_day.0,
                interval: Interval { start: row.starts_at.0, end: row.ends_at.0 },
            },
            status: row.status.0,
        },
    };
    Ok(found.into_iter().map(record).collect())
}

/// Closes or finalizes a period. Ingest that is running into it is waited for; later ingest finds it closed.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::AppendOnly`] for a finalized one.
pub async fn set_status(write: &mut Write, tenant: TenantId, period: PeriodId, status: PeriodStatus) -> Result<()> {
    // A bare update would not wait for ingest, which holds `for key share`.
    if rows!(write, (Word<PeriodStatus>,), LOCK, Id(tenant), Id(period))?.is_empty() {
        return Err(StoreError::NotFound(format!("period {period}")));
    }
    execute!(write, SET_STATUS, Id(tenant), Id(period), Word(status))?;
    Ok(())
}

/// Tenants, after one of them, with a running subscription whose next period is not stored yet.
///
/// # Errors
/// What the database gave.
pub async fn tenants_to_extend(
    read: &mut Read,
    now: Timestamp,
    after: Option<TenantId>,
    limit: u32,
) -> Result<Vec<TenantId>> {
    let found = rows!(read, (Id<TenantId>,), TO_EXTEND, At(now), after.map(Id), i64::from(limit))?;
    Ok(found.into_iter().map(|(id,)| id.0).collect())
}
