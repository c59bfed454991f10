//! What a row of the quarantine said, read back: enough to take it again.

use super::asked;
use crate::error::{OperationError, Result};
use billing::event::{Classification, EventKey, Subjects, Usage};
use billing::ids::TenantId;
use billing::meter::Meter;
use billing::money::{Cost, Currency};
use billing::quantity::parse_decimal;
use billing::time::Timestamp;
use store::append::Details;
use store::quarantine::QuarantineRecord;

/// What begins the names of metadata in a row.
const METADATA: &str = "metadata.";

/// What a row said: names and texts.
pub(crate) struct Said(Vec<(String, String)>);

impl Said {
    pub fn of(record: &QuarantineRecord) -> Result<Self> {
        serde_json::from_str(&record.body).map(Self).map_err(|_| cannot())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str())
    }

    fn cost(&self) -> Result<Option<Cost>> {
        let (Some(amount), Some(currency)) = (self.text("cost"), self.text("currency")) else { return Ok(None) };
        let currency: Currency = currency.parse().map_err(|_| cannot())?;
        let amount = parse_decimal(amount).map_err(|_| cannot())?;
        Cost::rounded(amount, currency).map(|(cost, _)| Some(cost)).map_err(|_| cannot())
    }

    /// Its metadata.
    pub fn details(&self, salt: [u8; 16]) -> Option<Details> {
        let metadata: std::collections::BTreeMap<&str, &str> =
            self.0.iter().filter_map(|(name, text)| Some((name.strip_prefix(METADATA)?, text.as_str()))).collect();
        if metadata.is_empty() {
            return None;
        }
        let body = serde_json::to_string(&metadata).expect("a map of texts always serializes");
        Some(Details { salt, body })
    }

    /// The use that it is of a tenant and meter.
    pub fn usage(
        &self,
        tenant: TenantId,
        record: &QuarantineRecord,
        meter: &Meter,
        subjects: Subjects,
    ) -> Result<Usage> {
        let quantity = self.text("quantity").ok_or_else(cannot)?;
        let occurred_at: Timestamp = self.text("occurred_at").and_then(|text| text.parse().ok()).ok_or_else(cannot)?;
        let classification: Classification =
            self.text("classification").unwrap_or("original").parse().map_err(|_| cannot())?;
        Ok(Usage {
            key: EventKey { tenant, source: record.source.clone(), key: record.key.clone().ok_or_else(cannot)? },
            meter: meter.id,
            quantity: asked::units("quantity", quantity, meter)?,
            occurred_at,
            classification,
            parent: self.text("parent").map(str::to_owned),
            billable: self.text("billable").map(|text| text == "true"),
            billable_reason: self.text("billable_reason").map(str::to_owned),
            cost: self.cost()?,
            provider: self.text("provider").unwrap_or_default().to_owned(),
            action: self.text("action").unwrap_or_default().to_owned(),
            subjects,
        })
    }
}

/// The row does not say enough.
pub(crate) fn cannot() -> OperationError {
    let message = "This row says too little to be taken as it is: correct it in the put-aside file and import that.";
    OperationError::refused("malformed", message).field("ids")
}
