//! What a login may do, as the database itself says it. Nothing is concluded from a role's name.

use crate::conn::{Read, row};
use crate::error::Result;
use crate::sql::statements;
use crate::target::Engine;

statements! {
    RIGHTS = pair(
        "select cast(session_user as text),
                cast(exists (select 1 from pg_catalog.pg_roles
                        where rolsuper and pg_has_role(current_user, oid, 'member')) as int),
                cast(coalesce(pg_has_role(current_user, (select relowner from pg_catalog.pg_class
                        where oid = to_regclass('public.usage_events')), 'member'), false)
                  or exists (select 1 from pg_catalog.pg_roles
                        where rolname = 'billing_owner' and pg_has_role(current_user, oid, 'member'))
                  or coalesce(has_table_privilege(to_regclass('public.usage_events'), 'UPDATE, DELETE, TRUNCATE'), false)
                  or exists (select 1 from pg_catalog.pg_inherits
                        where inhparent = to_regclass('public.usage_events')
                          and has_table_privilege(inhrelid, 'UPDATE, DELETE, TRUNCATE'))
                  as int),
                cast(coalesce(has_table_privilege(to_regclass('public.usage_events'), 'INSERT')
                  and has_table_privilege(to_regclass('public.audit_log'), 'INSERT'), false) as int),
                cast(coalesce(has_table_privilege(to_regclass('public.usage_events'), 'SELECT'), false) as int),
                cast(pg_is_in_recovery() as int)",
        "select '', 0, 0, 1, 1, 0"
    );
}

/// How far a login's rights go, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not even looking.
    Nothing,
    /// Looks: a member of `billing_reader`.
    Reader,
    /// Looks and writes what is no history: a member of `billing_writer`. Whoever has a SQLite file is one.
    Writer,
    /// Could change or empty the ledger: it owns the tables, may migrate, or was granted too much.
    Owner,
    /// May do everything in the whole server.
    Superuser,
}

/// What a login may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRights {
    /// Who logged in; empty on SQLite, which has no logins.
    pub login: String,
    /// How far it goes.
    pub standing: Standing,
    /// Whether the server is a replica, which nobody can write.
    pub replica: bool,
}

impl LoginRights {
    /// Whether changes will be taken.
    pub fn may_write(&self) -> bool {
        self.standing >= Standing::Writer && !self.replica
    }
}

/// Asks the database what this login may do.
///
/// # Errors
/// What the database gave.
pub async fn of_login(read: &mut Read) -> Result<LoginRights> {
    let (login, superuser, owner, writer, reader, replica) = row!(read, (String, i32, i32, i32, i32, i32), RIGHTS)?;
    let standing = match (superuser, owner, writer, reader) {
        (1, ..) => Standing::Superuser,
        (_, 1, ..) => Standing::Owner,
        (_, _, 1, 1) => Standing::Writer,
        (.., 1) => Standing::Reader,
        _ => Standing::Nothing,
    };
    debug_assert!(read.engine() == Engine::Postgres || standing == Standing::Writer, "a file has no roles");
    Ok(LoginRights { login, standing, replica: replica == 1 })
}
