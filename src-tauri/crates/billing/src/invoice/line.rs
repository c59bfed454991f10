//! How amounts become lines: a rated amount is rounded once, and what was billed before is taken off.
//!
//! Not which lines there are: that is [`super::draft`].

use super::content::{Line, LineKind, PartOfPeriod};
use crate::exact;
use crate::ids::{EntitlementId, MeterId, PlanVersionId};
use crate::money::{Currency, Money};
use crate::pricing::line::{difference, rounded};
use crate::pricing::{Proof, RateError, Rated, Rule, Step};
use rust_decimal::Decimal;

/// What a line is about, without its amount and without its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Subject {
    pub description: String,
    pub meter: Option<MeterId>,
    pub unit: Option<String>,
    pub plan_version: Option<PlanVersionId>,
    pub entitlement: Option<EntitlementId>,
    pub part: Option<PartOfPeriod>,
    pub used: Option<Decimal>,
    pub included: Option<Decimal>,
    pub quantity: Option<Decimal>,
}

/// An amount before and after rounding; its proof adds up to the rounded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    pub unrounded: Decimal,
    pub rounded: Rated,
}

impl Amount {
    /// Rounds once, half away from zero.
    pub fn of(rated: Rated, currency: Currency) -> Result<Self, RateError> {
        Ok(Self { unrounded: rated.amount, rounded: rounded(rated, currency.digits())? })
    }

    /// Nothing, of which there is nothing to prove.
    pub fn nothing() -> Self {
        Self { unrounded: Decimal::ZERO, rounded: Rated { amount: Decimal::ZERO, proof: Proof::default() } }
    }

    /// Less what was billed before, both rounded first, so that the differences add up to the rounded whole.
    pub fn less(self, before: &Self) -> Result<Self, RateError> {
        let unrounded = exact::sub(self.unrounded, before.unrounded)?;
        Ok(Self { unrounded, rounded: difference(self.rounded, &before.rounded)? })
    }

    /// With one more step that is rounded already.
    pub fn and(self, step: Step) -> Result<Self, RateError> {
        let unrounded = exact::add(self.unrounded, step.amount)?;
        Ok(Self { unrounded, rounded: self.rounded.and(step)? })
    }

    /// In minor units.
    pub fn minor(&self, currency: Currency) -> Result<i64, RateError> {
        let money = Money::rounded(self.rounded.amount, currency)?;
        debug_assert_eq!(money.decimal(), self.rounded.amount, "an amount is rounded before it becomes money");
        Ok(money.minor())
    }

    /// The line; its place is given at the end.
    pub fn line(self, kind: LineKind, subject: Subject, currency: Currency) -> Result<Line, RateError> {
        let amount_minor = self.minor(currency)?;
        let Subject { description, meter, unit, plan_version, entitlement, part, used, included, quantity } = subject;
        Ok(Line {
            no: 0,
            kind,
            description,
            meter,
            unit,
            plan_version,
            entitlement,
            part,
            used,
            included,
            quantity,
            unrounded: self.unrounded,
            amount_minor,
            proof: self.rounded.proof,
        })
    }
}

/// A part of an amount of a whole period: nothing is divided where the part is the whole.
pub(super) fn of_days(amount: Decimal, days: i64, of_days: i64) -> Result<Rated, RateError> {
    if days == of_days {
        return Ok(Rated::from_steps(vec![Step::new(Rule::Charge, amount)])?);
    }
    crate::pricing::proration::prorate(amount, days, of_days)
}

/// The other sign: what was charged is taken off.
pub(super) fn turned(rated: Rated) -> Result<Rated, RateError> {
    let turn = |step: Step| Step { price: step.price.map(|it| -it), amount: -step.amount, ..step };
    Ok(Rated::from_steps(rated.proof.steps.into_iter().map(turn).collect())?)
}
