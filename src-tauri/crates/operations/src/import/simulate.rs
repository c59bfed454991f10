//! What the ledger would say to events, from reads alone: the dry run's counterpart of the store's append.
//!
//! It remembers what it would have accepted, so that a key that comes twice in one file is seen.

use super::ledger::Ledger;
use super::refusal::Refusal;
use super::step::Answer;
use crate::error::Result;
use billing::contribution::takes_too_much;
use billing::event::{Classification, EventKey, Fingerprint};
use billing::ids::{MeterId, TenantId};
use billing::leaf::fingerprint;
use billing::meter::{Aggregation, Meter};
use billing::timeline::Parent;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::append::{Batch, NewEvent, Outcome, known, level_totals, parents};

/// What a look would have accepted.
#[derive(Default)]
pub struct Simulated {
    /// Half hashes of keys and of contents: 24 bytes per event, whatever the keys are.
    seen: HashMap<u128, u64>,
    levels: HashMap<(TenantId, MeterId), (i64, i64)>,
    met: HashSet<TenantId>,
    parents: HashMap<EventKey, Parent>,
    /// What the file adds to each counter, by half hashes of their keys.
    counters: HashMap<u128, i64>,
}

impl Simulated {
    /// What would become of each event. What the counters hold already is not looked at, only what this file adds.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn submit(
        &mut self,
        ledger: &mut Ledger<'_>,
        batch: &Arc<Batch>,
        meters: &[Arc<Meter>],
    ) -> Result<Vec<Answer>> {
        let there = {
            let batch = Arc::clone(batch);
            ledger
                .read(move |read| {
                    Box::pin(async move {
                        let keys: Vec<&EventKey> = batch.events.iter().map(|event| &event.usage.key).collect();
                        Ok(known(read, &keys).await?)
                    })
                })
                .await?
        };
        self.meet_levels(ledger, batch, meters).await?;
        self.meet_parents(ledger, batch).await?;
        let events = batch.events.iter().zip(meters);
        Ok(events.map(|(event, meter)| self.outcome(event, meter, there.get(&event.usage.key))).collect())
    }

    /// An event that would have been accepted, as a correction needs it.
    pub fn parent(&self, key: &EventKey) -> Option<&Parent> {
        self.parents.get(key)
    }

    /// Parents of corrections as the ledger has them, so that what this file takes back of them is counted here.
    async fn meet_parents(&mut self, ledger: &mut Ledger<'_>, batch: &Batch) -> Result<()> {
        let corrections = batch.events.iter().filter(|event| event.usage.classification == Classification::Correction);
        let keys: HashSet<EventKey> =
            corrections.filter_map(parent_of).filter(|key| !self.parents.contains_key(key)).collect();
        if !keys.is_empty() {
            let found = ledger
                .read(move |read| Box::pin(async move { Ok(parents(read, &keys.iter().collect::<Vec<_>>()).await?) }))
                .await?;
            self.parents.extend(found);
        }
        Ok(())
    }

    fn takes_back(&mut self, event: &NewEvent, meter: &Meter) -> bool {
        let Some(parent) = parent_of(event).and_then(|key| self.parents.get_mut(&key)) else { return false };
        let taken = event.assignment.contribution;
        if takes_too_much(parent.assignment.contribution, taken, meter) {
            return false;
        }
        parent.assignment.contribution = parent.assignment.contribution.saturating_add(taken);
        true
    }

    async fn meet_levels(&mut self, ledger: &mut Ledger<'_>, batch: &Batch, meters: &[Arc<Meter>]) -> Result<()> {
        let mut new: Vec<TenantId> = Vec::new();
        for (event, meter) in batch.events.iter().zip(meters) {
            if meter.aggregation == Aggregation::Level && self.met.insert(event.usage.key.tenant) {
                new.push(event.usage.key.tenant);
            }
        }
        if !new.is_empty() {
            let totals = ledger.read(move |read| Box::pin(async move { Ok(level_totals(read, &new).await?) })).await?;
            self.levels.extend(totals);
        }
        Ok(())
    }

    fn outcome(&mut self, event: &NewEvent, meter: &Meter, there: Option<&Fingerprint>) -> Answer {
        let content = fingerprint(&event.usage);
        if let Some(known) = there {
            return Ok(if *known == content { Outcome::Duplicate } else { Outcome::Conflict });
        }
        let (key, half) = (hash_of(&event.usage.key), half_of(content));
        if let Some(known) = self.seen.get(&key) {
            return Ok(if *known == half { Outcome::Duplicate } else { Outcome::Conflict });
        }
        if meter.aggregation == Aggregation::Level && !self.moves_level(event)? {
            return Ok(Outcome::BelowZero);
        }
        self.adds(event, meter)?;
        if event.usage.classification == Classification::Correction {
            if !self.takes_back(event, meter) {
                // Resolved again with what is left by then, it is told why.
                return Ok(Outcome::Stale);
            }
        } else if self.parents.len() < MAX_PARENTS {
            let (usage, assignment) = (&event.usage, event.assignment.clone());
            let parent = Parent { meter: usage.meter, occurred_at: usage.occurred_at, assignment };
            self.parents.insert(usage.key.clone(), parent);
        }
        self.seen.insert(key, half);
        Ok(Outcome::Accepted)
    }

    /// Adds an event to its period's counter and its day's row.
    fn adds(&mut self, event: &NewEvent, meter: &Meter) -> Result<(), Refusal> {
        if meter.aggregation == Aggregation::Max {
            return Ok(());
        }
        let (usage, assignment) = (&event.usage, &event.assignment);
        let (tenant, meter) = (usage.key.tenant.uuid(), usage.meter.uuid());
        let (tenant, meter) = (tenant.as_bytes().as_slice(), meter.as_bytes().as_slice());
        let period = assignment.billed_period.map(|period| *period.uuid().as_bytes());
        let version = assignment.plan_version.map(|version| *version.uuid().as_bytes()).unwrap_or_default();
        let day = assignment.day.number().to_be_bytes();
        let currency = usage.cost.map_or("", |cost| cost.currency.code()).as_bytes();
        let class = usage.classification.as_str().as_bytes();
        let of_day = half_hash(&[b"day", tenant, meter, &day, &version, usage.provider.as_bytes(), class, currency]);
        let of_period = period.map(|period| half_hash(&[b"period", tenant, meter, &period]));
        let mut sums = Vec::with_capacity(2);
        for place in of_period.into_iter().chain([of_day]) {
            let before = self.counters.get(&place).copied().unwrap_or(0);
            sums.push((place, before.checked_add(assignment.contribution).ok_or_else(Refusal::overflow)?));
        }
        self.counters.extend(sums);
        Ok(())
    }

    fn moves_level(&mut self, event: &NewEvent) -> Result<bool, Refusal> {
        let total = self.levels.entry((event.usage.key.tenant, event.usage.meter)).or_default();
        let moved = event.assignment.contribution;
        let billable = if event.assignment.billable { moved } else { 0 };
        let sum = |one: i64, other: i64| one.checked_add(other).ok_or_else(Refusal::overflow);
        let after = (sum(total.0, moved)?, sum(total.1, billable)?);
        let is_level = after.0 >= 0 && after.1 >= 0;
        if is_level {
            *total = after;
        }
        Ok(is_level)
    }
}

fn parent_of(event: &NewEvent) -> Option<EventKey> {
    Some(EventKey { key: event.usage.parent.clone()?, ..event.usage.key.clone() })
}

/// Events that are kept whole, as possible parents of corrections later in the file.
const MAX_PARENTS: usize = 100_000;

fn hash_of(key: &EventKey) -> u128 {
    half_hash(&[key.tenant.uuid().as_bytes(), key.source.as_bytes(), key.key.as_bytes()])
}

fn half_hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    digest[..16].iter().fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

fn half_of(content: Fingerprint) -> u64 {
    content.0[..8].iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
