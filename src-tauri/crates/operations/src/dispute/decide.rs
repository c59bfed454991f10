//! The end of a dispute: rejected, credited (with the credit note in the same transaction), or corrected.

use super::{called, found, locked, undecided};
use crate::bill::{Crediting, credit};
use crate::change::{Act, Recorded, asked, canonical, change, effect, still_as_shown};
use crate::error::{OperationError, Result};
use crate::host::Host;
use crate::wire::{self, Change, CreditPart, DisputeDecideRequest};
use billing::ids::{AuditId, DisputeId};
use futures::FutureExt;
use std::sync::Arc;
use store::disputes::{self, Decided, DisputeDecision, DisputeRecord};
use store::{Read, Store, Write};

/// What a decision would do.
///
/// # Errors
/// The field at fault; `unknown_dispute`, `dispute_decided`, `no_invoice`, and those of a credit note.
pub async fn dispute_decide_preview(store: &Store, host: &dyn Host, request: &DisputeDecideRequest) -> Result<Change> {
    let wanted = Wanted::of(store, host, request).await?;
    store.read(move |read| async move { Ok(prepare(read, &wanted).await?.change) }.boxed()).await
}

/// Decides, if that still does what the preview said. With a credit note its number is the second effect.
///
/// # Errors
/// As [`dispute_decide_preview`]; `preview_outdated`, `read_only`.
pub async fn dispute_decide_act(
    store: &Store,
    host: &dyn Host,
    request: &DisputeDecideRequest,
    shown: &str,
) -> Result<Change> {
    let wanted = Arc::new(Wanted::of(store, host, request).await?);
    let shown: Arc<str> = shown.into();
    store
        .write(move |write| {
            let (wanted, shown) = (Arc::clone(&wanted), Arc::clone(&shown));
            async move { decide(write, &wanted, &shown).await }.boxed()
        })
        .await
}

#[derive(Debug)]
struct Wanted {
    dispute: DisputeId,
    decision: DisputeDecision,
    crediting: Option<Crediting>,
    act: Act,
}

impl Wanted {
    /// The invoice of a dispute never changes, so it is read before the transaction that decides.
    async fn of(store: &Store, host: &dyn Host, request: &DisputeDecideRequest) -> Result<Self> {
        let act = Act::new(host, &request.reason)?;
        let id: DisputeId = asked::id("dispute_id", &request.dispute_id)?;
        let decision = match request.decision {
            wire::DisputeDecision::Reject => DisputeDecision::Reject,
            wire::DisputeDecision::Credit => DisputeDecision::Credit,
            wire::DisputeDecision::Correct => DisputeDecision::Correct,
        };
        if decision != DisputeDecision::Credit {
            if !request.parts.is_empty() {
                let message = "Only a decision to credit names what is credited.";
                return Err(OperationError::wrong_use("malformed", message).field("parts"));
            }
            return Ok(Self { dispute: id, decision, crediting: None, act });
        }
        let dispute = store.read(move |read| async move { found(read, id).await }.boxed()).await?;
        let crediting = Self::crediting(host, &dispute, &request.parts, &act)?;
        Ok(Self { dispute: id, decision, crediting: Some(crediting), act })
    }

    fn crediting(host: &dyn Host, dispute: &DisputeRecord, parts: &[CreditPart], act: &Act) -> Result<Crediting> {
        let invoice = dispute.invoice.ok_or_else(|| {
            let message = "This dispute is about no invoice: there is nothing to credit.";
            OperationError::refused("no_invoice", message).field("decision")
        })?;
        let act = Act { audit: AuditId::from_uuid(host.new_uuid()), ..act.clone() };
        Crediting::of(credit::Ids::new(host), invoice, parts, Some(dispute.id), act)
    }
}

struct Prepared {
    change: Change,
    dispute: DisputeRecord,
    credit: Option<credit::Prepared>,
}

/// The one function behind preview and act.
async fn prepare(read: &mut Read, wanted: &Wanted) -> Result<Prepared> {
    let dispute = undecided(read, wanted.dispute).await?;
    let tenant = asked::tenant(read, dispute.tenant).await?;
    let credit = match &wanted.crediting {
        None => None,
        Some(crediting) => Some(crediting.prepare(read).await?),
    };
    let mut effects = vec![effect("Status", dispute.status.as_str(), wanted.decision.as_str(), "")];
    let mut warnings = vec!["A decided dispute never changes.".to_owned()];
    if let Some(credit) = &credit {
        effects.extend(credit.change.effects.iter().cloned());
        warnings.extend(credit.change.warnings.iter().cloned());
    }
    if wanted.decision == DisputeDecision::Correct {
        warnings.push("Nothing is corrected by this: enter the corrections of its events.".to_owned());
    }
    let word = match wanted.decision {
        DisputeDecision::Reject => "Reject",
        DisputeDecision::Credit => "Credit",
        DisputeDecision::Correct => "Correct",
    };
    let title = format!("{word} dispute {} of {}", called(dispute.number), tenant.name);
    Ok(Prepared { change: change(title, effects, warnings), dispute, credit })
}

async fn decide(write: &mut Write, wanted: &Wanted, shown: &str) -> Result<Change> {
    // Tenant, invoice, dispute: the order of every writer.
    if let Some(crediting) = &wanted.crediting {
        crate::bill::found::locked(write, crediting.invoice).await?;
    }
    locked(write, wanted.dispute).await?;
    let Prepared { mut change, dispute, credit } = prepare(write, wanted).await?;
    still_as_shown(&change, shown)?;
    let issued = match (&wanted.crediting, credit) {
        (Some(crediting), Some(prepared)) => Some(crediting.issue(write, prepared).await?),
        _ => None,
    };
    let decided = Decided {
        decision: wanted.decision,
        reason: wanted.act.reason.clone(),
        at: wanted.act.at,
        by: wanted.act.actor.clone(),
        credit_note: issued.as_ref().map(|issued| issued.id),
    };
    disputes::decide(write, dispute.tenant, dispute.id, &decided).await?;
    let number = issued.as_ref().map(|issued| issued.number.clone()).unwrap_or_default();
    let recorded = Recorded {
        action: "dispute.decide",
        tenant: Some(dispute.tenant),
        subject: dispute.id.to_string(),
        before: Some(canonical(&[("status", dispute.status.as_str().to_owned())])),
        after: Some(canonical(&[("decision", wanted.decision.as_str().to_owned()), ("credit_note", number.clone())])),
    };
    wanted.act.record(write, recorded).await?;
    if issued.is_some()
        && let Some(effect) = change.effects.get_mut(1)
    {
        effect.after = number;
    }
    Ok(change)
}
