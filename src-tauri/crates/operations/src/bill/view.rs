//! One invoice, whole. A draft is shown as today's ledger gives it; an issued one as it was issued.

use super::about::about_invoice;
use super::found;
use super::gather::{Assumed, Ground, Key, gather};
use super::make::{Aim, make};
use super::shown::{self, Names};
use crate::error::{OperationError, Result};
use crate::wire::{InvoiceAction, InvoiceView};
use billing::ids::InvoiceId;
use billing::invoice::{Action, Content, Origin, Refused, Standing, Status};
use billing::time::{Day, Timestamp};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use store::invoices::{InvoiceRecord, Listed, one};
use store::{Read, Store};

/// One invoice with everything about it.
///
/// # Errors
/// `unknown_invoice`; what the store says.
pub async fn invoice(store: &Store, id: InvoiceId, at: Timestamp) -> Result<InvoiceView> {
    store.read(move |read| async move { view_in(read, id, at).await }.boxed()).await
}

/// As [`invoice`], within a look that reads more.
///
/// # Errors
/// As [`invoice`].
pub(crate) async fn view_in(read: &mut Read, id: InvoiceId, at: Timestamp) -> Result<InvoiceView> {
    let stored = found::invoice(read, id).await?;
    let ground = Ground::read(read).await?;
    let today = Day::of(at, ground.zone).map_err(found::out_of_range)?;
    let (invoice, content) = as_of_now(read, &ground, stored, at).await?;
    let tenant = store::tenants::by_id(read, invoice.tenant).await?;
    let tenant_name = tenant.map(|tenant| tenant.name).unwrap_or_default();
    let replaced_by = one::replaced_by(read, invoice.tenant, invoice.id).await?;
    let names = Names(&ground.catalog);
    let about = about_invoice(read, &invoice, at).await?;
    let standing = Standing { has_payments: !about.payments.is_empty(), ..invoice.standing(replaced_by.is_some()) };
    let actions = actions(&invoice, &standing, at);
    let listed = Listed { invoice, tenant_name };
    Ok(InvoiceView {
        as_of: at.to_string(),
        row: shown::row(&listed, today)?,
        zone: content.zone.map(|zone| zone.name().to_owned()),
        seller: shown::party(&content.seller),
        buyer: shown::party(&content.buyer),
        lines: shown::lines(&content, &names),
        taxes: shown::taxes(&content),
        settled: shown::settled(&content),
        tax_note: content.tax_note.clone(),
        note: content.note.clone(),
        replaces: content.replaces.clone(),
        replaced_by: replaced_by.map(|by| by.issued.map_or_else(|| by.id.to_string(), |issued| issued.number)),
        hash: listed.invoice.issued.as_ref().map(|issued| hex(&issued.hash)),
        hash_fits: hash_fits(&listed.invoice),
        payments: about.payments,
        credit_notes: about.credit_notes,
        disputes: about.disputes,
        timeline: about.timeline,
        actions,
    })
}

/// A draft anew from today's ledger; anything else as it is stored. A draft that cannot be made any more is shown as it
/// was: the run says why.
pub(crate) async fn as_of_now(
    read: &mut Read,
    ground: &Ground,
    stored: InvoiceRecord,
    at: Timestamp,
) -> Result<(InvoiceRecord, Content)> {
    let key = match (stored.subscription, stored.period) {
        (Some(subscription), Some(period)) if stored.status.is_draft() => {
            Key { tenant: stored.tenant, subscription, period }
        }
        _ => {
            let content = stored.document()?;
            return Ok((stored, content));
        }
    };
    let gathered = gather(read, ground, &[key], at, &Assumed::default()).await?;
    let made = gathered.into_iter().find_map(|gathered| make(gathered, ground, Aim::Draft, at).ok().flatten());
    let Some(made) = made else {
        let content = stored.document()?;
        return Ok((stored, content));
    };
    let content = made.content;
    let now = InvoiceRecord {
        status: made.status,
        hold: made.hold,
        net_minor: content.net_minor,
        tax_minor: content.total_minor - content.net_minor,
        total_minor: content.total_minor,
        content: content.canonical(),
        updated_at: at,
        ..stored
    };
    Ok((now, content))
}

fn hash_fits(invoice: &InvoiceRecord) -> bool {
    let now: [u8; 32] = Sha256::digest(&invoice.content).into();
    invoice.issued.as_ref().is_none_or(|issued| issued.hash == now)
}

pub(crate) fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What may be done now, or why not.
fn actions(invoice: &InvoiceRecord, standing: &Standing, at: Timestamp) -> Vec<InvoiceAction> {
    let action = |action: &Action| InvoiceAction {
        action: action.as_str().to_owned(),
        refused: may(invoice, standing, *action, at).err().map(|error| error.to_string()),
    };
    Action::ALL.iter().map(action).collect()
}

/// Whether something may be done with an invoice: the rules, and that a running period is not billed yet.
///
/// # Errors
/// Why not.
pub(super) fn may(invoice: &InvoiceRecord, standing: &Standing, action: Action, at: Timestamp) -> Result<()> {
    let is_running = invoice.interval.is_some_and(|interval| at < interval.end);
    if is_running && matches!(action, Action::Approve | Action::Finalize) && invoice.origin == Origin::Billed {
        let message = "Its period runs still: it is billed once it has ended.";
        return Err(OperationError::refused("period_running", message).field("invoice_id"));
    }
    let allowed = match action {
        // Reissuing takes an issued one back first.
        Action::Reissue if standing.status != Status::Void => standing.allows(Action::Void),
        // A draft that was issued as a credit note, or dropped, never was an invoice.
        Action::Reissue if invoice.issued.is_none() => Err(Refused::StillDraft),
        action => standing.allows(action),
    };
    allowed.map_err(|refused| OperationError::refused(refused.code(), refused.to_string()).field("invoice_id"))
}
