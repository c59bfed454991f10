//! A run over all tenants whose periods have ended (rules, section 7): preview, progress, cancel, one error at a time.
//!
//! A batch is one transaction. What was killed or stopped in between goes on with the next run: periods that are billed are
//! found so. A period that cannot be billed is noted and holds up nobody else.

use super::batch::{BatchDone, Order, Seen, bill};
use super::gather::{Assumed, Ground, Key, gather};
use super::issue::Ids;
use super::make::{Aim, Made, Outcome, Unbilled, make, taken};
use super::shown;
use crate::change::{Act, Recorded, asked, canonical};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Progress, RunPreview, RunReport, RunRequest};
use billing::ids::{AuditId, RunId, TenantId};
use billing::invoice::RunStatus;
use billing::money::{Currency, Money};
use billing::time::Timestamp;
use futures::FutureExt;
use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use store::facts::{DuePeriod, due};
use store::invoice_runs::{self, NewRun, RunCounts, RunError};
use store::{Read, Store};
use tokio_util::sync::CancellationToken;

/// Periods of one transaction.
const PERIODS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(500).expect("above 0");
/// Rows that a preview or a report names.
const MAX_ROWS: usize = 200;
/// Tenants that a request may name.
const MAX_TENANTS: usize = 10_000;

/// A request, checked.
struct Wanted {
    until: Timestamp,
    tenants: Vec<TenantId>,
    aim: Aim,
}

impl Wanted {
    fn new(host: &dyn Host, request: &RunRequest) -> Result<Self> {
        let now = host.now();
        let until = asked::instant("until", request.until.as_deref(), now)?;
        if until > now {
            let message = "A period is billed once it has ended: the time lies in the future.";
            return Err(OperationError::wrong_use("in_future", message).field("until"));
        }
        if request.tenant_ids.len() > MAX_TENANTS {
            return Err(asked::too_long("tenant_ids", MAX_TENANTS, "tenants"));
        }
        let tenants = request.tenant_ids.iter().map(|id| asked::id("tenant_ids", id)).collect::<Result<_>>()?;
        let aim = if request.finalize { Aim::Finalize } else { Aim::Draft };
        Ok(Self { until, tenants, aim })
    }
}

/// What a run would do.
///
/// # Errors
/// The field at fault; what the store says.
pub async fn run_preview(store: &Store, host: &dyn Host, request: &RunRequest) -> Result<RunPreview> {
    let wanted = Wanted::new(host, request)?;
    let at = host.now();
    store.read(move |read| async move { preview_in(read, &wanted, at).await }.boxed()).await
}

async fn preview_in(read: &mut Read, wanted: &Wanted, at: Timestamp) -> Result<RunPreview> {
    let ground = Ground::read(read).await?;
    let due = due::due_periods(read, wanted.until, &wanted.tenants).await?;
    let mut tally = Tally::default();
    let mut assumed = Assumed::default();
    for keys in batches(&due, PERIODS_AT_ONCE) {
        for gathered in gather(read, &ground, &keys, at, &assumed).await? {
            match make(gathered, &ground, wanted.aim, at) {
                Ok(None) => {}
                Ok(Some(made)) => {
                    assume(&mut assumed, &made);
                    tally.add(Seen::made(&made));
                }
                Err((gathered, unbilled)) => tally.add(Seen::unbilled(&gathered, unbilled)),
            }
        }
    }
    Ok(tally.preview(wanted.until, at))
}

/// What the rest of a preview takes as done.
fn assume(assumed: &mut Assumed, made: &Made) {
    if made.outcome != Outcome::Finalize {
        return;
    }
    assumed.finalized.insert(made.gathered.key.period, made.assumed());
    for (wallet, amount) in taken(made) {
        *assumed.taken.entry(wallet.id).or_default() += amount;
    }
}

/// What a preview adds up.
#[derive(Default)]
struct Tally {
    counts: RunCounts,
    totals: BTreeMap<Currency, (u32, i64)>,
    seen: Vec<Seen>,
}

impl Tally {
    fn add(&mut self, seen: Seen) {
        match (&seen.unbilled, seen.outcome) {
            (Some(_), _) => self.counts.failed += 1,
            (None, Outcome::Finalize) => self.counts.finalized += 1,
            (None, Outcome::Held(_)) => self.counts.held += 1,
            (None, Outcome::Draft | Outcome::Waits) => self.counts.drafted += 1,
            (None, Outcome::Nothing | Outcome::Drop) => return,
        }
        if let Some(total) = seen.total {
            count(&mut self.totals, total);
        }
        self.seen.push(seen);
        // What is kept stays bounded: the most urgent ones.
        if self.seen.len() > 10 * MAX_ROWS {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.seen.sort_by_key(|seen| (seen.urgency(), seen.key));
        self.seen.truncate(MAX_ROWS);
    }

    fn preview(mut self, until: Timestamp, at: Timestamp) -> RunPreview {
        self.shorten();
        RunPreview {
            as_of: at.to_string(),
            until: until.to_string(),
            finalize: self.counts.finalized,
            draft: self.counts.drafted,
            held: self.counts.held,
            failed: self.counts.failed,
            totals: shown::totals(&self.totals),
            rows: self.seen.iter().map(shown::run_row).collect(),
        }
    }
}

fn count(totals: &mut BTreeMap<Currency, (u32, i64)>, total: Money) {
    let (count, sum) = totals.entry(total.currency()).or_default();
    *count += 1;
    *sum = sum.saturating_add(total.minor());
}

/// Batches in order: at most so many periods, and no subscription twice, because a later invoice looks at the one before.
fn batches(due: &[DuePeriod], at_once: NonZeroUsize) -> Vec<Vec<Key>> {
    let mut batches: Vec<Vec<Key>> = Vec::new();
    let mut inside = HashSet::new();
    for period in due {
        let key = Key { tenant: period.tenant, subscription: period.subscription, period: period.period };
        let is_full = batches.last().is_none_or(|batch| batch.len() >= at_once.get());
        // Wallets and coupons are the tenant's, and so is the order in which its invoices take from them.
        if is_full || !inside.insert(key.tenant) {
            batches.push(Vec::new());
            inside.clear();
            inside.insert(key.tenant);
        }
        if let Some(batch) = batches.last_mut() {
            batch.push(key);
        }
    }
    batches
}

/// Drafts and, where asked for, finalizes. Dropping the future stops after the batch that is being written; `stop` does the
/// same and gives the report.
///
/// # Errors
/// The field at fault; what the store says when it fails altogether. What was billed by then stays billed.
pub async fn run(
    store: &Store,
    host: &dyn Host,
    request: &RunRequest,
    told: &(dyn Fn(Progress) + Send + Sync),
    stop: &CancellationToken,
) -> Result<RunReport> {
    run_in_batches_of(PERIODS_AT_ONCE, store, host, request, told, stop).await
}

/// As [`run`], with so many periods in one transaction: for whoever measures what a batch is worth.
///
/// # Errors
/// As [`run`].
pub async fn run_in_batches_of(
    at_once: NonZeroUsize,
    store: &Store,
    host: &dyn Host,
    request: &RunRequest,
    told: &(dyn Fn(Progress) + Send + Sync),
    stop: &CancellationToken,
) -> Result<RunReport> {
    let started = std::time::Instant::now();
    let wanted = Wanted::new(host, request)?;
    let act = Act::new(host, &request.reason)?;
    let run = RunId::from_uuid(host.new_uuid());
    begin(store, run, &wanted, &act).await?;
    let mut running = Running { store, host, run, act, aim: wanted.aim, at_once, report: Report::default() };
    let done = running.all(&wanted, told, stop).await;
    let status = match &done {
        Err(_) => RunStatus::Failed,
        Ok(()) if running.report.stopped => RunStatus::Stopped,
        Ok(()) => RunStatus::Done,
    };
    let at = host.now();
    store
        .write(move |write| {
            async move { Ok::<_, OperationError>(invoice_runs::finish(write, run, status, at).await?) }.boxed()
        })
        .await?;
    done?;
    Ok(running.report.shown(run, started.elapsed()))
}

async fn begin(store: &Store, run: RunId, wanted: &Wanted, act: &Act) -> Result<()> {
    let new = NewRun { id: run, until: wanted.until, actor: act.actor.clone(), reason: act.reason.clone(), at: act.at };
    let after = canonical(&[
        ("until", wanted.until.to_string()),
        ("finalize", (wanted.aim == Aim::Finalize).to_string()),
        ("tenants", wanted.tenants.len().to_string()),
    ]);
    let act = act.clone();
    store
        .write(move |write| {
            let (new, after, act) = (new.clone(), after.clone(), act.clone());
            async move {
                invoice_runs::begin(write, &new).await?;
                let recorded = Recorded {
                    action: "invoice.run",
                    tenant: None,
                    subject: run.to_string(),
                    before: None,
                    after: Some(after),
                };
                act.record(write, recorded).await
            }
            .boxed()
        })
        .await
}

struct Running<'r> {
    store: &'r Store,
    host: &'r dyn Host,
    run: RunId,
    act: Act,
    aim: Aim,
    at_once: NonZeroUsize,
    report: Report,
}

#[derive(Default)]
struct Report {
    stopped: bool,
    counts: RunCounts,
    totals: BTreeMap<Currency, (u32, i64)>,
    seen: Vec<Seen>,
}

impl Running<'_> {
    async fn all(
        &mut self,
        wanted: &Wanted,
        told: &(dyn Fn(Progress) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<()> {
        let (until, tenants) = (wanted.until, wanted.tenants.clone());
        let due = self
            .store
            .read(move |read| {
                async move { Ok::<_, OperationError>(due::due_periods(read, until, &tenants).await?) }.boxed()
            })
            .await?;
        let total = due.len() as u64;
        let mut done = 0;
        for keys in batches(&due, self.at_once) {
            if stop.is_cancelled() {
                self.report.stopped = true;
                return Ok(());
            }
            told(Progress { phase: "billing".to_owned(), done, total: Some(total) });
            done += keys.len() as u64;
            self.some(keys).await?;
        }
        told(Progress { phase: "billing".to_owned(), done, total: Some(total) });
        Ok(())
    }

    /// A batch. When its data stop it, each half is tried for itself, down to the one period at fault.
    async fn some(&mut self, keys: Vec<Key>) -> Result<()> {
        let mut left = vec![keys];
        while let Some(keys) = left.pop() {
            match self.batch(&keys).await {
                Ok(done) => self.report.add(done),
                Err(error) if !is_of_data(&error) => return Err(error),
                Err(error) => match keys.split_at(keys.len() / 2) {
                    ([], rest) => self.note(rest, &error).await?,
                    (first, rest) => left.extend([rest.to_vec(), first.to_vec()]),
                },
            }
        }
        Ok(())
    }

    async fn batch(&self, keys: &[Key]) -> Result<BatchDone> {
        let order = Arc::new(Order {
            run: self.run,
            aim: self.aim,
            act: Act { at: self.host.now(), ..self.act.clone() },
            batch: AuditId::from_uuid(self.host.new_uuid()),
            planned: keys.iter().map(|key| (*key, Ids::new(self.host))).collect(),
        });
        self.store
            .write(move |write| {
                let order = Arc::clone(&order);
                async move { bill(write, &order).await }.boxed()
            })
            .await
    }

    /// Notes a period that the database itself would not take.
    async fn note(&mut self, keys: &[Key], error: &OperationError) -> Result<()> {
        let run = self.run;
        let unbilled = Unbilled { code: error.code().to_owned(), message: error.to_string() };
        let counts = RunCounts { failed: u32::try_from(keys.len()).unwrap_or(u32::MAX), ..RunCounts::default() };
        let noted: Arc<Vec<RunError>> = Arc::new(
            keys.iter()
                .map(|key| RunError {
                    tenant: key.tenant,
                    period: Some(key.period),
                    code: unbilled.code.clone(),
                    message: unbilled.message.clone(),
                })
                .collect(),
        );
        self.store
            .write(move |write| {
                let noted = Arc::clone(&noted);
                async move {
                    invoice_runs::insert_errors(write, run, &noted).await?;
                    Ok::<_, OperationError>(invoice_runs::add(write, run, counts).await?)
                }
                .boxed()
            })
            .await?;
        let (keys, at) = (keys.to_vec(), self.host.now());
        let seen = self
            .store
            .read(move |read| {
                async move {
                    let ground = Ground::read(read).await?;
                    gather(read, &ground, &keys, at, &Assumed::default()).await
                }
                .boxed()
            })
            .await;
        self.report.counts.failed += counts.failed;
        let seen = seen.unwrap_or_default();
        self.report.seen.extend(seen.iter().map(|gathered| Seen::unbilled(gathered, unbilled.clone())));
        Ok(())
    }
}

/// Whether an error comes from what a period holds and not from the database as a whole.
fn is_of_data(error: &OperationError) -> bool {
    matches!(error.code(), "overflow" | "corrupt" | "constraint" | "append_only" | "not_found" | "out_of_range")
}

impl Report {
    fn add(&mut self, done: BatchDone) {
        let RunCounts { drafted, finalized, held, failed } = done.counts;
        self.counts.drafted += drafted;
        self.counts.finalized += finalized;
        self.counts.held += held;
        self.counts.failed += failed;
        for issued in &done.issued {
            count(&mut self.totals, issued.total);
        }
        let left = (MAX_ROWS * 10).saturating_sub(self.seen.len());
        self.seen.extend(done.seen.into_iter().filter(Seen::is_noted).take(left));
    }

    fn shown(mut self, run: RunId, elapsed: std::time::Duration) -> RunReport {
        self.seen.sort_by_key(|seen| (seen.urgency(), seen.key));
        self.seen.truncate(MAX_ROWS);
        RunReport {
            run_id: run.to_string(),
            stopped: self.stopped,
            finalized: self.counts.finalized,
            drafted: self.counts.drafted,
            held: self.counts.held,
            failed: self.counts.failed,
            totals: shown::totals(&self.totals),
            rows: self.seen.iter().map(shown::run_row).collect(),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
