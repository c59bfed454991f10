//! Repeatable chance: the same seed gives the same company on every machine and in every version of this program.
//!
//! Not for secrets, and not statistics: a 64-bit counter mixed by the SplitMix64 finalizer (Steele, Lea, Flood 2014),
//! integers only. Each part of the sample has a stream of its own, so that a change in one part moves no other.

use uuid::Uuid;

/// A stream of repeatable numbers.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The stream of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for a part of the sample, by the part's name and number.
    pub fn stream(&self, part: &str, number: usize) -> Self {
        let start = mix(self.state ^ mix(u64::try_from(number).unwrap_or(u64::MAX)));
        Self { state: part.bytes().fold(start, |state, byte| mix(state ^ u64::from(byte))) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number from 0 to `end`, exclusive; 0 for an empty range. The bias of the remainder is below 2^-40 for
    /// every range of the sample.
    pub fn below(&mut self, end: usize) -> usize {
        let Ok(end) = u64::try_from(end) else { return 0 };
        if end == 0 { 0 } else { usize::try_from(self.next() % end).unwrap_or(0) }
    }

    /// A number from `low` to `high`, both inclusive; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.next() % width).unwrap_or(0))
    }

    /// True in `parts` of a thousand.
    pub fn per_mille(&mut self, parts: i64) -> bool {
        self.between(0, 999) < parts
    }

    /// One of several; the slice must not be empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }

    /// A random UUID of version 4 from this stream.
    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Splits a total by weights into whole parts that add up to it again (largest remainder; of equal remainders the
/// first gets the unit). All parts are 0 when the weights are.
pub(super) fn split(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum <= 0 || total < 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i64> = weights.iter().map(|w| i64::try_from(exact(*w) / sum).unwrap_or(0)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(exact(weights[*index]) % sum), *index));
    let missing = usize::try_from(total - parts.iter().sum::<i64>()).unwrap_or(0);
    for index in order.into_iter().take(missing) {
        parts[index] += 1;
    }
    debug_assert_eq!(parts.iter().sum::<i64>(), total, "what is split adds up again");
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_numbers_of_a_seed_never_change() {
        let mut random = Random::new(7);
        let numbers: Vec<i64> = (0..4).map(|_| random.between(0, 999)).collect();
        assert_eq!(numbers, GOLDEN, "another sequence would make another company of the same seed");
    }
    const GOLDEN: [i64; 4] = [487, 804, 346, 203];

    #[test]
    fn streams_differ_by_part_and_by_number() {
        let root = Random::new(7);
        let first = |part: &str, number| root.stream(part, number).uuid();
        assert_ne!(first("calls", 0), first("calls", 1), "two tenants must not get the same numbers");
        assert_ne!(first("calls", 0), first("agents", 0), "two parts must not get the same numbers");
        assert_eq!(first("calls", 3), first("calls", 3), "a stream is repeatable");
    }

    proptest! {
        #[test]
        fn what_is_split_adds_up_and_no_part_is_negative(
            total in 0i64..1_000_000_000_000, weights in prop::collection::vec(0i64..10_000, 1..60)
        ) {
            let parts = split(total, &weights);
            let expected = if weights.iter().sum::<i64>() == 0 { 0 } else { total };
            prop_assert_eq!(parts.iter().sum::<i64>(), expected, "the parts add up to the total");
            prop_assert!(parts.iter().all(|part| *part >= 0), "no part is negative");
        }
    }
}
