//! Writes the company into an empty ledger: reference data at once, then what was reported, in the order of arrival.
//!
//! Reports take the way of every use: resolved by the timeline, appended, put aside with a reason when they do not
//! fit. They arrive as they did then, so that lateness, grace and alerts are those of a company that lived.

use super::accounts::{Account, DAY_MICROS};
use super::books;
use super::company::Company;
use super::months;
use super::usage::Report;
use crate::error::{OperationError, Result};
use crate::wire::Progress;
use billing::event::{EventKey, Usage};
use billing::ids::{AuditId, MeterId, QuarantineId};
use billing::meter::Meter;
use billing::plan::OverrideInForce;
use billing::put_aside::{PutAside, Reason};
use billing::timeline::{Lateness, Parent, Subscription};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::append::{Alerting, Batch, Details, NewEvent, Outcome, append};
use store::audit::AuditRecord;
use store::overrides::OverrideRecord;
use store::periods::PeriodRecord;
use store::quarantine::{QuarantineRecord, QuarantineState};
use store::subjects::{Subject, SubjectKind};
use store::subscriptions::{EntitlementRecord, SubscriptionRecord};
use store::tenants::Tenant;
use store::{Store, StoreError, Write};

/// Reports that arrive within this time are appended together, long ago and lately: what was received lately is looked
/// at closely, and every round costs a transaction.
const EARLY_ROUND_MICROS: i64 = 12 * DAY_MICROS;
const LATE_ROUND_MICROS: i64 = DAY_MICROS;
const LATELY_MICROS: i64 = 40 * DAY_MICROS;
/// Most events of one append.
const ROUND_EVENTS: usize = 4_000;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub accepted: u64,
    pub put_aside: u64,
    pub alerts: u64,
}

/// Writes everything.
pub(super) async fn write(
    store: &Store,
    company: &Arc<Company>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Tally> {
    progress(Progress { phase: "writing tenants and plans".to_owned(), done: 0, total: None });
    let shared = Arc::clone(company);
    store.write(move |write| async move { reference(write, &shared).await }.boxed()).await?;
    let shared = Arc::clone(company);
    store.write(move |write| async move { books::write(write, &shared).await }.boxed()).await?;

    let total = u64::try_from(company.reports.len()).ok();
    let mut desk = Desk::new(company);
    let mut tally = Tally::default();
    let mut rest = company.reports.as_slice();
    while let Some(first) = rest.first() {
        let done = company.reports.len() - rest.len();
        let done = u64::try_from(done).unwrap_or(u64::MAX);
        progress(Progress { phase: "writing usage".to_owned(), done, total });
        let is_late = first.arrives_at.micros() > company.now.micros() - LATELY_MICROS;
        let length = if is_late { LATE_ROUND_MICROS } else { EARLY_ROUND_MICROS };
        let ends = first.arrives_at.micros().saturating_add(length);
        let count = rest.iter().take(ROUND_EVENTS).take_while(|report| report.arrives_at.micros() < ends).count();
        let (round, others) = rest.split_at(count);
        rest = others;
        let resolved = desk.resolve(round);
        let taken = take(store, resolved).await?;
        tally.accepted += taken.accepted;
        tally.put_aside += taken.put_aside;
        tally.alerts += taken.alerts;
    }
    months::write(store, company, progress).await?;
    progress(Progress { phase: "finishing".to_owned(), done: total.unwrap_or(0), total });
    let shared = Arc::clone(company);
    store.write(move |write| async move { leave(write, &shared).await }.boxed()).await?;
    while store.write(|write| store::company::fold(write).boxed()).await? > 0 {}
    Ok(tally)
}

/// Clients who asked to be erased are, with the record of it: their usage stays.
async fn leave(write: &mut Write, company: &Company) -> Result<(), StoreError> {
    for account in &company.accounts {
        let people = company.people.get(&account.id).into_iter().flatten();
        for person in people.filter(|person| person.leaves) {
            let erased = store::erasure::erase(write, account.id, person.id, company.now).await?;
            let record = AuditRecord {
                id: AuditId::from_uuid(company.random.stream("audit", 0).stream(&person.id.to_string(), 0).uuid()),
                at: company.now,
                actor: "support.lena".to_owned(),
                action: "subject.erase".to_owned(),
                tenant: Some(account.id),
                subject: person.id.to_string(),
                before: None,
                after: Some(format!("{{\"details_erased\":\"{}\"}}", erased.own_details)),
                reason: "The client asked for it in writing".to_owned(),
            };
            store::audit::record(write, &[record]).await?;
        }
    }
    Ok(())
}

/// A round of reports, resolved.
struct Resolved {
    batch: Batch,
    /// What the timeline put aside.
    aside: Vec<QuarantineRecord>,
    /// Meters by id, with their codes.
    codes: Arc<HashMap<MeterId, String>>,
}

/// Resolves reports as an import does.
struct Desk<'a> {
    company: &'a Company,
    meters: HashMap<MeterId, &'a Meter>,
    /// Keys that a later report names as its parent.
    awaited: HashSet<EventKey>,
    parents: HashMap<EventKey, Parent>,
    codes: Arc<HashMap<MeterId, String>>,
}

impl<'a> Desk<'a> {
    fn new(company: &'a Company) -> Self {
        let awaited = company.reports.iter().filter_map(Report::parent_key).collect();
        let meters = company.catalogue.meters.iter().map(|meter| (meter.id, meter)).collect();
        let codes = company.catalogue.meters.iter().map(|meter| (meter.id, meter.code.clone())).collect();
        Self { company, meters, awaited, parents: HashMap::new(), codes: Arc::new(codes) }
    }

    fn resolve(&mut self, round: &[Report]) -> Resolved {
        let received_at = round.last().map_or(self.company.now, |report| report.arrives_at);
        let mut events = Vec::with_capacity(round.len());
        let mut put_aside = Vec::new();
        for report in round {
            match self.resolve_one(report) {
                Ok(event) => events.push(event),
                Err(reason) => put_aside.push((report.usage(), reason)),
            }
        }
        let batch = Batch { received_at, import: None, alerting: Alerting::Raise, events };
        let mut resolved = Resolved { batch, aside: Vec::new(), codes: Arc::clone(&self.codes) };
        resolved.aside = put_aside.iter().map(|(usage, reason)| aside(&resolved, usage, reason)).collect();
        resolved
    }

    fn resolve_one(&mut self, report: &Report) -> Result<NewEvent, PutAside> {
        let usage = report.usage();
        let timeline = &self.company.timelines[&report.tenant];
        let meter = self.meters[&report.meter];
        let parent = report.parent_key().and_then(|key| self.parents.get(&key));
        let assignment =
            timeline.assign(&usage, meter, parent, report.arrives_at, Lateness::Checked, &self.company.versions)?;
        if self.awaited.contains(&usage.key) {
            let parent = Parent { meter: usage.meter, occurred_at: usage.occurred_at, assignment: assignment.clone() };
            self.parents.insert(usage.key.clone(), parent);
        }
        let details = self.details(report);
        Ok(NewEvent { usage, assignment, timeline_version: timeline.version(), details, line: None })
    }

    /// The salt comes from the seed like everything else; that of real details is random.
    fn details(&self, report: &Report) -> Option<Details> {
        if report.details.is_empty() {
            return None;
        }
        let body: std::collections::BTreeMap<_, _> =
            report.details.iter().map(|(name, value)| (*name, value)).collect();
        let body = serde_json::to_string(&body).ok()?;
        let salt = self.company.random.stream("salt", 0).stream(&report.tenant.to_string(), 0);
        Some(Details { salt: *salt.stream(&report.key, 0).uuid().as_bytes(), body })
    }
}

async fn take(store: &Store, resolved: Resolved) -> Result<Tally> {
    let resolved = Arc::new(resolved);
    store
        .write(move |write| {
            let resolved = Arc::clone(&resolved);
            async move {
                let appended = append(write, &resolved.batch).await?;
                let mut tally = Tally { alerts: count(appended.alerts.len()), ..Tally::default() };
                let mut rows = resolved.aside.clone();
                for (outcome, event) in appended.outcomes.into_iter().zip(&resolved.batch.events) {
                    match outcome {
                        Outcome::Accepted => tally.accepted += 1,
                        Outcome::Duplicate => {}
                        Outcome::Conflict => {
                            let sentence = "this key is in the ledger with other content";
                            rows.push(aside(&resolved, &event.usage, &PutAside::new(Reason::Conflict, sentence)));
                        }
                        Outcome::BelowZero => {
                            let sentence = "more would be freed than is held";
                            rows.push(aside(&resolved, &event.usage, &PutAside::new(Reason::BelowZero, sentence)));
                        }
                        Outcome::Stale | Outcome::PeriodClosed | Outcome::PeriodMissing => {
                            let sentence = "the ledger is not the one that the sample began with";
                            return Err(StoreError::Refused(sentence.to_owned()).into());
                        }
                    }
                }
                tally.put_aside = store::quarantine::insert(write, &rows).await?;
                Ok::<_, OperationError>(tally)
            }
            .boxed()
        })
        .await
}

/// A row for the quarantine; what it says is enough to take it again.
fn aside(resolved: &Resolved, usage: &Usage, reason: &PutAside) -> QuarantineRecord {
    let mut said = vec![
        ("meter".to_owned(), resolved.codes[&usage.meter].clone()),
        // Every meter of the sample has the scale 0.
        ("quantity".to_owned(), usage.quantity.to_string()),
        ("occurred_at".to_owned(), usage.occurred_at.to_string()),
        ("classification".to_owned(), usage.classification.to_string()),
    ];
    said.extend(usage.parent.clone().map(|parent| ("parent".to_owned(), parent)));
    let row = format!("{} {} {} {said:?} {}", usage.key.tenant, usage.key.source, usage.key.key, reason.code);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(row)[..16]);
    QuarantineRecord {
        id: QuarantineId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid()),
        tenant: Some(usage.key.tenant),
        tenant_text: None,
        meter: Some(usage.meter),
        source: usage.key.source.clone(),
        key: Some(usage.key.key.clone()),
        line: None,
        import: None,
        reason: reason.code.as_str().to_owned(),
        sentence: reason.sentence.clone(),
        field: None,
        body: serde_json::to_string(&said).expect("pairs of texts always serialize"),
        occurred_at: Some(usage.occurred_at),
        received_at: resolved.batch.received_at,
        state: QuarantineState::Waiting,
        decision: None,
    }
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// Everything that usage refers to.
async fn reference(write: &mut Write, company: &Company) -> Result<(), StoreError> {
    let since = company.accounts.iter().map(|account| account.created_at).min().unwrap_or(company.now);
    store::meters::insert(write, &company.catalogue.meters).await?;
    let plans: Vec<_> = company.catalogue.products.iter().map(|product| product.plan.clone()).collect();
    store::plans::insert(write, &plans).await?;
    let products = company.catalogue.products.iter();
    let versions: Vec<_> = products.flat_map(|product| product.versions.values().flatten().cloned()).collect();
    store::plans::insert_versions(write, &versions, since).await?;
    let accounts = &company.accounts;
    store::tenants::insert(write, &accounts.iter().map(tenant).collect::<Vec<_>>()).await?;
    store::subscriptions::insert(write, &accounts.iter().flat_map(subscriptions).collect::<Vec<_>>()).await?;
    let entitlements: Vec<_> = accounts.iter().flat_map(|account| entitlements(account, company)).collect();
    store::subscriptions::insert_entitlements(write, &entitlements).await?;
    let periods: Vec<_> = accounts.iter().flat_map(|account| periods(account, company)).collect();
    store::periods::insert(write, &periods).await?;
    store::overrides::insert(write, &accounts.iter().flat_map(overrides).collect::<Vec<_>>()).await?;
    let subjects: Vec<_> = accounts.iter().flat_map(|account| subjects(account, company)).collect();
    store::subjects::find_or_make(write, &subjects).await?;
    Ok(())
}

fn tenant(account: &Account) -> Tenant {
    Tenant {
        id: account.id,
        name: account.name.clone(),
        email: account.email.clone(),
        outside_id: Some(account.outside_id.clone()),
        country: Some(account.place.country.to_owned()),
        zone: account.zone,
        currency: account.currency,
        created_at: account.created_at,
    }
}

fn subscriptions(account: &Account) -> impl Iterator<Item = SubscriptionRecord> {
    account.contracts.iter().map(|contract| SubscriptionRecord {
        tenant: account.id,
        subscription: Subscription {
            id: contract.id,
            status: contract.status,
            started_at: contract.started_at,
            ended_at: contract.ended_at,
        },
        plan: contract.present().plan,
        period_rule: contract.rule,
        created_at: account.created_at,
    })
}

fn entitlements(account: &Account, company: &Company) -> Vec<EntitlementRecord> {
    let tenant = account.id;
    let all = company.timelines[&tenant].entitlements().iter();
    all.map(|entitlement| EntitlementRecord {
        tenant,
        entitlement: entitlement.clone(),
        created_at: entitlement.valid_from.min(company.now),
    })
    .collect()
}

fn periods(account: &Account, company: &Company) -> Vec<PeriodRecord> {
    let timeline = &company.timelines[&account.id];
    let all = account.contracts.iter().flat_map(|contract| timeline.periods(contract.id));
    all.map(|period| PeriodRecord { tenant: account.id, period: *period }).collect()
}

fn overrides(account: &Account) -> impl Iterator<Item = OverrideRecord> {
    account.overrides.iter().map(|draft| OverrideRecord {
        tenant: account.id,
        change: OverrideInForce { id: draft.id, meter: draft.meter, included: draft.included, cap: draft.cap },
        valid_from: draft.from,
        valid_to: draft.to,
        actor: draft.actor.to_owned(),
        reason: draft.reason.to_owned(),
        created_at: draft.from,
    })
}

fn subjects(account: &Account, company: &Company) -> Vec<Subject> {
    let people = company.people.get(&account.id).map_or(&[][..], Vec::as_slice);
    let subject = |person: &super::usage::Person| Subject {
        tenant: account.id,
        id: person.id,
        kind: if person.kind == "client" { SubjectKind::Client } else { SubjectKind::User },
        outside_id: Some(person.outside_id.clone()),
        name: Some(person.name.clone()),
        created_at: account.created_at,
        erased_at: None,
    };
    people.iter().map(subject).collect()
}

impl Report {
    /// The key of its parent, which is of the same tenant and source.
    fn parent_key(&self) -> Option<EventKey> {
        let key = self.parent.clone()?;
        Some(EventKey { tenant: self.tenant, source: self.source.to_owned(), key })
    }
}
