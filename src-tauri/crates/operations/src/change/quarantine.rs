//! Decisions about rows of the quarantine: take them again under today's subscriptions and periods, or leave them out.
//!
//! A row that still does not fit keeps waiting, and the person is told why. Taking a row that came too late is a
//! decision of its own: the checks of lateness are skipped for it, those of closed periods never are.

use super::said::{Said, cannot};
use super::{Act, Recorded, asked, canonical};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::QuarantineDecision;
use billing::event::{EventKey, Subjects, Usage};
use billing::ids::{AuditId, PeriodId, QuarantineId, SubjectId, TenantId};
use billing::meter::Meter;
use billing::put_aside::Reason;
use billing::timeline::Lateness;
use futures::FutureExt;
use std::collections::HashMap;
use std::sync::Arc;
use store::append::{Alerting, Batch, NewEvent, Outcome, append, parents};
use store::quarantine::{Decision, QuarantineRecord, QuarantineState, by_id, decide};
use store::subjects::{Subject, SubjectKind};
use store::{Store, Write};
use uuid::Uuid;

/// Rows of one decision.
pub(crate) const MAX_ROWS: usize = 200;

/// Decides about rows, all or none; gives how many. Rows that somebody decided about before are left as they are.
///
/// # Errors
/// The field at fault; `unknown_row`; for a retry the code of the first row that still does not fit.
pub async fn quarantine_decide(
    store: &Store,
    host: &dyn Host,
    ids: &[String],
    decision: QuarantineDecision,
    reason: &str,
) -> Result<u32> {
    if ids.len() > MAX_ROWS {
        let message = format!("Decide about {MAX_ROWS} rows at most at once.");
        return Err(OperationError::wrong_use("too_many", message).field("ids"));
    }
    let act = Act::new(host, reason)?;
    let rows = ids.iter().map(|id| Ok(Row::new(asked::id("ids", id)?, &act, host))).collect::<Result<Vec<_>>>()?;
    let rows = Arc::new(rows);
    store
        .write(move |write| {
            let rows = Arc::clone(&rows);
            async move {
                let mut decided = 0;
                for row in rows.iter() {
                    decided += u32::from(row.decide(write, decision).await?);
                }
                Ok(decided)
            }
            .boxed()
        })
        .await
}

/// A row with the ids that taking it may need.
#[derive(Debug)]
pub(crate) struct Row {
    pub id: QuarantineId,
    pub act: Act,
    pub salt: [u8; 16],
    subjects: [SubjectId; 4],
    pub new_periods: Vec<PeriodId>,
}

impl Row {
    pub fn new(id: QuarantineId, act: &Act, host: &dyn Host) -> Self {
        let act = Act { audit: AuditId::from_uuid(host.new_uuid()), ..act.clone() };
        let subjects = std::array::from_fn(|_| SubjectId::from_uuid(host.new_uuid()));
        // Ids of the host may be guessed by their time; a salt is hashed from several of them.
        let salt = salt(&[host.new_uuid(), host.new_uuid(), host.new_uuid()]);
        Self { id, act, salt, subjects, new_periods: super::periods::ids(host) }
    }

    async fn decide(&self, write: &mut Write, decision: QuarantineDecision) -> Result<bool> {
        let record = by_id(write, self.id).await?.ok_or_else(|| {
            OperationError::not_found("unknown_row", "There is no such row in quarantine.").field("ids")
        })?;
        if record.state != QuarantineState::Waiting {
            return Ok(false);
        }
        let (state, action) = match decision {
            QuarantineDecision::Dismiss => (QuarantineState::Dismissed, "quarantine.dismiss"),
            QuarantineDecision::Retry => {
                self.take(write, &record).await?;
                (QuarantineState::Accepted, "quarantine.retry")
            }
        };
        let noted = Decision { at: self.act.at, by: self.act.actor.clone(), reason: self.act.reason.clone() };
        if !decide(write, self.id, state, &noted).await? {
            return Ok(false);
        }
        let recorded = Recorded {
            action,
            tenant: record.tenant,
            subject: self.id.to_string(),
            before: Some(canonical(&[("state", "waiting".to_owned()), ("reason", record.reason.clone())])),
            after: Some(canonical(&[("state", state.as_str().to_owned())])),
        };
        self.act.record(write, recorded).await?;
        Ok(true)
    }

    /// Takes the row into the ledger under today's subscriptions and periods.
    async fn take(&self, write: &mut Write, record: &QuarantineRecord) -> Result<()> {
        let said = Said::of(record)?;
        let tenant = match (record.tenant, said.text("tenant").or(record.tenant_text.as_deref())) {
            (Some(tenant), _) => tenant,
            (None, Some(outside)) => match store::tenants::by_outside_id(write, outside).await? {
                Some(tenant) => tenant.id,
                None => return Err(still(Reason::UnknownTenant, "The tenant is still not known.")),
            },
            (None, None) => return Err(cannot()),
        };
        let code = said.text("meter").ok_or_else(cannot)?;
        let meters = store::meters::all(write).await?;
        let Some(meter) = meters.iter().find(|meter| meter.code == code || Some(meter.id) == record.meter) else {
            return Err(still(Reason::UnknownMeter, "The meter is still not known."));
        };
        super::periods::store_missing(write, tenant, self.act.at, &self.new_periods).await?;
        let subjects = self.subjects(write, tenant, &said).await?;
        let usage = said.usage(tenant, record, meter, subjects)?;
        let event = self.resolve(write, usage, meter, record, &said).await?;
        let batch =
            Batch { received_at: self.act.at, import: record.import, alerting: Alerting::Raise, events: vec![event] };
        match append(write, &batch).await?.outcomes.first() {
            Some(Outcome::Accepted | Outcome::Duplicate) => Ok(()),
            Some(Outcome::Conflict) => Err(still(Reason::Conflict, "Its key is in the ledger with other content.")),
            Some(Outcome::BelowZero) => Err(still(Reason::BelowZero, "More would still be freed than is held.")),
            Some(Outcome::PeriodClosed) => Err(still(Reason::ClosedPeriod, "Its billing period is closed.")),
            _ => Err(OperationError::failed("contended", "The tenant changed meanwhile; try again.")),
        }
    }

    /// Finds or makes the subjects that the row names.
    pub async fn subjects(&self, write: &mut Write, tenant: TenantId, said: &Said) -> Result<Subjects> {
        let kinds = [SubjectKind::User, SubjectKind::Client, SubjectKind::Session, SubjectKind::Resource];
        let named: Vec<Subject> = kinds
            .into_iter()
            .zip(self.subjects)
            .filter_map(|(kind, id)| {
                let outside_id = said.text(kind.as_str())?.to_owned();
                let (name, created_at, erased_at) = (None, self.act.at, None);
                Some(Subject { tenant, id, kind, outside_id: Some(outside_id), name, created_at, erased_at })
            })
            .collect();
        let found =
            if named.is_empty() { HashMap::new() } else { store::subjects::find_or_make(write, &named).await? };
        let id = |kind: SubjectKind| {
            let outside_id = said.text(kind.as_str())?.to_owned();
            found.get(&(tenant, kind, outside_id)).copied()
        };
        Ok(Subjects {
            user: id(SubjectKind::User),
            client: id(SubjectKind::Client),
            session: id(SubjectKind::Session),
            resource: id(SubjectKind::Resource),
        })
    }

    async fn resolve(
        &self,
        write: &mut Write,
        usage: Usage,
        meter: &Meter,
        record: &QuarantineRecord,
        said: &Said,
    ) -> Result<NewEvent> {
        let parent = match &usage.parent {
            None => None,
            Some(key) => {
                let key = EventKey { key: key.clone(), ..usage.key.clone() };
                parents(write, &[&key]).await?.remove(&key)
            }
        };
        let timeline = store::timelines::load_one(write, usage.key.tenant).await?;
        let plans = store::plans::all_versions(write).await?;
        let was_late = record.reason == Reason::TooLate.as_str();
        let lateness = if was_late { Lateness::Backfill } else { Lateness::Checked };
        let assignment = timeline
            .assign(&usage, meter, parent.as_ref(), self.act.at, lateness, &plans)
            .map_err(|aside| still(aside.code, &super::sentence(&aside.sentence)))?;
        let details = said.details(self.salt);
        Ok(NewEvent { usage, assignment, timeline_version: timeline.version(), details, line: record.line })
    }
}

/// It still does not fit.
fn still(code: Reason, sentence: &str) -> OperationError {
    OperationError::refused(code.as_str(), sentence).field("ids")
}

fn salt(from: &[Uuid]) -> [u8; 16] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    from.iter().for_each(|id| hash.update(id.as_bytes()));
    let mut salt = [0; 16];
    salt.copy_from_slice(&hash.finalize()[..16]);
    salt
}
