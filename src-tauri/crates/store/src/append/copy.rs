//! Large batches on PostgreSQL: COPY in binary form into the ledger itself, without a stage.

use super::{Batch, Staged};
use crate::conn::{Conn, Write};
use crate::error::{Result, StoreError};
use billing::time::Timestamp;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// The columns of an event. `push_event!` binds in this order, [`Rows::event`] too.
macro_rules! with_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " (tenant_id, meter_id, quantity, contribution, occurred_at, received_at, ",
            "cost_nano, day, billable, billable_said, period_id, billed_period_id, entitlement_id, plan_version_id, ",
            "import_id, line, user_id, client_id, session_id, resource_id, fingerprint, leaf, details_hash, source, ",
            "event_key, classification, parent_key, billable_reason, cost_currency, provider, action) ",
            $after
        )
    };
}
pub(crate) use with_columns;

const COLUMNS: i16 = 31;
const COPY: &str = with_columns!("copy usage_events", "from stdin (format binary)");
/// Bytes that are sent at once: the server takes them in while the next ones are made.
const PART: usize = 64 * 1024;

/// Puts events into the ledger and says whether they are in: all of them, or none where somebody else is putting in one
/// of their keys at this moment.
pub(crate) async fn events(write: &mut Write, batch: &Batch, events: &[&Staged<'_>]) -> Result<bool> {
    if events.is_empty() {
        return Ok(true);
    }
    let Conn::Postgres(tx) = &mut write.conn else {
        return Err(StoreError::Refused("COPY is of PostgreSQL only".to_owned()));
    };
    let conn = &mut **tx;
    let work = async {
        sqlx::raw_sql("savepoint copied").execute(&mut *conn).await?;
        let copied = copy(conn, batch, events).await;
        let is_in = match &copied {
            Err(error) if !is_collision(error) => return copied.map(|()| false),
            copied => copied.is_ok(),
        };
        let end =
            if is_in { "release savepoint copied" } else { "rollback to savepoint copied; release savepoint copied" };
        sqlx::raw_sql(end).execute(&mut *conn).await?;
        Ok(is_in)
    };
    let done = work.await;
    done.map_err(|error| write.failed(error))
}

/// A key that came in after it was looked for, or two that put in the same keys and wait for each other: COPY fills one
/// partition after the other, so its order is not that of keys.
fn is_collision(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("23505" | "40P01"))
}

async fn copy(conn: &mut PgConnection, batch: &Batch, events: &[&Staged<'_>]) -> Result<(), sqlx::Error> {
    let mut copy = conn.copy_in_raw(COPY).await?;
    let mut rows = Rows(Vec::with_capacity(PART + 4_096));
    rows.0.extend_from_slice(b"PGCOPY\n\xff\r\n\0");
    rows.0.extend_from_slice(&[0; 8]);
    for event in events {
        rows.event(batch, event);
        if rows.0.len() >= PART {
            copy.send(rows.0.as_slice()).await?;
            rows.0.clear();
        }
    }
    rows.0.extend_from_slice(&(-1_i16).to_be_bytes());
    copy.send(rows.0.as_slice()).await?;
    copy.finish().await?;
    Ok(())
}

/// Fields of PostgreSQL's binary COPY form: a length of four bytes, -1 for null, then the bytes.
struct Rows(Vec<u8>);

impl Rows {
    fn event(&mut self, batch: &Batch, event: &Staged<'_>) {
        let (usage, assignment) = (&event.event.usage, &event.event.assignment);
        self.0.extend_from_slice(&COLUMNS.to_be_bytes());
        self.uuid(Some(usage.key.tenant.uuid()));
        self.uuid(Some(usage.meter.uuid()));
        self.long(Some(usage.quantity));
        self.long(Some(assignment.contribution));
        self.instant(usage.occurred_at);
        self.instant(batch.received_at);
        self.long(usage.cost.map(|cost| cost.nano));
        self.field(Some(&assignment.day.number().to_be_bytes()));
        self.field(Some(&[u8::from(assignment.billable)]));
        self.field(usage.billable.map(|billable| [u8::from(billable)]).as_ref().map(<[u8; 1]>::as_slice));
        self.uuid(assignment.period.map(billing::ids::PeriodId::uuid));
        self.uuid(assignment.billed_period.map(billing::ids::PeriodId::uuid));
        self.uuid(assignment.entitlement.map(billing::ids::EntitlementId::uuid));
        self.uuid(assignment.plan_version.map(billing::ids::PlanVersionId::uuid));
        self.uuid(batch.import.map(billing::ids::ImportId::uuid));
        self.long(event.line);
        let subjects = usage.subjects;
        for subject in [subjects.user, subjects.client, subjects.session, subjects.resource] {
            self.uuid(subject.map(billing::ids::SubjectId::uuid));
        }
        self.field(Some(&event.fingerprint.0));
        self.field(Some(&event.leaf(batch).0));
        self.field(event.details_hash.as_ref().map(<[u8; 32]>::as_slice));
        self.text(Some(&usage.key.source));
        self.text(Some(&usage.key.key));
        self.text(Some(usage.classification.as_str()));
        self.text(usage.parent.as_deref());
        self.text(Some(&assignment.billable_reason));
        self.text(usage.cost.map(|cost| cost.currency.code()));
        self.text(Some(&usage.provider));
        self.text(Some(&usage.action));
    }

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
