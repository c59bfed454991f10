//! The decision about late rows: into the next invoice, as a credit note, or refused. All of a request or none.

use super::proposal::{Ground, Proposed, Resolved, check_waits};
use crate::bill::{Crediting, credit, found};
use crate::change::quarantine::{MAX_ROWS, Row};
use crate::change::said::Said;
use crate::change::{Act, Recorded, asked, canonical, change, effect, periods, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, CreditPart, Effect, LateDecision, LateRequest};
use billing::event::Assignment;
use billing::ids::{AuditId, InvoiceId, PeriodId, TenantId};
use billing::invoice::{Content, Credited, LineKind};
use billing::money::Money;
use billing::quantity::Quantity;
use futures::FutureExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::append::{Alerting, Batch, NewEvent, Outcome, append};
use store::credit_notes::CreditNoteRecord;
use store::invoices::{InvoiceRecord, one};
use store::quarantine::{Decision, QuarantineRecord, QuarantineState, by_id};
use store::{Read, Store, Write};

/// What a decision about late rows would do.
///
/// # Errors
/// The field at fault; `unknown_row`, `not_late`, `decided`, `several_tenants`, `no_open_period`, `not_lowered`, and those
/// of a credit note.
pub async fn late_preview(store: &Store, host: &dyn Host, request: &LateRequest) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    store.read(move |read| async move { Ok(wanted.prepare(read).await?.change) }.boxed()).await
}

/// Decides, if that still does what the preview said.
///
/// # Errors
/// As [`late_preview`]; `preview_outdated`, `read_only`.
pub async fn late_act(store: &Store, host: &dyn Host, request: &LateRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { wanted.decide(write, &shown).await }.boxed()
        })
        .await
}

/// A request, checked as far as it can be without the database.
struct Wanted {
    rows: Vec<Row>,
    decision: LateDecision,
    act: Act,
    /// Of a credit note and its record.
    ids: credit::Ids,
    credit_audit: AuditId,
}

struct Prepared {
    change: Change,
    tenant: TenantId,
    /// Empty when the rows stay out: then nothing of them has to be resolved.
    rows: Vec<Resolved>,
    records: Vec<QuarantineRecord>,
    timeline_version: i64,
    credit: Option<(Crediting, credit::Prepared)>,
}

impl Wanted {
    fn new(host: &dyn Host, request: &LateRequest) -> Result<Self> {
        if request.ids.is_empty() {
            return Err(OperationError::wrong_use("empty", "Name the rows.").field("ids"));
        }
        if request.ids.len() > MAX_ROWS {
            let message = format!("Decide about {MAX_ROWS} rows at most at once.");
            return Err(OperationError::wrong_use("too_many", message).field("ids"));
        }
        let act = Act::new(host, &request.reason)?;
        let mut seen = BTreeSet::new();
        let mut rows = Vec::with_capacity(request.ids.len());
        for id in &request.ids {
            let id = asked::id("ids", id)?;
            if seen.insert(id) {
                rows.push(Row::new(id, &act, host));
            }
        }
        let credit_audit = AuditId::from_uuid(host.new_uuid());
        Ok(Self { rows, decision: request.decision, act, ids: credit::Ids::new(host), credit_audit })
    }

    async fn records(&self, read: &mut Read) -> Result<(TenantId, Vec<QuarantineRecord>)> {
        let mut records = Vec::with_capacity(self.rows.len());
        let mut tenants = BTreeSet::new();
        for row in &self.rows {
            let record = by_id(read, row.id).await?.ok_or_else(|| {
                OperationError::not_found("unknown_row", "There is no such row in quarantine.").field("ids")
            })?;
            check_waits(&record)?;
            let unknown =
                || OperationError::refused("unknown_tenant", "The tenant of a row is not known.").field("ids");
            tenants.insert(record.tenant.ok_or_else(unknown)?);
            records.push(record);
        }
        match tenants.iter().collect::<Vec<_>>().as_slice() {
            [tenant] => Ok((**tenant, records)),
            _ => {
                let message = "Decide about rows of one tenant at once.";
                Err(OperationError::wrong_use("several_tenants", message).field("ids"))
            }
        }
    }

    /// The one function behind preview and act.
    async fn prepare(&self, read: &mut Read) -> Result<Prepared> {
        let (tenant, records) = self.records(read).await?;
        if self.decision == LateDecision::Refuse {
            return self.refusal(read, tenant, records).await;
        }
        let mut ground = Ground::read(read, tenant, self.act.at).await?;
        if self.decision == LateDecision::NextInvoice
            && let Some(row) = self.rows.first()
        {
            let now = self.act.at;
            ground.timeline = periods::with_missing(read, &ground.timeline, now, &row.new_periods).await?;
        }
        let mut rows = Vec::with_capacity(records.len());
        for record in &records {
            rows.push(ground.resolve(read, record.clone()).await?);
        }
        let proposed = ground.propose(read, &rows).await?;
        let mut effects = effects(&proposed)?;
        let mut warnings = Vec::new();
        let free = rows.iter().filter(|row| !row.late.assignment.billable).count();
        if free > 0 {
            warnings.push(format!("{free} of the rows are not billable: they count and cost nothing."));
        }
        let mut credit = None;
        if self.decision == LateDecision::CreditNote {
            let (crediting, prepared) = self.credit(read, &ground, &rows, &proposed).await?;
            effects.extend(prepared.change.effects.iter().cloned());
            warnings.extend(prepared.change.warnings.iter().cloned());
            credit = Some((crediting, prepared));
        } else {
            effects.extend(billed_with(&ground, &rows)?);
            let code = proposed.first().map_or("", |proposed| proposed.currency.code());
            warnings.push(format!("The amount is net and in {code}; discounts and tax come with the invoice."));
        }
        let (count, name) = (records.len(), &ground.tenant.name);
        let title = match self.decision {
            LateDecision::CreditNote => format!("Credit {count} late rows of {name}"),
            _ => format!("Take {count} late rows of {name} into the next invoice"),
        };
        let timeline_version = ground.timeline.version();
        Ok(Prepared { change: change(title, effects, warnings), tenant, rows, records, timeline_version, credit })
    }

    async fn refusal(&self, read: &mut Read, tenant: TenantId, records: Vec<QuarantineRecord>) -> Result<Prepared> {
        let name = asked::tenant(read, tenant).await?.name;
        let count = records.len();
        let effects = vec![effect("Rows that wait", count.to_string(), "0", "rows")];
        let warnings = vec!["Nothing of them is counted or billed.".to_owned()];
        let change = change(format!("Refuse {count} late rows of {name}"), effects, warnings);
        Ok(Prepared { change, tenant, rows: Vec::new(), records, timeline_version: 0, credit: None })
    }

    /// The credit note that lowers the invoice which billed what is corrected.
    async fn credit(
        &self,
        read: &mut Read,
        ground: &Ground,
        rows: &[Resolved],
        proposed: &[Proposed],
    ) -> Result<(Crediting, credit::Prepared)> {
        let refused = |code: &'static str, message: &str| OperationError::refused(code, message).field("decision");
        let billed: BTreeSet<PeriodId> = rows.iter().map(|row| row.late.billed).collect();
        let [billed] = billed.iter().collect::<Vec<_>>()[..] else {
            return Err(refused("several_invoices", "These rows belong to several invoices: decide about each apart."));
        };
        let invoice = invoice_of(read, ground, *billed).await?.filter(|invoice| invoice.issued.is_some());
        let invoice = invoice.ok_or_else(|| {
            refused("not_finalized", "The invoice of that period is not final: take the rows into the next invoice.")
        })?;
        let parts = parts(read, &invoice, proposed).await?;
        let act = Act { audit: self.credit_audit, ..self.act.clone() };
        let crediting = Crediting::of(self.ids, invoice.id, &parts, None, act)?;
        let prepared = crediting.prepare(read).await?;
        Ok((crediting, prepared))
    }

    async fn decide(&self, write: &mut Write, shown: &str) -> Result<Change> {
        let (tenant, _) = self.records(write).await?;
        store::tenants::lock(write, tenant).await?;
        if self.decision == LateDecision::NextInvoice
            && let Some(row) = self.rows.first()
        {
            periods::store_missing(write, tenant, self.act.at, &row.new_periods).await?;
        }
        if let Some(invoice) = self.invoice(write).await? {
            one::lock(write, tenant, invoice).await?;
        }
        let prepared = self.prepare(write).await?;
        still_as_shown(&prepared.change, shown)?;
        let Prepared { mut change, tenant, rows, records, timeline_version, credit } = prepared;
        if !rows.is_empty() {
            self.enter(write, rows, timeline_version).await?;
        }
        let mut number = None;
        if let Some((crediting, prepared)) = credit {
            let place = change.effects.iter().position(|effect| effect.label == "Credit note");
            let issued = crediting.issue(write, prepared).await?;
            if let Some(effect) = place.and_then(|place| change.effects.get_mut(place)) {
                effect.after.clone_from(&issued.number);
            }
            number = Some(issued.number);
        }
        for (row, record) in self.rows.iter().zip(&records) {
            self.note(write, tenant, row, record, number.as_deref()).await?;
        }
        Ok(change)
    }

    /// The invoice that a credit note would lower.
    async fn invoice(&self, read: &mut Read) -> Result<Option<InvoiceId>> {
        if self.decision != LateDecision::CreditNote {
            return Ok(None);
        }
        let (tenant, records) = self.records(read).await?;
        let ground = Ground::read(read, tenant, self.act.at).await?;
        let Some(record) = records.into_iter().next() else { return Ok(None) };
        let billed = ground.resolve(read, record).await?.late.billed;
        Ok(invoice_of(read, &ground, billed).await?.map(|invoice| invoice.id))
    }

    /// Takes the rows into the ledger: billed in the next open period, or nowhere where a credit note settles them.
    async fn enter(&self, write: &mut Write, rows: Vec<Resolved>, timeline_version: i64) -> Result<()> {
        let mut events = Vec::with_capacity(rows.len());
        for (row, resolved) in self.rows.iter().zip(rows) {
            let Resolved { record, mut usage, late } = resolved;
            let said = Said::of(&record)?;
            usage.subjects = row.subjects(write, usage.key.tenant, &said).await?;
            let billed_period = match self.decision {
                LateDecision::NextInvoice => late.next,
                LateDecision::CreditNote | LateDecision::Refuse => None,
            };
            let assignment = Assignment { billed_period, ..late.assignment };
            let details = said.details(row.salt);
            events.push(NewEvent { usage, assignment, timeline_version, details, line: record.line });
        }
        let alerting = match self.decision {
            LateDecision::NextInvoice => Alerting::Raise,
            LateDecision::CreditNote | LateDecision::Refuse => Alerting::Silent,
        };
        let batch = Batch { received_at: self.act.at, import: None, alerting, events };
        let outcomes = append(write, &batch).await?.outcomes;
        match outcomes.iter().find(|outcome| **outcome != Outcome::Accepted) {
            None => Ok(()),
            Some(Outcome::BelowZero) => {
                let message = "More would be freed than is held.";
                Err(OperationError::refused("below_zero", message).field("ids"))
            }
            Some(Outcome::Stale) => {
                let message = "Together they take back more than is left of what they correct.";
                Err(OperationError::refused("correction_too_large", message).field("ids"))
            }
            Some(Outcome::PeriodClosed) => {
                Err(OperationError::refused("preview_outdated", "The next period has closed meanwhile; look again."))
            }
            Some(other) => {
                Err(OperationError::refused("conflict", "Its key is in the ledger with other content.").field("ids"))
                    .map_err(|error| error.because(format!("{other:?}")))
            }
        }
    }

    async fn note(
        &self,
        write: &mut Write,
        tenant: TenantId,
        row: &Row,
        record: &QuarantineRecord,
        credit_note: Option<&str>,
    ) -> Result<()> {
        let (state, action) = match self.decision {
            LateDecision::NextInvoice => (QuarantineState::Accepted, "late.accept"),
            LateDecision::CreditNote => (QuarantineState::Accepted, "late.credit"),
            LateDecision::Refuse => (QuarantineState::Dismissed, "late.refuse"),
        };
        let noted = Decision { at: self.act.at, by: self.act.actor.clone(), reason: self.act.reason.clone() };
        if !store::quarantine::decide(write, row.id, state, &noted).await? {
            return Err(OperationError::refused("decided", "Somebody has decided about this row already.").field("ids"));
        }
        let mut after = vec![("state", state.as_str().to_owned())];
        after.extend(credit_note.map(|number| ("credit_note", number.to_owned())));
        let recorded = Recorded {
            action,
            tenant: Some(tenant),
            subject: row.id.to_string(),
            before: Some(canonical(&[("state", "waiting".to_owned()), ("reason", record.reason.clone())])),
            after: Some(canonical(&after)),
        };
        row.act.record(write, recorded).await
    }
}

/// The invoice of a period that is not void.
pub(super) async fn invoice_of(read: &mut Read, ground: &Ground, period: PeriodId) -> Result<Option<InvoiceRecord>> {
    let Some(period) = ground.timeline.period(period) else { return Ok(None) };
    Ok(one::of_period(read, ground.tenant.id, period.subscription, period.id).await?)
}

/// Use before and after, and what that changes.
fn effects(proposed: &[Proposed]) -> Result<Vec<Effect>> {
    let mut effects = Vec::with_capacity(proposed.len() * 2);
    for Proposed { meter, period, before, with, .. } in proposed {
        let (from, to) = (period.span.first_day, period.span.end_day);
        let units = |units: i64| Quantity::new(units, meter.scale).to_string();
        let what = format!("Billable use of {} from {from} to {to}", meter.name);
        effects.push(effect(what, units(before.units), units(with.units), &meter.unit));
    }
    for proposed in proposed {
        let (from, to) = (proposed.period.span.first_day, proposed.period.span.end_day);
        let currency = proposed.currency;
        let money = |minor| Money::from_minor(minor, currency).to_string();
        let what = format!("Correction of {} from {from} to {to}, before discounts", proposed.meter.name);
        effects.push(effect(what, money(0), money(proposed.net_minor()?), currency.code()));
    }
    Ok(effects)
}

/// The period on whose invoice the rows will be.
fn billed_with(ground: &Ground, rows: &[Resolved]) -> Result<Vec<Effect>> {
    let mut periods = BTreeSet::new();
    for row in rows {
        let next = row.late.next.ok_or_else(|| {
            let message = "No later period of its subscription is open: credit it, or refuse it.";
            OperationError::refused("no_open_period", message).field("decision")
        })?;
        periods.extend(ground.timeline.period(next).map(|period| (period.span.first_day, period.span.end_day)));
    }
    Ok(periods
        .into_iter()
        .map(|(from, to)| effect("Billed with the period", "", format!("{from} to {to}"), ""))
        .collect())
}

/// What is credited, after the discounts of the invoice: by line where what is left of it suffices.
async fn parts(read: &mut Read, invoice: &InvoiceRecord, proposed: &[Proposed]) -> Result<Vec<CreditPart>> {
    let document = invoice.document()?;
    let notes = store::credit_notes::of_invoice(read, invoice.tenant, invoice.id).await?;
    let notes = notes.iter().map(CreditNoteRecord::document).collect::<Result<Vec<_>, _>>()?;
    let earlier = Credited::of(&notes).map_err(too_large)?;
    let mut parts = Vec::with_capacity(proposed.len());
    for proposed in proposed {
        let net = proposed.net_minor()?;
        if net > 0 {
            let message = "This raises what is to be paid: take it into the next invoice.";
            return Err(OperationError::refused("not_lowered", message).field("decision"));
        }
        if net == 0 {
            continue;
        }
        let lowered = net.checked_neg().ok_or_else(|| too_large(billing::pricing::RateError::Overflow))?;
        // The invoice took its discounts off what was too much, too.
        let meter = Some(proposed.meter.id);
        let amount = billing::invoice::credit::after_discounts(&document, meter, lowered).map_err(too_large)?;
        if amount == 0 {
            continue;
        }
        let (from, to) = (proposed.period.span.first_day, proposed.period.span.end_day);
        parts.push(CreditPart {
            line_no: line_of(&document, &earlier, proposed, amount)?,
            amount: Some(found::shown(amount, invoice.currency)),
            description: Some(format!("{}, corrected, from {from} to {to}", proposed.meter.name)),
        });
    }
    if parts.is_empty() {
        let message = "This does not change what is to be paid: take it into the next invoice.";
        return Err(OperationError::refused("not_lowered", message).field("decision"));
    }
    Ok(parts)
}

fn line_of(document: &Content, earlier: &Credited, proposed: &Proposed, amount: i64) -> Result<Option<u32>> {
    for line in &document.lines {
        let is_own = matches!(line.kind, LineKind::Usage | LineKind::Late)
            && line.meter == Some(proposed.meter.id)
            && line.part.as_ref().is_some_and(|part| part.period == proposed.period.id);
        if is_own && billing::invoice::credit::left_of_line(document, earlier, line.no).map_err(too_large)? >= amount {
            return Ok(Some(line.no));
        }
    }
    Ok(None)
}

fn too_large(error: billing::pricing::RateError) -> OperationError {
    OperationError::refused(error.code(), crate::change::sentence(&error.to_string()))
}
