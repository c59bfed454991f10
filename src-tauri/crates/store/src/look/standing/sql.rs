//! The statements of standing: for each set one text, of all tenants or of one.

use crate::columns::in_columns;
use crate::sql::statements;
use crate::sums::halves;

macro_rules! cards {
    ($scope:expr) => {
        concat!(
            "select tenant_id, name, email, outside_id, country, zone, currency, created_at, timeline_version
             from tenants ",
            $scope
        )
    };
}

macro_rules! subscriptions {
    ($scope:expr) => {
        concat!(
            "select tenant_id, subscription_id, plan_id, status, started_at, ended_at, interval_unit, anchor_day
             from subscriptions ",
            $scope
        )
    };
}

macro_rules! running_periods {
    ($scope:expr) => {
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
    ($scope:expr) => {
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
    ($scope:expr) => {
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
    ($scope:expr) => {
        concat!("select tenant_id, meter_id, quantity, billable from level_totals ", $scope)
    };
}

macro_rules! days {
    ($version:literal, $from:expr, $having:expr) => {
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
    ($tenants:expr) => {
        days!(
            "d.plan_version_id",
            concat!("from usage_days d join meters m on m.meter_id = d.meter_id where d.day >= $1 ", $tenants),
            ", d.plan_version_id"
        )
    };
}

// The smallest allowance of a day's plan versions; without one nothing is included, and a null is unlimited.
macro_rules! included {
    () => {
        "min(case when a.meter_id is null then -1 else coalesce(a.included, 9223372036854775807) end)"
    };
}

// SQLite, which knows nothing of a ledger that nobody analyzes, would begin with all days there are: a cross join is read
// in its order. Nor would it read the running periods once, by their end, but look at every period of a subscription.
macro_rules! days_of_day_meters {
    ($join:literal, $materialized:literal) => {
        concat!(
            "with running as ",
            $materialized,
            " (
             select tenant_id, subscription_id, first_day, end_day from billing_periods
             where ends_at > $1 and starts_at <= $1) ",
            in_or_over!(concat!(
                "from meters m
             join subscription_meters h on h.meter_id = m.meter_id
                 and h.valid_from <= $1 and (h.valid_to is null or h.valid_to > $1)
             left join running p on p.tenant_id = h.tenant_id and p.subscription_id = h.subscription_id
             ",
                $join,
                " usage_days d on d.tenant_id = h.tenant_id and d.meter_id = h.meter_id
                 and d.day >= case when p.first_day < $2 then p.first_day else $2 end
                 and d.day < case when p.end_day > $3 then p.end_day else $3 + 1 end
             left join allowances a on a.plan_version_id = d.plan_version_id and a.meter_id = d.meter_id
             where m.reset = 'day'"
            ))
        )
    };
}

macro_rules! in_or_over {
    ($from:expr) => {
        days!(
            "cast(null as uuid)",
            $from,
            // The sum above the smallest allowance, compared in halves as it is read.
            concat!(
                "having d.day between $2 and $3
             or sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32) > ",
                included!(),
                " >> 32
             or (sum(d.billable >> 32) + (cast(sum(d.billable & 4294967295) as bigint) >> 32) = ",
                included!(),
                " >> 32 and (cast(sum(d.billable & 4294967295) as bigint) & 4294967295) > (",
                included!(),
                " & 4294967295))
             or exists (select 1 from overrides o where o.tenant_id = d.tenant_id and o.meter_id = d.meter_id)"
            )
        )
    };
}

macro_rules! days_of_levels {
    ($join:literal, $materialized:literal) => {
        days!(
            "cast(null as uuid)",
            concat!(
                "from level_totals l
             join meters m on m.meter_id = l.meter_id
             ",
                $join,
                " usage_days d on d.tenant_id = l.tenant_id and d.meter_id = l.meter_id and d.day >= $1"
            ),
            ""
        )
    };
}

/// The key of a use: of a correction that of what it corrects, whose time, day and plan it carries.
macro_rules! corrected {
    () => {
        "case when v.classification = 'correction' then v.parent_key else v.event_key end"
    };
}

macro_rules! events {
    ($scope:expr) => {
        concat!(
            "select v.tenant_id, v.meter_id, v.billed_period_id, v.day, v.plan_version_id,
                 cast(sum(v.contribution) as bigint)
             from billing_periods p
             join usage_events v on v.tenant_id = p.tenant_id and v.meter_id = $3
                 and v.occurred_at >= $2 and v.occurred_at < p.ends_at and v.billed_period_id = p.period_id
             where p.ends_at > $1 and p.starts_at <= $1 and v.billable ",
            $scope,
            " group by v.tenant_id, v.meter_id, v.billed_period_id, v.day, v.plan_version_id, v.occurred_at, v.source, ",
            corrected!(),
            " order by v.tenant_id, v.occurred_at, v.source, ",
            corrected!()
        )
    };
}

macro_rules! columns_of_cards {
    ($rows:expr) => {
        in_columns!(
            $rows,
            id "tenant_id", raw "name", raw "email", raw "outside_id", raw "country", raw "zone", raw "currency",
            raw "created_at", raw "timeline_version"
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

macro_rules! in_rows {
    ($rows:expr) => {
        crate::sql::Sql::same($rows)
    };
}

/// The tenants of a list of ids in JSON that is bound as a parameter: on PostgreSQL, and on SQLite. PostgreSQL gets an
/// array that is made first, or it plans for a hundred tenants and reads the table.
macro_rules! of_tenants {
    ($columns:ident, $rows:ident, $before:literal, $parameter:literal) => {
        crate::sql::Sql::pair(
            $columns!($rows!(concat!(
                $before,
                " = any(array(select cast(value as uuid) from jsonb_array_elements_text(cast(",
                $parameter,
                " as jsonb))))"
            )))
            .postgres,
            $columns!($rows!(concat!($before, " in (select unhex(value) from json_each(", $parameter, "))"))).sqlite,
        )
    };
}

/// Days in the order of the joins on SQLite, in any order on PostgreSQL.
macro_rules! in_order {
    ($rows:ident) => {
        crate::sql::Sql::pair(
            columns_of_days!($rows!("join", "")).postgres,
            columns_of_days!($rows!("cross join", "materialized")).sqlite,
        )
    };
}

statements! {
    CARDS = sql(columns_of_cards!(cards!("")));
    CARDS_OF = sql(of_tenants!(columns_of_cards, cards, "where tenant_id", "$1"));
    SUBSCRIPTIONS = sql(columns_of_subscriptions!(subscriptions!("")));
    SUBSCRIPTIONS_OF = sql(of_tenants!(columns_of_subscriptions, subscriptions, "where tenant_id", "$1"));
    PERIODS = sql(columns_of_periods!(running_periods!("")));
    PERIODS_OF = sql(of_tenants!(columns_of_periods, running_periods, "and tenant_id", "$2"));
    HELD = sql(columns_of_held!(held!("")));
    HELD_OF = sql(of_tenants!(columns_of_held, held, "and e.tenant_id", "$3"));
    COUNTERS = sql(columns_of_counters!(counters!("")));
    COUNTERS_OF = sql(of_tenants!(columns_of_counters, counters, "and p.tenant_id", "$2"));
    LEVELS = sql(columns_of_levels!(levels!("")));
    LEVELS_OF = sql(of_tenants!(columns_of_levels, levels, "where tenant_id", "$1"));
    // As rows: their order matters, and arrays do not promise one.
    EVENTS = pair(events!(""), events!(""));
    EVENTS_OF = sql(of_tenants!(in_rows, events, "and p.tenant_id", "$4"));
    DAYS_OF = sql(of_tenants!(columns_of_days, days_of, "and d.tenant_id", "$2"));
    DAYS_OF_DAY_METERS = sql(in_order!(days_of_day_meters));
    DAYS_OF_LEVELS = sql(in_order!(days_of_levels));
}
