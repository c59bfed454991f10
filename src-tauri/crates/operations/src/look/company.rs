//! All tenants with their figures, the most urgent first.
//!
//! The first look reads everything. What it found is kept with the store, and a later look reads again only what may have
//! changed since: tenants of events that were written, tenants whose timeline has another version. So a list that is
//! open all day costs the database little and shows what was committed a moment ago. What is kept never outlives the
//! next instant at which something changes by itself, such as the end of a day or of a period.

use super::catalog::Catalog;
use super::facts::TenantFacts;
use super::figures::{self, Moment, TenantFigures};
use super::load;
use crate::error::Result;
use billing::ids::TenantId;
use billing::time::Timestamp;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::Read;
use store::look::changes::{self, Mark};

/// Days begin at a multiple of this in every zone of today.
const QUARTER_HOUR_MICROS: i64 = 15 * 60 * 1_000_000;
/// From this many new events on everything is read.
const MANY_EVENTS: u32 = 20_000;
/// From this share of all tenants on everything is read: one part in so many.
const MANY_TENANTS: usize = 8;

/// Facts and figures of one tenant.
pub(super) type Entry = (TenantFacts, TenantFigures);

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
    versions: HashMap<TenantId, i64>,
}

/// All tenants at an instant.
///
/// # Errors
/// When the database fails, or holds what cannot be.
pub(super) async fn company(read: &mut Read, at: Timestamp) -> Result<Arc<Company>> {
    let mark = changes::mark(read).await?;
    let versions = changes::timeline_versions(read).await?;
    let catalog = Arc::new(load::catalog(read).await?);
    let next_entitlement = changes::next_entitlement(read, at).await?;
    let kept = read.kept::<Kept>().filter(|kept| {
        (kept.from..kept.until).contains(&at)
            && kept.mark <= mark
            && next_entitlement.is_none_or(|next| kept.until <= next)
            && kept.company.catalog == catalog
    });
    let changed = match &kept {
        Some(kept) => kept.changed(read, &versions).await?,
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
            let tenants = entries(facts, &catalog, at)?;
            let company = Arc::new(Company { catalog, tenants });
            let all = company.tenants.iter().map(|entry| entry.0.card.id).collect();
            let until = [holds_until(&company, &all, at), next_entitlement].into_iter().flatten();
            let until = until.fold(next_quarter_hour(at), Timestamp::min);
            (company, at, until)
        }
    };
    // A look at the past is not what the next one will be about.
    if read.kept::<Kept>().is_none_or(|kept| kept.from <= from) {
        read.keep(Arc::new(Kept { company: Arc::clone(&company), from, until, mark, versions }));
    }
    Ok(company)
}

impl Kept {
    /// The tenants to read again; none when everything must be.
    async fn changed(&self, read: &mut Read, versions: &HashMap<TenantId, i64>) -> Result<Option<HashSet<TenantId>>> {
        let Some(written) = changes::written(read, self.mark, MANY_EVENTS).await? else { return Ok(None) };
        let mut changed: HashSet<TenantId> = written.into_iter().collect();
        let differs = |(tenant, version): &(&TenantId, &i64)| self.versions.get(tenant) != Some(version);
        changed.extend(versions.iter().filter(differs).map(|(tenant, _)| tenant));
        changed.extend(self.versions.keys().filter(|tenant| !versions.contains_key(tenant)));
        // A job stores periods that are missing, which is no change of what holds.
        let waits = |entry: &&Arc<Entry>| entry.1.running.iter().any(|running| running.period.is_none());
        changed.extend(self.company.tenants.iter().filter(waits).map(|entry| entry.0.card.id));
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
        let mut tenants = entries(facts, &self.catalog, at)?;
        tenants.extend(self.tenants.iter().filter(|entry| !changed.contains(&entry.0.card.id)).map(Arc::clone));
        tenants.sort_by(most_urgent_first);
        Ok(Arc::new(Self { catalog: Arc::clone(&self.catalog), tenants }))
    }
}

/// Figures of tenants, the most urgent first.
fn entries(facts: Vec<TenantFacts>, catalog: &Catalog, at: Timestamp) -> Result<Vec<Arc<Entry>>> {
    let mut moment = Moment::new(at);
    let mut tenants = Vec::with_capacity(facts.len());
    for facts in facts {
        let figures = match figures::figures(&facts, catalog, &mut moment) {
            // One tenant's sums must not take the list of all from the screen.
            Err(error) if matches!(error.code(), "overflow" | "not_rated") => {
                figures::without_sums(&facts, catalog, at)?
            }
            figures => figures?,
        };
        tenants.push(Arc::new((facts, figures)));
    }
    tenants.sort_by(most_urgent_first);
    Ok(tenants)
}

fn most_urgent_first(one: &Arc<Entry>, other: &Arc<Entry>) -> Ordering {
    let key =
        |figures: &TenantFigures| figures.meters.first().map_or((figures.level, None), |it| (it.level, it.percent));
    figures::most_urgent_first(key(&one.1), key(&other.1))
        .then_with(|| one.0.card.name.cmp(&other.0.card.name))
        .then_with(|| one.0.card.id.cmp(&other.0.card.id))
}

/// The first instant after `at` at which a subscription or a period of some tenants begins or ends.
fn holds_until(company: &Company, tenants: &HashSet<TenantId>, at: Timestamp) -> Option<Timestamp> {
    let entries = company.tenants.iter().filter(|entry| tenants.contains(&entry.0.card.id));
    let instants = entries.flat_map(|entry| &entry.0.subscriptions).flat_map(|subscription| {
        let period = subscription.period.map(|period| period.span.interval.end);
        [Some(subscription.card.started_at), subscription.card.ended_at, period].into_iter().flatten()
    });
    instants.filter(|instant| *instant > at).min()
}

fn next_quarter_hour(at: Timestamp) -> Timestamp {
    let next = (at.micros().div_euclid(QUARTER_HOUR_MICROS) + 1) * QUARTER_HOUR_MICROS;
    Timestamp::from_micros(next).unwrap_or(at)
}
