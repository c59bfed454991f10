//! The way of a billing server: each event a row with its properties as jsonb, nine indexes, inserted by the hundred,
//! and nothing counted until somebody asks.

use crate::place::{Bare, Place};
use anyhow::Result;
use billing::event::Usage;
use sqlx::{Connection, PgConnection, Postgres, QueryBuilder};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ROWS_AT_ONCE: usize = 100;
const TABLE: &str = "
    create table server_events (
        id uuid primary key default gen_random_uuid(), organization_id uuid not null, customer_id uuid not null,
        subscription_id uuid, code text not null, transaction_id text not null, properties jsonb not null,
        metadata jsonb not null default '{}', occurred_at timestamptz not null,
        created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
        deleted_at timestamptz
    );
    create unique index on server_events (organization_id, customer_id, transaction_id);
    create index on server_events (organization_id, code, occurred_at);
    create index on server_events (customer_id, code, occurred_at);
    create index on server_events (subscription_id, code, occurred_at) where deleted_at is null;
    create index on server_events (occurred_at);
    create index on server_events (created_at);
    create index on server_events (deleted_at);
    create index on server_events using gin (properties)";

/// A table of that kind.
pub struct JsonbWay(PgConnection);

impl JsonbWay {
    /// Makes it; none on SQLite, which billing servers do not use.
    pub async fn new(place: &Place) -> Result<Option<Self>> {
        let Bare::Postgres(mut conn) = place.bare().await? else { return Ok(None) };
        sqlx::raw_sql(TABLE).execute(&mut conn).await?;
        Ok(Some(Self(conn)))
    }

    /// Inserts usage and gives the time.
    pub async fn insert(&mut self, usages: &[Usage]) -> Result<Duration> {
        let rows: Vec<(&Usage, String)> = usages.iter().map(|usage| (usage, properties(usage))).collect();
        let begun = Instant::now();
        for batch in rows.chunks(ROWS_AT_ONCE) {
            let mut tx = self.0.begin().await?;
            let mut builder = QueryBuilder::<Postgres>::new(
                "insert into server_events (organization_id, customer_id, code, transaction_id, properties, occurred_at) ",
            );
            builder.push_values(batch, |mut values, (usage, properties)| {
                values.push_bind(Uuid::nil());
                values.push_bind(usage.key.tenant.uuid());
                values.push_bind(usage.meter.uuid().to_string());
                values.push_bind(usage.key.key.as_str());
                values.push_bind(properties.as_str()).push_unseparated("::jsonb");
                values.push_bind(usage.occurred_at.utc());
            });
            builder.push(" on conflict do nothing");
            builder.build().persistent(batch.len() == ROWS_AT_ONCE).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(begun.elapsed())
    }
}

fn properties(usage: &Usage) -> String {
    format!(
        r#"{{"value": {}, "provider": "{}", "classification": "{}", "cost_nano": {}}}"#,
        usage.quantity,
        usage.provider,
        usage.classification,
        usage.cost.map_or(0, |cost| cost.nano)
    )
}
