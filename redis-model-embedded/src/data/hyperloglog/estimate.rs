use super::{Histogram, REGISTERS, VALUE_BITS};

/// `0.5 / ln 2`
const ALPHA: f64 = 0.721_347_520_444_481_7;

/// How many different elements have most likely made registers of these values.
///
/// The estimator is that of Otmar Ertl (arXiv:1702.01284, 2017; algorithm 6), summed up in the order in which Redis
/// does it, so that the last digit is the same.
pub(super) fn cardinality(histogram: &Histogram) -> u64 {
    let registers = f64::from(u32::try_from(REGISTERS).unwrap_or(u32::MAX));
    let highest = VALUE_BITS as usize + 1;
    let mut z = registers * tau((registers - f64::from(histogram[highest])) / registers);
    for count in histogram[1..highest].iter().rev() {
        z = (z + f64::from(*count)) * 0.5;
    }
    z += registers * sigma(f64::from(histogram[0]) / registers);
    round(ALPHA * registers * registers / z)
}

/// `x + sum of x^(2^k) * 2^(k-1)`: what registers at zero tell.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if before.total_cmp(&z).is_eq() {
            return z;
        }
    }
}

/// `(1 - x - sum of (1 - x^(2^-k))^2 * 2^-k) / 3`: what registers at the highest value tell.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if before.total_cmp(&z).is_eq() {
            return z / 3.0;
        }
    }
}

/// The nearest integer. Only registers that no element could have set give one that C has no integer for; it rounds
/// them to the lowest one on x86.
fn round(estimate: f64) -> u64 {
    const TOO_LARGE: u64 = 1 << 63;
    if estimate >= 2f64.powi(63) {
        return TOO_LARGE;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and fits")]
    let rounded = estimate.round() as u64;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_registers_have_seen_nothing() {
        let mut histogram = [0; 64];
        histogram[0] = 16384;
        assert_eq!(cardinality(&histogram), 0);
        histogram[0] = 16383;
        histogram[1] = 1;
        assert_eq!(cardinality(&histogram), 1);
    }

    #[test]
    fn full_registers_give_an_estimate_whatever_their_value() {
        for value in [1, 50, 51, 63] {
            let mut histogram = [0; 64];
            histogram[value] = 16384;
            assert!(cardinality(&histogram) > 0, "{value}");
        }
    }
}
