//! The quarantine on screen: what was put aside, why, and what a person can do about it.

use super::event_detail::pairs;
use super::{asked, shown};
use crate::error::{OperationError, Result};
use crate::wire::{QuarantineFilter, QuarantinePage, QuarantineRow, ReasonCount};
use billing::ids::{QuarantineId, TenantId};
use billing::time::Timestamp;
use std::collections::HashMap;
use store::look::quarantine::{self as aside, PutAsideFilter, PutAsideLine, PutAsidePosition};
use store::{Read, Store};

/// Rows of a page.
const PAGE: u32 = 200;
/// The longest text that is looked at as an id.
const MAX_ID_CHARS: usize = 200;

/// A page of the quarantine, newest first.
///
/// # Errors
/// `bad_cursor`, `unknown_state`, `not_a_tenant_id`; when the database fails.
pub async fn quarantine(
    store: &Store,
    at: Timestamp,
    filter: &QuarantineFilter,
    cursor: Option<&str>,
) -> Result<QuarantinePage> {
    if let Some(state) = filter.state.as_deref().filter(|state| !["waiting", "accepted", "dismissed"].contains(state)) {
        let message = format!("'{state}' is none of waiting, accepted and dismissed.");
        return Err(OperationError::wrong_use("unknown_state", message).field("state"));
    }
    let filter = PutAsideFilter {
        state: filter.state.clone(),
        reasons: filter.reason.iter().cloned().collect(),
        tenant: filter.tenant_id.as_deref().map(asked::tenant_id).transpose()?,
    };
    let after = cursor.map(position).transpose()?;
    store.read(move |read| Box::pin(async move { page_in(read, &filter, after, at).await })).await
}

/// One row of the quarantine.
///
/// # Errors
/// `malformed` for what is no id of a row, `unknown_row`; when the database fails.
pub async fn quarantine_row(store: &Store, id: &str) -> Result<QuarantineRow> {
    let id: QuarantineId = id.chars().take(MAX_ID_CHARS).collect::<String>().parse().map_err(|error| {
        let error: billing::ids::InvalidId = error;
        OperationError::wrong_use("malformed", "This is no id of a row in quarantine.").field("id").because(error)
    })?;
    store
        .read(move |read| {
            Box::pin(async move {
                let line = aside::one(read, id).await?.ok_or_else(|| {
                    OperationError::not_found("unknown_row", "There is no such row in quarantine.").field("id")
                })?;
                let names = names(read, std::slice::from_ref(&line)).await?;
                Ok(row(line, &names))
            })
        })
        .await
}

async fn names(read: &mut Read, lines: &[PutAsideLine]) -> Result<HashMap<TenantId, String>> {
    let mut names = HashMap::new();
    for tenant in lines.iter().filter_map(|line| line.tenant) {
        if !names.contains_key(&tenant)
            && let Some(known) = store::tenants::by_id(read, tenant).await?
        {
            names.insert(tenant, known.name);
        }
    }
    Ok(names)
}

async fn page_in(
    read: &mut Read,
    filter: &PutAsideFilter,
    after: Option<PutAsidePosition>,
    as_of: Timestamp,
) -> Result<QuarantinePage> {
    let mut found = aside::page(read, filter, after, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|last| format!("{}\n{}", last.received_at.micros(), last.id));
    let names = names(read, &found).await?;
    let waiting = aside::waiting(read).await?;
    Ok(QuarantinePage {
        as_of: as_of.to_string(),
        rows: found.into_iter().map(|line| row(line, &names)).collect(),
        next,
        reasons: waiting.into_iter().map(|(reason, waiting)| ReasonCount { reason, waiting }).collect(),
    })
}

fn position(text: &str) -> Result<PutAsidePosition> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
    };
    let (micros, id) = text.split_once('\n').ok_or_else(bad)?;
    let received_at = micros.parse().ok().and_then(|micros| Timestamp::from_micros(micros).ok());
    Ok(PutAsidePosition { received_at: received_at.ok_or_else(bad)?, id: id.parse().map_err(|_| bad())? })
}

fn row(line: PutAsideLine, names: &HashMap<TenantId, String>) -> QuarantineRow {
    let name = line.tenant.and_then(|tenant| names.get(&tenant).cloned());
    QuarantineRow {
        quarantine_id: line.id.to_string(),
        tenant_id: line.tenant.map(|tenant| tenant.to_string()),
        tenant_name: name.or(line.tenant_text),
        source: line.source,
        key: line.key,
        line: line.line,
        advice: advice(&line.reason).to_owned(),
        sentence: shown::sentence(&line.sentence),
        reason: line.reason,
        received_at: line.received_at.to_string(),
        state: line.state,
        fields: pairs(&line.body),
        decided_by: line.decided_by,
        decision_reason: line.decision_reason,
    }
}

/// What to do about a line that cannot be read.
const LINE: &str = "Correct the line in the file of rows that were put aside, and import that file.";

/// What a person can do about a reason.
fn advice(reason: &str) -> &'static str {
    match reason {
        "conflict" => {
            "Compare it with the accepted event of this key. If both happened, send it again under another key."
        }
        "too_late" => "If the use is real, take it again, or import its file as a backfill.",
        "in_future" => "Check the clock of the sender; take it again once its time has come.",
        "no_subscription" => {
            "Give the tenant a subscription for that time and take it again, or import it as a backfill."
        }
        "below_zero" => "Something was freed that was never stored: find what is missing, then take it again.",
        "closed_period" => {
            "Its period is closed: take it into the next invoice, as a credit note if it lowers the invoice, or refuse it."
        }
        "unknown_tenant" => "Create the tenant or correct its name in the file, then take it again.",
        "unknown_meter" => "Create the meter or correct the mapping, then take it again.",
        "unknown_parent" => "Send the event that it repeats or corrects first, then take it again.",
        "correction_too_large" => "Correct no more than is left of the event; what was corrected before counts, too.",
        "negative_quantity" => "Correct the quantity, or send it as a correction of the event that it takes back.",
        "too_many_digits" => "State a rounding in the mapping, or correct the quantity.",
        "no_zone" => "State the zone of times in the mapping.",
        "overlap" => "Check whether the file was imported before; if not, import it with overlap allowed.",
        "too_large" => "Correct the quantity in the file of rows that were put aside, and import that file.",
        "overflow" => "Find what fills its counter and correct that, then take it again.",
        "malformed" | "too_long" | "no_meter" | "field_count" | "not_utf8" | "zero_character" | "not_json" => LINE,
        reason if reason.starts_with("bad_") || reason.starts_with("missing_") => LINE,
        _ => "Correct its cause and take it again, or dismiss it with a reason.",
    }
}
