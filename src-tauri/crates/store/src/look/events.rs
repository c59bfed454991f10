//! The ledger as people look through it: pages by filter, one event whole, what it repeats and what repeats it.
//!
//! Newest first in the order (occurred_at, tenant, source, key), which no two events share. A page begins after a
//! position, never at a number. Every look is bounded: with a tenant it goes through the index of each of its meters,
//! without one through the index of time, and in both it reads at most [`WINDOW`] events before it answers with what
//! it has found and where to go on.

use crate::codec::{At, Id, OnDay, Word, at, hash32, id};
use crate::conn::{Conn, Read, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::{Assignment, Classification, EventKey, Fingerprint, Leaf, Subjects, Usage};
use billing::ids::{EntitlementId, ImportId, MeterId, PeriodId, PlanVersionId, SubjectId, TenantId};
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

/// An event as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// What was said, but for the reason of `billable`, which only the resolved one is kept of.
    pub usage: Usage,
    /// What was resolved.
    pub assignment: Assignment,
    /// When it was received.
    pub received_at: Timestamp,
    /// The import that brought it.
    pub import: Option<ImportId>,
    /// Its line in the imported file.
    pub line: Option<u64>,
    /// Hash of its content.
    pub fingerprint: Fingerprint,
    /// Salted hash of its details.
    pub details_hash: Option<[u8; 32]>,
    /// Hash of the row.
    pub leaf: Leaf,
}

/// Details of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDetails {
    /// Canonical JSON; none once erased.
    pub body: Option<String>,
    /// When they were erased.
    pub erased_at: Option<Timestamp>,
}

/// A counter row that an event went into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterNow {
    /// All use.
    pub all: i64,
    /// Billable use.
    pub billable: i64,
}

statements! {
    ONE = "select meter_id, quantity, contribution, occurred_at, received_at, cost_nano, cost_currency, day, billable,
            billable_said, period_id, billed_period_id, entitlement_id, plan_version_id, import_id, line, user_id,
            client_id, session_id, resource_id, fingerprint, leaf, details_hash, classification, parent_key,
            billable_reason, provider, action
        from usage_events where tenant_id = $1 and source = $2 and event_key = $3";
    CHILDREN = "select event_key from usage_events
        where tenant_id = $1 and source = $2 and parent_key = $3 order by occurred_at, event_key limit 100";
    DETAILS = "select body, erased_at from event_details where tenant_id = $1 and source = $2 and event_key = $3";
    PERIOD_COUNTER = "select quantity, billable from period_counters
        where tenant_id = $1 and period_id = $2 and meter_id = $3";
    DAY_COUNTER = "select coalesce(cast(case when $4 = 'max' then max(quantity) else sum(quantity) end as bigint), 0),
            coalesce(cast(case when $4 = 'max' then max(billable) else sum(billable) end as bigint), 0)
        from usage_days where tenant_id = $1 and day = $2 and meter_id = $3";
    LEVEL_TOTAL = "select quantity, billable from level_totals where tenant_id = $1 and meter_id = $2";
    // The newest receipt lies in the newest transaction, nearly always among the newest events.
    NEWEST_RECEIPT = "select max(received_at) from
        (select received_at from usage_events order by occurred_at desc limit 100) newest";
    // Tiers of stored memories are in the action of events of level meters.
    TIERS = "select v.action, cast(sum(v.quantity) as bigint),
            cast(sum(case when v.quantity > 0 then 1 when v.quantity < 0 then -1 else 0 end) as bigint)
        from meters m join usage_events v on v.tenant_id = $1 and v.meter_id = m.meter_id
        where m.aggregation = 'level' and v.occurred_at <= $2 and v.action in ('STM', 'ITM', 'LTM')
        group by v.action";
}

type LineRow = (
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

fn line(row: LineRow) -> EventLine {
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

#[derive(sqlx::FromRow)]
struct OneRow {
    meter_id: Id<MeterId>,
    quantity: i64,
    contribution: i64,
    occurred_at: At,
    received_at: At,
    cost_nano: Option<i64>,
    cost_currency: Option<Word<Currency>>,
    day: OnDay,
    billable: bool,
    billable_said: Option<bool>,
    period_id: Option<Id<PeriodId>>,
    billed_period_id: Option<Id<PeriodId>>,
    entitlement_id: Option<Id<EntitlementId>>,
    plan_version_id: Option<Id<PlanVersionId>>,
    import_id: Option<Id<ImportId>>,
    line: Option<i64>,
    user_id: Option<Id<SubjectId>>,
    client_id: Option<Id<SubjectId>>,
    session_id: Option<Id<SubjectId>>,
    resource_id: Option<Id<SubjectId>>,
    fingerprint: Vec<u8>,
    leaf: Vec<u8>,
    details_hash: Option<Vec<u8>>,
    classification: Word<Classification>,
    parent_key: Option<String>,
    billable_reason: String,
    provider: String,
    action: String,
}

/// One event, by what identifies it.
///
/// # Errors
/// When the database fails, or holds what cannot be.
pub async fn one(read: &mut Read, key: &EventKey) -> Result<Option<StoredEvent>> {
    let found = maybe_row!(read, OneRow, ONE, Id(key.tenant), key.source.as_str(), key.key.as_str())?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(StoredEvent {
        usage: Usage {
            key: key.clone(),
            meter: row.meter_id.0,
            quantity: row.quantity,
            occurred_at: row.occurred_at.0,
            classification: row.classification.0,
            parent: row.parent_key,
            billable: row.billable_said,
            billable_reason: None,
            cost: cost(row.cost_nano, row.cost_currency),
            provider: row.provider,
            action: row.action,
            subjects: Subjects {
                user: id(row.user_id),
                client: id(row.client_id),
                session: id(row.session_id),
                resource: id(row.resource_id),
            },
        },
        assignment: Assignment {
            day: row.day.0,
            period: id(row.period_id),
            billed_period: id(row.billed_period_id),
            entitlement: id(row.entitlement_id),
            plan_version: id(row.plan_version_id),
            contribution: row.contribution,
            billable: row.billable,
            billable_reason: row.billable_reason,
        },
        received_at: row.received_at.0,
        import: id(row.import_id),
        line: row.line.map(u64::try_from).transpose().map_err(StoreError::corrupt)?,
        fingerprint: Fingerprint(hash32(&row.fingerprint)?),
        details_hash: row.details_hash.as_deref().map(hash32).transpose()?,
        leaf: Leaf(hash32(&row.leaf)?),
    }))
}

/// Keys of the events that repeat or correct an event, in their order; at most 100.
///
/// # Errors
/// When the database fails.
pub async fn children(read: &mut Read, key: &EventKey) -> Result<Vec<String>> {
    let found = rows!(read, (String,), CHILDREN, Id(key.tenant), key.source.as_str(), key.key.as_str())?;
    Ok(found.into_iter().map(|(key,)| key).collect())
}

/// The details of an event; none when it came without.
///
/// # Errors
/// When the database fails.
pub async fn details(read: &mut Read, key: &EventKey) -> Result<Option<StoredDetails>> {
    let row =
        maybe_row!(read, (Option<String>, Option<At>), DETAILS, Id(key.tenant), key.source.as_str(), key.key.as_str())?;
    Ok(row.map(|(body, erased_at)| StoredDetails { body, erased_at: at(erased_at) }))
}

/// The counter of a period as it stands now.
///
/// # Errors
/// When the database fails.
pub async fn period_counter(
    read: &mut Read,
    tenant: TenantId,
    period: PeriodId,
    meter: MeterId,
) -> Result<Option<CounterNow>> {
    let row = maybe_row!(read, (i64, i64), PERIOD_COUNTER, Id(tenant), Id(period), Id(meter))?;
    Ok(row.map(|(all, billable)| CounterNow { all, billable }))
}

/// The use of a local day as it stands now, over all its rows.
///
/// # Errors
/// When the database fails.
pub async fn day_counter(
    read: &mut Read,
    tenant: TenantId,
    day: Day,
    meter: &billing::meter::Meter,
) -> Result<CounterNow> {
    let aggregation = meter.aggregation.as_str();
    let row = maybe_row!(read, (i64, i64), DAY_COUNTER, Id(tenant), OnDay(day), Id(meter.id), aggregation)?;
    let (all, billable) = row.unwrap_or_default();
    Ok(CounterNow { all, billable })
}

/// The running total of a level meter as it stands now.
///
/// # Errors
/// When the database fails.
pub async fn level_total(read: &mut Read, tenant: TenantId, meter: MeterId) -> Result<Option<CounterNow>> {
    let row = maybe_row!(read, (i64, i64), LEVEL_TOTAL, Id(tenant), Id(meter))?;
    Ok(row.map(|(all, billable)| CounterNow { all, billable }))
}

/// The newest receipt among the newest events; none in an empty ledger.
///
/// # Errors
/// When the database fails.
pub async fn newest_receipt(read: &mut Read) -> Result<Option<Timestamp>> {
    let row = maybe_row!(read, (Option<At>,), NEWEST_RECEIPT)?;
    Ok(row.and_then(|(received_at,)| at(received_at)))
}

/// What a tenant holds in one tier of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// `STM`, `ITM` or `LTM`.
    pub name: String,
    /// Bytes held.
    pub bytes: i64,
    /// Memories held: stored less freed.
    pub count: i64,
}

/// Stored memories by tier at an instant, from the movements of the tenant's level meters.
///
/// # Errors
/// When the database fails.
pub async fn tiers(read: &mut Read, tenant: TenantId, until: Timestamp) -> Result<Vec<Tier>> {
    let found = rows!(read, (String, i64, i64), TIERS, Id(tenant), At(until))?;
    Ok(found.into_iter().map(|(name, bytes, count)| Tier { name, bytes, count }).collect())
}
