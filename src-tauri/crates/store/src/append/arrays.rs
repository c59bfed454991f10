//! Many cache rows at once on PostgreSQL: a column is one array, so a statement has a handful of parameters instead of
//! tens of thousands, and its text is the same for any number of rows.

use super::caches::{CompanyKey, DayKey, PeriodKey, Present};
use crate::conn::{Conn, Write};
use crate::error::Result;
use crate::sums::{Dimensions, Sum};
use crate::target::Engine;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ADD_PERIODS: &str = "insert into period_counters (tenant_id, period_id, meter_id, events, quantity, billable)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[])
    on conflict (tenant_id, period_id, meter_id) do update set events = period_counters.events + excluded.events,
        quantity = period_counters.quantity + excluded.quantity,
        billable = period_counters.billable + excluded.billable";
const ADD_DAYS: &str = "insert into usage_days (tenant_id, day, meter_id, plan_version_id, provider, classification,
        currency, events, quantity, billable, cost_nano)
    select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
    on conflict (tenant_id, day, meter_id, plan_version_id, provider, classification, currency) do update set
        events = usage_days.events + excluded.events, quantity = usage_days.quantity + excluded.quantity,
        billable = usage_days.billable + excluded.billable, cost_nano = usage_days.cost_nano + excluded.cost_nano";
const ADD_COMPANY: &str = "insert into company_day_deltas (day, meter_id, plan_version_id, provider, classification,
        currency, events, quantity, billable, cost_nano)
    select * from unnest($1::integer[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[])";
const ADD_PRESENCE: &str = "insert into presence (tenant_id, day, kind, subject_id)
    select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::uuid[]) on conflict do nothing";

/// From this many rows on.
const FROM: usize = 16;

pub(crate) const fn are_better(write: &Write, rows: usize) -> bool {
    matches!(write.0.engine(), Engine::Postgres) && rows >= FROM
}

/// The figures of rows, column by column.
#[derive(Default)]
struct Figures {
    events: Vec<i64>,
    quantity: Vec<i64>,
    billable: Vec<i64>,
    cost_nano: Vec<i64>,
}

impl Figures {
    fn of<'s>(sums: impl Iterator<Item = &'s Sum>) -> Self {
        let mut figures = Self::default();
        for sum in sums {
            figures.events.push(sum.events);
            figures.quantity.push(sum.quantity);
            figures.billable.push(sum.billable);
            figures.cost_nano.push(sum.cost_nano);
        }
        figures
    }
}

/// The dimensions of rows, column by column.
#[derive(Default)]
struct Columns<'s> {
    plan_versions: Vec<Uuid>,
    providers: Vec<&'s str>,
    classifications: Vec<&'static str>,
    currencies: Vec<&'static str>,
}

impl<'s> Columns<'s> {
    fn of(dimensions: impl Iterator<Item = &'s Dimensions>) -> Self {
        let mut columns = Self::default();
        for one in dimensions {
            columns.plan_versions.push(one.plan_version);
            columns.providers.push(&one.provider);
            columns.classifications.push(one.classification.as_str());
            columns.currencies.push(one.currency);
        }
        columns
    }
}

type PgQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

async fn run(write: &mut Write, query: PgQuery<'_>) -> Result<()> {
    let Conn::Postgres(tx) = &mut write.conn else { return Ok(()) };
    let done = query.execute(&mut **tx).await;
    done.map_err(|error| write.failed(error))?;
    Ok(())
}

pub(crate) async fn add_periods(write: &mut Write, sums: &BTreeMap<PeriodKey, Sum>) -> Result<()> {
    let figures = Figures::of(sums.values());
    let query = sqlx::query(ADD_PERIODS)
        .bind(sums.keys().map(|key| key.0.uuid()).collect::<Vec<_>>())
        .bind(sums.keys().map(|key| key.1.uuid()).collect::<Vec<_>>())
        .bind(sums.keys().map(|key| key.2.uuid()).collect::<Vec<_>>())
        .bind(figures.events)
        .bind(figures.quantity)
        .bind(figures.billable);
    run(write, query).await
}

pub(crate) async fn add_days(write: &mut Write, sums: &BTreeMap<DayKey, Sum>) -> Result<()> {
    let figures = Figures::of(sums.values());
    let columns = Columns::of(sums.keys().map(|key| &key.3));
    let query = sqlx::query(ADD_DAYS)
        .bind(sums.keys().map(|key| key.0.uuid()).collect::<Vec<_>>())
        .bind(sums.keys().map(|key| key.1.number()).collect::<Vec<_>>())
        .bind(sums.keys().map(|key| key.2.uuid()).collect::<Vec<_>>())
        .bind(columns.plan_versions)
        .bind(columns.providers)
        .bind(columns.classifications)
        .bind(columns.currencies)
        .bind(figures.events)
        .bind(figures.quantity)
        .bind(figures.billable)
        .bind(figures.cost_nano);
    run(write, query).await
}

pub(crate) async fn add_company(write: &mut Write, rows: &[(&CompanyKey, &Sum)]) -> Result<()> {
    let figures = Figures::of(rows.iter().map(|(_, sum)| *sum));
    let columns = Columns::of(rows.iter().map(|(key, _)| &key.2));
    let query = sqlx::query(ADD_COMPANY)
        .bind(rows.iter().map(|(key, _)| key.0.number()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(key, _)| key.1.uuid()).collect::<Vec<_>>())
        .bind(columns.plan_versions)
        .bind(columns.providers)
        .bind(columns.classifications)
        .bind(columns.currencies)
        .bind(figures.events)
        .bind(figures.quantity)
        .bind(figures.billable)
        .bind(figures.cost_nano);
    run(write, query).await
}

pub(crate) async fn add_presence(write: &mut Write, present: &BTreeSet<Present>) -> Result<()> {
    let query = sqlx::query(ADD_PRESENCE)
        .bind(present.iter().map(|row| row.0.uuid()).collect::<Vec<_>>())
        .bind(present.iter().map(|row| row.1.number()).collect::<Vec<_>>())
        .bind(present.iter().map(|row| row.2).collect::<Vec<_>>())
        .bind(present.iter().map(|row| row.3.uuid()).collect::<Vec<_>>());
    run(write, query).await
}
