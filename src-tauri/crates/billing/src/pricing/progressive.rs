//! Progressive billing: an invoice when cumulative usage crosses a threshold, for the usage so far less earlier such
//! invoices (rules, section 6). Thresholds 200 and 500; usage 200: 200; 400: none; 600: 400.

use super::RateError;
use crate::exact;
use rust_decimal::Decimal;

/// What happens above the last threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing more.
    Ends,
    /// The last threshold is a step that is repeated from the one before it on.
    Repeats,
}

/// What is invoiced at each of a rising sequence of cumulative amounts; 0 where no threshold was crossed.
///
/// # Errors
/// [`RateError::Negative`] for thresholds not above 0; [`RateError::Overflow`].
pub fn sequence(thresholds: &[Decimal], beyond: Beyond, cumulative: &[Decimal]) -> Result<Vec<Decimal>, RateError> {
    if thresholds.iter().any(|threshold| *threshold <= Decimal::ZERO) {
        return Err(RateError::Negative("thresholds"));
    }
    let mut sorted = thresholds.to_vec();
    let step = if beyond == Beyond::Repeats { sorted.pop() } else { None };
    sorted.sort();
    let mut billed = Decimal::ZERO;
    let mut crossed = 0;
    let mut amounts = Vec::with_capacity(cumulative.len());
    for total in cumulative {
        let reached = crossings(&sorted, step, *total)?;
        if reached > crossed {
            amounts.push(exact::sub(*total, billed)?);
            (crossed, billed) = (reached, *total);
        } else {
            amounts.push(Decimal::ZERO);
        }
    }
    Ok(amounts)
}

/// How many thresholds an amount has reached.
fn crossings(sorted: &[Decimal], step: Option<Decimal>, total: Decimal) -> Result<u128, RateError> {
    let fixed = sorted.partition_point(|threshold| *threshold <= total);
    let mut count = fixed as u128;
    if let Some(step) = step.filter(|_| fixed == sorted.len()) {
        let above = exact::sub(total, sorted.last().copied().unwrap_or(Decimal::ZERO))?;
        let whole = exact::sub(above, above.checked_rem(step).ok_or(RateError::Overflow)?)?;
        count += exact::div(whole, step)?.mantissa().unsigned_abs();
    }
    Ok(count)
}
