//! Copies within a batch: the first line wins; later equal ones are duplicates, different ones conflicts.
//!
//! Done before the database sees the batch, because one statement would insert neither twice but count both.

use super::{Batch, Staged};
use crate::conn::Write;
use crate::error::{Result, StoreError};
use crate::meters;
use billing::event::{EventKey, Fingerprint};
use billing::leaf::{Arrival, LeafFields, details_hash, fingerprint};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A later event with a key that the batch had before.
pub(crate) struct Copy {
    pub index: usize,
    /// The place of the first one.
    pub first: usize,
    pub fingerprint: Fingerprint,
    /// Whether its content is that of the first.
    pub same: bool,
}

pub(crate) struct Reduced<'a> {
    /// One event for each key, in the order of keys: tenant, source, key, by bytes, as both engines sort them.
    pub staged: Vec<Staged<'a>>,
    pub copies: Vec<Copy>,
}

/// Keeps the first event of each key, sorted by key, with its fingerprint and leaf.
pub(crate) async fn reduce<'a>(write: &mut Write, batch: &'a Batch) -> Result<Reduced<'a>> {
    let mut first: HashMap<&EventKey, (usize, Fingerprint)> = HashMap::with_capacity(batch.events.len());
    let mut staged = Vec::with_capacity(batch.events.len());
    let mut copies = Vec::new();
    for (index, event) in batch.events.iter().enumerate() {
        let fingerprint = fingerprint(&event.usage);
        match first.entry(&event.usage.key) {
            Entry::Occupied(seen) => {
                let (first, seen) = *seen.get();
                copies.push(Copy { index, first, fingerprint, same: seen == fingerprint });
            }
            Entry::Vacant(vacant) => {
                vacant.insert((index, fingerprint));
                let meter = meters::cached(write, event.usage.meter).await?;
                let meter = meter.ok_or_else(|| StoreError::NotFound(format!("meter {}", event.usage.meter)))?;
                let details_hash = event.details.as_ref().map(|details| details_hash(&details.salt, &details.body));
                let arrival = Arrival {
                    received_at: batch.received_at,
                    details: details_hash,
                    import: batch.import,
                    line: event.line,
                };
                let leaf = LeafFields::of(&event.usage, &event.assignment, fingerprint, arrival).leaf();
                staged.push(Staged { index, event, meter, fingerprint, leaf, details_hash });
            }
        }
    }
    staged.sort_unstable_by(|one, other| one.event.usage.key.cmp(&other.event.usage.key));
    Ok(Reduced { staged, copies })
}
