-- The ledger, its caches, and the reference data that says what held when.
-- Same tables and columns as sqlite/0001_ledger.sql; migrations/README.md says what may differ.
-- Ids are random UUIDs made by the caller; days are numbers yyyymmdd; text sorts by bytes (collate "C"), or the two
-- engines would page in different orders; JSON is canonical text that only Rust reads.

-- Which ledger this is. One row; a connection compares ledger_id with the one it remembers.
create table ledger_info (
    singleton   integer     not null primary key check (singleton = 1), -- makes a second row impossible
    ledger_id   uuid        not null,                                   -- identity, also of copies and snapshots
    name        text collate "C" not null,                              -- shown in the top bar
    environment text collate "C" not null check (environment in ('sample', 'production', 'staging', 'development')),
    created_at  timestamptz not null
);

create table tenants (
    tenant_id        uuid        not null primary key,
    name             text collate "C" not null,            -- what people call it; not unique
    search           text collate "C" not null,            -- name, e-mail and outside id folded in Rust: engines fold differently
    email            text collate "C",
    outside_id       text collate "C",                     -- its id in the company's own systems; imports find it by this
    country          text collate "C",                     -- ISO 3166 code, for lists only
    zone             text collate "C" not null,            -- IANA zone of its days and periods
    currency         text collate "C" not null,            -- ISO 4217 code of its invoices
    timeline_version bigint      not null default 1 check (timeline_version > 0), -- rises with every change of what held when; ingest that resolved against an older one is stale
    created_at       timestamptz not null
);
create unique index tenants_outside_id on tenants (outside_id) where outside_id is not null;
create index tenants_name on tenants (name, tenant_id); -- keyset pages by name

create table meters (
    meter_id    uuid    not null primary key,
    code        text collate "C" not null unique,          -- stable name for files and scripts
    name        text collate "C" not null,
    unit        text collate "C" not null,
    scale       integer not null check (scale between 0 and 9), -- decimal digits of every stored quantity; never changes
    aggregation text collate "C" not null check (aggregation in ('sum', 'count', 'max', 'level')),
    reset       text collate "C" not null check (reset in ('day', 'period', 'never')),
    signed      boolean not null                           -- whether ordinary events may be negative
);

create table plans (
    plan_id uuid    not null primary key,
    family  text collate "C" not null,                     -- plans of one family replace each other
    code    text collate "C" not null unique,
    name    text collate "C" not null,
    rank    integer not null                               -- order within the family, for upgrade hints
);

-- An edition of a plan in one currency. Append-only: what was sold is never edited.
create table plan_versions (
    plan_version_id uuid        not null primary key,
    plan_id         uuid        not null references plans on delete restrict,
    version         integer     not null check (version > 0),
    currency        text collate "C" not null,
    interval_unit   text collate "C" not null check (interval_unit in ('month', 'year')),
    fee_minor       bigint      not null,                  -- per period, in minor units
    fee_timing      text collate "C" not null check (fee_timing in ('arrears', 'advance')),
    minimum_minor   bigint      check (minimum_minor >= 0), -- least total of a period; null is none
    retry_success   text collate "C" not null check (retry_success in ('billable', 'free')), -- whether repetitions that succeed are billed
    features        text collate "C" not null,             -- for screens only, canonical JSON of the billing crate's type
    created_at      timestamptz not null,
    unique (plan_id, currency, version)
);

-- What a plan version includes of a meter. No row: the plan does not have the meter.
create table allowances (
    plan_version_id uuid   not null references plan_versions on delete restrict,
    meter_id        uuid   not null references meters on delete restrict,
    included        bigint check (included >= 0),          -- at the meter's scale; null is unlimited
    cap             bigint check (cap >= 0),               -- hard stop; null is none
    primary key (plan_version_id, meter_id)
);

-- What a plan version charges for a meter above what it includes. No row: nothing.
create table prices (
    plan_version_id uuid not null references plan_versions on delete restrict,
    meter_id        uuid not null references meters on delete restrict,
    price           text collate "C" not null,             -- canonical JSON of the billing crate's type: six models in one column
    primary key (plan_version_id, meter_id)
);

create table subscriptions (
    tenant_id       uuid        not null references tenants on delete restrict,
    subscription_id uuid        not null,
    plan_id         uuid        not null references plans on delete restrict, -- the present plan; history is in entitlements
    status          text collate "C" not null check (status in ('active', 'trialing', 'past_due', 'cancelled')),
    started_at      timestamptz not null,
    ended_at        timestamptz check (ended_at > started_at), -- null while it runs
    interval_unit   text collate "C" not null check (interval_unit in ('month', 'year')),
    anchor_day      integer     not null check (anchor_day between 1 and 31),
    anchor_month    integer     not null check (anchor_month between 1 and 12), -- only yearly periods look at it
    created_at      timestamptz not null,
    primary key (tenant_id, subscription_id)
);

-- Which subscription a meter of a tenant belongs to, and when. A trigger refuses two at one instant.
create table subscription_meters (
    tenant_id       uuid        not null,
    meter_id        uuid        not null references meters on delete restrict,
    valid_from      timestamptz not null,
    subscription_id uuid        not null,
    valid_to        timestamptz check (valid_to >= valid_from), -- null while it runs
    primary key (tenant_id, meter_id, subscription_id, valid_from),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
);

-- What held for a tenant from valid_from on, until the next one of the subscription. Append-only; events point to it.
create table entitlements (
    tenant_id       uuid        not null,
    entitlement_id  uuid        not null,
    subscription_id uuid        not null,
    seq             bigint      not null check (seq > 0),  -- of two with one valid_from the later written holds
    valid_from      timestamptz not null,
    plan_version_id uuid        not null references plan_versions on delete restrict,
    overrides       text collate "C" not null,             -- overrides in force, canonical JSON: an entitlement explains itself
    zone            text collate "C" not null,
    interval_unit   text collate "C" not null check (interval_unit in ('month', 'year')),
    anchor_day      integer     not null check (anchor_day between 1 and 31),
    anchor_month    integer     not null check (anchor_month between 1 and 12),
    created_at      timestamptz not null,
    primary key (tenant_id, entitlement_id),
    unique (tenant_id, subscription_id, seq),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
);

create table overrides (
    tenant_id     uuid        not null references tenants on delete restrict,
    override_id   uuid        not null,
    meter_id      uuid        not null references meters on delete restrict,
    included_mode text collate "C" not null check (included_mode in ('plan', 'unlimited', 'limit')), -- "leave it" and "no limit" are two things
    included      bigint      check (included >= 0),
    cap_mode      text collate "C" not null check (cap_mode in ('plan', 'unlimited', 'limit')),
    cap           bigint      check (cap >= 0),
    valid_from    timestamptz not null,
    valid_to      timestamptz check (valid_to > valid_from), -- null is for good
    actor         text collate "C" not null,
    reason        text collate "C" not null,
    created_at    timestamptz not null,
    primary key (tenant_id, override_id),
    check ((included_mode = 'limit') = (included is not null)),
    check ((cap_mode = 'limit') = (cap is not null))
);

-- Stored half-open intervals; computed once by Rust.
create table billing_periods (
    tenant_id       uuid        not null,
    period_id       uuid        not null,
    subscription_id uuid        not null,
    seq             bigint      not null check (seq > 0), -- from 1 within the subscription
    starts_at       timestamptz not null,
    ends_at         timestamptz not null check (ends_at > starts_at),
    first_day       integer     not null,                  -- bounds on the wall calendar: after a change of zone they are not midnights of it
    end_day         integer     not null check (end_day > first_day), -- exclusive; proration counts these days
    status          text collate "C" not null check (status in ('open', 'closed', 'finalized')),
    primary key (tenant_id, period_id),
    unique (tenant_id, subscription_id, seq),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
);
-- "Which run now", of all tenants and without looking at the table; and "whose last one ends soon", for what extends them.
create index billing_periods_ends_at on billing_periods
    (ends_at, starts_at, tenant_id, period_id, subscription_id, first_day, end_day);

-- THE LEDGER. One row for each accepted use, for ever. Hash partitions are made here once; nobody ever adds one.
-- No foreign keys: they halve the speed of loading, and verify checks what they would.
-- Column order: fixed widths first, so that rows carry no padding.
create table usage_events (
    tenant_id        uuid        not null,
    meter_id         uuid        not null,
    quantity         bigint      not null,                 -- at the meter's scale, as said
    contribution     bigint      not null,                 -- what it adds to its counters (rules 2.8)
    occurred_at      timestamptz not null,
    received_at      timestamptz not null,
    written_xid      xid8        not null default pg_current_xact_id(), -- sealing groups rows by transaction watermark
    cost_nano        bigint,                               -- 10^-9 of the currency unit; null is no cost
    day              integer     not null,                 -- the tenant's local day, resolved once
    billable         boolean     not null,                 -- resolved; never recomputed
    billable_said    boolean,                              -- what the source said; part of the content
    period_id        uuid,                                 -- the period of occurred_at; null before any subscription
    billed_period_id uuid,                                 -- on whose invoice; differs for late events
    entitlement_id   uuid,
    plan_version_id  uuid,
    import_id        uuid,
    line             bigint,                               -- of the imported file, from 1
    user_id          uuid,                                 -- subjects: random ids without names
    client_id        uuid,
    session_id       uuid,
    resource_id      uuid,
    fingerprint      bytea       not null check (length(fingerprint) = 32), -- SHA-256 of the content: duplicate or conflict
    leaf             bytea       not null check (length(leaf) = 32),        -- SHA-256 of the row: what is sealed later
    details_hash     bytea       check (length(details_hash) = 32),         -- salted hash of the erasable details
    source           text collate "C" not null check (length(source) between 1 and 100),
    event_key        text collate "C" not null check (length(event_key) between 1 and 300),
    classification   text collate "C" not null check (classification in ('original', 'retry_failed', 'retry_success', 'correction')),
    parent_key       text collate "C",
    billable_reason  text collate "C" not null,
    cost_currency    text collate "C",
    provider         text collate "C" not null,
    action           text collate "C" not null,
    primary key (tenant_id, source, event_key),
    check ((cost_nano is null) = (cost_currency is null))
) partition by hash (tenant_id);

do $$
begin
    for remainder in 0..15 loop
        execute format(
            'create table usage_events_p%s partition of usage_events for values with (modulus 16, remainder %s)',
            lpad(remainder::text, 2, '0'), remainder);
    end loop;
end
$$;
create index usage_events_meter on usage_events (tenant_id, meter_id, occurred_at); -- a tenant's events by time
create index usage_events_xid on usage_events (written_xid);                        -- what was written since a watermark

-- Metadata, file names and free text of an event, apart from the ledger because they may name people. Erasable.
create table event_details (
    tenant_id uuid not null,
    source    text collate "C" not null,
    event_key text collate "C" not null,
    salt      bytea,                                       -- random; null once erased, so that the ledger's hash tells nothing
    body      text collate "C",                            -- canonical JSON; null once erased
    erased_at timestamptz,
    primary key (tenant_id, source, event_key),
    check ((erased_at is null) = (body is not null)),
    check ((body is null) = (salt is null))
);

-- Names behind the random ids of the ledger. Erasable.
create table subjects (
    tenant_id  uuid        not null,
    subject_id uuid        not null,
    kind       text collate "C" not null check (kind in ('user', 'client', 'session', 'resource')),
    outside_id text collate "C",                           -- null once erased
    name       text collate "C",
    created_at timestamptz not null,
    erased_at  timestamptz,
    primary key (tenant_id, subject_id),
    check (erased_at is null or (outside_id is null and name is null))
);
create unique index subjects_outside_id on subjects (tenant_id, kind, outside_id) where outside_id is not null;

-- Cache: use of a meter in a billed period. A `max` meter holds the largest, all others the sum of contributions.
create table period_counters (
    tenant_id uuid   not null,
    period_id uuid   not null,                             -- the billed period
    meter_id  uuid   not null,
    events    bigint not null,
    quantity  bigint not null,                             -- all
    billable  bigint not null,                             -- billable only: limits, percent and rating look here
    primary key (tenant_id, period_id, meter_id)
) with (fillfactor = 80); -- room for updates within the page

-- Cache: use by local day; months are folded from it.
create table usage_days (
    tenant_id       uuid    not null,
    day             integer not null,
    meter_id        uuid    not null,
    plan_version_id uuid    not null,                      -- of the entitlement; nil before any subscription
    provider        text collate "C" not null,
    classification  text collate "C" not null,
    currency        text collate "C" not null,             -- of the cost; empty without cost: two currencies never add up
    events          bigint  not null,
    quantity        bigint  not null,
    billable        bigint  not null,
    cost_nano       bigint  not null,
    primary key (tenant_id, day, meter_id, plan_version_id, provider, classification, currency)
) with (fillfactor = 80);

-- Cache: the running total of a level meter. The row is also the lock that keeps it above zero.
create table level_totals (
    tenant_id uuid   not null,
    meter_id  uuid   not null,
    quantity  bigint not null check (quantity >= 0),
    billable  bigint not null check (billable >= 0),
    primary key (tenant_id, meter_id)
) with (fillfactor = 80);

-- Cache: which users and sessions were there on which day, for exact unique counts.
create table presence (
    tenant_id  uuid    not null,
    day        integer not null,
    kind       text collate "C" not null check (kind in ('user', 'session')),
    subject_id uuid    not null,
    primary key (tenant_id, day, kind, subject_id)
);

-- Cache: the company by day. Only the fold job writes it, because a row that all tenants share would queue all writers.
create table company_days (
    day             integer not null,
    meter_id        uuid    not null,
    plan_version_id uuid    not null,
    provider        text collate "C" not null,
    classification  text collate "C" not null,
    currency        text collate "C" not null,
    events          bigint  not null,
    quantity        bigint  not null,
    billable        bigint  not null,
    cost_nano       bigint  not null,
    primary key (day, meter_id, plan_version_id, provider, classification, currency)
);

-- What appends added since the last fold. Readers add both in one statement.
create table company_day_deltas (
    delta_id        bigint  not null generated always as identity primary key,
    day             integer not null,
    meter_id        uuid    not null,
    plan_version_id uuid    not null,
    provider        text collate "C" not null,
    classification  text collate "C" not null,
    currency        text collate "C" not null,
    events          bigint  not null,
    quantity        bigint  not null,
    billable        bigint  not null,
    cost_nano       bigint  not null
);

-- Rows that were put aside. It does not claim their keys. The id is derived from the row, so a repeated import adds none.
create table quarantine (
    quarantine_id   uuid        not null primary key,
    tenant_id       uuid,                                  -- null when the tenant is unknown
    tenant_text     text collate "C",                      -- what the row called it
    meter_id        uuid,
    source          text collate "C" not null,
    event_key       text collate "C",
    line            bigint,                                -- of the file, from 1
    import_id       uuid,
    reason          text collate "C" not null,             -- stable code
    sentence        text collate "C" not null,             -- the reason for people
    field           text collate "C",                      -- the field at fault
    body            text collate "C" not null,             -- what the row said, canonical JSON; enough to take it again
    occurred_at     timestamptz,
    received_at     timestamptz not null,
    state           text collate "C" not null check (state in ('waiting', 'accepted', 'dismissed')),
    decided_at      timestamptz,
    decided_by      text collate "C",
    decision_reason text collate "C",
    check ((state = 'waiting') = (decided_at is null))
);
create index quarantine_state on quarantine (state, received_at, quarantine_id);
create index quarantine_tenant on quarantine (tenant_id, received_at, quarantine_id);

create table imports (
    import_id   uuid        not null primary key,
    source      text collate "C" not null,                 -- the mapping's name
    file_name   text collate "C" not null,
    file_bytes  bigint      not null,                      -- length and hash: a file that begins with these bytes continues this import
    file_hash   bytea       not null check (length(file_hash) = 32),
    identity    bytea       not null check (length(identity) = 32), -- hash of the first file of the chain; keyless rows take their keys from it
    keyless     boolean     not null,
    backfill    boolean     not null,
    status      text collate "C" not null check (status in ('running', 'done', 'stopped', 'failed')),
    rows_read   bigint      not null,
    accepted    bigint      not null,
    duplicates  bigint      not null,
    conflicts   bigint      not null,
    quarantined bigint      not null,
    refused     bigint      not null,
    actor       text collate "C" not null,
    started_at  timestamptz not null,
    finished_at timestamptz
);
create index imports_source on imports (source, file_bytes);

-- What an import touched, for the check that two keyless files do not overlap.
create table import_ranges (
    import_id   uuid        not null references imports on delete restrict,
    tenant_id   uuid        not null,
    meter_id    uuid        not null,
    occurred_from timestamptz not null,
    occurred_to timestamptz not null,                      -- inclusive
    events      bigint      not null,
    primary key (import_id, tenant_id, meter_id)
);
create index import_ranges_tenant on import_ranges (tenant_id, meter_id);

create table alerts (
    tenant_id    uuid        not null,
    meter_id     uuid        not null,
    place        text collate "C" not null,                -- 'period:ID', 'day:yyyymmdd' or 'month:yyyymm'
    level        text collate "C" not null check (level in ('warning', 'alert')),
    alert_id     uuid        not null unique,
    raised_at    timestamptz not null,
    used         bigint      not null,                     -- at the crossing
    base         bigint      not null,                     -- what the percentage is of
    source       text collate "C" not null,                -- the event that crossed
    event_key    text collate "C" not null,
    occurred_at  timestamptz not null,
    recovered_at timestamptz,
    primary key (tenant_id, meter_id, place, level)        -- once, for ever
);
create index alerts_raised_at on alerts (raised_at);

-- Who did what. Append-only; written in the transaction of what it records.
create table audit_log (
    audit_id  uuid        not null primary key,
    at        timestamptz not null,
    actor     text collate "C" not null,
    action    text collate "C" not null,                   -- a code such as 'import.finish'
    tenant_id uuid,
    subject   text collate "C" not null,                   -- what it is about, an id as text
    before    text collate "C",                            -- canonical JSON
    after     text collate "C",
    reason    text collate "C" not null
);
create index audit_log_at on audit_log (at, audit_id);
create index audit_log_tenant on audit_log (tenant_id, at, audit_id);

-- Triggers -----------------------------------------------------------------------------------------------------------

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: it is append-only', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end
$$;

-- Row triggers are cloned to partitions, truncate triggers are not; `always` also fires in a replication session.
do $$
declare
    name text;
begin
    create trigger append_only before update or delete on usage_events for each row execute function refuse_change();
    foreach name in array array['entitlements', 'plan_versions', 'allowances', 'prices', 'audit_log'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', name);
        execute format('alter table %I enable always trigger append_only', name);
    end loop;
    foreach name in array array['tenants', 'meters', 'plans', 'subscriptions', 'billing_periods', 'imports'] loop
        execute format('create trigger no_delete before delete on %I for each row execute function refuse_change()', name);
        execute format('alter table %I enable always trigger no_delete', name);
    end loop;
    foreach name in array array['tenants', 'meters', 'plans', 'subscriptions', 'billing_periods', 'imports',
            'entitlements', 'plan_versions', 'allowances', 'prices', 'audit_log', 'usage_events'] loop
        execute format('create trigger no_truncate before truncate on %I for each statement execute function refuse_change()', name);
        execute format('alter table %I enable always trigger no_truncate', name);
    end loop;
    for name in select inhrelid::regclass::text from pg_inherits where inhparent = 'usage_events'::regclass loop
        execute format('create trigger no_truncate before truncate on %s for each statement execute function refuse_change()', name);
        execute format('alter table %s enable always trigger no_truncate', name);
        execute format('alter table %s enable always trigger append_only', name);
    end loop;
    execute 'alter table only usage_events enable always trigger append_only';
end
$$;

-- A finalized period never changes; no period moves its bounds.
create function keep_period() returns trigger language plpgsql as $$
begin
    if old.status = 'finalized' then
        raise exception 'a finalized period never changes' using errcode = 'restrict_violation';
    end if;
    if (old.tenant_id, old.period_id, old.subscription_id, old.seq, old.starts_at) is distinct from
       (new.tenant_id, new.period_id, new.subscription_id, new.seq, new.starts_at) then
        raise exception 'a period keeps its identity and its start' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger keep_period before update on billing_periods for each row execute function keep_period();
alter table billing_periods enable always trigger keep_period;

-- At any instant a meter of a tenant belongs to one subscription. The tenant's row is the lock against a race of two.
create function one_subscription_per_meter() returns trigger language plpgsql as $$
begin
    perform 1 from tenants where tenant_id = new.tenant_id for no key update;
    if exists (
        select 1 from subscription_meters held
        where held.tenant_id = new.tenant_id and held.meter_id = new.meter_id
          and not (held.subscription_id = new.subscription_id and held.valid_from = new.valid_from)
          and held.valid_from < coalesce(new.valid_to, 'infinity') and new.valid_from < coalesce(held.valid_to, 'infinity')
    ) then
        raise exception 'the meter belongs to another subscription of the tenant at that time' using errcode = 'exclusion_violation';
    end if;
    return new;
end
$$;
create trigger one_subscription_per_meter before insert or update on subscription_meters
    for each row execute function one_subscription_per_meter();
alter table subscription_meters enable always trigger one_subscription_per_meter;
