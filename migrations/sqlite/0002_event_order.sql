-- Ways into the ledger that screens need beside "a tenant's meter by time".

-- The newest events of the whole company. Eight bytes that nearly always arrive in order: the cheapest index there is,
-- and without it a page of the company's ledger would read all of it.
create index usage_events_occurred_at on usage_events (occurred_at);

-- What repeats or corrects an event. Only events that name a parent are in it, so it stays small.
create index usage_events_parent on usage_events (tenant_id, source, parent_key) where parent_key is not null;
