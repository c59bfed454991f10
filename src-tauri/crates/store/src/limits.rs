//! What an entitlement gives of a meter. It never changes, so it is read once and kept.

use billing::ids::{EntitlementId, MeterId};
use billing::level::Limits;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Limits that were read before. Entitlements and plan versions are append-only, so an entry is right for ever.
#[derive(Debug, Default)]
pub(crate) struct LimitsCache(Mutex<HashMap<(EntitlementId, MeterId), Limits>>);

/// Entries that are kept; beyond it the cache starts anew.
const MOST: usize = 200_000;

impl LimitsCache {
    pub(crate) fn get(&self, key: (EntitlementId, MeterId)) -> Option<Limits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    pub(crate) fn put(&self, key: (EntitlementId, MeterId), limits: Limits) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, limits);
    }
}
