//! Statements: one text for both engines, or a pair where the engines differ.
//!
//! Every statement is a constant in a `statements!` block, so that a test can prepare each on both engines.

use crate::target::Engine;

/// The text of a statement on each engine.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// On PostgreSQL.
    pub postgres: &'static str,
    /// On SQLite.
    pub sqlite: &'static str,
}

impl Sql {
    /// One text for both.
    pub const fn same(text: &'static str) -> Self {
        Self { postgres: text, sqlite: text }
    }

    /// A pair.
    pub const fn pair(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { postgres, sqlite }
    }

    /// The text on an engine.
    pub const fn on(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Postgres => self.postgres,
            Engine::Sqlite => self.sqlite,
        }
    }
}

/// Declares statements, and lists them as `STATEMENTS` for the test that prepares all of them.
///
/// `NAME = "text";` is one text, `NAME = pair("postgres", "sqlite");` two, and
/// `NAME = in_ids("... where id ", "...");` one text around a list of ids that is bound as JSON in `$1`, on PostgreSQL as
/// an array that is made first: to join a list it reads the whole table. `in_texts`
/// joins texts. `NAME = sql(...);` is any [`Sql`].
macro_rules! statements {
    (@sql pair($postgres:expr, $sqlite:expr)) => { $crate::sql::Sql::pair($postgres, $sqlite) };
    (@sql in_ids($before:literal, $after:literal)) => {
        $crate::sql::Sql::pair(
            concat!($before, "= any(array(select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))))", $after),
            concat!($before, "in (select unhex(value) from json_each($1))", $after),
        )
    };
    (@sql in_texts($before:literal, $after:literal)) => {
        $crate::sql::Sql::pair(
            concat!($before, "in (select value from jsonb_array_elements_text(cast($1 as jsonb)))", $after),
            concat!($before, "in (select value from json_each($1))", $after),
        )
    };
    (@sql sql($sql:expr)) => { $sql };
    (@sql $text:expr) => { $crate::sql::Sql::same($text) };
    ($($name:ident = $($kind:ident($($part:tt)+))? $($text:literal)?;)+) => {
        $(pub(crate) const $name: $crate::sql::Sql = $crate::sql::statements!(@sql $($kind($($part)+))? $($text)?);)+

        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[(&str, $crate::sql::Sql)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;
