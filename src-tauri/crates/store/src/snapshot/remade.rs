//! Caches of a narrower snapshot, made from the rows that are in it: what several tenants or periods share would say
//! something about those that are not.
//!
//! The same meaning as in append and verify: a test recounts them.

use super::scope::Scope;
use crate::error::Result;
use sqlx::SqliteConnection;

/// An event of a `max` meter that a correction replaced counts as 0; a maximum of nothing is 0.
const DAYS: &str = "
insert into usage_days (tenant_id, day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)
select e.tenant_id, e.day, e.meter_id, coalesce(e.plan_version_id, zeroblob(16)), e.provider, e.classification, coalesce(e.cost_currency, ''),
       count(*),
       case when m.aggregation = 'max' then max(case when s.tenant_id is null then max(e.contribution, 0) else 0 end) else sum(e.contribution) end,
       case when m.aggregation = 'max' then max(case when s.tenant_id is null and e.billable = 1 then max(e.contribution, 0) else 0 end)
            else sum(case when e.billable = 1 then e.contribution else 0 end) end,
       coalesce(sum(e.cost_nano), 0)
  from usage_events e join meters m on m.meter_id = e.meter_id
  left join (select distinct tenant_id, source, parent_key from usage_events where classification = 'correction' and parent_key is not null) s
    on s.tenant_id = e.tenant_id and s.source = e.source and s.parent_key = e.event_key and m.aggregation = 'max'
 group by 1, 2, 3, 4, 5, 6, 7
 order by 1, 2, 3, 4, 5, 6, 7";

const PERIODS: &str = "
insert into period_counters (tenant_id, period_id, meter_id, events, quantity, billable)
select e.tenant_id, e.billed_period_id, e.meter_id, count(*),
       case when m.aggregation = 'max' then max(case when s.tenant_id is null then max(e.contribution, 0) else 0 end) else sum(e.contribution) end,
       case when m.aggregation = 'max' then max(case when s.tenant_id is null and e.billable = 1 then max(e.contribution, 0) else 0 end)
            else sum(case when e.billable = 1 then e.contribution else 0 end) end
  from usage_events e join meters m on m.meter_id = e.meter_id
  left join (select distinct tenant_id, source, parent_key from usage_events where classification = 'correction' and parent_key is not null) s
    on s.tenant_id = e.tenant_id and s.source = e.source and s.parent_key = e.event_key and m.aggregation = 'max'
 where e.billed_period_id is not null
 group by 1, 2, 3
 order by 1, 2, 3";

const PRESENCE: &str = "
insert into presence (tenant_id, day, kind, subject_id)
select tenant_id, day, 'session', session_id from usage_events where session_id is not null
union
select tenant_id, day, 'user', user_id from usage_events where user_id is not null
 order by 1, 2, 3, 4";

const COMPANY: &str = "
insert into company_days (day, meter_id, plan_version_id, provider, classification, currency, events, quantity, billable, cost_nano)
select d.day, d.meter_id, d.plan_version_id, d.provider, d.classification, d.currency, sum(d.events), sum(d.quantity), sum(d.billable), sum(d.cost_nano)
  from usage_days d join meters m on m.meter_id = d.meter_id
 where m.aggregation not in ('max', 'level')
 group by 1, 2, 3, 4, 5, 6
 order by 1, 2, 3, 4, 5, 6";

/// Makes what the scope leaves out. Gives the names of the tables.
pub(crate) async fn make(conn: &mut SqliteConnection, scope: &Scope) -> Result<Vec<&'static str>> {
    let mut made = Vec::new();
    if scope.days.is_some() {
        for (table, text) in [("usage_days", DAYS), ("period_counters", PERIODS), ("presence", PRESENCE)] {
            sqlx::query(text).execute(&mut *conn).await?;
            made.push(table);
        }
    }
    if !scope.is_all() {
        sqlx::query(COMPANY).execute(&mut *conn).await?;
        made.extend(["company_days", "company_day_deltas"]);
    }
    Ok(made)
}
