//! Staging of large batches on PostgreSQL: COPY in binary form into a temporary table, then one insert.

use super::{Batch, Staged};
use crate::conn::{Conn, Write, rows};
use crate::error::{Result, StoreError};
use crate::sql::Sql;
use billing::time::Timestamp;
use uuid::Uuid;

/// The insert into the ledger up to where the rows come from. `push_event!` binds in this order, [`encode`] too.
macro_rules! insert_into {
    ($rest:literal) => {
        concat!(
            "insert into usage_events (tenant_id, meter_id, quantity, contribution, occurred_at, received_at, ",
            "cost_nano, day, billable, billable_said, period_id, billed_period_id, entitlement_id, plan_version_id, ",
            "import_id, line, user_id, client_id, session_id, resource_id, fingerprint, leaf, details_hash, source, ",
            "event_key, classification, parent_key, billable_reason, cost_currency, provider, action) ",
            $rest
        )
    };
}
pub(crate) use insert_into;

/// Columns of the stage: those of the insert and the place in the batch.
const COLUMNS: i16 = 32;

/// The stage is made once per session and emptied with each transaction; a second append in one transaction empties
/// it first.
const MAKE_STAGE: Sql = Sql::same(
    "create temporary table if not exists ingest_stage (
        tenant_id uuid, meter_id uuid, quantity bigint, contribution bigint, occurred_at timestamptz,
        received_at timestamptz, cost_nano bigint, day integer, billable boolean, billable_said boolean,
        period_id uuid, billed_period_id uuid, entitlement_id uuid, plan_version_id uuid, import_id uuid, line bigint,
        user_id uuid, client_id uuid, session_id uuid, resource_id uuid, fingerprint bytea, leaf bytea,
        details_hash bytea, source text collate \"C\", event_key text collate \"C\", classification text,
        parent_key text, billable_reason text, cost_currency text, provider text, action text, place integer
    ) on commit delete rows",
);
const COPY_STAGE: &str = "copy pg_temp.ingest_stage from stdin (format binary)";

/// The rows come in the order in which they were staged, which is the order of keys: a sort would only cost.
const FROM_STAGE: Sql = Sql::same(concat!(
    "with inserted as (",
    insert_into!(
        "select tenant_id, meter_id, quantity, contribution, occurred_at, received_at, cost_nano, day, billable,
                billable_said, period_id, billed_period_id, entitlement_id, plan_version_id, import_id, line, user_id,
                client_id, session_id, resource_id, fingerprint, leaf, details_hash, source, event_key,
                classification, parent_key, billable_reason, cost_currency, provider, action
           from pg_temp.ingest_stage
         on conflict do nothing returning tenant_id, source, event_key"
    ),
    ") select stage.place from pg_temp.ingest_stage stage
        where not exists (select 1 from inserted
            where inserted.tenant_id = stage.tenant_id and inserted.source = stage.source
              and inserted.event_key = stage.event_key)
        order by stage.place"
));

/// The statement needs its temporary table: it is prepared by the tests that run it.
pub(crate) const STATEMENTS: &[(&str, Sql)] = &[];

/// Inserts a large batch; see [`super::insert::events`].
pub(crate) async fn events(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<usize>> {
    let encoded = encode(batch, staged)?;
    stage(write, encoded).await?;
    let places = rows!(write, (i32,), FROM_STAGE)?;
    places.into_iter().map(|(place,)| usize::try_from(place).map_err(StoreError::corrupt)).collect()
}

async fn stage(write: &mut Write, encoded: Vec<u8>) -> Result<()> {
    let staged_before = std::mem::replace(&mut write.staged, true);
    let Conn::Postgres(tx) = &mut write.conn else {
        return Err(StoreError::Refused("COPY is of PostgreSQL only".to_owned()));
    };
    let conn = &mut **tx;
    let work = async {
        sqlx::raw_sql(MAKE_STAGE.postgres).execute(&mut *conn).await?;
        if staged_before {
            sqlx::raw_sql("truncate pg_temp.ingest_stage").execute(&mut *conn).await?;
        }
        let mut copy = conn.copy_in_raw(COPY_STAGE).await?;
        copy.send(encoded).await?;
        copy.finish().await
    };
    let done = work.await;
    done.map_err(|error| write.failed(error))?;
    Ok(())
}

/// A line number as the column has it.
pub(crate) fn line(line: Option<u64>) -> Result<Option<i64>> {
    line.map(|line| i64::try_from(line).map_err(|_| StoreError::Overflow("a line number".to_owned()))).transpose()
}

fn encode(batch: &Batch, staged: &[Staged<'_>]) -> Result<Vec<u8>> {
    let mut rows = Rows(Vec::with_capacity(staged.len() * 640 + 32));
    rows.0.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
    rows.0.extend_from_slice(&[0; 8]);
    for (place, event) in staged.iter().enumerate() {
        let (usage, assignment) = (&event.event.usage, &event.event.assignment);
        rows.0.extend_from_slice(&COLUMNS.to_be_bytes());
        rows.uuid(Some(usage.key.tenant.uuid()));
        rows.uuid(Some(usage.meter.uuid()));
        rows.long(Some(usage.quantity));
        rows.long(Some(assignment.contribution));
        rows.instant(usage.occurred_at);
        rows.instant(batch.received_at);
        rows.long(usage.cost.map(|cost| cost.nano));
        rows.field(Some(&assignment.day.number().to_be_bytes()));
        rows.field(Some(&[u8::from(assignment.billable)]));
        rows.field(usage.billable.map(|billable| [u8::from(billable)]).as_ref().map(<[u8; 1]>::as_slice));
        rows.uuid(assignment.period.map(billing::ids::PeriodId::uuid));
        rows.uuid(assignment.billed_period.map(billing::ids::PeriodId::uuid));
        rows.uuid(assignment.entitlement.map(billing::ids::EntitlementId::uuid));
        rows.uuid(assignment.plan_version.map(billing::ids::PlanVersionId::uuid));
        rows.uuid(batch.import.map(billing::ids::ImportId::uuid));
        rows.long(line(event.event.line)?);
        let subjects = usage.subjects;
        for subject in [subjects.user, subjects.client, subjects.session, subjects.resource] {
            rows.uuid(subject.map(billing::ids::SubjectId::uuid));
        }
        rows.field(Some(&event.fingerprint.0));
        rows.field(Some(&event.leaf.0));
        rows.field(event.details_hash.as_ref().map(<[u8; 32]>::as_slice));
        rows.text(Some(&usage.key.source));
        rows.text(Some(&usage.key.key));
        rows.text(Some(usage.classification.as_str()));
        rows.text(usage.parent.as_deref());
        rows.text(Some(&assignment.billable_reason));
        rows.text(usage.cost.map(|cost| cost.currency.code()));
        rows.text(Some(&usage.provider));
        rows.text(Some(&usage.action));
        let place = i32::try_from(place).map_err(|_| StoreError::Overflow("the size of a batch".to_owned()))?;
        rows.field(Some(&place.to_be_bytes()));
    }
    rows.0.extend_from_slice(&(-1_i16).to_be_bytes());
    Ok(rows.0)
}

/// Fields of PostgreSQL's binary COPY form: a length of four bytes, -1 for null, then the bytes.
struct Rows(Vec<u8>);

impl Rows {
    fn field(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            None => self.0.extend_from_slice(&(-1_i32).to_be_bytes()),
            Some(bytes) => {
                let length = i32::try_from(bytes.len()).expect("fields are shorter than 2 GiB");
                self.0.extend_from_slice(&length.to_be_bytes());
                self.0.extend_from_slice(bytes);
            }
        }
    }

    fn uuid(&mut self, id: Option<Uuid>) {
        self.field(id.as_ref().map(|id| id.as_bytes().as_slice()));
    }

    fn long(&mut self, value: Option<i64>) {
        self.field(value.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    fn text(&mut self, text: Option<&str>) {
        self.field(text.map(str::as_bytes));
    }

    /// Microseconds since 2000, as PostgreSQL counts.
    fn instant(&mut self, at: Timestamp) {
        const YEAR_2000_MICROS: i64 = 946_684_800_000_000;
        self.long(Some(at.micros() - YEAR_2000_MICROS));
    }
}
