//! What an invoice is made from: plain data of one subscription and one billing period, as a store reads it.
//!
//! Nothing is computed here and nothing is prorated yet. Lists are in any order unless they say otherwise, so that a store
//! reads them for thousands of tenants as sets and only sorts rows to their owners. What all invoices share is apart, in
//! [`Catalog`], and is read once.

use super::fee::Charged;
use super::settings::Account;
use crate::ids::{CouponId, MeterId, PeriodId, PlanId, PlanVersionId, TenantId, WalletId};
use crate::meter::Meter;
use crate::money::Currency;
use crate::period::PeriodSpan;
use crate::plan::{Plan, PlanLookup, PlanVersion};
use crate::pricing::Phase;
use crate::pricing::adjust;
use crate::time::{Day, Timestamp};
use crate::timeline::{Entitlement, Subscription};
use std::collections::BTreeMap;

/// Everything that is for sale and everything that is counted; the same for all invoices of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// Meters by id.
    pub meters: BTreeMap<MeterId, Meter>,
    /// Plans by id.
    pub plans: BTreeMap<PlanId, Plan>,
    /// Their versions by id.
    pub versions: BTreeMap<PlanVersionId, PlanVersion>,
}

impl Catalog {
    /// From rows in any order.
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
}

impl PlanLookup for Catalog {
    fn plan_version(&self, id: PlanVersionId) -> Option<&PlanVersion> {
        self.versions.get(&id)
    }
}

/// A stored billing period with what held in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodFacts {
    /// The period.
    pub id: PeriodId,
    /// When it is, as it was stored: a first period begins with the subscription, and the part of the anchor period that it
    /// is of follows from the rule of its entitlement.
    pub span: PeriodSpan,
    /// Its subscription.
    pub subscription: Subscription,
    /// What held in it: the last entitlement that began by its start, or the first of the subscription, and all that began
    /// inside of it. More of the same subscription do no harm.
    pub entitlements: Vec<Entitlement>,
}

/// The period after, whose fee an `advance` plan invoices with this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextPeriod {
    /// The period.
    pub id: PeriodId,
    /// When it is.
    pub span: PeriodSpan,
    /// What was charged for it, where the invoice is issued: a later end or change is settled on that period's own invoice.
    pub charged: Option<Charged>,
}

/// Billable use of one local day under one plan version. Several rows of one day and version add up; of a `max` meter the
/// largest holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayUse {
    /// The day.
    pub day: Day,
    /// The plan version that the events were assigned; none before there was one.
    pub plan_version: Option<PlanVersionId>,
    /// Billable units at the meter's scale: a sum, the largest (`max`), or the movement of a level.
    pub units: i64,
}

/// A billable event of a meter that is priced event by event. What corrections took back of it is taken off already, and
/// corrections are no events of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventUse {
    /// The local day.
    pub day: Day,
    /// The plan version that it was assigned.
    pub plan_version: Option<PlanVersionId>,
    /// Billable units at the meter's scale.
    pub units: i64,
}

/// Billable use of one meter in one period. It never holds what came late and is billed in another period, nor what came
/// late from another period and is billed in this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterUse {
    /// The meter.
    pub meter: MeterId,
    /// The period's counter: the sum, or of a `max` meter the largest. Not looked at for level meters.
    pub units: i64,
    /// Of a level meter the total at the start of the period's first day; 0 for all others.
    pub opening: i64,
    /// By day. Needed for day meters, level meters, and wherever the plan changed inside the period; empty is enough
    /// elsewhere.
    pub days: Vec<DayUse>,
    /// In order of (occurred_at, source, key). Needed where a price of the meter is a `percentage`; empty is enough
    /// elsewhere.
    pub events: Vec<EventUse>,
}

impl MeterUse {
    /// No use.
    pub const fn none(meter: MeterId) -> Self {
        Self { meter, units: 0, opening: 0, days: Vec::new(), events: Vec::new() }
    }
}

/// Use of an earlier period that was accepted after that one had closed and is billed now (rules, section 7.5). One for
/// each meter and original period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateUse {
    /// The period in which it happened.
    pub period: PeriodFacts,
    /// What was billed or credited of that period before: with its own invoice, as late on invoices in between, and by
    /// credit notes until the first late event here was accepted.
    pub before: MeterUse,
    /// The same, what is late here, and what credit notes settled in the meantime.
    pub with: MeterUse,
    /// What credit notes settled in the meantime: its part of the difference is taken off, for it was credited.
    pub settled: Vec<SettledUse>,
}

/// A correction that a credit note has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledUse {
    /// What was there before it.
    pub before: MeterUse,
    /// The same and the correction.
    pub with: MeterUse,
}

/// What the invoice before charged in advance for this period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeePaid {
    /// The plan version whose fee it was.
    pub plan_version: PlanVersionId,
    /// The first day that it was for.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
    /// What a credit of it is limited by: the amount charged after discounts, less what was credited of it since, not below
    /// 0, in minor units. [`super::charged_for`] finds it.
    pub creditable_minor: i64,
}

/// A discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponFacts {
    /// The coupon.
    pub id: CouponId,
    /// Its place among the tenant's coupons: smaller ones are taken off first.
    pub ordinal: i64,
    /// What the invoice calls it.
    pub code: String,
    /// On the lines of this meter; none is on the invoice.
    pub meter: Option<MeterId>,
    /// How much it takes off.
    pub off: adjust::Coupon,
    /// Invoices in another currency do not get it.
    pub currency: Currency,
    /// Invoices of periods that start then or later.
    pub valid_from: Timestamp,
    /// And before then; none is for good.
    pub valid_to: Option<Timestamp>,
}

/// Prepaid credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletFacts {
    /// The wallet.
    pub id: WalletId,
    /// What people call it.
    pub name: String,
    /// A smaller number pays first.
    pub priority: i64,
    /// What it holds, in minor units: the sum of its entries.
    pub balance_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// When it ends; none never.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The facts of one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name: who is billed where the account says no other.
    pub tenant_name: String,
    /// How it is billed.
    pub account: Account,
    /// The currency of its plan versions in this period.
    pub currency: Currency,
    /// The instant as of which it is drafted: wallets that have expired by then do not pay.
    pub at: Timestamp,
    /// The period.
    pub period: PeriodFacts,
    /// The first day whose end is not known yet: the period's end once it is over, tomorrow while it runs. Values of levels
    /// and changes of the plan from then on are not looked at.
    pub until: Day,
    /// [`Phase::Final`] for the invoice of a period. An earlier one inside of it ([`Phase::Running`], progressive billing)
    /// has lines of use only.
    pub phase: Phase,
    /// The period after; none when its fee stands on an invoice already.
    pub next: Option<NextPeriod>,
    /// What was charged in advance for this period; none of the first one, and where the plan is not billed in advance.
    pub fee_paid: Option<FeePaid>,
    /// Use by meter; a meter without use may be left out.
    pub used: Vec<MeterUse>,
    /// What of it earlier invoices of this same period have priced; empty where there are none.
    pub billed: Vec<MeterUse>,
    /// Late use.
    pub late: Vec<LateUse>,
    /// All discounts of the tenant.
    pub coupons: Vec<CouponFacts>,
    /// All prepaid credits of the tenant.
    pub wallets: Vec<WalletFacts>,
    /// The number of the voided invoice that this one is issued for again.
    pub replaces: Option<String>,
}
