//! Whether a file without keys covers the same tenants, meters and times as an earlier one: then its rows may be the
//! same uses under other keys, and only a person can know (rules, section 2.2).

use super::feed::{Input, next_chunk};
use super::identity::Identity;
use super::interpret::Reading;
use super::layout::Layout;
use super::ledger::Ledger;
use super::take::tenant_of_file;
use crate::error::{OperationError, Result};
use billing::ids::{ImportId, TenantId};
use billing::time::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::imports::{self, ImportRange};
use store::{Write, meters, tenants};
use tokio_util::sync::CancellationToken;

/// What rows cover, by tenant (none for the one that the import names), meter and unit.
pub type Covered = BTreeMap<(Option<String>, String, Option<String>), (Timestamp, Timestamp)>;

/// Reads a file for what its new rows cover. Rows that an earlier import had already are not new, and those of a
/// put-aside file keep the keys that they had.
///
/// # Errors
/// `unreadable_file`.
pub fn covered(
    input: &mut Input,
    layout: &Layout,
    identity: &Identity,
    source: &str,
    stop: &CancellationToken,
) -> Result<Covered> {
    let mut covered = Covered::new();
    loop {
        let chunk = next_chunk(input, layout, identity, stop)?;
        if chunk.read == 0 {
            return Ok(covered);
        }
        for row in chunk.rows.iter().filter(|row| !row.is_second_try && row.offset >= identity.continued_bytes) {
            let Ok(Reading::Drafts(drafts)) = &row.reading else { continue };
            for draft in drafts {
                let tenant = match &layout.tenant {
                    Some(_) => draft.tenant.clone(),
                    None => Some(tenant_of_file(source, row.origin.file)),
                };
                let place = (tenant, draft.meter.clone(), draft.unit.clone());
                let range = covered.entry(place).or_insert((draft.occurred_at, draft.occurred_at));
                *range = (range.0.min(draft.occurred_at), range.1.max(draft.occurred_at));
            }
        }
    }
}

/// Imports that a file was compared with, as long as they take nothing more.
pub type Settled = Arc<Vec<ImportId>>;

/// Refuses what overlaps an earlier file. Gives what the file was compared with.
///
/// # Errors
/// `overlap`, with the tenant, meter and time.
pub async fn check(
    ledger: &mut Ledger<'_>,
    covered: Covered,
    named: Option<TenantId>,
    identity: [u8; 32],
) -> Result<Settled> {
    let outside_ids: Vec<String> = covered.keys().filter_map(|(tenant, ..)| tenant.clone()).collect();
    let (ids, all_meters, settled, earlier) = ledger
        .read(move |read| {
            Box::pin(async move {
                let ids = if named.is_some() {
                    HashMap::new()
                } else {
                    tenants::ids_by_outside_id(read, &outside_ids).await?
                };
                let list: Vec<TenantId> = ids.values().copied().chain(named).collect();
                let all_meters = meters::all(read).await?;
                // Before the ranges: what ends in between is looked at again.
                let settled = imports::settled_keyless(read).await?;
                let earlier = imports::keyless_ranges(read, &list, identity).await?;
                Ok((ids, all_meters, settled, earlier))
            })
        })
        .await?;
    for ((outside_id, code, unit), (from, to)) in &covered {
        let Some(tenant) = named.or_else(|| ids.get(outside_id.as_ref()?).copied()) else { continue };
        let other = unit.as_ref().map(|unit| format!("{code} ({unit})"));
        let is_meter = |found: &str| found == code || other.as_deref() == Some(found);
        let found = earlier.iter().find(|(_, range)| {
            let is_same = all_meters.iter().any(|meter| meter.id == range.meter && is_meter(&meter.code));
            range.tenant == tenant && is_same && range.from <= *to && *from <= range.to
        });
        if let Some((import, range)) = found {
            let name = outside_id.as_ref().filter(|_| named.is_none()).cloned().unwrap_or_else(|| tenant.to_string());
            let sentence = format!(
                "The file has no keys and covers {code} of {name} from {from} to {to}, which {import} covered from {} to {} \
                 already. If these are other uses, allow the overlap.",
                range.from, range.to
            );
            return Err(OperationError::refused("overlap", sentence).field("allow_overlap"));
        }
    }
    Ok(Arc::new(settled))
}

/// Refuses what overlaps a file that is imported at the same time: two people may have begun at once, and neither was
/// there when the other looked. Whoever comes second in a transaction sees the first.
///
/// # Errors
/// `overlap`, with the import and time.
pub async fn check_meanwhile(
    write: &mut Write,
    settled: &[ImportId],
    identity: [u8; 32],
    taken: &[ImportRange],
) -> Result<()> {
    for (import, range) in imports::keyless_ranges_but(write, settled, identity).await? {
        let overlaps = |own: &&ImportRange| {
            (own.tenant, own.meter) == (range.tenant, range.meter) && own.from <= range.to && range.from <= own.to
        };
        if let Some(own) = taken.iter().find(overlaps) {
            let sentence = format!(
                "The file has no keys, and {import} takes usage of {} from {} to {} at the same time. What was taken \
                 before stays. If these are other uses, allow the overlap.",
                own.tenant, range.from, range.to
            );
            return Err(OperationError::refused("overlap", sentence).field("allow_overlap"));
        }
    }
    Ok(())
}
