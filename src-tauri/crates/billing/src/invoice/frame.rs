//! A billing period with its days, its segments and their plan versions: what every line of it is made within.

use super::content::PartOfPeriod;
use super::error::DraftError;
use super::facts::{Catalog, PeriodFacts};
use super::metered::{Metered, Terms};
use super::segment::{Days, Held, Holding, days_held, held, segments};
use crate::ids::{PeriodId, PlanVersionId};
use crate::meter::Meter;
use crate::money::Currency;
use crate::period::PeriodSpan;
use crate::plan::PlanVersion;
use crate::time::{Day, Zone};
use crate::timeline::{Entitlement, Subscription};

/// What a frame is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub id: PeriodId,
    pub span: PeriodSpan,
    pub subscription: Subscription,
    pub entitlements: &'a [Entitlement],
}

impl<'a> From<&'a PeriodFacts> for Source<'a> {
    fn from(period: &'a PeriodFacts) -> Self {
        let PeriodFacts { id, span, subscription, entitlements } = period;
        Self { id: *id, span: *span, subscription: *subscription, entitlements }
    }
}

/// A period with what held in it.
#[derive(Debug, Clone)]
pub(super) struct Frame<'a> {
    pub id: PeriodId,
    pub zone: Zone,
    /// The days of the stored period.
    pub stored: Days,
    /// The days on which the subscription held.
    pub days: Days,
    /// Days of the whole anchor period that it is part of; what fees and minimums are prorated by.
    pub whole_days: i64,
    pub held: Vec<(Held<'a>, &'a PlanVersion)>,
    pub terms: Vec<Terms<'a>>,
    pub until: Day,
}

impl<'a> Frame<'a> {
    /// Finds segments and plan versions.
    ///
    /// # Errors
    /// What is unknown, or does not go together.
    pub fn new(source: Source<'a>, until: Day, catalog: &'a Catalog, currency: Currency) -> Result<Self, DraftError> {
        let Source { id, span, subscription, entitlements } = source;
        let rule = in_force(entitlements, span).ok_or(DraftError::NoEntitlement)?;
        let stored = Days { from: span.first_day, to: span.end_day };
        let days = days_held(span, subscription.ended_at, rule.zone)?;
        let whole_days = whole_days(rule, span)?;
        let holdings: Vec<Holding<'a>> = entitlements.iter().map(Holding::from).collect();
        let held = held(&holdings, days, until)?;
        let mut terms = Vec::with_capacity(1);
        for segment in segments(&held, days) {
            let version = version(catalog, segment.holding.plan_version)?;
            let found = version.fee.currency();
            if found != currency {
                return Err(DraftError::MixedCurrencies { version: version.id, found, expected: currency });
            }
            if version.interval != rule.period_rule.interval() {
                return Err(DraftError::MixedIntervals(version.id));
            }
            terms.push(Terms { segment, version });
        }
        let with_version = |held: Held<'a>| Ok((held, version(catalog, held.holding.plan_version)?));
        let held = held.into_iter().map(with_version).collect::<Result<_, DraftError>>()?;
        Ok(Self { id, zone: rule.zone, stored, days, whole_days, held, terms, until })
    }

    /// Some of its days as a line names them, of the whole anchor period.
    pub const fn part(&self, days: Days) -> PartOfPeriod {
        PartOfPeriod { period: self.id, from: days.from, to: days.to, of_days: self.whole_days }
    }

    /// The days of a segment among all days on which the subscription held: what allowances are prorated by.
    pub fn share(&self, index: usize) -> PartOfPeriod {
        let segment = &self.terms[index].segment;
        let of_days = self.days.from.days_until(self.days.to);
        PartOfPeriod { period: self.id, from: segment.from, to: segment.to, of_days }
    }

    /// One of its meters.
    pub fn metered(&'a self, meter: &'a Meter) -> Metered<'a> {
        Metered { meter, terms: &self.terms, held: &self.held, period: self.stored, until: self.until }
    }
}

/// Days of the whole anchor period that a period is part of.
///
/// # Errors
/// [`DraftError::NoEntitlement`]; a day out of range.
pub(super) fn of_days(entitlements: &[Entitlement], span: PeriodSpan) -> Result<i64, DraftError> {
    whole_days(in_force(entitlements, span).ok_or(DraftError::NoEntitlement)?, span)
}

fn whole_days(rule: &Entitlement, span: PeriodSpan) -> Result<i64, DraftError> {
    let anchor = rule.period_rule.anchor_on_or_before(span.first_day)?;
    Ok(anchor.days_until(rule.period_rule.anchor_after(span.first_day)?))
}

/// The entitlement whose rule and zone made a period: the last that began by its start, or the first of all.
fn in_force(entitlements: &[Entitlement], span: PeriodSpan) -> Option<&Entitlement> {
    let key = |entitlement: &&Entitlement| (entitlement.valid_from, entitlement.seq);
    let begun = entitlements.iter().filter(|entitlement| entitlement.valid_from <= span.interval.start);
    begun.max_by_key(key).or_else(|| entitlements.iter().min_by_key(key))
}

/// A plan version by its id.
///
/// # Errors
/// [`DraftError::UnknownVersion`].
pub(super) fn version(catalog: &Catalog, id: PlanVersionId) -> Result<&PlanVersion, DraftError> {
    catalog.versions.get(&id).ok_or(DraftError::UnknownVersion(id))
}
