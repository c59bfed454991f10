//! The filter of an export, read once.

use crate::bill::{found, list as bill_list};
use crate::error::{OperationError, Result};
use crate::wire::InvoiceFilter;
use billing::invoice::Settings;
use billing::time::{Day, Timestamp, Zone};
use store::Read;
use store::invoices::{self, InvoiceRecord, Listed, list};

/// Invoices read at once.
const PAGE: usize = 2_000;

/// What is wanted, with the settings that hold.
pub(super) struct Asked {
    /// Of invoices.
    pub filter: invoices::InvoiceFilter,
    /// Accounts of the journal.
    pub settings: Settings,
    /// The seller's zone.
    pub zone: Zone,
    /// The first filter that only invoices have: status, hold or number.
    only_invoices: Option<&'static str>,
}

impl Asked {
    /// Reads a filter.
    pub async fn new(read: &mut Read, filter: &InvoiceFilter, at: Timestamp) -> Result<Self> {
        let settings = store::billing_settings::read(read).await?;
        let zone = found::seller_zone(&settings)?;
        let only_invoices = [("status", &filter.status), ("hold", &filter.hold), ("number", &filter.number)];
        let only_invoices = only_invoices.into_iter().find(|(_, asked)| asked.is_some()).map(|(field, _)| field);
        Ok(Self { filter: bill_list::checked(filter, zone, at)?, settings, zone, only_invoices })
    }

    /// Refuses a filter that a kind without states cannot have.
    pub fn by_tenant_and_days(&self, kind: &str) -> Result<()> {
        match self.only_invoices {
            None => Ok(()),
            Some(field) => {
                let sentence = format!("{kind} are chosen by tenant, days and origin, not by {field}.");
                Err(OperationError::wrong_use("not_filterable", sentence).field(field))
            }
        }
    }

    /// Whether what happened to an invoice on a day is asked for.
    pub fn passes(&self, invoice: &InvoiceRecord, day: Day) -> bool {
        let invoices::InvoiceFilter { tenant, from, to, origin, .. } = self.filter;
        tenant.is_none_or(|tenant| tenant == invoice.tenant)
            && origin.is_none_or(|origin| origin == invoice.origin)
            && from.is_none_or(|(from, _)| from <= day)
            && to.is_none_or(|(to, _)| day < to)
    }

    /// The next invoices after a page, the newest first; none at the end.
    pub async fn invoices(&self, read: &mut Read, after: &mut Option<After>) -> Result<Option<Vec<Listed>>> {
        let position = match after {
            None => None,
            Some(After::Position(position)) => Some(*position),
            Some(After::End) => return Ok(None),
        };
        let (listed, next) = list::page(read, &self.filter, position, PAGE).await?;
        *after = Some(next.map_or(After::End, After::Position));
        Ok(Some(listed))
    }
}

/// How far a walk through invoices came.
pub(super) enum After {
    /// After this one.
    Position(invoices::InvoicePosition),
    /// All were seen.
    End,
}
