//! Meters, plans and their versions, by id: what figures are computed with. Some hundred rows, read whole.
//!
//! Not what a tenant has of them: that is in [`super::facts`].

use billing::ids::{MeterId, PlanId, PlanVersionId};
use billing::meter::Meter;
use billing::plan::{Plan, PlanLookup, PlanVersion};
use std::collections::HashMap;

/// Everything that is for sale, and everything that is counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    meters: HashMap<MeterId, Meter>,
    plans: HashMap<PlanId, Plan>,
    versions: HashMap<PlanVersionId, PlanVersion>,
}

impl Catalog {
    /// From what the store has read.
    pub fn new(
        meters: impl IntoIterator<Item = Meter>,
        plans: impl IntoIterator<Item = Plan>,
        versions: impl IntoIterator<Item = PlanVersion>,
    ) -> Self {
        Self {
            meters: meters.into_iter().map(|meter| (meter.id, meter)).collect(),
            plans: plans.into_iter().map(|plan| (plan.id, plan)).collect(),
            versions: versions.into_iter().map(|version| (version.id, version)).collect(),
        }
    }

    /// A meter.
    pub fn meter(&self, id: MeterId) -> Option<&Meter> {
        self.meters.get(&id)
    }

    /// A meter by its code.
    pub fn meter_by_code(&self, code: &str) -> Option<&Meter> {
        self.meters.values().find(|meter| meter.code == code)
    }

    /// All meters, by code.
    pub fn meters(&self) -> Vec<&Meter> {
        let mut meters: Vec<&Meter> = self.meters.values().collect();
        meters.sort_by(|one, other| one.code.cmp(&other.code));
        meters
    }

    /// A plan.
    pub fn plan(&self, id: PlanId) -> Option<&Plan> {
        self.plans.get(&id)
    }

    /// A plan version.
    pub fn version(&self, id: PlanVersionId) -> Option<&PlanVersion> {
        self.versions.get(&id)
    }

    /// All plan versions, in no order.
    pub fn versions(&self) -> impl Iterator<Item = &PlanVersion> {
        self.versions.values()
    }

    /// The plan of a version.
    pub fn plan_of(&self, version: PlanVersionId) -> Option<&Plan> {
        self.versions.get(&version).and_then(|version| self.plans.get(&version.plan))
    }

    /// What is sold now of the plans of one family in the currency of a version: the newest version of each plan.
    pub fn offers_beside(&self, version: &PlanVersion) -> Vec<(&Plan, &PlanVersion)> {
        let Some(family) = self.plans.get(&version.plan).map(|plan| plan.family.as_str()) else { return Vec::new() };
        let mut newest: HashMap<PlanId, &PlanVersion> = HashMap::new();
        for offered in self
            .versions
            .values()
            .filter(|offered| offered.fee.currency() == version.fee.currency() && offered.interval == version.interval)
        {
            let kept = newest.entry(offered.plan).or_insert(offered);
            if offered.version > kept.version {
                *kept = offered;
            }
        }
        let plans = newest.into_iter().filter_map(|(plan, version)| Some((self.plans.get(&plan)?, version)));
        let mut offers: Vec<_> = plans.filter(|(plan, _)| plan.family == family).collect();
        offers.sort_by(|(one, _), (other, _)| (one.rank, &one.code).cmp(&(other.rank, &other.code)));
        offers
    }
}

impl PlanLookup for Catalog {
    fn plan_version(&self, id: PlanVersionId) -> Option<&PlanVersion> {
        self.versions.get(&id)
    }
}
