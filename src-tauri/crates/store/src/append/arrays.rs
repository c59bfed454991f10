//! The cache rows of a batch on PostgreSQL: one statement, whose text is the same for any number of rows, because a
//! column is one array.

use super::caches::{CompanyKey, Sums};
use crate::codec::Id;
use crate::conn::{Conn, Write};
use crate::error::{Result, StoreError};
use crate::sums::{Dimensions, Sum};
use billing::ids::{MeterId, PeriodId, TenantId};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments, Encode, Postgres, Type};
use std::collections::HashMap;
use uuid::Uuid;

/// The parts of the statement behind what they wait for: `add_sums!("with ", "where true")`. Days and presence wait for what
/// comes before them by counting its rows: PostgreSQL promises no order, and whatever touches caches locks in this one.
macro_rules! add_sums {
    ($before:expr, $gate:literal) => {
        concat!(
            $before,
            "periods as (
        insert into period_counters (tenant_id, period_id, meter_id, events, quantity, billable)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[]) ",
            $gate,
            " on conflict (tenant_id, period_id, meter_id) do update set
            events = period_counters.events + excluded.events,
            quantity = period_counters.quantity + excluded.quantity,
            billable = period_counters.billable + excluded.billable
        returning tenant_id, period_id, meter_id, billable
    ), days as (
        insert into usage_days (tenant_id, day, meter_id, plan_version_id, provider, classification, currency, events,
            quantity, billable, cost_nano)
        select * from unnest($7::uuid[], $8::integer[], $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::text[],
            $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[]) ",
            $gate,
            " and (select count(*) from periods) >= 0
        on conflict (tenant_id, day, meter_id, plan_version_id, provider, classification, currency) do update set
            events = usage_days.events + excluded.events, quantity = usage_days.quantity + excluded.quantity,
            billable = usage_days.billable + excluded.billable, cost_nano = usage_days.cost_nano + excluded.cost_nano
        returning 1
    ), here as (
        insert into presence (tenant_id, day, kind, subject_id)
        select * from unnest($18::uuid[], $19::integer[], $20::text[], $21::uuid[]) ",
            $gate,
            " and (select count(*) from days) >= 0
        on conflict do nothing
    ), company as (
        insert into company_day_deltas (day, meter_id, plan_version_id, provider, classification, currency, events,
            quantity, billable, cost_nano)
        select * from unnest($22::integer[], $23::uuid[], $24::uuid[], $25::text[], $26::text[], $27::text[],
            $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[]) ",
            $gate,
            "
    )
    select tenant_id, meter_id, period_id, billable from periods"
        )
    };
}
pub(super) use add_sums;

const ADD: &str = add_sums!("with ", "where true");

/// What counters hold that were just added to, billable only.
pub(crate) type Held = HashMap<(TenantId, MeterId, PeriodId), i64>;

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

/// The values of a statement, in order.
#[derive(Default)]
pub(super) struct Values {
    arguments: PgArguments,
    failed: Option<BoxDynError>,
}

impl Values {
    pub fn push_bind<'q, T: Encode<'q, Postgres> + Type<Postgres>>(&mut self, value: T) {
        if let Err(error) = self.arguments.add(value) {
            self.failed.get_or_insert(error);
        }
    }

    /// What [`add_sums!`] adds.
    pub fn push_sums(&mut self, sums: &Sums) {
        let company: Vec<(&CompanyKey, &Sum)> = sums.company().collect();
        self.push_bind(sums.periods.keys().map(|key| key.0.uuid()).collect::<Vec<_>>());
        self.push_bind(sums.periods.keys().map(|key| key.1.uuid()).collect::<Vec<_>>());
        self.push_bind(sums.periods.keys().map(|key| key.2.uuid()).collect::<Vec<_>>());
        let figures = Figures::of(sums.periods.values());
        self.push_bind(figures.events);
        self.push_bind(figures.quantity);
        self.push_bind(figures.billable);
        self.push_bind(sums.days.keys().map(|key| key.0.uuid()).collect::<Vec<_>>());
        self.push_bind(sums.days.keys().map(|key| key.1.number()).collect::<Vec<_>>());
        self.push_bind(sums.days.keys().map(|key| key.2.uuid()).collect::<Vec<_>>());
        self.push_columns(Columns::of(sums.days.keys().map(|key| &key.3)), Figures::of(sums.days.values()));
        self.push_bind(sums.presence.iter().map(|row| row.0.uuid()).collect::<Vec<_>>());
        self.push_bind(sums.presence.iter().map(|row| row.1.number()).collect::<Vec<_>>());
        self.push_bind(sums.presence.iter().map(|row| row.2).collect::<Vec<_>>());
        self.push_bind(sums.presence.iter().map(|row| row.3.uuid()).collect::<Vec<_>>());
        self.push_bind(company.iter().map(|(key, _)| key.0.number()).collect::<Vec<_>>());
        self.push_bind(company.iter().map(|(key, _)| key.1.uuid()).collect::<Vec<_>>());
        let dimensions = Columns::of(company.iter().map(|(key, _)| &key.2));
        self.push_columns(dimensions, Figures::of(company.iter().map(|(_, sum)| *sum)));
    }

    fn push_columns(&mut self, dimensions: Columns<'_>, figures: Figures) {
        self.push_bind(dimensions.plan_versions);
        self.push_bind(dimensions.providers);
        self.push_bind(dimensions.classifications);
        self.push_bind(dimensions.currencies);
        self.push_bind(figures.events);
        self.push_bind(figures.quantity);
        self.push_bind(figures.billable);
        self.push_bind(figures.cost_nano);
    }

    /// Runs an [`add_sums!`] statement with these values, and tells what the counters hold now.
    pub async fn run(self, write: &mut Write, statement: &'static str) -> Result<Held> {
        if let Some(error) = self.failed {
            return Err(write.failed(sqlx::Error::Encode(error)));
        }
        let Conn::Postgres(tx) = &mut write.conn else {
            return Err(StoreError::Refused("arrays are of PostgreSQL only".to_owned()));
        };
        let query =
            sqlx::query_as_with::<_, (Id<TenantId>, Id<MeterId>, Id<PeriodId>, i64), _>(statement, self.arguments);
        let rows = query.fetch_all(&mut **tx).await.map_err(|error| write.failed(error))?;
        let held = |(tenant, meter, period, billable): (Id<TenantId>, Id<MeterId>, Id<PeriodId>, i64)| {
            ((tenant.0, meter.0, period.0), billable)
        };
        Ok(rows.into_iter().map(held).collect())
    }
}

/// Adds up all that simply adds up, and tells what the counters hold now.
pub(crate) async fn add(write: &mut Write, sums: &Sums) -> Result<Held> {
    let mut values = Values::default();
    values.push_sums(sums);
    values.run(write, ADD).await
}
