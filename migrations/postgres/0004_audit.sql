-- The audit log says who logged in to the database, beside who sat at the machine, and can be filtered by both.
-- Same columns as sqlite/0004_audit.sql.

-- The login that wrote the record; null for records from before this column, which nobody can fill in honestly.
alter table audit_log add column database_user text collate "C";

-- The database writes it itself, whatever the statement said: a program cannot act under another's login.
create function name_login() returns trigger language plpgsql as $$
begin
    new.database_user := session_user;
    return new;
end
$$;
create trigger name_login before insert on audit_log for each row execute function name_login();
alter table audit_log enable always trigger name_login;

-- Pages of one person's and of one kind's acts.
create index audit_log_actor on audit_log (actor, at, audit_id);
create index audit_log_action on audit_log (action, at, audit_id);
