use crate::protocol::c_string;

/// Bits of a double's mantissa, the hidden one included.
const PRECISION: i64 = 53;
/// The exponent of the last bit of the smallest number.
const LEAST_EXPONENT: i64 = -1074;
/// The exponent of the last bit of the largest number.
const GREATEST_EXPONENT: i64 = 971;

/// Reads a score as Redis does: all of the text must be a number, and one that a double can hold; not NaN.
pub(crate) fn parse_double(text: &[u8]) -> Option<f64> {
    let read = read(text)?;
    (!read.is_out_of_range).then_some(read.number)
}

/// Reads a bound of scores as Redis does, which is laxer: C's text ends at a NUL and may begin with spaces, no text at
/// all is zero, and numbers out of range become infinite or zero.
pub(crate) fn parse_lax_double(text: &[u8]) -> Option<f64> {
    read_lax(text).map(|read| read.number)
}

/// Reads what SORT goes by, which is as lax about the text, but takes no number that a double cannot hold.
pub(crate) fn parse_weight(text: &[u8]) -> Option<f64> {
    read_lax(text).filter(|read| !read.is_out_of_range).map(|read| read.number)
}

fn read_lax(text: &[u8]) -> Option<Read> {
    let text = c_string(text);
    if text.is_empty() {
        return Some(Read { number: 0.0, is_out_of_range: false });
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let spaces = text.iter().take_while(|byte| is_space(byte)).count();
    read(&text[spaces..])
}

/// What C's `strtod` makes of a text.
struct Read {
    number: f64,
    /// The number was too large or too small, and is infinite or zero instead.
    is_out_of_range: bool,
}

fn read(text: &[u8]) -> Option<Read> {
    let text = std::str::from_utf8(text).ok()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let read = match unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        Some(digits) => read_hexadecimal(digits)?,
        None => read_decimal(unsigned)?,
    };
    Some(if text.starts_with('-') { Read { number: -read.number, ..read } } else { read })
}

fn read_decimal(text: &str) -> Option<Read> {
    if text.starts_with(['+', '-']) {
        return None;
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| !number.is_nan())?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_word = text.starts_with(['i', 'I']);
    let is_out_of_range =
        (number.is_infinite() && !is_word) || (number == 0.0 && mantissa.contains(|digit| matches!(digit, '1'..='9')));
    Some(Read { number, is_out_of_range })
}

/// Digits, an optional point, and an optional exponent of two after a `p`.
fn read_hexadecimal(text: &str) -> Option<Read> {
    let (digits, exponent) = match text.split_once(['p', 'P']) {
        Some((digits, exponent)) => (digits, read_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut number = Binary { mantissa: 0, exponent, is_inexact: false };
    for digit in whole.chars() {
        number.push(digit.to_digit(16)?);
    }
    for digit in fraction.chars() {
        number.push(digit.to_digit(16)?);
        number.exponent = number.exponent.saturating_sub(4);
    }
    Some(number.round())
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // No text is long enough to make up for an exponent beyond this.
    let magnitude = digits.parse().unwrap_or(i64::MAX).min(i64::MAX / 2);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// `mantissa * 2^exponent`, and possibly a little more.
struct Binary {
    mantissa: u64,
    exponent: i64,
    is_inexact: bool,
}

impl Binary {
    /// Appends a hexadecimal digit, or notes that it is lost when there is no room for it.
    fn push(&mut self, digit: u32) {
        if self.mantissa.leading_zeros() >= 4 {
            self.mantissa = self.mantissa << 4 | u64::from(digit);
        } else {
            self.exponent = self.exponent.saturating_add(4);
            self.is_inexact |= digit != 0;
        }
    }

    /// The nearest double, the even one of two.
    fn round(self) -> Read {
        let bits = i64::from(u64::BITS - self.mantissa.leading_zeros());
        if bits == 0 {
            return Read { number: 0.0, is_out_of_range: false };
        }
        let excess = (bits - PRECISION).max(LEAST_EXPONENT.saturating_sub(self.exponent));
        let exponent = self.exponent.saturating_add(excess);
        let mantissa = match excess {
            ..0 => self.mantissa << excess.unsigned_abs(),
            0 => self.mantissa,
            _ => self.shifted(excess),
        };
        let carried = exponent.saturating_add(i64::from(mantissa >> PRECISION != 0));
        if carried > GREATEST_EXPONENT {
            return Read { number: f64::INFINITY, is_out_of_range: true };
        }
        // The hidden bit, where it is set, adds one to the exponent's field, and a carry out of the mantissa another.
        let field = u64::try_from(exponent - LEAST_EXPONENT).unwrap_or(0);
        Read { number: f64::from_bits((field << (PRECISION - 1)) + mantissa), is_out_of_range: mantissa == 0 }
    }

    fn shifted(&self, bits: i64) -> u64 {
        if bits > i64::from(u64::BITS) {
            return 0;
        }
        let wide = u128::from(self.mantissa);
        let (quotient, rest, half) = (wide >> bits, wide & ((1 << bits) - 1), 1 << (bits - 1));
        let is_up = rest > half || (rest == half && (self.is_inexact || quotient & 1 == 1));
        u64::try_from(quotient).unwrap_or(u64::MAX) + u64::from(is_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strtod_reads_is_a_number() {
        let cases = [
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5e1", -5.0),
            ("+1e3", 1000.0),
            ("4.9e-324", 5e-324),
            ("0e999999999999", 0.0),
            ("-Infinity", f64::NEG_INFINITY),
            ("0x10", 16.0),
            ("-0X.8p+4", -8.0),
            ("0x1.8p3", 12.0),
            ("0x0p99999999999999999999", 0.0),
            ("0x1p-1074", 5e-324),
            ("0x1.8p-1075", 5e-324),
            ("0x1p1023", 8.988_465_674_311_58e307),
            ("0x1.fffffffffffff7p1023", f64::MAX),
            ("0x1.00000000000008p0", 1.0),
            ("0x1.000000000000080000000000001p0", 1.0 + f64::EPSILON),
            ("0x1.00000000000018p0", 1.0 + 2.0 * f64::EPSILON),
            ("0x20000000000001", 9_007_199_254_740_992.0),
            ("0x20000000000003", 9_007_199_254_740_996.0),
            ("0x0.0000000000000000000000001p100", 1.0),
            ("0x1fffffffffffffp-1074", 2.0 * f64::MIN_POSITIVE - 5e-324),
        ];
        for (text, number) in cases {
            let read = parse_double(text.as_bytes()).map(f64::to_bits);
            assert_eq!(read, Some(number.to_bits()), "{text}");
        }
    }

    #[test]
    fn what_strtod_refuses_or_cannot_hold_is_no_score() {
        let texts = [
            "",
            " 1",
            "1 ",
            "nan",
            "-nan",
            "nan(1)",
            "--1",
            "+-1",
            "1e",
            "1_0",
            "e5",
            ".",
            "0x",
            "0x.",
            "0x1p",
            "0x1p+",
            "0x-1",
            "1e400",
            "-1e400",
            "1e-400",
            "0x1p1024",
            "0x1.fffffffffffff8p1023",
            "0x1p-1075",
            "0x1p99999999999999999999",
            "0x1p-99999999999999999999",
            "inf1",
            "1\0",
        ];
        for text in texts {
            assert_eq!(parse_double(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn bounds_are_read_laxly() {
        let cases = [("", 0.0), ("\t\n 1.5", 1.5), ("2\0x", 2.0), ("1e400", f64::INFINITY), ("-1e-400", -0.0)];
        for (text, number) in cases {
            assert_eq!(parse_lax_double(text.as_bytes()).map(f64::to_bits), Some(number.to_bits()), "{text:?}");
        }
        for text in ["  ", "1 ", "nan", "x"] {
            assert_eq!(parse_lax_double(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse_weight(b" 1.5\0x"), Some(1.5));
        assert_eq!(parse_weight(b"1e400"), None);
    }
}
