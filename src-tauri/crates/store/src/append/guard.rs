//! What must still hold when an event is inserted: its billed period is there and open, and its tenant's timeline is
//! the one that it was resolved with.
//!
//! The periods are locked `for key share` first and looked at in a later statement, which sees whatever a closing or
//! a change of plan committed while this waited. Those take `for update`.

use super::{Outcome, Staged};
use crate::codec::{Id, Word, json_ids};
use crate::conn::{Write, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::target::Engine;
use billing::ids::{PeriodId, TenantId};
use billing::period::PeriodStatus;
use std::collections::{BTreeSet, HashMap};

statements! {
    // One after the other in the order of the list, and a look-up for each: a join would read all periods for one event.
    LOCK_PERIODS = pair(
        "select p.tenant_id, p.period_id, p.status
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, p uuid)
          cross join lateral (select tenant_id, period_id, status from billing_periods
                where tenant_id = w.t and period_id = w.p for key share) p",
        "select p.tenant_id, p.period_id, p.status
           from json_each($1) w cross join billing_periods p
             on p.tenant_id = unhex(w.value->>'t') and p.period_id = unhex(w.value->>'p')"
    );
    LOCK_TENANTS = pair(
        "select tenant_id from tenants
          where tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))
          order by tenant_id for key share",
        "select tenant_id from tenants where tenant_id in (select unhex(value) from json_each($1))"
    );
    VERSIONS = in_ids("select tenant_id, timeline_version from tenants where tenant_id ", "");
}

#[derive(serde::Serialize)]
struct Wanted {
    t: String,
    p: String,
}

/// Takes out of `staged` what may not go in, with why. Tenants without a period (a backfill before any subscription)
/// are locked themselves.
pub(crate) async fn hold_back<'a>(
    write: &mut Write,
    staged: &mut Vec<Staged<'a>>,
) -> Result<Vec<(Staged<'a>, Outcome)>> {
    let mut periods = BTreeSet::new();
    let mut tenants = BTreeSet::new();
    let mut bare = BTreeSet::new();
    for event in staged.iter() {
        let tenant = event.event.usage.key.tenant;
        tenants.insert(tenant);
        match event.event.assignment.billed_period {
            Some(period) => periods.insert((tenant, period)),
            None => bare.insert(tenant),
        };
    }
    let statuses = lock_periods(write, &periods).await?;
    if !bare.is_empty() && write.engine() == Engine::Postgres {
        rows!(write, (Id<TenantId>,), LOCK_TENANTS, json_ids(bare.iter().copied()))?;
    }
    let list = json_ids(tenants);
    let versions = rows!(write, (Id<TenantId>, i64), VERSIONS, list.as_str())?;
    let versions: HashMap<TenantId, i64> = versions.into_iter().map(|(tenant, version)| (tenant.0, version)).collect();

    let verdict = |event: &Staged<'_>| {
        let tenant = event.event.usage.key.tenant;
        if versions.get(&tenant) != Some(&event.event.timeline_version) {
            return Some(Outcome::Stale);
        }
        let period = event.event.assignment.billed_period?;
        match statuses.get(&(tenant, period)) {
            None => Some(Outcome::PeriodMissing),
            Some(PeriodStatus::Open) => None,
            Some(PeriodStatus::Closed | PeriodStatus::Finalized) => Some(Outcome::PeriodClosed),
        }
    };
    let mut held = Vec::new();
    let mut kept = Vec::with_capacity(staged.len());
    for event in staged.drain(..) {
        match verdict(&event) {
            None => kept.push(event),
            Some(outcome) => held.push((event, outcome)),
        }
    }
    *staged = kept;
    Ok(held)
}

async fn lock_periods(
    write: &mut Write,
    periods: &BTreeSet<(TenantId, PeriodId)>,
) -> Result<HashMap<(TenantId, PeriodId), PeriodStatus>> {
    if periods.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<Wanted> = periods
        .iter()
        .map(|(tenant, period)| Wanted { t: tenant.uuid().simple().to_string(), p: period.uuid().simple().to_string() })
        .collect();
    let list = serde_json::to_string(&wanted).map_err(StoreError::corrupt)?;
    let found = rows!(write, (Id<TenantId>, Id<PeriodId>, Word<PeriodStatus>), LOCK_PERIODS, list.as_str())?;
    Ok(found.into_iter().map(|(tenant, period, status)| ((tenant.0, period.0), status.0)).collect())
}
