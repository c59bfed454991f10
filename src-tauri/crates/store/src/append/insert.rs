//! The insert into the ledger, in key order, and which events it refused because their key is there.

use super::{Batch, Staged, copy, known};
use crate::codec::{At, Id, OnDay, Word};
use crate::conn::{Conn, Write, insert_rows};
use crate::error::{Result, StoreError};
use crate::target::Engine;
use billing::event::EventKey;
use billing::ids::TenantId;
use std::collections::HashSet;

/// From this many events on PostgreSQL takes them by COPY; below, the temporary table costs more than it saves.
const COPY_FROM: usize = 9;
/// Rows per statement on SQLite, prepared once; 31 values each.
const ROWS_AT_ONCE: usize = 64;

/// Binds an event's columns in the order of `insert_into!`.
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
        $values.push_bind(copy::line($staged.event.line)?);
        $values.push_bind(usage.subjects.user.map(Id));
        $values.push_bind(usage.subjects.client.map(Id));
        $values.push_bind(usage.subjects.session.map(Id));
        $values.push_bind(usage.subjects.resource.map(Id));
        $values.push_bind(&$staged.fingerprint.0[..]);
        $values.push_bind(&$staged.leaf.0[..]);
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

/// Inserts the events and gives the places in `staged` of those whose key was there already. A key that another
/// transaction is inserting is waited for.
pub(crate) async fn events(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    match write.engine() {
        Engine::Postgres if staged.len() >= COPY_FROM => copy::events(write, batch, staged).await,
        Engine::Postgres => few_on_postgres(write, batch, staged).await,
        Engine::Sqlite => on_sqlite(write, batch, staged).await,
    }
}

async fn few_on_postgres(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    if staged.is_empty() {
        return Ok(Vec::new());
    }
    let Conn::Postgres(tx) = &mut write.conn else { return Err(wrong_engine()) };
    let mut builder = sqlx::QueryBuilder::<sqlx::Postgres>::new(copy::insert_into!("values "));
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

async fn on_sqlite(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    let mut refused = Vec::new();
    for (number, chunk) in staged.chunks(ROWS_AT_ONCE).enumerate() {
        let all: Vec<&Staged<'_>> = chunk.iter().collect();
        if rows_on_sqlite(write, batch, &all).await? == Inserted::All {
            continue;
        }
        // Nothing of the chunk is in. There is one writer, so what is not there now stays away until this is done.
        let keys: Vec<_> = chunk.iter().map(|event| &event.event.usage.key).collect();
        let there = known::known(write, &keys).await?;
        let is_there = |event: &Staged<'_>| there.contains_key(&event.event.usage.key);
        let new: Vec<&Staged<'_>> = chunk.iter().filter(|event| !is_there(event)).collect();
        if rows_on_sqlite(write, batch, &new).await? != Inserted::All {
            return Err(StoreError::AppendOnly("a key is there that is not there".to_owned()));
        }
        let places = (0..chunk.len()).filter(|position| is_there(&chunk[*position]));
        refused.extend(places.map(|position| number * ROWS_AT_ONCE + position));
    }
    Ok(refused)
}

/// What became of a statement.
#[derive(PartialEq, Eq)]
enum Inserted {
    /// Every row is in.
    All,
    /// A key was there already: a trigger refused it, and no row is in.
    None,
}

/// Inserts rows in one statement. The trigger that keeps a row from being replaced fires before `on conflict` would
/// look away, so a chunk with a known key fails as a whole; usual chunks have none.
async fn rows_on_sqlite(write: &mut Write, batch: &Batch, chunk: &[&Staged<'_>]) -> Result<Inserted> {
    if chunk.is_empty() {
        return Ok(Inserted::All);
    }
    let Conn::Sqlite(tx) = &mut write.conn else { return Err(wrong_engine()) };
    let mut builder = sqlx::QueryBuilder::<sqlx::Sqlite>::new(copy::insert_into!("values "));
    for (position, event) in chunk.iter().enumerate() {
        builder.push(if position == 0 { "(" } else { ", (" });
        let mut values = builder.separated(", ");
        push_event!(values, batch, event);
        builder.push(")");
    }
    let persistent = chunk.len() == 1 || chunk.len() == ROWS_AT_ONCE;
    match builder.build().persistent(persistent).execute(&mut **tx).await {
        Ok(_) => Ok(Inserted::All),
        Err(error) if StoreError::is_key_there(&error) => Ok(Inserted::None),
        Err(error) => Err(write.failed(error)),
    }
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
