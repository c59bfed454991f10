//! Level meters never go below 0. Their totals are locked before the ledger, in key order, so that all writers of a
//! tenant's level queue there and each sees the true total.

use super::{Outcome, Staged, contended, known};
use crate::codec::{Id, json_ids};
use crate::conn::{Write, insert_rows, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{MeterId, TenantId};
use billing::meter::Aggregation;
use std::collections::{BTreeMap, HashSet};

statements! {
    LOCK_TOTALS = pair(
        "select tenant_id, meter_id, quantity, billable from level_totals
          where tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))
          order by tenant_id, meter_id for no key update",
        "select tenant_id, meter_id, quantity, billable from level_totals
          where tenant_id in (select unhex(value) from json_each($1))"
    );
}

/// Takes out of `staged` what would take a level below 0, in the order in which the events were sent: that order does
/// not depend on how a file is cut into batches.
pub(crate) async fn hold_back<'a>(
    write: &mut Write,
    staged: &mut Vec<Staged<'a>>,
) -> Result<Vec<(Staged<'a>, Outcome)>> {
    let is_level = |event: &Staged<'_>| event.meter.aggregation == Aggregation::Level;
    let mut totals: BTreeMap<(TenantId, MeterId), (i64, i64)> = BTreeMap::new();
    for event in staged.iter().filter(|event| is_level(event)) {
        totals.insert((event.event.usage.key.tenant, event.meter.id), (0, 0));
    }
    if totals.is_empty() {
        return Ok(Vec::new());
    }
    let new: Vec<(TenantId, MeterId)> = totals.keys().copied().collect();
    insert_rows!(
        write,
        "insert into level_totals (tenant_id, meter_id, quantity, billable)",
        4,
        new,
        |row| [Id(row.0), Id(row.1), 0_i64, 0_i64],
        " on conflict (tenant_id, meter_id) do nothing"
    );
    let tenants: std::collections::BTreeSet<TenantId> = new.iter().map(|(tenant, _)| *tenant).collect();
    for (tenant, meter, quantity, billable) in
        rows!(write, (Id<TenantId>, Id<MeterId>, i64, i64), LOCK_TOTALS, json_ids(tenants))?
    {
        if let Some(total) = totals.get_mut(&(tenant.0, meter.0)) {
            *total = (quantity, billable);
        }
    }
    let keys: Vec<_> = staged.iter().filter(|event| is_level(event)).map(|event| &event.event.usage.key).collect();
    let known = known(write, &keys).await?;

    let mut in_order: Vec<usize> = (0..staged.len()).filter(|position| is_level(&staged[*position])).collect();
    in_order.sort_unstable_by_key(|position| staged[*position].index);
    let mut below = HashSet::new();
    for position in in_order {
        let event = &staged[position];
        // What is in the ledger is in the total already. The caller finds it there and says so.
        if known.contains_key(&event.event.usage.key) {
            below.insert(event.index);
            continue;
        }
        let Some(total) = totals.get_mut(&(event.event.usage.key.tenant, event.meter.id)) else { continue };
        let moved = event.event.assignment.contribution;
        let billable = if event.event.assignment.billable { moved } else { 0 };
        let overflow = || StoreError::Overflow(format!("the level of meter {}", event.meter.code));
        let after =
            (total.0.checked_add(moved).ok_or_else(overflow)?, total.1.checked_add(billable).ok_or_else(overflow)?);
        if after.0 < 0 || after.1 < 0 {
            below.insert(event.index);
        } else {
            *total = after;
        }
    }
    let (held, kept) = staged.drain(..).partition(|event| below.contains(&event.index));
    *staged = kept;
    let held: Vec<Staged<'a>> = held;
    Ok(held.into_iter().map(|event| (event, Outcome::BelowZero)).collect())
}

/// A level event that the ledger refused was counted on above: another transaction took its key in between, and this
/// one runs again. (Under the lock only the same key on another meter can do this.)
pub(crate) fn check_refused(write: &mut Write, staged: &[Staged<'_>], refused: &[usize]) -> Result<()> {
    let level = |position: &usize| staged[*position].meter.aggregation == Aggregation::Level;
    if refused.iter().any(level) { Err(contended(write)) } else { Ok(()) }
}
