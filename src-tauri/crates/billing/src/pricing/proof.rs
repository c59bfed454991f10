//! The proof of an amount: the steps that add up to it, as data.
//!
//! Not a text: faces write it out. Stored with invoice lines, so its JSON is canonical: decimals are strings without
//! trailing zeros, absent parts are left out, the order of steps is the order of the rule.

use crate::exact::{self, Inexact, optional_text, text};
use crate::meter::text_enum;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a step does.
    Rule {
        /// Quantity times an amount per unit.
        Units = "units",
        /// The part of a quantity in one tier, times the tier's amount per unit.
        TierUnits = "tier_units",
        /// A tier's flat amount.
        TierFlat = "tier_flat",
        /// Whole packages times the amount of one.
        Packages = "packages",
        /// An event, or a part of one, that the free allowance covers.
        FreeEvent = "free_event",
        /// A percentage of what an event exceeds the free allowance by.
        EventPercent = "event_percent",
        /// The fixed fee of an event that pays.
        EventFee = "event_fee",
        /// What is missing to the least that an event pays.
        EventMinimum = "event_minimum",
        /// What an event exceeds its most by, taken off.
        EventMaximum = "event_maximum",
        /// The percentage of the part in one tier.
        TierPercent = "tier_percent",
        /// Part of a period: an amount times days over days of the period.
        Proration = "proration",
        /// What earlier lines of the period billed, taken off.
        Before = "before",
        /// What exceeds the maximum of the period, taken off.
        Maximum = "maximum",
        /// What is missing to the minimum of the period.
        Minimum = "minimum",
        /// A discount, taken off.
        Discount = "discount",
        /// A tax.
        Tax = "tax",
        /// A charge as it was given.
        Charge = "charge",
        /// A credit, taken off.
        Credit = "credit",
        /// What a credit exceeds what was paid by, put back.
        CreditCap = "credit_cap",
        /// What a prepaid wallet pays.
        Wallet = "wallet",
        /// Whole local days; the one amount that is not money.
        Days = "days",
        /// What rounding added or took off.
        Rounding = "rounding",
    }
}

/// One step. Its amount is what the fields before it give; the amounts of all steps add up to the amount proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it does.
    pub rule: Rule,
    /// The tier, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<u32>,
    /// The event, from 1, in order of (occurred_at, source, key).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
    /// The quantity that it takes.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The amount per unit, rate in percent, or amount that it applies.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    /// What the product of both is divided by, where that is not 1.
    #[serde(default, with = "optional_text", skip_serializing_if = "Option::is_none")]
    pub divisor: Option<Decimal>,
    /// What it adds, in major units; negative when it takes off.
    #[serde(with = "text")]
    pub amount: Decimal,
}

impl Step {
    /// A step with nothing but its amount.
    pub const fn new(rule: Rule, amount: Decimal) -> Self {
        Self { rule, tier: None, event: None, quantity: None, price: None, divisor: None, amount }
    }

    /// With the quantity and the price that give the amount.
    #[must_use]
    pub fn of(self, quantity: Decimal, price: Decimal, divisor: Decimal) -> Self {
        let divisor = Some(divisor).filter(|divisor| *divisor != Decimal::ONE);
        Self { quantity: Some(quantity), price: Some(price), divisor, ..self }
    }

    /// In a tier, counted from 1.
    #[must_use]
    pub fn in_tier(self, index: usize) -> Self {
        Self { tier: u32::try_from(index + 1).ok(), ..self }
    }

    /// Of an event, counted from 1.
    #[must_use]
    pub fn of_event(self, index: usize) -> Self {
        Self { event: u32::try_from(index + 1).ok(), ..self }
    }
}

/// The steps of an amount.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof {
    /// In the order of the rule.
    pub steps: Vec<Step>,
}

impl Proof {
    /// The sum of the steps, which is the amount.
    ///
    /// # Errors
    /// [`Inexact`] when a digit would be lost.
    pub fn total(&self) -> Result<Decimal, Inexact> {
        exact::sum(self.steps.iter().map(|step| step.amount))
    }
}

/// An amount in major units and the proof of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The amount.
    pub amount: Decimal,
    /// Steps that add up to it.
    pub proof: Proof,
}

impl Rated {
    /// The amount that steps add up to: there is no other way to make one.
    ///
    /// # Errors
    /// [`Inexact`] when a digit would be lost.
    pub fn from_steps(steps: Vec<Step>) -> Result<Self, Inexact> {
        let proof = Proof { steps };
        Ok(Self { amount: proof.total()?, proof })
    }

    /// With one more step.
    ///
    /// # Errors
    /// [`Inexact`] when a digit would be lost.
    pub fn and(mut self, step: Step) -> Result<Self, Inexact> {
        self.amount = exact::add(self.amount, step.amount)?;
        self.proof.steps.push(step);
        Ok(self)
    }
}
