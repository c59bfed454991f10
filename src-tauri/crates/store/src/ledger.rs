//! Which ledger this is: its identity, name and environment.

use crate::codec::{At, Id, Word, row_words};
use crate::conn::{Read, maybe_row, row};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::ids::LedgerId;
use billing::meter::UnknownWord;
use billing::time::Timestamp;

/// What kind of place a ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerEnvironment {
    /// The sample company.
    Sample,
    /// Real money.
    Production,
    /// A rehearsal.
    Staging,
    /// A developer's.
    Development,
}

impl LedgerEnvironment {
    /// The stored text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
        }
    }
}

impl std::str::FromStr for LedgerEnvironment {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Sample, Self::Production, Self::Staging, Self::Development];
        let expected = &["sample", "production", "staging", "development"];
        let unknown = || UnknownWord { text: text.chars().take(80).collect(), expected };
        all.into_iter().find(|environment| environment.as_str() == text).ok_or_else(unknown)
    }
}
row_words!(LedgerEnvironment);

/// The identity of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerInfo {
    /// The same in every copy.
    pub id: LedgerId,
    /// Shown in the top bar.
    pub name: String,
    /// What kind of place it is.
    pub environment: LedgerEnvironment,
    /// When it was made.
    pub created_at: Timestamp,
}

statements! {
    INFO = "select ledger_id, name, environment, created_at from ledger_info";
    SCHEMA_VERSION = "select max(number) from schema_migrations";
}

/// Which ledger this is.
///
/// # Errors
/// [`StoreError::Corrupt`] when the row is missing.
pub async fn info(read: &mut Read) -> Result<LedgerInfo> {
    let found = maybe_row!(read, (Id<LedgerId>, String, Word<LedgerEnvironment>, At), INFO)?;
    let (id, name, environment, created_at) = found.ok_or_else(|| StoreError::corrupt("ledger_info is empty"))?;
    Ok(LedgerInfo { id: id.0, name, environment: environment.0, created_at: created_at.0 })
}

/// The newest migration in the database.
///
/// # Errors
/// What the database gave.
pub async fn schema_version(read: &mut Read) -> Result<u32> {
    let (number,) = row!(read, (Option<i32>,), SCHEMA_VERSION)?;
    u32::try_from(number.unwrap_or(0)).map_err(StoreError::corrupt)
}
