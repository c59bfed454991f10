//! What an entitlement gives of a meter, and other things that never change once written: read once and kept.

use crate::codec::Id;
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::plans;
use crate::sql::statements;
use billing::ids::{EntitlementId, MeterId, PlanVersionId, TenantId};
use billing::level::Limits;
use billing::meter::Meter;
use billing::plan::{OverrideInForce, PlanVersion};
use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Entitlements that are kept; beyond it they are read anew.
const MOST: usize = 100_000;

/// What is kept of an entitlement.
#[derive(Debug)]
pub(crate) struct Kept {
    plan_version: PlanVersionId,
    overrides: Vec<OverrideInForce>,
}

/// Meters, plan versions and entitlements that were read before. None of them is ever edited, and ids are never given
/// twice, so an entry is right for ever.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    /// What callers keep from one look to the next, one of each type.
    pub(crate) shelf: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    pub(crate) meters: Mutex<HashMap<MeterId, Arc<Meter>>>,
    versions: Mutex<Arc<HashMap<PlanVersionId, PlanVersion>>>,
    entitlements: Mutex<HashMap<EntitlementId, Arc<Kept>>>,
}

statements! {
    ENTITLEMENTS = pair(
        "select e.entitlement_id, e.plan_version_id, e.overrides
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, e uuid)
           join entitlements e on e.tenant_id = w.t and e.entitlement_id = w.e",
        "select e.entitlement_id, e.plan_version_id, e.overrides
           from json_each($1) w cross join entitlements e
             on e.tenant_id = unhex(w.value->>'t') and e.entitlement_id = unhex(w.value->>'e')"
    );
}

#[derive(serde::Serialize)]
struct Wanted {
    t: String,
    e: String,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The plan versions, read again when `needed` is not among those that are kept.
pub(crate) async fn versions(
    read: &mut Read,
    needed: &BTreeSet<PlanVersionId>,
) -> Result<Arc<HashMap<PlanVersionId, PlanVersion>>> {
    let kept = Arc::clone(&locked(&read.caches.versions));
    if needed.iter().all(|version| kept.contains_key(version)) {
        return Ok(kept);
    }
    let all = Arc::new(plans::all_versions(read).await?);
    *locked(&read.caches.versions) = Arc::clone(&all);
    Ok(all)
}

/// What entitlements give of meters. An entitlement that is not there gives an error.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn effective(
    read: &mut Read,
    wanted: &[(TenantId, EntitlementId, MeterId)],
) -> Result<HashMap<(EntitlementId, MeterId), Limits>> {
    let mut entitlements = HashMap::new();
    let mut missing = BTreeSet::new();
    {
        let kept = locked(&read.caches.entitlements);
        for (tenant, entitlement, _) in wanted {
            match kept.get(entitlement) {
                Some(found) => {
                    entitlements.insert(*entitlement, Arc::clone(found));
                }
                None => {
                    missing.insert((*tenant, *entitlement));
                }
            }
        }
    }
    if !missing.is_empty() {
        for (id, kept) in load(read, missing).await? {
            entitlements.insert(id, kept);
        }
    }
    let needed: BTreeSet<PlanVersionId> = entitlements.values().map(|kept| kept.plan_version).collect();
    let versions = versions(read, &needed).await?;
    let mut limits = HashMap::with_capacity(wanted.len());
    for (_, entitlement, meter) in wanted {
        let missing = || StoreError::NotFound(format!("entitlement {entitlement}"));
        let kept = entitlements.get(entitlement).ok_or_else(missing)?;
        let version = versions.get(&kept.plan_version).ok_or_else(missing)?;
        limits.insert((*entitlement, *meter), version.limits(*meter, &kept.overrides).limits);
    }
    Ok(limits)
}

async fn load(
    read: &mut Read,
    missing: BTreeSet<(TenantId, EntitlementId)>,
) -> Result<Vec<(EntitlementId, Arc<Kept>)>> {
    let wanted: Vec<Wanted> = missing
        .iter()
        .map(|(tenant, entitlement)| Wanted {
            t: tenant.uuid().simple().to_string(),
            e: entitlement.uuid().simple().to_string(),
        })
        .collect();
    let list = serde_json::to_string(&wanted).map_err(StoreError::corrupt)?;
    let mut loaded = Vec::with_capacity(missing.len());
    for (id, plan_version, overrides) in
        rows!(read, (Id<EntitlementId>, Id<PlanVersionId>, String), ENTITLEMENTS, list.as_str())?
    {
        let overrides = serde_json::from_str(&overrides).map_err(StoreError::corrupt)?;
        loaded.push((id.0, Arc::new(Kept { plan_version: plan_version.0, overrides })));
    }
    let mut kept = locked(&read.caches.entitlements);
    if kept.len() + loaded.len() > MOST {
        kept.clear();
    }
    kept.extend(loaded.iter().map(|(id, found)| (*id, Arc::clone(found))));
    Ok(loaded)
}
