//! Verify: recounts every cache and every leaf from the ledger, and says every difference as data.
//!
//! It reads at one point in time, so ingest may go on meanwhile. Tenants are taken some hundred at a time, in order:
//! what is held in memory is bounded by their caches, never by the number of events. It changes nothing.

mod caches;
mod recount;

use crate::codec::{Id, json_ids};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::{Sql, statements};
use crate::{meters, tenants};
use billing::event::EventKey;
use billing::ids::{EntitlementId, MeterId, PeriodId, TenantId};
use billing::meter::Meter;
use recount::{Company, Recount};
use std::collections::{HashMap, HashSet};

pub(crate) const STATEMENTS: &[&[(&str, Sql)]] = &[OWN, caches::STATEMENTS, recount::STATEMENTS];
const OWN: &[(&str, Sql)] = own::STATEMENTS;

/// Tenants per round.
const TENANTS_AT_ONCE: u32 = 400;
/// Differences that are listed; all are counted.
const LISTED: usize = 1_000;

/// What is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A period counter.
    PeriodCounter,
    /// A day's row.
    UsageDay,
    /// A level's running total.
    LevelTotal,
    /// Who was there on a day.
    Presence,
    /// The company's figures of a day.
    CompanyDay,
    /// An event whose row is not as it was written.
    Leaf,
    /// Details that are not those whose hash the ledger keeps.
    Details,
    /// An event that refers to something that is not there.
    Reference,
}

impl Reason {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PeriodCounter => "period_counter",
            Self::UsageDay => "usage_day",
            Self::LevelTotal => "level_total",
            Self::Presence => "presence",
            Self::CompanyDay => "company_day",
            Self::Leaf => "leaf",
            Self::Details => "details",
            Self::Reference => "reference",
        }
    }
}

/// A difference between the ledger and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What is different.
    pub reason: Reason,
    /// The tenant; none for the company's figures.
    pub tenant: Option<TenantId>,
    /// Which one, as text: period, day, meter and so on.
    pub place: String,
    /// What the cache holds.
    pub cached: String,
    /// What the ledger gives.
    pub ledger: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Events in the ledger.
    pub ledger_events: u64,
    /// Leaves that were recomputed.
    pub leaves_checked: u64,
    /// Cache rows that were compared.
    pub caches_compared: u64,
    /// Events whose details were erased on request; not a difference.
    pub details_erased: u64,
    /// The first 1,000 differences.
    pub drift: Vec<Drift>,
    /// All differences.
    pub drift_count: u64,
}

impl Verification {
    pub(crate) fn differs(&mut self, drift: Drift) {
        self.drift_count += 1;
        if self.drift.len() < LISTED {
            self.drift.push(drift);
        }
    }
}

/// What the tenants of a round have, to check references against.
pub(crate) struct Known {
    pub meters: HashMap<MeterId, Meter>,
    pub tenants: HashSet<TenantId>,
    pub periods: HashSet<(TenantId, PeriodId)>,
    pub entitlements: HashSet<(TenantId, EntitlementId)>,
    /// Events of `max` meters that a correction replaced.
    pub superseded: HashSet<EventKey>,
}

/// A range of tenants: above the first, up to the second; open at both ends of all, so that no event is left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub above: TenantId,
    pub up_to: TenantId,
}

mod own {
    use super::statements;
    statements! {
        PERIODS = in_ids("select tenant_id, period_id from billing_periods where tenant_id ", "");
        ENTITLEMENTS = in_ids("select tenant_id, entitlement_id from entitlements where tenant_id ", "");
    }
}

/// Recounts everything. `progress` is told the number of events seen so far, now and then.
///
/// # Errors
/// What the database gave; differences are no errors.
pub async fn run(read: &mut Read, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<Verification> {
    let mut found = Verification::default();
    let mut company = Company::default();
    let meters: HashMap<MeterId, Meter> = meters::all(read).await?.into_iter().map(|meter| (meter.id, meter)).collect();
    let mut above = TenantId::from_uuid(uuid::Uuid::nil());
    let mut first = true;
    loop {
        let page = tenants::page_of_ids(read, (!first).then_some(above), TENANTS_AT_ONCE).await?;
        first = false;
        let is_last = page.len() < TENANTS_AT_ONCE as usize;
        let end = TenantId::from_uuid(uuid::Uuid::max());
        let up_to = if is_last { end } else { page.last().copied().unwrap_or(end) };
        let range = Range { above, up_to };
        let known = known(read, range, &meters, page).await?;
        let mut recount = Recount::default();
        recount::events(read, range, &known, &mut recount, &mut company, &mut found, progress).await?;
        recount::details(read, range, &mut found).await?;
        caches::compare(read, range, recount, &mut found).await?;
        if is_last {
            break;
        }
        above = up_to;
    }
    caches::compare_company(read, company, &mut found).await?;
    progress(found.ledger_events);
    Ok(found)
}

async fn known(read: &mut Read, range: Range, meters: &HashMap<MeterId, Meter>, page: Vec<TenantId>) -> Result<Known> {
    let list = json_ids(page.iter().copied());
    let periods = rows!(read, (Id<TenantId>, Id<PeriodId>), own::PERIODS, list.as_str())?;
    let entitlements = rows!(read, (Id<TenantId>, Id<EntitlementId>), own::ENTITLEMENTS, list.as_str())?;
    let superseded = recount::superseded(read, range, meters).await?;
    Ok(Known {
        meters: meters.clone(),
        tenants: page.into_iter().collect(),
        periods: periods.into_iter().map(|(tenant, period)| (tenant.0, period.0)).collect(),
        entitlements: entitlements.into_iter().map(|(tenant, entitlement)| (tenant.0, entitlement.0)).collect(),
        superseded,
    })
}
