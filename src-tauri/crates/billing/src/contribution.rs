//! What an event adds to its counters, and whether it is billed (rules, sections 2.3, 2.6 and 2.8).
//!
//! Not the counters: the store sums contributions up.

use crate::event::{Classification, Usage};
use crate::meter::{Aggregation, Meter};
use crate::plan::RetryRule;
use crate::put_aside::{PutAside, Reason};
use crate::quantity::{MAX_EVENT_UNITS, Quantity};

/// What an event adds: its quantity for `sum`, `level` and `max`, and one for `count`, where a correction takes one
/// away. A `max` counter takes the largest contribution that is not superseded.
///
/// # Errors
/// A negative quantity where the meter is not signed and the event is no correction; one beyond [`MAX_EVENT_UNITS`],
/// corrections excepted.
pub fn contribution(usage: &Usage, meter: &Meter) -> Result<i64, PutAside> {
    let correction = usage.classification == Classification::Correction;
    // How large a correction may be depends on what it corrects.
    if !correction && usage.quantity.unsigned_abs() > MAX_EVENT_UNITS.unsigned_abs() {
        let most = Quantity::new(MAX_EVENT_UNITS, meter.scale);
        let sentence = format!("one event of {} counts at most {most} {}", meter.code, meter.unit);
        return Err(PutAside::new(Reason::TooLarge, sentence));
    }
    let signed = match meter.aggregation {
        Aggregation::Level => true,
        // A correction of a maximum replaces it, so its quantity is a use like any other.
        Aggregation::Max => meter.signed,
        Aggregation::Sum | Aggregation::Count => meter.signed || correction,
    };
    if usage.quantity < 0 && !signed {
        let sentence = format!("the meter {} takes no negative quantities", meter.code);
        return Err(PutAside::new(Reason::NegativeQuantity, sentence));
    }
    Ok(match meter.aggregation {
        Aggregation::Sum | Aggregation::Level | Aggregation::Max => usage.quantity,
        Aggregation::Count if correction => -1,
        Aggregation::Count => 1,
    })
}

/// Whether corrections of a meter are bounded by the events that they correct. What a signed meter counts may be below 0
/// anyway, and a correction of a maximum replaces it instead of taking something back.
pub fn is_limited(meter: &Meter) -> bool {
    !meter.signed && meter.aggregation != Aggregation::Max
}

/// Whether a correction takes back more than earlier ones have left of the event that it corrects. A movement of a level
/// that was below 0 itself has no such bound: the level has.
pub fn takes_too_much(left: i64, taken: i64, meter: &Meter) -> bool {
    let is_release = meter.aggregation == Aggregation::Level && left < 0;
    is_limited(meter) && !is_release && taken < 0 && left.saturating_add(taken) < 0
}

/// Whether an event is billed, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billing {
    /// Whether it is billed.
    pub billable: bool,
    /// The source's reason, or a short code.
    pub reason: String,
}

/// Only successful work is billed: a failed attempt never is, a repetition unless the plan says that it is free, and
/// what the source says is not billable is not. A correction takes its parent's; this is not asked for it.
pub fn billing(usage: &Usage, retry_success: RetryRule) -> Billing {
    let said_free = usage.billable == Some(false);
    let (billable, code) = match usage.classification {
        Classification::RetryFailed => (false, "retry_failed"),
        Classification::RetrySuccess if retry_success == RetryRule::Free => (false, "retry_free_by_plan"),
        _ if said_free => (false, "not_billable_by_source"),
        Classification::RetrySuccess => (true, "retry_success"),
        Classification::Original | Classification::Correction => (true, "original"),
    };
    Billing { billable, reason: usage.billable_reason.clone().unwrap_or_else(|| code.to_owned()) }
}
