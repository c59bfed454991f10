-- Invoices and what goes with them: who bills, who is billed, discounts, prepaid credits, runs, credit notes, payments,
-- disputes. Same tables and columns as sqlite/0003_invoices.sql.
-- Amounts are minor units of the currency beside them. What was issued is never changed: triggers keep it.

-- Who bills and how: name, address, series, terms, grace, brake, accounts of the journal. One row.
create table billing_settings (
    singleton  integer     not null primary key check (singleton = 1), -- makes a second row impossible
    settings   text collate "C" not null,                  -- canonical JSON of the billing crate's type
    updated_at timestamptz not null
);

-- How a tenant is billed. No row: as the settings say.
create table billing_accounts (
    tenant_id  uuid        not null primary key references tenants on delete restrict,
    account    text collate "C" not null,                  -- address, tax id and rate, terms, approval: canonical JSON of the billing crate's type
    updated_at timestamptz not null
);

-- Discounts. Invoices of periods that start within the interval get them, one after another in order of ordinal.
create table coupons (
    tenant_id  uuid        not null references tenants on delete restrict,
    coupon_id  uuid        not null,
    ordinal    bigint      not null,
    code       text collate "C" not null,                  -- what the invoice calls it
    meter_id   uuid        references meters on delete restrict, -- a discount on the lines of a meter; null is on the invoice
    kind       text collate "C" not null check (kind in ('percent', 'fixed')),
    value      text collate "C" not null,                  -- decimal: percent, or major units of the currency
    currency   text collate "C" not null,                  -- invoices in another currency do not get it
    valid_from timestamptz not null,
    valid_to   timestamptz check (valid_to > valid_from),  -- null is for good
    actor      text collate "C" not null,
    reason     text collate "C" not null,
    created_at timestamptz not null,
    primary key (tenant_id, coupon_id),
    unique (tenant_id, ordinal)
);

-- Prepaid credits. What a wallet holds is the sum of its entries.
create table wallets (
    tenant_id  uuid        not null references tenants on delete restrict,
    wallet_id  uuid        not null,
    name       text collate "C" not null,
    priority   bigint      not null,                       -- a smaller number pays first
    currency   text collate "C" not null,
    expires_at timestamptz,                                -- null never
    created_at timestamptz not null,
    primary key (tenant_id, wallet_id)
);

-- Append-only: every grant and every use of a prepaid credit.
create table wallet_entries (
    tenant_id      uuid        not null,
    wallet_id      uuid        not null,
    entry_id       uuid        not null,
    amount_minor   bigint      not null check (amount_minor <> 0), -- negative takes out
    kind           text collate "C" not null check (kind in ('grant', 'invoice', 'overpayment', 'credit_note', 'void')),
    invoice_id     uuid,                                   -- what it paid, or what gave it back
    payment_id     uuid,
    credit_note_id uuid,
    at             timestamptz not null,
    actor          text collate "C" not null,
    reason         text collate "C" not null,
    primary key (tenant_id, wallet_id, entry_id),
    foreign key (tenant_id, wallet_id) references wallets on delete restrict
);

-- Invoices, also imported ones. A draft is recomputed; once it is finalized only status, paid and credited move.
create table invoices (
    tenant_id       uuid        not null references tenants on delete restrict,
    invoice_id      uuid        not null,
    origin          text collate "C" not null check (origin in ('billed', 'imported')),
    subscription_id uuid,                                  -- null of imported ones
    period_id       uuid,
    starts_at       timestamptz,                           -- of the period; what lists show
    ends_at         timestamptz,
    currency        text collate "C" not null,
    status          text collate "C" not null check (status in ('draft', 'approved', 'finalized', 'partially_paid', 'paid', 'uncollectible', 'void')), -- overdue is computed when read: it depends on the clock
    hold            text collate "C",                      -- why a run left the draft to a person: 'approval', 'brake'; null when it did not
    series          text collate "C",                      -- of the number; imported documents have their source here
    year            integer,                               -- of the issue date in the seller's zone
    seq             bigint      check (seq > 0),           -- gapless within series and year
    number          text collate "C",                      -- what people call it; null while a draft
    net_minor       bigint      not null,
    tax_minor       bigint      not null,
    total_minor     bigint      not null,                  -- net and tax
    prepaid_minor   bigint      not null default 0 check (prepaid_minor >= 0), -- what prepaid credits paid at finalization
    paid_minor      bigint      not null default 0 check (paid_minor >= 0),    -- sum of payments applied
    credited_minor  bigint      not null default 0 check (credited_minor >= 0), -- sum of credit notes
    issued_at       timestamptz,
    issue_day       integer,                               -- in the seller's zone
    due_day         integer,
    content         text collate "C" not null,             -- the whole document: canonical JSON of the billing crate's type
    hash            bytea       check (length(hash) = 32), -- SHA-256 of content, once finalized
    replaces        uuid,                                  -- the voided invoice that this one is issued for again
    import_id       uuid,
    approved_by     text collate "C",
    approved_at     timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, invoice_id),
    check (case when number is null then status in ('draft', 'approved', 'void') else status not in ('draft', 'approved') end), -- void without a number: a draft that was dropped, because it is issued as a credit note or bills nothing any more
    check ((number is null) = (hash is null)),
    check ((number is null) = (issued_at is null)),
    check (origin = 'imported' or (subscription_id is not null and period_id is not null)),
    check (origin = 'imported' or number is null or (series is not null and year is not null and seq is not null))
);
-- One that is not void for each subscription and period, however often and from wherever the run is started.
create unique index invoices_one on invoices (tenant_id, subscription_id, period_id) where status <> 'void' and origin = 'billed';
create unique index invoices_number on invoices (number, series) where number is not null;
create unique index invoices_seq on invoices (series, year, seq) where seq is not null;
create index invoices_listed on invoices (issue_day, tenant_id, invoice_id) where number is not null;
create index invoices_drafts on invoices (ends_at, tenant_id, invoice_id) where number is null;
create unique index invoices_id on invoices (invoice_id); -- what acts on one names nothing else
create index invoices_replaces on invoices (tenant_id, replaces) where replaces is not null;
-- What a run has to do: periods that have no final invoice yet, and use that is billed with another period than its own.
create index billing_periods_unbilled on billing_periods (ends_at, tenant_id, period_id) where status <> 'finalized';
create index usage_events_late on usage_events (tenant_id, billed_period_id) where billed_period_id <> period_id;
create index usage_events_late_from on usage_events (tenant_id, period_id) where period_id is not null and (billed_period_id is null or billed_period_id <> period_id);

-- The lines of finalized and imported invoices; those of a draft are in its content.
create table invoice_lines (
    tenant_id       uuid    not null,
    invoice_id      uuid    not null,
    line_no         integer not null check (line_no > 0),
    kind            text collate "C" not null,             -- 'fee', 'usage', 'late', 'maximum', 'minimum', 'discount', 'coupon', 'memo', 'item'
    description     text collate "C" not null,
    meter_id        uuid,
    plan_version_id uuid,
    period_id       uuid,                                  -- whose use it bills: another one for late events
    rule_version    integer not null,
    quantity        text collate "C",                      -- decimal in the unit of the meter
    unrounded       text collate "C" not null,             -- decimal
    amount_minor    bigint  not null,
    counts          boolean not null,                      -- false: a memo outside the total
    proof           text collate "C" not null,             -- canonical JSON: steps that add up to the amount
    primary key (tenant_id, invoice_id, line_no),
    foreign key (tenant_id, invoice_id) references invoices on delete restrict
);

-- The last number of each series and year. The row is the lock that keeps numbers gapless.
create table invoice_series (
    series   text collate "C" not null,
    year     integer not null,
    last_seq bigint  not null check (last_seq >= 0),
    primary key (series, year)
);

-- Append-only.
create table credit_notes (
    tenant_id      uuid        not null references tenants on delete restrict,
    credit_note_id uuid        not null,
    origin         text collate "C" not null check (origin in ('billed', 'imported')),
    invoice_id     uuid,                                   -- null of imported ones that name none
    dispute_id     uuid,
    currency       text collate "C" not null,
    series         text collate "C" not null,
    year           integer,
    seq            bigint      check (seq > 0),
    number         text collate "C" not null,
    net_minor      bigint      not null,                   -- what is credited, above 0 but for imported ones
    tax_minor      bigint      not null,
    total_minor    bigint      not null,
    issued_at      timestamptz not null,
    issue_day      integer     not null,
    reason         text collate "C" not null,
    actor          text collate "C" not null,
    content        text collate "C" not null,              -- the whole document
    hash           bytea       not null check (length(hash) = 32), -- SHA-256 of content
    import_id      uuid,
    created_at     timestamptz not null,
    primary key (tenant_id, credit_note_id),
    check (origin = 'imported' or (invoice_id is not null and year is not null and seq is not null and net_minor >= 0 and tax_minor >= 0))
);
create unique index credit_notes_number on credit_notes (series, number);
create unique index credit_notes_seq on credit_notes (series, year, seq) where seq is not null;
create index credit_notes_invoice on credit_notes (tenant_id, invoice_id);
create index credit_notes_listed on credit_notes (issue_day, tenant_id, credit_note_id);
create index credit_notes_id on credit_notes (credit_note_id); -- what opens one names nothing else

-- Append-only.
create table credit_note_lines (
    tenant_id       uuid    not null,
    credit_note_id  uuid    not null,
    line_no         integer not null check (line_no > 0),
    invoice_line_no integer,                               -- the line that is credited, where it is one
    description     text collate "C" not null,
    quantity        text collate "C",
    amount_minor    bigint  not null,                      -- net
    primary key (tenant_id, credit_note_id, line_no),
    foreign key (tenant_id, credit_note_id) references credit_notes on delete restrict
);

-- Append-only. What exceeds the open amount becomes a prepaid credit.
create table payments (
    tenant_id      uuid        not null references tenants on delete restrict,
    payment_id     uuid        not null,
    invoice_id     uuid        not null,
    currency       text collate "C" not null,
    amount_minor   bigint      not null check (amount_minor > 0),
    applied_minor  bigint      not null check (applied_minor >= 0 and applied_minor <= amount_minor),
    received_at    timestamptz not null,
    method         text collate "C" not null,              -- 'bank', 'card' and so on
    reference      text collate "C" not null,              -- of the bank or provider; a payment with it is taken once
    note           text collate "C" not null,
    actor          text collate "C" not null,
    created_at     timestamptz not null,
    primary key (tenant_id, payment_id),
    foreign key (tenant_id, invoice_id) references invoices on delete restrict
);
create unique index payments_reference on payments (tenant_id, method, reference) where reference <> '';
create index payments_invoice on payments (tenant_id, invoice_id);
create index payments_listed on payments (received_at, tenant_id, payment_id);

-- A case of a tenant: what is claimed, by when it must end, how it ended.
create table disputes (
    tenant_id       uuid        not null references tenants on delete restrict,
    dispute_id      uuid        not null,
    number          bigint      not null unique check (number > 0), -- what people call it: D-17
    invoice_id      uuid,
    currency        text collate "C" not null,
    claimed_minor   bigint      check (claimed_minor > 0), -- null: the person did not say
    claim           text collate "C" not null,
    status          text collate "C" not null check (status in ('open', 'waiting', 'decided')), -- waiting: for the tenant
    deadline_day    integer,                               -- in the tenant's zone
    opened_at       timestamptz not null,
    opened_by       text collate "C" not null,
    decision        text collate "C" check (decision in ('reject', 'credit', 'correct')),
    decision_reason text collate "C",
    decided_at      timestamptz,
    decided_by      text collate "C",
    credit_note_id  uuid,
    primary key (tenant_id, dispute_id),
    check ((status = 'decided') = (decision is not null)),
    check ((decision is null) = (decided_at is null))
);
create index disputes_status on disputes (status, deadline_day);
create index disputes_id on disputes (dispute_id); -- what acts on one names nothing else
create index disputes_invoice on disputes (tenant_id, invoice_id);

-- Lines and events in question. Append-only.
create table dispute_items (
    tenant_id  uuid    not null,
    dispute_id uuid    not null,
    item_no    integer not null check (item_no > 0),
    invoice_id uuid,
    line_no    integer,
    source     text collate "C",                           -- of an event, with its key
    event_key  text collate "C",
    note       text collate "C" not null,
    primary key (tenant_id, dispute_id, item_no),
    foreign key (tenant_id, dispute_id) references disputes on delete restrict,
    check ((line_no is null) or (invoice_id is not null)),
    check ((source is null) = (event_key is null)),
    check ((line_no is null) <> (source is null))
);

-- What people wrote about a tenant or a dispute of it. Append-only.
create table notes (
    tenant_id  uuid        not null references tenants on delete restrict,
    note_id    uuid        not null,
    dispute_id uuid,                                       -- null: about the tenant
    at         timestamptz not null,
    actor      text collate "C" not null,
    body       text collate "C" not null,
    primary key (tenant_id, note_id)
);
create index notes_dispute on notes (tenant_id, dispute_id, at);

-- A run over all tenants whose periods have ended.
create table invoice_runs (
    run_id      uuid        not null primary key,
    status      text collate "C" not null check (status in ('running', 'done', 'stopped', 'failed')),
    until       timestamptz not null,                      -- periods that ended by then
    drafted     bigint      not null,
    finalized   bigint      not null,
    held        bigint      not null,                      -- left to a person: approval, brake
    failed      bigint      not null,
    actor       text collate "C" not null,
    reason      text collate "C" not null,
    started_at  timestamptz not null,
    finished_at timestamptz
);
create index invoice_runs_started on invoice_runs (started_at);

-- Whom a run could not bill, and why. Append-only.
create table invoice_run_errors (
    run_id    uuid    not null references invoice_runs on delete restrict,
    error_no  integer not null check (error_no > 0),
    tenant_id uuid    not null,
    period_id uuid,
    code      text collate "C" not null,
    message   text collate "C" not null,
    primary key (run_id, error_no)
);

-- Triggers -----------------------------------------------------------------------------------------------------------

do $$
declare
    name text;
begin
    foreach name in array array['wallet_entries', 'invoice_lines', 'credit_notes', 'credit_note_lines', 'payments',
            'dispute_items', 'notes', 'invoice_run_errors'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function refuse_change()', name);
        execute format('alter table %I enable always trigger append_only', name);
    end loop;
    foreach name in array array['billing_accounts', 'coupons', 'wallets', 'invoices', 'invoice_series', 'disputes', 'invoice_runs'] loop
        execute format('create trigger no_delete before delete on %I for each row execute function refuse_change()', name);
        execute format('alter table %I enable always trigger no_delete', name);
    end loop;
    foreach name in array array['wallet_entries', 'invoice_lines', 'credit_notes', 'credit_note_lines', 'payments',
            'dispute_items', 'notes', 'invoice_run_errors', 'billing_accounts', 'coupons', 'wallets', 'invoices',
            'invoice_series', 'disputes', 'invoice_runs'] loop
        execute format('create trigger no_truncate before truncate on %I for each statement execute function refuse_change()', name);
        execute format('alter table %I enable always trigger no_truncate', name);
    end loop;
end
$$;

-- What was issued stays as it was issued. A void or paid invoice is at its end; a number is never taken back.
create function keep_invoice() returns trigger language plpgsql as $$
begin
    if (old.tenant_id, old.invoice_id, old.origin, old.subscription_id, old.period_id, old.currency, old.created_at) is distinct from
       (new.tenant_id, new.invoice_id, new.origin, new.subscription_id, new.period_id, new.currency, new.created_at) then
        raise exception 'an invoice keeps its identity' using errcode = 'restrict_violation';
    end if;
    if old.status = 'void' then
        raise exception 'a void invoice stays so' using errcode = 'restrict_violation';
    end if;
    if old.number is null then
        return new;
    end if;
    if (old.starts_at, old.ends_at, old.series, old.year, old.seq, old.number, old.net_minor, old.tax_minor, old.total_minor,
        old.prepaid_minor, old.issued_at, old.issue_day, old.due_day, old.content, old.hash, old.replaces, old.import_id) is distinct from
       (new.starts_at, new.ends_at, new.series, new.year, new.seq, new.number, new.net_minor, new.tax_minor, new.total_minor,
        new.prepaid_minor, new.issued_at, new.issue_day, new.due_day, new.content, new.hash, new.replaces, new.import_id) then
        raise exception 'a finalized invoice never changes' using errcode = 'restrict_violation';
    end if;
    if new.status = 'void' and (old.paid_minor > 0 or new.paid_minor > 0 or new.credited_minor > 0
        or exists (select 1 from payments p where p.tenant_id = new.tenant_id and p.invoice_id = new.invoice_id)) then
        raise exception 'only an invoice without payment can be void' using errcode = 'restrict_violation';
    end if;
    if new.paid_minor < old.paid_minor or new.credited_minor < old.credited_minor then
        raise exception 'payments and credits of an invoice never shrink' using errcode = 'restrict_violation';
    end if;
    if new.origin = 'billed' and (new.credited_minor > new.total_minor
        or new.paid_minor > greatest(new.total_minor - new.prepaid_minor, 0)) then
        raise exception 'never more is credited or paid than was invoiced' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger keep_invoice before update on invoices for each row execute function keep_invoice();
alter table invoices enable always trigger keep_invoice;

-- Numbers only rise, one at a time.
create function keep_series() returns trigger language plpgsql as $$
begin
    if (old.series, old.year) is distinct from (new.series, new.year) or new.last_seq < old.last_seq then
        raise exception 'the numbers of a series only rise' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger keep_series before update on invoice_series for each row execute function keep_series();
alter table invoice_series enable always trigger keep_series;

-- A decided dispute is closed.
create function keep_dispute() returns trigger language plpgsql as $$
begin
    if old.status = 'decided' or (old.tenant_id, old.dispute_id, old.number, old.claim, old.opened_at, old.opened_by) is distinct from
       (new.tenant_id, new.dispute_id, new.number, new.claim, new.opened_at, new.opened_by) then
        raise exception 'a dispute keeps its claim, and a decided one never changes' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger keep_dispute before update on disputes for each row execute function keep_dispute();
alter table disputes enable always trigger keep_dispute;
