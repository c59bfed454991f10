//! What a cache row holds: events, all, billable, cost; and the dimensions of a day's row.
//!
//! Shared by append, which adds to the rows, and verify, which recounts them: one meaning of each figure.

use crate::error::{Result, StoreError};
use billing::event::{Assignment, Classification, Usage};
use billing::ids::PlanVersionId;
use billing::money::Cost;
use uuid::Uuid;

/// The figures of a cache row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sum {
    pub events: i64,
    pub quantity: i64,
    pub billable: i64,
    pub cost_nano: i64,
}

impl Sum {
    /// What one event adds.
    pub fn of(contribution: i64, billable: bool, cost: Option<Cost>) -> Self {
        Self {
            events: 1,
            quantity: contribution,
            billable: if billable { contribution } else { 0 },
            cost_nano: cost.map_or(0, |cost| cost.nano),
        }
    }

    /// A maximum of nothing is 0, so a `max` counter never shows less.
    pub fn floored(self) -> Self {
        Self { quantity: self.quantity.max(0), billable: self.billable.max(0), ..self }
    }

    pub fn add(&mut self, other: Self) -> Result<()> {
        let sum = |one: i64, other: i64| {
            one.checked_add(other).ok_or_else(|| StoreError::Overflow("the sum of a counter".to_owned()))
        };
        *self = Self {
            events: sum(self.events, other.events)?,
            quantity: sum(self.quantity, other.quantity)?,
            billable: sum(self.billable, other.billable)?,
            cost_nano: sum(self.cost_nano, other.cost_nano)?,
        };
        Ok(())
    }

    /// As [`Sum::add`], but the larger quantity stands.
    pub fn take_larger(&mut self, other: Self) -> Result<()> {
        let (quantity, billable) = (self.quantity.max(other.quantity), self.billable.max(other.billable));
        self.add(Self { quantity: 0, billable: 0, ..other })?;
        (self.quantity, self.billable) = (quantity, billable);
        Ok(())
    }
}

/// What rows of a day are kept apart by, beside day and meter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Dimensions {
    /// Nil before any subscription.
    pub plan_version: Uuid,
    pub provider: String,
    pub classification: Classification,
    /// Of the cost; empty without cost.
    pub currency: &'static str,
}

impl Dimensions {
    pub fn of(usage: &Usage, assignment: &Assignment) -> Self {
        Self {
            plan_version: assignment.plan_version.map_or_else(Uuid::nil, PlanVersionId::uuid),
            provider: usage.provider.clone(),
            classification: usage.classification,
            currency: usage.cost.map_or("", |cost| cost.currency.code()),
        }
    }
}
