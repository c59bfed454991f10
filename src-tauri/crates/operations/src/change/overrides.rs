//! Setting an override of one tenant's allowance (requirement E9; rules, section 3.5).
//!
//! What held before stays as it was: an override begins now or later, and new entitlements are written at its start,
//! at its end, and wherever something else begins in between. There is no editing: a later override comes before it.

use super::limits::{Counted, Standing, level_effects, recover, shown, shown_limit};
use super::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, OverrideRequest};
use billing::ids::{EntitlementId, OverrideId, TenantId};
use billing::level::Limits;
use billing::meter::{Meter, Reset};
use billing::plan::{OverrideInForce, PlanVersion, Setting};
use billing::time::{Day, Timestamp};
use billing::timeline::{Entitlement, Timeline};
use futures::FutureExt;
use std::sync::Arc;
use store::overrides::OverrideRecord;
use store::subscriptions::EntitlementRecord;
use store::{Read, Store, Write};

/// The word for no limit.
const UNLIMITED: &str = "unlimited";
/// How far in the past "now" may lie when it arrives.
const TOLERANCE_MICROS: i64 = 5 * 60 * 1_000_000;
/// Entitlements that one override may write: changes that are planned already, and one for each end.
const MAX_ENTITLEMENTS: usize = 64;

/// What an override would do.
///
/// # Errors
/// The field at fault; `no_subscription` when no running plan has the meter.
pub async fn override_preview(store: &Store, host: &dyn Host, request: &OverrideRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { Ok(prepare(read, &wanted).await?.change) }.boxed()).await
}

/// Sets it, if it still does what the preview said.
///
/// # Errors
/// As [`override_preview`]; `preview_outdated`, `read_only`.
pub async fn override_act(store: &Store, host: &dyn Host, request: &OverrideRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { set(write, &wanted, &shown).await }.boxed()
        })
        .await
}

/// A request, checked as far as it can be without the database.
#[derive(Debug)]
struct Wanted {
    request: OverrideRequest,
    tenant: TenantId,
    from: Timestamp,
    to: Option<Timestamp>,
    id: OverrideId,
    entitlements: Vec<EntitlementId>,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &OverrideRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let from = asked::instant("valid_from", request.valid_from.as_deref(), act.at)?;
        if from.micros() < act.at.micros() - TOLERANCE_MICROS {
            let message = "An override begins now or later: what held in the past is on record.";
            return Err(OperationError::wrong_use("in_past", message).field("valid_from"));
        }
        let from = from.max(act.at);
        let to = match request.valid_to.as_deref() {
            None => None,
            Some(text) => Some(asked::instant("valid_to", Some(text), from)?),
        };
        if to.is_some_and(|to| to <= from) {
            let message = "An override ends after it begins.";
            return Err(OperationError::wrong_use("ends_before_start", message).field("valid_to"));
        }
        if request.included.is_none() && request.cap.is_none() {
            let message = "Say what is included, or a cap, or both.";
            return Err(OperationError::wrong_use("empty", message).field("included"));
        }
        Ok(Self {
            request: request.clone(),
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            from,
            to,
            id: OverrideId::from_uuid(host.new_uuid()),
            entitlements: (0..MAX_ENTITLEMENTS).map(|_| EntitlementId::from_uuid(host.new_uuid())).collect(),
            act,
        })
    }

    fn change_of(&self, meter: &Meter) -> Result<OverrideInForce> {
        Ok(OverrideInForce {
            id: self.id,
            meter: meter.id,
            included: setting("included", self.request.included.as_deref(), meter)?,
            cap: setting("cap", self.request.cap.as_deref(), meter)?,
        })
    }
}

fn setting(field: &str, text: Option<&str>, meter: &Meter) -> Result<Setting> {
    let Some(text) = text else { return Ok(Setting::Keep) };
    if text.trim().eq_ignore_ascii_case(UNLIMITED) {
        return Ok(Setting::To(None));
    }
    let units = asked::units(field, text, meter)?;
    if units < 0 {
        return Err(OperationError::wrong_use("negative_quantity", "A limit is 0 or more.").field(field));
    }
    Ok(Setting::To(Some(units)))
}

/// What is about to be set.
struct Prepared {
    change: Change,
    meter: Meter,
    record: OverrideRecord,
    entitlements: Vec<Entitlement>,
    /// Where the tenant stands when the override begins at once.
    now: Option<Standing>,
    counted: Option<Counted>,
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<Prepared> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let meter = asked::meter(read, &wanted.request.meter).await?;
    let in_force = wanted.change_of(&meter)?;
    let timeline = store::timelines::load_one(read, wanted.tenant).await?;
    let plans = store::plans::all_versions(read).await?;
    let Some((subscription, held, Some(version))) = timeline
        .holding(meter.id, wanted.from, &plans)
        .filter(|(_, _, version)| version.is_some_and(|version| version.covers(meter.id)))
    else {
        let message = format!("{} has no subscription with {} at that time.", tenant.name, meter.name);
        return Err(OperationError::refused("no_subscription", message).field("meter"));
    };
    let entitlements = entitlements(&timeline, held, in_force, wanted)?;
    let before = version.limits(meter.id, &held.overrides).limits;
    let after = entitlements.first().map_or(before, |first| version.limits(meter.id, &first.overrides).limits);
    let counted = counted(&timeline, &meter, subscription.id, held, wanted.act.at)?;
    let used = match counted {
        None => 0,
        Some(counted) => counted.used(read, wanted.tenant, &meter).await?,
    };
    let change = preview(wanted, &tenant.name, &meter, version, (before, after), used);
    let record = OverrideRecord {
        tenant: wanted.tenant,
        change: in_force,
        valid_from: wanted.from,
        valid_to: wanted.to,
        actor: wanted.act.actor.clone(),
        reason: wanted.act.reason.clone(),
        created_at: wanted.act.at,
    };
    let begins_now = wanted.from == wanted.act.at;
    let now = begins_now.then_some(Standing { used, limits: after });
    Ok(Prepared { change, meter, record, entitlements, now, counted })
}

/// The entitlements from the start of the override to its end: each as it would have been, with the override added.
fn entitlements(
    timeline: &Timeline,
    held: &Entitlement,
    in_force: OverrideInForce,
    wanted: &Wanted,
) -> Result<Vec<Entitlement>> {
    let own = || timeline.entitlements().iter().filter(|other| other.subscription == held.subscription);
    let within = |at: &Timestamp| wanted.from < *at && wanted.to.is_none_or(|to| *at < to);
    let mut instants: Vec<Timestamp> = own().map(|other| other.valid_from).filter(within).collect();
    instants.push(wanted.from);
    instants.extend(wanted.to);
    instants.sort();
    instants.dedup();
    if instants.len() > wanted.entitlements.len() {
        let message = "Too many changes of this tenant are planned within that time; set a shorter one.";
        return Err(OperationError::refused("too_many_changes", message).field("valid_to"));
    }
    let next = own().map(|other| other.seq).max().unwrap_or(0) + 1;
    let made = (next..).zip(instants).zip(&wanted.entitlements).map(|((seq, valid_from), id)| {
        let base = timeline.entitlement_at(held.subscription, valid_from).unwrap_or(held);
        let mut overrides = base.overrides.clone();
        if wanted.to.is_none_or(|to| valid_from < to) {
            overrides.push(in_force);
        }
        Entitlement { id: *id, valid_from, seq, overrides, ..base.clone() }
    });
    Ok(made.collect())
}

/// Where the meter counts now.
fn counted(
    timeline: &Timeline,
    meter: &Meter,
    subscription: billing::ids::SubscriptionId,
    held: &Entitlement,
    now: Timestamp,
) -> Result<Option<Counted>> {
    Ok(match meter.reset {
        Reset::Never => Some(Counted::Total),
        Reset::Day => Some(Counted::Day(today(held, now)?)),
        Reset::Period => timeline.period_at(subscription, now).map(|period| Counted::Period(period.id)),
    })
}

fn today(held: &Entitlement, now: Timestamp) -> Result<Day> {
    Day::of(now, held.zone).map_err(|error| {
        OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
    })
}

fn preview(
    wanted: &Wanted,
    tenant: &str,
    meter: &Meter,
    version: &PlanVersion,
    (before, after): (Limits, Limits),
    used: i64,
) -> Change {
    // An override that begins now may be shown a moment before it is set: its start is no part of what is compared.
    let from = wanted.request.valid_from.as_ref().map_or_else(|| "now on".to_owned(), |_| wanted.from.to_string());
    let to = wanted.to.map_or_else(|| "for good".to_owned(), |to| format!("until {to}"));
    let title = format!("Override {} of {tenant} from {from}, {to}", meter.name);
    let mut effects = vec![
        effect(
            "Included",
            shown_limit(before.included, UNLIMITED, meter),
            shown_limit(after.included, UNLIMITED, meter),
            &meter.unit,
        ),
        effect("Cap", shown_limit(before.cap, "none", meter), shown_limit(after.cap, "none", meter), &meter.unit),
    ];
    effects.extend(level_effects(Standing { used, limits: before }, Standing { used, limits: after }));
    let mut warnings = Vec::new();
    if before == after {
        warnings.push("This changes nothing: the limits are so already.".to_owned());
    }
    if let (Some(included), Some(cap)) = (after.included, after.cap)
        && cap < included
    {
        warnings.push("The cap lies below what is included: use stops before that.".to_owned());
    }
    if after.included.is_none() && version.prices.contains_key(&meter.id) {
        warnings.push("Nothing more is charged for use of it while this holds.".to_owned());
    }
    if after.cap.is_some_and(|cap| used > cap) {
        let used = shown(used, meter);
        warnings.push(format!("Use is above the cap already ({used} {}): the next request is refused.", meter.unit));
    }
    change(title, effects, warnings)
}

async fn set(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    store::tenants::begin_change(write, wanted.tenant).await.map_err(|error| match error {
        store::StoreError::NotFound(_) => {
            OperationError::not_found("unknown_tenant", "There is no such tenant.").field("tenant_id")
        }
        error => error.into(),
    })?;
    let prepared = prepare(write, wanted).await?;
    still_as_shown(&prepared.change, shown)?;
    let Prepared { change, meter, record, entitlements, now, counted } = prepared;
    let after = canonical(&[
        ("meter", meter.code.clone()),
        ("included", wanted.request.included.clone().unwrap_or_else(|| "plan".to_owned())),
        ("cap", wanted.request.cap.clone().unwrap_or_else(|| "plan".to_owned())),
        ("valid_from", record.valid_from.to_string()),
        ("valid_to", record.valid_to.map_or_else(String::new, |to| to.to_string())),
    ]);
    let before = canonical(&[
        ("included", change.effects.first().map_or_else(String::new, |effect| effect.before.clone())),
        ("cap", change.effects.get(1).map_or_else(String::new, |effect| effect.before.clone())),
    ]);
    store::overrides::insert(write, &[record]).await?;
    let (tenant, created_at) = (wanted.tenant, wanted.act.at);
    let records: Vec<_> =
        entitlements.into_iter().map(|entitlement| EntitlementRecord { tenant, entitlement, created_at }).collect();
    store::subscriptions::insert_entitlements(write, &records).await?;
    if let (Some(standing), Some(counted)) = (now, counted) {
        recover(write, (wanted.tenant, wanted.act.at), &meter, standing, counted).await?;
    }
    let recorded = Recorded {
        action: "override.set",
        tenant: Some(tenant),
        subject: wanted.id.to_string(),
        before: Some(before),
        after: Some(after),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}
