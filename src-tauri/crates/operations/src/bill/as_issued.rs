//! The facts of an issued invoice as they were when it was issued.
//!
//! What happened to the subscription, the invoice before or the discounts since then is settled on later documents (ADR 11):
//! it is no difference between the invoice and its ledger. Use, plans and prices are not looked at here; they are today's.

use super::gather::{Ground, Key, is_in_advance, neighbour};
use crate::error::Result;
use billing::ids::PeriodId;
use billing::invoice::{Charged, Content, Facts, FeePaid, NextPeriod, Status, charged_for};
use billing::time::Timestamp;
use billing::timeline::Timeline;
use store::Read;
use store::credit_notes::{self, CreditNoteRecord};
use store::invoices::{InvoiceRecord, one};

/// Puts back what was known at issue: discounts that were there, the fee that was charged ahead, what had been paid for this
/// period. A draft keeps what holds today.
///
/// # Errors
/// What the store says.
pub(crate) async fn as_issued(
    read: &mut Read,
    ground: &Ground,
    invoice: &InvoiceRecord,
    facts: &mut Facts,
) -> Result<()> {
    let (Some(issued), Some(period)) = (&invoice.issued, invoice.period) else { return Ok(()) };
    let coupons = store::coupons::of_tenants(read, &[invoice.tenant]).await?.into_iter();
    facts.coupons = coupons.filter(|record| record.created_at <= issued.at).map(|record| record.coupon).collect();
    let timeline = store::timelines::load_one(read, invoice.tenant).await?;
    if !is_in_advance(&timeline, &ground.catalog, facts.period.subscription.id) {
        return Ok(());
    }
    let key = Key { tenant: invoice.tenant, subscription: facts.period.subscription.id, period };
    facts.next = next(&timeline, key, &invoice.document()?);
    facts.fee_paid = match neighbour(&timeline, key, -1) {
        Some(before) => {
            let bound = before.span.interval.start;
            let all = one::of_tenants(read, &[invoice.tenant], bound).await?;
            let then = all.into_iter().filter(|other| other.period == Some(before.id) && held_at(other, issued.at));
            // Of two that one instant made and took back, the one that stands is meant.
            match then.max_by_key(|other| (other.status != Status::Void, other.created_at)) {
                Some(before) => fee_paid(read, &before, period, issued.at).await?,
                None => None,
            }
        }
        None => None,
    };
    Ok(())
}

/// The period whose fee stands on the document, with what was charged of it.
fn next(timeline: &Timeline, key: Key, document: &Content) -> Option<NextPeriod> {
    let after = neighbour(timeline, key, 1)?;
    let charged = charged_for(document, after.id)?;
    Some(NextPeriod { id: after.id, span: after.span, charged: Some(charged) })
}

/// Whether an invoice was there at an instant and was not void yet; or had been issued as a credit note by then. Nothing moves
/// a void one any more.
fn held_at(invoice: &InvoiceRecord, at: Timestamp) -> bool {
    let is_void = invoice.status == Status::Void;
    match invoice.issued {
        None if is_void => invoice.updated_at <= at,
        _ => invoice.created_at <= at && !(is_void && invoice.updated_at < at),
    }
}

/// What an invoice charged in advance for a period, less what was credited of it before an instant.
async fn fee_paid(read: &mut Read, before: &InvoiceRecord, period: PeriodId, at: Timestamp) -> Result<Option<FeePaid>> {
    let Some(charged) = charged_for(&before.document()?, period) else { return Ok(None) };
    let Charged { line, plan_version, from, to, amount_minor } = charged;
    let notes = credit_notes::of_invoice(read, before.tenant, before.id).await?;
    if before.issued.is_none() && before.status == Status::Void && notes.is_empty() {
        // A draft of which nothing became.
        return Ok(None);
    }
    let mut credited = 0_i64;
    for note in notes.iter().filter(|note| note.issued_at < at) {
        credited = credited.saturating_add(credited_of(note, line)?);
    }
    let creditable_minor = amount_minor.saturating_sub(credited).max(0);
    Ok(Some(FeePaid { plan_version, from, to, creditable_minor }))
}

fn credited_of(note: &CreditNoteRecord, line: u32) -> Result<i64> {
    let document = note.document()?;
    let own = document.lines.iter().filter(|it| it.invoice_line == Some(line));
    Ok(own.map(|it| it.amount_minor).fold(0_i64, i64::saturating_add))
}
