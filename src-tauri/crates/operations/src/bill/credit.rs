//! A credit note: what of an invoice is taken back (rules, section 7.7).
//!
//! Tenant and invoice are locked before anything is decided, so that of two people who credit at once the second sees what
//! the first has left. The number is taken last.

use super::found::{self, number, shown};
use super::prepaid;
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, CreditPart, CreditRequest};
use billing::ids::{CreditNoteId, DisputeId, InvoiceId};
use billing::invoice::credit::{self, CreditError, Part};
use billing::invoice::issue::year_of;
use billing::invoice::{Action, Application, Content, Credit, Credited, Issue, Number, Origin, Standing, Status};
use billing::money::{Currency, Money};
use billing::time::Day;
use futures::FutureExt;
use std::sync::Arc;
use store::credit_notes::{self, CreditNoteRecord};
use store::disputes::DisputeStatus;
use store::invoices::one::Moved;
use store::invoices::{InvoiceRecord, one, series};
use store::{Read, Store, Write};

/// Parts of one credit note.
const MAX_PARTS: usize = 500;
/// The longest text of a line.
const MAX_DESCRIPTION_CHARS: usize = 500;

/// What a credit note would do.
///
/// # Errors
/// The field at fault; `unknown_invoice`, `above_line`, `above_invoice` and why nothing may be credited.
pub async fn credit_preview(store: &Store, host: &dyn Host, request: &CreditRequest) -> Result<Change> {
    let wanted = Crediting::new(host, request)?;
    store.read(move |read| async move { Ok(wanted.prepare(read).await?.change) }.boxed()).await
}

/// Issues it, if that still does what the preview said. The number is the first effect of what is given back.
///
/// # Errors
/// As [`credit_preview`]; `preview_outdated`, `read_only`.
pub async fn credit_act(store: &Store, host: &dyn Host, request: &CreditRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Crediting::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move {
                found::locked(write, wanted.invoice).await?;
                let prepared = wanted.prepare(write).await?;
                still_as_shown(&prepared.change, &shown)?;
                Ok(wanted.issue(write, prepared).await?.change)
            }
            .boxed()
        })
        .await
}

/// A credit note that is asked for, checked as far as it can be without the database.
#[derive(Debug)]
pub(crate) struct Crediting {
    pub invoice: InvoiceId,
    parts: Vec<CreditPart>,
    dispute: Option<DisputeId>,
    act: Act,
    ids: Ids,
}

/// Ids for a credit note: made before the transaction, which may run again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    note: CreditNoteId,
    prepaid: prepaid::Ids,
}

impl Ids {
    pub fn new(host: &dyn Host) -> Self {
        Self { note: CreditNoteId::from_uuid(host.new_uuid()), prepaid: prepaid::Ids::new(host) }
    }
}

/// What is about to be issued.
pub(crate) struct Prepared {
    pub change: Change,
    invoice: InvoiceRecord,
    document: Content,
    credit: Credit,
    application: Application,
}

/// A credit note that was issued.
pub(crate) struct Issued {
    pub id: CreditNoteId,
    pub number: String,
    pub change: Change,
}

impl Crediting {
    pub fn new(host: &dyn Host, request: &CreditRequest) -> Result<Self> {
        let dispute = request.dispute_id.as_deref().map(|id| asked::id("dispute_id", id)).transpose()?;
        let invoice = asked::id("invoice_id", &request.invoice_id)?;
        Self::of(Ids::new(host), invoice, &request.parts, dispute, Act::new(host, &request.reason)?)
    }

    /// Of parts that were asked for with something else.
    pub fn of(
        ids: Ids,
        invoice: InvoiceId,
        parts: &[CreditPart],
        dispute: Option<DisputeId>,
        act: Act,
    ) -> Result<Self> {
        if parts.len() > MAX_PARTS {
            let message = format!("A credit note has {MAX_PARTS} parts at most.");
            return Err(OperationError::wrong_use("too_many", message).field("parts"));
        }
        Ok(Self { invoice, parts: parts.to_vec(), dispute, act, ids })
    }

    fn parts(&self, currency: Currency) -> Result<Vec<Part>> {
        let part = |(index, part): (usize, &CreditPart)| {
            let field = |name: &str| format!("parts[{index}].{name}");
            let amount = part.amount.as_deref().map(|text| asked::amount(&field("amount"), text, currency));
            let description = part.description.as_deref().filter(|text| !text.trim().is_empty());
            let description = description.map(|text| asked::text(&field("description"), text, MAX_DESCRIPTION_CHARS));
            Ok(Part {
                line: part.line_no,
                net_minor: amount.transpose()?,
                description: description.transpose()?,
                quantity: None,
            })
        };
        self.parts.iter().enumerate().map(part).collect()
    }

    /// The one function behind preview and act.
    pub async fn prepare(&self, read: &mut Read) -> Result<Prepared> {
        let invoice = found::invoice(read, self.invoice).await?;
        found::may(&invoice, Action::Credit)?;
        self.check_dispute(read, &invoice).await?;
        let document = invoice.document()?;
        let notes = credit_notes::of_invoice(read, invoice.tenant, invoice.id).await?;
        let notes = notes.iter().map(CreditNoteRecord::document).collect::<Result<Vec<_>, _>>()?;
        let earlier = Credited::of(&notes).map_err(|error| refused(&error.into()))?;
        let parts = self.parts(invoice.currency)?;
        let credit = credit::credit(&document, &earlier, &parts).map_err(|error| refused(&error))?;
        let standing = invoice.standing(false);
        if credit.total_minor > standing.creditable_minor() {
            let left = shown(standing.creditable_minor(), invoice.currency);
            let message = format!("Only {left} {} are left to credit, tax included.", invoice.currency);
            return Err(OperationError::refused("above_invoice", message).field("parts"));
        }
        let application = Application::of(credit.total_minor, standing.unpaid_minor());
        let name = crate::change::asked::tenant(read, invoice.tenant).await?.name;
        let change = preview(&invoice, &name, &credit, &earlier, application);
        Ok(Prepared { change, invoice, document, credit, application })
    }

    /// A dispute that a credit note settles is of the same tenant and not decided.
    async fn check_dispute(&self, read: &mut Read, invoice: &InvoiceRecord) -> Result<()> {
        let Some(dispute) = self.dispute else { return Ok(()) };
        let found = store::disputes::find(read, dispute).await?.filter(|found| found.tenant == invoice.tenant);
        let found = found.ok_or_else(|| {
            OperationError::not_found("unknown_dispute", "This tenant has no such dispute.").field("dispute_id")
        })?;
        if found.status == DisputeStatus::Decided {
            let message = "This dispute is decided: it never changes.";
            return Err(OperationError::refused("dispute_decided", message).field("dispute_id"));
        }
        Ok(())
    }

    /// Issues what was prepared under the locks of tenant and invoice.
    pub async fn issue(&self, write: &mut Write, prepared: Prepared) -> Result<Issued> {
        let Prepared { mut change, invoice, document, credit, application } = prepared;
        let settings = store::billing_settings::read(write).await?;
        let day = Day::of(self.act.at, found::seller_zone(&settings)?).map_err(found::out_of_range)?;
        self.settle(write, &invoice, &credit, application).await?;
        let year = year_of(day);
        let seq = series::take(write, &settings.credit_series, year, 1).await?;
        let number = Number { series: &settings.credit_series, year, seq }.to_string();
        let issue = Issue { number: number.clone(), at: self.act.at, day, due: None };
        let content = credit.issued(&document, issue, self.act.reason.clone());
        let total = Money::from_minor(content.total_minor, content.currency);
        let record = CreditNoteRecord {
            tenant: invoice.tenant,
            id: self.ids.note,
            origin: Origin::Billed,
            invoice: Some(invoice.id),
            dispute: self.dispute,
            currency: content.currency,
            series: settings.credit_series,
            year: Some(year),
            seq: Some(seq),
            number: number.clone(),
            net_minor: content.net_minor,
            tax_minor: content.total_minor - content.net_minor,
            total_minor: content.total_minor,
            issued_at: self.act.at,
            issue_day: day,
            reason: self.act.reason.clone(),
            actor: self.act.actor.clone(),
            content: content.canonical(),
            hash: content.hash(),
            import: None,
            created_at: self.act.at,
        };
        credit_notes::insert(write, &[record]).await?;
        if application.prepaid_minor > 0 {
            let amount = Money::from_minor(application.prepaid_minor, invoice.currency);
            let from = prepaid::From::CreditNote(self.ids.note);
            prepaid::add(write, self.ids.prepaid, &self.act, (invoice.tenant, invoice.id), amount, from).await?;
        }
        let recorded = Recorded {
            action: "credit.issue",
            tenant: Some(invoice.tenant),
            subject: self.ids.note.to_string(),
            before: Some(canonical(&[("credited", shown(invoice.credited_minor, invoice.currency))])),
            after: Some(canonical(&[
                ("number", number.clone()),
                ("invoice", invoice.id.to_string()),
                ("total", total.to_string()),
                ("currency", total.currency().to_string()),
            ])),
        };
        self.act.record(write, recorded).await?;
        if let Some(first) = change.effects.first_mut() {
            first.after.clone_from(&number);
        }
        Ok(Issued { id: self.ids.note, number, change })
    }

    async fn settle(
        &self,
        write: &mut Write,
        invoice: &InvoiceRecord,
        credit: &Credit,
        application: Application,
    ) -> Result<()> {
        debug_assert_eq!(
            application.open_minor + application.prepaid_minor,
            credit.total_minor,
            "what is credited goes somewhere"
        );
        let credited_minor = invoice.credited_minor.checked_add(credit.total_minor).ok_or_else(overflow)?;
        let standing = Standing { credited_minor, ..invoice.standing(false) };
        let moved = Moved { status: standing.settled(), paid_minor: invoice.paid_minor, credited_minor };
        Ok(one::set_moved(write, invoice.tenant, invoice.id, moved, self.act.at).await?)
    }
}

fn preview(
    invoice: &InvoiceRecord,
    tenant: &str,
    credit: &Credit,
    earlier: &Credited,
    application: Application,
) -> Change {
    let currency = invoice.currency;
    let code = currency.code();
    let money = |minor: i64| shown(minor, currency);
    let tax = credit.total_minor - credit.net_minor;
    let standing = invoice.standing(false);
    let unpaid = standing.unpaid_minor();
    let open = if invoice.status == Status::Uncollectible { "Given up" } else { "Open" };
    let title = format!("Credit {} {code} of invoice {} of {tenant}", money(credit.total_minor), number(invoice));
    let mut effects = vec![effect("Credit note", "", "the next number", "")];
    for line in &credit.lines {
        let label = match line.invoice_line {
            Some(no) => format!("Credited of line {no}: {}", line.description),
            None => format!("Credited: {}", line.description),
        };
        let before = line.invoice_line.and_then(|no| earlier.lines.get(&no)).copied().unwrap_or(0);
        effects.push(effect(label, money(before), money(before.saturating_add(line.amount_minor)), code));
    }
    effects.extend([
        effect("Net credited", money(0), money(credit.net_minor), code),
        effect("Tax credited", money(0), money(tax), code),
        effect(
            "Credited of the invoice in total",
            money(invoice.credited_minor),
            money(invoice.credited_minor.saturating_add(credit.total_minor)),
            code,
        ),
        effect(open, money(unpaid), money(unpaid - application.open_minor), code),
    ]);
    let mut warnings = Vec::new();
    if application.prepaid_minor > 0 {
        effects.push(effect("Prepaid credit", money(0), money(application.prepaid_minor), code));
        let paid = money(application.prepaid_minor);
        warnings.push(format!("{paid} {code} of it were paid already and become a prepaid credit of the tenant."));
    }
    change(title, effects, warnings)
}

fn refused(error: &CreditError) -> OperationError {
    let wrapped = OperationError::refused(error.code(), crate::change::sentence(&error.to_string()));
    match error.field() {
        Some(field) => wrapped.field(field),
        None => wrapped,
    }
}

fn overflow() -> OperationError {
    OperationError::refused("overflow", "The sum would not fit into 64 bits.")
}
