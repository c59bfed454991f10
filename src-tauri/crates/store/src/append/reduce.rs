//! Copies within a batch: the first line wins; later equal ones are duplicates, different ones conflicts.
//!
//! Done before the database sees the batch, because one statement would insert neither twice but count both.

use super::{Batch, Staged};
use crate::conn::Write;
use crate::error::{Result, StoreError};
use crate::meters;
use billing::event::Fingerprint;
use billing::leaf::{details_hash, fingerprint};

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

/// Keeps the first event of each key, sorted by key, with its fingerprint.
pub(crate) async fn reduce<'a>(write: &mut Write, batch: &'a Batch) -> Result<Reduced<'a>> {
    // A stable sort: of one key the first that was sent comes first.
    let mut in_order: Vec<usize> = (0..batch.events.len()).collect();
    in_order.sort_by(|one, other| batch.events[*one].usage.key.cmp(&batch.events[*other].usage.key));
    let mut staged: Vec<Staged<'a>> = Vec::with_capacity(batch.events.len());
    let mut copies = Vec::new();
    for index in in_order {
        let event = &batch.events[index];
        let fingerprint = fingerprint(&event.usage);
        if let Some(first) = staged.last().filter(|first| first.event.usage.key == event.usage.key) {
            copies.push(Copy { index, first: first.index, fingerprint, same: first.fingerprint == fingerprint });
            continue;
        }
        let meter = meters::cached(write, event.usage.meter).await?;
        let meter = meter.ok_or_else(|| StoreError::NotFound(format!("meter {}", event.usage.meter)))?;
        let details_hash = event.details.as_ref().map(|details| details_hash(&details.salt, &details.body));
        let too_large = |_| StoreError::Overflow("a line number".to_owned());
        let line = event.line.map(i64::try_from).transpose().map_err(too_large)?;
        staged.push(Staged { index, event, meter, fingerprint, details_hash, line });
    }
    Ok(Reduced { staged, copies })
}
