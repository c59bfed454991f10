//! A note on a dispute, perhaps with another status: who waits for whom.

use super::{MAX_TEXT_CHARS, called, locked, undecided};
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{Change, DisputeNoteRequest};
use billing::ids::{DisputeId, NoteId};
use futures::FutureExt;
use std::sync::Arc;
use store::disputes::{self, DisputeRecord, DisputeStatus};
use store::notes::{self, NoteRecord};
use store::{Read, Store, Write};

/// The longest reason of the audit log, which takes it from the note.
const MAX_REASON_CHARS: usize = 1_000;

/// What a note would do.
///
/// # Errors
/// The field at fault; `unknown_dispute`, `dispute_decided`.
pub async fn dispute_note_preview(store: &Store, host: &dyn Host, request: &DisputeNoteRequest) -> Result<Change> {
    let wanted = Wanted::new(host, request)?;
    store.read(move |read| async move { Ok(prepare(read, &wanted).await?.0) }.boxed()).await
}

/// Writes it, if that still does what the preview said.
///
/// # Errors
/// As [`dispute_note_preview`]; `preview_outdated`, `read_only`.
pub async fn dispute_note_act(
    store: &Store,
    host: &dyn Host,
    request: &DisputeNoteRequest,
    shown: &str,
) -> Result<Change> {
    let wanted = Arc::new(Wanted::new(host, request)?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { add(write, &wanted, &shown).await }.boxed()
        })
        .await
}

#[derive(Debug)]
struct Wanted {
    dispute: DisputeId,
    text: String,
    status: Option<DisputeStatus>,
    id: NoteId,
    act: Act,
}

impl Wanted {
    fn new(host: &dyn Host, request: &DisputeNoteRequest) -> Result<Self> {
        let text = asked::text("text", &request.text, MAX_TEXT_CHARS)?;
        let reason: String = text.chars().take(MAX_REASON_CHARS).collect();
        let status = match request.status.as_deref() {
            None => None,
            Some("open") => Some(DisputeStatus::Open),
            Some("waiting") => Some(DisputeStatus::Waiting),
            Some(_) => {
                let message = "A dispute is open or waiting; it is decided by a decision.";
                return Err(OperationError::wrong_use("unknown_status", message).field("status"));
            }
        };
        Ok(Self {
            dispute: asked::id("dispute_id", &request.dispute_id)?,
            text,
            status,
            id: NoteId::from_uuid(host.new_uuid()),
            act: Act::new(host, &reason)?,
        })
    }
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<(Change, DisputeRecord)> {
    let dispute = undecided(read, wanted.dispute).await?;
    let tenant = asked::tenant(read, dispute.tenant).await?;
    let mut effects = vec![effect("Note", "", wanted.text.clone(), "")];
    if let Some(status) = wanted.status {
        effects.push(effect("Status", dispute.status.as_str(), status.as_str(), ""));
    }
    let title = format!("Note on dispute {} of {}", called(dispute.number), tenant.name);
    Ok((change(title, effects, Vec::new()), dispute))
}

async fn add(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    locked(write, wanted.dispute).await?;
    let (change, dispute) = prepare(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let note = NoteRecord {
        tenant: dispute.tenant,
        id: wanted.id,
        dispute: Some(dispute.id),
        at: wanted.act.at,
        actor: wanted.act.actor.clone(),
        body: wanted.text.clone(),
    };
    notes::insert(write, &[note]).await?;
    if let Some(status) = wanted.status {
        disputes::set_status(write, dispute.tenant, dispute.id, status).await?;
    }
    let after = wanted.status.unwrap_or(dispute.status);
    let recorded = Recorded {
        action: "dispute.note",
        tenant: Some(dispute.tenant),
        subject: dispute.id.to_string(),
        before: Some(canonical(&[("status", dispute.status.as_str().to_owned())])),
        after: Some(canonical(&[("status", after.as_str().to_owned()), ("note", wanted.id.to_string())])),
    };
    wanted.act.record(write, recorded).await?;
    Ok(change)
}
