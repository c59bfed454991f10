//! Append: usage enters the ledger and every cache in one transaction, exactly once.
//!
//! The order of steps, each in key order, so that writers queue instead of meeting crosswise: periods (`for key
//! share`; before them the tenant of a correction), level totals, ledger, period counters, days, presence, company deltas, alerts. Every cache is computed from
//! what the ledger took, never from what was sent. Quarantine and audit are calls of their own in the same
//! transaction: what to say about a refused row is not known here.

mod alerting;
mod arrays;
mod caches;
mod copy;
mod corrections;
mod guard;
mod insert;
mod known;
mod levels;
mod one;
mod reduce;
mod seen;

pub use alerting::AlertChange;
pub(crate) use known::json_keys;
pub use known::known;
pub use seen::{LevelTotals, level_totals, parents};

use crate::conn::Write;
use crate::error::{Result, StoreError};
use billing::event::{Assignment, Fingerprint, Leaf, Usage};
use billing::ids::ImportId;
use billing::leaf::{Arrival, LeafFields};
use billing::meter::Meter;
use billing::time::Timestamp;
use reduce::Reduced;
use std::sync::Arc;

pub(crate) const STATEMENTS: &[&[(&str, crate::sql::Sql)]] = &[
    alerting::STATEMENTS,
    caches::STATEMENTS,
    corrections::STATEMENTS,
    guard::STATEMENTS,
    known::STATEMENTS,
    levels::STATEMENTS,
    one::STATEMENTS,
    seen::STATEMENTS,
];

/// Metadata of an event that may name people. It is kept apart, and the ledger keeps its salted hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Random, made by the caller.
    pub salt: [u8; 16],
    /// Canonical JSON.
    pub body: String,
}

/// A use that was resolved and wants to enter the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What was said.
    pub usage: Usage,
    /// What was resolved.
    pub assignment: Assignment,
    /// The version of the timeline that it was resolved with.
    pub timeline_version: i64,
    /// Its metadata.
    pub details: Option<Details>,
    /// Its line in the imported file.
    pub line: Option<u64>,
}

/// Whether crossing a level raises an alert. A backfill raises none (rules, section 2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alerting {
    /// It does.
    Raise,
    /// It does not.
    Silent,
}

/// Events that enter together. Some thousand at once is best for a file; each costs about 1 kB of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// When they were received.
    pub received_at: Timestamp,
    /// The import that brings them.
    pub import: Option<ImportId>,
    /// Whether they raise alerts.
    pub alerting: Alerting,
    /// The events, in the order in which they were sent.
    pub events: Vec<NewEvent>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is in the ledger.
    Accepted,
    /// It was there already with the same content.
    Duplicate,
    /// Its key is there with other content.
    Conflict,
    /// What held for its tenant has changed, or what is left of the event that it corrects: resolve it again and send it
    /// again.
    Stale,
    /// Its billed period is closed or finalized.
    PeriodClosed,
    /// Its billed period is not stored: make it, resolve again and send again.
    PeriodMissing,
    /// It takes a level below 0.
    BelowZero,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// One for each event, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// Alerts that were raised or recovered.
    pub alerts: Vec<AlertChange>,
}

/// An event of the batch on its way in.
pub(crate) struct Staged<'a> {
    /// Its place in the batch.
    pub index: usize,
    pub event: &'a NewEvent,
    pub meter: Arc<Meter>,
    pub fingerprint: Fingerprint,
    pub details_hash: Option<[u8; 32]>,
    /// Its line, as the column has it.
    pub line: Option<i64>,
}

impl Staged<'_> {
    /// Made where the row is written, not before: not every event gets there, and there the server works meanwhile.
    pub(crate) fn leaf(&self, batch: &Batch) -> Leaf {
        let arrival = Arrival {
            received_at: batch.received_at,
            details: self.details_hash,
            import: batch.import,
            line: self.event.line,
        };
        LeafFields::of(&self.event.usage, &self.event.assignment, self.fingerprint, arrival).leaf()
    }
}

/// Takes a batch into the ledger and its caches. Everything or nothing of it is in when the transaction commits; events
/// that were not accepted say why.
///
/// # Errors
/// [`StoreError::NotFound`] for a meter that is not there, [`StoreError::Overflow`], or what the database gave.
pub async fn append(write: &mut Write, batch: &Batch) -> Result<Appended> {
    let Reduced { mut staged, copies } = reduce::reduce(write, batch).await?;
    let mut outcomes: Vec<Option<Outcome>> = vec![None; batch.events.len()];
    if copies.is_empty()
        && let Some(held) = one::take(write, batch, &staged).await?
    {
        insert::details(write, &staged).await?;
        let alerts = alerts(write, batch, &staged, &held).await?;
        return Ok(Appended { outcomes: vec![Outcome::Accepted], alerts });
    }

    corrections::lock(write, &staged).await?;
    let mut held = guard::hold_back(write, &mut staged).await?;
    let mut judged = corrections::hold_back(write, &mut staged).await?;
    held.append(&mut judged.held);
    held.extend(levels::hold_back(write, &mut staged).await?);
    let keys: Vec<_> = held.iter().map(|(staged, _)| &staged.event.usage.key).collect();
    let there = known(write, &keys).await?;
    let mut in_ledger: Vec<Option<Fingerprint>> = vec![None; batch.events.len()];
    for (event, outcome) in &held {
        // An event that is in the ledger is a duplicate, whatever has closed or changed since.
        let outcome = match there.get(&event.event.usage.key) {
            Some(known) => {
                in_ledger[event.index] = Some(*known);
                same_or_conflict(*known, event.fingerprint)
            }
            None => *outcome,
        };
        outcomes[event.index] = Some(outcome);
    }

    let refused = insert::events(write, batch, &staged).await?;
    let keys: Vec<_> = refused.iter().map(|position| &staged[*position].event.usage.key).collect();
    let there = known(write, &keys).await?;
    levels::check_refused(write, &staged, &refused)?;
    judged.check_refused(write, &staged, &refused)?;
    for position in &refused {
        let event = &staged[*position];
        // A new statement sees the winner that the insert only waited for.
        let known = there.get(&event.event.usage.key).ok_or_else(|| contended(write))?;
        in_ledger[event.index] = Some(*known);
        outcomes[event.index] = Some(same_or_conflict(*known, event.fingerprint));
    }
    let refused: std::collections::HashSet<usize> = refused.into_iter().collect();
    let mut position = 0;
    staged.retain(|_| {
        position += 1;
        !refused.contains(&(position - 1))
    });
    for event in &staged {
        outcomes[event.index] = Some(Outcome::Accepted);
        in_ledger[event.index] = Some(event.fingerprint);
    }

    insert::details(write, &staged).await?;
    let held = caches::add(write, &staged).await?;
    let alerts = alerts(write, batch, &staged, &held).await?;
    for copy in copies {
        outcomes[copy.index] = Some(match in_ledger[copy.first] {
            Some(known) => same_or_conflict(known, copy.fingerprint),
            // The first did not get in and does not claim the key: equal ones share its fate, others try again.
            None if copy.same => outcomes[copy.first].unwrap_or(Outcome::Stale),
            None => Outcome::Stale,
        });
    }
    let outcomes = outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Stale)).collect();
    Ok(Appended { outcomes, alerts })
}

async fn alerts(
    write: &mut Write,
    batch: &Batch,
    inserted: &[Staged<'_>],
    held: &arrays::Held,
) -> Result<Vec<AlertChange>> {
    match batch.alerting {
        Alerting::Raise => alerting::evaluate(write, batch, inserted, held).await,
        Alerting::Silent => Ok(Vec::new()),
    }
}

fn same_or_conflict(known: Fingerprint, sent: Fingerprint) -> Outcome {
    if known == sent { Outcome::Duplicate } else { Outcome::Conflict }
}

/// Says that the transaction may be run again.
pub(crate) fn contended(write: &mut Write) -> StoreError {
    write.contended = true;
    StoreError::Contended
}
