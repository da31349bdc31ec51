//! Random draws that depend on a seed and names only: the same ones always give the same draws, on every machine.

/// A small deterministic generator (splitmix64), so that a seed means the same in every version of every library.
#[derive(Debug, Clone)]
pub(super) struct SeededRng {
    state: u64,
}

impl SeededRng {
    /// The draws that belong to a seed and some words.
    pub(super) fn of(seed: u64, words: &[&str]) -> Self {
        let mut state = mix(seed ^ 0x5eed_c10c_4a7e_0001);
        for word in words {
            for byte in word.bytes() {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            // The end of a word counts, so that "ab","c" differs from "a","bc".
            state = mix(state ^ 0xff);
        }
        Self { state }
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A share from 0 up to, not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn likely(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).saturating_add(1).max(1).unsigned_abs();
        low.saturating_add_unsigned(self.bits() % width)
    }

    /// A number from `low` to `high` where small ones are far more common, as people's delays are.
    pub(super) fn soon(&mut self, low: i64, high: i64) -> i64 {
        let share = self.unit();
        let width = high.saturating_sub(low).max(0) as f64;
        #[expect(clippy::cast_possible_truncation, reason = "a share of a width that was an i64")]
        let offset = (width * share * share * share) as i64;
        low.saturating_add(offset)
    }

    /// One of several, by weight; the last when the weights are all used up.
    pub(super) fn weighted<T: Copy>(&mut self, table: &[(u32, T)], otherwise: T) -> T {
        let total: u64 = table.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = self.bits() % total.max(1);
        for (weight, value) in table {
            if left < u64::from(*weight) {
                return *value;
            }
            left -= u64::from(*weight);
        }
        otherwise
    }

    /// One of several with equal chances.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        let index = self.bits() % (from.len() as u64).max(1);
        from.get(usize::try_from(index).unwrap_or(0)).copied().unwrap_or(otherwise)
    }
}

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_draws_and_others_do_not() {
        assert_eq!(SeededRng::of(1, &["a", "b"]).bits(), SeededRng::of(1, &["a", "b"]).bits());
        assert_ne!(SeededRng::of(1, &["ab", "c"]).bits(), SeededRng::of(1, &["a", "bc"]).bits());
        assert_ne!(SeededRng::of(1, &["a"]).bits(), SeededRng::of(2, &["a"]).bits());
    }

    #[test]
    fn draws_stay_in_their_ranges_and_reach_their_ends() {
        let mut rng = SeededRng::of(7, &[]);
        let drawn: Vec<i64> = (0..1_000).map(|_| rng.between(-2, 2)).collect();
        assert!((-2..=2).all(|value| drawn.contains(&value)));
        assert!(drawn.iter().all(|value| (-2..=2).contains(value)));
        let shares: f64 = (0..10_000).map(|_| rng.unit()).sum();
        assert!((4_800.0..5_200.0).contains(&shares), "{shares}");
        assert_eq!(rng.between(3, 1), 3);
        assert_eq!(rng.pick(&[], 9), 9);
        assert!((0..100).all(|_| rng.weighted(&[(0, 'a'), (5, 'b')], 'c') == 'b'));
    }
}
