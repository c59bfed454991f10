//! What late rows of one tenant would change: the use of their periods with them and without, and what that costs.

use crate::change::asked;
use crate::change::said::{Said, cannot};
use crate::error::{OperationError, Result};
use billing::event::{EventKey, Subjects, Usage};
use billing::ids::{MeterId, PeriodId, TenantId};
use billing::invoice::recount::{Counted, used};
use billing::invoice::{Catalog, LateUse, Line, MeterUse, PeriodFacts, late};
use billing::meter::{Aggregation, Meter};
use billing::money::Currency;
use billing::period::Period;
use billing::put_aside::{PutAside, Reason};
use billing::time::Timestamp;
use billing::timeline::{Late, Timeline};
use std::collections::BTreeMap;
use store::Read;
use store::append::parents;
use store::quarantine::{QuarantineRecord, QuarantineState};
use store::tenants::Tenant;

/// Why a row was put aside that is decided about here.
pub(super) const DECIDED_HERE: [Reason; 2] = [Reason::ClosedPeriod, Reason::TooLate];

/// What a look at late rows of one tenant needs.
pub(super) struct Ground {
    pub tenant: Tenant,
    pub timeline: Timeline,
    pub catalog: Catalog,
    pub now: Timestamp,
}

/// A late row, resolved.
#[derive(Debug)]
pub(super) struct Resolved {
    pub record: QuarantineRecord,
    pub usage: Usage,
    pub late: Late,
}

/// Late use of one meter and period, as it stands and with what is late.
#[derive(Debug)]
pub(super) struct Proposed {
    pub meter: Meter,
    pub period: Period,
    pub before: MeterUse,
    pub with: MeterUse,
    /// What it costs less what it cost before.
    pub lines: Vec<Line>,
    pub currency: Currency,
}

impl Proposed {
    /// What it changes, net, in minor units; what somebody else invoices does not count.
    pub fn net_minor(&self) -> Result<i64> {
        let mut counted = self.lines.iter().filter(|line| line.counts()).map(|line| line.amount_minor);
        counted.try_fold(0_i64, i64::checked_add).ok_or_else(overflow)
    }
}

impl Ground {
    pub async fn read(read: &mut Read, tenant: TenantId, now: Timestamp) -> Result<Self> {
        let catalog = catalog(read).await?;
        Self::with(read, tenant, now, catalog).await
    }

    pub async fn with(read: &mut Read, tenant: TenantId, now: Timestamp, catalog: Catalog) -> Result<Self> {
        let tenant = asked::tenant(read, tenant).await?;
        let timeline = store::timelines::load_one(read, tenant.id).await?;
        Ok(Self { tenant, timeline, catalog, now })
    }

    /// The meter of a row.
    fn meter(&self, record: &QuarantineRecord, said: &Said) -> Result<&Meter> {
        let code = said.text("meter").ok_or_else(cannot)?;
        let mut meters = self.catalog.meters.values();
        meters.find(|meter| meter.code == code || Some(meter.id) == record.meter).ok_or_else(|| {
            OperationError::refused(Reason::UnknownMeter.as_str(), "The meter is not known.").field("ids")
        })
    }

    /// Resolves a row; without its subjects, which a look must not make.
    pub async fn resolve(&self, read: &mut Read, record: QuarantineRecord) -> Result<Resolved> {
        let said = Said::of(&record)?;
        let meter = self.meter(&record, &said)?;
        let usage = said.usage(self.tenant.id, &record, meter, Subjects::default())?;
        if !store::events::by_keys(read, std::slice::from_ref(&usage.key)).await?.is_empty() {
            let message = "Its key is in the ledger already: compare both, and refuse this one.";
            return Err(OperationError::refused(Reason::Conflict.as_str(), message).field("ids"));
        }
        let parent = match &usage.parent {
            None => None,
            Some(key) => {
                let key = EventKey { key: key.clone(), ..usage.key.clone() };
                parents(read, &[&key]).await?.remove(&key)
            }
        };
        let late = self.timeline.assign_late(&usage, meter, parent.as_ref(), self.now, &self.catalog);
        let late = late.map_err(|aside| refused(&aside))?;
        if !late.is_closed {
            let message = "Its billing period is open: take it again from the quarantine.";
            return Err(OperationError::refused("not_late", message).field("ids"));
        }
        Ok(Resolved { record, usage, late })
    }

    /// What rows would change together, by meter and period.
    pub async fn propose(&self, read: &mut Read, rows: &[Resolved]) -> Result<Vec<Proposed>> {
        let mut groups: BTreeMap<(PeriodId, MeterId), Vec<&Resolved>> = BTreeMap::new();
        for row in rows {
            groups.entry((row.late.of, row.usage.meter)).or_default().push(row);
        }
        let mut proposed = Vec::with_capacity(groups.len());
        for ((period, meter), rows) in groups {
            proposed.push(self.propose_one(read, period, meter, &rows).await?);
        }
        proposed.sort_by(|one, other| {
            (one.period.span.first_day, &one.meter.code).cmp(&(other.period.span.first_day, &other.meter.code))
        });
        Ok(proposed)
    }

    async fn propose_one(
        &self,
        read: &mut Read,
        period: PeriodId,
        meter: MeterId,
        rows: &[&Resolved],
    ) -> Result<Proposed> {
        let missing = || OperationError::failed("corrupt", "A period of this tenant is not stored.");
        let period = *self.timeline.period(period).ok_or_else(missing)?;
        let meter = self.catalog.meters.get(&meter).ok_or_else(missing)?.clone();
        let opening = match meter.aggregation {
            Aggregation::Level => opening(read, self.tenant.id, &meter, &period).await?,
            _ => 0,
        };
        let tenant = self.tenant.id;
        let mut events = store::facts::whole(read, tenant, meter.id, period.id, period.span.interval).await?;
        let before = used(&meter, opening, &events).map_err(rate_failed)?;
        events.extend(rows.iter().filter(|row| row.late.assignment.billable).map(|row| counted(row)));
        let with = used(&meter, opening, &events).map_err(rate_failed)?;
        let facts = self.period_facts(period)?;
        let currency = self.currency(&facts)?;
        let use_ = LateUse { period: facts, before: before.clone(), with: with.clone(), settled: Vec::new() };
        let lines = late::proposed(std::slice::from_ref(&use_), &self.catalog, currency).map_err(|error| {
            let message = crate::change::sentence(&error.to_string());
            OperationError::refused(error.code(), message).field("ids")
        })?;
        Ok(Proposed { meter, period, before, with, lines, currency })
    }

    fn period_facts(&self, period: Period) -> Result<PeriodFacts> {
        let missing = || OperationError::failed("corrupt", "A period of this tenant has no subscription.");
        let own = self.timeline.subscriptions().iter().find(|own| own.id == period.subscription);
        let entitlements = self.timeline.entitlements().iter();
        Ok(PeriodFacts {
            id: period.id,
            span: period.span,
            subscription: *own.ok_or_else(missing)?,
            entitlements: entitlements.filter(|held| held.subscription == period.subscription).cloned().collect(),
        })
    }

    /// The currency of the plan that held when the period began.
    fn currency(&self, period: &PeriodFacts) -> Result<Currency> {
        let held = self.timeline.entitlement_at(period.subscription.id, period.span.interval.start);
        let version = held.and_then(|held| self.catalog.versions.get(&held.plan_version));
        version.map(|version| version.fee.currency()).ok_or_else(|| {
            OperationError::refused("no_entitlement", "Nothing says what held in its period.").field("ids")
        })
    }
}

/// Everything that is for sale and counted.
pub(super) async fn catalog(read: &mut Read) -> Result<Catalog> {
    let meters = store::meters::all(read).await?;
    let plans = store::plans::all(read).await?;
    let versions = store::plans::all_versions(read).await?;
    Ok(Catalog::new(meters, plans, versions.into_values()))
}

/// A row that waits for a person, because its period had closed or because it came more than 35 days late.
pub(super) fn check_waits(record: &QuarantineRecord) -> Result<()> {
    if record.state != QuarantineState::Waiting {
        let message = "Somebody has decided about this row already.";
        return Err(OperationError::refused("decided", message).field("ids"));
    }
    if !DECIDED_HERE.iter().any(|reason| reason.as_str() == record.reason) {
        let message = "This row was put aside for another reason than its closed period.";
        return Err(OperationError::refused("not_late", message).field("ids"));
    }
    Ok(())
}

async fn opening(read: &mut Read, tenant: TenantId, meter: &Meter, period: &Period) -> Result<i64> {
    let found = store::facts::counted::openings(read, &[(tenant, meter.id, period.span.first_day)]).await?;
    Ok(found.first().map_or(0, |opening| opening.units))
}

fn counted(row: &Resolved) -> Counted {
    Counted {
        source: row.usage.key.source.clone(),
        key: row.usage.key.key.clone(),
        parent: row.usage.parent.clone(),
        classification: row.usage.classification,
        day: row.late.assignment.day,
        plan_version: row.late.assignment.plan_version,
        contribution: row.late.assignment.contribution,
    }
}

fn refused(aside: &PutAside) -> OperationError {
    OperationError::refused(aside.code.as_str(), crate::change::sentence(&aside.sentence)).field("ids")
}

fn rate_failed(error: billing::pricing::RateError) -> OperationError {
    OperationError::refused(error.code(), crate::change::sentence(&error.to_string())).field("ids")
}

fn overflow() -> OperationError {
    OperationError::refused("overflow", "The sum would not fit into 64 bits.").field("ids")
}
