//! The upgrade hint of requirement A3: from 100 %, the cheapest plan of the family that would hold the present use.

use super::catalog::Catalog;
use super::figures::{MeterFigures, RunningSubscription, TenantFigures};
use crate::wire::UpgradeHint;
use billing::level::{Level, Limits};
use billing::money::Money;
use billing::plan::PlanVersion;

/// The hint for the first running subscription that has a meter at ALERT; none when no plan of its family holds the
/// use below 100 %.
pub(super) fn hint(figures: &TenantFigures, catalog: &Catalog) -> Option<UpgradeHint> {
    let alert = |running: &&RunningSubscription| own(figures, running).any(|meter| meter.level == Level::Alert);
    let running = figures.running.iter().find(alert)?;
    let present = catalog.version(running.plan_version)?;
    let offers = catalog.offers_beside(present);
    let holding = offers
        .iter()
        .filter(|(plan, offered)| plan.id != present.plan && own(figures, running).all(|meter| holds(offered, meter)));
    let (plan, offered) = holding.min_by_key(|(plan, offered)| (offered.fee.minor(), plan.rank))?;
    let overage: i64 = own(figures, running).filter_map(|meter| meter.amount).map(Money::minor).sum();
    let difference = offered.fee.minor().checked_sub(present.fee.minor())?.checked_sub(overage)?;
    Some(UpgradeHint {
        plan: plan.name.clone(),
        fee: offered.fee.to_string(),
        difference: Money::from_minor(difference, offered.fee.currency()).to_string(),
        currency: offered.fee.currency().code().to_owned(),
    })
}

fn own<'a>(
    figures: &'a TenantFigures,
    running: &'a RunningSubscription,
) -> impl Iterator<Item = &'a MeterFigures> + 'a {
    figures.meters.iter().filter(move |meter| meter.subscription == Some(running.id))
}

/// Whether a plan would hold a use below 100 %. A meter that it does not have would not be held.
fn holds(offered: &PlanVersion, meter: &MeterFigures) -> bool {
    if meter.used <= 0 {
        return true;
    }
    let Some(allowance) = offered.allowances.get(&meter.meter) else { return false };
    Limits { included: allowance.included, cap: allowance.cap }.level(meter.used) != Level::Alert
}
