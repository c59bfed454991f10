//! Late rows on screen, each with the correction that it proposes by itself.

use super::decide::invoice_of;
use super::proposal::{DECIDED_HERE, Ground, Resolved, catalog};
use crate::bill::found::shown;
use crate::change::asked;
use crate::change::said::Said;
use crate::error::{ErrorKind, OperationError, Result};
use crate::wire::{DaySpan, LateFilter, LatePage, LateRow};
use billing::ids::TenantId;
use billing::invoice::Catalog;
use billing::time::Timestamp;
use futures::FutureExt;
use std::collections::HashMap;
use store::look::quarantine::{PutAsideFilter, PutAsidePosition, page};
use store::quarantine::{QuarantineRecord, QuarantineState, by_id};
use store::{Read, Store};

/// Rows of a page: each is rated by itself.
const PAGE: usize = 50;

/// A page of rows that were put aside because their period had closed or because they came too late, newest first.
///
/// # Errors
/// The field at fault, `bad_cursor`; when the database fails.
pub async fn late_rows(store: &Store, at: Timestamp, filter: &LateFilter, cursor: Option<&str>) -> Result<LatePage> {
    let state = filter.state.as_deref().map(state).transpose()?;
    let filter = PutAsideFilter {
        state: state.map(|state| state.as_str().to_owned()),
        reasons: DECIDED_HERE.map(|reason| reason.as_str().to_owned()).to_vec(),
        tenant: filter.tenant_id.as_deref().map(|id| asked::id("tenant_id", id)).transpose()?,
    };
    let after = cursor.map(position).transpose()?;
    store.read(move |read| async move { page_in(read, at, &filter, after).await }.boxed()).await
}

fn state(text: &str) -> Result<QuarantineState> {
    text.parse().map_err(|error: billing::meter::UnknownWord| {
        OperationError::wrong_use("unknown_state", format!("{error}.")).field("state")
    })
}

fn position(text: &str) -> Result<PutAsidePosition> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
    };
    let (micros, id) = text.split_once('\n').ok_or_else(bad)?;
    let received_at = micros.parse().ok().and_then(|micros| Timestamp::from_micros(micros).ok());
    Ok(PutAsidePosition { received_at: received_at.ok_or_else(bad)?, id: id.parse().map_err(|_| bad())? })
}

async fn page_in(
    read: &mut Read,
    at: Timestamp,
    filter: &PutAsideFilter,
    after: Option<PutAsidePosition>,
) -> Result<LatePage> {
    let mut found = page(read, filter, after, u32::try_from(PAGE + 1).unwrap_or(u32::MAX)).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|last| format!("{}\n{}", last.received_at.micros(), last.id));
    let mut grounds = Grounds { catalog: catalog(read).await?, at, tenants: HashMap::new() };
    let mut rows = Vec::with_capacity(found.len());
    for line in found {
        if let Some(record) = by_id(read, line.id).await? {
            rows.push(grounds.row(read, record).await?);
        }
    }
    Ok(LatePage { as_of: at.to_string(), rows, next })
}

/// What was read of tenants so far.
struct Grounds {
    catalog: Catalog,
    at: Timestamp,
    tenants: HashMap<TenantId, Ground>,
}

impl Grounds {
    async fn row(&mut self, read: &mut Read, record: QuarantineRecord) -> Result<LateRow> {
        let mut row = said(&record, &self.catalog);
        let Some(tenant) = record.tenant else {
            row.refused = Some("Its tenant is not known.".to_owned());
            return Ok(row);
        };
        if !self.tenants.contains_key(&tenant) {
            let ground = Ground::with(read, tenant, self.at, self.catalog.clone()).await?;
            self.tenants.insert(tenant, ground);
        }
        let Some(ground) = self.tenants.get(&tenant) else { return Ok(row) };
        row.tenant = Some(ground.tenant.name.clone());
        if record.state != QuarantineState::Waiting {
            return Ok(row);
        }
        match ground.resolve(read, record).await {
            Ok(resolved) => propose(read, ground, resolved, &mut row).await?,
            Err(error) if error.kind() == ErrorKind::Failed => return Err(error),
            Err(error) => row.refused = Some(error.to_string()),
        }
        Ok(row)
    }
}

async fn propose(read: &mut Read, ground: &Ground, resolved: Resolved, row: &mut LateRow) -> Result<()> {
    if let Some(period) = ground.timeline.period(resolved.late.of) {
        let (from, to) = (period.span.first_day.to_string(), period.span.end_day.to_string());
        row.period = Some(DaySpan { from, to });
    }
    if let Some(invoice) = invoice_of(read, ground, resolved.late.billed).await? {
        row.invoice_number = invoice.issued.as_ref().map(|issued| issued.number.clone());
        row.invoice_id = invoice.issued.is_some().then(|| invoice.id.to_string());
    }
    match ground.propose(read, &[resolved]).await {
        Ok(proposed) => {
            if let Some(proposed) = proposed.first() {
                row.amount = Some(shown(proposed.net_minor()?, proposed.currency));
                row.currency = Some(proposed.currency.code().to_owned());
            }
        }
        Err(error) if error.kind() == ErrorKind::Failed => return Err(error),
        Err(error) => row.refused = Some(error.to_string()),
    }
    Ok(())
}

/// What the row says by itself.
fn said(record: &QuarantineRecord, catalog: &Catalog) -> LateRow {
    let said = Said::of(record).ok();
    let text = |name: &str| said.as_ref().and_then(|said| said.text(name)).map(str::to_owned);
    let code = text("meter");
    let meter =
        catalog.meters.values().find(|meter| Some(&meter.code) == code.as_ref() || Some(meter.id) == record.meter);
    LateRow {
        quarantine_id: record.id.to_string(),
        tenant_id: record.tenant.map(|tenant| tenant.to_string()),
        tenant: record.tenant_text.clone(),
        source: record.source.clone(),
        key: record.key.clone(),
        meter: meter.map(|meter| meter.code.clone()).or(code),
        quantity: text("quantity"),
        unit: meter.map(|meter| meter.unit.clone()),
        classification: text("classification"),
        occurred_at: record.occurred_at.map(|at| at.to_string()),
        received_at: record.received_at.to_string(),
        state: record.state.as_str().to_owned(),
        sentence: crate::change::sentence(&record.sentence),
        period: None,
        invoice_id: None,
        invoice_number: None,
        amount: None,
        currency: None,
        refused: None,
        decided_by: record.decision.as_ref().map(|decision| decision.by.clone()),
        decision_reason: record.decision.as_ref().map(|decision| decision.reason.clone()),
    }
}
