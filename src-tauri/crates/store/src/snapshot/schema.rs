//! The schema of a snapshot file: that of the program's SQLite ledgers, and two tables of its own.
//!
//! The known text is what the migrations of this program give, read back from a database in memory. A file whose schema
//! has one object more, less or other than that is refused before anything of it is read.

use super::manifest::OWN_TABLES;
use super::scope::{Scope, instead};
use crate::error::{Result, StoreError};
use crate::migrate::{NewLedger, newest};
use crate::sql::Sql;
use crate::store::Store;
use crate::target::{Access, Engine, Target};
use billing::ids::LedgerId;
use billing::time::Timestamp;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// A row of SQLite's own table of tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub(crate) struct Object {
    /// `table`, `index`, `trigger`, `view`.
    #[sqlx(rename = "type")]
    pub kind: String,
    pub name: String,
    pub tbl_name: String,
    /// None for what SQLite makes by itself.
    pub sql: Option<String>,
}

/// A table as the program knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: String,
    pub columns: Vec<String>,
    /// Columns of the primary key, in its order.
    pub key: Vec<String>,
}

impl Table {
    /// All rows in order of the key, of those that a condition takes.
    pub fn select(&self, condition: &str) -> String {
        let condition = if condition.is_empty() { String::new() } else { format!(" where {condition}") };
        let (columns, name, key) = (self.columns.join(", "), &self.name, self.key.join(", "));
        format!("select {columns} from {name}{condition} order by {key}")
    }

    /// As [`Table::select`], without what is not for a narrower scope.
    pub fn select_within(&self, condition: &str, scope: &Scope, engine: Engine) -> String {
        let of = |column: &String| instead(&self.name, column, scope, engine).unwrap_or(column).to_owned();
        Self { columns: self.columns.iter().map(of).collect(), ..self.clone() }.select(condition)
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Result<usize> {
        let place = self.columns.iter().position(|column| column == name);
        place.ok_or_else(|| StoreError::corrupt(format!("{} has no column {name}", self.name)))
    }
}

/// The known schema.
#[derive(Debug)]
pub(crate) struct Schema {
    /// In the order in which they are made.
    pub objects: Vec<Object>,
    /// In the order in which they are made, without those of SQLite.
    pub tables: Vec<Table>,
    /// Number, name and hash of each migration.
    pub migrations: Vec<(i64, String, Vec<u8>)>,
}

const OBJECTS: Sql = Sql::same("select type, name, tbl_name, sql from sqlite_schema order by rowid limit 10000");
const MIGRATIONS: Sql = Sql::same("select number, name, hash from schema_migrations order by number");
const COLUMNS: &str = "select name, pk from pragma_table_info($1)";

/// The known schema, made once.
pub(crate) async fn known() -> Result<&'static Schema> {
    static KNOWN: OnceCell<Schema> = OnceCell::const_new();
    KNOWN.get_or_try_init(make).await
}

async fn make() -> Result<Schema> {
    let store = Store::connect(&Target::SqliteMemory, Access::Create).await?;
    let ledger = NewLedger {
        id: LedgerId::from_uuid(uuid::Uuid::nil()),
        name: String::new(),
        environment: crate::ledger::LedgerEnvironment::Development,
        at: Timestamp::from_micros(0).map_err(StoreError::corrupt)?,
        backup: String::new(),
    };
    store.migrate(ledger).await?;
    let crate::connect::Pools::Sqlite { writer, .. } = &store.inner.pools else {
        return Err(StoreError::corrupt("a database in memory is one of SQLite"));
    };
    let mut conn = writer.acquire().await?;
    sqlx::raw_sql(OWN_TABLES).execute(&mut *conn).await?;
    let objects = objects(&mut conn).await?;
    let mut tables = Vec::new();
    for table in objects.iter().filter(|object| object.kind == "table" && !object.name.starts_with("sqlite_")) {
        tables.push(described(&mut conn, &table.name).await?);
    }
    let migrations = sqlx::query_as(MIGRATIONS.sqlite).fetch_all(&mut *conn).await?;
    drop(conn);
    store.close().await;
    Ok(Schema { objects, tables, migrations })
}

/// What a database holds.
pub(crate) async fn objects(conn: &mut SqliteConnection) -> Result<Vec<Object>> {
    Ok(sqlx::query_as(OBJECTS.sqlite).fetch_all(conn).await?)
}

async fn described(conn: &mut SqliteConnection, name: &str) -> Result<Table> {
    let mut table = Table { name: name.to_owned(), columns: Vec::new(), key: Vec::new() };
    let mut key = BTreeMap::new();
    for row in sqlx::query(COLUMNS).bind(name).fetch_all(conn).await? {
        let (column, place): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        if place > 0 {
            key.insert(place, column.clone());
        }
        table.columns.push(column);
    }
    table.key = key.into_values().collect();
    Ok(table)
}

impl Schema {
    /// Makes objects of a kind in an empty database.
    pub async fn create(&self, conn: &mut SqliteConnection, kind: &str) -> Result<()> {
        for object in self.objects.iter().filter(|object| object.kind == kind && !object.name.starts_with("sqlite_")) {
            if let Some(sql) = &object.sql {
                sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *conn).await?;
            }
        }
        Ok(())
    }

    /// The migrations as the file says them.
    pub async fn record(&self, conn: &mut SqliteConnection, at: Timestamp) -> Result<()> {
        let insert =
            "insert into schema_migrations (number, name, hash, backup, applied_at) values ($1, $2, $3, $4, $5)";
        for (number, name, hash) in &self.migrations {
            let query = sqlx::query(insert).bind(number).bind(name.as_str()).bind(hash.as_slice());
            query.bind("none: a snapshot").bind(at.micros()).execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// What a file has that is not known, and lacks that is.
    pub fn differences(&self, found: &[Object]) -> Vec<String> {
        let shown = |object: &Object| format!("{} {}", object.kind, object.name.escape_debug());
        let mut unknown = found.iter().filter(|object| !self.objects.contains(object));
        let mut missing = self.objects.iter().filter(|object| !found.contains(object));
        let mut said: Vec<String> = Vec::new();
        said.extend(
            unknown.by_ref().take(5).map(|object| format!("it holds what this program does not: {}", shown(object))),
        );
        said.extend(missing.by_ref().take(5).map(|object| format!("it lacks {}", shown(object))));
        said
    }
}

/// The newest migration of this program's snapshots.
pub(crate) const fn version() -> u32 {
    newest()
}
