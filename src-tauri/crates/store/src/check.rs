//! Self-check on connect: is this database kept as a ledger must be? What is not is said in sentences.
//!
//! It refuses nothing: a person decides, and the top bar shows it.

use crate::codec::At;
use crate::conn::{Read, row, rows};
use crate::error::Result;
use crate::sql::statements;
use crate::target::Engine;
use billing::time::Timestamp;

statements! {
    PARTITIONS = pair(
        "select c.relname,
                count(*) filter (where t.tgname = 'append_only' and t.tgenabled = 'A'),
                count(*) filter (where t.tgname = 'no_truncate' and t.tgenabled = 'A')
           from pg_catalog.pg_class c left join pg_catalog.pg_trigger t on t.tgrelid = c.oid
          where c.relnamespace = 'public'::regnamespace and (c.relname = 'usage_events' or c.oid in
                (select inhrelid from pg_catalog.pg_inherits where inhparent = 'usage_events'::regclass))
          group by c.relname order by c.relname",
        "select 'usage_events', count(*) filter (where name in ('usage_events_no_update', 'usage_events_no_delete', 'usage_events_no_replace')) / 3, 1
           from sqlite_master where type = 'trigger'"
    );
    SETTINGS = pair(
        "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
                case when pg_is_in_recovery() then 'on' else 'off' end, current_setting('TimeZone')",
        "select (select foreign_keys from pragma_foreign_keys), (select synchronous from pragma_synchronous),
                (select recursive_triggers from pragma_recursive_triggers), (select journal_mode from pragma_journal_mode),
                (select trusted_schema from pragma_trusted_schema)"
    );
    RIGHTS = pair(
        "select cast(count(*) filter (where privilege in ('UPDATE', 'DELETE', 'TRUNCATE')) as bigint), cast(count(*) filter (where part) as bigint)
           from (select c.relispartition as part, privilege
                   from pg_catalog.pg_class c cross join unnest(array['UPDATE', 'DELETE', 'TRUNCATE', 'INSERT']) privilege
                  where c.relnamespace = 'public'::regnamespace
                    and (c.relname = 'usage_events' or c.relispartition and c.relname like 'usage\\_events\\_p%')
                    and c.relkind in ('r', 'p') and has_table_privilege(c.oid, privilege)) held
          where privilege <> 'INSERT' or part",
        "select 0, 0"
    );
    CLOCK = pair("select clock_timestamp()", "select cast(unixepoch('subsec') * 1000000 as integer)");
}

/// A clock that is further off than this is worth a word: 5 seconds.
const CLOCK_OFF_MICROS: i64 = 5_000_000;
const PARTITIONS_OF_THE_LEDGER: usize = 16;

/// Looks at the settings, triggers and rights that keep the ledger, and gives a sentence for each that is wrong. The clock
/// is compared with `now`; not with a moment at which what is looked at stands.
///
/// # Errors
/// What the database gave.
pub async fn warnings(read: &mut Read, now: Option<Timestamp>) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    triggers(read, &mut warnings).await?;
    match read.engine() {
        Engine::Postgres => postgres(read, now, &mut warnings).await?,
        Engine::Sqlite => sqlite(read, &mut warnings).await?,
    }
    Ok(warnings)
}

/// The clock of the server; of this machine for a file.
///
/// # Errors
/// What the database gave.
pub async fn clock(read: &mut Read) -> Result<Timestamp> {
    let (clock,): (At,) = row!(read, (At,), CLOCK)?;
    Ok(clock.0)
}

async fn triggers(read: &mut Read, warnings: &mut Vec<String>) -> Result<()> {
    let tables = rows!(read, (String, i64, i64), PARTITIONS)?;
    for (table, append_only, no_truncate) in &tables {
        if *append_only < 1 || *no_truncate < 1 {
            warnings.push(format!("{table} is not protected: a trigger that keeps it append-only is missing or off"));
        }
    }
    if read.engine() == Engine::Postgres && tables.len() != PARTITIONS_OF_THE_LEDGER + 1 {
        warnings.push(format!("the ledger has {} partitions instead of 16", tables.len().saturating_sub(1)));
    }
    Ok(())
}

async fn postgres(read: &mut Read, now: Option<Timestamp>, warnings: &mut Vec<String>) -> Result<()> {
    let settings: (String, String, String, String, String) =
        row!(read, (String, String, String, String, String), SETTINGS)?;
    let (fsync, synchronous_commit, full_page_writes, recovery, zone) = settings;
    if fsync != "on" {
        warnings.push("fsync is off: a crash of the server can lose or damage the ledger".to_owned());
    }
    if synchronous_commit == "off" {
        warnings.push("synchronous_commit is off: a crash can lose events that were acknowledged".to_owned());
    }
    if full_page_writes != "on" {
        warnings.push("full_page_writes is off: a crash can damage the ledger".to_owned());
    }
    if recovery == "on" {
        warnings.push("this server is a replica: it can be read, not written".to_owned());
    }
    if zone != "UTC" {
        warnings.push(format!("the session runs in {zone} instead of UTC"));
    }
    let (changing, partitions) = row!(read, (i64, i64), RIGHTS)?;
    if changing > 0 || partitions > 0 {
        warnings.push(
            "this role could change or empty the ledger: use a member of billing_writer or billing_reader for daily work"
                .to_owned(),
        );
    }
    let Some(now) = now else { return Ok(()) };
    let off = clock(read).await?.micros().abs_diff(now.micros());
    if off > CLOCK_OFF_MICROS.unsigned_abs() {
        warnings.push(format!("the clocks of this machine and the server differ by {} s", off / 1_000_000));
    }
    Ok(())
}

async fn sqlite(read: &mut Read, warnings: &mut Vec<String>) -> Result<()> {
    let (foreign_keys, synchronous, recursive_triggers, journal, trusted) =
        row!(read, (i64, i64, i64, String, i64), SETTINGS)?;
    let wrong = [
        (foreign_keys != 1, "foreign_keys is off"),
        (synchronous < 2, "synchronous is below FULL: a crash can lose events that were acknowledged"),
        (recursive_triggers != 1, "recursive_triggers is off: insert or replace could pass the triggers"),
        (trusted != 0, "trusted_schema is on"),
        (!matches!(journal.as_str(), "wal" | "memory"), "the file is not in WAL mode"),
    ];
    warnings.extend(wrong.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, sentence)| sentence.to_owned()));
    Ok(())
}
