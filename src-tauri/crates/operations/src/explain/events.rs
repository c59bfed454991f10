//! The events behind a line, in pages.

use crate::error::{OperationError, Result};
use crate::export::{counts_by_day, is_use, share};
use crate::look::catalog::Catalog;
use crate::look::{PAGE, event_row};
use crate::wire::LineEvents;
use billing::invoice::Line;
use billing::time::Timestamp;
use std::collections::HashMap;
use store::Read;
use store::invoices::InvoiceRecord;
use store::look::line_events::{self, LinePosition, LineScope};

/// The events that a line is about, its share among all lines of the invoice; none of a fee, a discount and the like, nor of
/// an imported one.
///
/// # Errors
/// What the store says.
pub async fn scope(
    read: &mut Read,
    invoice: &InvoiceRecord,
    (line, all): (&Line, &[&Line]),
    catalog: &Catalog,
) -> Result<Option<LineScope>> {
    let parts = (line.meter, line.part.as_ref().filter(|_| is_use(line)), invoice.period);
    let (Some(meter), Some(part), Some(billed)) = parts else { return Ok(None) };
    let timelines = store::timelines::load(read, &[invoice.tenant]).await?;
    let period = timelines.get(&invoice.tenant).and_then(|timeline| timeline.period(part.period));
    let Some(kind) = catalog.meter(meter) else { return Ok(None) };
    let of_period = |line: &Line| line.part.as_ref().map(|part| part.period);
    let is_same = |other: &&&Line| is_use(other) && (other.meter, of_period(other)) == (line.meter, of_period(line));
    let same: Vec<&Line> = all.iter().filter(is_same).copied().collect();
    let share = share(&same, counts_by_day(kind.aggregation, kind.reset), line);
    Ok(period.map(|period| LineScope {
        tenant: invoice.tenant,
        meter,
        period: part.period,
        interval: period.span.interval,
        billed: Some(billed),
        from: period.span.first_day,
        to: period.span.end_day,
        share,
    }))
}

/// A page of them after a position.
///
/// # Errors
/// What the store says.
pub async fn page(
    read: &mut Read,
    scope: &LineScope,
    after: Option<&LinePosition>,
    catalog: &Catalog,
) -> Result<LineEvents> {
    let limit = u32::try_from(PAGE).unwrap_or(200);
    let mut found = line_events::page(read, scope, after, limit + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = if has_more { found.last().map(|last| cursor(&last.position)) } else { None };
    let tenant = store::tenants::by_id(read, scope.tenant).await?;
    let tenants: HashMap<_, _> = tenant.map(|tenant| (tenant.id, tenant)).into_iter().collect();
    let rows = found.into_iter().filter_map(|line| event_row(line, &tenants, catalog)).collect();
    Ok(LineEvents { rows, next })
}

/// The text of a position: time and length of the source on lines of their own, then source and key.
fn cursor(position: &store::look::events::EventPosition) -> String {
    format!("{}\n{}\n{}{}", position.occurred_at.micros(), position.source.len(), position.source, position.key)
}

/// The position that a text says.
///
/// # Errors
/// `bad_cursor`.
pub fn position(text: &str) -> Result<LinePosition> {
    let bad = || {
        let sentence = "This place among the events cannot be read; start from the first page.";
        OperationError::wrong_use("bad_cursor", sentence).field("cursor")
    };
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().ok_or_else(bad);
    let micros: i64 = part()?.parse().map_err(|_| bad())?;
    let length: usize = part()?.parse().map_err(|_| bad())?;
    let (source, key) = part()?.split_at_checked(length).ok_or_else(bad)?;
    let occurred_at = Timestamp::from_micros(micros).map_err(|_| bad())?;
    Ok(LinePosition { occurred_at, source: source.to_owned(), key: key.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_whatever_source_and_key_hold() {
        let text = "1700000000000000\n6\na\nüb\nk\n9";
        let place = position(text).unwrap();
        assert_eq!((place.source.as_str(), place.key.as_str()), ("a\nüb\n", "k\n9"), "the length tells them apart");
        for wrong in ["", "x\n1\nab", "1\n9\nab", "1\n2\nü", "1", "99999999999999999999\n1\nab"] {
            let said = position(wrong).map(|place| (place.source, place.key));
            if wrong == "1\n2\nü" {
                assert_eq!(said.unwrap(), ("ü".to_owned(), String::new()), "bytes, not characters");
            } else {
                assert_eq!(said.unwrap_err().code(), "bad_cursor", "{wrong:?} is no place");
            }
        }
    }
}
