//! Finding tenants, subjects and events by what a person types.
//!
//! Texts are folded in Rust by whoever writes and whoever asks, because the engines fold differently.

use crate::codec::{At, Id, Word, at};
use crate::conn::{Read, rows};
use crate::error::Result;
use crate::sql::statements;
use crate::subjects::{Subject, SubjectKind};
use billing::ids::{SubjectId, TenantId};
use billing::time::Timestamp;

/// A tenant that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTenant {
    /// Its identity.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its id in the company's own systems.
    pub outside_id: Option<String>,
    /// Status of its newest subscription; none without any.
    pub status: Option<String>,
}

/// An event that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEvent {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The source.
    pub source: String,
    /// The key.
    pub key: String,
    /// When it happened.
    pub occurred_at: Timestamp,
}

macro_rules! found_tenants {
    ($where:literal) => {
        concat!(
            "select t.tenant_id, t.name, t.email, t.outside_id,
                 (select s.status from subscriptions s where s.tenant_id = t.tenant_id
                  order by s.started_at desc, s.subscription_id limit 1)
             from tenants t where ",
            $where
        )
    };
}

// SQLite, which knows nothing of a ledger that nobody analyzes, would read all events: a cross join is read in its order.
macro_rules! events_by_key {
    ($join:literal) => {
        concat!(
            "
        with recursive sources (tenant_id, source) as (
            select t.tenant_id, (select min(v.source) from usage_events v where v.tenant_id = t.tenant_id)
            from tenants t
            union all
            select s.tenant_id,
                (select min(v.source) from usage_events v where v.tenant_id = s.tenant_id and v.source > s.source)
            from sources s where s.source is not null)
        select v.tenant_id, t.name, v.source, v.event_key, v.occurred_at
        from sources s
        ",
            $join,
            " usage_events v on v.tenant_id = s.tenant_id and v.source = s.source and v.event_key = $1
        join tenants t on t.tenant_id = v.tenant_id
        order by v.occurred_at desc, v.tenant_id, v.source limit $2"
        )
    };
}

statements! {
    // Names that begin so come first; the rest in the order of names. A scan of short rows: 10,000 take milliseconds.
    TENANTS_BY_TEXT = pair(
        found_tenants!("strpos(t.search, $1) > 0 order by case when strpos(t.search, $1) = 1 then 0 else 1 end, t.name, t.tenant_id limit $2"),
        found_tenants!("instr(t.search, $1) > 0 order by case when instr(t.search, $1) = 1 then 0 else 1 end, t.name, t.tenant_id limit $2")
    );
    TENANT_BY_ID = pair(found_tenants!("t.tenant_id = $1"), found_tenants!("t.tenant_id = $1"));
    TENANTS_BY_NAME = pair(
        found_tenants!("t.name = $1 order by t.tenant_id limit $2"),
        found_tenants!("t.name = $1 order by t.tenant_id limit $2")
    );
    TENANTS_BY_FOLDED_NAME = pair(
        found_tenants!("(t.search = $1 or strpos(t.search, $2) = 1) order by t.name, t.tenant_id limit $3"),
        found_tenants!("(t.search = $1 or instr(t.search, $2) = 1) order by t.name, t.tenant_id limit $3")
    );
    // The sources of each tenant are hopped through in the ledger's own key, so that no further index is needed.
    EVENTS_BY_KEY = pair(events_by_key!("join"), events_by_key!("cross join"));
    SUBJECTS_OF_TENANT = pair(
        "select subject_id, kind, outside_id, name, created_at, erased_at from subjects
         where tenant_id = $1 and ($2 = '' or strpos(lower(coalesce(name, '')), $2) > 0 or strpos(lower(coalesce(outside_id, '')), $2) > 0
             or outside_id = $3 or name = $3)
         order by kind, coalesce(name, outside_id, ''), subject_id limit $4",
        "select subject_id, kind, outside_id, name, created_at, erased_at from subjects
         where tenant_id = $1 and ($2 = '' or instr(lower(coalesce(name, '')), $2) > 0 or instr(lower(coalesce(outside_id, '')), $2) > 0
             or outside_id = $3 or name = $3)
         order by kind, coalesce(name, outside_id, ''), subject_id limit $4"
    );
    SUBJECTS_BY_OUTSIDE_ID = "select s.subject_id from tenants t
        join subjects s on s.tenant_id = t.tenant_id and s.kind = $1 and s.outside_id = $2
        order by s.subject_id limit $3";
    SUBJECTS_OF_TENANT_BY_OUTSIDE_ID = "select subject_id from subjects
        where tenant_id = $3 and kind = $1 and outside_id = $2";
}

type TenantRow = (Id<TenantId>, String, Option<String>, Option<String>, Option<String>);

fn tenant((id, name, email, outside_id, status): TenantRow) -> FoundTenant {
    FoundTenant { id: id.0, name, email, outside_id, status }
}

/// Tenants whose name, e-mail address or outside id contains a folded text.
///
/// # Errors
/// When the database fails.
pub async fn tenants_by_text(read: &mut Read, folded: &str, limit: u32) -> Result<Vec<FoundTenant>> {
    Ok(rows!(read, TenantRow, TENANTS_BY_TEXT, folded, i64::from(limit))?.into_iter().map(tenant).collect())
}

/// A tenant by its id.
///
/// # Errors
/// When the database fails.
pub async fn tenant_by_id(read: &mut Read, id: TenantId) -> Result<Option<FoundTenant>> {
    Ok(rows!(read, TenantRow, TENANT_BY_ID, Id(id))?.into_iter().map(tenant).next())
}

/// Tenants of exactly this name.
///
/// # Errors
/// When the database fails.
pub async fn tenants_by_name(read: &mut Read, name: &str, limit: u32) -> Result<Vec<FoundTenant>> {
    Ok(rows!(read, TenantRow, TENANTS_BY_NAME, name, i64::from(limit))?.into_iter().map(tenant).collect())
}

/// Tenants of exactly this name but for capitals; `folded` is in small letters.
///
/// # Errors
/// When the database fails.
pub async fn tenants_by_folded_name(read: &mut Read, folded: &str, limit: u32) -> Result<Vec<FoundTenant>> {
    let with_more = format!("{folded}\n");
    let found = rows!(read, TenantRow, TENANTS_BY_FOLDED_NAME, folded, with_more.as_str(), i64::from(limit))?;
    Ok(found.into_iter().map(tenant).collect())
}

/// Events with exactly this key, of any tenant and source, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn events_by_key(read: &mut Read, key: &str, limit: u32) -> Result<Vec<FoundEvent>> {
    let found = rows!(read, (Id<TenantId>, String, String, String, At), EVENTS_BY_KEY, key, i64::from(limit))?;
    let event = |(tenant, tenant_name, source, key, at): (Id<TenantId>, String, String, String, At)| FoundEvent {
        tenant: tenant.0,
        tenant_name,
        source,
        key,
        occurred_at: at.0,
    };
    Ok(found.into_iter().map(event).collect())
}

type SubjectRow = (Id<SubjectId>, Word<SubjectKind>, Option<String>, Option<String>, At, Option<At>);

/// Subjects of a tenant whose name or outside id contains a text; all when it is empty.
///
/// # Errors
/// When the database fails.
pub async fn subjects_of_tenant(read: &mut Read, of: TenantId, text: &str, limit: u32) -> Result<Vec<Subject>> {
    // `lower` of the engines folds ASCII only on one of them: the exact text is found in any script.
    let folded = text.to_lowercase();
    let found = rows!(read, SubjectRow, SUBJECTS_OF_TENANT, Id(of), folded.as_str(), text, i64::from(limit))?;
    let subject = |(id, kind, outside_id, name, created_at, erased_at): SubjectRow| Subject {
        tenant: of,
        id: id.0,
        kind: kind.0,
        outside_id,
        name,
        created_at: created_at.0,
        erased_at: at(erased_at),
    };
    Ok(found.into_iter().map(subject).collect())
}

/// Ids of subjects of a kind by their outside id, of one tenant or of any.
///
/// # Errors
/// When the database fails.
pub async fn subject_ids(
    read: &mut Read,
    of: Option<TenantId>,
    kind: SubjectKind,
    outside_id: &str,
) -> Result<Vec<SubjectId>> {
    let found = match of {
        Some(tenant) => {
            rows!(read, (Id<SubjectId>,), SUBJECTS_OF_TENANT_BY_OUTSIDE_ID, Word(kind), outside_id, Id(tenant))?
        }
        None => rows!(read, (Id<SubjectId>,), SUBJECTS_BY_OUTSIDE_ID, Word(kind), outside_id, 1_000_i64)?,
    };
    Ok(found.into_iter().map(|(id,)| id.0).collect())
}
