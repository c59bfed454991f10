//! The audit log on screen: who did what, when and why, with before and after.

use super::asked;
use super::event_detail::pairs;
use crate::error::{OperationError, Result};
use crate::wire::{AuditField, AuditFilter, AuditPage, AuditRow};
use billing::ids::TenantId;
use billing::time::Timestamp;
use std::collections::{BTreeMap, HashMap};
use store::look::audit::{self as log, AuditLine, AuditPosition};
use store::{Read, Store};

/// Records of a page.
const PAGE: u32 = 200;
/// The longest name of a filter, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// A page of the audit log, newest first.
///
/// # Errors
/// `bad_cursor`, `not_a_tenant_id`, `not_a_time`, `too_long`; when the database fails.
pub async fn audit(store: &Store, at: Timestamp, filter: &AuditFilter, cursor: Option<&str>) -> Result<AuditPage> {
    let filter = asked(filter)?;
    let after = cursor.map(position).transpose()?;
    store.read(move |read| Box::pin(async move { page_in(read, &filter, after, at).await })).await
}

/// What a filter asks for, checked.
///
/// # Errors
/// `not_a_tenant_id`, `not_a_time`, `too_long`.
pub(crate) fn asked(filter: &AuditFilter) -> Result<log::AuditFilter> {
    Ok(log::AuditFilter {
        actor: filter.actor.as_deref().map(|name| bounded("actor", name)).transpose()?,
        action: filter.action.as_deref().map(|name| bounded("action", name)).transpose()?,
        tenant: filter.tenant_id.as_deref().map(asked::tenant_id).transpose()?,
        from: filter.from.as_deref().map(|text| asked::time("from", text)).transpose()?,
        to: filter.to.as_deref().map(|text| asked::time("to", text)).transpose()?,
    })
}

fn bounded(field: &str, name: &str) -> Result<String> {
    if name.len() <= MAX_NAME_BYTES && !name.contains('\0') {
        return Ok(name.to_owned());
    }
    Err(OperationError::wrong_use("too_long", "This is longer than any name in the log.").field(field))
}

async fn page_in(
    read: &mut Read,
    filter: &log::AuditFilter,
    after: Option<AuditPosition>,
    as_of: Timestamp,
) -> Result<AuditPage> {
    let mut found = log::page(read, filter, after, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|last| format!("{}\n{}", last.at.micros(), last.id));
    let mut names: HashMap<TenantId, String> = HashMap::new();
    for tenant in found.iter().filter_map(|line| line.tenant) {
        if !names.contains_key(&tenant)
            && let Some(known) = store::tenants::by_id(read, tenant).await?
        {
            names.insert(tenant, known.name);
        }
    }
    Ok(AuditPage {
        as_of: as_of.to_string(),
        rows: found.into_iter().map(|line| row(line, &names)).collect(),
        next,
        actions: log::actions(read).await?,
        actors: log::actors(read).await?,
    })
}

fn position(text: &str) -> Result<AuditPosition> {
    let bad = || {
        OperationError::wrong_use("bad_cursor", "This place cannot be read; start from the first page.").field("cursor")
    };
    let (micros, id) = text.split_once('\n').ok_or_else(bad)?;
    let at = micros.parse().ok().and_then(|micros| Timestamp::from_micros(micros).ok());
    Ok(AuditPosition { at: at.ok_or_else(bad)?, id: id.parse().map_err(|_| bad())? })
}

fn row(line: AuditLine, names: &HashMap<TenantId, String>) -> AuditRow {
    AuditRow {
        audit_id: line.id.to_string(),
        at: line.at.to_string(),
        actor: line.actor,
        database_user: line.database_user,
        action: line.action,
        tenant_id: line.tenant.map(|tenant| tenant.to_string()),
        tenant_name: line.tenant.and_then(|tenant| names.get(&tenant).cloned()),
        subject: line.subject,
        reason: line.reason,
        fields: fields(line.before.as_deref(), line.after.as_deref()),
    }
}

/// What changed, field by field in the order of their names.
fn fields(before: Option<&str>, after: Option<&str>) -> Vec<AuditField> {
    let named = |text: Option<&str>| -> BTreeMap<String, String> {
        text.map(pairs).unwrap_or_default().into_iter().map(|pair| (pair.name, pair.value)).collect()
    };
    let (before, mut after) = (named(before), named(after));
    let mut fields: Vec<AuditField> = before
        .into_iter()
        .map(|(name, value)| AuditField { after: after.remove(&name), before: Some(value), name })
        .collect();
    fields.extend(after.into_iter().map(|(name, value)| AuditField { name, before: None, after: Some(value) }));
    fields.sort_by(|one, other| one.name.cmp(&other.name));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_shown_field_by_field() {
        let shown = fields(Some(r#"{"cap":"5","included":"1"}"#), Some(r#"{"cap":"7","reason":"r"}"#));
        let field = |name: &str, before: Option<&str>, after: Option<&str>| AuditField {
            name: name.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let expected =
            [field("cap", Some("5"), Some("7")), field("included", Some("1"), None), field("reason", None, Some("r"))];
        assert_eq!(shown, expected, "changed, gone and new fields are told apart");
        assert!(fields(None, None).is_empty(), "a record may say nothing of either");
    }
}
