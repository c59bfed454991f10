//! What people wrote about a tenant or about a dispute of it. Append-only.

use crate::codec::{At, Id, id};
use crate::conn::{Read, Write, insert_rows, rows};
use crate::error::Result;
use crate::sql::statements;
use billing::ids::{DisputeId, NoteId, TenantId};
use billing::time::Timestamp;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRecord {
    /// The tenant.
    pub tenant: TenantId,
    /// Its identity.
    pub id: NoteId,
    /// The dispute that it is about; none: the tenant.
    pub dispute: Option<DisputeId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub body: String,
}

statements! {
    OF_TENANT = "select note_id, dispute_id, at, actor, body from notes where tenant_id = $1 and dispute_id is null
        order by at desc, note_id desc limit $2";
    OF_DISPUTE = "select note_id, dispute_id, at, actor, body from notes where tenant_id = $1 and dispute_id = $2
        order by at, note_id";
}

type NoteRow = (Id<NoteId>, Option<Id<DisputeId>>, At, String, String);

fn record(tenant: TenantId, (note, dispute, at, actor, body): NoteRow) -> NoteRecord {
    NoteRecord { tenant, id: note.0, dispute: id(dispute), at: at.0, actor, body }
}

/// Adds a note.
///
/// # Errors
/// What the database gave.
pub async fn insert(write: &mut Write, notes: &[NoteRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into notes (tenant_id, note_id, dispute_id, at, actor, body)",
        6,
        notes,
        |row| [Id(row.tenant), Id(row.id), row.dispute.map(Id), At(row.at), row.actor.as_str(), row.body.as_str(),],
        ""
    );
    Ok(())
}

/// Notes about a tenant itself, the newest first, at most `limit`.
///
/// # Errors
/// What the database gave.
pub async fn of_tenant(read: &mut Read, tenant: TenantId, limit: u32) -> Result<Vec<NoteRecord>> {
    let found = rows!(read, NoteRow, OF_TENANT, Id(tenant), i64::from(limit))?;
    Ok(found.into_iter().map(|row| record(tenant, row)).collect())
}

/// Notes about a dispute, the oldest first.
///
/// # Errors
/// What the database gave.
pub async fn of_dispute(read: &mut Read, tenant: TenantId, dispute: DisputeId) -> Result<Vec<NoteRecord>> {
    let found = rows!(read, NoteRow, OF_DISPUTE, Id(tenant), Id(dispute))?;
    Ok(found.into_iter().map(|row| record(tenant, row)).collect())
}
