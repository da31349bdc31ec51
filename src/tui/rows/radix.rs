//! Sorting by integers, in a time that depends on how many of their bits differ.

/// How many bits are looked at in one pass: the places of 2,048 piles stay in the nearest cache.
const BITS: u32 = 11;
const PILES: usize = 1 << BITS;

/// Sorts pairs by their first numbers; where those are equal, the order stays.
pub(super) fn sort(pairs: &mut Vec<(u64, u32)>) {
    let Some(first) = pairs.first().map(|pair| pair.0) else { return };
    let differ = pairs.iter().fold(0, |bits, pair| bits | (pair.0 ^ first));
    let mut spare = vec![(0, 0); pairs.len()];
    let mut shift = 0;
    // Bits in which no two numbers differ need no pass.
    while let Some(rest) = differ.checked_shr(shift).filter(|rest| *rest != 0) {
        shift += rest.trailing_zeros();
        let pile = |number: u64| (number >> shift) as usize % PILES;
        let mut places = [0usize; PILES];
        for pair in &*pairs {
            places[pile(pair.0)] += 1;
        }
        let mut place = 0;
        for count in &mut places {
            place += std::mem::replace(count, place);
        }
        for pair in &*pairs {
            let place = &mut places[pile(pair.0)];
            spare[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut spare);
        shift += BITS;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_stable_sort(
            numbers in prop::collection::vec(any::<u64>(), 0..300),
            mask in prop_oneof![Just(u64::MAX), Just(0), Just(1 << 63 | 1), Just(0xf0_0000), any::<u64>()],
        ) {
            let mut pairs: Vec<(u64, u32)> = numbers.iter().map(|number| number & mask).zip(0..).collect();
            let mut expected = pairs.clone();
            expected.sort_by_key(|pair| pair.0);
            sort(&mut pairs);
            prop_assert_eq!(pairs, expected);
        }
    }
}
