//! One transaction of an import: ledger, quarantine, counts of the import and audit, all or nothing.

use super::event::{Event, RecordFrame};
use super::overlap::{self, Settled};
use super::refusal::Refusal;
use super::tally::Verdict;
use crate::error::Result;
use billing::ids::{ImportId, MeterId, TenantId};
use billing::put_aside::Reason;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Write;
use store::append::{Batch, Outcome, append};
use store::audit::{self, AuditRecord};
use store::imports::{self, ImportCounts, ImportRange, ImportStatus};
use store::quarantine::{self, QuarantineRecord};

/// What one transaction writes. Cheap to clone, because a transaction that lost a race runs again.
#[derive(Clone)]
pub struct Step(pub Arc<StepParts>);

/// The parts of a [`Step`].
pub struct StepParts {
    /// The events.
    pub batch: Arc<Batch>,
    /// For each, its place among `events`.
    pub places: Vec<usize>,
    /// All events of the chunk.
    pub events: Arc<Vec<Event>>,
    /// Rows that are put aside already.
    pub records: Vec<QuarantineRecord>,
    /// What records share.
    pub frame: RecordFrame,
    /// The import.
    pub import: ImportId,
    /// Its counts, those of `records` included.
    pub counts: ImportCounts,
    /// What holds of a file without keys: its ranges are kept.
    pub keyless: Option<Keyless>,
    /// The record for the audit log; what it did is filled in.
    pub audit: AuditRecord,
}

/// A file without keys.
#[derive(Debug, Clone)]
pub struct Keyless {
    /// The hash of the first file of its chain.
    pub identity: [u8; 32],
    /// What it was compared with; none where it may overlap.
    pub settled: Option<Settled>,
}

/// What the ledger says to an event; a refusal where a counter of its tenant cannot hold it.
pub type Answer = Result<Outcome, Refusal>;

/// What the ledger's answer means for an event; none where it must be resolved again.
pub fn verdict(outcome: Outcome) -> Option<Verdict> {
    Some(match outcome {
        Outcome::Accepted => Verdict::Accepted,
        Outcome::Duplicate => Verdict::Duplicate,
        Outcome::Conflict => Verdict::Conflict(conflict()),
        Outcome::BelowZero => {
            let sentence = "it would take the level below zero";
            Verdict::Quarantined(Refusal::new(Reason::BelowZero.as_str(), sentence))
        }
        Outcome::PeriodClosed => {
            let sentence = "its billing period was closed meanwhile";
            Verdict::Quarantined(Refusal::new(Reason::ClosedPeriod.as_str(), sentence))
        }
        Outcome::Stale | Outcome::PeriodMissing => return None,
    })
}

/// Why an event whose key is taken is put aside.
pub fn conflict() -> Refusal {
    Refusal::new(Reason::Conflict.as_str(), "its key is in the ledger already, with other content")
}

impl Step {
    /// Writes it.
    ///
    /// # Errors
    /// What the database gave.
    pub async fn run(&self, write: &mut Write) -> Result<Vec<Outcome>> {
        let parts = &self.0;
        if parts.keyless.is_some() {
            imports::lock_keyless(write).await?;
        }
        let outcomes =
            if parts.batch.events.is_empty() { Vec::new() } else { append(write, &parts.batch).await?.outcomes };
        let (mut counts, mut records) = (parts.counts, parts.records.clone());
        for (place, outcome) in parts.places.iter().zip(&outcomes) {
            match verdict(*outcome) {
                None | Some(Verdict::Refused(_)) => {}
                Some(Verdict::Accepted) => counts.accepted += 1,
                Some(Verdict::Duplicate) => counts.duplicates += 1,
                Some(Verdict::Conflict(refusal)) => {
                    counts.conflicts += 1;
                    records.push(parts.frame.of_event(&parts.events[*place], &refusal));
                }
                Some(Verdict::Quarantined(refusal)) => {
                    counts.quarantined += 1;
                    records.push(parts.frame.of_event(&parts.events[*place], &refusal));
                }
            }
        }
        quarantine::insert(write, &records).await?;
        if let Some(keyless) = &parts.keyless {
            imports::widen_ranges(write, parts.import, &self.ranges(&outcomes, |_| true)).await?;
            if let Some(settled) = &keyless.settled {
                // A row of a put-aside file has the key that it had at first.
                let new = self.ranges(&outcomes, |event| event.origin.file == keyless.identity);
                overlap::check_meanwhile(write, settled, keyless.identity, &new).await?;
            }
        }
        imports::update(write, parts.import, ImportStatus::Running, counts, None).await?;
        let after = format!(
            "{{\"accepted\":{},\"put_aside\":{}}}",
            outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count(),
            records.len()
        );
        audit::record(write, &[AuditRecord { after: Some(after), ..parts.audit.clone() }]).await?;
        Ok(outcomes)
    }

    /// What was taken of each tenant and meter, by time.
    fn ranges(&self, outcomes: &[Outcome], counts: impl Fn(&Event) -> bool) -> Vec<ImportRange> {
        let mut ranges: BTreeMap<(TenantId, MeterId), ImportRange> = BTreeMap::new();
        let accepted = self.0.places.iter().zip(outcomes).filter(|(_, outcome)| **outcome == Outcome::Accepted);
        for event in accepted.map(|(place, _)| &self.0.events[*place]).filter(|event| counts(event)) {
            let usage = &event.usage;
            let (tenant, meter, at) = (usage.key.tenant, usage.meter, usage.occurred_at);
            let new = ImportRange { tenant, meter, from: at, to: at, events: 0 };
            let range = ranges.entry((tenant, meter)).or_insert(new);
            range.from = range.from.min(at);
            range.to = range.to.max(at);
            range.events += 1;
        }
        ranges.into_values().collect()
    }
}
