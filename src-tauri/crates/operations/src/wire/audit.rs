//! The audit log on screen: who did what, when and why, with before and after.

use serde::{Deserialize, Serialize};

/// Which records; every field narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// Who acted.
    pub actor: Option<String>,
    /// The code of what was done.
    pub action: Option<String>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// From this time on, RFC 3339.
    pub from: Option<String>,
    /// Before this time, RFC 3339.
    pub to: Option<String>,
}

/// A field of a record, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct AuditField {
    /// Its name.
    pub name: String,
    /// Its value before; none where it was not there.
    pub before: Option<String>,
    /// Its value after; none where it is gone.
    pub after: Option<String>,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct AuditRow {
    /// Its id.
    pub audit_id: String,
    /// When.
    pub at: String,
    /// Who: the account of the operating system.
    pub actor: String,
    /// Who was logged in to the database, as the database itself wrote it; none for a file and for older records.
    pub database_user: Option<String>,
    /// What was done, a code.
    pub action: String,
    /// The tenant, where it is about one.
    pub tenant_id: Option<String>,
    /// Its name.
    pub tenant_name: Option<String>,
    /// What it is about.
    pub subject: String,
    /// Why; may be empty.
    pub reason: String,
    /// What it changed, field by field.
    pub fields: Vec<AuditField>,
}

/// A page of the audit log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub struct AuditPage {
    /// When this was read.
    pub as_of: String,
    /// The records.
    pub rows: Vec<AuditRow>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
    /// Codes of what was done in this ledger, for the filter.
    pub actions: Vec<String>,
    /// Who acted in this ledger, for the filter.
    pub actors: Vec<String>,
}
