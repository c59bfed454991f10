//! Takes a chunk: finds or makes what its rows name, resolves them by the timelines, hands them to the ledger, and puts
//! aside what cannot be taken. The same for a run and for a dry run, but for [`Ledger`].

use super::aside::{PutAsideFile, PutAsideRow};
use super::body;
use super::catalog::{Catalog, Stamp};
use super::event::{Event, RecordFrame, key_of, units_of, usage_of};
use super::feed::{Chunk, Row};
use super::interpret::{Draft, Reading};
use super::ledger::{Ids, Ledger};
use super::refusal::Refusal;
use super::simulate::Simulated;
use super::step::{Answer, Keyless, Step, StepParts, conflict, verdict};
use super::tally::{Brought, Tally, Verdict};
use crate::error::Result;
use billing::event::{Assignment, Classification, EventKey};
use billing::ids::{ImportId, TenantId};
use billing::leaf::fingerprint;
use billing::put_aside::Reason;
use billing::time::Timestamp;
use billing::timeline::{Lateness, Parent};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use store::append::{Alerting, Batch, Details, NewEvent, known, parents};
use store::quarantine::QuarantineRecord;
use store::subjects::{OutsideSubject, SubjectKind};

/// How often a chunk is resolved again when what held for its tenants changes meanwhile.
const MAX_ROUNDS: u32 = 8;

/// What holds for the whole import.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Who, what and when.
    pub stamp: Stamp,
    /// The import; none for a look.
    pub import: Option<ImportId>,
    /// The tenant of every row, where the import names one.
    pub tenant: Option<TenantId>,
    /// Which checks hold.
    pub lateness: Lateness,
    /// What holds of rows without keys.
    pub keyless: Option<Keyless>,
}

/// Takes chunks.
pub struct Taker<'w> {
    /// The database.
    pub ledger: Ledger<'w>,
    /// What was met.
    pub catalog: Catalog,
    /// New ids.
    pub ids: Ids,
    /// What holds for the whole import.
    pub frame: Frame,
    /// What was found.
    pub tally: Tally,
    /// Where rows that are put aside go; none for a look.
    pub aside: Option<PutAsideFile>,
    /// What a look would have accepted.
    pub simulated: Simulated,
}

/// Events of a chunk on their way, with a verdict each in the end.
struct Round {
    events: Arc<Vec<Event>>,
    verdicts: Vec<Option<Verdict>>,
    /// Records of rows and events that are put aside and not written yet.
    records: Vec<QuarantineRecord>,
}

impl Round {
    fn open(&self) -> Vec<usize> {
        (0..self.events.len()).filter(|index| self.verdicts[*index].is_none()).collect()
    }
}

impl Taker<'_> {
    /// Takes a chunk.
    ///
    /// # Errors
    /// What the database or the disk gave; a bad row is no error.
    pub async fn take(&mut self, mut chunk: Chunk) -> Result<()> {
        self.tally.counts.rows_read += chunk.read;
        self.tally.skipped += chunk.skipped;
        self.name_tenants(&mut chunk);
        self.meet(&chunk).await?;
        let (events, mut rows) = self.resolve(&mut chunk.rows);
        self.meet_subjects(&events).await?;
        let events = self.with_subjects(events);
        let records = self.row_records(&chunk.rows, &rows);
        let verdicts = vec![None; events.len()];
        let mut round = Round { events: Arc::new(events), verdicts, records };
        self.rounds(&mut round).await?;
        self.finish(&chunk.rows, &mut rows, round)
    }

    /// A file without a tenant column is a tenant of its own, named after its content, unless the import names one.
    fn name_tenants(&self, chunk: &mut Chunk) {
        if self.frame.tenant.is_some() {
            return;
        }
        for row in &mut chunk.rows {
            let Ok(Reading::Drafts(drafts)) = &mut row.reading else { continue };
            for draft in drafts.iter_mut().filter(|draft| draft.tenant.is_none()) {
                let name = tenant_of_file(&self.frame.stamp.source, row.origin.file);
                draft.tenant = Some(name);
            }
        }
    }

    async fn meet(&mut self, chunk: &Chunk) -> Result<()> {
        let drafts = drafts_of(&chunk.rows);
        let mut tenants: BTreeMap<String, Option<String>> = BTreeMap::new();
        if self.frame.tenant.is_none() {
            for draft in &drafts {
                let Some(tenant) = &draft.tenant else { continue };
                if !tenants.contains_key(tenant) {
                    tenants.insert(tenant.clone(), draft.tenant_name.clone());
                }
            }
        }
        let (ledger, ids, stamp) = (&mut self.ledger, &mut self.ids, &self.frame.stamp);
        self.catalog.meet_tenants(ledger, ids, stamp, tenants).await?;
        self.catalog.meet_meters(ledger, ids, stamp, &drafts).await
    }

    /// Events of rows whose tenant and meter are known; for the others, why not.
    fn resolve(&mut self, rows: &mut [Row]) -> (Vec<Event>, Vec<Option<Verdict>>) {
        let mut events = Vec::with_capacity(rows.len());
        let mut verdicts = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter_mut().enumerate() {
            let drafts = match &row.reading {
                Ok(Reading::Drafts(drafts)) => drafts,
                Ok(Reading::Skipped) => {
                    verdicts.push(None);
                    continue;
                }
                Err(refusal) => {
                    verdicts.push(Some(Verdict::Refused(refusal.clone())));
                    continue;
                }
            };
            let resolved: Result<Vec<Event>, Verdict> =
                drafts.iter().map(|draft| self.event(index, row, draft)).collect();
            match resolved {
                Ok(resolved) => {
                    self.tally.times_cut += u64::from(resolved.iter().any(|event| event.draft.time_cut));
                    let ambiguous = resolved.iter().any(|event| event.draft.time_ambiguous);
                    self.tally.times_ambiguous += u64::from(ambiguous);
                    events.extend(resolved);
                    verdicts.push(None);
                }
                Err(verdict) => verdicts.push(Some(verdict)),
            }
        }
        (events, verdicts)
    }

    fn event(&self, index: usize, row: &Row, draft: &Draft) -> Result<Event, Verdict> {
        let tenant = match (self.frame.tenant, &draft.tenant) {
            (Some(tenant), _) => tenant,
            (None, Some(outside_id)) => self.catalog.tenant(outside_id).ok_or_else(|| {
                let sentence = format!("there is no tenant '{outside_id}'");
                Verdict::Quarantined(Refusal::new(Reason::UnknownTenant.as_str(), sentence))
            })?,
            (None, None) => return Err(Verdict::Refused(Refusal::missing("tenant"))),
        };
        let meter = self.catalog.meter(draft).map_err(Verdict::Quarantined)?;
        let (units, rounded_off) = units_of(draft, meter).map_err(Verdict::Refused)?;
        let key = key_of(draft, row.origin);
        let usage = usage_of(draft, tenant, &self.frame.stamp.source, key, meter, units);
        let (line, origin, meter) = (row.line, row.origin, Arc::clone(meter));
        Ok(Event { row: index, line, origin, draft: draft.clone(), usage, meter, rounded_off })
    }

    async fn meet_subjects(&mut self, events: &[Event]) -> Result<()> {
        let wanted: HashSet<OutsideSubject> = events.iter().flat_map(outside_subjects).flatten().collect();
        self.catalog.meet_subjects(&mut self.ledger, &mut self.ids, &self.frame.stamp, wanted).await
    }

    fn with_subjects(&self, mut events: Vec<Event>) -> Vec<Event> {
        for event in &mut events {
            let [user, client, session, resource] =
                outside_subjects(event).map(|subject| subject.and_then(|subject| self.catalog.subject(&subject)));
            event.usage.subjects = billing::event::Subjects { user, client, session, resource };
        }
        events
    }

    fn record_frame(&self) -> RecordFrame {
        RecordFrame {
            source: self.frame.stamp.source.clone(),
            import: self.frame.import,
            received_at: self.frame.stamp.at,
        }
    }

    fn row_records(&mut self, rows: &[Row], verdicts: &[Option<Verdict>]) -> Vec<QuarantineRecord> {
        let frame = self.record_frame();
        let mut records = Vec::new();
        for (row, verdict) in rows.iter().zip(verdicts) {
            let Some(verdict) = verdict else { continue };
            self.tally.count(row.line, verdict);
            let Some(refusal) = verdict.refusal() else { continue };
            match &row.reading {
                Ok(Reading::Drafts(drafts)) => {
                    records.extend(drafts.iter().map(|draft| frame.of_draft(row.line, row.origin, draft, refusal)));
                }
                _ => records.push(frame.of_row(row.line, row.origin, &row.raw, refusal)),
            }
        }
        records
    }

    /// Resolves and submits until every event has a verdict. An event comes again when its tenant's timeline has
    /// changed, when its period had to be made, or when it corrects one that comes earlier in the same chunk.
    async fn rounds(&mut self, round: &mut Round) -> Result<()> {
        for attempt in 1..=MAX_ROUNDS {
            let open = round.open();
            if open.is_empty() {
                break;
            }
            let tenants = open.iter().map(|index| round.events[*index].usage.key.tenant).collect();
            self.catalog.meet_timelines(&mut self.ledger, tenants).await?;
            let parents = self.parents(round, &open).await?;
            let is_last = attempt == MAX_ROUNDS;
            let assigned = self.assign(round, &open, &parents);
            if !assigned.periods.is_empty() && !is_last {
                let (ledger, ids, stamp) = (&mut self.ledger, &mut self.ids, &self.frame.stamp);
                self.catalog.extend_periods(ledger, ids, stamp, &assigned.periods).await?;
            }
            let mut aside = assigned.aside;
            if !is_last {
                aside.retain(|(index, _)| !assigned.waiting.contains(index));
            }
            let has_made_periods = !assigned.periods.is_empty() && !is_last;
            let is_stuck = aside.is_empty() && assigned.events.is_empty() && !has_made_periods;
            self.put_aside(round, aside).await?;
            self.submit(round, assigned.events).await?;
            if is_stuck {
                break;
            }
        }
        let open = round.open();
        let kept_changing = || Refusal::new("stale", "what holds for its tenant kept changing; import the row again");
        let aside = open.into_iter().map(|index| (index, kept_changing())).collect();
        self.put_aside(round, aside).await?;
        if !round.records.is_empty() {
            self.submit(round, Vec::new()).await?;
        }
        Ok(())
    }

    /// The events that open corrections correct.
    async fn parents(&mut self, round: &Round, open: &[usize]) -> Result<HashMap<EventKey, Parent>> {
        let keys: HashSet<EventKey> = open.iter().filter_map(|index| parent_key(&round.events[*index])).collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let list: Vec<EventKey> = keys.iter().cloned().collect();
        let mut found = self
            .ledger
            .read(move |read| Box::pin(async move { Ok(parents(read, &list.iter().collect::<Vec<_>>()).await?) }))
            .await?;
        for key in keys {
            if let Some(parent) = self.simulated.parent(&key) {
                found.insert(key, parent.clone());
            }
        }
        Ok(found)
    }

    fn assign(&mut self, round: &Round, open: &[usize], parents: &HashMap<EventKey, Parent>) -> Assigned {
        let keys: HashSet<&EventKey> = open.iter().map(|index| &round.events[*index].usage.key).collect();
        let mut assigned = Assigned::default();
        for index in open {
            let event = &round.events[*index];
            let usage = &event.usage;
            let Some(timeline) = self.catalog.timeline(usage.key.tenant) else { continue };
            let parent_key = parent_key(event);
            let parent = parent_key.as_ref().and_then(|key| parents.get(key));
            let plans = self.catalog.plans.as_ref();
            let (at, lateness) = (self.frame.stamp.at, self.frame.lateness);
            match timeline.assign(usage, &event.meter, parent, at, lateness, plans) {
                Ok(assignment) => {
                    let version = timeline.version();
                    let details = details(&event.draft, &mut self.ids);
                    assigned.events.push((*index, assignment, version, details));
                }
                Err(put_aside) => {
                    if put_aside.code == Reason::PeriodMissing {
                        let until = assigned.periods.entry(usage.key.tenant).or_insert(usage.occurred_at);
                        *until = (*until).max(usage.occurred_at);
                        assigned.waiting.insert(*index);
                    }
                    if parent.is_none() && parent_key.is_some_and(|key| keys.contains(&key)) {
                        assigned.waiting.insert(*index);
                    }
                    assigned.aside.push((*index, put_aside.into()));
                }
            }
        }
        assigned
    }

    /// Gives verdicts to events that the timeline does not take. One that is in the ledger is a duplicate, however late
    /// it comes again.
    async fn put_aside(&mut self, round: &mut Round, aside: Vec<(usize, Refusal)>) -> Result<()> {
        if aside.is_empty() {
            return Ok(());
        }
        let (events, indexes) = (Arc::clone(&round.events), aside.iter().map(|(index, _)| *index).collect::<Vec<_>>());
        let there = self
            .ledger
            .read(move |read| {
                Box::pin(async move {
                    let keys: Vec<_> = indexes.iter().map(|index| &events[*index].usage.key).collect();
                    Ok(known(read, &keys).await?)
                })
            })
            .await?;
        let frame = self.record_frame();
        for (index, refusal) in aside {
            let event = &round.events[index];
            let verdict = match there.get(&event.usage.key) {
                Some(known) if *known == fingerprint(&event.usage) => Verdict::Duplicate,
                Some(_) => Verdict::Conflict(conflict()),
                None => Verdict::Quarantined(refusal),
            };
            if let Some(refusal) = verdict.refusal() {
                round.records.push(frame.of_event(event, refusal));
            }
            self.tally.count(event.line, &verdict);
            round.verdicts[index] = Some(verdict);
        }
        Ok(())
    }

    /// Hands events to the ledger, with what is put aside so far, in one transaction.
    async fn submit(&mut self, round: &mut Round, resolved: Vec<Resolved>) -> Result<()> {
        if resolved.is_empty() && round.records.is_empty() {
            return Ok(());
        }
        let alerting = if self.frame.lateness == Lateness::Backfill { Alerting::Silent } else { Alerting::Raise };
        let event = |(index, assignment, timeline_version, details): Resolved| NewEvent {
            usage: round.events[index].usage.clone(),
            assignment,
            timeline_version,
            details,
            line: Some(round.events[index].origin.line),
        };
        let (received_at, import) = (self.frame.stamp.at, self.frame.import);
        let mut stale = HashSet::new();
        // Parts that wait, the first one last. A part that a counter cannot hold is halved, down to the row at fault.
        let whole: (Vec<usize>, Vec<NewEvent>) =
            resolved.into_iter().map(|resolved| (resolved.0, event(resolved))).unzip();
        let mut parts = vec![whole];
        while let Some((places, events)) = parts.pop() {
            let batch = Arc::new(Batch { received_at, import, alerting, events });
            let answers = match self.answers(round, &places, Arc::clone(&batch)).await {
                Err(error) if error.code() == Reason::Overflow.as_str() && !places.is_empty() => {
                    if places.len() > 1 {
                        let half = |places: &[usize], events: &[NewEvent]| (places.to_vec(), events.to_vec());
                        let (first, second) = places.split_at(places.len() / 2);
                        let (of_first, of_second) = batch.events.split_at(first.len());
                        parts.extend([half(second, of_second), half(first, of_first)]);
                        continue;
                    }
                    vec![Err(Refusal::overflow())]
                }
                answers => answers?,
            };
            self.note(round, places, answers, &mut stale);
        }
        self.catalog.forget_timelines(&stale);
        Ok(())
    }

    /// Gives the events of a part their verdicts.
    fn note(&mut self, round: &mut Round, places: Vec<usize>, answers: Vec<Answer>, stale: &mut HashSet<TenantId>) {
        let frame = self.record_frame();
        for (index, answer) in places.into_iter().zip(answers) {
            let event = &round.events[index];
            let verdict = match answer {
                Ok(outcome) => verdict(outcome),
                Err(refusal) => {
                    // It is written with the next part, or at the end of the chunk.
                    round.records.push(frame.of_event(event, &refusal));
                    Some(Verdict::Quarantined(refusal))
                }
            };
            let Some(verdict) = verdict else {
                stale.insert(event.usage.key.tenant);
                continue;
            };
            self.tally.count(event.line, &verdict);
            round.verdicts[index] = Some(verdict);
        }
    }

    /// Hands a part to the ledger, with what is put aside so far.
    async fn answers(&mut self, round: &mut Round, places: &[usize], batch: Arc<Batch>) -> Result<Vec<Answer>> {
        let Some(import) = self.frame.import else {
            round.records.clear();
            let meters: Vec<_> = places.iter().map(|index| Arc::clone(&round.events[*index].meter)).collect();
            return self.simulated.submit(&mut self.ledger, &batch, &meters).await;
        };
        let parts = Arc::new(StepParts {
            batch,
            places: places.to_vec(),
            events: Arc::clone(&round.events),
            records: std::mem::take(&mut round.records),
            frame: self.record_frame(),
            import,
            counts: self.tally.counts,
            keyless: self.frame.keyless.clone(),
            audit: self.frame.stamp.audit(&mut self.ids, "import.append", import),
        });
        let step = Step(Arc::clone(&parts));
        let done = self.ledger.attempt(move |write| Box::pin(async move { step.run(write).await })).await;
        if done.is_err() {
            // Nothing of it is in: what was put aside is handed on with the next attempt.
            round.records.clone_from(&parts.records);
        }
        Ok(done?.into_iter().map(Ok).collect())
    }

    /// Adds up what was accepted, shows the first rows, and writes each row that was put aside to its file, once.
    fn finish(&mut self, rows: &[Row], verdicts: &mut [Option<Verdict>], round: Round) -> Result<()> {
        for (event, verdict) in round.events.iter().zip(round.verdicts) {
            let Some(verdict) = verdict else { continue };
            if verdict == Verdict::Accepted {
                let (meter, units, rounded_off) = (event.meter.as_ref(), event.usage.quantity, event.rounded_off);
                self.tally.add(&Brought { meter, units, rounded_off, cost: event.draft.cost });
            }
            if self.tally.wants_rows() {
                self.tally.show(event.line, &verdict, body::of_draft(&event.draft));
            }
            if verdict.refusal().is_some() && verdicts[event.row].is_none() {
                verdicts[event.row] = Some(verdict);
            }
        }
        for (row, verdict) in rows.iter().zip(verdicts) {
            let Some(verdict) = verdict else { continue };
            let Some(refusal) = verdict.refusal() else { continue };
            if let Err(refusal) = &row.reading
                && self.tally.wants_rows()
            {
                self.tally.show(row.line, &Verdict::Refused(refusal.clone()), body::of_raw(&row.raw));
            }
            if let Some(aside) = &mut self.aside {
                aside.add(&PutAsideRow { line: row.origin.line, file: row.origin.file, raw: &row.raw, refusal })?;
            }
        }
        Ok(())
    }
}

/// An event, what was resolved, the timeline's version, and its details.
type Resolved = (usize, Assignment, i64, Option<Details>);

/// What a round of resolving gave.
#[derive(Default)]
struct Assigned {
    events: Vec<Resolved>,
    aside: Vec<(usize, Refusal)>,
    /// Of those in `aside`: the ones that may be taken in the next round.
    waiting: HashSet<usize>,
    /// Tenants that need periods up to an instant.
    periods: BTreeMap<TenantId, Timestamp>,
}

fn drafts_of(rows: &[Row]) -> Vec<&Draft> {
    let mut drafts = Vec::with_capacity(rows.len());
    for row in rows {
        if let Ok(Reading::Drafts(found)) = &row.reading {
            drafts.extend(found);
        }
    }
    drafts
}

/// The outside id of the tenant that a file without a tenant column is.
pub fn tenant_of_file(source: &str, file: [u8; 32]) -> String {
    format!("{source} {}", &super::aside::hex(&file)[..8])
}

fn parent_key(event: &Event) -> Option<EventKey> {
    let usage = &event.usage;
    if usage.classification != Classification::Correction {
        return None;
    }
    Some(EventKey { key: usage.parent.clone()?, ..usage.key.clone() })
}

fn outside_subjects(event: &Event) -> [Option<OutsideSubject>; 4] {
    let tenant = event.usage.key.tenant;
    let mut kinds = [SubjectKind::User, SubjectKind::Client, SubjectKind::Session, SubjectKind::Resource].into_iter();
    event.draft.subjects.each_ref().map(|outside_id| {
        let kind = kinds.next().unwrap_or(SubjectKind::Resource);
        outside_id.as_ref().map(|outside_id| (tenant, kind, outside_id.clone()))
    })
}

fn details(draft: &Draft, ids: &mut Ids) -> Option<Details> {
    if draft.metadata.is_empty() {
        return None;
    }
    let members: BTreeMap<&str, &str> =
        draft.metadata.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let body = serde_json::to_string(&members).expect("a map of texts always serializes");
    Some(Details { salt: ids.bytes(), body })
}
