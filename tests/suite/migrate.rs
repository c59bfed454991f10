//! An older ledger is migrated only by an explicit act, with a preview and a backup; a newer one is refused.

use operations::host::FixedHost;
use operations::open::{Access, Login, MigrateRequest, migrate, migration_preview};
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::path::PathBuf;
use store::ledger::LedgerEnvironment;
use store::{Engine, Store, Target};
use support::ledger::postgres_target;
use support::postgres::{PORT, SUPERUSER, cluster, fresh_database};

/// The newest migration of the older program.
const OLDER: u32 = 3;

/// A ledger as an older program left it, made from the migrations themselves.
struct Old {
    target: Target,
    address: String,
    folder: tempfile::TempDir,
}

const TABLES: [&str; 2] = [
    "create table schema_migrations (number integer not null primary key, name text not null, hash bytea not null,
        backup text not null, applied_at timestamptz not null)",
    "create table schema_migrations (number integer not null primary key, name text not null, hash blob not null,
        backup text not null, applied_at integer not null) strict",
];

fn script(engine: Engine) -> String {
    let (folder, table, now) = match engine {
        Engine::Postgres => ("postgres", TABLES[0], "'2026-01-01T00:00:00Z'"),
        Engine::Sqlite => ("sqlite", TABLES[1], "1767225600000000"),
    };
    let id = if engine == Engine::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut text = format!("{table};\n");
    for (number, file) in (1..=OLDER).zip(files) {
        let sql = std::fs::read_to_string(&file).unwrap();
        let hash: String = Sha256::digest(&sql).iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = if engine == Engine::Postgres { format!("'\\x{hash}'") } else { format!("x'{hash}'") };
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        text.push_str(&sql);
        text.push_str(&format!(
            ";\ninsert into schema_migrations values ({number}, '{name}', {hash}, 'none', {now});\n"
        ));
    }
    text.push_str(&format!("insert into ledger_info values (1, {id}, 'Old', 'production', {now});\n"));
    text.push_str(&format!(
        "insert into audit_log (audit_id, at, actor, action, subject, reason)
         values ({id}, {now}, 'dana', 'override.set', 's', 'agreed')"
    ));
    text
}

impl Old {
    async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (target, address) = match engine {
            Engine::Postgres => {
                let database = fresh_database();
                let socket = cluster().socket_folder();
                let url = format!("postgres://{SUPERUSER}@/{}?host={}&port={PORT}", database.name, socket.display());
                (postgres_target(&database.name, SUPERUSER), url)
            }
            Engine::Sqlite => {
                let path = folder.path().join("old.sqlite");
                (Target::Sqlite(path.clone()), path.display().to_string())
            }
        };
        let old = Self { target, address, folder };
        old.run(&script(engine)).await;
        old
    }

    async fn run(&self, text: &str) {
        match &self.target {
            Target::Postgres(target) => {
                let options = sqlx::postgres::PgConnectOptions::new_without_pgpass()
                    .socket(cluster().socket_folder())
                    .port(PORT)
                    .username(SUPERUSER)
                    .database(&target.database);
                let mut conn = sqlx::PgConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut conn).await.unwrap();
            }
            Target::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
                let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            Target::SqliteMemory => panic!("an old ledger lies somewhere"),
        }
    }

    fn login(&self) -> Login {
        Login::new(self.address.parse().unwrap(), None)
    }

    async fn refusal(&self) -> (String, String) {
        let error = Store::open(&self.target, Access::ReadOnly).await.expect_err("it is not opened");
        (error.code().to_owned(), error.to_string())
    }
}

fn host() -> FixedHost {
    FixedHost::at(support::at("2026-01-20T12:00:00Z"))
}

fn request(backup: Option<&str>) -> MigrateRequest {
    MigrateRequest {
        name: "Not taken".to_owned(),
        environment: LedgerEnvironment::Development,
        backup: backup.map(str::to_owned),
    }
}

async fn older(engine: Engine) {
    let old = Old::new(engine).await;
    let (code, sentence) = old.refusal().await;
    assert_eq!(code, "schema_older", "an older ledger is not opened, and not migrated by opening it");
    assert!(sentence.contains("migrate"), "what to do is said: {sentence}");

    let preview = migration_preview(old.login(), &host()).await.unwrap();
    assert_eq!((preview.from, preview.to), (OLDER, store::migrate::newest()), "from where to where");
    assert_eq!(preview.steps[0].number, OLDER + 1, "the steps are listed");
    assert!(preview.steps.iter().all(|step| step.summary.len() > 20), "in words: {:?}", preview.steps);
    assert_eq!(old.refusal().await.0, "schema_older", "a preview changes nothing");

    if engine == Engine::Postgres {
        assert!(preview.backup_asked, "where the backup is, is asked");
        let refused = migrate(old.login(), request(None), &host()).await.unwrap_err().to_wire();
        assert_eq!((refused.code.as_str(), refused.field.as_deref()), ("backup_missing", Some("backup")));
        assert_eq!(old.refusal().await.0, "schema_older", "and without the answer nothing is changed");
    } else {
        assert!(preview.backup.contains("old.sqlite.before-0004"), "the copy is named: {}", preview.backup);
    }
    let done = migrate(old.login(), request(Some("on tape 7")), &host()).await.unwrap();
    assert_eq!((done.from, done.to), (OLDER, store::migrate::newest()));
    let store = Store::open(&old.target, Access::ReadOnly).await.unwrap();
    let info = store.read(|read| Box::pin(store::ledger::info(read))).await.unwrap();
    assert_eq!((info.name.as_str(), info.environment), ("Old", LedgerEnvironment::Production), "it is who it was");
    let filter = operations::wire::AuditFilter::default();
    let log = operations::look::audit(&store, support::at("2026-01-20T12:00:00Z"), &filter, None).await.unwrap();
    let kept = &log.rows[0];
    assert_eq!((kept.actor.as_str(), kept.database_user.as_deref()), ("dana", None), "nothing is made up about it");
    store.close().await;
    assert!(migration_preview(old.login(), &host()).await.unwrap().steps.is_empty(), "then there is nothing to do");
    backup(&old, engine).await;
}

/// The backup that was made, or is on record.
async fn backup(old: &Old, engine: Engine) {
    if let Target::Postgres(target) = &old.target {
        let on_record = "select backup from schema_migrations where number = 4";
        assert_eq!(
            cluster().sql(&target.database, on_record).unwrap(),
            "on tape 7",
            "where the backup is, is on record"
        );
    }
    if engine == Engine::Sqlite {
        let copy = Target::Sqlite(old.folder.path().join("old.sqlite.before-0004"));
        let error = Store::open(&copy, Access::ReadOnly).await.expect_err("the copy is from before");
        assert_eq!(error.code(), "schema_older", "the copy is a ledger as it was");
    }
}

#[tokio::test]
async fn an_older_postgres_is_migrated_only_with_a_backup_on_record() {
    older(Engine::Postgres).await;
}

#[tokio::test]
async fn an_older_file_is_copied_before_it_is_migrated() {
    older(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_copy_that_is_there_is_never_written_over() {
    let old = Old::new(Engine::Sqlite).await;
    let copy = old.folder.path().join("old.sqlite.before-0004");
    std::fs::write(&copy, "the only copy").unwrap();
    let error = migrate(old.login(), request(None), &host()).await.unwrap_err();
    assert!(error.to_string().contains("before-0004"), "it is named: {error}");
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "the only copy", "and as it was");
    assert_eq!(old.refusal().await.0, "schema_older", "nothing was migrated without a backup");
}

async fn newer(engine: Engine) {
    let old = Old::new(engine).await;
    migrate(old.login(), request(Some("none needed")), &host()).await.unwrap();
    let now = if engine == Engine::Postgres { "now()" } else { "1" };
    let hash = if engine == Engine::Postgres { "'\\x00'" } else { "x'00'" };
    old.run(&format!("insert into schema_migrations values (9001, '9001_later', {hash}, 'none', {now})")).await;
    let (code, sentence) = old.refusal().await;
    assert_eq!(code, "schema_newer", "what this program does not know it does not touch");
    assert!(sentence.contains("9001") && sentence.contains("newer program"), "a sentence: {sentence}");
    for done in [
        migrate(old.login(), request(Some("x")), &host()).await.map(|_| ()),
        migration_preview(old.login(), &host()).await.map(|_| ()),
    ] {
        assert_eq!(done.unwrap_err().code(), "schema_newer", "nor does it migrate it");
    }
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_postgres() {
    newer(Engine::Postgres).await;
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_file() {
    newer(Engine::Sqlite).await;
}
