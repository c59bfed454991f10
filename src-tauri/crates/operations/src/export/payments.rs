//! A row a payment: those received on the days of the filter, in the seller's zone.

use super::asked::Asked;
use super::table::{MAX_ROWS, Table, amount, maybe, some, too_many};
use crate::document::{CellKind, Sheet};
use crate::error::Result;
use store::Read;
use store::payments::{self, ListedPayment, PaymentFilter, PaymentPosition};

/// Payments read at once.
const PAGE: u32 = 2_000;

const COLUMNS: [(&str, CellKind); 12] = [
    ("received_at", CellKind::Instant),
    ("invoice", CellKind::Text),
    ("tenant", CellKind::Text),
    ("tenant_id", CellKind::Text),
    ("method", CellKind::Text),
    ("reference", CellKind::Text),
    ("currency", CellKind::Text),
    ("amount", CellKind::Amount),
    ("applied", CellKind::Amount),
    ("actor", CellKind::Text),
    ("note", CellKind::Text),
    ("payment_id", CellKind::Text),
];

/// The table of what the filter passes.
pub(super) async fn sheet(read: &mut Read, asked: &Asked) -> Result<Sheet> {
    asked.by_tenant_and_days("Payments")?;
    table(&all(read, asked).await?)
}

/// The table of payments.
pub(crate) fn table(payments: &[ListedPayment]) -> Result<Sheet> {
    let mut table = Table::new("Payments", &COLUMNS);
    for listed in payments {
        let payment = &listed.payment;
        table.push([
            some(payment.received_at),
            maybe(listed.invoice_number.as_ref()),
            some(&listed.tenant_name),
            some(payment.tenant),
            some(&payment.method),
            some(&payment.reference),
            some(payment.currency),
            amount(payment.amount_minor, payment.currency),
            amount(payment.applied_minor, payment.currency),
            some(&payment.actor),
            some(&payment.note),
            some(payment.id),
        ])?;
    }
    Ok(table.finish())
}

/// All that the filter passes, the newest first.
pub(super) async fn all(read: &mut Read, asked: &Asked) -> Result<Vec<ListedPayment>> {
    let filter = PaymentFilter {
        tenant: asked.filter.tenant,
        invoice: None,
        from: asked.filter.from.map(|(_, at)| at),
        to: asked.filter.to.map(|(_, at)| at),
    };
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = payments::page(read, &filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        let payment = &last.payment;
        after = Some(PaymentPosition { received_at: payment.received_at, tenant: payment.tenant, id: payment.id });
        all.extend(page);
        if all.len() > MAX_ROWS {
            return Err(too_many());
        }
    }
}
