//! Some periods in one transaction: locked, drafted from today's ledger, and stored as drafts or issued.
//!
//! Everything is looked at again under the locks, so that two runs at once bill each period once, and a run that was killed
//! has either done a batch or not.

use super::gather::{Assumed, Ground, Key, gather};
use super::issue::{Done, Ids, draft_record, issue_all, store_records};
use super::make::{Aim, Made, Outcome, Unbilled, make};
use crate::change::{Act, canonical};
use crate::error::Result;
use billing::ids::RunId;
use billing::invoice::Hold;
use billing::money::Money;
use billing::time::Day;
use std::collections::HashMap;
use std::sync::Arc;
use store::Write;
use store::audit::AuditRecord;
use store::invoice_runs::{self, RunCounts, RunError};
use store::invoices::InvoiceRecord;

/// A period of a batch with the ids that it may need.
pub(crate) type Planned = (Key, Ids);

/// What a batch is done with.
pub(crate) struct Order {
    pub run: RunId,
    pub aim: Aim,
    pub act: Act,
    /// Of the batch's own audit record.
    pub batch: billing::ids::AuditId,
    pub planned: Vec<Planned>,
}

/// A period that a person should look at, or that was billed.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub key: Key,
    pub tenant_name: String,
    pub plan: Option<String>,
    pub days: (Day, Day),
    pub outcome: Outcome,
    pub unbilled: Option<Unbilled>,
    pub total: Option<Money>,
    pub currency: billing::money::Currency,
}

/// What a batch did.
#[derive(Debug, Default)]
pub(crate) struct BatchDone {
    pub counts: RunCounts,
    pub issued: Vec<Done>,
    /// Periods that were not issued.
    pub seen: Vec<Seen>,
}

/// Does a batch.
///
/// # Errors
/// What the store says: nothing of the batch is done then.
pub(crate) async fn bill(write: &mut Write, order: &Arc<Order>) -> Result<BatchDone> {
    let keys: Vec<Key> = order.planned.iter().map(|(key, _)| *key).collect();
    let periods: Vec<_> = keys.iter().map(Key::period_of).collect();
    store::facts::due::lock(write, &periods).await?;
    let ground = Ground::read(write).await?;
    let gathered = gather(write, &ground, &keys, order.act.at, &Assumed::default()).await?;
    let mut done = BatchDone::default();
    let planned: HashMap<Key, Ids> = order.planned.iter().copied().collect();
    let (mut drafts, mut ready, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for gathered in gathered {
        let Some(ids) = planned.get(&gathered.key).copied() else { continue };
        match make(gathered, &ground, order.aim, order.act.at) {
            Ok(None) => {}
            Ok(Some(made)) if made.outcome == Outcome::Finalize => ready.push((made, ids)),
            Ok(Some(made)) => drafts.push((made, ids)),
            Err((gathered, unbilled)) => {
                errors.push(RunError {
                    tenant: gathered.key.tenant,
                    period: Some(gathered.key.period),
                    code: unbilled.code.clone(),
                    message: unbilled.message.clone(),
                });
                done.seen.push(Seen::unbilled(&gathered, unbilled));
            }
        }
    }
    draft(write, order, &drafts, &mut done).await?;
    if !ready.is_empty() {
        done.issued = issue_all(write, &ground, &order.act, &ready).await?;
    }
    done.counts.finalized = number(done.issued.len());
    done.counts.failed = number(errors.len());
    invoice_runs::insert_errors(write, order.run, &errors).await?;
    invoice_runs::add(write, order.run, done.counts).await?;
    Ok(done)
}

/// Stores drafts that are new or came out different.
async fn draft(write: &mut Write, order: &Order, drafts: &[(Made, Ids)], done: &mut BatchDone) -> Result<()> {
    let mut records: Vec<(InvoiceRecord, bool)> = Vec::with_capacity(drafts.len());
    for (made, ids) in drafts {
        match made.outcome {
            // There is no draft any more: a preview does not count it either.
            Outcome::Drop => {}
            Outcome::Held(_) => done.counts.held += 1,
            _ => done.counts.drafted += 1,
        }
        if made.outcome != Outcome::Drop {
            done.seen.push(Seen::made(made));
        }
        let record = draft_record(made, ids.invoice, &order.act);
        match &made.gathered.existing {
            Some(stored) if is_same(stored, &record) => {}
            stored => records.push((record, stored.is_some())),
        }
    }
    if records.is_empty() {
        return Ok(());
    }
    let held = drafts.iter().filter(|(made, _)| matches!(made.outcome, Outcome::Held(_))).count();
    let after = canonical(&[("drafts", records.len().to_string()), ("held", held.to_string())]);
    let record = AuditRecord {
        id: order.batch,
        at: order.act.at,
        actor: order.act.actor.clone(),
        action: "invoice.draft".to_owned(),
        tenant: None,
        subject: order.run.to_string(),
        before: None,
        after: Some(after),
        reason: order.act.reason.clone(),
    };
    store_records(write, records).await?;
    Ok(store::audit::record(write, &[record]).await?)
}

fn is_same(stored: &InvoiceRecord, now: &InvoiceRecord) -> bool {
    (stored.status, stored.hold, &stored.content) == (now.status, now.hold, &now.content)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Seen {
    pub fn made(made: &Made) -> Self {
        let span = made.gathered.facts.period.span;
        Self {
            key: made.gathered.key,
            tenant_name: made.gathered.facts.tenant_name.clone(),
            plan: made.content.plan.clone(),
            days: (span.first_day, span.end_day),
            outcome: made.outcome,
            unbilled: None,
            total: Some(made.total()),
            currency: made.content.currency,
        }
    }

    pub fn unbilled(gathered: &super::gather::Gathered, unbilled: Unbilled) -> Self {
        let span = gathered.facts.period.span;
        Self {
            key: gathered.key,
            tenant_name: gathered.facts.tenant_name.clone(),
            plan: None,
            days: (span.first_day, span.end_day),
            outcome: Outcome::Nothing,
            unbilled: Some(unbilled),
            total: None,
            currency: gathered.facts.currency,
        }
    }

    /// What a person looks at first: errors, brakes, approvals, then the highest totals.
    pub fn urgency(&self) -> (u8, std::cmp::Reverse<i64>) {
        let rank = match (&self.unbilled, self.outcome) {
            (Some(_), _) => 0,
            (_, Outcome::Held(Hold::Brake)) => 1,
            (_, Outcome::Held(Hold::Approval)) => 2,
            _ => 3,
        };
        (rank, std::cmp::Reverse(self.total.map_or(0, Money::minor)))
    }

    /// Whether a report of what was done names it.
    pub fn is_noted(&self) -> bool {
        self.urgency().0 < 3
    }
}
