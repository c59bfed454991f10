//! The insert into the ledger, in key order, and which events it refused because their key is there.

use super::{Batch, Staged, copy, known};
use crate::codec::{At, Id, OnDay, Word};
use crate::conn::{Conn, Write, insert_rows};
use crate::error::{Result, StoreError};
use crate::target::Engine;
use billing::event::EventKey;
use billing::ids::TenantId;
use std::collections::HashSet;

/// From this many events on PostgreSQL takes them by COPY; below, looking for their keys first costs more than it saves.
const COPY_FROM: usize = 9;
/// Rows per statement, prepared once; 31 values each.
const ROWS_AT_ONCE: usize = 64;

/// Binds an event's columns in the order of `with_columns!`.
macro_rules! push_event {
    ($values:ident, $batch:ident, $staged:ident) => {{
        let (usage, assignment) = (&$staged.event.usage, &$staged.event.assignment);
        $values.push_bind(Id(usage.key.tenant));
        $values.push_bind(Id(usage.meter));
        $values.push_bind(usage.quantity);
        $values.push_bind(assignment.contribution);
        $values.push_bind(At(usage.occurred_at));
        $values.push_bind(At($batch.received_at));
        $values.push_bind(usage.cost.map(|cost| cost.nano));
        $values.push_bind(OnDay(assignment.day));
        $values.push_bind(assignment.billable);
        $values.push_bind(usage.billable);
        $values.push_bind(assignment.period.map(Id));
        $values.push_bind(assignment.billed_period.map(Id));
        $values.push_bind(assignment.entitlement.map(Id));
        $values.push_bind(assignment.plan_version.map(Id));
        $values.push_bind($batch.import.map(Id));
        $values.push_bind($staged.line);
        $values.push_bind(usage.subjects.user.map(Id));
        $values.push_bind(usage.subjects.client.map(Id));
        $values.push_bind(usage.subjects.session.map(Id));
        $values.push_bind(usage.subjects.resource.map(Id));
        $values.push_bind(&$staged.fingerprint.0[..]);
        $values.push_bind($staged.leaf($batch).0.to_vec());
        $values.push_bind($staged.details_hash.as_ref().map(|hash| &hash[..]));
        $values.push_bind(usage.key.source.as_str());
        $values.push_bind(usage.key.key.as_str());
        $values.push_bind(Word(usage.classification));
        $values.push_bind(usage.parent.as_deref());
        $values.push_bind(assignment.billable_reason.as_str());
        $values.push_bind(usage.cost.map(|cost| Word(cost.currency)));
        $values.push_bind(usage.provider.as_str());
        $values.push_bind(usage.action.as_str());
    }};
}
pub(super) use push_event;

/// Inserts the events and gives the places in `staged` of those whose key was there already. A key that another
/// transaction is inserting is waited for.
pub(crate) async fn events(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    let is_postgres = write.engine() == Engine::Postgres;
    if is_postgres && staged.len() < COPY_FROM {
        return one_by_one(write, batch, staged).await;
    }
    // COPY knows no `on conflict`, and on SQLite a trigger refuses a key before `on conflict` would look away. So the
    // keys that are there are looked for and left out.
    let keys: Vec<_> = staged.iter().map(|event| &event.event.usage.key).collect();
    let there = known::known(write, &keys).await?;
    let is_there = |event: &Staged<'_>| there.contains_key(&event.event.usage.key);
    let new: Vec<&Staged<'_>> = staged.iter().filter(|event| !is_there(event)).collect();
    if !is_postgres {
        // There is one writer: what was not there stays away until this is done.
        on_sqlite(write, batch, &new).await?;
    } else if !copy::events(write, batch, &new).await? {
        return one_by_one(write, batch, staged).await;
    }
    Ok((0..staged.len()).filter(|position| is_there(&staged[*position])).collect())
}

/// Row after row in the order of keys, as statements of some rows.
async fn one_by_one(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    let mut refused = Vec::new();
    for (number, chunk) in staged.chunks(ROWS_AT_ONCE).enumerate() {
        let places = rows_on_postgres(write, batch, chunk).await?;
        refused.extend(places.into_iter().map(|place| number * ROWS_AT_ONCE + place));
    }
    Ok(refused)
}

async fn rows_on_postgres(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    let Conn::Postgres(tx) = &mut write.conn else { return Err(wrong_engine()) };
    let mut builder =
        sqlx::QueryBuilder::<sqlx::Postgres>::new(copy::with_columns!("insert into usage_events", "values "));
    for (position, event) in staged.iter().enumerate() {
        builder.push(if position == 0 { "(" } else { ", (" });
        let mut values = builder.separated(", ");
        push_event!(values, batch, event);
        builder.push(")");
    }
    builder.push(" on conflict do nothing returning tenant_id, source, event_key");
    let fetched = builder.build_query_as::<(Id<TenantId>, String, String)>().fetch_all(&mut **tx).await;
    let inserted = fetched.map_err(|error| write.failed(error))?;
    let inserted: HashSet<EventKey> =
        inserted.into_iter().map(|(tenant, source, key)| EventKey { tenant: tenant.0, source, key }).collect();
    Ok((0..staged.len()).filter(|position| !inserted.contains(&staged[*position].event.usage.key)).collect())
}

async fn on_sqlite(write: &mut Write, batch: &Batch, new: &[&Staged<'_>]) -> Result<()> {
    for chunk in new.chunks(ROWS_AT_ONCE) {
        let Conn::Sqlite(tx) = &mut write.conn else { return Err(wrong_engine()) };
        let mut builder =
            sqlx::QueryBuilder::<sqlx::Sqlite>::new(copy::with_columns!("insert into usage_events", "values "));
        for (position, event) in chunk.iter().enumerate() {
            builder.push(if position == 0 { "(" } else { ", (" });
            let mut values = builder.separated(", ");
            push_event!(values, batch, event);
            builder.push(")");
        }
        let persistent = chunk.len() == 1 || chunk.len() == ROWS_AT_ONCE;
        let done = builder.build().persistent(persistent).execute(&mut **tx).await;
        done.map_err(|error| write.failed(error))?;
    }
    Ok(())
}

/// Keeps the details of events that were inserted.
pub(crate) async fn details(write: &mut Write, inserted: &[Staged<'_>]) -> Result<()> {
    let rows: Vec<_> =
        inserted.iter().filter_map(|event| Some((&event.event.usage.key, event.event.details.as_ref()?))).collect();
    insert_rows!(
        write,
        "insert into event_details (tenant_id, source, event_key, salt, body)",
        5,
        rows,
        |row| [Id(row.0.tenant), row.0.source.as_str(), row.0.key.as_str(), &row.1.salt[..], row.1.body.as_str()],
        ""
    );
    Ok(())
}

fn wrong_engine() -> StoreError {
    StoreError::Refused("a statement of one engine was given to the other".to_owned())
}
