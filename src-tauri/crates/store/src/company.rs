//! The company's figures by day: rows that only the fold writes, and the deltas that appends leave for it.
//!
//! A reader adds both in one statement, so it never matters when the fold ran last.

use crate::codec::{Id, OnDay, Word};
use crate::conn::{Read, Write, execute, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::sums::{halves, whole};
use crate::target::Engine;
use billing::event::Classification;
use billing::ids::{MeterId, PlanVersionId};
use billing::money::Currency;
use billing::time::Day;
use uuid::Uuid;

/// The company's days with what waits for the fold.
macro_rules! days {
    () => {
        concat!(
            "select day, meter_id, plan_version_id, provider, classification, currency, cast(sum(events) as bigint), ",
            halves!("quantity"),
            ", ",
            halves!("billable"),
            ", ",
            halves!("cost_nano"),
            " from (select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
                from company_days where day between $1 and $2
              union all
              select day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano
                from company_day_deltas where day between $1 and $2) both_tables
              group by day, meter_id, plan_version_id, provider, classification, currency
              order by day, meter_id, plan_version_id, provider, classification, currency"
        )
    };
}

/// Whether a figure of the waiting deltas and of their day's row could fit into 64 bits together: their upper halves, one
/// for the lower halves that carry over, one to spare.
macro_rules! fits {
    ($column:literal) => {
        concat!(
            "abs(cast(sum(d.",
            $column,
            " >> 32) as bigint) + coalesce(max(c.",
            $column,
            " >> 32), 0))
             + (cast(sum(d.",
            $column,
            " & 4294967295) as bigint) >> 32) + 2 < 2147483648"
        )
    };
}

/// Deltas that must stay deltas, because their day's row cannot hold them. Readers add them all the same.
macro_rules! held {
    () => {
        concat!(
            "select w.delta_id from company_day_deltas w
               join (select d.day, d.meter_id, d.plan_version_id, d.provider, d.classification, d.currency
                       from company_day_deltas d
                       left join company_days c on c.day = d.day and c.meter_id = d.meter_id
                            and c.plan_version_id = d.plan_version_id and c.provider = d.provider
                            and c.classification = d.classification and c.currency = d.currency
                      where d.delta_id <= $1
                      group by d.day, d.meter_id, d.plan_version_id, d.provider, d.classification, d.currency
                     having not (",
            fits!("quantity"),
            " and ",
            fits!("billable"),
            " and ",
            fits!("cost_nano"),
            ")) h on h.day = w.day and h.meter_id = w.meter_id and h.plan_version_id = w.plan_version_id
                 and h.provider = w.provider and h.classification = w.classification and h.currency = w.currency
              where w.delta_id <= $1 order by w.delta_id"
        )
    };
}

statements! {
    HELD = pair(held!(), held!());
    LOCK_FOLD = pair("select pg_advisory_xact_lock(4341708)", "select 1");
    NEWEST_DELTA = "select coalesce(max(delta_id), 0) from (select delta_id from company_day_deltas order by delta_id limit $1) oldest";
    FOLD = pair(
        "with taken as (delete from company_day_deltas where delta_id <= $1
              and delta_id not in (select cast(value as bigint) from jsonb_array_elements_text(cast($2 as jsonb)))
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
           from company_day_deltas where delta_id <= $1 and delta_id not in (select value from json_each($2))
          group by day, meter_id, plan_version_id, provider, classification, currency
         on conflict (day, meter_id, plan_version_id, provider, classification, currency) do update set
            events = company_days.events + excluded.events, quantity = company_days.quantity + excluded.quantity,
            billable = company_days.billable + excluded.billable, cost_nano = company_days.cost_nano + excluded.cost_nano"
    );
    DROP_FOLDED = pair(
        "delete from company_day_deltas where false and delta_id <= $1 and $2 = ''",
        "delete from company_day_deltas where delta_id <= $1 and delta_id not in (select value from json_each($2))"
    );
    DELTAS = "select count(*) from company_day_deltas";
    DAYS = pair(days!(), days!());
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
    /// All use. 128 bits: no tenant's use stops the sum of all.
    pub quantity: i128,
    /// Billable use.
    pub billable: i128,
    /// Provider cost in billionths of the currency unit; none without cost.
    pub cost: Option<(i128, Currency)>,
}

type DayRow = (OnDay, Id<MeterId>, Uuid, String, Word<Classification>, String, i64, i64, i64, i64, i64, i64, i64);

/// Adds waiting deltas to the company's days. Gives how many were folded; call it again until that is 0.
///
/// # Errors
/// What the database gave.
pub async fn fold(write: &mut Write) -> Result<u64> {
    execute!(write, LOCK_FOLD)?;
    let before = deltas(write).await?;
    // A delta of a transaction that is still running has a number, too, but is not seen and not deleted here.
    let (newest,) = row!(write, (i64,), NEWEST_DELTA, DELTAS_AT_ONCE)?;
    let held: Vec<i64> = rows!(write, (i64,), HELD, newest)?.into_iter().map(|(delta,)| delta).collect();
    let held = serde_json::to_string(&held).map_err(StoreError::corrupt)?;
    execute!(write, FOLD, newest, held.as_str())?;
    if write.engine() == Engine::Sqlite {
        execute!(write, DROP_FOLDED, newest, held.as_str())?;
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
    let (day, meter, plan_version, provider, classification, currency, events, ..) = row;
    let cost = if currency.is_empty() {
        None
    } else {
        let currency: Currency = currency.parse().map_err(StoreError::corrupt)?;
        Some((whole((row.11, row.12)), currency))
    };
    Ok(CompanyFigure {
        day: day.0,
        meter: meter.0,
        plan_version: (!plan_version.is_nil()).then(|| PlanVersionId::from_uuid(plan_version)),
        provider,
        classification: classification.0,
        events: u64::try_from(events).map_err(StoreError::corrupt)?,
        quantity: whole((row.7, row.8)),
        billable: whole((row.9, row.10)),
        cost,
    })
}
