//! The effect in money of what was found: what the periods that it touches come to in each state.

use super::{Found, Side, count, list};
use crate::error::{OperationError, Result};
use crate::snapshot::money::{self, Amount, Of, Sums};
use crate::wire::{DifferenceProblem, DifferenceState, MoneyDifference};
use billing::ids::TenantId;
use billing::money::{Currency, Money};
use std::collections::BTreeSet;

impl Found {
    pub(super) async fn money(&mut self, before: &Side, after: &Side) -> Result<()> {
        let periods: Vec<Of> = self.periods.iter().copied().collect();
        let [mut was, mut is] = std::mem::take(&mut self.sums);
        let one = money::amounts(&before.store, &periods, before.at).await?;
        let other = money::amounts(&after.store, &periods, after.at).await?;
        for of in &periods {
            let (one, other) = (one.get(of), other.get(of));
            // A period of which one state does not know what it comes to has no effect that could be told.
            let states = [(DifferenceState::Before, one), (DifferenceState::After, other)];
            if self.problems(of, states) {
                continue;
            }
            for (sums, amount) in [(&mut was, one), (&mut is, other)] {
                if let Some(Ok(Some((currency, minor)))) = amount {
                    money::add_to(sums, of.0, *currency, *minor)?;
                }
            }
        }
        let places: BTreeSet<(TenantId, Currency)> = was.keys().chain(is.keys()).copied().collect();
        for place in places {
            let of = |sums: &Sums| sums.get(&place).copied().unwrap_or(0);
            let (one, other) = (of(&was), of(&is));
            if one == other {
                continue;
            }
            let effect = other.checked_sub(one).ok_or_else(|| {
                OperationError::failed("overflow", "The effect on a tenant is more than 64 bits hold.")
            })?;
            let money = |minor| Money::from_minor(minor, place.1).to_string();
            self.shown.money.push(MoneyDifference {
                tenant_id: place.0.to_string(),
                tenant: self.name(place.0),
                currency: place.1.code().to_owned(),
                before: money(one),
                after: money(other),
                effect: money(effect),
            });
        }
        Ok(())
    }

    /// Lists why a period could not be drafted; says whether there is such a state.
    fn problems(&mut self, of: &Of, states: [(DifferenceState, Option<&Amount>); 2]) -> bool {
        let failed = states.into_iter().filter_map(|(state, amount)| Some((state, amount?.as_ref().err()?)));
        let found: Vec<DifferenceProblem> = failed
            .map(|(state, error)| DifferenceProblem {
                tenant_id: of.0.to_string(),
                tenant: self.name(of.0),
                period_id: of.2.to_string(),
                state,
                code: error.code().to_owned(),
                message: crate::snapshot::sentence(&error.to_string()),
            })
            .collect();
        count(&mut self.shown.counts.problems, found.len());
        let is_any = !found.is_empty();
        list(&mut self.shown.problems, found.into_iter());
        is_any
    }
}
