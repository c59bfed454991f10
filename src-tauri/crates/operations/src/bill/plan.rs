//! Another plan for a subscription, and its end (rules, section 6: segments by whole days; the day of a change belongs to the
//! new plan).
//!
//! What held before stays: new entitlements are written from the change on, wherever something was planned already. The
//! effect in money is that on the draft of the period in which the change lies, as far as it is known today.

use super::found;
use super::gather::{Assumed, Gathered, Ground, Key, gather};
use crate::change::limits::{Counted, Standing, recover};
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{CancelRequest, Change, Effect, PlanChangeRequest};
use billing::ids::{EntitlementId, SubscriptionId, TenantId};
use billing::invoice::{Content, draft};
use billing::meter::Reset;
use billing::money::Money;
use billing::period::PeriodStatus;
use billing::plan::{Plan, PlanVersion};
use billing::time::{Day, Timestamp};
use billing::timeline::{Entitlement, Subscription, SubscriptionStatus, Timeline};
use futures::FutureExt;
use std::sync::Arc;
use store::subscriptions::EntitlementRecord;
use store::{Read, Store, StoreError, Write};

/// How far in the past "now" may lie when it arrives.
const TOLERANCE_MICROS: i64 = 5 * 60 * 1_000_000;
/// Entitlements that one change may write: changes that are planned already, and the change itself.
const MAX_ENTITLEMENTS: usize = 64;

/// What another plan would do.
///
/// # Errors
/// The field at fault; `unknown_subscription`, `unknown_plan`; what the store says.
pub async fn plan_change_preview(store: &Store, host: &dyn Host, request: &PlanChangeRequest) -> Result<Change> {
    let wanted = WantedPlan::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_plan(read, &wanted).await?.change) }.boxed()).await
}

/// Gives a subscription another plan.
///
/// # Errors
/// As [`plan_change_preview`]; `preview_outdated`, `read_only`.
pub async fn plan_change_act(
    store: &Store,
    host: &dyn Host,
    request: &PlanChangeRequest,
    shown: &str,
) -> Result<Change> {
    let wanted = Arc::new(WantedPlan::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { set_plan(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedPlan {
    tenant: TenantId,
    subscription: SubscriptionId,
    plan: String,
    at: Timestamp,
    begins_now: bool,
    entitlements: Vec<EntitlementId>,
    act: Act,
}

impl WantedPlan {
    fn new(host: &dyn Host, request: &PlanChangeRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            subscription: asked::id("subscription_id", &request.subscription_id)?,
            plan: asked::text("plan", &request.plan, 200)?,
            at: from_now_on(&act, request.at.as_deref())?,
            begins_now: request.at.is_none(),
            entitlements: (0..MAX_ENTITLEMENTS).map(|_| EntitlementId::from_uuid(host.new_uuid())).collect(),
            act,
        })
    }
}

/// An instant that is now or later: what held in the past is on record.
fn from_now_on(act: &Act, text: Option<&str>) -> Result<Timestamp> {
    let at = asked::instant("at", text, act.at)?;
    if at.micros() < act.at.micros() - TOLERANCE_MICROS {
        let message = "A change holds from now on or later: what held in the past is on record.";
        return Err(OperationError::wrong_use("in_past", message).field("at"));
    }
    Ok(at.max(act.at))
}

struct PreparedPlan {
    change: Change,
    ground: Ground,
    timeline: Timeline,
    plan: Plan,
    version: PlanVersion,
    before: PlanVersion,
    entitlements: Vec<Entitlement>,
}

async fn prepare_plan(read: &mut Read, wanted: &WantedPlan) -> Result<PreparedPlan> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let timeline = store::timelines::load_one(read, wanted.tenant).await?;
    let ground = Ground::read(read).await?;
    let subscription = running(&timeline, wanted.subscription, wanted.at)?;
    let held = timeline.entitlement_at(subscription.id, wanted.at).cloned().ok_or_else(unknown_subscription)?;
    let before = ground.catalog.versions.get(&held.plan_version).cloned().ok_or_else(|| unknown_plan(&wanted.plan))?;
    let (plan, version) = offered(&ground, &wanted.plan, &before)?;
    let entitlements = entitlements(&timeline, &held, &version, wanted)?;
    let with: Vec<Entitlement> = timeline.entitlements().iter().chain(&entitlements).cloned().collect();
    let name = |version: &PlanVersion| super::shown::Names(&ground.catalog).plan(version.id).unwrap_or_default();
    let mut effects = vec![
        effect("Plan", name(&before), name(&version), ""),
        effect("Fee per period", before.fee.to_string(), version.fee.to_string(), before.fee.currency().code()),
    ];
    effects.extend(
        on_draft(read, &ground, &timeline, wanted.subscription, wanted.at, |gathered| {
            gathered.facts.period.entitlements.clone_from(&with);
        })
        .await?,
    );
    let mut warnings = Vec::new();
    if before.id == version.id {
        warnings.push("This changes nothing: the plan is so already.".to_owned());
    }
    // A change that begins now may be shown a moment before it is made: its start is no part of what is compared.
    let from = if wanted.begins_now { "now on".to_owned() } else { wanted.at.to_string() };
    let title = format!("Change the plan of {} to {} from {from}", tenant.name, plan.name);
    let change = change(title, effects, warnings);
    Ok(PreparedPlan { change, ground, timeline, plan, version, before, entitlements })
}

/// The subscription, if it runs at an instant.
fn running(timeline: &Timeline, id: SubscriptionId, at: Timestamp) -> Result<Subscription> {
    let found = timeline.subscriptions().iter().find(|subscription| subscription.id == id).copied();
    let subscription = found.ok_or_else(unknown_subscription)?;
    if subscription.holds_at(at) {
        return Ok(subscription);
    }
    let message = "The subscription does not run at that time.";
    Err(OperationError::refused("subscription_ended", message).field("at"))
}

fn unknown_subscription() -> OperationError {
    OperationError::not_found("unknown_subscription", "This tenant has no such subscription.").field("subscription_id")
}

fn unknown_plan(code: &str) -> OperationError {
    OperationError::not_found("unknown_plan", format!("There is no plan '{code}'.")).field("plan")
}

/// The newest version of a plan in the currency and of the interval of the one that is held.
fn offered(ground: &Ground, code: &str, held: &PlanVersion) -> Result<(Plan, PlanVersion)> {
    let plan = ground.catalog.plans.values().find(|plan| plan.code == code).ok_or_else(|| unknown_plan(code))?;
    let fits = |version: &&PlanVersion| {
        version.plan == plan.id && version.fee.currency() == held.fee.currency() && version.interval == held.interval
    };
    let newest = ground.catalog.versions.values().filter(fits).max_by_key(|version| version.version);
    let none = || {
        let message = format!("{} is not sold in {} by the {}.", plan.name, held.fee.currency(), held.interval);
        OperationError::refused("not_offered", message).field("plan")
    };
    Ok((plan.clone(), newest.cloned().ok_or_else(none)?))
}

/// What holds from the change on: wherever something was planned already, the same under the new plan.
fn entitlements(
    timeline: &Timeline,
    held: &Entitlement,
    version: &PlanVersion,
    wanted: &WantedPlan,
) -> Result<Vec<Entitlement>> {
    let own = || timeline.entitlements().iter().filter(|other| other.subscription == held.subscription);
    let mut instants: Vec<Timestamp> =
        own().map(|other| other.valid_from).filter(|valid_from| wanted.at < *valid_from).collect();
    instants.push(wanted.at);
    instants.sort();
    instants.dedup();
    if instants.len() > wanted.entitlements.len() {
        let message = "Too many changes of this tenant are planned after that time.";
        return Err(OperationError::refused("too_many_changes", message).field("at"));
    }
    let next = own().map(|other| other.seq).max().unwrap_or(0) + 1;
    let made = (next..).zip(instants).zip(&wanted.entitlements).map(|((seq, valid_from), id)| {
        let base = timeline.entitlement_at(held.subscription, valid_from).unwrap_or(held);
        Entitlement { id: *id, valid_from, seq, plan_version: version.id, ..base.clone() }
    });
    Ok(made.collect())
}

/// The total of the draft of the period in which a change lies, without and with it. Use is that of today; fees and changes
/// are those of the whole period.
async fn on_draft(
    read: &mut Read,
    ground: &Ground,
    timeline: &Timeline,
    subscription: SubscriptionId,
    at: Timestamp,
    with: impl FnOnce(&mut Gathered) + Send,
) -> Result<Option<Effect>> {
    let Some(period) = timeline.period_at(subscription, at).filter(|period| period.status == PeriodStatus::Open) else {
        return Ok(None);
    };
    let key = Key { tenant: timeline.tenant(), subscription, period: period.id };
    let Some(mut gathered) = gather(read, ground, &[key], at, &Assumed::default()).await?.pop() else {
        return Ok(None);
    };
    gathered.facts.until = period.span.end_day;
    let total =
        |gathered: &Gathered| -> Option<Content> { draft(&gathered.facts, &ground.catalog, &ground.settings).ok() };
    let before = total(&gathered);
    with(&mut gathered);
    let after = total(&gathered);
    let money = |content: &Option<Content>| {
        content
            .as_ref()
            .map_or_else(|| "none".to_owned(), |it| Money::from_minor(it.total_minor, it.currency).to_string())
    };
    let label = format!("Draft of {} to {}", period.span.first_day, period.span.end_day);
    Ok(Some(effect(label, money(&before), money(&after), gathered.facts.currency.code())))
}

async fn begin(write: &mut Write, tenant: TenantId) -> Result<()> {
    store::tenants::begin_change(write, tenant).await.map_err(|error| match error {
        StoreError::NotFound(_) => {
            OperationError::not_found("unknown_tenant", "There is no such tenant.").field("tenant_id")
        }
        error => error.into(),
    })
}

async fn set_plan(write: &mut Write, wanted: &WantedPlan, shown: &str) -> Result<Change> {
    begin(write, wanted.tenant).await?;
    let prepared = prepare_plan(write, wanted).await?;
    still_as_shown(&prepared.change, shown)?;
    let (tenant, created_at) = (wanted.tenant, wanted.act.at);
    let record = |entitlement: &Entitlement| EntitlementRecord { tenant, entitlement: entitlement.clone(), created_at };
    let records: Vec<_> = prepared.entitlements.iter().map(record).collect();
    store::subscriptions::insert_entitlements(write, &records).await.map_err(|error| match error {
        StoreError::Constraint { .. } | StoreError::AppendOnly(_) => {
            let message = "A meter of that plan belongs to another subscription of this tenant.";
            OperationError::refused("meter_taken", message).field("plan").because(error)
        }
        error => error.into(),
    })?;
    store::subscriptions::set_plan(write, tenant, wanted.subscription, prepared.plan.id).await?;
    if wanted.at <= wanted.act.at {
        recover_all(write, wanted, &prepared).await?;
    }
    let plan = |version: &PlanVersion| version.id.to_string();
    let recorded = Recorded {
        action: "subscription.change",
        tenant: Some(tenant),
        subject: wanted.subscription.to_string(),
        before: Some(canonical(&[("plan_version", plan(&prepared.before))])),
        after: Some(canonical(&[("plan_version", plan(&prepared.version)), ("at", wanted.at.to_string())])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(prepared.change)
}

/// Alerts of levels that use is below now have recovered (rules, section 3.4).
async fn recover_all(write: &mut Write, wanted: &WantedPlan, prepared: &PreparedPlan) -> Result<()> {
    let Some(now) = prepared.entitlements.first() else { return Ok(()) };
    let day = Day::of(wanted.at, now.zone).map_err(found::out_of_range)?;
    for meter in prepared.version.allowances.keys().filter_map(|meter| prepared.ground.catalog.meters.get(meter)) {
        let counted = match meter.reset {
            Reset::Never => Some(Counted::Total),
            Reset::Day => Some(Counted::Day(day)),
            Reset::Period => {
                prepared.timeline.period_at(wanted.subscription, wanted.at).map(|period| Counted::Period(period.id))
            }
        };
        let Some(counted) = counted else { continue };
        let used = counted.used(write, wanted.tenant, meter).await?;
        let standing = Standing { used, limits: prepared.version.limits(meter.id, &now.overrides).limits };
        recover(write, (wanted.tenant, wanted.act.at), meter, standing, counted).await?;
    }
    Ok(())
}

/// What the end of a subscription would do.
///
/// # Errors
/// The field at fault; `unknown_subscription`; what the store says.
pub async fn cancel_preview(store: &Store, host: &dyn Host, request: &CancelRequest) -> Result<Change> {
    let wanted = WantedEnd::new(host, request)?;
    store.read(move |read| async move { Ok(prepare_end(read, &wanted).await?.0) }.boxed()).await
}

/// Ends a subscription.
///
/// # Errors
/// As [`cancel_preview`]; `preview_outdated`, `read_only`.
pub async fn cancel_act(store: &Store, host: &dyn Host, request: &CancelRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(WantedEnd::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { end(write, &wanted, &shown).await }.boxed()
        })
        .await
}

struct WantedEnd {
    tenant: TenantId,
    subscription: SubscriptionId,
    at: Option<Timestamp>,
    act: Act,
}

impl WantedEnd {
    fn new(host: &dyn Host, request: &CancelRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            subscription: asked::id("subscription_id", &request.subscription_id)?,
            at: request.at.as_deref().map(|text| from_now_on(&act, Some(text))).transpose()?,
            act,
        })
    }
}

async fn prepare_end(read: &mut Read, wanted: &WantedEnd) -> Result<(Change, Timestamp, Subscription)> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let timeline = store::timelines::load_one(read, wanted.tenant).await?;
    let ground = Ground::read(read).await?;
    let subscription = running(&timeline, wanted.subscription, wanted.at.unwrap_or(wanted.act.at))?;
    let running_period = timeline.period_at(subscription.id, wanted.act.at).map(|period| period.span.interval.end);
    let none = || {
        let message = "The running period of the subscription is not stored: give the time.";
        OperationError::refused("period_missing", message).field("at")
    };
    let at = wanted.at.or(running_period).ok_or_else(none)?;
    if subscription.started_at >= at {
        let message = "A subscription ends after it begins.";
        return Err(OperationError::wrong_use("ends_before_start", message).field("at"));
    }
    let ended = subscription.ended_at.map_or_else(|| "runs on".to_owned(), |ended_at| ended_at.to_string());
    let mut effects = vec![effect("Ends", ended, at.to_string(), "")];
    let last = at.plus_micros(-1).map_err(found::out_of_range)?.max(wanted.act.at);
    effects.extend(
        on_draft(read, &ground, &timeline, subscription.id, last, |gathered| {
            gathered.facts.period.subscription.ended_at = Some(at);
        })
        .await?,
    );
    let warning = "From then on its use is put aside, and its meters are free for another subscription.".to_owned();
    let title = format!("End a subscription of {}", tenant.name);
    Ok((change(title, effects, vec![warning]), at, subscription))
}

async fn end(write: &mut Write, wanted: &WantedEnd, shown: &str) -> Result<Change> {
    begin(write, wanted.tenant).await?;
    let (change, at, subscription) = prepare_end(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let status = SubscriptionStatus::Cancelled;
    store::subscriptions::end(write, wanted.tenant, subscription.id, at, status).await?;
    let ended = subscription.ended_at.map_or_else(String::new, |ended_at| ended_at.to_string());
    let recorded = Recorded {
        action: "subscription.cancel",
        tenant: Some(wanted.tenant),
        subject: subscription.id.to_string(),
        before: Some(canonical(&[("status", subscription.status.to_string()), ("ended_at", ended)])),
        after: Some(canonical(&[("status", status.to_string()), ("ended_at", at.to_string())])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}
