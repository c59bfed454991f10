//! The limit of an engine: the rows that the ledger took, put as fast as the engine can into the same table of another
//! database, with the same indexes, triggers and checks, leaf included, but without looking for duplicates and without
//! counters.

use crate::ingest::BATCH;
use crate::place::{Bare, Place};
use anyhow::{Context, Result, bail};
use billing::leaf::{Arrival, LeafFields, fingerprint};
use futures::TryStreamExt;
use sqlx::{Connection, PgConnection, QueryBuilder, Sqlite, SqliteConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::append::{Batch, NewEvent};
use uuid::Uuid;

/// All columns but the transaction's number, which each database gives itself.
const COLUMNS: &str = "tenant_id, meter_id, quantity, contribution, occurred_at, received_at, cost_nano, day, billable, \
    billable_said, period_id, billed_period_id, entitlement_id, plan_version_id, import_id, line, user_id, client_id, \
    session_id, resource_id, fingerprint, leaf, details_hash, source, event_key, classification, parent_key, \
    billable_reason, cost_currency, provider, action";
const ROWS_AT_ONCE: usize = 64;

/// Where the rows are taken from and where they are put.
pub enum Limit {
    /// COPY from the ledger, and COPY into the other one.
    Postgres { from: PgConnection, into: PgConnection },
    /// Inserts.
    Sqlite(SqliteConnection),
}

impl Limit {
    /// From the ledger that the program fills into another one.
    pub async fn new(ledger: &Place, other: &Place) -> Result<Self> {
        Ok(match (ledger.bare().await?, other.bare().await?) {
            (Bare::Postgres(from), Bare::Postgres(into)) => Self::Postgres { from, into },
            (_, Bare::Sqlite(conn)) => Self::Sqlite(conn),
            _ => bail!("both are of one engine"),
        })
    }

    /// Puts in what the ledger has just taken, in the order in which it came. Gives rows and time.
    pub async fn insert(&mut self, taken: Vec<Arc<Batch>>) -> Result<(u64, Duration)> {
        match self {
            Self::Postgres { from, into } => {
                let bytes = read_out(from, &taken).await?;
                let begun = Instant::now();
                let mut copy =
                    into.copy_in_raw(&format!("copy usage_events ({COLUMNS}) from stdin (format binary)")).await?;
                for part in bytes.chunks(1 << 20) {
                    copy.send(part).await?;
                }
                let rows = copy.finish().await?;
                Ok((rows, begun.elapsed()))
            }
            Self::Sqlite(conn) => insert_bare(conn, &taken).await,
        }
    }
}

/// The rows as PostgreSQL itself writes them, so that nothing of the program is in the time of the limit.
async fn read_out(from: &mut PgConnection, taken: &[Arc<Batch>]) -> Result<Vec<u8>> {
    let times = || taken.iter().flat_map(|batch| &batch.events).map(|event| event.usage.occurred_at);
    let (first, last) = (times().min().context("a chunk without events")?, times().max().context("a chunk")?);
    let copy = format!(
        "copy (select {COLUMNS} from usage_events where occurred_at between '{first}' and '{last}'
               order by occurred_at, event_key) to stdout (format binary)"
    );
    let mut out = from.copy_out_raw(&copy).await?;
    let mut bytes = Vec::new();
    while let Some(part) = out.try_next().await? {
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

async fn insert_bare(conn: &mut SqliteConnection, taken: &[Arc<Batch>]) -> Result<(u64, Duration)> {
    let (mut rows, mut time) = (0, Duration::ZERO);
    for batch in taken {
        let hashed: Vec<Row<'_>> = batch.events.iter().map(|event| Row::of(event, batch)).collect();
        for transaction in hashed.chunks(BATCH) {
            let begun = Instant::now();
            let mut tx = conn.begin_with("begin immediate").await?;
            for statement in transaction.chunks(ROWS_AT_ONCE) {
                let mut builder = QueryBuilder::<Sqlite>::new(format!("insert into usage_events ({COLUMNS}) "));
                builder.push_values(statement, |mut values, row| row.bind(&mut values));
                let persistent = statement.len() == ROWS_AT_ONCE;
                rows += builder.build().persistent(persistent).execute(&mut *tx).await?.rows_affected();
            }
            tx.commit().await?;
            time += begun.elapsed();
        }
    }
    Ok((rows, time))
}

/// An event with its hashes, which are made outside of the time of the limit.
struct Row<'a> {
    event: &'a NewEvent,
    received_at: i64,
    fingerprint: [u8; 32],
    leaf: [u8; 32],
}

impl<'a> Row<'a> {
    fn of(event: &'a NewEvent, batch: &Batch) -> Self {
        let fingerprint = fingerprint(&event.usage);
        let arrival = Arrival { received_at: batch.received_at, details: None, import: None, line: None };
        let leaf = LeafFields::of(&event.usage, &event.assignment, fingerprint, arrival).leaf();
        Self { event, received_at: batch.received_at.micros(), fingerprint: fingerprint.0, leaf: leaf.0 }
    }

    fn bind(&'a self, values: &mut sqlx::query_builder::Separated<'_, Sqlite, &'static str>) {
        let (usage, assignment) = (&self.event.usage, &self.event.assignment);
        values.push_bind(usage.key.tenant.uuid());
        values.push_bind(usage.meter.uuid());
        values.push_bind(usage.quantity);
        values.push_bind(assignment.contribution);
        values.push_bind(usage.occurred_at.micros());
        values.push_bind(self.received_at);
        values.push_bind(usage.cost.map(|cost| cost.nano));
        values.push_bind(assignment.day.number());
        values.push_bind(assignment.billable);
        values.push_bind(usage.billable);
        values.push_bind(assignment.period.map(billing::ids::PeriodId::uuid));
        values.push_bind(assignment.billed_period.map(billing::ids::PeriodId::uuid));
        values.push_bind(assignment.entitlement.map(billing::ids::EntitlementId::uuid));
        values.push_bind(assignment.plan_version.map(billing::ids::PlanVersionId::uuid));
        values.push_bind(None::<Uuid>);
        values.push_bind(None::<i64>);
        let subjects = usage.subjects;
        for subject in [subjects.user, subjects.client, subjects.session, subjects.resource] {
            values.push_bind(subject.map(billing::ids::SubjectId::uuid));
        }
        values.push_bind(self.fingerprint.to_vec());
        values.push_bind(self.leaf.to_vec());
        values.push_bind(None::<Vec<u8>>);
        values.push_bind(usage.key.source.clone());
        values.push_bind(usage.key.key.clone());
        values.push_bind(usage.classification.as_str());
        values.push_bind(usage.parent.clone());
        values.push_bind(assignment.billable_reason.clone());
        values.push_bind(usage.cost.map(|cost| cost.currency.code()));
        values.push_bind(usage.provider.clone());
        values.push_bind(usage.action.clone());
    }
}
