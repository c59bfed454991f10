//! Everything billable that happened in a period, whoever bills it: with its own invoice, late on a later one, or nobody,
//! because a credit note has settled it.

use crate::codec::{At, Id, OnDay, Word, id};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::event::Classification;
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::invoice::recount::Counted;
use billing::time::Interval;

statements! {
    WHOLE = "select source, event_key, parent_key, classification, day, plan_version_id, contribution from usage_events
        where tenant_id = $1 and meter_id = $2 and period_id = $3 and occurred_at >= $4 and occurred_at < $5 and billable
        order by occurred_at, source, event_key";
}

/// The billable events of a meter that happened in a period, by time, source and key.
///
/// # Errors
/// What the database gave.
pub async fn whole(
    read: &mut Read,
    tenant: TenantId,
    meter: MeterId,
    period: PeriodId,
    interval: Interval,
) -> Result<Vec<Counted>> {
    type Row = (String, String, Option<String>, Word<Classification>, OnDay, Option<Id<PlanVersionId>>, i64);
    let found = rows!(read, Row, WHOLE, Id(tenant), Id(meter), Id(period), At(interval.start), At(interval.end))?;
    let counted = |(source, key, parent, classification, day, plan_version, contribution): Row| Counted {
        source,
        key,
        parent,
        classification: classification.0,
        day: day.0,
        plan_version: id(plan_version),
        contribution,
    };
    Ok(found.into_iter().map(counted).collect())
}
