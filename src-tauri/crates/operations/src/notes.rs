//! What people write about a tenant: kept for good, and part of its line of time. Of a snapshot, which never changes, it
//! is kept in a file beside it.

use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::Result;
use crate::host::Host;
use crate::snapshot::case_notes::CaseNotes;
use crate::wire::{Change, NoteRequest, NoteRow, NotesView};
use billing::ids::{NoteId, TenantId};
use billing::time::Timestamp;
use futures::FutureExt;
use std::sync::Arc;
use store::notes::{self, NoteRecord};
use store::{Read, Store, Write};

/// The longest note.
const MAX_TEXT_CHARS: usize = 4_000;
/// The longest reason of the audit log, which takes it from the note.
const MAX_REASON_CHARS: usize = 1_000;
/// Notes that are listed.
const LISTED: u32 = 200;

/// What writing a note would do.
///
/// # Errors
/// The field at fault; `unknown_tenant`.
pub async fn note_preview(store: &Store, host: &dyn Host, request: &NoteRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    let beside = CaseNotes::of(store);
    store.read(move |read| async move { prepare(read, &wanted, beside.as_ref()).await }.boxed()).await
}

/// Writes it, if that still does what the preview said.
///
/// # Errors
/// As [`note_preview`]; `preview_outdated`, `read_only`; `notes_full` and so on of a snapshot.
pub async fn note_act(store: &Store, host: &dyn Host, request: &NoteRequest, shown: &str) -> Result<Change> {
    if let Some(beside) = CaseNotes::of(store) {
        let change = note_preview(store, host, request).await?;
        still_as_shown(&change, shown)?;
        let wanted = Wanted::new(host, request)?;
        beside.add(wanted.tenant, &wanted.text, host.actor().as_str(), host.now_of_people())?;
        return Ok(change);
    }
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { add(write, &wanted, &shown).await }.boxed()
        })
        .await
}

/// Notes about a tenant itself, newest first, at most 200.
///
/// # Errors
/// `unknown_tenant`; when the database fails; `notes_damaged` and so on of a snapshot.
pub async fn notes(store: &Store, at: Timestamp, tenant: TenantId) -> Result<NotesView> {
    let beside = beside(store, tenant)?;
    store
        .read(move |read| {
            async move {
                let known = asked::tenant(read, tenant).await?;
                let found = notes::of_tenant(read, tenant, LISTED).await?;
                let row = |note: NoteRecord| NoteRow { at: note.at.to_string(), actor: note.actor, text: note.body };
                Ok(NotesView {
                    as_of: at.to_string(),
                    tenant_id: tenant.to_string(),
                    tenant: known.name,
                    notes: beside.into_iter().chain(found.into_iter().map(row)).collect(),
                })
            }
            .boxed()
        })
        .await
}

/// Case notes about a tenant beside a snapshot, the newest first; a database has none.
pub(crate) fn beside(store: &Store, tenant: TenantId) -> Result<Vec<NoteRow>> {
    let found = CaseNotes::of(store).map(|beside| beside.about(tenant)).transpose()?.unwrap_or_default();
    Ok(found.into_iter().map(|note| NoteRow { at: note.at, actor: note.actor, text: note.text }).collect())
}

#[derive(Debug)]
struct Wanted {
    tenant: TenantId,
    text: String,
    id: NoteId,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &NoteRequest) -> Result<Self> {
        let text = asked::text("text", &request.text, MAX_TEXT_CHARS)?;
        let reason: String = text.chars().take(MAX_REASON_CHARS).collect();
        Ok(Self {
            tenant: asked::id("tenant_id", &request.tenant_id)?,
            text,
            id: NoteId::from_uuid(host.new_uuid()),
            act: Act::new(host, &reason)?,
        })
    }
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted, beside: Option<&CaseNotes>) -> Result<Change> {
    let tenant = asked::tenant(read, wanted.tenant).await?;
    let mut effects = vec![effect("Note", "", wanted.text.clone(), "")];
    if let Some(beside) = beside {
        effects.push(effect("Kept beside the snapshot in", "", beside.file().display().to_string(), ""));
    }
    Ok(change(format!("Note about {}", tenant.name), effects, Vec::new()))
}

async fn add(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    let change = prepare(write, wanted, None).await?;
    still_as_shown(&change, shown)?;
    let note = NoteRecord {
        tenant: wanted.tenant,
        id: wanted.id,
        dispute: None,
        at: wanted.act.at,
        actor: wanted.act.actor.clone(),
        body: wanted.text.clone(),
    };
    notes::insert(write, &[note]).await?;
    let recorded = Recorded {
        action: "note.add",
        tenant: Some(wanted.tenant),
        subject: wanted.id.to_string(),
        before: None,
        after: Some(canonical(&[("characters", wanted.text.chars().count().to_string())])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}
