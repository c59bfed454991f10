//! Quota: may this much more be used.

use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaRequest {
    /// The tenant.
    pub tenant_id: String,
    /// Code of the meter.
    pub meter: String,
    /// Decimal quantity in the meter's unit.
    pub quantity: String,
    /// The key under which it is recorded; only a check needs none.
    pub key: Option<String>,
    /// `STM`, `ITM` or `LTM` for memory; short-term memory is not counted.
    pub tier: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct QuotaAnswer {
    /// Whether it may be used.
    pub admitted: bool,
    /// Whether this request put it into the ledger.
    pub recorded: bool,
    /// Code of the meter.
    pub meter: String,
    /// Unit of the figures.
    pub unit: String,
    /// Billable use before.
    pub used: String,
    /// What was asked for, as far as it counts.
    pub asked: String,
    /// What the fee pays for; none when unlimited.
    pub included: Option<String>,
    /// The hard stop; none when there is none.
    pub cap: Option<String>,
    /// What is left below the cap: after the use when it is admitted, now when it is refused; none without a cap.
    pub left: Option<String>,
    /// When the use starts again at zero; none for levels.
    pub resets_at: Option<String>,
    /// The answer in a sentence.
    pub message: String,
}
