-- Invoices and what goes with them: who bills, who is billed, discounts, prepaid credits, runs, credit notes, payments,
-- disputes. Same tables and columns as postgres/0003_invoices.sql.
-- Amounts are minor units of the currency beside them. What was issued is never changed: triggers keep it.

-- Who bills and how: name, address, series, terms, grace, brake, accounts of the journal. One row.
create table billing_settings (
    singleton  integer not null primary key check (singleton = 1), -- makes a second row impossible
    settings   text    not null, -- canonical JSON of the billing crate's type
    updated_at integer not null
) strict;

-- How a tenant is billed. No row: as the settings say.
create table billing_accounts (
    tenant_id  blob    not null primary key references tenants on delete restrict,
    account    text    not null, -- address, tax id and rate, terms, approval: canonical JSON of the billing crate's type
    updated_at integer not null
) strict;

-- Discounts. Invoices of periods that start within the interval get them, one after another in order of ordinal.
create table coupons (
    tenant_id  blob    not null references tenants on delete restrict,
    coupon_id  blob    not null,
    ordinal    integer not null,
    code       text    not null, -- what the invoice calls it
    meter_id   blob    references meters on delete restrict, -- a discount on the lines of a meter; null is on the invoice
    kind       text    not null check (kind in ('percent', 'fixed')),
    value      text    not null, -- decimal: percent, or major units of the currency
    currency   text    not null, -- invoices in another currency do not get it
    valid_from integer not null,
    valid_to   integer check (valid_to > valid_from), -- null is for good
    actor      text    not null,
    reason     text    not null,
    created_at integer not null,
    primary key (tenant_id, coupon_id),
    unique (tenant_id, ordinal)
) strict;

-- Prepaid credits. What a wallet holds is the sum of its entries.
create table wallets (
    tenant_id  blob    not null references tenants on delete restrict,
    wallet_id  blob    not null,
    name       text    not null,
    priority   integer not null, -- a smaller number pays first
    currency   text    not null,
    expires_at integer, -- null never
    created_at integer not null,
    primary key (tenant_id, wallet_id)
) strict;

-- Append-only: every grant and every use of a prepaid credit.
create table wallet_entries (
    tenant_id      blob    not null,
    wallet_id      blob    not null,
    entry_id       blob    not null,
    amount_minor   integer not null check (amount_minor <> 0), -- negative takes out
    kind           text    not null check (kind in ('grant', 'invoice', 'overpayment', 'credit_note', 'void')),
    invoice_id     blob, -- what it paid, or what gave it back
    payment_id     blob,
    credit_note_id blob,
    at             integer not null,
    actor          text    not null,
    reason         text    not null,
    primary key (tenant_id, wallet_id, entry_id),
    foreign key (tenant_id, wallet_id) references wallets on delete restrict
) strict;

-- Invoices, also imported ones. A draft is recomputed; once it is finalized only status, paid and credited move.
create table invoices (
    tenant_id       blob    not null references tenants on delete restrict,
    invoice_id      blob    not null,
    origin          text    not null check (origin in ('billed', 'imported')),
    subscription_id blob, -- null of imported ones
    period_id       blob,
    starts_at       integer, -- of the period; what lists show
    ends_at         integer,
    currency        text    not null,
    status          text    not null check (status in ('draft', 'approved', 'finalized', 'partially_paid', 'paid', 'uncollectible', 'void')), -- overdue is computed when read: it depends on the clock
    hold            text, -- why a run left the draft to a person: 'approval', 'brake'; null when it did not
    series          text, -- of the number; imported documents have their source here
    year            integer, -- of the issue date in the seller's zone
    seq             integer check (seq > 0), -- gapless within series and year
    number          text, -- what people call it; null while a draft
    net_minor       integer not null,
    tax_minor       integer not null,
    total_minor     integer not null, -- net and tax
    prepaid_minor   integer not null default 0 check (prepaid_minor >= 0), -- what prepaid credits paid at finalization
    paid_minor      integer not null default 0 check (paid_minor >= 0), -- sum of payments applied
    credited_minor  integer not null default 0 check (credited_minor >= 0), -- sum of credit notes
    issued_at       integer,
    issue_day       integer, -- in the seller's zone
    due_day         integer,
    content         text    not null, -- the whole document: canonical JSON of the billing crate's type
    hash            blob    check (length(hash) = 32), -- SHA-256 of content, once finalized
    replaces        blob, -- the voided invoice that this one is issued for again
    import_id       blob,
    approved_by     text,
    approved_at     integer,
    created_at      integer not null,
    updated_at      integer not null,
    primary key (tenant_id, invoice_id),
    check (case when number is null then status in ('draft', 'approved', 'void') else status not in ('draft', 'approved') end), -- void without a number: a draft that was dropped, because it is issued as a credit note or bills nothing any more
    check ((number is null) = (hash is null)),
    check ((number is null) = (issued_at is null)),
    check (origin = 'imported' or (subscription_id is not null and period_id is not null)),
    check (origin = 'imported' or number is null or (series is not null and year is not null and seq is not null))
) strict;
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
    tenant_id       blob    not null,
    invoice_id      blob    not null,
    line_no         integer not null check (line_no > 0),
    kind            text    not null, -- 'fee', 'usage', 'late', 'maximum', 'minimum', 'discount', 'coupon', 'memo', 'item'
    description     text    not null,
    meter_id        blob,
    plan_version_id blob,
    period_id       blob, -- whose use it bills: another one for late events
    rule_version    integer not null,
    quantity        text, -- decimal in the unit of the meter
    unrounded       text    not null, -- decimal
    amount_minor    integer not null,
    counts          integer not null check (counts in (0, 1)), -- false: a memo outside the total
    proof           text    not null, -- canonical JSON: steps that add up to the amount
    primary key (tenant_id, invoice_id, line_no),
    foreign key (tenant_id, invoice_id) references invoices on delete restrict
) strict;

-- The last number of each series and year. The row is the lock that keeps numbers gapless.
create table invoice_series (
    series   text    not null,
    year     integer not null,
    last_seq integer not null check (last_seq >= 0),
    primary key (series, year)
) strict;

-- Append-only.
create table credit_notes (
    tenant_id      blob    not null references tenants on delete restrict,
    credit_note_id blob    not null,
    origin         text    not null check (origin in ('billed', 'imported')),
    invoice_id     blob, -- null of imported ones that name none
    dispute_id     blob,
    currency       text    not null,
    series         text    not null,
    year           integer,
    seq            integer check (seq > 0),
    number         text    not null,
    net_minor      integer not null, -- what is credited, above 0 but for imported ones
    tax_minor      integer not null,
    total_minor    integer not null,
    issued_at      integer not null,
    issue_day      integer not null,
    reason         text    not null,
    actor          text    not null,
    content        text    not null, -- the whole document
    hash           blob    not null check (length(hash) = 32), -- SHA-256 of content
    import_id      blob,
    created_at     integer not null,
    primary key (tenant_id, credit_note_id),
    check (origin = 'imported' or (invoice_id is not null and year is not null and seq is not null and net_minor >= 0 and tax_minor >= 0))
) strict;
create unique index credit_notes_number on credit_notes (series, number);
create unique index credit_notes_seq on credit_notes (series, year, seq) where seq is not null;
create index credit_notes_invoice on credit_notes (tenant_id, invoice_id);
create index credit_notes_listed on credit_notes (issue_day, tenant_id, credit_note_id);
create index credit_notes_id on credit_notes (credit_note_id); -- what opens one names nothing else

-- Append-only.
create table credit_note_lines (
    tenant_id       blob    not null,
    credit_note_id  blob    not null,
    line_no         integer not null check (line_no > 0),
    invoice_line_no integer, -- the line that is credited, where it is one
    description     text    not null,
    quantity        text,
    amount_minor    integer not null, -- net
    primary key (tenant_id, credit_note_id, line_no),
    foreign key (tenant_id, credit_note_id) references credit_notes on delete restrict
) strict;

-- Append-only. What exceeds the open amount becomes a prepaid credit.
create table payments (
    tenant_id     blob    not null references tenants on delete restrict,
    payment_id    blob    not null,
    invoice_id    blob    not null,
    currency      text    not null,
    amount_minor  integer not null check (amount_minor > 0),
    applied_minor integer not null check (applied_minor >= 0 and applied_minor <= amount_minor),
    received_at   integer not null,
    method        text    not null, -- 'bank', 'card' and so on
    reference     text    not null, -- of the bank or provider; a payment with it is taken once
    note          text    not null,
    actor         text    not null,
    created_at    integer not null,
    primary key (tenant_id, payment_id),
    foreign key (tenant_id, invoice_id) references invoices on delete restrict
) strict;
create unique index payments_reference on payments (tenant_id, method, reference) where reference <> '';
create index payments_invoice on payments (tenant_id, invoice_id);
create index payments_listed on payments (received_at, tenant_id, payment_id);

-- A case of a tenant: what is claimed, by when it must end, how it ended.
create table disputes (
    tenant_id       blob    not null references tenants on delete restrict,
    dispute_id      blob    not null,
    number          integer not null unique check (number > 0), -- what people call it: D-17
    invoice_id      blob,
    currency        text    not null,
    claimed_minor   integer check (claimed_minor > 0), -- null: the person did not say
    claim           text    not null,
    status          text    not null check (status in ('open', 'waiting', 'decided')), -- waiting: for the tenant
    deadline_day    integer, -- in the tenant's zone
    opened_at       integer not null,
    opened_by       text    not null,
    decision        text    check (decision in ('reject', 'credit', 'correct')),
    decision_reason text,
    decided_at      integer,
    decided_by      text,
    credit_note_id  blob,
    primary key (tenant_id, dispute_id),
    check ((status = 'decided') = (decision is not null)),
    check ((decision is null) = (decided_at is null))
) strict;
create index disputes_status on disputes (status, deadline_day);
create index disputes_id on disputes (dispute_id); -- what acts on one names nothing else
create index disputes_invoice on disputes (tenant_id, invoice_id);

-- Lines and events in question. Append-only.
create table dispute_items (
    tenant_id  blob    not null,
    dispute_id blob    not null,
    item_no    integer not null check (item_no > 0),
    invoice_id blob,
    line_no    integer,
    source     text, -- of an event, with its key
    event_key  text,
    note       text    not null,
    primary key (tenant_id, dispute_id, item_no),
    foreign key (tenant_id, dispute_id) references disputes on delete restrict,
    check ((line_no is null) or (invoice_id is not null)),
    check ((source is null) = (event_key is null)),
    check ((line_no is null) <> (source is null))
) strict;

-- What people wrote about a tenant or a dispute of it. Append-only.
create table notes (
    tenant_id  blob    not null references tenants on delete restrict,
    note_id    blob    not null,
    dispute_id blob, -- null: about the tenant
    at         integer not null,
    actor      text    not null,
    body       text    not null,
    primary key (tenant_id, note_id)
) strict;
create index notes_dispute on notes (tenant_id, dispute_id, at);

-- A run over all tenants whose periods have ended.
create table invoice_runs (
    run_id     blob    not null primary key,
    status     text    not null check (status in ('running', 'done', 'stopped', 'failed')),
    until      integer not null, -- periods that ended by then
    drafted    integer not null,
    finalized  integer not null,
    held       integer not null, -- left to a person: approval, brake
    failed     integer not null,
    actor      text    not null,
    reason     text    not null,
    started_at integer not null,
    finished_at integer
) strict;
create index invoice_runs_started on invoice_runs (started_at);

-- Whom a run could not bill, and why. Append-only.
create table invoice_run_errors (
    run_id    blob    not null references invoice_runs on delete restrict,
    error_no  integer not null check (error_no > 0),
    tenant_id blob    not null,
    period_id blob,
    code      text    not null,
    message   text    not null,
    primary key (run_id, error_no)
) strict;

-- Triggers -----------------------------------------------------------------------------------------------------------
-- As in 0001: every protected table also refuses the row that `or replace` would delete.

create trigger wallet_entries_no_update before update on wallet_entries
begin
    select raise(abort, 'update of wallet_entries is refused: it is append-only');
end;
create trigger wallet_entries_no_delete before delete on wallet_entries
begin
    select raise(abort, 'delete of wallet_entries is refused: it is append-only');
end;
create trigger wallet_entries_no_replace before insert on wallet_entries
begin
    select raise(abort, 'insert into wallet_entries is refused: the key is there already')
     where exists (select 1 from wallet_entries where tenant_id = new.tenant_id and wallet_id = new.wallet_id and entry_id = new.entry_id)
        or exists (select 1 from wallet_entries where rowid = new.rowid);
end;
create trigger invoice_lines_no_update before update on invoice_lines
begin
    select raise(abort, 'update of invoice_lines is refused: it is append-only');
end;
create trigger invoice_lines_no_delete before delete on invoice_lines
begin
    select raise(abort, 'delete of invoice_lines is refused: it is append-only');
end;
create trigger invoice_lines_no_replace before insert on invoice_lines
begin
    select raise(abort, 'insert into invoice_lines is refused: the key is there already')
     where exists (select 1 from invoice_lines where tenant_id = new.tenant_id and invoice_id = new.invoice_id and line_no = new.line_no)
        or exists (select 1 from invoice_lines where rowid = new.rowid);
end;
create trigger credit_notes_no_update before update on credit_notes
begin
    select raise(abort, 'update of credit_notes is refused: it is append-only');
end;
create trigger credit_notes_no_delete before delete on credit_notes
begin
    select raise(abort, 'delete of credit_notes is refused: it is append-only');
end;
create trigger credit_notes_no_replace before insert on credit_notes
begin
    select raise(abort, 'insert into credit_notes is refused: the key is there already')
     where exists (select 1 from credit_notes where tenant_id = new.tenant_id and credit_note_id = new.credit_note_id)
        or exists (select 1 from credit_notes where series = new.series and number = new.number)
        or exists (select 1 from credit_notes where series = new.series and year = new.year and seq = new.seq and seq is not null and new.seq is not null)
        or exists (select 1 from credit_notes where rowid = new.rowid);
end;
create trigger credit_note_lines_no_update before update on credit_note_lines
begin
    select raise(abort, 'update of credit_note_lines is refused: it is append-only');
end;
create trigger credit_note_lines_no_delete before delete on credit_note_lines
begin
    select raise(abort, 'delete of credit_note_lines is refused: it is append-only');
end;
create trigger credit_note_lines_no_replace before insert on credit_note_lines
begin
    select raise(abort, 'insert into credit_note_lines is refused: the key is there already')
     where exists (select 1 from credit_note_lines where tenant_id = new.tenant_id and credit_note_id = new.credit_note_id and line_no = new.line_no)
        or exists (select 1 from credit_note_lines where rowid = new.rowid);
end;
create trigger payments_no_update before update on payments
begin
    select raise(abort, 'update of payments is refused: it is append-only');
end;
create trigger payments_no_delete before delete on payments
begin
    select raise(abort, 'delete of payments is refused: it is append-only');
end;
create trigger payments_no_replace before insert on payments
begin
    select raise(abort, 'insert into payments is refused: the key is there already')
     where exists (select 1 from payments where tenant_id = new.tenant_id and payment_id = new.payment_id)
        or exists (select 1 from payments where tenant_id = new.tenant_id and method = new.method and reference = new.reference and reference <> '' and new.reference <> '')
        or exists (select 1 from payments where rowid = new.rowid);
end;
create trigger dispute_items_no_update before update on dispute_items
begin
    select raise(abort, 'update of dispute_items is refused: it is append-only');
end;
create trigger dispute_items_no_delete before delete on dispute_items
begin
    select raise(abort, 'delete of dispute_items is refused: it is append-only');
end;
create trigger dispute_items_no_replace before insert on dispute_items
begin
    select raise(abort, 'insert into dispute_items is refused: the key is there already')
     where exists (select 1 from dispute_items where tenant_id = new.tenant_id and dispute_id = new.dispute_id and item_no = new.item_no)
        or exists (select 1 from dispute_items where rowid = new.rowid);
end;
create trigger notes_no_update before update on notes
begin
    select raise(abort, 'update of notes is refused: it is append-only');
end;
create trigger notes_no_delete before delete on notes
begin
    select raise(abort, 'delete of notes is refused: it is append-only');
end;
create trigger notes_no_replace before insert on notes
begin
    select raise(abort, 'insert into notes is refused: the key is there already')
     where exists (select 1 from notes where tenant_id = new.tenant_id and note_id = new.note_id)
        or exists (select 1 from notes where rowid = new.rowid);
end;
create trigger invoice_run_errors_no_update before update on invoice_run_errors
begin
    select raise(abort, 'update of invoice_run_errors is refused: it is append-only');
end;
create trigger invoice_run_errors_no_delete before delete on invoice_run_errors
begin
    select raise(abort, 'delete of invoice_run_errors is refused: it is append-only');
end;
create trigger invoice_run_errors_no_replace before insert on invoice_run_errors
begin
    select raise(abort, 'insert into invoice_run_errors is refused: the key is there already')
     where exists (select 1 from invoice_run_errors where run_id = new.run_id and error_no = new.error_no)
        or exists (select 1 from invoice_run_errors where rowid = new.rowid);
end;
create trigger billing_accounts_no_delete before delete on billing_accounts
begin
    select raise(abort, 'delete of billing_accounts is refused: it is append-only');
end;
create trigger billing_accounts_no_replace before insert on billing_accounts
begin
    select raise(abort, 'insert into billing_accounts is refused: the key is there already')
     where exists (select 1 from billing_accounts where tenant_id = new.tenant_id)
        or exists (select 1 from billing_accounts where rowid = new.rowid);
end;
create trigger billing_accounts_keep before update on billing_accounts
begin
    select raise(abort, 'update of billing_accounts is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or new.tenant_id <> old.tenant_id;
end;
create trigger coupons_no_delete before delete on coupons
begin
    select raise(abort, 'delete of coupons is refused: it is append-only');
end;
create trigger coupons_no_replace before insert on coupons
begin
    select raise(abort, 'insert into coupons is refused: the key is there already')
     where exists (select 1 from coupons where tenant_id = new.tenant_id and coupon_id = new.coupon_id)
        or exists (select 1 from coupons where tenant_id = new.tenant_id and ordinal = new.ordinal)
        or exists (select 1 from coupons where rowid = new.rowid);
end;
create trigger coupons_keep before update on coupons
begin
    select raise(abort, 'update of coupons is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.tenant_id, new.coupon_id, new.ordinal) <> (old.tenant_id, old.coupon_id, old.ordinal);
end;
create trigger wallets_no_delete before delete on wallets
begin
    select raise(abort, 'delete of wallets is refused: it is append-only');
end;
create trigger wallets_no_replace before insert on wallets
begin
    select raise(abort, 'insert into wallets is refused: the key is there already')
     where exists (select 1 from wallets where tenant_id = new.tenant_id and wallet_id = new.wallet_id)
        or exists (select 1 from wallets where rowid = new.rowid);
end;
create trigger wallets_keep before update on wallets
begin
    select raise(abort, 'update of wallets is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or (new.tenant_id, new.wallet_id, new.currency) <> (old.tenant_id, old.wallet_id, old.currency);
end;
create trigger invoices_no_delete before delete on invoices
begin
    select raise(abort, 'delete of invoices is refused: it is append-only');
end;
create trigger invoices_no_replace before insert on invoices
begin
    select raise(abort, 'insert into invoices is refused: the key is there already')
     where exists (select 1 from invoices where tenant_id = new.tenant_id and invoice_id = new.invoice_id)
        or exists (select 1 from invoices where tenant_id = new.tenant_id and subscription_id = new.subscription_id and period_id = new.period_id and status <> 'void' and origin = 'billed' and new.status <> 'void' and new.origin = 'billed')
        or exists (select 1 from invoices where series = new.series and number = new.number and number is not null and new.number is not null)
        or exists (select 1 from invoices where series = new.series and year = new.year and seq = new.seq and seq is not null and new.seq is not null)
        or exists (select 1 from invoices where rowid = new.rowid);
end;
create trigger invoice_series_no_delete before delete on invoice_series
begin
    select raise(abort, 'delete of invoice_series is refused: it is append-only');
end;
create trigger invoice_series_no_replace before insert on invoice_series
begin
    select raise(abort, 'insert into invoice_series is refused: the key is there already')
     where exists (select 1 from invoice_series where series = new.series and year = new.year)
        or exists (select 1 from invoice_series where rowid = new.rowid);
end;
create trigger disputes_no_delete before delete on disputes
begin
    select raise(abort, 'delete of disputes is refused: it is append-only');
end;
create trigger disputes_no_replace before insert on disputes
begin
    select raise(abort, 'insert into disputes is refused: the key is there already')
     where exists (select 1 from disputes where number = new.number)
        or exists (select 1 from disputes where tenant_id = new.tenant_id and dispute_id = new.dispute_id)
        or exists (select 1 from disputes where rowid = new.rowid);
end;
create trigger invoice_runs_no_delete before delete on invoice_runs
begin
    select raise(abort, 'delete of invoice_runs is refused: it is append-only');
end;
create trigger invoice_runs_no_replace before insert on invoice_runs
begin
    select raise(abort, 'insert into invoice_runs is refused: the key is there already')
     where exists (select 1 from invoice_runs where run_id = new.run_id)
        or exists (select 1 from invoice_runs where rowid = new.rowid);
end;
create trigger invoice_runs_keep before update on invoice_runs
begin
    select raise(abort, 'update of invoice_runs is refused: a row keeps its identity and takes no other row''s')
     where new.rowid <> old.rowid
        or new.run_id <> old.run_id;
end;

-- What was issued stays as it was issued. A void or paid invoice is at its end; a number is never taken back.
create trigger invoices_keep before update on invoices
begin
    select raise(abort, 'an invoice keeps its identity')
     where old.rowid <> new.rowid or (old.tenant_id, old.invoice_id, old.origin, old.subscription_id, old.period_id, old.currency, old.created_at)
        is not (new.tenant_id, new.invoice_id, new.origin, new.subscription_id, new.period_id, new.currency, new.created_at);
    select raise(abort, 'an invoice takes no number of another one')
     where new.number is not old.number
       and exists (select 1 from invoices where (series = new.series and number = new.number or series = new.series and year = new.year and seq = new.seq)
                   and rowid <> old.rowid);
    select raise(abort, 'a void invoice stays so') where old.status = 'void';
    select raise(abort, 'a finalized invoice never changes')
     where old.number is not null and (old.starts_at, old.ends_at, old.series, old.year, old.seq, old.number, old.net_minor, old.tax_minor, old.total_minor, old.prepaid_minor, old.issued_at, old.issue_day, old.due_day, old.content, old.hash, old.replaces, old.import_id)
        is not (new.starts_at, new.ends_at, new.series, new.year, new.seq, new.number, new.net_minor, new.tax_minor, new.total_minor, new.prepaid_minor, new.issued_at, new.issue_day, new.due_day, new.content, new.hash, new.replaces, new.import_id);
    select raise(abort, 'only an invoice without payment can be void')
     where old.number is not null
       and new.status = 'void' and (old.paid_minor > 0 or new.paid_minor > 0 or new.credited_minor > 0
            or exists (select 1 from payments p where p.tenant_id = new.tenant_id and p.invoice_id = new.invoice_id));
    select raise(abort, 'payments and credits of an invoice never shrink')
     where old.number is not null and (new.paid_minor < old.paid_minor or new.credited_minor < old.credited_minor);
    select raise(abort, 'never more is credited or paid than was invoiced')
     where old.number is not null and new.origin = 'billed'
       and (new.credited_minor > new.total_minor or new.paid_minor > max(new.total_minor - new.prepaid_minor, 0));
end;

-- Numbers only rise, one at a time.
create trigger invoice_series_keep before update on invoice_series
begin
    select raise(abort, 'the numbers of a series only rise')
     where old.rowid <> new.rowid or (old.series, old.year) is not (new.series, new.year) or new.last_seq < old.last_seq;
end;

-- A decided dispute is closed.
create trigger disputes_keep before update on disputes
begin
    select raise(abort, 'a dispute keeps its claim, and a decided one never changes')
     where old.status = 'decided' or old.rowid <> new.rowid
        or (old.tenant_id, old.dispute_id, old.number, old.claim, old.opened_at, old.opened_by)
        is not (new.tenant_id, new.dispute_id, new.number, new.claim, new.opened_at, new.opened_by);
end;
