//! The ledger as people look through it, in pages by filter.
//!
//! Newest first in the order (occurred_at, tenant, source, key), which no two events share. A page begins after a
//! position, never at a number. Every look is bounded: with a tenant it goes through the index of each of its meters,
//! without one through the index of time, and in both it reads at most [`WINDOW`] events before it answers with what
//! it has found and where to go on.

use crate::codec::{At, Id, OnDay, Word, at};
use crate::conn::{Conn, Read, maybe_row};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::Classification;
use billing::ids::{MeterId, SubjectId, TenantId};
use billing::money::{Cost, Currency};
use billing::time::{Day, Timestamp};
use sqlx::{Postgres, QueryBuilder, Sqlite};

/// Events that one look reads at most, where a filter is not answered by an index.
pub const WINDOW: i64 = 20_000;

/// Which events; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// One tenant.
    pub tenant: Option<TenantId>,
    /// One meter.
    pub meter: Option<MeterId>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// The key begins with this.
    pub key_prefix: Option<String>,
    /// The source.
    pub source: Option<String>,
    /// Refers to any of these users.
    pub users: Option<Vec<SubjectId>>,
    /// Refers to any of these clients.
    pub clients: Option<Vec<SubjectId>>,
    /// Happened in any of these sessions.
    pub sessions: Option<Vec<SubjectId>>,
    /// Is about any of these resources.
    pub resources: Option<Vec<SubjectId>>,
    /// Why it exists.
    pub classification: Option<Classification>,
    /// Billable or not.
    pub billable: Option<bool>,
}

impl EventFilter {
    /// Whether events must be looked at one by one, beyond what the index of time gives.
    const fn sifts(&self) -> bool {
        self.key_prefix.is_some()
            || self.source.is_some()
            || self.users.is_some()
            || self.clients.is_some()
            || self.sessions.is_some()
            || self.resources.is_some()
            || self.classification.is_some()
            || self.billable.is_some()
            || (self.tenant.is_none() && self.meter.is_some())
    }
}

/// A place in the order of pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPosition {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The tenant.
    pub tenant: TenantId,
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
}

/// An event in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// Tenant, source, key and time.
    pub position: EventPosition,
    /// The meter.
    pub meter: MeterId,
    /// Units at the meter's scale.
    pub quantity: i64,
    /// Whether it is billed.
    pub billable: bool,
    /// Why it exists.
    pub classification: Classification,
    /// When it was received.
    pub received_at: Timestamp,
    /// The tenant's local day.
    pub day: Day,
    /// The provider, may be empty.
    pub provider: String,
    /// What the provider charged.
    pub cost: Option<Cost>,
}

/// A part of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLines {
    /// Events, the newest first.
    pub lines: Vec<EventLine>,
    /// Where to go on; none at the end. Lines may be empty although there is more.
    pub next: Option<EventPosition>,
}

statements! {
    // The newest receipt lies in the newest transaction, nearly always among the newest events.
    NEWEST_RECEIPT = "select max(received_at) from
        (select received_at from usage_events order by occurred_at desc limit 100) newest";
}

pub(super) type LineRow = (
    Id<TenantId>,
    String,
    String,
    Id<MeterId>,
    i64,
    bool,
    Word<Classification>,
    At,
    At,
    OnDay,
    String,
    Option<i64>,
    Option<Word<Currency>>,
);

pub(super) fn line(row: LineRow) -> EventLine {
    let (tenant, source, key, meter, quantity, billable, classification, occurred_at, received_at, day, ..) = row;
    let (.., provider, nano, currency) = (row.10, row.11, row.12);
    EventLine {
        position: EventPosition { occurred_at: occurred_at.0, tenant: tenant.0, source, key },
        meter: meter.0,
        quantity,
        billable,
        classification: classification.0,
        received_at: received_at.0,
        day: day.0,
        provider,
        cost: cost(nano, currency),
    }
}

fn cost(nano: Option<i64>, currency: Option<Word<Currency>>) -> Option<Cost> {
    nano.zip(currency).map(|(nano, currency)| Cost { nano, currency: currency.0 })
}

const COLUMNS: &str = "select tenant_id, source, event_key, meter_id, quantity, billable, classification, occurred_at, \
                       received_at, day, provider, cost_nano, cost_currency from ";
const NEWEST_FIRST: &str = " order by occurred_at desc, tenant_id desc, source desc, event_key desc limit ";

/// What an index answers: tenant, meter, time and position.
macro_rules! reach {
    ($query:expr, $filter:expr, $meter:expr, $after:expr) => {{
        $query.push("usage_events where 1 = 1");
        if let Some(tenant) = $filter.tenant {
            $query.push(" and tenant_id = ").push_bind(Id(tenant));
        }
        if let Some(meter) = $meter {
            $query.push(" and meter_id = ").push_bind(Id(meter));
        }
        if let Some(from) = $filter.from {
            $query.push(" and occurred_at >= ").push_bind(At(from));
        }
        if let Some(to) = $filter.to {
            $query.push(" and occurred_at < ").push_bind(At(to));
        }
        if let Some(after) = $after {
            let EventPosition { occurred_at, tenant, source, key } = after;
            // The first condition is what the index sees; the second decides among events of one instant.
            $query.push(" and occurred_at <= ").push_bind(At(*occurred_at));
            $query.push(" and (occurred_at, tenant_id, source, event_key) < (").push_bind(At(*occurred_at));
            $query.push(", ").push_bind(Id(*tenant));
            $query.push(", ").push_bind(source.clone());
            $query.push(", ").push_bind(key.clone()).push(")");
        }
    }};
}

/// What must be looked at event by event.
macro_rules! sift {
    ($query:expr, $filter:expr) => {{
        if let (None, Some(meter)) = ($filter.tenant, $filter.meter) {
            $query.push(" and meter_id = ").push_bind(Id(meter));
        }
        if let Some(prefix) = &$filter.key_prefix {
            // No key that begins so is beyond the last character there is; texts sort by bytes.
            $query.push(" and event_key >= ").push_bind(prefix.clone());
            $query.push(" and event_key < ").push_bind(format!("{prefix}{}", char::MAX));
        }
        if let Some(source) = &$filter.source {
            $query.push(" and source = ").push_bind(source.clone());
        }
        let subjects = [
            (" and user_id in (", &$filter.users),
            (" and client_id in (", &$filter.clients),
            (" and session_id in (", &$filter.sessions),
            (" and resource_id in (", &$filter.resources),
        ];
        for (condition, wanted) in subjects {
            let Some(wanted) = wanted else { continue };
            $query.push(condition);
            let mut list = $query.separated(", ");
            // A null equals nothing, and keeps an empty list well formed.
            list.push("null");
            for subject in wanted {
                list.push_bind(Id(*subject));
            }
            $query.push(")");
        }
        if let Some(classification) = $filter.classification {
            $query.push(" and classification = ").push_bind(Word(classification));
        }
        if let Some(billable) = $filter.billable {
            $query.push(" and billable = ").push_bind(billable);
        }
    }};
}

/// The events of one reach that pass the filter.
macro_rules! lines_query {
    ($engine:ty, $filter:expr, $meter:expr, $after:expr, $limit:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(COLUMNS);
        if $filter.sifts() {
            query.push("(select * from ");
            reach!(query, $filter, $meter, $after);
            query.push(NEWEST_FIRST).push_bind(WINDOW).push(") reached where 1 = 1");
            sift!(query, $filter);
        } else {
            reach!(query, $filter, $meter, $after);
        }
        query.push(NEWEST_FIRST).push_bind($limit);
        query
    }};
}

/// How many events a reach holds, at most [`WINDOW`], and the last one of them.
macro_rules! reach_query {
    ($engine:ty, $filter:expr, $meter:expr, $after:expr) => {{
        let mut query = QueryBuilder::<$engine>::new(
            "select count(*) over (), occurred_at, tenant_id, source, event_key from (select * from ",
        );
        reach!(query, $filter, $meter, $after);
        query.push(NEWEST_FIRST).push_bind(WINDOW);
        query.push(") reached order by occurred_at, tenant_id, source, event_key limit 1");
        query
    }};
}

/// A part of the ledger after a position, at most `limit` events. `meters` are all that there are.
///
/// # Errors
/// When the database fails.
pub async fn page(
    read: &mut Read,
    filter: &EventFilter,
    after: Option<&EventPosition>,
    limit: usize,
    meters: &[MeterId],
) -> Result<EventLines> {
    // A tenant's events by time are in one index per meter: read each, and merge.
    let reaches: Vec<Option<MeterId>> = match (filter.tenant, filter.meter) {
        (Some(_), Some(meter)) => vec![Some(meter)],
        (Some(_), None) => meters.iter().copied().map(Some).collect(),
        (None, _) => vec![None],
    };
    let mut lines: Vec<EventLine> = Vec::new();
    let mut horizon: Option<EventPosition> = None;
    for meter in reaches {
        let found = lines_of(read, filter, meter, after, limit + 1).await?;
        if found.len() <= limit && filter.sifts() {
            let reached = reached(read, filter, meter, after).await?;
            horizon = horizon.max(reached);
        }
        lines.extend(found);
    }
    lines.sort_by(|one, other| other.position.cmp(&one.position));
    if let Some(horizon) = &horizon {
        lines.retain(|line| line.position >= *horizon);
    }
    let next = if lines.len() > limit {
        lines.truncate(limit);
        lines.last().map(|line| line.position.clone())
    } else {
        horizon
    };
    Ok(EventLines { lines, next })
}

async fn lines_of(
    read: &mut Read,
    filter: &EventFilter,
    meter: Option<MeterId>,
    after: Option<&EventPosition>,
    limit: usize,
) -> Result<Vec<EventLine>> {
    let limit = i64::try_from(limit).map_err(StoreError::corrupt)?;
    let found = match &mut read.conn {
        Conn::Postgres(tx) => {
            let mut query = lines_query!(Postgres, filter, meter, after, limit);
            query.build_query_as::<LineRow>().fetch_all(&mut **tx).await
        }
        Conn::Sqlite(tx) => {
            let mut query = lines_query!(Sqlite, filter, meter, after, limit);
            query.build_query_as::<LineRow>().fetch_all(&mut **tx).await
        }
    };
    Ok(found.map_err(|error| read.failed(error))?.into_iter().map(line).collect())
}

type ReachRow = (i64, At, Id<TenantId>, String, String);

/// The last event that a sifted look has read, when it did not read to the end.
async fn reached(
    read: &mut Read,
    filter: &EventFilter,
    meter: Option<MeterId>,
    after: Option<&EventPosition>,
) -> Result<Option<EventPosition>> {
    let found: std::result::Result<Option<ReachRow>, _> = match &mut read.conn {
        Conn::Postgres(tx) => {
            let mut query = reach_query!(Postgres, filter, meter, after);
            query.build_query_as().fetch_optional(&mut **tx).await
        }
        Conn::Sqlite(tx) => {
            let mut query = reach_query!(Sqlite, filter, meter, after);
            query.build_query_as().fetch_optional(&mut **tx).await
        }
    };
    let found = found.map_err(|error| read.failed(error))?;
    let cut = found.filter(|(read, ..)| *read == WINDOW);
    Ok(cut.map(|(_, occurred_at, tenant, source, key)| EventPosition {
        occurred_at: occurred_at.0,
        tenant: tenant.0,
        source,
        key,
    }))
}

/// The newest receipt among the newest events; none in an empty ledger.
///
/// # Errors
/// When the database fails.
pub async fn newest_receipt(read: &mut Read) -> Result<Option<Timestamp>> {
    let row = maybe_row!(read, (Option<At>,), NEWEST_RECEIPT)?;
    Ok(row.and_then(|(received_at,)| at(received_at)))
}
