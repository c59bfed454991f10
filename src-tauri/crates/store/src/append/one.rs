//! One event on PostgreSQL: ledger and caches in one statement, because a round trip takes as long as what the server does
//! in it.
//!
//! The statement asks what the guard asks, and adds to no cache unless the ledger takes the event; what it adds was
//! summed up in Rust, as for any batch. Where the event is not taken nothing has happened, and the usual steps find out
//! why.

use super::arrays::{Held, Values, add_sums};
use super::caches::Sums;
use super::copy::with_columns;
use super::insert::push_event;
use super::{Batch, Staged};
use crate::codec::{At, Id, OnDay, Word};
use crate::conn::{Write, rows};
use crate::error::Result;
use crate::sql::statements;
use crate::target::Engine;
use billing::event::Classification;
use billing::meter::Aggregation;

statements! {
    // A statement of its own: the next one sees whatever a closing or a change of plan committed while this waited.
    LOCK_PERIOD = pair(
        "select 1 from billing_periods where tenant_id = $1 and period_id = $2 for key share",
        "select 1 from billing_periods where tenant_id = $1 and period_id = $2"
    );
}

/// The event's columns from $32 on, among them its tenant and, $43, its billed period; then the version of the timeline
/// that it was resolved with.
const TAKE: &str = add_sums!(
    with_columns!(
        "with taken as (insert into usage_events",
        "select $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52,
            $53, $54, $55, $56, $57, $58, $59, $60, $61, $62
           from tenants t
           join billing_periods p on p.tenant_id = t.tenant_id and p.period_id = $43 and p.status = 'open'
          where t.tenant_id = $32 and t.timeline_version = $63
         on conflict do nothing returning 1), "
    ),
    "where (select count(*) from taken) = 1"
);

/// Takes the event into the ledger and its caches and tells what its counter holds then. None when it was not taken, or
/// is of a kind that has more to ask: a `max` or `level` meter, a correction, a use before any subscription.
pub(crate) async fn take(write: &mut Write, batch: &Batch, staged: &[Staged<'_>]) -> Result<Option<Held>> {
    let [event] = staged else { return Ok(None) };
    let Some(period) = event.event.assignment.billed_period else { return Ok(None) };
    let only_adds_up = matches!(event.meter.aggregation, Aggregation::Sum | Aggregation::Count)
        && event.event.usage.classification != Classification::Correction;
    if write.engine() != Engine::Postgres || !only_adds_up {
        return Ok(None);
    }
    rows!(write, (i32,), LOCK_PERIOD, Id(event.event.usage.key.tenant), Id(period))?;
    let mut values = Values::default();
    values.push_sums(&Sums::of(staged)?);
    push_event!(values, batch, event);
    values.push_bind(event.event.timeline_version);
    let held = values.run(write, TAKE).await?;
    Ok(Some(held).filter(|held| !held.is_empty()))
}
