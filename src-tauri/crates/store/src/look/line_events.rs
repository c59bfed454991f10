//! The events behind a line of an invoice, in order of time: those of a meter that happened in one period and are billed
//! in one, free ones and corrections among them, as far as they are the line's share.
//!
//! The period in which they happened bounds the time, so that the index of tenant, meter and time answers. Which share a
//! line has is decided by whoever knows the lines of the invoice.

use super::events::{EventLine, LineRow, line};
use crate::codec::{At, Id};
use crate::conn::{Read, row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{MeterId, PeriodId, PlanVersionId, TenantId};
use billing::time::{Day, Interval, Timestamp};

/// Use that is of one segment of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    /// The first day.
    pub from: Day,
    /// The first day after the segment. It has use of the segment where the plan version tells: the plan changed, or the
    /// subscription ended, in the course of that day.
    pub to: Day,
    /// The plan version of the events; none where the day alone tells.
    pub version: Option<PlanVersionId>,
}

impl Own {
    /// Whether it has use of a day under a plan version.
    pub fn takes(&self, day: Day, version: Option<PlanVersionId>) -> bool {
        let has_version = self.version.is_none() || self.version == version;
        self.from <= day && day.number() <= self.last() && has_version
    }

    /// The last day as a number; numbers of days rise with them, and none is below the first of its month.
    fn last(&self) -> i32 {
        if self.version.is_some() { self.to.number() } else { self.to.number() - 1 }
    }
}

/// What of a meter and period is one line's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// The use of a segment.
    Own(Own),
    /// What is of no other line.
    Rest(Vec<Own>),
}

impl Share {
    /// Everything.
    pub const fn whole() -> Self {
        Self::Rest(Vec::new())
    }

    /// Whether it has use of a day under a plan version.
    pub fn takes(&self, day: Day, version: Option<PlanVersionId>) -> bool {
        let (own, is_own) = self.parts();
        own.iter().any(|own| own.takes(day, version)) == is_own
    }

    /// Some segments, and whether the share is in them or outside of them.
    fn parts(&self) -> (&[Own], bool) {
        match self {
            Self::Own(own) => (std::slice::from_ref(own), true),
            Self::Rest(others) => (others, false),
        }
    }

    fn json(&self) -> Result<String> {
        #[derive(serde::Serialize)]
        struct Part {
            a: i32,
            b: i32,
            #[serde(skip_serializing_if = "Option::is_none")]
            v: Option<String>,
        }
        let version = |id: PlanVersionId| id.uuid().simple().to_string();
        let part = |own: &Own| Part { a: own.from.number(), b: own.last(), v: own.version.map(version) };
        let parts: Vec<Part> = self.parts().0.iter().map(part).collect();
        serde_json::to_string(&parts).map_err(StoreError::corrupt)
    }
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineScope {
    /// The tenant.
    pub tenant: TenantId,
    /// The meter.
    pub meter: MeterId,
    /// The period in which they happened.
    pub period: PeriodId,
    /// When that is.
    pub interval: Interval,
    /// The period in which they are billed; none for what a credit note has settled.
    pub billed: Option<PeriodId>,
    /// The first day of the period in which they happened.
    pub from: Day,
    /// The first day after it.
    pub to: Day,
    /// Which of them.
    pub share: Share,
}

/// A place in the order of pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinePosition {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// What the billable ones add, at the meter's scale.
    pub units: i64,
    /// Billable ones.
    pub events: u64,
    /// Free ones.
    pub free: u64,
    /// Corrections among both.
    pub corrections: u64,
}

/// The conditions of a scope; `$3` is where to begin, an instant of the period, and `taken` has the segments of the share.
macro_rules! scope {
    ($select:literal, $rest:literal) => {
        scope!("", $select, $rest)
    };
    ($before:literal, $select:literal, $rest:literal) => {
        crate::sql::Sql::pair(
            concat!(
                "with taken as materialized (select w.a, w.b, w.v from jsonb_to_recordset(cast($7 as jsonb)) as w(a integer, b integer, v uuid)) ",
                scope!(@of $before, $select, $rest)
            ),
            concat!(
                "with taken as materialized (select value->>'a' as a, value->>'b' as b, unhex(value->>'v') as v from json_each($7)) ",
                scope!(@of $before, $select, $rest)
            ),
        )
    };
    (@of $before:literal, $select:literal, $rest:literal) => {
        concat!(
            $before,
            $select,
            " from usage_events where tenant_id = $1 and meter_id = $2 and occurred_at >= $3 and occurred_at < $4 and period_id = $5 and billed_period_id is not distinct from $6",
            " and exists (select 1 from taken where day >= a and day <= b and (v is null or plan_version_id = v)) = $8 ",
            $rest
        )
    };
}

statements! {
    PAGE = sql(scope!(
        "select tenant_id, source, event_key, meter_id, quantity, billable, classification, occurred_at, received_at, day, provider, cost_nano, cost_currency",
        "and (occurred_at, source, event_key) > ($3, $9, $10) order by occurred_at, source, event_key limit $11"
    ));
    COUNTS = sql(scope!(
        "select cast(coalesce(sum(contribution) filter (where billable), 0) as bigint), count(*) filter (where billable), count(*) filter (where not billable), count(*) filter (where classification = 'correction')",
        ""
    ));
    DUPLICATES = sql(scope!(
        "select cast(coalesce(sum(duplicates), 0) as bigint) from imports where import_id in (",
        "select distinct import_id",
        "and import_id is not null)"
    ));
}

/// Events after a position, at most `limit`.
///
/// # Errors
/// What the database gave.
pub async fn page(
    read: &mut Read,
    scope: &LineScope,
    after: Option<&LinePosition>,
    limit: u32,
) -> Result<Vec<EventLine>> {
    // No source is empty, so nothing is before this.
    let begin = after.map_or(scope.interval.start, |after| after.occurred_at.max(scope.interval.start));
    let (source, key) = after.map_or(("", ""), |after| (after.source.as_str(), after.key.as_str()));
    let (list, (_, is_own)) = (scope.share.json()?, scope.share.parts());
    let found = rows!(
        read,
        LineRow,
        PAGE,
        Id(scope.tenant),
        Id(scope.meter),
        At(begin),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        list.as_str(),
        is_own,
        source,
        key,
        i64::from(limit),
    )?;
    Ok(found.into_iter().map(line).collect())
}

/// How many events there are, and what they add up to.
///
/// # Errors
/// [`StoreError::Overflow`] for a sum that does not fit.
pub async fn counts(read: &mut Read, scope: &LineScope) -> Result<LineCounts> {
    let (list, (_, is_own)) = (scope.share.json()?, scope.share.parts());
    let (units, events, free, corrections) = row!(
        read,
        (i64, i64, i64, i64),
        COUNTS,
        Id(scope.tenant),
        Id(scope.meter),
        At(scope.interval.start),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        list.as_str(),
        is_own,
    )?;
    let count = |count: i64| u64::try_from(count).map_err(StoreError::corrupt);
    Ok(LineCounts { units, events: count(events)?, free: count(free)?, corrections: count(corrections)? })
}

/// Rows that the imports behind these events dropped, because their keys were there already. An import counts them for all
/// of its tenants together.
///
/// # Errors
/// What the database gave.
pub async fn duplicates(read: &mut Read, scope: &LineScope) -> Result<u64> {
    let (list, (_, is_own)) = (scope.share.json()?, scope.share.parts());
    let (dropped,) = row!(
        read,
        (i64,),
        DUPLICATES,
        Id(scope.tenant),
        Id(scope.meter),
        At(scope.interval.start),
        At(scope.interval.end),
        Id(scope.period),
        scope.billed.map(Id),
        list.as_str(),
        is_own,
    )?;
    u64::try_from(dropped).map_err(StoreError::corrupt)
}
