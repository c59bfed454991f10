//! Names behind the random ids of the ledger: users, clients, sessions, resources. [`crate::erasure`] erases them.

use crate::codec::{At, Id, Word, at, row_words};
use crate::conn::{Read, Write, insert_rows, maybe_row, rows};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::{SubjectId, TenantId};
use billing::meter::UnknownWord;
use billing::time::Timestamp;
use std::collections::HashMap;

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A person or account at the tenant.
    User,
    /// Whom it was for.
    Client,
    /// A session.
    Session,
    /// A thing that it was about.
    Resource,
}

impl SubjectKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::User, Self::Client, Self::Session, Self::Resource];

    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Session => "session",
            Self::Resource => "resource",
        }
    }
}

impl std::str::FromStr for SubjectKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord {
            text: text.chars().take(80).collect(),
            expected: &["user", "client", "session", "resource"],
        };
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(unknown)
    }
}
row_words!(SubjectKind);

/// A subject as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub tenant: TenantId,
    /// A random id; the only thing that the ledger knows.
    pub id: SubjectId,
    /// What it is.
    pub kind: SubjectKind,
    /// Its id in the company's own systems; none once erased.
    pub outside_id: Option<String>,
    /// Its name; none once erased.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
}

/// A subject by what files call it.
pub type OutsideSubject = (TenantId, SubjectKind, String);

statements! {
    BY_ID = "select tenant_id, subject_id, kind, outside_id, name, created_at, erased_at from subjects where tenant_id = $1 and subject_id = $2";
    BY_OUTSIDE_ID = "select tenant_id, subject_id, kind, outside_id, name, created_at, erased_at from subjects where tenant_id = $1 and outside_id = $2 order by kind";
    ANYWHERE = "select tenant_id, subject_id, kind, outside_id, name, created_at, erased_at from subjects where subject_id = $1 order by tenant_id";
    MANY = pair(
        "select s.tenant_id, s.kind, s.outside_id, s.subject_id
           from jsonb_to_recordset(cast($1 as jsonb)) as w(t uuid, k text, o text)
           join subjects s on s.tenant_id = w.t and s.kind = w.k and s.outside_id = w.o",
        "select s.tenant_id, s.kind, s.outside_id, s.subject_id
           from json_each($1) w
           join subjects s on s.tenant_id = unhex(w.value->>'t') and s.kind = w.value->>'k' and s.outside_id = w.value->>'o'"
    );
}

#[derive(sqlx::FromRow)]
struct SubjectRow {
    tenant_id: Id<TenantId>,
    subject_id: Id<SubjectId>,
    kind: Word<SubjectKind>,
    outside_id: Option<String>,
    name: Option<String>,
    created_at: At,
    erased_at: Option<At>,
}

impl From<SubjectRow> for Subject {
    fn from(row: SubjectRow) -> Self {
        Self {
            tenant: row.tenant_id.0,
            id: row.subject_id.0,
            kind: row.kind.0,
            outside_id: row.outside_id,
            name: row.name,
            created_at: row.created_at.0,
            erased_at: at(row.erased_at),
        }
    }
}

#[derive(serde::Serialize)]
struct Wanted<'a> {
    t: String,
    k: &'static str,
    o: &'a str,
}

/// Makes the subjects that are not there yet, and gives the ids of all. The ids offered are used for new ones only:
/// two that name the same outside id get the same subject.
///
/// # Errors
/// What the database gave.
pub async fn find_or_make(write: &mut Write, subjects: &[Subject]) -> Result<HashMap<OutsideSubject, SubjectId>> {
    insert_rows!(
        write,
        "insert into subjects (tenant_id, subject_id, kind, outside_id, name, created_at)",
        6,
        subjects,
        |subject| [
            Id(subject.tenant),
            Id(subject.id),
            Word(subject.kind),
            subject.outside_id.as_deref(),
            subject.name.as_deref(),
            At(subject.created_at),
        ],
        " on conflict (tenant_id, kind, outside_id) where outside_id is not null do nothing"
    );
    let wanted: Vec<OutsideSubject> = subjects
        .iter()
        .filter_map(|subject| Some((subject.tenant, subject.kind, subject.outside_id.clone()?)))
        .collect();
    find(write, &wanted).await
}

/// The ids of subjects by what files call them; unknown ones are left out.
///
/// # Errors
/// What the database gave.
pub async fn find(read: &mut Read, wanted: &[OutsideSubject]) -> Result<HashMap<OutsideSubject, SubjectId>> {
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(5_000) {
        let list: Vec<Wanted<'_>> = chunk
            .iter()
            .map(|(tenant, kind, outside_id)| Wanted {
                t: tenant.uuid().simple().to_string(),
                k: kind.as_str(),
                o: outside_id,
            })
            .collect();
        let list = serde_json::to_string(&list).map_err(StoreError::corrupt)?;
        for (tenant, kind, outside_id, id) in
            rows!(read, (Id<TenantId>, Word<SubjectKind>, String, Id<SubjectId>), MANY, list.as_str())?
        {
            found.insert((tenant.0, kind.0, outside_id), id.0);
        }
    }
    Ok(found)
}

/// A subject of a tenant.
///
/// # Errors
/// What the database gave.
pub async fn by_id(read: &mut Read, tenant: TenantId, subject: SubjectId) -> Result<Option<Subject>> {
    Ok(maybe_row!(read, SubjectRow, BY_ID, Id(tenant), Id(subject))?.map(Subject::from))
}

/// The subjects of a tenant with an outside id, of every kind.
///
/// # Errors
/// What the database gave.
pub async fn by_outside_id(read: &mut Read, tenant: TenantId, outside_id: &str) -> Result<Vec<Subject>> {
    let found = rows!(read, SubjectRow, BY_OUTSIDE_ID, Id(tenant), outside_id)?;
    Ok(found.into_iter().map(Subject::from).collect())
}

/// Subjects with an id, whoever they belong to: for a person who knows only the id.
///
/// # Errors
/// What the database gave.
pub async fn anywhere(read: &mut Read, subject: SubjectId) -> Result<Vec<Subject>> {
    Ok(rows!(read, SubjectRow, ANYWHERE, Id(subject))?.into_iter().map(Subject::from).collect())
}
