-- The ledger, its caches, and the reference data that says what held when.
-- Same tables and columns as postgres/0001_ledger.sql; migrations/README.md says what may differ.
-- Ids are random UUIDs made by the caller, 16 bytes; days are numbers yyyymmdd; instants are microseconds since 1970
-- in UTC; text sorts by bytes; JSON is canonical text that only Rust reads. Every table is strict: SQLite otherwise
-- stores any value in any column.

-- Which ledger this is. One row; a connection compares ledger_id with the one it remembers.
create table ledger_info (
    singleton   integer not null primary key check (singleton = 1), -- makes a second row impossible
    ledger_id   blob    not null,                                -- identity, also of copies and snapshots
    name        text    not null,                                -- shown in the top bar
    environment text    not null check (environment in ('sample', 'production', 'staging', 'development')),
    created_at  integer not null
) strict;

create table tenants (
    tenant_id        blob    not null primary key,
    name             text    not null,                           -- what people call it; not unique
    search           text    not null,                           -- name, e-mail and outside id folded in Rust: engines fold differently
    email            text,
    outside_id       text,                                       -- its id in the company's own systems; imports find it by this
    country          text,                                       -- ISO 3166 code, for lists only
    zone             text    not null,                           -- IANA zone of its days and periods
    currency         text    not null,                           -- ISO 4217 code of its invoices
    timeline_version integer not null default 1 check (timeline_version > 0), -- rises with every change of what held when; ingest that resolved against an older one is stale
    created_at       integer not null
) strict;
create unique index tenants_outside_id on tenants (outside_id) where outside_id is not null;
create index tenants_name on tenants (name, tenant_id); -- keyset pages by name

create table meters (
    meter_id    blob    not null primary key,
    code        text    not null unique,                         -- stable name for files and scripts
    name        text    not null,
    unit        text    not null,
    scale       integer not null check (scale between 0 and 9),  -- decimal digits of every stored quantity; never changes
    aggregation text    not null check (aggregation in ('sum', 'count', 'max', 'level')),
    reset       text    not null check (reset in ('day', 'period', 'never')),
    signed      integer not null check (signed in (0, 1))       -- whether ordinary events may be negative
) strict;

create table plans (
    plan_id blob    not null primary key,
    family  text    not null,                                    -- plans of one family replace each other
    code    text    not null unique,
    name    text    not null,
    rank    integer not null                                    -- order within the family, for upgrade hints
) strict;

-- An edition of a plan in one currency. Append-only: what was sold is never edited.
create table plan_versions (
    plan_version_id blob    not null primary key,
    plan_id         blob    not null references plans on delete restrict,
    version         integer not null check (version > 0),
    currency        text    not null,
    interval_unit   text    not null check (interval_unit in ('month', 'year')),
    fee_minor       integer not null,                            -- per period, in minor units
    fee_timing      text    not null check (fee_timing in ('arrears', 'advance')),
    minimum_minor   integer check (minimum_minor >= 0),         -- least total of a period; null is none
    retry_success   text    not null check (retry_success in ('billable', 'free')), -- whether repetitions that succeed are billed
    features        text    not null,                           -- for screens only, canonical JSON of the billing crate's type
    created_at      integer not null,
    unique (plan_id, currency, version)
) strict;

-- What a plan version includes of a meter. No row: the plan does not have the meter.
create table allowances (
    plan_version_id blob    not null references plan_versions on delete restrict,
    meter_id        blob    not null references meters on delete restrict,
    included        integer check (included >= 0),               -- at the meter's scale; null is unlimited
    cap             integer check (cap >= 0),                    -- hard stop; null is none
    primary key (plan_version_id, meter_id)
) strict, without rowid;

-- What a plan version charges for a meter above what it includes. No row: nothing.
create table prices (
    plan_version_id blob    not null references plan_versions on delete restrict,
    meter_id        blob    not null references meters on delete restrict,
    price           text    not null,                            -- canonical JSON of the billing crate's type: six models in one column
    primary key (plan_version_id, meter_id)
) strict, without rowid;

create table subscriptions (
    tenant_id       blob    not null references tenants on delete restrict,
    subscription_id blob    not null,
    plan_id         blob    not null references plans on delete restrict, -- the present plan; history is in entitlements
    status          text    not null check (status in ('active', 'trialing', 'past_due', 'cancelled')),
    started_at      integer not null,
    ended_at        integer check (ended_at > started_at),       -- null while it runs
    interval_unit   text    not null check (interval_unit in ('month', 'year')),
    anchor_day      integer not null check (anchor_day between 1 and 31),
    anchor_month    integer not null check (anchor_month between 1 and 12), -- only yearly periods look at it
    created_at      integer not null,
    primary key (tenant_id, subscription_id)
) strict;

-- Which subscription a meter of a tenant belongs to, and when. A trigger refuses two at one instant.
create table subscription_meters (
    tenant_id       blob    not null,
    meter_id        blob    not null references meters on delete restrict,
    valid_from      integer not null,
    subscription_id blob    not null,
    valid_to        integer check (valid_to >= valid_from),      -- null while it runs
    primary key (tenant_id, meter_id, subscription_id, valid_from),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
) strict, without rowid;

-- What held for a tenant from valid_from on, until the next one of the subscription. Append-only; events point to it.
create table entitlements (
    tenant_id       blob    not null,
    entitlement_id  blob    not null,
    subscription_id blob    not null,
    seq             integer not null check (seq > 0),            -- of two with one valid_from the later written holds
    valid_from      integer not null,
    plan_version_id blob    not null references plan_versions on delete restrict,
    overrides       text    not null,                            -- overrides in force, canonical JSON: an entitlement explains itself
    zone            text    not null,
    interval_unit   text    not null check (interval_unit in ('month', 'year')),
    anchor_day      integer not null check (anchor_day between 1 and 31),
    anchor_month    integer not null check (anchor_month between 1 and 12),
    created_at      integer not null,
    primary key (tenant_id, entitlement_id),
    unique (tenant_id, subscription_id, seq),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
) strict;

create table overrides (
    tenant_id     blob    not null references tenants on delete restrict,
    override_id   blob    not null,
    meter_id      blob    not null references meters on delete restrict,
    included_mode text    not null check (included_mode in ('plan', 'unlimited', 'limit')), -- "leave it" and "no limit" are two things
    included      integer check (included >= 0),
    cap_mode      text    not null check (cap_mode in ('plan', 'unlimited', 'limit')),
    cap           integer check (cap >= 0),
    valid_from    integer not null,
    valid_to      integer check (valid_to > valid_from),         -- null is for good
    actor         text    not null,
    reason        text    not null,
    created_at    integer not null,
    primary key (tenant_id, override_id),
    check ((included_mode = 'limit') = (included is not null)),
    check ((cap_mode = 'limit') = (cap is not null))
) strict;

-- Stored half-open intervals; computed once by Rust.
create table billing_periods (
    tenant_id       blob    not null,
    period_id       blob    not null,
    subscription_id blob    not null,
    seq             integer not null check (seq > 0), -- from 1 within the subscription
    starts_at       integer not null,
    ends_at         integer not null check (ends_at > starts_at),
    first_day       integer not null,                           -- bounds on the wall calendar: after a change of zone they are not midnights of it
    end_day         integer not null check (end_day > first_day), -- exclusive; proration counts these days
    status          text    not null check (status in ('open', 'closed', 'finalized')),
    primary key (tenant_id, period_id),
    unique (tenant_id, subscription_id, seq),
    foreign key (tenant_id, subscription_id) references subscriptions on delete restrict
) strict;
-- "Which run now", of all tenants and without looking at the table; and "whose last one ends soon", for what extends them.
create index billing_periods_ends_at on billing_periods
    (ends_at, starts_at, tenant_id, period_id, subscription_id, first_day, end_day);

-- THE LEDGER. One row for each accepted use, for ever. With a rowid: it tells rows of this transaction from older ones.
-- No foreign keys: they halve the speed of loading, and verify checks what they would.
create table usage_events (
    tenant_id            blob    not null,
    meter_id             blob    not null,
    quantity             integer not null,                       -- at the meter's scale, as said
    contribution         integer not null,                       -- what it adds to its counters (rules 2.8)
    occurred_at          integer not null,
    received_at          integer not null,
    cost_nano            integer,                                -- 10^-9 of the currency unit; null is no cost
    day                  integer not null,                       -- the tenant's local day, resolved once
    billable             integer not null check (billable in (0, 1)), -- resolved; never recomputed
    billable_said        integer check (billable_said in (0, 1)), -- what the source said; part of the content
    period_id            blob,                                   -- the period of occurred_at; null before any subscription
    billed_period_id     blob,                                   -- on whose invoice; differs for late events
    entitlement_id       blob,
    plan_version_id      blob,
    import_id            blob,
    line                 integer,                                -- of the imported file, from 1
    user_id              blob,                                   -- subjects: random ids without names
    client_id            blob,
    session_id           blob,
    resource_id          blob,
    fingerprint          blob    not null check (length(fingerprint) = 32), -- SHA-256 of the content: duplicate or conflict
    leaf                 blob    not null check (length(leaf) = 32), -- SHA-256 of the row: what is sealed later
    details_hash         blob    check (length(details_hash) = 32), -- salted hash of the erasable details
    source               text    not null check (length(source) between 1 and 100),
    event_key            text    not null check (length(event_key) between 1 and 300),
    classification       text    not null check (classification in ('original', 'retry_failed', 'retry_success', 'correction')),
    parent_key           text,
    billable_reason      text    not null,
    cost_currency        text,
    provider             text    not null,
    action               text    not null,
    primary key (tenant_id, source, event_key),
    check ((cost_nano is null) = (cost_currency is null))
) strict;

create index usage_events_meter on usage_events (tenant_id, meter_id, occurred_at); -- a tenant's events by time

-- Metadata, file names and free text of an event, apart from the ledger because they may name people. Erasable.
create table event_details (
    tenant_id blob    not null,
    source    text    not null,
    event_key text    not null,
    salt      blob,                                              -- random; null once erased, so that the ledger's hash tells nothing
    body      text,                                              -- canonical JSON; null once erased
    erased_at integer,
    primary key (tenant_id, source, event_key),
    check ((erased_at is null) = (body is not null)),
    check ((body is null) = (salt is null))
) strict;

-- Names behind the random ids of the ledger. Erasable.
create table subjects (
    tenant_id  blob    not null,
    subject_id blob    not null,
    kind       text    not null check (kind in ('user', 'client', 'session', 'resource')),
    outside_id text,                                             -- null once erased
    name       text,
    created_at integer not null,
    erased_at  integer,
    primary key (tenant_id, subject_id),
    check (erased_at is null or (outside_id is null and name is null))
) strict;
create unique index subjects_outside_id on subjects (tenant_id, kind, outside_id) where outside_id is not null;

-- Cache: use of a meter in a billed period. A `max` meter holds the largest, all others the sum of contributions.
create table period_counters (
    tenant_id blob    not null,
    period_id blob    not null,                                  -- the billed period
    meter_id  blob    not null,
    events    integer not null,
    quantity  integer not null,                                  -- all
    billable  integer not null,                                  -- billable only: limits, percent and rating look here
    primary key (tenant_id, period_id, meter_id)
) strict, without rowid;

-- Cache: use by local day; months are folded from it.
create table usage_days (
    tenant_id       blob    not null,
    day             integer not null,
    meter_id        blob    not null,
    plan_version_id blob    not null,                            -- of the entitlement; nil before any subscription
    provider        text    not null,
    classification  text    not null,
    currency        text    not null,                            -- of the cost; empty without cost: two currencies never add up
    events          integer not null,
    quantity        integer not null,
    billable        integer not null,
    cost_nano       integer not null,
    primary key (tenant_id, day, meter_id, plan_version_id, provider, classification, currency)
) strict, without rowid;

-- Cache: the running total of a level meter. The row is also the lock that keeps it above zero.
create table level_totals (
    tenant_id blob    not null,
    meter_id  blob    not null,
    quantity  integer not null check (quantity >= 0),
    billable  integer not null check (billable >= 0),
    primary key (tenant_id, meter_id)
) strict, without rowid;

-- Cache: which users and sessions were there on which day, for exact unique counts.
create table presence (
    tenant_id  blob    not null,
    day        integer not null,
    kind       text    not null check (kind in ('user', 'session')),
    subject_id blob    not null,
    primary key (tenant_id, day, kind, subject_id)
) strict, without rowid;

-- Cache: the company by day. Only the fold job writes it, because a row that all tenants share would queue all writers.
create table company_days (
    day             integer not null,
    meter_id        blob    not null,
    plan_version_id blob    not null,
    provider        text    not null,
    classification  text    not null,
    currency        text    not null,
    events          integer not null,
    quantity        integer not null,
    billable        integer not null,
    cost_nano       integer not null,
    primary key (day, meter_id, plan_version_id, provider, classification, currency)
) strict, without rowid;

-- What appends added since the last fold. Readers add both in one statement.
create table company_day_deltas (
    delta_id        integer not null primary key autoincrement,
    day             integer not null,
    meter_id        blob    not null,
    plan_version_id blob    not null,
    provider        text    not null,
    classification  text    not null,
    currency        text    not null,
    events          integer not null,
    quantity        integer not null,
    billable        integer not null,
    cost_nano       integer not null
) strict;

-- Rows that were put aside. It does not claim their keys. The id is derived from the row, so a repeated import adds none.
create table quarantine (
    quarantine_id   blob    not null primary key,
    tenant_id       blob,                                        -- null when the tenant is unknown
    tenant_text     text,                                        -- what the row called it
    meter_id        blob,
    source          text    not null,
    event_key       text,
    line            integer,                                     -- of the file, from 1
    import_id       blob,
    reason          text    not null,                            -- stable code
    sentence        text    not null,                            -- the reason for people
    field           text,                                        -- the field at fault
    body            text    not null,                            -- what the row said, canonical JSON; enough to take it again
    occurred_at     integer,
    received_at     integer not null,
    state           text    not null check (state in ('waiting', 'accepted', 'dismissed')),
    decided_at      integer,
    decided_by      text,
    decision_reason text,
    check ((state = 'waiting') = (decided_at is null))
) strict;
create index quarantine_state on quarantine (state, received_at, quarantine_id);
create index quarantine_tenant on quarantine (tenant_id, received_at, quarantine_id);

create table imports (
    import_id   blob    not null primary key,
    source      text    not null,                                -- the mapping's name
    file_name   text    not null,
    file_bytes  integer not null,                                -- length and hash: a file that begins with these bytes continues this import
    file_hash   blob    not null check (length(file_hash) = 32),
    identity    blob    not null check (length(identity) = 32),  -- hash of the first file of the chain; keyless rows take their keys from it
    keyless     integer not null check (keyless in (0, 1)),
    backfill    integer not null check (backfill in (0, 1)),
    status      text    not null check (status in ('running', 'done', 'stopped', 'failed')),
    rows_read   integer not null,
    accepted    integer not null,
    duplicates  integer not null,
    conflicts   integer not null,
    quarantined integer not null,
    refused     integer not null,
    actor       text    not null,
    started_at  integer not null,
    finished_at integer
) strict;
create index imports_source on imports (source, file_bytes);

-- What an import touched, for the check that two keyless files do not overlap.
create table import_ranges (
    import_id     blob    not null references imports on delete restrict,
    tenant_id     blob    not null,
    meter_id      blob    not null,
    occurred_from integer not null,
    occurred_to   integer not null,                              -- inclusive
    events        integer not null,
    primary key (import_id, tenant_id, meter_id)
) strict, without rowid;
create index import_ranges_tenant on import_ranges (tenant_id, meter_id);

create table alerts (
    tenant_id    blob    not null,
    meter_id     blob    not null,
    place        text    not null,                               -- 'period:ID', 'day:yyyymmdd' or 'month:yyyymm'
    level        text    not null check (level in ('warning', 'alert')),
    alert_id     blob    not null unique,
    raised_at    integer not null,
    used         integer not null,                               -- at the crossing
    base         integer not null,                               -- what the percentage is of
    source       text    not null,                               -- the event that crossed
    event_key    text    not null,
    occurred_at  integer not null,
    recovered_at integer,
    primary key (tenant_id, meter_id, place, level)        -- once, for ever
) strict;
create index alerts_raised_at on alerts (raised_at);

-- Who did what. Append-only; written in the transaction of what it records.
create table audit_log (
    audit_id  blob    not null primary key,
    at        integer not null,
    actor     text    not null,
    action    text    not null,                                  -- a code such as 'import.finish'
    tenant_id blob,
    subject   text    not null,                                  -- what it is about, an id as text
    before    text,                                              -- canonical JSON
    after     text,
    reason    text    not null
) strict;
create index audit_log_at on audit_log (at, audit_id);
create index audit_log_tenant on audit_log (tenant_id, at, audit_id);

-- Triggers -----------------------------------------------------------------------------------------------------------
-- `or replace` deletes the row that is in the way without any delete trigger unless recursive_triggers is on, and only
-- this program's connections set it. So every protected table also refuses the row that would be in the way, by each of
-- its unique keys and by the rowid. Whoever may meet a key that is there already asks before the insert.

create trigger usage_events_no_update before update on usage_events
begin
    select raise(abort, 'update of usage_events is refused: it is append-only');
end;
create trigger usage_events_no_delete before delete on usage_events
begin
    select raise(abort, 'delete of usage_events is refused: it is append-only');
end;
create trigger usage_events_no_replace before insert on usage_events
begin
    select raise(abort, 'insert into usage_events is refused: the key is there already')
     where exists (select 1 from usage_events where tenant_id = new.tenant_id and source = new.source and event_key = new.event_key)
        or exists (select 1 from usage_events where rowid = new.rowid);
end;
create trigger entitlements_no_update before update on entitlements
begin
    select raise(abort, 'update of entitlements is refused: it is append-only');
end;
create trigger entitlements_no_delete before delete on entitlements
begin
    select raise(abort, 'delete of entitlements is refused: it is append-only');
end;
create trigger entitlements_no_replace before insert on entitlements
begin
    select raise(abort, 'insert into entitlements is refused: the key is there already')
     where exists (select 1 from entitlements where tenant_id = new.tenant_id and entitlement_id = new.entitlement_id)
        or exists (select 1 from entitlements where tenant_id = new.tenant_id and subscription_id = new.subscription_id and seq = new.seq)
        or exists (select 1 from entitlements where rowid = new.rowid);
end;
create trigger plan_versions_no_update before update on plan_versions
begin
    select raise(abort, 'update of plan_versions is refused: it is append-only');
end;
create trigger plan_versions_no_delete before delete on plan_versions
begin
    select raise(abort, 'delete of plan_versions is refused: it is append-only');
end;
create trigger plan_versions_no_replace before insert on plan_versions
begin
    select raise(abort, 'insert into plan_versions is refused: the key is there already')
     where exists (select 1 from plan_versions where plan_version_id = new.plan_version_id)
        or exists (select 1 from plan_versions where plan_id = new.plan_id and currency = new.currency and version = new.version)
        or exists (select 1 from plan_versions where rowid = new.rowid);
end;
create trigger allowances_no_update before update on allowances
begin
    select raise(abort, 'update of allowances is refused: it is append-only');
end;
create trigger allowances_no_delete before delete on allowances
begin
    select raise(abort, 'delete of allowances is refused: it is append-only');
end;
create trigger allowances_no_replace before insert on allowances
begin
    select raise(abort, 'insert into allowances is refused: the key is there already')
     where exists (select 1 from allowances where plan_version_id = new.plan_version_id and meter_id = new.meter_id);
end;
create trigger prices_no_update before update on prices
begin
    select raise(abort, 'update of prices is refused: it is append-only');
end;
create trigger prices_no_delete before delete on prices
begin
    select raise(abort, 'delete of prices is refused: it is append-only');
end;
create trigger prices_no_replace before insert on prices
begin
    select raise(abort, 'insert into prices is refused: the key is there already')
     where exists (select 1 from prices where plan_version_id = new.plan_version_id and meter_id = new.meter_id);
end;
create trigger audit_log_no_update before update on audit_log
begin
    select raise(abort, 'update of audit_log is refused: it is append-only');
end;
create trigger audit_log_no_delete before delete on audit_log
begin
    select raise(abort, 'delete of audit_log is refused: it is append-only');
end;
create trigger audit_log_no_replace before insert on audit_log
begin
    select raise(abort, 'insert into audit_log is refused: the key is there already')
     where exists (select 1 from audit_log where audit_id = new.audit_id)
        or exists (select 1 from audit_log where rowid = new.rowid);
end;

create trigger tenants_no_delete before delete on tenants
begin
    select raise(abort, 'delete of tenants is refused: it is append-only');
end;
create trigger tenants_no_replace before insert on tenants
begin
    select raise(abort, 'insert into tenants is refused: the key is there already')
     where exists (select 1 from tenants where tenant_id = new.tenant_id)
        or exists (select 1 from tenants where outside_id = new.outside_id)
        or exists (select 1 from tenants where rowid = new.rowid);
end;
create trigger tenants_keep before update on tenants
begin
    select raise(abort, 'update of tenants is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or new.tenant_id <> old.tenant_id
        or new.outside_id is not old.outside_id and exists (select 1 from tenants where outside_id = new.outside_id);
end;
create trigger meters_no_delete before delete on meters
begin
    select raise(abort, 'delete of meters is refused: it is append-only');
end;
create trigger meters_no_replace before insert on meters
begin
    select raise(abort, 'insert into meters is refused: the key is there already')
     where exists (select 1 from meters where meter_id = new.meter_id)
        or exists (select 1 from meters where code = new.code)
        or exists (select 1 from meters where rowid = new.rowid);
end;
create trigger meters_keep before update on meters
begin
    select raise(abort, 'update of meters is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.meter_id, new.code) <> (old.meter_id, old.code);
end;
create trigger plans_no_delete before delete on plans
begin
    select raise(abort, 'delete of plans is refused: it is append-only');
end;
create trigger plans_no_replace before insert on plans
begin
    select raise(abort, 'insert into plans is refused: the key is there already')
     where exists (select 1 from plans where plan_id = new.plan_id)
        or exists (select 1 from plans where code = new.code)
        or exists (select 1 from plans where rowid = new.rowid);
end;
create trigger plans_keep before update on plans
begin
    select raise(abort, 'update of plans is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.plan_id, new.code) <> (old.plan_id, old.code);
end;
create trigger subscriptions_no_delete before delete on subscriptions
begin
    select raise(abort, 'delete of subscriptions is refused: it is append-only');
end;
create trigger subscriptions_no_replace before insert on subscriptions
begin
    select raise(abort, 'insert into subscriptions is refused: the key is there already')
     where exists (select 1 from subscriptions where tenant_id = new.tenant_id and subscription_id = new.subscription_id)
        or exists (select 1 from subscriptions where rowid = new.rowid);
end;
create trigger subscriptions_keep before update on subscriptions
begin
    select raise(abort, 'update of subscriptions is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.tenant_id, new.subscription_id) <> (old.tenant_id, old.subscription_id);
end;
create trigger billing_periods_no_delete before delete on billing_periods
begin
    select raise(abort, 'delete of billing_periods is refused: it is append-only');
end;
create trigger billing_periods_no_replace before insert on billing_periods
begin
    select raise(abort, 'insert into billing_periods is refused: the key is there already')
     where exists (select 1 from billing_periods where tenant_id = new.tenant_id and period_id = new.period_id)
        or exists (select 1 from billing_periods where tenant_id = new.tenant_id and subscription_id = new.subscription_id and seq = new.seq)
        or exists (select 1 from billing_periods where rowid = new.rowid);
end;
create trigger imports_no_delete before delete on imports
begin
    select raise(abort, 'delete of imports is refused: it is append-only');
end;
create trigger imports_no_replace before insert on imports
begin
    select raise(abort, 'insert into imports is refused: the key is there already')
     where exists (select 1 from imports where import_id = new.import_id)
        or exists (select 1 from imports where rowid = new.rowid);
end;
create trigger imports_keep before update on imports
begin
    select raise(abort, 'update of imports is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or new.import_id <> old.import_id;
end;
create trigger overrides_no_delete before delete on overrides
begin
    select raise(abort, 'delete of overrides is refused: it is append-only');
end;
create trigger overrides_no_replace before insert on overrides
begin
    select raise(abort, 'insert into overrides is refused: the key is there already')
     where exists (select 1 from overrides where tenant_id = new.tenant_id and override_id = new.override_id)
        or exists (select 1 from overrides where rowid = new.rowid);
end;
create trigger overrides_keep before update on overrides
begin
    select raise(abort, 'update of overrides is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.tenant_id, new.override_id) <> (old.tenant_id, old.override_id);
end;
create trigger quarantine_no_delete before delete on quarantine
begin
    select raise(abort, 'delete of quarantine is refused: it is append-only');
end;
create trigger quarantine_no_replace before insert on quarantine
begin
    select raise(abort, 'insert into quarantine is refused: the key is there already')
     where exists (select 1 from quarantine where quarantine_id = new.quarantine_id)
        or exists (select 1 from quarantine where rowid = new.rowid);
end;
create trigger quarantine_keep before update on quarantine
begin
    select raise(abort, 'update of quarantine is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or new.quarantine_id <> old.quarantine_id;
end;
create trigger alerts_no_delete before delete on alerts
begin
    select raise(abort, 'delete of alerts is refused: it is append-only');
end;
create trigger alerts_no_replace before insert on alerts
begin
    select raise(abort, 'insert into alerts is refused: the key is there already')
     where exists (select 1 from alerts where tenant_id = new.tenant_id and meter_id = new.meter_id and place = new.place and level = new.level)
        or exists (select 1 from alerts where alert_id = new.alert_id)
        or exists (select 1 from alerts where rowid = new.rowid);
end;
create trigger alerts_keep before update on alerts
begin
    select raise(abort, 'update of alerts is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.tenant_id, new.meter_id, new.place, new.level, new.alert_id) <> (old.tenant_id, old.meter_id, old.place, old.level, old.alert_id);
end;

-- A finalized period never changes; no period moves its start.
create trigger billing_periods_keep before update on billing_periods
begin
    select raise(abort, 'a finalized period never changes') where old.status = 'finalized';
    select raise(abort, 'a period keeps its identity and its start')
     where old.rowid <> new.rowid or (old.tenant_id, old.period_id, old.subscription_id, old.seq, old.starts_at)
        is not (new.tenant_id, new.period_id, new.subscription_id, new.seq, new.starts_at);
end;

-- At any instant a meter of a tenant belongs to one subscription.
create trigger subscription_meters_one_insert before insert on subscription_meters
begin
    select raise(abort, 'the meter belongs to another subscription of the tenant at that time')
     where exists (
        select 1 from subscription_meters held
        where held.tenant_id = new.tenant_id and held.meter_id = new.meter_id
          and not (held.subscription_id = new.subscription_id and held.valid_from = new.valid_from)
          and held.valid_from < coalesce(new.valid_to, 9223372036854775807) and new.valid_from < coalesce(held.valid_to, 9223372036854775807));
end;
create trigger subscription_meters_one_update before update on subscription_meters
begin
    select raise(abort, 'the meter belongs to another subscription of the tenant at that time')
     where exists (
        select 1 from subscription_meters held
        where held.tenant_id = new.tenant_id and held.meter_id = new.meter_id
          and not (held.subscription_id = new.subscription_id and held.valid_from = new.valid_from)
          and held.valid_from < coalesce(new.valid_to, 9223372036854775807) and new.valid_from < coalesce(held.valid_to, 9223372036854775807));
end;
