//! The last number of each series and year: documents are numbered without a gap (rules, section 7.3).
//!
//! The row is the lock: who takes a number holds it until the transaction ends, and one that is rolled back gives its
//! number back. Take the number as late as possible, after all other locks.

use crate::conn::{Write, execute, row};
use crate::error::Result;
use crate::sql::statements;

/// The series of numbers of disputes, which has no years.
pub const DISPUTES: &str = "dispute";
/// The year of a series that has none.
pub const NO_YEAR: i32 = 0;

statements! {
    BEGIN = pair(
        "insert into invoice_series (series, year, last_seq) values ($1, $2, 0) on conflict do nothing",
        "insert into invoice_series (series, year, last_seq) select $1, $2, 0
          where not exists (select 1 from invoice_series where series = $1 and year = $2)"
    );
    NEXT = "update invoice_series set last_seq = last_seq + 1 where series = $1 and year = $2 returning last_seq";
}

/// Takes the next number of a series and year, from 1.
///
/// # Errors
/// What the database gave.
pub async fn next(write: &mut Write, series: &str, year: i32) -> Result<i64> {
    execute!(write, BEGIN, series, year)?;
    Ok(row!(write, (i64,), NEXT, series, year)?.0)
}
