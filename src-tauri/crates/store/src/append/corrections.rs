//! A correction takes back no more than is left of the event that it corrects (rules, sections 2.3 and 2.9).
//!
//! The tenant's row is locked first, as by everybody who decides by a sum and then writes: of two corrections at once the
//! second sees the first. Ingest without corrections neither takes nor waits for it. What would take too much comes back
//! as stale: resolved again, with what is left by then, it is told why.

use super::{Outcome, Staged, contended, known, parents};
use crate::codec::{Id, json_ids};
use crate::conn::{Write, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::contribution::{is_limited, takes_too_much};
use billing::event::{Classification, EventKey};
use billing::ids::TenantId;
use std::collections::{BTreeSet, HashMap, HashSet};

statements! {
    LOCK = pair(
        "select tenant_id from tenants
          where tenant_id = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))
          order by tenant_id for no key update",
        "select tenant_id from tenants where tenant_id in (select unhex(value) from json_each($1))"
    );
}

/// What was held back, and on what the rest depends.
#[derive(Default)]
pub(crate) struct Judged<'a> {
    pub held: Vec<(Staged<'a>, Outcome)>,
    /// Parents that are in this batch: when the ledger refuses one, its corrections were judged by the wrong event.
    in_batch: HashSet<EventKey>,
}

fn is_correction(event: &Staged<'_>) -> bool {
    event.event.usage.classification == Classification::Correction && is_limited(&event.meter)
}

fn parent_of(event: &Staged<'_>) -> EventKey {
    let usage = &event.event.usage;
    EventKey { key: usage.parent.clone().unwrap_or_default(), ..usage.key.clone() }
}

/// Locks the tenants whose events are corrected, in order, before anything else of theirs.
pub(crate) async fn lock(write: &mut Write, staged: &[Staged<'_>]) -> Result<()> {
    let corrected = staged.iter().filter(|event| is_correction(event)).map(|event| event.event.usage.key.tenant);
    let tenants: BTreeSet<TenantId> = corrected.collect();
    if !tenants.is_empty() {
        rows!(write, (Id<TenantId>,), LOCK, json_ids(tenants))?;
    }
    Ok(())
}

/// Takes out of `staged` the corrections that take back too much, in the order in which the events were sent, and those
/// whose parent is neither in the ledger nor in the batch.
pub(crate) async fn hold_back<'a>(write: &mut Write, staged: &mut Vec<Staged<'a>>) -> Result<Judged<'a>> {
    let mut in_order: Vec<usize> = (0..staged.len()).filter(|position| is_correction(&staged[*position])).collect();
    if in_order.is_empty() {
        return Ok(Judged::default());
    }
    in_order.sort_unstable_by_key(|position| staged[*position].index);
    let own: Vec<&EventKey> = in_order.iter().map(|position| &staged[*position].event.usage.key).collect();
    let there = known(write, &own).await?;
    let wanted: HashSet<EventKey> = in_order.iter().map(|position| parent_of(&staged[*position])).collect();
    let stored = parents(write, &wanted.iter().collect::<Vec<_>>()).await?;
    let mut left: HashMap<EventKey, i64> =
        stored.into_iter().map(|(key, parent)| (key, parent.assignment.contribution)).collect();
    let mut in_batch = HashSet::new();
    for event in staged.iter() {
        let usage = &event.event.usage;
        let is_parent = usage.classification != Classification::Correction && wanted.contains(&usage.key);
        if is_parent && !left.contains_key(&usage.key) {
            left.insert(usage.key.clone(), event.event.assignment.contribution);
            in_batch.insert(usage.key.clone());
        }
    }
    let mut refused = HashSet::new();
    for position in in_order {
        let event = &staged[position];
        let taken = event.event.assignment.contribution;
        let left = left.get_mut(&parent_of(event));
        // One that is in the ledger is in the sum already. The caller finds it there and says so.
        match left.filter(|_| !there.contains_key(&event.event.usage.key)) {
            Some(left) if !takes_too_much(*left, taken, &event.meter) => {
                let overflow = || StoreError::Overflow("what is left of an event".to_owned());
                *left = left.checked_add(taken).ok_or_else(overflow)?;
            }
            _ => {
                refused.insert(event.index);
            }
        }
    }
    let (held, kept): (Vec<Staged<'a>>, _) = staged.drain(..).partition(|event| refused.contains(&event.index));
    *staged = kept;
    Ok(Judged { held: held.into_iter().map(|event| (event, Outcome::Stale)).collect(), in_batch })
}

impl Judged<'_> {
    /// Another transaction took the key of a parent in between: this one runs again.
    pub(crate) fn check_refused(&self, write: &mut Write, staged: &[Staged<'_>], refused: &[usize]) -> Result<()> {
        let is_parent = |position: &usize| self.in_batch.contains(&staged[*position].event.usage.key);
        if refused.iter().any(is_parent) { Err(contended(write)) } else { Ok(()) }
    }
}
