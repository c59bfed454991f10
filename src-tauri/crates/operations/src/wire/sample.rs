//! What making the sample company gave.

use serde::Serialize;

/// The sample company as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct SampleReport {
    /// The file.
    pub file: String,
    /// The seed that it was made from; the same seed and instant give the same company.
    pub seed: u32,
    /// The instant up to which there is usage.
    pub now: String,
    /// Tenants.
    pub tenants: u32,
    /// Events in the ledger.
    #[specta(type = u32)]
    pub events: u64,
    /// Reports that were put aside.
    #[specta(type = u32)]
    pub put_aside: u64,
    /// Alerts that were raised or recovered.
    #[specta(type = u32)]
    pub alerts: u64,
    /// Milliseconds that it took.
    #[specta(type = u32)]
    pub elapsed_ms: u64,
}
