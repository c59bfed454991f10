//! Why a use is put aside instead of being counted: a stable code and a sentence.
//!
//! Not the quarantine itself, which the store keeps.

use crate::meter::text_enum;

text_enum! {
    /// The stable codes.
    Reason {
        /// The same key with other content.
        Conflict = "conflict",
        /// More than 35 days late.
        TooLate = "too_late",
        /// More than 5 minutes in the future.
        InFuture = "in_future",
        /// No active subscription at that time.
        NoSubscription = "no_subscription",
        /// Takes a level below 0.
        BelowZero = "below_zero",
        /// Its period is closed.
        ClosedPeriod = "closed_period",
        /// Its period is not stored yet; asks for an extension and is tried again.
        PeriodMissing = "period_missing",
        /// The tenant is not known.
        UnknownTenant = "unknown_tenant",
        /// The meter is not known.
        UnknownMeter = "unknown_meter",
        /// The plan version of its entitlement is not loaded; a fault of the caller.
        UnknownPlan = "unknown_plan",
        /// Its parent is missing or does not fit.
        UnknownParent = "unknown_parent",
        /// Takes back more than is left of the event that it corrects.
        CorrectionTooLarge = "correction_too_large",
        /// Not a value of its field.
        Malformed = "malformed",
        /// A text beyond its limit.
        TooLong = "too_long",
        /// Below 0 on a meter that takes none.
        NegativeQuantity = "negative_quantity",
        /// More decimal digits than the meter has.
        TooManyDigits = "too_many_digits",
        /// Beyond what one event may count.
        TooLarge = "too_large",
        /// A counter of its tenant would not fit into 64 bits.
        Overflow = "overflow",
        /// A time without a zone.
        NoZone = "no_zone",
        /// A keyless file that overlaps an earlier one.
        Overlap = "overlap",
    }
}

/// A use that is not counted, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct PutAside {
    /// The stable code.
    pub code: Reason,
    /// One sentence for people.
    pub sentence: String,
}

impl PutAside {
    /// From a code and a sentence.
    pub fn new(code: Reason, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}
