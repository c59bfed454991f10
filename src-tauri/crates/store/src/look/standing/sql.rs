//! The statements of standing: for each set one text, of all tenants or of one.

use crate::columns::in_columns;
use crate::sql::statements;
use crate::sums::halves;

macro_rules! cards {
    ($scope:literal) => {
        concat!("select tenant_id, name, email, outside_id, country, zone, currency, created_at from tenants ", $scope)
    };
}

macro_rules! subscriptions {
    ($scope:literal) => {
        concat!(
            "select tenant_id, subscription_id, plan_id, status, started_at, ended_at, interval_unit, anchor_day
             from subscriptions ",
            $scope
        )
    };
}

macro_rules! running_periods {
    ($scope:literal) => {
        concat!(
            "select subscription_id, period_id, starts_at, ends_at, first_day, end_day
             from billing_periods where ends_at > $1 and starts_at <= $1 ",
            $scope
        )
    };
}

// Rows that began by $1 and were not yet replaced at $2, the start of the oldest running period; and the first row of
// each subscription, which also holds for the rest of the day on which the subscription began.
macro_rules! held {
    ($scope:literal) => {
        concat!(
            "select e.subscription_id, e.valid_from, e.seq, e.plan_version_id, e.overrides, e.zone
             from entitlements e
             where (e.seq = 1 or (e.valid_from <= $1 and not exists (
                 select 1 from entitlements l
                 where l.tenant_id = e.tenant_id and l.subscription_id = e.subscription_id
                   and l.valid_from <= $2 and (l.valid_from, l.seq) > (e.valid_from, e.seq)))) ",
            $scope
        )
    };
}

macro_rules! counters {
    ($scope:literal) => {
        concat!(
            "select c.period_id, c.meter_id, c.quantity, c.billable
             from billing_periods p
             join period_counters c on c.tenant_id = p.tenant_id and c.period_id = p.period_id
             where p.ends_at > $1 and p.starts_at <= $1 ",
            $scope
        )
    };
}

macro_rules! levels {
    ($scope:literal) => {
        concat!("select tenant_id, meter_id, quantity, billable from level_totals ", $scope)
    };
}

macro_rules! days {
    ($version:literal, $from:literal, $having:literal) => {
        concat!(
            "select d.tenant_id, d.meter_id, d.day, ",
            $version,
            " as plan_version_id, case when m.aggregation = 'max' then max(d.quantity) end as most, ",
            halves!("d.quantity" as "high", "low"),
            ", case when m.aggregation = 'max' then max(d.billable) end as billable_most, ",
            halves!("d.billable" as "billable_high", "billable_low"),
            " ",
            $from,
            " group by d.tenant_id, d.meter_id, d.day, m.aggregation ",
            $having
        )
    };
}

macro_rules! days_of {
    () => {
        days!(
            "d.plan_version_id",
            "from usage_days d join meters m on m.meter_id = d.meter_id where d.tenant_id = $1 and d.day >= $2",
            ", d.plan_version_id"
        )
    };
}

macro_rules! days_of_day_meters {
    () => {
        days!(
            "cast(null as uuid)",
            "from meters m
             join subscription_meters h on h.meter_id = m.meter_id
                 and h.valid_from <= $1 and (h.valid_to is null or h.valid_to > $1)
             join usage_days d on d.tenant_id = h.tenant_id and d.meter_id = h.meter_id and d.day between $2 and $3
             where m.reset = 'day'",
            ""
        )
    };
}

macro_rules! days_above_included {
    () => {
        days!(
            "cast(null as uuid)",
            "from meters m
             join subscription_meters h on h.meter_id = m.meter_id
                 and h.valid_from <= $1 and (h.valid_to is null or h.valid_to > $1)
             join billing_periods p on p.tenant_id = h.tenant_id and p.subscription_id = h.subscription_id
                 and p.ends_at > $1 and p.starts_at <= $1
             join usage_days d on d.tenant_id = h.tenant_id and d.meter_id = h.meter_id
                 and d.day >= p.first_day and d.day < p.end_day
             left join allowances a on a.plan_version_id = d.plan_version_id and a.meter_id = d.meter_id
             where m.reset = 'day'",
            // The sum above the smallest allowance, compared in halves as it is read.
            "having sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32)
                 > min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) >> 32
             or (sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32)
                 = min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) >> 32
                 and (cast(sum(d.billable & 4294967295) as bigint) & 4294967295)
                 > (min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end) & 4294967295))
             or exists (select 1 from overrides o where o.tenant_id = d.tenant_id and o.meter_id = d.meter_id)"
        )
    };
}

macro_rules! days_of_levels {
    () => {
        days!(
            "cast(null as uuid)",
            "from level_totals l
             join meters m on m.meter_id = l.meter_id
             join usage_days d on d.tenant_id = l.tenant_id and d.meter_id = l.meter_id and d.day >= $1",
            ""
        )
    };
}

// Only here a day is split by plan version: only sums over a period are rated in segments.
macro_rules! days_of_changed {
    () => {
        days!(
            "d.plan_version_id",
            "from (select distinct tenant_id from entitlements where valid_from > $1 and seq > 1) c
             join usage_days d on d.tenant_id = c.tenant_id and d.day >= $2
             join meters m on m.meter_id = d.meter_id and m.reset = 'period' and m.aggregation <> 'level'",
            ", d.plan_version_id"
        )
    };
}

macro_rules! days_without_subscription {
    () => {
        days!(
            "cast(null as uuid)",
            "from tenants t
             join usage_days d on d.tenant_id = t.tenant_id and d.day >= $2
             join meters m on m.meter_id = d.meter_id and m.aggregation <> 'level'
             where not exists (select 1 from subscriptions s where s.tenant_id = t.tenant_id
                 and s.started_at <= $1 and (s.ended_at is null or s.ended_at > $1))",
            ""
        )
    };
}

macro_rules! events_of {
    ($scope:literal) => {
        concat!(
            "select v.tenant_id, v.meter_id, v.billed_period_id, v.contribution
             from billing_periods p
             join usage_events v on v.tenant_id = p.tenant_id and v.meter_id = $3
                 and v.occurred_at >= $2 and v.occurred_at < p.ends_at and v.billed_period_id = p.period_id
             where p.ends_at > $1 and p.starts_at <= $1 and v.billable ",
            $scope,
            " order by v.tenant_id, v.occurred_at, v.source, v.event_key"
        )
    };
}

macro_rules! columns_of_cards {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "tenant_id", raw "name", raw "email", raw "outside_id", raw "country", raw "zone", raw "currency",
            raw "created_at"
        )
    };
}

macro_rules! columns_of_subscriptions {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "tenant_id", id "subscription_id", id "plan_id", raw "status", raw "started_at", raw "ended_at",
            raw "interval_unit", raw "anchor_day"
        )
    };
}

macro_rules! columns_of_periods {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "subscription_id", id "period_id", raw "starts_at", raw "ends_at", raw "first_day", raw "end_day"
        )
    };
}

macro_rules! columns_of_held {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "subscription_id", raw "valid_from", raw "seq", id "plan_version_id", raw "overrides", raw "zone"
        )
    };
}

macro_rules! columns_of_counters {
    ($rows:expr) => {
        in_columns!($rows, id "period_id", id "meter_id", raw "quantity", raw "billable")
    };
}

macro_rules! columns_of_levels {
    ($rows:expr) => {
        in_columns!($rows, id "tenant_id", id "meter_id", raw "quantity", raw "billable")
    };
}

macro_rules! columns_of_days {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "tenant_id", id "meter_id", raw "day", id "plan_version_id", raw "most", raw "high", raw "low",
            raw "billable_most", raw "billable_high", raw "billable_low"
        )
    };
}

statements! {
    CARDS = sql(columns_of_cards!(cards!("")));
    CARD = sql(columns_of_cards!(cards!("where tenant_id = $1")));
    SUBSCRIPTIONS = sql(columns_of_subscriptions!(subscriptions!("")));
    SUBSCRIPTIONS_OF = sql(columns_of_subscriptions!(subscriptions!("where tenant_id = $1")));
    PERIODS = sql(columns_of_periods!(running_periods!("")));
    PERIODS_OF = sql(columns_of_periods!(running_periods!("and tenant_id = $2")));
    HELD = sql(columns_of_held!(held!("")));
    HELD_OF = sql(columns_of_held!(held!("and e.tenant_id = $3")));
    COUNTERS = sql(columns_of_counters!(counters!("")));
    COUNTERS_OF = sql(columns_of_counters!(counters!("and p.tenant_id = $2")));
    LEVELS = sql(columns_of_levels!(levels!("")));
    LEVELS_OF = sql(columns_of_levels!(levels!("where tenant_id = $1")));
    EVENTS_OF = pair(events_of!(""), events_of!(""));
    EVENTS_OF_TENANT = pair(events_of!("and p.tenant_id = $4"), events_of!("and p.tenant_id = $4"));
    DAYS_OF = sql(columns_of_days!(days_of!()));
    DAYS_OF_DAY_METERS = sql(columns_of_days!(days_of_day_meters!()));
    DAYS_ABOVE_INCLUDED = sql(columns_of_days!(days_above_included!()));
    DAYS_OF_LEVELS = sql(columns_of_days!(days_of_levels!()));
    DAYS_OF_CHANGED = sql(columns_of_days!(days_of_changed!()));
    DAYS_WITHOUT_SUBSCRIPTION = sql(columns_of_days!(days_without_subscription!()));
}
