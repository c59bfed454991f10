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

/// Figures that no ledger can overflow: what verify counts, and what the company's rows add up to. One tenant's figures,
/// however large, must not stop what looks at all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Wide {
    pub events: i128,
    pub quantity: i128,
    pub billable: i128,
    pub cost_nano: i128,
}

impl From<Sum> for Wide {
    fn from(sum: Sum) -> Self {
        Self {
            events: sum.events.into(),
            quantity: sum.quantity.into(),
            billable: sum.billable.into(),
            cost_nano: sum.cost_nano.into(),
        }
    }
}

impl Wide {
    /// 128 bits hold the sum of more 64-bit figures than any ledger has rows.
    pub fn add(&mut self, other: Sum) {
        let other = Self::from(other);
        self.events += other.events;
        self.quantity += other.quantity;
        self.billable += other.billable;
        self.cost_nano += other.cost_nano;
    }

    /// As [`Wide::add`], but the larger quantity stands.
    pub fn take_larger(&mut self, other: Sum) {
        let (quantity, billable) = (self.quantity.max(other.quantity.into()), self.billable.max(other.billable.into()));
        self.add(other);
        (self.quantity, self.billable) = (quantity, billable);
    }
}

/// A sum as two halves, as [`halves!`] reads it: of the upper 32 bits, and of the lower 32 bits.
pub(crate) type Halves = (i64, i64);

/// A sum that was read in halves.
pub(crate) fn whole((upper, lower): Halves) -> i128 {
    (i128::from(upper) << 32) + i128::from(lower)
}

/// A sum as two columns, `HIGH, LOW`, neither of which can overflow: SQLite's `sum` of integers is 64 bits wide, and
/// PostgreSQL's, which is not, has no type here. The shift keeps the sign on both.
macro_rules! halves {
    ($column:literal) => {
        concat!("cast(sum(", $column, " >> 32) as bigint), cast(sum(", $column, " & 4294967295) as bigint)")
    };
    ($column:literal as $high:literal, $low:literal) => {
        concat!(
            "cast(sum(",
            $column,
            " >> 32) as bigint) as ",
            $high,
            ", cast(sum(",
            $column,
            " & 4294967295) as bigint) as ",
            $low
        )
    };
}
pub(crate) use halves;

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
