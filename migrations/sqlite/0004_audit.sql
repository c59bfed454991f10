-- The audit log says who logged in to the database, beside who sat at the machine, and can be filtered by both.
-- Same columns as postgres/0004_audit.sql.

-- The login that wrote the record: always null here, a file has no logins.
alter table audit_log add column database_user text;

-- Pages of one person's and of one kind's acts.
create index audit_log_actor on audit_log (actor, at, audit_id);
create index audit_log_action on audit_log (action, at, audit_id);
