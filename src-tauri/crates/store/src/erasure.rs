//! Erasing a subject (rules, section 2.7): what names it, and taking that away. Usage stays.
//!
//! Details are erased whole, with their salt: the ledger keeps a hash of them, which a part would no longer fit. Rows in
//! quarantine lose only the fields that name the subject. Texts are compared in Rust, because engines fold differently.

use crate::codec::{At, Id};
use crate::conn::{Read, Write, execute, row, stream_rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use crate::subjects::{Subject, by_id};
use billing::erasure::Names;
use billing::ids::{ImportId, QuarantineId, SubjectId, TenantId};
use billing::time::Timestamp;

statements! {
    ERASE = "update subjects set outside_id = null, name = null, erased_at = $3 where tenant_id = $1 and subject_id = $2 and erased_at is null";
    ERASE_DETAILS = "update event_details set salt = null, body = null, erased_at = $3
        where tenant_id = $1 and erased_at is null and (source, event_key) in (
            select source, event_key from usage_events
             where tenant_id = $1 and (user_id = $2 or client_id = $2 or session_id = $2 or resource_id = $2))";
    ERASE_ONE = "update event_details set salt = null, body = null, erased_at = $4
        where tenant_id = $1 and source = $2 and event_key = $3 and erased_at is null";
    COUNT_DETAILS = "select count(*) from event_details
        where tenant_id = $1 and erased_at is null and (source, event_key) in (
            select source, event_key from usage_events
             where tenant_id = $1 and (user_id = $2 or client_id = $2 or session_id = $2 or resource_id = $2))";
    OTHER_DETAILS = "select d.source, d.event_key, d.body from event_details d
        where d.tenant_id = $1 and d.erased_at is null and not exists (
            select 1 from usage_events e
             where e.tenant_id = d.tenant_id and e.source = d.source and e.event_key = d.event_key
               and (e.user_id = $2 or e.client_id = $2 or e.session_id = $2 or e.resource_id = $2))
        order by d.source, d.event_key";
    QUARANTINED = "select quarantine_id, case when tenant_id is null then 0 else 1 end, sentence, body from quarantine
        where tenant_id = $1 or tenant_id is null order by quarantine_id";
    BLANK = "update quarantine set sentence = $2, body = $3 where quarantine_id = $1";
    FILES = "select import_id, file_name from imports order by import_id";
    RENAME = "update imports set file_name = $2 where import_id = $1";
}

/// What stands in a row of the quarantine instead of a sentence that named somebody.
const ERASED_SENTENCE: &str = "what it said about a person was erased";
/// What stands in an import instead of a file's name that named somebody. No import is found by it.
const ERASED_FILE: &str = "erased";
/// The field of a row that could not be read; see operations.
const RAW: &str = "row";

/// What in the database names a subject, beside its own row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// Its own events with details.
    pub own_details: u64,
    /// Source and key of other events of the tenant whose details name it.
    pub other_details: Vec<(String, String)>,
    /// Rows in quarantine that name it, as they will be.
    pub quarantined: Vec<Blanked>,
    /// Imports whose file is called after it.
    pub files: Vec<ImportId>,
}

/// A row in quarantine without the fields that named a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blanked {
    id: QuarantineId,
    sentence: String,
    body: String,
}

/// Finds what names a subject: details of its events, details of other events of the tenant that hold its name, and
/// fields of rows in quarantine of the tenant. Of rows whose tenant is not known only those that could not be read. Names
/// of files that were imported, too.
///
/// # Errors
/// What the database gave.
pub async fn mentions(read: &mut Read, subject: &Subject) -> Result<Mentions> {
    let names = Names::new(subject.kind.as_str(), subject.outside_id.as_deref(), subject.name.as_deref());
    let (own,) = row!(read, (i64,), COUNT_DETAILS, Id(subject.tenant), Id(subject.id))?;
    let mut found = Mentions { own_details: u64::try_from(own).map_err(StoreError::corrupt)?, ..Mentions::default() };
    stream_rows!(read, (String, String, String), OTHER_DETAILS, [Id(subject.tenant), Id(subject.id)], |(
        source,
        key,
        body,
    )| {
        if details_name(&names, &body) {
            found.other_details.push((source, key));
        }
    });
    stream_rows!(read, (Id<QuarantineId>, i32, String, String), QUARANTINED, [Id(subject.tenant)], |(
        id,
        has_tenant,
        sentence,
        body,
    )| {
        found.quarantined.extend(blanked(&names, id.0, has_tenant == 1, sentence, body));
    });
    stream_rows!(read, (Id<ImportId>, String), FILES, [], |(id, name)| {
        if names.are_in(&name) {
            found.files.push(id.0);
        }
    });
    Ok(found)
}

/// Whether details (a JSON object of texts) name a subject. What is no such object is searched as it stands.
fn details_name(names: &Names, body: &str) -> bool {
    match serde_json::from_str::<std::collections::BTreeMap<String, String>>(body) {
        Ok(members) => members.iter().any(|(name, text)| names.are_in(name) || names.are_in(text)),
        Err(_) => names.are_in(body),
    }
}

/// A row without what names the subject; none where nothing does.
fn blanked(names: &Names, id: QuarantineId, has_tenant: bool, sentence: String, body: String) -> Option<Blanked> {
    let pairs = serde_json::from_str::<Vec<(String, String)>>(&body);
    let (left, lost) = match pairs {
        Ok(pairs) => {
            let all = pairs.len();
            let is_kept =
                |(name, text): &(String, String)| !(names.are_in_field(name, text) && (has_tenant || name == RAW));
            let left: Vec<(String, String)> = pairs.into_iter().filter(is_kept).collect();
            let lost = left.len() < all;
            (if lost { serde_json::to_string(&left).ok()? } else { body }, lost)
        }
        Err(_) if names.are_in(&body) => ("[]".to_owned(), true),
        Err(_) => (body, false),
    };
    let is_named = (has_tenant || lost) && names.are_in(&sentence);
    let sentence = if is_named { ERASED_SENTENCE.to_owned() } else { sentence };
    (lost || is_named).then_some(Blanked { id, sentence, body: left })
}

/// Erases a subject: its name and outside id, and everything that [`mentions`] finds. The ledger keeps its random id and
/// the salted hash of the details, and no salt is left to try names against it.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn erase(write: &mut Write, tenant: TenantId, subject: SubjectId, now: Timestamp) -> Result<Mentions> {
    let found = by_id(write, tenant, subject).await?;
    let found = found.ok_or_else(|| StoreError::NotFound(format!("subject {subject}")))?;
    let mentions = mentions(write, &found).await?;
    execute!(write, ERASE_DETAILS, Id(tenant), Id(subject), At(now))?;
    for (source, key) in &mentions.other_details {
        execute!(write, ERASE_ONE, Id(tenant), source.as_str(), key.as_str(), At(now))?;
    }
    for row in &mentions.quarantined {
        execute!(write, BLANK, Id(row.id), row.sentence.as_str(), row.body.as_str())?;
    }
    for import in &mentions.files {
        execute!(write, RENAME, Id(*import), ERASED_FILE)?;
    }
    execute!(write, ERASE, Id(tenant), Id(subject), At(now))?;
    Ok(mentions)
}
