//! The caches of the ledger: period counters, days, level totals, presence, and the company's deltas.
//!
//! Summed up in Rust from the events that the ledger took, then added in key order, a few statements per batch.

use super::Staged;
use super::arrays::{self, Held};
use crate::codec::{Id, OnDay, Word};
use crate::conn::{Write, execute, insert_rows};
use crate::error::Result;
use crate::sql::statements;
use crate::sums::{Dimensions, Sum};
use crate::target::Engine;
use billing::event::Classification;
use billing::ids::{MeterId, PeriodId, SubjectId, TenantId};
use billing::meter::Aggregation;
use billing::time::Day;
use std::collections::{BTreeMap, BTreeSet};

statements! {
    MOVE_LEVEL = "update level_totals set quantity = quantity + $3, billable = billable + $4 where tenant_id = $1 and meter_id = $2";
    RECOUNT_PERIOD = "update period_counters set (quantity, billable) = (
        select coalesce(max(case when e.contribution > 0 then e.contribution else 0 end), 0),
               coalesce(max(case when e.billable and e.contribution > 0 then e.contribution else 0 end), 0)
          from usage_events e
         where e.tenant_id = $1 and e.meter_id = $3 and e.billed_period_id = $2 and not exists (
            select 1 from usage_events c
             where c.tenant_id = e.tenant_id and c.meter_id = e.meter_id and c.occurred_at = e.occurred_at
               and c.source = e.source and c.parent_key = e.event_key and c.classification = 'correction'))
        where tenant_id = $1 and period_id = $2 and meter_id = $3";
    RECOUNT_DAY = "update usage_days set (quantity, billable) = (
        select coalesce(max(case when e.contribution > 0 then e.contribution else 0 end), 0),
               coalesce(max(case when e.billable and e.contribution > 0 then e.contribution else 0 end), 0)
          from usage_events e
         where e.tenant_id = usage_days.tenant_id and e.day = usage_days.day and e.meter_id = usage_days.meter_id
           and coalesce(e.plan_version_id, $4) = usage_days.plan_version_id and e.provider = usage_days.provider
           and e.classification = usage_days.classification
           and coalesce(e.cost_currency, '') = usage_days.currency
           and not exists (
            select 1 from usage_events c
             where c.tenant_id = e.tenant_id and c.meter_id = e.meter_id and c.occurred_at = e.occurred_at
               and c.source = e.source and c.parent_key = e.event_key and c.classification = 'correction'))
        where tenant_id = $1 and day = $2 and meter_id = $3";
}

pub(crate) type PeriodKey = (TenantId, PeriodId, MeterId);
pub(crate) type DayKey = (TenantId, Day, MeterId, Dimensions);
pub(crate) type CompanyKey = (Day, MeterId, Dimensions);
/// Who was there: a user or a session of a tenant on a day.
pub(crate) type Present = (TenantId, Day, &'static str, SubjectId);

/// Sums of a batch, in the order in which they are locked.
#[derive(Default)]
pub(crate) struct Sums {
    pub periods: BTreeMap<PeriodKey, Sum>,
    max_periods: BTreeMap<PeriodKey, Sum>,
    pub days: BTreeMap<DayKey, Sum>,
    max_days: BTreeMap<DayKey, Sum>,
    levels: BTreeMap<(TenantId, MeterId), Sum>,
    company: BTreeMap<CompanyKey, Sum>,
    /// The company's rows that are full: what comes after them goes into another row.
    company_full: Vec<(CompanyKey, Sum)>,
    pub presence: BTreeSet<Present>,
    /// `max` counters that a correction touches.
    recount: BTreeSet<(TenantId, Option<PeriodId>, Day, MeterId)>,
}

impl Sums {
    /// What events add.
    pub fn of(events: &[Staged<'_>]) -> Result<Self> {
        let mut sums = Self::default();
        for event in events {
            sum_up(&mut sums, event)?;
        }
        Ok(sums)
    }

    /// The company's rows.
    pub fn company(&self) -> impl Iterator<Item = (&CompanyKey, &Sum)> {
        self.company_full.iter().map(|(key, sum)| (key, sum)).chain(&self.company)
    }
}

/// Adds what the ledger took to every cache. Tells what period counters hold now, where that costs nothing.
pub(crate) async fn add(write: &mut Write, inserted: &[Staged<'_>]) -> Result<Held> {
    if inserted.is_empty() {
        return Ok(Held::new());
    }
    let sums = Sums::of(inserted)?;
    add_max_periods(write, &sums.max_periods).await?;
    let held = match write.engine() {
        Engine::Postgres => arrays::add(write, &sums).await?,
        Engine::Sqlite => {
            add_periods(write, &sums.periods).await?;
            add_days(write, &sums.days).await?;
            add_presence(write, &sums.presence).await?;
            add_company(write, &sums.company().collect::<Vec<_>>()).await?;
            Held::new()
        }
    };
    add_max_days(write, &sums.max_days).await?;
    // The rows above are locked by now, so a recount sees whatever another writer committed to them.
    for (tenant, period, day, meter) in &sums.recount {
        if let Some(period) = period {
            execute!(write, RECOUNT_PERIOD, Id(*tenant), Id(*period), Id(*meter))?;
        }
        execute!(write, RECOUNT_DAY, Id(*tenant), OnDay(*day), Id(*meter), uuid::Uuid::nil())?;
    }
    add_levels(write, &sums.levels).await?;
    Ok(held)
}

fn sum_up(sums: &mut Sums, event: &Staged<'_>) -> Result<()> {
    let (usage, assignment) = (&event.event.usage, &event.event.assignment);
    let (tenant, meter, day) = (usage.key.tenant, usage.meter, assignment.day);
    let one = Sum::of(assignment.contribution, assignment.billable, usage.cost);
    let dimensions = Dimensions::of(usage, assignment);
    if event.meter.aggregation == Aggregation::Max {
        let one = one.floored();
        if let Some(period) = assignment.billed_period {
            sums.max_periods.entry((tenant, period, meter)).or_default().take_larger(one)?;
        }
        sums.max_days.entry((tenant, day, meter, dimensions)).or_default().take_larger(one)?;
        if usage.classification == Classification::Correction {
            sums.recount.insert((tenant, assignment.billed_period, day, meter));
        }
    } else {
        if let Some(period) = assignment.billed_period {
            sums.periods.entry((tenant, period, meter)).or_default().add(one)?;
        }
        if event.meter.aggregation == Aggregation::Level {
            sums.levels.entry((tenant, meter)).or_default().add(one)?;
        } else {
            // `max` and `level` do not add up across tenants; they are added when read.
            let key = (day, meter, dimensions.clone());
            let sum = sums.company.entry(key.clone()).or_default();
            // Tenants meet in this row: that one of them has much must not refuse the others.
            if sum.add(one).is_err() {
                sums.company_full.push((key, std::mem::replace(sum, one)));
            }
        }
        sums.days.entry((tenant, day, meter, dimensions)).or_default().add(one)?;
    }
    for (kind, subject) in [("user", usage.subjects.user), ("session", usage.subjects.session)] {
        if let Some(subject) = subject {
            sums.presence.insert((tenant, day, kind, subject));
        }
    }
    Ok(())
}

macro_rules! upsert_periods {
    ($write:expr, $rows:expr, $tail:literal) => {
        insert_rows!(
            $write,
            "insert into period_counters (tenant_id, period_id, meter_id, events, quantity, billable)",
            6,
            $rows,
            |row| [Id(row.0.0), Id(row.0.1), Id(row.0.2), row.1.events, row.1.quantity, row.1.billable],
            $tail
        )
    };
}

async fn add_periods(write: &mut Write, sums: &BTreeMap<PeriodKey, Sum>) -> Result<()> {
    let rows: Vec<_> = sums.iter().collect();
    upsert_periods!(
        write,
        rows,
        " on conflict (tenant_id, period_id, meter_id) do update set events = period_counters.events + excluded.events,
          quantity = period_counters.quantity + excluded.quantity,
          billable = period_counters.billable + excluded.billable"
    );
    Ok(())
}

async fn add_max_periods(write: &mut Write, sums: &BTreeMap<PeriodKey, Sum>) -> Result<()> {
    let rows: Vec<_> = sums.iter().collect();
    upsert_periods!(
        write,
        rows,
        " on conflict (tenant_id, period_id, meter_id) do update set events = period_counters.events + excluded.events,
          quantity = case when excluded.quantity > period_counters.quantity then excluded.quantity else period_counters.quantity end,
          billable = case when excluded.billable > period_counters.billable then excluded.billable else period_counters.billable end"
    );
    Ok(())
}

macro_rules! upsert_days {
    ($write:expr, $rows:expr, $tail:literal) => {
        insert_rows!(
            $write,
            "insert into usage_days (tenant_id, day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)",
            11,
            $rows,
            |row| [
                Id(row.0.0),
                OnDay(row.0.1),
                Id(row.0.2),
                row.0.3.plan_version,
                row.0.3.provider.as_str(),
                Word(row.0.3.classification),
                row.0.3.currency,
                row.1.events,
                row.1.quantity,
                row.1.billable,
                row.1.cost_nano,
            ],
            $tail
        )
    };
}

async fn add_days(write: &mut Write, sums: &BTreeMap<DayKey, Sum>) -> Result<()> {
    let rows: Vec<_> = sums.iter().collect();
    upsert_days!(
        write,
        rows,
        " on conflict (tenant_id, day, meter_id, plan_version_id, provider, classification, currency) do update set
          events = usage_days.events + excluded.events, quantity = usage_days.quantity + excluded.quantity,
          billable = usage_days.billable + excluded.billable, cost_nano = usage_days.cost_nano + excluded.cost_nano"
    );
    Ok(())
}

async fn add_max_days(write: &mut Write, sums: &BTreeMap<DayKey, Sum>) -> Result<()> {
    let rows: Vec<_> = sums.iter().collect();
    upsert_days!(
        write,
        rows,
        " on conflict (tenant_id, day, meter_id, plan_version_id, provider, classification, currency) do update set
          events = usage_days.events + excluded.events, cost_nano = usage_days.cost_nano + excluded.cost_nano,
          quantity = case when excluded.quantity > usage_days.quantity then excluded.quantity else usage_days.quantity end,
          billable = case when excluded.billable > usage_days.billable then excluded.billable else usage_days.billable end"
    );
    Ok(())
}

async fn add_levels(write: &mut Write, sums: &BTreeMap<(TenantId, MeterId), Sum>) -> Result<()> {
    // The rows are there and locked: see `levels`.
    for ((tenant, meter), sum) in sums {
        execute!(write, MOVE_LEVEL, Id(*tenant), Id(*meter), sum.quantity, sum.billable)?;
    }
    Ok(())
}

async fn add_presence(write: &mut Write, present: &BTreeSet<Present>) -> Result<()> {
    let rows: Vec<_> = present.iter().collect();
    insert_rows!(
        write,
        "insert into presence (tenant_id, day, kind, subject_id)",
        4,
        rows,
        |row| [Id(row.0), OnDay(row.1), row.2, Id(row.3)],
        " on conflict (tenant_id, day, kind, subject_id) do nothing"
    );
    Ok(())
}

async fn add_company(write: &mut Write, rows: &[(&CompanyKey, &Sum)]) -> Result<()> {
    insert_rows!(
        write,
        "insert into company_day_deltas (day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)",
        10,
        rows,
        |row| [
            OnDay(row.0.0),
            Id(row.0.1),
            row.0.2.plan_version,
            row.0.2.provider.as_str(),
            Word(row.0.2.classification),
            row.0.2.currency,
            row.1.events,
            row.1.quantity,
            row.1.billable,
            row.1.cost_nano,
        ],
        ""
    );
    Ok(())
}
