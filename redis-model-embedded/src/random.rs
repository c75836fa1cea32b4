use std::collections::HashSet;

/// A small generator of numbers for RANDOMKEY, HRANDFIELD and their like (`SplitMix64`).
///
/// It always begins at the same seed: a test that fails, fails again.
#[derive(Debug, Default)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let scaled = u128::from(self.next()) * bound as u128;
        usize::try_from(scaled >> 64).expect("the product's upper half is below the bound")
    }

    /// `count` different numbers below `bound`, which is not less than `count`, in time that depends on `count` only
    /// (Floyd's sampling). All of them come in their order, as Redis sends a whole collection.
    pub(crate) fn distinct_below(&mut self, bound: usize, count: usize) -> Vec<usize> {
        if count == bound {
            return (0..bound).collect();
        }
        let mut seen = HashSet::with_capacity(count);
        let mut chosen = Vec::with_capacity(count);
        for last in bound - count..bound {
            let number = self.below(last + 1);
            let number = if seen.contains(&number) { last } else { number };
            seen.insert(number);
            chosen.push(number);
        }
        chosen
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_sample_has_no_number_twice() {
        let mut random = Random::default();
        for count in 0..=20 {
            let mut sample = random.distinct_below(20, count);
            sample.sort_unstable();
            sample.dedup();
            assert_eq!(sample.len(), count);
            assert!(sample.iter().all(|number| *number < 20));
        }
    }
}
