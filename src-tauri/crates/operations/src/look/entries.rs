//! Figures of many tenants, with their rows of the list, the most urgent first.
//!
//! One tenant's figures depend on no other's, so they are computed on all processors. Pure but for that.

use super::catalog::Catalog;
use super::facts::TenantFacts;
use super::figures::{self, Moment, TenantFigures};
use super::shown;
use crate::error::{OperationError, Result};
use crate::wire::TenantRow;
use billing::time::Timestamp;
use std::cmp::Ordering;
use std::sync::Arc;

/// Fewer tenants than this are not worth another thread.
const TENANTS_PER_THREAD: usize = 500;

/// What is known and shown of one tenant.
pub(super) struct Entry {
    pub facts: TenantFacts,
    pub figures: TenantFigures,
    /// Its row of the list, shared with the lists that were given out.
    pub row: Arc<TenantRow>,
}

/// The figures and rows of tenants at an instant.
///
/// # Errors
/// As [`figures::figures`], but for sums: who has too much is left out of the sums of all.
pub(super) async fn entries(facts: Vec<TenantFacts>, catalog: &Arc<Catalog>, at: Timestamp) -> Result<Vec<Arc<Entry>>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = facts.len().div_ceil(threads).max(TENANTS_PER_THREAD);
    if facts.len() <= size {
        return of_part(facts, catalog, at);
    }
    let mut tasks = Vec::with_capacity(threads);
    let mut facts = facts.into_iter();
    while facts.len() > 0 {
        let (part, catalog) = (facts.by_ref().take(size).collect(), Arc::clone(catalog));
        tasks.push(tokio::task::spawn_blocking(move || of_part(part, &catalog, at)));
    }
    let mut entries = Vec::new();
    for task in tasks {
        let stopped = |error| OperationError::failed("stopped", "The work was stopped.").because(error);
        entries.extend(task.await.map_err(stopped)??);
    }
    // Parts are sorted, and sorting goes by what is in order already.
    entries.sort_by(most_urgent_first);
    Ok(entries)
}

fn of_part(facts: Vec<TenantFacts>, catalog: &Catalog, at: Timestamp) -> Result<Vec<Arc<Entry>>> {
    let mut moment = Moment::new(at);
    let mut entries = Vec::with_capacity(facts.len());
    for facts in facts {
        let figures = match figures::figures(&facts, catalog, &mut moment) {
            // One tenant's sums must not take the list of all from the screen.
            Err(error) if matches!(error.code(), "overflow" | "not_rated") => {
                figures::without_sums(&facts, catalog, at)?
            }
            figures => figures?,
        };
        let row = Arc::new(shown::tenant_row(&facts, &figures, catalog));
        entries.push(Arc::new(Entry { facts, figures, row }));
    }
    entries.sort_by(most_urgent_first);
    Ok(entries)
}

/// The order of the list.
pub(super) fn most_urgent_first(one: &Arc<Entry>, other: &Arc<Entry>) -> Ordering {
    let key =
        |figures: &TenantFigures| figures.meters.first().map_or((figures.level, None), |it| (it.level, it.percent));
    figures::most_urgent_first(key(&one.figures), key(&other.figures))
        .then_with(|| one.facts.card.name.cmp(&other.facts.card.name))
        .then_with(|| one.facts.card.id.cmp(&other.facts.card.id))
}
