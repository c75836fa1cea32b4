//! Results as Markdown, printed as they come in.

use std::time::Duration;

use crate::Ratio;

/// A table on standard output.
#[derive(Debug)]
pub struct Table {
    rows: usize,
    columns: &'static [&'static str],
}

impl Table {
    /// A table with these columns; the first one holds text, the others figures. Printed with its first row.
    #[must_use]
    pub const fn new(columns: &'static [&'static str]) -> Self {
        Self { rows: 0, columns }
    }

    /// Prints a row.
    pub fn row(&mut self, cells: &[&str]) {
        if self.rows == 0 {
            println!("| {} |", self.columns.join(" | "));
            println!("|---|{}", "--:|".repeat(self.columns.len() - 1));
        }
        self.rows += 1;
        println!("| {} |", cells.join(" | "));
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} ({:.3} to {:.3})", self.median, self.low, self.high)
    }
}

/// A time with three digits, in the unit that suits it.
#[must_use]
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (number, unit) = match seconds {
        ..1e-6 => (seconds * 1e9, "ns"),
        ..1e-3 => (seconds * 1e6, "µs"),
        _ => (seconds * 1e3, "ms"),
    };
    let digits = match number {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{number:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits() {
        assert_eq!(time(Duration::from_nanos(123)), "123 ns");
        assert_eq!(time(Duration::from_nanos(1_234)), "1.23 µs");
        assert_eq!(time(Duration::from_nanos(45_670)), "45.7 µs");
        assert_eq!(time(Duration::from_micros(2_346)), "2.35 ms");
    }
}
