//! What an invoice rests on, row by row: the events behind a line, and the audit records about its documents.
//!
//! Not pages for screens: those are in the looks.

use crate::audit::AuditRecord;
use crate::codec::{At, Id, id};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::events::{EventRecord, EventRow, event_columns};
use crate::sql::{Sql, statements};
use billing::ids::{AuditId, MeterId, PeriodId, TenantId};
use billing::time::{Day, Timestamp};

/// Events of a meter in a period, free ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The period in which they happened.
    pub period: PeriodId,
    /// The period in which they are billed.
    pub billed: PeriodId,
    /// No event is of an earlier local day than this,
    pub from: Day,
    /// and none of a later one than this. Both only bound what is read.
    pub to: Day,
}

statements! {
    BEHIND = sql(Sql::same(concat!("select ", event_columns!(), " from usage_events e
        where e.tenant_id = $1 and e.meter_id = $2 and e.occurred_at >= $3 and e.occurred_at < $4
          and e.period_id = $5 and e.billed_period_id = $6
        order by e.occurred_at, e.source, e.event_key limit $7")));
    AUDIT = "select audit_id, at, actor, action, tenant_id, subject, before, after, reason from audit_log
        where tenant_id = $1 and subject = $2 order by at, audit_id limit $3";
    DECIDED = "select subject, at from audit_log where action = $1 order by at, audit_id";
}

/// What an action was done to, and when, the oldest first.
///
/// # Errors
/// What the database gave.
pub async fn decided(read: &mut Read, action: &str) -> Result<Vec<(String, Timestamp)>> {
    let found = rows!(read, (String, At), DECIDED, action)?;
    Ok(found.into_iter().map(|(subject, at)| (subject, at.0)).collect())
}

/// A local day lies within a day of the same name in UTC on either side, whatever the zone.
const AROUND_DAYS: i64 = 2;

/// These events in order of time, at most `limit`.
///
/// # Errors
/// What the database gave.
pub async fn behind(read: &mut Read, line: Behind, limit: u32) -> Result<Vec<EventRecord>> {
    let Behind { tenant, meter, period, billed, from, to } = line;
    let (first, end) = (around(from, -AROUND_DAYS)?, around(to, AROUND_DAYS)?);
    let found = rows!(
        read,
        EventRow,
        BEHIND,
        Id(tenant),
        Id(meter),
        At(first),
        At(end),
        Id(period),
        Id(billed),
        i64::from(limit)
    )?;
    found.into_iter().map(EventRecord::try_from).collect()
}

fn around(day: Day, days: i64) -> Result<Timestamp> {
    let day = day.plus_days(days).map_err(StoreError::corrupt)?;
    day.start(billing::time::Zone::UTC).map_err(StoreError::corrupt)
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    audit_id: Id<AuditId>,
    at: At,
    actor: String,
    action: String,
    tenant_id: Option<Id<TenantId>>,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    reason: String,
}

/// The audit records of a tenant about one thing, an id as text, the oldest first, at most `limit`.
///
/// # Errors
/// What the database gave.
pub async fn audit(read: &mut Read, tenant: TenantId, subject: &str, limit: u32) -> Result<Vec<AuditRecord>> {
    let found = rows!(read, AuditRow, AUDIT, Id(tenant), subject, i64::from(limit))?;
    let record = |row: AuditRow| AuditRecord {
        id: row.audit_id.0,
        at: row.at.0,
        actor: row.actor,
        action: row.action,
        tenant: id(row.tenant_id),
        subject: row.subject,
        before: row.before,
        after: row.after,
        reason: row.reason,
    };
    Ok(found.into_iter().map(record).collect())
}
