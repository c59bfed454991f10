//! What an event needs to know of the ledger before it is resolved: the event that it corrects, and where levels stand.
//!
//! Reads only; the transaction that appends checks again.

use super::known::json_keys;
use crate::codec::{At, Id, OnDay, id, json_ids};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::event::{Assignment, EventKey};
use billing::ids::{EntitlementId, MeterId, PeriodId, PlanVersionId, TenantId};
use billing::timeline::Parent;
use std::collections::HashMap;

/// Keys per statement.
const KEYS_AT_ONCE: usize = 5_000;

statements! {
    PARENTS = pair(
        "select e.tenant_id, e.source, e.event_key, e.meter_id, e.occurred_at, e.day, e.period_id, e.billed_period_id,
                e.entitlement_id, e.plan_version_id, e.billable, e.billable_reason,
                cast(e.contribution + coalesce((select sum(c.contribution) from usage_events c
                    where c.tenant_id = e.tenant_id and c.source = e.source and c.parent_key = e.event_key
                      and c.classification = 'correction'), 0) as bigint) as contribution
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, s text, k text)
           join usage_events e on e.tenant_id = w.t and e.source = w.s and e.event_key = w.k
          where e.classification <> 'correction'",
        "select e.tenant_id, e.source, e.event_key, e.meter_id, e.occurred_at, e.day, e.period_id, e.billed_period_id,
                e.entitlement_id, e.plan_version_id, e.billable, e.billable_reason,
                cast(e.contribution + coalesce((select sum(c.contribution) from usage_events c
                    where c.tenant_id = e.tenant_id and c.source = e.source and c.parent_key = e.event_key
                      and c.classification = 'correction'), 0) as bigint) as contribution
           from json_each($1) w cross join usage_events e
             on e.tenant_id = unhex(w.value->>'t') and e.source = w.value->>'s' and e.event_key = w.value->>'k'
          where e.classification <> 'correction'"
    );
    LEVEL_TOTALS = in_ids("select tenant_id, meter_id, quantity, billable from level_totals where tenant_id ", "");
}

#[derive(sqlx::FromRow)]
struct ParentRow {
    tenant_id: Id<TenantId>,
    source: String,
    event_key: String,
    meter_id: Id<MeterId>,
    occurred_at: At,
    day: OnDay,
    period_id: Option<Id<PeriodId>>,
    billed_period_id: Option<Id<PeriodId>>,
    entitlement_id: Option<Id<EntitlementId>>,
    plan_version_id: Option<Id<PlanVersionId>>,
    contribution: i64,
    billable: bool,
    billable_reason: String,
}

/// Those of these events that are in the ledger and are no corrections themselves, as a correction needs them: their
/// contribution is what earlier corrections have left of it.
///
/// # Errors
/// What the database gave.
pub async fn parents(read: &mut Read, keys: &[&EventKey]) -> Result<HashMap<EventKey, Parent>> {
    let mut found = HashMap::new();
    for chunk in keys.chunks(KEYS_AT_ONCE) {
        let list = json_keys(chunk.iter().copied())?;
        for row in rows!(read, ParentRow, PARENTS, list.as_str())? {
            let assignment = Assignment {
                day: row.day.0,
                period: id(row.period_id),
                billed_period: id(row.billed_period_id),
                entitlement: id(row.entitlement_id),
                plan_version: id(row.plan_version_id),
                contribution: row.contribution,
                billable: row.billable,
                billable_reason: row.billable_reason,
            };
            let parent = Parent { meter: row.meter_id.0, occurred_at: row.occurred_at.0, assignment };
            found.insert(EventKey { tenant: row.tenant_id.0, source: row.source, key: row.event_key }, parent);
        }
    }
    Ok(found)
}

/// A tenant's running total of one level meter: all, and billable only.
pub type LevelTotals = HashMap<(TenantId, MeterId), (i64, i64)>;

/// Where the levels of tenants stand.
///
/// # Errors
/// What the database gave.
pub async fn level_totals(read: &mut Read, tenants: &[TenantId]) -> Result<LevelTotals> {
    let list = json_ids(tenants.iter().copied());
    let found = rows!(read, (Id<TenantId>, Id<MeterId>, i64, i64), LEVEL_TOTALS, list.as_str())?;
    Ok(found.into_iter().map(|(tenant, meter, all, billable)| ((tenant.0, meter.0), (all, billable))).collect())
}
