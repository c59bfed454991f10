//! Plans and their versions: fee, features, allowances and prices, and the overrides that change an allowance.
//!
//! A version is never edited once used. Not who has which plan: that is [`crate::timeline`].

use crate::exact::optional_units;
use crate::ids::{MeterId, OverrideId, PlanId, PlanVersionId};
use crate::level::Limits;
use crate::meter::text_enum;
use crate::money::{Currency, Money};
use crate::period::BillingInterval;
use crate::price::Price;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its identity.
    pub id: PlanId,
    /// The family, such as `calls`; a tenant changes between plans of one family.
    pub family: String,
    /// Its code, unique in the database.
    pub code: String,
    /// Its name on screens.
    pub name: String,
    /// Its place within the family: a higher rank holds more.
    pub rank: i32,
}

text_enum! {
    /// When the fee of a period is invoiced.
    FeeTiming {
        /// With the period that it pays for.
        Arrears = "arrears",
        /// With the period before.
        Advance = "advance",
    }
}

text_enum! {
    /// Whether a repetition that succeeded is billed.
    RetryRule {
        /// It is.
        Billable = "billable",
        /// It is free.
        Free = "free",
    }
}

/// What a version gives of one meter; units at the meter's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// What the fee pays for; none is unlimited.
    #[serde(with = "optional_units")]
    pub included: Option<i64>,
    /// The hard stop; none when there is none.
    #[serde(with = "optional_units", default)]
    pub cap: Option<i64>,
}

/// A feature of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its code.
    pub code: String,
    /// Its name on screens.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether the plan has it.
    pub enabled: bool,
    /// Its limit in words, where it has one.
    #[serde(default)]
    pub limit: Option<String>,
}

/// An immutable version of a plan in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersion {
    /// Its identity.
    pub id: PlanVersionId,
    /// The plan.
    pub plan: PlanId,
    /// Its number within the plan and currency, from 1.
    pub version: u32,
    /// Fee per period; its currency is the version's.
    pub fee: Money,
    /// How long the period of the fee is.
    pub interval: BillingInterval,
    /// When the fee is invoiced.
    pub fee_timing: FeeTiming,
    /// Least total of the fee and lines of a period, in minor units; none when there is none.
    pub minimum: Option<Money>,
    /// Whether successful repetitions are billed.
    pub retry_success: RetryRule,
    /// Its features, in the order of the screens.
    pub features: Vec<Feature>,
    /// What it gives per meter. A meter without an allowance is unlimited, or, where it has a price, includes nothing.
    pub allowances: BTreeMap<MeterId, Allowance>,
    /// What use above the allowance costs.
    pub prices: BTreeMap<MeterId, Price>,
}

impl PlanVersion {
    /// Whether this version says anything about a meter, so that the meter belongs to its subscription.
    pub fn covers(&self, meter: MeterId) -> bool {
        self.allowances.contains_key(&meter) || self.prices.contains_key(&meter)
    }

    /// What the version alone gives of a meter.
    pub fn allowance(&self, meter: MeterId) -> Allowance {
        self.allowances.get(&meter).copied().unwrap_or_else(|| {
            let included = if self.prices.contains_key(&meter) { Some(0) } else { None };
            Allowance { included, cap: None }
        })
    }

    /// What holds of a meter with the overrides in force: overrides come before the plan (rules, section 3.5), and
    /// of two that set the same figure the later one in the list holds.
    pub fn limits(&self, meter: MeterId, overrides: &[OverrideInForce]) -> EffectiveLimits {
        let Allowance { included, cap } = self.allowance(meter);
        let mut effective = EffectiveLimits { limits: Limits { included, cap }, override_id: None };
        for change in overrides.iter().filter(|change| change.meter == meter) {
            if let Setting::To(included) = change.included {
                effective.limits.included = included;
            }
            if let Setting::To(cap) = change.cap {
                effective.limits.cap = cap;
            }
            effective.override_id = Some(change.id);
        }
        effective
    }
}

/// Why a version or a family of them is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A figure below 0.
    #[error("{field} is negative")]
    Negative {
        /// The field.
        field: String,
    },
    /// A minimum in another currency than the fee.
    #[error("minimum: its currency is {minimum}, the fee's is {fee}")]
    MixedCurrencies {
        /// Of the minimum.
        minimum: Currency,
        /// Of the fee.
        fee: Currency,
    },
    /// A plan of a higher rank that does not give more.
    #[error("allowances[{meter}].included: a plan of a higher rank must include more")]
    NotRising {
        /// The meter.
        meter: MeterId,
    },
}

impl PlanVersion {
    /// Checks the figures of a version; prices check themselves when they are made.
    ///
    /// # Errors
    /// The first field at fault.
    pub fn check(&self) -> Result<(), PlanError> {
        let negative = |field: String| Err(PlanError::Negative { field });
        if self.fee.minor() < 0 {
            return negative("fee".to_owned());
        }
        if let Some(minimum) = self.minimum {
            if minimum.minor() < 0 {
                return negative("minimum".to_owned());
            }
            if minimum.currency() != self.fee.currency() {
                return Err(PlanError::MixedCurrencies { minimum: minimum.currency(), fee: self.fee.currency() });
            }
        }
        for (meter, Allowance { included, cap }) in &self.allowances {
            if included.is_some_and(|units| units < 0) {
                return negative(format!("allowances[{meter}].included"));
            }
            if cap.is_some_and(|units| units < 0) {
                return negative(format!("allowances[{meter}].cap"));
            }
        }
        Ok(())
    }

    /// Checks that this version gives more than one of a lower rank of every meter that both name (requirement A6).
    /// Unlimited is more than any figure, and no less than unlimited.
    ///
    /// # Errors
    /// [`PlanError::NotRising`] with the first meter of which it does not.
    pub fn check_above(&self, lower: &Self) -> Result<(), PlanError> {
        for (meter, below) in &lower.allowances {
            let Some(above) = self.allowances.get(meter) else { continue };
            let rises = match (below.included, above.included) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(below), Some(above)) => above > below,
            };
            if !rises {
                return Err(PlanError::NotRising { meter: *meter });
            }
        }
        Ok(())
    }
}

/// Limits with what made them so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectiveLimits {
    /// What holds.
    pub limits: Limits,
    /// The override that holds, the last one where there are several.
    pub override_id: Option<OverrideId>,
}

/// What an override does to one figure of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting {
    /// Leaves the plan's.
    #[default]
    Keep,
    /// Sets it; none is unlimited or no cap. Units at the meter's scale.
    To(Option<i64>),
}

impl Setting {
    const UNLIMITED: &'static str = "unlimited";

    const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep => serializer.serialize_none(),
            Self::To(None) => serializer.serialize_str(Self::UNLIMITED),
            Self::To(Some(units)) => serializer.collect_str(units),
        }
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None => Ok(Self::Keep),
            Some(Self::UNLIMITED) => Ok(Self::To(None)),
            Some(units) => units.parse().map(|units| Self::To(Some(units))).map_err(serde::de::Error::custom),
        }
    }
}

/// An override as an entitlement keeps it: what it changes, without who and why, which are in its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideInForce {
    /// The override.
    pub id: OverrideId,
    /// The meter.
    pub meter: MeterId,
    /// What is included instead.
    #[serde(default, skip_serializing_if = "Setting::is_keep")]
    pub included: Setting,
    /// The cap instead.
    #[serde(default, skip_serializing_if = "Setting::is_keep")]
    pub cap: Setting,
}

/// Finds plan versions by id; what resolves events is given one.
pub trait PlanLookup {
    /// The version, if it is known here.
    fn plan_version(&self, id: PlanVersionId) -> Option<&PlanVersion>;
}

impl PlanLookup for HashMap<PlanVersionId, PlanVersion> {
    fn plan_version(&self, id: PlanVersionId) -> Option<&PlanVersion> {
        self.get(&id)
    }
}

impl PlanLookup for BTreeMap<PlanVersionId, PlanVersion> {
    fn plan_version(&self, id: PlanVersionId) -> Option<&PlanVersion> {
        self.get(&id)
    }
}
