//! The audit log: who did what, in the transaction of what it records. Append-only.

use crate::codec::{At, Id};
use crate::conn::{Write, insert_rows};
use crate::error::Result;
use billing::ids::{AuditId, TenantId};
use billing::time::Timestamp;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its identity.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, a code such as `import.finish`.
    pub action: String,
    /// The tenant, where it is about one.
    pub tenant: Option<TenantId>,
    /// What it is about, an id as text.
    pub subject: String,
    /// Before, canonical JSON.
    pub before: Option<String>,
    /// After, canonical JSON.
    pub after: Option<String>,
    /// Why; may be empty where nobody is asked.
    pub reason: String,
}

/// Writes records.
///
/// # Errors
/// What the database gave; then nothing of the transaction stays.
pub async fn record(write: &mut Write, records: &[AuditRecord]) -> Result<()> {
    insert_rows!(
        write,
        "insert into audit_log (audit_id, at, actor, action, tenant_id, subject, before, after, reason)",
        9,
        records,
        |record| [
            Id(record.id),
            At(record.at),
            record.actor.as_str(),
            record.action.as_str(),
            record.tenant.map(Id),
            record.subject.as_str(),
            record.before.as_deref(),
            record.after.as_deref(),
            record.reason.as_str(),
        ],
        ""
    );
    Ok(())
}
