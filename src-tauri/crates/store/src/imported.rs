//! Documents that an import brought, found by their numbers: what is there already is not taken again.
//!
//! The series of an imported number is the import's source. Writing them is [`crate::invoices`] and
//! [`crate::credit_notes`].

use crate::codec::{Id, hash32};
use crate::conn::{Read, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::TenantId;
use std::collections::HashMap;

/// Which documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Invoices.
    Invoice,
    /// Credit notes.
    CreditNote,
}

/// A document that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whose it is.
    pub tenant: TenantId,
    /// SHA-256 of its content.
    pub hash: [u8; 32],
}

statements! {
    INVOICES = in_texts("select number, tenant_id, hash from invoices where number ", " and series = $2");
    CREDIT_NOTES = in_texts("select number, tenant_id, hash from credit_notes where number ", " and series = $2");
    INVOICE_CONTENTS = in_texts("select number, content from invoices where number ", " and series = $2");
    CREDIT_NOTE_CONTENTS = in_texts("select number, content from credit_notes where number ", " and series = $2");
}

/// The documents of a series that have one of these numbers.
///
/// # Errors
/// What the database gave.
pub async fn by_numbers(
    read: &mut Read,
    kind: Kind,
    series: &str,
    numbers: &[String],
) -> Result<HashMap<String, Known>> {
    let list = serde_json::to_string(numbers).map_err(StoreError::corrupt)?;
    let sql = match kind {
        Kind::Invoice => INVOICES,
        Kind::CreditNote => CREDIT_NOTES,
    };
    let found = rows!(read, (String, Id<TenantId>, Vec<u8>), sql, list.as_str(), series)?;
    let known = |(number, tenant, hash): (String, Id<TenantId>, Vec<u8>)| {
        Ok((number, Known { tenant: tenant.0, hash: hash32(&hash)? }))
    };
    found.into_iter().map(known).collect()
}

/// The contents of the documents of a series that have one of these numbers: canonical JSON.
///
/// # Errors
/// What the database gave.
pub async fn contents(
    read: &mut Read,
    kind: Kind,
    series: &str,
    numbers: &[String],
) -> Result<HashMap<String, String>> {
    let list = serde_json::to_string(numbers).map_err(StoreError::corrupt)?;
    let sql = match kind {
        Kind::Invoice => INVOICE_CONTENTS,
        Kind::CreditNote => CREDIT_NOTE_CONTENTS,
    };
    Ok(rows!(read, (String, String), sql, list.as_str(), series)?.into_iter().collect())
}
