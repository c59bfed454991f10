//! All tenants with their figures, the most urgent first.
//!
//! The first look reads everything. What it found is kept with the store, and a later look reads again only what may have
//! changed since: tenants of events that were written, tenants whose timeline has another version. So a list that is
//! open all day costs the database little and shows what was committed a moment ago. What is kept never outlives the
//! next instant at which something changes by itself, such as the end of a day or of a period.

use super::catalog::Catalog;
use super::entries::{Entry, entries, most_urgent_first};
use super::load;
use crate::error::Result;
use billing::ids::TenantId;
use billing::time::Timestamp;
use futures::future::BoxFuture;
use std::collections::HashSet;
use std::sync::Arc;
use store::look::changes::{self, Mark};
use store::{Read, Store};

/// Days begin at a multiple of this in every zone of today.
const QUARTER_HOUR_MICROS: i64 = 15 * 60 * 1_000_000;
/// From this many new events on everything is read.
const MANY_EVENTS: u32 = 20_000;
/// From this share of all tenants on everything is read: one part in so many.
const MANY_TENANTS: usize = 8;

/// Facts and figures of all tenants.
pub(super) struct Company {
    pub catalog: Arc<Catalog>,
    /// The most urgent first.
    pub tenants: Vec<Arc<Entry>>,
}

/// What an earlier look found.
struct Kept {
    company: Arc<Company>,
    /// It holds from here ...
    from: Timestamp,
    /// ... until here, but for what was written after the mark.
    until: Timestamp,
    mark: Mark,
}

/// Looks at all tenants: the first time with two connections, where there is one to spare.
///
/// # Errors
/// Those of `work` and of the connection.
pub(super) async fn look<R, F>(store: &Store, work: F) -> Result<R>
where
    F: for<'c> FnOnce(&'c mut Read) -> BoxFuture<'c, Result<R>> + Send + 'static,
    R: Send + 'static,
{
    if store.keeps::<Kept>() { store.read(work).await } else { store.read_much(work).await }
}

/// All tenants at an instant.
///
/// # Errors
/// When the database fails, or holds what cannot be.
pub(super) async fn company(read: &mut Read, at: Timestamp) -> Result<Arc<Company>> {
    let mark = changes::mark(read).await?;
    let catalog = Arc::new(load::catalog(read).await?);
    let next_entitlement = changes::next_entitlement(read, at).await?;
    let kept = read.kept::<Kept>().filter(|kept| {
        (kept.from..kept.until).contains(&at)
            && kept.mark <= mark
            && next_entitlement.is_none_or(|next| kept.until <= next)
            && kept.company.catalog == catalog
    });
    let changed = match &kept {
        Some(kept) => kept.changed(read).await?,
        None => None,
    };
    let (company, from, until) = match (kept, changed) {
        (Some(kept), Some(changed)) => {
            let company = kept.company.with(read, &changed, at).await?;
            let until = holds_until(&company, &changed, at).map_or(kept.until, |until| until.min(kept.until));
            // What was read now need not have held before.
            let from = if changed.is_empty() { kept.from } else { kept.from.max(at) };
            (company, from, until)
        }
        _ => {
            let facts = load::company(read, &catalog, at).await?;
            let tenants = entries(facts, &catalog, at).await?;
            let company = Arc::new(Company { catalog, tenants });
            let all = company.tenants.iter().map(|entry| entry.facts.card.id).collect();
            let until = [holds_until(&company, &all, at), next_entitlement].into_iter().flatten();
            let until = until.fold(next_quarter_hour(at), Timestamp::min);
            (company, at, until)
        }
    };
    // A look at the past is not what the next one will be about.
    if read.kept::<Kept>().is_none_or(|kept| kept.from <= from) {
        read.keep(Arc::new(Kept { company: Arc::clone(&company), from, until, mark }));
    }
    Ok(company)
}

impl Kept {
    /// The tenants to read again; none when everything must be.
    async fn changed(&self, read: &mut Read) -> Result<Option<HashSet<TenantId>>> {
        let Some(written) = changes::written(read, self.mark, MANY_EVENTS).await? else { return Ok(None) };
        let mut changed: HashSet<TenantId> = written.into_iter().collect();
        // What is left of the present versions is of new tenants.
        let mut versions = changes::timeline_versions(read).await?;
        for Entry { facts, figures, .. } in self.company.tenants.iter().map(|entry| &**entry) {
            let is_same = versions.remove(&facts.card.id) == Some(facts.timeline_version);
            // A job stores periods that are missing, which is no change of what holds.
            if !is_same || figures.running.iter().any(|running| running.period.is_none()) {
                changed.insert(facts.card.id);
            }
        }
        changed.extend(versions.into_keys());
        Ok((changed.len() <= self.company.tenants.len() / MANY_TENANTS).then_some(changed))
    }
}

impl Company {
    /// The same with some tenants read again.
    async fn with(self: &Arc<Self>, read: &mut Read, changed: &HashSet<TenantId>, at: Timestamp) -> Result<Arc<Self>> {
        if changed.is_empty() {
            return Ok(Arc::clone(self));
        }
        let wanted: Vec<TenantId> = changed.iter().copied().collect();
        let facts = load::tenants(read, &self.catalog, &wanted, at).await?;
        let mut tenants = entries(facts, &self.catalog, at).await?;
        tenants.extend(self.tenants.iter().filter(|entry| !changed.contains(&entry.facts.card.id)).map(Arc::clone));
        tenants.sort_by(most_urgent_first);
        Ok(Arc::new(Self { catalog: Arc::clone(&self.catalog), tenants }))
    }
}

/// The first instant after `at` at which a subscription or a period of some tenants begins or ends.
fn holds_until(company: &Company, tenants: &HashSet<TenantId>, at: Timestamp) -> Option<Timestamp> {
    let entries = company.tenants.iter().filter(|entry| tenants.contains(&entry.facts.card.id));
    let instants = entries.flat_map(|entry| &entry.facts.subscriptions).flat_map(|subscription| {
        let period = subscription.period.map(|period| period.span.interval.end);
        [Some(subscription.card.started_at), subscription.card.ended_at, period].into_iter().flatten()
    });
    instants.filter(|instant| *instant > at).min()
}

fn next_quarter_hour(at: Timestamp) -> Timestamp {
    let next = (at.micros().div_euclid(QUARTER_HOUR_MICROS) + 1) * QUARTER_HOUR_MICROS;
    Timestamp::from_micros(next).unwrap_or(at)
}
