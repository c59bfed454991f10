//! The list of invoices, in pages by filter, with sums per currency.

use super::found::{self, seller_zone};
use super::shown;
use crate::change::asked;
use crate::error::{OperationError, Result};
use crate::wire::{InvoiceFilter, InvoicePage};
use billing::ids::InvoiceId;
use billing::invoice::Status;
use billing::time::{Day, Timestamp, Zone};
use futures::FutureExt;
use store::invoices::{self, InvoicePosition, Wanted, list};
use store::{Read, Store};

/// Rows of a page.
pub const INVOICES_AT_ONCE: usize = 200;
/// The longest beginning of a number that is looked for.
const MAX_NUMBER_CHARS: usize = 100;

/// A page of invoices after a position of the page before.
///
/// # Errors
/// The field at fault; what the store says.
pub async fn invoices(
    store: &Store,
    filter: &InvoiceFilter,
    after: Option<&str>,
    at: Timestamp,
) -> Result<InvoicePage> {
    let (filter, after) = (filter.clone(), after.map(position).transpose()?);
    store.read(move |read| async move { page_in(read, &filter, after, at).await }.boxed()).await
}

async fn page_in(
    read: &mut Read,
    filter: &InvoiceFilter,
    after: Option<InvoicePosition>,
    at: Timestamp,
) -> Result<InvoicePage> {
    let settings = store::billing_settings::read(read).await?;
    let zone = seller_zone(&settings)?;
    let filter = checked(filter, zone, at)?;
    let (rows, next) = list::page(read, &filter, after, INVOICES_AT_ONCE).await?;
    let sums = list::sums(read, &filter).await?;
    Ok(InvoicePage {
        as_of: at.to_string(),
        rows: rows.iter().map(|listed| shown::row(listed, filter.today)).collect::<Result<_>>()?,
        next: next.map(cursor),
        totals: sums.iter().map(shown::sum).collect(),
    })
}

/// A filter of a face as the store takes it.
///
/// # Errors
/// The field at fault.
pub(crate) fn checked(filter: &InvoiceFilter, zone: Zone, at: Timestamp) -> Result<invoices::InvoiceFilter> {
    let day = |field: &str, text: &Option<String>| -> Result<Option<(Day, Timestamp)>> {
        let Some(text) = text else { return Ok(None) };
        let day = found::day(field, text)?;
        Ok(Some((day, day.start(zone).map_err(found::out_of_range)?)))
    };
    let number_prefix = filter.number.as_deref().filter(|text| !text.trim().is_empty());
    Ok(invoices::InvoiceFilter {
        today: Day::of(at, zone).map_err(found::out_of_range)?,
        status: filter.status.as_deref().map(wanted).transpose()?,
        tenant: filter.tenant_id.as_deref().map(|id| asked::id("tenant_id", id)).transpose()?,
        from: day("from", &filter.from)?,
        to: day("to", &filter.to)?,
        origin: filter.origin.as_deref().map(|text| word("origin", text)).transpose()?,
        hold: filter.hold.as_deref().map(|text| word("hold", text)).transpose()?,
        number_prefix: number_prefix.map(|text| asked::text("number", text, MAX_NUMBER_CHARS)).transpose()?,
    })
}

fn wanted(text: &str) -> Result<Wanted> {
    Ok(match text {
        "overdue" => Wanted::Overdue,
        "open" => Wanted::Open,
        other => Wanted::Status(word::<Status>("status", other)?),
    })
}

/// A word of a closed list.
pub(super) fn word<T>(field: &str, text: &str) -> Result<T>
where
    T: std::str::FromStr<Err = billing::meter::UnknownWord>,
{
    text.parse().map_err(|error: billing::meter::UnknownWord| {
        OperationError::wrong_use("malformed", crate::change::sentence(&error.to_string())).field(field)
    })
}

/// A position as text; [`position`] reads it back.
fn cursor(position: InvoicePosition) -> String {
    match position {
        InvoicePosition::Draft(end, tenant, id) => format!("draft,{},{tenant},{id}", end.micros()),
        InvoicePosition::Issued(day, tenant, id) => format!("issued,{},{tenant},{id}", day.number()),
    }
}

fn position(text: &str) -> Result<InvoicePosition> {
    let wrong = || OperationError::wrong_use("malformed", "This is no place in the list of invoices.").field("after");
    let parts: Vec<&str> = text.get(..text.len().min(200)).unwrap_or("").split(',').collect();
    let [kind, place, tenant, id] = parts[..] else { return Err(wrong()) };
    let tenant = tenant.parse().map_err(|_| wrong())?;
    let id: InvoiceId = id.parse().map_err(|_| wrong())?;
    match kind {
        "draft" => {
            let micros = place.parse().map_err(|_| wrong())?;
            Ok(InvoicePosition::Draft(Timestamp::from_micros(micros).map_err(|_| wrong())?, tenant, id))
        }
        "issued" => {
            let number = place.parse().map_err(|_| wrong())?;
            Ok(InvoicePosition::Issued(Day::from_number(number).map_err(|_| wrong())?, tenant, id))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_back() {
        let tenant = "ten_00000000000000000000000000000001".parse().unwrap();
        let id = "inv_00000000000000000000000000000002".parse().unwrap();
        let day = Day::from_number(20_260_131).unwrap();
        let end = Timestamp::from_micros(1_700_000_000_000_001).unwrap();
        for place in [InvoicePosition::Issued(day, tenant, id), InvoicePosition::Draft(end, tenant, id)] {
            assert_eq!(position(&cursor(place)).unwrap(), place, "the next page begins where the last one ended");
        }
        for wrong in ["", "draft", "draft,x,y,z", "issued,99999999,ten_1,inv_1"] {
            assert_eq!(position(wrong).unwrap_err().code(), "malformed", "what no page gave is refused: {wrong}");
        }
    }
}
