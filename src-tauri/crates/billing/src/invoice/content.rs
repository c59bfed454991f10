//! The document itself, as it is hashed and kept: plain data with one canonical form.
//!
//! Amounts are minor units of the document's currency and decimals are without trailing zeros, both as strings; absent
//! parts are left out; fields stand in the order of the types. So two documents are equal when their bytes are.

use crate::exact::{optional_text, text};
use crate::ids::{EntitlementId, MeterId, PeriodId, PlanVersionId, SubscriptionId, TenantId};
use crate::meter::text_enum;
use crate::money::Currency;
use crate::pricing::Proof;
use crate::time::{Day, Timestamp, Zone};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Somebody on a document: who bills or who is billed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Name.
    pub name: String,
    /// Address, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
    /// ISO 3166 country code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Its id for taxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

text_enum! {
    /// What a line is. The order of the values is the order on the document (rules, section 6).
    LineKind {
        /// The fee of the plan, or a part of it.
        Fee = "fee",
        /// Use above what is included.
        Usage = "usage",
        /// Use of an earlier period that was accepted after that one's invoice.
        Late = "late",
        /// What exceeds the maximum of a price, taken off.
        Maximum = "maximum",
        /// What is missing to the minimum of a price or of the plan.
        Minimum = "minimum",
        /// A discount on the lines of one meter.
        Discount = "discount",
        /// A discount on what the invoice came to.
        Coupon = "coupon",
        /// Overage that somebody else invoices; outside the total.
        Memo = "memo",
        /// A line of an imported document.
        Item = "item",
    }
}

/// Some whole days of a billing period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOfPeriod {
    /// The period.
    pub period: PeriodId,
    /// The first day.
    #[serde(with = "day_text")]
    pub from: Day,
    /// The first day after it.
    #[serde(with = "day_text")]
    pub to: Day,
    /// Days of the whole period that the part is of.
    pub of_days: i64,
}

/// A line. Its amount is what its proof adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its place, from 1.
    pub no: u32,
    /// What it is.
    pub kind: LineKind,
    /// What it says, in English: a name and no figures.
    pub description: String,
    /// The meter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<MeterId>,
    /// Its unit, as quantities of the line are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The plan version that it was rated under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_version: Option<PlanVersionId>,
    /// The entitlement that held at its end, overrides included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<EntitlementId>,
    /// The days that it is about; of a late line those of the period that it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOfPeriod>,
    /// Billable use in its days.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub used: Option<Decimal>,
    /// What was included for its days; none is unlimited, or a line without use.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub included: Option<Decimal>,
    /// What is priced.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The amount before rounding, in major units.
    #[serde(with = "text")]
    pub unrounded: Decimal,
    /// The amount in minor units, rounded once.
    #[serde(with = "units_text")]
    pub amount_minor: i64,
    /// Steps that add up to the amount, rounding included.
    pub proof: Proof,
}

impl Line {
    /// Whether it is part of the total; a memo is not.
    pub fn counts(&self) -> bool {
        self.kind != LineKind::Memo
    }
}

/// Tax of one rate, rounded once per document (rules, section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxLine {
    /// Rate.
    #[serde(with = "text")]
    pub percent: Decimal,
    /// What it is on, in minor units.
    #[serde(with = "units_text")]
    pub net_minor: i64,
    /// The tax in minor units.
    #[serde(with = "units_text")]
    pub amount_minor: i64,
    /// Steps that add up to it.
    pub proof: Proof,
}

text_enum! {
    /// What settles a part of a total.
    SettlementKind {
        /// A prepaid credit.
        Prepaid = "prepaid",
    }
}

/// A part of the total that is settled when the document is issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// What settles it.
    pub kind: SettlementKind,
    /// The id of it as text.
    pub reference: String,
    /// What people call it.
    pub name: String,
    /// How much, in minor units, above 0.
    #[serde(with = "units_text")]
    pub amount_minor: i64,
}

/// When and under which number a document was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Its number.
    pub number: String,
    /// The instant.
    #[serde(with = "instant_text")]
    pub at: Timestamp,
    /// The day in the seller's zone.
    #[serde(with = "day_text")]
    pub day: Day,
    /// The day by which it is to be paid; none on credit notes.
    #[serde(default, with = "optional_day_text", skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The version of this form.
    pub format: u32,
    /// The version of the rules of rating.
    pub rule_version: u32,
    /// Number and dates; none while it is a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// The tenant.
    pub tenant: TenantId,
    /// The subscription; none of an imported document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionId>,
    /// The period that it bills; none of an imported document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOfPeriod>,
    /// The zone of the period's days.
    #[serde(default, with = "optional_zone_text", skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The plan by name at the end of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// Who bills.
    pub seller: Party,
    /// Who is billed.
    pub buyer: Party,
    /// In the order of the rules.
    pub lines: Vec<Line>,
    /// Sum of the lines that count, in minor units.
    #[serde(with = "units_text")]
    pub net_minor: i64,
    /// Tax per rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxLine>,
    /// Net and tax.
    #[serde(with = "units_text")]
    pub total_minor: i64,
    /// What is settled at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settlement>,
    /// Total less what is settled: what is to be paid.
    #[serde(with = "units_text")]
    pub due_minor: i64,
    /// A sentence on tax, such as reverse charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_note: Option<String>,
    /// A sentence of the seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The number of the voided invoice that this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// A credited part of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditLine {
    /// Its place, from 1.
    pub no: u32,
    /// The line of the invoice, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_line: Option<u32>,
    /// What it says.
    pub description: String,
    /// Quantity, where the line has one.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Net, in minor units.
    #[serde(with = "units_text")]
    pub amount_minor: i64,
}

/// A credit note: what is credited is above 0 (an imported one may be anything).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditContent {
    /// The version of this form.
    pub format: u32,
    /// Number and day.
    pub issue: Issue,
    /// The tenant.
    pub tenant: TenantId,
    /// The number of the invoice; none of an imported one that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// Who credits.
    pub seller: Party,
    /// Who is credited.
    pub buyer: Party,
    /// What is credited.
    pub lines: Vec<CreditLine>,
    /// Net.
    #[serde(with = "units_text")]
    pub net_minor: i64,
    /// Tax per rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxLine>,
    /// Net and tax.
    #[serde(with = "units_text")]
    pub total_minor: i64,
    /// Why.
    pub reason: String,
}

/// The canonical JSON of a document and its SHA-256.
macro_rules! canonical {
    ($($name:ident),+) => {$(
        impl $name {
            /// The version of the form that is written today.
            pub const FORMAT: u32 = 1;

            /// The canonical JSON: what is hashed and kept.
            pub fn canonical(&self) -> String {
                serde_json::to_string(self).expect("plain data with text keys always serializes")
            }

            /// SHA-256 of the canonical JSON.
            pub fn hash(&self) -> [u8; 32] {
                Sha256::digest(self.canonical()).into()
            }
        }
    )+};
}
canonical!(Content, CreditContent);

/// Integers as strings in JSON: no reader of JSON may round them.
pub(crate) mod units_text {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
    pub fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! as_text {
    ($module:ident, $type:ty) => {
        mod $module {
            use super::*;
            use serde::{Deserializer, Serializer};

            pub fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(value)
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
as_text!(day_text, Day);
as_text!(instant_text, Timestamp);

macro_rules! as_optional_text {
    ($module:ident, $type:ty) => {
        mod $module {
            use super::*;
            use serde::{Deserializer, Serializer};

            pub fn serialize<S: Serializer>(value: &Option<$type>, serializer: S) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => serializer.collect_str(value),
                    None => serializer.serialize_none(),
                }
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$type>, D::Error> {
                let text = Option::<String>::deserialize(deserializer)?;
                text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
            }
        }
    };
}
as_optional_text!(optional_day_text, Day);
as_optional_text!(optional_zone_text, Zone);
