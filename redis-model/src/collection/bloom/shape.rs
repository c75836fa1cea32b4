//! How many bits a filter has, and which of them stand for an element: as pottery reckons, so that filters are shared.

use std::f64::consts::LN_2;

use super::murmur::murmur3;
use crate::error::{Error, Result};

/// The bits of the longest string that Redis stores, of 512 MB.
const MOST_BITS: f64 = 4_294_967_296.0;

/// How many bits there are, and how many of them an element sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) bits: u64,
    pub(super) hashes: u32,
}

impl Shape {
    /// The textbook's formulas for a number of elements and the rate of false positives once they are in:
    /// `m = ceil(-n ln(p) / ln(2)^2)` and `k = ceil(m / n * ln(2))`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for no elements, a rate that is not between 0 and 1, and more bits than Redis stores.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn new(capacity: u64, false_positive_rate: f64) -> Result<Self> {
        if capacity == 0 {
            return Err(Error::invalid_query("a Bloom filter for no elements: give it a capacity of at least 1"));
        }
        if !(false_positive_rate > 0.0 && false_positive_rate < 1.0) {
            return Err(Error::invalid_query(format!(
                "a Bloom filter with a rate of false positives of {false_positive_rate}: it lies between 0 and 1, as 0.01 does"
            )));
        }
        let capacity = capacity as f64;
        // The order of the steps is pottery's, as another could round otherwise.
        let bits = (-capacity * false_positive_rate.ln() / (LN_2 * LN_2)).ceil();
        if bits > MOST_BITS {
            return Err(Error::invalid_query(format!(
                "a Bloom filter of {bits} bits: Redis stores {MOST_BITS} in a string; expect fewer elements, allow more \
                 false positives, or use several filters"
            )));
        }
        let hashes = (bits / capacity * LN_2).ceil();
        Ok(Self { bits: bits as u64, hashes: hashes as u32 })
    }

    /// The bits that stand for an element, in the order of the hashes; two may be the same.
    pub(super) fn offsets(self, element: &[u8]) -> impl Iterator<Item = u64> {
        (0..self.hashes).map(move |seed| {
            // pottery's hashes have a sign, and Python's `%` lets the result have that of the divisor.
            let hash = i64::from(murmur3(element, seed).cast_signed());
            hash.rem_euclid(self.bits.cast_signed()).cast_unsigned()
        })
    }

    /// How many different elements have set so many bits, by the estimate of Swamidass and Baldi.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn elements(self, set: u64) -> u64 {
        let bits = self.bits as f64;
        // A full filter may have seen any number: it counts as if half a bit were missing.
        let clear = (bits - set as f64).max(0.5);
        (-bits / f64::from(self.hashes) * (clear / bits).ln()).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(capacity: u64, rate: f64) -> Shape {
        Shape::new(capacity, rate).expect("it is in range")
    }

    #[test]
    fn it_has_the_size_of_potterys_filters() {
        let cases = [
            (100, 0.01, 959, 7),
            (1, 0.5, 2, 2),
            (1_000, 0.001, 14_378, 10),
            (1_000_000, 1e-6, 28_755_176, 20),
            (10, 0.9, 3, 1),
            (3, 1e-300, 4_314, 997),
        ];
        for (capacity, rate, bits, hashes) in cases {
            assert_eq!(shape(capacity, rate), Shape { bits, hashes }, "{capacity} at {rate}");
        }
    }

    #[test]
    fn an_element_has_the_bits_that_pottery_sets() {
        let cases = [
            (r#""rajiv""#, [183, 319, 787, 585, 8, 471, 711]),
            ("1", [547, 122, 87, 450, 77, 910, 717]),
            (r#""\u00e4""#, [231, 451, 659, 273, 263, 630, 98]),
            (r#"[1, "x"]"#, [33, 811, 280, 146, 759, 724, 147]),
            ("null", [505, 815, 149, 533, 204, 427, 755]),
        ];
        for (element, offsets) in cases {
            assert!(shape(100, 0.01).offsets(element.as_bytes()).eq(offsets), "{element}");
        }
        let offsets =
            [3_065_448_328, 1_683_896_911, 3_584_643_860, 2_400_916_393, 331_278_886, 3_280_246_395, 2_087_259_416];
        assert!(
            shape(400_000_000, 0.01).offsets(br#""rajiv""#).eq(offsets),
            "where half of the bits are beyond the hash"
        );
    }

    #[test]
    fn what_has_no_size_is_refused() {
        for (capacity, rate) in [(0, 0.1), (1, 0.0), (1, 1.0), (1, -0.1), (1, f64::NAN), (1, 2.0)] {
            assert!(matches!(Shape::new(capacity, rate), Err(Error::InvalidQuery { .. })), "{capacity} at {rate}");
        }
        assert!(Shape::new(448_089_000, 0.01).is_ok());
        for capacity in [448_090_000, u64::MAX] {
            assert!(matches!(Shape::new(capacity, 0.01), Err(Error::InvalidQuery { .. })), "{capacity}");
        }
    }

    #[test]
    fn an_empty_filter_has_seen_nothing_and_a_full_one_has_an_answer() {
        assert_eq!(shape(100, 0.01).elements(0), 0);
        assert_eq!(shape(100, 0.01).elements(7), 1);
        assert!(shape(100, 0.01).elements(959) > 900);
        assert_eq!(shape(100, 0.01).elements(u64::MAX), shape(100, 0.01).elements(959));
    }

    proptest! {
        #[test]
        fn bits_lie_within_the_filter(capacity in 1_u64..400_000_000, rate in 0.01..0.99, element: Vec<u8>) {
            let shape = shape(capacity, rate);
            prop_assert!(shape.offsets(&element).all(|offset| offset < shape.bits));
        }
    }
}
