//! The company's figures by day: rows that only the fold writes, and the deltas that appends leave for it.
//!
//! A reader adds both in one statement, so it never matters when the fold ran last.

use crate::codec::{Id, OnDay, Word};
use crate::conn::{Read, Write, execute, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::target::Engine;
use billing::event::Classification;
use billing::ids::{MeterId, PlanVersionId};
use billing::money::{Cost, Currency};
use billing::time::Day;
use uuid::Uuid;

statements! {
    LOCK_FOLD = pair("select pg_advisory_xact_lock(4341708)", "select 1");
    NEWEST_DELTA = "select coalesce(max(delta_id), 0) from (select delta_id from company_day_deltas order by delta_id limit $1) oldest";
    FOLD = pair(
        "with taken as (delete from company_day_deltas where delta_id <= $1
            returning day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)
         insert into company_days (day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)
         select day, meter_id, plan_version_id, provider, classification, currency,
                cast(sum(events) as bigint), cast(sum(quantity) as bigint), cast(sum(billable) as bigint), cast(sum(cost_nano) as bigint)
           from taken group by day, meter_id, plan_version_id, provider, classification, currency
          order by day, meter_id, plan_version_id, provider, classification, currency
         on conflict (day, meter_id, plan_version_id, provider, classification, currency) do update set
            events = company_days.events + excluded.events, quantity = company_days.quantity + excluded.quantity,
            billable = company_days.billable + excluded.billable, cost_nano = company_days.cost_nano + excluded.cost_nano",
        "insert into company_days (day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)
         select day, meter_id, plan_version_id, provider, classification, currency,
                sum(events), sum(quantity), sum(billable), sum(cost_nano)
           from company_day_deltas where delta_id <= $1 group by day, meter_id, plan_version_id, provider, classification, currency
         on conflict (day, meter_id, plan_version_id, provider, classification, currency) do update set
            events = company_days.events + excluded.events, quantity = company_days.quantity + excluded.quantity,
            billable = company_days.billable + excluded.billable, cost_nano = company_days.cost_nano + excluded.cost_nano"
    );
    DROP_FOLDED = "delete from company_day_deltas where delta_id <= $1";
    DELTAS = "select count(*) from company_day_deltas";
    DAYS = "select day, meter_id, plan_version_id, provider, classification, currency,
            cast(sum(events) as bigint), cast(sum(quantity) as bigint), cast(sum(billable) as bigint), cast(sum(cost_nano) as bigint)
       from (select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
               from company_days where day between $1 and $2
             union all
             select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
               from company_day_deltas where day between $1 and $2) both_tables
      group by day, meter_id, plan_version_id, provider, classification, currency
      order by day, meter_id, plan_version_id, provider, classification, currency";
}

/// Deltas that one fold takes at most: a long backlog is folded in several short transactions.
const DELTAS_AT_ONCE: i64 = 200_000;

/// The company's figures of a day, meter and so on. `max` and `level` meters are not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyFigure {
    /// The tenants' local day.
    pub day: Day,
    /// The meter.
    pub meter: MeterId,
    /// The plan version; none before any subscription.
    pub plan_version: Option<PlanVersionId>,
    /// The provider, may be empty.
    pub provider: String,
    /// The classification.
    pub classification: Classification,
    /// Events.
    pub events: u64,
    /// All use.
    pub quantity: i64,
    /// Billable use.
    pub billable: i64,
    /// Provider cost; none without cost.
    pub cost: Option<Cost>,
}

type DayRow = (OnDay, Id<MeterId>, Uuid, String, Word<Classification>, String, i64, i64, i64, i64);

/// Adds waiting deltas to the company's days. Gives how many were folded; call it again until that is 0.
///
/// # Errors
/// What the database gave.
pub async fn fold(write: &mut Write) -> Result<u64> {
    execute!(write, LOCK_FOLD)?;
    let before = deltas(write).await?;
    // A delta of a transaction that is still running has a number, too, but is not seen and not deleted here.
    let (newest,) = row!(write, (i64,), NEWEST_DELTA, DELTAS_AT_ONCE)?;
    execute!(write, FOLD, newest)?;
    if write.engine() == Engine::Sqlite {
        execute!(write, DROP_FOLDED, newest)?;
    }
    Ok(before.saturating_sub(deltas(write).await?))
}

/// Deltas that wait for the fold.
///
/// # Errors
/// What the database gave.
pub async fn deltas(read: &mut Read) -> Result<u64> {
    let (count,) = row!(read, (i64,), DELTAS)?;
    u64::try_from(count).map_err(StoreError::corrupt)
}

/// The company's figures of some days, both ends included.
///
/// # Errors
/// What the database gave.
pub async fn days(read: &mut Read, from: Day, to: Day) -> Result<Vec<CompanyFigure>> {
    let found = rows!(read, DayRow, DAYS, OnDay(from), OnDay(to))?;
    found.into_iter().map(figure).collect()
}

fn figure(row: DayRow) -> Result<CompanyFigure> {
    let (day, meter, plan_version, provider, classification, currency, events, quantity, billable, cost_nano) = row;
    let cost = if currency.is_empty() {
        None
    } else {
        let currency: Currency = currency.parse().map_err(StoreError::corrupt)?;
        Some(Cost { nano: cost_nano, currency })
    };
    Ok(CompanyFigure {
        day: day.0,
        meter: meter.0,
        plan_version: (!plan_version.is_nil()).then(|| PlanVersionId::from_uuid(plan_version)),
        provider,
        classification: classification.0,
        events: u64::try_from(events).map_err(StoreError::corrupt)?,
        quantity,
        billable,
        cost,
    })
}
