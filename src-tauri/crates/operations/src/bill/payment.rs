//! A payment: what was received for an invoice. What exceeds the open amount becomes a prepaid credit.
//!
//! The bank's or provider's reference is taken once for each tenant and method, so that entering or importing the same
//! payment again counts nothing twice.

use super::found::{self, number, shown};
use super::prepaid;
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, PaymentRequest};
use billing::ids::{InvoiceId, PaymentId, TenantId};
use billing::invoice::{Action, Standing, Status};
use billing::money::Money;
use billing::time::Timestamp;
use billing::timeline::MAX_EARLY_MICROS;
use futures::FutureExt;
use std::sync::Arc;
use store::invoices::one::Moved;
use store::invoices::{InvoiceRecord, one};
use store::payments::{self, PaymentRecord};
use store::{Read, Store, Write};

/// The longest method.
const MAX_METHOD_CHARS: usize = 40;
/// The longest reference.
const MAX_REFERENCE_CHARS: usize = 200;

/// What a payment would do.
///
/// # Errors
/// The field at fault; `unknown_invoice`, `reference_taken`, and why the invoice takes no payment.
pub async fn payment_preview(store: &Store, host: &dyn Host, request: &PaymentRequest) -> Result<Change> {
    let wanted = Paying::new(host, request)?;
    store.read(move |read| async move { Ok(wanted.prepare(read).await?.change) }.boxed()).await
}

/// Enters it, if that still does what the preview said.
///
/// # Errors
/// As [`payment_preview`]; `preview_outdated`, `read_only`.
pub async fn payment_act(store: &Store, host: &dyn Host, request: &PaymentRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Paying::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move {
                found::locked(write, wanted.invoice).await?;
                let prepared = wanted.prepare(write).await?;
                still_as_shown(&prepared.change, &shown)?;
                wanted.enter(write, &prepared).await?;
                Ok(prepared.change)
            }
            .boxed()
        })
        .await
}

/// A payment that is to be entered, checked as far as it can be without the database.
#[derive(Debug)]
pub(super) struct Paying {
    pub invoice: InvoiceId,
    amount: String,
    received_at: Option<Timestamp>,
    method: String,
    reference: String,
    act: Act,
    id: PaymentId,
    prepaid: prepaid::Ids,
}

/// What is about to be entered.
pub(super) struct Prepared {
    pub change: Change,
    invoice: InvoiceRecord,
    amount: Money,
    applied_minor: i64,
}

impl Prepared {
    pub const fn amount(&self) -> Money {
        self.amount
    }

    pub const fn tenant(&self) -> TenantId {
        self.invoice.tenant
    }
}

impl Paying {
    pub fn new(host: &dyn Host, request: &PaymentRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let received_at = match request.received_at.as_deref() {
            None => None,
            Some(text) => Some(asked::instant("received_at", Some(text), act.at)?),
        };
        if received_at.is_some_and(|at| at.micros() > act.at.micros() + MAX_EARLY_MICROS) {
            let message = "A payment that was received lies in the past.";
            return Err(OperationError::wrong_use("in_future", message).field("received_at"));
        }
        Ok(Self {
            invoice: asked::id("invoice_id", &request.invoice_id)?,
            amount: request.amount.clone(),
            received_at,
            method: asked::text("method", &request.method, MAX_METHOD_CHARS)?,
            reference: asked::optional_text("reference", &request.reference, MAX_REFERENCE_CHARS)?,
            act,
            id: PaymentId::from_uuid(host.new_uuid()),
            prepaid: prepaid::Ids::new(host),
        })
    }

    /// The one function behind preview and act.
    pub async fn prepare(&self, read: &mut Read) -> Result<Prepared> {
        let invoice = found::invoice(read, self.invoice).await?;
        found::may(&invoice, Action::Pay)?;
        let amount = Money::from_minor(asked::amount("amount", &self.amount, invoice.currency)?, invoice.currency);
        let taken = payments::by_reference(read, invoice.tenant, &self.method, &self.reference).await?;
        if let Some(taken) = taken {
            return Err(reference_taken(&taken, invoice.id, amount));
        }
        let applied_minor = amount.minor().min(invoice.standing(false).unpaid_minor());
        let name = asked::tenant(read, invoice.tenant).await?.name;
        let change = self.preview(&invoice, &name, amount, applied_minor)?;
        Ok(Prepared { change, invoice, amount, applied_minor })
    }

    fn preview(&self, invoice: &InvoiceRecord, tenant: &str, amount: Money, applied_minor: i64) -> Result<Change> {
        let currency = invoice.currency;
        let code = currency.code();
        let money = |minor: i64| shown(minor, currency);
        let after = paid(invoice, applied_minor)?;
        let title = format!("Enter a payment of {amount} {code} for invoice {} of {tenant}", number(invoice));
        let received = self.received_at.map_or_else(|| "now".to_owned(), |at| at.to_string());
        let unpaid = invoice.standing(false).unpaid_minor();
        let open = if invoice.status == Status::Uncollectible { "Given up" } else { "Open" };
        let mut effects = vec![
            effect("Paid", money(invoice.paid_minor), money(after.paid_minor), code),
            effect(open, money(unpaid), money(after.unpaid_minor()), code),
            effect("Status", invoice.status.as_str(), after.settled().as_str(), ""),
            effect("Received", "", received, ""),
            effect("Method", "", self.method.clone(), ""),
            effect("Reference", "", self.reference.clone(), ""),
        ];
        let mut warnings = Vec::new();
        let rest = amount.minor() - applied_minor;
        if rest > 0 {
            effects.push(effect("Prepaid credit", money(0), money(rest), code));
            let rest = money(rest);
            warnings.push(format!("{rest} {code} more than is open: they become a prepaid credit of the tenant."));
        }
        if self.reference.is_empty() {
            warnings.push("Without a reference nobody notices when the same payment is entered again.".to_owned());
        }
        Ok(change(title, effects, warnings))
    }

    /// Enters what was prepared under the locks of tenant and invoice.
    pub async fn enter(&self, write: &mut Write, prepared: &Prepared) -> Result<()> {
        let Prepared { invoice, amount, applied_minor, .. } = prepared;
        let record = PaymentRecord {
            tenant: invoice.tenant,
            id: self.id,
            invoice: invoice.id,
            currency: invoice.currency,
            amount_minor: amount.minor(),
            applied_minor: *applied_minor,
            received_at: self.received_at.unwrap_or(self.act.at),
            method: self.method.clone(),
            reference: self.reference.clone(),
            note: self.act.reason.clone(),
            actor: self.act.actor.clone(),
            created_at: self.act.at,
        };
        payments::insert(write, &[record]).await?;
        let after = paid(invoice, *applied_minor)?;
        let moved =
            Moved { status: after.settled(), paid_minor: after.paid_minor, credited_minor: invoice.credited_minor };
        one::set_moved(write, invoice.tenant, invoice.id, moved, self.act.at).await?;
        let rest = amount.minor() - applied_minor;
        if rest > 0 {
            let amount = Money::from_minor(rest, invoice.currency);
            let from = prepaid::From::Payment(self.id);
            prepaid::add(write, self.prepaid, &self.act, (invoice.tenant, invoice.id), amount, from).await?;
        }
        let recorded = Recorded {
            action: "payment.enter",
            tenant: Some(invoice.tenant),
            subject: self.id.to_string(),
            before: Some(canonical(&[
                ("paid", shown(invoice.paid_minor, invoice.currency)),
                ("status", invoice.status.to_string()),
            ])),
            after: Some(canonical(&[
                ("invoice", invoice.id.to_string()),
                ("amount", amount.to_string()),
                ("applied", shown(*applied_minor, invoice.currency)),
                ("currency", invoice.currency.to_string()),
                ("method", self.method.clone()),
                ("reference", self.reference.clone()),
                ("status", moved.status.to_string()),
            ])),
        };
        self.act.record(write, recorded).await
    }
}

/// The invoice after so much more was applied to it.
fn paid(invoice: &InvoiceRecord, applied_minor: i64) -> Result<Standing> {
    let paid_minor = invoice
        .paid_minor
        .checked_add(applied_minor)
        .ok_or_else(|| OperationError::refused("overflow", "The sum would not fit into 64 bits.").field("amount"))?;
    Ok(Standing { paid_minor, ..invoice.standing(false) })
}

/// Says whether it is the same payment again (`payment_known`) or another one under its reference (`reference_taken`).
fn reference_taken(taken: &PaymentRecord, invoice: InvoiceId, amount: Money) -> OperationError {
    let is_same = taken.invoice == invoice && taken.amount_minor == amount.minor();
    let (code, message) = if is_same {
        ("payment_known", "This payment is entered already.")
    } else {
        ("reference_taken", "Another payment of this tenant has this reference.")
    };
    OperationError::refused(code, message).field("reference")
}
