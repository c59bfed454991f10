//! Splitting minor units so that the parts add up again: the largest remainder (rules, section 5.3).

use super::RateError;

/// Splits an amount by weights. Each part is the exact share cut towards zero; the units left over go one each to the
/// largest remainders, the earlier part first among equals. The parts add up to the amount.
///
/// # Errors
/// [`RateError::NoWeights`] when all weights are 0; [`RateError::Overflow`].
pub fn by_weight(amount_minor: i64, weights: &[u64]) -> Result<Vec<i64>, RateError> {
    let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if total == 0 {
        return Err(RateError::NoWeights);
    }
    let whole = u128::from(amount_minor.unsigned_abs());
    let share = |weight: &u64| {
        let product = whole * u128::from(*weight);
        (product / total, product % total)
    };
    let mut parts: Vec<(u128, u128)> = weights.iter().map(share).collect();
    let given: u128 = parts.iter().map(|(part, _)| part).sum();
    let left = usize::try_from(whole - given).map_err(|_| RateError::Overflow)?;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(parts[*index].1), *index));
    for index in order.into_iter().take(left) {
        parts[index].0 += 1;
    }
    let signed = |(part, _): (u128, u128)| {
        let part = i128::try_from(part).map_err(|_| RateError::Overflow)?;
        i64::try_from(if amount_minor < 0 { -part } else { part }).map_err(|_| RateError::Overflow)
    };
    let parts: Vec<i64> = parts.into_iter().map(signed).collect::<Result<_, _>>()?;
    debug_assert_eq!(
        parts.iter().map(|part| i128::from(*part)).sum::<i128>(),
        i128::from(amount_minor),
        "parts add up"
    );
    Ok(parts)
}
