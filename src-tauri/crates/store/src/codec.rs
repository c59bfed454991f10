//! How values of the domain stand in a row: instants, days, ids and words, for both engines.
//!
//! An instant is `timestamptz` on PostgreSQL and microseconds as INTEGER on SQLite; a day is the number yyyymmdd, an id
//! a UUID (16 bytes on SQLite), a word of a closed list its text. Everything read back is checked by its type.

use crate::error::StoreError;
use billing::ids;
use billing::level::Level;
use billing::meter::{Aggregation, Reset};
use billing::money::Currency;
use billing::period::{BillingInterval, PeriodStatus};
use billing::plan::{FeeTiming, RetryRule};
use billing::time::{Day, Timestamp, Zone};
use chrono::{DateTime, Utc};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Postgres, Sqlite, Type};
use std::str::FromStr;
use uuid::Uuid;

/// An instant in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At(pub Timestamp);

/// A local day in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OnDay(pub Day);

/// A typed id in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id<T>(pub T);

/// A word of a closed list in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub T);

/// What can stand behind [`Id`].
pub(crate) trait RowId: Copy {
    fn to_uuid(self) -> Uuid;
    fn of_uuid(uuid: Uuid) -> Self;
}

/// What can stand behind [`Word`].
pub(crate) trait RowWord: Copy + FromStr<Err: std::error::Error + Send + Sync + 'static> {
    fn text(self) -> &'static str;
}

macro_rules! row_ids {
    ($($id:ident),+) => {$(
        impl RowId for ids::$id {
            fn to_uuid(self) -> Uuid {
                self.uuid()
            }

            fn of_uuid(uuid: Uuid) -> Self {
                Self::from_uuid(uuid)
            }
        }
    )+};
}
row_ids!(
    TenantId,
    MeterId,
    PlanId,
    PlanVersionId,
    SubscriptionId,
    EntitlementId,
    PeriodId,
    OverrideId,
    SubjectId,
    ImportId,
    QuarantineId,
    AlertId,
    AuditId,
    LedgerId,
    InvoiceId,
    CreditNoteId,
    PaymentId,
    CouponId,
    WalletId,
    WalletEntryId,
    DisputeId,
    NoteId,
    RunId
);

macro_rules! row_words {
    ($($word:ty),+ $(,)?) => {$(
        impl $crate::codec::RowWord for $word {
            fn text(self) -> &'static str {
                self.as_str()
            }
        }
    )+};
}
pub(crate) use row_words;
row_words!(
    Aggregation,
    Reset,
    Level,
    BillingInterval,
    PeriodStatus,
    FeeTiming,
    RetryRule,
    billing::event::Classification,
    billing::timeline::SubscriptionStatus,
    billing::invoice::Status,
    billing::invoice::Origin,
    billing::invoice::Hold,
    billing::invoice::LineKind,
    billing::invoice::RunStatus,
    billing::invoice::WalletEntryKind,
);

impl RowWord for Currency {
    fn text(self) -> &'static str {
        self.code()
    }
}

impl RowWord for Zone {
    fn text(self) -> &'static str {
        self.name()
    }
}

/// Carries a wrapper through another type on one engine.
macro_rules! via {
    ($engine:ty, [$($t:ident: $bound:ident)?] $wrapper:ty, $inner:ty, $to:expr, $from:expr) => {
        impl$(<$t: $bound>)? Type<$engine> for $wrapper {
            fn type_info() -> <$engine as Database>::TypeInfo {
                <$inner as Type<$engine>>::type_info()
            }

            fn compatible(ty: &<$engine as Database>::TypeInfo) -> bool {
                <$inner as Type<$engine>>::compatible(ty)
            }
        }

        impl<'q $(, $t: $bound)?> Encode<'q, $engine> for $wrapper {
            fn encode_by_ref(&self, buffer: &mut <$engine as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let to: fn(&Self) -> $inner = $to;
                <$inner as Encode<'q, $engine>>::encode(to(self), buffer)
            }
        }

        impl<'r $(, $t: $bound)?> Decode<'r, $engine> for $wrapper {
            fn decode(value: <$engine as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let from: fn($inner) -> Result<Self, BoxDynError> = $from;
                from(<$inner as Decode<'r, $engine>>::decode(value)?)
            }
        }
    };
}

via!(Postgres, [] At, DateTime<Utc>, |at| at.0.utc(), |utc| Ok(At(Timestamp::from_utc(utc)?)));
via!(Sqlite, [] At, i64, |at| at.0.micros(), |micros| Ok(At(Timestamp::from_micros(micros)?)));
via!(Postgres, [] OnDay, i32, |day| day.0.number(), |number| Ok(OnDay(Day::from_number(number)?)));
via!(Sqlite, [] OnDay, i32, |day| day.0.number(), |number| Ok(OnDay(Day::from_number(number)?)));
via!(Postgres, [T: RowId] Id<T>, Uuid, |id| id.0.to_uuid(), |uuid| Ok(Id(T::of_uuid(uuid))));
via!(Sqlite, [T: RowId] Id<T>, Uuid, |id| id.0.to_uuid(), |uuid| Ok(Id(T::of_uuid(uuid))));
via!(Postgres, [T: RowWord] Word<T>, String, |word| word.0.text().to_owned(), |text| Ok(Word(text.parse()?)));
via!(Sqlite, [T: RowWord] Word<T>, String, |word| word.0.text().to_owned(), |text| Ok(Word(text.parse()?)));

/// Unwraps an optional id of a row.
pub(crate) fn id<T>(stored: Option<Id<T>>) -> Option<T> {
    stored.map(|stored| stored.0)
}

/// Unwraps an optional instant of a row.
pub(crate) fn at(stored: Option<At>) -> Option<Timestamp> {
    stored.map(|stored| stored.0)
}

/// Unwraps an optional day of a row.
pub(crate) fn day(stored: Option<OnDay>) -> Option<Day> {
    stored.map(|stored| stored.0)
}

/// Ids as the JSON list that statements with `in_ids` (see [`crate::sql`]) take.
pub(crate) fn json_ids<T: RowId>(ids: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("[");
    for id in ids {
        if text.len() > 1 {
            text.push(',');
        }
        text.push('"');
        text.push_str(id.to_uuid().simple().encode_lower(&mut Uuid::encode_buffer()));
        text.push('"');
    }
    text.push(']');
    text
}

/// 32 bytes of a hash column.
pub(crate) fn hash32(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::corrupt("a hash that is not 32 bytes long"))
}
