//! What invoices are made from, for many tenants at once: a handful of statements however many periods.
//!
//! Only billable use. Nothing is rated here and nothing is sorted to its owner: [`billing::invoice::facts`] says what an
//! invoice needs of it. Who drafts reads from counters and days where these say what is needed, and from the ledger where
//! they do not: where something came late, or a day belongs to two periods.

use crate::codec::RowId;
use crate::error::{Result, StoreError};
use crate::sql::Sql;
use billing::ids::{MeterId, PeriodId, TenantId};
use serde::Serialize;

pub mod counted;
pub mod due;
pub mod late;
pub mod ledger;
pub mod standing;
pub mod whole;

pub use counted::{CounterOf, DayOf, DaysWanted, OpeningOf};
pub use due::DuePeriod;
pub use late::LateOf;
pub use ledger::{EventOf, EventsWanted};
pub use standing::{FeeCredit, InvoiceHead};
pub use whole::whole;

/// Every fixed statement of these modules.
pub(crate) const STATEMENTS: [&[(&str, Sql)]; 6] = [
    counted::STATEMENTS,
    due::STATEMENTS,
    late::STATEMENTS,
    ledger::STATEMENTS,
    standing::STATEMENTS,
    whole::STATEMENTS,
];

/// A period of a tenant.
pub type PeriodOf = (TenantId, PeriodId);

/// Something wanted, as statements take it: ids as hexadecimal digits, days and instants as numbers.
#[derive(Serialize, Default)]
struct Asked {
    t: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    m: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<i64>,
}

impl Asked {
    fn of(tenant: TenantId) -> Self {
        Self { t: hex(tenant), ..Self::default() }
    }

    fn period(self, period: PeriodId) -> Self {
        Self { p: Some(hex(period)), ..self }
    }

    fn meter(self, meter: MeterId) -> Self {
        Self { m: Some(hex(meter)), ..self }
    }

    fn between(self, from: i64, to: i64) -> Self {
        Self { a: Some(from), b: Some(to), ..self }
    }
}

fn hex(id: impl RowId) -> String {
    id.to_uuid().simple().to_string()
}

fn json(asked: impl IntoIterator<Item = Asked>) -> Result<String> {
    serde_json::to_string(&asked.into_iter().collect::<Vec<_>>()).map_err(StoreError::corrupt)
}

fn periods_json(periods: &[PeriodOf]) -> Result<String> {
    json(periods.iter().map(|(tenant, period)| Asked::of(*tenant).period(*period)))
}

/// What is asked for as the rows of a statement, called `w`, with what is joined to each: on PostgreSQL typed, on SQLite
/// read out of JSON. Instants are microseconds.
macro_rules! asked {
    ($select:literal, $joined:literal, $rest:literal) => {
        $crate::sql::Sql::pair(
            concat!(
                $select,
                " from (select cast(w.t as uuid) as t, cast(w.p as uuid) as p, cast(w.m as uuid) as m, w.a, w.b from jsonb_to_recordset(cast($1 as jsonb)) as w(t text, p text, m text, a bigint, b bigint)) w join ",
                $joined,
                " ",
                $rest
            ),
            concat!(
                $select,
                " from (select unhex(value->>'t') as t, unhex(value->>'p') as p, unhex(value->>'m') as m, value->>'a' as a, value->>'b' as b from json_each($1)) w cross join ",
                $joined,
                " ",
                $rest
            ),
        )
    };
}
pub(crate) use asked;
