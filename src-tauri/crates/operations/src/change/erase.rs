//! Erasing a subject (rules, section 2.7): its name and outside id, the details of its events and of others that name
//! it, and what quarantine says of it. Usage stays, and the ledger keeps only the random id. Neither the preview's audit record nor its
//! fingerprint keeps the name.

use super::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, EraseRequest};
use billing::ids::{SubjectId, TenantId};
use futures::FutureExt;
use std::sync::Arc;
use store::subjects::{self, Subject};
use store::{Read, Store, Write, erasure};

/// What erasing a subject would do.
///
/// # Errors
/// `unknown_subject`, `already_erased`, or the field at fault.
pub async fn erase_preview(store: &Store, host: &dyn Host, request: &EraseRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { prepare(read, &wanted).await }.boxed()).await
}

/// Erases it, if that still does what the preview said. It cannot be undone.
///
/// # Errors
/// As [`erase_preview`]; `preview_outdated`, `read_only`; `traces_left` when it is done but the write-ahead log of SQLite
/// could not be cut.
pub async fn erase_act(store: &Store, host: &dyn Host, request: &EraseRequest, shown: &str) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    let change = store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { erase(write, &wanted, &shown).await }.boxed()
        })
        .await?;
    if store.forget_erased().await? {
        return Ok(change);
    }
    let message = "It is erased, but another program that reads the file keeps its older pages: close that program, \
        then open and close the file once.";
    Err(OperationError::refused("traces_left", message))
}

#[derive(Debug)]
struct Wanted {
    tenant: TenantId,
    subject: SubjectId,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &EraseRequest) -> Result<Self> {
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            subject: asked::id("subject_id", &request.subject_id)?,
            act: Act::new(host, &request.reason)?,
        })
    }
}

async fn found(read: &mut Read, wanted: &Wanted) -> Result<Subject> {
    let found = subjects::by_id(read, wanted.tenant, wanted.subject).await?;
    let subject = found.ok_or_else(|| {
        OperationError::not_found("unknown_subject", "This tenant has no such subject.").field("subject_id")
    })?;
    if let Some(at) = subject.erased_at {
        let message = format!("This subject was erased at {at}.");
        return Err(OperationError::refused("already_erased", message).field("subject_id"));
    }
    Ok(subject)
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<Change> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let subject = found(read, wanted).await?;
    let mentions = erasure::mentions(read, &subject).await?;
    let text = |value: Option<String>| value.unwrap_or_default();
    let effects = vec![
        effect("Name", text(subject.name), "erased", ""),
        effect("Outside id", text(subject.outside_id), "erased", ""),
        effect("Events with details", mentions.own_details.to_string(), "0", "events"),
        effect("Other events whose details name it", mentions.other_details.len().to_string(), "0", "events"),
        effect("Rows in quarantine with fields that name it", mentions.quarantined.len().to_string(), "0", "rows"),
        effect("Imports of files that are called after it", mentions.files.len().to_string(), "0", "imports"),
    ];
    let warnings = vec![
        "This cannot be undone, and backups and files that were imported are not touched.".to_owned(),
        "Its usage stays and is billed as before, under the keys that its events have.".to_owned(),
        "Details that name it are erased whole; rows in quarantine lose only the fields that do.".to_owned(),
        "What people wrote themselves (reasons, notes, claims) stays as they wrote it.".to_owned(),
    ];
    Ok(change(format!("Erase the {} {} of {}", subject.kind.as_str(), subject.id, tenant.name), effects, warnings))
}

async fn erase(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    let change = prepare(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let erased = erasure::erase(write, wanted.tenant, wanted.subject, wanted.act.at).await?;
    let recorded = Recorded {
        action: "subject.erase",
        tenant: Some(wanted.tenant),
        subject: wanted.subject.to_string(),
        before: None,
        after: Some(canonical(&[
            ("details_erased", erased.own_details.to_string()),
            ("other_details_erased", erased.other_details.len().to_string()),
            ("quarantine_rows_erased", erased.quarantined.len().to_string()),
            ("file_names_erased", erased.files.len().to_string()),
        ])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}

/// Whose subject it is, for a person who knows only its id.
///
/// # Errors
/// `unknown_subject`, or the field at fault.
pub async fn tenant_of_subject(store: &Store, subject: &str) -> Result<TenantId> {
    let id: SubjectId = asked::id("subject_id", subject)?;
    let found = store.read(move |read| async move { subjects::anywhere(read, id).await }.boxed()).await?;
    found
        .first()
        .map(|subject| subject.tenant)
        .ok_or_else(|| OperationError::not_found("unknown_subject", "There is no such subject.").field("subject_id"))
}
