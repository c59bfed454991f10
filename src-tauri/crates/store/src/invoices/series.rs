//! Numbers without gaps: the last one of each series and year. The row is the lock.

use crate::conn::{Write, execute, maybe_row};
use crate::error::{Result, StoreError};
use crate::sql::statements;

statements! {
    TAKE = "update invoice_series set last_seq = last_seq + $3 where series = $1 and year = $2 returning last_seq";
    BEGIN = "insert into invoice_series (series, year, last_seq) select $1, $2, 0
        where not exists (select 1 from invoice_series where series = $1 and year = $2) on conflict do nothing";
}

/// Takes the next numbers of a series and year, and gives the first of them. Whoever else wants some waits until this
/// transaction ends, and gets the same ones when it fails: take them last.
///
/// # Errors
/// What the database gave.
pub async fn take(write: &mut Write, series: &str, year: i32, count: u32) -> Result<i64> {
    let mut last = maybe_row!(write, (i64,), TAKE, series, year, i64::from(count))?;
    if last.is_none() {
        execute!(write, BEGIN, series, year)?;
        last = maybe_row!(write, (i64,), TAKE, series, year, i64::from(count))?;
    }
    let (last,) = last.ok_or_else(|| StoreError::NotFound(format!("series {series} of {year}")))?;
    Ok(last - i64::from(count) + 1)
}
