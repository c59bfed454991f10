//! Manual entry of one use, and of a correction (requirement A1; rules, sections 2.6, 2.9 and 2.12).
//!
//! An entry has the source `manual` and the form's key, so that a double click counts once. A correction names what it
//! corrects: it takes over that event's source, because a parent is named by its key within one source, and its time. What
//! its closed period keeps out waits as late use.

use super::limits::{Counted, Standing, level_effects, shown};
use super::{Act, Recorded, asked, canonical, change, effect, periods, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, EntryRequest};
use billing::event::{Assignment, Classification, EventKey, Subjects, Usage};
use billing::ids::{PeriodId, QuarantineId, TenantId};
use billing::leaf::fingerprint;
use billing::level::Level;
use billing::meter::{Aggregation, Meter};
use billing::put_aside::{PutAside, Reason};
use billing::time::Timestamp;
use billing::timeline::{Lateness, Timeline};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::append::{Alerting, Batch, NewEvent, Outcome, append, parents};
use store::events::{EventRecord, by_key};
use store::quarantine::{QuarantineRecord, QuarantineState};
use store::tenants::Tenant;
use store::{Read, Store};

/// The source of what people enter.
pub const MANUAL: &str = "manual";

/// What an entry would do.
///
/// # Errors
/// The field at fault, or why the use cannot be counted (the codes of quarantine).
pub async fn entry_preview(store: &Store, host: &dyn Host, request: &EntryRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { Ok(prepare(read, &wanted).await?.change) }.boxed()).await
}

/// Enters it, if it still does what the preview said. The same key again does nothing more.
///
/// # Errors
/// As [`entry_preview`]; `preview_outdated`, `read_only`.
pub async fn entry_act(store: &Store, host: &dyn Host, request: &EntryRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { enter(write, &wanted, &shown).await }.boxed()
        })
        .await
}

/// A request, checked as far as it can be without the database.
#[derive(Debug)]
struct Wanted {
    request: EntryRequest,
    tenant: TenantId,
    key: String,
    occurred_at: Timestamp,
    corrects: Option<EventKey>,
    act: Act,
    new_periods: Vec<PeriodId>,
}

impl Wanted {
    fn new(host: &dyn Host, request: &EntryRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let tenant = asked::id("tenant_id", &request.tenant_id)?;
        let corrects = match &request.corrects {
            None => None,
            Some(of) => Some(EventKey {
                tenant,
                source: asked::source("corrects.source", &of.source)?,
                key: asked::key("corrects.key", &of.key)?,
            }),
        };
        Ok(Self {
            request: request.clone(),
            tenant,
            key: asked::key("key", &request.key)?,
            occurred_at: asked::instant("occurred_at", request.occurred_at.as_deref(), act.at)?,
            corrects,
            act,
            new_periods: periods::ids(host),
        })
    }

    fn usage(&self, meter: &Meter, quantity: i64, corrected: Option<&EventRecord>) -> Usage {
        let source = self.corrects.as_ref().map_or_else(|| MANUAL.to_owned(), |of| of.source.clone());
        Usage {
            key: EventKey { tenant: self.tenant, source, key: self.key.clone() },
            meter: meter.id,
            quantity,
            occurred_at: corrected.map_or(self.occurred_at, |event| event.usage.occurred_at),
            classification: match self.corrects {
                Some(_) => Classification::Correction,
                None => Classification::Original,
            },
            parent: self.corrects.as_ref().map(|of| of.key.clone()),
            billable: None,
            billable_reason: None,
            cost: None,
            provider: corrected.map_or_else(String::new, |event| event.usage.provider.clone()),
            action: corrected.map_or_else(String::new, |event| event.usage.action.clone()),
            subjects: corrected.map_or_else(Subjects::default, |event| event.usage.subjects),
        }
    }
}

/// What is about to be entered.
struct Prepared {
    change: Change,
    entered: Entered,
}

/// What becomes of an entry.
enum Entered {
    /// The key is in the ledger already: nothing more.
    Known,
    /// It enters the ledger.
    Event(Box<NewEvent>),
    /// Its period is closed: it waits for a decision about late use (rules, sections 2.9 and 7.4).
    PutAside(Box<QuarantineRecord>),
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<Prepared> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let meter = asked::meter(read, &wanted.request.meter).await?;
    let quantity = asked::units("quantity", &wanted.request.quantity, &meter)?;
    let corrected = match &wanted.corrects {
        None => None,
        Some(of) => Some(corrected(read, of, wanted).await?),
    };
    let usage = wanted.usage(&meter, quantity, corrected.as_ref());
    if let Some(known) = by_key(read, &usage.key).await? {
        return already(wanted, &tenant, &meter, &usage, &known);
    }
    let timeline = store::timelines::load_one(read, wanted.tenant).await?;
    let assignment = match assign(read, wanted, &timeline, &usage, &meter).await? {
        Ok(assignment) => assignment,
        Err(aside) if aside.code == Reason::ClosedPeriod => return Ok(late(wanted, &tenant, &meter, &usage, &aside)),
        Err(aside) => return Err(refused(&aside)),
    };
    let change = preview(read, &tenant, &meter, &usage, &assignment).await?;
    let event = NewEvent { usage, assignment, timeline_version: timeline.version(), details: None, line: None };
    Ok(Prepared { change, entered: Entered::Event(Box::new(event)) })
}

/// What its closed period keeps out of the ledger waits as late use, once for each key.
fn late(wanted: &Wanted, tenant: &Tenant, meter: &Meter, usage: &Usage, aside: &PutAside) -> Prepared {
    let quantity = shown(usage.quantity, meter);
    let what = if usage.classification == Classification::Correction { "a correction" } else { "use" };
    let title = format!("Put aside {what} of {quantity} {} of {} for {}", meter.unit, meter.name, tenant.name);
    let said = super::sentence(&aside.sentence);
    let warnings = vec![format!("{said} It is put aside as late use: decide there whether it is billed or credited.")];
    let mut body = vec![
        ("meter", meter.code.clone()),
        ("quantity", quantity),
        ("occurred_at", usage.occurred_at.to_string()),
        ("classification", usage.classification.to_string()),
    ];
    body.extend(usage.parent.clone().map(|parent| ("parent", parent)));
    let record = QuarantineRecord {
        id: row_id(&usage.key),
        tenant: Some(tenant.id),
        tenant_text: None,
        meter: Some(meter.id),
        source: usage.key.source.clone(),
        key: Some(usage.key.key.clone()),
        line: None,
        import: None,
        reason: aside.code.as_str().to_owned(),
        sentence: aside.sentence.clone(),
        field: None,
        body: serde_json::to_string(&body).expect("a list of texts always serializes"),
        occurred_at: Some(usage.occurred_at),
        received_at: wanted.act.at,
        state: QuarantineState::Waiting,
        decision: None,
    };
    Prepared { change: change(title, Vec::new(), warnings), entered: Entered::PutAside(Box::new(record)) }
}

/// The id of the row of a key: a double click makes no second one.
fn row_id(key: &EventKey) -> QuarantineId {
    let mut hash = Sha256::new();
    for part in ["entry", &key.tenant.to_string(), &key.source, &key.key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    QuarantineId::from_uuid(uuid::Uuid::from_bytes(id))
}

async fn corrected(read: &mut Read, of: &EventKey, wanted: &Wanted) -> Result<EventRecord> {
    let event = by_key(read, of).await?.ok_or_else(|| {
        let message = "The event that this corrects is not in the ledger.";
        OperationError::not_found("unknown_parent", message).field("corrects.key")
    })?;
    if event.usage.classification == Classification::Correction {
        let message = "This event is a correction itself: correct the event that it corrects.";
        return Err(OperationError::refused("unknown_parent", message).field("corrects.key"));
    }
    if wanted.request.occurred_at.is_some() && wanted.occurred_at != event.usage.occurred_at {
        let message = format!("A correction carries the time of what it corrects: {}.", event.usage.occurred_at);
        return Err(OperationError::wrong_use("malformed", message).field("occurred_at"));
    }
    Ok(event)
}

/// The key was entered before: with the same content nothing happens, with other content it is refused.
fn already(wanted: &Wanted, tenant: &Tenant, meter: &Meter, usage: &Usage, known: &EventRecord) -> Result<Prepared> {
    // Without a time in the form the first entry's "now" counts, or a double click would be a conflict.
    let timed = Usage {
        occurred_at: match wanted.request.occurred_at {
            None => known.usage.occurred_at,
            Some(_) => usage.occurred_at,
        },
        ..usage.clone()
    };
    if fingerprint(&timed) != known.fingerprint {
        let message = "This key was entered before with other content. Open the form again for a new entry.";
        return Err(OperationError::refused("conflict", message).field("key"));
    }
    let quantity = shown(usage.quantity, meter);
    let title = format!("{quantity} {} of {} for {} is entered already", meter.unit, meter.name, tenant.name);
    Ok(Prepared { change: change(title, Vec::new(), Vec::new()), entered: Entered::Known })
}

async fn assign(
    read: &mut Read,
    wanted: &Wanted,
    timeline: &Timeline,
    usage: &Usage,
    meter: &Meter,
) -> Result<Result<Assignment, PutAside>> {
    let plans = store::plans::all_versions(read).await?;
    let parent = match &wanted.corrects {
        None => None,
        Some(of) => parents(read, &[of]).await?.remove(of),
    };
    let now = wanted.act.at;
    let made = timeline.assign(usage, meter, parent.as_ref(), now, Lateness::Checked, &plans);
    Ok(match made {
        Err(PutAside { code: Reason::PeriodMissing, .. }) => {
            let extended =
                periods::with_missing(read, timeline, now.max(usage.occurred_at), &wanted.new_periods).await?;
            extended.assign(usage, meter, parent.as_ref(), now, Lateness::Checked, &plans)
        }
        made => made,
    })
}

/// A person is told at once what an import would put aside.
fn refused(aside: &PutAside) -> OperationError {
    let field = match aside.code {
        Reason::NegativeQuantity | Reason::TooLarge | Reason::BelowZero | Reason::CorrectionTooLarge => "quantity",
        Reason::UnknownParent => "corrects.key",
        _ => "occurred_at",
    };
    OperationError::refused(aside.code.as_str(), super::sentence(&aside.sentence)).field(field)
}

async fn preview(
    read: &mut Read,
    tenant: &Tenant,
    meter: &Meter,
    usage: &Usage,
    assignment: &Assignment,
) -> Result<Change> {
    let quantity = shown(usage.quantity, meter);
    let what = if usage.classification == Classification::Correction { "Correct" } else { "Enter" };
    let title = format!("{what} {quantity} {} of {} for {}", meter.unit, meter.name, tenant.name);
    let mut warnings = Vec::new();
    let Some(counted) = Counted::of(assignment, meter) else {
        return Ok(change(title, Vec::new(), warnings));
    };
    let used = counted.used(read, usage.key.tenant, meter).await?;
    let added = if assignment.billable { assignment.contribution } else { 0 };
    let after = match (meter.aggregation, usage.classification) {
        (Aggregation::Max, Classification::Correction) => {
            warnings.push("The maximum is found again among all events of the period when this is entered.".to_owned());
            used
        }
        (Aggregation::Max, _) => used.max(added),
        _ => used.checked_add(added).ok_or_else(|| {
            OperationError::wrong_use("overflow", "The sum would not fit into 64 bits.").field("quantity")
        })?,
    };
    if meter.aggregation == Aggregation::Level && after < 0 {
        let message = format!("Only {} {} are held.", shown(used, meter), meter.unit);
        return Err(OperationError::refused(Reason::BelowZero.as_str(), message).field("quantity"));
    }
    if !assignment.billable {
        warnings.push(format!("It is not billable: {}.", assignment.billable_reason));
    }
    let label = format!("Billable use of {} {}", meter.name, counted.name());
    let mut effects = vec![effect(label, shown(used, meter), shown(after, meter), &meter.unit)];
    if let Some(limits) = limits_of(read, usage, assignment).await? {
        let (before, after) = (Standing { used, limits }, Standing { used: after, limits });
        effects.extend(level_effects(before, after));
        warnings.extend(crossing(before, after));
    }
    Ok(change(title, effects, warnings))
}

async fn limits_of(read: &mut Read, usage: &Usage, assignment: &Assignment) -> Result<Option<billing::level::Limits>> {
    let Some(entitlement) = assignment.entitlement else { return Ok(None) };
    let timeline = store::timelines::load_one(read, usage.key.tenant).await?;
    let Some(held) = timeline.entitlements().iter().find(|held| held.id == entitlement) else { return Ok(None) };
    let versions = store::plans::all_versions(read).await?;
    Ok(versions.get(&held.plan_version).map(|version| version.limits(usage.meter, &held.overrides).limits))
}

fn crossing(before: Standing, after: Standing) -> Option<String> {
    let word = match after.level() {
        Level::Normal => None,
        Level::Warning => Some("80 %: a warning is raised"),
        Level::Alert => Some("100 %: an alert is raised"),
    }?;
    (after.level() > before.level()).then(|| format!("This crosses {word} unless there was one before."))
}

async fn enter(write: &mut store::Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    periods::store_missing(write, wanted.tenant, wanted.act.at.max(wanted.occurred_at), &wanted.new_periods).await?;
    let Prepared { change, entered } = prepare(write, wanted).await?;
    // What is in already is what was asked for, whatever was shown.
    let event = match entered {
        Entered::Known => return Ok(change),
        Entered::Event(event) => *event,
        Entered::PutAside(record) => {
            still_as_shown(&change, shown)?;
            return put_aside(write, wanted, *record, change).await;
        }
    };
    still_as_shown(&change, shown)?;
    let subject = format!("{}/{}", event.usage.key.source, event.usage.key.key);
    let after = canonical(&[
        ("meter", wanted.request.meter.clone()),
        ("quantity", wanted.request.quantity.trim().to_owned()),
        ("occurred_at", event.usage.occurred_at.to_string()),
        ("classification", event.usage.classification.to_string()),
    ]);
    let action = if wanted.corrects.is_some() { "entry.correct" } else { "entry.add" };
    let batch = Batch { received_at: wanted.act.at, import: None, alerting: Alerting::Raise, events: vec![event] };
    let outcome = append(write, &batch).await?.outcomes.first().copied();
    match outcome {
        Some(Outcome::Accepted) => {}
        Some(Outcome::BelowZero) => {
            let message = "This would take the level below 0.";
            return Err(OperationError::refused(Reason::BelowZero.as_str(), message).field("quantity"));
        }
        other => {
            let message = "The tenant changed while this was entered; try again.";
            return Err(OperationError::refused("preview_outdated", message).because(format!("{other:?}")));
        }
    }
    let recorded = Recorded { action, tenant: Some(wanted.tenant), subject, before: None, after: Some(after) };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}

async fn put_aside(
    write: &mut store::Write,
    wanted: &Wanted,
    record: QuarantineRecord,
    change: Change,
) -> Result<Change> {
    let (subject, reason) = (record.id.to_string(), record.reason.clone());
    let after = canonical(&[("source", record.source.clone()), ("key", wanted.key.clone()), ("reason", reason)]);
    if store::quarantine::insert(write, &[record]).await? > 0 {
        let action = "entry.put_aside";
        let recorded = Recorded { action, tenant: Some(wanted.tenant), subject, before: None, after: Some(after) };
        wanted.act.record(write, recorded).await?;
    }
    Ok(change)
}
