//! Quota: may this much more be used (requirement E4; rules, sections 3.5 and 3.6).
//!
//! `check` only looks. `admit` checks against the cap and records in one transaction: of two racers for the last unit one
//! wins. Short-term memory is not counted, so it is never refused; what has no limit never is.

use super::limits::{Counted, Standing, shown};
use super::{asked, periods};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{QuotaAnswer, QuotaRequest};
use billing::event::{Assignment, Classification, EventKey, Subjects, Usage};
use billing::ids::{PeriodId, TenantId};
use billing::leaf::fingerprint;
use billing::level::{Admission, Limits};
use billing::meter::{Aggregation, Meter, Reset};
use billing::put_aside::{PutAside, Reason};
use billing::time::{Day, Timestamp};
use billing::timeline::{Lateness, Timeline};
use futures::FutureExt;
use std::sync::Arc;
use store::append::{Alerting, Batch, NewEvent, Outcome, append};
use store::events::by_key;
use store::{Read, Store};

/// The source of what `admit` records.
pub const ADMITTED: &str = "admit";
/// The action of a movement of short-term memory.
const SHORT_TERM: &str = "STM";

/// Whether so much more may be used; nothing is recorded.
///
/// # Errors
/// The field at fault; `no_subscription`.
pub async fn quota_check(store: &Store, host: &dyn Host, request: &QuotaRequest) -> Result<QuotaAnswer> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { Ok(weigh(read, &wanted).await?.answer) }.boxed()).await
}

/// Records the use if it may be; a refusal records nothing and says which limit, how much is left and when it resets.
/// The same key again gives the same answer and records nothing more.
///
/// # Errors
/// The field at fault; `no_subscription`, `conflict`, `read_only`.
pub async fn quota_admit(store: &Store, host: &dyn Host, request: &QuotaRequest) -> Result<QuotaAnswer> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    if wanted.key.is_none() {
        let message = "Name a key: the same key again must not count twice.";
        return Err(OperationError::wrong_use("empty", message).field("key"));
    }
    store
        .write(move |write| {
            let wanted = Arc::clone(&wanted);
            async move { admit(write, &wanted).await }.boxed()
        })
        .await
}

#[derive(Debug)]
struct Wanted {
    request: QuotaRequest,
    tenant: TenantId,
    key: Option<String>,
    at: Timestamp,
    new_periods: Vec<PeriodId>,
}

impl Wanted {
    fn new(host: &dyn Host, request: &QuotaRequest) -> Result<Self> {
        Ok(Self {
            request: request.clone(),
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            key: request.key.as_deref().map(|key| asked::key("key", key)).transpose()?,
            at: host.now(),
            new_periods: periods::ids(host),
        })
    }

    fn usage(&self, meter: &Meter, quantity: i64) -> Usage {
        let is_short_term = meter.aggregation == Aggregation::Level && self.request.tier.as_deref() == Some(SHORT_TERM);
        Usage {
            key: EventKey {
                tenant: self.tenant,
                source: ADMITTED.to_owned(),
                key: self.key.clone().unwrap_or_default(),
            },
            meter: meter.id,
            quantity,
            occurred_at: self.at,
            classification: Classification::Original,
            parent: None,
            billable: is_short_term.then_some(false),
            billable_reason: is_short_term.then(|| "short-term memory is not counted".to_owned()),
            cost: None,
            provider: String::new(),
            action: self.request.tier.clone().unwrap_or_default(),
            subjects: Subjects::default(),
        }
    }
}

/// The answer with what would be recorded.
struct Weighed {
    answer: QuotaAnswer,
    meter: Meter,
    event: NewEvent,
}

async fn weigh(read: &mut Read, wanted: &Wanted) -> Result<Weighed> {
    asked::tenant(read, wanted.tenant).await?;
    let meter = asked::meter(read, &wanted.request.meter).await?;
    let quantity = asked::units("quantity", &wanted.request.quantity, &meter)?;
    if quantity < 0 && meter.aggregation != Aggregation::Level {
        let message = "Ask for 0 or more; what is used is taken back by a correction.";
        return Err(OperationError::wrong_use("negative_quantity", message).field("quantity"));
    }
    if let Some(tier) = &wanted.request.tier
        && !["STM", "ITM", "LTM"].contains(&tier.as_str())
    {
        let message = "A tier is STM, ITM or LTM.";
        return Err(OperationError::wrong_use("malformed", message).field("tier"));
    }
    let usage = wanted.usage(&meter, quantity);
    let stored = store::timelines::load_one(read, wanted.tenant).await?;
    let timeline = periods::with_missing(read, &stored, wanted.at, &wanted.new_periods).await?;
    let plans = store::plans::all_versions(read).await?;
    let assignment =
        timeline.assign(&usage, &meter, None, wanted.at, Lateness::Checked, &plans).map_err(|aside| refused(&aside))?;
    let held = timeline.holding(meter.id, wanted.at, &plans);
    let limits = match held {
        Some((_, held, Some(version))) => version.limits(meter.id, &held.overrides).limits,
        _ => Limits::UNLIMITED,
    };
    let used = match Counted::of(&assignment, &meter) {
        Some(counted) => counted.used(read, wanted.tenant, &meter).await?,
        None => 0,
    };
    let resets_at = resets_at(&timeline, &assignment, &meter)?;
    let counts = assignment.billable;
    let answer = answer(&meter, Standing { used, limits }, if counts { assignment.contribution } else { 0 }, resets_at);
    let event = NewEvent { usage, assignment, timeline_version: timeline.version(), details: None, line: None };
    Ok(Weighed { answer, meter, event })
}

fn refused(aside: &PutAside) -> OperationError {
    let field = if aside.code == Reason::NoSubscription { "tenant_id" } else { "quantity" };
    OperationError::refused(aside.code.as_str(), super::sentence(&aside.sentence)).field(field)
}

/// When the use starts again at zero; none for levels.
fn resets_at(timeline: &Timeline, assignment: &Assignment, meter: &Meter) -> Result<Option<Timestamp>> {
    Ok(match meter.reset {
        Reset::Never => None,
        Reset::Period => assignment.period.and_then(|id| timeline.period(id)).map(|it| it.span.interval.end),
        Reset::Day => {
            let zone = timeline.entitlements().iter().find(|held| Some(held.id) == assignment.entitlement);
            let zone = zone.map_or(timeline.zone(), |held| held.zone);
            let next = assignment.day.plus_days(1).and_then(|next: Day| next.start(zone));
            Some(next.map_err(|error| {
                OperationError::failed("out_of_range", "The time lies outside the years that are kept.").because(error)
            })?)
        }
    })
}

fn answer(meter: &Meter, standing: Standing, asked: i64, resets_at: Option<Timestamp>) -> QuotaAnswer {
    let Standing { used, limits } = standing;
    let after = match meter.aggregation {
        // Of a maximum the larger one counts: what is asked for is no addition.
        Aggregation::Max => asked.saturating_sub(used).max(0),
        _ => asked,
    };
    let admission = limits.admit(used, after);
    let (admitted, left, message) = match (admission, limits.cap) {
        (Admission::Admitted { .. }, None) => (true, None, "There is no hard limit.".to_owned()),
        (Admission::Admitted { left }, Some(_)) => {
            let left_text = shown(left.unwrap_or(0), meter);
            (true, left, format!("Within the limit; {left_text} {} would be left.", meter.unit))
        }
        (Admission::Refused { cap, left }, _) => {
            let reset = resets_at.map_or_else(
                || "it does not reset: free something or raise the limit".to_owned(),
                |at| format!("it resets at {at}"),
            );
            let (cap, left_text) = (shown(cap, meter), shown(left, meter));
            let message = format!("The limit is {cap} {}, of which {left_text} are left; {reset}.", meter.unit);
            (false, Some(left), message)
        }
    };
    QuotaAnswer {
        admitted,
        recorded: false,
        meter: meter.code.clone(),
        unit: meter.unit.clone(),
        used: shown(used, meter),
        asked: shown(asked, meter),
        included: limits.included.map(|units| shown(units, meter)),
        cap: limits.cap.map(|units| shown(units, meter)),
        left: left.map(|units| shown(units, meter)),
        resets_at: resets_at.map(|at| at.to_string()),
        message,
    }
}

async fn admit(write: &mut store::Write, wanted: &Wanted) -> Result<QuotaAnswer> {
    // Locks the tenant's periods and its version without raising it: racers for the last unit queue here.
    store::tenants::lock(write, wanted.tenant).await?;
    periods::store_missing(write, wanted.tenant, wanted.at, &wanted.new_periods).await?;
    let Weighed { mut answer, meter, event } = weigh(write, wanted).await?;
    if let Some(known) = by_key(write, &event.usage.key).await? {
        let timed = Usage { occurred_at: known.usage.occurred_at, ..event.usage };
        if fingerprint(&timed) != known.fingerprint {
            let message = "This key was admitted before with other content.";
            return Err(OperationError::refused("conflict", message).field("key"));
        }
        (answer.admitted, answer.recorded) = (true, false);
        answer.message = format!("{} {} were admitted under this key before.", answer.asked, meter.unit);
        return Ok(answer);
    }
    if !answer.admitted {
        return Ok(answer);
    }
    let batch = Batch { received_at: wanted.at, import: None, alerting: Alerting::Raise, events: vec![event] };
    match append(write, &batch).await?.outcomes.first() {
        Some(Outcome::Accepted) => {
            answer.recorded = true;
            Ok(answer)
        }
        Some(Outcome::BelowZero) => {
            let message = "More would be freed than is held.";
            Err(OperationError::refused(Reason::BelowZero.as_str(), message).field("quantity"))
        }
        other => Err(OperationError::failed("contended", "The tenant changed meanwhile; try again.")
            .because(format!("{other:?}"))),
    }
}
