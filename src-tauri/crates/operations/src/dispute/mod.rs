//! Disputes: a case of a tenant from its claim to its decision. A decided one never changes.
//!
//! A decision to credit issues the credit note in the same transaction: either both stand or none does.

mod decide;
mod note;
mod open;
mod view;

pub use decide::{dispute_decide_act, dispute_decide_preview};
pub use note::{dispute_note_act, dispute_note_preview};
pub use open::{dispute_open_act, dispute_open_preview};
pub(crate) use view::about_invoice;
pub use view::{dispute, disputes, find_dispute};

use crate::error::{OperationError, Result};
use billing::ids::DisputeId;
use store::disputes::{self, DisputeRecord, DisputeStatus};
use store::{Read, Write};

/// The longest claim or note.
const MAX_TEXT_CHARS: usize = 4_000;

/// The dispute of an id.
async fn found(read: &mut Read, id: DisputeId) -> Result<DisputeRecord> {
    disputes::find(read, id)
        .await?
        .ok_or_else(|| OperationError::not_found("unknown_dispute", "There is no such dispute.").field("dispute_id"))
}

/// The dispute of an id, with its tenant and itself locked until the transaction ends.
async fn locked(write: &mut Write, id: DisputeId) -> Result<DisputeRecord> {
    let tenant = found(write, id).await?.tenant;
    store::tenants::lock(write, tenant).await?;
    Ok(disputes::lock(write, tenant, id).await?)
}

/// A dispute that is not decided yet.
async fn undecided(read: &mut Read, id: DisputeId) -> Result<DisputeRecord> {
    let dispute = found(read, id).await?;
    if dispute.status == DisputeStatus::Decided {
        let message = "This dispute is decided: it never changes. Open another one.";
        return Err(OperationError::refused("dispute_decided", message).field("dispute_id"));
    }
    Ok(dispute)
}

/// What people call a dispute.
fn called(number: i64) -> String {
    format!("D-{number}")
}
