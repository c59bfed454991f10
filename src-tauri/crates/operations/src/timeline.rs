//! The line of time of a tenant, an invoice or a dispute: everything that happened, newest first, in words.

use crate::change::asked;
use crate::error::{OperationError, Result};
use crate::notes::beside;
use crate::wire::{NoteRow, TimelineEntry, TimelinePage};
use billing::ids::{CreditNoteId, DisputeId, InvoiceId, TenantId};
use billing::time::Timestamp;
use futures::FutureExt;
use store::look::happenings::{self, About, Happening, Place, Source};
use store::{Read, Store};

/// Entries of a page.
const PAGE: usize = 200;

/// A page of a tenant's line of time, newest first; what is planned comes before what was.
///
/// # Errors
/// `unknown_tenant`, `bad_cursor`; when the database fails; `notes_damaged` and so on of a snapshot.
pub async fn tenant_timeline(
    store: &Store,
    at: Timestamp,
    tenant: TenantId,
    cursor: Option<&str>,
) -> Result<TimelinePage> {
    let after = cursor.map(place).transpose()?;
    // What was written beside a snapshot is newer than all that is in it.
    let beside = if after.is_none() { beside(store, tenant)? } else { Vec::new() };
    let beside = beside.into_iter().map(case_note);
    store
        .read(move |read| {
            async move {
                asked::tenant(read, tenant).await?;
                let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
                let mut found = happenings::of_tenant(read, tenant, after.as_ref(), limit).await?;
                let more = found.len() > PAGE;
                found.truncate(PAGE);
                let next = found.last().filter(|_| more).map(|last| cursor_text(&last.place));
                Ok(TimelinePage {
                    as_of: at.to_string(),
                    rows: beside.chain(found.into_iter().map(entry)).collect(),
                    next,
                })
            }
            .boxed()
        })
        .await
}

/// What happened to an invoice or a dispute, newest first, at most a page.
pub(crate) async fn about(read: &mut Read, tenant: TenantId, about: About) -> Result<Vec<TimelineEntry>> {
    let found = happenings::about(read, tenant, about, u32::try_from(PAGE).unwrap_or(u32::MAX)).await?;
    Ok(found.into_iter().map(entry).collect())
}

fn case_note(NoteRow { at, actor, text }: NoteRow) -> TimelineEntry {
    TimelineEntry {
        at,
        kind: "note".to_owned(),
        title: "Case note beside the snapshot".to_owned(),
        detail: text,
        actor: Some(actor),
        amount: None,
        currency: None,
        opens: None,
    }
}

fn cursor_text(place: &Place) -> String {
    format!("{}\n{}\n{}", place.at.micros(), place.source.as_str(), place.id.simple())
}

fn place(text: &str) -> Result<Place> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
    };
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().ok_or_else(bad);
    let micros: i64 = part()?.parse().map_err(|_| bad())?;
    let source: Source = part()?.parse().map_err(|_| bad())?;
    let id = uuid::Uuid::try_parse(part()?).map_err(|_| bad())?;
    Ok(Place { at: Timestamp::from_micros(micros).map_err(|_| bad())?, source, id })
}

/// An entry in words.
fn entry(happening: Happening) -> TimelineEntry {
    let Happening { place, word, detail, actor, amount, opens } = happening;
    let (kind, title, detail) = words(place.source, word, detail);
    let opens = opens.map(|id| match place.source {
        Source::CreditNote => CreditNoteId::from_uuid(id).to_string(),
        Source::Dispute | Source::Decision | Source::Note => DisputeId::from_uuid(id).to_string(),
        _ => InvoiceId::from_uuid(id).to_string(),
    });
    TimelineEntry {
        at: place.at.to_string(),
        kind: kind.to_owned(),
        title,
        detail,
        actor,
        amount: amount.map(|amount| amount.to_string()),
        currency: amount.map(|amount| amount.currency().code().to_owned()),
        opens,
    }
}

fn words(source: Source, word: String, detail: String) -> (&'static str, String, String) {
    let nothing = String::new();
    match source {
        Source::Started => ("subscription", format!("Subscription to {word} began"), nothing),
        Source::Ended => ("subscription", format!("Subscription to {word} ended"), nothing),
        Source::Plan => ("plan", format!("{word}, version {detail}, holds"), nothing),
        Source::Override => ("override", format!("Override of {word}"), detail),
        Source::Invoice => ("invoice", format!("Invoice {word}"), nothing),
        Source::CreditNote => ("credit_note", format!("Credit note {word}"), detail),
        Source::Payment => ("payment", format!("Payment by {word}"), detail),
        Source::Alert => ("alert", format!("{word} reached {}", level(&detail)), nothing),
        Source::Recovery => ("alert", format!("{word} fell below {} again", level(&detail)), nothing),
        Source::Dispute => ("dispute", format!("Dispute D-{word} opened"), detail),
        Source::Decision => {
            let (number, decision) = word.split_once(' ').unwrap_or((&word, ""));
            let decided = match decision {
                "reject" => "rejected",
                "credit" => "credited",
                _ => "decided: to be corrected",
            };
            ("dispute", format!("Dispute D-{number} {decided}"), detail)
        }
        Source::Note => ("note", "Note".to_owned(), detail),
        Source::Audit => ("audit", act(&word), detail),
    }
}

fn level(stored: &str) -> &'static str {
    if stored == "warning" { "80 %" } else { "100 %" }
}

/// A code of the audit log as words: `invoice.approve` is "Draft approved", one without words of its own, such as
/// `quarantine.retry`, is "Quarantine: retry".
fn act(code: &str) -> String {
    let known = match code {
        "billing.account" => "Billing of the tenant changed",
        "coupon.give" => "Discount given",
        "invoice.credit" => "Credit note made by a run",
        "invoice.approve" => "Draft approved",
        "invoice.finalize" => "Invoice finalized",
        "invoice.reissue" => "Invoice voided and drafted again",
        "invoice.uncollectible" => "Invoice written off",
        "invoice.void" => "Invoice voided",
        "wallet.grant" => "Prepaid credits granted",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let (what, how) = code.split_once('.').unwrap_or((code, ""));
    let words = |text: &str| text.replace('_', " ");
    let mut rest = what.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    if how.is_empty() { words(code) } else { format!("{first}{}: {}", words(rest.as_str()), words(how)) }
}

#[cfg(test)]
mod tests {
    use super::act;

    #[test]
    fn acts_are_words() {
        assert_eq!(act("invoice.approve"), "Draft approved", "what finance does every month reads well");
        assert_eq!(act("quarantine.retry"), "Quarantine: retry", "a code without words of its own is still readable");
        assert_eq!(act("migrate"), "migrate", "one part alone");
    }
}
