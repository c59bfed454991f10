//! Whether a file without keys is the beginning of a larger one that was imported (rules, section 2.2).
//!
//! Only the hash of a whole file is stored, so this is seen from the ledger: under the identity of the larger file, each
//! row that is there must be there with the content that this file gives it. Rows that are not there were put aside, or
//! the larger import was stopped before them; at least one must be there.

use super::catalog::{Catalog, Stamp};
use super::event::{key_of, units_of, usage_of};
use super::feed::{self, Row, next_chunk};
use super::identity::{self, Identity};
use super::interpret::Reading;
use super::layout::Layout;
use super::ledger::{Ids, Ledger};
use super::mapping::{CreateRule, Mapping};
use super::take::tenant_of_file;
use crate::error::Result;
use billing::event::{EventKey, Fingerprint};
use billing::ids::TenantId;
use billing::leaf::fingerprint;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::Arc;
use store::append::known;
use store::imports;
use tokio_util::sync::CancellationToken;

/// Rows that are compared before the whole file is read: enough to tell nearly every other file apart.
const FIRST_ROWS: usize = 50;

/// A file that could be a beginning.
pub struct Candidate<'j> {
    /// The file.
    pub file: &'j File,
    /// Its mapping.
    pub mapping: &'j Mapping,
    /// The mapping, bound.
    pub layout: &'j Arc<Layout>,
    /// What it is by its own bytes.
    pub identity: Identity,
    /// The tenant that the import names.
    pub tenant: Option<TenantId>,
    /// Who imports.
    pub stamp: &'j Stamp,
    /// Stops the look.
    pub stop: &'j CancellationToken,
}

/// What the ledger has of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Some, and all that it has is the same.
    Same,
    /// None.
    Nothing,
    /// Something else.
    Other,
}

/// The identity of the file: that of a larger import that begins with its rows, or its own.
///
/// # Errors
/// What the database or the disk gave; `stopped`.
pub async fn of_earlier(ledger: &mut Ledger<'_>, candidate: &Candidate<'_>) -> Result<Identity> {
    let own = candidate.identity;
    let (source, bytes) = (candidate.mapping.name.clone(), own.bytes);
    let larger =
        ledger.read(move |read| Box::pin(async move { Ok(imports::larger(read, &source, bytes).await?) })).await?;
    if larger.is_empty() {
        return Ok(own);
    }
    // Nothing is made here: tenants and meters of the larger import are there.
    let create = CreateRule { tenants: false, ..candidate.mapping.create.clone() };
    let mut catalog = Catalog::load(ledger, create).await?;
    for earlier in larger {
        let identity = Identity { identity: earlier, continued_bytes: own.bytes, ..own };
        if begins(ledger, &mut catalog, candidate, &identity).await? {
            return Ok(identity);
        }
    }
    Ok(own)
}

async fn begins(
    ledger: &mut Ledger<'_>,
    catalog: &mut Catalog,
    candidate: &Candidate<'_>,
    identity: &Identity,
) -> Result<bool> {
    let mut input = feed::open(candidate.file, identity, candidate.mapping, candidate.layout)?;
    let mut found = false;
    loop {
        let (layout, identity, stop) = (Arc::clone(candidate.layout), *identity, candidate.stop.clone());
        let read = tokio::task::spawn_blocking(move || {
            let chunk = next_chunk(&mut input, &layout, &identity, &stop);
            (input, chunk)
        });
        let (back, chunk) = read.await.map_err(|_| identity::stopped())?;
        input = back;
        let chunk = chunk?;
        if candidate.stop.is_cancelled() {
            return Err(identity::stopped());
        }
        if chunk.read == 0 {
            return Ok(found);
        }
        let (first, rest) = chunk.rows.split_at(chunk.rows.len().min(FIRST_ROWS));
        for rows in [first, rest] {
            match seen(ledger, catalog, candidate, rows).await? {
                Seen::Other => return Ok(false),
                Seen::Same => found = true,
                Seen::Nothing => {}
            }
        }
    }
}

async fn seen(ledger: &mut Ledger<'_>, catalog: &mut Catalog, candidate: &Candidate<'_>, rows: &[Row]) -> Result<Seen> {
    let source = &candidate.mapping.name;
    let name_of = |row: &Row, said: &Option<String>| match candidate.layout.tenant {
        Some(_) => said.clone(),
        None => Some(tenant_of_file(source, row.origin.file)),
    };
    // A row of a put-aside file keeps the keys that it had.
    let rows = || rows.iter().filter(|row| !row.is_second_try);
    let mut names = BTreeSet::new();
    for row in rows().filter(|_| candidate.tenant.is_none()) {
        let Ok(Reading::Drafts(drafts)) = &row.reading else { continue };
        names.extend(drafts.iter().filter_map(|draft| name_of(row, &draft.tenant)));
    }
    let wanted: BTreeMap<String, Option<String>> = names.into_iter().map(|name| (name, None)).collect();
    // No tenant is made, so no id is given.
    catalog.meet_tenants(ledger, &mut Ids::new(uuid::Uuid::nil()), candidate.stamp, wanted).await?;
    let mut events: Vec<(EventKey, Fingerprint)> = Vec::new();
    for row in rows() {
        let Ok(Reading::Drafts(drafts)) = &row.reading else { continue };
        for draft in drafts {
            let named = || catalog.tenant(&name_of(row, &draft.tenant)?);
            let Some(tenant) = candidate.tenant.or_else(named) else { continue };
            let Ok(meter) = catalog.meter(draft) else { continue };
            let Ok((units, _)) = units_of(draft, meter) else { continue };
            let usage = usage_of(draft, tenant, source, key_of(draft, row.origin), meter, units);
            let print = fingerprint(&usage);
            events.push((usage.key, print));
        }
    }
    if events.is_empty() {
        return Ok(Seen::Nothing);
    }
    let events = Arc::new(events);
    let asked = Arc::clone(&events);
    let there = ledger
        .read(move |read| {
            Box::pin(async move {
                let keys: Vec<&EventKey> = asked.iter().map(|(key, _)| key).collect();
                Ok(known(read, &keys).await?)
            })
        })
        .await?;
    let mut found = Seen::Nothing;
    for (key, print) in events.iter() {
        match there.get(key) {
            Some(known) if known == print => found = Seen::Same,
            Some(_) => return Ok(Seen::Other),
            None => {}
        }
    }
    Ok(found)
}
