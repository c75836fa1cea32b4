//! Medians, and how sure one can be of them.

/// The median of the rounds' ratios, and the interval that holds the true one with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The median.
    pub median: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The value in the middle; of two in the middle the greater.
///
/// # Panics
/// When there is none.
pub fn median<T: PartialOrd + Copy>(values: &mut [T]) -> T {
    sort(values);
    values[values.len() / 2]
}

/// The median and its interval by rank, which needs no assumption about how the ratios are distributed: how many of n
/// lie below the true median is binomial with n/2 and a deviation of √n / 2.
///
/// # Panics
/// When there is no ratio.
pub fn median_ratio(ratios: &mut [f64]) -> Ratio {
    let median = median(ratios);
    let (last, half) = (ratios.len() - 1, ratios.len() / 2);
    // √n, rounded up, is at least 1.96 · √n / 2.
    let reach = ratios.len().isqrt() + 1;
    Ratio { median, low: ratios[half.saturating_sub(reach)], high: ratios[(half + reach).min(last)] }
}

fn sort<T: PartialOrd>(values: &mut [T]) {
    values.sort_by(|a, b| a.partial_cmp(b).expect("times and ratios can be compared"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_of_any_order() {
        assert_eq!(median(&mut [5, 1, 3]), 3);
        assert_eq!(median(&mut [4, 1, 3, 2]), 3);
        assert_eq!(median(&mut [7]), 7);
    }

    #[test]
    fn the_interval_spans_the_square_root_in_ranks() {
        let mut ratios: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(median_ratio(&mut ratios), Ratio { median: 50.0, low: 39.0, high: 61.0 });
    }

    #[test]
    fn the_interval_of_few_is_all_of_them() {
        assert_eq!(median_ratio(&mut [2.0, 1.0]), Ratio { median: 2.0, low: 1.0, high: 2.0 });
    }
}
