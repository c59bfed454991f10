//! What was given up of invoices, for the journal: bad debt against receivable on the day of the decision. What is paid or
//! credited of it later takes as much back.
//!
//! The decision is in the audit log: the invoice itself moves on when it is paid after all. Tax is not corrected here; that
//! takes a credit note.

use super::asked::Asked;
use super::journal::{Book, Head, bad_debt};
use crate::error::Result;
use billing::ids::InvoiceId;
use billing::time::{Day, Timestamp};
use std::collections::BTreeMap;
use store::invoices::{InvoiceRecord, one};
use store::{Read, credit_notes, evidence, payments};

/// When invoices were given up.
pub(super) struct GivenUp(BTreeMap<InvoiceId, Timestamp>);

impl GivenUp {
    /// Of all invoices.
    pub async fn read(read: &mut Read) -> Result<Self> {
        let found = evidence::decided(read, "invoice.uncollectible").await?;
        Ok(Self(found.into_iter().filter_map(|(subject, at)| Some((subject.parse().ok()?, at))).collect()))
    }

    /// Whether an invoice was given up before an instant.
    pub fn is_before(&self, invoice: InvoiceId, at: Timestamp) -> bool {
        self.0.get(&invoice).is_some_and(|given_up| *given_up < at)
    }

    /// Posts what was given up on the days of the filter.
    pub async fn post(&self, read: &mut Read, asked: &Asked, book: &mut Book<'_>) -> Result<()> {
        for (id, at) in &self.0 {
            let day = Day::of(*at, asked.zone).map_err(crate::bill::found::out_of_range)?;
            let Some(invoice) = one::find(read, *id).await?.filter(|invoice| asked.passes(invoice, day)) else {
                continue;
            };
            let tenant = store::tenants::by_id(read, invoice.tenant).await?.map(|tenant| tenant.name);
            let head = Head {
                day,
                document: "write-off",
                number: invoice.issued.as_ref().map(|issued| issued.number.as_str()),
                tenant: (tenant.as_deref().unwrap_or_default(), invoice.tenant),
                currency: invoice.currency,
            };
            book.post(&head, bad_debt(open_at(read, &invoice, *at).await?))?;
        }
        Ok(())
    }
}

/// What was open of an invoice at an instant.
async fn open_at(read: &mut Read, invoice: &InvoiceRecord, at: Timestamp) -> Result<i64> {
    let mut open = invoice.total_minor.saturating_sub(invoice.prepaid_minor);
    for payment in payments::of_invoice(read, invoice.tenant, invoice.id).await? {
        open = if payment.created_at <= at { open.saturating_sub(payment.applied_minor) } else { open };
    }
    for note in credit_notes::of_invoice(read, invoice.tenant, invoice.id).await? {
        open = if note.created_at <= at { open.saturating_sub(note.total_minor) } else { open };
    }
    Ok(open.max(0))
}
